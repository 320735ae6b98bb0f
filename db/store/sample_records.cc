#include "db/store/sample_records.h"

#include "services/crypto/sha256.h"

namespace weighbridge::db {
namespace {

// Adds a blob to a record and returns its digest.
std::string Add(std::vector<BlobInput>* blobs, BlobKind kind, std::string bytes) {
  std::string sha256 = Sha256Hex(bytes);
  blobs->push_back({kind, std::move(bytes)});
  return sha256;
}

}  // namespace

std::string SampleDigest(const std::string& word) { return Sha256Hex(word); }

AuditRecord SampleAudit(int seed) {
  const std::string name = std::to_string(seed);
  AuditRecord audit;
  audit.model_digest = SampleDigest("model " + name);
  audit.rules_digest = SampleDigest("rules");
  audit.classifier_version = "classifier-1";
  audit.context_digest = SampleDigest("context");
  audit.weights_digest = SampleDigest("weights " + name);
  audit.measured_by = "local";
  audit.repository = "example/model-" + name;
  audit.revision = "main";
  audit.created_at = "2026-11-21T10:00:00Z";
  audit.rulebook_blob = Add(&audit.blobs, BlobKind::kRulebook, std::string(20000, 'r'));
  audit.inventory_blob = Add(&audit.blobs, BlobKind::kInventory, "inventory " + name + std::string(3000, 'i'));
  const std::string text = Add(&audit.blobs, BlobKind::kScannedText, "text " + name + std::string(9000, 't'));
  const std::string official = Add(&audit.blobs, BlobKind::kOfficialText, "official" + std::string(9000, 'o'));
  audit.artifacts.push_back({"LICENSE", "license_text", 9005, text, "text", false});
  // A name of bytes that are no UTF-8 and a pointer.
  audit.artifacts.push_back(
      {"mod\xff"
       "el.safetensors",
       "weights", int64_t{1} << 40, SampleDigest("w" + name), "", true});
  EvidenceRow evidence;
  evidence.kind = "license_text";
  evidence.component = "unet";
  evidence.path = "LICENSE";
  evidence.byte_begin = 5;
  evidence.byte_end = 9005;
  evidence.line = 1;
  evidence.key = "text";
  evidence.value = std::string("EXACT\0with a NUL", 16);
  evidence.license_ids = {"LicenseRef-b", "LicenseRef-a"};
  evidence.blob = text;
  audit.evidence.push_back(evidence);
  evidence = EvidenceRow();
  evidence.kind = "declared_base";
  evidence.value = "example/base";
  audit.evidence.push_back(evidence);
  evidence.kind = "card_field";
  evidence.license_ids = {"LicenseRef-a"};
  audit.evidence.push_back(evidence);
  audit.texts.push_back({"LicenseRef-a", "a.tokens", official});
  audit.licenses.push_back({"LicenseRef-b", "b", "unet", "EXACT", true});
  audit.licenses.push_back({"LicenseRef-a", "a", "unet", "VARIANT", true});
  audit.licenses.push_back({"LicenseRef-a", "a", "", "MATCH_UNSPECIFIED", true});
  audit.licenses.push_back({"LicenseRef-c", "", "third_party", "EXACT", false});
  return audit;
}

std::string SampleFileDigest(int seed, int file) {
  return SampleDigest("file " + std::to_string(seed) + "." + std::to_string(file));
}

AuditRecord SampleAuditOfFiles(int seed, int files) {
  const std::string name = std::to_string(seed);
  AuditRecord audit;
  audit.model_digest = SampleDigest("model " + name);
  audit.rules_digest = SampleDigest("rules");
  audit.classifier_version = "classifier-1";
  audit.context_digest = SampleDigest("context");
  audit.weights_digest = SampleDigest("weights " + name);
  audit.measured_by = "local";
  audit.repository = "example/model-" + name;
  audit.revision = "main";
  audit.created_at = "2026-11-21T10:00:00Z";
  audit.rulebook_blob = Add(&audit.blobs, BlobKind::kRulebook, "rulebook");
  audit.inventory_blob = Add(&audit.blobs, BlobKind::kInventory, "inventory");
  for (int file = 0; file < files; ++file) {
    audit.artifacts.push_back({"model-" + std::to_string(file) + ".safetensors", "weights", int64_t{1} << 30,
                               SampleFileDigest(seed, file), "safetensors", false});
  }
  audit.licenses.push_back({"LicenseRef-a", "a", "", "EXACT", true});
  return audit;
}

DecisionRecord SampleDecision(int seed) {
  DecisionRecord decision;
  decision.evaluated_at = "2026-11-21T10:00:00.25Z";
  decision.rules_digest = SampleDigest("rules");
  decision.decision = "NEEDS_REVIEW";
  decision.mode = "block";
  decision.profile_blob = Add(&decision.blobs, BlobKind::kProfile, "use: commercial\n");
  decision.policy_blob = Add(&decision.blobs, BlobKind::kPolicy, "mode: block\n");
  decision.result_blob = Add(&decision.blobs, BlobKind::kResult, "{\"decision\":\"" + std::to_string(seed) + "\"}");
  decision.profile_digest = decision.profile_blob;
  decision.policy_digest = decision.policy_blob;
  decision.findings.push_back(
      {"term.threshold", "error", "unknown", "LicenseRef-a", "2", "monthly_active_users[2024-06,product]"});
  decision.findings.push_back({"license.text_missing", "warning", "violated", "", "", ""});
  decision.obligations.push_back({"license_copy", "LicenseRef-a", "1.b", true, false});
  decision.obligations.push_back({"attribution_display", "LicenseRef-a", "1.b.i", false, true});
  decision.event = {"decision", "{\"kind\":\"decision\",\"seed\":" + std::to_string(seed) + "}", "{}"};
  return decision;
}

}  // namespace weighbridge::db
