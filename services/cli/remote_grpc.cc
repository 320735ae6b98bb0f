// The implementation that asks the server, linked into weighbridge-remote.

#include <chrono>
#include <memory>

#include "absl/strings/str_format.h"
#include "grpcpp/client_context.h"
#include "proto/weighbridge/v1/server_service.grpc.pb.h"
#include "services/auditor/auditor.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/base/version.h"
#include "services/cli/remote.h"
#include "services/clients/cpp/connection.h"
#include "services/clients/cpp/gate_client.h"

namespace weighbridge::cli {
namespace {

constexpr std::chrono::seconds kDoctorPatience{10};

absl::StatusOr<std::shared_ptr<grpc::Channel>> Channel(const RemoteOptions& remote) {
  return clients::Connect({remote.server, remote.server_ca, remote.client_cert, remote.client_key});
}

std::string Joined(const google::protobuf::RepeatedPtrField<std::string>& parts) {
  std::string joined;
  for (const std::string& part : parts) joined += (joined.empty() ? "" : ", ") + Printable(part);
  return joined.empty() ? "none" : joined;
}

}  // namespace

void KeepArguments(int, char**) {}

absl::Status BecomeRemote() { return absl::OkStatus(); }

absl::StatusOr<std::vector<auditor::GateResponse>> GateOnServer(const RemoteOptions& remote,
                                                                const auditor::GateRequest& request) {
  WB_ASSIGN_OR_RETURN(const auto channel, Channel(remote));
  clients::GateOptions options;
  options.server = remote.server;
  options.path_on_server = remote.path_on_server;
  options.timeout = absl::Seconds(remote.timeout_seconds);
  return clients::Gate(channel, options, request);
}

absl::StatusOr<std::vector<ServerCheck>> CheckServer(const RemoteOptions& remote) {
  WB_ASSIGN_OR_RETURN(const auto channel, Channel(remote));
  const auto stub = v1::ServerService::NewStub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kDoctorPatience);
  v1::ServerInfo info;
  WB_RETURN_IF_ERROR(clients::FromGrpc(stub->GetServerInfo(&context, {}, &info), remote.server));
  std::vector<ServerCheck> checks;
  checks.push_back({absl::StrFormat("%s answers as %s; this program is %s", Printable(remote.server),
                                    Printable(info.version()), kVersion),
                    true});
  checks.push_back({absl::StrFormat("%d licences and policies, %d families, digest %s, policy %s", info.licenses(),
                                    info.families(), Printable(info.rules_digest()), Printable(info.policy_digest())),
                    true});
  checks.push_back(
      {info.database_serving() ? "its database answers" : "its database does not answer", info.database_serving()});
  checks.push_back({absl::StrFormat("you are %s, and may%s call mutations; scan roots: %s", Printable(info.principal()),
                                    info.may_mutate() ? "" : " not", Joined(info.scan_roots())),
                    true});
  if (!info.last_reload_error().empty()) {
    checks.push_back({absl::StrFormat("its last reload was refused: %s", Printable(info.last_reload_error())), false});
  }
  return checks;
}

}  // namespace weighbridge::cli
