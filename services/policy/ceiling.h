// The user ceiling of an approval: the lowest threshold on users that is not yet passed. Pure.
#ifndef WEIGHBRIDGE_SERVICES_POLICY_CEILING_H_
#define WEIGHBRIDGE_SERVICES_POLICY_CEILING_H_

#include <optional>
#include <vector>

#include "proto/weighbridge/rules/v1/license.pb.h"
#include "proto/weighbridge/v1/approval.pb.h"
#include "proto/weighbridge/v1/profile.pb.h"

namespace weighbridge::policy {

// Over all licences: thresholds on users, visits and devices above which rights end (effects other than a mere duty),
// less those that the profile's own figures, whatever their month and scope, have passed. Thresholds bound to a past
// month (Llama's month before release) count too: passing them later is allowed, but a session that knows the number
// can still be counted against it. The value is the largest number that is still allowed. nullopt where there is none.
// Of equal values the first by licence id and clause.
std::optional<v1::UserCeiling> LowestUserCeiling(const std::vector<const rules::v1::License*>& licenses,
                                                 const v1::Profile* profile);

}  // namespace weighbridge::policy

#endif  // WEIGHBRIDGE_SERVICES_POLICY_CEILING_H_
