// weighbridged: Weighbridge as a server.

#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <new>
#include <string>

#include "CLI/CLI.hpp"
#include "google/protobuf/stubs/logging.h"
#include "grpc/support/log.h"
#include "services/base/version.h"
#include "services/daemon/log.h"
#include "services/daemon/scan_roots.h"
#include "services/daemon/server.h"

namespace weighbridge::daemon {
namespace {

// As those of the command line (DESIGN section 7).
constexpr int kExitOk = 0;
constexpr int kExitUsage = 2;
constexpr int kExitUnmeasured = 3;
constexpr int kExitIntegrity = 4;

constexpr char kFooter[] = R"(
SIGTERM and SIGINT end the service: calls that run may end, then it stops with exit code 0. SIGHUP, or a change of a file, reads
rules, policy, keys and certificates again; what has faults is refused and the old stays.
Exit codes: 0 ended as asked, 2 usage or configuration, 3 database or address cannot be used, 4 stored bytes do not match.)";

int Fail(int code, std::string_view message) {
  std::fprintf(stderr, "error: %.*s\n", static_cast<int>(message.size()), message.data());
  return code;
}

int ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
      return kExitUsage;
    case absl::StatusCode::kDataLoss:
      return kExitIntegrity;
    default:
      return kExitUnmeasured;
  }
}

int Fail(const absl::Status& status) { return Fail(ExitCodeOf(status), std::string(status.message())); }

void AddOptions(CLI::App& app, ServerOptions& options) {
  app.add_option("--listen", options.listen, "HOST:PORT or unix:PATH; may be given for each; port 0 is any free one")
      ->required();
  app.add_option("--db", options.db_path, "Database file")->required();
  app.add_flag("--create-db", options.create_db, "Make the database if it is missing");
  app.add_option("--scan-root", options.scan_roots, "Folder whose models clients may name; may be given several times");
  app.add_option("--rules", options.rules_dir, "Folder of rules laid over the built-in rulebook");
  app.add_option("--index", options.index_path,
                 "Licence index made by rules build-index (default: $WEIGHBRIDGE_INDEX, else the one in the cache)");
  app.add_option("--policy", options.policy_path, "The organisation's rules (YAML), beside the built-in policy");
  app.add_option("--trust", options.trust_path,
                 "File of trusted keys, which this account cannot write (default: this account's own keys)");
  app.add_option("--signing-key", options.signing_key_path,
                 "Private key (PEM, mode 0600) that signs approvals here; without it envelopes are taken, none is made");
  app.add_option("--approvals-max", options.approvals_max, "Approvals to answer CheckApprovals from, about 1 KiB each")
      ->check(CLI::Range(1, 100000000))
      ->capture_default_str();
  app.add_option("--known-max", options.known_max,
                 "Digests to answer look-ups from memory for, about 150 bytes each; a database with more is read")
      ->check(CLI::Range(0, 1000000000))
      ->capture_default_str();
  app.add_option("--tls-cert", options.tls.cert, "Certificate chain (PEM); addresses beyond loopback need it");
  app.add_option("--tls-key", options.tls.key, "Private key of the certificate (PEM)");
  app.add_option("--client-ca", options.tls.client_ca,
                 "Clients must show a certificate that this authority signed (PEM)");
  app.add_option("--socket-uid", options.socket_uids,
                 "User who may use the Unix socket beside root and the server's own user");
  app.add_option("--metrics-listen", options.metrics_listen, "HOST:PORT on loopback for Prometheus, path /metrics");
  app.add_option("--audits", options.audits_max, "Audits at once")->check(CLI::Range(1, 64))->capture_default_str();
  app.add_option("--waiting", options.waiting_max, "Audits that may wait; more are refused")
      ->check(CLI::Range(0, 10000))
      ->capture_default_str();
  app.add_option("--readers", options.readers, "Threads that read the database")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  app.add_option("--drain-seconds", options.drain_seconds, "How long calls may go on after SIGTERM")
      ->check(CLI::Range(0, 3600))
      ->capture_default_str();
  app.add_flag("!--no-reflection", options.reflection, "Do not tell clients which services there are");
}

absl::Status CheckOptions(ServerOptions& options) {
  if (options.tls.cert.empty() != options.tls.key.empty()) {
    return absl::InvalidArgumentError("--tls-cert and --tls-key go together");
  }
  if (!options.tls.client_ca.empty() && options.tls.cert.empty())
    return absl::InvalidArgumentError("--client-ca needs --tls-cert");
  for (std::string& root : options.scan_roots) {
    absl::StatusOr<std::string> canonical = CanonicalRoot(root);
    if (!canonical.ok()) return absl::InvalidArgumentError(canonical.status().message());
    root = *std::move(canonical);
  }
  return absl::OkStatus();
}

// What the libraries would write to stderr by themselves: a line of ours, so that the log stays a JSON object a line.
// Hostile requests make Protobuf talk.
void TakeOverLibraryLogs() {
  google::protobuf::SetLogHandler([](google::protobuf::LogLevel level, const char*, int, const std::string& message) {
    Log(level >= google::protobuf::LOGLEVEL_FATAL ? LogLevel::kError : LogLevel::kInfo, "protobuf",
        {{"error", message}});
  });
  gpr_set_log_function([](gpr_log_func_args* args) {
    Log(args->severity == GPR_LOG_SEVERITY_ERROR ? LogLevel::kError : LogLevel::kInfo, "grpc",
        {{"error", std::string_view(args->message)}});
  });
}

// Blocked in every thread and taken one by one here: no handler runs at a bad moment.
sigset_t Signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  return signals;
}

int Serve(const ServerOptions& options) {
  const sigset_t signals = Signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
  TakeOverLibraryLogs();
  absl::StatusOr<std::unique_ptr<Server>> server = Server::Start(options);
  if (!server.ok()) return Fail(server.status());
  for (const std::string& address : (*server)->addresses()) std::printf("listening on %s\n", address.c_str());
  if (!(*server)->metrics_address().empty()) std::printf("metrics on %s\n", (*server)->metrics_address().c_str());
  if (std::fflush(stdout) != 0) return Fail(kExitUnmeasured, "cannot say where it listens: stdout is closed");
  Log(LogLevel::kInfo, "serving",
      {{"version", kVersion}, {"addresses", static_cast<int64_t>((*server)->addresses().size())}});
  while (true) {
    int signal = 0;
    if (sigwait(&signals, &signal) != 0) continue;
    if (signal == SIGHUP) {
      (*server)->backend().Reload("SIGHUP").IgnoreError();
      continue;
    }
    Log(LogLevel::kInfo, "stopping", {{"signal", static_cast<int64_t>(signal)}});
    (*server)->Drain();
    Log(LogLevel::kInfo, "stopped");
    return kExitOk;
  }
}

int Main(int argc, char** argv) {
  CLI::App app{"weighbridged: the licence and provenance gate as a gRPC server."};
  app.name("weighbridged");
  app.footer(kFooter);
  std::string version = kVersion;
  app.set_version_flag("--version", "weighbridged" + version.substr(version.find(' ')));
  ServerOptions options;
  AddOptions(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {
    app.exit(asked);
    return std::fflush(stdout) == 0 && std::ferror(stdout) == 0 ? kExitOk : kExitUnmeasured;
  } catch (const CLI::ParseError& error) {
    return Fail(kExitUsage, std::string(error.what()) + "\nrun weighbridged --help");
  }
  if (const absl::Status sound = CheckOptions(options); !sound.ok()) return Fail(sound);
  return Serve(options);
}

}  // namespace
}  // namespace weighbridge::daemon

int main(int argc, char** argv) {
  try {
    return weighbridge::daemon::Main(argc, argv);
  } catch (const std::bad_alloc&) {
    std::fputs("error: out of memory\n", stderr);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: internal: %s\n", error.what());
  }
  return weighbridge::daemon::kExitUnmeasured;
}
