// A file descriptor that closes itself. Movable, not copyable.
#ifndef WEIGHBRIDGE_SERVICES_SOURCE_OWNED_FD_H_
#define WEIGHBRIDGE_SERVICES_SOURCE_OWNED_FD_H_

#include <unistd.h>

#include <utility>

namespace weighbridge::source {

class OwnedFd {
 public:
  OwnedFd() = default;
  explicit OwnedFd(int fd) : fd_(fd) {}
  OwnedFd(OwnedFd&& other) noexcept : fd_(other.Release()) {}
  OwnedFd& operator=(OwnedFd&& other) noexcept {
    if (this != &other) {
      Close();
      fd_ = other.Release();
    }
    return *this;
  }
  ~OwnedFd() { Close(); }

  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }

  // Gives the descriptor away; the caller closes it.
  int Release() { return std::exchange(fd_, -1); }

 private:
  void Close() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }

  int fd_ = -1;
};

}  // namespace weighbridge::source

#endif  // WEIGHBRIDGE_SERVICES_SOURCE_OWNED_FD_H_
