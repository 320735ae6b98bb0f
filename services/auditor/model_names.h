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

// What a name means among the families.
struct NamedRows {
  // In the order of the families. Empty: nobody is called so.
  std::vector<rulebook::ModelResolution> rows;
  // Not empty: words of the name that no row has, such as a version ("9" of "phi-9") or a variant. `rows` are then
  // those that the rest of the name (`stem`) stands for, as what is known, and never an answer.
  std::string unknown;
  std::string stem;
  // The name of `rows` stands inside a longer one, or in a repository of somebody else: a work on them at most.
  bool inside = false;

  bool Exact() const { return !rows.empty() && unknown.empty() && !inside; }
};

// Rows that a name means: of each family the one whose glob or further name it is; else those whose names go on after
// it
// ("Qwen2.5" means every size), those of the family that is called so; else what is known beside it, see NamedRows.
// Whole words only: "Gemma 3" is not "Gemma 3n", and "Llama 3" not "Llama 3.1".
NamedRows RowsNamed(std::string_view name, const rulebook::Rulebook& rules);

// True for the row of an organisation that takes every name.
bool TakesEveryName(const rulebook::FamilyMember& row);

// What a row may be: for several licences the least open of them, never the mildest.
v1::Openness OpennessOf(const rulebook::ModelResolution& row);

// How sure the licence of a row is; empty for closed rows that nobody doubts.
std::string RowConfidence(const rulebook::ModelResolution& row);

// The licences of rows, each once, the least open first, and terms that were not read.
std::vector<v1::ExplainedLicense> CandidatesOf(const std::vector<rulebook::ModelResolution>& rows);
std::vector<v1::ExplainedLicense> CandidatesOf(const std::vector<const rulebook::License*>& licenses);

// Rows as versions: those of one family under the same terms are one.
std::vector<v1::ExplainedVersion> VersionsOf(const std::vector<rulebook::ModelResolution>& rows);

// "4, 3.5, 3, phi-2 and 2 more".
std::string KnownOf(const std::vector<rulebook::ModelResolution>& rows);

// "open weights, restricted"; for several classes "it depends on version, size or date: at worst ...".
std::string AnswerOf(std::vector<v1::Openness> classes);
std::string AnswerOf(v1::Openness openness);

// True if `a` is less open than `b`; what is not known may be anything.
bool LessOpen(v1::Openness a, v1::Openness b);

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_MODEL_NAMES_H_
