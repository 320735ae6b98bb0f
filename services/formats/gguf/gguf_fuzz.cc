#include "services/formats/bytes/byte_source.h"
#include "services/formats/gguf/gguf.h"
#include "services/formats/testing/fuzz_target.h"
#include "tests/support/model_builder.h"

using weighbridge::formats::MemorySource;
using weighbridge::formats::ParseGguf;
namespace support = weighbridge::testing_support;

std::vector<std::string> FuzzSeeds() {
  const std::vector<support::GgufKv> keys = {
      support::GgufString("general.architecture", "llama"), support::GgufStrings("general.tags", {"a", "b"}),
      support::GgufNumbers("tokenizer.ggml.scores", support::GgufKvType::kF32, {1, 2, 3}),
      support::GgufNumber("b", support::GgufKvType::kBool, 1)};
  const std::vector<support::GgufTensorSpec> tensors = {{"blk.0.weight", {32, 2}, 8}, {"norm", {5}, 0}};
  std::vector<std::string> seeds = {support::BuildGguf(keys, tensors), support::BuildGguf({}, {})};
  support::GgufOptions options;
  options.version = 1;
  seeds.push_back(support::BuildGguf(keys, tensors, options));
  options.version = 3;
  options.order = support::GgufByteOrder::kBig;
  options.alignment = 64;
  seeds.push_back(support::BuildGguf(keys, tensors, options));
  return seeds;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  MemorySource whole_source(bytes), split_source(bytes, 3);
  const auto whole = ParseGguf(&whole_source);
  FuzzCheckStatuses(whole.status(), ParseGguf(&split_source).status());
  if (!whole.ok()) return 0;
  uint64_t end = 0;
  for (const auto& tensor : whole->tensors) {
    FuzzCheck(tensor.offset >= end, "tensors do not overlap");
    end = tensor.offset + tensor.bytes;
    FuzzCheck(whole->data_begin + end <= size, "tensors end inside the file");
  }
  return 0;
}
