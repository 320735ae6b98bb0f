// Makes small model files for tests: valid ones by default, and any invalid one by stating the part that lies.
#ifndef WEIGHBRIDGE_TESTS_SUPPORT_MODEL_BUILDER_H_
#define WEIGHBRIDGE_TESTS_SUPPORT_MODEL_BUILDER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weighbridge::testing_support {

// ---- safetensors
// -----------------------------------------------------------------------------------------------------------

struct SafetensorsSpec {
  std::string name;
  std::string dtype = "F32";
  std::vector<uint64_t> shape;
};

// A valid file: tensors one behind the other, their data made from `seed`, header padded to a multiple of eight.
std::string BuildSafetensors(const std::vector<SafetensorsSpec>& tensors,
                             const std::map<std::string, std::string>& metadata = {}, uint32_t seed = 1);

// Any header text with its length in front and `data` behind: for files that lie.
std::string SafetensorsFile(std::string_view header, std::string_view data);

// ---- GGUF
// ------------------------------------------------------------------------------------------------------------------

// Ids of the format.
enum class GgufKvType : uint32_t { kU8, kI8, kU16, kI16, kU32, kI32, kF32, kBool, kString, kArray, kU64, kI64, kF64 };

enum class GgufByteOrder { kLittle, kBig };

// Writes the primitive values of a GGUF of one version and byte order; the tests of attacks use it to write what no
// builder would.
class GgufWriter {
 public:
  explicit GgufWriter(uint32_t version = 3, GgufByteOrder order = GgufByteOrder::kLittle)
      : version_(version), order_(order) {}

  GgufWriter& U8(uint8_t value) { return Number(value, 1); }
  GgufWriter& U16(uint16_t value) { return Number(value, 2); }
  GgufWriter& U32(uint32_t value) { return Number(value, 4); }
  GgufWriter& U64(uint64_t value) { return Number(value, 8); }
  // A count or length: 32 bits in version 1, else 64.
  GgufWriter& Count(uint64_t value) { return Number(value, version_ == 1 ? 4 : 8); }
  GgufWriter& String(std::string_view text);
  GgufWriter& Raw(std::string_view bytes);
  GgufWriter& PadTo(uint64_t alignment);

  // Magic, version, counts.
  GgufWriter& Header(uint64_t tensors, uint64_t kvs);
  GgufWriter& Tensor(std::string_view name, const std::vector<uint64_t>& dims, uint32_t type, uint64_t offset);

  const std::string& bytes() const { return bytes_; }

 private:
  GgufWriter& Number(uint64_t value, int width);

  uint32_t version_;
  GgufByteOrder order_;
  std::string bytes_;
};

// One key with its value; make it with one of the functions below.
struct GgufKv {
  std::string key;
  GgufKvType type = GgufKvType::kU32;
  uint64_t number = 0;                   // any integer or bool; floats by their bits
  std::string text;                      // of a string
  GgufKvType element = GgufKvType::kU8;  // of an array
  std::vector<uint64_t> numbers;         // elements of an array of numbers
  std::vector<std::string> texts;        // elements of an array of strings
};
GgufKv GgufString(std::string key, std::string value);
GgufKv GgufU32(std::string key, uint32_t value);
GgufKv GgufNumber(std::string key, GgufKvType type, uint64_t value);
GgufKv GgufF32(std::string key, float value);
GgufKv GgufStrings(std::string key, std::vector<std::string> values);
GgufKv GgufNumbers(std::string key, GgufKvType element, std::vector<uint64_t> values);

struct GgufTensorSpec {
  std::string name;
  std::vector<uint64_t> dims;  // fastest first, as in the file
  uint32_t type = 0;           // 0 is F32, 1 is F16, 8 is Q8_0
};

struct GgufOptions {
  uint32_t version = 3;
  GgufByteOrder order = GgufByteOrder::kLittle;
  uint32_t alignment = 32;  // other than 32 is also written as general.alignment
  uint32_t seed = 1;
};

// A valid file: data in sequence, each tensor padded. Knows the sizes of types 0, 1, 2, 8, 12, 24 and 30.
std::string BuildGguf(const std::vector<GgufKv>& kvs, const std::vector<GgufTensorSpec>& tensors,
                      const GgufOptions& options = {});

// ---- others
// ----------------------------------------------------------------------------------------------------------------

// A git-lfs pointer to `size` bytes with this SHA-256 (64 hexadecimal digits).
std::string BuildLfsPointer(std::string_view sha256_hex, uint64_t size);

// {"metadata": {"total_size": ...}, "weight_map": {...}} as sharded checkpoints carry it.
std::string BuildShardIndex(const std::map<std::string, std::string>& weight_map, uint64_t total_size);

// A card: front matter of the given YAML lines, then `body`.
std::string BuildModelCard(std::string_view front_matter, std::string_view body);

// JSON string literal with quotes.
std::string JsonQuoted(std::string_view text);

// `size` bytes that depend on `seed` alone.
std::string RandomBytes(size_t size, uint32_t seed);

}  // namespace weighbridge::testing_support

#endif  // WEIGHBRIDGE_TESTS_SUPPORT_MODEL_BUILDER_H_
