// The table audits and the tables of its rows.
#ifndef WEIGHBRIDGE_DB_STORE_AUDITS_H_
#define WEIGHBRIDGE_DB_STORE_AUDITS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "db/sqlite/database.h"
#include "db/store/records.h"

namespace weighbridge::db {

// An audit as it is stored; `record` without its rows until ReadAuditRows.
struct StoredAudit {
  int64_t sequence = 0;
  std::string rows_sha256;
  AuditRecord record;
};

// Inserts inside the caller's transaction, or finds the same audit stored before. `record.audit_id` is set.
absl::StatusOr<int64_t> InsertAudit(Database* database, const AuditRecord& record);

// Heads that fit, newest first unless said otherwise; each checked against its row digest.
absl::StatusOr<std::optional<StoredAudit>> ReadAuditById(Database* database, std::string_view audit_id);
absl::StatusOr<std::optional<StoredAudit>> ReadAuditByKey(Database* database, std::string_view model_digest,
                                                          std::string_view rules_digest,
                                                          std::string_view classifier_version,
                                                          std::string_view context_digest, bool measured_only);
absl::StatusOr<std::optional<StoredAudit>> ReadLatestAudit(Database* database, std::string_view model_digest,
                                                           bool measured_only);
absl::StatusOr<std::vector<StoredAudit>> ReadAuditsBefore(Database* database, int64_t before, int count);

// Adds the rows and checks their digest.
absl::Status ReadAuditRows(Database* database, StoredAudit* audit);

// Digest check of every audit and of all its rows.
absl::Status VerifyAudits(Database* database);

}  // namespace weighbridge::db

#endif  // WEIGHBRIDGE_DB_STORE_AUDITS_H_
