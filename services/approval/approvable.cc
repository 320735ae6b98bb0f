#include "services/approval/approvable.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/str_format.h"
#include "services/approval/refusal.h"
#include "services/approval/statement.h"
#include "services/base/hex.h"
#include "services/base/instant.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/crypto/sha256.h"
#include "services/crypto/signing.h"
#include "services/policy/decide.h"

namespace weighbridge::approval {
namespace {

constexpr std::string_view kRulingApplied = "ruling.applied";
constexpr std::string_view kRulingEvidence = "evidence_sha256";

bool IsOpenReview(const v1::Finding& finding) {
  return finding.waived_by().empty() &&
         (finding.outcome() == v1::Outcome::NEEDS_REVIEW || finding.outcome() == v1::Outcome::OUTCOME_UNSPECIFIED);
}

// A ruling with evidence speaks for the component.
bool HasRulingWithEvidence(const v1::GateResult& result, const std::string& component) {
  return std::any_of(result.findings().begin(), result.findings().end(), [&](const v1::Finding& finding) {
    return finding.rule_id() == kRulingApplied && finding.component() == component &&
           std::any_of(finding.evidence().begin(), finding.evidence().end(),
                       [](const v1::EvidenceRef& evidence) { return evidence.key() == kRulingEvidence; });
  });
}

const v1::Finding* FirstWith(const v1::GateResult& result, v1::Outcome::Value outcome) {
  for (const v1::Finding& finding : result.findings()) {
    if (finding.outcome() == outcome && (finding.waived_by().empty() || outcome == v1::Outcome::UNDECIDED))
      return &finding;
  }
  return nullptr;
}

std::string Because(const v1::Finding* finding) { return finding == nullptr ? "" : ": " + finding->message(); }

absl::Status CheckPart(const v1::GateResult& result, bool reviewed) {
  const v1::Finding* undecided = FirstWith(result, v1::Outcome::UNDECIDED);
  if (result.decision() == v1::UNDECIDED || undecided != nullptr) {
    return Refuse(v1::RefusalReason::undecided,
                  absl::StrFormat("the model could not be measured%s", Because(undecided)));
  }
  if (!IsSha256Hex(result.model().digest()) || !IsSha256Hex(result.model().weights_digest())) {
    return Refuse(v1::RefusalReason::model_without_digest, "the model has no digest, or no weights");
  }
  const bool claimed =
      result.model().claimed() || std::any_of(result.model().artifacts().begin(), result.model().artifacts().end(),
                                              [](const v1::ArtifactSummary& artifact) { return artifact.claimed(); });
  if (claimed) {
    return Refuse(v1::RefusalReason::claimed_bytes,
                  "pointers stand in for files of the model, and nobody hashed those");
  }
  switch (result.decision()) {
    case v1::APPROVED:
    case v1::APPROVED_WITH_CONDITIONS:
    case v1::NEEDS_REVIEW:
      break;
    default:
      return Refuse(v1::RefusalReason::denied,
                    absl::StrFormat("the model is denied%s", Because(FirstWith(result, v1::Outcome::VIOLATED))));
  }
  for (const v1::LicenseSummary& license : result.licenses()) {
    if (license.governs() && license.match() == v1::Match::MODIFIED &&
        !HasRulingWithEvidence(result, license.component())) {
      return Refuse(v1::RefusalReason::modified_text,
                    absl::StrFormat("%s is a changed text of %s, and no ruling with evidence speaks for it",
                                    license.source(), license.license_id()));
    }
  }
  if (result.decision() == v1::NEEDS_REVIEW && !reviewed) {
    return Refuse(v1::RefusalReason::review_open,
                  absl::StrFormat("findings need a person%s", Because(FirstWith(result, v1::Outcome::NEEDS_REVIEW))));
  }
  // Under waivers that excuse not knowing the licence: there is nothing left that a person could have looked at.
  if (result.decision() == v1::NEEDS_REVIEW &&
      std::none_of(result.findings().begin(), result.findings().end(), IsOpenReview)) {
    return Refuse(v1::RefusalReason::review_open,
                  "no licence of the model is known, and a waiver names none: place its text beside the weights");
  }
  return absl::OkStatus();
}

void AddPart(const v1::GateResult& result, bool first, const ApproveTerms& terms, v1::ApprovalDetails& details) {
  v1::ApprovedPart& part = *details.add_parts();
  part.set_role(first ? "base" : "adapter");
  part.set_model_digest(result.model().digest());
  part.set_weights_digest(result.model().weights_digest());
  for (const v1::ArtifactSummary& seen : result.model().artifacts()) {
    v1::ApprovedArtifact& artifact = *part.add_artifacts();
    artifact.set_path(seen.path());
    artifact.set_role(seen.role());
    artifact.set_size(seen.size());
    artifact.set_sha256(seen.sha256());
  }
  std::sort(part.mutable_artifacts()->begin(), part.mutable_artifacts()->end(),
            [](const v1::ApprovedArtifact& a, const v1::ApprovedArtifact& b) { return a.path() < b.path(); });
  for (const v1::LicenseSummary& seen : result.licenses()) {
    if (!seen.governs()) continue;
    v1::ApprovedLicense& license = *details.add_licenses();
    license.set_license_id(seen.license_id());
    license.set_short_id(seen.short_id());
    license.set_match(seen.match());
    license.set_component(seen.component());
  }
  for (const v1::Obligation& seen : result.obligations()) {
    if (!policy::IsOpen(seen)) continue;
    v1::ApprovalCondition& condition = *details.add_conditions();
    condition.set_kind(seen.kind());
    condition.set_message(seen.message());
    condition.set_clause(seen.clause());
    condition.set_license_id(seen.license_id());
  }
  for (const v1::Finding& seen : result.findings()) {
    if (!IsOpenReview(seen)) continue;
    v1::ReviewedFinding& finding = *details.add_reviewed();
    finding.set_rule_id(seen.rule_id());
    finding.set_license_id(seen.license_id());
    finding.set_component(seen.component());
    finding.set_missing_fact(seen.missing_fact());
    finding.set_message(seen.message());
    finding.set_by(terms.by);
    finding.set_reason(terms.reason);
  }
  const auto worse = [](v1::Decision a, v1::Decision b) {
    for (const v1::Decision decision : {v1::NEEDS_REVIEW, v1::APPROVED_WITH_CONDITIONS}) {
      if (a == decision || b == decision) return decision;
    }
    return v1::APPROVED;
  };
  details.set_decision(first ? result.decision() : worse(details.decision(), result.decision()));
}

}  // namespace

absl::Status CheckApprovable(const std::vector<PartResult>& parts, bool reviewed) {
  for (const PartResult& part : parts) WB_RETURN_IF_ERROR(CheckPart(*part.result, reviewed));
  return absl::OkStatus();
}

absl::StatusOr<v1::ApprovalDetails> MakeDetails(const std::vector<PartResult>& parts, const ApproveTerms& terms,
                                                const std::vector<std::string>& uses,
                                                const std::optional<v1::UserCeiling>& ceiling) {
  WB_RETURN_IF_ERROR(CheckApprovable(parts, terms.reviewed));
  if (parts.empty() || parts.size() > kApprovedPartsMax) {
    return absl::InvalidArgumentError(absl::StrFormat("an approval binds 1 to %d models", kApprovedPartsMax));
  }
  if (terms.by.empty() || terms.reason.empty()) {
    return absl::InvalidArgumentError("an approval needs a name (--by) and a reason (--reason)");
  }
  if (terms.expires < terms.not_before || terms.expires - terms.not_before > kTermMax) {
    return absl::InvalidArgumentError(absl::StrFormat("an approval ends after it begins, and at most %d days later",
                                                      absl::ToInt64Hours(kTermMax) / 24));
  }
  v1::ApprovalDetails details;
  details.set_schema_version(1);
  for (size_t i = 0; i < parts.size(); ++i) AddPart(*parts[i].result, i == 0, terms, details);
  if (details.decision() != v1::NEEDS_REVIEW) details.clear_reviewed();
  if (parts.size() > 1) {
    std::vector<std::string> lines;
    for (const v1::ApprovedPart& part : details.parts())
      lines.push_back(part.model_digest() + "  " + part.role() + "\n");
    std::sort(lines.begin(), lines.end());
    Sha256 hash;
    for (const std::string& line : lines) hash.Update(line);
    details.set_set_digest(ToHex(hash.Finish()));
  }
  details.set_not_before(FormatInstant(terms.not_before));
  details.set_expires(FormatInstant(terms.expires));
  v1::ApprovalScope& scope = *details.mutable_scope();
  for (const std::string& use : uses) scope.add_use(use);
  for (const std::string& name : terms.environments) scope.add_environments(name);
  for (const std::string& name : terms.regions) scope.add_regions(name);
  for (const std::string& name : terms.engines) scope.add_engines(name);
  if (ceiling.has_value()) *scope.mutable_user_ceiling() = *ceiling;
  const v1::GateResult& first = *parts.front().result;
  details.set_rules_digest(first.rules_digest());
  details.set_policy_digest(first.policy_digest());
  details.set_profile_digest(first.profile_digest());
  details.set_exceptions_digest(first.exceptions_digest());
  details.set_by(terms.by);
  details.set_reason(terms.reason);
  details.set_principal(terms.principal);
  const std::string nonce = RandomBytes(16);
  details.set_nonce(HexEncode(reinterpret_cast<const uint8_t*>(nonce.data()), nonce.size()));
  details.set_audit_id(first.audit_id());
  details.set_decision_id(parts.front().decision_id);
  details.set_evaluated_at(first.evaluated_at());
  return details;
}

}  // namespace weighbridge::approval
