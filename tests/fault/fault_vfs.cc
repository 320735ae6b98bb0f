#include "tests/fault/fault_vfs.h"

#include <signal.h>
#include <sqlite3.h>

#include <cerrno>
#include <initializer_list>
#include <optional>

namespace weighbridge::fault {
namespace {

enum class Operation { kRead, kFileSize, kWrite, kTruncate, kDelete, kSync, kLock, kShmLock, kOpen, kShmMap };

struct State {
  std::optional<FaultPlan> plan;
  int64_t seen = 0;
  bool fired = false;
  int last_errno = 0;
};
State state;

bool Touches(FaultKind kind, Operation operation) {
  const auto any = [operation](std::initializer_list<Operation> operations) {
    for (const Operation candidate : operations) {
      if (candidate == operation) return true;
    }
    return false;
  };
  switch (kind) {
    case FaultKind::kReadError:
      return any({Operation::kRead, Operation::kFileSize});
    case FaultKind::kWriteError:
      return any({Operation::kWrite, Operation::kTruncate, Operation::kDelete});
    case FaultKind::kShortWrite:
    case FaultKind::kTornKill:
      return any({Operation::kWrite});
    case FaultKind::kDiskFull:
      return any({Operation::kWrite, Operation::kShmMap});
    case FaultKind::kSyncError:
      return any({Operation::kSync});
    case FaultKind::kLockBusy:
      return any({Operation::kLock, Operation::kShmLock});
    case FaultKind::kOpenError:
      return any({Operation::kOpen, Operation::kShmMap});
    case FaultKind::kKill:
      return any({Operation::kWrite, Operation::kTruncate, Operation::kDelete, Operation::kSync, Operation::kOpen,
                  Operation::kLock, Operation::kShmLock});
  }
  return false;
}

// Whether this operation is to fail.
bool Fails(Operation operation) {
  if (!state.plan || !Touches(state.plan->kind, operation)) return false;
  ++state.seen;
  const bool fails = state.seen == state.plan->nth || (state.plan->sticky && state.seen > state.plan->nth);
  if (!fails) return false;
  state.fired = true;
  if (state.plan->kind == FaultKind::kKill) raise(SIGKILL);
  state.last_errno = state.plan->kind == FaultKind::kDiskFull ? ENOSPC : EIO;
  return true;
}

struct FaultFile {
  sqlite3_file base;
  sqlite3_file* real;  // lies behind this struct
};

sqlite3_file* Real(sqlite3_file* file) { return reinterpret_cast<FaultFile*>(file)->real; }
sqlite3_vfs* RealVfs(sqlite3_vfs* vfs) { return static_cast<sqlite3_vfs*>(vfs->pAppData); }

int Close(sqlite3_file* file) { return Real(file)->pMethods->xClose(Real(file)); }
int Read(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
  if (Fails(Operation::kRead)) return SQLITE_IOERR_READ;
  return Real(file)->pMethods->xRead(Real(file), out, size, offset);
}
int Write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
  if (!Fails(Operation::kWrite)) return Real(file)->pMethods->xWrite(Real(file), bytes, size, offset);
  switch (state.plan->kind) {
    case FaultKind::kDiskFull:
      return SQLITE_FULL;
    case FaultKind::kShortWrite:
      Real(file)->pMethods->xWrite(Real(file), bytes, size / 2, offset);
      return SQLITE_FULL;
    case FaultKind::kTornKill:
      Real(file)->pMethods->xWrite(Real(file), bytes, size / 2, offset);
      raise(SIGKILL);
      return SQLITE_IOERR_WRITE;
    default:
      return SQLITE_IOERR_WRITE;
  }
}
int Truncate(sqlite3_file* file, sqlite3_int64 size) {
  if (Fails(Operation::kTruncate)) return SQLITE_IOERR_TRUNCATE;
  return Real(file)->pMethods->xTruncate(Real(file), size);
}
int Sync(sqlite3_file*, int) { return Fails(Operation::kSync) ? SQLITE_IOERR_FSYNC : SQLITE_OK; }
int FileSize(sqlite3_file* file, sqlite3_int64* size) {
  if (Fails(Operation::kFileSize)) return SQLITE_IOERR_FSTAT;
  return Real(file)->pMethods->xFileSize(Real(file), size);
}
int Lock(sqlite3_file* file, int level) {
  if (Fails(Operation::kLock)) return SQLITE_BUSY;
  return Real(file)->pMethods->xLock(Real(file), level);
}
int Unlock(sqlite3_file* file, int level) { return Real(file)->pMethods->xUnlock(Real(file), level); }
int CheckReservedLock(sqlite3_file* file, int* out) {
  return Real(file)->pMethods->xCheckReservedLock(Real(file), out);
}
int FileControl(sqlite3_file* file, int op, void* argument) {
  return Real(file)->pMethods->xFileControl(Real(file), op, argument);
}
int SectorSize(sqlite3_file* file) { return Real(file)->pMethods->xSectorSize(Real(file)); }
int DeviceCharacteristics(sqlite3_file* file) { return Real(file)->pMethods->xDeviceCharacteristics(Real(file)); }
int ShmMap(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
  if (Fails(Operation::kShmMap)) {
    return state.plan->kind == FaultKind::kDiskFull ? SQLITE_IOERR_SHMSIZE : SQLITE_IOERR_SHMOPEN;
  }
  return Real(file)->pMethods->xShmMap(Real(file), page, size, extend, out);
}
int ShmLock(sqlite3_file* file, int offset, int count, int flags) {
  if ((flags & SQLITE_SHM_LOCK) != 0 && Fails(Operation::kShmLock)) return SQLITE_BUSY;
  return Real(file)->pMethods->xShmLock(Real(file), offset, count, flags);
}
void ShmBarrier(sqlite3_file* file) { Real(file)->pMethods->xShmBarrier(Real(file)); }
int ShmUnmap(sqlite3_file* file, int remove) { return Real(file)->pMethods->xShmUnmap(Real(file), remove); }

// Version 2: without memory-mapped reads, which would pass this VFS by.
constexpr sqlite3_io_methods kMethods = {2,
                                         Close,
                                         Read,
                                         Write,
                                         Truncate,
                                         Sync,
                                         FileSize,
                                         Lock,
                                         Unlock,
                                         CheckReservedLock,
                                         FileControl,
                                         SectorSize,
                                         DeviceCharacteristics,
                                         ShmMap,
                                         ShmLock,
                                         ShmBarrier,
                                         ShmUnmap,
                                         nullptr,
                                         nullptr};

int Open(sqlite3_vfs* vfs, sqlite3_filename name, sqlite3_file* file, int flags, int* out_flags) {
  file->pMethods = nullptr;
  if (Fails(Operation::kOpen)) return SQLITE_CANTOPEN;
  auto* fault_file = reinterpret_cast<FaultFile*>(file);
  fault_file->real = reinterpret_cast<sqlite3_file*>(fault_file + 1);
  const int code = RealVfs(vfs)->xOpen(RealVfs(vfs), name, fault_file->real, flags, out_flags);
  if (code == SQLITE_OK) file->pMethods = &kMethods;
  return code;
}
int Delete(sqlite3_vfs* vfs, const char* name, int) {
  if (Fails(Operation::kDelete)) return SQLITE_IOERR_DELETE;
  return RealVfs(vfs)->xDelete(RealVfs(vfs), name, /*syncDir=*/0);
}
int Access(sqlite3_vfs* vfs, const char* name, int flags, int* out) {
  return RealVfs(vfs)->xAccess(RealVfs(vfs), name, flags, out);
}
int FullPathname(sqlite3_vfs* vfs, const char* name, int size, char* out) {
  return RealVfs(vfs)->xFullPathname(RealVfs(vfs), name, size, out);
}
int Randomness(sqlite3_vfs* vfs, int size, char* out) { return RealVfs(vfs)->xRandomness(RealVfs(vfs), size, out); }
int Sleep(sqlite3_vfs*, int microseconds) { return microseconds; }
int CurrentTime(sqlite3_vfs* vfs, double* out) { return RealVfs(vfs)->xCurrentTime(RealVfs(vfs), out); }
int GetLastError(sqlite3_vfs* vfs, int size, char* out) {
  if (state.last_errno != 0) return state.last_errno;
  return RealVfs(vfs)->xGetLastError(RealVfs(vfs), size, out);
}
int CurrentTimeInt64(sqlite3_vfs* vfs, sqlite3_int64* out) {
  return RealVfs(vfs)->xCurrentTimeInt64(RealVfs(vfs), out);
}

}  // namespace

void RegisterFaultVfs() {
  if (sqlite3_vfs_find(kFaultVfsName) != nullptr) return;
  sqlite3_vfs* real = sqlite3_vfs_find(nullptr);
  static sqlite3_vfs vfs;
  vfs.iVersion = 2;
  vfs.szOsFile = static_cast<int>(sizeof(FaultFile)) + real->szOsFile;
  vfs.mxPathname = real->mxPathname;
  vfs.zName = kFaultVfsName;
  vfs.pAppData = real;
  vfs.xOpen = Open;
  vfs.xDelete = Delete;
  vfs.xAccess = Access;
  vfs.xFullPathname = FullPathname;
  vfs.xRandomness = Randomness;
  vfs.xSleep = Sleep;
  vfs.xCurrentTime = CurrentTime;
  vfs.xGetLastError = GetLastError;
  vfs.xCurrentTimeInt64 = CurrentTimeInt64;
  sqlite3_vfs_register(&vfs, /*makeDflt=*/0);
}

void Arm(const FaultPlan& plan) {
  state = State();
  state.plan = plan;
}

void Disarm() { state = State(); }

bool Fired() { return state.fired; }

}  // namespace weighbridge::fault
