// Names of the parts of a sharded checkpoint: "model-00001-of-00002.safetensors".
#ifndef WEIGHBRIDGE_SERVICES_TYPES_SHARD_NAME_H_
#define WEIGHBRIDGE_SERVICES_TYPES_SHARD_NAME_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace weighbridge {

// The parts with equal prefix, count and suffix (in one folder) are one set; it is whole if every number from first to
// last of it is there. The views point into the parsed name.
struct ShardName {
  std::string_view prefix;  // "model-"; empty for "00001-of-00002.gguf"
  uint32_t number = 0;      // 1 to count; some writers count from 0, then 0 to count - 1
  uint32_t count = 0;       // 1 to 99,999
  std::string_view suffix;  // ".safetensors", ".bin.index"; empty if the name ends behind the count
};

// The last "NNNNN-of-NNNNN" of a file's base name, as Transformers and llama.cpp write it: five digits each, padded
// with zeros, no digit before or behind. Nothing if there is none, if the count is 0, or if the number is above the
// count. Pure; linear in the name.
std::optional<ShardName> ParseShardName(std::string_view base_name);

}  // namespace weighbridge

#endif  // WEIGHBRIDGE_SERVICES_TYPES_SHARD_NAME_H_
