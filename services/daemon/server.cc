#include "services/daemon/server.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "grpc/support/log.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/impl/server_builder_option.h"
#include "grpcpp/impl/server_builder_plugin.h"
#include "grpcpp/resource_quota.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/security/tls_certificate_provider.h"
#include "grpcpp/security/tls_credentials_options.h"
#include "grpcpp/server_builder.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/daemon/addresses.h"
#include "services/daemon/log.h"
#include "services/daemon/malformed_requests.h"

namespace weighbridge::daemon {
namespace {

constexpr absl::Duration kHousekeepEvery = absl::Milliseconds(50);
constexpr absl::Duration kDrainLookEvery = absl::Milliseconds(20);
// At the end, for answers that are made and not yet sent.
constexpr absl::Duration kFarewell = absl::Seconds(1);
// How often changed certificate files are looked for; the next handshake uses the new ones.
constexpr unsigned kCertificateSeconds = 1;
// What gRPC may hold for buffers of all connections.
constexpr size_t kTransportBytesMax = size_t{256} << 20;
constexpr char kReflectionPlugin[] = "proto_server_reflection";
constexpr int kKeepaliveMillis = 60000;
constexpr int kKeepaliveAnswerMillis = 20000;
// A client that pings more often than this is cut off.
constexpr int kPingEveryMillisMin = 10000;

std::shared_ptr<grpc::ServerCredentials> CredentialsOf(const TlsOptions& tls) {
  if (tls.cert.empty()) return grpc::InsecureServerCredentials();
  auto provider = std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(tls.key, tls.cert, tls.client_ca,
                                                                                       kCertificateSeconds);
  grpc::experimental::TlsServerCredentialsOptions options(provider);
  options.watch_identity_key_cert_pairs();
  if (!tls.client_ca.empty()) {
    options.watch_root_certs();
    options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  }
  return grpc::experimental::TlsServerCredentials(options);
}

// The library registers itself for every server of the process as soon as it is loaded.
class WithoutReflection : public grpc::ServerBuilderOption {
 public:
  void UpdateArguments(grpc::ChannelArguments*) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
    plugins->erase(std::remove_if(plugins->begin(), plugins->end(),
                                  [](const auto& plugin) { return plugin->name() == kReflectionPlugin; }),
                   plugins->end());
  }
};

// What gRPC itself has to say becomes lines of our log.
void LogOfGrpc(gpr_log_func_args* said) {
  std::string_view file = said->file;
  file.remove_prefix(file.rfind('/') + 1);
  Log(said->severity == GPR_LOG_SEVERITY_ERROR ? LogLevel::kError : LogLevel::kInfo, "grpc",
      {{"message", said->message}, {"file", file}, {"line", int64_t{said->line}}});
}

void SetLimits(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(static_cast<int>(kRequestBytesMax));
  builder.SetMaxSendMessageSize(static_cast<int>(kAnswerBytesMax));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kStreamsPerConnectionMax);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, static_cast<int>(kMetadataBytesMax));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMillis);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveAnswerMillis);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kPingEveryMillisMin);
  // Two servers on one port would each get a part of the calls.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  grpc::ResourceQuota quota("weighbridged");
  quota.Resize(kTransportBytesMax);
  builder.SetResourceQuota(quota);
}

}  // namespace

Server::Server(std::unique_ptr<Backend> backend)
    : backend_(std::move(backend)),
      audit_service_(*backend_),
      model_service_(*backend_),
      license_service_(*backend_),
      approval_service_(*backend_),
      server_service_(*backend_) {}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options,
                                                      const std::vector<grpc::Service*>& more) {
  gpr_set_log_function(&LogOfGrpc);
  WB_ASSIGN_OR_RETURN(std::unique_ptr<Backend> backend, Backend::Open(options));
  std::unique_ptr<Server> server(new Server(std::move(backend)));
  WB_RETURN_IF_ERROR(server->Listen(more));
  return server;
}

absl::Status Server::Listen(const std::vector<grpc::Service*>& more) {
  const ServerOptions& options = backend_->options();
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  if (options.reflection) {
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  } else {
    builder.SetOption(std::make_unique<WithoutReflection>());
  }
  SetLimits(builder);
  std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> interceptors;
  interceptors.push_back(std::make_unique<MalformedRequests>());
  builder.experimental().SetInterceptorCreators(std::move(interceptors));
  const std::vector<grpc::Service*> ours = {&audit_service_, &model_service_, &license_service_, &approval_service_,
                                            &server_service_};
  for (grpc::Service* service : ours) builder.RegisterService(service);
  for (grpc::Service* service : more) builder.RegisterService(service);

  std::vector<ListenAddress> listen;
  std::vector<int> ports(options.listen.size(), 0);
  for (size_t i = 0; i < options.listen.size(); ++i) {
    WB_ASSIGN_OR_RETURN(ListenAddress address, ParseListenAddress(options.listen[i]));
    if (!address.unix_path.empty()) {
      if (unix_listener_ != nullptr) return absl::InvalidArgumentError("--listen: one Unix socket only");
      WB_ASSIGN_OR_RETURN(unix_listener_, UnixListener::Bind(address.unix_path, options.socket_uids));
    } else if (!address.loopback && options.tls.cert.empty()) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "--listen %s: beyond loopback only with TLS; give --tls-cert and --tls-key", Printable(options.listen[i])));
    } else {
      builder.AddListeningPort(address.Target(address.port), CredentialsOf(options.tls), &ports[i]);
    }
    listen.push_back(std::move(address));
  }
  if (!options.metrics_listen.empty()) {
    WB_ASSIGN_OR_RETURN(const ListenAddress address, ParseListenAddress(options.metrics_listen));
    if (!address.loopback)
      return absl::InvalidArgumentError("--metrics-listen: a loopback address; metrics are served without TLS");
    WB_ASSIGN_OR_RETURN(metrics_address_, backend_->metrics().Expose(address.Target(address.port)));
  }
  server_ = builder.BuildAndStart();
  for (size_t i = 0; i < listen.size(); ++i) {
    if (!listen[i].unix_path.empty()) {
      addresses_.push_back("unix:" + listen[i].unix_path);
      continue;
    }
    if (server_ == nullptr || ports[i] == 0) {
      return absl::FailedPreconditionError(absl::StrFormat(
          "cannot listen on %s: in use, or not an address of this machine", Printable(options.listen[i])));
    }
    addresses_.push_back(listen[i].Target(ports[i]));
  }
  if (server_ == nullptr) return absl::FailedPreconditionError("the server does not start");
  for (const std::string_view name :
       {"weighbridge.v1.AuditService", "weighbridge.v1.ModelService", "weighbridge.v1.LicenseService",
        "weighbridge.v1.ApprovalService", "weighbridge.v1.ServerService"}) {
    server_->GetHealthCheckService()->SetServingStatus(std::string(name), true);
  }
  if (unix_listener_ != nullptr) {
    backend_->set_unix_listener(unix_listener_.get());
    unix_listener_->Start(server_.get());
  }
  housekeeper_ = std::thread([this] { HousekeepUntilStopped(); });
  return absl::OkStatus();
}

void Server::HousekeepUntilStopped() {
  bool serving = true;
  while (true) {
    {
      const absl::MutexLock lock(&mutex_);
      if (mutex_.AwaitWithTimeout(absl::Condition(&stopped_), kHousekeepEvery)) return;
    }
    backend_->Housekeep();
    if (backend_->database_serving() == serving) continue;
    serving = backend_->database_serving();
    SetServing(serving);
  }
}

void Server::SetServing(bool serving) {
  const absl::MutexLock lock(&mutex_);
  server_->GetHealthCheckService()->SetServingStatus(serving && !backend_->stopping());
}

void Server::Drain() {
  {
    const absl::MutexLock lock(&mutex_);
    if (stopped_) return;
  }
  backend_->Stop();
  if (server_ != nullptr) SetServing(false);
  const absl::Time end = absl::Now() + absl::Seconds(backend_->options().drain_seconds);
  // Shutdown() alone would wait for streams that never end by themselves, such as those that watch the health.
  while (backend_->HasWork() && absl::Now() < end) absl::SleepFor(kDrainLookEvery);
  {
    const absl::MutexLock lock(&mutex_);
    stopped_ = true;
  }
  if (housekeeper_.joinable()) housekeeper_.join();
  if (server_ != nullptr) {
    if (unix_listener_ != nullptr) unix_listener_->Stop();
    // Answers that are on their way arrive. Audits that are not done by now are cancelled, and end as for a client that
    // went away: nothing recorded.
    const absl::Duration more = backend_->HasWork() ? absl::ZeroDuration() : kFarewell;
    server_->Shutdown(absl::ToChronoTime(absl::Now() + more));
  }
  backend_->Drain();
  if (server_ != nullptr) server_->Wait();
}

Server::~Server() {
  Drain();
  server_.reset();
  unix_listener_.reset();
}

}  // namespace weighbridge::daemon
