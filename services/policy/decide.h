// The decision: the worst of what was found (DESIGN section 3, step 6).
#ifndef WEIGHBRIDGE_SERVICES_POLICY_DECIDE_H_
#define WEIGHBRIDGE_SERVICES_POLICY_DECIDE_H_

#include <string_view>
#include <vector>

#include "proto/weighbridge/v1/gate.pb.h"

namespace weighbridge::policy {

// Begins the message of a duty that the text only recommends. Such an obligation is listed and never open.
inline constexpr std::string_view kRecommendedPrefix = "recommended: ";

// True if the obligation keeps a decision from being APPROVED: neither fulfilled nor ruled out nor only recommended.
bool IsOpen(const v1::Obligation& obligation);

// Not measurable -> UNDECIDED, violated -> DENIED, unknown -> NEEDS_REVIEW, open obligations ->
// APPROVED_WITH_CONDITIONS, else APPROVED. An outcome that is not set counts as NEEDS_REVIEW. A finding with
// `waived_by` does not count, unless it is UNDECIDED: what could not be measured cannot be waived. `licensed`: at least
// one licence stands; without one the answer is NEEDS_REVIEW at best.
v1::Decision Decide(const std::vector<v1::Finding>& findings, const std::vector<v1::Obligation>& obligations,
                    bool licensed);

}  // namespace weighbridge::policy

#endif  // WEIGHBRIDGE_SERVICES_POLICY_DECIDE_H_
