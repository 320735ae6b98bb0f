// Reads all files of a listing, each once, on all cores: their digests, and whatever a visitor makes of the same bytes.
#ifndef WEIGHBRIDGE_SERVICES_SOURCE_FINGERPRINT_H_
#define WEIGHBRIDGE_SERVICES_SOURCE_FINGERPRINT_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "services/formats/bytes/byte_source.h"
#include "services/source/listing.h"
#include "services/source/progress_meter.h"
#include "services/source/root.h"

namespace weighbridge::source {

// Called once for each file that could be opened, from several threads at once, with the index of the file in the
// listing. Pulls as much as it wants; the rest is read and hashed after it returns. What it learns counts only if the
// file's result is OK: a file may change under it. It must not throw and must not keep the source.
using Visitor = std::function<void(size_t index, const FileEntry& file, formats::ByteSource& source)>;

struct ReadOptions {
  int threads = 0;                               // 0: one for each core that this process may use
  const std::atomic<bool>* cancelled = nullptr;  // true: files not yet finished get the status Cancelled
  bool drop_cache_behind = false;                // see HashingOptions
  // Told how far the read is, at most every kProgressInterval and once at the end, never by two threads at once.
  std::function<void(const Progress&)> progress;
};

inline constexpr std::chrono::milliseconds kProgressInterval{100};

struct FileResult {
  absl::Status status;     // of opening and reading; its message names the file and the offset
  std::string sha256_hex;  // empty unless status is OK
};

// Results are in the order of listing.files and do not depend on the number of threads. Uses one block (kBlockBytes) a
// thread. `visitor` may be empty.
std::vector<FileResult> ReadAll(const Root& root, const Listing& listing, const Visitor& visitor,
                                const ReadOptions& options = {});

}  // namespace weighbridge::source

#endif  // WEIGHBRIDGE_SERVICES_SOURCE_FINGERPRINT_H_
