#include "services/daemon/unix_listener.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_format.h"
#include "grpcpp/server_posix.h"
#include "services/base/utf8.h"
#include "services/daemon/log.h"

namespace weighbridge::daemon {
namespace {

constexpr char kPeerPrefix[] = "fd:";

absl::StatusOr<sockaddr_un> AddressOf(const std::string& path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof(address.sun_path)) {
    return absl::InvalidArgumentError(
        absl::StrFormat("unix:%s: a socket path has 1 to %d bytes", Printable(path), sizeof(address.sun_path) - 1));
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

// Removes a socket that a process left behind when it died; one that answers stays.
absl::Status RemoveStale(const std::string& path, const sockaddr_un& address) {
  struct stat status;
  if (lstat(path.c_str(), &status) != 0) return absl::OkStatus();
  if (!S_ISSOCK(status.st_mode)) {
    return absl::FailedPreconditionError(absl::StrFormat("%s is there and is no socket", Printable(path)));
  }
  const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return absl::UnavailableError(std::strerror(errno));
  const bool answers = connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  close(probe);
  if (answers) {
    return absl::FailedPreconditionError(absl::StrFormat("another process listens on %s", Printable(path)));
  }
  unlink(path.c_str());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<UnixListener>> UnixListener::Bind(const std::string& path, std::vector<uid_t> allowed) {
  absl::StatusOr<sockaddr_un> address = AddressOf(path);
  if (!address.ok()) return address.status();
  if (absl::Status stale = RemoveStale(path, *address); !stale.ok()) return stale;
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return absl::UnavailableError(absl::StrFormat("cannot make a socket: %s", std::strerror(errno)));
  const mode_t mask = umask(0177);
  const bool bound = bind(fd, reinterpret_cast<const sockaddr*>(&*address), sizeof(*address)) == 0;
  const int error = errno;
  umask(mask);
  if (!bound || (!allowed.empty() && chmod(path.c_str(), 0666) != 0) || listen(fd, 128) != 0) {
    close(fd);
    return absl::FailedPreconditionError(
        absl::StrFormat("cannot listen on unix:%s: %s", Printable(path), std::strerror(bound ? errno : error)));
  }
  const int wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake < 0) {
    close(fd);
    return absl::UnavailableError(std::strerror(errno));
  }
  return std::unique_ptr<UnixListener>(new UnixListener(path, fd, wake, std::move(allowed)));
}

UnixListener::UnixListener(std::string path, int fd, int wake_fd, std::vector<uid_t> allowed)
    : path_(std::move(path)), fd_(fd), wake_fd_(wake_fd), allowed_(std::move(allowed)) {}

UnixListener::~UnixListener() {
  Stop();
  close(fd_);
  close(wake_fd_);
  unlink(path_.c_str());
}

void UnixListener::Start(grpc::Server* server) {
  server_ = server;
  thread_ = std::thread([this] { Run(); });
}

void UnixListener::Stop() {
  if (!thread_.joinable()) return;
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(wake_fd_, &one, sizeof(one));
  thread_.join();
}

void UnixListener::Run() {
  pollfd waiting[2] = {{fd_, POLLIN, 0}, {wake_fd_, POLLIN, 0}};
  while (true) {
    if (poll(waiting, 2, -1) < 0 && errno != EINTR) return;
    if (waiting[1].revents != 0) return;
    if (waiting[0].revents != 0) Accept();
  }
}

bool UnixListener::Allowed(uid_t uid) const {
  return uid == 0 || uid == geteuid() || std::find(allowed_.begin(), allowed_.end(), uid) != allowed_.end();
}

void UnixListener::Accept() {
  const int connection = accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (connection < 0) {
    // Out of descriptors: the connection stays in the queue, and poll() would return at once again and again.
    if (errno == EMFILE || errno == ENFILE) {
      pollfd wake = {wake_fd_, POLLIN, 0};
      poll(&wake, 1, 100);
    }
    return;
  }
  ucred user = {};
  socklen_t length = sizeof(user);
  if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &user, &length) != 0 || !Allowed(user.uid)) {
    Log(LogLevel::kWarning, "unix connection refused", {{"uid", static_cast<int64_t>(user.uid)}});
    close(connection);
    return;
  }
  {
    const absl::MutexLock lock(&mutex_);
    users_[connection] = user.uid;
  }
  grpc::AddInsecureChannelFromFd(server_, connection);
}

std::optional<uid_t> UnixListener::UserOf(std::string_view peer) const {
  const std::string_view prefix = kPeerPrefix;
  if (peer.substr(0, prefix.size()) != prefix) return std::nullopt;
  peer.remove_prefix(prefix.size());
  int fd = 0;
  if (peer.empty() || peer.size() > 9) return std::nullopt;
  for (const char c : peer) {
    if (c < '0' || c > '9') return std::nullopt;
    fd = fd * 10 + (c - '0');
  }
  const absl::MutexLock lock(&mutex_);
  const auto it = users_.find(fd);
  if (it == users_.end()) return std::nullopt;
  return it->second;
}

}  // namespace weighbridge::daemon
