#include "services/formats/model_index/model_index.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/formats/testing/bad_input.h"
#include "tests/support/corpus.h"

namespace weighbridge::formats {
namespace {

using ::testing::HasSubstr;

constexpr char kIndex[] =
    R"({"_class_name": "FluxPipeline", "_diffusers_version": "0.30.0", "vae": ["diffusers", "AutoencoderKL"],
 "safety_checker": [null, null], "scheduler": null, "requires_safety_checker": true, "_x": {"y": [1, 2]}})";

TEST(PipelineIndexTest, NamesItsComponents) {
  const PipelineIndex index = ParsePipelineIndex(kIndex).value();
  EXPECT_EQ(index.class_name, "FluxPipeline");
  EXPECT_EQ(index.diffusers_version, "0.30.0");
  ASSERT_EQ(index.components.size(), 1u);
  EXPECT_EQ(index.components[0].name, "vae");
  EXPECT_EQ(index.components[0].class_name, "AutoencoderKL");
}

TEST(PipelineIndexTest, OtherDocumentsAreRefused) {
  for (const char* json : {"[]", "{}", R"({"_class_name": 1})", R"({"_class_name": "X", "../up": ["a", "b"]})",
                           R"({"_class_name": "X", "a/b": ["a", "b"]})", R"({"_class_name": "X", "a\\b": ["a", "b"]})",
                           R"({"_class_name": "X", ".": ["a", "b"]})"}) {
    EXPECT_THAT(std::string(ParsePipelineIndex(json).status().message()), HasSubstr("offset ")) << json;
  }
}

TEST(PipelineIndexBadInputTest, EveryTruncationAndEdit) {
  const ParseFunction parse = [](std::string_view bytes, size_t) { return ParsePipelineIndex(bytes).status(); };
  EXPECT_GT(CheckTruncations(parse, kIndex).cases, 150);
  EXPECT_GT(CheckTextEdits(parse, kIndex, "{}[]\",:\\0/. \xC3").cases, 2000);
}

TEST(PipelineIndexCorpusTest, RealIndexesAreRead) {
  const auto corpus = testing_support::CorpusDir();
  if (!corpus.has_value()) GTEST_SKIP() << "WEIGHBRIDGE_CORPUS names no folder";
  const std::string text =
      testing_support::ReadFileOrFail(*corpus + "/configs/stabilityai-stable-diffusion-3-5-large/model_index.json");
  EXPECT_EQ(ParsePipelineIndex(text).value().components.size(), 9u);
  const std::string other = testing_support::ReadFileOrFail(*corpus + "/configs/minimax-h3-fl2va/model_index.json");
  EXPECT_EQ(ParsePipelineIndex(other).value().components.size(), 6u);
}

}  // namespace
}  // namespace weighbridge::formats
