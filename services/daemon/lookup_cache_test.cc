#include "services/daemon/lookup_cache.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_format.h"
#include "gtest/gtest.h"

namespace weighbridge::daemon {
namespace {

constexpr v1::DigestKind::Value kAny = v1::DigestKind::DIGEST_KIND_UNSPECIFIED;
constexpr size_t kHeldMax = 32768;

// Spread over the last digit as real digests are.
std::string Digest(size_t number) { return absl::StrFormat("%064x", number); }

std::shared_ptr<const CachedAnswer> Answer(const std::string& audit_id) {
  auto answer = std::make_shared<CachedAnswer>();
  answer->status.set_known(true);
  answer->status.set_audit_id(audit_id);
  return answer;
}

std::string FoundIn(const LookupCache& cache, const std::string& digest, v1::DigestKind::Value kind) {
  const auto found = cache.Find(digest, kind);
  return found == nullptr ? "nothing" : found->status.audit_id();
}

TEST(LookupCacheTest, GivesWhatWasPut) {
  LookupCache cache;
  EXPECT_EQ(FoundIn(cache, Digest(1), kAny), "nothing");
  cache.Put(Digest(1), kAny, cache.generation(), Answer("a"));
  EXPECT_EQ(FoundIn(cache, Digest(1), kAny), "a");
  EXPECT_EQ(FoundIn(cache, Digest(2), kAny), "nothing");
  cache.Put(Digest(1), kAny, cache.generation(), Answer("b"));
  EXPECT_EQ(FoundIn(cache, Digest(1), kAny), "b");
}

// The same 64 digits may be a file, the weights and a model, each known from another audit.
TEST(LookupCacheTest, KindsOfDigestAreKeptApart) {
  LookupCache cache;
  const std::vector<v1::DigestKind::Value> kinds = {kAny, v1::DigestKind::FILE, v1::DigestKind::WEIGHTS,
                                                    v1::DigestKind::MODEL};
  for (const auto kind : kinds) {
    EXPECT_EQ(FoundIn(cache, Digest(1), kind), "nothing");
    cache.Put(Digest(1), kind, cache.generation(), Answer(v1::DigestKind::Value_Name(kind)));
  }
  for (const auto kind : kinds) EXPECT_EQ(FoundIn(cache, Digest(1), kind), v1::DigestKind::Value_Name(kind));
}

TEST(LookupCacheTest, NothingFromBeforeACommitIsGiven) {
  LookupCache cache;
  cache.Put(Digest(1), kAny, cache.generation(), Answer("before"));
  const uint64_t before = cache.generation();
  cache.Invalidate();
  EXPECT_GT(cache.generation(), before);
  EXPECT_EQ(FoundIn(cache, Digest(1), kAny), "nothing");
  // Read before the commit, put behind it: must not pass for the state of now.
  cache.Put(Digest(1), kAny, before, Answer("late"));
  EXPECT_EQ(FoundIn(cache, Digest(1), kAny), "nothing");
  cache.Put(Digest(1), kAny, cache.generation(), Answer("now"));
  EXPECT_EQ(FoundIn(cache, Digest(1), kAny), "now");
}

TEST(LookupCacheTest, HoldsAsMuchAsItSaysAndNoMore) {
  LookupCache cache;
  for (size_t i = 0; i < kHeldMax; ++i) cache.Put(Digest(i), kAny, cache.generation(), Answer(Digest(i)));
  size_t held = 0;
  for (size_t i = 0; i < kHeldMax; ++i) held += FoundIn(cache, Digest(i), kAny) == Digest(i) ? 1 : 0;
  EXPECT_EQ(held, kHeldMax);

  for (size_t i = kHeldMax; i < 4 * kHeldMax; ++i) cache.Put(Digest(i), kAny, cache.generation(), Answer(Digest(i)));
  held = 0;
  for (size_t i = 0; i < 4 * kHeldMax; ++i) held += cache.Find(Digest(i), kAny) != nullptr ? 1 : 0;
  EXPECT_LE(held, kHeldMax);
  EXPECT_GE(held, kHeldMax / 2);
  for (size_t i = 4 * kHeldMax - 1000; i < 4 * kHeldMax; ++i) EXPECT_EQ(FoundIn(cache, Digest(i), kAny), Digest(i));
}

TEST(LookupCacheTest, PuttingOneAgainPushesNothingOut) {
  LookupCache cache;
  cache.Put(Digest(16), kAny, cache.generation(), Answer("old"));
  for (int i = 0; i < 5000; ++i) cache.Put(Digest(0), kAny, cache.generation(), Answer("again"));
  EXPECT_EQ(FoundIn(cache, Digest(16), kAny), "old");
}

// A reader that looks after a commit never sees an answer that was read before it: each answer carries the number of
// commits that its reader knew of.
TEST(LookupCacheTest, ReadersBesideCommitsSeeNoOldAnswer) {
  LookupCache cache;
  std::atomic<bool> over{false};
  std::thread committer([&] {
    for (int i = 0; i < 2000; ++i) {
      cache.Invalidate();
      std::this_thread::yield();
    }
    over = true;
  });
  std::vector<std::thread> readers;
  for (int r = 0; r < 3; ++r) {
    readers.emplace_back([&, r] {
      size_t i = 0;
      do {
        const std::string digest = Digest(i++ % 40 + r);
        const uint64_t before = cache.generation();
        const auto found = cache.Find(digest, kAny);
        if (found != nullptr && std::stoull(found->status.audit_id()) < before) {
          ADD_FAILURE() << "an answer of " << found->status.audit_id() << " in " << before;
          return;
        }
        const uint64_t generation = cache.generation();
        cache.Put(digest, kAny, generation, Answer(std::to_string(generation)));
      } while (!over);
    });
  }
  committer.join();
  for (std::thread& reader : readers) reader.join();
}

}  // namespace
}  // namespace weighbridge::daemon
