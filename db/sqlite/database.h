// One SQLite connection, opened the way this project opens databases. This package is the only owner of sqlite3.h.
//
// Settings, and why: WAL with synchronous=FULL (a commit that returned is on disk), foreign keys on, no triggers before
// the schema was checked, no views, no SQL functions with side effects from the schema (trusted_schema off), cell sizes
// checked, DEFENSIVE, lowered limits: the file may have been prepared by an enemy (sqlite.org/security.html).
//
// Not thread-safe but for Interrupt: the owner serialises. Not movable: statements and transactions point at it.
#ifndef WEIGHBRIDGE_DB_SQLITE_DATABASE_H_
#define WEIGHBRIDGE_DB_SQLITE_DATABASE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "db/sqlite/statement.h"

struct sqlite3;
struct sqlite3_stmt;

namespace weighbridge::db {

enum class OpenMode {
  kCreate,     // read and write; made if missing; an empty file counts as new (an interrupted first use leaves one)
  kMustExist,  // read and write; missing is NotFound, an empty file DataLoss
  kReadOnly,   // as kMustExist, without any write
};

struct DatabaseOptions {
  std::string path;  // or ":memory:"
  OpenMode mode = OpenMode::kCreate;
  // What the file must carry; a file without any table may carry 0. Checked before the first write, so that the
  // database of another program is refused untouched (FailedPrecondition). Never 0.
  int application_id = 0;
  int busy_timeout_ms = 10000;
  int cache_max_kib = 2000;  // pages kept in memory
  std::string vfs_name;      // empty: the system's
};

class Database {
 public:
  // Errors as in db/store/store.h.
  static absl::StatusOr<std::unique_ptr<Database>> Open(const DatabaseOptions& options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Compiles one statement, or takes it up again where the same text was compiled before and is not in use. `sql` is
  // trusted text of this project; values go through Bind.
  absl::StatusOr<Statement> Prepare(std::string_view sql);

  // Runs one or more statements that take no values and return no rows.
  absl::Status Execute(const std::string& sql);

  // The one integer that a statement without values returns.
  absl::StatusOr<int64_t> QueryInt64(std::string_view sql);

  // Structure of the whole file: DataLoss with the first findings if damaged. O(size of the file). The full check
  // compares the indexes with their tables besides.
  absl::Status QuickCheck() { return RunCheck("quick_check"); }
  absl::Status FullCheck() { return RunCheck("integrity_check"); }

  // Lets the triggers of the schema work, which they do not from the start: a file may bring its own. For who knows
  // that the schema is his.
  absl::Status EnableTriggers();

  // Size of the file in bytes, as SQLite counts it.
  absl::StatusOr<int64_t> SizeBytes();

  // From any thread, while the Database lives: the statement that runs, a wait for a lock and every later statement end
  // with Cancelled, until ClearInterrupt(). A commit that has begun is not stopped.
  void Interrupt();
  void ClearInterrupt() { interrupted_.store(false, std::memory_order_relaxed); }

  const std::string& path() const { return options_.path; }
  int application_id() const { return options_.application_id; }
  bool read_only() const { return options_.mode == OpenMode::kReadOnly; }

  // Status for an SQLite result code: names the file, `doing` ("record an audit") and what to do.
  absl::Status ErrorStatus(int code, std::string_view doing);
  // Prefixes `message` with the file.
  std::string Message(std::string_view message) const;

 private:
  friend class Statement;
  friend class Transaction;

  absl::StatusOr<sqlite3_stmt*> Compile(std::string_view sql);

  explicit Database(const DatabaseOptions& options) : options_(options) {}
  absl::Status OpenHandle();
  absl::Status Harden();
  absl::Status CheckOwner();
  absl::Status StartWal();
  static int OnBusy(void* self, int waited_count);
  absl::Status RunCheck(const char* pragma);

  const DatabaseOptions options_;
  sqlite3* handle_ = nullptr;
  // Compiled statements by their text, of which they hold a copy.
  std::unordered_map<std::string_view, std::unique_ptr<CompiledStatement>> compiled_;
  // After a failed flush nobody knows what the disk holds: nothing more is written through this connection.
  bool flush_failed_ = false;
  std::atomic<bool> interrupted_ = false;
};

}  // namespace weighbridge::db

#endif  // WEIGHBRIDGE_DB_SQLITE_DATABASE_H_
