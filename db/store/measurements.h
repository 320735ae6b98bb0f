// The table audit_measurements: every way in which an audit was measured.
#ifndef WEIGHBRIDGE_DB_STORE_MEASUREMENTS_H_
#define WEIGHBRIDGE_DB_STORE_MEASUREMENTS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "db/sqlite/database.h"
#include "db/store/row_digest.h"

namespace weighbridge::db {

// Inserts the measurement that came with the audit itself, inside the caller's transaction. Its digest is the audit's.
absl::Status InsertFirstMeasurement(Database* database, int64_t audit_sequence, const MeasurementRow& first,
                                    std::string_view audit_row_sha256);

// Inserts a later one inside the caller's transaction, unless the audit was measured in that way before.
absl::Status AddMeasurement(Database* database, int64_t audit_sequence, const MeasurementRow& later);

// The strongest word for the audit: "local" before "server" before "client". DataLoss if a row does not have its
// digest, or the first, which the audit names, is missing.
absl::StatusOr<std::string> ReadStrongestMeasurement(Database* database, int64_t audit_sequence,
                                                     const MeasurementRow& first, std::string_view audit_row_sha256);

}  // namespace weighbridge::db

#endif  // WEIGHBRIDGE_DB_STORE_MEASUREMENTS_H_
