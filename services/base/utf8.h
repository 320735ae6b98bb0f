// UTF-8 checks for names and texts that come from untrusted places.
#ifndef WEIGHBRIDGE_SERVICES_BASE_UTF8_H_
#define WEIGHBRIDGE_SERVICES_BASE_UTF8_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weighbridge {

// Decodes the code point that starts at `pos` and sets `*length` to its bytes (1 to 4). Returns -1, with *length 1, if the
// bytes are not well-formed UTF-8 (overlong forms, surrogates and values over U+10FFFF are not). Requires pos < text.size().
int32_t DecodeUtf8(std::string_view text, size_t pos, int* length);

// True if all of `text` is well-formed UTF-8.
bool IsValidUtf8(std::string_view text);

// True if `name` is well-formed UTF-8 without control characters (C0, DEL, C1) and without backslash: the names that an
// artifact may have (DESIGN section 4).
bool IsPlainName(std::string_view name);

// Makes any bytes printable on one line: control characters, backslash and malformed bytes become \xNN, so that no name can
// forge a line or send an escape sequence to a terminal. Bidirectional controls are escaped too.
std::string Printable(std::string_view bytes);

// The bytes that Printable() made `printed` of; nothing if it never returns this text.
std::optional<std::string> BytesOfPrinted(std::string_view printed);

}  // namespace weighbridge

#endif  // WEIGHBRIDGE_SERVICES_BASE_UTF8_H_
