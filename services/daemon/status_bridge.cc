#include "services/daemon/status_bridge.h"

#include <string>

#include "absl/strings/cord.h"
#include "services/base/utf8.h"

namespace weighbridge::daemon {
namespace {

constexpr char kDetailUrl[] = "type.googleapis.com/weighbridge.v1.ErrorDetail";
constexpr size_t kMessageBytesMax = 4 << 10;

v1::ErrorReason::Value ReasonOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
      return v1::ErrorReason::INVALID_FIELD;
    case absl::StatusCode::kNotFound:
      return v1::ErrorReason::NOT_KNOWN;
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kDeadlineExceeded:
      return v1::ErrorReason::ABANDONED;
    case absl::StatusCode::kResourceExhausted:
      return v1::ErrorReason::SERVER_BUSY;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kPermissionDenied:
      return v1::ErrorReason::STORAGE;
    default:
      return v1::ErrorReason::INTERNAL_FAULT;
  }
}

// Messages may have several lines (all faults of a profile); each is printable.
std::string Lines(std::string_view message) {
  std::string out;
  while (true) {
    const size_t end = message.find('\n');
    out += Printable(message.substr(0, end));
    if (out.size() > kMessageBytesMax) {
      out.resize(kMessageBytesMax);
      while (!IsValidUtf8(out)) out.pop_back();
      return out + " ...";
    }
    if (end == std::string_view::npos) return out;
    out += '\n';
    message.remove_prefix(end + 1);
  }
}

}  // namespace

absl::Status Because(absl::Status status, v1::ErrorReason::Value reason, std::string_view field) {
  if (status.ok()) return status;
  v1::ErrorDetail detail;
  detail.set_reason(reason);
  detail.set_field(Printable(field));
  status.SetPayload(kDetailUrl, absl::Cord(detail.SerializeAsString()));
  return status;
}

absl::Status BecauseOfField(absl::Status status) {
  const std::string message(status.message());
  const size_t colon = message.find(": ");
  const bool too_large = absl::IsResourceExhausted(status);
  return Because(std::move(status), too_large ? v1::ErrorReason::REQUEST_TOO_LARGE : v1::ErrorReason::INVALID_FIELD,
                 colon == std::string::npos ? std::string() : message.substr(0, colon));
}

grpc::Status ToGrpc(const absl::Status& status, std::string_view request_id) {
  if (status.ok()) return grpc::Status::OK;
  v1::ErrorDetail detail;
  if (const auto payload = status.GetPayload(kDetailUrl)) {
    detail.ParseFromString(std::string(*payload));
  } else {
    detail.set_reason(ReasonOf(status.code()));
  }
  detail.set_request_id(std::string(request_id));
  v1::RpcStatus rpc;
  rpc.set_code(static_cast<int>(status.code()));
  rpc.set_message(Lines(std::string_view(status.message().data(), status.message().size())));
  google::protobuf::Any& any = *rpc.add_details();
  any.set_type_url(kDetailUrl);
  any.set_value(detail.SerializeAsString());
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), rpc.message(), rpc.SerializeAsString());
}

}  // namespace weighbridge::daemon
