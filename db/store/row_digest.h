// The digests that stand beside each stored row, and the ids made from contents.
//
// Encoding: a tag, then each field in the order of the struct as a netstring ("3:abc"), integers as their decimal
// digits, lists as their length and their elements. No two contents share an encoding. Frozen: a change needs new tags
// and a migration.
#ifndef WEIGHBRIDGE_DB_STORE_ROW_DIGEST_H_
#define WEIGHBRIDGE_DB_STORE_ROW_DIGEST_H_

#include <string>
#include <string_view>

#include "db/store/records.h"

namespace weighbridge::db {

// Of an audit's artifacts, evidence, texts and used audits; of a decision's findings and obligations.
std::string RowsDigest(const AuditRecord& audit);
std::string RowsDigest(const DecisionRecord& decision);

// AuditIdOf and DecisionIdOf for callers who know the digest of the rows but do not hold the rows.
std::string ContentId(const AuditRecord& audit, std::string_view rows_sha256);
std::string ContentId(const DecisionRecord& decision, std::string_view rows_sha256);

// Of all columns: the content and those that do not enter the id.
std::string RowDigest(const AuditRecord& audit, std::string_view rows_sha256);
std::string RowDigest(const DecisionRecord& decision, std::string_view rows_sha256);
std::string RowDigest(const OfficialTextRow& text);

}  // namespace weighbridge::db

#endif  // WEIGHBRIDGE_DB_STORE_ROW_DIGEST_H_
