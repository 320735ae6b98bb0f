// The table known_digests: which audits hold a digest.
#ifndef WEIGHBRIDGE_DB_STORE_KNOWN_DIGESTS_H_
#define WEIGHBRIDGE_DB_STORE_KNOWN_DIGESTS_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "db/sqlite/database.h"
#include "db/sqlite/statement.h"
#include "db/store/audits.h"
#include "db/store/lookup.h"
#include "services/crypto/sha256.h"

namespace weighbridge::db {

// Inserts what the table must hold for an audit, unless it is there, inside the caller's transaction: its digests as a
// client's if a client measured first, and as measured ones as soon as somebody else did.
absl::Status InsertKnownDigests(Database* database, const StoredAudit& audit,
                                const std::vector<ArtifactRow>& artifacts);

// What the table holds for an audit, by what the audit is; it has its rows.
std::vector<HeldDigest> HeldDigestsOf(const StoredAudit& audit);

// The same as a check: DataLoss if a row is missing or damaged. Returns how many rows there are. `audit` has its rows.
absl::StatusOr<int64_t> CheckKnownDigests(Database* database, const StoredAudit& audit);

// An audit that holds a digest. Not checked until Matches.
struct DigestHolder {
  bool measured = false;
  int64_t kind = 0;
  int64_t audit_sequence = 0;
  int64_t row_check = 0;
};

// Finds holders; kept for a batch. Digests are of 32 bytes here.
class HolderReader {
 public:
  static absl::StatusOr<HolderReader> Make(Database* database, std::optional<DigestKind> kind);
  // The holder that answers for a digest, in the order that Store::LookupDigests promises.
  absl::StatusOr<std::optional<DigestHolder>> Find(std::string_view digest);
  // Whether the row of `holder` was stored for this digest and this audit.
  bool Matches(std::string_view digest, const DigestHolder& holder, std::string_view audit_id);

 private:
  HolderReader(std::optional<DigestKind> kind, Statement select) : kind_(kind), select_(std::move(select)) {}
  absl::StatusOr<std::optional<DigestHolder>> Step();

  std::optional<DigestKind> kind_;
  Statement select_;
  Sha256 hash_;
};

}  // namespace weighbridge::db

#endif  // WEIGHBRIDGE_DB_STORE_KNOWN_DIGESTS_H_
