#include "services/daemon/status_bridge.h"

#include <string>
#include <utility>

#include "absl/strings/cord.h"
#include "services/base/utf8.h"

namespace weighbridge::daemon {
namespace {

constexpr char kDetailUrl[] = "type.googleapis.com/weighbridge.v1.ErrorDetail";
// A client takes 8 KiB of headers, and what is more reaches it as another error. The message travels twice, once in the
// detail as base64.
constexpr size_t kMessageBytesMax = 2816;
constexpr size_t kFieldBytesMax = 256;

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

// What a byte takes in the header `grpc-message`, where it is percent-encoded.
size_t HeaderBytes(char c) { return c >= ' ' && c <= '~' && c != '%' ? 1 : 3; }

// `text`, which is UTF-8, up to the character that would make it take more than `bytes_max` in a header; says so if it
// is cut.
std::string CutForHeader(std::string text, size_t bytes_max) {
  size_t bytes = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    bytes += HeaderBytes(text[i]);
    if (bytes <= bytes_max) continue;
    text.resize(i);
    while (!IsValidUtf8(text)) text.pop_back();
    return text + " ...";
  }
  return text;
}

// Messages may have several lines (all faults of a profile); each is printable.
std::string Lines(std::string_view message) {
  std::string out;
  while (out.size() <= kMessageBytesMax) {
    const size_t end = message.find('\n');
    out += Printable(message.substr(0, end));
    if (end == std::string_view::npos) break;
    out += '\n';
    message.remove_prefix(end + 1);
  }
  return CutForHeader(std::move(out), kMessageBytesMax);
}

}  // namespace

absl::Status Because(absl::Status status, v1::ErrorReason::Value reason, std::string_view field) {
  if (status.ok()) return status;
  v1::ErrorDetail detail;
  detail.set_reason(reason);
  detail.set_field(CutForHeader(Printable(field), kFieldBytesMax));
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

bool IsBusy(const absl::Status& status) {
  if (status.code() != absl::StatusCode::kResourceExhausted) return false;
  v1::ErrorDetail detail;
  const auto payload = status.GetPayload(kDetailUrl);
  return payload.has_value() && detail.ParseFromString(std::string(*payload)) &&
         detail.reason() == v1::ErrorReason::SERVER_BUSY;
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
