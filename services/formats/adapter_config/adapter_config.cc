#include "services/formats/adapter_config/adapter_config.h"

#include "absl/strings/str_format.h"
#include "services/base/status_macros.h"
#include "services/formats/json/json_reader.h"

namespace weighbridge::formats {
namespace {

absl::Status WrongType(const Member& member, std::string_view wanted) {
  return Malformed(member.value.at, absl::StrFormat("\"%s\" is no %s", member.key, wanted));
}

absl::Status ReadString(const Value& root, std::string_view key, std::optional<AdapterValue>* out) {
  const Member* member = root.FindMember(key);
  if (member == nullptr || member->value.IsNull()) return absl::OkStatus();
  if (!member->value.IsQuotedString()) return WrongType(*member, "string");
  if (!member->value.text.empty()) *out = AdapterValue{member->value.text, member->value.at};
  return absl::OkStatus();
}

absl::Status ReadStrings(const Value& root, std::string_view key, std::vector<std::string>* out) {
  const Member* member = root.FindMember(key);
  if (member == nullptr || member->value.IsNull()) return absl::OkStatus();
  if (member->value.IsQuotedString()) {
    out->push_back(member->value.text);
    return absl::OkStatus();
  }
  if (!member->value.IsList()) return WrongType(*member, "list of strings");
  for (const Value& item : member->value.items) {
    if (!item.IsQuotedString()) return WrongType(*member, "list of strings");
    out->push_back(item.text);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<AdapterConfig> ParseAdapterConfig(std::string_view text) {
  JsonLimits limits;
  limits.non_finite = JsonLimits::NonFinite::kAccept;
  WB_ASSIGN_OR_RETURN(const Value root, ParseJson(text, limits));
  if (!root.IsMap()) return Malformed(root.at, "an adapter config is a JSON object");
  AdapterConfig config;
  WB_RETURN_IF_ERROR(ReadString(root, "peft_type", &config.peft_type));
  WB_RETURN_IF_ERROR(ReadString(root, "base_model_name_or_path", &config.base_model_name_or_path));
  WB_RETURN_IF_ERROR(ReadString(root, "revision", &config.revision));
  WB_RETURN_IF_ERROR(ReadStrings(root, "target_modules", &config.target_modules));
  WB_RETURN_IF_ERROR(ReadStrings(root, "modules_to_save", &config.modules_to_save));
  if (const Member* member = root.FindMember("r"); member != nullptr && !member->value.IsNull()) {
    config.r = member->value.AsUint();
    if (!config.r.has_value()) return WrongType(*member, "unsigned integer");
  }
  if (const Member* member = root.FindMember("lora_alpha"); member != nullptr && !member->value.IsNull()) {
    config.lora_alpha = member->value.AsDouble();
    if (!config.lora_alpha.has_value()) return WrongType(*member, "number");
  }
  return config;
}

}  // namespace weighbridge::formats
