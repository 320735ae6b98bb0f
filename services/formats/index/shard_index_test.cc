#include "services/formats/index/shard_index.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/formats/bytes/byte_source.h"
#include "services/formats/testing/bad_input.h"
#include "tests/support/model_builder.h"

namespace weighbridge::formats {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing_support::BuildShardIndex;

absl::StatusOr<ShardIndex> Parse(std::string_view text, size_t block_size = SIZE_MAX) {
  MemorySource source(text, block_size);
  return ParseShardIndex(&source);
}

std::string Message(std::string_view text) { return std::string(Parse(text).status().message()); }

std::string Sample() {
  return BuildShardIndex({{"a.weight", "m-2.safetensors"}, {"b.weight", "m-1.safetensors"}, {"c", "m-2.safetensors"}},
                         1234);
}

TEST(ShardIndexTest, ReadsFilesAndTensors) {
  for (const size_t block_size : {size_t{1}, size_t{2}, size_t{7}, SIZE_MAX}) {
    const ShardIndex index = Parse(Sample(), block_size).value();
    EXPECT_EQ(index.total_size, 1234u);
    EXPECT_THAT(index.files, ElementsAre("m-1.safetensors", "m-2.safetensors"));
    ASSERT_EQ(index.entries.size(), 3u);
    EXPECT_EQ(index.entries[0].tensor, "a.weight");
    EXPECT_EQ(index.files[index.entries[0].file], "m-2.safetensors");
  }
}

TEST(ShardIndexTest, NumbersOfWritersThatDivide) {
  EXPECT_EQ(Parse(R"({"metadata": {"total_size": 12.0, "x": [1]}, "weight_map": {"a": "f"}})").value().total_size, 12u);
  EXPECT_EQ(Parse(R"({"weight_map": {"a": "sub/f"}, "other": {"b": [1, {}]}})").value().total_size, std::nullopt);
}

TEST(ShardIndexTest, FileNamesStayBelowTheIndex) {
  for (const char* name : {"../f", "/f", "a/../f", "./f", "a//f", "a/", "", "C:f", "a\\\\b", "..", ".", "a\\u0000",
                           "a\\nb", "\\u202e/.."}) {
    EXPECT_THAT(Message("{\"weight_map\": {\"t\": \"" + std::string(name) + "\"}}"),
                HasSubstr("leads outside or is no plain name"))
        << name;
  }
}

TEST(ShardIndexTest, OtherDocumentsAreRefused) {
  EXPECT_THAT(Message("[]"), HasSubstr("an index is a JSON object"));
  EXPECT_THAT(Message("{}"), HasSubstr("no \"weight_map\""));
  EXPECT_THAT(Message(R"({"weight_map": {}})"), HasSubstr("names no tensor"));
  EXPECT_THAT(Message(R"({"weight_map": []})"), HasSubstr("no object"));
  EXPECT_THAT(Message(R"({"weight_map": {"a": 1}})"), HasSubstr("a file name is a string"));
  EXPECT_THAT(Message(R"({"weight_map": {"": "f"}})"), HasSubstr("tensor names"));
  EXPECT_THAT(Message(R"({"weight_map": {"a": "f"}, "weight_map": {"a": "g"}})"), HasSubstr("duplicate key"));
  EXPECT_THAT(Message(R"({"weight_map": {"a": "f", "\u0061": "g"}})"), HasSubstr("offset 26: duplicate tensor \"a\""));
  EXPECT_THAT(Message(R"({"metadata": {"total_size": -1}, "weight_map": {"a": "f"}})"),
              HasSubstr("no number of bytes"));
  EXPECT_THAT(Message(R"({"weight_map": {"a": "f"}} x)"), HasSubstr("behind the end"));
}

TEST(ShardIndexTest, ShardsMustHoldExactlyWhatTheIndexSays) {
  const ShardIndex index = Parse(Sample()).value();
  using Shards = std::map<std::string, std::vector<std::string_view>>;
  const Shards whole = {{"m-1.safetensors", {"b.weight"}}, {"m-2.safetensors", {"c", "a.weight"}}};
  EXPECT_TRUE(CheckShards(index, whole).ok());
  const auto message = [&](const Shards& shards) { return std::string(CheckShards(index, shards).message()); };
  EXPECT_THAT(message({{"m-1.safetensors", {"b.weight"}}}), HasSubstr("shard \"m-2.safetensors\" is missing"));
  Shards changed = whole;
  changed["m-3.safetensors"] = {};
  EXPECT_THAT(message(changed), HasSubstr("shard \"m-3.safetensors\" is not in the index"));
  changed = whole;
  changed["m-1.safetensors"].push_back("extra");
  EXPECT_THAT(message(changed), HasSubstr("tensor \"extra\" of shard \"m-1.safetensors\" is not in the index"));
  changed = whole;
  changed["m-1.safetensors"].push_back("c");
  EXPECT_THAT(message(changed),
              HasSubstr("tensor \"c\" is in shard \"m-1.safetensors\", the index names \"m-2.safetensors\""));
  changed = whole;
  changed["m-2.safetensors"] = {"c"};
  EXPECT_THAT(message(changed), HasSubstr("tensor \"a.weight\" is not in shard \"m-2.safetensors\""));
}

TEST(ShardIndexBadInputTest, EveryTruncationAndEdit) {
  const ParseFunction parse = [](std::string_view bytes, size_t block_size) {
    return Parse(bytes, block_size).status();
  };
  std::string text = Sample();
  text.pop_back();  // the last line feed may be missing
  EXPECT_GT(CheckTruncations(parse, text).cases, 150);
  EXPECT_GT(CheckTextEdits(parse, text, "{}[]\",:\\0/. \xC3").cases, 2000);
}

}  // namespace
}  // namespace weighbridge::formats
