// The table audits and the tables of its rows.
#ifndef WEIGHBRIDGE_DB_STORE_AUDITS_H_
#define WEIGHBRIDGE_DB_STORE_AUDITS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "db/sqlite/database.h"
#include "db/store/lookup.h"
#include "db/store/records.h"

namespace weighbridge::db {

// An audit as it is stored; `record` without its rows until ReadAuditRows. record.measured_by is the strongest word.
struct StoredAudit {
  int64_t sequence = 0;
  std::string rows_sha256;
  std::string row_sha256;
  std::string first_measured_by;
  bool has_licenses = false;  // set by ReadAuditRows; false for an audit recorded before licences were kept
  AuditRecord record;
};

// Inserts inside the caller's transaction, or finds the same audit stored before and adds to it what is new: another
// measured_by, licences that were not kept before. `record.audit_id` is set. Returns the audit's sequence.
absl::StatusOr<int64_t> InsertAudit(Database* database, const AuditRecord& record);

// Heads that fit, newest first unless said otherwise; each checked against its row digest, with its measurements.
absl::StatusOr<std::optional<StoredAudit>> ReadAuditById(Database* database, std::string_view audit_id);
absl::StatusOr<std::optional<StoredAudit>> ReadAuditBySequence(Database* database, int64_t sequence);
absl::StatusOr<std::optional<StoredAudit>> ReadAuditByKey(Database* database, std::string_view model_digest,
                                                          std::string_view rules_digest,
                                                          std::string_view classifier_version,
                                                          std::string_view context_digest, bool measured_only);
absl::StatusOr<std::optional<StoredAudit>> ReadLatestAudit(Database* database, std::string_view model_digest,
                                                           bool measured_only);
absl::StatusOr<std::vector<StoredAudit>> ReadAuditsBefore(Database* database, int64_t before, int count);
absl::StatusOr<std::vector<StoredAudit>> ReadAuditsOfModel(Database* database, std::string_view model_digest,
                                                           int64_t before, int count);

// For lists of models: the newest audit of each model digest among the audits up to sequence `newest`, if its sequence
// is in [from, before); at most `count`. Claimed audits do not count. An empty filter lets everything pass.
struct ModelSelection {
  int64_t newest = 0;
  int64_t from = 0;
  int64_t before = 0;
  int count = 0;
  std::string repository_prefix;
  std::string license_id;  // governs
};
absl::StatusOr<std::vector<StoredAudit>> ReadNewestOfModels(Database* database, const ModelSelection& selection);

// The summary of a head.
AuditSummary Summarize(const StoredAudit& audit);

// Adds the rows and checks their digest.
absl::Status ReadAuditRows(Database* database, StoredAudit* audit);

// Calls `visit` with every audit and its rows, newest first, all digests checked. Stops at the first error.
absl::Status VisitAudits(Database* database, const std::function<absl::Status(const StoredAudit&)>& visit);

}  // namespace weighbridge::db

#endif  // WEIGHBRIDGE_DB_STORE_AUDITS_H_
