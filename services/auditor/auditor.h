// The use cases: scan or gate a model, and replay what was recorded. Effects happen here in one order: read, assess,
// record, return (ANCHORS: imperative shell); what they compute is pure (assess.h).
#ifndef WEIGHBRIDGE_SERVICES_AUDITOR_AUDITOR_H_
#define WEIGHBRIDGE_SERVICES_AUDITOR_AUDITOR_H_

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "db/store/store.h"
#include "proto/weighbridge/v1/exception.pb.h"
#include "proto/weighbridge/v1/gate.pb.h"
#include "proto/weighbridge/v1/profile.pb.h"
#include "services/auditor/assess.h"
#include "services/auditor/collect.h"
#include "services/auditor/exceptions.h"
#include "services/rulebook/rulebook.h"

namespace weighbridge::auditor {

// A profile or policy as given.
struct ConfigFile {
  std::string name;  // for messages
  std::string bytes;
};

// Everything but the files.
struct GateInputs {
  Scope scope = Scope::kGate;
  std::optional<ConfigFile> profile;  // none: every fact is absent
  std::optional<ConfigFile> policy;   // none: the built-in policy alone
  std::optional<v1::Mode> mode;       // over the policy's
  absl::Time evaluated_at;            // an input; cut to whole seconds
  // Signed waivers and rulings beside those of the store, and whose signatures count for the latter.
  v1::Exceptions exceptions;
  TrustSource trusted;
  std::string measured_by;  // "" (this process), "server" or "client": stands in the result and in what is recorded
  bool record = true;       // false: the store is read, not written
  // Looked at before and after assessing, and last before recording: Cancelled, and nothing was recorded.
  const std::atomic<bool>* cancelled = nullptr;
};

struct GateRequest {
  CollectRequest collect;
  GateInputs inputs;
};

struct GateResponse {
  v1::GateResult result;
  std::string json;  // the result as printed by --format json, with its newline; what is recorded
  // An earlier audit of the same bytes under the same rules was in the store; its instant.
  std::string known_since;
  std::string decision_id;
};

// Scans or gates the models at `request.collect.path`, one response each in order of their path, at least one.
//
// Errors of configuration (a broken profile or policy: INVALID_ARGUMENT with all places) come before any file of a
// model is read. Nothing is recorded before all models were assessed; those of the store come last, and then only
// models before were recorded. Several models of one call do not answer each other's pointers.
//
// `store` may be null (--no-record); it serialises itself, so calls may run at the same time.
absl::StatusOr<std::vector<GateResponse>> RunGate(const GateRequest& request, const rulebook::Rulebook& rules,
                                                  db::Store* store);

// The same for a model that was collected before, here or elsewhere. The inventory is believed: who takes it from
// strangers checks its shape first.
absl::StatusOr<GateResponse> GateCollected(Collected collected, const GateInputs& inputs,
                                           const rulebook::Rulebook& rules, db::Store* store);

// What RunGate checks first, without touching a file: INVALID_ARGUMENT with all places.
absl::Status CheckConfiguration(const std::optional<ConfigFile>& profile, const std::optional<ConfigFile>& policy,
                                const rulebook::Rulebook& rules);

// The profile as a message; nothing without one. INVALID_ARGUMENT with all places.
absl::StatusOr<std::optional<v1::Profile>> ProfileOf(const std::optional<ConfigFile>& profile,
                                                     const rulebook::Rulebook& rules);

// Digest of the built-in policy as results show it.
std::string BuiltinPolicyDigest();

// What an audit was made of, from the store. DATA_LOSS if it is damaged.
absl::StatusOr<Collected> LoadCollected(const db::AuditRecord& audit, db::Store& store);

// Gates what an audit stored, with these rules and inputs, without reading weights; `inputs.measured_by` is taken from
// the audit. New rules classify again from the stored texts. `id` is an audit or a decision, or a prefix of one.
// NotFound, InvalidArgument (an ambiguous prefix, a broken profile), DataLoss.
absl::StatusOr<GateResponse> EvaluateAudit(std::string_view id, GateInputs inputs, const rulebook::Rulebook& rules,
                                           db::Store& store);

struct ReplayedDecision {
  std::string decision_id;
  std::string evaluated_at;
  std::string decision;  // as recorded
  bool same_bytes = false;
  std::string json;  // as evaluated again
};

struct ReplayResponse {
  std::string audit_id;
  std::vector<ReplayedDecision> decisions;
};

// Evaluates every decision of an audit again from stored inputs: rulebook, inventory, documents, policy, profile,
// instant. `id` is an audit or a decision, or a prefix of one. DATA_LOSS if stored bytes do not match their digests.
absl::StatusOr<ReplayResponse> Replay(std::string_view id, db::Store& store);

// Version under which classification and evaluation are keyed in the store.
std::string ClassifierVersion();

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_AUDITOR_H_
