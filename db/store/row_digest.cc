#include "db/store/row_digest.h"

#include <cstdint>

#include "services/crypto/sha256.h"

namespace weighbridge::db {
namespace {

class Encoder {
 public:
  explicit Encoder(std::string_view tag) { Text(tag); }
  Encoder& Text(std::string_view text) {
    hash_.Update(std::to_string(text.size()));
    hash_.Update(":");
    hash_.Update(text);
    return *this;
  }
  Encoder& Int(int64_t value) { return Text(std::to_string(value)); }
  std::string Hex() { return ToHex(hash_.Finish()); }

 private:
  Sha256 hash_;
};

constexpr std::string_view kMeasuredByInIds = "local";

std::string AuditContent(const AuditRecord& audit, std::string_view measured_by, std::string_view rows_sha256) {
  return Encoder("weighbridge audit 1")
      .Text(audit.model_digest)
      .Text(audit.rules_digest)
      .Text(audit.classifier_version)
      .Text(audit.context_digest)
      .Text(audit.weights_digest)
      .Int(audit.claimed ? 1 : 0)
      .Text(measured_by)
      .Text(audit.repository)
      .Text(audit.revision)
      .Text(audit.rulebook_blob)
      .Text(audit.inventory_blob)
      .Text(rows_sha256)
      .Hex();
}

}  // namespace

std::string_view BlobKindName(BlobKind kind) {
  switch (kind) {
    case BlobKind::kRulebook:
      return "rulebook";
    case BlobKind::kPolicy:
      return "policy";
    case BlobKind::kProfile:
      return "profile";
    case BlobKind::kScannedText:
      return "scanned_text";
    case BlobKind::kOfficialText:
      return "official_text";
    case BlobKind::kInventory:
      return "inventory";
    case BlobKind::kResult:
      return "result";
    case BlobKind::kStatement:
      return "statement";
    case BlobKind::kEnvelope:
      return "envelope";
    case BlobKind::kRuling:
      return "ruling";
    case BlobKind::kEvidence:
      return "evidence";
    case BlobKind::kExceptions:
      return "exceptions";
  }
  return "";
}

std::string RowsDigest(const AuditRecord& audit) {
  Encoder encoder("weighbridge audit rows 1");
  encoder.Int(static_cast<int64_t>(audit.artifacts.size()));
  for (const ArtifactRow& row : audit.artifacts) {
    encoder.Text(row.path).Text(row.role).Int(row.size).Text(row.sha256).Text(row.format).Int(row.claimed ? 1 : 0);
  }
  encoder.Int(static_cast<int64_t>(audit.evidence.size()));
  for (const EvidenceRow& row : audit.evidence) {
    encoder.Text(row.kind).Text(row.component).Text(row.path).Int(row.byte_begin).Int(row.byte_end).Int(row.line);
    encoder.Text(row.key).Text(row.value).Int(static_cast<int64_t>(row.license_ids.size()));
    for (const std::string& id : row.license_ids) encoder.Text(id);
    encoder.Text(row.blob);
  }
  encoder.Int(static_cast<int64_t>(audit.texts.size()));
  for (const TextUseRow& row : audit.texts) encoder.Text(row.license_id).Text(row.token_file).Text(row.blob);
  encoder.Int(static_cast<int64_t>(audit.used_audits.size()));
  for (const std::string& id : audit.used_audits) encoder.Text(id);
  return encoder.Hex();
}

std::string RowsDigest(const DecisionRecord& decision) {
  Encoder encoder("weighbridge decision rows 1");
  encoder.Int(static_cast<int64_t>(decision.findings.size()));
  for (const FindingRow& row : decision.findings) {
    encoder.Text(row.rule_id).Text(row.severity).Text(row.outcome).Text(row.license_id).Text(row.clause);
    encoder.Text(row.missing_fact);
  }
  encoder.Int(static_cast<int64_t>(decision.obligations.size()));
  for (const ObligationRow& row : decision.obligations) {
    encoder.Text(row.kind).Text(row.license_id).Text(row.clause);
    encoder.Int(row.fulfilled ? 1 : 0).Int(row.not_triggered ? 1 : 0);
  }
  return encoder.Hex();
}

std::string ContentId(const AuditRecord& audit, std::string_view rows_sha256) {
  return AuditContent(audit, kMeasuredByInIds, rows_sha256);
}

std::string ContentId(const DecisionRecord& decision, std::string_view rows_sha256) {
  // Rows of local runs keep the encoding they had before measured_by was there, those without exceptions the one from
  // before those.
  const bool local = decision.measured_by.empty();
  const bool plain = decision.exceptions_digest.empty() && decision.exceptions_blob.empty();
  Encoder encoder(!plain ? "weighbridge decision 3" : local ? "weighbridge decision 1" : "weighbridge decision 2");
  encoder.Text(decision.audit_id)
      .Text(decision.evaluated_at)
      .Text(decision.profile_digest)
      .Text(decision.policy_digest)
      .Text(decision.rules_digest)
      .Text(decision.decision)
      .Text(decision.mode)
      .Text(decision.profile_blob)
      .Text(decision.policy_blob)
      .Text(decision.result_blob)
      .Text(rows_sha256);
  if (!local || !plain) encoder.Text(decision.measured_by);
  if (!plain) encoder.Text(decision.exceptions_digest).Text(decision.exceptions_blob);
  return encoder.Hex();
}

std::string LicensesDigest(std::string_view audit_id, const std::vector<AuditLicenseRow>& licenses) {
  Encoder encoder("weighbridge audit licenses 1");
  encoder.Text(audit_id).Int(static_cast<int64_t>(licenses.size()));
  for (const AuditLicenseRow& row : licenses) {
    encoder.Text(row.license_id).Text(row.short_id).Text(row.component).Text(row.match).Int(row.governs ? 1 : 0);
  }
  return encoder.Hex();
}

std::string AuditIdOf(const AuditRecord& record) { return ContentId(record, RowsDigest(record)); }

std::string DecisionIdOf(const DecisionRecord& record) { return ContentId(record, RowsDigest(record)); }

std::string RowDigest(const AuditRecord& audit, std::string_view rows_sha256) {
  return Encoder("weighbridge audit row 1")
      .Text(audit.audit_id)
      .Text(audit.created_at)
      .Text(AuditContent(audit, audit.measured_by, rows_sha256))
      .Hex();
}

std::string RowDigest(const DecisionRecord& decision, std::string_view rows_sha256) {
  return Encoder("weighbridge decision row 1").Text(decision.decision_id).Text(ContentId(decision, rows_sha256)).Hex();
}

std::string RowDigest(const OfficialTextRow& text) {
  return Encoder("weighbridge official text row 1")
      .Text(text.license_id)
      .Text(text.token_file)
      .Text(text.sha256)
      .Text(text.source)
      .Text(text.pack_version)
      .Hex();
}

std::string RowDigest(const MeasurementRow& measurement) {
  return Encoder("weighbridge audit measurement 1")
      .Text(measurement.audit_id)
      .Text(measurement.measured_by)
      .Text(measurement.recorded_at)
      .Hex();
}

}  // namespace weighbridge::db
