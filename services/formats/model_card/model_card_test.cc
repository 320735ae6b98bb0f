#include "services/formats/model_card/model_card.h"

#include <filesystem>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/formats/testing/bad_input.h"
#include "tests/support/corpus.h"
#include "tests/support/model_builder.h"

namespace weighbridge::formats {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using testing_support::BuildModelCard;

std::vector<std::string> Texts(const std::vector<CardValue>& values) {
  std::vector<std::string> texts;
  for (const CardValue& value : values) texts.push_back(value.value);
  return texts;
}

TEST(ModelCardTest, ReadsWhatACardDeclares) {
  const std::string text = BuildModelCard(
      "license: other\nlicense_name: example-community\nlicense_link: LICENSE.md\nbase_model:\n- org/one\n- org/two\n"
      "base_model_relation: merge\ntags: [a, b]\nlibrary_name: transformers\npipeline_tag: text-generation\n"
      "extra_gated_prompt: >-\n  You agree\n  to this.\n",
      "# Body\n");
  const ModelCard card = ParseModelCard(text).value();
  EXPECT_TRUE(card.has_front_matter);
  EXPECT_EQ(text.substr(card.body_begin), "# Body\n");
  EXPECT_THAT(Texts(card.licenses), ElementsAre("other"));
  EXPECT_EQ(ToString(card.licenses[0].at), "offset 13 (line 2, column 10)");
  EXPECT_EQ(card.license_name->value, "example-community");
  EXPECT_EQ(card.license_link->value, "LICENSE.md");
  EXPECT_THAT(Texts(card.base_models), ElementsAre("org/one", "org/two"));
  EXPECT_EQ(card.base_models[1].at.line, 7u);
  EXPECT_EQ(card.base_model_relation->value, "merge");
  EXPECT_THAT(Texts(card.tags), ElementsAre("a", "b"));
  EXPECT_EQ(card.extra_gated_prompt->value, "You agree to this.");
  EXPECT_TRUE(card.issues.empty());
}

TEST(ModelCardTest, LicenceValuesStayAsWritten) {
  const auto licenses = [](const std::string& front) {
    return Texts(ParseModelCard(BuildModelCard(front, "x")).value().licenses);
  };
  EXPECT_THAT(licenses("license: no"), ElementsAre("no"));
  EXPECT_THAT(licenses("license: 3.10"), ElementsAre("3.10"));
  EXPECT_THAT(licenses("license:"), ElementsAre(""));
  EXPECT_THAT(licenses("license: ''"), ElementsAre(""));
  EXPECT_THAT(licenses("license: '  '"), ElementsAre("  "));
  EXPECT_THAT(licenses("license: null"), ElementsAre("null"));
  EXPECT_THAT(licenses("license: [mit, apache-2.0]"), ElementsAre("mit", "apache-2.0"));
  EXPECT_THAT(licenses("license: CC-BY-SA-4.0"), ElementsAre("CC-BY-SA-4.0"));
  EXPECT_TRUE(licenses("tags: [x]").empty());
}

TEST(ModelCardTest, OddValuesAreIssuesAndNothingIsLost) {
  const ModelCard card =
      ParseModelCard(
          BuildModelCard("license: {name: mit}\nlicense_name: [a]\nbase_model: [org/x, {y: 1}]\nLicence: gpl", ""))
          .value();
  EXPECT_TRUE(card.licenses.empty());
  EXPECT_THAT(Texts(card.base_models), ElementsAre("org/x"));
  ASSERT_EQ(card.issues.size(), 4u);
  EXPECT_THAT(card.issues[0].message, HasSubstr("license is a map"));
  EXPECT_EQ(card.issues[0].at.line, 2u);
  EXPECT_THAT(card.issues[3].message, HasSubstr("\"Licence\" is not \"license\""));
}

TEST(ModelCardTest, WhereFrontMatterMayStand) {
  EXPECT_FALSE(ParseModelCard("# Title\n\n---\nlicense: mit\n---\n").value().has_front_matter);
  EXPECT_FALSE(ParseModelCard("").value().has_front_matter);
  EXPECT_FALSE(ParseModelCard("\n\n").value().has_front_matter);
  EXPECT_FALSE(ParseModelCard("----\nlicense: mit\n---\n").value().has_front_matter);
  EXPECT_THAT(Texts(ParseModelCard("\xEF\xBB\xBF---\r\nlicense: mit\r\n---\r\nbody").value().licenses),
              ElementsAre("mit"));
  EXPECT_THAT(Texts(ParseModelCard("---\nlicense: mit\n---").value().licenses), ElementsAre("mit"));
  EXPECT_TRUE(ParseModelCard("---\n---\nbody").value().has_front_matter);
  const ModelCard late = ParseModelCard("\n\n---\nlicense: mit\n---\nbody").value();
  EXPECT_THAT(Texts(late.licenses), ElementsAre("mit")) << "hubs read it, so it counts";
  EXPECT_EQ(late.licenses[0].at.line, 4u);
  EXPECT_EQ(late.issues.size(), 1u);
}

TEST(ModelCardTest, BrokenFrontMatterHasAPlace) {
  const auto message = [](const std::string& text) { return std::string(ParseModelCard(text).status().message()); };
  EXPECT_THAT(message("---\nlicense: mit\n"), StartsWith("offset 0 (line 1, column 1): front matter is not closed"));
  EXPECT_THAT(message("---\nlicense: mit\nlicense: gpl\n---\n"),
              StartsWith("offset 17 (line 3, column 1): duplicate key \"license\""));
  EXPECT_THAT(message("---\njust prose\n---\n"), HasSubstr("line 2, column 1): front matter is no map"));
  EXPECT_THAT(message("---\na: [1\n---\n"), StartsWith("offset "));
  EXPECT_THAT(message("---\na: *x\n---\n"), HasSubstr("line 2"));
  EXPECT_THAT(message("---\na: \xFF\n---\n"), HasSubstr("malformed UTF-8"));
}

TEST(ModelCardTest, LongPromptsAreRead) {
  std::string front = "license: llama2\nextra_gated_prompt: >-\n";
  for (int i = 0; i < 30000; ++i) front += "  A line of a very long agreement, with commas, \"quotes\".\n";
  EXPECT_GT(ParseModelCard(BuildModelCard(front, "")).value().extra_gated_prompt->value.size(), 1000000u);
}

TEST(ModelCardBadInputTest, EveryCharacterEdited) {
  const std::string text = BuildModelCard("license: mit\nbase_model:\n- a/b\ntags: [x, 'y']\n", "body\n");
  const ParseFunction parse = [](std::string_view bytes, size_t) { return ParseModelCard(bytes).status(); };
  EXPECT_GT(CheckTextEdits(parse, text, "{}[]\",:'#&*!|>%@-?\n\t \x04\xC3").cases, 1000);
}

TEST(ModelCardCorpusTest, RealCardsAreRead) {
  const auto corpus = testing_support::CorpusDir();
  if (!corpus.has_value()) GTEST_SKIP() << "WEIGHBRIDGE_CORPUS names no folder";
  int cards = 0, with_issues = 0, with_front_matter = 0, with_licence = 0;
  for (const auto& entry : std::filesystem::directory_iterator(*corpus + "/model-cards")) {
    ++cards;
    const absl::StatusOr<ModelCard> card = ParseModelCard(testing_support::ReadFileOrFail(entry.path()));
    ASSERT_TRUE(card.ok()) << entry.path() << ": " << card.status();
    with_issues += !card->issues.empty();
    with_front_matter += card->has_front_matter;
    with_licence += !card->licenses.empty();
  }
  EXPECT_EQ(cards, 77);
  EXPECT_EQ(with_issues, 1) << "one real card has a list inside its tags";
  EXPECT_EQ(with_front_matter, 68);
  EXPECT_EQ(with_licence, 65);
}

struct Misspelt {
  std::string name, key, meant;
};
void PrintTo(const Misspelt& c, std::ostream* out) { *out << c.name; }
class MisspeltKeyTest : public ::testing::TestWithParam<Misspelt> {};

// A key that hubs do not read, but that somebody wrote to say something: it must not be lost.
TEST_P(MisspeltKeyTest, IsAnIssue) {
  const auto card = ParseModelCard("---\nlicense: mit\n" + GetParam().key + ": x\n---\n");
  ASSERT_TRUE(card.ok()) << card.status();
  ASSERT_EQ(card->issues.size(), 1u);
  EXPECT_THAT(card->issues[0].message, HasSubstr("\"" + GetParam().meant + "\""));
  EXPECT_EQ(card->issues[0].at.line, 3);
}

INSTANTIATE_TEST_SUITE_P(Keys, MisspeltKeyTest,
                         ::testing::Values(Misspelt{"Plural", "base_models", "base_model"},
                                           Misspelt{"Capitals", "Base_Model", "base_model"},
                                           Misspelt{"Prefixed", "model_license", "license"},
                                           Misspelt{"Dash", "license-link", "license_link"}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace weighbridge::formats
