// Conditions: facts of the registry, with the right type and values the fact can have.
#include <algorithm>
#include <set>

#include "absl/strings/str_format.h"
#include "proto/weighbridge/rules/v1/facts.pb.h"
#include "services/rulebook/lint_parts.h"

namespace weighbridge::rulebook {
namespace {

using rules::v1::Condition;
using rules::v1::FactCondition;
using rules::v1::FactId;
using rules::v1::FactInfo;
using rules::v1::FactType;
using rules::v1::Moment;
using rules::v1::Threshold;

// What the registry says about a fact; an empty FactInfo for the unspecified one.
const FactInfo& InfoOf(FactId::Value id) {
  static const FactInfo& none = *new FactInfo();
  const auto* value = FactId::Value_descriptor()->FindValueByNumber(id);
  if (value == nullptr || id == FactId::fact_id_unspecified) return none;
  return value->options().GetExtension(rules::v1::fact);
}

// What is wrong with a value of a fact, or nothing.
std::string ValueProblem(const LintContext& context, FactId::Value id, const std::string& value) {
  const FactInfo& info = InfoOf(id);
  const std::string& name = FactId::Value_Name(id);
  switch (info.type()) {
    case FactType::boolean:
      return value == "true" || value == "false"
                 ? ""
                 : absl::StrFormat("%s is \"true\" or \"false\", not \"%s\"", name, value);
    case FactType::countries:
      if (value.rfind("group:", 0) == 0) {
        return !context.rules->countries_known || context.groups.count(value.substr(6)) != 0
                   ? ""
                   : absl::StrFormat("countries.textproto has no group \"%s\"", value.substr(6));
      }
      return IsCountryCode(value) ? "" : absl::StrFormat("\"%s\" is no ISO 3166-1 alpha-2 country code", value);
    case FactType::words:
      if (id == FactId::fields_of_use) {
        return !context.rules->fields_known || context.fields.count(value) != 0
                   ? ""
                   : absl::StrFormat("fields.textproto has no field \"%s\"", value);
      }
      for (const std::string& word : info.values()) {
        if (word == value) return "";
      }
      if (info.values().empty()) return IsLowerCase(value) ? "" : absl::StrFormat("\"%s\" is not in lower case", value);
      return absl::StrFormat("%s has no value \"%s\"", name, value);
    case FactType::figure:
    case FactType::fact_type_unspecified:
    default:
      return "";
  }
}

void LintValues(const LintContext& context, const Cursor& at, const char* field,
                const google::protobuf::RepeatedPtrField<std::string>& values, FactId::Value id) {
  std::set<std::string> seen;
  for (int i = 0; i < values.size(); ++i) {
    const std::string problem = ValueProblem(context, id, values.Get(i));
    if (!problem.empty()) at.ReportAt(field, i, problem);
    if (!seen.insert(values.Get(i)).second) {
      at.ReportAt(field, i, absl::StrFormat("%s lists \"%s\" twice", field, values.Get(i)));
    }
  }
}

void LintFact(const LintContext& context, const Cursor& at) {
  const auto& fact = at.As<FactCondition>();
  at.Require({"id", "any_of"});
  if (fact.id() == FactId::fact_id_unspecified) return;
  if (InfoOf(fact.id()).type() == FactType::figure) {
    at.ReportAt("id", absl::StrFormat("%s is a figure: compare it with a threshold", FactId::Value_Name(fact.id())));
    return;
  }
  LintValues(context, at, "any_of", fact.any_of(), fact.id());
  LintValues(context, at, "assume", fact.assume(), fact.id());
  for (int i = 0; i < fact.assume_size(); ++i) {
    if (fact.assume(i).rfind("group:", 0) == 0) at.ReportAt("assume", i, "a group cannot be assumed; name countries");
  }
  if (InfoOf(fact.id()).type() == FactType::boolean && fact.any_of_size() > 1) {
    at.ReportAt("any_of", 1, "a condition that both true and false meet says nothing");
  }
  if (InfoOf(fact.id()).type() == FactType::boolean && fact.assume_size() > 1) {
    at.ReportAt("assume", 1, "a boolean fact has one value");
  }
  if (!fact.assume().empty() && fact.assume_reason().empty())
    at.ReportAt("assume", 0, "assume needs its assume_reason");
  if (fact.assume().empty() && !fact.assume_reason().empty())
    at.ReportAt("assume_reason", "assume_reason without assume");
}

void LintPeriod(const ConditionOwner& owner, const Cursor& at) {
  const auto& threshold = at.As<Threshold>();
  const bool bound = threshold.moment() == Moment::month_before_release || threshold.moment() == Moment::on_release;
  if (!bound) {
    if (!threshold.period().empty()) {
      at.ReportAt("period",
                  absl::StrFormat("period has no meaning with moment %s", Moment::Value_Name(threshold.moment())));
    }
    return;
  }
  if (!IsDate(owner.released)) {
    at.ReportAt("moment", "a moment bound to the release needs the licence's date in `released`");
    return;
  }
  const std::string expected =
      threshold.moment() == Moment::on_release ? owner.released.substr(0, 7) : MonthBefore(owner.released);
  if (threshold.period() != expected) {
    at.ReportAt("period", absl::StrFormat("released on %s, so the period is \"%s\", not \"%s\"", owner.released,
                                          expected, threshold.period()));
  }
}

void LintThreshold(const ConditionOwner& owner, const Cursor& at) {
  const auto& threshold = at.As<Threshold>();
  at.Require({"metric", "comparison", "moment", "subject"});
  if (threshold.value() <= 0) at.ReportAt("value", "value must be a number above 0");
  LintPeriod(owner, at);
  if (threshold.metric() == FactId::fact_id_unspecified) return;
  const FactInfo& info = InfoOf(threshold.metric());
  const std::string& name = FactId::Value_Name(threshold.metric());
  if (info.type() != FactType::figure) {
    at.ReportAt("metric", absl::StrFormat("%s is no figure: use a fact condition", name));
    return;
  }
  const bool currency_ok = threshold.currency().size() == 3 &&
                           threshold.currency().find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string::npos;
  if (info.money() && !currency_ok) {
    at.ReportAt("currency", absl::StrFormat("%s is money: currency must be an ISO 4217 code such as \"USD\"", name));
  }
  if (!info.money() && !threshold.currency().empty()) {
    at.ReportAt("currency", absl::StrFormat("%s is no money and has no currency", name));
  }
}

}  // namespace

void LintCondition(const LintContext& context, const ConditionOwner& owner, const Cursor& at) {
  const auto& condition = at.As<Condition>();
  switch (condition.is_case()) {
    case Condition::kAll:
    case Condition::kAny: {
      const char* field = condition.is_case() == Condition::kAll ? "all" : "any";
      const Cursor list = at.Sub(field);
      const int count = list.As<rules::v1::Conditions>().of_size();
      if (count == 0) at.ReportAt(field, absl::StrFormat("%s without a condition in it", field));
      for (int i = 0; i < count; ++i) LintCondition(context, owner, list.Sub("of", i));
      return;
    }
    case Condition::kNot:
      return LintCondition(context, owner, at.Sub("not"));
    case Condition::kThreshold:
      return LintThreshold(owner, at.Sub("threshold"));
    case Condition::kFact:
      return LintFact(context, at.Sub("fact"));
    case Condition::IS_NOT_SET:
      break;
  }
  at.Report("an empty condition");
}

Truth HoldsFor(const Condition& condition, FactId::Value fact, std::string_view value) {
  switch (condition.is_case()) {
    case Condition::kAll:
    case Condition::kAny: {
      // `all` is false as soon as one is false; `any` true as soon as one is true.
      const bool all = condition.is_case() == Condition::kAll;
      const Truth decides = all ? Truth::kFalse : Truth::kTrue;
      bool unknown = false;
      for (const Condition& each : (all ? condition.all() : condition.any()).of()) {
        const Truth truth = HoldsFor(each, fact, value);
        if (truth == decides) return decides;
        unknown = unknown || truth == Truth::kUnknown;
      }
      return unknown ? Truth::kUnknown : all ? Truth::kTrue : Truth::kFalse;
    }
    case Condition::kNot: {
      const Truth truth = HoldsFor(condition.not_(), fact, value);
      return truth == Truth::kUnknown ? truth : truth == Truth::kTrue ? Truth::kFalse : Truth::kTrue;
    }
    case Condition::kFact: {
      if (condition.fact().id() != fact) return Truth::kUnknown;
      const auto& values = condition.fact().any_of();
      return std::find(values.begin(), values.end(), value) != values.end() ? Truth::kTrue : Truth::kFalse;
    }
    case Condition::kThreshold:
    case Condition::IS_NOT_SET:
      return Truth::kUnknown;
  }
  return Truth::kUnknown;
}

void CollectFacts(const Condition& condition, std::set<int>* facts) {
  switch (condition.is_case()) {
    case Condition::kAll:
      for (const Condition& each : condition.all().of()) CollectFacts(each, facts);
      return;
    case Condition::kAny:
      for (const Condition& each : condition.any().of()) CollectFacts(each, facts);
      return;
    case Condition::kNot:
      return CollectFacts(condition.not_(), facts);
    case Condition::kThreshold:
      facts->insert(condition.threshold().metric());
      return;
    case Condition::kFact:
      facts->insert(condition.fact().id());
      return;
    case Condition::IS_NOT_SET:
      return;
  }
}

}  // namespace weighbridge::rulebook
