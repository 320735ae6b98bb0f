#include "services/engine/server/engine_main.h"

#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/str_format.h"
#include "grpc/support/log.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/resource_quota.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "services/approval/refusal.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/base/version.h"
#include "services/clients/cpp/connection.h"
#include "services/engine/gate/gate.h"
#include "services/engine/gate/local_status.h"
#include "services/engine/server/inference_service.h"
#include "services/engine/server/remote_status.h"
#include "services/keyring/keyring.h"

namespace weighbridge::engine {
namespace {

constexpr int kExitUsage = 2;
constexpr int kExitUnmeasured = 3;
constexpr int kRequestBytesMax = 40 << 20;  // an envelope of 32 MiB
constexpr int kThreadsMax = 64;             // of calls, waiting ones included
constexpr int kStreamsMax = 100;
constexpr std::chrono::seconds kDrain{5};

struct Options {
  clients::ConnectionOptions server;  // empty address: the database says how approvals stand
  std::string listen, db, trust, environment, region, engine, llama_dir;
  bool create_db = false;
  int parent = 0;
  double lease_seconds = 5;
  int threads = 0;
};

int Fail(int code, std::string_view message) {
  std::fprintf(stderr, "error: %s\n", std::string(message).c_str());
  return code;
}

int FailStatus(const absl::Status& status) {
  const std::optional<v1::Refusal> refusal = approval::RefusalOf(status);
  const int code = refusal.has_value()               ? approval::ExitCodeOf(refusal->reason())
                   : absl::IsInvalidArgument(status) ? kExitUsage
                                                     : kExitUnmeasured;
  return Fail(code, Printable(std::string_view(status.message().data(), status.message().size())));
}

// Unix sockets, and loopback: what is sent here is not encrypted.
bool IsSafe(const std::string& address) {
  for (const char* prefix : {"unix:/", "127.0.0.1:", "[::1]:", "localhost:"}) {
    if (address.rfind(prefix, 0) == 0) return true;
  }
  return false;
}

void Silent(gpr_log_func_args*) {}

int Serve(const Options& options, const RuntimeFactory& make_runtime) {
  if (!IsSafe(options.listen)) {
    return Fail(kExitUsage, "--listen: unix:/PATH, or a port of loopback such as 127.0.0.1:0");
  }
  const absl::StatusOr<approval::TrustedKeys> trusted =
      options.trust.empty() ? keyring::Keyring::TrustedByDefault()
                            : keyring::ReadTrustFile(options.trust, /*must_not_be_writable=*/true);
  if (!trusted.ok()) return FailStatus(trusted.status());
  db::StoreOptions store_options;
  store_options.path = options.db;
  store_options.mode = options.create_db ? db::StoreMode::kCreate : db::StoreMode::kMustExist;
  const absl::StatusOr<std::unique_ptr<db::Store>> store = db::Store::Open(store_options);
  if (!store.ok()) return Fail(kExitUnmeasured, Printable(std::string(store.status().message())));
  const absl::StatusOr<std::unique_ptr<Runtime>> runtime = make_runtime(options.llama_dir);

  LocalStatus local_status(store->get());
  std::optional<RemoteStatus> remote_status;
  if (!options.server.server.empty()) {
    const absl::StatusOr<std::shared_ptr<grpc::Channel>> channel = clients::Connect(options.server);
    if (!channel.ok()) return FailStatus(channel.status());
    remote_status.emplace(*channel, options.server.server);
  }
  StatusSource* const status =
      remote_status.has_value() ? static_cast<StatusSource*>(&*remote_status) : &local_status;
  ModelGateOptions gate_options;
  gate_options.trusted = *trusted;
  gate_options.engine = options.engine;
  gate_options.environment = options.environment;
  gate_options.region = options.region;
  gate_options.lease = absl::Seconds(options.lease_seconds);
  ModelGate gate(std::move(gate_options), store->get(), status);
  ServiceOptions service_options;
  service_options.threads = options.threads;
  InferenceService service(&gate, runtime.ok() ? absl::StatusOr<Runtime*>(runtime->get()) : runtime.status(),
                           service_options);

  gpr_set_log_function(&Silent);
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  builder.SetMaxReceiveMessageSize(kRequestBytesMax);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kStreamsMax);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  grpc::ResourceQuota quota("weighbridge-engine");
  quota.SetMaxThreads(kThreadsMax);
  builder.SetResourceQuota(quota);
  builder.RegisterService(&service);
  int port = 0;
  const bool is_unix = options.listen.rfind("unix:", 0) == 0;
  const mode_t before = umask(0177);
  builder.AddListeningPort(options.listen, grpc::InsecureServerCredentials(), &port);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  umask(before);
  if (server == nullptr || port == 0)
    return Fail(kExitUnmeasured, absl::StrFormat("cannot listen on %s", Printable(options.listen)));
  std::string address = options.listen;
  if (!is_unix) address = address.substr(0, address.rfind(':') + 1) + std::to_string(port);
  server->GetHealthCheckService()->SetServingStatus("weighbridge.v1.InferenceService", true);
  std::printf("listening on %s\n", Printable(address).c_str());
  if (std::fflush(stdout) != 0) return Fail(kExitUnmeasured, "stdout is closed");

  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  int got = 0;
  sigwait(&ends, &got);
  server->GetHealthCheckService()->SetServingStatus(false);
  service.Stop();
  server->Shutdown(std::chrono::system_clock::now() + kDrain);
  return 0;
}

}  // namespace

int EngineMain(int argc, char** argv, const RuntimeFactory& runtime) {
  CLI::App app{"The inference engine of Weighbridge: it loads models that were approved, and nothing else."};
  app.name("weighbridge-engine");
  app.set_version_flag("--version", kVersion);
  Options options;
  app.add_option("--listen", options.listen, "unix:/PATH or a port of loopback (127.0.0.1:0)")->required();
  app.add_option("--db", options.db, "Database: approvals, events, and the latest instant seen")->required();
  app.add_flag("--create-db", options.create_db, "Make the database if it is missing");
  app.add_option("--trust", options.trust, "File of trusted keys, which this account cannot write (default: own keys)");
  auto* server = app.add_option("--server", options.server.server,
                                "Server that knows the approvals and whether they stand: unix:/PATH or HOST:PORT "
                                "(default: --db; events and the latest instant stay there)");
  app.add_option("--server-ca", options.server.server_ca, "Authority that signed the server's certificate (PEM)")
      ->needs(server);
  app.add_option("--client-cert", options.server.client_cert, "Certificate shown to the server (PEM)")->needs(server);
  app.add_option("--client-key", options.server.client_key, "Private key of that certificate (PEM)")->needs(server);
  app.add_option("--environment", options.environment, "Environment that this engine runs in");
  app.add_option("--region", options.region, "Region that this engine runs in");
  app.add_option("--engine-id", options.engine, "Id of this engine, as approvals name it");
  app.add_option("--lease", options.lease_seconds, "Seconds for which what is known of an approval may be used")
      ->check(CLI::Range(0.0, 86400.0))
      ->capture_default_str();
  app.add_option("--llama-dir", options.llama_dir, "Folder of the inference libraries (deploy/llama.sh makes one)");
  app.add_option("--threads", options.threads, "Threads of one generation (default: one for each core)")
      ->check(CLI::Range(1, 256));
  app.add_option("--parent", options.parent, "End when the process of this id, which started it, ends")
      ->check(CLI::PositiveNumber);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::CallForVersion& version) {
    return app.exit(version);
  } catch (const CLI::ParseError& error) {
    return Fail(kExitUsage, error.what());
  }
  if (options.parent != 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != options.parent) return Fail(kExitUnmeasured, "the process that started it has ended");
  }
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
  // Before any thread is made: all inherit it.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  try {
    return Serve(options, runtime);
  } catch (const std::bad_alloc&) {
    return Fail(kExitUnmeasured, "out of memory");
  }
}

}  // namespace weighbridge::engine
