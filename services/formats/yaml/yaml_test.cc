#include <ostream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/formats/testing/bad_input.h"
#include "services/formats/tree/value.h"
#include "services/formats/yaml/yaml_reader.h"

namespace weighbridge::formats {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(YamlReaderTest, KeepsTextQuotesAndPlaces) {
  const Value root = ParseYaml(
                         "# comment\n"
                         "license: no\n"
                         "version: 3.10\n"
                         "users: 12000000\n"
                         "quoted: 'yes'\n"
                         "empty:\n"
                         "tilde: ~\n"
                         "list: [DE, NO]\n"
                         "block: |\n"
                         "  two\n"
                         "  lines\n"
                         "metrics:\n"
                         "  - {metric: mau, value: 1}\n")
                         .value();
  EXPECT_EQ(root.Find("license")->AsString(), "no");
  EXPECT_EQ(root.Find("license")->AsBool(), std::nullopt);
  EXPECT_EQ(root.Find("version")->AsString(), "3.10");
  EXPECT_EQ(root.Find("users")->AsInt(), 12000000);
  EXPECT_TRUE(root.Find("quoted")->quoted);
  EXPECT_TRUE(root.Find("empty")->IsNull());
  EXPECT_EQ(root.Find("empty")->text, "");
  EXPECT_EQ(root.Find("empty")->at.line, 6u) << "the place of nothing is its key";
  EXPECT_EQ(root.Find("tilde")->text, "~");
  EXPECT_EQ(root.Find("list")->items[1].AsString(), "NO");
  EXPECT_EQ(root.Find("block")->AsString(), "two\nlines\n");
  EXPECT_TRUE(root.Find("block")->quoted);
  const Value& metric = root.Find("metrics")->items[0];
  EXPECT_EQ(ToString(metric.FindMember("value")->key_at), "offset 147 (line 13, column 19)");
  EXPECT_EQ(metric.Find("value")->AsInt(), 1);
}

TEST(YamlReaderTest, PlacesCountFromTheFileTheTextStandsIn) {
  const Value root = ParseYaml("a: 1\nb: 2\n", {}, Position{100, 7, 1}).value();
  EXPECT_EQ(ToString(root.FindMember("b")->key_at), "offset 105 (line 8, column 1)");
  EXPECT_THAT(std::string(ParseYaml("a: 1\na: 2\n", {}, Position{100, 7, 1}).status().message()),
              StartsWith("offset 105 (line 8, column 1): duplicate"));
}

TEST(YamlReaderTest, JsonIsYaml) {
  const Value root = ParseYaml("{\"a\": [1, \"x\", null, true]}").value();
  EXPECT_EQ(root.Find("a")->items[3].AsBool(), true);
  EXPECT_TRUE(root.Find("a")->items[1].quoted);
}

TEST(YamlReaderTest, EmptyDocumentsAndByteOrderMarks) {
  EXPECT_TRUE(ParseYaml("").value().IsNull());
  EXPECT_TRUE(ParseYaml("# only a comment\n").value().IsNull());
  const Value root = ParseYaml(
                         "\xEF\xBB\xBF"
                         "a: 1\n")
                         .value();
  EXPECT_EQ(root.members[0].key_at.offset, 3u);
  EXPECT_TRUE(ParseYaml("---\na: 1\n...\n").ok());
  EXPECT_EQ(ParseYaml("a: |-\n  x").value().Find("a")->AsString(), "x");
  EXPECT_EQ(ParseYaml("a: |\n  x\n").value().Find("a")->AsString(), "x\n");
  EXPECT_EQ(ParseYaml("a: 1\r\nb: 2\r\n").value().Find("a")->AsInt(), 1);
}

struct Bad {
  std::string name;
  std::string text;
  std::string message;
};
void PrintTo(const Bad& c, std::ostream* os) { *os << c.name; }

class YamlBadTest : public ::testing::TestWithParam<Bad> {};

TEST_P(YamlBadTest, IsRefusedAtItsPlace) {
  const absl::Status status = ParseYaml(GetParam().text).status();
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(std::string(status.message()), StartsWith("offset "));
  EXPECT_THAT(std::string(status.message()), HasSubstr("line "));
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().message));
}

std::string Repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

INSTANTIATE_TEST_SUITE_P(
    Yaml, YamlBadTest,
    ::testing::Values(
        Bad{"anchor", "a: &x 1\n", "anchors are not accepted"}, Bad{"anchor_on_map", "a: &x\n  b: 1\n", "anchors"},
        Bad{"anchor_on_null", "a: &x\nb: 1\n", "anchors"}, Bad{"alias", "a: *x\n", "offset 3"},
        Bad{"billion_laughs", "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n", "anchors"},
        Bad{"merge_key", "a:\n  <<: {b: 1}\n", "merge keys are not accepted"},
        Bad{"tag", "a: !!python/object:os.system x\n", "tags are not accepted"},
        Bad{"standard_tag", "a: !!str 1\n", "tags"}, Bad{"tag_on_list", "a: !!set [1]\n", "tags"},
        Bad{"directive", "%YAML 1.1\n---\na: 1\n", "line 1, column 1): directives"},
        Bad{"duplicate", "a: 1\nb: 2\na: 3\n", "offset 10 (line 3, column 1): duplicate key \"a\""},
        Bad{"duplicate_quoted", "a: 1\n\"a\": 3\n", "duplicate key"},
        Bad{"duplicate_escaped", "a: 1\n\"\\x61\": 3\n", "duplicate key"},
        Bad{"duplicate_inside", "x:\n  - {k: 1, k: 2}\n", "line 2, column 12"},
        Bad{"two_documents", "a: 1\n---\nb: 2\n", "several documents"},
        Bad{"document_behind_end", "a: 1\n...\n---\nb: 2\n", "several documents"},
        Bad{"list_as_key", "? [a]\n: 1\n", "a key that is a map or a list"},
        Bad{"null_key", "~: 1\n", "a key that is null"}, Bad{"empty_key", ": 1\n", "a key that is null"},
        Bad{"unclosed_list", "a: [1, 2\n", "offset "}, Bad{"unclosed_quote", "a: \"x\n", "offset "},
        Bad{"unclosed_single_quote", "a: 'x", "offset "}, Bad{"bad_indent", "a:\n  b: 1\n c: 2\n", "line 3"},
        Bad{"tab_indent", "a:\n\tb: 1\n", "offset "}, Bad{"stray_close", "a: 1\n]\n", "offset "},
        Bad{"bad_utf8", "a: \xFF\n", "offset 3 (line 1, column 4): malformed UTF-8"},
        Bad{"nul", std::string("a: \0\n", 5), "control character"},
        Bad{"end_of_stream_character", "a: 1\n\x04 b: 2\n", "control character"},
        Bad{"escape_sequence", "a: \x1B[0m\n", "control character"},
        Bad{"depth_65", std::string(65, '[') + std::string(65, ']'), "nesting is over the limit of 64"},
        Bad{"depth_100k", std::string(100000, '['), "offset 0 "},
        Bad{"depth_of_blocks", Repeated("- ", 100000), "nesting"},
        Bad{"depth_of_maps",
            [] {
              std::string text;
              for (int i = 0; i < 300; ++i) text += std::string(i, ' ') + "a:\n";
              return text;
            }(),
            "nesting"},
        Bad{"too_many_values", Repeated("- 1\n", 70000), "number of values is over the limit of 65536"},
        Bad{"too_many_indicators", "[" + Repeated("1,", 140000) + "]", "over 131072 characters that structure"},
        Bad{"too_many_quotes", "[" + Repeated("\"\" ", 140000) + "]", "over 131072 characters"},
        Bad{"too_large", std::string((1 << 20) + 1, ' '), "over the limit of 1048576"}),
    [](const auto& info) { return info.param.name; });

TEST(YamlBadInputTest, EveryCharacterEdited) {
  const std::string text =
      "# c\nlicense: apache-2.0\nlist:\n  - {a: 1, \"b\": 'x'}\n  - [~, true]\nblock: >-\n  folded\n  text\n";
  const ParseFunction parse = [](std::string_view bytes, size_t) { return ParseYaml(bytes).status(); };
  EXPECT_GT(CheckTextEdits(parse, text, "{}[]\",:'#&*!|>%@`-?\n\t \\\x04\xC3").cases, 2000);
}

}  // namespace
}  // namespace weighbridge::formats
