#include "db/store/blobs.h"

#include "absl/strings/str_format.h"
#include "db/sqlite/statement.h"
#include "db/store/row_digest.h"
#include "db/store/shape.h"
#include "services/base/status_macros.h"
#include "services/crypto/sha256.h"

namespace weighbridge::db {
namespace {

absl::Status Damaged(Database* database, std::string_view sha256) {
  return absl::DataLossError(database->Message(
      absl::StrFormat("the bytes stored as %s are damaged: their SHA-256 is another; restore a backup", sha256)));
}

}  // namespace

absl::StatusOr<std::string> InsertBlob(Database* database, std::string_view bytes, BlobKind kind) {
  WB_RETURN_IF_ERROR(CheckBlob(bytes));
  std::string sha256 = Sha256Hex(bytes);
  {
    WB_ASSIGN_OR_RETURN(Statement select, database->Prepare("SELECT bytes FROM blobs WHERE sha256 = ?"));
    select.BindText(1, sha256);
    WB_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (found && select.ColumnBlobView(0) != bytes) return Damaged(database, sha256);
    if (found) return sha256;
  }
  WB_ASSIGN_OR_RETURN(Statement insert, database->Prepare("INSERT INTO blobs (sha256, kind, bytes) VALUES (?, ?, ?)"));
  insert.BindText(1, sha256);
  insert.BindText(2, BlobKindName(kind));
  insert.BindBlob(3, bytes);
  WB_RETURN_IF_ERROR(insert.Run());
  return sha256;
}

absl::Status InsertBlobs(Database* database, const std::vector<BlobInput>& blobs) {
  for (const BlobInput& blob : blobs) WB_RETURN_IF_ERROR(InsertBlob(database, blob.bytes, blob.kind).status());
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadBlob(Database* database, std::string_view sha256) {
  WB_ASSIGN_OR_RETURN(Statement select, database->Prepare("SELECT bytes FROM blobs WHERE sha256 = ?"));
  select.BindText(1, sha256);
  WB_ASSIGN_OR_RETURN(const bool found, select.Step());
  if (!found) return absl::NotFoundError(database->Message(absl::StrFormat("holds no bytes with SHA-256 %s", sha256)));
  std::string bytes = select.ColumnBlob(0);
  if (Sha256Hex(bytes) != sha256) return Damaged(database, sha256);
  return bytes;
}

absl::StatusOr<bool> InsertOfficialText(Database* database, const OfficialTextRow& text) {
  {
    WB_ASSIGN_OR_RETURN(Statement select,
                        database->Prepare("SELECT row_sha256 FROM official_texts"
                                          " WHERE license_id = ? AND token_file = ? AND source = ? AND sha256 = ?"
                                          " AND pack_version = ?"));
    select.BindText(1, text.license_id);
    select.BindText(2, text.token_file);
    select.BindText(3, text.source);
    select.BindText(4, text.sha256);
    select.BindText(5, text.pack_version);
    WB_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (found && select.ColumnText(0) != RowDigest(text)) {
      return absl::DataLossError(database->Message(
          absl::StrFormat("an official text row of %s is damaged; restore a backup", text.license_id)));
    }
    if (found) return false;
  }
  WB_ASSIGN_OR_RETURN(Statement insert,
                      database->Prepare("INSERT INTO official_texts"
                                        " (license_id, token_file, sha256, source, pack_version, row_sha256)"
                                        " VALUES (?, ?, ?, ?, ?, ?)"));
  insert.BindText(1, text.license_id);
  insert.BindText(2, text.token_file);
  insert.BindText(3, text.sha256);
  insert.BindText(4, text.source);
  insert.BindText(5, text.pack_version);
  insert.BindText(6, RowDigest(text));
  WB_RETURN_IF_ERROR(insert.Run());
  return true;
}

absl::StatusOr<std::vector<OfficialTextRow>> ReadOfficialTexts(Database* database, std::string_view license_id) {
  constexpr char kOfOne[] =
      "SELECT license_id, token_file, sha256, source, pack_version, row_sha256 FROM official_texts WHERE license_id = ?"
      " ORDER BY license_id, token_file, source, sha256, pack_version";
  constexpr char kOfAll[] =
      "SELECT license_id, token_file, sha256, source, pack_version, row_sha256 FROM official_texts"
      " ORDER BY license_id, token_file, source, sha256, pack_version";
  WB_ASSIGN_OR_RETURN(Statement select, database->Prepare(license_id.empty() ? kOfAll : kOfOne));
  if (!license_id.empty()) select.BindText(1, license_id);
  std::vector<OfficialTextRow> texts;
  while (true) {
    WB_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return texts;
    OfficialTextRow text;
    text.license_id = select.ColumnText(0);
    text.token_file = select.ColumnText(1);
    text.sha256 = select.ColumnText(2);
    text.source = select.ColumnText(3);
    text.pack_version = select.ColumnText(4);
    if (select.ColumnText(5) != RowDigest(text)) {
      return absl::DataLossError(database->Message(
          absl::StrFormat("an official text row of %s is damaged; restore a backup", text.license_id.substr(0, 100))));
    }
    texts.push_back(std::move(text));
  }
}

absl::Status VerifyBlobs(Database* database) {
  WB_RETURN_IF_ERROR(ReadOfficialTexts(database, "").status());
  WB_ASSIGN_OR_RETURN(Statement select, database->Prepare("SELECT sha256, bytes FROM blobs ORDER BY sha256"));
  while (true) {
    WB_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return absl::OkStatus();
    const std::string sha256 = select.ColumnText(0);
    if (Sha256Hex(select.ColumnBlobView(1)) != sha256) return Damaged(database, sha256.substr(0, 64));
  }
}

}  // namespace weighbridge::db
