// What a person means by the name of a model or family: rows of the rulebook's families. For explaining alone; evidence
// of a model is compared by Rulebook::ResolveModel() and ModelNamesIn().
#ifndef WEIGHBRIDGE_SERVICES_AUDITOR_MODEL_NAMES_H_
#define WEIGHBRIDGE_SERVICES_AUDITOR_MODEL_NAMES_H_

#include <string>
#include <string_view>
#include <vector>

#include "proto/weighbridge/v1/gate.pb.h"
#include "services/rulebook/rulebook.h"

namespace weighbridge::auditor {

// As hubs write names; stars of globs stay: "Qwen2.5 3B" is "qwen2.5-3b", "FLUX.1 [schnell]" "flux.1-schnell", "Command
// R+" "command-r-plus".
std::string HubSpelling(std::string_view name);

// Rows that a name means, in the order of the families: of each family the one whose glob or further name it is; else
// those whose names go on after it ("Qwen2.5" means every size), those of the family that is called so, those that it
// holds. Whole words only: "Gemma 3" is not "Gemma 3n", and "Llama 3" not "Llama 3.1".
std::vector<rulebook::ModelResolution> RowsNamed(std::string_view name, const rulebook::Rulebook& rules);

// Rows as versions: those of one family under the same terms are one.
std::vector<v1::ExplainedVersion> VersionsOf(const std::vector<rulebook::ModelResolution>& rows);

// "open weights, restricted"; for several classes "it depends on version and size: ...".
std::string AnswerOf(const std::vector<v1::ExplainedVersion>& versions);
std::string AnswerOf(v1::Openness openness);

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_MODEL_NAMES_H_
