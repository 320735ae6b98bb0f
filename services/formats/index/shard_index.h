// The index of a checkpoint in several files: model.safetensors.index.json, pytorch_model.bin.index.json.
#ifndef WEIGHBRIDGE_SERVICES_FORMATS_INDEX_SHARD_INDEX_H_
#define WEIGHBRIDGE_SERVICES_FORMATS_INDEX_SHARD_INDEX_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/formats/bytes/arena.h"
#include "services/formats/bytes/byte_source.h"

namespace weighbridge::formats {

inline constexpr uint64_t kShardIndexBytesMax = 64 << 20;
inline constexpr uint64_t kShardNamesBytesMax = 16 << 20;  // tensor names of one index together
inline constexpr size_t kShardFilesMax = 4096;

struct ShardEntry {
  std::string_view tensor;
  uint32_t file = 0;  // position in ShardIndex::files
  uint32_t at = 0;    // offset of the tensor name in the index
};

// Movable; names are views into storage that the index owns.
struct ShardIndex {
  std::optional<uint64_t> total_size;  // metadata.total_size
  std::vector<std::string>
      files;  // sorted; each plain, relative, without "..": safe to look up below the index's folder
  std::vector<ShardEntry> entries;  // sorted by tensor
  Arena storage;
};

// Reads an index from a stream in at most about 40 MB. INVALID_ARGUMENT, RESOURCE_EXHAUSTED with offset, line and
// column; an index that names a file outside its folder, the same tensor twice or no tensor at all is refused.
absl::StatusOr<ShardIndex> ParseShardIndex(ByteSource* source);

// OK if `shards` (file as the index names it -> its tensor names) hold exactly what the index says: every named file is
// there, every tensor is in the file named for it and in no other, and no tensor is unlisted. INVALID_ARGUMENT names
// file and tensor.
absl::Status CheckShards(const ShardIndex& index, const std::map<std::string, std::vector<std::string_view>>& shards);

}  // namespace weighbridge::formats

#endif  // WEIGHBRIDGE_SERVICES_FORMATS_INDEX_SHARD_INDEX_H_
