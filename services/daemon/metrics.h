// What the server counts, for Prometheus.
#ifndef WEIGHBRIDGE_SERVICES_DAEMON_METRICS_H_
#define WEIGHBRIDGE_SERVICES_DAEMON_METRICS_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace prometheus {
class Counter;
class Exposer;
class Gauge;
class Histogram;
class Registry;
}  // namespace prometheus

namespace weighbridge::daemon {

// Every method of the server; names in MethodName().
enum class Method {
  kAuditModel,
  kGetAudit,
  kListAudits,
  kEvaluateAudit,
  kClassifyText,
  kLookupDigests,
  kGetModel,
  kListModels,
  kGetLicense,
  kListLicenses,
  kExplainName,
  kGetServerInfo,
  kReloadConfiguration,
  kCreateApproval,
  kGetApproval,
  kListApprovals,
  kRevokeApproval,
  kCheckApprovals,
};
inline constexpr size_t kMethodCount = 18;

// "AuditService.AuditModel", ...
std::string_view MethodName(Method method);

// Thread-safe.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // Serves /metrics on HOST:PORT and returns the address it got. FailedPrecondition if it cannot listen there.
  absl::StatusOr<std::string> Expose(const std::string& address);

  void CountCall(Method method, absl::StatusCode code, std::chrono::steady_clock::duration took);
  void CountLookups(size_t known, size_t unknown, size_t from_cache);
  // "APPROVED", ...: a decision that was made, recorded or not.
  void CountDecision(std::string_view decision);
  void CountRecorded();
  void CountReload(bool succeeded);

  // Values of the moment, set by the housekeeping. `weighbridge_gauge_rounds_total` counts how often: who must know
  // that nothing is left waits for the second next round, whose values are all of a later moment.
  struct Gauges {
    size_t audits_running = 0;
    size_t audits_waiting = 0;
    size_t reads_waiting = 0;
    size_t uploads = 0;
    size_t upload_bytes = 0;
    bool database_serving = false;
  };
  void Set(const Gauges& gauges);

 private:
  struct Families;
  std::shared_ptr<prometheus::Registry> registry_;
  std::unique_ptr<Families> families_;
  std::unique_ptr<prometheus::Exposer> exposer_;
};

}  // namespace weighbridge::daemon

#endif  // WEIGHBRIDGE_SERVICES_DAEMON_METRICS_H_
