#include "db/store/decisions.h"

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_format.h"
#include "db/sqlite/statement.h"
#include "db/store/audits.h"
#include "db/store/events.h"
#include "db/store/row_digest.h"
#include "services/base/status_macros.h"

namespace weighbridge::db {
namespace {

#define WB_DECISION_COLUMNS                                                                                           \
  "SELECT decisions.sequence, decision_id, audits.audit_id, evaluated_at, profile_digest, policy_digest,"             \
  " decisions.rules_digest, decision, mode, profile_blob, policy_blob, result_blob, decisions.rows_sha256,"           \
  " decisions.row_sha256, decisions.measured_by, exceptions_digest, exceptions_blob FROM decisions LEFT JOIN audits " \
  "ON audits.sequence = "                                                                                             \
  "decisions.audit_sequence"

absl::Status Damaged(Database* database, std::string_view decision_id) {
  return absl::DataLossError(database->Message(
      absl::StrFormat("decision %s is damaged: its rows do not have the digest stored with them; restore a backup",
                      decision_id.substr(0, 64))));
}

absl::Status ReadFindings(Database* database, int64_t sequence, DecisionRecord* record) {
  WB_ASSIGN_OR_RETURN(
      Statement select,
      database->Prepare("SELECT rule_id, severity, outcome, license_id, clause, missing_fact FROM findings"
                        " WHERE decision_sequence = ? ORDER BY ordinal"));
  select.BindInt64(1, sequence);
  while (true) {
    WB_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) return absl::OkStatus();
    FindingRow row;
    row.rule_id = select.ColumnText(0);
    row.severity = select.ColumnText(1);
    row.outcome = select.ColumnText(2);
    row.license_id = select.ColumnText(3);
    row.clause = select.ColumnText(4);
    row.missing_fact = select.ColumnText(5);
    record->findings.push_back(std::move(row));
  }
}

absl::Status ReadObligations(Database* database, int64_t sequence, DecisionRecord* record) {
  WB_ASSIGN_OR_RETURN(Statement select,
                      database->Prepare("SELECT kind, license_id, clause, fulfilled, not_triggered FROM obligations"
                                        " WHERE decision_sequence = ? ORDER BY ordinal"));
  select.BindInt64(1, sequence);
  while (true) {
    WB_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) return absl::OkStatus();
    ObligationRow row;
    row.kind = select.ColumnText(0);
    row.license_id = select.ColumnText(1);
    row.clause = select.ColumnText(2);
    row.fulfilled = select.ColumnBool(3);
    row.not_triggered = select.ColumnBool(4);
    record->obligations.push_back(std::move(row));
  }
}

// The decision at the current row of a WB_DECISION_COLUMNS statement.
absl::StatusOr<DecisionRecord> ReadRow(Database* database, Statement* select) {
  DecisionRecord record;
  const int64_t sequence = select->ColumnInt64(0);
  record.decision_id = select->ColumnText(1);
  record.audit_id = select->ColumnText(2);
  record.evaluated_at = select->ColumnText(3);
  record.profile_digest = select->ColumnText(4);
  record.policy_digest = select->ColumnText(5);
  record.rules_digest = select->ColumnText(6);
  record.decision = select->ColumnText(7);
  record.mode = select->ColumnText(8);
  record.profile_blob = select->ColumnText(9);
  record.policy_blob = select->ColumnText(10);
  record.result_blob = select->ColumnText(11);
  record.measured_by = select->ColumnText(14);
  record.exceptions_digest = select->ColumnText(15);
  record.exceptions_blob = select->ColumnText(16);
  const std::string rows_sha256 = select->ColumnText(12);
  if (select->ColumnText(13) != RowDigest(record, rows_sha256)) return Damaged(database, record.decision_id);
  WB_RETURN_IF_ERROR(ReadFindings(database, sequence, &record));
  WB_RETURN_IF_ERROR(ReadObligations(database, sequence, &record));
  if (RowsDigest(record) != rows_sha256) return Damaged(database, record.decision_id);
  return record;
}

absl::Status InsertFindings(Database* database, int64_t sequence, const std::vector<FindingRow>& rows) {
  WB_ASSIGN_OR_RETURN(Statement insert,
                      database->Prepare("INSERT INTO findings"
                                        " (decision_sequence, ordinal, rule_id, severity, outcome, license_id, clause,"
                                        " missing_fact) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"));
  insert.BindInt64(1, sequence);
  int64_t ordinal = 0;
  for (const FindingRow& row : rows) {
    insert.BindInt64(2, ordinal++);
    insert.BindText(3, row.rule_id);
    insert.BindText(4, row.severity);
    insert.BindText(5, row.outcome);
    insert.BindText(6, row.license_id);
    insert.BindText(7, row.clause);
    insert.BindText(8, row.missing_fact);
    WB_RETURN_IF_ERROR(insert.Run());
    insert.Reset();
  }
  return absl::OkStatus();
}

absl::Status InsertObligations(Database* database, int64_t sequence, const std::vector<ObligationRow>& rows) {
  WB_ASSIGN_OR_RETURN(
      Statement insert,
      database->Prepare("INSERT INTO obligations"
                        " (decision_sequence, ordinal, kind, license_id, clause, fulfilled, not_triggered)"
                        " VALUES (?, ?, ?, ?, ?, ?, ?)"));
  insert.BindInt64(1, sequence);
  int64_t ordinal = 0;
  for (const ObligationRow& row : rows) {
    insert.BindInt64(2, ordinal++);
    insert.BindText(3, row.kind);
    insert.BindText(4, row.license_id);
    insert.BindText(5, row.clause);
    insert.BindBool(6, row.fulfilled);
    insert.BindBool(7, row.not_triggered);
    WB_RETURN_IF_ERROR(insert.Run());
    insert.Reset();
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<int64_t> InsertDecision(Database* database, const DecisionRecord& record) {
  WB_ASSIGN_OR_RETURN(const std::optional<DecisionRecord> earlier, ReadDecisionById(database, record.decision_id));
  const bool is_stored = earlier && DecisionIdOf(*earlier) == DecisionIdOf(record);
  if (earlier && !is_stored) {
    return absl::AlreadyExistsError(
        database->Message(absl::StrFormat("holds another decision under the id %s", record.decision_id)));
  }
  WB_ASSIGN_OR_RETURN(const std::optional<StoredAudit> audit, ReadAuditById(database, record.audit_id));
  if (!audit) {
    return absl::InvalidArgumentError(
        database->Message(absl::StrFormat("holds no audit %s for the decision to be recorded", record.audit_id)));
  }
  if (is_stored) return audit->sequence;
  WB_ASSIGN_OR_RETURN(const int64_t newest, database->QueryInt64("SELECT coalesce(max(sequence), 0) FROM decisions"));
  const int64_t sequence = newest + 1;
  WB_RETURN_IF_ERROR(AppendEvent(database, record.event).status());
  const std::string rows_sha256 = RowsDigest(record);
  {
    WB_ASSIGN_OR_RETURN(
        Statement insert,
        database->Prepare(
            "INSERT INTO decisions"
            " (sequence, decision_id, audit_sequence, evaluated_at, profile_digest, policy_digest,"
            " rules_digest, decision, mode, profile_blob, policy_blob, result_blob, rows_sha256, row_sha256,"
            " measured_by, exceptions_digest, exceptions_blob)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    insert.BindInt64(1, sequence);
    insert.BindText(2, record.decision_id);
    insert.BindInt64(3, audit->sequence);
    insert.BindText(4, record.evaluated_at);
    insert.BindText(5, record.profile_digest);
    insert.BindText(6, record.policy_digest);
    insert.BindText(7, record.rules_digest);
    insert.BindText(8, record.decision);
    insert.BindText(9, record.mode);
    insert.BindTextOrNull(10, record.profile_blob);
    insert.BindText(11, record.policy_blob);
    insert.BindText(12, record.result_blob);
    insert.BindText(13, rows_sha256);
    insert.BindText(14, RowDigest(record, rows_sha256));
    insert.BindText(15, record.measured_by);
    insert.BindText(16, record.exceptions_digest);
    insert.BindTextOrNull(17, record.exceptions_blob);
    WB_RETURN_IF_ERROR(insert.Run());
  }
  WB_RETURN_IF_ERROR(InsertFindings(database, sequence, record.findings));
  WB_RETURN_IF_ERROR(InsertObligations(database, sequence, record.obligations));
  return audit->sequence;
}

absl::StatusOr<std::optional<DecisionRecord>> ReadDecisionById(Database* database, std::string_view decision_id) {
  WB_ASSIGN_OR_RETURN(Statement select, database->Prepare(WB_DECISION_COLUMNS " WHERE decision_id = ?"));
  select.BindText(1, decision_id);
  WB_ASSIGN_OR_RETURN(const bool found, select.Step());
  if (!found) return std::optional<DecisionRecord>();
  WB_ASSIGN_OR_RETURN(DecisionRecord record, ReadRow(database, &select));
  if (record.decision_id != decision_id) return Damaged(database, decision_id);
  return std::optional<DecisionRecord>(std::move(record));
}

absl::StatusOr<std::vector<DecisionRecord>> ReadDecisionsOf(Database* database, std::string_view audit_id) {
  WB_ASSIGN_OR_RETURN(Statement select,
                      database->Prepare(WB_DECISION_COLUMNS " WHERE audits.audit_id = ? ORDER BY decisions.sequence"));
  select.BindText(1, audit_id);
  std::vector<DecisionRecord> decisions;
  while (true) {
    WB_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) return decisions;
    WB_ASSIGN_OR_RETURN(DecisionRecord record, ReadRow(database, &select));
    if (record.audit_id != audit_id) return Damaged(database, record.decision_id);
    decisions.push_back(std::move(record));
  }
}

absl::StatusOr<std::optional<DecisionRecord>> ReadNewestDecision(Database* database, int64_t audit_sequence,
                                                                 std::string_view audit_id) {
  WB_ASSIGN_OR_RETURN(
      Statement select,
      database->Prepare(WB_DECISION_COLUMNS
                        " WHERE decisions.audit_sequence = ? ORDER BY decisions.sequence DESC LIMIT 1"));
  select.BindInt64(1, audit_sequence);
  WB_ASSIGN_OR_RETURN(const bool found, select.Step());
  if (!found) return std::optional<DecisionRecord>();
  WB_ASSIGN_OR_RETURN(DecisionRecord record, ReadRow(database, &select));
  if (record.audit_id != audit_id) return Damaged(database, record.decision_id);
  return std::optional<DecisionRecord>(std::move(record));
}

absl::Status VerifyDecisions(Database* database) {
  WB_ASSIGN_OR_RETURN(Statement select, database->Prepare(WB_DECISION_COLUMNS " ORDER BY decisions.sequence"));
  while (true) {
    WB_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) return absl::OkStatus();
    WB_RETURN_IF_ERROR(ReadRow(database, &select).status());
  }
}

}  // namespace weighbridge::db
