// The gate before the engine: what is not approved is not loaded, and what is loaded is exactly what was verified.
//
//   WB_ASSIGN_OR_RETURN(ApprovedModel model, gate.Admit(request));   // refusals: services/approval/refusal.h
//   WB_ASSIGN_OR_RETURN(std::unique_ptr<Model> loaded, runtime.Load(std::move(model), options));
//   ...
//   WB_RETURN_IF_ERROR(gate.CheckAgain(approval));                   // at every request
#ifndef WEIGHBRIDGE_SERVICES_ENGINE_GATE_GATE_H_
#define WEIGHBRIDGE_SERVICES_ENGINE_GATE_GATE_H_

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "db/store/store.h"
#include "services/approval/trust.h"
#include "services/approval/verify.h"
#include "services/engine/approved_model.h"
#include "services/engine/gate/status_source.h"

namespace weighbridge::engine {

inline constexpr absl::Duration kLeaseDefault = absl::Seconds(5);
inline constexpr absl::Duration kLeaseMax = absl::Hours(24);

struct ModelGateOptions {
  approval::TrustedKeys trusted;
  // What this engine is; `use` is stated with each request. Requests may state an environment or region only where the
  // engine states none, or the same.
  std::string engine, environment, region;
  // How old what is known of an approval may be.
  absl::Duration lease = kLeaseDefault;
  // Default: the system's clock.
  std::function<absl::Time()> clock;
};

struct AdmitRequest {
  std::string path;                   // folder or file
  std::vector<std::string> adapters;  // folders or files
  std::string file;                   // which weights, where there are several
  std::string envelope;               // empty: the newest standing approval that the source knows
  approval::StatedScope stated;       // `engine` is ignored: it is the gate's own
  const std::atomic<bool>* cancelled = nullptr;
};

// Thread-safe.
class ModelGate {
 public:
  // `store` keeps the floor of the clock and the events; not owned; null refuses everything (store_unavailable).
  // `status` not owned.
  ModelGate(ModelGateOptions options, db::Store* store, StatusSource* status);

  // In this order: envelope and signature, decision, time (after raising the floor), scope, revocation; then the files:
  // walked, all loadable ones compared with the approved, each copied into sealed memory and hashed on its way, GGUF
  // parsed by our own parser from the sealed copy. Records an event of the load or of the refusal; if that cannot be
  // recorded, nothing is admitted.
  absl::StatusOr<ApprovedModel> Admit(const AdmitRequest& request);

  // Whether it may go on being used: expiry, floor, revocation from a state that is no older than the lease. Cheap when
  // the lease holds: no file, no database. A refusal is recorded once for each approval and reason.
  absl::Status CheckAgain(const std::string& approval_id, absl::Time expires);

  const ModelGateOptions& options() const { return options_; }

 private:
  // (the implementation's own members)
  const ModelGateOptions options_;
  db::Store* const store_;
  StatusSource* const status_;
};

}  // namespace weighbridge::engine

#endif  // WEIGHBRIDGE_SERVICES_ENGINE_GATE_GATE_H_
