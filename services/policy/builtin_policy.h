// The built-in policy: what holds beside every policy of a user.
#ifndef WEIGHBRIDGE_SERVICES_POLICY_BUILTIN_POLICY_H_
#define WEIGHBRIDGE_SERVICES_POLICY_BUILTIN_POLICY_H_

#include <string_view>

#include "proto/weighbridge/v1/profile.pb.h"

namespace weighbridge::policy {

// The policy as `weighbridge rules show-policy` prints it. A test proves that the policy reader makes BuiltinPolicy()
// of it.
std::string_view BuiltinPolicyYaml();

v1::Policy BuiltinPolicy();

}  // namespace weighbridge::policy

#endif  // WEIGHBRIDGE_SERVICES_POLICY_BUILTIN_POLICY_H_
