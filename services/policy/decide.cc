#include "services/policy/decide.h"

#include <algorithm>

namespace weighbridge::policy {

using v1::Outcome;

bool IsOpen(const v1::Obligation& obligation) {
  return !obligation.fulfilled() && !obligation.not_triggered() &&
         obligation.message().compare(0, kRecommendedPrefix.size(), kRecommendedPrefix) != 0;
}

v1::Decision Decide(const std::vector<v1::Finding>& findings, const std::vector<v1::Obligation>& obligations,
                    bool licensed) {
  bool violated = false;
  bool review = !licensed;
  for (const v1::Finding& finding : findings) {
    if (finding.outcome() == Outcome::UNDECIDED) return v1::UNDECIDED;
    if (!finding.waived_by().empty()) continue;
    switch (finding.outcome()) {
      case Outcome::VIOLATED:
        violated = true;
        break;
      case Outcome::SATISFIED:
      case Outcome::INFO:
        break;
      default:
        review = true;
        break;
    }
  }
  if (violated) return v1::DENIED;
  if (review) return v1::NEEDS_REVIEW;
  return std::any_of(obligations.begin(), obligations.end(), IsOpen) ? v1::APPROVED_WITH_CONDITIONS : v1::APPROVED;
}

}  // namespace weighbridge::policy
