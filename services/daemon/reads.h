// Calls that read the database: handed to a thread that has a connection of its own.
#ifndef WEIGHBRIDGE_SERVICES_DAEMON_READS_H_
#define WEIGHBRIDGE_SERVICES_DAEMON_READS_H_

#include <exception>
#include <utility>

#include "absl/status/status.h"
#include "grpcpp/server_context.h"
#include "services/daemon/call.h"

namespace weighbridge::daemon {

// Runs `read` (db::Store& -> absl::Status, which fills in the answer) on a thread of backend.reads() and ends the call
// with its status; refuses at once if too many wait or the server stops. A call whose client is gone is not read for.
template <typename Read>
grpc::ServerUnaryReactor* ReadInTurn(Call call, grpc::CallbackServerContext* context, Read read) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  Backend& backend = call.backend();
  if (backend.stopping()) {
    reactor->Finish(call.End(Stopping()));
    return reactor;
  }
  const bool taken = backend.reads().TrySubmit([call, context, reactor, read = std::move(read)](size_t worker) mutable {
    absl::Status status = absl::CancelledError("the client went away");
    if (!context->IsCancelled()) {
      try {
        status = read(call.backend().reader(worker));
      } catch (const std::exception& error) {
        status = absl::InternalError(error.what());
      }
    }
    reactor->Finish(call.End(status));
  });
  if (!taken) reactor->Finish(call.End(Busy("as many reads wait as this server takes")));
  return reactor;
}

// The same for work that needs no database but time.
template <typename Work>
grpc::ServerUnaryReactor* WorkInTurn(Call call, grpc::CallbackServerContext* context, Work work) {
  return ReadInTurn(std::move(call), context, [work = std::move(work)](db::Store&) mutable { return work(); });
}

// Ends a call that nothing was done for.
inline grpc::ServerUnaryReactor* EndNow(Call call, grpc::CallbackServerContext* context, const absl::Status& status) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(call.End(status));
  return reactor;
}

}  // namespace weighbridge::daemon

#endif  // WEIGHBRIDGE_SERVICES_DAEMON_READS_H_
