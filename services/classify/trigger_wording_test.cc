// The phrases of the rulebook against plain wordings: which passages restrict and which do not.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <ostream>
#include <string>

#include "gtest/gtest.h"
#include "services/classify/classifier.h"
#include "services/rulebook/builtin.h"
#include "services/rulebook/rulebook.h"
#include "tests/support/corpus.h"

namespace weighbridge::classify {
namespace {

const Classifier& RulebookClassifier() {
  static const auto* book = new auto(rulebook::BuiltinRulebook());
  EXPECT_TRUE(book->ok()) << book->status();
  return (**book)->classifier();
}

std::string Restrictions(const Classification& found) {
  std::string out;
  for (const TermHit& term : found.terms) {
    if (term.restrictive) out += term.phrase_id + " ";
  }
  return out;
}

class RestrictiveTest : public testing::TestWithParam<const char*> {};

TEST_P(RestrictiveTest, Hits) {
  EXPECT_NE(Restrictions(RulebookClassifier().Classify(GetParam())), "") << GetParam();
}

INSTANTIATE_TEST_SUITE_P(
    English, RestrictiveTest,
    testing::Values("Commercial usage: no", "commercial_use: false", "commercial use: not allowed",
                    "Commercial usage is disallowed.", "Commercial usage is forbidden", "Commercial usage is not permitted",
                    "Not for use in products", "Not for commercial usage", "May be used only by non-profits.",
                    "Companies need to pay.", "You cannot use this for profit.", "It can't be used commercially",
                    "It can\u2019t be used commercially",
                    "Whoever has revenue above ten million dollars a year must buy a licence.",
                    "Distribution of the weights is disallowed.", "Please do not redistribute.",
                    "All rights reserved. Proprietary.", "All rights reserved.", "for academic use only",
                    "A research preview only", "It may not be used in production.", "Production requires a commercial license.",
                    "Contact us for a commercial licence.", "| Commercial use | No |", "Free for startups; everyone else pays us.",
                    "Businesses must contact us for a license.", "Don't use it in products.", "Access is restricted to researchers."));

INSTANTIATE_TEST_SUITE_P(
    OtherLanguages, RestrictiveTest,
    testing::Values("Nur nicht kommerziell", "nur f\u00FCr nichtkommerzielle Zwecke", "Kommerzielle Nutzung ist untersagt",
                    "Die kommerzielle Nutzung ist verboten.", "Kommerzielle Nutzung nicht gestattet",
                    "Usage commercial interdit", "Utilisation non commerciale", "Uso comercial prohibido", "Uso no comercial",
                    "Uso comercial proibido", "Uso n\u00E3o comercial", "Uso commerciale vietato", "uso non commerciale",
                    "\u975E\u5546\u4E1A", "\u7981\u6B62\u5546\u7528", "\u4EC5\u4F9B\u7814\u7A76",
                    "\u4E0D\u5F97\u7528\u4E8E\u5546\u4E1A\u7528\u9014", "\u5546\u7528\u5229\u7528\u306F\u7981\u6B62",
                    "\u5546\u7528\u5229\u7528\u4E0D\u53EF", "\u7814\u7A76\u76EE\u7684\u306E\u307F",
                    "\uC0C1\uC5C5\uC801 \uC774\uC6A9 \uAE08\uC9C0", "\uBE44\uC0C1\uC5C5\uC801",
                    "\u043D\u0435\u043A\u043E\u043C\u043C\u0435\u0440\u0447\u0435\u0441\u043A\u043E\u0435",
                    "\u043A\u043E\u043C\u043C\u0435\u0440\u0447\u0435\u0441\u043A\u043E\u0435 "
                    "\u0438\u0441\u043F\u043E\u043B\u044C\u0437\u043E\u0432\u0430\u043D\u0438\u0435 "
                    "\u0437\u0430\u043F\u0440\u0435\u0449\u0435\u043D\u043E",
                    "\u063A\u064A\u0631 \u062A\u062C\u0627\u0631\u064A"));

class HarmlessTest : public testing::TestWithParam<const char*> {};

TEST_P(HarmlessTest, DoesNotHit) {
  EXPECT_EQ(Restrictions(RulebookClassifier().Classify(GetParam())), "") << GetParam();
}

INSTANTIATE_TEST_SUITE_P(
    Wordings, HarmlessTest,
    testing::Values("Commercial use is allowed.", "It can be used commercially.", "Commercial use: yes", "commercial_use: true",
                    "The model is intended for research and for commercial use in English.",
                    "This model is intended for research.", "Released under the Apache 2.0 license.",
                    "Licensed under the MIT License.", "License: apache-2.0", "Copyright (c) 2024 Tarn Inc. All rights reserved.",
                    "It was better than proprietary models of its size.", "Personal and commercial use are permitted.",
                    "We distribute the weights for everyone.", "Designed for hobbyists and researchers.",
                    "Kommerzielle Nutzung ist erlaubt", "Uso comercial permitido", "\u5546\u7528\u5229\u7528\u53EF\u80FD",
                    "The model was trained on one million books."));

struct OtherCase {
  const char* text;
  const char* value;
};

void PrintTo(const OtherCase& c, std::ostream* out) { *out << c.text; }

class OtherLicenceTest : public testing::TestWithParam<OtherCase> {};

TEST_P(OtherLicenceTest, IsNamedByItsValue) {
  const Classification found = RulebookClassifier().Classify(GetParam().text);
  std::string values;
  for (const TermHit& term : found.terms) {
    if (term.kind == "other_license" && term.restrictive) values += "[" + term.value + "]";
  }
  EXPECT_NE(values.find("[" + std::string(GetParam().value) + "]"), std::string::npos) << GetParam().text << " " << values;
}

INSTANTIATE_TEST_SUITE_P(
    Names, OtherLicenceTest,
    testing::Values(OtherCase{"The weights are released under CC BY-NC 4.0.", "cc by nc 4.0"},
                    OtherCase{"licensed under the CC-BY-NC-SA-4.0 licence", "cc by nc sa 4.0"},
                    OtherCase{"distributed under the GPL v3", "gpl v3"}, OtherCase{"License: AGPL-3.0", "agpl 3.0"},
                    OtherCase{"available under the Llama 3.1 Community License", "llama 3.1 community license"},
                    OtherCase{"Use is governed by the Gemma Terms of Use", "gemma terms"},
                    OtherCase{"released under a custom licence", "custom license"},
                    OtherCase{"available under a proprietary license", "proprietary license"},
                    OtherCase{"released under a non-commercial license", "noncommercial license"},
                    OtherCase{"released under the OpenRAIL-M license", "openrail m"},
                    OtherCase{"see https://creativecommons.org/licenses/by-nc/4.0/", "by nc 4.0"}));

// Not a rule but a list to judge by: the cards whose prose restricts. Prints them where the corpus is given.
TEST(CardsTest, RestrictionsOfRealCards) {
  const auto corpus = testing_support::CorpusDir();
  if (!corpus.has_value()) GTEST_SKIP() << "WEIGHBRIDGE_CORPUS is not set";
  for (int i = 1; i <= 77; ++i) {
    const std::string path = *corpus + "/model-cards/" + std::to_string(i) + ".md";
    if (!std::ifstream(path)) continue;
    const std::string text = testing_support::ReadFileOrFail(path);
    const Classification found = RulebookClassifier().Classify(text);
    for (const TermHit& term : found.terms) {
      if (term.restrictive) {
        std::printf("card %d %s [%s] %s\n", i, term.phrase_id.c_str(), term.value.c_str(),
                    text.substr(term.begin, std::min<size_t>(term.end - term.begin, 120)).c_str());
      }
    }
  }
}

}  // namespace
}  // namespace weighbridge::classify
