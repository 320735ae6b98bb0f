#include "services/classify/phrase_set.h"

#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "gtest/gtest.h"

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
  static const auto* patterns = new std::vector<std::string>{
      R"(\b(\d+ million) monthly (?:active )?users\b)", R"(\bnoncommercial\b)", R"(\bnot (?:\w+ ){0,4}permitted\b)",
      R"(\b[a-z]{0,40}e[a-z]{0,40}x[a-z]{0,40}y\b)"};
  return *patterns;
}

TEST(PhraseSetTest, FindsAllPlacesInOrder) {
  const auto set = PhraseSet::Create(Patterns());
  ASSERT_TRUE(set.ok());
  bool exhausted;
  EXPECT_EQ(Places(**set, "noncommercial use by 5 million monthly users is not in any way permitted noncommercial ", &exhausted),
            (std::vector<std::string>{"1:noncommercial", "0:5 million monthly users", "2:not in any way permitted",
                                      "1:noncommercial"}));
  EXPECT_FALSE(exhausted);
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
                                         ValueCase{"1.23456789 thousand", "1.23456789 thousand"}, ValueCase{"0.5 k", "500"},
                                         ValueCase{"seven million", "seven million"}, ValueCase{"", ""}));

}  // namespace
}  // namespace weighbridge::classify
