// What counts as a change.
#include "services/report/diff.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "services/report/diff_text.h"
#include "services/report/sample_result.h"

namespace weighbridge::report {
namespace {

bool Has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// "CHANGED DECISION decision: DENIED -> APPROVED" for each.
std::vector<std::string> Lines(const v1::DiffResult& diff) {
  std::vector<std::string> lines;
  for (const auto& change : diff.changes()) {
    lines.push_back(v1::ChangeKind::Value_Name(change.kind()) + " " + v1::ChangeSubject::Value_Name(change.subject()) +
                    " " + change.name() + ": " + change.before() + " -> " + change.after());
  }
  return lines;
}

struct Case {
  std::string name;
  void (*edit)(v1::GateResult&);
  std::vector<std::string> expected;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class DiffTest : public testing::TestWithParam<Case> {};

TEST_P(DiffTest, Finds) {
  v1::GateResult after = SampleResult();
  GetParam().edit(after);
  const v1::DiffResult diff = Diff(SampleResult(), after);
  EXPECT_EQ(Lines(diff), GetParam().expected);
  EXPECT_EQ(diff.same(), GetParam().expected.empty());
  // Backwards the same changes with sides exchanged.
  const v1::DiffResult back = Diff(after, SampleResult());
  ASSERT_EQ(back.changes_size(), diff.changes_size());
  for (int i = 0; i < diff.changes_size(); ++i) {
    EXPECT_EQ(back.changes(i).before(), diff.changes(i).after());
    EXPECT_EQ(back.changes(i).after(), diff.changes(i).before());
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, DiffTest,
    testing::Values(
        Case{"Nothing", [](v1::GateResult&) {}, {}},
        Case{"InstantsAndIdsAreNoChange",
             [](v1::GateResult& r) {
               r.set_evaluated_at("2027-01-01T00:00:00Z");
               r.set_audit_id("9");
               r.set_measured_by("client");
             },
             {}},
        Case{"OrderIsNoChange",
             [](v1::GateResult& r) {
               r.mutable_findings()->SwapElements(0, 4);
               r.mutable_obligations()->SwapElements(0, 5);
               r.mutable_model()->mutable_artifacts()->SwapElements(0, 1);
             },
             {}},
        Case{"Decision",
             [](v1::GateResult& r) { r.set_decision(v1::APPROVED); },
             {"CHANGED DECISION decision: DENIED -> APPROVED"}},
        Case{"ScanAgainstGate",
             [](v1::GateResult& r) { r.clear_decision(); },
             {"CHANGED DECISION decision: DENIED -> none: a scan"}},
        Case{
            "WhatIsKnownOfOpenness",
            [](v1::GateResult& r) { AddSampleOpenness(r, "x"); },
            {"ADDED DECISION freedom to use:  -> known to be absent", "ADDED DECISION weights:  -> known to be there"}},
        Case{"FindingGone",
             [](v1::GateResult& r) { r.mutable_findings()->RemoveLast(); },
             {"REMOVED FINDING file.malformed: cannot be measured: no header -> "}},
        Case{"FindingNew",
             [](v1::GateResult& r) { AddSampleFinding(r, v1::Outcome::VIOLATED, "new").set_rule_id("policy.deny"); },
             {"ADDED FINDING policy.deny:  -> violated: new"}},
        Case{"OutcomeChanged",
             [](v1::GateResult& r) { r.mutable_findings(3)->set_outcome(v1::Outcome::SATISFIED); },
             {"CHANGED FINDING term.threshold: violated: too many users -> met: too many users"}},
        Case{"OneOfTwins",
             [](v1::GateResult& r) { AddSampleFinding(r, v1::Outcome::VIOLATED, "twin").set_clause("4"); },
             {"ADDED FINDING term.threshold:  -> violated: twin"}},
        Case{"LicenceMatch",
             [](v1::GateResult& r) { r.mutable_licenses(0)->set_match(v1::Match::MODIFIED); },
             {"CHANGED LICENSE acorn-1.0: EXACT, LICENSE -> MODIFIED, LICENSE"}},
        Case{"LicenceNamedTwice",
             [](v1::GateResult& r) {
               v1::LicenseSummary& again = *r.add_licenses();
               again = r.licenses(0);
               again.set_source("card");
               again.clear_match();
             },
             {"CHANGED LICENSE acorn-1.0: EXACT, LICENSE -> EXACT, LICENSE; no text, card"}},
        Case{"LicenceOfAComponent",
             [](v1::GateResult& r) { r.mutable_licenses(0)->set_component("vae"); },
             {"REMOVED LICENSE acorn-1.0: EXACT, LICENSE -> ", "ADDED LICENSE acorn-1.0:  -> EXACT, LICENSE"}},
        Case{"DutyFulfilled",
             [](v1::GateResult& r) { r.mutable_obligations(0)->set_fulfilled(true); },
             {"CHANGED OBLIGATION license_copy: open: Hand over a copy. -> fulfilled: Hand over a copy."}},
        Case{"Conflict",
             [](v1::GateResult& r) { r.add_conflicts()->set_message("card"); },
             {"ADDED CONFLICT conflict_kind_unspecified:  -> card"}},
        Case{"Lineage",
             [](v1::GateResult& r) { r.add_lineage()->set_base_model("Acorn/Oak"); },
             {"ADDED LINEAGE Acorn/Oak:  -> base model, licence not known, "}},
        Case{"Fact",
             [](v1::GateResult& r) {
               r.add_measured()->set_id("modality");
               r.mutable_measured(0)->add_values("text");
             },
             {"ADDED FACT modality:  -> text ()"}},
        Case{"Inputs",
             [](v1::GateResult& r) {
               r.set_mode("warn");
               r.set_profile_digest("5");
               r.clear_policy_digest();
             },
             {"CHANGED INPUT mode: block -> warn", "REMOVED INPUT policy_digest: " + std::string(64, 'b') + " -> ",
              "ADDED INPUT profile_digest:  -> 5"}},
        Case{"Identity",
             [](v1::GateResult& r) { r.mutable_model()->set_revision("0a1b"); },
             {"ADDED IDENTITY revision:  -> 0a1b"}},
        Case{"FileDigest",
             [](v1::GateResult& r) { r.mutable_model()->mutable_artifacts(1)->set_sha256("12"); },
             {"CHANGED FILE model.safetensors: SHA-256 " + std::string(64, '0') +
              ", 1500 bytes, weights, safetensors -> SHA-256 12, 1500 bytes, weights, safetensors"}},
        Case{"FileGone",
             [](v1::GateResult& r) { r.mutable_model()->mutable_artifacts()->RemoveLast(); },
             {"REMOVED FILE model.safetensors: SHA-256 " + std::string(64, '0') +
              ", 1500 bytes, weights, safetensors -> "}},
        Case{"Ignored",
             [](v1::GateResult& r) { r.mutable_model()->add_ignored("x"); },
             {"ADDED IGNORED x:  -> left out by rule"}}),
    [](const testing::TestParamInfo<Case>& info) { return info.param.name; });

TEST(DiffTextTest, DecisionFirstThenChanges) {
  v1::GateResult after = SampleResult();
  after.set_decision(v1::APPROVED);
  after.mutable_licenses(0)->set_match(v1::Match::MODIFIED);
  v1::DiffResult diff = Diff(SampleResult(), after);
  diff.mutable_before()->set_given("old");
  diff.mutable_after()->set_given("new");
  const std::string text = RenderDiffText(diff, false);
  EXPECT_EQ(
      text.rfind(
          "APPROVED, was DENIED  new of 2026-11-21T12:00:00Z, compared with old of 2026-11-21T12:00:00Z: 2 changes\n",
          0),
      0u)
      << text;
  EXPECT_TRUE(Has(
      text, "  - changed: acorn-1.0, LicenseRef-acorn\n      before: EXACT, LICENSE\n      after: MODIFIED, LICENSE\n"))
      << text;
  EXPECT_TRUE(Has(RenderDiffMarkdown(diff), "## APPROVED, was DENIED\n"));
}

TEST(DiffTextTest, NothingChanged) {
  EXPECT_TRUE(Has(RenderDiffText(Diff(SampleResult(), SampleResult()), false), "DENIED, as before"));
}

TEST(DiffTextTest, LongListsAreCut) {
  v1::GateResult after = SampleResult();
  for (size_t i = 0; i < kChangesShownMax + 3; ++i) after.mutable_model()->add_ignored("p" + std::to_string(i));
  EXPECT_TRUE(Has(RenderDiffText(Diff(SampleResult(), after), false), "and 3 more (--format json)"));
}

TEST(DiffTextTest, HostileStrings) {
  const std::string evil = "\x1b[2J\n::error::<img src=x>|[a](b)";
  const v1::DiffResult diff = Diff(SampleResult(), HostileResult(evil));
  EXPECT_FALSE(Has(RenderDiffText(diff, false), "\x1b"));
  EXPECT_FALSE(Has(RenderDiffText(diff, false), "\n::error"));
  EXPECT_FALSE(Has(RenderDiffMarkdown(diff), "<img"));
  EXPECT_FALSE(Has(RenderDiffMarkdown(diff), "[a](b)"));
}

}  // namespace
}  // namespace weighbridge::report
