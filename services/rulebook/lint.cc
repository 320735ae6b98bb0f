#include "services/rulebook/lint.h"

#include <algorithm>
#include <tuple>

namespace weighbridge::rulebook {

void SortIssues(std::vector<RuleIssue>* issues) {
  std::sort(issues->begin(), issues->end(), [](const RuleIssue& a, const RuleIssue& b) {
    return std::tie(a.path, a.line, a.column, a.message) < std::tie(b.path, b.line, b.column, b.message);
  });
  issues->erase(std::unique(issues->begin(), issues->end()), issues->end());
}

std::vector<RuleIssue> Lint(const ParsedRules& rules) { return {}; }

}  // namespace weighbridge::rulebook
