// The server: listens, serves, drains.
#ifndef WEIGHBRIDGE_SERVICES_DAEMON_SERVER_H_
#define WEIGHBRIDGE_SERVICES_DAEMON_SERVER_H_

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/server.h"
#include "services/daemon/approval_service.h"
#include "services/daemon/audit_service.h"
#include "services/daemon/backend.h"
#include "services/daemon/license_service.h"
#include "services/daemon/model_service.h"
#include "services/daemon/options.h"
#include "services/daemon/server_service.h"
#include "services/daemon/unix_listener.h"

namespace weighbridge::daemon {

// Thread-safe.
class Server {
 public:
  // Opens everything that `options` names and serves. `more` are services beside ours, for benchmarks; they must
  // outlive the server.
  //   InvalidArgument      an address that is none, or one beyond loopback without TLS; rules, policy or certificates
  //   with faults FailedPrecondition   an address cannot be listened on others               of db::Store::Open
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerOptions& options,
                                                       const std::vector<grpc::Service*>& more = {});

  // As Drain().
  ~Server();

  // "127.0.0.1:41234", "unix:/run/weighbridge/weighbridge.sock": as clients name them, in the order of the options.
  const std::vector<std::string>& addresses() const { return addresses_; }
  // Empty without metrics.
  const std::string& metrics_address() const { return metrics_address_; }

  Backend& backend() { return *backend_; }

  // Health says NOT_SERVING, new calls are refused (UNAVAILABLE, SHUTTING_DOWN), calls that run may end within
  // drain_seconds, then they are cancelled. It listens meanwhile, so that who balances load can ask; who watches its
  // health holds nothing up. Returns when nothing runs any more. May be called more than once, by one thread.
  void Drain();

 private:
  explicit Server(std::unique_ptr<Backend> backend);
  absl::Status Listen(const std::vector<grpc::Service*>& more);
  void HousekeepUntilStopped();
  // What health says, NOT_SERVING for good once it stops.
  void SetServing(bool serving);

  std::unique_ptr<Backend> backend_;
  AuditService audit_service_;
  ModelService model_service_;
  LicenseService license_service_;
  ApprovalService approval_service_;
  ServerService server_service_;
  std::vector<std::string> addresses_;
  std::string metrics_address_;
  std::unique_ptr<UnixListener> unix_listener_;
  std::unique_ptr<grpc::Server> server_;
  absl::Mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread housekeeper_;
};

}  // namespace weighbridge::daemon

#endif  // WEIGHBRIDGE_SERVICES_DAEMON_SERVER_H_
