#include "services/report/sample_result.h"

#include <utility>

namespace weighbridge::report {
namespace {

v1::Obligation& AddDuty(v1::GateResult& result, v1::ObligationKind::Value kind, const std::string& clause,
                        const std::string& message) {
  v1::Obligation& duty = *result.add_obligations();
  duty.set_kind(kind);
  duty.set_license_id("LicenseRef-acorn");
  duty.set_clause(clause);
  duty.set_message(message);
  return duty;
}

}  // namespace

v1::Finding& AddSampleFinding(v1::GateResult& result, v1::Outcome::Value outcome, const std::string& message) {
  v1::Finding& finding = *result.add_findings();
  finding.set_rule_id("term.threshold");
  finding.set_outcome(outcome);
  finding.set_license_id("LicenseRef-acorn");
  finding.set_clause(std::to_string(result.findings_size()));
  finding.set_message(message);
  v1::EvidenceRef& place = *finding.add_evidence();
  place.set_path("LICENSE");
  place.set_line(24);
  place.set_byte_begin(100);
  place.set_byte_end(130);
  return finding;
}

void AddSampleOpenness(v1::GateResult& result, const std::string& how) {
  v1::OpennessStatement& statement = *result.mutable_openness_statement();
  statement.set_openness(v1::OPEN_WEIGHTS_RESTRICTED);
  statement.set_why("Open weights are not open source here. " + how);
  for (const auto& [component, state] :
       {std::make_pair(v1::OpennessComponent::weights, v1::ComponentState::PRESENT),
        std::make_pair(v1::OpennessComponent::code, v1::ComponentState::NOT_KNOWN),
        std::make_pair(v1::OpennessComponent::freedom_to_use, v1::ComponentState::ABSENT)}) {
    v1::OpennessPart& part = *statement.add_parts();
    part.set_component(component);
    part.set_state(state);
    part.set_how(how);
    part.add_evidence()->set_path(how);
  }
}

v1::GateResult SampleResult() {
  v1::GateResult result;
  result.set_schema_version(1);
  result.set_decision(v1::DENIED);
  result.set_mode("block");
  result.set_evaluated_at("2026-11-21T12:00:00Z");
  result.set_rules_digest(std::string(64, 'a'));
  result.set_policy_digest(std::string(64, 'b'));
  result.set_audit_id(std::string(64, 'c'));
  result.mutable_model()->set_digest(std::string(64, 'd'));
  result.mutable_model()->set_weights_digest(std::string(64, 'e'));
  v1::ArtifactSummary& text = *result.mutable_model()->add_artifacts();
  text.set_path("LICENSE");
  text.set_role("license_text");
  text.set_sha256(std::string(64, 'f'));
  v1::ArtifactSummary& weights = *result.mutable_model()->add_artifacts();
  weights.set_path("model.safetensors");
  weights.set_role("weights");
  weights.set_format("safetensors");
  weights.set_size(1500);
  weights.set_sha256(std::string(64, '0'));
  result.mutable_model()->add_ignored(".git");
  v1::LicenseSummary& license = *result.add_licenses();
  license.set_license_id("LicenseRef-acorn");
  license.set_short_id("acorn-1.0");
  license.set_name("Acorn Licence");
  license.set_source("LICENSE");
  license.set_match(v1::Match::EXACT);
  license.set_governs(true);
  AddSampleFinding(result, v1::Outcome::SATISFIED, "few users");
  AddSampleFinding(result, v1::Outcome::INFO, "a note");
  AddSampleFinding(result, v1::Outcome::NEEDS_REVIEW, "no figure")
      .set_missing_fact("monthly_active_users[2024-06,licensee]");
  AddSampleFinding(result, v1::Outcome::VIOLATED, "too many users").set_remedy("ask the licensor");
  AddSampleFinding(result, v1::Outcome::UNDECIDED, "no header").set_rule_id("file.malformed");
  AddDuty(result, v1::ObligationKind::license_copy, "1", "Hand over a copy.");
  AddDuty(result, v1::ObligationKind::attribution_display, "2", "Show it.").set_fulfilled(true);
  AddDuty(result, v1::ObligationKind::notice_file, "3", "Keep it.").set_not_triggered(true);
  AddDuty(result, v1::ObligationKind::reporting, "4", "recommended: Write a letter.");
  AddDuty(result, v1::ObligationKind::prohibited_use, "paragraph 6", "No war.");
  AddDuty(result, v1::ObligationKind::prohibited_use, "paragraph 7", "No spam.");
  return result;
}

v1::GateResult HostileResult(const std::string& text) {
  v1::GateResult result = SampleResult();
  v1::ModelSummary& model = *result.mutable_model();
  model.set_repository(text);
  model.set_revision(text);
  model.set_source_url(text);
  model.set_layout(text);
  model.add_download_revisions(text);
  model.add_ignored(text);
  for (v1::ArtifactSummary& artifact : *model.mutable_artifacts()) {
    artifact.set_path(text);
    artifact.set_format(text);
  }
  v1::LicenseSummary& license = *result.mutable_licenses(0);
  license.set_name(text);
  license.set_source(text);
  license.set_component(text);
  for (v1::Finding& finding : *result.mutable_findings()) {
    finding.set_message(text);
    finding.set_missing_fact(text);
    finding.set_remedy(text);
    finding.set_component(text);
    finding.set_clause(text);
    finding.set_waived_by(text);
    finding.mutable_evidence(0)->set_path(text);
    finding.mutable_evidence(0)->set_key(text);
  }
  for (v1::Obligation& duty : *result.mutable_obligations()) {
    duty.set_message(text);
    duty.set_clause(text);
    duty.set_component(text);
    duty.set_trigger(text);
  }
  v1::LineageLink& link = *result.add_lineage();
  link.set_relation(text);
  link.set_base_model(text);
  link.set_license_id(text);
  link.set_how(text);
  v1::MeasuredFact& fact = *result.add_measured();
  fact.set_id(text);
  fact.add_values(text);
  fact.set_how(text);
  result.add_conflicts()->set_message(text);
  result.set_measured_by(text);
  AddSampleOpenness(result, text);
  return result;
}

}  // namespace weighbridge::report
