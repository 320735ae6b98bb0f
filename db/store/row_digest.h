// The digests that stand beside each stored row, and the ids made from contents.
//
// Encoding: a tag, then each field in the order of the struct as a netstring ("3:abc"), integers as their decimal
// digits, lists as their length and their elements. No two contents share an encoding. Frozen: a change needs new tags
// and a migration.
//
// measured_by of an audit once was part of its id. Its place is kept and always holds "local", the only word that was
// in use then; the row digest still covers the word of the first recording.
#ifndef WEIGHBRIDGE_DB_STORE_ROW_DIGEST_H_
#define WEIGHBRIDGE_DB_STORE_ROW_DIGEST_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "db/store/records.h"

namespace weighbridge::db {

// A later measurement of an audit that was recorded before.
struct MeasurementRow {
  std::string audit_id;
  std::string measured_by;
  std::string recorded_at;
};

// Of an audit's artifacts, evidence, texts and used audits; of a decision's findings and obligations.
std::string RowsDigest(const AuditRecord& audit);
std::string RowsDigest(const DecisionRecord& decision);

// AuditIdOf and DecisionIdOf for callers who know the digest of the rows but do not hold the rows.
std::string ContentId(const AuditRecord& audit, std::string_view rows_sha256);
std::string ContentId(const DecisionRecord& decision, std::string_view rows_sha256);

// Of an audit's licences.
std::string LicensesDigest(std::string_view audit_id, const std::vector<AuditLicenseRow>& licenses);

// Of all columns: the content and those that do not enter the id. `audit.measured_by` is the word of the first
// recording.
std::string RowDigest(const AuditRecord& audit, std::string_view rows_sha256);
std::string RowDigest(const DecisionRecord& decision, std::string_view rows_sha256);
std::string RowDigest(const OfficialTextRow& text);
std::string RowDigest(const MeasurementRow& measurement);

}  // namespace weighbridge::db

#endif  // WEIGHBRIDGE_DB_STORE_ROW_DIGEST_H_
