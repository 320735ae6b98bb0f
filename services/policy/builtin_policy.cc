#include "services/policy/builtin_policy.h"

namespace weighbridge::policy {
namespace {

constexpr char kYaml[] =
    R"yaml(# The built-in policy of Weighbridge. It holds beside every policy given with --policy.
#
# Fully open, permissive and restricted weights are evaluated by the terms of their licences and need no rule here.
# Non-commercial licences deny commercial use by their own terms, and licences for research alone ask by theirs for
# `use: research` or `use: academic`. What could not be measured is UNDECIDED; no policy can change that.
name: builtin
mode: block
require_text: false
deny:
  - id: closed_weights
    openness: [CLOSED_WEIGHTS]
    reason: the model is offered as a service only, so nobody may hold its weights
review:
  - id: openness_unknown
    openness: [OPENNESS_UNKNOWN]
    reason: it is not known what the licence allows
)yaml";

}  // namespace

std::string_view BuiltinPolicyYaml() { return kYaml; }

v1::Policy BuiltinPolicy() {
  v1::Policy policy;
  policy.set_name("builtin");
  policy.set_mode(v1::block);
  policy.set_require_text(false);
  v1::PolicyRule* closed = policy.add_deny();
  closed->set_id("closed_weights");
  closed->add_openness(v1::CLOSED_WEIGHTS);
  closed->set_reason("the model is offered as a service only, so nobody may hold its weights");
  v1::PolicyRule* unknown = policy.add_review();
  unknown->set_id("openness_unknown");
  unknown->add_openness(v1::OPENNESS_UNKNOWN);
  unknown->set_reason("it is not known what the licence allows");
  return policy;
}

}  // namespace weighbridge::policy
