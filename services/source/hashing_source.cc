#include "services/source/hashing_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/base/status_macros.h"
#include "services/source/beneath.h"

namespace weighbridge::source {
namespace {

constexpr size_t kPageBytes = 4096;

// cachestat(2), Linux 6.5; younger than the headers this builds with.
constexpr long kCachestatNumber = 451;
struct CachestatRange {
  uint64_t offset;
  uint64_t length;
};
struct Cachestat {
  uint64_t cached, dirty, writeback, evicted, recently_evicted;  // pages
};

// True if it is known that less than half of the file is in the page cache. Unknown is false: then nothing is dropped.
bool IsMostlyUncached(int fd, uint64_t size) {
  CachestatRange range = {0, size};
  Cachestat stat = {};
  if (syscall(kCachestatNumber, fd, &range, &stat, 0) != 0) return false;
  return stat.cached * kPageBytes < size / 2;
}

}  // namespace

void BlockBuffer::Free::operator()(char* data) const { std::free(data); }

BlockBuffer::BlockBuffer(size_t size)
    : data_(static_cast<char*>(std::aligned_alloc(kPageBytes, (size + kPageBytes - 1) / kPageBytes * kPageBytes))),
      size_(size) {
  if (data_ == nullptr) {
    std::fputs("weighbridge: out of memory\n", stderr);
    std::abort();
  }
}

HashingSource::HashingSource(OpenedFile file, BlockBuffer* buffer, HashingOptions options)
    : file_(std::move(file)),
      buffer_(buffer),
      options_(std::move(options)),
      drop_cache_(options_.drop_cache_behind && size() > kDropCacheBytes && IsMostlyUncached(file_.fd.get(), size())) {
  // A hint alone; what it returns changes nothing.
  (void)posix_fadvise(file_.fd.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
}

absl::StatusOr<size_t> HashingSource::FillBuffer() {
  const size_t wanted = static_cast<size_t>(std::min<uint64_t>(buffer_->size(), size() - position_));
  size_t filled = 0;
  while (filled < wanted) {
    const ssize_t got = read(file_.fd.get(), buffer_->data() + filled, wanted - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return ErrnoStatus(errno, absl::StrFormat("offset %d: cannot read", position_ + filled));
    if (got == 0) {
      return absl::AbortedError(
          absl::StrFormat("offset %d: the file changed while being read: it had %d bytes and now ends here",
                          position_ + filled, size()));
    }
    filled += static_cast<size_t>(got);
  }
  return filled;
}

absl::StatusOr<std::string_view> HashingSource::NextBlock() {
  if (!status_.ok()) return status_;
  if (options_.cancelled != nullptr && options_.cancelled->load(std::memory_order_relaxed)) {
    return status_ = absl::CancelledError(absl::StrFormat("offset %d: interrupted", position_));
  }
  const absl::StatusOr<size_t> filled = FillBuffer();
  if (!filled.ok()) return status_ = filled.status();
  hash_.Update(buffer_->data(), *filled);
  position_ += *filled;
  if (*filled > 0 && options_.on_block) options_.on_block(*filled);
  if (drop_cache_) {
    (void)posix_fadvise(file_.fd.get(), static_cast<off_t>(position_ - *filled), static_cast<off_t>(*filled),
                        POSIX_FADV_DONTNEED);
  }
  return std::string_view(buffer_->data(), *filled);
}

absl::Status HashingSource::CheckUnchanged() const {
  char extra;
  ssize_t got;
  do {
    got = pread(file_.fd.get(), &extra, 1, static_cast<off_t>(size()));
  } while (got < 0 && errno == EINTR);
  if (got < 0) return ErrnoStatus(errno, absl::StrFormat("offset %d: cannot read", size()));
  if (got > 0) {
    return absl::AbortedError(absl::StrFormat(
        "offset %d: the file changed while being read: it had %d bytes and now has more", size(), size()));
  }
  struct stat info;
  if (fstat(file_.fd.get(), &info) != 0) return ErrnoStatus(errno, "cannot stat the file after reading it");
  if (IdentityOf(info) != file_.identity) {
    return absl::AbortedError("the file changed while being read: its size or times are not what they were");
  }
  return absl::OkStatus();
}

absl::StatusOr<Sha256Digest> HashingSource::Finish() {
  while (status_.ok() && position_ < size()) (void)NextBlock().status();
  WB_RETURN_IF_ERROR(status_);
  WB_RETURN_IF_ERROR(CheckUnchanged());
  return hash_.Finish();
}

}  // namespace weighbridge::source
