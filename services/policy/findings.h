// Findings: how they are made, compared, joined and ordered.
#ifndef WEIGHBRIDGE_SERVICES_POLICY_FINDINGS_H_
#define WEIGHBRIDGE_SERVICES_POLICY_FINDINGS_H_

#include <string>
#include <vector>

#include "proto/weighbridge/rules/v1/license.pb.h"
#include "proto/weighbridge/v1/enums.pb.h"
#include "proto/weighbridge/v1/gate.pb.h"
#include "services/policy/conditions.h"

namespace weighbridge::policy {

// A finding with the text form and the usual remedy of the rule id. The severity follows the outcome: VIOLATED and
// UNDECIDED are errors, NEEDS_REVIEW a warning, the rest notes. A final full stop is added to the message.
v1::Finding MakeFinding(v1::RuleId rule, v1::Outcome::Value outcome, std::string message);

// The same for a clause of a licence, whose name and clause begin the message.
v1::Finding MakeTermFinding(v1::RuleId rule, v1::Outcome::Value outcome, const rules::v1::License& license,
                            const std::string& clause, const std::string& message);

// Names the fact to ask for: the first that the user can state, else the first; the others are added to the message.
void NameMissing(const std::vector<MissingFact>& missing, v1::Finding* finding);

// Puts findings in order: worst outcome, licence, component, clause (2 before 10), rule, message; joins the evidence of
// those that are otherwise equal.
void OrderFindings(std::vector<v1::Finding>* findings);

// Puts obligations in order: open, recommended, fulfilled, not triggered; then licence, clause, kind, message. One of
// each licence, clause, kind and message is kept: that which is open, for the component first in order.
void OrderObligations(std::vector<v1::Obligation>* obligations);

// Compares texts so that runs of digits count as numbers: "2" < "10", "1.b.i" < "1.b.ii".
bool NaturalLess(const std::string& a, const std::string& b);

// "clause 2" for "2" and "1.b.i"; the text itself where it names itself ("paragraph 3", "item 2c").
std::string ClauseWords(const std::string& clause);

}  // namespace weighbridge::policy

#endif  // WEIGHBRIDGE_SERVICES_POLICY_FINDINGS_H_
