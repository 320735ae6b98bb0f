#include "services/policy/registry.h"

namespace weighbridge::policy {
namespace {

template <typename Enum>
std::string Word(Enum value) {
  const google::protobuf::EnumValueDescriptor* word =
      google::protobuf::GetEnumDescriptor<Enum>()->FindValueByNumber(static_cast<int>(value));
  return word == nullptr ? "?" : word->name();
}

}  // namespace

std::string FactName(rules::v1::FactId::Value id) { return Word(id); }
std::string SubjectName(rules::v1::Subject::Value subject) { return Word(subject); }
std::string TriggerName(rules::v1::Trigger::Value trigger) { return Word(trigger); }
std::string ObligationKindName(v1::ObligationKind::Value kind) { return Word(kind); }
std::string OpennessName(v1::Openness openness) { return Word(openness); }

std::optional<rules::v1::FactId::Value> FactFromName(std::string_view name) {
  const google::protobuf::EnumValueDescriptor* value =
      rules::v1::FactId::Value_descriptor()->FindValueByName(std::string(name));
  if (value == nullptr || value->number() == 0) return std::nullopt;
  return static_cast<rules::v1::FactId::Value>(value->number());
}

const rules::v1::FactInfo& InfoOf(rules::v1::FactId::Value id) {
  const google::protobuf::EnumValueDescriptor* value = rules::v1::FactId::Value_descriptor()->FindValueByNumber(id);
  if (value == nullptr) return rules::v1::FactInfo::default_instance();
  return value->options().GetExtension(rules::v1::fact);
}

bool IsAnnual(rules::v1::FactId::Value metric) { return metric == rules::v1::FactId::annual_revenue; }

const v1::RuleInfo& InfoOf(v1::RuleId id) {
  const google::protobuf::EnumValueDescriptor* value = v1::RuleId_descriptor()->FindValueByNumber(id);
  if (value == nullptr) return v1::RuleInfo::default_instance();
  return value->options().GetExtension(v1::rule);
}

}  // namespace weighbridge::policy
