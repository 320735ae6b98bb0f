// The tables blobs and official_texts. Inside a transaction of the caller where several rows belong together.
#ifndef WEIGHBRIDGE_DB_STORE_BLOBS_H_
#define WEIGHBRIDGE_DB_STORE_BLOBS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "db/sqlite/database.h"
#include "db/store/records.h"

namespace weighbridge::db {

// Inserts the bytes unless they are there, and returns their SHA-256. What is there already is compared byte for byte.
absl::StatusOr<std::string> InsertBlob(Database* database, std::string_view bytes, BlobKind kind);
absl::Status InsertBlobs(Database* database, const std::vector<BlobInput>& blobs);
absl::StatusOr<std::string> ReadBlob(Database* database, std::string_view sha256);

// Returns whether the row is new. `text.sha256` must name a stored blob.
absl::StatusOr<bool> InsertOfficialText(Database* database, const OfficialTextRow& text);
absl::StatusOr<std::vector<OfficialTextRow>> ReadOfficialTexts(Database* database, std::string_view license_id);

// Digest check of every row of both tables.
absl::Status VerifyBlobs(Database* database);

}  // namespace weighbridge::db

#endif  // WEIGHBRIDGE_DB_STORE_BLOBS_H_
