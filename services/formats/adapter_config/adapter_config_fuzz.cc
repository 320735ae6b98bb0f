#include "services/formats/adapter_config/adapter_config.h"
#include "services/formats/testing/fuzz_target.h"

std::vector<std::string> FuzzSeeds() {
  return {R"({"peft_type": "LORA", "r": 8, "lora_alpha": 1.5, "target_modules": ["q"]})"};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const absl::Status status = weighbridge::formats::ParseAdapterConfig(text).status();
  FuzzCheckStatuses(status, status);
  return 0;
}
