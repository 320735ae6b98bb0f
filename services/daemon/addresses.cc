#include "services/daemon/addresses.h"

#include <arpa/inet.h>

#include <charconv>

#include "absl/strings/str_format.h"
#include "services/base/utf8.h"

namespace weighbridge::daemon {
namespace {

bool IsLoopback(const std::string& host) {
  if (host == "localhost") return true;
  in_addr v4 = {};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6 = {};
  return inet_pton(AF_INET6, host.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

}  // namespace

std::string ListenAddress::Target(int actual_port) const {
  const bool v6 = host.find(':') != std::string::npos;
  return absl::StrFormat(v6 ? "[%s]:%d" : "%s:%d", host, actual_port);
}

absl::StatusOr<ListenAddress> ParseListenAddress(const std::string& text) {
  const absl::Status wrong = absl::InvalidArgumentError(
      absl::StrFormat("%s: give HOST:PORT, [IPV6]:PORT or unix:PATH; port 0 is any free one", Printable(text)));
  ListenAddress address;
  if (text.rfind("unix:", 0) == 0) {
    address.unix_path = text.substr(5);
    if (address.unix_path.empty()) return wrong;
    return address;
  }
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return wrong;
  address.host = text.substr(0, colon);
  if (address.host.front() == '[' && address.host.back() == ']') {
    address.host = address.host.substr(1, address.host.size() - 2);
  } else if (address.host.find(':') != std::string::npos) {
    return wrong;
  }
  if (address.host.find_first_of("[]") != std::string::npos) return wrong;
  const char* begin = text.data() + colon + 1;
  const char* end = text.data() + text.size();
  const auto [last, error] = std::from_chars(begin, end, address.port);
  if (error != std::errc() || last != end || begin == end || address.port < 0 || address.port > 65535 ||
      address.host.empty()) {
    return wrong;
  }
  address.loopback = IsLoopback(address.host);
  return address;
}

}  // namespace weighbridge::daemon
