// Rulings through Reconcile: what they settle, what they never touch, and when they count no more.
#include "services/provenance/rulings.h"

#include <algorithm>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "services/base/instant.h"
#include "services/provenance/model_fixture.h"
#include "services/provenance/reconcile.h"
#include "services/rulebook/fixture.h"

namespace weighbridge::provenance {
namespace {

using rulebook::WillowText;

const std::string kPipeline = R"({"_class_name": "P", "unet": ["d", "U"], "vae": ["d", "V"]})";
constexpr char kAt[] = "2026-11-26T12:00:00Z";

const rulebook::Rulebook& Rules() {
  static const auto& rules = *new std::shared_ptr<const rulebook::Rulebook>(MiniRules());
  return *rules;
}

Reconciliation Judge(const TestModel& model, const std::vector<SignedRuling>& rulings = {},
                     const rulebook::Rulebook& rules = Rules()) {
  return Reconcile(model.inventory, model.documents, rules, v1::Policy(), rulings, *ParseInstant(kAt));
}

// A ruling as `conclude` would make it now.
SignedRuling RulingOn(const TestModel& model, const std::string& license, const std::string& component = "") {
  SignedRuling made;
  v1::Ruling& ruling = made.ruling;
  ruling.set_component(component);
  ruling.set_license_id(license);
  ruling.set_by("Ada");
  ruling.set_reason("asked the publisher");
  ruling.set_concluded_at("2026-11-01T00:00:00Z");
  const rules::v1::License* facts = Rules().LicenseById(license);
  if (facts != nullptr) {
    ruling.set_stands_on(StandsOn(Judge(model).evidence, model.inventory, component, *facts));
  }
  made.id = std::string(63, '0') + static_cast<char>('a' + component.size() % 6);
  return made;
}

std::string Joined(std::vector<std::string> parts) {
  std::sort(parts.begin(), parts.end());
  std::string all;
  for (const std::string& part : parts) all += (all.empty() ? "" : " ") + part;
  return all;
}

std::string StandingOf(const Reconciliation& seen) {
  std::vector<std::string> all;
  for (const Standing& standing : seen.standing) {
    all.push_back(
        standing.license->short_id() + (standing.component.empty() ? "" : "@" + standing.component) +
        (standing.match == v1::Match::MATCH_UNSPECIFIED ? "" : ":" + v1::Match::Verdict_Name(standing.match)));
  }
  for (const OpenSet& set : seen.open_sets) all.push_back("one of " + std::to_string(set.members.size()));
  return Joined(all);
}

std::string CountingOf(const Reconciliation& seen) {
  std::vector<std::string> all;
  for (const v1::Finding& finding : seen.findings) {
    if (finding.outcome() != v1::Outcome::INFO) all.push_back(finding.rule_id());
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return Joined(all);
}

// "ruling.applied", ...
std::string ToldOf(const Reconciliation& seen) {
  std::vector<std::string> all;
  for (const v1::Finding& finding : seen.findings) {
    if (finding.rule_id().rfind("ruling.", 0) == 0) all.push_back(finding.rule_id());
  }
  return Joined(all);
}

std::string Changed(const std::string& from, const std::string& to) {
  std::string text(WillowText());
  return text.replace(text.find(from), from.size(), to);
}

TestModel W() { return TestModel().Weights("model.safetensors"); }

struct Case {
  std::string name;
  TestModel model;
  std::string license;    // concluded
  std::string standing;   // with the ruling
  std::string counting;   // findings that still count
  std::string component = "";
  std::string told = "ruling.applied";
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.name; }

class RulingTest : public ::testing::TestWithParam<Case> {};

TEST_P(RulingTest, Says) {
  const Case& c = GetParam();
  const Reconciliation seen = Judge(c.model, {RulingOn(c.model, c.license, c.component)});
  EXPECT_EQ(StandingOf(seen), c.standing);
  EXPECT_EQ(CountingOf(seen), c.counting);
  EXPECT_EQ(ToldOf(seen), c.told);
  // What was seen stays, whatever was concluded.
  EXPECT_EQ(seen.evidence.size(), Judge(c.model).evidence.size());
}

std::vector<Case> Cases() {
  const std::string willow(WillowText());
  std::string strange;
  for (int i = 0; i < 100; ++i) strange += "word" + std::to_string(i) + " ";
  const auto pipeline = [] { return TestModel().Doc("model_index.json", "config", kPipeline); };
  const auto conflict = [&] { return W().Card("license: pebble").Doc("LICENSE", "license_text", willow); };
  return {
      {"ConflictForTheText", conflict(), "Willow-1.0", "Willow-1.0:EXACT", ""},
      {"ConflictForTheCard", conflict(), "LicenseRef-pebble", "pebble", ""},
      {"ConflictForAThird", conflict(), "LicenseRef-acorn-2.0", "acorn-2.0 acorn-policy", ""},
      {"SetBecomesOne", W().Card("license: acorn"), "LicenseRef-acorn-2.0", "acorn-2.0 acorn-policy", ""},
      {"UnknownTag", W().Card("license: other"), "Willow-1.0", "Willow-1.0", ""},
      {"UnknownText", W().Doc("LICENSE", "license_text", strange), "Willow-1.0", "Willow-1.0", ""},
      {"Pointer", W().Doc("LICENSE", "license_text", "See the web site."), "Willow-1.0", "Willow-1.0", ""},
      {"NothingAtAll", W(), "Willow-1.0", "Willow-1.0", ""},
      {"UnknownBesideKnown", W().Card("license: [willow, marzipan]"), "Willow-1.0", "Willow-1.0", ""},
      // ---- what stays open
      {"ChangedTextStaysChanged", W().Doc("LICENSE", "license_text", Changed("may plant", "may not plant")),
       "Willow-1.0", "Willow-1.0:MODIFIED", "license.text_not_bare"},
      {"ChangedTextStandsBesideAnother", W().Doc("LICENSE", "license_text", Changed("may plant", "may not plant")),
       "LicenseRef-pebble", "Willow-1.0:MODIFIED pebble", "license.text_not_bare"},
      {"RestrictionInProse",
       W().Card("license: other", "You may use it only for non-commercial purposes."), "Willow-1.0", "Willow-1.0",
       "license.restriction_found"},
      {"DeclaredBase", W().Card("license: other\nbase_model: acorn-works/acorn-2.0-7b"), "Willow-1.0",
       "Willow-1.0 acorn-2.0 acorn-policy", ""},
      {"UnknownBase", W().Card("license: other\nbase_model: some/thing"), "Willow-1.0", "Willow-1.0",
       "license.base_unresolved"},
      {"BrokenFile", W().Card("license: [willow").Doc("config.json", "config", "{"), "Willow-1.0", "Willow-1.0",
       "file.document_malformed"},
      {"UnreadableText", W().File("LICENSE", "license_text", "pdf"), "Willow-1.0", "Willow-1.0",
       "license.document_unreadable"},
      // ---- where there is nothing to settle
      {"SourcesAgree", W().Card("license: willow").Doc("LICENSE", "license_text", willow), "LicenseRef-pebble",
       "Willow-1.0:EXACT", "", "", "ruling.unused"},
      {"NoSuchComponent", conflict(), "Willow-1.0", "Willow-1.0:EXACT pebble", "", "vae", "ruling.unused"},
      {"PolicyIsNoLicence", conflict(), "LicenseRef-acorn-policy", "Willow-1.0:EXACT pebble", "ruling.reopened", "",
       "ruling.reopened"},
      {"NotInTheRulebook", conflict(), "LicenseRef-nobody", "Willow-1.0:EXACT pebble", "ruling.reopened", "",
       "ruling.reopened"},
      // ---- components
      {"OnlyItsComponent",
       pipeline()
           .Card("license: pebble")
           .Doc("unet/LICENSE", "license_text", strange)
           .Doc("vae/LICENSE", "license_text", strange)
           .Weights("unet/m.safetensors")
           .Weights("vae/m.safetensors"),
       "Willow-1.0", "Willow-1.0@unet pebble", "license.unknown", "unet"},
      {"TheRootIsNotItsParts",
       pipeline()
           .Card("license: other")
           .Doc("unet/LICENSE", "license_text", strange)
           .File("vae/config.json", "config", "json")
           .Weights("unet/m.safetensors"),
       "Willow-1.0", "Willow-1.0", "license.unknown"},
  };
}
INSTANTIATE_TEST_SUITE_P(All, RulingTest, testing::ValuesIn(Cases()), [](const auto& info) { return info.param.name; });

// ---- when it counts

TestModel Conflict() {
  return W().Card("license: pebble").Doc("LICENSE", "license_text", WillowText());
}

TEST(RulingTimeTest, HoldsFromItsBeginToItsEnd) {
  SignedRuling ruling = RulingOn(Conflict(), "LicenseRef-pebble");
  const struct {
    const char *from, *until;
    const char* told;
  } kTimes[] = {
      {kAt, kAt, "ruling.applied"},
      {kAt, "", "ruling.applied"},
      {"2026-11-26T12:00:01Z", "", "ruling.unused"},
      {"2026-01-01T00:00:00Z", "2026-11-26T11:59:59Z", "ruling.expired"},
      {"2026-01-01T00:00:00Z", "some day", "ruling.expired"},
      {"some day", "", "ruling.unused"},
  };
  for (const auto& time : kTimes) {
    ruling.ruling.set_concluded_at(time.from);
    ruling.ruling.set_until(time.until);
    const Reconciliation seen = Judge(Conflict(), {ruling});
    EXPECT_EQ(ToldOf(seen), time.told) << time.from << " " << time.until;
    const bool applied = std::string(time.told) == "ruling.applied";
    EXPECT_EQ(StandingOf(seen), applied ? "pebble" : "Willow-1.0:EXACT pebble");
  }
}

TEST(RulingTimeTest, TheNewestCounts) {
  SignedRuling older = RulingOn(Conflict(), "LicenseRef-pebble"), newer = RulingOn(Conflict(), "Willow-1.0");
  newer.id = std::string(64, 'f');
  newer.ruling.set_concluded_at("2026-11-02T00:00:00Z");
  for (const auto& order : {std::vector<SignedRuling>{older, newer}, {newer, older}}) {
    const Reconciliation seen = Judge(Conflict(), order);
    EXPECT_EQ(StandingOf(seen), "Willow-1.0:EXACT");
    EXPECT_EQ(ToldOf(seen), "ruling.applied ruling.unused");
  }
}

TEST(RulingTimeTest, OtherFilesOrFactsOpenTheQuestionAgain) {
  const SignedRuling ruling = RulingOn(Conflict(), "LicenseRef-pebble");
  const std::vector<TestModel> others = {
      W().Card("license: pebble").Doc("LICENSE", "license_text", Changed("may plant", "may  plant")),
      W().Card("license: acorn2").Doc("LICENSE", "license_text", WillowText()),
      Conflict().Doc("COPYING", "license_text", WillowText()),
      W().Card("license: pebble"),
  };
  for (size_t i = 0; i < others.size(); ++i) {
    TestModel other = others[i];
    for (v1::InventoryArtifact& artifact : *other.inventory.mutable_artifacts()) {
      artifact.set_sha256("changed " + std::to_string(i));  // the fixture gives documents no digest of their own
    }
    const Reconciliation seen = Judge(other, {ruling});
    EXPECT_EQ(ToldOf(seen), "ruling.reopened") << i;
    EXPECT_NE(CountingOf(seen).find("ruling.reopened"), std::string::npos) << i << ": a person must look again";
  }
  const auto rules = MiniRules({{"licenses/pebble/rule.textproto", "summary:", "replaced: \"2030-01-01\"\nsummary:"}});
  EXPECT_EQ(ToldOf(Judge(Conflict(), {ruling}, *rules)), "ruling.reopened");
  EXPECT_EQ(ToldOf(Judge(Conflict(), {ruling})), "ruling.applied") << "the same again";
}

TEST(RulingTimeTest, EvidenceIsNamed) {
  SignedRuling ruling = RulingOn(Conflict(), "LicenseRef-pebble");
  ruling.ruling.set_evidence_sha256(std::string(64, 'e'));
  ruling.ruling.set_evidence_name("letter.pdf");
  for (const v1::Finding& finding : Judge(Conflict(), {ruling}).findings) {
    if (finding.rule_id() != "ruling.applied") continue;
    ASSERT_EQ(finding.evidence_size(), 2);
    EXPECT_EQ(finding.evidence(1).key(), kRulingEvidenceKey);
    EXPECT_EQ(finding.evidence(1).path(), "letter.pdf");
    return;
  }
  ADD_FAILURE() << "not applied";
}

}  // namespace
}  // namespace weighbridge::provenance
