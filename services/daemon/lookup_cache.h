// Answers to digests that were asked for before, good until anything is committed.
#ifndef WEIGHBRIDGE_SERVICES_DAEMON_LOOKUP_CACHE_H_
#define WEIGHBRIDGE_SERVICES_DAEMON_LOOKUP_CACHE_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "proto/weighbridge/v1/model_service.pb.h"

namespace weighbridge::daemon {

// One answer; `status.stale` is not set in it, for it depends on the rules of the moment.
struct CachedAnswer {
  v1::DigestStatus status;
  std::string rules_digest;
  std::string classifier_version;
};

// Thread-safe. Holds at most about 32,000 answers; the least lately entered go first.
class LookupCache {
 public:
  // Taken before the database is asked: an answer is kept under the state of the database that it was read from, or an
  // older one.
  uint64_t generation() const { return generation_.load(std::memory_order_acquire); }

  // After a commit, by whomever: no answer from before is given any more.
  void Invalidate() { generation_.fetch_add(1, std::memory_order_acq_rel); }

  // Null if there is none of the present generation.
  std::shared_ptr<const CachedAnswer> Find(std::string_view digest, v1::DigestKind::Value kind) const;

  void Put(std::string_view digest, v1::DigestKind::Value kind, uint64_t generation,
           std::shared_ptr<const CachedAnswer> answer);

 private:
  static constexpr size_t kShards = 16;
  static constexpr size_t kAnswersPerShard = 1024;

  struct Entry {
    uint64_t generation = 0;
    std::shared_ptr<const CachedAnswer> answer;
  };
  using Map = absl::flat_hash_map<std::string, Entry>;
  struct Shard {
    mutable absl::Mutex mutex;
    Map young ABSL_GUARDED_BY(mutex);
    Map old ABSL_GUARDED_BY(mutex);  // `young` of before; thrown away when the new one is full
  };

  static std::string KeyOf(std::string_view digest, v1::DigestKind::Value kind);
  static size_t ShardOf(std::string_view digest);

  std::atomic<uint64_t> generation_{1};
  std::array<Shard, kShards> shards_;
};

}  // namespace weighbridge::daemon

#endif  // WEIGHBRIDGE_SERVICES_DAEMON_LOOKUP_CACHE_H_
