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
        Case{"NonWithHyphen", "non-commercial, Non\xE2\x80\x91" "Exclusive", "noncommercial nonexclusive "},
        Case{"NonAcrossALine", "non-\n// commercial", "noncommercial "},
        Case{"OtherHyphens", "royalty-free end-user", "royalty free end user "},
        Case{"Numbers", "700,000,000 and 2.0 or 3.1.1.", "700000000 and 2.0 or 3.1.1 "},
        Case{"NoThousands", "1,2 and 12,34", "1 2 and 12 34 "},
        Case{"PercentAndMoney", "50% of $10, 7 % of \xE2\x82\xAC" "5", "50 percent of $ 10 7 percent of \xE2\x82\xAC 5 "},
        Case{"LetterWithNumber", "v1.1 Llama3 3rd", "v1.1 llama3 3rd "},
        Case{"Address", "see https://www.example.org/a/ or http://example.org", "see example org a or example org "},
        Case{"Copyright", "Copyright (c) \xC2\xA9 2020 A; (C) 2021 B", "copyright 2020 a 2021 b "},
        Case{"CopyrightOwner", "the copyright owner", "the copyright holder "},
        Case{"ListMarkers", "1. One\n2) Two\n(a) Three\nb. Four\n  iv) Five\n- Six\n\xE2\x80\xA2 Seven",
             "one two three four five six seven "},
        Case{"NumbersInSentences", "more than 700\nmillion users, or 18. Then", "more than 700 million users or 18 then "},
        Case{"WrappedNumber", "This line is long enough to have been broken by whoever wrote it within\n30. Days follow.",
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
        Case{"Utf16", "\xFF\xFE" "N\0o\0 \0\x19\x20"s, "no "}, Case{"ByteOrderMark", "\xEF\xBB\xBFyes", "yes "},
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

INSTANTIATE_TEST_SUITE_P(
    Kinds, OddityTest,
    testing::Values(OddCase{"None", "\xEF\xBB\xBFPlain \xE2\x80\x9Ctext\xE2\x80\x9D, caf\xC3\xA9 next", ""},
                    OddCase{"ZeroWidthBehindAWord", "caf\xC3\xA9\xE2\x80\x8B next", "zero_width "},
                    OddCase{"ZeroWidthBetweenWords", "a \xE2\x80\x8B b", "zero_width "},
                    OddCase{"PictureWithSelector", "a \xE2\x9A\xA0\xEF\xB8\x8F b", ""},
                    OddCase{"ManySelectorsBehindAPicture", "a \xE2\x9A\xA0\xEF\xB8\x8F\xEF\xB8\x8F\xEF\xB8\x8F b", "zero_width "},
                    OddCase{"SoftHyphenBetweenWords", "a \xC2\xAD b", "soft_hyphen "},
                    OddCase{"MarkBetweenWords", "a \xE2\x80\x8E b", "bidi "},
                    OddCase{"SentenceInTagCharacters",
                            "a \xF3\xA0\x81\x81\xF3\xA0\x81\x82\xF3\xA0\x81\x83\xF3\xA0\x81\x84 b", "hidden_text "},
                    OddCase{"WideWordBesideIdeograph", "\xEF\xBD\x8E\xEF\xBD\x8F \xE8\xAE\xB8", ""},
                    OddCase{"WideWordsBesideIdeograph", "\xE8\xAE\xB8\xEF\xBD\x8E \xEF\xBD\x8F two", ""},
                    OddCase{"WideWordInAnotherSentence", "\xE8\xAE\xB8 one \xEF\xBD\x8E\xEF\xBD\x8F two", "styled_letter "},
                    OddCase{"Homoglyph", "n\xD0\xBEt", "homoglyph "}, OddCase{"Styled", "\xF0\x9D\x90\xA7ot", "styled_letter "},
                    OddCase{"ZeroWidth", "n\xE2\x80\x8Bot", "zero_width "}, OddCase{"SoftHyphen", "n\xC2\xADot", "soft_hyphen "},
                    OddCase{"WideAmongOthers", "n\xEF\xBD\x8Ft", "styled_letter "},
                    OddCase{"WideWord", "\xEF\xBD\x8E\xEF\xBD\x8F two", "styled_letter "},
                    OddCase{"BidiInLinkTarget", "[a](https://b\xE2\x80\xAE) c", "bidi "},
                    OddCase{"Bidi", "a \xE2\x80\xAE" "b", "bidi "}, OddCase{"Invalid", "n\xE8t", "invalid_utf8 "},
                    OddCase{"Entity", "n&#111;t", "entity "}, OddCase{"HarmlessEntity", "a &amp; b&nbsp;c", ""},
                    OddCase{"Comment", "a <!-- b --> c", "hidden_comment "},
                    OddCase{"HiddenMarkup", "a <span style='display: none'>b</span>", "hidden_markup "},
                    OddCase{"Struck", "a ~~b~~ <del>c</del>", "struck struck struck "}),
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
  const std::string text = "## 1. The Licence's \xEF\xAC\x81rst non-\ncommercial 700,000,000 users\n\n(b) 50% of $5; http://www.a.org";
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
