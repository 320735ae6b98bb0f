#include "services/daemon/principal.h"

#include <vector>

#include "absl/strings/str_format.h"
#include "services/base/utf8.h"
#include "services/daemon/unix_listener.h"

namespace weighbridge::daemon {

Principal PrincipalOf(const grpc::ServerContextBase& context, const UnixListener* unix_listener) {
  const auto auth = context.auth_context();
  if (auth != nullptr && auth->IsPeerAuthenticated()) {
    // The first SAN, or the common name: whichever gRPC takes for the peer's identity.
    for (const grpc::string_ref& identity : auth->GetPeerIdentity()) {
      const std::string_view name(identity.data(), identity.size());
      if (!name.empty()) return {absl::StrFormat("mtls:%s", Printable(name)), true};
    }
    return {"tls", false};
  }
  if (unix_listener != nullptr) {
    if (const auto uid = unix_listener->UserOf(context.peer())) return {absl::StrFormat("unix:uid=%d", *uid), true};
  }
  // Which of the two words it is depends on how the server's credentials were made.
  const auto security =
      auth == nullptr ? std::vector<grpc::string_ref>() : auth->FindPropertyValues("transport_security_type");
  if (!security.empty() && (security.front() == "tls" || security.front() == "ssl")) return {"tls", false};
  return {"plain", false};
}

}  // namespace weighbridge::daemon
