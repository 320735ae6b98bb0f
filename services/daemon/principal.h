// Who calls, as far as the transport can prove it.
#ifndef WEIGHBRIDGE_SERVICES_DAEMON_PRINCIPAL_H_
#define WEIGHBRIDGE_SERVICES_DAEMON_PRINCIPAL_H_

#include <string>

#include "grpcpp/server_context.h"

namespace weighbridge::daemon {

class UnixListener;

struct Principal {
  std::string name;         // "unix:uid=1000", "mtls:CN", "tls", "plain"
  bool may_mutate = false;  // proved by the kernel or by a client certificate
};

// `unix_listener` may be null: then no connection comes through a Unix socket.
Principal PrincipalOf(const grpc::ServerContextBase& context, const UnixListener* unix_listener);

}  // namespace weighbridge::daemon

#endif  // WEIGHBRIDGE_SERVICES_DAEMON_PRINCIPAL_H_
