// The tables audit_license_lists and audit_licenses: the licences of an audit.
#ifndef WEIGHBRIDGE_DB_STORE_LICENSES_H_
#define WEIGHBRIDGE_DB_STORE_LICENSES_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "db/sqlite/database.h"
#include "db/store/records.h"

namespace weighbridge::db {

// Inserts the whole list inside the caller's transaction; it may be empty.
absl::Status InsertLicenses(Database* database, int64_t audit_sequence, std::string_view audit_id,
                            const std::vector<AuditLicenseRow>& licenses);

// The list, checked against its digest; nullopt for an audit that was recorded before lists were kept.
absl::StatusOr<std::optional<std::vector<AuditLicenseRow>>> ReadLicenses(Database* database, int64_t audit_sequence,
                                                                         std::string_view audit_id);

}  // namespace weighbridge::db

#endif  // WEIGHBRIDGE_DB_STORE_LICENSES_H_
