#include "services/rulebook/rulebook.h"

#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/classify/classifier.h"
#include "services/rulebook/fixture.h"

namespace weighbridge::rulebook {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::shared_ptr<const Rulebook> Load(std::vector<RuleFile> files) {
  std::vector<RuleIssue> issues;
  auto book = Rulebook::FromFiles(std::move(files), &issues);
  EXPECT_TRUE(book.ok()) << ToString(issues) << book.status();
  return book.ok() ? *book : nullptr;
}

const Rulebook& Mini() {
  static const auto& book = *new std::shared_ptr<const Rulebook>(Load(MiniRulebook()));
  return *book;
}

std::vector<std::string> Ids(const std::vector<const License*>& licenses) {
  std::vector<std::string> ids;
  for (const License* license : licenses) ids.push_back(license->short_id());
  return ids;
}

TEST(RulebookTest, LicencesStandInOrderOfId) {
  std::string last;
  for (const License* license : Mini().licenses()) {
    EXPECT_LT(last, license->id());
    last = license->id();
  }
  EXPECT_EQ(Mini().licenses().size(), 5u);
}

// ---- names
// ---------------------------------------------------------------------------------------------------------------

enum class By { kId, kSpelling, kHubTag, kName, kLink };
struct NameCase {
  std::string name;
  By by;
  std::string text;
  std::vector<std::string> found;
};
void PrintTo(const NameCase& c, std::ostream* out) { *out << "\"" << c.text << "\""; }
class NameTest : public ::testing::TestWithParam<NameCase> {};

TEST_P(NameTest, Finds) {
  const NameCase& c = GetParam();
  std::vector<const License*> found;
  switch (c.by) {
    case By::kId:
      if (const License* license = Mini().LicenseById(c.text)) found.push_back(license);
      break;
    case By::kSpelling:
      found = Mini().FindLicenses(c.text);
      EXPECT_EQ(Mini().FindLicense(c.text), found.size() == 1 ? found[0] : nullptr);
      break;
    case By::kHubTag:
      found = Mini().LicensesByHubTag(c.text);
      break;
    case By::kName:
      found = Mini().LicensesByName(c.text);
      break;
    case By::kLink:
      found = Mini().LicensesByLink(c.text);
      break;
  }
  EXPECT_EQ(Ids(found), c.found);
}

INSTANTIATE_TEST_SUITE_P(
    Table, NameTest,
    ::testing::Values(
        NameCase{"Id", By::kId, "LicenseRef-acorn-1.0", {"acorn-1.0"}},
        NameCase{"IdCase", By::kId, "willow-1.0", {"Willow-1.0"}},
        NameCase{"ShortId", By::kId, "acorn-1.0", {"acorn-1.0"}}, NameCase{"IdPart", By::kId, "acorn", {}},
        NameCase{"IdEmpty", By::kId, "", {}}, NameCase{"IdLong", By::kId, std::string(100000, 'a'), {}},
        NameCase{"SpellingOther", By::kSpelling, " acorn_1 ", {"acorn-1.0"}},
        NameCase{"SpellingFull", By::kSpelling, "acorn model licence 1.0", {"acorn-1.0"}},
        NameCase{"SpellingFamily", By::kSpelling, "Acorn", {"acorn-1.0", "acorn-2.0"}},
        NameCase{"SpellingPolicy", By::kSpelling, "acorn-policy", {"acorn-policy"}},
        NameCase{"SpellingPart", By::kSpelling, "licence", {}}, NameCase{"SpellingNothing", By::kSpelling, "  ", {}},
        NameCase{"SpellingNotYet", By::kSpelling, "acorn-1", {"acorn-1.0"}},
        NameCase{"SpellingNearMiss", By::kSpelling, "acorn-1.00", {}},
        NameCase{"TagOne", By::kHubTag, "ACORN2", {"acorn-2.0"}},
        NameCase{"TagSet", By::kHubTag, " acorn ", {"acorn-1.0", "acorn-2.0"}},
        NameCase{"TagId", By::kHubTag, "Willow-1.0", {"Willow-1.0"}}, NameCase{"TagSubstring", By::kHubTag, "acor", {}},
        NameCase{"TagLonger", By::kHubTag, "acorn20", {}},
        NameCase{"TagOtherName", By::kHubTag, "the willow licence", {}}, NameCase{"TagOther", By::kHubTag, "other", {}},
        NameCase{"TagUnknown", By::kHubTag, "Unknown", {}}, NameCase{"TagEmpty", By::kHubTag, "", {}},
        NameCase{"TagBlank", By::kHubTag, " \t\n", {}}, NameCase{"TagPolicy", By::kHubTag, "acorn-policy", {}},
        NameCase{"TagWillowed", By::kHubTag, "willowed", {}}, NameCase{"TagUnlimited", By::kHubTag, "limited", {}},
        NameCase{"NameOne", By::kName, "Acorn Model Licence", {"acorn-1.0"}},
        NameCase{"NameSet", By::kName, "acorn-license", {"acorn-1.0", "acorn-2.0"}},
        NameCase{"NameTwoBlanks", By::kName, "willow  license", {}}, NameCase{"NamePart", By::kName, "license", {}},
        NameCase{"NamePebble", By::kName, "PEBBLE", {"pebble"}},
        NameCase{"LinkExact", By::kLink, "https://www.example.org/acorn/LICENSE-1.0", {"acorn-1.0"}},
        NameCase{"LinkSuffix", By::kLink, "example.org/acorn/license-1.0.txt", {"acorn-1.0"}},
        NameCase{"LinkLongest", By::kLink, "example.org/acorn/license-2.0?raw=1", {"acorn-2.0"}},
        NameCase{"LinkFolder", By::kLink, "https://example.org/acorn/other", {"acorn-1.0"}},
        NameCase{"LinkFolderItself", By::kLink, "https://example.org/acorn", {"acorn-1.0"}},
        NameCase{"LinkFolderNotName", By::kLink, "https://example.org/acorn-0", {}},
        NameCase{"LinkNumberGoesOn", By::kLink, "https://example.org/willow/text-2", {}},
        NameCase{"LinkPolicy", By::kLink, "https://example.org/acorn/policy", {"acorn-1.0"}},
        NameCase{"LinkHost", By::kLink, "https://example.org/", {}},
        NameCase{"LinkRelative", By::kLink, "LICENSE.md", {}},
        NameCase{"LinkUser", By::kLink, "https://example.org@evil.test/acorn/", {}},
        NameCase{"LinkDots", By::kLink, "https://example.org/acorn/../pebble", {}},
        NameCase{"LinkEmpty", By::kLink, "", {}}),
    [](const auto& info) { return info.param.name; });

// "1.0" goes on to "1.0.1": another version, hence only the folder's set, never the version's own.
TEST(RulebookTest, ALinkDoesNotMatchInTheMiddleOfANumber) {
  std::vector<RuleFile> files = MiniRulebook();
  Edit("licenses/acorn-1.0/rule.textproto", "links: \"example.org/acorn/\"\n", "", &files);
  const auto book = Load(files);
  EXPECT_THAT(Ids(book->LicensesByLink("example.org/acorn/license-1.0")), ElementsAre("acorn-1.0"));
  EXPECT_THAT(book->LicensesByLink("example.org/acorn/license-1.0.1"), IsEmpty());
  EXPECT_THAT(book->LicensesByLink("example.org/acorn/license-1.0b"), IsEmpty());
}

// ---- families
// ------------------------------------------------------------------------------------------------------------

std::string Shown(const std::optional<ModelResolution>& resolution) {
  if (!resolution) return "nothing";
  std::string out = resolution->family->id() + " " + resolution->member->version() + ":";
  for (const License* license : resolution->licenses) out += " " + license->short_id();
  for (const License* policy : resolution->use_policies) out += " +" + policy->short_id();
  return out;
}

struct ModelCase {
  std::string name, repository, shown;
};
void PrintTo(const ModelCase& c, std::ostream* out) { *out << c.repository; }
class ModelTest : public ::testing::TestWithParam<ModelCase> {};

TEST_P(ModelTest, Resolves) { EXPECT_EQ(Shown(Mini().ResolveModel(GetParam().repository)), GetParam().shown); }

INSTANTIATE_TEST_SUITE_P(
    Table, ModelTest,
    ::testing::Values(ModelCase{"ExceptionFirst", "Acorn-Works/Acorn-2.0-9B-Instruct", "acorn 2.0: pebble"},
                      ModelCase{"General", "acorn-works/acorn-2.0-2b", "acorn 2.0: acorn-2.0 +acorn-policy"},
                      ModelCase{"OtherSpelling", "acorn-mirror/Acorn2-2b", "acorn 2.0: acorn-2.0 +acorn-policy"},
                      ModelCase{"ExceptionNotAtMirror", "acorn-mirror/acorn-2.0-9b",
                                "acorn 2.0: acorn-2.0 +acorn-policy"},
                      ModelCase{"Candidates", "acorn-works/acorn-1-2b", "acorn 1.0: acorn-1.0 acorn-2.0"},
                      ModelCase{"Star", "willow-group/anything", "willow : Willow-1.0"},
                      ModelCase{"OrganisationExact", "acorn-works2/acorn-2.0-2b", "nothing"},
                      ModelCase{"NoOrganisation", "acorn-2.0-2b", "nothing"},
                      ModelCase{"EmptyName", "acorn-works/", "nothing"},
                      ModelCase{"EmptyOrganisation", "/acorn-2.0-2b", "nothing"},
                      ModelCase{"ThreeParts", "a/acorn-works/acorn-2", "nothing"},
                      ModelCase{"Closed", "zephyr/zephyr-cloud-5", "nothing"}, ModelCase{"Empty", "", "nothing"},
                      ModelCase{"Long", "acorn-works/acorn-" + std::string(100000, 'a'), "nothing"}),
    [](const auto& info) { return info.param.name; });

std::string Shown(const std::vector<NameMatch>& matches) {
  std::string out;
  for (const NameMatch& match : matches) {
    if (!out.empty()) out += "; ";
    out += match.family->id() + " " + match.version + " x" + std::to_string(match.members.size()) + " [" + match.words +
           "]";
  }
  return out;
}

struct FreeNameCase {
  std::string name, text, shown;
};
void PrintTo(const FreeNameCase& c, std::ostream* out) { *out << c.text; }
class FreeNameTest : public ::testing::TestWithParam<FreeNameCase> {};

TEST_P(FreeNameTest, Names) { EXPECT_EQ(Shown(Mini().ModelNamesIn(GetParam().text)), GetParam().shown); }

INSTANTIATE_TEST_SUITE_P(
    Table, FreeNameTest,
    ::testing::Values(FreeNameCase{"VersionOne", "Foo-Acorn-1.0-2B-GGUF", "acorn 1.0 x1 [Acorn-1.0]"},
                      FreeNameCase{"Exception", "foo/My_Acorn-2.0-9B-Chat", "acorn 2.0 x1 [Acorn-2.0]"},
                      FreeNameCase{"NotTheException", "Foo-Acorn-2.0-90B", "acorn 2.0 x1 [Acorn-2.0]"},
                      FreeNameCase{"Glued", "acorn2.0", "acorn 2.0 x2 [acorn2.0]"},
                      FreeNameCase{"LetterV", "acorn-v2.0-x", "acorn 2.0 x2 [acorn-v2.0]"},
                      FreeNameCase{"OtherVersionIsTheBareFamily", "Acorn_3.1", "acorn  x3 [Acorn]"},
                      FreeNameCase{"LongerVersion", "acorn_2.0.1", "acorn  x3 [acorn]"},
                      FreeNameCase{"Substring", "TinyAcorn-2.0", ""}, FreeNameCase{"Plural", "acorns-2.0", ""},
                      FreeNameCase{"TwoFamilies", "acorn-2.0-2b-on-willow",
                                   "acorn 2.0 x1 [acorn-2.0]; willow  x1 [willow]"},
                      FreeNameCase{"BareCoveredByVersion", "acorn-works/Acorn2.0", "acorn 2.0 x2 [Acorn2.0]"},
                      FreeNameCase{"Closed", "zephyr-cloud-5-leak", "zephyr 5 x1 [zephyr-cloud-5]"},
                      FreeNameCase{"ClosedOther", "zephyr-cloud-55", "zephyr  x1 [zephyr-cloud]"},
                      FreeNameCase{"Nothing", "", ""}, FreeNameCase{"Long", std::string(100000, 'a'), ""}),
    [](const auto& info) { return info.param.name; });

TEST(FamilyTest, ArchitecturesAreExactAndWeak) {
  const auto shown = [](const std::vector<ArchitectureMatch>& matches) {
    std::string out;
    for (const auto& match : matches) out += match.family->id() + std::to_string(match.members.size()) + " ";
    return out;
  };
  EXPECT_EQ(shown(Mini().FamiliesByArchitecture("acorn", {}, "")), "acorn2 willow1 ");
  EXPECT_EQ(shown(Mini().FamiliesByArchitecture("", {"AcornForCausalLM"}, "")), "acorn1 ");
  EXPECT_EQ(shown(Mini().FamiliesByArchitecture("", {}, "acorn")), "acorn1 ");
  EXPECT_EQ(shown(Mini().FamiliesByArchitecture("", {"acornforcausallm", ""}, "")), "");
  EXPECT_EQ(shown(Mini().FamiliesByArchitecture("", {}, "")), "");
}

TEST(FamilyTest, SizesAreExactSaveForAddedTokens) {
  const auto found = [](uint32_t vocab, uint32_t hidden, uint32_t intermediate, uint32_t layers) {
    rules::v1::Shape shape;
    shape.set_vocab_size(vocab);
    shape.set_hidden_size(hidden);
    shape.set_intermediate_size(intermediate);
    shape.set_num_hidden_layers(layers);
    const std::vector<ArchitectureMatch> matches = Mini().FamiliesByShape(shape);
    return matches.size() == 1 && matches.front().family->id() == "acorn" && matches.front().members.size() == 1;
  };
  EXPECT_TRUE(found(9000, 64, 256, 4));
  EXPECT_TRUE(found(9512, 64, 256, 4));
  EXPECT_FALSE(found(9513, 64, 256, 4));
  EXPECT_FALSE(found(8999, 64, 256, 4));
  EXPECT_FALSE(found(9000, 65, 256, 4));
  EXPECT_FALSE(found(9000, 64, 257, 4));
  EXPECT_FALSE(found(9000, 64, 256, 5));
  EXPECT_FALSE(found(0, 0, 0, 0));
}

// ---- fields, countries, classifier
// -----------------------------------------------------------------------------------------

TEST(RulebookTest, AFieldMeetsItselfAndWhatItLiesWithin) {
  EXPECT_TRUE(Mini().FieldMeets("firearms", "weapons"));
  EXPECT_TRUE(Mini().FieldMeets("firearms", "harm"));
  EXPECT_TRUE(Mini().FieldMeets("weapons", "weapons"));
  EXPECT_FALSE(Mini().FieldMeets("weapons", "firearms"));
  EXPECT_FALSE(Mini().FieldMeets("unheard_of", "unheard_of"));
  EXPECT_TRUE(Mini().HasField("harm"));
  EXPECT_FALSE(Mini().HasField(""));
}

TEST(RulebookTest, CountriesAndGroups) {
  EXPECT_TRUE(Mini().CountryIs("DE", "group:UNION"));
  EXPECT_TRUE(Mini().CountryIs("CH", "CH"));
  EXPECT_FALSE(Mini().CountryIs("CH", "group:UNION"));
  EXPECT_FALSE(Mini().CountryIs("DE", "group:union"));
  EXPECT_FALSE(Mini().CountryIs("DE", "group:"));
  EXPECT_FALSE(Mini().CountryIs("", "group:UNION"));
}

TEST(RulebookTest, TheClassifierKnowsTheWordingsAndPhrases) {
  const auto found = Mini().classifier().Classify(WillowText());
  ASSERT_EQ(found.matches.size(), 1u);
  EXPECT_TRUE(found.Bare(0));
  EXPECT_EQ(found.matches[0].token_file, "1.tokens");
  const License* license = Mini().LicenseById(found.matches[0].license_id);
  ASSERT_NE(license, nullptr);
  EXPECT_EQ(license->short_id(), "Willow-1.0");
  EXPECT_EQ(Mini().classifier().Classify("Use it only for non-commercial use.").terms.size(), 1u);
}

// ---- layers, bundle, digest
// --------------------------------------------------------------------------------------------------

TEST(RulebookTest, BundleGivesTheSameRulebookAgain) {
  const auto files = UnpackBundle(Mini().bundle());
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_EQ(Mini().digest(), RulesDigest(*files));
  EXPECT_EQ(Load(*files)->Compile(), Mini().Compile());
}

TEST(RulebookTest, AnOverlayReplacesAndAddsFiles) {
  std::vector<RuleFile> overlay;
  for (RuleFile& file : MiniRulebook()) {
    if (file.path == "licenses/pebble/rule.textproto") overlay.push_back(file);
  }
  Edit("licenses/pebble/rule.textproto", "Pebble Research Terms", "Pebble as We Read It", &overlay);
  overlay.push_back({"licenses/gravel/rule.textproto", overlay[0].bytes});
  for (const auto& [from, to] :
       {std::pair("LicenseRef-pebble", "LicenseRef-gravel"), std::pair("\"pebble\"", "\"gravel\""),
        std::pair("\"pebble\"", "\"gravel\""), std::pair("4444", "5555")}) {
    Edit("licenses/gravel/rule.textproto", from, to, &overlay);
  }
  std::vector<RuleIssue> issues;
  const auto book = Rulebook::Layered(MiniRulebook(), overlay, &issues);
  ASSERT_TRUE(book.ok()) << ToString(issues);
  EXPECT_EQ((*book)->LicenseById("pebble")->name(), "Pebble as We Read It");
  EXPECT_NE((*book)->LicenseById("gravel"), nullptr);
  EXPECT_EQ((*book)->licenses().size(), 6u);
  EXPECT_NE((*book)->digest(), Mini().digest());
}

TEST(RulebookTest, ABrokenOverlayDoesNotLoad) {
  std::vector<RuleIssue> issues = {{"old", 1, 1, "old"}};
  const auto book = Rulebook::Layered(MiniRulebook(), {{"fields.textproto", "nonsense"}}, &issues);
  ASSERT_FALSE(book.ok());
  EXPECT_THAT(std::string(book.status().message()), HasSubstr("is not loaded"));
  EXPECT_THAT(ToString(issues), HasSubstr("rules/fields.textproto:1:"));
  EXPECT_THAT(ToString(issues), ::testing::Not(HasSubstr("old")));
}

}  // namespace
}  // namespace weighbridge::rulebook
