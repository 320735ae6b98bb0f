// A digest as the 32 bytes that its 64 lower-case hexadecimal digits say.
#ifndef WEIGHBRIDGE_DB_STORE_DIGEST_BYTES_H_
#define WEIGHBRIDGE_DB_STORE_DIGEST_BYTES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weighbridge::db {

inline constexpr int8_t kNoDigit = -1;
inline constexpr std::array<int8_t, 256> kDigitValues = [] {
  std::array<int8_t, 256> values{};
  for (int8_t& value : values) value = kNoDigit;
  for (int i = 0; i < 10; ++i) values[static_cast<size_t>('0' + i)] = static_cast<int8_t>(i);
  for (int i = 0; i < 6; ++i) values[static_cast<size_t>('a' + i)] = static_cast<int8_t>(10 + i);
  return values;
}();

// Empty for anything but 64 lower-case hexadecimal digits: a key that no row has.
inline std::string DigestBytes(std::string_view digits) {
  std::string bytes;
  if (digits.size() != 64) return bytes;
  bytes.resize(32);
  int seen = 0;  // negative once a character was no digit
  for (size_t i = 0; i < bytes.size(); ++i) {
    const int high = kDigitValues[static_cast<uint8_t>(digits[2 * i])];
    const int low = kDigitValues[static_cast<uint8_t>(digits[2 * i + 1])];
    seen |= high | low;
    bytes[i] = static_cast<char>(static_cast<unsigned>(high) << 4 | static_cast<unsigned>(low));
  }
  if (seen < 0) bytes.clear();
  return bytes;
}

}  // namespace weighbridge::db

#endif  // WEIGHBRIDGE_DB_STORE_DIGEST_BYTES_H_
