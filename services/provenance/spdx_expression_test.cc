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

const std::vector<Case>& Table() {
  static const std::vector<Case>& table = *new std::vector<Case>{
      Case{"One", "MIT", "MIT", "MIT"}, Case{"Blanks", "  MIT\t\n", "MIT", "MIT"},
      Case{"OrLater", "GPL-2.0+", "GPL-2.0+", "GPL-2.0+"}, Case{"PlusAlone", "+", "+", "+"},
      Case{"And", "MIT AND Apache-2.0", "Apache-2.0 AND MIT", "MIT & Apache-2.0"},
      Case{"SmallLetters", "mit and apache-2.0 or isc", "apache-2.0 AND mit OR isc", "mit & apache-2.0 | isc"},
      Case{"AndBindsBeforeOr", "A OR B AND C", "A OR B AND C", "A | B & C"},
      Case{"Brackets", "(A OR B) AND C", "(A OR B) AND C", "A & C | B & C"}, Case{"BracketsAround", "((A))", "A", "A"},
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
      Case{"NameThenBracket", "A (B)", "offset 2: \"(\" is not expected", ""},
      // Names.
      Case{"Digits", "0BSD", "0BSD", "0BSD"}, Case{"Dots", "LPPL-1.3c", "LPPL-1.3c", "LPPL-1.3c"},
      Case{"Underscore", "openrail_m", "openrail_m", "openrail_m"}, Case{"Slash", "MIT/X11", "MIT/X11", "MIT/X11"},
      Case{"OtherAlphabets", "Größe OR ISC", "Größe OR ISC", "Größe | ISC"},
      Case{"FormFeedIsABlank", "\fMIT\v", "MIT", "MIT"},
      Case{"WideBlankIsNone", "MIT\xc2\xa0OR\xc2\xa0ISC", "MIT\xc2\xa0OR\xc2\xa0ISC", "MIT\xc2\xa0OR\xc2\xa0ISC"},
      Case{"Comma", "MIT,  ISC", "MIT, ISC", "MIT, ISC"}, Case{"NotIsAWord", "NOT A", "NOT A", "NOT A"},
      // '+' at the end of a licence, and elsewhere.
      Case{"PlusInside", "GPL+2", "GPL+2", "GPL+2"}, Case{"TwoPluses", "GPL-2.0++", "GPL-2.0++", "GPL-2.0++"},
      Case{"PlusInBrackets", "(GPL-2.0+)", "GPL-2.0+", "GPL-2.0+"},
      Case{"PlusOfAnException", "A WITH B+", "A WITH B+", "A WITH B+"},
      Case{"PlusIsAnotherTerm", "GPL-2.0+ OR GPL-2.0", "GPL-2.0 OR GPL-2.0+", "GPL-2.0+ | GPL-2.0"},
      Case{"SamePlus", "gpl-2.0+ OR GPL-2.0+", "gpl-2.0+", "gpl-2.0+"},
      // WITH.
      Case{"WithInSmallLetters", "a with b", "a WITH b", "a WITH b"},
      Case{"WithInMixedLetters", "a wItH b", "a WITH b", "a WITH b"},
      Case{"WithInBrackets", "(A WITH X)", "A WITH X", "A WITH X"},
      Case{"WithBindsBeforeOr", "A OR B WITH X", "A OR B WITH X", "A | B WITH X"},
      Case{"WithOfWords", "A licence WITH some leave", "A licence WITH some leave", "A licence WITH some leave"},
      Case{"OneLicenceTwoExceptions", "A WITH X AND A WITH Y", "A WITH X AND A WITH Y", "A WITH X & A WITH Y"},
      Case{"SameException", "A WITH X OR a with x", "A WITH X", "A WITH X"},
      Case{"WithAndWithout", "A WITH X AND A", "A AND A WITH X", "A WITH X & A"},
      Case{"WithInsideAnOr", "A AND (B WITH X OR C)", "A AND (B WITH X OR C)", "A & B WITH X | A & C"},
      // Operators, their order and their brackets.
      Case{"ThreeAnd", "C AND A AND B", "A AND B AND C", "C & A & B"},
      Case{"ThreeOr", "C OR A OR B", "A OR B OR C", "C | A | B"},
      Case{"AndBeforeOr", "A AND B OR C", "A AND B OR C", "A & B | C"},
      Case{"AndOnBothSides", "A AND B OR C AND D", "A AND B OR C AND D", "A & B | C & D"},
      Case{"AndBetweenOrs", "A OR B AND C OR D", "A OR B AND C OR D", "A | B & C | D"},
      Case{"OrBetweenAnds", "A AND (B OR C) AND D", "A AND (B OR C) AND D", "A & B & D | A & C & D"},
      Case{"MixedLetters", "A Or B aNd C", "A OR B AND C", "A | B & C"},
      Case{"NestedAnd", "(A AND (B AND (C)))", "A AND B AND C", "A & B & C"},
      Case{"OrsOfOrs", "(A OR B) OR (C OR D)", "A OR B OR C OR D", "A | B | C | D"},
      Case{"AndsOfAnds", "(A AND B) AND (C AND D)", "A AND B AND C AND D", "A & B & C & D"},
      Case{"OrInsideAndInsideOr", "A AND (B OR C AND (D OR E))", "A AND (B OR C AND (D OR E))",
           "A & B | A & C & D | A & C & E"},
      Case{"ThreeChoices", "(A OR B) AND (C OR D) AND (E OR F)", "(A OR B) AND (C OR D) AND (E OR F)",
           "A & C & E | A & C & F | A & D & E | A & D & F | B & C & E | B & C & F | B & D & E | B & D & F"},
      Case{"OneSideInBoth", "(A OR B) AND (A OR C)", "(A OR B) AND (A OR C)", "A | A & C | B & A | B & C"},
      Case{"AndItself", "A AND (A OR B)", "A AND (A OR B)", "A | A & B"},
      Case{"SortedWhateverCase", "b OR A OR C", "A OR b OR C", "b | A | C"},
      Case{"SortedInsideBrackets", "(D OR C) AND (B OR A)", "(A OR B) AND (C OR D)", "D & B | D & A | C & B | C & A"},
      Case{"OperatorsAtTheirBeginning", "ANDY OR ORwell AND WITHin", "ANDY OR ORwell AND WITHin",
           "ANDY | ORwell & WITHin"},
      Case{"LinesBetween", "A\nAND\r\nB", "A AND B", "A & B"}, Case{"TabsBetween", "A\tOR\tB", "A OR B", "A | B"},
      Case{"NoBlanksAtAll", "(A)AND(B)", "A AND B", "A & B"},
      Case{"OperatorBehindABracket", "(A OR B)AND C", "(A OR B) AND C", "A & C | B & C"},
      Case{"ManyBrackets", "(((A)) OR ((B)))", "A OR B", "A | B"},
      // What is none, and where.
      Case{"NothingBehindAnd", "A AND", "offset 5: a licence is missing", ""},
      Case{"BlanksBehindOr", "A OR  ", "offset 6: a licence is missing", ""},
      Case{"OrTwice", "A OR OR B", "offset 5: a licence is missing", ""},
      Case{"AndTwice", "A AND AND B", "offset 6: a licence is missing", ""},
      Case{"OrThenAnd", "A OR AND B", "offset 5: a licence is missing", ""},
      Case{"OnlyOr", "or", "offset 0: a licence is missing", ""},
      Case{"OnlyWith", "WITH", "offset 0: a licence is missing", ""},
      Case{"WithFirst", "WITH X", "offset 0: a licence is missing", ""},
      Case{"WithThenAnd", "A WITH AND B", "offset 7: a licence is missing", ""},
      Case{"WithThenOr", "A WITH OR B", "offset 7: a licence is missing", ""},
      Case{"WithTwice", "A WITH WITH B", "offset 7: a licence is missing", ""},
      Case{"WithThenClosed", "A WITH )", "offset 7: a licence is missing", ""},
      Case{"WithInsideAndClosed", "(A WITH)", "offset 7: a licence is missing", ""},
      Case{"WithOfBrackets", "(A) WITH X", "offset 4: \"WITH\" is not expected", ""},
      Case{"WithOfAnOr", "(A OR B) WITH X", "offset 9: \"WITH\" is not expected", ""},
      Case{"BracketBehindAnException", "A WITH X (B)", "offset 9: \"(\" is not expected", ""},
      Case{"OnlyOpened", "(", "offset 1: a licence is missing", ""},
      Case{"OnlyClosed", ")", "offset 0: a licence is missing", ""},
      Case{"ClosedThenOpened", ")(", "offset 0: a licence is missing", ""},
      Case{"OneNotClosed", "(A", "offset 2: a bracket is not closed", ""},
      Case{"OuterNotClosed", "((A)", "offset 4: a bracket is not closed", ""},
      Case{"InnerNotClosed", "A OR (B AND C", "offset 13: a bracket is not closed", ""},
      Case{"ClosedTwice", "(A))", "offset 3: \")\" is not expected", ""},
      Case{"ClosedAtTheEnd", "A OR B)", "offset 6: \")\" is not expected", ""},
      Case{"ClosedInTheMiddle", "A) OR (B", "offset 1: \")\" is not expected", ""},
      Case{"EmptyBracketsBehindAnd", "A AND ()", "offset 7: a licence is missing", ""},
      Case{"OrBeforeClosing", "(A OR)", "offset 5: a licence is missing", ""},
      Case{"OrBehindOpening", "(OR A)", "offset 1: a licence is missing", ""},
      Case{"NameTouchesBracket", "A(B)", "offset 1: \"(\" is not expected", ""},
      Case{"BracketTouchesName", "(A)B", "offset 3: \"B\" is not expected", ""},
      Case{"NameBehindBrackets", "A AND (B) C", "offset 10: \"C\" is not expected", ""}};
  return table;
}

INSTANTIATE_TEST_SUITE_P(Table, SpdxExpressionTest, ::testing::ValuesIn(Table()),
                         [](const auto& info) { return info.param.name; });

// Each limit on both of its sides, and where it is said to be passed.
TEST(SpdxExpressionTest, Limits) {
  const auto why = [](const std::string& text) { return std::string(ParseSpdxExpression(text).status().message()); };
  EXPECT_EQ(why(std::string(kExpressionBytesMax, 'a')), "");
  EXPECT_EQ(why(std::string(kExpressionBytesMax + 1, 'a')), "offset 4096: an expression has at most 4096 bytes");
  const auto nested = [](int depth) { return std::string(depth, '(') + "a" + std::string(depth, ')'); };
  EXPECT_EQ(why(nested(kExpressionDepthMax)), "");
  EXPECT_EQ(why(nested(kExpressionDepthMax + 1)), "offset 33: brackets are nested too deeply");
  // Depth is of brackets inside each other, not of all brackets.
  std::string beside = nested(kExpressionDepthMax);
  for (int i = 0; i < 8; ++i) beside += " AND " + nested(kExpressionDepthMax);
  EXPECT_EQ(why(beside), "");
  std::string many = "a0";
  for (size_t i = 1; i < kExpressionTermsMax; ++i) many += " OR a" + std::to_string(i);
  EXPECT_EQ(why(many), "");
  EXPECT_EQ(why(many + " OR b"),
            "offset " + std::to_string(many.size() + 5) + ": more licences than an expression may have");
}

// Choices of two, joined by AND, and `more` single ones beside them.
std::string Choices(int twos, int more) {
  std::string text;
  for (int i = 0; i < twos; ++i) {
    text += (i > 0 ? " AND (a" : "(a") + std::to_string(i) + " OR b" + std::to_string(i) + ")";
  }
  for (int i = 0; i < more; ++i) text += " OR c" + std::to_string(i);
  return text;
}

TEST(SpdxExpressionTest, TooManyWaysAreNone) {
  const auto ways = [](const std::string& text) {
    const auto expression = ParseSpdxExpression(text);
    EXPECT_TRUE(expression.ok()) << expression.status();
    return expression.ok() ? AlternativesOf(*expression).size() : 0;
  };
  EXPECT_EQ(ways(Choices(6, 0)), kExpressionAlternativesMax);
  EXPECT_EQ(ways(Choices(7, 0)), 0u);
  EXPECT_EQ(ways(Choices(5, 32)), kExpressionAlternativesMax);
  EXPECT_EQ(ways(Choices(5, 33)), 0u);
  EXPECT_EQ(ways(Choices(20, 0)), 0u);  // a million ways, refused before they are made
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
