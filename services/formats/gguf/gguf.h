// The header of a GGUF file: keys with values, then tensor infos, then aligned data.
// Format: ggml-org/ggml docs/gguf.md; versions 1 (32-bit counts), 2, 3 (either byte order).
#ifndef WEIGHBRIDGE_SERVICES_FORMATS_GGUF_GGUF_H_
#define WEIGHBRIDGE_SERVICES_FORMATS_GGUF_GGUF_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "services/formats/bytes/arena.h"
#include "services/formats/bytes/byte_reader.h"
#include "services/formats/bytes/byte_source.h"

namespace weighbridge::formats {

inline constexpr uint64_t kGgufKeysMax = 16'384;
inline constexpr uint64_t kGgufKeyBytesMax = 1024;         // of one key
inline constexpr uint64_t kGgufKeysBytesMax = 1 << 20;     // of all keys
inline constexpr uint64_t kGgufStringBytesMax = 64 << 20;  // of one value, template or token
inline constexpr uint64_t kGgufArrayElementsMax = 1 << 28;
inline constexpr size_t kGgufStringKeepBytes = 65'536;    // of one value
inline constexpr size_t kGgufStringsKeepBytes = 1 << 20;  // of all values
inline constexpr size_t kGgufArrayKeepStrings = 256;      // elements kept of a short array of strings
inline constexpr uint64_t kGgufTensorNameBytesMax = 63;
inline constexpr uint32_t kGgufDimsMax = 4;
inline constexpr uint32_t kGgufAlignmentMax = 1 << 20;

// Ids of the format; do not change.
enum class GgufType : uint8_t {
  kU8 = 0,
  kI8 = 1,
  kU16 = 2,
  kI16 = 3,
  kU32 = 4,
  kI32 = 5,
  kF32 = 6,
  kBool = 7,
  kString = 8,
  kArray = 9,
  kU64 = 10,
  kI64 = 11,
  kF64 = 12,
};

// One key. Scalars and strings are kept (strings up to a limit), arrays are only measured, except short arrays of
// strings.
struct GgufKey {
  std::string_view key;
  GgufType type = GgufType::kU8;
  GgufType element = GgufType::kU8;       // of an array
  uint64_t bits = 0;                      // a scalar as stored, zero extended
  uint64_t size = 0;                      // bytes of a string, elements of an array
  std::string_view text;                  // a string, or its first part; any bytes, not necessarily UTF-8
  std::vector<std::string_view> strings;  // elements of a short array of strings; all of them or none
  uint64_t at = 0;                        // offset of the key
  uint64_t value_begin = 0;               // extent of the value in the file, without its type
  uint64_t value_end = 0;

  bool truncated() const { return type == GgufType::kString && text.size() < size; }
  // Typed views; nullopt for another type or sign.
  std::optional<std::string_view> AsString() const;  // also nullopt if truncated
  std::optional<uint64_t> AsUint() const;            // any unsigned integer, or a signed one that is not negative
  std::optional<int64_t> AsInt() const;
  std::optional<bool> AsBool() const;
  std::optional<double> AsDouble() const;  // f32 and f64
};

struct GgufTensor {
  std::string_view name;
  absl::Span<const uint64_t> dims;  // fastest first
  uint32_t type = 0;                // id of ggml; GgufTensorTypeName
  bool readable = false;            // the type is known, so `bytes` is
  uint64_t offset = 0;              // from data_begin
  uint64_t bytes = 0;
  uint64_t at = 0;  // offset of its info
};

// Movable; names, keys and texts are views into storage that the header owns. Zero tensors are legal here (vocabulary
// files): whether such a file counts as readable weights is for the caller to say, and so are unreadable tensors and
// trailing bytes.
struct GgufHeader {
  uint32_t version = 0;
  Endian endian = Endian::kLittle;
  uint32_t alignment = 32;
  std::vector<GgufKey> keys;        // sorted by key
  std::vector<GgufTensor> tensors;  // in the order of the file, which is that of the data
  uint64_t data_begin = 0;          // offset of the tensor data in the file
  uint64_t unreadable_tensors = 0;  // of a type this reader does not know: their extent is not known either
  // Bytes behind the last tensor and its padding; nullopt if the last tensor is unreadable.
  std::optional<uint64_t> trailing_bytes;
  Arena storage;

  const GgufKey* Find(std::string_view key) const;
  std::optional<std::string_view> FindString(std::string_view key) const;
};

// Reads the header and checks it against the size of the source; reads nothing behind the tensor infos. Guarantees on
// success: keys and tensor names are unique, tensors lie in sequence with padded sizes, aligned and inside the file, as
// far as their type is known.
absl::StatusOr<GgufHeader> ParseGguf(ByteSource* source);

// Name of a tensor type such as "Q4_K", or nullopt if this reader does not know it.
std::optional<std::string_view> GgufTensorTypeName(uint32_t type);

}  // namespace weighbridge::formats

#endif  // WEIGHBRIDGE_SERVICES_FORMATS_GGUF_GGUF_H_
