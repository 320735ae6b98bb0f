// Approvals that were recorded: show, list, revoke, recheck.

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/approval/refusal.h"
#include "services/auditlog/event.h"
#include "services/auditor/approve.h"
#include "services/auditor/stored_result.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"

namespace weighbridge::auditor {
namespace {

constexpr int kRecheckPage = 100;

std::string Shown(absl::Time time) { return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone()); }

// What stands behind a row: the envelope verified anew, so that the table alone decides nothing.
struct Standing {
  v1::ApprovalSummary summary;
  v1::ApprovalDetails details;
  std::string envelope;
};

absl::StatusOr<Standing> Describe(const db::ApprovalRow& row, absl::Time now, const approval::TrustedKeys& trusted,
                                  db::Store& store) {
  Standing standing;
  WB_ASSIGN_OR_RETURN(standing.envelope, store.GetBlob(row.envelope_blob));
  WB_ASSIGN_OR_RETURN(const std::string bytes, store.GetBlob(row.statement_blob));
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

// What makes two findings the same one.
using FindingKey = std::tuple<std::string, std::string, std::string, std::string, int>;

FindingKey KeyOf(const v1::Finding& finding) {
  return {finding.rule_id(), finding.license_id(), finding.component(), finding.clause(), finding.outcome()};
}

bool Counts(const v1::Finding& finding) {
  return finding.waived_by().empty() &&
         (finding.outcome() == v1::Outcome::VIOLATED || finding.outcome() == v1::Outcome::NEEDS_REVIEW ||
          finding.outcome() == v1::Outcome::UNDECIDED);
}

// A configuration of the decision it was issued with, where none is given.
absl::StatusOr<std::optional<ConfigFile>> OrStored(const std::optional<ConfigFile>& given, const std::string& blob,
                                                   const char* name, db::Store& store) {
  if (given.has_value() || blob.empty()) return given;
  WB_ASSIGN_OR_RETURN(std::string bytes, store.GetBlob(blob));
  return std::optional<ConfigFile>(ConfigFile{name, std::move(bytes)});
}

absl::Status RecheckOne(const Standing& standing, const GateInputs& inputs, const rulebook::Rulebook& rules,
                        db::Store& store, v1::RecheckResult& result) {
  const v1::ApprovalDetails& details = standing.details;
  const absl::StatusOr<db::DecisionRecord> decision = store.GetDecision(details.decision_id());
  if (!decision.ok()) {
    return approval::Refuse(v1::RefusalReason::no_approval,
                            "this database holds no decision behind the approval, so that it cannot be made again");
  }
  GateInputs again = inputs;
  again.record = false;
  WB_ASSIGN_OR_RETURN(again.profile, OrStored(inputs.profile, decision->profile_blob, "stored profile", store));
  // The built-in policy of today stands in for that of then.
  if (!inputs.policy.has_value() && details.policy_digest() != BuiltinPolicyDigest()) {
    WB_ASSIGN_OR_RETURN(again.policy, OrStored(inputs.policy, decision->policy_blob, "stored policy", store));
  }
  WB_ASSIGN_OR_RETURN(const GateResponse gate, EvaluateAudit(decision->audit_id, again, rules, store));
  result.set_decision(gate.result.decision());
  WB_ASSIGN_OR_RETURN(const std::string stored, store.GetBlob(decision->result_blob));
  WB_ASSIGN_OR_RETURN(const v1::GateResult then, ParseResult(stored));
  std::multiset<FindingKey> known;
  for (const v1::Finding& finding : then.findings()) known.insert(KeyOf(finding));
  for (const v1::Finding& finding : gate.result.findings()) {
    const auto before = known.find(KeyOf(finding));
    if (before != known.end()) {
      known.erase(before);
    } else if (Counts(finding)) {
      *result.add_new_findings() = finding;
    }
  }
  // What a person looked at then need not be looked at again; what is new must be.
  const bool reviewed = details.reviewed_size() > 0 && result.new_findings().empty();
  return approval::CheckApprovable({{&gate.result, ""}}, reviewed);
}

}  // namespace

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
                         .RecordRevocation({row.approval_id, by, principal, reason, Shown(now)},
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

absl::StatusOr<std::vector<v1::RecheckResult>> RecheckApprovals(const GateInputs& inputs,
                                                                const approval::TrustedKeys& trusted,
                                                                const rulebook::Rulebook& rules, db::Store& store) {
  WB_RETURN_IF_ERROR(CheckConfiguration(inputs.profile, inputs.policy, rules));
  std::vector<v1::RecheckResult> results;
  db::ApprovalFilter filter;
  filter.not_revoked = true;
  filter.not_expired_at = absl::ToUnixSeconds(inputs.evaluated_at);
  for (int64_t before = 0;;) {
    WB_ASSIGN_OR_RETURN(const std::vector<db::ApprovalRow> rows, store.ListApprovals(filter, kRecheckPage, before));
    for (const db::ApprovalRow& row : rows) {
      before = row.sequence;
      WB_ASSIGN_OR_RETURN(Standing standing, Describe(row, inputs.evaluated_at, trusted, store));
      if (standing.summary.state() != "standing") continue;
      v1::RecheckResult result;
      result.set_schema_version(1);
      *result.mutable_approval() = standing.summary;
      const absl::Status status = RecheckOne(standing, inputs, rules, store, result);
      const std::optional<v1::Refusal> refusal = approval::RefusalOf(status);
      if (!status.ok() && !refusal.has_value()) return status;
      result.set_passes(status.ok());
      if (refusal.has_value()) *result.mutable_refusal() = *refusal;
      results.push_back(std::move(result));
    }
    if (rows.size() < kRecheckPage) return results;
  }
}

}  // namespace weighbridge::auditor
