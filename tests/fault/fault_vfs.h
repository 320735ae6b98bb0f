// A SQLite VFS that makes one I/O operation fail, or ends the process in the middle of it, and passes all others to the
// system's VFS. It never really flushes: what is tested is the order of things, not the disk, and thousands of runs
// must be fast.
//
// One for the process, under the name kFaultVfsName. Not thread-safe: one connection at a time.
#ifndef WEIGHBRIDGE_TESTS_FAULT_FAULT_VFS_H_
#define WEIGHBRIDGE_TESTS_FAULT_FAULT_VFS_H_

#include <cstdint>

namespace weighbridge::fault {

inline constexpr char kFaultVfsName[] = "weighbridge_fault";

enum class FaultKind {
  kReadError,   // read, file size: EIO
  kWriteError,  // write, truncate, delete: EIO, nothing done
  kShortWrite,  // write: half of the bytes, then an error
  kDiskFull,    // write, growing the shared memory file: ENOSPC
  kSyncError,   // fsync
  kLockBusy,    // file and shared memory locks
  kOpenError,   // open, shared memory file
  kKill,        // SIGKILL before a write, truncate, delete, fsync, open or lock
  kTornKill,    // SIGKILL after half of a write
};

struct FaultPlan {
  FaultKind kind = FaultKind::kReadError;
  int64_t nth = 1;      // the operation of that kind that fails, from 1
  bool sticky = false;  // and all after it
};

// Registers the VFS on first use. Without an armed plan it only passes on.
void RegisterFaultVfs();
// Counts operations afresh.
void Arm(const FaultPlan& plan);
void Disarm();
// Whether the armed plan has failed an operation.
bool Fired();

}  // namespace weighbridge::fault

#endif  // WEIGHBRIDGE_TESTS_FAULT_FAULT_VFS_H_
