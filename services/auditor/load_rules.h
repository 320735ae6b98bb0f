// The rulebook that a program works with: the built-in rules, and a folder of the user's laid over them.
#ifndef WEIGHBRIDGE_SERVICES_AUDITOR_LOAD_RULES_H_
#define WEIGHBRIDGE_SERVICES_AUDITOR_LOAD_RULES_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/rulebook/rule_file.h"
#include "services/rulebook/rulebook.h"

namespace weighbridge::auditor {

struct LoadedRules {
  std::shared_ptr<const rulebook::Rulebook> rules;
  // Built-in files in whose place a file of the folder stands, in order. They can weaken a licence: never pass over
  // them in silence.
  std::vector<std::string> replaced;
};

// `folder` empty: the built-in rules alone. INVALID_ARGUMENT for a folder that cannot be used, with all that is wrong
// with it.
absl::StatusOr<LoadedRules> LoadRules(const std::string& folder);

// Rule files below a folder. NotFound, PermissionDenied, InvalidArgument, ResourceExhausted.
absl::StatusOr<std::vector<rulebook::RuleFile>> ReadRuleFiles(const std::string& folder);

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_LOAD_RULES_H_
