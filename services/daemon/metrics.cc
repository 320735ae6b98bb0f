#include "services/daemon/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <exception>
#include <utility>

#include "absl/strings/str_format.h"

namespace weighbridge::daemon {
namespace {

constexpr size_t kCodeCount = 17;  // canonical codes, OK included

std::string CodeName(size_t code) { return absl::StatusCodeToString(static_cast<absl::StatusCode>(code)); }

const prometheus::Histogram::BucketBoundaries kSeconds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                                       0.05,   0.1,     0.25,   1,     5,      30,    120};

}  // namespace

std::string_view MethodName(Method method) {
  switch (method) {
    case Method::kAuditModel:
      return "AuditService.AuditModel";
    case Method::kGetAudit:
      return "AuditService.GetAudit";
    case Method::kListAudits:
      return "AuditService.ListAudits";
    case Method::kEvaluateAudit:
      return "AuditService.EvaluateAudit";
    case Method::kClassifyText:
      return "AuditService.ClassifyText";
    case Method::kLookupDigests:
      return "ModelService.LookupDigests";
    case Method::kGetModel:
      return "ModelService.GetModel";
    case Method::kListModels:
      return "ModelService.ListModels";
    case Method::kGetLicense:
      return "LicenseService.GetLicense";
    case Method::kListLicenses:
      return "LicenseService.ListLicenses";
    case Method::kExplainName:
      return "LicenseService.ExplainName";
    case Method::kGetServerInfo:
      return "ServerService.GetServerInfo";
    case Method::kReloadConfiguration:
      return "ServerService.ReloadConfiguration";
    case Method::kCreateApproval:
      return "ApprovalService.CreateApproval";
    case Method::kGetApproval:
      return "ApprovalService.GetApproval";
    case Method::kListApprovals:
      return "ApprovalService.ListApprovals";
    case Method::kRevokeApproval:
      return "ApprovalService.RevokeApproval";
    case Method::kCheckApprovals:
      return "ApprovalService.CheckApprovals";
  }
  return "unknown";
}

// Children are made once: a look-up of labels has no place in a call that takes 20 us.
struct Metrics::Families {
  explicit Families(prometheus::Registry& registry)
      : decisions(prometheus::BuildCounter()
                      .Name("weighbridge_decisions_total")
                      .Help("Decisions made, by decision")
                      .Register(registry)),
        recorded(prometheus::BuildCounter()
                     .Name("weighbridge_audits_recorded_total")
                     .Help("Audits recorded")
                     .Register(registry)
                     .Add({})),
        reloads(prometheus::BuildCounter()
                    .Name("weighbridge_reloads_total")
                    .Help("Reloads of rules, policy and certificates")
                    .Register(registry)),
        values(prometheus::BuildGauge()
                   .Name("weighbridge_work")
                   .Help("Audits, reads and uploads of the moment")
                   .Register(registry)),
        upload_bytes(prometheus::BuildGauge()
                         .Name("weighbridge_upload_bytes")
                         .Help("Bytes of inventories on their way in")
                         .Register(registry)
                         .Add({})),
        rounds(prometheus::BuildCounter()
                   .Name("weighbridge_gauge_rounds_total")
                   .Help("Times the gauges were set")
                   .Register(registry)
                   .Add({})),
        serving(prometheus::BuildGauge()
                    .Name("weighbridge_database_serving")
                    .Help("1 while the database answers")
                    .Register(registry)
                    .Add({})) {
    auto& count = prometheus::BuildCounter()
                      .Name("weighbridge_calls_total")
                      .Help("Calls ended, by method and code")
                      .Register(registry);
    auto& time = prometheus::BuildHistogram()
                     .Name("weighbridge_call_seconds")
                     .Help("Time of a call in the server")
                     .Register(registry);
    auto& lookup = prometheus::BuildCounter()
                       .Name("weighbridge_lookups_total")
                       .Help("Digests looked up, by outcome")
                       .Register(registry);
    for (size_t method = 0; method < kMethodCount; ++method) {
      const std::string name(MethodName(static_cast<Method>(method)));
      seconds[method] = &time.Add({{"method", name}}, kSeconds);
      for (size_t code = 0; code < kCodeCount; ++code) {
        calls[method][code] = &count.Add({{"method", name}, {"code", CodeName(code)}});
      }
    }
    known = &lookup.Add({{"outcome", "known"}});
    unknown = &lookup.Add({{"outcome", "unknown"}});
    cached = &lookup.Add({{"outcome", "from_cache"}});
  }

  std::array<std::array<prometheus::Counter*, kCodeCount>, kMethodCount> calls;
  std::array<prometheus::Histogram*, kMethodCount> seconds;
  prometheus::Counter* known;
  prometheus::Counter* unknown;
  prometheus::Counter* cached;
  prometheus::Family<prometheus::Counter>& decisions;
  prometheus::Counter& recorded;
  prometheus::Family<prometheus::Counter>& reloads;
  prometheus::Family<prometheus::Gauge>& values;
  prometheus::Gauge& upload_bytes;
  prometheus::Counter& rounds;
  prometheus::Gauge& serving;
};

Metrics::Metrics()
    : registry_(std::make_shared<prometheus::Registry>()), families_(std::make_unique<Families>(*registry_)) {}

Metrics::~Metrics() = default;

absl::StatusOr<std::string> Metrics::Expose(const std::string& address) {
  try {
    exposer_ = std::make_unique<prometheus::Exposer>(address, /*num_threads=*/1);
    exposer_->RegisterCollectable(registry_);
    const std::vector<int> ports = exposer_->GetListeningPorts();
    const size_t colon = address.rfind(':');
    if (ports.empty() || colon == std::string::npos) return address;
    return absl::StrFormat("%s:%d", address.substr(0, colon), ports.front());
  } catch (const std::exception& error) {
    return absl::FailedPreconditionError(absl::StrFormat("cannot serve metrics on %s: %s", address, error.what()));
  }
}

void Metrics::CountCall(Method method, absl::StatusCode code, std::chrono::steady_clock::duration took) {
  const size_t index = static_cast<size_t>(method);
  const size_t number = static_cast<size_t>(code) < kCodeCount ? static_cast<size_t>(code) : 2;
  families_->calls[index][number]->Increment();
  families_->seconds[index]->Observe(std::chrono::duration<double>(took).count());
}

void Metrics::CountLookups(size_t known, size_t unknown, size_t from_cache) {
  if (known > 0) families_->known->Increment(static_cast<double>(known));
  if (unknown > 0) families_->unknown->Increment(static_cast<double>(unknown));
  if (from_cache > 0) families_->cached->Increment(static_cast<double>(from_cache));
}

void Metrics::CountDecision(std::string_view decision) {
  families_->decisions.Add({{"decision", std::string(decision)}}).Increment();
}

void Metrics::CountRecorded() { families_->recorded.Increment(); }

void Metrics::CountReload(bool succeeded) {
  families_->reloads.Add({{"outcome", succeeded ? "succeeded" : "failed"}}).Increment();
}

void Metrics::Set(const Gauges& gauges) {
  families_->values.Add({{"state", "audits_running"}}).Set(static_cast<double>(gauges.audits_running));
  families_->values.Add({{"state", "audits_waiting"}}).Set(static_cast<double>(gauges.audits_waiting));
  families_->values.Add({{"state", "reads_waiting"}}).Set(static_cast<double>(gauges.reads_waiting));
  families_->values.Add({{"state", "uploads"}}).Set(static_cast<double>(gauges.uploads));
  families_->upload_bytes.Set(static_cast<double>(gauges.upload_bytes));
  families_->serving.Set(gauges.database_serving ? 1 : 0);
  families_->rounds.Increment();
}

}  // namespace weighbridge::daemon
