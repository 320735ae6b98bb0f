// A channel to a Weighbridge server, plain where that is safe and TLS elsewhere.
#ifndef WEIGHBRIDGE_SERVICES_CLIENTS_CPP_CONNECTION_H_
#define WEIGHBRIDGE_SERVICES_CLIENTS_CPP_CONNECTION_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "grpcpp/channel.h"
#include "grpcpp/support/status.h"

namespace weighbridge::clients {

struct ConnectionOptions {
  std::string server;       // HOST:PORT, [IPV6]:PORT or unix:PATH
  std::string server_ca;    // PEM file; set: TLS, and the server's certificate must be signed by it
  std::string client_cert;  // PEM file; with client_key: shown to the server
  std::string client_key;   // PEM file
};

// A Unix socket and loopback are plain unless one of the files is given; every other address is TLS, checked against
// the system's authorities if `server_ca` is empty. Does not connect yet. InvalidArgument: an address that is none, a
// file that cannot be read.
absl::StatusOr<std::shared_ptr<grpc::Channel>> Connect(const ConnectionOptions& options);

// The status of a call as absl::Status, with what to do where the server cannot be reached.
absl::Status FromGrpc(const grpc::Status& status, const std::string& server);

}  // namespace weighbridge::clients

#endif  // WEIGHBRIDGE_SERVICES_CLIENTS_CPP_CONNECTION_H_
