// JUnit: which cases there are and what they say. That a build server reads it is the business of tests/formats.
#include "services/report/junit.h"

#include <string>
#include <string_view>

#include "gtest/gtest.h"
#include "services/report/sample_result.h"

namespace weighbridge::report {
namespace {

bool Has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// The testcase of that name with all in it; empty if there is none.
std::string CaseOf(const std::string& xml, const std::string& name) {
  const size_t begin = xml.find("<testcase name=\"" + name + "\"");
  return begin == std::string::npos ? "" : xml.substr(begin, xml.find("</testcase>", begin) - begin);
}

TEST(JunitTest, ACaseForTheDecisionAndForEachRule) {
  const std::string xml = RenderJunit({SampleResult()}, {});
  EXPECT_TRUE(Has(xml, "tests=\"6\" failures=\"3\" errors=\"1\"")) << xml;
  EXPECT_TRUE(Has(CaseOf(xml, "decision"), "<failure type=\"DENIED\""));
  EXPECT_TRUE(Has(CaseOf(xml, "term.threshold, acorn-1.0, clause 1"), "<system-out>"));
  EXPECT_TRUE(Has(CaseOf(xml, "term.threshold, acorn-1.0, clause 2"), "<system-out>"));
  EXPECT_TRUE(
      Has(CaseOf(xml, "term.threshold, acorn-1.0, clause 3"), "<failure type=\"NEEDS_REVIEW\" message=\"no figure\""));
  EXPECT_TRUE(Has(CaseOf(xml, "term.threshold, acorn-1.0, clause 4"), "<failure type=\"VIOLATED\""));
  EXPECT_TRUE(Has(CaseOf(xml, "file.malformed, acorn-1.0, clause 5"), "<error type=\"UNDECIDED\""));
}

TEST(JunitTest, BodiesHavePlaceFactAndRemedy) {
  const std::string xml = RenderJunit({SampleResult()}, {});
  EXPECT_TRUE(
      Has(CaseOf(xml, "term.threshold, acorn-1.0, clause 3"), "missing fact: monthly_active_users[2024-06,licensee]"));
  EXPECT_TRUE(Has(CaseOf(xml, "term.threshold, acorn-1.0, clause 4"), "at: LICENSE:24"));
  EXPECT_TRUE(Has(CaseOf(xml, "term.threshold, acorn-1.0, clause 4"), "what would change it: ask the licensor"));
  EXPECT_TRUE(Has(CaseOf(xml, "decision"), "open duty: acorn-1.0, clause 1: Hand over a copy."));
  EXPECT_TRUE(Has(CaseOf(xml, "decision"), "keep clear of its 2 prohibited uses (paragraphs 6 and 7)"));
}

TEST(JunitTest, OneCaseForOneRuleWithTheWorstOfItsFindings) {
  v1::GateResult result = SampleResult();
  result.clear_findings();
  for (const auto outcome : {v1::Outcome::SATISFIED, v1::Outcome::VIOLATED, v1::Outcome::INFO})
    AddSampleFinding(result, outcome, "in component").set_clause("2");
  const std::string xml = RenderJunit({result}, {});
  EXPECT_TRUE(Has(xml, "tests=\"2\" failures=\"2\" errors=\"0\"")) << xml;
}

TEST(JunitTest, ModeHidesNothing) {
  v1::GateResult result = SampleResult();
  result.set_mode("audit");
  const std::string xml = RenderJunit({result}, {});
  EXPECT_TRUE(Has(xml, "failures=\"3\" errors=\"1\""));
  EXPECT_TRUE(Has(CaseOf(xml, "decision"), "mode audit: DENIED does not stop this run"));
}

TEST(JunitTest, AWaivedFindingIsSkippedUnlessItCouldNotBeMeasured) {
  v1::GateResult result = SampleResult();
  for (auto& finding : *result.mutable_findings()) finding.set_waived_by("W-1");
  const std::string xml = RenderJunit({result}, {});
  EXPECT_TRUE(
      Has(CaseOf(xml, "term.threshold, acorn-1.0, clause 4"), "<skipped type=\"VIOLATED\" message=\"waived by W-1\""));
  EXPECT_TRUE(Has(CaseOf(xml, "file.malformed, acorn-1.0, clause 5"), "<error"));
}

TEST(JunitTest, EveryDecisionHasItsVerdict) {
  struct Case {
    v1::Decision decision;
    const char* element;
  };
  for (const Case& c :
       {Case{v1::APPROVED, "<system-out>"}, Case{v1::APPROVED_WITH_CONDITIONS, "<system-out>"},
        Case{v1::NEEDS_REVIEW, "<failure"}, Case{v1::DENIED, "<failure"}, Case{v1::UNDECIDED, "<error"}}) {
    v1::GateResult result;
    result.set_decision(c.decision);
    EXPECT_TRUE(Has(CaseOf(RenderJunit({result}, {}), "decision"), c.element)) << v1::Decision_Name(c.decision);
  }
  v1::GateResult scan;
  EXPECT_TRUE(Has(CaseOf(RenderJunit({scan}, {}), "scan"), "<system-out>"));
  AddSampleFinding(scan, v1::Outcome::UNDECIDED, "no header");
  EXPECT_TRUE(Has(CaseOf(RenderJunit({scan}, {}), "scan"), "<error"));
}

TEST(JunitTest, SeveralModelsAreSuitesOfOneFile) {
  RenderOptions options;
  options.models = {{"m/a", ""}, {"m/b", ""}};
  const std::string xml = RenderJunit({SampleResult(), SampleResult()}, options);
  EXPECT_TRUE(Has(xml, "<testsuites name=\"weighbridge\" tests=\"12\" failures=\"6\" errors=\"2\">"));
  EXPECT_TRUE(Has(xml, "<testsuite name=\"m/a\" tests=\"6\""));
  EXPECT_TRUE(Has(xml, "<testsuite name=\"m/b\" tests=\"6\""));
}

}  // namespace
}  // namespace weighbridge::report
