#include "db/store/answer_rows.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_format.h"
#include "db/store/netstring.h"
#include "services/base/status_macros.h"
#include "services/crypto/sha256.h"

namespace weighbridge::db {
namespace {

constexpr int64_t kAuditSequenceMax = (int64_t{1} << 39) - 1;

absl::Status Damaged(Database* database, int64_t audit_sequence) {
  return absl::DataLossError(database->Message(
      absl::StrFormat("an answer of audit number %d is damaged: it does not have the digest stored with it, or its"
                      " place is another; restore a backup",
                      audit_sequence)));
}

int64_t FirstAnswerId(int64_t audit_sequence) { return audit_sequence * kAnswersPerAudit; }
int64_t LastAnswerId(int64_t audit_sequence) { return FirstAnswerId(audit_sequence) + kAnswersPerAudit - 1; }

// The fields of an answer in the order they are encoded in. On disk; never changes.
template <typename Answer>  // DigestAnswer or const DigestAnswer
auto FieldsOf(Answer& answer) {
  return std::array{&answer.audit_id,        &answer.model_digest,       &answer.weights_digest,
                    &answer.rules_digest,    &answer.classifier_version, &answer.measured_by,
                    &answer.created_at,      &answer.repository,         &answer.revision,
                    &answer.latest_decision, &answer.latest_decision_at};
}

// One netstring for each field, then two for each licence.
std::string Encode(const DigestAnswer& answer) {
  std::string encoded;
  for (const std::string* field : FieldsOf(answer)) AppendNetstring(&encoded, *field);
  for (const GoverningLicense& license : answer.governing) {
    AppendNetstring(&encoded, license.license_id);
    AppendNetstring(&encoded, license.short_id);
  }
  return encoded;
}

bool Decode(std::string_view encoded, DigestAnswer* answer) {
  for (std::string* field : FieldsOf(*answer)) {
    const std::optional<std::string_view> text = TakeNetstring(&encoded);
    if (!text.has_value()) return false;
    *field = *text;
  }
  answer->governing.clear();
  while (!encoded.empty()) {
    const std::optional<std::string_view> license_id = TakeNetstring(&encoded);
    const std::optional<std::string_view> short_id = TakeNetstring(&encoded);
    if (!license_id.has_value() || !short_id.has_value()) return false;
    answer->governing.push_back({std::string(*license_id), std::string(*short_id)});
  }
  return true;
}

// On disk; never changes.
Sha256Digest RowDigest(int64_t answer_id, std::string_view encoded, Sha256* hash) {
  hash->Update("weighbridge answer 1\n");
  hash->Update(std::to_string(answer_id));
  hash->Update("\n");
  hash->Update(encoded);
  return hash->Finish();
}

std::string_view BytesOf(const Sha256Digest& digest) {
  return std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size());
}

// The answer at the current row of a statement with the columns answer_id, answer, sha256. Returns its id.
absl::StatusOr<int64_t> ReadRow(Database* database, Statement* select, int64_t audit_sequence, Sha256* hash,
                                DigestAnswer* answer) {
  const int64_t answer_id = select->ColumnInt64(0);
  const std::string_view encoded = select->ColumnBlobView(1);
  const Sha256Digest digest = RowDigest(answer_id, encoded, hash);
  const bool intact = answer_id / kAnswersPerAudit == audit_sequence && Decode(encoded, answer) &&
                      select->ColumnBlobView(2) == BytesOf(digest);
  if (!intact) return Damaged(database, audit_sequence);
  return answer_id;
}

absl::StatusOr<Statement> PrepareLast(Database* database) {
  return database->Prepare(
      "SELECT answer_id, answer, sha256 FROM answers WHERE answer_id >= ? AND answer_id <= ?"
      " ORDER BY answer_id DESC LIMIT 1");
}

// The last answer of the audit and its id; 0 if it has none. The statement is ready for the next audit afterwards.
absl::StatusOr<int64_t> ReadLast(Database* database, Statement* select, int64_t audit_sequence, Sha256* hash,
                                 DigestAnswer* answer) {
  if (audit_sequence < 1 || audit_sequence > kAuditSequenceMax) return Damaged(database, audit_sequence);
  select->BindInt64(1, FirstAnswerId(audit_sequence));
  select->BindInt64(2, LastAnswerId(audit_sequence));
  WB_ASSIGN_OR_RETURN(const bool found, select->Step());
  int64_t answer_id = 0;
  if (found) {
    WB_ASSIGN_OR_RETURN(answer_id, ReadRow(database, select, audit_sequence, hash, answer));
  }
  select->Reset();
  return answer_id;
}

}  // namespace

bool SameAnswer(const DigestAnswer& a, const DigestAnswer& b) { return Encode(a) == Encode(b); }

absl::Status AppendAnswer(Database* database, int64_t audit_sequence, const DigestAnswer& answer) {
  if (audit_sequence > kAuditSequenceMax) {
    return absl::ResourceExhaustedError(database->Message("holds as many audits as have a place for answers"));
  }
  Sha256 hash;
  int64_t answer_id = FirstAnswerId(audit_sequence);
  {
    WB_ASSIGN_OR_RETURN(Statement select, PrepareLast(database));
    DigestAnswer last;
    WB_ASSIGN_OR_RETURN(const int64_t last_id, ReadLast(database, &select, audit_sequence, &hash, &last));
    if (last_id != 0 && SameAnswer(last, answer)) return absl::OkStatus();
    if (last_id != 0) answer_id = last_id + 1;
  }
  if (answer_id > LastAnswerId(audit_sequence)) {
    return absl::ResourceExhaustedError(database->Message(absl::StrFormat(
        "holds %d decisions and measurements of audit %s, the limit", kAnswersPerAudit, answer.audit_id)));
  }
  const std::string encoded = Encode(answer);
  WB_ASSIGN_OR_RETURN(Statement insert,
                      database->Prepare("INSERT INTO answers (answer_id, answer, sha256) VALUES (?, ?, ?)"));
  insert.BindInt64(1, answer_id);
  insert.BindBlob(2, encoded);
  insert.BindBlob(3, BytesOf(RowDigest(answer_id, encoded, &hash)));
  WB_RETURN_IF_ERROR(insert.Run());
  WB_ASSIGN_OR_RETURN(Statement log, database->Prepare("INSERT INTO answer_log (audit_sequence) VALUES (?)"));
  log.BindInt64(1, audit_sequence);
  return log.Run();
}

absl::StatusOr<AnswerReader> AnswerReader::Make(Database* database) {
  WB_ASSIGN_OR_RETURN(Statement select, PrepareLast(database));
  return AnswerReader(database, std::move(select));
}

absl::StatusOr<bool> AnswerReader::Read(int64_t audit_sequence, DigestAnswer* answer) {
  WB_ASSIGN_OR_RETURN(const int64_t answer_id, ReadLast(database_, &select_, audit_sequence, &hash_, answer));
  return answer_id != 0;
}

absl::StatusOr<std::vector<DigestAnswer>> ReadAnswersOf(Database* database, int64_t audit_sequence) {
  WB_ASSIGN_OR_RETURN(Statement select,
                      database->Prepare("SELECT answer_id, answer, sha256 FROM answers"
                                        " WHERE answer_id >= ? AND answer_id <= ? ORDER BY answer_id"));
  select.BindInt64(1, FirstAnswerId(audit_sequence));
  select.BindInt64(2, LastAnswerId(audit_sequence));
  Sha256 hash;
  std::vector<DigestAnswer> answers;
  while (true) {
    WB_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) return answers;
    const int64_t expected_id = FirstAnswerId(audit_sequence) + static_cast<int64_t>(answers.size());
    WB_ASSIGN_OR_RETURN(const int64_t answer_id,
                        ReadRow(database, &select, audit_sequence, &hash, &answers.emplace_back()));
    if (answer_id != expected_id) return Damaged(database, audit_sequence);
  }
}

}  // namespace weighbridge::db
