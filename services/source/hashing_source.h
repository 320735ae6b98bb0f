// Reads one open file once: every block goes into SHA-256 and then, the same bytes in the same buffer, to whoever
// parses it.
#ifndef WEIGHBRIDGE_SERVICES_SOURCE_HASHING_SOURCE_H_
#define WEIGHBRIDGE_SERVICES_SOURCE_HASHING_SOURCE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/crypto/sha256.h"
#include "services/formats/bytes/byte_source.h"
#include "services/source/root.h"

namespace weighbridge::source {

// Bytes read at a time. Measured with `hash_bench --sweep` (tests/bench): speed is flat from 128 KiB to 1 MiB; below,
// system calls show, and at 4 MiB a block has left the core's second-level cache before it is hashed.
inline constexpr size_t kBlockBytes = 256 << 10;

// A page-aligned buffer that one thread reuses for one file after the other.
class BlockBuffer {
 public:
  explicit BlockBuffer(size_t size = kBlockBytes);

  char* data() const { return data_.get(); }
  size_t size() const { return size_; }

 private:
  struct Free {
    void operator()(char* data) const;
  };
  std::unique_ptr<char, Free> data_;
  size_t size_;
};

struct HashingOptions {
  const std::atomic<bool>* cancelled = nullptr;  // looked at before each block
  std::function<void(size_t)> on_block;          // told the bytes of each block read
  // Tells the kernel to forget pages behind the cursor of files over kDropCacheBytes, unless half of the file was
  // cached before. For scans of a whole fleet, which must not push out the weights that an inference server is using.
  // Off by default: after a gate the same weights are usually loaded next, and a warm cache is what the user wants.
  bool drop_cache_behind = false;
};

inline constexpr uint64_t kDropCacheBytes = uint64_t{1} << 30;

// Not thread-safe. Every block but the last has buffer->size() bytes. Errors, all final:
//   Aborted       the file changed while it was read: shorter, longer, or other times or another inode at the end
//   Unavailable   the disk failed
//   Cancelled     *options.cancelled became true
class HashingSource : public formats::ByteSource {
 public:
  // `buffer` outlives this object and is used by nothing else meanwhile.
  HashingSource(OpenedFile file, BlockBuffer* buffer, HashingOptions options = {});

  absl::StatusOr<std::string_view> NextBlock() override;
  uint64_t size() const override { return file_.identity.size; }

  // Reads the rest, checks that the file is still what it was when it was opened, and returns the digest of all its
  // bytes. Call once, at the end.
  absl::StatusOr<Sha256Digest> Finish();

  uint64_t bytes_read() const { return position_; }

 private:
  absl::StatusOr<size_t> FillBuffer();
  absl::Status CheckUnchanged() const;

  OpenedFile file_;
  BlockBuffer* const buffer_;
  const HashingOptions options_;
  const bool drop_cache_;
  Sha256 hash_;
  uint64_t position_ = 0;
  absl::Status status_;
};

}  // namespace weighbridge::source

#endif  // WEIGHBRIDGE_SERVICES_SOURCE_HASHING_SOURCE_H_
