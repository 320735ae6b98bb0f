#include "services/rulebook/overlay.h"

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/rulebook/fixture.h"
#include "services/rulebook/rulebook.h"

namespace weighbridge::rulebook {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kAcorn = "licenses/acorn-1.0/rule.textproto";
constexpr std::string_view kPebble = "licenses/pebble/rule.textproto";
constexpr std::string_view kWillowRule = "licenses/Willow-1.0/rule.textproto";
constexpr std::string_view kWillowTokens = "licenses/Willow-1.0/1.tokens";

RuleFile FileOf(std::string_view path) {
  for (RuleFile& file : MiniRulebook()) {
    if (file.path == path) return file;
  }
  ADD_FAILURE() << path;
  return {};
}

// The file at `path` with edits, under another path if one is given.
RuleFile Edited(std::string_view path, const std::vector<std::pair<std::string, std::string>>& edits,
                std::string_view as = "") {
  std::vector<RuleFile> files = {FileOf(path)};
  for (const auto& [from, to] : edits) Edit(path, from, to, &files);
  if (!as.empty()) files[0].path = std::string(as);
  return files[0];
}

RuleFile Gravel(const std::vector<std::pair<std::string, std::string>>& edits) {
  std::vector<std::pair<std::string, std::string>> all = {{"LicenseRef-pebble", "LicenseRef-gravel"},
                                                          {"short_id: \"pebble\"", "short_id: \"gravel\""},
                                                          {"license_names: \"pebble\"", "license_names: \"gravel\""}};
  all.insert(all.end(), edits.begin(), edits.end());
  return Edited(kPebble, all, "licenses/gravel/rule.textproto");
}

RuleFile Family(std::string_view id, std::string_view row) {
  return {"families/" + std::string(id) + ".textproto",
          "# proto-file: proto/weighbridge/rules/v1/rulebook.proto\n# proto-message: weighbridge.rules.v1.Family\n"
          "id: \"" +
              std::string(id) +
              "\"\nname: \"Mine\"\ndeveloper: \"Mine\"\nmembers {\n  license_ids: \"Willow-1.0\"\n"
              "  source: \"mine\"\n  " +
              std::string(row) + "\n}\n"};
}

std::string Words(const rules::v1::Overlay& overlay) {
  std::string words;
  for (const auto& redefined : overlay.redefinition()) {
    words += PlaceOf(redefined) + ": " + redefined.difference() + " [";
    for (const std::string& id : redefined.license_ids()) words += id + " ";
    words += redefined.license_ids().empty() ? "everything]\n" : "]\n";
  }
  return words;
}

struct Case {
  const char* name;
  std::vector<RuleFile> overlay;
  const char* expected;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class OverlayTest : public testing::TestWithParam<Case> {};

TEST_P(OverlayTest, NamesWhatIsChanged) {
  EXPECT_EQ(Words(FindRedefinitions(MiniRulebook(), GetParam().overlay)), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Overlays, OverlayTest,
    testing::Values(
        Case{"Nothing", {}, ""}, Case{"TheSameFile", {FileOf(kAcorn)}, ""},
        Case{"CommentsAlone", {Edited(kAcorn, {{"version:", "# a note\nversion:"}})}, ""},
        Case{"AFigure",
             {Edited(kAcorn, {{"value: 10000000", "value: 90000000"}})},
             "rules/licenses/acorn-1.0/rule.textproto:32: changes tests users [LicenseRef-acorn-1.0 ]\n"},
        Case{"ATestTakenAway",
             {Edited(kPebble, {{"tests {\n  id: \"revenue\"", "tests {\n  id: \"income\""}})},
             "rules/licenses/pebble/rule.textproto:20: takes away tests revenue; adds tests income [LicenseRef-pebble "
             "]\n"},
        Case{"APermission",
             {Edited(kPebble, {{"commercial_use stance: barred", "commercial_use stance: allowed"}})},
             "rules/licenses/pebble/rule.textproto:32: changes permissions commercial_use [LicenseRef-pebble ]\n"},
        Case{"TheClass",
             {Edited(kPebble, {{"openness: NON_COMMERCIAL", "openness: OPEN_WEIGHTS_PERMISSIVE"}})},
             "rules/licenses/pebble/rule.textproto:7: changes openness from NON_COMMERCIAL to OPEN_WEIGHTS_PERMISSIVE "
             "[LicenseRef-pebble ]\n"},
        Case{"TheConfidence",
             {Edited("licenses/acorn-policy/rule.textproto", {{"confidence: low", "confidence: high"}})},
             "rules/licenses/acorn-policy/rule.textproto:36: changes provenance [LicenseRef-acorn-policy ]\n"},
        Case{"AnotherIdInItsPlace",
             {Edited(kPebble, {{"LicenseRef-pebble", "LicenseRef-mine"}})},
             "rules/licenses/pebble/rule.textproto:3: changes id [LicenseRef-pebble LicenseRef-mine ]\n"},
        Case{"AFurtherWording",
             {{"licenses/pebble/9.tokens", "whatever"}},
             "rules/licenses/pebble/9.tokens: a further wording [LicenseRef-pebble ]\n"},
        Case{"AnotherWording",
             {{std::string(kWillowTokens), "whatever"}},
             "rules/licenses/Willow-1.0/1.tokens: another wording in the place of ours [Willow-1.0 ]\n"},
        Case{"TheSameWording", {FileOf(kWillowTokens)}, ""},
        Case{"OurWordingUnderAnotherLicence",
             {Gravel({}), {"licenses/gravel/1.tokens", FileOf(kWillowTokens).bytes}},
             "rules/licenses/gravel/1.tokens: has the wording of Willow-1.0 [Willow-1.0 LicenseRef-gravel ]\n"},
        Case{"ALicenceOfTheirOwn", {Gravel({})}, ""},
        Case{"AHubTagOfOurs",
             {Gravel({{"license_names:", "hub_tags: \"willow\"\nlicense_names:"}})},
             "rules/licenses/gravel/rule.textproto:10: the hub tag \"willow\" of Willow-1.0 stands for gravel too "
             "[Willow-1.0 LicenseRef-gravel ]\n"},
        Case{"ANameOfOurs",
             {Gravel({{"license_names:", "license_names: \"Acorn-License\"\nlicense_names:"}})},
             "rules/licenses/gravel/rule.textproto:10: the license name \"Acorn-License\" of acorn-1.0, acorn-2.0 "
             "stands "
             "for gravel too [LicenseRef-acorn-1.0 LicenseRef-acorn-2.0 LicenseRef-gravel ]\n"},
        Case{"AnAddressBelowOurs",
             {Gravel({{"license_names:", "links: \"example.org/willow/text/1\"\nlicense_names:"}})},
             "rules/licenses/gravel/rule.textproto:10: the address \"example.org/willow/text/1\" of Willow-1.0 stands "
             "for "
             "gravel too [Willow-1.0 LicenseRef-gravel ]\n"},
        Case{"AFamilyOfTheirOwn",
             {Family("mine", "organizations: \"mine\" names: \"*\" model_types: \"minetype\"")},
             ""},
        Case{"ARowBeforeOurs",
             {Family("aa", "organizations: \"acorn-works\" names: \"acorn-2*-base\"")},
             "rules/families/aa.textproto:6: acorn-works/acorn-2*-base stands before acorn-works/acorn-2.0-9b* of "
             "family "
             "acorn [everything]\n"},
        Case{"ARowOfAnotherOrganisation", {Family("aa", "organizations: \"others\" names: \"acorn-2*-base\"")}, ""},
        Case{"ARowBehindOurs", {Family("zz", "organizations: \"acorn-works\" names: \"acorn-2*-base\"")}, ""},
        Case{"CountriesOfAGroup",
             {Edited("countries.textproto", {{"countries: \"DE\"", "countries: \"AT\""}})},
             "rules/countries.textproto:3: changes group UNION [everything]\n"},
        Case{"APhrase",
             {Edited("triggers.textproto", {{"restrictive: true", "restrictive: false"}})},
             "rules/triggers.textproto:7: changes phrase nc [everything]\n"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(OverlayRulebookTest, AChangeIsPartOfDigestAndBundle) {
  std::vector<RuleIssue> issues;
  const std::vector<RuleFile> overlay = {Edited(kAcorn, {{"value: 10000000", "value: 90000000"}})};
  const auto layered = Rulebook::Layered(MiniRulebook(), overlay, &issues);
  ASSERT_TRUE(layered.ok()) << ToString(issues);
  ASSERT_EQ((*layered)->overlay().redefinition_size(), 1);
  const auto& redefined = (*layered)->overlay().redefinition(0);
  EXPECT_EQ(redefined.ours_sha256().size(), 64u);

  // The same files as one folder are other rules: nobody then knows what was ours.
  const auto plain = Rulebook::FromFiles(Layer(MiniRulebook(), overlay), &issues);
  ASSERT_TRUE(plain.ok()) << ToString(issues);
  EXPECT_TRUE((*plain)->overlay().redefinition().empty());
  EXPECT_NE((*plain)->digest(), (*layered)->digest());

  // What is stored, compiled, or layered once more still knows it.
  auto files = UnpackBundle((*layered)->bundle());
  ASSERT_TRUE(files.ok());
  const auto again = Rulebook::FromFiles(*files, &issues);
  ASSERT_TRUE(again.ok()) << ToString(issues);
  EXPECT_EQ(Words((*again)->overlay()), Words((*layered)->overlay()));
  EXPECT_EQ((*again)->digest(), (*layered)->digest());
  const auto twice = Rulebook::Layered(*files, {Gravel({})}, &issues);
  ASSERT_TRUE(twice.ok()) << ToString(issues);
  EXPECT_EQ(Words((*twice)->overlay()), Words((*layered)->overlay()));
  const std::string blob = (*layered)->Compile();
  const auto compiled = Rulebook::FromCompiled(blob);
  ASSERT_TRUE(compiled.ok()) << compiled.status();
  EXPECT_EQ(Words((*compiled)->overlay()), Words((*layered)->overlay()));
}

TEST(OverlayRulebookTest, WhatIsOnlyAddedLeavesNoTrace) {
  std::vector<RuleIssue> issues;
  const auto layered = Rulebook::Layered(MiniRulebook(), {Gravel({})}, &issues);
  ASSERT_TRUE(layered.ok()) << ToString(issues);
  EXPECT_TRUE((*layered)->overlay().redefinition().empty());
  const auto plain = Rulebook::FromFiles(Layer(MiniRulebook(), {Gravel({})}), &issues);
  ASSERT_TRUE(plain.ok()) << ToString(issues);
  EXPECT_EQ((*plain)->digest(), (*layered)->digest());
}

TEST(OverlayRulebookTest, AnOverlayCannotSayWhatItChanges) {
  std::vector<RuleIssue> issues;
  const auto layered = Rulebook::Layered(MiniRulebook(), {OverlayFile({})}, &issues);
  ASSERT_FALSE(layered.ok());
  EXPECT_THAT(ToString(issues), HasSubstr("rules/overlay.textproto: this file is written while rules are layered"));
}

}  // namespace
}  // namespace weighbridge::rulebook
