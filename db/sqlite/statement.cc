#include "db/sqlite/statement.h"

#include <sqlite3.h>

#include <utility>

#include "db/sqlite/database.h"

namespace weighbridge::db {

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_),
      handle_(std::exchange(other.handle_, nullptr)),
      kept_(other.kept_),
      bind_error_(other.bind_error_) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  std::swap(database_, other.database_);
  std::swap(handle_, other.handle_);
  std::swap(kept_, other.kept_);
  std::swap(bind_error_, other.bind_error_);
  return *this;
}

Statement::~Statement() {
  if (handle_ == nullptr) return;
  if (kept_ == nullptr) {
    sqlite3_finalize(handle_);
    return;
  }
  sqlite3_reset(handle_);
  sqlite3_clear_bindings(handle_);
  kept_->in_use = false;
}

void Statement::Keep(int code) {
  if (code != SQLITE_OK && bind_error_ == SQLITE_OK) bind_error_ = code;
}

// An empty view may have a null pointer, which SQLite would take for NULL.
void Statement::BindText(int index, std::string_view text) {
  Keep(
      sqlite3_bind_text64(handle_, index, text.empty() ? "" : text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Statement::BindBlob(int index, std::string_view bytes) {
  Keep(sqlite3_bind_blob64(handle_, index, bytes.empty() ? "" : bytes.data(), bytes.size(), SQLITE_TRANSIENT));
}

void Statement::BindBlobView(int index, std::string_view bytes) {
  Keep(sqlite3_bind_blob64(handle_, index, bytes.empty() ? "" : bytes.data(), bytes.size(), SQLITE_STATIC));
}

void Statement::BindTextOrNull(int index, std::string_view text) {
  if (text.empty()) return BindNull(index);
  BindText(index, text);
}

void Statement::BindNull(int index) { Keep(sqlite3_bind_null(handle_, index)); }

void Statement::BindInteger(int index, int64_t value) { Keep(sqlite3_bind_int64(handle_, index, value)); }

absl::StatusOr<bool> Statement::Step() {
  if (bind_error_ != SQLITE_OK) return database_->ErrorStatus(bind_error_, "bind a value");
  // Between two statements SQLite forgets an interrupt.
  if (database_->interrupted_.load(std::memory_order_relaxed)) {
    sqlite3_reset(handle_);
    return database_->ErrorStatus(SQLITE_INTERRUPT, "run a statement");
  }
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  absl::Status status = database_->ErrorStatus(code, "run a statement");
  sqlite3_reset(handle_);
  return status;
}

absl::Status Statement::Run() {
  absl::StatusOr<bool> row = Step();
  if (!row.ok()) return row.status();
  if (*row) return absl::InternalError(database_->Message("a statement returned a row that nobody asked for"));
  return absl::OkStatus();
}

void Statement::Reset() {
  sqlite3_reset(handle_);  // repeats the error of the last Step, which was returned there
  bind_error_ = SQLITE_OK;
}

int64_t Statement::ColumnInt64(int column) { return sqlite3_column_int64(handle_, column); }

// The bytes of a text are read as a blob: sqlite3_column_text would copy them once more to put a NUL behind them.
std::string Statement::ColumnText(int column) { return std::string(ColumnBlobView(column)); }

std::string_view Statement::ColumnBlobView(int column) {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(handle_, column));
  if (bytes == nullptr) return "";
  return std::string_view(bytes, static_cast<size_t>(sqlite3_column_bytes(handle_, column)));
}

std::string Statement::ColumnBlob(int column) { return std::string(ColumnBlobView(column)); }

}  // namespace weighbridge::db
