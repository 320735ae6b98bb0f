// The three ways in which content can be refused, each naming the place. Errors of the medium are not made here: they
// pass through from the ByteSource unchanged.
#ifndef WEIGHBRIDGE_SERVICES_FORMATS_BYTES_ERRORS_H_
#define WEIGHBRIDGE_SERVICES_FORMATS_BYTES_ERRORS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace weighbridge::formats {

// A place in a file. `line` and `column` count from 1, columns in bytes; line 0 means that the file is not a text.
struct Position {
  uint64_t offset = 0;
  uint32_t line = 0;
  uint32_t column = 0;
};

// "offset 12" or "offset 12 (line 2, column 5)".
std::string ToString(const Position& at);

// INVALID_ARGUMENT "offset N: reason": the content breaks its format.
absl::Status Malformed(uint64_t offset, std::string_view reason);
absl::Status Malformed(const Position& at, std::string_view reason);

// RESOURCE_EXHAUSTED "offset N: reason": legal perhaps, but over a named limit.
absl::Status OverLimit(uint64_t offset, std::string_view reason);
absl::Status OverLimit(const Position& at, std::string_view reason);

// OUT_OF_RANGE "offset N: truncated: ...": the file ends before what it announces.
absl::Status Truncated(uint64_t offset, std::string_view what, uint64_t wanted, uint64_t left);

}  // namespace weighbridge::formats

#endif  // WEIGHBRIDGE_SERVICES_FORMATS_BYTES_ERRORS_H_
