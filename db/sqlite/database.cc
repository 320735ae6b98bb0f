#include "db/sqlite/database.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <iterator>
#include <thread>
#include <utility>

#include "absl/strings/str_format.h"
#include "db/sqlite/error.h"
#include "services/base/status_macros.h"

namespace weighbridge::db {
namespace {

// Longest text, blob or row. One blob of the store is at most 64 MiB (kBlobMaxBytes there).
constexpr int kValueMaxBytes = 66 << 20;
constexpr int kPageMinBytes = 512;  // sqlite.org/fileformat2.html section 1.3.2
constexpr int kWalAutoCheckpointPages = 1000;
constexpr int kWalKeptMaxBytes = 16 << 20;
constexpr size_t kKeptStatementsMax = 96;
constexpr int kCheckMessagesMax = 3;

// Waits for a lock grow, so that a short one costs little and a long one few tries.
constexpr int kBusyDelaysMs[] = {1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50, 100};

struct Limit {
  int id;
  int value;
};

// What our own statements need, and little more ("Defense Against The Dark Arts", sqlite.org/security.html).
constexpr Limit kLimits[] = {
    {SQLITE_LIMIT_LENGTH, kValueMaxBytes}, {SQLITE_LIMIT_SQL_LENGTH, 100000}, {SQLITE_LIMIT_COLUMN, 100},
    {SQLITE_LIMIT_EXPR_DEPTH, 20},         {SQLITE_LIMIT_COMPOUND_SELECT, 3}, {SQLITE_LIMIT_VDBE_OP, 25000},
    {SQLITE_LIMIT_FUNCTION_ARG, 8},        {SQLITE_LIMIT_ATTACHED, 0},        {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 50},
    {SQLITE_LIMIT_VARIABLE_NUMBER, 32},    {SQLITE_LIMIT_TRIGGER_DEPTH, 1},   {SQLITE_LIMIT_WORKER_THREADS, 0},
};

struct Switch {
  int id;
  int value;
};

constexpr Switch kSwitches[] = {
    {SQLITE_DBCONFIG_DEFENSIVE, 1},      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
    {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0}, {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
    {SQLITE_DBCONFIG_DQS_DDL, 0},        {SQLITE_DBCONFIG_DQS_DML, 0},
    {SQLITE_DBCONFIG_ENABLE_FKEY, 1},    {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
};

bool IsMemory(const std::string& path) { return path == ":memory:"; }

// SQLite would read "file:x" and ":x" as something else than names of files.
std::string FileName(const std::string& path) {
  if (IsMemory(path) || path.front() == '/') return path;
  return "./" + path;
}

std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// What stat says about the path, before SQLite opens it: SQLite has one code for all of these, and would block on a
// FIFO.
absl::Status CheckPath(const DatabaseOptions& options) {
  const std::string& path = options.path;
  if (path.empty()) return absl::InvalidArgumentError("a database needs a path; the empty one was given");
  if (path.find('\0') != std::string::npos)
    return absl::InvalidArgumentError("the path of a database contains a NUL byte");
  if (IsMemory(path)) return absl::OkStatus();
  struct stat info;
  const std::string named = absl::StrFormat("database \"%s\"", path);
  if (stat(path.c_str(), &info) == 0) {
    if (!S_ISREG(info.st_mode)) {
      return absl::FailedPreconditionError(absl::StrFormat("%s is not a regular file; name another path", named));
    }
    if (info.st_size == 0 && options.mode != OpenMode::kCreate) {
      return absl::DataLossError(absl::StrFormat("%s is empty (0 bytes); restore a backup or remove the file", named));
    }
    // SQLite takes a file of one byte for an empty one and would write over it.
    if (info.st_size > 0 && info.st_size < kPageMinBytes) {
      return absl::DataLossError(absl::StrFormat(
          "%s is no database: it has %d bytes; restore a backup or name another path", named, info.st_size));
    }
    return absl::OkStatus();
  }
  const int error = errno;
  if (error == EACCES) return absl::PermissionDeniedError(absl::StrFormat("%s: %s", named, strerror(error)));
  if (error != ENOENT) return absl::InvalidArgumentError(absl::StrFormat("%s: %s", named, strerror(error)));
  if (options.mode != OpenMode::kCreate) {
    return absl::NotFoundError(absl::StrFormat("%s does not exist; check the path", named));
  }
  const std::string folder = FolderOf(path);
  if (stat(folder.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) {
    return absl::NotFoundError(absl::StrFormat("%s: the folder \"%s\" does not exist; make it first", named, folder));
  }
  return absl::OkStatus();
}

// The errno of a failed write. SQLite forgets it when the write belonged to a COMMIT (sqlite3_system_errno is then of
// an earlier failure or 0), but the file that was written remembers: the write-ahead log first, since commits write
// there.
int WriteErrno(sqlite3* handle) {
  sqlite3_file* log = nullptr;
  int system_errno = 0;
  if (sqlite3_file_control(handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) == SQLITE_OK && log != nullptr &&
      log->pMethods != nullptr) {
    log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &system_errno);
  }
  if (system_errno == 0) sqlite3_file_control(handle, "main", SQLITE_FCNTL_LAST_ERRNO, &system_errno);
  return system_errno != 0 ? system_errno : sqlite3_system_errno(handle);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const DatabaseOptions& options) {
  if (options.application_id == 0) return absl::InvalidArgumentError("DatabaseOptions.application_id must be set");
  WB_RETURN_IF_ERROR(CheckPath(options));
  std::unique_ptr<Database> database(new Database(options));
  WB_RETURN_IF_ERROR(database->OpenHandle());
  WB_RETURN_IF_ERROR(database->Harden());
  WB_RETURN_IF_ERROR(database->CheckOwner());
  if (!database->read_only()) WB_RETURN_IF_ERROR(database->StartWal());
  return database;
}

Database::~Database() {
  for (const auto& [sql, statement] : compiled_) sqlite3_finalize(statement->handle);
  sqlite3_close(handle_);
}

absl::Status Database::OpenHandle() {
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  switch (options_.mode) {
    case OpenMode::kCreate:
      flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
      break;
    case OpenMode::kMustExist:
      flags |= SQLITE_OPEN_READWRITE;
      break;
    case OpenMode::kReadOnly:
      flags |= SQLITE_OPEN_READONLY;
      break;
  }
  const char* vfs = options_.vfs_name.empty() ? nullptr : options_.vfs_name.c_str();
  const int code = sqlite3_open_v2(FileName(options_.path).c_str(), &handle_, flags, vfs);
  if (code != SQLITE_OK) return ErrorStatus(code, "open it");
  // SQLite falls back to reading where it may not write; a caller who wants to record must hear of it now.
  if (!read_only() && sqlite3_db_readonly(handle_, "main") == 1) {
    return absl::PermissionDeniedError(
        Message("cannot be written (permissions or a read-only file system); allow writing or name another path"));
  }
  return absl::OkStatus();
}

absl::Status Database::Harden() {
  for (const Limit& limit : kLimits) sqlite3_limit(handle_, limit.id, limit.value);
  for (const Switch& change : kSwitches) {
    int now = -1;
    const int code = sqlite3_db_config(handle_, change.id, change.value, &now);
    if (code != SQLITE_OK || now != change.value) {
      return absl::InternalError(Message(absl::StrFormat("SQLite refuses setting %d", change.id)));
    }
  }
  sqlite3_busy_handler(handle_, &Database::OnBusy, this);
  return Execute(
      absl::StrFormat("PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; PRAGMA synchronous = FULL;"
                      " PRAGMA temp_store = MEMORY; PRAGMA cache_size = -%d",
                      options_.cache_max_kib));
}

absl::Status Database::EnableTriggers() {
  int now = -1;
  const int code = sqlite3_db_config(handle_, SQLITE_DBCONFIG_ENABLE_TRIGGER, 1, &now);
  if (code == SQLITE_OK && now == 1) return absl::OkStatus();
  return absl::InternalError(Message("SQLite refuses to let triggers work"));
}

// Not sqlite3_busy_timeout, because that wait cannot be interrupted.
int Database::OnBusy(void* self, int waited_count) {
  const auto* database = static_cast<const Database*>(self);
  if (database->interrupted_.load(std::memory_order_relaxed)) return 0;
  int waited_ms = 0;
  for (int i = 0; i < waited_count; ++i) {
    waited_ms += kBusyDelaysMs[std::min<size_t>(i, std::size(kBusyDelaysMs) - 1)];
    if (waited_ms >= database->options_.busy_timeout_ms) return 0;
  }
  const int delay_ms = std::min(kBusyDelaysMs[std::min<size_t>(waited_count, std::size(kBusyDelaysMs) - 1)],
                                database->options_.busy_timeout_ms - waited_ms);
  if (delay_ms <= 0) return 0;
  std::this_thread::sleep_for(std::chrono::milliseconds(delay_ms));
  return 1;
}

void Database::Interrupt() {
  interrupted_.store(true, std::memory_order_relaxed);
  sqlite3_interrupt(handle_);
}

absl::Status Database::CheckOwner() {
  WB_ASSIGN_OR_RETURN(const int64_t id, QueryInt64("PRAGMA application_id"));
  if (id == options_.application_id) return absl::OkStatus();
  WB_ASSIGN_OR_RETURN(const int64_t objects, QueryInt64("SELECT count(*) FROM sqlite_schema"));
  if (id == 0 && objects == 0 && options_.mode == OpenMode::kCreate) return absl::OkStatus();
  // Another process may have made it between the two reads.
  WB_ASSIGN_OR_RETURN(const int64_t again, QueryInt64("PRAGMA application_id"));
  if (again == options_.application_id) return absl::OkStatus();
  return absl::FailedPreconditionError(Message(
      absl::StrFormat("is an SQLite database of another program (application_id %d); name another path", again)));
}

absl::Status Database::StartWal() {
  std::string mode;
  {
    WB_ASSIGN_OR_RETURN(Statement pragma, Prepare("PRAGMA journal_mode = WAL"));
    WB_ASSIGN_OR_RETURN(const bool row, pragma.Step());
    if (row) mode = pragma.ColumnText(0);
  }
  if (mode != (IsMemory(options_.path) ? "memory" : "wal")) {
    return absl::FailedPreconditionError(Message(absl::StrFormat(
        "the file system cannot keep a write-ahead log (journal mode is \"%s\"); use a local disk", mode)));
  }
  WB_RETURN_IF_ERROR(QueryInt64(absl::StrFormat("PRAGMA journal_size_limit = %d", kWalKeptMaxBytes)).status());
  return QueryInt64(absl::StrFormat("PRAGMA wal_autocheckpoint = %d", kWalAutoCheckpointPages)).status();
}

absl::StatusOr<sqlite3_stmt*> Database::Compile(std::string_view sql) {
  sqlite3_stmt* handle = nullptr;
  const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), 0, &handle, nullptr);
  if (code != SQLITE_OK) return ErrorStatus(code, "prepare a statement");
  return handle;
}

absl::StatusOr<Statement> Database::Prepare(std::string_view sql) {
  const auto found = compiled_.find(sql);
  if (found != compiled_.end() && !found->second->in_use) {
    CompiledStatement* kept = found->second.get();
    kept->in_use = true;
    return Statement(this, kept->handle, kept);
  }
  WB_ASSIGN_OR_RETURN(sqlite3_stmt * handle, Compile(sql));
  if (found != compiled_.end() || compiled_.size() >= kKeptStatementsMax) return Statement(this, handle, nullptr);
  auto compiled = std::make_unique<CompiledStatement>(CompiledStatement{std::string(sql), handle, true});
  CompiledStatement* kept = compiled.get();
  compiled_.emplace(kept->sql, std::move(compiled));
  return Statement(this, handle, kept);
}

absl::Status Database::Execute(const std::string& sql) {
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return ErrorStatus(code, "run a statement");
  return absl::OkStatus();
}

absl::StatusOr<int64_t> Database::QueryInt64(std::string_view sql) {
  WB_ASSIGN_OR_RETURN(Statement statement, Prepare(sql));
  WB_ASSIGN_OR_RETURN(const bool row, statement.Step());
  if (!row)
    return absl::DataLossError(Message("a statement that always returns a row returned none; restore a backup"));
  return statement.ColumnInt64(0);
}

absl::Status Database::RunCheck(const char* pragma) {
  WB_ASSIGN_OR_RETURN(Statement check, Prepare(absl::StrFormat("PRAGMA %s(%d)", pragma, kCheckMessagesMax)));
  std::string messages;
  while (true) {
    WB_ASSIGN_OR_RETURN(const bool row, check.Step());
    if (!row) break;
    const std::string message = check.ColumnText(0);
    if (message == "ok") continue;
    if (!messages.empty()) messages += "; ";
    messages += message;
  }
  if (messages.empty()) return absl::OkStatus();
  return absl::DataLossError(Message(absl::StrFormat("is damaged (%s); restore a backup", messages)));
}

absl::StatusOr<int64_t> Database::SizeBytes() {
  WB_ASSIGN_OR_RETURN(const int64_t pages, QueryInt64("PRAGMA page_count"));
  WB_ASSIGN_OR_RETURN(const int64_t page_bytes, QueryInt64("PRAGMA page_size"));
  return pages * page_bytes;
}

absl::Status Database::ErrorStatus(int code, std::string_view doing) {
  if (code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC) flush_failed_ = true;
  // A wait for a lock that was given up by Interrupt ends as a lock that is held.
  if ((code & 0xff) == SQLITE_BUSY && interrupted_.load(std::memory_order_relaxed)) code = SQLITE_INTERRUPT;
  const std::string message = sqlite3_errmsg(handle_);  // before other calls replace it
  const int system_errno = code == SQLITE_IOERR_WRITE ? WriteErrno(handle_) : sqlite3_system_errno(handle_);
  return StatusOf(ErrorFacts{code, system_errno, message}, options_.path, doing);
}

std::string Database::Message(std::string_view message) const {
  return absl::StrFormat("database \"%s\": %s", options_.path, message);
}

}  // namespace weighbridge::db
