// Duties: what must be done or left, as obligations; promises that a fact contradicts, as findings.
#ifndef WEIGHBRIDGE_SERVICES_POLICY_DUTIES_H_
#define WEIGHBRIDGE_SERVICES_POLICY_DUTIES_H_

#include <map>
#include <string>
#include <vector>

#include "proto/weighbridge/rules/v1/license.pb.h"
#include "proto/weighbridge/v1/gate.pb.h"
#include "proto/weighbridge/v1/profile.pb.h"
#include "services/policy/conditions.h"

namespace weighbridge::policy {

// Exact strings that were filled from an official text, by ExactStringKey().
using ExactStrings = std::map<std::string, std::string>;

// "llama-3.1-license-2024/1.tokens:470:17" for a string of the licence that is kept as a token range.
std::string ExactStringKey(const rules::v1::License& license, const rules::v1::ExactString& string);

// Whether the trigger arises under the stated distribution and modifications. An absent fact rules nothing out:
// unknown.
ConditionAnswer TriggerAnswer(rules::v1::Trigger::Value trigger, const Conditions& conditions);

// What a duty is evaluated with. Not owned.
struct DutyContext {
  const rules::v1::License* license;
  const Conditions* conditions;
  const v1::Profile* profile;
  const ExactStrings* exact_strings;
  // An agreement that is held for the licence, in words; empty if there is none.
  std::string agreement = "";
};

// Adds the obligation of one duty, and a finding where a fact contradicts it. `imposed` is kTrue for duties that stand
// by themselves, else the answer of the test that imposes them; kFalse lists them as not triggered.
void ApplyDuty(const rules::v1::Duty& duty, Truth imposed, const DutyContext& context,
               std::vector<v1::Finding>* findings, std::vector<v1::Obligation>* obligations);

}  // namespace weighbridge::policy

#endif  // WEIGHBRIDGE_SERVICES_POLICY_DUTIES_H_
