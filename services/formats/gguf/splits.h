// GGUF models in several files: `NAME-00001-of-0000N.gguf` with split.no, split.count and split.tensors.count in each
// header.
#ifndef WEIGHBRIDGE_SERVICES_FORMATS_GGUF_SPLITS_H_
#define WEIGHBRIDGE_SERVICES_FORMATS_GGUF_SPLITS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "services/formats/gguf/gguf.h"

namespace weighbridge::formats {

struct GgufSplitName {
  std::string prefix;   // "model-Q4_K_M"
  uint32_t number = 0;  // from 1
  uint32_t count = 0;
};

// The parts of such a name; nullopt for any other name.
std::optional<GgufSplitName> ParseGgufSplitName(std::string_view base_name);

// True if the header says that it is one part of several.
bool SaysGgufSplit(const GgufHeader& header);

struct GgufSplitPart {
  std::string base_name;
  const GgufHeader* header = nullptr;  // not owned
};

// OK if the parts are one whole model: one prefix and count, every number once, headers that agree with the names and
// with each other, as many tensors as stated, no tensor twice. INVALID_ARGUMENT names the file, or the missing one.
// Order does not matter.
absl::Status CheckGgufSplits(absl::Span<const GgufSplitPart> parts);

}  // namespace weighbridge::formats

#endif  // WEIGHBRIDGE_SERVICES_FORMATS_GGUF_SPLITS_H_
