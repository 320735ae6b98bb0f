// Lists of byte strings in one column: "3:abc" for each.
#ifndef WEIGHBRIDGE_DB_STORE_NETSTRING_H_
#define WEIGHBRIDGE_DB_STORE_NETSTRING_H_

#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace weighbridge::db {

inline void AppendNetstring(std::string* out, std::string_view bytes) {
  char digits[20];
  const std::to_chars_result end = std::to_chars(digits, digits + sizeof(digits), bytes.size());
  out->append(digits, end.ptr);
  out->push_back(':');
  out->append(bytes);
}

// Cuts the first string off `bytes`; nullopt if it does not begin with one.
inline std::optional<std::string_view> TakeNetstring(std::string_view* bytes) {
  size_t size = 0;
  const char* const end = bytes->data() + bytes->size();
  const std::from_chars_result number = std::from_chars(bytes->data(), end, size);
  if (number.ec != std::errc() || number.ptr == end || *number.ptr != ':') return std::nullopt;
  if (size > static_cast<size_t>(end - number.ptr) - 1) return std::nullopt;
  const std::string_view taken(number.ptr + 1, size);
  bytes->remove_prefix(static_cast<size_t>(number.ptr + 1 - bytes->data()) + size);
  return taken;
}

}  // namespace weighbridge::db

#endif  // WEIGHBRIDGE_DB_STORE_NETSTRING_H_
