#include "db/sqlite/error.h"

#include <sqlite3.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_format.h"

namespace weighbridge::db {
namespace {

struct Category {
  absl::StatusCode code;
  const char* advice;
};

constexpr Category kDamaged = {absl::StatusCode::kDataLoss, "restore a backup, or name another database"};
constexpr Category kFull = {absl::StatusCode::kResourceExhausted,
                            "free space on its disk, or raise the limit on file sizes"};
constexpr Category kMemory = {absl::StatusCode::kResourceExhausted, "free memory"};
constexpr Category kForbidden = {absl::StatusCode::kPermissionDenied, "allow writing, or name another path"};
constexpr Category kBusy = {absl::StatusCode::kUnavailable, "another process holds it: wait for it and try again"};
constexpr Category kMissing = {absl::StatusCode::kNotFound, "check the path"};
constexpr Category kRefused = {absl::StatusCode::kInvalidArgument,
                               "a row does not fit the schema, or names what is not stored"};
constexpr Category kTooBig = {absl::StatusCode::kInvalidArgument, "a value is over the limit of the database"};
constexpr Category kInterrupted = {absl::StatusCode::kCancelled, "it was given up because the caller asked for that"};
constexpr Category kDisk = {absl::StatusCode::kInternal, "check the disk"};
constexpr Category kOther = {absl::StatusCode::kInternal, "this is a fault of the program"};

// For SQLITE_IOERR and SQLITE_CANTOPEN, whose reason is the system's.
Category OfErrno(int system_errno, Category otherwise) {
  switch (system_errno) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return kFull;
    case EACCES:
    case EPERM:
    case EROFS:
      return kForbidden;
    case ENOENT:
    case ENOTDIR:
      return kMissing;
    case ENOMEM:
    case EMFILE:
    case ENFILE:
      return {absl::StatusCode::kResourceExhausted, "free memory or open files"};
    default:
      return otherwise;
  }
}

Category CategoryOf(const ErrorFacts& facts) {
  switch (facts.code) {
    case SQLITE_IOERR_NOMEM:
      return kMemory;
    case SQLITE_IOERR_SHORT_READ:
    case SQLITE_IOERR_CORRUPTFS:
    case SQLITE_IOERR_DATA:
      return kDamaged;
    default:
      break;
  }
  // A schema format number that no SQLite writes; the code is that of a wrong statement.
  if (facts.code == SQLITE_ERROR && facts.message == "unsupported file format") return kDamaged;
  switch (facts.code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
      return kDamaged;
    case SQLITE_FULL:
      return kFull;
    case SQLITE_NOMEM:
      return kMemory;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return kForbidden;
    case SQLITE_INTERRUPT:
      return kInterrupted;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return kBusy;
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
      return kRefused;
    case SQLITE_TOOBIG:
      return kTooBig;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      return OfErrno(facts.system_errno, kDisk);
    default:
      return kOther;
  }
}

}  // namespace

absl::Status StatusOf(const ErrorFacts& facts, std::string_view path, std::string_view doing) {
  const int primary = facts.code & 0xff;
  const bool from_system = (primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN) && facts.system_errno != 0;
  const Category category = CategoryOf(facts);
  return absl::Status(category.code,
                      absl::StrFormat("database \"%s\": cannot %s: %s%s%s (SQLite code %d); %s", path, doing,
                                      facts.message, from_system ? ": " : "",
                                      from_system ? strerror(facts.system_errno) : "", facts.code, category.advice));
}

}  // namespace weighbridge::db
