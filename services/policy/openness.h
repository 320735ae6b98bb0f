// How free the weights are, over all licences that stand.
#ifndef WEIGHBRIDGE_SERVICES_POLICY_OPENNESS_H_
#define WEIGHBRIDGE_SERVICES_POLICY_OPENNESS_H_

#include <vector>

#include "proto/weighbridge/rules/v1/license.pb.h"
#include "proto/weighbridge/v1/enums.pb.h"

namespace weighbridge::policy {

// The more restrictive of two classes: fully open, permissive, restricted, unknown, non-commercial, closed. Unknown
// stands behind restricted, because it may hide anything, and before the classes that are known to be worse than most.
v1::Openness MoreRestrictive(v1::Openness a, v1::Openness b);

// The most restrictive class of the licences (use policies and addenda have none of their own); unknown if there is
// none.
v1::Openness OpennessOf(const std::vector<const rules::v1::License*>& licenses);

}  // namespace weighbridge::policy

#endif  // WEIGHBRIDGE_SERVICES_POLICY_OPENNESS_H_
