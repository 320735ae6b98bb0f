#include <ostream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/formats/bytes/byte_reader.h"
#include "services/formats/bytes/byte_source.h"
#include "services/formats/json/json_lexer.h"
#include "services/formats/json/json_reader.h"
#include "services/formats/tree/value.h"

namespace weighbridge::formats {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(JsonReaderTest, KeepsTextAndPlaceOfEverything) {
  const Value root =
      ParseJson("{\n  \"a\": [1, -2.5e3, true, null],\n  \"b\\u0041\": \"x\\ny\\uD83D\\uDE00\"\n}\n").value();
  const Value* a = root.Find("a");
  ASSERT_NE(a, nullptr);
  EXPECT_EQ(a->items[0].AsInt(), 1);
  EXPECT_EQ(a->items[1].AsDouble(), -2500.0);
  EXPECT_EQ(a->items[2].AsBool(), true);
  EXPECT_TRUE(a->items[3].IsNull());
  EXPECT_EQ(root.Find("bA")->AsString(), "x\ny\xF0\x9F\x98\x80");
  EXPECT_EQ(ToString(root.members[1].key_at), "offset 36 (line 3, column 3)");
  EXPECT_EQ(ToString(root.members[1].value.at), "offset 47 (line 3, column 14)");
}

struct Bad {
  std::string name;
  std::string text;
  std::string message;  // a part of it
};
void PrintTo(const Bad& c, std::ostream* os) { *os << c.name; }

class JsonBadTest : public ::testing::TestWithParam<Bad> {};

TEST_P(JsonBadTest, IsRefusedAtItsPlace) {
  const absl::Status status = ParseJson(GetParam().text).status();
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(std::string(status.message()), StartsWith("offset "));
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Json, JsonBadTest,
    ::testing::Values(
        Bad{"empty", "", "offset 0 (line 1, column 1): the document ends"},
        Bad{"only_space", " \n", "line 2, column 1"}, Bad{"byte_order_mark", "\xEF\xBB\xBF{}", "offset 0"},
        Bad{"two_documents", "{} {}", "offset 3 (line 1, column 4): '{' behind the end"},
        Bad{"trailing_comma", "[1,]", "offset 3"}, Bad{"trailing_comma_in_object", "{\"a\":1,}", "expected a key"},
        Bad{"missing_comma", "[1 2]", "expected ',' or ']'"}, Bad{"mismatched", "[1}", "does not match"},
        Bad{"key_without_quotes", "{a:1}", "expected a key"}, Bad{"key_without_colon", "{\"a\" 1}", "expected ':'"},
        Bad{"key_without_value", "{\"a\":}", "expected a value"}, Bad{"comment", "{/* x */}", "expected a key"},
        Bad{"nan", "[NaN]", "\"NaN\" is no value"}, Bad{"minus_infinity", "[-Infinity]", "\"-\" is no number"},
        Bad{"word", "[nul]", "\"nul\" is no value"}, Bad{"plus", "[+1]", "expected a value"},
        Bad{"leading_zero", "[01]", "\"01\" is no number"}, Bad{"bare_minus", "[-]", "is no number"},
        Bad{"dot", "[1.]", "is no number"}, Bad{"exponent", "[1e]", "is no number"},
        Bad{"control_in_string", "[\"a\nb\"]", "offset 3"}, Bad{"overlong_utf8", "[\"\xC0\x80\"]", "malformed UTF-8"},
        Bad{"surrogate_utf8", "[\"\xED\xA0\x80\"]", "malformed UTF-8"},
        Bad{"cut_utf8", "[\"\xE2\x82\"]", "malformed UTF-8"}, Bad{"lone_high", "[\"\\ud800\"]", "high surrogate"},
        Bad{"lone_low", "[\"\\udc00\"]", "low surrogate"}, Bad{"two_highs", "[\"\\ud800\\ud800\"]", "high surrogate"},
        Bad{"bad_escape", "[\"\\x41\"]", "unknown escape"}, Bad{"bad_hex", "[\"\\u00g0\"]", "hexadecimal"},
        Bad{"duplicate", "{\"a\":1,\"b\":2,\"a\":3}", "offset 13 (line 1, column 14): duplicate key \"a\""},
        Bad{"duplicate_escaped", "{\"a\":1,\"\\u0061\":2}", "duplicate key"},
        Bad{"duplicate_inside", "[{\"a\":{\"x\":1,\"x\":1}}]", "duplicate key \"x\""},
        Bad{"depth_33", std::string(33, '[') + std::string(33, ']'), "nesting is over the limit of 32"},
        Bad{"depth_million", std::string(1000000, '['), "offset 32"},
        Bad{"depth_of_objects",
            [] {
              std::string text;
              for (int i = 0; i < 1000; ++i) text += "{\"a\":";
              return text;
            }(),
            "nesting"},
        Bad{"billion_digits", "[" + std::string(5000000, '9') + "]", "number is over the limit of 128"},
        Bad{"elements",
            [] {
              std::string text = "[0";
              for (int i = 0; i < 70000; ++i) text += ",0";
              return text + "]";
            }(),
            "number of values is over the limit of 65536"},
        Bad{"too_large", std::string((8 << 20) + 1, ' '), "over the limit of 8388608"}),
    [](const auto& info) { return info.param.name; });

TEST(JsonReaderTest, EveryTruncationIsRefused) {
  const std::string text = "{\"key\": [1, 2.5e1, true, null, \"\\u00e9\xC3\xA9\", {\"x\": {}}], \"b\": false}";
  ASSERT_TRUE(ParseJson(text).ok());
  for (size_t length = 0; length < text.size(); ++length) {
    const absl::Status status = ParseJson(text.substr(0, length)).status();
    EXPECT_FALSE(status.ok()) << length;
    EXPECT_THAT(std::string(status.message()), StartsWith("offset "));
  }
}

TEST(JsonReaderTest, AskedDepthIsBounded) {
  JsonLimits limits;
  limits.depth_max = 1000000;
  EXPECT_FALSE(ParseJson(std::string(129, '[') + std::string(129, ']'), limits).ok());
  EXPECT_TRUE(ParseJson(std::string(128, '[') + std::string(128, ']'), limits).ok());
}

TEST(JsonReaderTest, NonFiniteNumbersOnlyWhereAskedFor) {
  JsonLimits limits;
  limits.non_finite = JsonLimits::NonFinite::kAccept;
  const Value list = ParseJson("[NaN, Infinity, -Infinity, -1]", limits).value();
  EXPECT_EQ(list.items[2].text, "-Infinity");
  EXPECT_EQ(list.items[2].AsDouble(), std::nullopt);
  EXPECT_EQ(list.items[3].AsInt(), -1);
  for (const char* text : {"[-Inf]", "[Inf]", "[-I]", "[-true]", "[nan]", "[-NaN]"})
    EXPECT_FALSE(ParseJson(text, limits).ok()) << text;
}

// All tokens of a document as one text, for comparing block sizes.
std::string Tokens(std::string_view text, size_t block_size) {
  MemorySource source(text, block_size);
  ByteReader reader(&source);
  JsonLexer lexer(&reader, text.size());
  std::string all;
  while (true) {
    const absl::StatusOr<JsonToken> token = lexer.Next();
    if (!token.ok()) return all + std::string(token.status().message());
    all += std::to_string(static_cast<int>(token->kind)) + "@" + ToString(token->at) + ":" + std::string(token->text) +
           ";";
    if (token->kind == JsonToken::Kind::kEnd) return all;
  }
}

TEST(JsonLexerTest, SplittingTheInputChangesNothing) {
  for (const std::string text : {"{\"a\\u00e9\\\"\": [-1.5e-3, true], \n\"\xE2\x82\xAC\": null}  ", "[\"\xE2\x82\"]",
                                 "[1, 2, tru", "{\"a\":1 2}"}) {
    const std::string whole = Tokens(text, SIZE_MAX);
    for (const size_t block_size : {1, 2, 7}) EXPECT_EQ(Tokens(text, block_size), whole);
  }
}

TEST(JsonLexerTest, LongStringsAreCutButMeasured) {
  const std::string text = "[\"" + std::string(100000, 'x') + "\\u00e9\", 1]";
  MemorySource source(text, 777);
  ByteReader reader(&source);
  JsonLexerOptions options;
  options.string_keep_max = 10;
  JsonLexer lexer(&reader, text.size(), options);
  ASSERT_TRUE(lexer.Next().ok());
  const JsonToken token = lexer.Next().value();
  EXPECT_EQ(token.text, "xxxxxxxxxx");
  EXPECT_EQ(token.size, 100002u);
  EXPECT_EQ(lexer.Next().value().text, "1");
}

TEST(JsonLexerTest, SkipAndDetachLeaveTheReaderBehindTheValue) {
  const std::string text = "{\"a\":{\"b\":[1,{\"c\":2}]},\"d\":3}   tail";
  for (const size_t block_size : {size_t{1}, size_t{5}, SIZE_MAX}) {
    MemorySource source(text, block_size);
    ByteReader reader(&source);
    JsonLexer lexer(&reader, text.size());
    ASSERT_TRUE(lexer.Next().ok());
    EXPECT_EQ(lexer.Next().value().text, "a");
    ASSERT_TRUE(lexer.SkipValue(lexer.Next().value()).ok());
    EXPECT_EQ(lexer.Next().value().text, "d");
    EXPECT_EQ(lexer.Next().value().text, "3");
    EXPECT_EQ(lexer.Next().value().kind, JsonToken::Kind::kEndObject);
    lexer.Detach();
    EXPECT_EQ(reader.ReadRest(100, "rest").value(), "   tail");
  }
}

}  // namespace
}  // namespace weighbridge::formats
