// The table answers: what a look-up says of an audit, in one row. The last row of an audit stands.
#ifndef WEIGHBRIDGE_DB_STORE_ANSWER_ROWS_H_
#define WEIGHBRIDGE_DB_STORE_ANSWER_ROWS_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "db/sqlite/database.h"
#include "db/sqlite/statement.h"
#include "db/store/lookup.h"
#include "services/crypto/sha256.h"

namespace weighbridge::db {

// answers.answer_id is audit_sequence * kAnswersPerAudit + 0, 1, 2, ... On disk; never changes.
inline constexpr int64_t kAnswersPerAudit = int64_t{1} << 24;

// The fields of an answer but `kind`, which belongs to the digest that was asked for.
bool SameAnswer(const DigestAnswer& a, const DigestAnswer& b);

// Adds an answer inside the caller's transaction, unless the last one of the audit is the same. ResourceExhausted if
// the audit has as many as fit.
absl::Status AppendAnswer(Database* database, int64_t audit_sequence, const DigestAnswer& answer);

// Reads last answers; kept for a batch.
class AnswerReader {
 public:
  static absl::StatusOr<AnswerReader> Make(Database* database);
  // Fills in the last answer of the audit, checked; false if it has none. Leaves `kind` alone.
  absl::StatusOr<bool> Read(int64_t audit_sequence, DigestAnswer* answer);

 private:
  AnswerReader(Database* database, Statement select) : database_(database), select_(std::move(select)) {}
  Database* database_;
  Statement select_;
  Sha256 hash_;
};

// All answers of the audit, oldest first, checked one by one and for gaps.
absl::StatusOr<std::vector<DigestAnswer>> ReadAnswersOf(Database* database, int64_t audit_sequence);

}  // namespace weighbridge::db

#endif  // WEIGHBRIDGE_DB_STORE_ANSWER_ROWS_H_
