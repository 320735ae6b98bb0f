#include "services/engine/gate/local_status.h"

#include <optional>
#include <utility>

#include "services/approval/refusal.h"

namespace weighbridge::engine {
namespace {

absl::Status Unavailable(const absl::Status& why) {
  return approval::Refuse(v1::RefusalReason::store_unavailable, std::string(why.message()));
}

}  // namespace

absl::StatusOr<ApprovalStatus> LocalStatus::StatusOf(std::string_view approval_id) {
  const absl::StatusOr<std::optional<db::RevocationRow>> revoked = store_->FindRevocation(approval_id);
  if (!revoked.ok()) return Unavailable(revoked.status());
  ApprovalStatus status;
  status.revoked = revoked->has_value();
  return status;
}

absl::StatusOr<std::vector<std::string>> LocalStatus::EnvelopesFor(std::string_view digest) {
  db::ApprovalFilter filter;
  filter.digest = std::string(digest);
  const absl::StatusOr<std::vector<db::ApprovalRow>> rows = store_->ListApprovals(filter, db::kPageSizeMax, 0);
  if (!rows.ok()) return Unavailable(rows.status());
  std::vector<std::string> envelopes;
  for (const db::ApprovalRow& row : *rows) {
    absl::StatusOr<std::string> envelope = store_->GetBlob(row.envelope_blob);
    if (!envelope.ok()) return Unavailable(envelope.status());
    envelopes.push_back(*std::move(envelope));
  }
  return envelopes;
}

}  // namespace weighbridge::engine
