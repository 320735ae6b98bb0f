// The table decisions and the tables of its rows.
#ifndef WEIGHBRIDGE_DB_STORE_DECISIONS_H_
#define WEIGHBRIDGE_DB_STORE_DECISIONS_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "db/sqlite/database.h"
#include "db/store/records.h"

namespace weighbridge::db {

// Inserts inside the caller's transaction unless the same decision is stored. `record.decision_id` is set.
// InvalidArgument if its audit is not stored. Returns the sequence of that audit.
absl::StatusOr<int64_t> InsertDecision(Database* database, const DecisionRecord& record);

// Each with all rows, checked against their digests.
absl::StatusOr<std::optional<DecisionRecord>> ReadDecisionById(Database* database, std::string_view decision_id);
absl::StatusOr<std::vector<DecisionRecord>> ReadDecisionsOf(Database* database, std::string_view audit_id);
absl::StatusOr<std::optional<DecisionRecord>> ReadNewestDecision(Database* database, int64_t audit_sequence,
                                                                 std::string_view audit_id);

// Digest check of every decision and of all its rows.
absl::Status VerifyDecisions(Database* database);

}  // namespace weighbridge::db

#endif  // WEIGHBRIDGE_DB_STORE_DECISIONS_H_
