#include "services/daemon/lookup_cache.h"

#include <utility>

namespace weighbridge::daemon {

std::string LookupCache::KeyOf(std::string_view digest, v1::DigestKind::Value kind) {
  std::string key(digest);
  key += static_cast<char>('0' + kind);
  return key;
}

// Digests are spread evenly by what they are: a shard for each value of the last digit.
size_t LookupCache::ShardOf(std::string_view digest) {
  const char digit = digest.back();
  return static_cast<size_t>(digit <= '9' ? digit - '0' : digit - 'a' + 10) % kShards;
}

std::shared_ptr<const CachedAnswer> LookupCache::Find(std::string_view digest, v1::DigestKind::Value kind) const {
  const std::string key = KeyOf(digest, kind);
  const uint64_t now = generation();
  const Shard& shard = shards_[ShardOf(digest)];
  const absl::MutexLock lock(&shard.mutex);
  for (const Map* map : {&shard.young, &shard.old}) {
    const auto it = map->find(key);
    if (it != map->end()) return it->second.generation == now ? it->second.answer : nullptr;
  }
  return nullptr;
}

void LookupCache::Put(std::string_view digest, v1::DigestKind::Value kind, uint64_t generation,
                      std::shared_ptr<const CachedAnswer> answer) {
  Shard& shard = shards_[ShardOf(digest)];
  const absl::MutexLock lock(&shard.mutex);
  if (shard.young.size() >= kAnswersPerShard) {
    shard.old = std::move(shard.young);
    shard.young.clear();
  }
  shard.young[KeyOf(digest, kind)] = {generation, std::move(answer)};
}

}  // namespace weighbridge::daemon
