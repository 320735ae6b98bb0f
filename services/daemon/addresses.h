// Addresses to listen on.
#ifndef WEIGHBRIDGE_SERVICES_DAEMON_ADDRESSES_H_
#define WEIGHBRIDGE_SERVICES_DAEMON_ADDRESSES_H_

#include <string>

#include "absl/status/statusor.h"

namespace weighbridge::daemon {

struct ListenAddress {
  std::string unix_path;  // of unix:PATH; else empty
  std::string host;       // without brackets
  int port = 0;           // 0: any free one
  bool loopback = false;  // a numeric loopback address, or "localhost"

  // "HOST:PORT" with brackets round an IPv6 address.
  std::string Target(int actual_port) const;
};

// InvalidArgument for anything but HOST:PORT, [IPV6]:PORT and unix:PATH.
absl::StatusOr<ListenAddress> ParseListenAddress(const std::string& text);

}  // namespace weighbridge::daemon

#endif  // WEIGHBRIDGE_SERVICES_DAEMON_ADDRESSES_H_
