// What a careful reader would refuse in rules that parse: see lint_license.cc, lint_family.cc, lint_lists.cc and
// lint_names.cc.
#ifndef WEIGHBRIDGE_SERVICES_RULEBOOK_LINT_H_
#define WEIGHBRIDGE_SERVICES_RULEBOOK_LINT_H_

#include <vector>

#include "services/rulebook/parse.h"
#include "services/rulebook/rule_file.h"

namespace weighbridge::rulebook {

// Everything wrong with the meaning of `rules`, in the order of path, line and column.
std::vector<RuleIssue> Lint(const ParsedRules& rules);

// Sorts by path, line, column and message, and removes repetitions.
void SortIssues(std::vector<RuleIssue>* issues);

}  // namespace weighbridge::rulebook

#endif  // WEIGHBRIDGE_SERVICES_RULEBOOK_LINT_H_
