// The gate before the engine: what is not approved is not loaded, and what is loaded is exactly what was verified.
//
//   WB_ASSIGN_OR_RETURN(ApprovedModel model, gate.Admit(request));   // refusals: services/approval/refusal.h
//   WB_ASSIGN_OR_RETURN(std::unique_ptr<Model> loaded, runtime.Load(std::move(model), options));
//   ...
//   WB_RETURN_IF_ERROR(gate.CheckAgain(approval));                   // at every request
#ifndef WEIGHBRIDGE_SERVICES_ENGINE_GATE_GATE_H_
#define WEIGHBRIDGE_SERVICES_ENGINE_GATE_GATE_H_

#include <atomic>
#include <cstdint>
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
// How far the clock may stand behind the latest instant that was seen. Until then the instant seen counts; beyond,
// nothing is admitted.
inline constexpr absl::Duration kClockTolerance = absl::Minutes(5);

struct ModelGateOptions {
  approval::TrustedKeys trusted;
  // What this engine is; `use` is stated with each request. Requests may state an environment or region only where the
  // engine states none, or the same.
  std::string engine, environment, region;
  // How old what is known of an approval may be.
  absl::Duration lease = kLeaseDefault;
  // Default: the system's clock.
  std::function<absl::Time()> clock;
  // Never goes back, whatever is done to the clock; leases are measured with it. Default: the system's.
  std::function<absl::Duration()> steady;
  // Where tests change files; see CopyOptions.
  std::function<void(uint64_t)> on_block;
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
  // the lease holds: no file, no database; the instant is kept in the database whenever a lease ends and before a
  // refusal. A refusal is recorded once for each approval and reason.
  absl::Status CheckAgain(const std::string& approval_id, absl::Time expires);

  const ModelGateOptions& options() const { return options_; }

 private:
  struct Lease {
    bool revoked = false;
    absl::Duration known_at;  // steady
    std::string reported;     // the reason that was recorded last
  };

  // The instant that counts: the clock, or the latest instant seen here. Touches nothing but memory.
  absl::StatusOr<absl::Time> Now() ABSL_LOCKS_EXCLUDED(mutex_);
  // The same, with the instant kept in the database, and those that were kept there before.
  absl::StatusOr<absl::Time> KeepNow() ABSL_LOCKS_EXCLUDED(mutex_);
  // Asks the source, and keeps what it says.
  absl::Status AskStatus(const std::string& approval_id);
  absl::StatusOr<ApprovedModel> Decide(const AdmitRequest& request, absl::Time now, std::string* approval_id,
                                       std::string* model_digest);
  // Signature, form, time, scope, revocation.
  absl::StatusOr<approval::VerifiedApproval> CheckEnvelope(const std::string& envelope, const AdmitRequest& request,
                                                           absl::Time now, std::string* approval_id);
  absl::Status Record(absl::Time now, const std::string& approval_id, const std::string& model_digest,
                      const absl::Status& outcome);

  const ModelGateOptions options_;
  db::Store* const store_;
  StatusSource* const status_;
  absl::Mutex mutex_;
  std::map<std::string, Lease> leases_ ABSL_GUARDED_BY(mutex_);
  absl::Time seen_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();  // the latest instant
};

}  // namespace weighbridge::engine

#endif  // WEIGHBRIDGE_SERVICES_ENGINE_GATE_GATE_H_
