#include "services/formats/adapter_config/adapter_config.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/formats/testing/bad_input.h"
#include "tests/support/corpus.h"

namespace weighbridge::formats {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kLora[] = R"({"peft_type": "LORA", "base_model_name_or_path": "org/base", "revision": null,
 "r": 8, "lora_alpha": 16, "target_modules": ["q_proj", "v_proj"], "modules_to_save": ["lm_head"]})";

TEST(AdapterConfigTest, ReadsWhatAnAdapterNeeds) {
  const AdapterConfig config = ParseAdapterConfig(kLora).value();
  EXPECT_EQ(config.peft_type->value, "LORA");
  EXPECT_EQ(config.base_model_name_or_path->value, "org/base");
  EXPECT_EQ(config.base_model_name_or_path->at.offset, 49u);
  EXPECT_FALSE(config.revision.has_value());
  EXPECT_EQ(config.r, 8u);
  EXPECT_EQ(config.lora_alpha, 16.0);
  EXPECT_THAT(config.target_modules, ElementsAre("q_proj", "v_proj"));
  EXPECT_THAT(config.modules_to_save, ElementsAre("lm_head"));
}

TEST(AdapterConfigTest, AnEmptyBaseIsNoBase) {
  EXPECT_FALSE(ParseAdapterConfig(R"({"base_model_name_or_path": ""})").value().base_model_name_or_path.has_value());
  EXPECT_FALSE(ParseAdapterConfig("{}").value().base_model_name_or_path.has_value());
  EXPECT_THAT(ParseAdapterConfig(R"({"target_modules": "all-linear"})").value().target_modules,
              ElementsAre("all-linear"));
}

TEST(AdapterConfigTest, WrongTypesAreRefused) {
  for (const char* json : {"[]", R"({"peft_type": 1})", R"({"base_model_name_or_path": ["x"]})", R"({"r": -1})",
                           R"({"r": "8"})", R"({"lora_alpha": true})", R"({"target_modules": [1]})",
                           R"({"modules_to_save": {"a": 1}})", R"({"r": 1, "r": 2})"}) {
    EXPECT_THAT(std::string(ParseAdapterConfig(json).status().message()), HasSubstr("offset ")) << json;
  }
}

TEST(AdapterConfigBadInputTest, EveryTruncationAndEdit) {
  const ParseFunction parse = [](std::string_view bytes, size_t) { return ParseAdapterConfig(bytes).status(); };
  EXPECT_GT(CheckTruncations(parse, kLora).cases, 150);
  EXPECT_GT(CheckTextEdits(parse, kLora, "{}[]\",:\\0-e \xC3").cases, 2000);
}

TEST(AdapterConfigCorpusTest, RealConfigsAreRead) {
  const auto corpus = testing_support::CorpusDir();
  if (!corpus.has_value()) GTEST_SKIP() << "WEIGHBRIDGE_CORPUS names no folder";
  const AdapterConfig zoo =
      ParseAdapterConfig(testing_support::ReadFileOrFail(*corpus + "/artifacts/zoo/adapter_config.json")).value();
  EXPECT_EQ(zoo.base_model_name_or_path->value, "zoo/A");
  const AdapterConfig real =
      ParseAdapterConfig(testing_support::ReadFileOrFail(
                             *corpus + "/configs/adelacorbeanu-llama-3-2-3b-romanian-qa-lora/adapter_config.json"))
          .value();
  EXPECT_EQ(real.base_model_name_or_path->value, "meta-llama/Llama-3.2-3B");
}

}  // namespace
}  // namespace weighbridge::formats
