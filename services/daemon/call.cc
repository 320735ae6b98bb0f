#include "services/daemon/call.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "services/base/utf8.h"
#include "services/daemon/log.h"
#include "services/daemon/status_bridge.h"

namespace weighbridge::daemon {
namespace {

bool IsIdCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

// Calls so frequent and cheap that a line for each that succeeds would be most of their cost; they are counted.
bool IsLookUp(Method method) {
  return method == Method::kLookupDigests || method == Method::kCheckApprovals || method == Method::kGetServerInfo;
}

}  // namespace

absl::Status Call::TakeRequestId(std::string_view id) {
  if (id.empty()) return absl::OkStatus();
  if (id.size() > kRequestIdBytesMax || !std::all_of(id.begin(), id.end(), IsIdCharacter)) {
    return Because(absl::InvalidArgumentError(absl::StrFormat(
                       "request_id: at most %d letters, digits, \"-\", \"_\" and \".\"", kRequestIdBytesMax)),
                   v1::ErrorReason::INVALID_FIELD, "request_id");
  }
  request_id_ = std::string(id);
  return absl::OkStatus();
}

const std::string& Call::request_id() {
  if (request_id_.empty()) request_id_ = backend_->NextRequestId();
  return request_id_;
}

absl::Status Call::CheckMayMutate() const {
  const Principal who = principal();
  if (who.may_mutate) return absl::OkStatus();
  return Because(
      absl::PermissionDeniedError(absl::StrFormat(
          "mutations are served on a Unix socket and to holders of a client certificate; this connection is %s",
          who.name)),
      v1::ErrorReason::MUTATION_NOT_SERVED_HERE);
}

grpc::Status Call::End(const absl::Status& status) {
  const auto took = std::chrono::steady_clock::now() - begun_;
  backend_->metrics().CountCall(method_, status.code(), took);
  if (status.ok() && IsLookUp(method_)) return grpc::Status::OK;
  // A server that is flooded has no time to write about each call that it refuses.
  int64_t held_back = 0;
  if (IsBusy(status)) {
    const std::optional<int64_t> admitted = backend_->refusal_log().Admit(begun_);
    if (!admitted.has_value()) return ToGrpc(status, request_id());
    held_back = *admitted;
  }
  const std::string code = absl::StatusCodeToString(status.code());
  const std::string who = principal().name;
  const int64_t micros = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
  // The message of a client's own mistake is for the client; ours is for us too.
  const bool ours = status.code() == absl::StatusCode::kInternal || status.code() == absl::StatusCode::kDataLoss ||
                    status.code() == absl::StatusCode::kUnknown;
  std::vector<LogField> fields = {
      {"method", MethodName(method_)},
      {"request_id", request_id()},
      {"principal", who},
      {"code", code},
      {"microseconds", micros},
      {"error", std::string_view(status.message().data(), status.message().size()).substr(0, 500)}};
  if (held_back > 0) fields.push_back({"refused_before_without_a_line", held_back});
  Log(ours ? LogLevel::kError : LogLevel::kInfo, "call", fields);
  return ToGrpc(status, request_id());
}

absl::Status Busy(std::string_view what) {
  return Because(absl::ResourceExhaustedError(absl::StrFormat("%s; try again later", what)),
                 v1::ErrorReason::SERVER_BUSY);
}

absl::Status Stopping() {
  return Because(absl::UnavailableError("this server stops; ask another one, or again later"),
                 v1::ErrorReason::SHUTTING_DOWN);
}

absl::StatusOr<absl::Time> InstantOf(const std::string& text, std::string_view field) {
  if (text.empty()) return absl::Now();
  absl::Time time;
  std::string error;
  if (text.size() <= 64 && absl::ParseTime(absl::RFC3339_full, text, &time, &error) &&
      time >= absl::FromUnixSeconds(0) && time < absl::FromCivil(absl::CivilYear(10000), absl::UTCTimeZone())) {
    return time;
  }
  return Because(absl::InvalidArgumentError(absl::StrFormat("%s: no instant such as 2026-11-21T12:00:00Z", field)),
                 v1::ErrorReason::INVALID_FIELD, field);
}

absl::StatusOr<int> PageSizeOf(int asked, int normal, int most) {
  if (asked == 0) return normal;
  if (asked < 0 || asked > most) {
    return Because(absl::InvalidArgumentError(absl::StrFormat("page_size: 1 to %d", most)),
                   v1::ErrorReason::INVALID_FIELD, "page_size");
  }
  return asked;
}

}  // namespace weighbridge::daemon
