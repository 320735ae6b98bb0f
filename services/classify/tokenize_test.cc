#include "services/classify/tokenize.h"

#include <ostream>
#include <string>

#include "gtest/gtest.h"

namespace weighbridge::classify {
namespace {

std::string Normal(std::string_view text) { return Tokenize(text).normalised; }

struct Case {
  std::string name;
  std::string text;
  std::string normalised;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class NormaliseTest : public testing::TestWithParam<Case> {};

TEST_P(NormaliseTest, GivesTheseWords) { EXPECT_EQ(Normal(GetParam().text), GetParam().normalised); }

using namespace std::string_literals;

INSTANTIATE_TEST_SUITE_P(
    Words, NormaliseTest,
    testing::Values(
        Case{"Empty", "", ""}, Case{"CaseAndPunctuation", "You MAY, (freely) Use it.", "you may freely use it "},
        Case{"CurlyApostrophe", "Licensor\xE2\x80\x99s 'own'", "licensor's own "},
        Case{"Spelling", "the licence of the organisation", "the license of the organization "},
        Case{"NonWithHyphen",
             "non-commercial, Non\xE2\x80\x91"
             "Exclusive",
             "noncommercial nonexclusive "},
        Case{"NonAcrossALine", "non-\n// commercial", "noncommercial "},
        Case{"OtherHyphens", "royalty-free end-user", "royalty free end user "},
        Case{"Numbers", "700,000,000 and 2.0 or 3.1.1.", "700000000 and 2.0 or 3.1.1 "},
        Case{"NoThousands", "1,2 and 12,34", "1 2 and 12 34 "},
        Case{"PercentAndMoney",
             "50% of $10, 7 % of \xE2\x82\xAC"
             "5",
             "50 percent of $ 10 7 percent of \xE2\x82\xAC 5 "},
        Case{"LetterWithNumber", "v1.1 Llama3 3rd", "v1.1 llama3 3rd "},
        Case{"Address", "see https://www.example.org/a/ or http://example.org", "see example org a or example org "},
        Case{"Copyright", "Copyright (c) \xC2\xA9 2020 A; (C) 2021 B", "copyright 2020 a 2021 b "},
        Case{"CopyrightOwner", "the copyright owner", "the copyright holder "},
        Case{"ListMarkers", "1. One\n2) Two\n(a) Three\nb. Four\n  iv) Five\n- Six\n\xE2\x80\xA2 Seven",
             "one two three four five six seven "},
        Case{"NumbersInSentences", "more than 700\nmillion users, or 18. Then",
             "more than 700 million users or 18 then "},
        Case{"WrappedNumber",
             "This line is long enough to have been broken by whoever wrote it within\n30. Days follow.",
             "this line is long enough to have been broken by whoever wrote it within 30 days follow "},
        Case{"CrossReference", "Section 2(b) and section (c) apply; see (d)", "section 2 b and section c apply see "},
        Case{"PluralInBrackets", "the Model(s)", "the model s "},
        Case{"Comments", "// one\n# two\n * three\n; four\n-- five\n> six\ndnl seven\nREM eight",
             "one two three four five six seven eight "},
        Case{"Markdown", "## **One** `two`\n| three | four |\n[five](https://example.org/x) __six__",
             "one two three four five six "},
        Case{"BracketsAreNoLink", "[dev](as defined)", "dev as defined "},
        Case{"Html", "<html><p class=\"x\">One<br/>two &amp; <b>three</b></p><style>p { }</style>", "one two three "},
        Case{"StyleInPlainText", "One <style>two</style>", "one two "},
        Case{"ProseIsNoTag", "<p you may not sell this> <b title=\"no use by any firm at all\">",
             "p you may not sell this b title no use by any firm at all "},
        Case{"ProseIsNoLink", "[one](not/for/sale)", "one not for sale "},
        Case{"PlaceholderIsNoTag", "<year> <copyright holders>", "year copyright holders "},
        Case{"Ligature", "\xEF\xAC\x81nal", "final "}, Case{"FullWidth", "\xEF\xBC\xA1\xEF\xBC\x91", "a1 "},
        Case{"Accents", "MOD\xC3\x88LE", "mod\xC3\xA8le "}, Case{"Latin1", "mod\xE8le \x93q\x94", "mod\xC3\xA8le q "},
        Case{"CyrillicWord", "\xD0\xA1\xD0\xBE\xD0\xBF", "\xD1\x81\xD0\xBE\xD0\xBF "},
        Case{"Homoglyph", "n\xD0\xBEt", "not "}, Case{"ZeroWidth", "n\xE2\x80\x8Bot", "not "},
        Case{"Utf16",
             "\xFF\xFE"
             "N\0o\0 \0\x19\x20"s,
             "no "},
        Case{"ByteOrderMark", "\xEF\xBB\xBFyes", "yes "},
        Case{"QuotedYaml", "---\nkey: \"One\\nTwo \\u201Cthree\\u201D\\\n  \\ four\"\n---\nn\\nbody",
             "key one two three four n nbody "},
        Case{"Ideographs", "\xE8\xAE\xB8\xE5\x8F\xAF a", "\xE8\xAE\xB8 \xE5\x8F\xAF a "}),
    [](const testing::TestParamInfo<Case>& info) { return info.param.name; });

struct OddCase {
  std::string name;
  std::string text;
  std::string kinds;
};

void PrintTo(const OddCase& c, std::ostream* out) { *out << c.name; }

class OddityTest : public testing::TestWithParam<OddCase> {};

TEST_P(OddityTest, IsFlagged) {
  std::string kinds;
  for (const Oddity& oddity : Tokenize(GetParam().text).oddities) kinds += std::string(OddityName(oddity.kind)) + " ";
  EXPECT_EQ(kinds, GetParam().kinds);
}

std::string RedirectedTo(const std::string& escaped) {
  return "[https://github.com/meta-llama/a](https://l.workplace.com/l.php?u=https%3A" + escaped + ")";
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, OddityTest,
    testing::Values(
        OddCase{"None", "\xEF\xBB\xBFPlain \xE2\x80\x9Ctext\xE2\x80\x9D, caf\xC3\xA9 next", ""},
        OddCase{"ZeroWidthBehindAWord", "caf\xC3\xA9\xE2\x80\x8B next", "zero_width "},
        OddCase{"ZeroWidthBetweenWords", "a \xE2\x80\x8B b", "zero_width "},
        OddCase{"PictureWithSelector", "a \xE2\x9A\xA0\xEF\xB8\x8F b", ""},
        OddCase{"ManySelectorsBehindAPicture", "a \xE2\x9A\xA0\xEF\xB8\x8F\xEF\xB8\x8F\xEF\xB8\x8F b", "zero_width "},
        OddCase{"SoftHyphenBetweenWords", "a \xC2\xAD b", "soft_hyphen "},
        OddCase{"MarkBetweenWords", "a \xE2\x80\x8E b", "bidi "},
        OddCase{"SentenceInTagCharacters", "a \xF3\xA0\x81\x81\xF3\xA0\x81\x82\xF3\xA0\x81\x83\xF3\xA0\x81\x84 b",
                "hidden_text "},
        OddCase{"WideWordBesideIdeograph", "\xEF\xBD\x8E\xEF\xBD\x8F \xE8\xAE\xB8", ""},
        OddCase{"WideWordsBesideIdeograph", "\xE8\xAE\xB8\xEF\xBD\x8E \xEF\xBD\x8F two", ""},
        OddCase{"WideWordInAnotherSentence", "\xE8\xAE\xB8 one \xEF\xBD\x8E\xEF\xBD\x8F two", "styled_letter "},
        OddCase{"Homoglyph", "n\xD0\xBEt", "homoglyph "}, OddCase{"Styled", "\xF0\x9D\x90\xA7ot", "styled_letter "},
        OddCase{"ZeroWidth", "n\xE2\x80\x8Bot", "zero_width "}, OddCase{"SoftHyphen", "n\xC2\xADot", "soft_hyphen "},
        OddCase{"WideAmongOthers", "n\xEF\xBD\x8Ft", "styled_letter "},
        OddCase{"WideWord", "\xEF\xBD\x8E\xEF\xBD\x8F two", "styled_letter "},
        OddCase{"BidiInLinkTarget", "[a](https://b\xE2\x80\xAE) c", "bidi "},
        OddCase{"Bidi",
                "a \xE2\x80\xAE"
                "b",
                "bidi "},
        OddCase{"Invalid", "n\xE8t", "invalid_utf8 "}, OddCase{"Entity", "n&#111;t", "entity "},
        OddCase{"HarmlessEntity", "a &amp; b&nbsp;c", ""}, OddCase{"Comment", "a <!-- b --> c", "hidden_comment "},
        OddCase{"HiddenMarkup", "a <span style='display: none'>b</span>", "hidden_markup "},
        OddCase{"Struck", "a ~~b~~ <del>c</del>", "struck struck struck "}),
    [](const testing::TestParamInfo<OddCase>& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Signs, OddityTest,
    testing::Values(
        OddCase{"Ligature", "modi\uFB01y, \uFB03 \uFB06", "ligature ligature ligature "},
        OddCase{"LongSWithT", "fir\uFB05", "styled_letter "}, OddCase{"Number", "a \u2116 b", "styled_letter "},
        OddCase{"Fraction", "50\u00BD b", "styled_letter "}, OddCase{"RomanNumeral", "a \u2163 b", "styled_letter "},
        OddCase{"RaisedLetter", "use\u207F b", "styled_letter "},
        OddCase{"DoubleStruck", "a \u2115\u2102 b", "styled_letter styled_letter "},
        OddCase{"Kelvin", "a \u212A b", "styled_letter "}, OddCase{"CircledDigit", "a \u2460 b", "styled_letter "},
        OddCase{"CircledListNumber", "a\n\u2460 b\n\u2161. c", ""},
        OddCase{"CircledDigitBehindAMarker", "a\n1. \u2460 b", "styled_letter "},
        OddCase{"CircledDigitBehindAnother", "a\n\u2460\u2461 b", "styled_letter "},
        OddCase{"StrokeAround", "may\u20E0 b", "styled_letter "}, OddCase{"Key", "\u2197\uFE0F 1\u20E3", ""},
        OddCase{"Squared", "a \U0001F193 b", "styled_letter "},
        OddCase{"Braille", "a \u281D\u2815 b", "styled_letter styled_letter "},
        OddCase{"WideDigits", "\uFF17\uFF10\uFF10 million", "styled_letter "},
        OddCase{"WideDigitAmongOthers", "7\uFF100 million", "styled_letter "},
        OddCase{"WideDigitsBesideIdeograph", "\u7B2C\uFF11\u6761", ""},
        OddCase{"PlainSigns", "a\u2026 b\u2122 \u2117 \u2120 \u2139", ""}),
    [](const testing::TestParamInfo<OddCase>& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Links, OddityTest,
    testing::Values(
        OddCase{"LinkToWhatItSays", "[https://a.org/b](https://a.org/b) [`a.org/B/`](http://www.a.org/b \"c\")", ""},
        OddCase{"LinkElsewhere", "see [https://a.org/b](https://c.org/b), then", "link_target "},
        OddCase{"LinkElsewhereWithoutScheme", "[a.org/b](https://c.org/b)", "link_target "},
        OddCase{"LinkElsewhereWithTitle", "[a.org/b](https://c.org/b \"a.org/b\")", "link_target "},
        OddCase{"LinkElsewhereInBrackets", "[a.org/b](<https://c.org/b>)", "link_target "},
        OddCase{"LinkToAnotherHost", "[https://a.org/b](//c.org/b) [https://a.org/b](/\\c.org)",
                "link_target link_target "},
        OddCase{"LinkBehindALongerName", "[https://a.org/b](https://a.org.c.net/b)", "link_target "},
        OddCase{"LinkThroughAUser", "[https://a.org/b](https://a.org/b@c.net)", "link_target "},
        OddCase{"LinkToAScript", "[https://a.org/b](javascript:c)", "link_target "},
        OddCase{"LinkOfWords", "[the licence, v1.1/2](https://c.org/b) [and/or](https://c.org/b)", ""},
        OddCase{"LinkOfWordsAroundAnAddress",
                "[at https://a.org/b,](https://c.org) [at https://a.org/b](https://a.org/b)", "link_target "},
        OddCase{"LinkOfAFile", "[https://a.org/b](/b) [https://a.org/b](./b.md) [a.org/b](#b) [a.org/b](b.md)", ""},
        OddCase{"LinkWithEscape", "[https://a.org/b\\_c](https://a.org/b_c) [a.org/?b&amp;c](https://a.org/?b&c)", ""},
        OddCase{"LinkWithHyphens", "[https://a.org/b\u2011c](https://a.org/b-c)", ""},
        OddCase{"LinkBrokenOverLines", "[https://a.org/\nb](https://a.org/b)", ""},
        OddCase{"LinkWithBrackets", "[https://a.org/b[]](https://c.org) [a.org/b`]`](https://c.org)",
                "link_target link_target "},
        OddCase{"LinkWithEscapedBracket", "[https://a.org/b\\]](https://c.org)", "link_target "},
        OddCase{"LinkWithEntity", "[a&#46;org/b](https://c.org)", "link_target "},
        OddCase{"LinkOfASite", "[a.org](https://www.a.org/b) [a.org](https://docs.a.org) [a.org](https://ba.org)",
                "link_target "},
        OddCase{"LinkOfAMailbox", "[a@b.org](mailto:a@b.org?subject=c) [a@b.org](mailto:c@b.org)", "link_target "},
        OddCase{"LinkOfAPicture", "[![b](https://a.org/b.png)](https://c.org)", ""},
        OddCase{"LinkByRedirection", RedirectedTo("%2F%2Fgithub.com%2Fmeta-llama%2Fa&h=b"), ""},
        OddCase{"LinkByAnotherRedirection", RedirectedTo("%2F%2Fc.org%2Fa"), "link_target "},
        OddCase{"Autolink", "<https://a.org/b> https://a.org/b", ""},
        OddCase{"ReferenceToWhatItSays", "[https://a.org/b][c]\n\n[C]: https://a.org/b\n", ""},
        OddCase{"ReferenceElsewhere", "[https://a.org/b][ c  d]\n\n[C D]: <https://c.org> 'e'\n", "link_target "},
        OddCase{"ReferenceByItsText", "[a.org/b] [a.org/b][]\n\n> [a.org/b]:\nhttps://c.org\n",
                "link_target link_target "},
        OddCase{"TheFirstDefinitionCounts", "[c]: https://a.org/b\n[c]: https://c.org\n\n[a.org/b][c]", ""},
        OddCase{"ReferenceWithoutDefinition", "[a.org/b][c] d [c]: https://c.org", ""},
        OddCase{"AnchorToWhatItSays", "<a class=b href='https://a.org/b'><b>a.org</b>/b</a>", ""},
        OddCase{"AnchorElsewhere", "<a title=\" href=https://a.org/b\" HREF=\"https://c.org\">https://a.org/b</a>",
                "link_target "},
        OddCase{"AnchorLeftOpen", "<a href=https://c.org>https://a.org/b", "link_target "},
        OddCase{"AnchorOfWords", "<a href='https://c.org'>licence</a> https://a.org/b", ""},
        OddCase{"AnchorOfAPicture", "<a href='https://c.org'><img src=\"https://a.org/b\"?c\"/></a>", ""}),
    [](const testing::TestParamInfo<OddCase>& info) { return info.param.name; });

TEST(TokenizeTest, OffsetsAreThoseOfTheOriginal) {
  const std::string text = "\xEF\xBB\xBF  (The \xE2\x80\x9CSoftware\xE2\x80\x9D)";
  const TokenizedText tokens = Tokenize(text);
  ASSERT_EQ(tokens.words.size(), 2u);
  EXPECT_EQ(text.substr(tokens.words[0].begin, tokens.words[0].end - tokens.words[0].begin), "The");
  EXPECT_EQ(text.substr(tokens.words[1].begin, tokens.words[1].end - tokens.words[1].begin), "Software");
  EXPECT_EQ(tokens.NormalisedWord(1), "software");
}

TEST(TokenizeTest, Utf16OffsetsAreThoseOfTheOriginal) {
  const std::string text = "\xFE\xFF\0a\0 \x20\x1C\0b\0c"s;
  const TokenizedText tokens = Tokenize(text);
  ASSERT_EQ(tokens.words.size(), 2u);
  EXPECT_EQ(tokens.words[1].begin, 8u);
  EXPECT_EQ(tokens.words[1].end, 12u);
}

TEST(TokenizeTest, NormalisingTwiceChangesNothing) {
  const std::string text =
      "## 1. The Licence's \xEF\xAC\x81rst non-\ncommercial 700,000,000 users\n\n(b) 50% of $5; http://www.a.org";
  const std::string once = Normal(text);
  EXPECT_EQ(Normal(once), once);
}

TEST(TokenizeTest, WordsAreInOrderAndInsideTheText) {
  std::string text;
  uint32_t state = 1;
  const std::string_view alphabet = "aZ9 \n.-'&;<>!/[](){}~\\\xE2\x80\x8B\xD0\xBE\xFF\xC2\xAD\"#*%$:=";
  for (int round = 0; round < 300; ++round) {
    text.clear();
    for (int i = 0; i < 200; ++i) {
      state = state * 1664525 + 1013904223;
      text += alphabet[(state >> 16) % alphabet.size()];
    }
    if (round % 3 == 0) text = "---\nkey: \"" + text;
    const TokenizedText tokens = Tokenize(text);
    uint32_t end = 0;
    for (size_t i = 0; i < tokens.words.size(); ++i) {
      EXPECT_GE(tokens.words[i].begin, end);
      EXPECT_GT(tokens.words[i].end, tokens.words[i].begin);
      end = tokens.words[i].end;
      EXPECT_EQ(HashWord(tokens.NormalisedWord(i)), tokens.words[i].hash);
    }
    EXPECT_LE(end, text.size());
  }
}

TEST(TokenizeTest, FlagsSayWhereAWordStands) {
  const TokenizedText tokens = Tokenize("One two.\nTHREE\n\n3. Four");
  ASSERT_EQ(tokens.words.size(), 4u);
  EXPECT_EQ(tokens.words[0].flags, kLineStart | kParagraphStart | kCapitalised | kSentenceStart);
  EXPECT_EQ(tokens.words[1].flags, 0);
  EXPECT_EQ(tokens.words[2].flags, kLineStart | kCapitalised | kAllCapitals | kSentenceStart);
  ASSERT_EQ(tokens.markers.size(), 1u);
  EXPECT_EQ(tokens.markers[0].before_word, 3u);
}

}  // namespace
}  // namespace weighbridge::classify
