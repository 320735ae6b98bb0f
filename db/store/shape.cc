#include "db/store/shape.h"

#include <algorithm>
#include <initializer_list>
#include <string>

#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "db/store/digest_bytes.h"
#include "db/store/store.h"
#include "services/base/status_macros.h"

namespace weighbridge::db {
namespace {

// Checks fields and keeps the first complaint.
class Checker {
 public:
  explicit Checker(std::string prefix) : prefix_(std::move(prefix)) {}

  // Names the row that the next checks are about.
  void At(const char* list, size_t index) { row_ = absl::StrFormat("%s[%d].", list, index); }
  void AtTop() { row_.clear(); }

  void Text(const char* field, std::string_view value) { NoLonger(field, value, kStringMaxBytes); }
  void Name(const char* field, std::string_view value) { NoLonger(field, value, kNameMaxBytes); }
  void NoLonger(const char* field, std::string_view value, size_t max_bytes) {
    if (value.size() > max_bytes) {
      Complain(field, absl::StrFormat("has %d bytes, over the limit of %d", value.size(), max_bytes));
    }
  }
  void Given(const char* field, std::string_view value) {
    if (value.empty()) Complain(field, "is empty");
    Text(field, value);
  }
  void Digest(const char* field, std::string_view value) {
    if (!IsDigest(value)) Complain(field, "is not 64 lower-case hexadecimal digits");
  }
  void DigestOrEmpty(const char* field, std::string_view value) {
    if (!value.empty()) Digest(field, value);
  }
  void Instant(const char* field, std::string_view value) {
    absl::Time time;
    const bool parsed =
        value.size() >= 20 && value.size() <= 40 && value[4] == '-' && value[10] == 'T' && value.back() == 'Z' &&
        absl::ParseTime(absl::RFC3339_full, absl::string_view(value.data(), value.size()), &time, nullptr);
    if (!parsed) Complain(field, "is not an instant such as 2026-01-31T12:00:00Z");
  }
  void OneOf(const char* field, std::string_view value, std::initializer_list<std::string_view> allowed) {
    for (const std::string_view word : allowed) {
      if (value == word) return;
    }
    Complain(field, absl::StrFormat("has the unknown value \"%s\"", value.substr(0, 40)));
  }
  void NotNegative(const char* field, int64_t value) {
    if (value < 0) Complain(field, "is negative");
  }
  void Complain(const char* field, const std::string& what) {
    if (status_.ok()) status_ = absl::InvalidArgumentError(absl::StrFormat("%s.%s%s %s", prefix_, row_, field, what));
  }
  const absl::Status& status() const { return status_; }

 private:
  const std::string prefix_;
  std::string row_;
  absl::Status status_;
};

absl::Status CheckBlobs(const std::vector<BlobInput>& blobs) {
  for (const BlobInput& blob : blobs) WB_RETURN_IF_ERROR(CheckBlob(blob.bytes));
  return absl::OkStatus();
}

absl::Status CheckRowCount(size_t count) {
  if (count <= kRowsPerRecordMax) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrFormat("a record has %d rows, over the limit of %d", count, kRowsPerRecordMax));
}

}  // namespace

bool IsDigest(std::string_view text) {
  const auto is_digit = [](char c) { return kDigitValues[static_cast<uint8_t>(c)] != kNoDigit; };
  return text.size() == 64 && std::all_of(text.begin(), text.end(), is_digit);
}

absl::Status CheckBlob(std::string_view bytes) {
  if (bytes.size() <= kBlobMaxBytes) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrFormat("a blob has %d bytes, over the limit of %d", bytes.size(), kBlobMaxBytes));
}

absl::Status CheckShape(const AuditRecord& audit) {
  size_t rows = audit.artifacts.size() + audit.evidence.size() + audit.texts.size() + audit.used_audits.size() +
                audit.licenses.size();
  for (const EvidenceRow& row : audit.evidence) rows += row.license_ids.size();
  WB_RETURN_IF_ERROR(CheckRowCount(rows));
  Checker check("audit");
  check.DigestOrEmpty("audit_id", audit.audit_id);
  check.DigestOrEmpty("model_digest", audit.model_digest);
  check.Digest("rules_digest", audit.rules_digest);
  check.Given("classifier_version", audit.classifier_version);
  check.Name("classifier_version", audit.classifier_version);
  check.DigestOrEmpty("context_digest", audit.context_digest);
  check.DigestOrEmpty("weights_digest", audit.weights_digest);
  check.OneOf("measured_by", audit.measured_by, {"local", "server", "client"});
  check.Name("repository", audit.repository);
  check.Name("revision", audit.revision);
  check.Instant("created_at", audit.created_at);
  check.Digest("rulebook_blob", audit.rulebook_blob);
  check.Digest("inventory_blob", audit.inventory_blob);
  for (size_t i = 0; i < audit.artifacts.size(); ++i) {
    const ArtifactRow& row = audit.artifacts[i];
    check.At("artifacts", i);
    check.Given("path", row.path);
    check.Given("role", row.role);
    check.NotNegative("size", row.size);
    check.DigestOrEmpty("sha256", row.sha256);
    check.Text("format", row.format);
  }
  for (size_t i = 0; i < audit.evidence.size(); ++i) {
    const EvidenceRow& row = audit.evidence[i];
    check.At("evidence", i);
    check.Given("kind", row.kind);
    check.Text("component", row.component);
    check.Text("path", row.path);
    check.NotNegative("byte_begin", row.byte_begin);
    if (row.byte_end < row.byte_begin) check.Complain("byte_end", "is before byte_begin");
    check.NotNegative("line", row.line);
    check.Text("key", row.key);
    check.Text("value", row.value);
    for (const std::string& id : row.license_ids) check.Given("license_ids", id);
    check.DigestOrEmpty("blob", row.blob);
  }
  for (size_t i = 0; i < audit.texts.size(); ++i) {
    check.At("texts", i);
    check.Given("license_id", audit.texts[i].license_id);
    check.Text("token_file", audit.texts[i].token_file);
    check.Digest("blob", audit.texts[i].blob);
  }
  for (size_t i = 0; i < audit.licenses.size(); ++i) {
    const AuditLicenseRow& row = audit.licenses[i];
    check.At("licenses", i);
    check.Given("license_id", row.license_id);
    check.Name("license_id", row.license_id);
    check.Name("short_id", row.short_id);
    check.Text("component", row.component);
    check.Given("match", row.match);
    check.Name("match", row.match);
  }
  check.AtTop();
  for (const std::string& id : audit.used_audits) check.Digest("used_audits", id);
  WB_RETURN_IF_ERROR(check.status());
  return CheckBlobs(audit.blobs);
}

absl::Status CheckShape(const DecisionRecord& decision) {
  WB_RETURN_IF_ERROR(CheckRowCount(decision.findings.size() + decision.obligations.size()));
  Checker check("decision");
  check.DigestOrEmpty("decision_id", decision.decision_id);
  check.Digest("audit_id", decision.audit_id);
  check.Instant("evaluated_at", decision.evaluated_at);
  check.DigestOrEmpty("profile_digest", decision.profile_digest);
  check.Digest("policy_digest", decision.policy_digest);
  check.Digest("rules_digest", decision.rules_digest);
  check.OneOf("decision", decision.decision,
              {"APPROVED", "APPROVED_WITH_CONDITIONS", "NEEDS_REVIEW", "DENIED", "UNDECIDED"});
  check.OneOf("mode", decision.mode, {"block", "warn", "audit"});
  check.OneOf("measured_by", decision.measured_by, {"", "server", "client"});
  check.DigestOrEmpty("profile_blob", decision.profile_blob);
  check.Digest("policy_blob", decision.policy_blob);
  check.Digest("result_blob", decision.result_blob);
  check.DigestOrEmpty("exceptions_digest", decision.exceptions_digest);
  check.DigestOrEmpty("exceptions_blob", decision.exceptions_blob);
  for (size_t i = 0; i < decision.findings.size(); ++i) {
    const FindingRow& row = decision.findings[i];
    check.At("findings", i);
    check.Given("rule_id", row.rule_id);
    check.Given("severity", row.severity);
    check.Given("outcome", row.outcome);
    check.Text("license_id", row.license_id);
    check.Text("clause", row.clause);
    check.Text("missing_fact", row.missing_fact);
  }
  for (size_t i = 0; i < decision.obligations.size(); ++i) {
    const ObligationRow& row = decision.obligations[i];
    check.At("obligations", i);
    check.Given("kind", row.kind);
    check.Given("license_id", row.license_id);
    check.Given("clause", row.clause);
  }
  WB_RETURN_IF_ERROR(check.status());
  return CheckBlobs(decision.blobs);
}

absl::Status CheckShape(const OfficialTextRow& text) {
  Checker check("official text");
  check.Given("license_id", text.license_id);
  check.Text("token_file", text.token_file);
  check.OneOf("source", text.source, {"scanned", "pack", "operator"});
  if (text.source == "pack") check.Given("pack_version", text.pack_version);
  check.Text("pack_version", text.pack_version);
  return check.status();
}

absl::Status CheckShape(const ApprovalRow& approval) {
  Checker check("approval");
  check.Digest("approval_id", approval.approval_id);
  check.Digest("model_digest", approval.model_digest);
  check.Digest("weights_digest", approval.weights_digest);
  check.DigestOrEmpty("set_digest", approval.set_digest);
  check.OneOf("decision", approval.decision, {"APPROVED", "APPROVED_WITH_CONDITIONS", "NEEDS_REVIEW"});
  check.DigestOrEmpty("decision_id", approval.decision_id);
  check.Instant("not_before", approval.not_before);
  check.Instant("expires", approval.expires);
  check.Digest("key_id", approval.key_id);
  for (const auto* list : {&approval.uses, &approval.environments, &approval.regions, &approval.engines}) {
    for (const std::string& item : *list) {
      check.Name("scope", item);
      if (item.empty() || item.find('\n') != std::string::npos) check.Complain("scope", "has a name that is none");
    }
  }
  check.Given("by", approval.by);
  check.Given("reason", approval.reason);
  check.Text("principal", approval.principal);
  check.Instant("created_at", approval.created_at);
  check.Digest("statement_blob", approval.statement_blob);
  check.Digest("envelope_blob", approval.envelope_blob);
  WB_RETURN_IF_ERROR(check.status());
  return CheckBlobs(approval.blobs);
}

absl::Status CheckShape(const RevocationRow& revocation) {
  Checker check("revocation");
  check.Digest("approval_id", revocation.approval_id);
  check.Given("by", revocation.by);
  check.Text("principal", revocation.principal);
  check.Given("reason", revocation.reason);
  check.Instant("revoked_at", revocation.revoked_at);
  return check.status();
}

absl::Status CheckShape(const RulingRow& ruling) {
  Checker check("ruling");
  check.Digest("ruling_id", ruling.ruling_id);
  check.Digest("model_digest", ruling.model_digest);
  check.Text("component", ruling.component);
  check.Given("license_id", ruling.license_id);
  if (!ruling.until.empty()) check.Instant("until", ruling.until);
  check.Digest("document_blob", ruling.document_blob);
  check.DigestOrEmpty("evidence_blob", ruling.evidence_blob);
  check.Instant("recorded_at", ruling.recorded_at);
  WB_RETURN_IF_ERROR(check.status());
  return CheckBlobs(ruling.blobs);
}

absl::Status CheckShape(const WaiverRow& waiver) {
  Checker check("waiver");
  check.Digest("waiver_id", waiver.waiver_id);
  check.Digest("model_digest", waiver.model_digest);
  check.Given("rule_id", waiver.rule_id);
  check.Instant("until", waiver.until);
  check.Digest("key_id", waiver.key_id);
  check.Digest("envelope_blob", waiver.envelope_blob);
  check.Instant("recorded_at", waiver.recorded_at);
  WB_RETURN_IF_ERROR(check.status());
  return CheckBlobs(waiver.blobs);
}

absl::Status CheckShape(const KeyChangeRow& change) {
  Checker check("key change");
  check.Digest("key_id", change.key_id);
  check.OneOf("change", change.change, {"init", "trust", "distrust"});
  check.Text("public_key", change.public_key);
  check.Text("name", change.name);
  check.Text("reason", change.reason);
  check.Instant("changed_at", change.changed_at);
  return check.status();
}

absl::Status CheckShape(const AdmissionRow& admission) {
  Checker check("admission");
  check.DigestOrEmpty("approval_id", admission.approval_id);
  check.DigestOrEmpty("model_digest", admission.model_digest);
  if (admission.admitted) {
    check.Digest("approval_id", admission.approval_id);
  } else {
    check.Given("reason", admission.reason);
  }
  check.Text("reason", admission.reason);
  check.Text("engine", admission.engine);
  check.Instant("at", admission.at);
  return check.status();
}

}  // namespace weighbridge::db
