// Lower-case hexadecimal.
#ifndef WEIGHBRIDGE_SERVICES_BASE_HEX_H_
#define WEIGHBRIDGE_SERVICES_BASE_HEX_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weighbridge {

// Encodes `size` bytes at `data` as 2 * size lower-case digits.
std::string HexEncode(const uint8_t* data, size_t size);

// Decodes exactly `size` bytes from 2 * size hexadecimal digits of either case into `out`; false on any other input.
bool HexDecode(std::string_view hex, uint8_t* out, size_t size);

// True for 64 lower-case hexadecimal digits: how this project writes a SHA-256.
bool IsSha256Hex(std::string_view text);

}  // namespace weighbridge

#endif  // WEIGHBRIDGE_SERVICES_BASE_HEX_H_
