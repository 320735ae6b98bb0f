// Expressions as the SPDX specification has them, as people write them, and as nobody should.
#include "services/provenance/spdx_expression.h"

#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace weighbridge::provenance {
namespace {

std::string Words(const std::vector<std::vector<SpdxTerm>>& alternatives) {
  std::string words;
  for (const auto& terms : alternatives) {
    words += words.empty() ? "" : " | ";
    for (size_t i = 0; i < terms.size(); ++i) words += (i > 0 ? " & " : "") + terms[i].ToString();
  }
  return words;
}

struct Case {
  std::string name;
  std::string text;
  std::string normal;        // or the beginning of the error
  std::string alternatives;  // empty for an error
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.name; }

class SpdxExpressionTest : public ::testing::TestWithParam<Case> {};

TEST_P(SpdxExpressionTest, Reads) {
  const Case& c = GetParam();
  const auto expression = ParseSpdxExpression(c.text);
  if (c.alternatives.empty()) {
    ASSERT_FALSE(expression.ok()) << FormatSpdxExpression(*expression);
    EXPECT_EQ(std::string(expression.status().message()).substr(0, c.normal.size()), c.normal);
    return;
  }
  ASSERT_TRUE(expression.ok()) << expression.status();
  EXPECT_EQ(FormatSpdxExpression(*expression), c.normal);
  EXPECT_EQ(Words(AlternativesOf(*expression)), c.alternatives);
  const auto again = ParseSpdxExpression(c.normal);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(FormatSpdxExpression(*again), c.normal);
}

INSTANTIATE_TEST_SUITE_P(
    Table, SpdxExpressionTest,
    ::testing::Values(
        Case{"One", "MIT", "MIT", "MIT"}, Case{"Blanks", "  MIT\t\n", "MIT", "MIT"},
        Case{"OrLater", "GPL-2.0+", "GPL-2.0+", "GPL-2.0+"}, Case{"PlusAlone", "+", "+", "+"},
        Case{"And", "MIT AND Apache-2.0", "Apache-2.0 AND MIT", "MIT & Apache-2.0"},
        Case{"SmallLetters", "mit and apache-2.0 or isc", "apache-2.0 AND mit OR isc", "mit & apache-2.0 | isc"},
        Case{"AndBindsBeforeOr", "A OR B AND C", "A OR B AND C", "A | B & C"},
        Case{"Brackets", "(A OR B) AND C", "(A OR B) AND C", "A & C | B & C"},
        Case{"BracketsAround", "((A))", "A", "A"},
        Case{"NeedlessBrackets", "(A AND B) OR (C)", "A AND B OR C", "A & B | C"},
        Case{"NestedOfOneKind", "A OR (B OR (C OR A))", "A OR B OR C", "A | B | C"},
        Case{"Twice", "MIT AND MIT", "MIT", "MIT"}, Case{"TwiceInOr", "A AND B OR B AND A", "A AND B", "A & B"},
        Case{"Product", "(A OR B) AND (C OR D)", "(A OR B) AND (C OR D)", "A & C | A & D | B & C | B & D"},
        Case{"With", "GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0-only WITH Classpath-exception-2.0",
             "GPL-2.0-only WITH Classpath-exception-2.0"},
        Case{"WithBindsFirst", "A with X and B", "A WITH X AND B", "A WITH X & B"},
        Case{"OrLaterWith", "GPL-2.0+ WITH X OR MIT", "GPL-2.0+ WITH X OR MIT", "GPL-2.0+ WITH X | MIT"},
        Case{"Refs", "LicenseRef-a.b OR DocumentRef-x:LicenseRef-y", "DocumentRef-x:LicenseRef-y OR LicenseRef-a.b",
             "LicenseRef-a.b | DocumentRef-x:LicenseRef-y"},
        Case{"NamesOfSeveralWords", "Acorn  Community License AND mit", "Acorn Community License AND mit",
             "Acorn Community License & mit"},
        Case{"NoBlanksAroundBrackets", "A AND(B OR C)", "A AND (B OR C)", "A & B | A & C"},
        Case{"WordsThatHoldOperators", "androscoggin OR orchid", "androscoggin OR orchid", "androscoggin | orchid"},
        Case{"SameWhateverCase", "MIT OR mit", "MIT", "MIT"},
        Case{"OneOrLeftOfTwo", "(A OR B) AND (B OR A)", "A OR B", "A & B | A | B"},
        Case{"OrInsideOrOnceTidied", "C OR ((A OR B) AND (B OR A))", "A OR B OR C", "C | A & B | A | B"},
        Case{"AndInsideAndOnceTidied", "(A AND D OR D AND A) AND C", "A AND C AND D", "A & D & C"},
        Case{"Empty", "", "offset 0: a licence is missing", ""}, Case{"OnlyBlanks", " \n ", "offset 3: a licence", ""},
        Case{"OnlyAnOperator", "AND", "offset 0: a licence is missing", ""},
        Case{"NothingBehind", "MIT OR", "offset 6: a licence is missing", ""},
        Case{"NothingBefore", "OR MIT", "offset 0: a licence is missing", ""},
        Case{"TwoOperators", "A AND OR B", "offset 6: a licence is missing", ""},
        Case{"NoException", "A WITH", "offset 6: a licence is missing", ""},
        Case{"TwoExceptions", "A WITH B WITH C", "offset 9: \"WITH\" is not expected", ""},
        Case{"WithBracket", "A WITH (B)", "offset 7: a licence is missing", ""},
        Case{"EmptyBrackets", "()", "offset 1: a licence is missing", ""},
        Case{"NotClosed", "(A AND B", "offset 8: a bracket is not closed", ""},
        Case{"NotOpened", "A)", "offset 1: \")\" is not expected", ""},
        Case{"SideBySide", "(A) (B)", "offset 4: \"(\" is not expected", ""},
        Case{"NameThenBracket", "A (B)", "offset 2: \"(\" is not expected", ""}),
    [](const auto& info) { return info.param.name; });

TEST(SpdxExpressionTest, Limits) {
  const auto refused = [](const std::string& text) { return !ParseSpdxExpression(text).ok(); };
  EXPECT_TRUE(refused(std::string(kExpressionBytesMax + 1, 'a')));
  EXPECT_FALSE(refused(std::string(kExpressionBytesMax, 'a')));
  const auto nested = [](int depth) { return std::string(depth, '(') + "a" + std::string(depth, ')'); };
  EXPECT_FALSE(refused(nested(kExpressionDepthMax)));
  EXPECT_TRUE(refused(nested(kExpressionDepthMax + 1)));
  std::string many = "a0";
  for (size_t i = 1; i < kExpressionTermsMax; ++i) many += " OR a" + std::to_string(i);
  EXPECT_FALSE(refused(many));
  EXPECT_TRUE(refused(many + " OR b"));
  // Twenty choices of two are a million ways.
  std::string ways = "(a OR b)";
  for (int i = 0; i < 19; ++i) ways += " AND (a" + std::to_string(i) + " OR b" + std::to_string(i) + ")";
  const auto expression = ParseSpdxExpression(ways);
  ASSERT_TRUE(expression.ok());
  EXPECT_TRUE(AlternativesOf(*expression).empty());
}

TEST(SpdxExpressionTest, Exceptions) {
  EXPECT_TRUE(IsSpdxException("Classpath-exception-2.0"));
  EXPECT_TRUE(IsSpdxException("LLVM-EXCEPTION"));
  EXPECT_FALSE(IsSpdxException("llvm"));
  EXPECT_FALSE(IsSpdxException(""));
}

// Whatever is read has a normal form that reads as itself and means the same; nothing crashes.
TEST(SpdxExpressionTest, NormalFormsOfRandomTexts) {
  constexpr const char* kPieces[] = {
      "MIT", "a+", "(", ")", "AND", "or", "With", " ", "\xff", "x y", "GPL-2.0-or-later"};
  std::minstd_rand random(7);
  int read = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    const size_t pieces = 1 + random() % 17;
    for (size_t i = 0; i < pieces; ++i) text += std::string(kPieces[random() % std::size(kPieces)]) + " ";
    const auto expression = ParseSpdxExpression(text);
    if (!expression.ok()) continue;
    ++read;
    const std::string normal = FormatSpdxExpression(*expression);
    const auto again = ParseSpdxExpression(normal);
    ASSERT_TRUE(again.ok()) << text;
    ASSERT_EQ(FormatSpdxExpression(*again), normal) << text;
  }
  EXPECT_GT(read, 1000);
}

}  // namespace
}  // namespace weighbridge::provenance
