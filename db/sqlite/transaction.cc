#include "db/sqlite/transaction.h"

#include <sqlite3.h>

#include <utility>

#include "db/sqlite/database.h"
#include "services/base/status_macros.h"

namespace weighbridge::db {

absl::StatusOr<Transaction> Transaction::Begin(Database* database, Kind kind) {
  if (kind == Kind::kWrite) {
    if (database->read_only()) {
      return absl::PermissionDeniedError(database->Message("is opened read-only; open it for writing to record"));
    }
    if (database->flush_failed_) {
      return absl::InternalError(database->Message(
          "an earlier flush to disk failed, so nothing more is written; check the disk and start the program again"));
    }
  }
  if (kind == Kind::kRead) {
    // A look-up is shorter than the compiling of two statements.
    WB_ASSIGN_OR_RETURN(Statement begin, database->Prepare("BEGIN"));
    WB_ASSIGN_OR_RETURN(Statement end, database->Prepare("ROLLBACK"));
    WB_RETURN_IF_ERROR(begin.Run());
    return Transaction(database, std::move(end));
  }
  const int code = sqlite3_exec(database->handle_, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return database->ErrorStatus(code, "begin a write");
  return Transaction(database, std::nullopt);
}

Transaction::Transaction(Transaction&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)), end_(std::move(other.end_)) {}

Transaction::~Transaction() {
  // SQLite has rolled back by itself after some errors; a rollback that fails leaves nothing behind either.
  if (database_ == nullptr) return;
  if (end_.has_value()) sqlite3_step(end_->handle_);
  // An interrupt stops a rollback that has not begun; the transaction must not outlive this object.
  int code = SQLITE_INTERRUPT;
  while (code == SQLITE_INTERRUPT && sqlite3_get_autocommit(database_->handle_) == 0) {
    code = sqlite3_exec(database_->handle_, "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

absl::Status Transaction::Commit() {
  // SQLite ends a transaction by itself after some I/O errors. COMMIT would then fail with a message about that.
  const int code = sqlite3_exec(database_->handle_, "COMMIT", nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return database_->ErrorStatus(code, "commit");
  database_ = nullptr;
  return absl::OkStatus();
}

}  // namespace weighbridge::db
