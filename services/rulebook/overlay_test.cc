#include "services/rulebook/overlay.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/classify/learn.h"
#include "services/classify/token_file.h"
#include "services/rulebook/builtin.h"
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

// The licence gravel and a wording of it.
std::vector<RuleFile> GravelOf(std::string_view text) {
  classify::LearnRequest request;
  request.id = "LicenseRef-gravel";
  request.source = "invented";
  request.text = text;
  const auto tokens = classify::Learn(request);
  EXPECT_TRUE(tokens.ok()) << tokens.status();
  return {Gravel({}), {"licenses/gravel/1.tokens", tokens.ok() ? *tokens : ""}};
}

std::string WillowWith(std::string_view from, std::string_view to) {
  std::string text(WillowText());
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

// The paragraph of Willow with this number: title, permission, disclaimer.
std::string WillowParagraph(int number) {
  std::string_view text = WillowText();
  for (; number > 0; --number) text.remove_prefix(text.find("\n\n") + 2);
  return std::string(text.substr(0, text.find("\n\n"))) + "\n\n";
}

constexpr std::string_view kGravelTerms =
    "Whoever picks up these stones may lay a path with them, build a wall that leans on nobody else's, and sell what "
    "is "
    "left over by the bucket, as long as the path stays open for people who walk and no stone is thrown at a bird.\n\n";

constexpr char kHoldsWillow[] =
    "rules/licenses/gravel/1.tokens: holds the wording of Willow-1.0 [Willow-1.0 LicenseRef-gravel ]\n";

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
        Case{"OurWordingBetweenOtherWords",
             GravelOf("Terms of the Gravel House\n\n" + std::string(WillowText()) + "\nthe end\n"), kHoldsWillow},
        Case{"OurWordingBehindAnotherLicence",
             GravelOf(std::string(kGravelTerms) + std::string(kGravelTerms) + std::string(WillowText())), kHoldsWillow},
        Case{"OurWordingWithAnotherLetter", GravelOf(WillowWith("cuttings", "cutting")), kHoldsWillow},
        Case{"OurWordingWithoutItsTitle", GravelOf(WillowWith("Willow Licence 1.0", "")), kHoldsWillow},
        Case{"AnExcerpt", GravelOf(WillowParagraph(1)), kHoldsWillow},
        Case{"AnExcerptBelowAnotherTitle", GravelOf("Gravel\n\n" + WillowParagraph(1)), kHoldsWillow},
        Case{"ADisclaimerOfOurs", GravelOf(std::string(kGravelTerms) + WillowParagraph(2)), ""},
        Case{"AWordingOfTheirOwn", GravelOf(kGravelTerms), ""}, Case{"ALicenceOfTheirOwn", {Gravel({})}, ""},
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

using Tokens = std::vector<classify::TokenFile::Token>;

// One licence of the user's for each wording, in folders "w0", "w1", ...
std::vector<RuleFile> LicencesOf(const std::vector<Tokens>& wordings) {
  std::vector<RuleFile> files;
  for (size_t i = 0; i < wordings.size(); ++i) {
    classify::TokenFile file;
    file.id = "LicenseRef-mine";
    file.kind = "licence";
    file.source = "invented";
    file.words = wordings[i];
    file.segments.resize(1);
    file.segments[0].end = static_cast<uint32_t>(file.words.size());
    files.push_back({absl::StrFormat("licenses/w%d/1.tokens", i), classify::FormatTokenFile(file)});
  }
  return files;
}

// So many words that stand nowhere else.
Tokens OtherWords(uint32_t count) {
  Tokens words;
  for (uint32_t i = 0; i < count; ++i) words.push_back({0x9E3779B9u * (i + 1), classify::WordClass::kWord});
  return words;
}

Tokens Joined(Tokens first, const Tokens& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

class OverlayOfOursTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto& book = BuiltinRulebook();
    ASSERT_TRUE(book.ok()) << book.status();
    const auto files = UnpackBundle((*book)->bundle());
    ASSERT_TRUE(files.ok()) << files.status();
    ours_ = *files;
  }

  Tokens WordsAt(std::string_view path) const {
    for (const RuleFile& file : ours_) {
      if (file.path != path) continue;
      const auto tokens = classify::ParseTokenFile(file.bytes);
      if (tokens.ok()) return tokens->words;
    }
    ADD_FAILURE() << path;
    return {};
  }

  std::vector<RuleFile> ours_;
};

TEST_F(OverlayOfOursTest, NoWordingOfOursIsTakenUnseen) {
  std::vector<Tokens> wordings;
  std::vector<std::string> owners;
  for (const RuleFile& file : ours_) {
    if (file.path.size() < 7 || file.path.substr(file.path.size() - 7) != ".tokens") continue;
    const auto tokens = classify::ParseTokenFile(file.bytes);
    ASSERT_TRUE(tokens.ok()) << file.path;
    const Tokens& words = tokens->words;
    Tokens edited = words;
    for (size_t i = 40; i < edited.size(); i += 60) ++edited[i].hash;
    wordings.push_back(Joined(Joined(OtherWords(8), words), OtherWords(2)));
    wordings.push_back(edited);
    wordings.push_back(Joined(OtherWords(6), Tokens(words.begin(), words.begin() + words.size() * 2 / 5 + 20)));
    owners.insert(owners.end(), 3, tokens->id);
  }
  ASSERT_GT(owners.size(), 300u);
  const rules::v1::Overlay found = FindRedefinitions(ours_, LicencesOf(wordings));
  std::map<std::string, const rules::v1::Redefinition*> by_path;
  for (const auto& redefined : found.redefinition()) by_path[redefined.path()] = &redefined;
  for (size_t i = 0; i < owners.size(); ++i) {
    const auto* redefined = by_path[absl::StrFormat("licenses/w%d/1.tokens", i)];
    ASSERT_NE(redefined, nullptr) << owners[i] << ", edit " << i % 3;
    EXPECT_THAT(redefined->license_ids(), testing::Contains(owners[i])) << "edit " << i % 3;
  }
}

TEST_F(OverlayOfOursTest, ManyNearCopiesAreCounted) {
  const rules::v1::Overlay found =
      FindRedefinitions(ours_, LicencesOf({Joined(OtherWords(8), WordsAt("licenses/CC-BY-NC-4.0/1.tokens"))}));
  ASSERT_EQ(found.redefinition_size(), 1);
  const auto& redefined = found.redefinition(0);
  EXPECT_THAT(redefined.difference(), HasSubstr("CC-BY-NC-4.0"));
  EXPECT_LE(std::count(redefined.difference().begin(), redefined.difference().end(), ','), 7);
}

// The last words of these are a disclaimer that new licences have by right.
TEST_F(OverlayOfOursTest, ADisclaimerOfOursIsNoWording) {
  const std::pair<const char*, int> disclaimers[] = {
      {"0BSD", 66}, {"BSD-1-Clause", 102}, {"BSD-3-Clause", 104}, {"BSD-4-Clause", 104},
      {"ISC", 64},  {"MIT", 76},           {"MIT-0", 76},         {"NCSA", 76}};
  std::vector<Tokens> wordings;
  for (const auto& [folder, count] : disclaimers) {
    const Tokens words = WordsAt(absl::StrFormat("licenses/%s/1.tokens", folder));
    for (const uint32_t own : {40u, 150u, 1000u}) {
      wordings.push_back(Joined(OtherWords(own), Tokens(words.end() - count, words.end())));
    }
  }
  EXPECT_EQ(Words(FindRedefinitions(ours_, LicencesOf(wordings))), "");
}

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
