#include "db/store/audits.h"

#include <limits>
#include <utility>

#include "absl/strings/str_format.h"
#include "db/sqlite/statement.h"
#include "db/store/licenses.h"
#include "db/store/measurements.h"
#include "db/store/row_digest.h"
#include "services/base/status_macros.h"

namespace weighbridge::db {
namespace {

#define WB_AUDIT_COLUMNS                                                                                            \
  "SELECT sequence, audit_id, model_digest, rules_digest, classifier_version, context_digest, weights_digest,"      \
  " claimed, measured_by, repository, revision, created_at, rulebook_blob, inventory_blob, rows_sha256, row_sha256" \
  " FROM audits"

// Not claimed, and measured by somebody else than a client. Takes one parameter: whether that is asked for.
#define WB_MEASURED                                                      \
  " (? = 0 OR (claimed = 0 AND EXISTS (SELECT 1 FROM audit_measurements" \
  " WHERE audit_sequence = audits.sequence AND audit_measurements.measured_by <> 'client')))"

absl::Status Damaged(Database* database, std::string_view audit_id) {
  return absl::DataLossError(database->Message(
      absl::StrFormat("audit %s is damaged: its rows do not have the digest stored with them; restore a backup",
                      audit_id.substr(0, 64))));
}

absl::StatusOr<StoredAudit> ReadHead(Database* database, Statement* select) {
  StoredAudit audit;
  AuditRecord& record = audit.record;
  audit.sequence = select->ColumnInt64(0);
  record.audit_id = select->ColumnText(1);
  record.model_digest = select->ColumnText(2);
  record.rules_digest = select->ColumnText(3);
  record.classifier_version = select->ColumnText(4);
  record.context_digest = select->ColumnText(5);
  record.weights_digest = select->ColumnText(6);
  record.claimed = select->ColumnBool(7);
  record.measured_by = select->ColumnText(8);
  record.repository = select->ColumnText(9);
  record.revision = select->ColumnText(10);
  record.created_at = select->ColumnText(11);
  record.rulebook_blob = select->ColumnText(12);
  record.inventory_blob = select->ColumnText(13);
  audit.rows_sha256 = select->ColumnText(14);
  audit.row_sha256 = select->ColumnText(15);
  if (audit.row_sha256 != RowDigest(record, audit.rows_sha256)) return Damaged(database, record.audit_id);
  audit.first_measured_by = record.measured_by;
  WB_ASSIGN_OR_RETURN(
      record.measured_by,
      ReadStrongestMeasurement(database, audit.sequence, {record.audit_id, audit.first_measured_by, record.created_at},
                               audit.row_sha256));
  return audit;
}

absl::StatusOr<std::optional<StoredAudit>> ReadOne(Database* database, Statement* select) {
  WB_ASSIGN_OR_RETURN(const bool row, select->Step());
  if (!row) return std::optional<StoredAudit>();
  WB_ASSIGN_OR_RETURN(StoredAudit audit, ReadHead(database, select));
  return std::optional<StoredAudit>(std::move(audit));
}

absl::StatusOr<std::vector<StoredAudit>> ReadAll(Database* database, Statement* select) {
  std::vector<StoredAudit> audits;
  while (true) {
    WB_ASSIGN_OR_RETURN(std::optional<StoredAudit> audit, ReadOne(database, select));
    if (!audit) return audits;
    audits.push_back(*std::move(audit));
  }
}

// `before` of a page: 0 is the newest.
int64_t SequenceLimit(int64_t before) { return before > 0 ? before : std::numeric_limits<int64_t>::max(); }

// An index that points at the wrong row must not pass that row off as the one asked for.
bool Fits(const AuditRecord& record, bool measured_only) {
  return !measured_only || (!record.claimed && record.measured_by != "client");
}

absl::Status InsertArtifacts(Database* database, int64_t sequence, const std::vector<ArtifactRow>& rows) {
  WB_ASSIGN_OR_RETURN(Statement insert,
                      database->Prepare("INSERT INTO artifacts"
                                        " (audit_sequence, ordinal, path, role, size, sha256, format, claimed)"
                                        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"));
  insert.BindInt64(1, sequence);
  int64_t ordinal = 0;
  for (const ArtifactRow& row : rows) {
    insert.BindInt64(2, ordinal++);
    insert.BindText(3, row.path);
    insert.BindText(4, row.role);
    insert.BindInt64(5, row.size);
    insert.BindText(6, row.sha256);
    insert.BindText(7, row.format);
    insert.BindBool(8, row.claimed);
    WB_RETURN_IF_ERROR(insert.Run());
    insert.Reset();
  }
  return absl::OkStatus();
}

absl::Status InsertEvidence(Database* database, int64_t sequence, const std::vector<EvidenceRow>& rows) {
  WB_ASSIGN_OR_RETURN(
      Statement insert,
      database->Prepare("INSERT INTO evidence"
                        " (audit_sequence, ordinal, kind, component, path, byte_begin, byte_end, line, key,"
                        " value, blob) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  WB_ASSIGN_OR_RETURN(
      Statement insert_license,
      database->Prepare("INSERT INTO evidence_licenses"
                        " (audit_sequence, evidence_ordinal, ordinal, license_id) VALUES (?, ?, ?, ?)"));
  insert.BindInt64(1, sequence);
  insert_license.BindInt64(1, sequence);
  int64_t ordinal = 0;
  for (const EvidenceRow& row : rows) {
    insert.BindInt64(2, ordinal);
    insert.BindText(3, row.kind);
    insert.BindText(4, row.component);
    insert.BindText(5, row.path);
    insert.BindInt64(6, row.byte_begin);
    insert.BindInt64(7, row.byte_end);
    insert.BindInt64(8, row.line);
    insert.BindText(9, row.key);
    insert.BindText(10, row.value);
    insert.BindTextOrNull(11, row.blob);
    WB_RETURN_IF_ERROR(insert.Run());
    insert.Reset();
    insert_license.BindInt64(2, ordinal);
    int64_t license_ordinal = 0;
    for (const std::string& id : row.license_ids) {
      insert_license.BindInt64(3, license_ordinal++);
      insert_license.BindText(4, id);
      WB_RETURN_IF_ERROR(insert_license.Run());
      insert_license.Reset();
    }
    ++ordinal;
  }
  return absl::OkStatus();
}

absl::Status InsertTexts(Database* database, int64_t sequence, const std::vector<TextUseRow>& rows) {
  WB_ASSIGN_OR_RETURN(
      Statement insert,
      database->Prepare("INSERT INTO audit_texts (audit_sequence, ordinal, license_id, token_file, blob)"
                        " VALUES (?, ?, ?, ?, ?)"));
  insert.BindInt64(1, sequence);
  int64_t ordinal = 0;
  for (const TextUseRow& row : rows) {
    insert.BindInt64(2, ordinal++);
    insert.BindText(3, row.license_id);
    insert.BindText(4, row.token_file);
    insert.BindText(5, row.blob);
    WB_RETURN_IF_ERROR(insert.Run());
    insert.Reset();
  }
  return absl::OkStatus();
}

absl::Status InsertUses(Database* database, int64_t sequence, const std::vector<std::string>& used_audits) {
  WB_ASSIGN_OR_RETURN(
      Statement insert,
      database->Prepare("INSERT INTO audit_uses (audit_sequence, ordinal, used_sequence) VALUES (?, ?, ?)"));
  insert.BindInt64(1, sequence);
  int64_t ordinal = 0;
  for (const std::string& id : used_audits) {
    WB_ASSIGN_OR_RETURN(const std::optional<StoredAudit> used, ReadAuditById(database, id));
    if (!used) {
      return absl::InvalidArgumentError(
          database->Message(absl::StrFormat("holds no audit %s, which the audit to be recorded rests on", id)));
    }
    insert.BindInt64(2, ordinal++);
    insert.BindInt64(3, used->sequence);
    WB_RETURN_IF_ERROR(insert.Run());
    insert.Reset();
  }
  return absl::OkStatus();
}

absl::Status ReadArtifacts(Database* database, StoredAudit* audit) {
  WB_ASSIGN_OR_RETURN(Statement select,
                      database->Prepare("SELECT path, role, size, sha256, format, claimed FROM artifacts"
                                        " WHERE audit_sequence = ? ORDER BY ordinal"));
  select.BindInt64(1, audit->sequence);
  while (true) {
    WB_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) return absl::OkStatus();
    ArtifactRow row;
    row.path = select.ColumnText(0);
    row.role = select.ColumnText(1);
    row.size = select.ColumnInt64(2);
    row.sha256 = select.ColumnText(3);
    row.format = select.ColumnText(4);
    row.claimed = select.ColumnBool(5);
    audit->record.artifacts.push_back(std::move(row));
  }
}

absl::Status ReadEvidence(Database* database, StoredAudit* audit) {
  WB_ASSIGN_OR_RETURN(
      Statement select,
      database->Prepare("SELECT ordinal, kind, component, path, byte_begin, byte_end, line, key, value, blob"
                        " FROM evidence WHERE audit_sequence = ? ORDER BY ordinal"));
  WB_ASSIGN_OR_RETURN(Statement select_licenses,
                      database->Prepare("SELECT license_id FROM evidence_licenses"
                                        " WHERE audit_sequence = ? AND evidence_ordinal = ? ORDER BY ordinal"));
  select.BindInt64(1, audit->sequence);
  select_licenses.BindInt64(1, audit->sequence);
  while (true) {
    WB_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) return absl::OkStatus();
    EvidenceRow row;
    row.kind = select.ColumnText(1);
    row.component = select.ColumnText(2);
    row.path = select.ColumnText(3);
    row.byte_begin = select.ColumnInt64(4);
    row.byte_end = select.ColumnInt64(5);
    row.line = select.ColumnInt64(6);
    row.key = select.ColumnText(7);
    row.value = select.ColumnText(8);
    row.blob = select.ColumnText(9);
    select_licenses.BindInt64(2, select.ColumnInt64(0));
    while (true) {
      WB_ASSIGN_OR_RETURN(const bool license, select_licenses.Step());
      if (!license) break;
      row.license_ids.push_back(select_licenses.ColumnText(0));
    }
    select_licenses.Reset();
    audit->record.evidence.push_back(std::move(row));
  }
}

absl::Status ReadTexts(Database* database, StoredAudit* audit) {
  WB_ASSIGN_OR_RETURN(Statement select, database->Prepare("SELECT license_id, token_file, blob FROM audit_texts"
                                                          " WHERE audit_sequence = ? ORDER BY ordinal"));
  select.BindInt64(1, audit->sequence);
  while (true) {
    WB_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) return absl::OkStatus();
    audit->record.texts.push_back({select.ColumnText(0), select.ColumnText(1), select.ColumnText(2)});
  }
}

absl::Status ReadUses(Database* database, StoredAudit* audit) {
  WB_ASSIGN_OR_RETURN(Statement select,
                      database->Prepare("SELECT audits.audit_id FROM audit_uses"
                                        " JOIN audits ON audits.sequence = audit_uses.used_sequence"
                                        " WHERE audit_uses.audit_sequence = ? ORDER BY audit_uses.ordinal"));
  select.BindInt64(1, audit->sequence);
  while (true) {
    WB_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) return absl::OkStatus();
    audit->record.used_audits.push_back(select.ColumnText(0));
  }
}

}  // namespace

absl::StatusOr<int64_t> InsertAudit(Database* database, const AuditRecord& record) {
  const std::string rows_sha256 = RowsDigest(record);
  const MeasurementRow measurement{record.audit_id, record.measured_by, record.created_at};
  WB_ASSIGN_OR_RETURN(std::optional<StoredAudit> earlier, ReadAuditById(database, record.audit_id));
  if (earlier) {
    WB_RETURN_IF_ERROR(ReadAuditRows(database, &*earlier));
    if (ContentId(earlier->record, earlier->rows_sha256) != ContentId(record, rows_sha256)) {
      return absl::AlreadyExistsError(
          database->Message(absl::StrFormat("holds another audit under the id %s", record.audit_id)));
    }
    WB_RETURN_IF_ERROR(AddMeasurement(database, earlier->sequence, measurement));
    if (!earlier->has_licenses) {
      WB_RETURN_IF_ERROR(InsertLicenses(database, earlier->sequence, record.audit_id, record.licenses));
    }
    return earlier->sequence;
  }
  WB_ASSIGN_OR_RETURN(const int64_t newest, database->QueryInt64("SELECT coalesce(max(sequence), 0) FROM audits"));
  const int64_t sequence = newest + 1;
  const std::string row_sha256 = RowDigest(record, rows_sha256);
  {
    WB_ASSIGN_OR_RETURN(
        Statement insert,
        database->Prepare("INSERT INTO audits"
                          " (sequence, audit_id, model_digest, rules_digest, classifier_version, context_digest,"
                          " weights_digest, claimed, measured_by, repository, revision, created_at, rulebook_blob,"
                          " inventory_blob, rows_sha256, row_sha256)"
                          " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    insert.BindInt64(1, sequence);
    insert.BindText(2, record.audit_id);
    insert.BindText(3, record.model_digest);
    insert.BindText(4, record.rules_digest);
    insert.BindText(5, record.classifier_version);
    insert.BindText(6, record.context_digest);
    insert.BindText(7, record.weights_digest);
    insert.BindBool(8, record.claimed);
    insert.BindText(9, record.measured_by);
    insert.BindText(10, record.repository);
    insert.BindText(11, record.revision);
    insert.BindText(12, record.created_at);
    insert.BindText(13, record.rulebook_blob);
    insert.BindText(14, record.inventory_blob);
    insert.BindText(15, rows_sha256);
    insert.BindText(16, row_sha256);
    WB_RETURN_IF_ERROR(insert.Run());
  }
  WB_RETURN_IF_ERROR(InsertFirstMeasurement(database, sequence, measurement, row_sha256));
  WB_RETURN_IF_ERROR(InsertArtifacts(database, sequence, record.artifacts));
  WB_RETURN_IF_ERROR(InsertEvidence(database, sequence, record.evidence));
  WB_RETURN_IF_ERROR(InsertTexts(database, sequence, record.texts));
  WB_RETURN_IF_ERROR(InsertUses(database, sequence, record.used_audits));
  WB_RETURN_IF_ERROR(InsertLicenses(database, sequence, record.audit_id, record.licenses));
  return sequence;
}

absl::StatusOr<std::optional<StoredAudit>> ReadAuditById(Database* database, std::string_view audit_id) {
  WB_ASSIGN_OR_RETURN(Statement select, database->Prepare(WB_AUDIT_COLUMNS " WHERE audit_id = ?"));
  select.BindText(1, audit_id);
  WB_ASSIGN_OR_RETURN(std::optional<StoredAudit> audit, ReadOne(database, &select));
  if (audit && audit->record.audit_id != audit_id) return Damaged(database, audit_id);
  return audit;
}

absl::StatusOr<std::optional<StoredAudit>> ReadAuditBySequence(Database* database, int64_t sequence) {
  WB_ASSIGN_OR_RETURN(Statement select, database->Prepare(WB_AUDIT_COLUMNS " WHERE sequence = ?"));
  select.BindInt64(1, sequence);
  return ReadOne(database, &select);
}

absl::StatusOr<std::optional<StoredAudit>> ReadAuditByKey(Database* database, std::string_view model_digest,
                                                          std::string_view rules_digest,
                                                          std::string_view classifier_version,
                                                          std::string_view context_digest, bool measured_only) {
  WB_ASSIGN_OR_RETURN(
      Statement select,
      database->Prepare(WB_AUDIT_COLUMNS " WHERE model_digest = ? AND rules_digest = ? AND classifier_version = ?"
                                         " AND context_digest = ? AND" WB_MEASURED " ORDER BY sequence DESC LIMIT 1"));
  select.BindText(1, model_digest);
  select.BindText(2, rules_digest);
  select.BindText(3, classifier_version);
  select.BindText(4, context_digest);
  select.BindBool(5, measured_only);
  WB_ASSIGN_OR_RETURN(std::optional<StoredAudit> audit, ReadOne(database, &select));
  if (!audit) return audit;
  const AuditRecord& record = audit->record;
  const bool fits = record.model_digest == model_digest && record.rules_digest == rules_digest &&
                    record.classifier_version == classifier_version && record.context_digest == context_digest &&
                    Fits(record, measured_only);
  if (!fits) return Damaged(database, record.audit_id);
  return audit;
}

absl::StatusOr<std::optional<StoredAudit>> ReadLatestAudit(Database* database, std::string_view model_digest,
                                                           bool measured_only) {
  WB_ASSIGN_OR_RETURN(Statement select, database->Prepare(WB_AUDIT_COLUMNS " WHERE model_digest = ? AND" WB_MEASURED
                                                                           " ORDER BY sequence DESC LIMIT 1"));
  select.BindText(1, model_digest);
  select.BindBool(2, measured_only);
  WB_ASSIGN_OR_RETURN(std::optional<StoredAudit> audit, ReadOne(database, &select));
  if (audit && (audit->record.model_digest != model_digest || !Fits(audit->record, measured_only))) {
    return Damaged(database, audit->record.audit_id);
  }
  return audit;
}

absl::StatusOr<std::vector<StoredAudit>> ReadAuditsBefore(Database* database, int64_t before, int count) {
  WB_ASSIGN_OR_RETURN(Statement select,
                      database->Prepare(WB_AUDIT_COLUMNS " WHERE sequence < ? ORDER BY sequence DESC LIMIT ?"));
  select.BindInt64(1, SequenceLimit(before));
  select.BindInt64(2, count);
  return ReadAll(database, &select);
}

absl::StatusOr<std::vector<StoredAudit>> ReadAuditsOfModel(Database* database, std::string_view model_digest,
                                                           int64_t before, int count) {
  WB_ASSIGN_OR_RETURN(
      Statement select,
      database->Prepare(WB_AUDIT_COLUMNS " WHERE model_digest = ? AND sequence < ? ORDER BY sequence DESC LIMIT ?"));
  select.BindText(1, model_digest);
  select.BindInt64(2, SequenceLimit(before));
  select.BindInt64(3, count);
  WB_ASSIGN_OR_RETURN(std::vector<StoredAudit> audits, ReadAll(database, &select));
  for (const StoredAudit& audit : audits) {
    if (audit.record.model_digest != model_digest) return Damaged(database, audit.record.audit_id);
  }
  return audits;
}

absl::StatusOr<std::vector<StoredAudit>> ReadNewestOfModels(Database* database, const ModelSelection& selection) {
  // A prefix is compared as bytes: names may be no UTF-8, and LIKE has its own ideas of case and of "%". A part of
  // nothing is NULL.
  WB_ASSIGN_OR_RETURN(
      Statement select,
      database->Prepare(WB_AUDIT_COLUMNS
                        " WHERE sequence >= ? AND sequence < ? AND claimed = 0 AND model_digest <> ''"
                        " AND coalesce(substr(CAST(repository AS BLOB), 1, ?), x'') = ?"
                        " AND (? = '' OR EXISTS (SELECT 1 FROM audit_licenses WHERE audit_licenses.license_id = ?"
                        " AND audit_licenses.audit_sequence = audits.sequence AND audit_licenses.governs = 1))"
                        " AND NOT EXISTS (SELECT 1 FROM audits AS newer WHERE newer.model_digest = audits.model_digest"
                        " AND newer.sequence > audits.sequence AND newer.sequence <= ? AND newer.claimed = 0)"
                        " ORDER BY sequence DESC LIMIT ?"));
  select.BindInt64(1, selection.from);
  select.BindInt64(2, selection.before);
  select.BindInt64(3, static_cast<int64_t>(selection.repository_prefix.size()));
  select.BindBlob(4, selection.repository_prefix);
  select.BindText(5, selection.license_id);
  select.BindText(6, selection.license_id);
  select.BindInt64(7, selection.newest);
  select.BindInt64(8, selection.count);
  WB_ASSIGN_OR_RETURN(std::vector<StoredAudit> audits, ReadAll(database, &select));
  for (const StoredAudit& audit : audits) {
    if (audit.record.claimed || audit.record.model_digest.empty()) return Damaged(database, audit.record.audit_id);
  }
  return audits;
}

AuditSummary Summarize(const StoredAudit& audit) {
  AuditSummary summary;
  summary.sequence = audit.sequence;
  summary.audit_id = audit.record.audit_id;
  summary.model_digest = audit.record.model_digest;
  summary.weights_digest = audit.record.weights_digest;
  summary.rules_digest = audit.record.rules_digest;
  summary.classifier_version = audit.record.classifier_version;
  summary.repository = audit.record.repository;
  summary.revision = audit.record.revision;
  summary.measured_by = audit.record.measured_by;
  summary.created_at = audit.record.created_at;
  summary.claimed = audit.record.claimed;
  return summary;
}

absl::Status ReadAuditRows(Database* database, StoredAudit* audit) {
  WB_RETURN_IF_ERROR(ReadArtifacts(database, audit));
  WB_RETURN_IF_ERROR(ReadEvidence(database, audit));
  WB_RETURN_IF_ERROR(ReadTexts(database, audit));
  WB_RETURN_IF_ERROR(ReadUses(database, audit));
  WB_ASSIGN_OR_RETURN(std::optional<std::vector<AuditLicenseRow>> licenses,
                      ReadLicenses(database, audit->sequence, audit->record.audit_id));
  audit->has_licenses = licenses.has_value();
  if (licenses) audit->record.licenses = *std::move(licenses);
  if (RowsDigest(audit->record) != audit->rows_sha256) return Damaged(database, audit->record.audit_id);
  return absl::OkStatus();
}

absl::Status VisitAudits(Database* database, const std::function<absl::Status(const StoredAudit&)>& visit) {
  constexpr int kBatch = 64;
  int64_t before = 0;
  while (true) {
    WB_ASSIGN_OR_RETURN(std::vector<StoredAudit> audits, ReadAuditsBefore(database, before, kBatch));
    if (audits.empty()) return absl::OkStatus();
    for (StoredAudit& audit : audits) {
      WB_RETURN_IF_ERROR(ReadAuditRows(database, &audit));
      WB_RETURN_IF_ERROR(visit(audit));
    }
    // A damaged file could give the same rows again and again.
    if (before > 0 && audits.back().sequence >= before) return Damaged(database, audits.back().record.audit_id);
    before = audits.back().sequence;
  }
}

}  // namespace weighbridge::db
