// Waivers: a person's exceptions to findings (DESIGN section 6). Pure.
#ifndef WEIGHBRIDGE_SERVICES_POLICY_WAIVERS_H_
#define WEIGHBRIDGE_SERVICES_POLICY_WAIVERS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "proto/weighbridge/v1/exception.pb.h"
#include "proto/weighbridge/v1/gate.pb.h"

namespace weighbridge::policy {

// A waiver whose signature was verified.
struct SignedWaiver {
  std::string id;
  v1::Waiver waiver;
};

// True for rules that no waiver may touch: the integrity of files, and what speaks of waivers and rulings themselves.
// What is UNDECIDED is never waived, whatever its rule.
bool IsWaivable(std::string_view rule_id);

// Sets `waived_by` of every finding that is violated or needs review and that a waiver in force fits: same rule, and
// the same licence, component and clause where the waiver names them. In force from issued_at to until, both seconds
// included. Adds a finding for each waiver that has ended (waiver.expired), fits nothing (waiver.unused) or covers what
// cannot be waived (waiver.invalid); they are for information.
void ApplyWaivers(const std::vector<SignedWaiver>& waivers, absl::Time at, std::vector<v1::Finding>* findings);

}  // namespace weighbridge::policy

#endif  // WEIGHBRIDGE_SERVICES_POLICY_WAIVERS_H_
