// From SQLite's result codes to absl::Status.
#ifndef WEIGHBRIDGE_DB_SQLITE_ERROR_H_
#define WEIGHBRIDGE_DB_SQLITE_ERROR_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace weighbridge::db {

// What SQLite knows of a failure.
struct ErrorFacts {
  int code = 0;          // extended result code
  int system_errno = 0;  // of the failed system call; means something for I/O and open errors alone
  std::string message;   // SQLite's own words
};

// The most specific absl code, and a message that names the file, what failed, why, and what to do. Codes as in
// db/store/store.h. `doing` completes "cannot ...".
absl::Status StatusOf(const ErrorFacts& facts, std::string_view path, std::string_view doing);

}  // namespace weighbridge::db

#endif  // WEIGHBRIDGE_DB_SQLITE_ERROR_H_
