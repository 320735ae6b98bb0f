#include "services/auditor/record.h"

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "services/auditlog/event.h"
#include "services/auditor/auditor.h"
#include "services/crypto/sha256.h"

namespace weighbridge::auditor {

std::string SerializeInventory(const v1::Inventory& inventory) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  inventory.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

namespace {

// Everything that is evidence and no byte of the model: another context is another audit. Empty where there is none of
// it.
std::string ContextDigestOf(const v1::Inventory& inventory, const v1::GateResult& result) {
  std::string lines;
  if (!inventory.repository().empty() || !inventory.revision().empty())
    lines = inventory.repository() + "\n" + inventory.revision() + "\n";
  if (!inventory.source_url().empty()) lines += "source " + inventory.source_url() + "\n";
  for (const v1::InventoryArtifact& artifact : inventory.context_artifacts()) {
    lines += "context " + artifact.sha256() + " " + artifact.path() + "\n";
  }
  if (!inventory.base_digest().empty()) lines += "base said " + inventory.base_digest() + "\n";
  if (inventory.has_base()) {
    // A base that could not be measured has no digest: what was seen of it stands for it.
    const std::string& digest = result.model().base_digest();
    lines +=
        "base " + (digest.empty() ? "unmeasured " + Sha256Hex(SerializeInventory(inventory.base())) : digest) + "\n";
  }
  return lines.empty() ? "" : Sha256Hex(lines);
}

}  // namespace

db::AuditRecord MakeAuditRecord(const Collected& collected, const Assessment& assessment,
                                const rulebook::Rulebook& rules, const std::vector<std::string>& used_audits) {
  const v1::GateResult& result = assessment.result;
  db::AuditRecord record;
  record.model_digest = result.model().digest();
  record.weights_digest = result.model().weights_digest();
  record.rules_digest = rules.digest();
  record.classifier_version = ClassifierVersion();
  record.claimed = result.model().claimed();
  record.measured_by = result.measured_by().empty() ? "local" : result.measured_by();
  record.repository = collected.inventory.repository();
  record.revision = collected.inventory.revision();
  record.context_digest = ContextDigestOf(collected.inventory, result);
  record.created_at = result.evaluated_at();
  record.used_audits = used_audits;

  const std::string inventory = SerializeInventory(collected.inventory);
  record.inventory_blob = Sha256Hex(inventory);
  record.rulebook_blob = rules.bundle_sha256();  // of a damaged bundle the store says so
  record.blobs.push_back({db::BlobKind::kInventory, inventory});
  record.blobs.push_back({db::BlobKind::kRulebook, std::string(rules.bundle())});
  for (const auto& [sha256, bytes] : collected.documents) {
    record.blobs.push_back({db::BlobKind::kScannedText, bytes});
  }
  for (const auto& artifact : result.model().artifacts()) {
    record.artifacts.push_back({artifact.path(), artifact.role(), static_cast<int64_t>(artifact.size()),
                                artifact.sha256(), artifact.format(), artifact.claimed()});
  }
  for (const provenance::Evidence& seen : assessment.evidence) {
    db::EvidenceRow row;
    row.kind = std::string(provenance::EvidenceKindName(seen.kind));
    row.component = seen.component;
    row.path = seen.path;
    row.byte_begin = static_cast<int64_t>(seen.byte_begin);
    row.byte_end = static_cast<int64_t>(seen.byte_end);
    row.line = seen.line;
    row.key = seen.key;
    row.value = seen.value;
    row.license_ids = seen.license_ids;
    record.evidence.push_back(std::move(row));
  }
  for (const v1::LicenseSummary& license : assessment.seen_licenses) {
    record.licenses.push_back({license.license_id(), license.short_id(), license.component(),
                               v1::Match::Verdict_Name(license.match()), license.governs()});
  }
  record.audit_id = db::AuditIdOf(record);
  return record;
}

db::DecisionRecord MakeDecisionRecord(const v1::GateResult& result, const std::string& policy_bytes,
                                      const std::string& profile_bytes, bool has_profile,
                                      const v1::Exceptions& exceptions, const std::string& json, absl::Time now) {
  db::DecisionRecord record;
  record.audit_id = result.audit_id();
  record.evaluated_at = result.evaluated_at();
  record.profile_digest = result.profile_digest();
  record.policy_digest = result.policy_digest();
  record.rules_digest = result.rules_digest();
  record.decision = v1::Decision_Name(result.decision());
  record.mode = result.mode();
  record.measured_by = result.measured_by();
  record.policy_blob = Sha256Hex(policy_bytes);
  record.blobs.push_back({db::BlobKind::kPolicy, policy_bytes});
  if (has_profile) {
    record.profile_blob = Sha256Hex(profile_bytes);
    record.blobs.push_back({db::BlobKind::kProfile, profile_bytes});
  }
  record.exceptions_digest = result.exceptions_digest();
  if (!record.exceptions_digest.empty()) {
    const std::string bytes = exceptions.SerializeAsString();
    record.exceptions_blob = Sha256Hex(bytes);
    record.blobs.push_back({db::BlobKind::kExceptions, bytes});
  }
  record.result_blob = Sha256Hex(json);
  record.blobs.push_back({db::BlobKind::kResult, json});
  for (const auto& finding : result.findings()) {
    record.findings.push_back({finding.rule_id(), v1::Severity::Value_Name(finding.severity()),
                               v1::Outcome::Value_Name(finding.outcome()), finding.license_id(), finding.clause(),
                               finding.missing_fact()});
  }
  for (const auto& obligation : result.obligations()) {
    record.obligations.push_back({v1::ObligationKind::Value_Name(obligation.kind()), obligation.license_id(),
                                  obligation.clause(), obligation.fulfilled(), obligation.not_triggered()});
  }
  record.decision_id = db::DecisionIdOf(record);
  v1::EventBody body;
  body.set_detail(record.decision);
  record.event =
      auditlog::MakeEvent(v1::EventKind::decision, now, record.decision_id, result.model().digest(), std::move(body));
  return record;
}

}  // namespace weighbridge::auditor
