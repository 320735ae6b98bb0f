#include "services/policy/duties.h"

#include <algorithm>
#include <initializer_list>
#include <set>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "services/policy/decide.h"
#include "services/policy/findings.h"
#include "services/policy/registry.h"

namespace weighbridge::policy {
namespace {

using rules::v1::Duty;
using rules::v1::ExactString;
using rules::v1::FactCondition;
using rules::v1::FactId;
using rules::v1::Trigger;
using v1::Outcome;

FactCondition AnyOf(FactId::Value id, std::initializer_list<const char*> values) {
  FactCondition condition;
  condition.set_id(id);
  for (const char* value : values) condition.add_any_of(value);
  return condition;
}

ConditionAnswer Both(const ConditionAnswer& a, const ConditionAnswer& b) {
  if (a.truth == Truth::kFalse) return a;
  if (b.truth == Truth::kFalse) return b;
  ConditionAnswer both = a;
  both.truth = And(a.truth, b.truth);
  both.explanation += "; " + b.explanation;
  AddMissing(b.missing, &both.missing);
  return both;
}

std::string Quoted(const ExactString& string, const DutyContext& context, const std::string& clause) {
  std::string text = string.text();
  if (text.empty()) {
    const auto it = context.exact_strings->find(ExactStringKey(*context.license, string));
    if (it != context.exact_strings->end()) text = it->second;
  }
  const std::string what = string.what().empty() ? "text" : string.what();
  if (text.empty()) {
    return absl::StrFormat("the %s as %s of the licence text gives it", what, ClauseWords(clause));
  }
  return absl::StrFormat("%s \"%s\"", what, text);
}

// " Exact wording: display "Built with X".": one part for each string, alternatives joined by "or".
std::string ExactWording(const Duty& duty, const DutyContext& context) {
  std::vector<std::string> parts;
  std::set<uint32_t> done;
  for (const ExactString& string : duty.strings()) {
    if (string.alternative() == 0) {
      parts.push_back(Quoted(string, context, duty.clause()));
      continue;
    }
    if (!done.insert(string.alternative()).second) continue;
    std::vector<std::string> alternatives;
    for (const ExactString& other : duty.strings()) {
      if (other.alternative() == string.alternative()) alternatives.push_back(Quoted(other, context, duty.clause()));
    }
    parts.push_back(absl::StrJoin(alternatives, " or "));
  }
  return parts.empty() ? "" : " Exact wording: " + absl::StrJoin(parts, "; ") + ".";
}

std::string Sentence(std::string text) {
  if (!text.empty() && text.back() != '.') text += '.';
  return text;
}

}  // namespace

std::string ExactStringKey(const rules::v1::License& license, const ExactString& string) {
  return absl::StrFormat("%s/%s:%d:%d", license.short_id(), string.token_file(), string.first_word(),
                         string.word_count());
}

ConditionAnswer TriggerAnswer(Trigger::Value trigger, const Conditions& conditions) {
  const auto distribution = [&](std::initializer_list<const char*> values) {
    return conditions.EvaluateFact(AnyOf(FactId::distribution, values), Worst::kTrue);
  };
  const auto modified = [&] {
    return conditions.EvaluateFact(
        AnyOf(FactId::modifications, {"fine_tune", "adapter", "quantize", "merge", "prune", "distill"}), Worst::kTrue);
  };
  switch (trigger) {
    case Trigger::any_use:
      break;
    case Trigger::distributed:
      return distribution({"redistribute_weights", "embedded_product"});
    case Trigger::made_available:
    case Trigger::used_in_product:
      return distribution({"hosted_service", "redistribute_weights", "embedded_product"});
    case Trigger::shown:
      return distribution({"hosted_service", "embedded_product"});
    case Trigger::modified:
      return modified();
    case Trigger::modified_and_distributed:
      return Both(distribution({"redistribute_weights", "embedded_product"}), modified());
    case Trigger::modified_and_made_available:
      return Both(distribution({"hosted_service", "redistribute_weights", "embedded_product"}), modified());
    default:
      break;  // a rule without a trigger: the duty arises with any use
  }
  ConditionAnswer always;
  always.truth = Truth::kTrue;
  always.explanation = "it arises with any use";
  return always;
}

void ApplyDuty(const Duty& duty, Truth imposed, const DutyContext& context, std::vector<v1::Finding>* findings,
               std::vector<v1::Obligation>* obligations) {
  const Conditions& conditions = *context.conditions;
  ConditionAnswer arises = TriggerAnswer(duty.trigger(), conditions);
  if (duty.has_applies_when()) arises = Both(arises, conditions.Evaluate(duty.applies_when(), Worst::kTrue));
  const bool ruled_out = imposed == Truth::kFalse || arises.truth == Truth::kFalse;

  v1::Obligation obligation;
  obligation.set_kind(duty.kind());
  obligation.set_clause(duty.clause().empty() ? "no clause named" : duty.clause());
  obligation.set_trigger(TriggerName(duty.trigger()));
  obligation.set_license_id(context.license->id());
  obligation.set_not_triggered(ruled_out);
  std::string message = duty.encouraged() ? std::string(kRecommendedPrefix) : "";
  message += Sentence(duty.summary()) + ExactWording(duty, context);
  if (duty.overridable()) message += " The licence lets the licensee set this aside at its own risk.";

  bool broken = false;
  if (duty.has_violated_when() && !ruled_out) {
    const ConditionAnswer violated = conditions.Evaluate(duty.violated_when(), Worst::kTrue);
    if (violated.truth == Truth::kTrue) {
      // What the text only recommends cannot be broken; what it lets the licensee set aside needs a person who does.
      Outcome::Value outcome = Outcome::VIOLATED;
      if (duty.overridable()) outcome = Outcome::NEEDS_REVIEW;
      // A separate licence may free from the promise; only who reads it can tell.
      if (!context.agreement.empty()) outcome = Outcome::NEEDS_REVIEW;
      if (duty.encouraged()) outcome = Outcome::INFO;
      broken = outcome != Outcome::INFO;
      std::string why = absl::StrFormat("%s The profile contradicts it: %s", message, violated.explanation);
      if (broken && !context.agreement.empty()) {
        why += absl::StrFormat(". Whether the %s frees from it must be read there", context.agreement);
      }
      findings->push_back(MakeTermFinding(v1::TERM_PROMISE_BROKEN, outcome, *context.license, duty.clause(), why));
    } else if (violated.ambiguous) {
      findings->push_back(MakeTermFinding(v1::TERM_PROMISE_BROKEN, Outcome::NEEDS_REVIEW, *context.license,
                                          duty.clause(), absl::StrFormat("%s %s", message, violated.explanation)));
    }
  }
  const auto& kinds = context.profile->duties_fulfilled();
  bool fulfilled = std::find(kinds.begin(), kinds.end(), static_cast<int>(duty.kind())) != kinds.end();
  if (duty.has_fulfilled_when() && conditions.Evaluate(duty.fulfilled_when(), Worst::kFalse).truth == Truth::kTrue) {
    fulfilled = true;
  }
  obligation.set_fulfilled(fulfilled && !broken);
  obligation.set_message(std::move(message));
  obligations->push_back(std::move(obligation));
}

}  // namespace weighbridge::policy
