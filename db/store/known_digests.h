// The table known_digests: which audits hold a digest.
#ifndef WEIGHBRIDGE_DB_STORE_KNOWN_DIGESTS_H_
#define WEIGHBRIDGE_DB_STORE_KNOWN_DIGESTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "db/sqlite/database.h"
#include "db/sqlite/statement.h"
#include "db/store/audits.h"
#include "db/store/lookup.h"

namespace weighbridge::db {

// Inserts what the table must hold for an audit, unless it is there, inside the caller's transaction: its digests as a
// client's if a client measured first, and as measured ones as soon as somebody else did.
absl::Status InsertKnownDigests(Database* database, const StoredAudit& audit,
                                const std::vector<ArtifactRow>& artifacts);

// The same as a check: DataLoss if a row is missing or damaged. Returns how many rows there are. `audit` has its rows.
absl::StatusOr<int64_t> CheckKnownDigests(Database* database, const StoredAudit& audit);

// An audit that holds a digest. Not checked until Matches.
struct DigestHolder {
  bool measured = false;
  int64_t kind = 0;
  int64_t audit_sequence = 0;
  int64_t row_check = 0;

  std::string digest;  // 32 bytes

  // Whether the row was stored for its digest and this audit.
  bool Matches(const std::string& audit_id) const;
};

// Finds holders; kept for a batch.
class HolderReader {
 public:
  static absl::StatusOr<HolderReader> Make(Database* database, std::optional<DigestKind> kind);
  // The holder that answers for a digest (64 hexadecimal digits), in the order that Store::LookupDigests promises.
  absl::StatusOr<std::optional<DigestHolder>> Find(const std::string& digest);

 private:
  HolderReader(std::optional<DigestKind> kind, Statement select) : kind_(kind), select_(std::move(select)) {}
  absl::StatusOr<std::optional<DigestHolder>> Step(const std::string& digest);

  std::optional<DigestKind> kind_;
  Statement select_;
};

}  // namespace weighbridge::db

#endif  // WEIGHBRIDGE_DB_STORE_KNOWN_DIGESTS_H_
