#include "services/clients/cpp/connection.h"

#include <arpa/inet.h>

#include <fstream>
#include <iterator>

#include "absl/strings/str_format.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"

namespace weighbridge::clients {
namespace {

// As the server's: the result of the largest model that a walk accepts.
constexpr int kAnswerBytesMax = 64 << 20;

bool IsLocal(const std::string& server) {
  if (server.rfind("unix:", 0) == 0) return true;
  std::string host = server.substr(0, server.rfind(':'));
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  if (host == "localhost") return true;
  in_addr v4 = {};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6 = {};
  return inet_pton(AF_INET6, host.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

absl::StatusOr<std::string> ReadPem(const std::string& path) {
  if (path.empty()) return std::string();
  std::ifstream file(path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (file.bad() || bytes.find("-----BEGIN") == std::string::npos) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s cannot be read, or holds nothing in PEM form", Printable(path)));
  }
  return bytes;
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::Channel>> Connect(const ConnectionOptions& options) {
  const bool is_unix = options.server.rfind("unix:", 0) == 0;
  const size_t colon = options.server.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == options.server.size()) {
    return absl::InvalidArgumentError(
        absl::StrFormat("--server %s: give HOST:PORT or unix:PATH", Printable(options.server)));
  }
  if (options.client_cert.empty() != options.client_key.empty()) {
    return absl::InvalidArgumentError("a client certificate and its key go together");
  }
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kAnswerBytesMax);
  // A proxy of the environment is for the internet, not for a server that was named.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  std::shared_ptr<grpc::ChannelCredentials> credentials;
  if (IsLocal(options.server) && options.server_ca.empty() && options.client_cert.empty()) {
    credentials = grpc::InsecureChannelCredentials();
  } else if (is_unix) {
    return absl::InvalidArgumentError("a Unix socket needs no certificates: the kernel says who calls");
  } else {
    grpc::SslCredentialsOptions tls;
    WB_ASSIGN_OR_RETURN(tls.pem_root_certs, ReadPem(options.server_ca));
    WB_ASSIGN_OR_RETURN(tls.pem_cert_chain, ReadPem(options.client_cert));
    WB_ASSIGN_OR_RETURN(tls.pem_private_key, ReadPem(options.client_key));
    credentials = grpc::SslCredentials(tls);
  }
  return grpc::CreateCustomChannel(options.server, credentials, arguments);
}

absl::Status FromGrpc(const grpc::Status& status, const std::string& server) {
  if (status.ok()) return absl::OkStatus();
  std::string message = status.error_message();
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE) {
    message = absl::StrFormat("the server %s cannot be reached or does not serve: %s", Printable(server), message);
  } else {
    message = absl::StrFormat("server %s: %s", Printable(server), message);
  }
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), message);
}

}  // namespace weighbridge::clients
