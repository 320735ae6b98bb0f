#include "services/cli/remote.h"

namespace weighbridge::cli {

void AddServerOptions(CLI::App& app, RemoteOptions& options, bool with_path) {
  auto* server =
      app.add_option("--server", options.server, "Ask this server: HOST:PORT or unix:PATH")->check(NotEmpty());
  app.add_option("--server-ca", options.server_ca, "Authority that signed the server's certificate (PEM)")
      ->check(NotEmpty())
      ->needs(server);
  app.add_option("--client-cert", options.client_cert, "Certificate to show to the server (PEM)")
      ->check(NotEmpty())
      ->needs(server);
  app.add_option("--client-key", options.client_key, "Key of that certificate (PEM)")->check(NotEmpty())->needs(server);
  app.add_option("--timeout", options.timeout_seconds, "Seconds after which the server is given up")
      ->check(CLI::Range(1, 86400))
      ->needs(server);
  if (with_path) {
    app.add_flag("--server-path", options.path_on_server, "DIR is a path on the server, below one of its scan roots")
        ->needs(server);
  }
}

absl::Status CheckServerOptions(const RemoteOptions& remote, const CommonOptions& common, const std::string& policy) {
  if (remote.server.empty()) return absl::OkStatus();
  if (!policy.empty())
    return absl::InvalidArgumentError("a server decides with its own policy: --policy does not go with --server");
  if (!common.rules_dir.empty())
    return absl::InvalidArgumentError("a server has its own rules: --rules does not go with --server");
  if (!common.index_path.empty())
    return absl::InvalidArgumentError("a server has its own licence index: --index does not go with --server");
  if (!common.db_path.empty())
    return absl::InvalidArgumentError("a server has its own database: --db does not go with --server");
  return absl::OkStatus();
}

}  // namespace weighbridge::cli
