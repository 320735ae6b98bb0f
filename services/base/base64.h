// Base64 (RFC 4648), strict: one encoding for each byte string.
#ifndef WEIGHBRIDGE_SERVICES_BASE_BASE64_H_
#define WEIGHBRIDGE_SERVICES_BASE_BASE64_H_

#include <optional>
#include <string>
#include <string_view>

namespace weighbridge {

// Standard alphabet, with padding.
std::string Base64Encode(std::string_view bytes);

// Decodes either alphabet, not a mix of both, with padding. Nothing for any other character (white space too), wrong
// padding, or bits behind the last byte that are not zero.
std::optional<std::string> Base64Decode(std::string_view text);

}  // namespace weighbridge

#endif  // WEIGHBRIDGE_SERVICES_BASE_BASE64_H_
