// 64-bit arithmetic on sizes that an untrusted file states.
#ifndef WEIGHBRIDGE_SERVICES_FORMATS_BYTES_CHECKED_H_
#define WEIGHBRIDGE_SERVICES_FORMATS_BYTES_CHECKED_H_

#include <cstdint>
#include <optional>

namespace weighbridge::formats {

// Limits of every tensor header, whatever its format.
inline constexpr uint64_t kTensorsMax = 200'000;
inline constexpr uint64_t kTensorDimMax = uint64_t{1} << 40;
inline constexpr uint64_t kTensorElementsMax = uint64_t{1} << 46;
inline constexpr uint64_t kHeaderBytesMax = 100'000'000;
inline constexpr uint64_t kNameBytesMax = 1024;

inline std::optional<uint64_t> CheckedAdd(uint64_t a, uint64_t b) {
  uint64_t sum;
  if (__builtin_add_overflow(a, b, &sum)) return std::nullopt;
  return sum;
}

inline std::optional<uint64_t> CheckedMultiply(uint64_t a, uint64_t b) {
  uint64_t product;
  if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
  return product;
}

// `value` rounded up to a multiple of `alignment`, a power of two.
inline std::optional<uint64_t> CheckedAlign(uint64_t value, uint64_t alignment) {
  const std::optional<uint64_t> sum = CheckedAdd(value, alignment - 1);
  if (!sum.has_value()) return std::nullopt;
  return *sum & ~(alignment - 1);
}

}  // namespace weighbridge::formats

#endif  // WEIGHBRIDGE_SERVICES_FORMATS_BYTES_CHECKED_H_
