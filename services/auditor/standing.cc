#include "services/auditor/standing.h"

#include <optional>

#include "absl/strings/str_format.h"
#include "services/approval/refusal.h"
#include "services/approval/statement.h"
#include "services/approval/verify.h"
#include "services/base/status_macros.h"

namespace weighbridge::auditor {

absl::StatusOr<Standing> Describe(const db::ApprovalRow& row, absl::Time now, const approval::TrustedKeys& trusted,
                                  db::Store& store) {
  Standing standing;
  WB_ASSIGN_OR_RETURN(standing.envelope, store.GetBlob(row.envelope_blob));
  WB_ASSIGN_OR_RETURN(const std::string bytes, store.GetBlob(row.statement_blob));
  if (approval::ApprovalIdOf(bytes) != row.approval_id) {
    return absl::DataLossError(absl::StrFormat("approval %s is damaged: it names another statement", row.approval_id));
  }
  WB_ASSIGN_OR_RETURN(const approval::Statement statement, approval::ParseStatement(bytes));
  standing.details = statement.details;
  v1::ApprovalSummary& summary = standing.summary;
  summary.set_schema_version(1);
  summary.set_approval_id(row.approval_id);
  summary.set_decision(statement.details.decision());
  summary.set_model_digest(statement.details.parts(0).model_digest());
  summary.set_weights_digest(statement.details.parts(0).weights_digest());
  summary.set_set_digest(statement.details.set_digest());
  summary.set_not_before(statement.details.not_before());
  summary.set_expires(statement.details.expires());
  *summary.mutable_scope() = statement.details.scope();
  summary.set_by(statement.details.by());
  summary.set_reason(statement.details.reason());
  summary.set_key_id(row.key_id);
  summary.set_sequence(row.sequence);

  absl::Status state;
  const absl::StatusOr<approval::VerifiedApproval> verified = approval::VerifyApproval(standing.envelope, trusted);
  if (!verified.ok()) {
    state = verified.status();
  } else if (verified->approval_id != row.approval_id) {
    return absl::DataLossError(absl::StrFormat("approval %s is damaged: its envelope holds another", row.approval_id));
  } else {
    summary.set_trust(verified->trust);
    state = approval::CheckTime(statement, now);
  }
  WB_ASSIGN_OR_RETURN(const std::optional<db::RevocationRow> revoked, store.FindRevocation(row.approval_id));
  if (revoked.has_value()) {
    v1::Revocation& shown = *summary.mutable_revocation();
    shown.set_revoked_at(revoked->revoked_at);
    shown.set_by(revoked->by);
    shown.set_principal(revoked->principal);
    shown.set_reason(revoked->reason);
    summary.set_state("revoked");
  } else if (const std::optional<v1::Refusal> refusal = approval::RefusalOf(state)) {
    summary.set_state(v1::RefusalReason::Value_Name(refusal->reason()));
  } else {
    summary.set_state("standing");
  }
  return standing;
}

}  // namespace weighbridge::auditor
