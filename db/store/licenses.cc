#include "db/store/licenses.h"

#include <string>
#include <utility>

#include "absl/strings/str_format.h"
#include "db/sqlite/statement.h"
#include "db/store/row_digest.h"
#include "services/base/status_macros.h"

namespace weighbridge::db {

absl::Status InsertLicenses(Database* database, int64_t audit_sequence, std::string_view audit_id,
                            const std::vector<AuditLicenseRow>& licenses) {
  {
    WB_ASSIGN_OR_RETURN(
        Statement insert,
        database->Prepare("INSERT INTO audit_license_lists (audit_sequence, rows_sha256) VALUES (?, ?)"));
    insert.BindInt64(1, audit_sequence);
    insert.BindText(2, LicensesDigest(audit_id, licenses));
    WB_RETURN_IF_ERROR(insert.Run());
  }
  WB_ASSIGN_OR_RETURN(Statement insert,
                      database->Prepare("INSERT INTO audit_licenses"
                                        " (audit_sequence, ordinal, license_id, short_id, component, match, governs)"
                                        " VALUES (?, ?, ?, ?, ?, ?, ?)"));
  insert.BindInt64(1, audit_sequence);
  int64_t ordinal = 0;
  for (const AuditLicenseRow& row : licenses) {
    insert.BindInt64(2, ordinal++);
    insert.BindText(3, row.license_id);
    insert.BindText(4, row.short_id);
    insert.BindText(5, row.component);
    insert.BindText(6, row.match);
    insert.BindBool(7, row.governs);
    WB_RETURN_IF_ERROR(insert.Run());
    insert.Reset();
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::vector<AuditLicenseRow>>> ReadLicenses(Database* database, int64_t audit_sequence,
                                                                         std::string_view audit_id) {
  std::optional<std::string> rows_sha256;
  {
    WB_ASSIGN_OR_RETURN(Statement select,
                        database->Prepare("SELECT rows_sha256 FROM audit_license_lists WHERE audit_sequence = ?"));
    select.BindInt64(1, audit_sequence);
    WB_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (found) rows_sha256 = select.ColumnText(0);
  }
  WB_ASSIGN_OR_RETURN(Statement select,
                      database->Prepare("SELECT license_id, short_id, component, match, governs FROM audit_licenses"
                                        " WHERE audit_sequence = ? ORDER BY ordinal"));
  select.BindInt64(1, audit_sequence);
  std::vector<AuditLicenseRow> licenses;
  while (true) {
    WB_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) break;
    AuditLicenseRow row;
    row.license_id = select.ColumnText(0);
    row.short_id = select.ColumnText(1);
    row.component = select.ColumnText(2);
    row.match = select.ColumnText(3);
    row.governs = select.ColumnBool(4);
    licenses.push_back(std::move(row));
  }
  if (!rows_sha256.has_value() && licenses.empty()) return std::optional<std::vector<AuditLicenseRow>>();
  if (rows_sha256 != LicensesDigest(audit_id, licenses)) {
    return absl::DataLossError(database->Message(
        absl::StrFormat("the licences of audit %s are damaged: their rows do not have the digest stored with them;"
                        " restore a backup",
                        audit_id.substr(0, 64))));
  }
  return std::optional<std::vector<AuditLicenseRow>>(std::move(licenses));
}

}  // namespace weighbridge::db
