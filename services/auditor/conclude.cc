#include "services/auditor/conclude.h"

#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/approval/dsse.h"
#include "services/auditlog/event.h"
#include "services/auditor/auditor.h"
#include "services/base/hex.h"
#include "services/base/instant.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/crypto/sha256.h"
#include "services/policy/builtin_policy.h"
#include "services/provenance/model_view.h"
#include "services/provenance/reconcile.h"
#include "services/provenance/rulings.h"
#include "services/report/json.h"

namespace weighbridge::auditor {
namespace {

absl::Status CheckRequest(const ConcludeRequest& request) {
  const v1::Ruling& ruling = request.ruling;
  if (!IsSha256Hex(ruling.model_digest()))
    return absl::InvalidArgumentError("--model: a model digest has 64 lower-case hexadecimal digits");
  if (ruling.by().empty() || ruling.reason().empty())
    return absl::InvalidArgumentError("a ruling needs a name (--by) and a reason (--reason)");
  if (request.evidence.size() > kEvidenceMaxBytes)
    return absl::InvalidArgumentError(absl::StrFormat("--evidence: more than %d MiB", kEvidenceMaxBytes >> 20));
  if (ruling.until().empty()) return absl::OkStatus();
  const std::optional<absl::Time> until = ParseInstant(ruling.until());
  if (!until.has_value() || *until < request.now) {
    return absl::InvalidArgumentError(
        absl::StrFormat("--until %s: a ruling ends in the future, or not at all", Printable(ruling.until())));
  }
  return absl::OkStatus();
}

absl::StatusOr<const rules::v1::License*> LicenseOf(const std::string& spelling, const rulebook::Rulebook& rules) {
  const rules::v1::License* license = rules.LicenseById(spelling);
  if (license == nullptr) license = rules.FindLicense(spelling);
  if (license != nullptr && license->kind() == rules::v1::DocumentKind::license) return license;
  const auto found = rules.FindLicenses(spelling);
  std::string several;
  for (const auto* one : found) several += (several.empty() ? "" : ", ") + one->short_id();
  if (found.size() > 1) {
    return absl::InvalidArgumentError(
        absl::StrFormat("--license %s: may be each of %s", Printable(spelling), several));
  }
  return absl::InvalidArgumentError(absl::StrFormat(
      "--license %s: no licence of the rulebook; add a rule first (rules/README.md)", Printable(spelling)));
}

}  // namespace

absl::StatusOr<ConcludeResponse> Conclude(const ConcludeRequest& request, const rulebook::Rulebook& rules,
                                          const Signer& signer, db::Store& store) {
  WB_RETURN_IF_ERROR(CheckRequest(request));
  v1::Ruling ruling = request.ruling;
  WB_ASSIGN_OR_RETURN(const rules::v1::License* license, LicenseOf(ruling.license_id(), rules));
  WB_ASSIGN_OR_RETURN(const std::optional<db::AuditRecord> audit,
                      store.LatestAuditByModelDigest(ruling.model_digest(), db::AuditFilter::kAny));
  if (!audit.has_value()) {
    return absl::NotFoundError(absl::StrFormat("the database holds no audit of the model %s: gate it first",
                                               ruling.model_digest().substr(0, 16)));
  }
  WB_ASSIGN_OR_RETURN(const Collected collected, LoadCollected(*audit, store));
  const provenance::Reconciliation seen =
      provenance::Reconcile(collected.inventory, collected.documents, rules, policy::BuiltinPolicy());
  std::set<std::string> components = {""};
  for (const std::string& folder :
       provenance::ModelView(collected.inventory, collected.documents).ComponentsWithWeights()) {
    components.insert(folder);
  }
  for (const provenance::Evidence& evidence : seen.evidence) components.insert(evidence.component);
  if (components.count(ruling.component()) == 0) {
    std::string known;
    for (const std::string& component : components) {
      if (!component.empty()) known += (known.empty() ? "" : ", ") + Printable(component);
    }
    return absl::InvalidArgumentError(absl::StrFormat("--component %s: the model has no such component%s",
                                                      Printable(ruling.component()),
                                                      known.empty() ? "" : "; there are " + known));
  }
  ruling.set_schema_version(1);
  ruling.set_license_id(license->id());
  ruling.set_concluded_at(FormatInstant(request.now));
  ruling.set_stands_on(provenance::StandsOn(seen.evidence, collected.inventory, ruling.component(), *license));
  if (!request.evidence.empty()) {
    ruling.set_evidence_sha256(Sha256Hex(request.evidence));
    ruling.set_evidence_name(Printable(request.evidence_name));
  }
  const std::string payload = report::ToJson(ruling);
  if (payload.empty()) return absl::InvalidArgumentError("a name or reason is no UTF-8");
  WB_ASSIGN_OR_RETURN(const approval::Envelope envelope,
                      approval::SignPayload(approval::kRulingPayloadType, payload, signer));
  ConcludeResponse response;
  response.envelope = approval::SerializeEnvelope(envelope);
  v1::ConcludeResult& result = response.result;
  result.set_schema_version(1);
  result.set_ruling_id(Sha256Hex(payload));
  *result.mutable_ruling() = ruling;
  result.set_key_id(signer.public_key().key_id());
  result.set_trust(request.trust);

  db::RulingRow row;
  row.ruling_id = result.ruling_id();
  row.model_digest = ruling.model_digest();
  row.component = ruling.component();
  row.license_id = ruling.license_id();
  row.until = ruling.until();
  row.document_blob = Sha256Hex(response.envelope);
  row.blobs = {{db::BlobKind::kRuling, response.envelope}};
  if (!request.evidence.empty()) {
    row.evidence_blob = ruling.evidence_sha256();
    row.blobs.push_back({db::BlobKind::kEvidence, request.evidence});
  }
  row.recorded_at = ruling.concluded_at();
  v1::EventBody body;
  body.set_by(ruling.by());
  body.set_principal(request.principal);
  body.set_reason(ruling.reason());
  body.set_detail(ruling.license_id());
  body.set_request_id(request.request.request_id);
  WB_RETURN_IF_ERROR(store.RecordRuling(
      row, auditlog::MakeEvent(v1::EventKind::ruling, request.now, row.ruling_id, row.model_digest, std::move(body)),
      request.request));
  return response;
}

}  // namespace weighbridge::auditor
