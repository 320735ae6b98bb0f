#include "services/rulebook/term_set.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/base/status_macros.h"

namespace weighbridge::rulebook {
namespace {

// Parts of parts multiply.
constexpr size_t kMaxExpandedBytes = size_t{32} << 10;

bool IsNameChar(char c) { return (c >= 'a' && c <= 'z') || c == '_'; }

}  // namespace

absl::Status TermParts::Add(const rules::v1::TermPart& part) {
  if (part.name().empty() || !std::all_of(part.name().begin(), part.name().end(), IsNameChar)) {
    return absl::InvalidArgumentError(absl::StrFormat("\"%s\" is no name of a part", part.name()));
  }
  WB_ASSIGN_OR_RETURN(std::string expanded, Expand(part.pattern()));
  if (!parts_.emplace(part.name(), std::move(expanded)).second) {
    return absl::InvalidArgumentError(absl::StrFormat("part \"%s\" stands here twice", part.name()));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> TermParts::Expand(const std::string& pattern) const {
  std::string out;
  for (size_t at = 0; at < pattern.size();) {
    size_t end = at + 1;
    // "(?P<name>" is a group's name.
    if (pattern[at] == '<' && (at == 0 || pattern[at - 1] != 'P')) {
      while (end < pattern.size() && IsNameChar(pattern[end])) ++end;
    }
    if (end > at + 1 && end < pattern.size() && pattern[end] == '>') {
      const auto found = parts_.find(pattern.substr(at + 1, end - at - 1));
      if (found == parts_.end()) {
        return absl::InvalidArgumentError(
            absl::StrFormat("there is no part \"%s\" above", pattern.substr(at + 1, end - at - 1)));
      }
      out += "(?:" + found->second + ")";
      at = end + 1;
    } else {
      out += pattern[at++];
    }
    if (out.size() > kMaxExpandedBytes) return absl::InvalidArgumentError("the pattern with its parts is too long");
  }
  return out;
}

absl::StatusOr<classify::TermPattern> ToTermPattern(const rules::v1::TermPattern& term, const TermParts& parts) {
  classify::TermPattern pattern;
  pattern.id = term.id();
  pattern.kind = term.kind();
  pattern.polarity = term.polarity() == rules::v1::TermPattern::DUTY      ? classify::TermPolarity::kDuty
                     : term.polarity() == rules::v1::TermPattern::PERMITS ? classify::TermPolarity::kPermits
                                                                          : classify::TermPolarity::kRestricts;
  WB_ASSIGN_OR_RETURN(pattern.pattern, parts.Expand(term.pattern()));
  WB_ASSIGN_OR_RETURN(pattern.unless, parts.Expand(term.unless()));
  WB_ASSIGN_OR_RETURN(pattern.permitted_if, parts.Expand(term.permitted_if()));
  pattern.value = term.value();
  pattern.unit = term.unit();
  pattern.needs_ban = term.needs_ban();
  pattern.weak = term.weak();
  pattern.hit = term.hit();
  pattern.miss = term.miss();
  return pattern;
}

}  // namespace weighbridge::rulebook
