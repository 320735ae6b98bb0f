#include "services/rulebook/names.h"

#include <ostream>
#include <string>

#include "gtest/gtest.h"

namespace weighbridge::rulebook {
namespace {

TEST(NamesTest, CaseAndOuterBlanksDoNotCount) {
  EXPECT_EQ(NormalName(" \tLlama 3.1\n"), "llama 3.1");
  EXPECT_EQ(NormalSpelling("Acorn_Model  Licence - 1.0 "), "acorn-model-licence-1.0");
}

TEST(NamesTest, WordsThatSayNothing) {
  for (const char* word : {"", "other", "unknown", "none", "n/a", "license"}) EXPECT_TRUE(SaysNothing(word)) << word;
  for (const char* word : {"mit", "others say", "unknown-1.0"}) EXPECT_FALSE(SaysNothing(word)) << word;
}

struct LinkCase {
  std::string name, url, normal;
};
void PrintTo(const LinkCase& c, std::ostream* out) { *out << c.url; }
class LinkTest : public ::testing::TestWithParam<LinkCase> {};

TEST_P(LinkTest, Normal) { EXPECT_EQ(NormalLink(GetParam().url), GetParam().normal); }

INSTANTIATE_TEST_SUITE_P(Table, LinkTest,
                         ::testing::Values(LinkCase{"Scheme", "HTTPS://www.Example.org/A/b/", "example.org/a/b"},
                                           LinkCase{"Http", "http://example.org/a", "example.org/a"},
                                           LinkCase{"NoScheme", "example.org/a#x", "example.org/a#x"},
                                           LinkCase{"HostOnly", "https://example.org/", ""},
                                           LinkCase{"Relative", "LICENSE", ""},
                                           LinkCase{"Blank", "example.org/a b", ""},
                                           LinkCase{"DotDot", "example.org/a/../b", ""},
                                           LinkCase{"EncodedDot", "example.org/a/%2E%2e/b", ""},
                                           LinkCase{"DotInQuery", "example.org/a?x=..", "example.org/a?x=.."},
                                           LinkCase{"Backslash", "example.org\\@a/b", ""}, LinkCase{"Empty", "", ""}),
                         [](const auto& info) { return info.param.name; });

struct GlobCase {
  std::string name, glob, text;
  bool matches;
};
void PrintTo(const GlobCase& c, std::ostream* out) { *out << c.glob << " on " << c.text; }
class GlobTest : public ::testing::TestWithParam<GlobCase> {};

TEST_P(GlobTest, Matches) { EXPECT_EQ(GlobMatches(GetParam().glob, GetParam().text), GetParam().matches); }

INSTANTIATE_TEST_SUITE_P(Table, GlobTest,
                         ::testing::Values(GlobCase{"Exact", "abc", "abc", true},
                                           GlobCase{"NoPrefix", "abc", "abcd", false},
                                           GlobCase{"NoSuffix", "abc", "xabc", false},
                                           GlobCase{"Star", "a*", "a", true},
                                           GlobCase{"Middle", "a*-vision*", "a-9b-vision-x", true},
                                           GlobCase{"MiddleNot", "a*-vision", "a-9b-vision-x", false},
                                           GlobCase{"Backtrack", "*ab*ac", "abababac", true},
                                           GlobCase{"DotIsADot", "a.1*", "ax1", false}, GlobCase{"Empty", "", "", true},
                                           GlobCase{"EmptyNot", "", "a", false}, GlobCase{"All", "*", "", true}),
                         [](const auto& info) { return info.param.name; });

struct TokenCase {
  std::string name, text, words;
};
void PrintTo(const TokenCase& c, std::ostream* out) { *out << c.text; }
class TokenTest : public ::testing::TestWithParam<TokenCase> {};

TEST_P(TokenTest, Words) {
  std::string words;
  for (const NameToken& token : NameTokens(GetParam().text)) {
    words += (words.empty() ? "" : " ") + token.text;
    EXPECT_LT(token.begin, token.end);
    EXPECT_LE(token.end, GetParam().text.size());
  }
  EXPECT_EQ(words, GetParam().words);
}

INSTANTIATE_TEST_SUITE_P(Table, TokenTest,
                         ::testing::Values(TokenCase{"Plain", "Foo-Llama-3.1-8B-GGUF", "foo llama 3.1 8b gguf"},
                                           TokenCase{"Glued", "Llama3.1_8b", "llama 3.1 8b"},
                                           TokenCase{"NoSubstring", "TinyLlama", "tinyllama"},
                                           TokenCase{"LettersAfterDigits", "gemma-3n-e2b", "gemma 3n e2b"},
                                           TokenCase{"DotEnds", "FLUX.1-dev.", "flux 1 dev"},
                                           TokenCase{"VersionLetter", "Mistral-7B-v0.1", "mistral 7b 0.1"},
                                           TokenCase{"VersionWord", "acorn v 2", "acorn 2"},
                                           TokenCase{"Underscore", "Llama-3_3-Foo", "llama 3.3 foo"},
                                           TokenCase{"UnderscoreBeforeSize", "llama-2_7b", "llama 2 7b"},
                                           TokenCase{"Short", "r1 8x7b k2", "r1 8x7b k2"},
                                           TokenCase{"ForeignLetters", "\xc3\xa9llama", "\xc3\xa9llama"},
                                           TokenCase{"Nothing", "-./ ", ""},
                                           TokenCase{"LongVersion", "acorn-3.1.5", "acorn 3.1.5"}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace weighbridge::rulebook
