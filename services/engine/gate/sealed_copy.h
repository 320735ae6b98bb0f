// A copy of an open file in memory that nobody can change any more, hashed on its way in.
#ifndef WEIGHBRIDGE_SERVICES_ENGINE_GATE_SEALED_COPY_H_
#define WEIGHBRIDGE_SERVICES_ENGINE_GATE_SEALED_COPY_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "services/engine/approved_model.h"
#include "services/source/root.h"

namespace weighbridge::engine {

inline constexpr size_t kCopyBlockBytes = size_t{1} << 20;
inline constexpr int kCopyBlocks = 4;  // between the thread that copies and the one that hashes

struct CopyOptions {
  const std::atomic<bool>* cancelled = nullptr;
  // Called before each block is read, with its offset, and once more with the size when the copy is sealed: where tests
  // change the file.
  std::function<void(uint64_t offset)> on_block;
};

// Reads `file` once. Each block goes from one buffer of this process both into the copy and into the hash, the hash on
// a thread of its own: the digest is of the bytes that were copied, whatever happens to the file meanwhile. The
// descriptor is read-only and carries the seals WRITE, GROW, SHRINK and SEAL. Refusals: memory_short, file_unreadable,
// file_moved (it ended before its size, or went on behind it); Cancelled.
absl::StatusOr<SealedFile> SealCopy(source::OpenedFile file, const std::string& name, const CopyOptions& options);

}  // namespace weighbridge::engine

#endif  // WEIGHBRIDGE_SERVICES_ENGINE_GATE_SEALED_COPY_H_
