#include "services/types/shard_name.h"

#include <string>

#include "gtest/gtest.h"

namespace weighbridge {
namespace {

std::string Parts(std::string_view name) {
  const std::optional<ShardName> shard = ParseShardName(name);
  if (!shard.has_value()) return "none";
  return std::string(shard->prefix) + "|" + std::to_string(shard->number) + "|" + std::to_string(shard->count) + "|" +
         std::string(shard->suffix);
}

TEST(ShardNameTest, NamesOfShards) {
  EXPECT_EQ(Parts("model-00001-of-00002.safetensors"), "model-|1|2|.safetensors");
  EXPECT_EQ(Parts("pytorch_model-00003-of-00003.bin"), "pytorch_model-|3|3|.bin");
  EXPECT_EQ(Parts("Llama-3-Q4_K_M-00010-of-00012.gguf"), "Llama-3-Q4_K_M-|10|12|.gguf");
  EXPECT_EQ(Parts("00001-of-00002.gguf"), "|1|2|.gguf");
  EXPECT_EQ(Parts("diffusion.fp16-00001-of-00001"), "diffusion.fp16-|1|1|");
  EXPECT_EQ(Parts("ckpt.data-00000-of-00001"), "ckpt.data-|0|1|");
  EXPECT_EQ(Parts("a-00001-of-00009-00002-of-00003.gguf"), "a-00001-of-00009-|2|3|.gguf");
  EXPECT_EQ(Parts("model-00002-of-00003-of-five.gguf"), "model-|2|3|-of-five.gguf");
}

TEST(ShardNameTest, OtherNames) {
  for (const char* name :
       {"", "-of-", "-of-00002", "model.safetensors", "model-1-of-2.safetensors", "model-00001-of-2.safetensors",
        "model-00001-of-000002.bin", "model-000001-of-00002.bin", "model-00003-of-00002.bin",
        "model-00000-of-00000.bin", "model-0000x-of-00002.bin", "model-00001of00002.bin", "00001-of-0000"}) {
    EXPECT_EQ(Parts(name), "none") << name;
  }
}

}  // namespace
}  // namespace weighbridge
