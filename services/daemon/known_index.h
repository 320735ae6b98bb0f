// Every digest that the database answers for, in memory: what look-ups are answered from while it is up to date.
#ifndef WEIGHBRIDGE_SERVICES_DAEMON_KNOWN_INDEX_H_
#define WEIGHBRIDGE_SERVICES_DAEMON_KNOWN_INDEX_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/node_hash_set.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "db/store/store.h"
#include "proto/weighbridge/v1/model_service.pb.h"

namespace weighbridge::daemon {

// Thread-safe. About 90 bytes for a digest and half a KiB for an audit. A database with more digests than may be held is not
// held at all: look-ups then go to LookupCache and database as before.
class KnownIndex {
 public:
  explicit KnownIndex(size_t digests_max) : digests_max_(digests_max) {}

  // Takes what was published since the last call; `generation` (of LookupCache) was taken before, and is what the index
  // is then up to date with. The first call reads everything. By any thread; one at a time.
  absl::Status Refresh(db::Store& store, uint64_t generation);

  // What is known of one digest: a v1::DigestStatus in its wire form, without digest, kind and staleness. One piece of
  // memory: among a million audits each further one would be fetched from far away.
  struct Answer {
    int64_t audit_sequence = 0;
    std::string wire;
    const std::string* rules_digest = nullptr;
    const std::string* classifier_version = nullptr;
  };

  // Calls `fill(i, answer, kind)` for each digest (64 hexadecimal digits), with null where none is known, and returns
  // true; false, and nothing was called, unless the index is up to date with `generation`. The answer lives until
  // `fill` returns; an unspecified kind asks for any.
  template <typename Digests, typename Fill>
  bool Look(const Digests& digests, v1::DigestKind::Value kind, uint64_t generation, const Fill& fill) const {
    if (generation_.load(std::memory_order_acquire) != generation) return false;
    const absl::ReaderMutexLock lock(&mutex_);
    // Once more under the lock: a refresh may be on its way.
    if (generation_.load(std::memory_order_acquire) != generation) return false;
    const auto count = static_cast<size_t>(digests.size());
    std::vector<Digest> keys(count);
    std::vector<Found> found(count);
    // In rounds, each of which lets memory fetch for the next one.
    for (size_t i = 0; i < count; ++i) Prepare(digests[static_cast<int>(i)], keys[i]);
    for (size_t i = 0; i < count; ++i) found[i] = Find(keys[i], kind);
    for (const Found& one : found) Fetch(one);
    for (size_t i = 0; i < count; ++i) fill(static_cast<int>(i), found[i].answer, found[i].kind);
    return true;
  }

  bool IsUpToDateWith(uint64_t generation) const {
    return generation_.load(std::memory_order_acquire) == generation;
  }
  // Everything was read once.
  bool filled() const { return filled_; }
  // False once there was more than may be held.
  bool enabled() const { return enabled_; }
  size_t size() const;

 private:
  using Digest = std::array<uint8_t, 32>;
  static constexpr int kKinds = 3;
  // The newest audit that answers for a digest, by whether it was measured here and by kind; 0: none, else 1 + index.
  using Holders = std::array<uint32_t, 2 * kKinds>;
  struct Found {
    const Answer* answer = nullptr;
    v1::DigestKind::Value kind = v1::DigestKind::DIGEST_KIND_UNSPECIFIED;
  };

  // Decodes a digest; one that is none becomes one that nobody knows.
  void Prepare(std::string_view hex, Digest& key) const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  Found Find(const Digest& key, v1::DigestKind::Value kind) const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  static void Fetch(const Found& found);
  const std::string* Shared(const std::string& text) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Apply(const db::PublishedAudit& published) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const size_t digests_max_;
  absl::Mutex refresh_mutex_;  // one refresh at a time
  mutable absl::Mutex mutex_;
  int64_t position_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<Answer> audits_ ABSL_GUARDED_BY(mutex_);
  absl::node_hash_set<std::string> shared_ ABSL_GUARDED_BY(mutex_);  // few different ones
  absl::flat_hash_map<int64_t, uint32_t> by_sequence_ ABSL_GUARDED_BY(mutex_);  // index into audits_
  absl::flat_hash_map<Digest, Holders> by_digest_ ABSL_GUARDED_BY(mutex_);
  std::atomic<uint64_t> generation_{0};  // 0: not filled yet, or not kept
  std::atomic<bool> filled_{false};
  std::atomic<bool> enabled_{true};
};

}  // namespace weighbridge::daemon

#endif  // WEIGHBRIDGE_SERVICES_DAEMON_KNOWN_INDEX_H_
