// A model against its approval: measured again, compared with what was signed.

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/approval/refusal.h"
#include "services/auditor/approve.h"
#include "services/auditor/assess.h"
#include "services/base/hex.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"

namespace weighbridge::auditor {
namespace {

// One model as it was measured.
struct Measured {
  std::string digest;
  std::string weights_digest;
  std::vector<approval::MeasuredArtifact> artifacts;
};

absl::StatusOr<Measured> Measure(const CollectRequest& request) {
  WB_ASSIGN_OR_RETURN(const std::vector<Collected> models, CollectModels(request));
  if (models.size() != 1) return absl::InvalidArgumentError("an approval is for one model: give its own folder");
  const v1::Inventory& inventory = models.front().inventory;
  Measured measured;
  measured.digest = ModelDigestOf(inventory);
  for (const v1::InventoryProblem& problem : inventory.problems()) {
    const std::string path = Printable(problem.path());
    if (!problem.blocks() || problem.of_context()) continue;
    if (problem.rule_id() == "file.unsafe_link" || problem.rule_id() == "file.special") {
      return approval::Refuse(v1::RefusalReason::file_unsafe, problem.message(), path);
    }
    if (problem.rule_id() == "file.changed")
      return approval::Refuse(v1::RefusalReason::file_moved, problem.message(), path);
    if (problem.rule_id() == "file.unreadable" || problem.rule_id() == "file.limit" ||
        problem.rule_id() == "file.bad_name") {
      return approval::Refuse(v1::RefusalReason::file_unreadable, problem.message(), path);
    }
  }
  for (const v1::InventoryArtifact& artifact : inventory.artifacts()) {
    if (artifact.claimed()) {
      return approval::Refuse(v1::RefusalReason::claimed_bytes,
                              absl::StrFormat("%s is a pointer, not the file", Printable(artifact.path())),
                              Printable(artifact.path()));
    }
    if (!IsSha256Hex(artifact.sha256())) {
      return approval::Refuse(v1::RefusalReason::file_unreadable,
                              absl::StrFormat("%s was not read", Printable(artifact.path())),
                              Printable(artifact.path()));
    }
    measured.artifacts.push_back({artifact.path(), artifact.role(), artifact.sha256()});
  }
  measured.weights_digest = WeightsDigestOf(inventory);
  return measured;
}

void Describe(const approval::VerifiedApproval& approval, v1::VerifyResult& result) {
  const v1::ApprovalDetails& details = approval.statement.details;
  result.set_approval_id(approval.approval_id);
  result.set_decision(details.decision());
  result.set_not_before(details.not_before());
  result.set_expires(details.expires());
  *result.mutable_scope() = details.scope();
  result.set_key_id(approval.key_id);
  result.set_trust(approval.trust);
}

// All but finding the envelope.
absl::Status Check(const VerifyRequest& request, std::string_view envelope, const std::vector<Measured>& models,
                   const approval::TrustedKeys& trusted, absl::Time now, db::Store* store, v1::VerifyResult& result) {
  WB_ASSIGN_OR_RETURN(const approval::VerifiedApproval approval, approval::VerifyApproval(envelope, trusted));
  Describe(approval, result);
  WB_RETURN_IF_ERROR(approval::CheckTime(approval.statement, now));
  const v1::ApprovalDetails& details = approval.statement.details;
  if (request.check_scope) WB_RETURN_IF_ERROR(approval::CheckScope(details.scope(), request.stated));
  if (store != nullptr) {
    // One that has never heard of the approval knows nothing of its revocation.
    const absl::StatusOr<db::ApprovalRow> known = store->GetApproval(approval.approval_id);
    if (!known.ok() && !absl::IsNotFound(known.status())) return known.status();
    result.set_revocation(known.ok() ? "checked" : "not checked");
    WB_ASSIGN_OR_RETURN(const std::optional<db::RevocationRow> revoked, store->FindRevocation(approval.approval_id));
    if (revoked.has_value()) {
      return approval::Refuse(v1::RefusalReason::revoked,
                              absl::StrFormat("the approval was revoked on %s by %s: %s", revoked->revoked_at,
                                              Printable(revoked->by), Printable(revoked->reason)));
    }
  }
  if (static_cast<int>(models.size()) != details.parts_size()) {
    return approval::Refuse(
        v1::RefusalReason::digest_mismatch,
        absl::StrFormat("the approval binds %d models, and %d were given", details.parts_size(), models.size()));
  }
  std::vector<std::string> documents;
  for (size_t i = 0; i < models.size(); ++i) {
    WB_RETURN_IF_ERROR(approval::CheckArtifacts(details.parts(static_cast<int>(i)), models[i].artifacts, &documents));
  }
  for (std::string& document : documents) result.add_changed_documents(std::move(document));
  return absl::OkStatus();
}

// Envelopes of approvals for the model or set: those that stand first, then the newest; never empty.
absl::StatusOr<std::vector<std::string>> FindEnvelopes(const std::vector<Measured>& models, absl::Time now,
                                                       db::Store& store) {
  std::vector<std::string> envelopes;
  std::set<std::string> seen;
  for (const bool standing : {true, false}) {
    // By its weights where a card or another document was changed since: those do not matter.
    for (const std::string* digest : {&models.front().digest, &models.front().weights_digest}) {
      db::ApprovalFilter filter;
      filter.digest = *digest;
      filter.not_revoked = standing;
      if (standing) filter.not_expired_at = absl::ToUnixSeconds(now);
      if (filter.digest.empty()) continue;
      WB_ASSIGN_OR_RETURN(const std::vector<db::ApprovalRow> rows, store.ListApprovals(filter, db::kPageSizeMax, 0));
      for (const db::ApprovalRow& row : rows) {
        if (row.set_digest.empty() != (models.size() == 1) || !seen.insert(row.approval_id).second) continue;
        WB_ASSIGN_OR_RETURN(std::string envelope, store.GetBlob(row.envelope_blob));
        envelopes.push_back(std::move(envelope));
      }
    }
  }
  if (!envelopes.empty()) return envelopes;
  return approval::Refuse(
      v1::RefusalReason::no_approval,
      absl::StrFormat("the database holds no approval for the model %s", models.front().digest.substr(0, 16)));
}

absl::Status Run(const VerifyRequest& request, const approval::TrustedKeys& trusted, db::Store* store,
                 v1::VerifyResult& result) {
  std::vector<Measured> models;
  WB_ASSIGN_OR_RETURN(Measured base, Measure(request.collect));
  result.set_model_digest(base.digest);
  models.push_back(std::move(base));
  for (const std::string& adapter : request.adapters) {
    CollectRequest over = request.collect;
    over.path = adapter;
    WB_ASSIGN_OR_RETURN(Measured measured, Measure(over));
    models.push_back(std::move(measured));
  }
  absl::Time now = request.now;
  if (store != nullptr) {
    WB_ASSIGN_OR_RETURN(const int64_t floor, store->ClockFloor());
    now = std::max(now, absl::FromUnixSeconds(floor));
  }
  if (!request.envelope.empty()) return Check(request, request.envelope, models, trusted, now, store, result);
  if (store == nullptr)
    return absl::InvalidArgumentError("without a database an approval must be given: --approval FILE");
  WB_ASSIGN_OR_RETURN(const std::vector<std::string> envelopes, FindEnvelopes(models, now, *store));
  // Any that holds will do, as for an engine; if none does, the first says why.
  const v1::VerifyResult measured = result;
  absl::Status first = absl::InternalError("no approval was looked at");
  v1::VerifyResult first_result;
  for (size_t i = 0; i < envelopes.size(); ++i) {
    v1::VerifyResult tried = measured;
    const absl::Status status = Check(request, envelopes[i], models, trusted, now, store, tried);
    if (!status.ok() && !approval::RefusalOf(status).has_value()) return status;
    if (i == 0 || status.ok()) {
      first = status;
      first_result = std::move(tried);
    }
    if (status.ok()) break;
  }
  result = std::move(first_result);
  return first;
}

}  // namespace

absl::StatusOr<v1::VerifyResult> VerifyModel(const VerifyRequest& request, const approval::TrustedKeys& trusted,
                                             db::Store* store) {
  v1::VerifyResult result;
  result.set_schema_version(1);
  result.set_revocation(store == nullptr ? "not checked" : "checked");
  const absl::Status status = Run(request, trusted, store, result);
  if (status.ok()) {
    result.set_verified(true);
    return result;
  }
  const std::optional<v1::Refusal> refusal = approval::RefusalOf(status);
  if (!refusal.has_value()) return status;
  *result.mutable_refusal() = *refusal;
  return result;
}

}  // namespace weighbridge::auditor
