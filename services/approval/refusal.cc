#include "services/approval/refusal.h"

#include "absl/strings/cord.h"
#include "google/protobuf/descriptor.h"

namespace weighbridge::approval {
namespace {

constexpr char kPayload[] = "type.googleapis.com/weighbridge.v1.Refusal";

absl::StatusCode CodeOf(v1::RefusalReason::Value reason) {
  switch (ExitCodeOf(reason)) {
    case 1:
    case 5:
      return absl::StatusCode::kPermissionDenied;
    case 2:
      return absl::StatusCode::kFailedPrecondition;
    case 4:
      return absl::StatusCode::kDataLoss;
    default:
      return absl::StatusCode::kUnavailable;
  }
}

}  // namespace

const v1::RefusalInfo& InfoOf(v1::RefusalReason::Value reason) {
  static const v1::RefusalInfo* const kUnknown = [] {
    auto* info = new v1::RefusalInfo;
    info->set_meaning("a reason that this program does not know");
    info->set_remedy("use the newest version");
    info->set_exit_code(3);
    return info;
  }();
  const auto* value = v1::RefusalReason::Value_descriptor()->FindValueByNumber(reason);
  if (value == nullptr || !value->options().HasExtension(v1::refusal)) return *kUnknown;
  return value->options().GetExtension(v1::refusal);
}

int ExitCodeOf(v1::RefusalReason::Value reason) {
  const int code = InfoOf(reason).exit_code();
  return code == 0 ? 3 : code;
}

absl::Status Refuse(v1::RefusalReason::Value reason, std::string_view message, std::string_view path) {
  v1::Refusal refusal;
  refusal.set_reason(reason);
  refusal.set_message(std::string(message));
  refusal.set_remedy(InfoOf(reason).remedy());
  refusal.set_path(std::string(path));
  absl::Status status(CodeOf(reason), {message.data(), message.size()});
  status.SetPayload(kPayload, absl::Cord(refusal.SerializeAsString()));
  return status;
}

std::optional<v1::Refusal> RefusalOf(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kPayload);
  if (!payload.has_value()) return std::nullopt;
  v1::Refusal refusal;
  if (!refusal.ParseFromString(std::string(*payload))) return std::nullopt;
  return refusal;
}

}  // namespace weighbridge::approval
