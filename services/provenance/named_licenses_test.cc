// Which licences a text outside any licence text names as its own, and which it only mentions.
#include "services/provenance/named_licenses.h"

#include <ostream>
#include <string>

#include "gtest/gtest.h"
#include "services/provenance/model_fixture.h"
#include "services/rulebook/fixture.h"

namespace weighbridge::provenance {
namespace {

const rulebook::Rulebook& Rules() {
  static const auto rules = MiniRules();
  return *rules;
}

// "acorn-1.0@Acorn 1", "data:" in front of names in sentences about data; "..." if there may be more.
std::string Found(const std::string& text) {
  const GoverningNames found = FindGoverningNames(text, Rules().classifier().Classify(text), Rules());
  std::string all;
  for (const NamedLicense& name : found.names) {
    if (!all.empty()) all += ' ';
    if (name.of_data) all += "data:";
    for (const auto* license : name.licenses) all += license->short_id() + "|";
    all.back() = '@';
    all += text.substr(name.begin, name.end - name.begin);
  }
  return found.incomplete ? all + "..." : all;
}

struct Case {
  std::string name;
  std::string text;
  std::string found;
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.name; }

class GoverningNamesTest : public ::testing::TestWithParam<Case> {};

TEST_P(GoverningNamesTest, Finds) { EXPECT_EQ(Found(GetParam().text), GetParam().found); }

INSTANTIATE_TEST_SUITE_P(
    Table, GoverningNamesTest,
    ::testing::Values(Case{"Label", "Weights: PEBBLE\n", "pebble@PEBBLE"},
                      Case{"Bracket", "Weights (PEBBLE), code (Willow-1.0)\n", "pebble@PEBBLE"},
                      Case{"RowOfATable", "| part | what |\n|---|---|\n| Weights | PEBBLE |\n", "pebble@PEBBLE"},
                      Case{"UnderASection", "## Licence\n\nPEBBLE\n", "pebble@PEBBLE"},
                      Case{"SectionEnds", "## Licence\n\nours\n\n## Garden\n\nPEBBLE\n", ""},
                      Case{"Set", "released under the acorn license\n", "acorn-1.0|acorn-2.0@acorn license"},
                      Case{"ModelIsNoLicence", "This model beats acorn 1.0 and Acorn-1.0.\n", ""},
                      Case{"ModelBesideAWord", "The model is licensed as Acorn-1.0.\n", "acorn-1.0@Acorn-1.0"},
                      Case{"NoSentenceOfTerms", "We planted PEBBLE here.\n", ""},
                      Case{"PermissiveIsNoLimit", "Weights: Willow-1.0\n", ""},
                      Case{"Data", "Trained on leaves under Acorn-1.0.\n", "data:acorn-1.0@Acorn-1.0"},
                      Case{"DataAndWeights", "The data and the weights are under Acorn-1.0.\n", "acorn-1.0@Acorn-1.0"},
                      Case{"AnyFieldOfACard", "---\nlicense_details: acorn-1.0\n---\n", "acorn-1.0@acorn-1.0"},
                      Case{"LineThatIsReadAsSuch", "## Licence\nSPDX-License-Identifier: Acorn-1.0 OR Willow-1.0\n", ""},
        Case{"Once", "Weights under Acorn-1.0\nModel under Acorn-1.0\n", "acorn-1.0@Acorn-1.0"},
                      Case{"Badge", "![License](https://example.org/badge/License-Acorn--1.0-green)\n",
                           "acorn-1.0@https://example.org/badge/License-Acorn--1.0-green"},
                      Case{"OtherAddress", "![License](https://example.org/leaf/License-Acorn--1.0-green)\n", ""}),
    [](const auto& info) { return info.param.name; });

TEST(GoverningNamesTest, LeavesMatchesOut) {
  const std::string text = "Weights under Acorn-1.0\nWeights under Acorn-2.0\n";
  classify::Classification found;
  found.matches.emplace_back();
  found.matches.back().end = static_cast<uint32_t>(text.find("\nWeights under Acorn-2.0"));
  const GoverningNames names = FindGoverningNames(text, found, Rules());
  ASSERT_EQ(names.names.size(), 1u);
  EXPECT_EQ(names.names[0].licenses.front()->short_id(), "acorn-2.0");
}

TEST(GoverningNamesTest, SaysWhenThereMayBeMore) {
  std::string text;
  for (size_t i = 0; i <= kComparedWordsMax / 8; ++i) text += "the model and a leaf of a tree\n";
  EXPECT_EQ(Found(text + "Weights: Acorn-1.0\n"), "...");
}

TEST(NamesInTest, TakesTheLongestAndAtMostSoMany) {
  const auto names = NamesIn("Acorn-2.0 beside The Willow Licence and ACORN-1.0", Rules(), 2);
  ASSERT_EQ(names.size(), 2u);
  EXPECT_EQ(names[0].licenses.front()->short_id(), "acorn-2.0");
  EXPECT_EQ(names[1].licenses.front()->short_id(), "Willow-1.0");
  EXPECT_EQ(names[1].end - names[1].begin, std::string("The Willow Licence").size());
}

}  // namespace
}  // namespace weighbridge::provenance
