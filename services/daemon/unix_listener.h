// A Unix socket whose callers the kernel names.
//
// gRPC's own Unix listener does not say who is at the other end. This one accepts connections itself, asks the kernel
// (SO_PEERCRED), turns away users that are not allowed, and hands the connection to the gRPC server.
#ifndef WEIGHBRIDGE_SERVICES_DAEMON_UNIX_LISTENER_H_
#define WEIGHBRIDGE_SERVICES_DAEMON_UNIX_LISTENER_H_

#include <sys/types.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/server.h"

namespace weighbridge::daemon {

// Thread-safe.
class UnixListener {
 public:
  // Binds `path`, mode 0600 (0666 if other users are allowed: the kernel's word on who they are is then what counts). A
  // socket that nobody listens on any more is replaced; anything else at the path is FailedPrecondition. `allowed`
  // users may connect beside root and the user that the process runs as.
  static absl::StatusOr<std::unique_ptr<UnixListener>> Bind(const std::string& path, std::vector<uid_t> allowed);

  // Stops accepting and removes the socket.
  ~UnixListener();
  UnixListener(const UnixListener&) = delete;
  UnixListener& operator=(const UnixListener&) = delete;

  // Hands connections to `server`, which must outlive Stop().
  void Start(grpc::Server* server);
  void Stop();

  // The user at the other end of a call, by the peer string of its context ("fd:17").
  std::optional<uid_t> UserOf(std::string_view peer) const;

  const std::string& path() const { return path_; }

 private:
  UnixListener(std::string path, int fd, int wake_fd, std::vector<uid_t> allowed);
  void Run();
  void Accept();
  bool Allowed(uid_t uid) const;

  const std::string path_;
  const int fd_;
  const int wake_fd_;
  const std::vector<uid_t> allowed_;
  grpc::Server* server_ = nullptr;
  std::thread thread_;
  mutable absl::Mutex mutex_;
  // By descriptor number. A number is used again only after its connection is closed, and everybody in here may
  // connect.
  std::map<int, uid_t> users_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace weighbridge::daemon

#endif  // WEIGHBRIDGE_SERVICES_DAEMON_UNIX_LISTENER_H_
