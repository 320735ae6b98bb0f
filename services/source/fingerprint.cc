#include "services/source/fingerprint.h"

#include <sched.h>

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <numeric>
#include <system_error>
#include <thread>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "services/base/utf8.h"
#include "services/crypto/sha256.h"
#include "services/source/hashing_source.h"

namespace weighbridge::source {
namespace {

// A thread costs more than it saves below this many bytes of work.
constexpr uint64_t kLeastBytesPerThread = 1 << 20;
constexpr int kMaxThreads = 64;  // 64 blocks of 256 KiB: 16 MiB

int UsableCores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
  return static_cast<int>(std::thread::hardware_concurrency());
}

size_t ThreadCount(const Listing& listing, int asked) {
  const uint64_t limit = asked > 0 ? asked : std::max(1, UsableCores());
  const uint64_t by_work = asked > 0 ? limit : 1 + listing.total_bytes / kLeastBytesPerThread;
  return static_cast<size_t>(
      std::max<uint64_t>(1, std::min<uint64_t>({limit, by_work, listing.files.size(), kMaxThreads})));
}

// Counts for all threads; reports to the caller at intervals.
class Counter {
 public:
  Counter(const Listing& listing, const std::function<void(const Progress&)>& report)
      : report_(report), bytes_total_(listing.total_bytes), files_total_(listing.files.size()) {}

  void AddBytes(uint64_t bytes) {
    bytes_done_.fetch_add(bytes, std::memory_order_relaxed);
    if (!report_) return;
    const std::unique_lock<std::mutex> lock(mutex_, std::try_to_lock);
    if (!lock.owns_lock()) return;  // another thread is reporting
    const MonotonicTime now = std::chrono::steady_clock::now();
    if (now < next_report_) return;
    next_report_ = now + kProgressInterval;
    report_(Now());
  }

  void AddFile() { files_done_.fetch_add(1, std::memory_order_relaxed); }

  void ReportEnd() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (report_) report_(Now());
  }

 private:
  Progress Now() const { return {bytes_done_.load(), bytes_total_, files_done_.load(), files_total_}; }

  const std::function<void(const Progress&)>& report_;
  const uint64_t bytes_total_;
  const size_t files_total_;
  std::atomic<uint64_t> bytes_done_{0};
  std::atomic<size_t> files_done_{0};
  std::mutex mutex_;
  MonotonicTime next_report_ = std::chrono::steady_clock::now() + kProgressInterval;  // guarded by mutex_
};

absl::Status About(const FileEntry& file, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrFormat("%s: %s", Printable(file.path), status.message()));
}

FileResult ReadOne(const Root& root, size_t index, const FileEntry& file, const Visitor& visitor,
                   const ReadOptions& options, BlockBuffer* buffer, Counter* counter) {
  if (options.cancelled != nullptr && options.cancelled->load(std::memory_order_relaxed)) {
    return {About(file, absl::CancelledError("interrupted before it was read")), ""};
  }
  absl::StatusOr<OpenedFile> opened = root.OpenFile(file);
  if (!opened.ok()) return {About(file, opened.status()), ""};
  HashingOptions hashing;
  hashing.cancelled = options.cancelled;
  hashing.drop_cache_behind = options.drop_cache_behind;
  hashing.on_block = [counter](size_t bytes) { counter->AddBytes(bytes); };
  HashingSource source(*std::move(opened), buffer, std::move(hashing));
  if (visitor) visitor(index, file, source);
  const absl::StatusOr<Sha256Digest> digest = source.Finish();
  if (!digest.ok()) return {About(file, digest.status()), ""};
  counter->AddFile();
  return {absl::OkStatus(), ToHex(*digest)};
}

}  // namespace

std::vector<FileResult> ReadAll(const Root& root, const Listing& listing, const Visitor& visitor,
                                const ReadOptions& options) {
  const std::vector<FileEntry>& files = listing.files;
  std::vector<FileResult> results(files.size());
  // Largest first, so that no thread starts on 40 GB when the others are done.
  std::vector<size_t> order(files.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return files[a].size() > files[b].size(); });

  Counter counter(listing, options.progress);
  std::atomic<size_t> next{0};
  const auto work = [&] {
    BlockBuffer buffer;
    for (size_t i = next.fetch_add(1); i < order.size(); i = next.fetch_add(1)) {
      const size_t index = order[i];
      results[index] = ReadOne(root, index, files[index], visitor, options, &buffer, &counter);
    }
  };
  std::vector<std::thread> helpers;
  const size_t threads = ThreadCount(listing, options.threads);
  while (helpers.size() + 1 < threads) {
    // The one place where the standard library reports a lack of threads; fewer are as good.
    try {
      helpers.emplace_back(work);
    } catch (const std::system_error&) {
      break;
    }
  }
  work();
  for (std::thread& helper : helpers) helper.join();
  counter.ReportEnd();
  return results;
}

}  // namespace weighbridge::source
