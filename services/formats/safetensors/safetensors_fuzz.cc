#include "services/formats/bytes/byte_source.h"
#include "services/formats/safetensors/safetensors.h"
#include "services/formats/testing/fuzz_target.h"
#include "tests/support/model_builder.h"

using weighbridge::formats::MemorySource;
using weighbridge::formats::ParseSafetensors;
using weighbridge::testing_support::BuildSafetensors;

std::vector<std::string> FuzzSeeds() {
  return {BuildSafetensors({{"a", "F32", {2, 2}}, {"b.weight", "BF16", {4}}, {"c", "I64", {}}}, {{"format", "pt"}}),
          BuildSafetensors({}), BuildSafetensors({{"\xC3\xA9", "F4", {2}}, {"e", "U8", {0}}})};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  MemorySource whole_source(bytes), split_source(bytes, 3);
  const auto whole = ParseSafetensors(&whole_source);
  FuzzCheckStatuses(whole.status(), ParseSafetensors(&split_source).status());
  if (!whole.ok()) return 0;
  uint64_t covered = 0;
  for (const auto& tensor : whole->tensors) {
    FuzzCheck(tensor.begin == covered && tensor.end >= tensor.begin, "tensors cover the data in sequence");
    covered = tensor.end;
  }
  FuzzCheck(whole->data_begin + covered == size, "tensors end with the file");
  return 0;
}
