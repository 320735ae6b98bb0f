// The registry of facts and the closed lists of words, read from the options of the protos.
//
// Pure and thread-safe: everything comes from generated descriptors.
#ifndef WEIGHBRIDGE_SERVICES_POLICY_REGISTRY_H_
#define WEIGHBRIDGE_SERVICES_POLICY_REGISTRY_H_

#include <optional>
#include <string>
#include <string_view>

#include "proto/weighbridge/rules/v1/facts.pb.h"
#include "proto/weighbridge/rules/v1/license.pb.h"
#include "proto/weighbridge/v1/enums.pb.h"

namespace weighbridge::policy {

// The word of an enum value as people type it ("monthly_active_users", "licensee_and_affiliates", "license_copy"); "?"
// for a number that the enum does not have.
std::string FactName(rules::v1::FactId::Value id);
std::string SubjectName(rules::v1::Subject::Value subject);
std::string TriggerName(rules::v1::Trigger::Value trigger);
std::string ObligationKindName(v1::ObligationKind::Value kind);
std::string OpennessName(v1::Openness openness);

// The id of that name; nothing for any other text and for `fact_id_unspecified`.
std::optional<rules::v1::FactId::Value> FactFromName(std::string_view name);

// What the registry says about an id; the default instance (type and side unspecified) for a number outside it.
const rules::v1::FactInfo& InfoOf(rules::v1::FactId::Value id);

// True for metrics whose period is a year; the period of all others is a month (annual_recurring_revenue: either).
bool IsAnnual(rules::v1::FactId::Value metric);

// What is known of a rule id: its text form, meaning and usual remedy.
const v1::RuleInfo& InfoOf(v1::RuleId id);

}  // namespace weighbridge::policy

#endif  // WEIGHBRIDGE_SERVICES_POLICY_REGISTRY_H_
