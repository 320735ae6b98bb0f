// YAML documents (cards, profiles, policies) as a value tree, behind hard limits. The only package that includes
// yaml-cpp.
#ifndef WEIGHBRIDGE_SERVICES_FORMATS_YAML_YAML_READER_H_
#define WEIGHBRIDGE_SERVICES_FORMATS_YAML_YAML_READER_H_

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "services/formats/tree/value.h"

namespace weighbridge::formats {

struct YamlLimits {
  uint64_t bytes_max = 1 << 20;
  uint64_t nodes_max = 65'536;  // values of any kind; keys do not count
  int depth_max = 64;
  // Characters that can start a token of their own. The scanner below keeps the tokens of a whole flow collection in
  // memory, so this is what bounds memory.
  uint64_t indicators_max = 131'072;
};

// Reads one YAML 1.2 document of maps, lists and scalars. Refused, because two readers may disagree on them or because
// they cost more than they say: anchors, aliases, merge keys, tags, directives, duplicate keys, keys that are no
// scalars, several documents, malformed UTF-8, control characters. `start` is the place of the first byte in the file
// it stands in (a line start). Errors name offset, line and column. Comments are dropped. An empty document is a null.
absl::StatusOr<Value> ParseYaml(std::string_view text, const YamlLimits& limits = {},
                                const Position& start = {0, 1, 1});

}  // namespace weighbridge::formats

#endif  // WEIGHBRIDGE_SERVICES_FORMATS_YAML_YAML_READER_H_
