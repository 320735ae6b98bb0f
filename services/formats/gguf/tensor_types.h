// Block geometry of the tensor types of ggml (ggml/src/ggml-common.h and ggml.c, type_traits). Types that were removed
// from ggml or that are newer than this table are unknown on purpose: a wrong size would be worse.
#ifndef WEIGHBRIDGE_SERVICES_FORMATS_GGUF_TENSOR_TYPES_H_
#define WEIGHBRIDGE_SERVICES_FORMATS_GGUF_TENSOR_TYPES_H_

#include <cstdint>
#include <string_view>

namespace weighbridge::formats {

struct GgufTensorType {
  uint32_t id;
  std::string_view name;
  uint32_t block_elements;  // along the first dimension
  uint32_t block_bytes;
};

// nullptr if unknown.
const GgufTensorType* FindGgufTensorType(uint32_t id);

}  // namespace weighbridge::formats

#endif  // WEIGHBRIDGE_SERVICES_FORMATS_GGUF_TENSOR_TYPES_H_
