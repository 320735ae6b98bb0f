#include "services/policy/conditions.h"

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "services/policy/registry.h"

namespace weighbridge::policy {
namespace {

using rules::v1::Condition;
using rules::v1::FactCondition;
using rules::v1::FactId;
using rules::v1::FactSide;
using rules::v1::FactType;

constexpr char kGroupPrefix[] = "group:";

Worst Turn(Worst worst) { return worst == Worst::kTrue ? Worst::kFalse : Worst::kTrue; }

ConditionAnswer Unreadable(std::string why) {
  ConditionAnswer answer;
  answer.explanation = std::move(why);
  return answer;
}

}  // namespace

void AddMissing(const std::vector<MissingFact>& from, std::vector<MissingFact>* to) {
  for (const MissingFact& fact : from) {
    const auto same = [&](const MissingFact& other) { return other.path == fact.path; };
    if (std::none_of(to->begin(), to->end(), same)) to->push_back(fact);
  }
}

ConditionAnswer Conditions::Evaluate(const Condition& condition, Worst worst) const {
  return EvaluateAt(condition, worst, 0);
}

ConditionAnswer Conditions::EvaluateAt(const Condition& condition, Worst worst, int depth) const {
  if (depth > kMaxConditionDepth) return Unreadable("the rule nests conditions too deeply");
  switch (condition.is_case()) {
    case Condition::kAll:
      return EvaluateList(condition.all(), /*all=*/true, worst, depth);
    case Condition::kAny:
      return EvaluateList(condition.any(), /*all=*/false, worst, depth);
    case Condition::kNot: {
      ConditionAnswer answer = EvaluateAt(condition.not_(), Turn(worst), depth + 1);
      answer.truth = Not(answer.truth);
      return answer;
    }
    case Condition::kThreshold: {
      const FigureAnswer figure = figures_->Answer(condition.threshold(), worst == Worst::kTrue);
      ConditionAnswer answer;
      answer.truth = figure.truth;
      answer.ambiguous = figure.ambiguous;
      answer.explanation = figure.explanation;
      if (!figure.missing_fact.empty()) answer.missing.push_back({figure.missing_fact, false});
      return answer;
    }
    case Condition::kFact:
      return EvaluateFact(condition.fact(), worst);
    case Condition::IS_NOT_SET:
      break;
  }
  return Unreadable("the rule gives no condition");
}

ConditionAnswer Conditions::EvaluateList(const rules::v1::Conditions& list, bool all, Worst worst, int depth) const {
  if (list.of().empty()) return Unreadable("the rule gives an empty list of conditions");
  std::vector<ConditionAnswer> parts;
  ConditionAnswer answer;
  answer.truth = all ? Truth::kTrue : Truth::kFalse;
  for (const Condition& condition : list.of()) {
    parts.push_back(EvaluateAt(condition, worst, depth + 1));
    answer.truth = all ? And(answer.truth, parts.back().truth) : Or(answer.truth, parts.back().truth);
  }
  std::vector<std::string> why;
  for (const ConditionAnswer& part : parts) {
    if (part.truth != answer.truth) continue;
    if (std::find(why.begin(), why.end(), part.explanation) == why.end()) why.push_back(part.explanation);
    if (answer.truth == Truth::kUnknown) {
      AddMissing(part.missing, &answer.missing);
      answer.ambiguous = answer.ambiguous || part.ambiguous;
    }
  }
  answer.explanation = absl::StrJoin(why, "; ");
  return answer;
}

bool Conditions::FieldWithin(const std::string& field, const std::string& wide) const {
  if (field == wide) return true;
  if (fields_ == nullptr) return false;
  // Breadth first; `seen` ends loops.
  std::set<std::string> seen = {field};
  std::vector<std::string> open = {field};
  while (!open.empty()) {
    const std::string id = open.back();
    open.pop_back();
    for (const rules::v1::Field& candidate : fields_->field()) {
      if (candidate.id() != id) continue;
      for (const std::string& parent : candidate.within()) {
        if (parent == wide) return true;
        if (seen.insert(parent).second) open.push_back(parent);
      }
    }
  }
  return false;
}

Truth Conditions::Among(const FactCondition& condition, const std::string& value) const {
  Truth truth = Truth::kFalse;
  const FactType::Value type = InfoOf(condition.id()).type();
  if (type == FactType::boolean && value != "true" && value != "false") return Truth::kUnknown;
  for (const std::string& listed : condition.any_of()) {
    if (listed == value) return Truth::kTrue;
    if (condition.id() == FactId::fields_of_use) {
      if (FieldWithin(value, listed)) return Truth::kTrue;
      // A wide field that is stated may or may not include the narrow one that is listed.
      if (FieldWithin(listed, value)) truth = Or(truth, Truth::kUnknown);
    }
    if (type == FactType::countries && absl::StartsWith(listed, kGroupPrefix)) {
      const std::string id = listed.substr(sizeof(kGroupPrefix) - 1);
      bool known = false;
      if (countries_ != nullptr) {
        for (const rules::v1::CountryGroup& group : countries_->group()) {
          if (group.id() != id) continue;
          known = true;
          if (std::find(group.countries().begin(), group.countries().end(), value) != group.countries().end()) {
            return Truth::kTrue;
          }
        }
      }
      if (!known) truth = Or(truth, Truth::kUnknown);
    }
  }
  return truth;
}

ConditionAnswer Conditions::EvaluateFact(const FactCondition& condition, Worst worst) const {
  const std::string name = FactName(condition.id());
  const rules::v1::FactInfo& info = InfoOf(condition.id());
  if (info.type() == FactType::fact_type_unspecified || info.type() == FactType::figure || condition.any_of().empty()) {
    return Unreadable(absl::StrFormat("the rule asks for %s in a way that cannot be read", name));
  }
  const bool measured = info.side() == FactSide::measured;
  ConditionAnswer answer;
  std::vector<std::string> values;
  if (const auto found = facts_->Find(condition.id()); found.has_value()) {
    values = found->values;
    answer.explanation = absl::StrFormat("%s is %s", name, absl::StrJoin(values, ", "));
    if (measured && !found->how.empty()) answer.explanation += absl::StrFormat(" (measured: %s)", found->how);
  } else if (!condition.assume().empty()) {
    values.assign(condition.assume().begin(), condition.assume().end());
    answer.explanation = absl::StrFormat("%s is taken to be %s", name, absl::StrJoin(values, ", "));
    if (!condition.assume_reason().empty()) answer.explanation += absl::StrFormat(" (%s)", condition.assume_reason());
  } else {
    answer.explanation = name + (measured ? " could not be measured" : " is not stated");
    answer.missing.push_back({name, measured});
    return answer;
  }
  const bool every = worst == Worst::kFalse && !measured;
  answer.truth = every ? Truth::kTrue : Truth::kFalse;
  for (const std::string& value : values) {
    const Truth truth = Among(condition, value);
    answer.truth = every ? And(answer.truth, truth) : Or(answer.truth, truth);
  }
  if (answer.truth == Truth::kUnknown) {
    answer.explanation +=
        absl::StrFormat(", which does not settle whether it is %s", absl::StrJoin(condition.any_of(), ", "));
    answer.missing.push_back({name, measured});
  }
  return answer;
}

}  // namespace weighbridge::policy
