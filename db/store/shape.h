// Whether a record has the shape that records.h describes: digests, ids, instants, closed lists, limits.
#ifndef WEIGHBRIDGE_DB_STORE_SHAPE_H_
#define WEIGHBRIDGE_DB_STORE_SHAPE_H_

#include <string_view>

#include "absl/status/status.h"
#include "db/store/chain_records.h"
#include "db/store/records.h"

namespace weighbridge::db {

// 64 lower-case hexadecimal digits.
bool IsDigest(std::string_view text);

// InvalidArgument naming the field ("audit.artifacts[3].path is empty"). Blobs that a record names are not looked up
// here.
absl::Status CheckShape(const AuditRecord& audit);
absl::Status CheckShape(const DecisionRecord& decision);
absl::Status CheckShape(const OfficialTextRow& text);
absl::Status CheckShape(const ApprovalRow& approval);
absl::Status CheckShape(const RevocationRow& revocation);
absl::Status CheckShape(const RulingRow& ruling);
absl::Status CheckShape(const WaiverRow& waiver);
absl::Status CheckShape(const KeyChangeRow& change);
absl::Status CheckShape(const AdmissionRow& admission);
absl::Status CheckBlob(std::string_view bytes);

}  // namespace weighbridge::db

#endif  // WEIGHBRIDGE_DB_STORE_SHAPE_H_
