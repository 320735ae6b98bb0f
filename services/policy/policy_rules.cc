#include "services/policy/policy_rules.h"

#include <algorithm>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "services/policy/agreements.h"
#include "services/policy/builtin_policy.h"
#include "services/policy/findings.h"
#include "services/policy/registry.h"

namespace weighbridge::policy {
namespace {

using rules::v1::DocumentKind;
using v1::Outcome;
using v1::PolicyRule;

bool IsWholeLicense(const PolicySubject& subject) {
  return subject.license == nullptr ||
         (subject.license->kind() != DocumentKind::use_policy && subject.license->kind() != DocumentKind::addendum);
}

// Whether the rule names the subject and its facts hold. All given fields must match.
ConditionAnswer Matches(const PolicyRule& rule, const PolicySubject& subject, const Conditions& conditions,
                        Worst worst) {
  ConditionAnswer answer;
  answer.truth = Truth::kFalse;
  const rules::v1::License* license = subject.license;
  if (!rule.license().empty() &&
      (license == nullptr || std::none_of(rule.license().begin(), rule.license().end(),
                                          [&](const std::string& name) { return Names(name, *license); }))) {
    return answer;
  }
  if (!rule.family().empty() &&
      (license == nullptr || license->family().empty() ||
       std::none_of(rule.family().begin(), rule.family().end(),
                    [&](const std::string& family) { return absl::EqualsIgnoreCase(family, license->family()); }))) {
    return answer;
  }
  // Use policies and addenda have no class of their own.
  if (!rule.openness().empty() &&
      (!IsWholeLicense(subject) || std::find(rule.openness().begin(), rule.openness().end(),
                                             static_cast<int>(subject.openness)) == rule.openness().end())) {
    return answer;
  }
  answer.truth = Truth::kTrue;
  const std::map<std::string, std::string> facts(rule.fact().begin(), rule.fact().end());  // in a fixed order
  for (const auto& [name, values] : facts) {
    rules::v1::FactCondition condition;
    const auto id = FactFromName(name);
    if (id.has_value()) condition.set_id(*id);
    for (const std::string& value : SplitList(values)) condition.add_any_of(value);
    const ConditionAnswer fact = conditions.EvaluateFact(condition, worst);
    answer.truth = And(answer.truth, fact.truth);
    if (fact.truth == Truth::kUnknown) AddMissing(fact.missing, &answer.missing);
    answer.explanation += (answer.explanation.empty() ? "" : "; ") + fact.explanation;
  }
  return answer;
}

// One policy with its origin.
struct Layer {
  const v1::Policy* policy;
  bool builtin;
};

std::string RuleName(const PolicyRule& rule, const char* list, int index) {
  return rule.has_id() && !rule.id().empty() ? rule.id() : absl::StrFormat("%s %d", list, index + 1);
}

v1::Finding About(const PolicySubject& subject, v1::Finding finding) {
  if (subject.license != nullptr) finding.set_license_id(subject.license->id());
  finding.set_component(subject.component);
  return finding;
}

std::string SubjectWords(const PolicySubject& subject) {
  if (subject.license == nullptr) return absl::StrFormat("a model of class %s", OpennessName(subject.openness));
  const rules::v1::License& license = *subject.license;
  return absl::StrFormat("%s (class %s)", license.name().empty() ? license.id() : license.name(),
                         OpennessName(subject.openness));
}

class PolicyEvaluation {
 public:
  PolicyEvaluation(const std::vector<PolicySubject>& subjects, const v1::Policy* user, const Conditions& conditions,
                   std::vector<v1::Finding>* findings)
      : subjects_(subjects), conditions_(conditions), findings_(findings), builtin_(BuiltinPolicy()) {
    layers_.push_back({&builtin_, true});
    if (user != nullptr) layers_.push_back({user, false});
  }

  void Apply() {
    RequireText();
    for (const Layer& layer : layers_) {
      for (int i = 0; i < layer.policy->deny_size(); ++i) {
        ApplyRule(layer.policy->deny(i), RuleName(layer.policy->deny(i), "deny", i), layer, /*deny=*/true);
      }
      for (int i = 0; i < layer.policy->review_size(); ++i) {
        ApplyRule(layer.policy->review(i), RuleName(layer.policy->review(i), "review", i), layer, /*deny=*/false);
      }
      if (layer.policy->allow_only_listed()) AllowOnlyListed(layer);
    }
    for (v1::Finding& finding : text_findings_) findings_->push_back(std::move(finding));
    for (v1::Finding& finding : builtin_findings_) findings_->push_back(std::move(finding));
  }

 private:
  void RequireText() {
    const bool required =
        std::any_of(layers_.begin(), layers_.end(), [](const Layer& layer) { return layer.policy->require_text(); });
    for (v1::Finding& finding : *findings_) {
      if (finding.rule_id() != InfoOf(v1::LICENSE_TEXT_MISSING).id()) continue;
      if (required) {
        v1::Finding text =
            MakeFinding(v1::POLICY_TEXT_REQUIRED, Outcome::NEEDS_REVIEW,
                        absl::StrFormat("the policy asks for the text of %s, which is not beside the weights",
                                        finding.license_id()));
        text.set_license_id(finding.license_id());
        text.set_component(finding.component());
        *text.mutable_evidence() = finding.evidence();
        LiftOrKeep(std::move(text), &text_findings_);
      }
      if (finding.outcome() == Outcome::NEEDS_REVIEW) {
        v1::Finding kept = finding;
        std::vector<v1::Finding> result;
        LiftOrKeep(std::move(kept), &result);
        finding = result.front();
        for (size_t i = 1; i < result.size(); ++i) text_findings_.push_back(result[i]);
      }
    }
  }

  // The override that names the licence of the finding, if any.
  const PolicyRule* OverrideFor(const PolicySubject& subject) const {
    for (const Layer& layer : layers_) {
      for (const PolicyRule& rule : layer.policy->allow()) {
        // An override that names nothing would loosen everything: it must name a licence, a family or a class.
        if (rule.license().empty() && rule.family().empty() && rule.openness().empty()) continue;
        if (absl::StripAsciiWhitespace(rule.override()).empty()) continue;
        if (Matches(rule, subject, conditions_, Worst::kFalse).truth == Truth::kTrue) return &rule;
      }
    }
    return nullptr;
  }

  // Appends the finding, first turned into a note if an override lifts it; then the override's own finding follows.
  void LiftOrKeep(v1::Finding finding, std::vector<v1::Finding>* to) const {
    const PolicyRule* override_rule = nullptr;
    const PolicySubject* lifted = nullptr;
    for (const PolicySubject& subject : subjects_) {
      const std::string id = subject.license == nullptr ? "" : subject.license->id();
      if (id != finding.license_id() || subject.component != finding.component()) continue;
      override_rule = OverrideFor(subject);
      lifted = &subject;
      if (override_rule != nullptr) break;
    }
    if (override_rule == nullptr) {
      to->push_back(std::move(finding));
      return;
    }
    const std::string name = override_rule->id().empty() ? "without id" : override_rule->id();
    finding.set_message(finding.message() + absl::StrFormat(" Lifted by the policy's override %s.", name));
    finding.set_outcome(Outcome::INFO);
    finding.set_severity(v1::Severity::NOTE);
    finding.clear_remedy();
    const std::string lifted_rule = finding.rule_id();
    to->push_back(std::move(finding));
    v1::Finding note = MakeFinding(v1::POLICY_OVERRIDE, Outcome::INFO,
                                   absl::StrFormat("the policy's override %s lifts %s for %s: %s", name, lifted_rule,
                                                   SubjectWords(*lifted), override_rule->override()));
    note.set_severity(v1::Severity::WARNING);
    to->push_back(About(*lifted, std::move(note)));
  }

  void ApplyRule(const PolicyRule& rule, const std::string& name, const Layer& layer, bool deny) {
    const bool names_something = !rule.license().empty() || !rule.family().empty() || !rule.openness().empty();
    for (const PolicySubject& subject : subjects_) {
      const ConditionAnswer match = Matches(rule, subject, conditions_, Worst::kTrue);
      if (match.truth == Truth::kFalse) continue;
      // Without a licence the finding that says so asks for review already; the built-in rule would only repeat it.
      if (layer.builtin && !deny && subject.license == nullptr) continue;
      const bool certain = match.truth == Truth::kTrue;
      const Outcome::Value outcome = deny && certain ? Outcome::VIOLATED : Outcome::NEEDS_REVIEW;
      const std::string about = names_something ? SubjectWords(subject) : "every model";
      std::string message = absl::StrFormat("the %s policy's rule %s %s %s", layer.builtin ? "built-in" : "user's",
                                            name, deny ? "denies" : "asks for review of", about);
      if (!match.explanation.empty()) message += absl::StrFormat(" (%s)", match.explanation);
      if (rule.has_reason()) message += ": " + rule.reason();
      v1::Finding finding = MakeFinding(deny ? v1::POLICY_DENY : v1::POLICY_REVIEW, outcome, message);
      NameMissing(match.missing, &finding);
      if (!names_something) {
        findings_->push_back(std::move(finding));
        return;  // the same for every subject
      }
      finding = About(subject, std::move(finding));
      if (layer.builtin) {
        LiftOrKeep(std::move(finding), &builtin_findings_);
      } else {
        findings_->push_back(std::move(finding));
      }
    }
  }

  void AllowOnlyListed(const Layer& layer) {
    for (const PolicySubject& subject : subjects_) {
      if (!IsWholeLicense(subject)) continue;  // comes with its licence
      ConditionAnswer best;
      best.truth = Truth::kFalse;
      for (const PolicyRule& rule : layer.policy->allow()) {
        const ConditionAnswer match = Matches(rule, subject, conditions_, Worst::kFalse);
        best.truth = Or(best.truth, match.truth);
        AddMissing(match.missing, &best.missing);
      }
      if (best.truth == Truth::kTrue) continue;
      v1::Finding finding =
          MakeFinding(v1::POLICY_NOT_ALLOWED, Outcome::NEEDS_REVIEW,
                      absl::StrFormat("the policy lets only listed licences pass, and %s is not on the list",
                                      SubjectWords(subject)));
      if (best.truth == Truth::kUnknown) NameMissing(best.missing, &finding);
      findings_->push_back(About(subject, std::move(finding)));
    }
  }

  const std::vector<PolicySubject>& subjects_;
  const Conditions& conditions_;
  std::vector<v1::Finding>* findings_;
  v1::Policy builtin_;
  std::vector<Layer> layers_;
  std::vector<v1::Finding> builtin_findings_;
  std::vector<v1::Finding> text_findings_;
};

}  // namespace

void ApplyPolicy(const std::vector<PolicySubject>& subjects, const v1::Policy* user, const Conditions& conditions,
                 std::vector<v1::Finding>* findings) {
  PolicyEvaluation(subjects, user, conditions, findings).Apply();
}

}  // namespace weighbridge::policy
