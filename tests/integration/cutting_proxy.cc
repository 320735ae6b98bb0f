#include "tests/integration/cutting_proxy.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "gtest/gtest.h"

namespace weighbridge::integration {
namespace {

constexpr int64_t kBlockBytes = 16384;

sockaddr_in Loopback(int port) {
  sockaddr_in at = {};
  at.sin_family = AF_INET;
  at.sin_port = htons(static_cast<uint16_t>(port));
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return at;
}

// The other end sees a reset, as of a machine that is gone.
void Reset(int fd) {
  if (fd < 0) return;
  const linger hard = {1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  close(fd);
}

// Hands on at most `left` bytes and takes them off; false if the line has ended.
bool HandOn(int from, int to, int64_t& left) {
  char block[kBlockBytes];
  const ssize_t got = recv(from, block, static_cast<size_t>(std::min(left, kBlockBytes)), 0);
  if (got < 0) return errno == EINTR;
  if (got == 0) return false;
  for (ssize_t at = 0; at < got;) {
    const ssize_t sent = send(to, block + at, static_cast<size_t>(got - at), MSG_NOSIGNAL);
    if (sent < 0 && errno != EINTR) return false;
    if (sent > 0) at += sent;
  }
  left -= got;
  return true;
}

}  // namespace

CuttingProxy::CuttingProxy(const std::string& server, int64_t bytes_from_client_max, int64_t bytes_to_client_max)
    : server_(server) {
  sockaddr_in at = Loopback(0);
  socklen_t size = sizeof at;
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener_ < 0 || pipe2(stop_, O_CLOEXEC) != 0 || bind(listener_, reinterpret_cast<sockaddr*>(&at), size) != 0 ||
      listen(listener_, 1) != 0 || getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size) != 0) {
    ADD_FAILURE() << "no proxy: " << std::strerror(errno);
    return;
  }
  address_ = "127.0.0.1:" + std::to_string(ntohs(at.sin_port));
  thread_ = std::thread([=] { Run(bytes_from_client_max, bytes_to_client_max); });
}

CuttingProxy::~CuttingProxy() {
  if (stop_[1] >= 0) close(stop_[1]);
  if (thread_.joinable()) thread_.join();
  if (listener_ >= 0) close(listener_);
  if (stop_[0] >= 0) close(stop_[0]);
}

void CuttingProxy::Run(int64_t bytes_from_client_max, int64_t bytes_to_client_max) {
  pollfd first[2] = {{listener_, POLLIN, 0}, {stop_[0], POLLIN, 0}};
  while (poll(first, 2, -1) < 0 && errno == EINTR) {
  }
  const int client = first[1].revents != 0 ? -1 : accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  close(listener_);
  listener_ = -1;
  if (client < 0) return;
  const sockaddr_in to = Loopback(std::atoi(server_.c_str() + server_.rfind(':') + 1));
  const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (server >= 0 && connect(server, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) {
    int64_t up = bytes_from_client_max, down = bytes_to_client_max;
    while (up > 0 && down > 0) {
      pollfd ends[3] = {{client, POLLIN, 0}, {server, POLLIN, 0}, {stop_[0], POLLIN, 0}};
      if (poll(ends, 3, -1) < 0 && errno != EINTR) break;
      if (ends[2].revents != 0) break;
      if (ends[0].revents != 0 && !HandOn(client, server, up)) break;
      if (ends[1].revents != 0 && !HandOn(server, client, down)) break;
    }
  }
  Reset(client);
  Reset(server);
}

}  // namespace weighbridge::integration
