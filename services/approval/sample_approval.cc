#include "services/approval/sample_approval.h"

#include "absl/status/statusor.h"
#include "services/approval/dsse.h"
#include "services/approval/statement.h"

namespace weighbridge::approval {

v1::ApprovalDetails SampleDetails() {
  v1::ApprovalDetails details;
  details.set_schema_version(1);
  details.set_decision(v1::APPROVED_WITH_CONDITIONS);
  v1::ApprovedPart& part = *details.add_parts();
  part.set_role("base");
  part.set_model_digest(std::string(64, 'a'));
  part.set_weights_digest(std::string(64, 'b'));
  const std::string kFiles[][2] = {{"README.md", "card"}, {"config.json", "config"}, {"model.gguf", "weights"}};
  for (const auto& [path, role] : kFiles) {
    v1::ApprovedArtifact& artifact = *part.add_artifacts();
    artifact.set_path(path);
    artifact.set_role(role);
    artifact.set_size(7);
    artifact.set_sha256(std::string(64, path[0] == 'R' ? '1' : path[0] == 'c' ? '2' : '3'));
  }
  details.set_not_before("2026-11-26T12:00:00Z");
  details.set_expires("2027-02-24T12:00:00Z");
  details.mutable_scope()->add_use("commercial");
  details.set_rules_digest(std::string(64, 'c'));
  details.set_policy_digest(std::string(64, 'd'));
  details.set_by("Ada");
  details.set_reason("needed");
  details.set_nonce(std::string(32, '0'));
  details.set_evaluated_at("2026-11-26T12:00:00Z");
  return details;
}

std::string SignedEnvelope(const v1::ApprovalDetails& details, const Signer& signer) {
  const absl::StatusOr<std::string> statement = MakeStatement(details);
  if (!statement.ok()) return "";
  const absl::StatusOr<Envelope> envelope = SignPayload(kStatementPayloadType, *statement, signer);
  return envelope.ok() ? SerializeEnvelope(*envelope) : "";
}

}  // namespace weighbridge::approval
