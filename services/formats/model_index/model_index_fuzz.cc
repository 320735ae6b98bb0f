#include "services/formats/model_index/model_index.h"
#include "services/formats/testing/fuzz_target.h"

std::vector<std::string> FuzzSeeds() {
  return {R"({"_class_name": "P", "vae": ["diffusers", "V"], "x": [null, null]})"};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const absl::Status status = weighbridge::formats::ParsePipelineIndex(text).status();
  FuzzCheckStatuses(status, status);
  return 0;
}
