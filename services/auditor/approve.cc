#include "services/auditor/approve.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/approval/dsse.h"
#include "services/approval/refusal.h"
#include "services/auditlog/event.h"
#include "services/base/instant.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/crypto/sha256.h"
#include "services/policy/ceiling.h"

namespace weighbridge::auditor {
namespace {

template <typename List>
std::vector<std::string> Listed(const List& list) {
  return {list.begin(), list.end()};
}

// The row of an approval as it was signed.
db::ApprovalRow RowOf(const v1::ApprovalDetails& details, const std::string& statement, const std::string& envelope,
                      const std::string& key_id, absl::Time now) {
  db::ApprovalRow row;
  row.approval_id = approval::ApprovalIdOf(statement);
  row.model_digest = details.parts(0).model_digest();
  row.weights_digest = details.parts(0).weights_digest();
  row.set_digest = details.set_digest();
  row.decision = v1::Decision_Name(details.decision());
  row.decision_id = details.decision_id();
  row.not_before = details.not_before();
  row.expires = details.expires();
  row.key_id = key_id;
  row.uses = Listed(details.scope().use());
  row.environments = Listed(details.scope().environments());
  row.regions = Listed(details.scope().regions());
  row.engines = Listed(details.scope().engines());
  row.by = details.by();
  row.reason = details.reason();
  row.principal = details.principal();
  row.created_at = FormatInstant(now);
  row.statement_blob = row.approval_id;
  row.envelope_blob = Sha256Hex(envelope);
  row.blobs = {{db::BlobKind::kStatement, statement}, {db::BlobKind::kEnvelope, envelope}};
  return row;
}

absl::StatusOr<std::string> RecordRow(const db::ApprovalRow& row, const v1::ApprovalDetails& details,
                                      const db::RequestKey& request, absl::Time now, db::Store& store) {
  v1::EventBody body;
  body.set_by(details.by());
  body.set_principal(row.principal);
  body.set_reason(details.reason());
  body.set_detail(row.decision);
  body.set_request_id(request.request_id);
  return store.RecordApproval(
      row, auditlog::MakeEvent(v1::EventKind::approval, now, row.approval_id, row.model_digest, std::move(body)),
      request);
}

v1::ApproveResult ResultOf(const v1::ApprovalDetails& details, std::string approval_id, const std::string& key_id,
                           const std::string& trust) {
  v1::ApproveResult result;
  result.set_schema_version(1);
  result.set_approval_id(std::move(approval_id));
  result.set_decision(details.decision());
  result.set_model_digest(details.parts(0).model_digest());
  result.set_set_digest(details.set_digest());
  result.set_not_before(details.not_before());
  result.set_expires(details.expires());
  result.set_key_id(key_id);
  result.set_trust(trust);
  *result.mutable_scope() = details.scope();
  return result;
}

// The answer to a refusal; errors of another kind stay errors.
absl::StatusOr<ApproveResponse> Answer(const absl::Status& status, const std::vector<GateResponse>& gates) {
  const std::optional<v1::Refusal> refusal = approval::RefusalOf(status);
  if (!refusal.has_value()) return status;
  ApproveResponse response;
  response.result.set_schema_version(1);
  *response.result.mutable_refusal() = *refusal;
  for (const GateResponse& gate : gates) {
    if (response.result.model_digest().empty()) {
      response.result.set_decision(gate.result.decision());
      response.result.set_model_digest(gate.result.model().digest());
    }
    for (const v1::Finding& finding : gate.result.findings()) *response.result.add_findings() = finding;
  }
  response.decision = response.result.decision();
  return response;
}

absl::StatusOr<GateResponse> GateOne(const GateRequest& request, const rulebook::Rulebook& rules, db::Store& store) {
  WB_ASSIGN_OR_RETURN(std::vector<GateResponse> responses, RunGate(request, rules, &store));
  if (responses.size() != 1) return absl::InvalidArgumentError("an approval is for one model: give its own folder");
  return std::move(responses.front());
}

}  // namespace

absl::StatusOr<ApproveResponse> Approve(const ApproveRequest& request, const rulebook::Rulebook& rules,
                                        db::Store& store, const Signer& signer) {
  if (!request.gate.inputs.record) return absl::InvalidArgumentError("an approval needs a database");
  WB_ASSIGN_OR_RETURN(const std::optional<v1::Profile> profile, ProfileOf(request.gate.inputs.profile, rules));
  std::vector<GateResponse> gates;
  WB_ASSIGN_OR_RETURN(GateResponse base, GateOne(request.gate, rules, store));
  gates.push_back(std::move(base));
  for (const std::string& adapter : request.adapters) {
    GateRequest over = request.gate;
    over.collect.path = adapter;
    over.collect.base = request.gate.collect.path;
    over.collect.context.clear();
    over.collect.source.clear();
    WB_ASSIGN_OR_RETURN(GateResponse gate, GateOne(over, rules, store));
    if (gate.result.model().base_digest() != gates.front().result.model().digest()) {
      return absl::InvalidArgumentError(
          absl::StrFormat("%s is no adapter over %s", Printable(adapter), Printable(request.gate.collect.path)));
    }
    gates.push_back(std::move(gate));
  }
  std::vector<approval::PartResult> parts;
  std::vector<const rules::v1::License*> licenses;
  for (const GateResponse& gate : gates) {
    parts.push_back({&gate.result, gate.decision_id});
    for (const v1::LicenseSummary& license : gate.result.licenses()) {
      const rules::v1::License* facts = license.governs() ? rules.FindLicense(license.license_id()) : nullptr;
      if (facts != nullptr) licenses.push_back(facts);
    }
  }
  const std::vector<std::string> uses = profile.has_value() ? Listed(profile->use()) : std::vector<std::string>();
  const absl::StatusOr<v1::ApprovalDetails> details = approval::MakeDetails(
      parts, request.terms, uses, policy::LowestUserCeiling(licenses, profile.has_value() ? &*profile : nullptr));
  if (!details.ok()) return Answer(details.status(), gates);
  WB_ASSIGN_OR_RETURN(const std::string statement, approval::MakeStatement(*details));
  WB_ASSIGN_OR_RETURN(const approval::Envelope envelope,
                      approval::SignPayload(approval::kStatementPayloadType, statement, signer));
  ApproveResponse response;
  response.envelope = approval::SerializeEnvelope(envelope);
  const std::string& key_id = signer.public_key().key_id();
  const absl::Time now = absl::Now();
  WB_ASSIGN_OR_RETURN(std::string id, RecordRow(RowOf(*details, statement, response.envelope, key_id, now), *details,
                                                request.request, now, store));
  if (id != approval::ApprovalIdOf(statement)) {
    // The same request was answered before: with that approval.
    WB_ASSIGN_OR_RETURN(const db::ApprovalRow earlier, store.GetApproval(id));
    WB_ASSIGN_OR_RETURN(response.envelope, store.GetBlob(earlier.envelope_blob));
    WB_ASSIGN_OR_RETURN(const std::string signed_before, store.GetBlob(earlier.statement_blob));
    WB_ASSIGN_OR_RETURN(const approval::Statement stands, approval::ParseStatement(signed_before));
    response.result = ResultOf(stands.details, std::move(id), earlier.key_id, request.trust);
  } else {
    response.result = ResultOf(*details, std::move(id), key_id, request.trust);
  }
  response.decision = response.result.decision();
  for (const GateResponse& gate : gates) {
    for (const v1::Finding& finding : gate.result.findings()) *response.result.add_findings() = finding;
  }
  return response;
}

absl::StatusOr<ApproveResponse> SubmitApproval(std::string_view envelope, const approval::TrustedKeys& trusted,
                                               absl::Time now, const std::string& by, const std::string& principal,
                                               const db::RequestKey& request, db::Store& store) {
  const absl::StatusOr<approval::VerifiedApproval> verified = approval::VerifyApproval(envelope, trusted);
  if (!verified.ok()) return Answer(verified.status(), {});
  const approval::Statement& statement = verified->statement;
  // One that begins later may be submitted before; one that has ended may not.
  const absl::Status timely = approval::CheckTime(statement, std::max(now, statement.not_before));
  if (!timely.ok()) return Answer(timely, {});
  db::ApprovalRow row =
      RowOf(statement.details, verified->statement_bytes, std::string(envelope), verified->key_id, now);
  row.decision_id.clear();  // of another database
  row.principal = principal;
  v1::ApprovalDetails told = statement.details;
  if (!by.empty() && by != told.by()) told.set_by(told.by() + ", submitted by " + by);
  WB_ASSIGN_OR_RETURN(std::string id, RecordRow(row, told, request, now, store));
  ApproveResponse response;
  response.envelope = std::string(envelope);
  response.result = ResultOf(statement.details, std::move(id), verified->key_id, verified->trust);
  response.decision = statement.details.decision();
  return response;
}

}  // namespace weighbridge::auditor
