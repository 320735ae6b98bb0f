#include "services/formats/bytes/errors.h"

#include "absl/strings/str_format.h"

namespace weighbridge::formats {

std::string ToString(const Position& at) {
  if (at.line == 0) return absl::StrFormat("offset %d", at.offset);
  return absl::StrFormat("offset %d (line %d, column %d)", at.offset, at.line, at.column);
}

absl::Status Malformed(const Position& at, std::string_view reason) {
  return absl::InvalidArgumentError(absl::StrFormat("%s: %s", ToString(at), reason));
}

absl::Status Malformed(uint64_t offset, std::string_view reason) { return Malformed(Position{offset}, reason); }

absl::Status OverLimit(const Position& at, std::string_view reason) {
  return absl::ResourceExhaustedError(absl::StrFormat("%s: %s", ToString(at), reason));
}

absl::Status OverLimit(uint64_t offset, std::string_view reason) { return OverLimit(Position{offset}, reason); }

absl::Status Truncated(uint64_t offset, std::string_view what, uint64_t wanted, uint64_t left) {
  return absl::OutOfRangeError(
      absl::StrFormat("offset %d: truncated: %s needs %d bytes, %d are left", offset, what, wanted, left));
}

}  // namespace weighbridge::formats
