// Results as people and programs see them.
#include <algorithm>
#include <string>
#include <string_view>

#include "gtest/gtest.h"
#include "proto/weighbridge/v1/gate.pb.h"
#include "services/report/classify_text.h"
#include "services/report/gate_text.h"
#include "services/report/json.h"
#include "services/report/license_text.h"

namespace weighbridge::report {
namespace {

bool Has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

v1::GateResult Sample() {
  v1::GateResult result;
  result.set_schema_version(1);
  result.set_decision(v1::DENIED);
  result.set_mode("block");
  v1::LicenseSummary& license = *result.add_licenses();
  license.set_license_id("LicenseRef-acorn");
  license.set_short_id("acorn-1.0");
  license.set_name("Acorn Licence");
  license.set_source("LICENSE");
  license.set_match(v1::Match::EXACT);
  return result;
}

v1::Finding& AddFinding(v1::GateResult& result, v1::Outcome::Value outcome, const std::string& message) {
  v1::Finding& finding = *result.add_findings();
  finding.set_rule_id("term.threshold");
  finding.set_outcome(outcome);
  finding.set_license_id("LicenseRef-acorn");
  finding.set_clause("2");
  finding.set_message(message);
  return finding;
}

v1::Obligation& AddDuty(v1::GateResult& result, v1::ObligationKind::Value kind, const std::string& clause,
                        const std::string& message) {
  v1::Obligation& duty = *result.add_obligations();
  duty.set_kind(kind);
  duty.set_license_id("LicenseRef-acorn");
  duty.set_clause(clause);
  duty.set_message(message);
  return duty;
}

TEST(GateTextTest, VerdictFirst) {
  TextOptions options;
  options.exit_code = 1;
  options.model_name = "models/acorn";
  EXPECT_EQ(RenderGateText(Sample(), options).rfind("DENIED  models/acorn: a term is violated (exit code 1)\n", 0), 0u);
  EXPECT_EQ(RenderGateMarkdown(Sample(), options).rfind("## DENIED\n", 0), 0u);
  v1::GateResult scan = Sample();
  scan.clear_decision();
  EXPECT_EQ(RenderGateText(scan, options).rfind("SCAN  ", 0), 0u);
}

TEST(GateTextTest, LicenceIsNamedOnce) {
  v1::GateResult result = Sample();
  AddFinding(result, v1::Outcome::VIOLATED, "Acorn Licence, clause 2: too many users.");
  std::string text = RenderGateText(result, {});
  EXPECT_TRUE(Has(text, "violated: Acorn Licence, clause 2: too many users.")) << text;
  EXPECT_FALSE(Has(text, "acorn-1.0, clause 2")) << text;
  // A message that does not begin with the licence gets it in front.
  result.clear_findings();
  AddFinding(result, v1::Outcome::NEEDS_REVIEW, "this is not the official text");
  text = RenderGateText(result, {});
  EXPECT_TRUE(Has(text, "acorn-1.0, clause 2: needs review: this is not the official text")) << text;
}

TEST(GateTextTest, WhyHasRulePlaceFactAndWayOut) {
  v1::GateResult result = Sample();
  v1::Finding& finding = AddFinding(result, v1::Outcome::NEEDS_REVIEW, "unknown");
  finding.set_missing_fact("monthly_active_users[2024-06,licensee_and_affiliates]");
  finding.set_remedy("state the figure");
  v1::EvidenceRef& place = *finding.add_evidence();
  place.set_path("LICENSE");
  place.set_line(24);
  place.set_key("text");
  const std::string text = RenderGateText(result, {});
  EXPECT_TRUE(Has(text, "rule: term.threshold at LICENSE:24 (text)")) << text;
  EXPECT_TRUE(Has(text, "missing fact: monthly_active_users[2024-06,licensee_and_affiliates]")) << text;
  EXPECT_TRUE(Has(text, "what would change it: state the figure")) << text;
}

TEST(GateTextTest, DutiesAreCountedByWhatTheyAsk) {
  v1::GateResult result = Sample();
  AddDuty(result, v1::ObligationKind::license_copy, "1", "Hand over a copy.");
  AddDuty(result, v1::ObligationKind::attribution_display, "1", "Show it.").set_fulfilled(true);
  AddDuty(result, v1::ObligationKind::notice_file, "1", "Keep it.").set_not_triggered(true);
  AddDuty(result, v1::ObligationKind::reporting, "1", "recommended: Write a letter.");
  const std::string text = RenderGateText(result, {});
  EXPECT_TRUE(Has(text, "Duties (1 open, 1 fulfilled, 1 not triggered, 1 recommended)")) << text;
  EXPECT_TRUE(Has(text, "! acorn-1.0, clause 1: Hand over a copy. (license_copy, open)")) << text;
  EXPECT_TRUE(Has(text, "- acorn-1.0, clause 1: recommended: Write a letter. (reporting, recommended)")) << text;
}

TEST(GateTextTest, BansAreOneLineUnlessAskedFor) {
  v1::GateResult result = Sample();
  for (int i = 6; i <= 32; ++i)
    AddDuty(result, v1::ObligationKind::prohibited_use, "paragraph " + std::to_string(i), "No.");
  EXPECT_TRUE(Has(RenderGateText(result, {}), "acorn-1.0: keep clear of its 27 prohibited uses (paragraphs 6 to 32)"));
  TextOptions all;
  all.list_all = true;
  EXPECT_TRUE(Has(RenderGateText(result, all), "acorn-1.0, paragraph 17: No."));
}

// Every string of a result that a hostile model can reach, in both forms.
TEST(GateTextTest, HostileStrings) {
  const std::string evil = "\x1b[31m<img src=x>|[a](b)@octo\r\n::error::x\xe2\x80\xae";
  v1::GateResult result = Sample();
  v1::Finding& finding = AddFinding(result, v1::Outcome::VIOLATED, evil);
  finding.set_missing_fact(evil);
  finding.set_remedy(evil);
  finding.add_evidence()->set_path(evil);
  finding.mutable_evidence(0)->set_key(evil);
  AddFinding(result, v1::Outcome::INFO, evil);
  AddDuty(result, v1::ObligationKind::license_copy, evil, evil);
  AddDuty(result, v1::ObligationKind::prohibited_use, evil, evil);
  result.mutable_licenses(0)->set_source(evil);
  result.mutable_licenses(0)->set_component(evil);
  result.mutable_licenses(0)->set_name(evil);
  v1::ArtifactSummary& artifact = *result.mutable_model()->add_artifacts();
  artifact.set_path(evil);
  artifact.set_format(evil);
  result.mutable_model()->add_ignored(evil);
  result.mutable_model()->set_repository(evil);
  result.mutable_model()->set_revision(evil);
  v1::LineageLink& link = *result.add_lineage();
  link.set_relation(evil);
  link.set_base_model(evil);
  link.set_how(evil);
  v1::MeasuredFact& fact = *result.add_measured();
  fact.set_id("modality");
  fact.add_values(evil);
  fact.set_how(evil);
  TextOptions options;
  options.list_all = true;
  options.model_name = evil;
  for (const std::string& text : {RenderGateText(result, options), RenderGateMarkdown(result, options)}) {
    EXPECT_FALSE(Has(text, "\x1b"));
    EXPECT_FALSE(Has(text, "\r"));
    EXPECT_FALSE(Has(text, "\n::error"));
  }
  const std::string markdown = RenderGateMarkdown(result, options);
  EXPECT_FALSE(Has(markdown, "<img"));
  EXPECT_FALSE(Has(markdown, "[a](b)"));
  EXPECT_FALSE(Has(markdown, "@octo"));
  // A pipe in a cell adds no column.
  for (size_t at = markdown.find("src=x&gt;"); at != std::string::npos; at = markdown.find("src=x&gt;", at + 1)) {
    EXPECT_EQ(markdown.substr(at + 9, 2), "\\|");
  }
}

TEST(ClassifyTextTest, LinesAndEdits) {
  v1::ClassifyTextResult result;
  result.set_path("a\nb");
  EXPECT_EQ(RenderClassification(result, "", false).rfind("UNKNOWN  a\\x0ab: ", 0), 0u);
  v1::TextMatch& match = *result.add_matches();
  match.set_short_id("acorn-1.0");
  match.set_match(v1::Match::EXACT);
  match.set_byte_begin(2);
  match.set_byte_end(5);
  EXPECT_TRUE(Has(RenderClassification(result, "1\n2\n3\n", false), "EXACT  a\\x0ab: acorn-1.0, lines 2 to 3\n"));
  match.set_blocked_by_residue(true);
  EXPECT_TRUE(Has(RenderClassification(result, "1\n2\n3\n", false), "NOT bare"));
  for (int i = 0; i < kEditsShownMax + 3; ++i) match.add_edits()->set_class_("word");
  EXPECT_TRUE(Has(RenderClassification(result, "1\n2\n3\n", false), "and 3 more edits"));
}

TEST(LicenseTextTest, ExplanationOfAHostileName) {
  v1::ExplainResult result;
  result.set_name("\x1b[2J");
  result.set_kind("model");
  EXPECT_FALSE(Has(RenderExplanation(result, false), "\x1b"));
}

TEST(LicenseTextTest, VersionsWithWhatHoldsAndWhatItRestricts) {
  v1::ExplainResult result;
  result.set_name("Acorn");
  result.set_kind("family");
  result.set_answer("it depends on version and size: open weights, permissive; open weights, restricted");
  for (const char* version : {"1", "2"}) {
    v1::ExplainedVersion& row = *result.add_versions();
    row.set_family("Acorn");
    row.set_version(version);
    row.add_names("acorn-works/acorn-*");
    row.set_openness(v1::OPEN_WEIGHTS_RESTRICTED);
    row.set_main_restriction("No squirrels.");
  }
  result.mutable_versions(0)->add_license_ids("LicenseRef-acorn-1.0");
  result.mutable_versions(1)->set_unread_license("the Oak Terms");
  const std::string text = RenderExplanation(result, false);
  for (const std::string_view part : {"it depends on version and size", "Acorn 1: OPEN_WEIGHTS_RESTRICTED",
                                      "LicenseRef-acorn-1.0", "the Oak Terms (not in the rulebook)", "No squirrels."})
    EXPECT_TRUE(Has(text, part)) << part << "\n" << text;
}

TEST(LicenseTextTest, WhatAnOverlayChangedStandsFirst) {
  v1::LicenseRecord record;
  record.set_license_id("LicenseRef-acorn");
  record.add_redefined("rules/licenses/acorn/rule.textproto:3 takes away tests users");
  const std::string text = RenderLicense(record, false);
  EXPECT_LT(text.find("takes away tests users"), text.find("What matters most")) << text;
}

TEST(LicenseTextTest, ARecordOfNothingIsItsExplanation) {
  v1::LicenseRecord record;
  record.set_name("Zephyr");
  record.mutable_explained()->set_name("Zephyr");
  record.mutable_explained()->set_kind("closed_model");
  record.mutable_explained()->set_answer("no weights are published, service only");
  EXPECT_EQ(RenderLicense(record, false), RenderExplanation(record.explained(), false));
}

TEST(JsonTest, ProtoNamesEnumNamesAndStringsForLargeNumbers) {
  v1::GateResult result = Sample();
  v1::ArtifactSummary& artifact = *result.mutable_model()->add_artifacts();
  artifact.set_path("a \"b\"");
  artifact.set_size(uint64_t{1} << 60);
  EXPECT_EQ(ToJson(result),
            "{\"schema_version\":1,\"decision\":\"DENIED\",\"mode\":\"block\",\"model\":{\"artifacts\":[{\"path\":\"a "
            "\\\"b\\\"\","
            "\"size\":\"1152921504606846976\"}]},\"licenses\":[{\"license_id\":\"LicenseRef-acorn\",\"short_id\":"
            "\"acorn-1.0\","
            "\"match\":\"EXACT\",\"source\":\"LICENSE\",\"name\":\"Acorn Licence\"}]}");
}

TEST(JsonTest, OneLineAndTheSameBytesEachTime) {
  v1::GateResult result = Sample();
  AddFinding(result, v1::Outcome::INFO, "two\nlines\x01");
  const std::string json = ToJson(result);
  EXPECT_FALSE(Has(json, "\n"));
  EXPECT_EQ(json, ToJson(result));
}

TEST(JsonTest, WhatIsNoUtf8IsNeverPrintedAsIfItWere) {
  v1::GateResult result = Sample();
  result.mutable_model()->add_ignored("a\xff\xfe");
  EXPECT_EQ(ToJson(result), "");
}

}  // namespace
}  // namespace weighbridge::report
