#include "services/formats/modality/modality.h"

#include <string>

#include "gtest/gtest.h"
#include "services/formats/bytes/byte_source.h"
#include "tests/support/model_builder.h"

namespace weighbridge::formats {
namespace {

TEST(ModalityTest, TensorNamesThatShowVision) {
  for (const char* name :
       {"vision_tower.vision_model.encoder.layers.0.mlp.fc1.weight", "model.vision_tower.x",
        "visual.blocks.0.attn.qkv.weight", "multi_modal_projector.linear_1.weight",
        "vision_model.patch_embedding.weight", "v.blk.0.attn_q.weight", "mm.0.weight", "model.mm_projector.0.weight",
        "base_model.model.visual.x.lora_A.weight", "model.image_newline"}) {
    TensorNameModality modality;
    modality.Add(name);
    EXPECT_TRUE(modality.vision()) << name;
    EXPECT_EQ(modality.vision_name(), name);
  }
}

TEST(ModalityTest, TensorNamesThatShowAudio) {
  for (const char* name : {"audio_tower.layers.0.fc1.weight", "model.encoder.conv1.weight", "a.blk.0.attn_q.weight",
                           "mm.a.mlp.0.weight", "thinker.audio_tower.x"}) {
    TensorNameModality modality;
    modality.Add(name);
    EXPECT_TRUE(modality.audio()) << name;
  }
}

TEST(ModalityTest, TensorNamesOfTextModelsShowNothing) {
  TensorNameModality modality;
  for (const char* name :
       {"model.embed_tokens.weight", "model.layers.0.self_attn.q_proj.weight", "lm_head.weight", "token_embd.weight",
        "blk.0.attn_v.weight", "blk.0.ffn_gate_inp.weight", "output_norm.weight",
        "encoder.block.0.layer.0.SelfAttention.q.weight", "shared.weight",
        "base_model.model.model.layers.0.self_attn.v_proj.lora_A.weight", "transformer.h.0.attn.c_attn.weight"}) {
    modality.Add(name);
  }
  EXPECT_FALSE(modality.vision()) << modality.vision_name();
  EXPECT_FALSE(modality.audio()) << modality.audio_name();
}

TEST(ModalityTest, NamesOfTypesAndClasses) {
  for (const char* name :
       {"qwen2_5_vl", "mllama", "MllamaForCausalLM", "Qwen2VLForConditionalGeneration", "LlavaLlamaForCausalLM",
        "InternVLChatModel", "CLIPTextModel", "pixtral", "Phi4MMForCausalLM", "SiglipVisionModel"}) {
    EXPECT_TRUE(NameShowsVision(name)) << name;
  }
  for (const char* name : {"gemma2", "Gemma2ForCausalLM", "llama", "LlamaForCausalLM", "qwen3_moe", "GPT2LMHeadModel",
                           "T5ForConditionalGeneration", "MixtralForCausalLM", "DeepseekV3ForCausalLM",
                           "CommandRForCausalLM", "OlmoForCausalLM"}) {
    EXPECT_FALSE(NameShowsVision(name)) << name;
    EXPECT_FALSE(NameShowsAudio(name)) << name;
  }
  EXPECT_TRUE(NameShowsAudio("WhisperForConditionalGeneration"));
}

Modality OfGguf(const std::vector<testing_support::GgufKv>& keys) {
  const std::string bytes = testing_support::BuildGguf(keys, {});
  MemorySource source(bytes);
  return GgufModality(ParseGguf(&source).value());
}

TEST(ModalityTest, GgufKeys) {
  using testing_support::GgufKvType;
  using testing_support::GgufNumber;
  using testing_support::GgufString;
  EXPECT_EQ(OfGguf({GgufString("general.architecture", "llama")}), Modality::kText);
  EXPECT_EQ(OfGguf({GgufString("general.architecture", "something-new")}), Modality::kUnknown);
  EXPECT_EQ(OfGguf({}), Modality::kUnknown);
  EXPECT_EQ(
      OfGguf({GgufString("general.architecture", "clip"), GgufNumber("clip.has_vision_encoder", GgufKvType::kBool, 1)}),
      Modality::kVision);
  EXPECT_EQ(OfGguf({GgufString("general.architecture", "llama"),
                    GgufNumber("llama.vision.block_count", GgufKvType::kU32, 4)}),
            Modality::kVision);
  EXPECT_EQ(OfGguf({GgufString("general.architecture", "llama"),
                    GgufNumber("clip.has_vision_encoder", GgufKvType::kBool, 0)}),
            Modality::kText);
}

TEST(ModalityTest, AConfigCannotHideWhatTheWeightsShow) {
  TensorNameModality text, vision;
  text.Add("model.layers.0.weight");
  vision.Add("vision_tower.x");
  EXPECT_EQ(CombineModality(Modality::kText, text), Modality::kText);
  EXPECT_EQ(CombineModality(Modality::kText, vision), Modality::kVision);
  EXPECT_EQ(CombineModality(Modality::kVision, text), Modality::kVision);
  EXPECT_EQ(CombineModality(Modality::kUnknown, text), Modality::kUnknown);
  EXPECT_EQ(CombineModality(Modality::kText, std::nullopt), Modality::kUnknown) << "unread weights prove nothing";
  EXPECT_EQ(CombineModality(Modality::kVision, std::nullopt), Modality::kVision);
}

}  // namespace
}  // namespace weighbridge::formats
