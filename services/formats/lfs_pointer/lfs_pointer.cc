#include "services/formats/lfs_pointer/lfs_pointer.h"

#include <charconv>

#include "absl/strings/str_format.h"
#include "services/formats/bytes/errors.h"

namespace weighbridge::formats {
namespace {

constexpr std::string_view kVersion = "version https://git-lfs.github.com/spec/v1\n";
constexpr std::string_view kOid = "oid sha256:";
constexpr std::string_view kSize = "size ";
constexpr size_t kHexDigits = 64;
constexpr uint64_t kSizeMax = uint64_t{INT64_MAX};

}  // namespace

absl::StatusOr<LfsPointer> ParseLfsPointer(std::string_view text) {
  if (text.size() > kLfsPointerBytesMax) {
    return OverLimit(0, absl::StrFormat("%d bytes, a pointer has at most %d", text.size(), kLfsPointerBytesMax));
  }
  size_t pos = 0;
  const auto expect = [&](std::string_view literal) {
    for (size_t i = 0; i < literal.size(); ++i) {
      if (pos + i >= text.size() || text[pos + i] != literal[i]) {
        pos += i;
        return false;
      }
    }
    pos += literal.size();
    return true;
  };
  if (!expect(kVersion)) return Malformed(pos, "no version line of a git-lfs pointer");
  if (!expect(kOid)) return Malformed(pos, "expected \"oid sha256:\"");
  LfsPointer pointer;
  for (size_t i = 0; i < kHexDigits; ++i, ++pos) {
    const char c = pos < text.size() ? text[pos] : '\0';
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
      return Malformed(pos, "expected 64 lower-case hexadecimal digits");
    pointer.sha256 += c;
  }
  if (!expect("\n")) return Malformed(pos, "expected a line feed behind the oid");
  if (!expect(kSize)) return Malformed(pos, "expected \"size \"");
  const char* begin = text.data() + pos;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(begin, end, pointer.size);
  if (error != std::errc() || pointer.size > kSizeMax)
    return Malformed(pos, "the size is no number of bytes below 2^63");
  if (*begin == '0' && stop != begin + 1) return Malformed(pos, "the size has a leading zero");
  pos += static_cast<size_t>(stop - begin);
  if (!expect("\n")) return Malformed(pos, "expected a line feed behind the size");
  if (pos != text.size()) return Malformed(pos, "something behind the size");
  return pointer;
}

}  // namespace weighbridge::formats
