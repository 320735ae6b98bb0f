#include "services/formats/gguf/splits.h"

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/formats/bytes/byte_source.h"
#include "tests/support/model_builder.h"

namespace weighbridge::formats {
namespace {

using ::testing::HasSubstr;
using testing_support::GgufKvType;
using testing_support::GgufNumber;

struct Part {
  std::string name;
  uint64_t no, count, total;
  std::vector<std::string> tensors;
};

absl::Status Check(const std::vector<Part>& parts) {
  std::vector<std::unique_ptr<GgufHeader>> headers;
  std::vector<GgufSplitPart> set;
  for (const Part& part : parts) {
    std::vector<testing_support::GgufTensorSpec> tensors;
    for (const std::string& name : part.tensors) tensors.push_back({name, {4}, 0});
    const std::string bytes = testing_support::BuildGguf(
        {GgufNumber("split.no", GgufKvType::kU16, part.no), GgufNumber("split.count", GgufKvType::kU16, part.count),
         GgufNumber("split.tensors.count", GgufKvType::kI32, part.total)},
        tensors);
    MemorySource source(bytes);
    headers.push_back(std::make_unique<GgufHeader>(ParseGguf(&source).value()));
    set.push_back({part.name, headers.back().get()});
  }
  return CheckGgufSplits(set);
}

const Part kOne = {"m-00001-of-00002.gguf", 0, 2, 3, {"a", "b"}};
const Part kTwo = {"m-00002-of-00002.gguf", 1, 2, 3, {"c"}};

TEST(SplitsTest, AWholeSetInAnyOrder) {
  EXPECT_TRUE(Check({kOne, kTwo}).ok());
  EXPECT_TRUE(Check({kTwo, kOne}).ok());
}

TEST(SplitsTest, EveryWayToBreakASet) {
  const auto message = [](const std::vector<Part>& parts) { return std::string(Check(parts).message()); };
  EXPECT_THAT(message({kOne}), HasSubstr("m-00002-of-00002.gguf: this part is missing"));
  EXPECT_THAT(message({kOne, kTwo, kTwo}), HasSubstr("part 2 is there twice"));
  EXPECT_THAT(message({kOne, {"n-00002-of-00002.gguf", 1, 2, 3, {"c"}}}), HasSubstr("no part of the same model"));
  EXPECT_THAT(message({kOne, {"m-00002-of-00003.gguf", 1, 3, 3, {"c"}}}), HasSubstr("no part of the same model"));
  EXPECT_THAT(message({kOne, {"m-00002-of-00002.gguf", 0, 2, 3, {"c"}}}), HasSubstr("split.no is not 1"));
  EXPECT_THAT(message({kOne, {"m-00002-of-00002.gguf", 1, 3, 3, {"c"}}}), HasSubstr("split.count is not 2"));
  EXPECT_THAT(message({kOne, {"m-00002-of-00002.gguf", 1, 2, 4, {"c"}}}), HasSubstr("split.tensors.count differs"));
  EXPECT_THAT(message({kOne, {"m-00002-of-00002.gguf", 1, 2, 3, {"c", "d"}}}),
              HasSubstr("hold 4 tensors, the headers state 3"));
  EXPECT_THAT(message({kOne, {"m-00002-of-00002.gguf", 1, 2, 3, {"a"}}}),
              HasSubstr("tensor \"a\" is in several parts"));
  EXPECT_THAT(message({{"model.gguf", 0, 2, 3, {}}}), HasSubstr("the name is not"));
  EXPECT_FALSE(CheckGgufSplits({}).ok());
}

TEST(SplitsTest, Names) {
  EXPECT_EQ(ParseGgufSplitName("a-b-00003-of-00012.gguf")->prefix, "a-b");
  EXPECT_EQ(ParseGgufSplitName("a-b-00003-of-00012.gguf")->number, 3u);
  for (const char* name : {"model.gguf", "-00001-of-00002.gguf", "m-00000-of-00002.gguf", "m-00003-of-00002.gguf",
                           "m-0001-of-00002.gguf", "m-00001-of-00002.safetensors", "m-0000a-of-00002.gguf"}) {
    EXPECT_FALSE(ParseGgufSplitName(name).has_value()) << name;
  }
}

}  // namespace
}  // namespace weighbridge::formats
