#include "services/engine/gate/sealed_copy.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "services/approval/refusal.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/crypto/sha256.h"

namespace weighbridge::engine {
namespace {

using Reason = v1::RefusalReason;

absl::Status Failed(Reason::Value reason, const std::string& name, std::string_view what, int error) {
  if (error == ENOMEM || error == ENOSPC || error == EMFILE || error == ENFILE) reason = Reason::memory_short;
  return approval::Refuse(reason, absl::StrFormat("%s: cannot %s: %s", name, std::string(what), std::strerror(error)),
                          name);
}

// Buffers that one thread fills and another hashes, in order.
class HashThread {
 public:
  HashThread() : blocks_(kCopyBlocks) {
    for (Block& block : blocks_) block.bytes = std::make_unique<char[]>(kCopyBlockBytes);
    thread_ = std::thread([this] { Run(); });
  }
  ~HashThread() {
    Close();
    if (thread_.joinable()) thread_.join();
  }

  // A buffer that nobody hashes any more.
  char* Next() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return filled_ - hashed_ < kCopyBlocks; });
    return blocks_[filled_ % kCopyBlocks].bytes.get();
  }
  void Filled(size_t size) {
    const std::lock_guard<std::mutex> lock(mutex_);
    blocks_[filled_ % kCopyBlocks].size = size;
    ++filled_;
    changed_.notify_all();
  }
  Sha256Digest Finish() {
    Close();
    thread_.join();
    return hash_.Finish();
  }

 private:
  struct Block {
    std::unique_ptr<char[]> bytes;
    size_t size = 0;
  };

  void Close() {
    const std::lock_guard<std::mutex> lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }
  void Run() {
    while (true) {
      const Block* block = nullptr;
      {
        std::unique_lock<std::mutex> lock(mutex_);
        changed_.wait(lock, [this] { return hashed_ < filled_ || closed_; });
        if (hashed_ == filled_) return;
        block = &blocks_[hashed_ % kCopyBlocks];
      }
      hash_.Update(block->bytes.get(), block->size);
      const std::lock_guard<std::mutex> lock(mutex_);
      ++hashed_;
      changed_.notify_all();
    }
  }

  std::vector<Block> blocks_;
  std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t filled_ = 0, hashed_ = 0;
  bool closed_ = false;
  Sha256 hash_;
  std::thread thread_;
};

absl::Status WriteAll(int fd, const char* bytes, size_t size, const std::string& name) {
  while (size > 0) {
    const ssize_t wrote = write(fd, bytes, size);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return Failed(Reason::memory_short, name, "keep a copy in memory", errno);
    bytes += wrote;
    size -= static_cast<size_t>(wrote);
  }
  return absl::OkStatus();
}

// The copy under a descriptor that can only read; the one that could write is closed.
absl::StatusOr<source::OwnedFd> Seal(source::OwnedFd copy, const std::string& name) {
  constexpr int kSeals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;
  if (fcntl(copy.get(), F_ADD_SEALS, kSeals) != 0) return Failed(Reason::memory_short, name, "seal the copy", errno);
  source::OwnedFd sealed(open(absl::StrFormat("/proc/self/fd/%d", copy.get()).c_str(), O_RDONLY | O_CLOEXEC));
  if (!sealed.ok()) return Failed(Reason::memory_short, name, "open the copy", errno);
  if (fcntl(sealed.get(), F_GET_SEALS) != kSeals) {
    return approval::Refuse(Reason::memory_short, absl::StrFormat("%s: the copy is not sealed", name), name);
  }
  return sealed;
}

}  // namespace

absl::StatusOr<SealedFile> SealCopy(source::OpenedFile file, const std::string& name, const CopyOptions& options) {
  const std::string shown = Printable(name);
  source::OwnedFd copy(memfd_create("weighbridge-approved", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!copy.ok()) return Failed(Reason::memory_short, shown, "keep a copy in memory", errno);
  const uint64_t size = file.identity.size;
  HashThread hash;
  uint64_t done = 0;
  while (true) {
    if (options.cancelled != nullptr && options.cancelled->load())
      return absl::CancelledError("interrupted while loading");
    if (options.on_block) options.on_block(done);
    char* const block = hash.Next();
    const ssize_t got = read(file.fd.get(), block, kCopyBlockBytes);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Failed(Reason::file_unreadable, shown, "read", errno);
    if (got == 0) break;
    done += static_cast<uint64_t>(got);
    if (done > size) break;
    WB_RETURN_IF_ERROR(WriteAll(copy.get(), block, static_cast<size_t>(got), shown));
    hash.Filled(static_cast<size_t>(got));
  }
  if (done != size) {
    return approval::Refuse(
        Reason::file_moved,
        absl::StrFormat("%s changed while it was read: it had %d bytes when it was opened", shown, size), shown);
  }
  SealedFile sealed;
  sealed.name = name;
  sealed.size = size;
  sealed.sha256 = ToHex(hash.Finish());
  WB_ASSIGN_OR_RETURN(sealed.fd, Seal(std::move(copy), shown));
  if (options.on_block) options.on_block(size);
  return sealed;
}

}  // namespace weighbridge::engine
