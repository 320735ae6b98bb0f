#include "services/formats/config_json/config_json.h"
#include "services/formats/testing/fuzz_target.h"

std::vector<std::string> FuzzSeeds() {
  return {R"({"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 10})",
          R"({"vision_config": {"a": [1, -Infinity, null]}, "auto_map": {}})"};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const absl::Status status = weighbridge::formats::ParseModelConfig(text).status();
  FuzzCheckStatuses(status, status);
  return 0;
}
