// "SPDX-License-Identifier: MIT": the line by which a file names its licence, in any comment of any language.
#ifndef WEIGHBRIDGE_SERVICES_PROVENANCE_SPDX_LINES_H_
#define WEIGHBRIDGE_SERVICES_PROVENANCE_SPDX_LINES_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace weighbridge::provenance {

inline constexpr std::string_view kSpdxTag = "SPDX-License-Identifier";

// Lines that begin behind this many bytes of a document are not read: they stand at its head by convention.
inline constexpr size_t kSpdxHeadBytesMax = 64 << 10;
// Different values of one document, and lines of one model, that are read.
inline constexpr size_t kSpdxValuesMax = 32;
inline constexpr size_t kSpdxLinesMax = 256;

struct SpdxLine {
  uint64_t begin = 0;      // byte of the value
  std::string_view value;  // as written, without what closes a comment, a string or a sentence; may be empty
};

struct SpdxLines {
  std::vector<SpdxLine> lines;  // in order; each value once
  bool more = false;            // there are further values over kSpdxValuesMax
};

// Views into `text`. The tag in any case, as a key of JSON too; a tag that is only quoted is none.
SpdxLines FindSpdxLines(std::string_view text);

// Such a line has the strict form, unlike other metadata: ids of the SPDX alphabet joined by operators. InvalidArgument
// says what is wrong.
absl::Status CheckSpdxValue(std::string_view value);

}  // namespace weighbridge::provenance

#endif  // WEIGHBRIDGE_SERVICES_PROVENANCE_SPDX_LINES_H_
