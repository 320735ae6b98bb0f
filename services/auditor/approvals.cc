// Approvals that were recorded: show, list, revoke.

#include <utility>

#include "services/auditlog/event.h"
#include "services/auditor/approve.h"
#include "services/auditor/standing.h"
#include "services/base/instant.h"
#include "services/base/status_macros.h"

namespace weighbridge::auditor {
namespace {}  // namespace

absl::StatusOr<v1::ApprovalSummary> RevokeApproval(std::string_view approval_id, const std::string& by,
                                                   const std::string& principal, const std::string& reason,
                                                   absl::Time now, const approval::TrustedKeys& trusted,
                                                   const db::RequestKey& request, db::Store& store) {
  if (by.empty() || reason.empty())
    return absl::InvalidArgumentError("a revocation needs a name (--by) and a reason (--reason)");
  WB_ASSIGN_OR_RETURN(const db::ApprovalRow row, store.GetApproval(approval_id));
  v1::EventBody body;
  body.set_by(by);
  body.set_principal(principal);
  body.set_reason(reason);
  body.set_request_id(request.request_id);
  WB_RETURN_IF_ERROR(store
                         .RecordRevocation({row.approval_id, by, principal, reason, FormatInstant(now)},
                                           auditlog::MakeEvent(v1::EventKind::revocation, now, row.approval_id,
                                                               row.model_digest, std::move(body)),
                                           request)
                         .status());
  WB_ASSIGN_OR_RETURN(const Standing standing, Describe(row, now, trusted, store));
  return standing.summary;
}

absl::StatusOr<v1::ApprovalRecord> ShowApproval(std::string_view approval_id, absl::Time now,
                                                const approval::TrustedKeys& trusted, db::Store& store) {
  WB_ASSIGN_OR_RETURN(const db::ApprovalRow row, store.GetApproval(approval_id));
  WB_ASSIGN_OR_RETURN(Standing standing, Describe(row, now, trusted, store));
  v1::ApprovalRecord record;
  record.set_schema_version(1);
  *record.mutable_summary() = std::move(standing.summary);
  *record.mutable_details() = std::move(standing.details);
  record.set_envelope(std::move(standing.envelope));
  return record;
}

absl::StatusOr<ListedApprovals> ListApprovals(const db::ApprovalFilter& filter, bool standing, absl::Time now,
                                              const approval::TrustedKeys& trusted, int page_size, int64_t before,
                                              db::Store& store) {
  db::ApprovalFilter narrowed = filter;
  if (standing) {
    narrowed.not_revoked = true;
    narrowed.not_expired_at = absl::ToUnixSeconds(now);
  }
  WB_ASSIGN_OR_RETURN(const std::vector<db::ApprovalRow> rows, store.ListApprovals(narrowed, page_size, before));
  ListedApprovals listed;
  for (const db::ApprovalRow& row : rows) {
    WB_ASSIGN_OR_RETURN(Standing described, Describe(row, now, trusted, store));
    if (standing && described.summary.state() != "standing") continue;
    listed.approvals.push_back(std::move(described.summary));
  }
  if (static_cast<int>(rows.size()) == page_size) listed.next_before = rows.back().sequence;
  return listed;
}

}  // namespace weighbridge::auditor
