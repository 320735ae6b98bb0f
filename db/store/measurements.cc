#include "db/store/measurements.h"

#include "absl/strings/str_format.h"
#include "db/sqlite/statement.h"
#include "services/base/status_macros.h"

namespace weighbridge::db {
namespace {

// Bytes read here, by a daemon of ours, by somebody else. 0: no such word.
int StrengthOf(std::string_view measured_by) {
  if (measured_by == "local") return 3;
  if (measured_by == "server") return 2;
  return measured_by == "client" ? 1 : 0;
}

absl::Status Damaged(Database* database, std::string_view audit_id) {
  return absl::DataLossError(
      database->Message(absl::StrFormat("the measurements of audit %s are damaged: their rows do not have the digest"
                                        " stored with them; restore a backup",
                                        audit_id.substr(0, 64))));
}

absl::Status Insert(Database* database, const char* sql, int64_t audit_sequence, const MeasurementRow& row,
                    std::string_view row_sha256) {
  WB_ASSIGN_OR_RETURN(Statement insert, database->Prepare(sql));
  insert.BindInt64(1, audit_sequence);
  insert.BindText(2, row.measured_by);
  insert.BindText(3, row.recorded_at);
  insert.BindText(4, row_sha256);
  return insert.Run();
}

}  // namespace

absl::Status InsertFirstMeasurement(Database* database, int64_t audit_sequence, const MeasurementRow& first,
                                    std::string_view audit_row_sha256) {
  return Insert(database,
                "INSERT INTO audit_measurements (audit_sequence, measured_by, recorded_at, row_sha256)"
                " VALUES (?, ?, ?, ?)",
                audit_sequence, first, audit_row_sha256);
}

absl::Status AddMeasurement(Database* database, int64_t audit_sequence, const MeasurementRow& later) {
  return Insert(database,
                "INSERT INTO audit_measurements (audit_sequence, measured_by, recorded_at, row_sha256)"
                " VALUES (?, ?, ?, ?) ON CONFLICT (audit_sequence, measured_by) DO NOTHING",
                audit_sequence, later, RowDigest(later));
}

absl::StatusOr<std::string> ReadStrongestMeasurement(Database* database, int64_t audit_sequence,
                                                     const MeasurementRow& first, std::string_view audit_row_sha256) {
  WB_ASSIGN_OR_RETURN(Statement select,
                      database->Prepare("SELECT measured_by, recorded_at, row_sha256 FROM audit_measurements"
                                        " WHERE audit_sequence = ? ORDER BY measured_by"));
  select.BindInt64(1, audit_sequence);
  std::string strongest;
  bool has_first = false;
  while (true) {
    WB_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) break;
    MeasurementRow row{first.audit_id, select.ColumnText(0), select.ColumnText(1)};
    const bool is_first = row.measured_by == first.measured_by;
    const bool intact = is_first ? row.recorded_at == first.recorded_at && select.ColumnText(2) == audit_row_sha256
                                 : select.ColumnText(2) == RowDigest(row);
    if (!intact || StrengthOf(row.measured_by) == 0) return Damaged(database, first.audit_id);
    has_first = has_first || is_first;
    if (StrengthOf(row.measured_by) > StrengthOf(strongest)) strongest = std::move(row.measured_by);
  }
  if (!has_first) return Damaged(database, first.audit_id);
  return strongest;
}

}  // namespace weighbridge::db
