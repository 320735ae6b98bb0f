// What the store answers for audits: keeps the tables known_digests and answers, and reads them.
//
// Two searches for a digest: one finds the audit, one its last answer. Both rows are checked.
#ifndef WEIGHBRIDGE_DB_STORE_ANSWERS_H_
#define WEIGHBRIDGE_DB_STORE_ANSWERS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "db/sqlite/database.h"
#include "db/store/audits.h"
#include "db/store/lookup.h"

namespace weighbridge::db {

// Brings both tables up to date with an audit that was inserted, measured again or decided, inside the caller's
// transaction. Does nothing for an audit that never answers: a claimed one, or one recorded before licences were kept.
// `artifacts` may be null where their digests are known to be there already.
absl::Status PublishAudit(Database* database, int64_t audit_sequence, const std::vector<ArtifactRow>* artifacts);

// An answer for each digest (64 hexadecimal digits each), in their order; nullopt where it is not known.
absl::StatusOr<std::vector<std::optional<DigestAnswer>>> ReadAnswers(Database* database,
                                                                     const std::vector<std::string>& digests,
                                                                     std::optional<DigestKind> kind);

// What Store::PublishedAfter returns.
absl::StatusOr<PublishedAudits> ReadPublished(Database* database, int64_t position, int count);

// What an audit says of its licences, and the newest decision on it. Reads the sources, not the answers.
absl::StatusOr<ModelAudit> DescribeAudit(Database* database, const StoredAudit& audit);

// Compares both tables with the audits and decisions that they are made of: Check each audit (with its rows), then
// CheckTotals.
class AnswerCheck {
 public:
  explicit AnswerCheck(Database* database) : database_(database) {}
  absl::Status Check(const StoredAudit& audit);
  absl::Status CheckTotals();

 private:
  Database* const database_;
  int64_t known_digests_ = 0;
  int64_t answers_ = 0;
};

}  // namespace weighbridge::db

#endif  // WEIGHBRIDGE_DB_STORE_ANSWERS_H_
