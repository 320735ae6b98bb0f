// Every family and every closed model that the project knows of answers `explain` and `licenses`: open weights or not,
// which licence at which version, what it restricts. A row is what a person types and what must come out.
#include <algorithm>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "services/auditor/explain.h"
#include "services/report/license_text.h"
#include "services/rulebook/builtin.h"

namespace weighbridge::auditor {
namespace {

const rulebook::Rulebook& Rules() {
  static const auto& rules = *new std::shared_ptr<const rulebook::Rulebook>(*rulebook::BuiltinRulebook());
  return *rules;
}

constexpr v1::Openness kFull = v1::FULLY_OPEN;
constexpr v1::Openness kFree = v1::OPEN_WEIGHTS_PERMISSIVE;
constexpr v1::Openness kLimited = v1::OPEN_WEIGHTS_RESTRICTED;
constexpr v1::Openness kNc = v1::NON_COMMERCIAL;
constexpr v1::Openness kClosed = v1::CLOSED_WEIGHTS;

struct Case {
  const char* name;
  v1::Openness openness;  // the least open of what somebody can hold
  // Short ids that must be among the licences, by blanks; "unread" for terms that the rulebook does not hold.
  const char* licenses;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class ExplainNamesTest : public testing::TestWithParam<Case> {};

TEST_P(ExplainNamesTest, Answers) {
  const Case& expected = GetParam();
  const auto result = Explain(expected.name, Rules());
  ASSERT_TRUE(result.ok()) << result.status();
  const std::string shown = result->ShortDebugString();
  EXPECT_EQ(v1::Openness_Name(result->openness()), v1::Openness_Name(expected.openness)) << shown;
  EXPECT_FALSE(result->answer().empty()) << shown;
  EXPECT_FALSE(result->main_restriction().empty()) << shown;
  bool unread = false;
  for (const auto& version : result->versions()) {
    unread = unread || !version.unread_license().empty();
    EXPECT_FALSE(version.main_restriction().empty()) << shown;
    EXPECT_FALSE(version.names().empty()) << shown;
    if (version.openness() == v1::CLOSED_WEIGHTS) continue;
    EXPECT_TRUE(!version.license_ids().empty() || !version.unread_license().empty()) << shown;
  }
  const std::vector<std::string> words = absl::StrSplit(expected.licenses, ' ', absl::SkipEmpty());
  for (const std::string& word : words) {
    if (word == "unread") {
      EXPECT_TRUE(unread) << shown;
      continue;
    }
    const auto* license = Rules().LicenseById(word);
    ASSERT_NE(license, nullptr) << word;
    const auto& ids = result->license_ids();
    EXPECT_NE(std::find(ids.begin(), ids.end(), license->id()), ids.end()) << word << " of " << shown;
  }
  if (expected.openness == kClosed) {
    EXPECT_EQ(result->kind(), "closed_model") << shown;
    EXPECT_TRUE(result->license_ids().empty()) << shown;
  }

  const auto records = RecordsOf(expected.name, Rules());
  ASSERT_TRUE(records.ok()) << records.status();
  ASSERT_FALSE(records->empty());
  if (result->license_ids().empty()) {
    EXPECT_EQ(records->size(), 1u);
    EXPECT_TRUE((*records)[0].license_id().empty());
    EXPECT_EQ((*records)[0].explained().ShortDebugString(), shown);
  } else {
    for (const std::string& id : result->license_ids()) {
      EXPECT_TRUE(
          std::any_of(records->begin(), records->end(), [&](const auto& one) { return one.license_id() == id; }))
          << id << " of " << shown;
    }
  }
}

std::string NameOf(const testing::TestParamInfo<Case>& info) {
  std::string name = std::to_string(info.index) + "_";
  for (const char* c = info.param.name; *c != '\0'; ++c) {
    if (*c == '+') name += "Plus";
    name += isalnum(static_cast<unsigned char>(*c)) ? *c : '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(
    Meta, ExplainNamesTest,
    testing::Values(
        Case{"LLaMA 1", kNc, "llama-license-2023"}, Case{"Llama 2", kLimited, "llama-2-license-2023"},
        Case{"meta-llama/Llama-2-70b-chat-hf", kLimited, "llama-2-license-2023"},
        Case{"Code Llama", kLimited, "llama-2-license-2023"}, Case{"Llama 3", kLimited, "llama3"},
        Case{"Llama 3.1", kLimited, "llama-3.1-license-2024"}, Case{"Llama 3.2", kLimited, "llama-3.2-license-2024"},
        Case{"Llama 3.2 11B Vision", kLimited, "llama-3.2-license-2024"},
        Case{"Llama 3.3", kLimited, "llama-3.3-license-2024"}, Case{"Llama 4", kLimited, "llama-4-cla-2025"},
        Case{"Llama 4 Scout", kLimited, "llama-4-cla-2025"}, Case{"Llama 4 Maverick", kLimited, "llama-4-cla-2025"},
        Case{"Llama Guard 1", kLimited, "llama-2-license-2023"}, Case{"Llama Guard 2", kLimited, "llama3"},
        Case{"Llama Guard 3", kLimited, "llama-3.1-license-2024 llama-3.2-license-2024"},
        Case{"Llama Guard 4", kLimited, "llama-4-cla-2025"}, Case{"Prompt Guard 1", kLimited, "llama-3.1-license-2024"},
        Case{"Prompt Guard 2", kLimited, "llama-4-cla-2025"}, Case{"OPT 175B", kNc, "opt-175b"},
        Case{"OPT", kNc, "opt-175b"}, Case{"Galactica", kNc, "CC-BY-NC-4.0"},
        Case{"MobileLLM-R1", kNc, "fair-noncommercial-research-license"},
        Case{"Chameleon", kNc, "chameleon-research-2024"}, Case{"Muse Glimmer", kFree, "Apache-2.0"},
        Case{"SAM 1", kFree, "Apache-2.0"}, Case{"SAM 2", kFree, "Apache-2.0"}, Case{"SAM 3", kLimited, "sam-license"},
        Case{"DINOv2", kNc, "Apache-2.0 CC-BY-NC-4.0"}, Case{"DINOv3", kLimited, "dinov3-license"},
        Case{"MusicGen", kNc, "CC-BY-NC-4.0"}, Case{"AudioGen", kNc, "CC-BY-NC-4.0"},
        Case{"MAGNeT", kNc, "CC-BY-NC-4.0"}, Case{"JASCO", kNc, "CC-BY-NC-4.0"}, Case{"NLLB", kNc, "CC-BY-NC-4.0"},
        Case{"wav2vec2 VoxPopuli", kNc, "CC-BY-NC-4.0"}, Case{"SeamlessM4T", kNc, "CC-BY-NC-4.0"},
        Case{"Seamless Expressive", kNc, "seamless-license"}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Mistral, ExplainNamesTest,
    testing::Values(Case{"Mistral 7B v0.1", kFree, "Apache-2.0"}, Case{"Mistral 7B", kFree, "Apache-2.0"},
                    Case{"Mixtral 8x7B", kFree, "Apache-2.0"}, Case{"Mixtral 8x22B", kFree, "Apache-2.0"},
                    Case{"Mistral Nemo 12B", kFree, "Apache-2.0"}, Case{"Mathstral 7B", kFree, "Apache-2.0"},
                    Case{"Pixtral 12B", kFree, "Apache-2.0"}, Case{"Voxtral Mini 3B", kFree, "Apache-2.0"},
                    Case{"Voxtral Small 24B", kFree, "Apache-2.0"},
                    Case{"Voxtral Mini 4B Realtime", kFree, "Apache-2.0"}, Case{"Voxtral 4B TTS", kNc, "CC-BY-NC-4.0"},
                    Case{"Leanstral", kFree, "Apache-2.0"}, Case{"Shieldstral 1.0", kFree, "Apache-2.0"},
                    Case{"Codestral 22B", kNc, "mnpl-0.1"}, Case{"Codestral Mamba 7B", kFree, "Apache-2.0"},
                    Case{"Mistral Large 2", kNc, "mrl-0.1"}, Case{"Pixtral Large", kNc, "mrl-0.1"},
                    Case{"Mistral Small 22B", kNc, "mrl-0.1"}, Case{"Ministral 8B", kNc, "mrl-0.1"},
                    Case{"Mistral Small 3", kFree, "Apache-2.0"}, Case{"Mistral Small 3.1", kFree, "Apache-2.0"},
                    Case{"Mistral Small 3.2", kFree, "Apache-2.0"}, Case{"Mistral Small 4", kFree, "Apache-2.0"},
                    Case{"Magistral Small", kFree, "Apache-2.0"}, Case{"Devstral Small", kFree, "Apache-2.0"},
                    Case{"Devstral Small 2", kFree, "Apache-2.0"},
                    Case{"Devstral 2", kLimited, "mistral-modified-mit-devstral-2"},
                    Case{"Devstral 2 123B", kLimited, "mistral-modified-mit-devstral-2"},
                    Case{"Ministral 3", kFree, "Apache-2.0"}, Case{"Mistral Large 3", kFree, "Apache-2.0"},
                    Case{"Mistral Medium 3.5", kLimited, "mistral-modified-mit-2026"}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Qwen, ExplainNamesTest,
    testing::Values(
        Case{"Qwen 7B", kLimited, "tongyi-qianwen-2023"}, Case{"Qwen 14B", kLimited, "tongyi-qianwen-2023"},
        Case{"Qwen 72B", kLimited, "tongyi-qianwen-2023"}, Case{"Qwen-VL", kLimited, "tongyi-qianwen-2023"},
        Case{"Qwen 1.8B", kNc, "tongyi-qianwen-research"}, Case{"Qwen1.5 7B", kLimited, "tongyi-qianwen-2023"},
        Case{"Qwen1.5 14B", kLimited, "tongyi-qianwen-2023"}, Case{"Qwen1.5 32B", kLimited, "tongyi-qianwen-2023"},
        Case{"Qwen1.5 72B", kLimited, "tongyi-qianwen-2023"}, Case{"Qwen1.5 110B", kLimited, "tongyi-qianwen-2023"},
        Case{"Qwen1.5 MoE-A2.7B", kLimited, "tongyi-qianwen-2023"},
        Case{"Qwen1.5 0.5B", kNc, "tongyi-qianwen-research"}, Case{"Qwen1.5 1.8B", kNc, "tongyi-qianwen-research"},
        Case{"Qwen1.5 4B", kNc, "tongyi-qianwen-research"}, Case{"CodeQwen1.5-7B", kNc, "tongyi-qianwen-research"},
        Case{"CodeQwen1.5-7B-Chat", kLimited, "tongyi-qianwen-2023"}, Case{"Qwen2 0.5B", kFree, "Apache-2.0"},
        Case{"Qwen2 7B", kFree, "Apache-2.0"}, Case{"Qwen2 57B-A14B", kFree, "Apache-2.0"},
        Case{"Qwen2 72B", kLimited, "tongyi-qianwen-2023"}, Case{"Qwen2.5 7B", kFree, "Apache-2.0"},
        Case{"Qwen2.5 32B", kFree, "Apache-2.0"}, Case{"Qwen2.5 3B", kNc, "qwen-research"},
        Case{"Qwen2.5 Coder 3B", kNc, "qwen-research"}, Case{"Qwen2.5 Coder 7B", kFree, "Apache-2.0"},
        Case{"Qwen2.5 72B", kLimited, "qwen-2024"}, Case{"Qwen2.5 Math 72B", kLimited, "qwen-2024"},
        Case{"Qwen2.5", kNc, "Apache-2.0 qwen-research qwen-2024"}, Case{"Qwen2-VL 2B", kFree, "Apache-2.0"},
        Case{"Qwen2-VL 7B", kFree, "Apache-2.0"}, Case{"Qwen2-VL 72B", kLimited, "tongyi-qianwen-2023 qwen-2024"},
        Case{"Qwen2.5-VL 7B", kFree, "Apache-2.0"}, Case{"Qwen2.5-VL 32B", kFree, "Apache-2.0"},
        Case{"Qwen2.5-VL 72B", kLimited, "qwen-2024"}, Case{"Qwen2.5-VL 3B", kNc, "qwen-research"},
        Case{"QwQ-32B", kFree, "Apache-2.0"}, Case{"QVQ-72B-Preview", kLimited, "unread"},
        Case{"Qwen3", kFree, "Apache-2.0"}, Case{"Qwen3-Coder", kFree, "Apache-2.0"},
        Case{"Qwen3-Next", kFree, "Apache-2.0"}, Case{"Qwen3-VL", kFree, "Apache-2.0"},
        Case{"Qwen3-Embedding", kFree, "Apache-2.0"}, Case{"Qwen3.5", kFree, "Apache-2.0"},
        Case{"Qwen3.6", kFree, "Apache-2.0"}, Case{"Qwen3.8-27B", kFree, "Apache-2.0"},
        Case{"Qwen3.8-Flash-Next", kLimited, "qwen-community-1.0"}, Case{"Qwen3.8 2.4T-A95B", kLimited, "unread"},
        Case{"Qwen-Image", kFree, "Apache-2.0"}, Case{"Qwen-Image-Edit", kFree, "Apache-2.0"},
        Case{"Qwen-Image-2.1", kNc, "qwen-research"}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    DeepSeekAndGoogle, ExplainNamesTest,
    testing::Values(
        Case{"DeepSeek LLM", kLimited, "deepseek-la-1.0"}, Case{"DeepSeek Math", kLimited, "deepseek-la-1.0"},
        Case{"DeepSeek Coder", kLimited, "deepseek-la-1.0"}, Case{"DeepSeek Coder V2", kLimited, "deepseek-la-1.0"},
        Case{"DeepSeek MoE", kLimited, "deepseek-la-1.0"}, Case{"DeepSeek VL", kLimited, "deepseek-la-1.0"},
        Case{"DeepSeek VL2", kLimited, "deepseek-la-1.0"}, Case{"Janus", kLimited, "deepseek-la-1.0"},
        Case{"Janus-Pro", kLimited, "deepseek-la-1.0"}, Case{"DeepSeek Prover-V1.5", kLimited, "deepseek-la-1.0"},
        Case{"DeepSeek Prover-V2", kLimited, "deepseek-la-1.0"}, Case{"DeepSeek V2", kLimited, "deepseek-la-1.0"},
        Case{"DeepSeek V2.5", kLimited, "deepseek-la-1.0"}, Case{"DeepSeek V3", kLimited, "deepseek-la-1.0"},
        Case{"DeepSeek R1", kFree, "MIT"}, Case{"DeepSeek R1-Zero", kFree, "MIT"},
        Case{"DeepSeek R1-0528", kFree, "MIT"}, Case{"DeepSeek R1 Distill Qwen 7B", kFree, "MIT"},
        Case{"DeepSeek R1 Distill Llama 8B", kLimited, "llama-3.1-license-2024"},
        Case{"DeepSeek R1 Distill Llama 70B", kLimited, "llama-3.3-license-2024"},
        Case{"DeepSeek V3-0324", kFree, "MIT"}, Case{"DeepSeek V3.1", kFree, "MIT"},
        Case{"DeepSeek V3.2", kFree, "MIT"}, Case{"DeepSeek OCR", kFree, "MIT"}, Case{"DeepSeek V4", kFree, "MIT"},
        Case{"DeepSeek V4.1-Flash", kFree, "MIT"}, Case{"Gemma 1.1", kLimited, "gemma-tou-2024-02-21"},
        Case{"Gemma 7B", kLimited, "gemma-tou-2024-02-21"}, Case{"CodeGemma", kLimited, "gemma-tou-2024-04-01"},
        Case{"RecurrentGemma", kLimited, "gemma-tou-2024-04-01"}, Case{"PaliGemma", kLimited, "gemma-tou-2024-04-01"},
        Case{"Gemma 2", kLimited, "gemma-tou-2024-04-01"}, Case{"ShieldGemma", kLimited, "gemma-tou-2024-04-01"},
        Case{"PaliGemma 2", kLimited, "gemma-tou-2024-04-01"}, Case{"Gemma 3", kLimited, "gemma-tou-2025-03-24"},
        Case{"Gemma 3n", kLimited, "gemma-tou-2025-03-24"}, Case{"EmbeddingGemma", kLimited, "gemma-tou-2025-03-24"},
        Case{"T5Gemma", kLimited, "gemma-tou-2025-03-24"}, Case{"VaultGemma", kLimited, "gemma-tou-2025-03-24"},
        Case{"TranslateGemma", kLimited, "gemma-tou-2025-03-24"},
        Case{"FunctionGemma", kLimited, "gemma-tou-2025-03-24"}, Case{"Gemma 4", kFree, "Apache-2.0"},
        Case{"DiffusionGemma", kFree, "Apache-2.0"}, Case{"MedGemma", kLimited, "health-ai-developer-foundations"},
        Case{"T5", kFree, "Apache-2.0"}, Case{"Flan-T5", kFree, "Apache-2.0"}, Case{"mT5", kFree, "Apache-2.0"},
        Case{"BERT", kFree, "Apache-2.0"}, Case{"ALBERT", kFree, "Apache-2.0"}, Case{"ELECTRA", kFree, "Apache-2.0"},
        Case{"ViT", kFree, "Apache-2.0"}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    MicrosoftToCohere, ExplainNamesTest,
    testing::Values(
        Case{"Phi-1", kNc, "MIT microsoft-research-license"}, Case{"Phi-1.5", kNc, "MIT microsoft-research-license"},
        Case{"Phi-2", kNc, "MIT microsoft-research-license"}, Case{"Phi-3", kFree, "MIT"},
        Case{"Phi-3.5", kFree, "MIT"}, Case{"Phi-4", kFree, "MIT"}, Case{"Phi-4-multimodal", kFree, "MIT"},
        Case{"Phi-4-reasoning", kFree, "MIT"}, Case{"Orca 2", kNc, "microsoft-research-license"},
        Case{"WizardMath", kNc, "microsoft-research-license"}, Case{"WizardCoder", kNc, "microsoft-research-license"},
        Case{"WizardLM 2", kFree, "Apache-2.0"}, Case{"gpt-oss", kFree, "Apache-2.0"},
        Case{"gpt-oss-120b", kFree, "Apache-2.0"}, Case{"gpt-oss-safeguard", kFree, "Apache-2.0"},
        Case{"GPT-2", kFree, "MIT"}, Case{"Whisper", kFree, "MIT Apache-2.0"}, Case{"CLIP", kFree, "MIT"},
        Case{"Grok-1", kFree, "Apache-2.0"}, Case{"Grok-2", kLimited, "grok2-community"},
        Case{"Falcon 7B", kFree, "Apache-2.0"}, Case{"Falcon 40B", kFree, "Apache-2.0"},
        Case{"Falcon 180B", kLimited, "falcon-180b-1.0"}, Case{"Falcon 2 11B", kLimited, "falcon-2-11b-1.0"},
        Case{"Falcon 3", kLimited, "falcon-3-december-2024"}, Case{"Falcon3-Mamba", kLimited, "falcon-3-december-2024"},
        Case{"Falcon-H1", kLimited, "unread"}, Case{"Falcon H1R", kLimited, "unread"},
        Case{"Falcon Mamba 7B", kLimited, "unread"}, Case{"OLMo 1B", kFull, "Apache-2.0"},
        Case{"OLMo", kFull, "Apache-2.0"}, Case{"OLMo 2", kFull, "Apache-2.0"}, Case{"OLMo 3", kFull, "Apache-2.0"},
        Case{"OLMo 3.1", kFull, "Apache-2.0"}, Case{"OLMoE", kFull, "Apache-2.0"},
        Case{"Tulu 3", kLimited, "llama-3.1-license-2024"}, Case{"Command R", kNc, "CC-BY-NC-4.0"},
        Case{"Command R+", kNc, "CC-BY-NC-4.0"}, Case{"Command R7B", kNc, "CC-BY-NC-4.0"},
        Case{"Command A", kNc, "CC-BY-NC-4.0"}, Case{"Command A Vision", kNc, "CC-BY-NC-4.0"},
        Case{"Command A+", kFree, "Apache-2.0"}, Case{"North Mini Code", kFree, "Apache-2.0"},
        Case{"Cohere Transcribe", kFree, "Apache-2.0"}, Case{"Aya 101", kFree, "Apache-2.0"},
        Case{"Aya 23", kNc, "CC-BY-NC-4.0"}, Case{"Aya Expanse", kNc, "CC-BY-NC-4.0"},
        Case{"Aya Vision", kNc, "CC-BY-NC-4.0"}, Case{"Tiny Aya", kNc, "CC-BY-NC-4.0"}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    China, ExplainNamesTest,
    testing::Values(
        Case{"Yi 6B", kNc, "Apache-2.0 yi-license-2.1 yi-license-2.0 yi-license-1.0"},
        Case{"Yi-1.5", kFree, "Apache-2.0"}, Case{"Yi-Coder", kFree, "Apache-2.0"},
        Case{"InternLM 7B", kLimited, "unread"}, Case{"InternLM 2", kLimited, "Apache-2.0 unread"},
        Case{"InternLM 2.5", kLimited, "Apache-2.0 unread"}, Case{"InternLM 3", kFree, "Apache-2.0"},
        Case{"Baichuan 2", kLimited, "baichuan2-community"}, Case{"Baichuan", kLimited, "baichuan2-community unread"},
        Case{"ChatGLM-6B", kNc, "chatglm-6b chatglm-6b-2023-03"}, Case{"ChatGLM2", kLimited, "chatglm-6b"},
        Case{"ChatGLM3", kLimited, "chatglm-6b"}, Case{"GLM-130B", kNc, "glm-130b"},
        Case{"GLM-4-9B", kLimited, "glm-4-9b"}, Case{"glm-4v-9b", kLimited, "glm-4-9b"},
        Case{"GLM-4-9B-0414", kFree, "MIT"}, Case{"GLM-4.5", kFree, "MIT"}, Case{"GLM-4.5V", kFree, "MIT"},
        Case{"GLM-4.6", kFree, "MIT"}, Case{"GLM-4.7", kFree, "MIT"}, Case{"GLM-4.7-Flash", kFree, "MIT"},
        Case{"GLM-5", kFree, "MIT"}, Case{"GLM-5.1", kFree, "MIT"}, Case{"GLM-5.2", kFree, "MIT"},
        Case{"GLM-OCR", kFree, "MIT"}, Case{"GLM-Image", kFree, "MIT"}, Case{"GLM-5.3", kLimited, "glm-5.3"},
        Case{"GLM-5.3-Flash", kFree, "MIT"}, Case{"CogVLM", kLimited, "cogvlm"}, Case{"CogVLM2", kLimited, "cogvlm"},
        Case{"CogVideoX-5B", kLimited, "cogvideox"}, Case{"CogVideoX-2B", kLimited, "Apache-2.0 cogvideox"},
        Case{"Kimi K2", kLimited, "moonshot-ai-modified-mit-2025"},
        Case{"Kimi K2 Thinking", kLimited, "moonshot-ai-modified-mit-2025"},
        Case{"Kimi K2.5", kLimited, "moonshot-ai-modified-mit-2025"},
        Case{"Kimi K2.6", kLimited, "moonshot-ai-modified-mit-2025"},
        Case{"Kimi K2.7-Code", kLimited, "moonshot-ai-modified-mit-2025"}, Case{"Kimi K3", kLimited, "kimi-k3"},
        Case{"Kimi-Linear", kFree, "MIT"}, Case{"Moonlight", kFree, "MIT"}, Case{"Kimi-VL", kFree, "MIT"},
        Case{"Kimi-Audio", kFree, "MIT"}, Case{"MiniMax-Text-01", kLimited, "minimax-model-license-01"},
        Case{"MiniMax-VL-01", kLimited, "minimax-model-license-01"}, Case{"MiniMax-M1", kFree, "Apache-2.0"},
        Case{"MiniMax-M2", kLimited, "minimax-m2-modified-mit"},
        Case{"MiniMax-M2.1", kLimited, "minimax-m2.1-modified-mit"},
        Case{"MiniMax-M2.5", kLimited, "minimax-m2.1-modified-mit minimax-model-license-m2.5"},
        Case{"MiniMax-M2.7", kNc, "minimax-m2.7-non-commercial"}, Case{"MiniMax-M3", kLimited, "minimax-community"},
        Case{"MiniMax-H3", kLimited, "unread"}, Case{"MiniMax-H3-Image", kLimited, "unread"},
        Case{"MiniMax-Music3", kLimited, "unread"},
        Case{"HunyuanDiT", kLimited, "tencent-hunyuan-community-dit-2024-10"},
        Case{"HunyuanVideo", kLimited, "tencent-hunyuan-community-video"}, Case{"HunyuanVideo 1.5", kLimited, "unread"},
        Case{"Hunyuan3D 2.0", kLimited, "tencent-hunyuan-3d-2.0-cla"},
        Case{"Hunyuan3D 2.1", kLimited, "tencent-hunyuan-3d-2.1-cla"}, Case{"Hunyuan A13B", kLimited, "unread"},
        Case{"Hunyuan MT", kLimited, "unread"}, Case{"Hunyuan Image 2.1", kLimited, "unread"},
        Case{"Hunyuan Image 3.0", kLimited, "unread"}, Case{"Hunyuan Large", kLimited, "unread"},
        Case{"Hunyuan 7B", kLimited, "unread"}, Case{"Hy3", kFree, "Apache-2.0"},
        Case{"MiniCPM", kLimited, "Apache-2.0 minicpm-model-community"},
        Case{"MiniCPM-V", kLimited, "Apache-2.0 minicpm-model-community"}, Case{"ERNIE 4.5", kFree, "Apache-2.0"},
        Case{"Ling", kFree, "MIT"}, Case{"Ring", kFree, "MIT"}, Case{"MiMo", kFree, "MIT"},
        Case{"LongCat", kFree, "MIT"}, Case{"Step 3.5", kFree, "Apache-2.0"}, Case{"Seed-OSS", kFree, "Apache-2.0"},
        Case{"Kolors", kLimited, "kolors"}, Case{"Skywork 13B", kLimited, "unread"}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    OtherLanguageModels, ExplainNamesTest,
    testing::Values(
        Case{"Granite 3.3", kFree, "Apache-2.0"}, Case{"Granite 4.0", kFree, "Apache-2.0"},
        Case{"Granite Embedding", kFree, "Apache-2.0"}, Case{"Granite 8B Code", kFree, "Apache-2.0"},
        Case{"Llama 3.1 Nemotron 70B", kLimited, "llama-3.1-license-2024"},
        Case{"Llama 3.1 Nemotron 51B", kLimited, "llama-3.1-license-2024"},
        Case{"Llama 3.3 Nemotron Super 49B", kLimited, "llama-3.3-license-2024"},
        Case{"Nemotron Nano 9B v2", kLimited, "nvidia-open-model-2025-04-28"},
        Case{"Nemotron 3 Nano 30B", kLimited, "nvidia-open-model-2025-04-28 nvidia-nemotron-open-model-license"},
        Case{"Nemotron 3 Super 120B", kLimited, "nvidia-nemotron-open-model-license"},
        Case{"Nemotron 3 Ultra", kFree, "openmdw-1.1"}, Case{"Nemotron 3.5 Lightning", kFree, "openmdw-1.1"},
        Case{"Nemotron Mini", kLimited, "nvidia-ai-foundation-models-community"},
        Case{"Jamba v0.1", kFree, "Apache-2.0"}, Case{"Jamba 1.5", kLimited, "jamba-open-model"},
        Case{"Jamba 1.6", kLimited, "jamba-open-model"}, Case{"Jamba 1.7", kLimited, "jamba-open-model"},
        Case{"Jamba Reasoning 3B", kLimited, "Apache-2.0 jamba-open-model"},
        Case{"DBRX", kLimited, "databricks-open-model-license"}, Case{"StarCoder", kLimited, "bigcode-open-rail-m-v1"},
        Case{"StarCoder 2", kLimited, "bigcode-open-rail-m-v1"}, Case{"BLOOM", kLimited, "bigscience-rail-1.0"},
        Case{"BLOOMZ", kLimited, "bigscience-rail-1.0"}, Case{"Pythia", kFull, "Apache-2.0"},
        Case{"GPT-NeoX-20B", kFull, "Apache-2.0"}, Case{"GPT-J", kFull, "Apache-2.0"},
        Case{"MPT-7B", kFree, "Apache-2.0"}, Case{"MPT-30B", kFree, "Apache-2.0"},
        Case{"MPT-7B-StoryWriter", kFree, "Apache-2.0"}, Case{"MPT-7B-Instruct", kLimited, "CC-BY-SA-3.0"},
        Case{"MPT-7B-Chat", kNc, "CC-BY-NC-SA-4.0"}, Case{"StableLM base alpha", kLimited, "CC-BY-SA-4.0"},
        Case{"StableLM 3B-4E1T", kLimited, "CC-BY-SA-4.0"}, Case{"StableLM tuned alpha", kNc, "CC-BY-NC-SA-4.0"},
        Case{"Stable Vicuna", kNc, "CC-BY-NC-SA-4.0"}, Case{"StableLM Zephyr 3B", kNc, "stability-ai-nc-2023-12-06"},
        Case{"StableLM 2", kNc, "stability-ai-nc-2023-12-06"}, Case{"Stable Code", kNc, "stability-ai-nc-2023-12-06"},
        Case{"SmolLM", kFull, "Apache-2.0"}, Case{"SmolLM 2", kFull, "Apache-2.0"},
        Case{"SmolLM3", kFull, "Apache-2.0"}, Case{"EXAONE 3.0", kNc, "exaone-ai-model-1.1-nc"},
        Case{"EXAONE 3.5", kNc, "exaone-ai-model-1.1-nc"}, Case{"EXAONE Deep", kNc, "exaone-ai-model-1.1-nc"},
        Case{"EXAONE 4.0", kNc, "exaone-ai-model-1.2-nc"}, Case{"EXAONE 4.5", kNc, "exaone-ai-model-1.2-nc"},
        Case{"K-EXAONE 2.0", kFree, "Apache-2.0"}, Case{"K-EXAONE 236B-A23B", kLimited, "unread"},
        Case{"HyperCLOVA X SEED", kLimited, "hyperclova-x-seed-2025"},
        Case{"HyperCLOVA X SEED Think 32B", kLimited, "unread"}, Case{"Solar 10.7B Instruct", kNc, "CC-BY-NC-4.0"},
        Case{"Solar 10.7B v1.0", kFree, "Apache-2.0"}, Case{"Solar Pro preview", kFree, "MIT"},
        Case{"Solar Open", kLimited, "upstage-solar"}, Case{"LFM2", kLimited, "lfm1.0"},
        Case{"LFM2.5", kLimited, "lfm1.0"}, Case{"OpenELM", kNc, "apple-amlr apple-excl"},
        Case{"TinyLlama", kFree, "Apache-2.0"}, Case{"Zephyr", kFree, "MIT"},
        Case{"Nous Hermes 2", kFree, "Apache-2.0"}, Case{"Dolphin 2.9.1 Yi-1.5-34B", kFree, "Apache-2.0"},
        Case{"Dolphin3.0 Llama3.1", kLimited, "llama-3.1-license-2024"}, Case{"Vicuna v1.3", kNc, "llama-license-2023"},
        Case{"Vicuna v1.5", kLimited, "llama-2-license-2023"}, Case{"Alpaca", kNc, "llama-license-2023"},
        Case{"Apertus", kFull, "Apache-2.0"}, Case{"Trinity Large", kFree, "openmdw-1.1"},
        Case{"Laguna XS.2", kFree, "Apache-2.0"}, Case{"Laguna", kFree, "openmdw-1.1 Apache-2.0"},
        Case{"Inkling", kFree, "Apache-2.0"}, Case{"A.X-K2", kFree, "Apache-2.0"},
        Case{"Sarvam 30B", kFree, "Apache-2.0"}, Case{"Sarvam 105B", kFree, "Apache-2.0"},
        Case{"Nex-N2-Pro", kFree, "Apache-2.0"}, Case{"Nanbeige 4.1", kFree, "Apache-2.0"},
        Case{"Tri-21B-Think", kFree, "Apache-2.0"}, Case{"K2 Think V2", kFree, "Apache-2.0"},
        Case{"Reka Flash 3", kFree, "Apache-2.0"}, Case{"HyperNova 60B", kFree, "Apache-2.0"},
        Case{"Motif 3", kFree, "MIT"}, Case{"Apriel 1.6", kFree, "MIT"}, Case{"INTELLECT-3", kFree, "MIT"},
        Case{"Cogito 671B v2.1", kFree, "MIT"}, Case{"Hermes 4 70B", kLimited, "llama-3.1-license-2024"},
        Case{"Hermes 4 405B", kLimited, "llama-3.1-license-2024"}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    PicturesAndSound, ExplainNamesTest,
    testing::Values(
        Case{"Stable Diffusion 1.x", kLimited, "stable-diffusion-2022-08-22"},
        Case{"Stable Diffusion 2.x", kLimited, "bigscience-open-rail-m2"}, Case{"SDXL 0.9", kNc, "sdxl-0.9-research"},
        Case{"SDXL 1.0", kLimited, "openrail++"}, Case{"SD Turbo", kNc, "stability-ai-nc-2023-11-28"},
        Case{"SDXL Turbo", kNc, "stability-ai-nc-2023-11-28 stability-ai-community-2024"},
        Case{"Stable Cascade", kNc, "unread"},
        Case{"Stable Video Diffusion", kNc, "stable-video-diffusion-nc-2023-11-21 stability-ai-community-2024"},
        Case{"SV3D", kNc, "stability-ai-nc-2024-03-18"}, Case{"SD3 Medium", kLimited, "stability-ai-community-2024"},
        Case{"Stable Diffusion 3.5 Large", kLimited, "stability-ai-community-2024"},
        Case{"Stable Diffusion 3.5 Medium", kLimited, "stability-ai-community-2024"},
        Case{"Stable Diffusion 3.5 Large Turbo", kLimited, "stability-ai-community-2024"},
        Case{"FLUX.1 [schnell]", kFree, "Apache-2.0"}, Case{"FLUX.1 [dev]", kNc, "flux-1-nc"},
        Case{"FLUX.1 Fill [dev]", kNc, "flux-1-nc"}, Case{"FLUX.1 Depth [dev]", kNc, "flux-1-nc"},
        Case{"FLUX.1 Canny [dev]", kNc, "flux-1-nc"}, Case{"FLUX.1 Redux [dev]", kNc, "flux-1-nc"},
        Case{"FLUX.1 Kontext [dev]", kNc, "flux-1-dev-non-commercial-license-v1.1.1"},
        Case{"FLUX.1 Krea [dev]", kNc, "flux-1-dev-non-commercial-license-v1.1.1"},
        Case{"FLUX.2 [dev]", kNc, "flux-dev-non-commercial-license-v2.0"},
        Case{"FLUX.2 [klein] 9B", kNc, "flux-non-commercial-license-v2.1"},
        Case{"FLUX.2 [klein] 4B", kFree, "Apache-2.0"}, Case{"LTX-Video 0.9.7", kLimited, "ltxv-owl-2025-05-05"},
        Case{"LTX-Video", kLimited, "unread"}, Case{"LTX-2", kLimited, "unread"}, Case{"LTX-2.3", kLimited, "unread"},
        Case{"LTX-2.5", kLimited, "unread"}, Case{"Wan 2.1", kFree, "Apache-2.0"}, Case{"Wan 2.2", kFree, "Apache-2.0"},
        Case{"PixArt", kLimited, "openrail++"}, Case{"Playground v2", kLimited, "playground-v2-community"},
        Case{"Playground v2.5", kLimited, "unread"}, Case{"DeepFloyd IF", kNc, "deepfloyd-if-license"},
        Case{"DALL-E mini", kFree, "Apache-2.0"}, Case{"STARFlow", kNc, "apple-amlr"},
        Case{"IndexTTS2", kLimited, "bilibili-model-ula-2025-09-09"}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Closed, ExplainNamesTest,
    testing::Values(Case{"GPT-3.5", kClosed, ""}, Case{"GPT-4", kClosed, ""}, Case{"GPT-4o", kClosed, ""},
                    Case{"o-series", kClosed, ""}, Case{"o3", kClosed, ""}, Case{"o4-mini", kClosed, ""},
                    Case{"GPT-5", kClosed, ""}, Case{"Claude", kClosed, ""}, Case{"Claude Opus 4.5", kClosed, ""},
                    Case{"Gemini", kClosed, ""}, Case{"Gemini 2.5 Pro", kClosed, ""},
                    Case{"Mistral Medium 1.0", kClosed, ""}, Case{"Mistral Medium 3", kClosed, ""},
                    Case{"Mistral Medium 3.1", kClosed, ""}, Case{"Mistral Large 1.0", kClosed, ""},
                    Case{"Mistral Large 2402", kClosed, ""}, Case{"Mistral Small 1.0", kClosed, ""},
                    Case{"Mistral Small Creative", kClosed, ""}, Case{"Ministral 3B", kClosed, ""},
                    Case{"Saba", kClosed, ""}, Case{"Mistral Saba", kClosed, ""}, Case{"Magistral Medium", kClosed, ""},
                    Case{"Devstral Medium", kClosed, ""}, Case{"Codestral 25.01", kClosed, ""},
                    Case{"Codestral 25.08", kClosed, ""}, Case{"Codestral Embed", kClosed, ""},
                    Case{"Mistral Embed", kClosed, ""}, Case{"Mistral Moderation", kClosed, ""},
                    Case{"Mistral OCR", kClosed, ""}, Case{"Mistral OCR 4", kClosed, ""},
                    Case{"Voxtral Mini Transcribe", kClosed, ""}, Case{"Grok 3", kClosed, ""},
                    Case{"Grok 4", kClosed, ""}, Case{"Command Light", kClosed, ""}, Case{"Cohere Embed", kClosed, ""},
                    Case{"Cohere Rerank", kClosed, ""}, Case{"Qwen-Max", kClosed, ""}, Case{"Qwen-Plus", kClosed, ""},
                    Case{"Qwen-Turbo", kClosed, ""}, Case{"Qwen3-Max", kClosed, ""}, Case{"Qwen3.8-Max", kClosed, ""},
                    Case{"Jurassic", kClosed, ""}, Case{"Midjourney", kClosed, ""}, Case{"DALL-E 2", kClosed, ""},
                    Case{"DALL-E 3", kClosed, ""}, Case{"Imagen", kClosed, ""}, Case{"Sora", kClosed, ""},
                    Case{"Veo", kClosed, ""}, Case{"FLUX pro", kClosed, ""}, Case{"FLUX1.1 pro", kClosed, ""},
                    Case{"FLUX ultra", kClosed, ""}, Case{"FLUX.2 pro", kClosed, ""}, Case{"FLUX.2 flex", kClosed, ""},
                    Case{"FLUX.2 max", kClosed, ""}, Case{"FLUX.1 Kontext pro", kClosed, ""},
                    Case{"FLUX.1 Kontext max", kClosed, ""}),
    NameOf);

// A name goes on with whole words alone, and what nobody is called says so.
TEST(ExplainNamesTest, WholeWordsAlone) {
  const auto gemma = Explain("Gemma 3", Rules());
  ASSERT_TRUE(gemma.ok());
  for (const auto& version : gemma->versions()) EXPECT_NE(version.version(), "3n");
  const auto llama = Explain("Llama 3", Rules());
  ASSERT_TRUE(llama.ok());
  for (const auto& version : llama->versions()) EXPECT_NE(version.version(), "3.1") << version.ShortDebugString();
  for (const char* name : {"*", "-", "a", "qwertyuiop", "\x1b[31m"}) {
    EXPECT_FALSE(Explain(name, Rules()).ok()) << name;
    EXPECT_FALSE(RecordsOf(name, Rules()).ok()) << name;
  }
}

TEST(ExplainNamesTest, AFamilySaysEachOfItsVersions) {
  const auto grok = Explain("Grok", Rules());
  ASSERT_TRUE(grok.ok()) << grok.status();
  EXPECT_EQ(grok->versions_size(), 3) << grok->ShortDebugString();
  EXPECT_EQ(grok->openness(), kLimited);
  EXPECT_EQ(grok->answer(),
            "it depends on version, size or date: at worst open weights, restricted; else open weights, permissive; no "
            "weights "
            "are published, service only");
}

// ---- several licences that may hold
// ----------------------------------------------------------------------------------

struct WorstCase {
  const char* name;
  v1::Openness openness;
  const char* worst;  // short id of the candidate that is said first
  const char* mild;   // one that must be among them
};

void PrintTo(const WorstCase& c, std::ostream* out) { *out << c.name; }

class WorstCandidateTest : public testing::TestWithParam<WorstCase> {};

// Who reads no more than the head of an answer reads the worst that may hold, and that it depends.
TEST_P(WorstCandidateTest, IsSaidFirst) {
  const WorstCase& expected = GetParam();
  const auto result = Explain(expected.name, Rules());
  ASSERT_TRUE(result.ok()) << result.status();
  const std::string shown = result->ShortDebugString();
  EXPECT_EQ(result->openness(), expected.openness) << shown;
  ASSERT_GT(result->candidates_size(), 1) << shown;
  EXPECT_EQ(result->candidates(0).short_id(), expected.worst) << shown;
  EXPECT_EQ(result->candidates(0).openness(), expected.openness) << shown;
  EXPECT_NE(result->main_restriction().find("depends on the version"), std::string::npos) << shown;
  EXPECT_NE(result->main_restriction().find(expected.worst), std::string::npos) << shown;
  bool mild = false;
  for (const auto& candidate : result->candidates()) {
    mild = mild || candidate.short_id() == expected.mild;
    EXPECT_FALSE(candidate.main_restriction().empty()) << shown;
    EXPECT_NE(result->summary().find(candidate.short_id()), std::string::npos) << shown;
  }
  EXPECT_TRUE(mild) << shown;
  const std::string text = report::RenderExplanation(*result, /*color=*/false);
  EXPECT_NE(text.find("One of these holds, the least open first"), std::string::npos) << text;
  EXPECT_NE(text.find("depends on"), std::string::npos) << text;
  EXPECT_LT(text.find(expected.worst), text.rfind(expected.mild)) << text;
}

INSTANTIATE_TEST_SUITE_P(Table, WorstCandidateTest,
                         testing::Values(WorstCase{"dinov2-base", kNc, "CC-BY-NC-4.0", "Apache-2.0"},
                                         WorstCase{"facebook/dinov2-base", kNc, "CC-BY-NC-4.0", "Apache-2.0"},
                                         WorstCase{"Yi-34B", kNc, "yi-license-1.0", "Apache-2.0"},
                                         WorstCase{"phi-2", kNc, "microsoft-research-license", "MIT"},
                                         WorstCase{"MiniCPM-V-2_6", kLimited, "minicpm-model-community", "Apache-2.0"},
                                         WorstCase{"CogVideoX-2b", kLimited, "cogvideox", "Apache-2.0"},
                                         WorstCase{"chatglm-6b", kNc, "chatglm-6b-2023-03", "chatglm-6b"},
                                         WorstCase{"llama", kNc, "llama-license-2023", "llama-3.1-license-2024"},
                                         WorstCase{"qwen", kNc, "qwen-research", "Apache-2.0"},
                                         WorstCase{"yi-license", kNc, "yi-license-1.0", "yi-license-2.1"},
                                         WorstCase{"gemma", kLimited, "gemma-tou-2025-03-24", "Apache-2.0"}));

TEST(ExplainNamesTest, FiguresAndCommercialUseOfACandidate) {
  const auto llama = Explain("llama", Rules());
  ASSERT_TRUE(llama.ok());
  EXPECT_EQ(llama->kind(), "family");
  bool figure = false;
  for (const auto& one : llama->candidates()) {
    if (one.short_id() == "llama-license-2023") {
      EXPECT_EQ(one.commercial_use(), "barred") << one.ShortDebugString();
    }
    figure = figure || (one.short_id() == "llama-3.1-license-2024" && one.thresholds_size() > 0);
  }
  EXPECT_TRUE(figure);
  EXPECT_NE(llama->summary().find("Commercial use: barred under"), std::string::npos) << llama->summary();
  EXPECT_NE(llama->summary().find("Limits by number of users or revenue"), std::string::npos) << llama->summary();
}

// ---- versions and models that nobody knows
// ---------------------------------------------------------------------------

class UnknownVersionTest : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(UnknownVersionTest, IsNoAnswer) {
  const auto& [name, unknown] = GetParam();
  const auto result = Explain(name, Rules());
  ASSERT_TRUE(result.ok()) << result.status();
  const std::string shown = result->ShortDebugString();
  EXPECT_EQ(v1::Openness_Name(result->openness()), "OPENNESS_UNKNOWN") << shown;
  EXPECT_EQ(result->confidence(), "low") << shown;
  EXPECT_TRUE(result->license_ids().empty()) << shown;
  EXPECT_EQ(result->answer().rfind("not known: no ", 0), 0u) << shown;
  EXPECT_NE(result->answer().find(unknown), std::string::npos) << shown;
  EXPECT_NE(result->summary().find("known: "), std::string::npos) << shown;
  EXPECT_GT(result->versions_size(), 0) << shown;
  const auto records = RecordsOf(name, Rules());
  ASSERT_TRUE(records.ok()) << records.status();
  ASSERT_EQ(records->size(), 1u);
  EXPECT_TRUE((*records)[0].license_id().empty());
}

using Unknown = std::pair<const char*, const char*>;
INSTANTIATE_TEST_SUITE_P(
    Table, UnknownVersionTest,
    testing::Values(Unknown{"phi-9", "version 9"}, Unknown{"microsoft/phi-9", "version 9"},
                    Unknown{"Llama-9", "version 9"}, Unknown{"Llama 9 70B Instruct", "version 9"},
                    Unknown{"meta-llama/Llama-9-8B", "version 9"}, Unknown{"Qwen-17", "version 17"},
                    Unknown{"Qwen17", "version 17"}, Unknown{"Gemma 9", "version 9"}, Unknown{"DeepSeek V9", "9"},
                    Unknown{"Mistral Large 9", "version 9"}, Unknown{"Kimi K9", "9"}, Unknown{"MiniMax-M9", "9"},
                    Unknown{"Falcon 9", "version 9"}, Unknown{"GLM-9", "version 9"}, Unknown{"DINOv9", "version 9"},
                    Unknown{"OLMo 9", "version 9"}, Unknown{"SAM 9", "version 9"}, Unknown{"Imagen 9", "version 9"},
                    Unknown{"Granite 9.0", "version 9.0"}, Unknown{"Llama 3.9", "version 3.9"},
                    Unknown{"Stable Diffusion 9", "version 9"}, Unknown{"Qwen2.5-9B", "9b"},
                    Unknown{"Mistral-7B-Instruct-v0.9", "0.9"}, Unknown{"falcon-7b-imaginary", "imaginary"},
                    Unknown{"openai/whisper-large-v9", "9"}));

// A name inside a name, or a repository of somebody else, is a work on it at most.
TEST(ExplainNamesTest, ANameInsideAnotherIsOfLowConfidence) {
  for (const char* name : {"Foo-Llama-3.1-8B-GGUF", "somebody/Phi-4", "somebody/Mixtral-8x7B-v0.1-GGUF"}) {
    const auto result = Explain(name, Rules());
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(result->confidence(), "low") << result->ShortDebugString();
  }
}

// Rows that nobody checked say so.
TEST(ExplainNamesTest, UncheckedRowsAreOfLowConfidence) {
  for (const char* name :
       {"Prompt Guard 1",  "QVQ-72B-Preview", "Qwen1.5-4B",      "Qwen1.5-14B",     "Aya 101",
        "Baichuan-7B",     "GLM-4.5V",        "GLM-4-9B-0414",   "EXAONE 3.0",      "MPT-7B-StoryWriter",
        "Playground v2.5", "Hunyuan Large",   "CogVideoX1.5-5B", "Nemotron-4-340B", "Kimi-VL",
        "Jamba 1.5",       "Devstral 2",      "Qwen-Max",        "Jurassic",        "DALL-E 3",
        "Imagen",          "Midjourney",      "Cohere Rerank",   "WizardCoder",     "Tiny Aya"}) {
    const auto result = Explain(name, Rules());
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(result->confidence(), "low") << result->ShortDebugString();
  }
  for (const char* name : {"NLLB", "BERT", "ELECTRA", "ViT", "Qwen1.5-72B", "DeepSeek-V3-0324", "OpenELM"}) {
    const auto result = Explain(name, Rules());
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_NE(result->confidence(), "high") << result->ShortDebugString();
  }
}

INSTANTIATE_TEST_SUITE_P(
    Spellings, ExplainNamesTest,
    testing::Values(
        Case{"StableVicuna", kNc, "CC-BY-NC-SA-4.0"},
        Case{"DALL\xc2\xb7"
             "E 3",
             kClosed, ""},
        Case{"dalle-3", kClosed, ""}, Case{"dall-e-3", kClosed, ""}, Case{"DALLE 3", kClosed, ""},
        Case{"CogVideoX1.5-5B", kLimited, "unread"}, Case{"THUDM/CogVideoX1.5-5B", kLimited, "unread"},
        Case{"MiniCPM-2B", kLimited, "Apache-2.0 minicpm-model-community"},
        Case{"openbmb/MiniCPM-2B", kLimited, "Apache-2.0 minicpm-model-community"},
        Case{"Nemotron-4-340B", kLimited, "unread"}, Case{"nvidia/Nemotron-4-340B-Instruct", kLimited, "unread"},
        Case{"segment anything", kLimited, "Apache-2.0 sam-license"}, Case{"DINO v2", kNc, "CC-BY-NC-4.0 Apache-2.0"},
        Case{"DINO v3", kLimited, "dinov3-license"}, Case{"SeamlessM4T v2", kNc, "CC-BY-NC-4.0"},
        Case{"SeamlessExpressive", kNc, "seamless-license"}, Case{"Gemma 1", kLimited, "gemma-tou-2024-02-21"},
        Case{"MiniMax-01", kLimited, "minimax-model-license-01"},
        Case{"HyperCLOVA X SEED Think 14B", kLimited, "hyperclova-x-seed-2025"},
        Case{"Vicuna 13B", kNc, "llama-2-license-2023 llama-license-2023"},
        Case{"SD 1.5", kLimited, "stable-diffusion-2022-08-22"}, Case{"SD 2.1", kLimited, "bigscience-open-rail-m2"},
        Case{"SD 3.5 Medium", kLimited, "stability-ai-community-2024"}, Case{"FLUX schnell", kFree, "Apache-2.0"},
        Case{"flux dev", kNc, "flux-1-nc"}, Case{"Qwen/Qwen-Image-Edit-2511", kFree, "Apache-2.0"},
        Case{"Cohere Embed v3", kClosed, ""}, Case{"Rerank 3.5", kClosed, ""},
        Case{"llama3.1:8b", kLimited, "llama-3.1-license-2024"}),
    NameOf);

}  // namespace
}  // namespace weighbridge::auditor
