#include "services/report/rule_words.h"

#include "absl/strings/str_format.h"
#include "google/protobuf/descriptor.h"
#include "proto/weighbridge/v1/enums.pb.h"

namespace weighbridge::report {
namespace {

constexpr std::string_view kDutyPrefix = "duty.";

// "license_copy" as "license copy".
std::string Spaced(std::string_view kind) {
  std::string words(kind);
  for (char& c : words) {
    if (c == '_') c = ' ';
  }
  return words;
}

}  // namespace

RuleWords WordsOfRule(std::string_view rule_id) {
  if (rule_id.substr(0, kDutyPrefix.size()) == kDutyPrefix) {
    return {absl::StrFormat("an open duty: %s", Spaced(rule_id.substr(kDutyPrefix.size()))),
            "keep the duty, and list its kind under duties_fulfilled of the profile"};
  }
  const google::protobuf::EnumDescriptor* rules = v1::RuleId_descriptor();
  for (int i = 0; i < rules->value_count(); ++i) {
    const v1::RuleInfo& info = rules->value(i)->options().GetExtension(v1::rule);
    if (!info.id().empty() && info.id() == rule_id) return {info.meaning(), info.remedy()};
  }
  return {"a rule that this version has no words for", "see the message of the finding"};
}

std::string DutyRuleId(std::string_view kind) { return std::string(kDutyPrefix) + std::string(kind); }

}  // namespace weighbridge::report
