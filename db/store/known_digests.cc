#include "db/store/known_digests.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "absl/strings/str_format.h"
#include "db/store/digest_bytes.h"
#include "services/base/status_macros.h"
#include "services/crypto/sha256.h"

namespace weighbridge::db {
namespace {

bool Less(const HeldDigest& a, const HeldDigest& b) {
  return std::tie(a.digest, a.measured, a.kind) < std::tie(b.digest, b.measured, b.kind);
}

// First 8 bytes, big-endian, of a SHA-256 over the row and the id of its audit. A whole digest would double the table.
// On disk; never changes.
int64_t RowCheck(std::string_view digest, bool measured, int64_t kind, int64_t audit_sequence,
                 std::string_view audit_id, Sha256* hash) {
  const std::string place = absl::StrFormat("weighbridge known digest 1\n%d %d %d ", measured, kind, audit_sequence);
  hash->Update(place);
  hash->Update(audit_id);
  hash->Update(digest);
  const Sha256Digest full = hash->Finish();
  uint64_t check = 0;
  for (int i = 0; i < 8; ++i) check = check << 8 | full[i];
  return static_cast<int64_t>(check);
}

int64_t RowCheck(const HeldDigest& known, const StoredAudit& audit, Sha256* hash) {
  return RowCheck(known.digest, known.measured, static_cast<int64_t>(known.kind), audit.sequence, audit.record.audit_id,
                  hash);
}

std::vector<HeldDigest> KnownDigestsOf(const StoredAudit& audit, const std::vector<ArtifactRow>& artifacts) {
  std::vector<HeldDigest> all;
  for (const bool measured : {false, true}) {
    const bool applies = measured ? audit.record.measured_by != "client" : audit.first_measured_by == "client";
    if (!applies) continue;
    if (!audit.record.model_digest.empty()) {
      all.push_back({DigestBytes(audit.record.model_digest), measured, DigestKind::kModel});
    }
    if (!audit.record.weights_digest.empty()) {
      all.push_back({DigestBytes(audit.record.weights_digest), measured, DigestKind::kWeights});
    }
    for (const ArtifactRow& artifact : artifacts) {
      if (artifact.claimed || artifact.sha256.empty()) continue;
      all.push_back({DigestBytes(artifact.sha256), measured, DigestKind::kFile});
    }
  }
  // A model may hold the same file twice.
  std::sort(all.begin(), all.end(), Less);
  const auto same = [](const HeldDigest& a, const HeldDigest& b) { return !Less(a, b) && !Less(b, a); };
  all.erase(std::unique(all.begin(), all.end(), same), all.end());
  return all;
}

}  // namespace

absl::Status InsertKnownDigests(Database* database, const StoredAudit& audit,
                                const std::vector<ArtifactRow>& artifacts) {
  WB_ASSIGN_OR_RETURN(Statement insert,
                      database->Prepare("INSERT INTO known_digests"
                                        " (digest, measured, kind, audit_sequence, row_check) VALUES (?, ?, ?, ?, ?)"
                                        " ON CONFLICT (digest, measured, kind, audit_sequence) DO NOTHING"));
  Sha256 hash;
  for (const HeldDigest& known : KnownDigestsOf(audit, artifacts)) {
    insert.BindBlob(1, known.digest);
    insert.BindBool(2, known.measured);
    insert.BindInt64(3, static_cast<int64_t>(known.kind));
    insert.BindInt64(4, audit.sequence);
    insert.BindInt64(5, RowCheck(known, audit, &hash));
    WB_RETURN_IF_ERROR(insert.Run());
    insert.Reset();
  }
  return absl::OkStatus();
}

std::vector<HeldDigest> HeldDigestsOf(const StoredAudit& audit) {
  return KnownDigestsOf(audit, audit.record.artifacts);
}

absl::StatusOr<int64_t> CheckKnownDigests(Database* database, const StoredAudit& audit) {
  WB_ASSIGN_OR_RETURN(Statement select,
                      database->Prepare("SELECT row_check FROM known_digests"
                                        " WHERE digest = ? AND measured = ? AND kind = ? AND audit_sequence = ?"));
  Sha256 hash;
  int64_t count = 0;
  for (const HeldDigest& known : KnownDigestsOf(audit, audit.record.artifacts)) {
    select.BindBlob(1, known.digest);
    select.BindBool(2, known.measured);
    select.BindInt64(3, static_cast<int64_t>(known.kind));
    select.BindInt64(4, audit.sequence);
    WB_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found || select.ColumnInt64(0) != RowCheck(known, audit, &hash)) {
      return absl::DataLossError(database->Message(
          absl::StrFormat("a digest of audit %s is damaged or missing in the table of known digests; restore a backup",
                          audit.record.audit_id)));
    }
    select.Reset();
    ++count;
  }
  return count;
}

bool HolderReader::Matches(std::string_view digest, const DigestHolder& holder, std::string_view audit_id) {
  return holder.row_check == RowCheck(digest, holder.measured, holder.kind, holder.audit_sequence, audit_id, &hash_);
}

absl::StatusOr<HolderReader> HolderReader::Make(Database* database, std::optional<DigestKind> kind) {
  constexpr char kOfAnyKind[] =
      "SELECT measured, kind, audit_sequence, row_check FROM known_digests WHERE digest = ?"
      " ORDER BY measured DESC, kind DESC, audit_sequence DESC LIMIT 1";
  constexpr char kOfOneKind[] =
      "SELECT measured, kind, audit_sequence, row_check FROM known_digests"
      " WHERE digest = ? AND measured = ? AND kind = ? ORDER BY audit_sequence DESC LIMIT 1";
  WB_ASSIGN_OR_RETURN(Statement select, database->Prepare(kind.has_value() ? kOfOneKind : kOfAnyKind));
  return HolderReader(kind, std::move(select));
}

absl::StatusOr<std::optional<DigestHolder>> HolderReader::Find(std::string_view digest) {
  select_.BindBlobView(1, digest);
  if (!kind_.has_value()) return Step();
  select_.BindInt64(3, static_cast<int64_t>(*kind_));
  for (const bool measured : {true, false}) {
    select_.BindBool(2, measured);
    WB_ASSIGN_OR_RETURN(std::optional<DigestHolder> holder, Step());
    if (holder.has_value()) return holder;
  }
  return std::optional<DigestHolder>();
}

absl::StatusOr<std::optional<DigestHolder>> HolderReader::Step() {
  WB_ASSIGN_OR_RETURN(const bool found, select_.Step());
  std::optional<DigestHolder> holder;
  if (found) {
    holder =
        DigestHolder{select_.ColumnBool(0), select_.ColumnInt64(1), select_.ColumnInt64(2), select_.ColumnInt64(3)};
  }
  select_.Reset();
  return holder;
}

}  // namespace weighbridge::db
