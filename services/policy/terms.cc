#include "services/policy/terms.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "services/policy/agreements.h"
#include "services/policy/findings.h"

namespace weighbridge::policy {
namespace {

using rules::v1::Cure;
using rules::v1::Effect;
using rules::v1::FactCondition;
using rules::v1::FactId;
using rules::v1::License;
using rules::v1::Test;
using v1::Outcome;

// TermKind and the first rule ids have equal numbers (enums.proto: "one for each TermKind").
static_assert(static_cast<int>(v1::TERM_THRESHOLD) == static_cast<int>(v1::TermKind::threshold), "same order");
static_assert(static_cast<int>(v1::TERM_OPERATION) == static_cast<int>(v1::TermKind::operation), "same order");

v1::RuleId RuleOf(v1::TermKind::Value kind) {
  if (kind >= v1::TermKind::threshold && kind <= v1::TermKind::operation) return static_cast<v1::RuleId>(kind);
  return v1::TERM_OPERATION;
}

std::string EffectWords(Effect::Value effect) {
  switch (effect) {
    case Effect::commercial_use:
      return "commercial use is not licensed";
    case Effect::distribution:
      return "distribution is not licensed";
    case Effect::duty:
      return "further duties hold";
    default:
      return "the licence gives no rights";
  }
}

// Whether the profile does what the effect takes away.
ConditionAnswer Hit(Effect::Value effect, const Conditions& conditions) {
  FactCondition condition;
  if (effect == Effect::commercial_use) {
    condition.set_id(FactId::use);
    condition.add_any_of("commercial");
    condition.add_any_of("internal_business");
  } else if (effect == Effect::distribution) {
    condition.set_id(FactId::distribution);
    condition.add_any_of("redistribute_weights");
    condition.add_any_of("embedded_product");
  } else {
    ConditionAnswer always;  // all rights, or a rule that does not say: nothing is left
    always.truth = Truth::kTrue;
    return always;
  }
  return conditions.EvaluateFact(condition, Worst::kTrue);
}

std::string CureWords(const Test& test) {
  std::vector<std::string> cures;
  for (int number : test.cures()) {
    switch (number) {
      case Cure::separate_license:
        cures.push_back("a separate licence");
        break;
      case Cure::registration:
        cures.push_back("registration with the licensor");
        break;
      case Cure::payment:
        cures.push_back("payment");
        break;
      case Cure::subscription:
        cures.push_back("a subscription");
        break;
      case Cure::cure_period:
        cures.push_back("putting it right within the period that the text grants");
        break;
      default:
        break;
    }
  }
  return cures.empty() ? "" : " What ends it: " + absl::StrJoin(cures, " or ") + ".";
}

// What changes a test that is violated: what the text itself offers, or else another use or another model. The usual
// remedy of the rule would ask for facts that are stated already.
std::string RemedyOfViolation(const Test& test, const License& license) {
  std::vector<std::string> ways;
  for (int number : test.cures()) {
    if (number == Cure::separate_license) {
      ways.push_back(absl::StrFormat("obtain a separate licence from %s and list it under agreements",
                                     license.licensor().empty() ? "the licensor" : license.licensor()));
    } else if (number == Cure::registration) {
      ways.push_back("register with the licensor");
    } else if (number == Cure::payment) {
      ways.push_back("pay what the clause asks");
    } else if (number == Cure::subscription) {
      ways.push_back("take the subscription");
    }
  }
  switch (test.kind()) {
    case v1::TermKind::commercial_use:
    case v1::TermKind::purpose:
      ways.push_back("use it for a permitted purpose alone");
      break;
    case v1::TermKind::hosting:
      ways.push_back("do not host it");
      break;
    case v1::TermKind::distribution:
      ways.push_back("do not distribute it");
      break;
    default:
      break;
  }
  ways.push_back("choose another model");
  return absl::StrJoin(ways, ", or ");
}

class TestEvaluation {
 public:
  TestEvaluation(const Test& test, const DutyContext& context, absl::Time evaluated_at)
      : test_(test), context_(context), when_(context.conditions->Evaluate(test.when(), Worst::kTrue)) {
    if (test.has_unless()) {
      unless_ = context.conditions->Evaluate(test.unless(), Worst::kFalse);
    } else {
      unless_.truth = Truth::kFalse;
    }
    if (std::find(test.cures().begin(), test.cures().end(), static_cast<int>(Cure::separate_license)) !=
        test.cures().end()) {
      agreement_ = FindAgreement(*context.profile, *context.license, evaluated_at);
    }
  }

  void Apply(std::vector<v1::Finding>* findings, std::vector<v1::Obligation>* obligations) const {
    Truth truth = when_.truth;
    ConditionAnswer hit;
    hit.truth = Truth::kTrue;
    if (test_.effect() != Effect::duty) hit = Hit(test_.effect(), *context_.conditions);
    v1::Finding finding;
    if (truth == Truth::kFalse) {
      finding = Make(Outcome::SATISFIED, "met: " + when_.explanation);
    } else if (unless_.truth == Truth::kTrue) {
      truth = Truth::kFalse;
      finding = Make(Outcome::SATISFIED, absl::StrFormat("does not apply to this licensee: %s (%s)",
                                                         unless_.explanation, ClauseWords(UnlessClause())));
    } else if (agreement_.held) {
      truth = Truth::kFalse;
      finding = Make(Outcome::SATISFIED,
                     absl::StrFormat("lifted by the %s; without it: %s", agreement_.explanation, when_.explanation));
    } else if (hit.truth == Truth::kFalse) {
      finding = Make(Outcome::SATISFIED, absl::StrFormat("does not matter here: where the clause applies, %s, but %s",
                                                         EffectWords(test_.effect()), hit.explanation));
    } else if (test_.effect() == Effect::duty) {
      finding = DutyNote();
    } else if (truth == Truth::kTrue && hit.truth == Truth::kTrue) {
      finding = Make(Outcome::VIOLATED, absl::StrFormat("%s, so %s", when_.explanation, EffectWords(test_.effect())));
      finding.set_remedy(RemedyOfViolation(test_, *context_.license));
      AddWaysOut(&finding);
    } else {
      finding = Unknown(hit);
    }
    findings->push_back(std::move(finding));
    for (const rules::v1::Duty& duty : test_.duties()) {
      // Duties that hang on another effect stand as long as it may hold.
      ApplyDuty(duty, truth, context_, findings, obligations);
    }
  }

 private:
  v1::Finding Make(Outcome::Value outcome, std::string message) const {
    if (!test_.summary().empty()) message += ". The clause: " + test_.summary();
    return MakeTermFinding(RuleOf(test_.kind()), outcome, *context_.license, test_.clause(), message);
  }

  const std::string& UnlessClause() const {
    return test_.unless_clause().empty() ? test_.clause() : test_.unless_clause();
  }

  void AddWaysOut(v1::Finding* finding) const {
    std::string message = finding->message() + CureWords(test_);
    if (!agreement_.explanation.empty()) message += absl::StrFormat(" Note: %s.", agreement_.explanation);
    if (!agreement_.elsewhere.empty()) message += absl::StrFormat(" Note: %s.", agreement_.elsewhere);
    if (test_.has_unless() && unless_.truth == Truth::kUnknown) {
      message +=
          absl::StrFormat(" It would not apply under %s, but %s.", ClauseWords(UnlessClause()), unless_.explanation);
    }
    finding->set_message(std::move(message));
  }

  v1::Finding DutyNote() const {
    if (when_.truth == Truth::kTrue) {
      return Make(Outcome::INFO, absl::StrFormat("%s, so %s", when_.explanation, EffectWords(Effect::duty)));
    }
    // An open boundary is for a person; an absent figure imposes the duty and stops nothing.
    v1::Finding finding =
        Make(when_.ambiguous ? Outcome::NEEDS_REVIEW : Outcome::INFO,
             absl::StrFormat("%s, so %s as a precaution", when_.explanation, EffectWords(Effect::duty)));
    NameMissing(when_.missing, &finding);
    return finding;
  }

  // What settles a test that is open.
  std::string RemedyOfQuestion(const std::vector<MissingFact>& missing) const {
    std::vector<std::string> stated;
    for (const MissingFact& fact : missing) {
      if (!fact.measured) stated.push_back(fact.path);
    }
    if (!stated.empty()) return absl::StrFormat("state %s in the profile", absl::StrJoin(stated, " and "));
    if (missing.empty()) return "let counsel decide; no fact settles it";
    return absl::StrFormat("let a person find out %s, which the files do not show", missing.front().path);
  }

  v1::Finding Unknown(const ConditionAnswer& hit) const {
    std::vector<MissingFact> missing;
    std::string why;
    if (when_.truth == Truth::kUnknown) {
      AddMissing(when_.missing, &missing);
      why = when_.explanation;
    }
    if (hit.truth == Truth::kUnknown) {
      AddMissing(hit.missing, &missing);
      if (hit.explanation != why) why += (why.empty() ? "" : "; ") + hit.explanation;
    }
    v1::Finding finding =
        Make(Outcome::NEEDS_REVIEW, absl::StrFormat("%s; if the clause applies, %s", why, EffectWords(test_.effect())));
    AddWaysOut(&finding);
    NameMissing(missing, &finding);
    finding.set_remedy(RemedyOfQuestion(missing));
    return finding;
  }

  const Test& test_;
  const DutyContext& context_;
  ConditionAnswer when_;
  ConditionAnswer unless_;
  AgreementAnswer agreement_;
};

void ApplyContradiction(const rules::v1::Contradiction& contradiction, const DutyContext& context,
                        std::vector<v1::Finding>* findings) {
  ConditionAnswer matters;
  if (contradiction.has_matters_when()) {
    matters = context.conditions->Evaluate(contradiction.matters_when(), Worst::kTrue);
  } else {
    matters.truth = Truth::kFalse;
  }
  const bool hangs = matters.truth == Truth::kTrue || matters.ambiguous;
  std::string message = "contradicts itself: " + contradiction.summary();
  if (!matters.explanation.empty()) {
    if (message.back() == '.') message.pop_back();
    message += absl::StrFormat("; %s%s", hangs ? "the outcome hangs on it because " : "", matters.explanation);
  }
  v1::Finding finding = MakeTermFinding(v1::TERM_CONTRADICTION, hangs ? Outcome::NEEDS_REVIEW : Outcome::INFO,
                                        *context.license, absl::StrJoin(contradiction.clauses(), " and "), message);
  if (!hangs) NameMissing(matters.missing, &finding);
  findings->push_back(std::move(finding));
}

}  // namespace

void EvaluateTerms(const DutyContext& context, absl::Time evaluated_at, std::vector<v1::Finding>* findings,
                   std::vector<v1::Obligation>* obligations) {
  const License& license = *context.license;
  DutyContext with_agreement = context;
  const AgreementAnswer agreement = FindAgreement(*context.profile, license, evaluated_at);
  if (agreement.held) with_agreement.agreement = agreement.explanation;
  for (const Test& test : license.tests()) {
    TestEvaluation(test, with_agreement, evaluated_at).Apply(findings, obligations);
  }
  for (const rules::v1::Duty& duty : license.duties()) {
    ApplyDuty(duty, Truth::kTrue, with_agreement, findings, obligations);
  }
  for (const auto& contradiction : license.contradictions()) {
    ApplyContradiction(contradiction, with_agreement, findings);
  }
  // What was entered is evaluated as ever; what was not entered cannot be, and may be anything.
  if (license.provenance().confidence() == rules::v1::Confidence::low) {
    v1::Finding finding = MakeFinding(
        v1::LICENSE_FACTS_PARTIAL, v1::Outcome::NEEDS_REVIEW,
        absl::StrFormat("%s: %s", license.short_id(),
                        license.provenance().note().empty() ? "not every clause was checked against the text"
                                                            : license.provenance().note()));
    finding.set_license_id(license.id());
    findings->push_back(std::move(finding));
  }
}

}  // namespace weighbridge::policy
