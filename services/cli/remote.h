// What verbs ask of a server, with --server.
//
// Two programs link two implementations of this. `weighbridge` holds no gRPC: loading its libraries would be a third of
// the time and memory of a gate. It replaces itself by `weighbridge-remote`, which lies beside it, takes the same
// arguments and asks the server.
#ifndef WEIGHBRIDGE_SERVICES_CLI_REMOTE_H_
#define WEIGHBRIDGE_SERVICES_CLI_REMOTE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/auditor/auditor.h"
#include "services/cli/environment.h"

namespace weighbridge::cli {

struct RemoteOptions {
  std::string server;  // empty: work here
  std::string server_ca;
  std::string client_cert;
  std::string client_key;
  bool path_on_server = false;
  int timeout_seconds = 3600;
};

// --server and what belongs to it. `with_path`: also --server-path.
void AddServerOptions(CLI::App& app, RemoteOptions& options, bool with_path);

// InvalidArgument for options that are the server's business (--policy, --rules, --db) or that need --server.
absl::Status CheckServerOptions(const RemoteOptions& remote, const CommonOptions& common, const std::string& policy);

// First of all with --server, before anything is read: `weighbridge` replaces itself here and only returns if it
// cannot; then the error says what is missing. OK in `weighbridge-remote`.
absl::Status BecomeRemote();

// As auditor::RunGate, by the server. After BecomeRemote().
absl::StatusOr<std::vector<auditor::GateResponse>> GateOnServer(const RemoteOptions& remote,
                                                                const auditor::GateRequest& request);

// Lines of `doctor` about the server: what it runs with. An error if it does not serve. After BecomeRemote().
struct ServerCheck {
  std::string summary;
  bool healthy = false;
};
absl::StatusOr<std::vector<ServerCheck>> CheckServer(const RemoteOptions& remote);

// The program's arguments, for the implementation that replaces the process. Set once, in main().
void KeepArguments(int argc, char** argv);

}  // namespace weighbridge::cli

#endif  // WEIGHBRIDGE_SERVICES_CLI_REMOTE_H_
