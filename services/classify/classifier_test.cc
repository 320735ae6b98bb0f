// The verdicts, on invented licences: mutants, disguises, collisions and harmless twins.
#include "services/classify/classifier.h"

#include <iterator>
#include <ostream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "services/classify/fixture.h"
#include "services/classify/mutate.h"

namespace weighbridge::classify {
namespace {

std::string WithHolder(std::string text) {
  const std::string line = "<year> <holder>";
  return text.replace(text.find(line), line.size(), "2029 Ada Example and contributors");
}

std::string Replace(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

struct Case {
  std::string name;
  std::string text;
  std::string expected;  // Summary
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class VerdictTest : public testing::TestWithParam<Case> {};

TEST_P(VerdictTest, IsAsExpected) {
  const Built built = BuildFixture();
  EXPECT_EQ(Summary(built.classifier->Classify(GetParam().text)), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Texts, VerdictTest,
    testing::Values(
        Case{"Empty", "", ""},                                                                      //
        Case{"Pointer", "This model is under the Tarn 2.0 Community Agreement, see its page.", ""},  //
        Case{"OfficialPebble", PebbleText(), "Pebble EXACT bare"},
        Case{"FilledIn", WithHolder(PebbleText()), "Pebble EQUIVALENT bare"},
        Case{"NoTitle", PebbleText().substr(16), "Pebble EQUIVALENT bare"},
        Case{"OtherFormOfTitle", "The Pebble License (Pebble)\n" + PebbleText().substr(15), "Pebble EQUIVALENT bare"},
        Case{"NoCopyrightLine", Replace(PebbleText(), "Copyright (c) <year> <holder>\n", ""), "Pebble EQUIVALENT bare"},
        Case{"ConditionInCopyrightLine",
             Replace(PebbleText(), "<year> <holder>", "2029 Ada, research use only, no business use"), "Pebble MODIFIED"},
        Case{"ProseInCopyrightLine",
             Replace(PebbleText(), "<year> <holder>", "2029 Ada who wants money from firms that grow by it"), "Pebble MODIFIED"},
        Case{"ModifiedInTitle", "Modified " + PebbleText(), "Pebble EXACT"},
        Case{"TitleOfAnotherLicence", "Tarn 2.1 License\n\n" + PebbleText().substr(16), "Pebble VARIANT"},
        Case{"Version20", TarnText("2.0"), "Tarn-2.0 EXACT bare"},  //
        Case{"Version21", TarnText("2.1"), "Tarn-2.1 EXACT bare"},
        Case{"Thirty", Replace(TarnText("2.0"), "300 million", "30 million"), "Tarn-2.0 MODIFIED"},
        Case{"ArticleLost", Replace(TarnText("2.0"), "the settings needed", "settings needed"), "Tarn-2.0 VARIANT"},
        Case{"SectionReference", Replace(TarnText("2.0"), "section 2 does", "section 4 does"), "Tarn-2.0 MODIFIED"},
        Case{"OtherVersionInTitle", Replace(TarnText("2.0"), "TARN 2.0", "TARN 2.1"), "Tarn-2.0 MODIFIED"},
        Case{"FirstQuarter", TarnText("2.0").substr(0, 900), "Tarn-2.0 PARTIAL"},
        Case{"TwoLicences", TarnText("2.0") + "\n----\n\n" + WithHolder(PebbleText()),
             "Tarn-2.0 EXACT bare; Pebble EQUIVALENT bare"},
        Case{"SameTextTwice", PebbleText() + "\n" + PebbleText(), "Pebble EXACT bare; Pebble EXACT bare"},
        Case{"UnlistedSister", PebbleShowText(), "Pebble MODIFIED"},
        Case{"ShortNonCommercialLine", PebbleText() + "\nNon-commercial use.\n", "Pebble EXACT"},
        Case{"ProseBehind", PebbleText() + "\nThe garden behind the house had been quiet since early morning that day.\n",
             "Pebble EXACT"},
        Case{"ForeignResidue", PebbleText() + "\nSolo para la casa\n", "Pebble EXACT"},
        Case{"KoreanResidue", PebbleText() + "\n\uC0C1\uC5C5\uC801 \uC774\uC6A9\n", "Pebble EXACT"},
        Case{"AddressResidue", PebbleText() + "\nSee https://acme.ai/eula\n", "Pebble EXACT"},
        Case{"AddressWithoutScheme", PebbleText() + "\nTerms: acme.ai/eula\n", "Pebble EXACT"},
        Case{"PriceResidue", PebbleText() + "\nIndustry $5\n", "Pebble EXACT"},
        Case{"SentenceResidue", PebbleText() + "\nFree for startups; everyone else pays us.\n", "Pebble EXACT"},
        Case{"HeadingAbove", "The Great Lake Project\n\n" + PebbleText(), "Pebble EXACT bare"},
        Case{"SentenceBehindNotice",
             Replace(PebbleText(), "<year> <holder>", "2029 Acme. Academia gratis, industry $5 per seat"), "Pebble MODIFIED"},
        Case{"FreeForStartupsBehindNotice",
             Replace(PebbleText(), "<year> <holder>", "2029 Acme. Free for startups; everyone else pays us."), "Pebble MODIFIED"},
        Case{"NoticeWithoutStop", Replace(PebbleText(), "<year> <holder>", "2029 Acme, free for startups"), "Pebble MODIFIED"},
        Case{"AffiliatesInNotice",
             Replace(PebbleText(), "<year> <holder>", "Lake Platforms, Inc. and its affiliates. All rights reserved."),
             "Pebble EQUIVALENT bare"},
        Case{"InitialsInNotice", Replace(PebbleText(), "<year> <holder>", "2019-2031 J. R. Example Ltd."), "Pebble EQUIVALENT bare"},
        Case{"RaisedZero", Replace(TarnText("2.0"), "300 million", "30\u2070 million"), "Tarn-2.0 MODIFIED"},
        Case{"Backspace", Replace(TarnText("2.0"), "300 million", "300\b million"), "Tarn-2.0 MODIFIED"},
        Case{"EscapeBefore", "\x1b[8m" + TarnText("2.0"), "Tarn-2.0 MODIFIED"},
        Case{"FrontMatter",
             "---\nlanguage:\n- en\nextra_gated_prompt: >-\n  " + Replace(TarnText("2.0"), "1. What", "  1. What") +
                 "extra_gated_fields:\n  Name: text that is not short at all and belongs to a form of many words\n---\n"
                 "# Tarn\n\nThis model card has a body with many words that are no part of any agreement.\n",
             "Tarn-2.0 EXACT bare"}),
    [](const testing::TestParamInfo<Case>& info) { return info.param.name; });

TEST(ClassifierTest, NamesBothSiblingsWhenNothingDecides) {
  const Built built = BuildOrFail({LearnOrFail("Tarn-A", "1", TarnText("2.0")), LearnOrFail("Tarn-B", "1", TarnText("2.0"))});
  const Classification found = built.classifier->Classify(TarnText("2.0"));
  ASSERT_EQ(found.matches.size(), 1u);
  EXPECT_EQ(found.matches[0].verdict, MatchVerdict::kExact);
  EXPECT_EQ(found.matches[0].also, std::vector<std::string>{"Tarn-B"});
  EXPECT_FALSE(found.Bare(0));
}

std::vector<std::string> InventedWords(uint32_t seed, size_t count) {
  constexpr const char* kSyllables[] = {"bar", "den", "fol", "gim", "hur", "kas",
                                        "lev", "mip", "nor", "pel", "rut", "sav"};
  std::minstd_rand random(seed);
  std::vector<std::string> words(count);
  for (std::string& word : words) {
    for (int i = 0; i < 3; ++i) word += kSyllables[random() % std::size(kSyllables)];
  }
  return words;
}

// With another word at every place that is `first` more than a multiple of `step`.
std::vector<std::string> Sibling(std::vector<std::string> words, size_t first, size_t step) {
  for (size_t i = first; i < words.size(); i += step) words[i] = "other" + words[i];
  return words;
}

std::string Prose(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

// A phrase of the policy stands in the licence, as its title does where the licence refers to it: that makes the policy
// no sibling of the licence, of which there are enough to take every place.
TEST(ClassifierTest, APolicyBehindALicenceThatNamesItIsNoSiblingOfTheLicence) {
  const std::vector<std::string> policy = InventedWords(7, 220);
  std::vector<std::string> licence = InventedWords(3, 900);
  licence.insert(licence.begin() + 300, policy.begin(), policy.begin() + 20);
  std::vector<TokenFile> files = {LearnOrFail("Licence", "1", Prose(licence)),
                                  LearnOrFail("Policy", "1", Prose(policy))};
  for (size_t i = 1; i <= 12; ++i) {
    files.push_back(LearnOrFail("Licence-" + std::to_string(i), "1", Prose(Sibling(licence, i, 40))));
  }
  std::vector<std::string> old_policy = Sibling(policy, 30, 24);
  for (size_t i = 0; i < 20; ++i) old_policy[i] = "old" + old_policy[i];
  files.push_back(LearnOrFail("Old-Policy", "1", Prose(old_policy)));
  const Built built = BuildOrFail(files);
  const std::string changed = Prose(Sibling(policy, 40, 20));
  EXPECT_EQ(Summary(built.classifier->Classify(changed)), "Policy MODIFIED");
  for (const std::string& text : {Prose(licence) + "\n\n" + changed, changed + "\n\n" + Prose(licence)}) {
    const Classification found = built.classifier->Classify(text);
    ASSERT_EQ(found.matches.size(), 2u) << Summary(found);
    EXPECT_EQ(found.matches[0].license_id, "Licence");
    EXPECT_EQ(found.matches[0].verdict, MatchVerdict::kExact);
    EXPECT_EQ(found.matches[1].license_id, "Policy");
    EXPECT_TRUE(found.matches[1].also.empty());
  }
}

TEST(ClassifierTest, TheLargerTextWinsWhereOneContainsTheOther) {
  const Built built = BuildOrFail({LearnOrFail("Pebble", "1", PebbleText()), LearnOrFail("Show", "1", PebbleShowText())});
  EXPECT_EQ(Summary(built.classifier->Classify(PebbleShowText())), "Show EXACT bare");
  EXPECT_EQ(Summary(built.classifier->Classify(PebbleText())), "Pebble EXACT bare");
}

TEST(ClassifierTest, EditsPointAtTheFoundBytes) {
  const Built built = BuildFixture();
  const std::string text = Replace(TarnText("2.0"), "300 million", "30 million");
  const Classification found = built.classifier->Classify(text);
  ASSERT_EQ(found.matches.size(), 1u);
  ASSERT_EQ(found.matches[0].edits.size(), 1u);
  const Edit& edit = found.matches[0].edits[0];
  EXPECT_EQ(text.substr(edit.begin, edit.end - edit.begin), "30");
  EXPECT_EQ(EditClassName(edit.cls), "number");
  EXPECT_TRUE(edit.critical);
  const TokenizedText official = Tokenize(TarnText("2.0"));
  ASSERT_EQ(edit.expected_word_count, 1u);
  EXPECT_EQ(official.NormalisedWord(edit.expected_first_word), "300");
}

TEST(ClassifierTest, ResidueSaysWhatItTouchesAndHolds) {
  const Built built = BuildFixture();
  const std::string clause = "Whoever has over 5 million monthly users asks first.";
  const Classification found = built.classifier->Classify(PebbleText() + "\n" + clause + "\n");
  ASSERT_EQ(found.residue.size(), 1u);
  EXPECT_TRUE(found.residue[0].touches_match);
  EXPECT_TRUE(found.residue[0].blocks);
  EXPECT_EQ(found.residue[0].triggers, std::vector<std::string>{"monthly-visitors"});
  EXPECT_TRUE(found.matches[0].blocked_by_residue);
  EXPECT_EQ(found.matches[0].verdict, MatchVerdict::kExact);
}

TEST(ClassifierTest, TermsCarryValuesAndPlaces) {
  const Built built = BuildFixture();
  const std::string text = TarnText("2.0");
  const Classification found = built.classifier->Classify(text);
  ASSERT_EQ(found.terms.size(), 2u);
  EXPECT_EQ(found.terms[1].kind, "mau_threshold");
  EXPECT_EQ(found.terms[1].value, "300000000");
  EXPECT_EQ(text.substr(found.terms[1].begin, found.terms[1].end - found.terms[1].begin), "300 million monthly visitors");
  EXPECT_TRUE(found.terms[1].restrictive);
  EXPECT_TRUE(found.terms[1].in_match);
}

TEST(ClassifierTest, NoMutantIsBare) {
  const Built built = BuildFixture();
  int count = 0;
  for (const std::string& text : {PebbleText(), TarnText("2.0"), TarnText("2.1")}) {
    const TokenFile file = LearnOrFail("x", "x", text);
    const auto [begin, end] = RequiredBytes(file, text);
    std::vector<Variation> mutants = LegalMutants(text, begin, end, 12);
    for (Variation& disguise : Disguises(text, begin, end)) mutants.push_back(std::move(disguise));
    for (Variation& collision : Collisions(text, begin, end, 3)) mutants.push_back(std::move(collision));
    for (const Variation& mutant : mutants) {
      const Classification found = built.classifier->Classify(mutant.text);
      for (size_t i = 0; i < found.matches.size(); ++i) {
        EXPECT_FALSE(found.Bare(i)) << Summary(found) << " for " << mutant.name;
      }
      ++count;
    }
  }
  EXPECT_GT(count, 500);
}

TEST(ClassifierTest, EveryDisguiseIsFlagged) {
  const Built built = BuildFixture();
  const std::string text = TarnText("2.0");
  const auto [begin, end] = RequiredBytes(LearnOrFail("x", "x", text), text);
  for (const Variation& disguise : Disguises(text, begin, end)) {
    EXPECT_FALSE(built.classifier->Classify(disguise.text).oddities.empty()) << disguise.name;
  }
}

TEST(ClassifierTest, AChosenCollisionIsSeenByItsDigest) {
  const Built built = BuildFixture();
  const std::string text = TarnText("2.0");
  const auto [begin, end] = RequiredBytes(LearnOrFail("x", "x", text), text);
  const std::vector<Variation> collisions = Collisions(text, begin, end, 2);
  ASSERT_EQ(collisions.size(), 2u);
  for (const Variation& collision : collisions) {
    const Classification found = built.classifier->Classify(collision.text);
    ASSERT_EQ(found.matches.size(), 1u);
    EXPECT_EQ(found.matches[0].verdict, MatchVerdict::kModified);
    ASSERT_EQ(found.matches[0].edits.size(), 1u);
    EXPECT_EQ(EditClassName(found.matches[0].edits[0].cls), "collision");
  }
}

TEST(ClassifierTest, EveryHarmlessTwinIsBare) {
  const Built built = BuildFixture();
  const std::pair<std::string, std::string> texts[] = {
      {"Pebble", WithHolder(PebbleText())}, {"Tarn-2.0", TarnText("2.0")}, {"Tarn-2.1", TarnText("2.1")}};
  for (const auto& [id, text] : texts) {
    for (const Variation& twin : HarmlessTwins(text)) {
      const Classification found = built.classifier->Classify(twin.text);
      EXPECT_TRUE(found.matches.size() == 1 && found.matches[0].license_id == id && found.Bare(0))
          << Summary(found) << " for " << id << ", " << twin.name;
    }
  }
}

// A text taken from a printed page reads as the official one, and is never it byte by byte.
TEST(ClassifierTest, LigaturesAreEquivalent) {
  const Built built = BuildFixture();
  const std::string text = Replace(TarnText("2.0"), "Offspring", "O\uFB00spring");
  const Classification found = built.classifier->Classify(text);
  EXPECT_EQ(Summary(found), "Tarn-2.0 EQUIVALENT bare");
  ASSERT_EQ(found.matches[0].edits.size(), 1u);
  EXPECT_EQ(EditClassName(found.matches[0].edits[0].cls), "ligature");
}

TEST(ClassifierTest, ASignForLettersIsModified) {
  const Built built = BuildFixture();
  for (const std::string sign : {"\u2116", "\u2163", "\u00BD", "\U0001F193", "\u2115\u2102"}) {
    const Classification found =
        built.classifier->Classify(Replace(TarnText("2.0"), " million", " " + sign + " million"));
    EXPECT_EQ(Summary(found), "Tarn-2.0 MODIFIED") << sign;
  }
  EXPECT_EQ(Summary(built.classifier->Classify(Replace(TarnText("2.0"), "300", "\uFF13\uFF10\uFF10"))),
            "Tarn-2.0 MODIFIED");
  // With the first word or the last it is read as well.
  EXPECT_EQ(Summary(built.classifier->Classify("\u2116 " + TarnText("2.0"))), "Tarn-2.0 MODIFIED");
  EXPECT_EQ(Summary(built.classifier->Classify(TarnText("2.0") + " \u00BD")), "Tarn-2.0 MODIFIED");
}

// The words of a link and an address in them are the official ones; where it leads is not.
TEST(ClassifierTest, ALinkElsewhereIsModified) {
  const Built built = BuildFixture();
  const auto with = [&](const std::string& link, const std::string& behind = "") {
    return Summary(
        built.classifier->Classify(Replace(TarnText("2.0"), "https://tarn.example/weights/", link) + behind));
  };
  EXPECT_EQ(with("[https://tarn.example/weights/](https://tarn.example/weights)"), "Tarn-2.0 EXACT bare");
  EXPECT_EQ(with("<a href=\"https://tarn.example/weights/\">tarn.example/weights</a>"), "Tarn-2.0 EXACT bare");
  EXPECT_EQ(with("[https://tarn.example/weights/](https://example.com)"), "Tarn-2.0 MODIFIED");
  EXPECT_EQ(with("<a href=\"https://example.com\">tarn.example/weights</a>"), "Tarn-2.0 MODIFIED");
  EXPECT_EQ(with("[tarn.example/weights]", "\n[tarn.example/weights]: https://example.com\n"), "Tarn-2.0 MODIFIED");
}

TEST(ClassifierTest, SameAnswerFromAnyThread) {
  const Built built = BuildFixture();
  const std::string text = TarnText("2.1") + PebbleText() + Replace(TarnText("2.0"), "must not", "may");
  const std::string expected = Summary(built.classifier->Classify(text));
  std::vector<std::string> answers(8);
  std::vector<std::thread> threads;
  for (std::string& answer : answers) {
    threads.emplace_back([&] { answer = Summary(built.classifier->Classify(text)); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& answer : answers) EXPECT_EQ(answer, expected);
}

// Not a time limit: these inputs would take hours if any step were more than linear in them.
TEST(ClassifierTest, SurvivesHostileTexts) {
  const Built built = BuildFixture();
  std::string shingle, tiny, copies;
  while (shingle.size() < 1 << 20) shingle += "load, run, change and hand on the Weights ";
  while (tiny.size() < 1 << 20) tiny += "a ";
  while (copies.size() < 1 << 20) copies += TarnText("2.0") + PebbleText();
  std::string tags, comments, links;
  while (tags.size() < 1 << 20) tags += "<a <!-- [](";
  while (comments.size() < 1 << 20) comments += "<!--";
  while (links.size() < 1 << 20) links += "](~~&#";
  for (const std::string& text : {shingle, tiny, copies, std::string(1 << 20, 'x'), tags, comments, links,
                                  std::string(1 << 20, '\xFF'), std::string(1 << 20, '\0')}) {
    const Classification found = built.classifier->Classify(text);
    EXPECT_LE(found.words, text.size());
  }
  EXPECT_GT(built.classifier->Classify(copies).matches.size(), 100u);
}

TEST(ClassifierTest, ATextOverTheLimitIsNeverBare) {
  const Built built = BuildFixture();
  const Classification found = built.classifier->Classify(PebbleText() + std::string(kMaxTextBytes, ' '));
  EXPECT_TRUE(found.incomplete);
  EXPECT_FALSE(found.Bare(0));
}

std::string Wide(const std::string& text, int width, int at) {
  std::string out;
  for (const char c : text) {
    std::string unit(width, '\0');
    unit[at] = c;
    out += unit;
  }
  return out;
}

TEST(ClassifierTest, EncodingsWithoutMark) {
  const Built built = BuildFixture();
  const std::string text = TarnText("2.0") + "\nNon-commercial use.\n";
  for (const int at : {0, 1}) {
    const Classification found = built.classifier->Classify(Wide(text, 2, at));
    EXPECT_EQ(Summary(found), "Tarn-2.0 EXACT") << at;
    EXPECT_FALSE(found.incomplete);
  }
  for (const int at : {0, 3}) {
    const Classification found = built.classifier->Classify(Wide(text, 4, at));
    EXPECT_TRUE(found.incomplete) << at;
    EXPECT_FALSE(found.Bare(0));
  }
  const Classification zero = built.classifier->Classify(TarnText("2.0") + std::string(1, '\0'));
  EXPECT_TRUE(zero.incomplete);
}

TEST(ClassifierTest, MoreOccurrencesThanTheLimitAreIncomplete) {
  const Built built = BuildFixture();
  std::string text;
  for (size_t i = 0; i < 2 * kMaxMatches; ++i) text += TarnText("2.0").substr(0, 900) + "\n";
  const Classification found = built.classifier->Classify(text);
  EXPECT_TRUE(found.incomplete);
  EXPECT_LE(found.matches.size(), kMaxMatches);
}

}  // namespace
}  // namespace weighbridge::classify
