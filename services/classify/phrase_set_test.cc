#include "services/classify/phrase_set.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "re2/re2.h"

namespace weighbridge::classify {
namespace {

std::vector<std::string> Places(const PhraseSet& set, const std::string& text, bool* exhausted) {
  std::vector<std::string> places;
  for (const PhraseHit& hit : set.Find(text, exhausted)) {
    places.push_back(std::to_string(hit.phrase) + ":" + text.substr(hit.begin, hit.end - hit.begin));
  }
  return places;
}

const std::vector<std::string>& Patterns() {
  static const auto* patterns =
      new std::vector<std::string>{R"(\b(\d+ million) monthly (?:active )?users\b)", R"(\bnoncommercial\b)",
                                   R"(\bnot (?:\w+ ){0,4}permitted\b)", R"(\b[a-z]{0,40}e[a-z]{0,40}x[a-z]{0,40}y\b)"};
  return *patterns;
}

TEST(PhraseSetTest, FindsAllPlacesInOrder) {
  const auto set = PhraseSet::Create(Patterns());
  ASSERT_TRUE(set.ok());
  bool exhausted;
  EXPECT_EQ(Places(**set, "noncommercial use by 5 million monthly users is not in any way permitted noncommercial ",
                   &exhausted),
            (std::vector<std::string>{"1:noncommercial", "0:5 million monthly users", "2:not in any way permitted",
                                      "1:noncommercial"}));
  EXPECT_FALSE(exhausted);
}

// Where a phrase is looked for follows from its words. Texts of just those words, so that every near miss comes up:
// what is found is what RE2 alone finds.
TEST(PhraseSetTest, LeavesOutNothing) {
  const std::vector<std::string> patterns = {
      R"(\b(?:not be sold|may not sell|must not sell|without (?:monetary )?pay)\b)",
      R"(\b(?:must|shall) (?:\S+ ){0,3}?(?:buy|pay) (?:\S+ ){0,2}?(?:fee|license)s?\b)",
      R"(\bversion (?:2\.0|2)\b)",
      R"(\bfee (?:2|0)\b)",
      R"(\b(?:is |are )?(?:strictly )?(?:not permitted|forbidden)\b)",
      R"(\b(?:a|b c)(?:a|b c)?(?: d)? sold\b)",
      R"(\bsell\w* (?:\w+ ){0,4}?(?:\w+ ){0,2}?pay\b|\bno(?:t|n) (?:ever )?buy)"};
  const auto set = PhraseSet::Create(patterns);
  ASSERT_TRUE(set.ok());
  std::vector<std::unique_ptr<RE2>> alone;
  for (const std::string& pattern : patterns) alone.push_back(std::make_unique<RE2>(pattern));
  constexpr const char* kWords[] = {"not",     "be",       "sold", "may", "sell", "sells",    "must",      "shall",
                                    "without", "monetary", "pay",  "buy", "fee",  "fees",     "license",   "version",
                                    "2.0",     "2",        "0",    "is",  "are",  "strictly", "permitted", "forbidden",
                                    "a",       "b",        "c",    "d",   "ba",   "non",      "ever",      "x"};
  std::minstd_rand random(7);
  size_t hits = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (size_t words = 1 + random() % 12; words > 0; --words)
      text += std::string(kWords[random() % std::size(kWords)]) + " ";
    std::vector<std::string> expected;
    for (size_t phrase = 0; phrase < alone.size(); ++phrase) {
      for (size_t from = 0; from <= text.size();) {
        re2::StringPiece match;
        if (!alone[phrase]->Match(text, from, text.size(), RE2::UNANCHORED, &match, 1)) break;
        expected.push_back(std::to_string(phrase) + ":" + std::string(match));
        from = static_cast<size_t>(match.data() - text.data()) + std::max<size_t>(match.size(), 1);
      }
    }
    bool exhausted;
    std::vector<std::string> found = Places(**set, text, &exhausted);
    hits += found.size();
    std::sort(expected.begin(), expected.end());
    std::sort(found.begin(), found.end());
    ASSERT_EQ(found, expected) << text;
  }
  EXPECT_GT(hits, 1000u);
}

TEST(PhraseSetTest, RestoredItFindsTheSame) {
  const auto set = PhraseSet::Create(Patterns());
  ASSERT_TRUE(set.ok());
  const auto restored = PhraseSet::Restore(Patterns(), (*set)->Starts());
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ((*restored)->Starts(), (*set)->Starts());
  const std::string text = "noncommercial use by 5 million monthly users is not in any way permitted elexaqy ";
  bool exhausted;
  EXPECT_EQ(Places(**set, text, &exhausted).size(), 4u);
  EXPECT_EQ(Places(**restored, text, &exhausted), Places(**set, text, &exhausted));
}

// Whoever makes an index may put anything there: it is refused, or searched without leaving the tables.
TEST(PhraseSetTest, RestoresNothingThatIsNotSafe) {
  const auto set = PhraseSet::Create(Patterns());
  ASSERT_TRUE(set.ok());
  const std::string starts = (*set)->Starts();
  for (size_t size = 0; size < starts.size(); ++size) {
    EXPECT_FALSE(PhraseSet::Restore(Patterns(), starts.substr(0, size)).ok()) << size;
  }
  EXPECT_FALSE(PhraseSet::Restore(Patterns(), starts + "x").ok());
  EXPECT_FALSE(PhraseSet::Restore({"a"}, starts).ok());
  size_t accepted = 0;
  for (size_t at = 0; at < starts.size(); ++at) {
    std::string damaged = starts;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x81);
    const auto restored = PhraseSet::Restore(Patterns(), damaged);
    if (!restored.ok()) continue;
    ++accepted;
    bool exhausted;
    (*restored)->Find("noncommercial not 5 million monthly active users permitted d'elexaqy 9x ", &exhausted);
  }
  EXPECT_GT(accepted, 0u);
}

// An index holds these bytes, and is searched by them alone.
TEST(PhraseSetTest, StartsAreThoseOfTheFormatOfTheIndex) {
  const auto set = PhraseSet::Create(Patterns());
  ASSERT_TRUE(set.ok());
  EXPECT_EQ(HashWord((*set)->Starts()), 555966695u)
      << "indexes made before would be searched otherwise: raise kIndexFormatVersion";
}

TEST(PhraseSetTest, APatternThatTheIndexNeverHeldIsAnErrorOrHits) {
  const auto nowhere = PhraseSet::Create({R"(\b\w+x sold\b)"});
  ASSERT_TRUE(nowhere.ok());
  EXPECT_EQ(PhraseSet::Restore({R"(\w+ sold()"}, (*nowhere)->Starts()).status().code(), absl::StatusCode::kDataLoss);

  const auto set = PhraseSet::Create({R"(\bsold\b)"});
  ASSERT_TRUE(set.ok());
  const auto restored = PhraseSet::Restore({"sold("}, (*set)->Starts());
  ASSERT_TRUE(restored.ok()) << restored.status();
  bool exhausted;
  EXPECT_FALSE((*restored)->Find("not sold here ", &exhausted).empty());
}

// Alternatives of alternatives are too many to be told apart; they are found all the same.
TEST(PhraseSetTest, ManyAlternatives) {
  std::string pattern = R"(\b)";
  for (int i = 0; i < 30; ++i) pattern += "(?:a|e|b c)";
  const auto set = PhraseSet::Create({pattern});
  ASSERT_TRUE(set.ok());
  bool exhausted;
  EXPECT_EQ(Places(**set, "x " + std::string(30, 'a') + " y ", &exhausted).size(), 1u);
}

// The automaton of the set may say "no match" when it is merely out of memory; then every phrase must be tried.
TEST(PhraseSetTest, OutOfMemoryMeansTheSameAnswerTheSlowWay) {
  std::string text;
  for (int i = 0; i < 400; ++i) text += "e" + std::to_string(i * 7919) + " elexaqy" + std::to_string(i) + " ";
  text += "noncommercial ";
  bool exhausted;
  const auto roomy = PhraseSet::Create(Patterns());
  ASSERT_TRUE(roomy.ok());
  const std::vector<std::string> expected = Places(**roomy, text, &exhausted);
  EXPECT_FALSE(exhausted);
  bool seen_exhausted = false;
  for (const int64_t bytes : {1 << 10, 8 << 10, 16 << 10, 24 << 10, 32 << 10, 48 << 10, 64 << 10}) {
    const auto cramped = PhraseSet::Create(Patterns(), bytes);
    ASSERT_TRUE(cramped.ok());
    EXPECT_EQ(Places(**cramped, text, &exhausted), expected) << bytes;
    seen_exhausted = seen_exhausted || exhausted;
  }
  EXPECT_TRUE(seen_exhausted);
}

TEST(PhraseSetTest, RefusesAPatternThatDoesNotCompile) { EXPECT_FALSE(PhraseSet::Create({"a(b"}).ok()); }

struct ValueCase {
  std::string captured, value;
};

void PrintTo(const ValueCase& c, std::ostream* out) { *out << c.captured; }

class PhraseValueTest : public testing::TestWithParam<ValueCase> {};

TEST_P(PhraseValueTest, IsInDigits) { EXPECT_EQ(PhraseValue(GetParam().captured), GetParam().value); }

INSTANTIATE_TEST_SUITE_P(Values, PhraseValueTest,
                         testing::Values(ValueCase{"700 million", "700000000"}, ValueCase{"700000000", "700000000"},
                                         ValueCase{"1.5 million", "1500000"}, ValueCase{"10 billion", "10000000000"},
                                         ValueCase{"1.23456789 thousand", "1.23456789 thousand"},
                                         ValueCase{"0.5 k", "500"}, ValueCase{"seven million", "seven million"},
                                         ValueCase{"", ""}));

}  // namespace
}  // namespace weighbridge::classify
