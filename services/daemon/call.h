// One call from its arrival to its status: id, caller, count, log line.
#ifndef WEIGHBRIDGE_SERVICES_DAEMON_CALL_H_
#define WEIGHBRIDGE_SERVICES_DAEMON_CALL_H_

#include <chrono>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/status.h"
#include "services/daemon/backend.h"
#include "services/daemon/principal.h"

namespace weighbridge::daemon {

// Copyable into the job that ends the call. Not thread-safe.
class Call {
 public:
  Call(Backend& backend, const grpc::ServerContextBase& context, Method method)
      : backend_(&backend), context_(&context), method_(method), begun_(std::chrono::steady_clock::now()) {}

  // Takes the id that the client gave; InvalidArgument if it is none.
  absl::Status TakeRequestId(std::string_view id);
  const std::string& request_id();

  Principal principal() const { return PrincipalOf(*context_, backend_->unix_listener()); }

  // OK if this caller may call mutations, else PermissionDenied.
  absl::Status CheckMayMutate() const;

  // Counts and logs the call, and makes its status. Exactly once.
  grpc::Status End(const absl::Status& status);

  Backend& backend() const { return *backend_; }

 private:
  Backend* backend_;
  const grpc::ServerContextBase* context_;
  Method method_;
  std::chrono::steady_clock::time_point begun_;
  std::string request_id_;
};

// Says that as many calls run, or wait, as may.
absl::Status Busy(std::string_view what);

// Says that the server stops: for calls that come when stopping() is true.
absl::Status Stopping();

// `text` as RFC 3339, or the clock where it is empty; InvalidArgument naming `field`.
absl::StatusOr<absl::Time> InstantOf(const std::string& text, std::string_view field);

// A page size of a request: 0 is `normal`, more than `most` or less than 0 is InvalidArgument.
absl::StatusOr<int> PageSizeOf(int asked, int normal, int most);

}  // namespace weighbridge::daemon

#endif  // WEIGHBRIDGE_SERVICES_DAEMON_CALL_H_
