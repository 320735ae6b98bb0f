#include "services/formats/config_json/config_json.h"

#include <filesystem>
#include <map>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/formats/testing/bad_input.h"
#include "tests/support/corpus.h"

namespace weighbridge::formats {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kLlama[] = R"({
  "_name_or_path": "org/base",
  "architectures": ["LlamaForCausalLM"],
  "model_type": "llama",
  "torch_dtype": "bfloat16",
  "transformers_version": "4.43.0",
  "vocab_size": 128256
})";

TEST(ModelConfigTest, ReadsValuesWithTheirPlaces) {
  const ModelConfig config = ParseModelConfig(kLlama).value();
  EXPECT_EQ(config.model_type->value, "llama");
  EXPECT_EQ(config.model_type->at.line, 4u);
  EXPECT_EQ(config.architectures[0].value, "LlamaForCausalLM");
  EXPECT_EQ(config.name_or_path->value, "org/base");
  EXPECT_EQ(config.torch_dtype->value, "bfloat16");
  EXPECT_EQ(config.vocab_size, 128256u);
  EXPECT_EQ(config.modality, Modality::kText);
  EXPECT_FALSE(config.auto_map.has_value());
}

struct Case {
  std::string name;
  std::string json;
  Modality modality;
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.name; }

class ModalityOfConfigTest : public ::testing::TestWithParam<Case> {};

TEST_P(ModalityOfConfigTest, IsWhatTheConfigShows) {
  EXPECT_EQ(ModalityName(ParseModelConfig(GetParam().json).value().modality), ModalityName(GetParam().modality));
}

INSTANTIATE_TEST_SUITE_P(
    Config, ModalityOfConfigTest,
    ::testing::Values(
        Case{"text", R"({"architectures": ["MistralForCausalLM"]})", Modality::kText},
        Case{"encoder_decoder", R"({"architectures": ["T5ForConditionalGeneration"]})", Modality::kText},
        Case{"masked", R"({"architectures": ["BertForMaskedLM"]})", Modality::kText},
        Case{"empty", "{}", Modality::kUnknown},
        Case{"no_architectures", R"({"model_type": "llama"})", Modality::kUnknown},
        Case{"null_architectures", R"({"architectures": null})", Modality::kUnknown},
        Case{"unknown_class", R"({"architectures": ["SomethingModel"]})", Modality::kUnknown},
        Case{"conditional_generation_alone", R"({"architectures": ["NewForConditionalGeneration"]})",
             Modality::kUnknown},
        Case{"only_the_head", R"({"architectures": ["ForCausalLM"]})", Modality::kUnknown},
        Case{"one_of_two_unknown", R"({"architectures": ["LlamaForCausalLM", "X"]})", Modality::kUnknown},
        Case{"code_of_its_own", R"({"architectures": ["XForCausalLM"], "auto_map": {"AutoModel": "x.X"}})",
             Modality::kUnknown},
        Case{"vision_config", R"({"architectures": ["LlamaForCausalLM"], "vision_config": {"hidden_size": 1}})",
             Modality::kVision},
        Case{"vision_config_null", R"({"architectures": ["LlamaForCausalLM"], "vision_config": null})",
             Modality::kText},
        Case{"image_token", R"({"architectures": ["LlamaForCausalLM"], "image_token_index": 128256})",
             Modality::kVision},
        Case{"vision_below",
             R"({"architectures": ["LlamaForCausalLM"], "thinker_config": {"vision_config": {"a": 1}}})",
             Modality::kVision},
        Case{"vision_by_type", R"({"architectures": ["LlamaForCausalLM"], "model_type": "mllama"})", Modality::kVision},
        Case{"vision_by_class", R"({"architectures": ["MllamaForConditionalGeneration"]})", Modality::kVision},
        Case{"audio_config", R"({"architectures": ["LlamaForCausalLM"], "audio_config": {"a": 1}})", Modality::kAudio},
        Case{"audio_by_class", R"({"architectures": ["WhisperForConditionalGeneration"]})", Modality::kAudio},
        Case{
            "labels_are_free_text",
            R"({"architectures": ["BertForSequenceClassification"], "id2label": {"0": "x"}, "label2id": {"vision_x": 1}})",
            Modality::kText},
        Case{"infinity", R"({"architectures": ["MambaForCausalLM"], "time_step_limit": [0.0, Infinity]})",
             Modality::kText}),
    [](const auto& info) { return info.param.name; });

TEST(ModelConfigTest, WrongTypesAreRefusedWithTheirPlace) {
  const auto message = [](const char* json) { return std::string(ParseModelConfig(json).status().message()); };
  EXPECT_THAT(message(R"({"model_type": 5})"),
              StartsWith("offset 15 (line 1, column 16): \"model_type\" is no string"));
  EXPECT_THAT(message(R"({"architectures": "LlamaForCausalLM"})"), HasSubstr("is no list"));
  EXPECT_THAT(message(R"({"architectures": [1]})"), HasSubstr("list of strings"));
  EXPECT_THAT(message(R"({"_name_or_path": {"a": 1}})"), HasSubstr("is no string"));
  EXPECT_THAT(message("[]"), HasSubstr("a config is a JSON object"));
  EXPECT_THAT(message(R"({"model_type": "a", "model_type": "b"})"), HasSubstr("duplicate key"));
}

TEST(ModelConfigBadInputTest, EveryTruncationAndEdit) {
  const ParseFunction parse = [](std::string_view bytes, size_t) { return ParseModelConfig(bytes).status(); };
  EXPECT_GT(CheckTruncations(parse, kLlama).cases, 150);
  EXPECT_GT(CheckTextEdits(parse, kLlama, "{}[]\",:\\0-e \xC3").cases, 2500);
}

TEST(ModelConfigCorpusTest, RealConfigsAreRead) {
  const auto corpus = testing_support::CorpusDir();
  if (!corpus.has_value()) GTEST_SKIP() << "WEIGHBRIDGE_CORPUS names no folder";
  std::map<std::string, std::string> modality;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(*corpus + "/configs")) {
    if (entry.path().filename() != "config.json") continue;
    const absl::StatusOr<ModelConfig> config = ParseModelConfig(testing_support::ReadFileOrFail(entry.path()));
    ASSERT_TRUE(config.ok()) << entry.path() << ": " << config.status();
    modality[entry.path().parent_path().filename()] = std::string(ModalityName(config->modality));
    RecordProperty(entry.path().parent_path().filename(), modality[entry.path().parent_path().filename()]);
  }
  EXPECT_EQ(modality.size(), 33u);
  int text = 0;
  for (const auto& [folder, name] : modality) text += name == "text";
  EXPECT_GE(text, 20);
}

}  // namespace
}  // namespace weighbridge::formats
