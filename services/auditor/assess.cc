#include "services/auditor/assess.h"

#include <algorithm>
#include <utility>

#include "absl/status/statusor.h"
#include "services/auditor/exact_strings.h"
#include "services/crypto/sha256.h"
#include "services/policy/evaluate.h"
#include "services/provenance/model_view.h"
#include "services/provenance/openness_parts.h"
#include "services/source/digest.h"
#include "services/types/artifact.h"

namespace weighbridge::auditor {
namespace {

// There is a digest only if every file was read and every name can stand in a line (DESIGN section 4).
bool BlocksDigest(const v1::InventoryProblem& problem) {
  static constexpr std::string_view kKinds[] = {"file.unsafe_link", "file.special", "file.unreadable",
                                                "file.bad_name",    "file.limit",   "file.changed"};
  return problem.blocks() && !problem.of_context() &&
         std::find(std::begin(kKinds), std::end(kKinds), problem.rule_id()) != std::end(kKinds);
}

std::vector<Artifact> ArtifactsOf(const v1::Inventory& inventory) {
  std::vector<Artifact> artifacts;
  for (const v1::InventoryArtifact& seen : inventory.artifacts()) {
    artifacts.push_back({seen.path(), RoleFromName(seen.role()).value_or(Role::kOther), seen.size(), seen.sha256(),
                         seen.format(), seen.claimed()});
  }
  return artifacts;
}

// Adapters down to the base that is none: the sorted lines of DESIGN section 4. Empty if a digest is missing.
std::string SetDigestOf(const v1::Inventory& inventory) {
  std::vector<std::string> lines;
  for (const v1::Inventory* part = &inventory;; part = &part->base()) {
    const std::string digest = ModelDigestOf(*part);
    if (digest.empty()) return "";
    lines.push_back(digest + (part->has_base() ? "  adapter\n" : "  base\n"));
    if (!part->has_base()) break;
  }
  std::sort(lines.begin(), lines.end());
  Sha256 hash;
  for (const std::string& line : lines) hash.Update(line);
  return ToHex(hash.Finish());
}

bool AnyClaimed(const v1::Inventory& inventory) {
  return source::AnyClaimed(ArtifactsOf(inventory)) || (inventory.has_base() && AnyClaimed(inventory.base()));
}

void DescribeModel(const v1::Inventory& inventory, const provenance::DocumentBytes& documents,
                   v1::ModelSummary& model) {
  for (const v1::InventoryArtifact& seen : inventory.artifacts()) {
    v1::ArtifactSummary& shown = *model.add_artifacts();
    shown.set_path(seen.path());
    shown.set_role(seen.role());
    shown.set_size(seen.size());
    shown.set_sha256(seen.sha256());
    shown.set_format(seen.format());
    shown.set_claimed(seen.claimed());
  }
  for (const std::string& path : inventory.ignored()) model.add_ignored(path);
  for (const std::string& revision : inventory.download_revisions()) model.add_download_revisions(revision);
  model.set_repository(inventory.repository());
  model.set_revision(inventory.revision());
  model.set_source_url(inventory.source_url());
  model.set_path(inventory.model_path());
  model.set_layout(inventory.layout());
  model.set_claimed(AnyClaimed(inventory));
  model.set_digest(ModelDigestOf(inventory));
  model.set_weights_digest(WeightsDigestOf(inventory));
  if (!inventory.has_base()) return;
  model.set_base_digest(ModelDigestOf(inventory.base()));
  if (provenance::ModelView(inventory, documents).IsAdapter()) model.set_set_digest(SetDigestOf(inventory));
}

policy::EvaluationInput EvaluationOf(const provenance::Reconciliation& seen, const AssessInput& input) {
  policy::EvaluationInput evaluation;
  for (const provenance::Standing& standing : seen.standing) {
    evaluation.licenses.push_back({standing.license, standing.component, standing.source, standing.evidence});
  }
  for (const provenance::OpenSet& set : seen.open_sets) {
    evaluation.candidates.push_back({set.name, set.component, set.name, set.evidence, set.members});
  }
  for (const auto& [fact, measured] : seen.measured) evaluation.measured[fact] = {measured.values, measured.how};
  evaluation.profile = input.profile;
  evaluation.policy = input.policy_is_builtin ? nullptr : input.policy;
  evaluation.fields = &input.rules->fields();
  evaluation.countries = &input.rules->countries();
  evaluation.evaluated_at = input.evaluated_at;
  evaluation.findings = seen.findings;
  evaluation.waivers = input.waivers;
  evaluation.exact_strings = ExactStringsOf(seen, *input.inventory, *input.documents);
  return evaluation;
}

}  // namespace

std::string ModelDigestOf(const v1::Inventory& inventory) {
  if (std::any_of(inventory.problems().begin(), inventory.problems().end(), BlocksDigest)) return "";
  return source::ModelDigest(ArtifactsOf(inventory)).value_or("");
}

std::string WeightsDigestOf(const v1::Inventory& inventory) {
  if (ModelDigestOf(inventory).empty()) return "";
  return source::WeightsDigest(ArtifactsOf(inventory)).value_or("");
}

Assessment Assess(const AssessInput& input) {
  Assessment assessment;
  v1::GateResult& result = assessment.result;
  result.set_schema_version(1);
  result.set_evaluated_at(absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", input.evaluated_at, absl::UTCTimeZone()));
  DescribeModel(*input.inventory, *input.documents, *result.mutable_model());

  provenance::Reconciliation seen =
      provenance::Reconcile(*input.inventory, *input.documents, *input.rules, *input.policy, input.rulings,
                            input.evaluated_at);
  assessment.seen_licenses =
      input.rulings.empty()
          ? seen.licenses
          : provenance::Reconcile(*input.inventory, *input.documents, *input.rules, *input.policy).licenses;
  policy::Evaluation evaluation = policy::Evaluate(EvaluationOf(seen, input));
  result.set_openness(evaluation.openness);
  *result.mutable_openness_statement() = provenance::StateOpenness(
      provenance::ModelView(*input.inventory, *input.documents), seen, *input.rules, evaluation.openness);
  if (input.scope == Scope::kGate) {
    result.set_decision(evaluation.decision);
    result.set_mode(v1::Mode_Name(input.mode));
    for (auto& finding : evaluation.findings) *result.add_findings() = std::move(finding);
    for (auto& obligation : evaluation.obligations) *result.add_obligations() = std::move(obligation);
    result.set_policy_digest(input.policy_digest);
    result.set_profile_digest(input.profile_digest);
    result.set_exceptions_digest(input.exceptions_digest);
  } else {
    for (auto& finding : seen.findings) *result.add_findings() = std::move(finding);
  }
  for (auto& license : seen.licenses) *result.add_licenses() = std::move(license);
  for (auto& link : seen.lineage) *result.add_lineage() = std::move(link);
  for (auto& conflict : seen.conflicts) *result.add_conflicts() = std::move(conflict);
  for (const auto& [fact, measured] : seen.measured) {
    v1::MeasuredFact& shown = *result.add_measured();
    shown.set_id(rules::v1::FactId::Value_Name(fact));
    for (const std::string& value : measured.values) shown.add_values(value);
    shown.set_how(measured.how);
  }
  result.set_rules_digest(input.rules->digest());
  assessment.evidence = std::move(seen.evidence);
  return assessment;
}

}  // namespace weighbridge::auditor
