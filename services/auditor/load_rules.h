// The rulebook that a program works with: the built-in rules, those of the licence index, and a folder of the user's
// laid over them.
#ifndef WEIGHBRIDGE_SERVICES_AUDITOR_LOAD_RULES_H_
#define WEIGHBRIDGE_SERVICES_AUDITOR_LOAD_RULES_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/weighbridge/v1/gate.pb.h"
#include "services/rulebook/rule_file.h"
#include "services/rulebook/rulebook.h"

namespace weighbridge::auditor {

struct LoadedRules {
  std::shared_ptr<const rulebook::Rulebook> rules;
  // Built-in files in whose place a file of the folder stands, in order. They can weaken a licence: never pass over
  // them in silence.
  std::vector<std::string> replaced;
  // The index whose licences are among the rules; empty: none, and then why, a sentence for people.
  std::string index_path;
  std::string index_absent;
  // There is an index at the place that was looked at, and it is not used: `index_absent` says why.
  bool index_refused = false;
};

// `folder` empty: nothing is laid over. `index` as FindIndex() takes it. INVALID_ARGUMENT for a folder that cannot be
// used, with all that is wrong with it; the errors of FindIndex() for an index.
absl::StatusOr<LoadedRules> LoadRules(const std::string& folder, const std::string& index = "");

// For people: "2,310 more by category alone (FILE)", or what is not known without an index and how to get it.
std::string IndexWords(const LoadedRules& loaded);

// True for files that are a rulebook by themselves, with its lists of fields, countries and phrases; others are rules
// to lay over the built-in ones.
bool IsWholeRulebook(const std::vector<rulebook::RuleFile>& files);

// The files of the built-in rulebook.
absl::StatusOr<std::vector<rulebook::RuleFile>> BuiltinRuleFiles();

// rulebook::ToString() with the files of the user's folder named by where they lie:
// "overlay/licenses/x/rule.textproto:3".
std::string IssuesOf(const std::vector<rulebook::RuleIssue>& issues, const std::string& folder,
                     const std::vector<rulebook::RuleFile>& in_folder);

// The same for what the rulebook says of a file laid over it: findings of rules that are redefined, and a line of
// LicenseRecord.redefined or ExplainResult.redefined. The rulebook names such a file relative to its folder, so that
// its digest does not depend on where that lies.
void NameFolder(const std::string& folder, v1::GateResult& result);
void NameFolder(const std::string& folder, std::string& redefined);

// Rule files below a folder. NotFound, PermissionDenied, InvalidArgument, ResourceExhausted.
absl::StatusOr<std::vector<rulebook::RuleFile>> ReadRuleFiles(const std::string& folder);

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_LOAD_RULES_H_
