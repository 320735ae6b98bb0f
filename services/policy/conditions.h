// Conditions of the rulebook, evaluated in three values over the facts of one evaluation.
#ifndef WEIGHBRIDGE_SERVICES_POLICY_CONDITIONS_H_
#define WEIGHBRIDGE_SERVICES_POLICY_CONDITIONS_H_

#include <string>
#include <vector>

#include "proto/weighbridge/rules/v1/license.pb.h"
#include "proto/weighbridge/rules/v1/rulebook.pb.h"
#include "services/policy/facts.h"
#include "services/policy/figures.h"
#include "services/policy/kleene.h"

namespace weighbridge::policy {

// Conditions nested deeper are unknown.
inline constexpr int kMaxConditionDepth = 64;

// A fact that would settle a condition.
struct MissingFact {
  std::string path;       // "domicile", "monthly_active_users[2024-06,licensee_and_affiliates]"
  bool measured = false;  // the user cannot state it
};

struct ConditionAnswer {
  Truth truth = Truth::kUnknown;
  // Unknown because a figure lies on a boundary that the text leaves open.
  bool ambiguous = false;
  // Why, without the final full stop; speaks of the parts that decided.
  std::string explanation;
  // What would settle it, in the order of the rule, without repetition; empty unless unknown.
  std::vector<MissingFact> missing;
};

// Which answer hurts the licensee. It matters where several values are stated for one fact: a condition that hurts when
// true holds if any of them is listed ("commercial" beside "research" is commercial use); one that lifts something
// holds only if all of them are (exempting research does not exempt the commercial part). It also settles contradictory
// figures. `not` turns it round.
enum class Worst { kTrue, kFalse };

class Conditions {
 public:
  // Nothing is copied or owned; null sets are empty.
  Conditions(const Facts& facts, const Figures& figures, const rules::v1::FieldSet* fields,
             const rules::v1::CountryGroups* countries)
      : facts_(&facts), figures_(&figures), fields_(fields), countries_(countries) {}

  // A condition that is not set, an empty list and an id outside the registry are unknown: nothing is approved by a
  // hole in a rule.
  ConditionAnswer Evaluate(const rules::v1::Condition& condition, Worst worst) const;

  // The same for one fact and a list of values.
  ConditionAnswer EvaluateFact(const rules::v1::FactCondition& condition, Worst worst) const;

  const Facts& facts() const { return *facts_; }

 private:
  ConditionAnswer EvaluateAt(const rules::v1::Condition& condition, Worst worst, int depth) const;
  ConditionAnswer EvaluateList(const rules::v1::Conditions& list, bool all, Worst worst, int depth) const;
  // Whether one stated value is among the values listed.
  Truth Among(const rules::v1::FactCondition& condition, const std::string& value) const;
  bool FieldWithin(const std::string& field, const std::string& wide) const;

  const Facts* facts_;
  const Figures* figures_;
  const rules::v1::FieldSet* fields_;
  const rules::v1::CountryGroups* countries_;
};

// Appends what is not there yet.
void AddMissing(const std::vector<MissingFact>& from, std::vector<MissingFact>* to);

}  // namespace weighbridge::policy

#endif  // WEIGHBRIDGE_SERVICES_POLICY_CONDITIONS_H_
