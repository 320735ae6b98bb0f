#include "services/report/layout.h"

#include <algorithm>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"

namespace weighbridge::report {
namespace {

struct EscapeCase {
  std::string name, text, escaped;
};
void PrintTo(const EscapeCase& c, std::ostream* os) { *os << c.name; }

class EscapeTest : public ::testing::TestWithParam<EscapeCase> {};

TEST_P(EscapeTest, LeavesNoMarkup) { EXPECT_EQ(EscapeMarkdown(GetParam().text), GetParam().escaped); }

INSTANTIATE_TEST_SUITE_P(
    Table, EscapeTest,
    ::testing::Values(EscapeCase{"Plain", "model.safetensors is fine", "model.safetensors is fine"},
                      EscapeCase{"Script", "<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"},
                      EscapeCase{"Entity", "&lt;b&gt;", "&amp;lt;b&amp;gt;"},
                      EscapeCase{"Link", "[click](javascript:x)", "\\[click\\](javascript:x)"},
                      EscapeCase{"Image", "![x](y)", "\\!\\[x\\](y)"},
                      EscapeCase{"ReferenceLink", "[x][y]", "\\[x\\]\\[y\\]"},
                      EscapeCase{"BareAddress", "see https://example.org/x", "see https:&#8203;//example.org/x"},
                      EscapeCase{"BareHost", "see WWW.example.org", "see WWW.&#8203;example.org"},
                      EscapeCase{"Mention", "cc @octo", "cc @&#8203;octo"},
                      EscapeCase{"Mail", "a@example.org", "a@&#8203;example.org"},
                      EscapeCase{"Issue", "fixes #12", "fixes \\#&#8203;12"},
                      EscapeCase{"Heading", "# big", "\\#&#8203; big"}, EscapeCase{"Pipe", "a|b", "a\\|b"},
                      EscapeCase{"Code", "`rm`", "\\`rm\\`"},
                      EscapeCase{"Emphasis", "**x** _y_ ~~z~~", "\\*\\*x\\*\\* \\_y\\_ \\~\\~z\\~\\~"},
                      EscapeCase{"Backslash", "a\\|b", "a\\\\\\|b"}, EscapeCase{"Formula", "$x$", "\\$x\\$"},
                      EscapeCase{"Bullet", "- x", "\\- x"}, EscapeCase{"Plus", "+ x", "\\+ x"},
                      EscapeCase{"SetextHeading", "===", "\\==="}, EscapeCase{"Numbered", "12. x", "12\\. x"},
                      EscapeCase{"NumberInside", "x 12. y", "x 12. y"}, EscapeCase{"IndentedCode", "      x", "x"},
                      EscapeCase{"NewLine", "a\n# b", "a\\\\x0a\\#&#8203; b"},
                      EscapeCase{"TerminalEscape", "\x1b]0;x\x07", "\\\\x1b\\]0;x\\\\x07"},
                      EscapeCase{"C1",
                                 "\xc2\x9b"
                                 "2J",
                                 "\\\\xc2\\\\x9b2J"},
                      EscapeCase{"Malformed", "a\xff", "a\\\\xff"}),
    [](const auto& info) { return info.param.name; });

struct RangeCase {
  std::string name;
  std::vector<std::string> clauses;
  std::string words;
};
void PrintTo(const RangeCase& c, std::ostream* os) { *os << c.name; }

class ClauseRangesTest : public ::testing::TestWithParam<RangeCase> {};

TEST_P(ClauseRangesTest, Shortens) { EXPECT_EQ(ClauseRanges(GetParam().clauses), GetParam().words); }

INSTANTIATE_TEST_SUITE_P(
    Table, ClauseRangesTest,
    ::testing::Values(
        RangeCase{"None", {}, ""}, RangeCase{"One", {"paragraph 6"}, "paragraph 6"},
        RangeCase{"Two", {"paragraph 6", "paragraph 7"}, "paragraphs 6 and 7"},
        RangeCase{"Run", {"paragraph 6", "paragraph 7", "paragraph 8"}, "paragraphs 6 to 8"},
        RangeCase{"Same", {"paragraph 6", "paragraph 6"}, "paragraph 6"},
        RangeCase{"Gap", {"paragraph 6", "paragraph 7", "paragraph 9"}, "paragraphs 6 and 7, paragraph 9"},
        RangeCase{"OtherWord", {"paragraph 6", "item 7"}, "paragraph 6, item 7"},
        RangeCase{"Numbers", {"2.b", "2.b", "3"}, "2.b, 3"},
        RangeCase{"LetterNumber", {"1.a 2", "paragraph 6"}, "1.a 2, paragraph 6"},
        RangeCase{"Backwards", {"paragraph 8", "paragraph 7"}, "paragraph 8, paragraph 7"},
        RangeCase{"TooLargeANumber", {"paragraph 99999999999999999999"}, "paragraph 99999999999999999999"}),
    [](const auto& info) { return info.param.name; });

TEST(LayoutTest, ShownTwiceIsShownOnce) {
  const std::string once = Shown("a\x1b\\b\xe2\x80\xae\xff");
  EXPECT_EQ(once, "a\\x1b\\b\\xe2\\x80\\xae\\xff");
  EXPECT_EQ(Shown(once), once);
}

TEST(LayoutTest, ClauseWords) {
  EXPECT_EQ(ClauseWords("2"), "clause 2");
  EXPECT_EQ(ClauseWords("1.b.i"), "clause 1.b.i");
  EXPECT_EQ(ClauseWords("paragraph 3"), "paragraph 3");
  EXPECT_EQ(ClauseWords("whole text"), "whole text");
}

TEST(LayoutTest, HumanBytes) {
  EXPECT_EQ(HumanBytes(0), "0 B");
  EXPECT_EQ(HumanBytes(999), "999 B");
  EXPECT_EQ(HumanBytes(1500), "1.5 kB");
  EXPECT_EQ(HumanBytes(16'000'000'000), "16.0 GB");
  EXPECT_EQ(HumanBytes(UINT64_MAX), "18.4 EB");
}

TEST(LayoutTest, TerminalShowsNoControlCharacter) {
  TerminalLayout out(false);
  const std::string evil = "a\x1b[2J\rb\nc\x7f\xc2\x9b";
  out.Title(Tone::kBad, evil, evil);
  out.Heading(evil);
  out.Item(Tone::kBad, evil);
  out.Detail(evil, evil);
  out.Table({"h", "i"}, {{evil, evil}, {"x", "y"}});
  const std::string text = out.Take();
  for (const char c : text) EXPECT_TRUE(c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f)) << int(c);
  EXPECT_EQ(text.find("\xc2\x9b"), std::string::npos);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 8);  // none of the texts adds a line
}

TEST(LayoutTest, ColoursOnlyOnRequest) {
  TerminalLayout plain(false), painted(true);
  plain.Item(Tone::kBad, "x");
  painted.Item(Tone::kBad, "x");
  EXPECT_EQ(plain.Take(), "  x x\n");
  EXPECT_EQ(painted.Take(), "  \x1b[31mx\x1b[0m x\n");
}

TEST(LayoutTest, WrapsAtBlanks) {
  TerminalLayout out(false);
  std::string words;
  for (int i = 0; i < 40; ++i) words += "four ";
  out.Item(Tone::kPlain, words);
  const std::string text = out.Take();
  size_t begin = 0;
  int lines = 0;
  for (size_t end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1, ++lines)
    EXPECT_LE(end - begin, 118u);
  EXPECT_EQ(lines, 2);
}

TEST(LayoutTest, MarkdownTableKeepsItsCells) {
  MarkdownLayout out;
  out.Table({"a", "b"}, {{"x|y", "<z>"}});
  EXPECT_EQ(out.Take(), "| a | b |\n|---|---|\n| x\\|y | &lt;z&gt; |\n");
}

}  // namespace
}  // namespace weighbridge::report
