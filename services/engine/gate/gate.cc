#include "services/engine/gate/gate.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "services/approval/refusal.h"
#include "services/auditlog/event.h"
#include "services/base/instant.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/engine/gate/measure.h"

namespace weighbridge::engine {
namespace {

using Reason = v1::RefusalReason;

ModelGateOptions Complete(ModelGateOptions options) {
  options.lease = std::clamp(options.lease, absl::ZeroDuration(), kLeaseMax);
  if (!options.clock) options.clock = [] { return absl::Now(); };
  if (!options.steady) {
    options.steady = [] { return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch()); };
  }
  return options;
}

// What was stated, within what the engine is.
absl::StatusOr<approval::StatedScope> ScopeOf(const ModelGateOptions& engine, const approval::StatedScope& stated) {
  approval::StatedScope scope = stated;
  scope.engine = engine.engine;
  if (!engine.environment.empty() && !stated.environment.empty() && stated.environment != engine.environment) {
    return approval::Refuse(Reason::environment_out_of_scope,
                            absl::StrFormat("this engine runs in %s, not in %s", Printable(engine.environment),
                                            Printable(stated.environment)));
  }
  if (!engine.region.empty() && !stated.region.empty() && stated.region != engine.region) {
    return approval::Refuse(
        Reason::region_out_of_scope,
        absl::StrFormat("this engine runs in %s, not in %s", Printable(engine.region), Printable(stated.region)));
  }
  if (scope.environment.empty()) scope.environment = engine.environment;
  if (scope.region.empty()) scope.region = engine.region;
  return scope;
}

std::string UseOf(const v1::ApprovalScope& scope, const std::string& stated) {
  if (!stated.empty()) return stated;
  std::string uses;
  for (const std::string& use : scope.use()) uses += (uses.empty() ? "" : ", ") + use;
  return uses;
}

}  // namespace

ModelGate::ModelGate(ModelGateOptions options, db::Store* store, StatusSource* status)
    : options_(Complete(std::move(options))), store_(store), status_(status) {}

absl::StatusOr<absl::Time> ModelGate::Now() {
  const absl::Time clock = options_.clock();
  const absl::MutexLock lock(&mutex_);
  if (clock + kClockTolerance < seen_) {
    return approval::Refuse(Reason::clock_behind, absl::StrFormat("the clock says %s, and %s was seen before",
                                                                  FormatInstant(clock), FormatInstant(seen_)));
  }
  return seen_ = std::max(clock, seen_);
}

absl::StatusOr<absl::Time> ModelGate::KeepNow() {
  if (store_ == nullptr) return approval::Refuse(Reason::store_unavailable, "the engine has no database");
  absl::Time latest = options_.clock();
  {
    const absl::MutexLock lock(&mutex_);
    latest = std::max(latest, seen_);
  }
  const absl::StatusOr<int64_t> floor = store_->RaiseClockFloor(absl::ToUnixSeconds(latest));
  if (!floor.ok()) {
    return approval::Refuse(Reason::floor_unavailable, absl::StrFormat("the latest instant seen cannot be kept: %s",
                                                                       std::string(floor.status().message())));
  }
  {
    const absl::MutexLock lock(&mutex_);
    seen_ = std::max(seen_, absl::FromUnixSeconds(*floor));
  }
  return Now();
}

absl::Status ModelGate::AskStatus(const std::string& approval_id) {
  const absl::StatusOr<ApprovalStatus> status = status_->StatusOf(approval_id);
  if (!status.ok()) {
    if (approval::RefusalOf(status.status()).has_value()) return status.status();
    return approval::Refuse(Reason::store_unavailable, std::string(status.status().message()));
  }
  const absl::MutexLock lock(&mutex_);
  // A server that is ahead raises the floor too: it is kept when the next instant is.
  seen_ = std::max(seen_, status->as_of);
  Lease& lease = leases_[approval_id];
  // What was seen revoked stays so.
  lease.revoked = lease.revoked || status->revoked;
  lease.known_at = options_.steady();
  if (!lease.revoked) return absl::OkStatus();
  return approval::Refuse(Reason::revoked, absl::StrFormat("the approval %s was revoked", approval_id.substr(0, 12)));
}

absl::StatusOr<approval::VerifiedApproval> ModelGate::CheckEnvelope(const std::string& envelope,
                                                                    const AdmitRequest& request, absl::Time now,
                                                                    std::string* approval_id) {
  WB_ASSIGN_OR_RETURN(approval::VerifiedApproval approval, approval::VerifyApproval(envelope, options_.trusted));
  *approval_id = approval.approval_id;
  WB_RETURN_IF_ERROR(approval::CheckTime(approval.statement, now));
  WB_ASSIGN_OR_RETURN(const approval::StatedScope scope, ScopeOf(options_, request.stated));
  WB_RETURN_IF_ERROR(approval::CheckScope(approval.statement.details.scope(), scope));
  WB_RETURN_IF_ERROR(AskStatus(approval.approval_id));
  return approval;
}

absl::StatusOr<ApprovedModel> ModelGate::Decide(const AdmitRequest& request, absl::Time now, std::string* approval_id,
                                                std::string* model_digest) {
  std::optional<approval::VerifiedApproval> approval;
  if (!request.envelope.empty()) {
    WB_ASSIGN_OR_RETURN(approval, CheckEnvelope(request.envelope, request, now, approval_id));
  }
  CopyOptions copy;
  copy.cancelled = request.cancelled;
  copy.on_block = options_.on_block;
  std::vector<MeasuredModel> models;
  WB_ASSIGN_OR_RETURN(MeasuredModel base, MeasureModel(request.path, request.file, copy));
  *model_digest = base.model_digest;
  models.push_back(std::move(base));
  for (const std::string& adapter : request.adapters) {
    WB_ASSIGN_OR_RETURN(MeasuredModel measured, MeasureModel(adapter, "", copy));
    models.push_back(std::move(measured));
  }
  if (!approval.has_value()) {
    // By its weights: a changed card makes another model digest, and does not matter.
    absl::Status why = approval::Refuse(
        Reason::no_approval,
        absl::StrFormat("there is no approval for the model %s", models.front().model_digest.substr(0, 16)));
    WB_ASSIGN_OR_RETURN(const std::vector<std::string> envelopes, status_->EnvelopesFor(models.front().weights_digest));
    for (const std::string& envelope : envelopes) {
      absl::StatusOr<approval::VerifiedApproval> found = CheckEnvelope(envelope, request, now, approval_id);
      if (found.ok() && found->statement.details.parts_size() != static_cast<int>(models.size())) continue;
      if (found.ok()) {
        approval = *std::move(found);
        break;
      }
      why = found.status();
    }
    if (!approval.has_value()) return why;
  }
  const v1::ApprovalDetails& details = approval->statement.details;
  if (details.parts_size() != static_cast<int>(models.size())) {
    return approval::Refuse(
        Reason::digest_mismatch,
        absl::StrFormat("the approval binds %d models, and %d are to be loaded", details.parts_size(), models.size()));
  }
  for (size_t i = 0; i < models.size(); ++i) {
    WB_RETURN_IF_ERROR(approval::CheckArtifacts(details.parts(static_cast<int>(i)), models[i].artifacts, nullptr));
  }
  ApprovedModel model;
  model.weights_ = std::move(models.front().weights);
  for (size_t i = 1; i < models.size(); ++i) {
    for (SealedFile& file : models[i].weights) model.adapters_.push_back(std::move(file));
  }
  model.approval_id_ = approval->approval_id;
  model.model_digest_ = details.parts(0).model_digest();
  model.weights_digest_ = details.parts(0).weights_digest();
  model.trust_ = approval->trust;
  model.use_ = UseOf(details.scope(), request.stated.use);
  model.use_stated_ = !request.stated.use.empty();
  model.expires_ = approval->statement.expires;
  model.details_ = details;
  return model;
}

absl::Status ModelGate::Record(absl::Time now, const std::string& approval_id, const std::string& model_digest,
                               const absl::Status& outcome) {
  const std::optional<v1::Refusal> refusal = approval::RefusalOf(outcome);
  v1::EventBody body;
  body.set_engine(options_.engine);
  if (refusal.has_value()) {
    body.set_refusal(refusal->reason());
    body.set_detail(refusal->message());
  }
  db::AdmissionRow row;
  row.admitted = outcome.ok();
  row.approval_id = approval_id;
  row.model_digest = model_digest;
  row.reason = refusal.has_value() ? Reason::Value_Name(refusal->reason()) : outcome.ok() ? "" : "error";
  row.engine = Printable(options_.engine);
  row.at = FormatInstant(now);
  return store_->RecordAdmission(
      row, auditlog::MakeEvent(outcome.ok() ? v1::EventKind::engine_load : v1::EventKind::engine_refusal, now,
                               approval_id, model_digest, std::move(body)));
}

absl::StatusOr<ApprovedModel> ModelGate::Admit(const AdmitRequest& request) {
  if (store_ == nullptr) return approval::Refuse(Reason::store_unavailable, "the engine has no database");
  std::string approval_id, model_digest;
  const absl::StatusOr<absl::Time> now = KeepNow();
  absl::StatusOr<ApprovedModel> model =
      now.ok() ? Decide(request, *now, &approval_id, &model_digest) : absl::StatusOr<ApprovedModel>(now.status());
  if (absl::IsCancelled(model.status())) return model;
  const absl::Status recorded = Record(now.ok() ? *now : options_.clock(), approval_id, model_digest,
                                       model.ok() ? absl::OkStatus() : model.status());
  // A refusal stands whether or not it could be recorded; a load that nobody could learn of does not happen.
  if (!recorded.ok() && model.ok()) {
    return approval::Refuse(Reason::store_unavailable,
                            absl::StrFormat("the load cannot be recorded: %s", std::string(recorded.message())));
  }
  return model;
}

absl::Status ModelGate::CheckAgain(const std::string& approval_id, absl::Time expires) {
  absl::Time instant = options_.clock();
  const auto expired = [&](absl::Time now) { return absl::FromUnixSeconds(absl::ToUnixSeconds(now)) > expires; };
  // True if nobody need be asked: nothing speaks against it, and the lease holds.
  const auto holds = [&]() -> bool {
    const absl::StatusOr<absl::Time> now = Now();
    if (!now.ok() || expired(*now)) return false;
    const absl::MutexLock lock(&mutex_);
    const auto known = leases_.find(approval_id);
    return known != leases_.end() && !known->second.revoked &&
           options_.steady() - known->second.known_at < options_.lease;
  };
  if (holds()) return absl::OkStatus();
  const auto check = [&]() -> absl::Status {
    WB_ASSIGN_OR_RETURN(const absl::Time now, KeepNow());
    instant = now;
    if (expired(now)) {
      return approval::Refuse(Reason::expired, absl::StrFormat("the approval expired on %s", FormatInstant(expires)));
    }
    const absl::Status asked = AskStatus(approval_id);
    const std::optional<v1::Refusal> refusal = approval::RefusalOf(asked);
    if (!refusal.has_value() || refusal->reason() == Reason::revoked) return asked;
    return approval::Refuse(Reason::lease_over,
                            absl::StrFormat("what is known of the approval is older than %s: %s",
                                            absl::FormatDuration(options_.lease), refusal->message()));
  };
  const absl::Status status = check();
  const std::optional<v1::Refusal> refusal = approval::RefusalOf(status);
  if (!refusal.has_value() || store_ == nullptr) return status;
  {
    const absl::MutexLock lock(&mutex_);
    Lease& lease = leases_[approval_id];
    const std::string& reason = Reason::Value_Name(refusal->reason());
    if (lease.reported == reason) return status;
    lease.reported = reason;
  }
  // It is refused in any case.
  (void)Record(instant, approval_id, "", status);
  return status;
}

}  // namespace weighbridge::engine
