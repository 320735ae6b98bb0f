// Whole small JSON documents (configs, adapter configs, indexes of pipelines) as a value tree.
#ifndef WEIGHBRIDGE_SERVICES_FORMATS_JSON_JSON_READER_H_
#define WEIGHBRIDGE_SERVICES_FORMATS_JSON_JSON_READER_H_

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "services/formats/tree/value.h"

namespace weighbridge::formats {

inline constexpr int kJsonDepthMax = 128;  // no caller may ask for more

struct JsonLimits {
  uint64_t bytes_max = 8 << 20;    // of the document
  uint64_t elements_max = 65'536;  // values of any kind
  int depth_max = 32;
  // Accept NaN, Infinity and -Infinity as unquoted scalars, as Python's reader does; for configs.
  enum class NonFinite { kRefuse, kAccept } non_finite = NonFinite::kRefuse;
};

// Reads one JSON document. Refused: duplicate keys (also when escaped differently), malformed UTF-8, anything behind
// the document, numbers longer than 128 characters. Errors name offset, line and column.
absl::StatusOr<Value> ParseJson(std::string_view text, const JsonLimits& limits = {});

}  // namespace weighbridge::formats

#endif  // WEIGHBRIDGE_SERVICES_FORMATS_JSON_JSON_READER_H_
