// One prepared statement.
//
//   WB_ASSIGN_OR_RETURN(Statement select, database.Prepare("SELECT kind FROM blobs WHERE sha256 = ?"));
//   select.BindText(1, digest);
//   WB_ASSIGN_OR_RETURN(bool found, select.Step());
//   if (found) kind = select.ColumnText(0);
//
// Movable; must not outlive its Database; not thread-safe.
#ifndef WEIGHBRIDGE_DB_SQLITE_STATEMENT_H_
#define WEIGHBRIDGE_DB_SQLITE_STATEMENT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

struct sqlite3_stmt;

namespace weighbridge::db {

class Database;

// One that a Database keeps for the next Prepare of the same text: reset and without values while it is not in use.
struct CompiledStatement {
  std::string sql;
  sqlite3_stmt* handle = nullptr;
  bool in_use = false;
};

class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;
  ~Statement();

  // Binding. Parameters count from 1. Bytes are copied. A failure (text over the length limit, lack of memory, wrong
  // index) is kept and returned by the next Step. The wrong type does not compile.
  void BindText(int index, std::string_view text);
  void BindBlob(int index, std::string_view bytes);
  void BindBlobView(int index, std::string_view bytes);  // not copied: must stay until the next Reset or binding
  void BindNull(int index);
  void BindBool(int index, bool value) { BindInteger(index, value ? 1 : 0); }
  template <typename T>
  void BindInt64(int index, T value) {
    static_assert(std::is_integral_v<T> && std::is_signed_v<T> && !std::is_same_v<T, bool>,
                  "SQLite stores signed 64-bit integers: call BindBool for bool, check the range of unsigned values");
    BindInteger(index, static_cast<int64_t>(value));
  }
  void BindText(int index, std::nullptr_t) = delete;  // Call BindNull() instead.
  void BindBlob(int index, std::nullptr_t) = delete;  // Call BindNull() instead.
  template <typename T>
  void BindBool(int index, T value) = delete;  // Call BindInt64() instead.
  // Binds NULL for the empty text.
  void BindTextOrNull(int index, std::string_view text);

  // Running. Step returns true if there is a row to read, false when done. Run is Step for statements without rows.
  // Reset makes the statement ready for the next run; bindings are kept.
  absl::StatusOr<bool> Step();
  absl::Status Run();
  void Reset();

  // Retrieving, after a Step that returned true. Columns count from 0. Types are those of the STRICT schema; what a
  // damaged file gives instead is converted as SQLite does (NULL is empty or 0), so that rows need their own digests.
  int64_t ColumnInt64(int column);
  bool ColumnBool(int column) { return ColumnInt64(column) != 0; }
  std::string ColumnText(int column);
  std::string ColumnBlob(int column);
  // View of the bytes, valid until the next Step, Reset or Column call.
  std::string_view ColumnBlobView(int column);

 private:
  friend class Database;
  friend class Transaction;
  // `kept` is null for a statement that ends with this object.
  Statement(Database* database, sqlite3_stmt* handle, CompiledStatement* kept)
      : database_(database), handle_(handle), kept_(kept) {}
  void BindInteger(int index, int64_t value);
  void Keep(int code);

  Database* database_;
  sqlite3_stmt* handle_;
  CompiledStatement* kept_;
  int bind_error_ = 0;
};

}  // namespace weighbridge::db

#endif  // WEIGHBRIDGE_DB_SQLITE_STATEMENT_H_
