// A transaction that is rolled back unless it was committed.
//
//   WB_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(&database, Transaction::Kind::kWrite));
//   ... statements ...
//   return transaction.Commit();
#ifndef WEIGHBRIDGE_DB_SQLITE_TRANSACTION_H_
#define WEIGHBRIDGE_DB_SQLITE_TRANSACTION_H_

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "db/sqlite/statement.h"

namespace weighbridge::db {

class Database;

class Transaction {
 public:
  enum class Kind {
    kRead,   // one unchanging view of the file for several statements
    kWrite,  // BEGIN IMMEDIATE: waits for other writers at once, so that it cannot fail half-way for a lock
  };

  static absl::StatusOr<Transaction> Begin(Database* database, Kind kind);
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  // OK only when every row is on disk. After an error nothing of the transaction is visible; whether the disk holds it
  // after a failed flush nobody knows, so that the connection then refuses further writes. Call at most once, with no
  // statement of the transaction in the middle of its rows.
  absl::Status Commit();

 private:
  Transaction(Database* database, std::optional<Statement> end) : database_(database), end_(std::move(end)) {}
  Database* database_;            // null once ended
  std::optional<Statement> end_;  // of a read
};

}  // namespace weighbridge::db

#endif  // WEIGHBRIDGE_DB_SQLITE_TRANSACTION_H_
