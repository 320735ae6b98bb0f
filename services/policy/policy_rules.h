// Policy rules: deny, review, allow, require_text, allow_only_listed, over what stands.
#ifndef WEIGHBRIDGE_SERVICES_POLICY_POLICY_RULES_H_
#define WEIGHBRIDGE_SERVICES_POLICY_POLICY_RULES_H_

#include <string>
#include <vector>

#include "proto/weighbridge/rules/v1/license.pb.h"
#include "proto/weighbridge/v1/gate.pb.h"
#include "proto/weighbridge/v1/profile.pb.h"
#include "services/policy/conditions.h"

namespace weighbridge::policy {

// What a rule is matched against: one licence in one component, or, where none stands, the class alone.
struct PolicySubject {
  const rules::v1::License* license = nullptr;  // not owned
  std::string component;
  v1::Openness openness = v1::OPENNESS_UNKNOWN;
};

// Applies the built-in policy and `user` (null: none) to the subjects and to the findings made so far, in the order
// deny, review, allow. An `allow` rule with `override` turns into notes, for the licences it names:
//   * what the built-in policy denies or sends to review;
//   * `license.text_missing` and `policy.text_required` that need review.
// Nothing else can be lifted: no term of a licence, no file.*, nothing UNDECIDED, no other license.*, and no rule of
// the user's own. Each override that lifts something is itself a finding, policy.override.
void ApplyPolicy(const std::vector<PolicySubject>& subjects, const v1::Policy* user, const Conditions& conditions,
                 std::vector<v1::Finding>* findings);

}  // namespace weighbridge::policy

#endif  // WEIGHBRIDGE_SERVICES_POLICY_POLICY_RULES_H_
