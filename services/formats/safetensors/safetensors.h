// The header of a safetensors file: u64 little-endian length N, N bytes of JSON padded with spaces, then the tensor
// data. Format: https://github.com/huggingface/safetensors (README, "Format"); this reader is stricter where readers
// differ.
#ifndef WEIGHBRIDGE_SERVICES_FORMATS_SAFETENSORS_SAFETENSORS_H_
#define WEIGHBRIDGE_SERVICES_FORMATS_SAFETENSORS_SAFETENSORS_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "services/formats/bytes/arena.h"
#include "services/formats/bytes/byte_source.h"

namespace weighbridge::formats {

inline constexpr int kSafetensorsDimsMax = 8;
// Names and shapes of all tensors of one file together.
inline constexpr uint64_t kSafetensorsPoolBytesMax = 16 << 20;
inline constexpr uint64_t kSafetensorsMetadataEntriesMax = 10'000;
// Of one value and of all values: more is counted, not kept. All keys together may have as much, else the file is
// refused.
inline constexpr size_t kSafetensorsMetadataValueBytes = 65'536;
inline constexpr size_t kSafetensorsMetadataBytes = 1 << 20;

struct SafetensorsTensor {
  std::string_view name;             // valid UTF-8 without NUL, 1 to 1,024 bytes
  std::string_view dtype;            // as in the format: "BF16", "F8_E4M3", ...
  absl::Span<const uint64_t> shape;  // outermost first; empty for a scalar
  uint64_t begin = 0;                // bytes from data_begin
  uint64_t end = 0;
  uint64_t at = 0;  // offset of its name in the file
};

struct SafetensorsMetadata {
  std::string value;  // at most kSafetensorsMetadataValueBytes
  uint64_t size = 0;  // of the whole value
  uint64_t at = 0;    // offset of the value in the file
  bool truncated() const { return value.size() < size; }
};

// Movable; names and shapes are views into storage that the header owns. Zero tensors are legal here: whether such a
// file counts as readable weights is for the caller to say.
struct SafetensorsHeader {
  std::vector<SafetensorsTensor> tensors;               // in the order of their data
  std::map<std::string, SafetensorsMetadata> metadata;  // "__metadata__"
  bool metadata_truncated = false;                      // some value is not kept whole
  uint64_t data_begin = 0;                              // offset of the tensor data in the file
  uint64_t data_bytes = 0;
  Arena storage;
};

// Reads the header and checks it against the size of the source; reads nothing behind the header. Guarantees on
// success: names are unique, the tensors cover the data exactly (no hole, no overlap, nothing behind), each extent
// equals shape times dtype. Errors: INVALID_ARGUMENT, RESOURCE_EXHAUSTED, OUT_OF_RANGE with the offset
// (bytes/errors.h); errors of the source unchanged.
absl::StatusOr<SafetensorsHeader> ParseSafetensors(ByteSource* source);

// Bits of one element, or 0 if there is no such dtype.
int SafetensorsDtypeBits(std::string_view dtype);

}  // namespace weighbridge::formats

#endif  // WEIGHBRIDGE_SERVICES_FORMATS_SAFETENSORS_SAFETENSORS_H_
