// Structured bad input for the tests of parsers: every truncation, every field overwritten, seeded random damage. A
// parser may accept what is still valid; what it refuses, it refuses with an offset.
#ifndef WEIGHBRIDGE_SERVICES_FORMATS_TESTING_BAD_INPUT_H_
#define WEIGHBRIDGE_SERVICES_FORMATS_TESTING_BAD_INPUT_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace weighbridge::formats {

// Parses the bytes, in blocks of `block_size`, and returns its verdict on them.
using ParseFunction = std::function<absl::Status(std::string_view bytes, size_t block_size)>;

struct BadInputCount {
  int cases = 0;
  int rejected = 0;
};

// Fails the current test unless `status` is OK or names an offset, and unless blocks of 1, 2 and 7 bytes give the same
// status.
void CheckOne(const ParseFunction& parse, std::string_view bytes, const std::string& what, BadInputCount* count);

// Each proper prefix of a valid file shorter than `until` must be refused.
BadInputCount CheckTruncations(const ParseFunction& parse, std::string_view valid, size_t until = SIZE_MAX);

// At each offset below `until`: bytes 0, 1, 0x7F, 0x80, 0xFF, and 4 and 8 byte integers of both endiannesses with the
// values at which arithmetic breaks. Returns how many were refused.
BadInputCount CheckOverwrites(const ParseFunction& parse, std::string_view valid, size_t until = SIZE_MAX);

// Each byte below `until` removed, doubled, and replaced by each of `replacements`: for texts.
BadInputCount CheckTextEdits(const ParseFunction& parse, std::string_view valid, std::string_view replacements,
                             size_t until = SIZE_MAX);

}  // namespace weighbridge::formats

#endif  // WEIGHBRIDGE_SERVICES_FORMATS_TESTING_BAD_INPUT_H_
