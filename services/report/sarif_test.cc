// SARIF: what a code host reads. That it fits the published schema is the business of tests/formats.
#include "services/report/sarif.h"

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "services/report/sample_result.h"

namespace weighbridge::report {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

// A log read back by a parser that is not ours.
class Log {
 public:
  explicit Log(const std::string& json) {
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &root_).ok()) << json.substr(0, 500);
  }
  const Struct& run() const { return root_.fields().at("runs").list_value().values(0).struct_value(); }
  std::vector<const Struct*> results() const { return Items(run(), "results"); }
  const Struct& invocation() const { return *Items(run(), "invocations")[0]; }
  std::vector<const Struct*> notifications() const { return Items(invocation(), "toolExecutionNotifications"); }
  std::vector<const Struct*> rules() const { return Items(In(In(run(), "tool"), "driver"), "rules"); }

  static const Struct& In(const Struct& object, const std::string& key) {
    return object.fields().at(key).struct_value();
  }
  static std::vector<const Struct*> Items(const Struct& object, const std::string& key) {
    std::vector<const Struct*> items;
    for (const Value& value : object.fields().at(key).list_value().values()) items.push_back(&value.struct_value());
    return items;
  }
  static std::string Text(const Struct& object, const std::string& key) {
    const auto found = object.fields().find(key);
    return found == object.fields().end() ? "" : found->second.string_value();
  }
  static std::string Message(const Struct& object) { return Text(In(object, "message"), "text"); }
  static std::string Property(const Struct& result, const std::string& key) {
    return Text(In(result, "properties"), key);
  }
  static const Struct& Place(const Struct& result) { return In(*Items(result, "locations")[0], "physicalLocation"); }
  static std::string Fingerprint(const Struct& result) {
    return Text(In(result, "partialFingerprints"), "weighbridge/v1");
  }

  const Struct* Find(const std::string& outcome) const {
    for (const Struct* result : results()) {
      if (Property(*result, "outcome") == outcome) return result;
    }
    ADD_FAILURE() << "no result of outcome " << outcome;
    return results()[0];
  }

 private:
  Struct root_;
};

Log Rendered(const v1::GateResult& result, const RenderOptions& options = {}) {
  return Log(RenderSarif({result}, options));
}

TEST(SarifTest, KindsAndLevels) {
  struct Case {
    const char *outcome, *kind, *level;
  };
  const Log log = Rendered(SampleResult());
  for (const Case& c :
       {Case{"VIOLATED", "fail", "error"}, Case{"UNDECIDED", "fail", "error"}, Case{"NEEDS_REVIEW", "fail", "warning"},
        Case{"SATISFIED", "pass", "none"}, Case{"INFO", "informational", "none"}}) {
    EXPECT_EQ(Log::Text(*log.Find(c.outcome), "kind"), c.kind) << c.outcome;
    EXPECT_EQ(Log::Text(*log.Find(c.outcome), "level"), c.level) << c.outcome;
  }
  // The worst first.
  EXPECT_EQ(Log::Property(*log.results()[0], "outcome"), "UNDECIDED");
  EXPECT_EQ(Log::Property(*log.results()[1], "outcome"), "VIOLATED");
}

TEST(SarifTest, AnOutcomeOfNoKnownValueIsAWarning) {
  v1::GateResult result = SampleResult();
  result.clear_findings();
  AddSampleFinding(result, v1::Outcome::OUTCOME_UNSPECIFIED, "what is this");
  EXPECT_EQ(Log::Text(*Rendered(result).results()[0], "level"), "warning");
}

TEST(SarifTest, OpenDutiesAreNotesAndBansOfALicenceAreOne) {
  const Log log = Rendered(SampleResult());
  std::vector<std::string> notes;
  for (const Struct* result : log.results()) {
    if (Log::Text(*result, "level") == "note") notes.push_back(Log::Text(*result, "ruleId"));
  }
  EXPECT_EQ(notes, (std::vector<std::string>{"duty.license_copy", "duty.prohibited_use"}));
}

TEST(SarifTest, RulesAreThoseThatOccurAndIndexesFit) {
  const Log log = Rendered(SampleResult());
  const auto rules = log.rules();
  std::set<std::string> listed, used;
  for (const Struct* rule : rules) {
    EXPECT_TRUE(listed.insert(Log::Text(*rule, "id")).second);
    EXPECT_NE(Log::Text(Log::In(*rule, "help"), "text"), "");
  }
  for (const Struct* result : log.results()) {
    used.insert(Log::Text(*result, "ruleId"));
    const auto index = static_cast<size_t>(result->fields().at("ruleIndex").number_value());
    ASSERT_LT(index, rules.size());
    EXPECT_EQ(Log::Text(*rules[index], "id"), Log::Text(*result, "ruleId"));
  }
  EXPECT_EQ(listed, used);
}

TEST(SarifTest, PlacesAreRelativeAndEncoded) {
  v1::GateResult result = SampleResult();
  for (auto& finding : *result.mutable_findings()) finding.mutable_evidence(0)->set_path("a b/#1%.txt");
  RenderOptions options;
  options.models = {{"models/acorn", "models/acorn"}};
  const Log log = Rendered(result, options);
  const Struct& place = Log::Place(*log.Find("VIOLATED"));
  EXPECT_EQ(Log::Text(Log::In(place, "artifactLocation"), "uri"), "models/acorn/a%20b/%231%25.txt");
  EXPECT_EQ(Log::Text(Log::In(place, "artifactLocation"), "uriBaseId"), "%SRCROOT%");
  const Struct& region = Log::In(place, "region");
  EXPECT_EQ(region.fields().at("startLine").number_value(), 24);
  EXPECT_EQ(region.fields().at("byteOffset").number_value(), 100);
  EXPECT_EQ(region.fields().at("byteLength").number_value(), 30);
  // A duty has no place of its own: the licence text stands for the model, without a line.
  const Struct* open = nullptr;
  for (const Struct* item : log.results()) {
    if (Log::Text(*item, "ruleId") == "duty.license_copy") open = item;
  }
  ASSERT_NE(open, nullptr);
  const Struct& duty = Log::Place(*open);
  EXPECT_EQ(Log::Text(Log::In(duty, "artifactLocation"), "uri"), "models/acorn/LICENSE");
  EXPECT_EQ(duty.fields().count("region"), 0u);
}

TEST(SarifTest, FingerprintsStayWhenLinesMove) {
  v1::GateResult result = SampleResult();
  const std::string before = Log::Fingerprint(*Rendered(result).Find("VIOLATED"));
  for (auto& finding : *result.mutable_findings()) {
    finding.mutable_evidence(0)->set_line(99);
    finding.mutable_evidence(0)->set_byte_begin(5);
    finding.set_message("other words");
  }
  EXPECT_EQ(Log::Fingerprint(*Rendered(result).Find("VIOLATED")), before);
  result.mutable_model()->set_digest(std::string(64, '1'));
  EXPECT_NE(Log::Fingerprint(*Rendered(result).Find("VIOLATED")), before);
}

TEST(SarifTest, FingerprintsTellResultsApart) {
  v1::GateResult result = SampleResult();
  for (int i = 0; i < 3; ++i) AddSampleFinding(result, v1::Outcome::NEEDS_REVIEW, "twin").set_clause("2");
  const Log log = Rendered(result);
  std::set<std::string> seen;
  for (const Struct* item : log.results()) EXPECT_TRUE(seen.insert(Log::Fingerprint(*item)).second);
}

TEST(SarifTest, InvocationSaysWhetherItCouldBeMeasured) {
  RenderOptions options;
  options.exit_code = 3;
  const Log log = Rendered(SampleResult(), options);
  EXPECT_FALSE(log.invocation().fields().at("executionSuccessful").bool_value());
  EXPECT_EQ(log.invocation().fields().at("exitCode").number_value(), 3);
  ASSERT_EQ(log.notifications().size(), 1u);
  EXPECT_EQ(Log::Text(*log.notifications()[0], "level"), "error");
  v1::GateResult measured = SampleResult();
  measured.mutable_findings()->RemoveLast();
  EXPECT_TRUE(Rendered(measured).invocation().fields().at("executionSuccessful").bool_value());
  // The decision alone is enough.
  measured.set_decision(v1::UNDECIDED);
  EXPECT_FALSE(Rendered(measured).invocation().fields().at("executionSuccessful").bool_value());
}

TEST(SarifTest, ModeSoftensNoLevelAndIsSaid) {
  v1::GateResult result = SampleResult();
  result.set_mode("warn");
  const Log log = Rendered(result);
  EXPECT_EQ(Log::Text(*log.Find("VIOLATED"), "level"), "error");
  EXPECT_NE(Log::Message(*log.notifications()[0]).find("mode warn: DENIED does not stop this run"), std::string::npos);
}

TEST(SarifTest, AWaivedFindingIsSuppressedUnlessItCouldNotBeMeasured) {
  v1::GateResult result = SampleResult();
  for (auto& finding : *result.mutable_findings()) finding.set_waived_by("W-1");
  const Log log = Rendered(result);
  EXPECT_EQ(log.Find("VIOLATED")->fields().count("suppressions"), 1u);
  EXPECT_EQ(log.Find("UNDECIDED")->fields().count("suppressions"), 0u);
}

TEST(SarifTest, ADecisionThatNoFindingExplainsIsAResult) {
  for (const v1::Decision decision : {v1::DENIED, v1::NEEDS_REVIEW, v1::UNDECIDED}) {
    v1::GateResult result = SampleResult();
    result.clear_findings();
    result.clear_obligations();
    result.set_decision(decision);
    const Log log = Rendered(result);
    ASSERT_EQ(log.results().size(), 1u);
    EXPECT_EQ(Log::Text(*log.results()[0], "level"), "error");
    result.set_decision(v1::APPROVED);
    EXPECT_TRUE(Rendered(result).results().empty());
  }
}

TEST(SarifTest, TextsAreNeitherLinksNorHoles) {
  v1::GateResult result = SampleResult();
  for (auto& finding : *result.mutable_findings()) finding.set_message("[here](https://evil.example) {0} {x} a[1] {");
  const std::string text = Log::Message(*Rendered(result).Find("VIOLATED"));
  EXPECT_NE(text.find("[here\\](https://evil.example) {{0}} {x} a[1] {"), std::string::npos) << text;
}

TEST(SarifTest, RepositoryOfAHubAndOfAnAddress) {
  const auto uri_of = [](const std::string& repository) {
    v1::GateResult result = SampleResult();
    result.mutable_model()->set_repository(repository);
    result.mutable_model()->set_revision("0a1b");
    const Log log = Rendered(result);
    if (log.run().fields().count("versionControlProvenance") == 0) return std::string();
    const Struct& origin = *Log::Items(log.run(), "versionControlProvenance")[0];
    EXPECT_EQ(Log::Text(origin, "revisionId"), "0a1b");
    return Log::Text(origin, "repositoryUri");
  };
  EXPECT_EQ(uri_of("https://git.example/acorn"), "https://git.example/acorn");
  EXPECT_NE(uri_of("Acorn/Oak-7B").find("/Acorn/Oak-7B"), std::string::npos);
  for (const std::string odd : {"oak", "a/b/c", "/x", "x/", "a b/c", "javascript:alert(1)"})
    EXPECT_EQ(uri_of(odd), "") << odd;
}

TEST(SarifTest, SeveralModelsAreOneRun) {
  v1::GateResult other = SampleResult();
  other.mutable_model()->set_digest(std::string(64, '9'));
  RenderOptions options;
  options.models = {{"m/a", "m/a"}, {"m/b", "m/b"}};
  const Log log(RenderSarif({SampleResult(), other}, options));
  std::set<std::string> models;
  for (const Struct* result : log.results()) models.insert(Log::Property(*result, "model"));
  EXPECT_EQ(models, (std::set<std::string>{"m/a", "m/b"}));
  EXPECT_EQ(Log::Items(Log::In(log.run(), "properties"), "models").size(), 2u);
}

TEST(SarifTest, LimitsOfHostsHoldAndWhatIsCutIsSaid) {
  v1::GateResult result = SampleResult();
  result.clear_findings();
  for (size_t i = 0; i < kSarifResultsMax + 10; ++i) {
    v1::Finding& finding = *result.add_findings();
    finding.set_rule_id("license.restriction_found");
    finding.set_outcome(i == 0 ? v1::Outcome::INFO : v1::Outcome::NEEDS_REVIEW);
  }
  AddSampleFinding(result, v1::Outcome::VIOLATED, "the one that counts");
  for (size_t i = 0; i < kSarifLocationsMax + 7; ++i)
    result.mutable_findings(result.findings_size() - 1)->add_evidence()->set_path("LICENSE");
  const std::string json = RenderSarif({result}, {});
  EXPECT_LE(json.size(), kSarifBytesMax);
  const Log log(json);
  EXPECT_LE(log.results().size(), kSarifResultsMax);
  EXPECT_NE(Log::Message(*log.notifications()[0]).find("are left out"), std::string::npos);
  EXPECT_EQ(Log::Property(*log.results()[0], "outcome"), "VIOLATED");
  EXPECT_EQ(Log::Items(*log.results()[0], "locations").size(), kSarifLocationsMax);
  EXPECT_NE(Log::Message(*log.results()[0]).find("8 further places are left out"), std::string::npos);
}

TEST(SarifTest, SizeHoldsWithLargeTextsInEveryPart) {
  v1::GateResult result = SampleResult();
  result.set_decision(v1::UNDECIDED);
  result.mutable_model()->set_repository(std::string(2000, 'r'));
  result.mutable_model()->set_source_url(std::string(2000, 's'));
  for (int i = 0; i < 1000; ++i) AddSampleFinding(result, v1::Outcome::UNDECIDED, std::string(5000, 'x'));
  const std::vector<v1::GateResult> results(4, result);
  const std::string json = RenderSarif(results, {});
  EXPECT_LE(json.size(), kSarifBytesMax);
  EXPECT_FALSE(Log(json).results().empty());
}

}  // namespace
}  // namespace weighbridge::report
