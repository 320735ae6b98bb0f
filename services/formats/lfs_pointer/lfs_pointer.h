// The git-lfs pointer that stands for a large file in a checkout: a claim about bytes that are not here.
// Format: git-lfs docs/spec.md, version 1.
#ifndef WEIGHBRIDGE_SERVICES_FORMATS_LFS_POINTER_LFS_POINTER_H_
#define WEIGHBRIDGE_SERVICES_FORMATS_LFS_POINTER_LFS_POINTER_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace weighbridge::formats {

inline constexpr size_t kLfsPointerBytesMax = 1023;

struct LfsPointer {
  std::string sha256;  // 64 lower-case hexadecimal digits
  uint64_t size = 0;   // bytes of the file that it stands for; at most 2^63 - 1
};

// Reads exactly three lines: version, oid sha256, size, each ended by one line feed, and nothing else. Anything near
// (extensions, CRLF, upper-case digits, a leading zero, a missing last line feed) is INVALID_ARGUMENT with its offset:
// a claim that two tools read differently is no claim.
absl::StatusOr<LfsPointer> ParseLfsPointer(std::string_view text);

}  // namespace weighbridge::formats

#endif  // WEIGHBRIDGE_SERVICES_FORMATS_LFS_POINTER_LFS_POINTER_H_
