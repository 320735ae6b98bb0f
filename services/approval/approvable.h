// What may be approved, and what is then signed: from the result of a gate to the details of a statement. Pure.
#ifndef WEIGHBRIDGE_SERVICES_APPROVAL_APPROVABLE_H_
#define WEIGHBRIDGE_SERVICES_APPROVAL_APPROVABLE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proto/weighbridge/v1/approval.pb.h"
#include "proto/weighbridge/v1/gate.pb.h"

namespace weighbridge::approval {

// Longest and usual term.
inline constexpr absl::Duration kTermMax = absl::Hours(24 * 366 * 2);
inline constexpr absl::Duration kTermDefault = absl::Hours(24 * 90);

struct ApproveTerms {
  std::string by;      // required
  std::string reason;  // required
  absl::Time not_before;
  absl::Time expires;
  std::vector<std::string> environments, regions, engines;
  bool reviewed = false;
  std::string principal;
};

// One model of what is approved; the first is the base, the others are adapters over it.
struct PartResult {
  const v1::GateResult* result = nullptr;
  std::string decision_id;
};

// OK if all may be approved. Refusals: model_without_digest, claimed_bytes, undecided, denied, modified_text (a
// governing text that is MODIFIED and no ruling with evidence speaks for its component), review_open (without
// `reviewed`). The decision as such counts, not the mode of the policy.
absl::Status CheckApprovable(const std::vector<PartResult>& parts, bool reviewed);

// The details to sign, for parts that may be approved. `uses` are those of the profile; `ceiling` see LowestCeiling.
// INVALID_ARGUMENT: an empty name or reason, expiry before or beyond the term, more parts or artifacts than may stand
// in a statement.
absl::StatusOr<v1::ApprovalDetails> MakeDetails(const std::vector<PartResult>& parts, const ApproveTerms& terms,
                                                const std::vector<std::string>& uses,
                                                const std::optional<v1::UserCeiling>& ceiling);

}  // namespace weighbridge::approval

#endif  // WEIGHBRIDGE_SERVICES_APPROVAL_APPROVABLE_H_
