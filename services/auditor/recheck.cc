// Standing approvals, evaluated again: which could not be issued today.

#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "services/approval/refusal.h"
#include "services/auditor/approve.h"
#include "services/auditor/standing.h"
#include "services/auditor/stored_result.h"
#include "services/base/status_macros.h"

namespace weighbridge::auditor {
namespace {

constexpr int kRecheckPage = 100;

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

// One model of an approval as it was decided then.
struct Decided {
  std::string audit_id;
  v1::GateResult result;
};

absl::StatusOr<Decided> DecidedOf(const db::DecisionRecord& decision, db::Store& store) {
  Decided decided;
  decided.audit_id = decision.audit_id;
  WB_ASSIGN_OR_RETURN(const std::string stored, store.GetBlob(decision.result_blob));
  WB_ASSIGN_OR_RETURN(decided.result, ParseResult(stored));
  return decided;
}

// The statement names the decision on the first part alone. That on an adapter is the one that was made with the same
// inputs over the same base; nullopt if this database does not hold it.
absl::StatusOr<std::optional<Decided>> FindAdapter(const v1::ApprovalDetails& details, const v1::ApprovedPart& part,
                                                   db::Store& store) {
  for (int64_t before = 0;;) {
    const absl::StatusOr<db::ModelAuditPage> page = store.GetModel(part.model_digest(), db::kPageSizeMax, before);
    if (absl::IsNotFound(page.status())) return std::nullopt;
    if (!page.ok()) return page.status();
    for (const db::ModelAudit& seen : page->audits) {
      WB_ASSIGN_OR_RETURN(const std::vector<db::DecisionRecord> decisions, store.ListDecisions(seen.audit.audit_id));
      for (const db::DecisionRecord& decision : decisions) {
        if (decision.evaluated_at != details.evaluated_at() || decision.rules_digest != details.rules_digest() ||
            decision.policy_digest != details.policy_digest() || decision.profile_digest != details.profile_digest()) {
          continue;
        }
        WB_ASSIGN_OR_RETURN(Decided decided, DecidedOf(decision, store));
        if (decided.result.model().base_digest() == details.parts(0).model_digest()) return decided;
      }
    }
    before = page->next_before;
    if (before == 0) return std::nullopt;
  }
}

absl::Status NotHeld() {
  return approval::Refuse(v1::RefusalReason::no_approval,
                          "this database holds no decision behind the approval, so that it cannot be made again");
}

// The order of DESIGN section 3; a word of another version is the worst.
int Severity(v1::Decision decision) {
  switch (decision) {
    case v1::APPROVED:
      return 0;
    case v1::APPROVED_WITH_CONDITIONS:
      return 1;
    case v1::NEEDS_REVIEW:
      return 2;
    case v1::DENIED:
      return 3;
    default:
      return 4;
  }
}

absl::Status RecheckOne(const Standing& standing, const GateInputs& inputs, const rulebook::Rulebook& rules,
                        db::Store& store, v1::RecheckResult& result) {
  const v1::ApprovalDetails& details = standing.details;
  const absl::StatusOr<db::DecisionRecord> decision = store.GetDecision(details.decision_id());
  if (absl::IsNotFound(decision.status()) || details.decision_id().empty()) return NotHeld();
  if (!decision.ok()) return decision.status();
  GateInputs again = inputs;
  again.record = false;
  WB_ASSIGN_OR_RETURN(again.profile, OrStored(inputs.profile, decision->profile_blob, "stored profile", store));
  // The built-in policy of today stands in for that of then.
  if (!inputs.policy.has_value() && details.policy_digest() != BuiltinPolicyDigest()) {
    WB_ASSIGN_OR_RETURN(again.policy, OrStored(inputs.policy, decision->policy_blob, "stored policy", store));
  }
  std::vector<Decided> parts;
  WB_ASSIGN_OR_RETURN(Decided base, DecidedOf(*decision, store));
  parts.push_back(std::move(base));
  for (int i = 1; i < details.parts_size(); ++i) {
    WB_ASSIGN_OR_RETURN(std::optional<Decided> adapter, FindAdapter(details, details.parts(i), store));
    if (!adapter.has_value()) return NotHeld();
    parts.push_back(*std::move(adapter));
  }

  std::vector<GateResponse> gates;
  for (const Decided& then : parts) {
    WB_ASSIGN_OR_RETURN(GateResponse gate, EvaluateAudit(then.audit_id, again, rules, store));
    if (gates.empty() || Severity(gate.result.decision()) > Severity(result.decision()))
      result.set_decision(gate.result.decision());
    std::multiset<FindingKey> known;
    for (const v1::Finding& finding : then.result.findings()) known.insert(KeyOf(finding));
    for (const v1::Finding& finding : gate.result.findings()) {
      const auto before = known.find(KeyOf(finding));
      if (before != known.end()) {
        known.erase(before);
      } else if (Counts(finding)) {
        *result.add_new_findings() = finding;
      }
    }
    gates.push_back(std::move(gate));
  }
  std::vector<approval::PartResult> again_parts;
  for (const GateResponse& gate : gates) again_parts.push_back({&gate.result, ""});
  // What a person looked at then need not be looked at again; what is new must be.
  const bool reviewed = details.reviewed_size() > 0 && result.new_findings().empty();
  return approval::CheckApprovable(again_parts, reviewed);
}

}  // namespace

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
