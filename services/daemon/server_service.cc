#include "services/daemon/server_service.h"

#include <string>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/auditor/auditor.h"
#include "services/base/version.h"
#include "services/daemon/log.h"
#include "services/daemon/reads.h"
#include "services/daemon/status_bridge.h"

namespace weighbridge::daemon {
namespace {

void Describe(Backend& backend, const Principal& caller, v1::ServerInfo& answer) {
  const auto configuration = backend.configuration().Current();
  answer.set_version(kVersion);
  answer.set_rules_digest(configuration->rules->digest());
  answer.set_policy_digest(configuration->policy_digest);
  answer.set_classifier_version(auditor::ClassifierVersion());
  answer.set_licenses(static_cast<uint32_t>(configuration->rules->licenses().size()));
  answer.set_families(static_cast<uint32_t>(configuration->rules->families().size()));
  answer.set_database_serving(backend.database_serving());
  for (const std::string& root : backend.options().scan_roots) answer.add_scan_roots(root.substr(root.rfind('/') + 1));
  answer.set_principal(caller.name);
  answer.set_may_mutate(caller.may_mutate);
  // Paths of the server are for those who may change it.
  if (caller.may_mutate) answer.set_last_reload_error(backend.configuration().last_error());
  v1::ServerLimits& limits = *answer.mutable_limits();
  limits.set_message_bytes_max(kRequestBytesMax);
  limits.set_concurrent_audits_max(static_cast<uint32_t>(backend.options().audits_max));
  limits.set_waiting_audits_max(static_cast<uint32_t>(backend.options().waiting_max));
  limits.set_streams_per_connection_max(kStreamsPerConnectionMax);
  limits.set_lookups_per_call_max(db::kLookupMax);
}

}  // namespace

grpc::ServerUnaryReactor* ServerService::GetServerInfo(grpc::CallbackServerContext* context,
                                                       const v1::GetServerInfoRequest*, v1::ServerInfo* answer) {
  Call call(backend_, *context, Method::kGetServerInfo);
  Describe(backend_, call.principal(), *answer);
  return EndNow(std::move(call), context, absl::OkStatus());
}

grpc::ServerUnaryReactor* ServerService::ReloadConfiguration(grpc::CallbackServerContext* context,
                                                             const v1::ReloadConfigurationRequest* request,
                                                             v1::ServerInfo* answer) {
  Call call(backend_, *context, Method::kReloadConfiguration);
  if (absl::Status may = call.CheckMayMutate(); !may.ok()) return EndNow(std::move(call), context, may);
  if (request->request_id().empty() || request->by().empty() || request->by().size() > kNameBytesMax) {
    const std::string_view field = request->request_id().empty() ? "request_id" : "by";
    return EndNow(std::move(call), context,
                  Because(absl::InvalidArgumentError(absl::StrFormat("%s: required", field)),
                          v1::ErrorReason::INVALID_FIELD, field));
  }
  if (absl::Status id = call.TakeRequestId(request->request_id()); !id.ok())
    return EndNow(std::move(call), context, id);
  return WorkInTurn(call, context, [this, call, request, answer]() mutable {
    Log(LogLevel::kInfo, "reload asked for",
        {{"by", request->by()}, {"principal", call.principal().name}, {"request_id", call.request_id()}});
    if (absl::Status reloaded = backend_.Reload("asked for"); !reloaded.ok()) {
      return Because(absl::FailedPreconditionError(reloaded.message()), v1::ErrorReason::INVALID_CONFIGURATION);
    }
    Describe(backend_, call.principal(), *answer);
    return absl::OkStatus();
  });
}

}  // namespace weighbridge::daemon
