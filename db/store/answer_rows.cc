#include "db/store/answer_rows.h"

#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_format.h"
#include "db/store/netstring.h"
#include "services/base/status_macros.h"
#include "services/crypto/sha256.h"

namespace weighbridge::db {
namespace {

// answers.answer_id is audit_sequence * kAnswersPerAudit + 0, 1, 2, ... On disk; never changes.
constexpr int64_t kAnswersPerAudit = int64_t{1} << 24;
constexpr int64_t kAuditSequenceMax = (int64_t{1} << 39) - 1;

#define WB_ANSWER_COLUMNS                                                                                    \
  "SELECT answer_id, audit_id, model_digest, weights_digest, rules_digest, classifier_version, measured_by," \
  " created_at, repository, revision, latest_decision, latest_decision_at, governing, row_sha256 FROM answers"

struct StoredAnswer {
  int64_t answer_id = 0;
  DigestAnswer answer;
};

absl::Status Damaged(Database* database, int64_t audit_sequence) {
  return absl::DataLossError(database->Message(
      absl::StrFormat("an answer of audit number %d is damaged: it does not have the digest stored with it, or its"
                      " place is another; restore a backup",
                      audit_sequence)));
}

int64_t FirstAnswerId(int64_t audit_sequence) { return audit_sequence * kAnswersPerAudit; }
int64_t LastAnswerId(int64_t audit_sequence) { return FirstAnswerId(audit_sequence) + kAnswersPerAudit - 1; }

std::string EncodeGoverning(const std::vector<GoverningLicense>& governing) {
  std::string encoded;
  for (const GoverningLicense& license : governing) {
    AppendNetstring(&encoded, license.license_id);
    AppendNetstring(&encoded, license.short_id);
  }
  return encoded;
}

std::optional<std::vector<GoverningLicense>> DecodeGoverning(std::string_view encoded) {
  std::vector<GoverningLicense> governing;
  while (!encoded.empty()) {
    const std::optional<std::string_view> license_id = TakeNetstring(&encoded);
    const std::optional<std::string_view> short_id = TakeNetstring(&encoded);
    if (!license_id || !short_id) return std::nullopt;
    governing.push_back({std::string(*license_id), std::string(*short_id)});
  }
  return governing;
}

// Encoded as db/store/row_digest.h says, but hashed in one piece: each look-up pays for it. Frozen.
std::string RowDigest(int64_t answer_id, const DigestAnswer& answer, std::string_view governing) {
  std::string content;
  content.reserve(1024);
  AppendNetstring(&content, "weighbridge answer 1");
  AppendNetstring(&content, std::to_string(answer_id));
  for (const std::string* field :
       {&answer.audit_id, &answer.model_digest, &answer.weights_digest, &answer.rules_digest,
        &answer.classifier_version, &answer.measured_by, &answer.created_at, &answer.repository, &answer.revision,
        &answer.latest_decision, &answer.latest_decision_at}) {
    AppendNetstring(&content, *field);
  }
  AppendNetstring(&content, governing);
  return Sha256Hex(content);
}

// The answer at the current row of a WB_ANSWER_COLUMNS statement.
absl::StatusOr<StoredAnswer> ReadRow(Database* database, Statement* select, int64_t audit_sequence) {
  StoredAnswer stored;
  stored.answer_id = select->ColumnInt64(0);
  DigestAnswer& answer = stored.answer;
  answer.audit_id = select->ColumnText(1);
  answer.model_digest = select->ColumnText(2);
  answer.weights_digest = select->ColumnText(3);
  answer.rules_digest = select->ColumnText(4);
  answer.classifier_version = select->ColumnText(5);
  answer.measured_by = select->ColumnText(6);
  answer.created_at = select->ColumnText(7);
  answer.repository = select->ColumnText(8);
  answer.revision = select->ColumnText(9);
  answer.latest_decision = select->ColumnText(10);
  answer.latest_decision_at = select->ColumnText(11);
  const std::string governing = select->ColumnText(12);
  std::optional<std::vector<GoverningLicense>> decoded = DecodeGoverning(governing);
  const bool intact = stored.answer_id / kAnswersPerAudit == audit_sequence && decoded.has_value() &&
                      select->ColumnText(13) == RowDigest(stored.answer_id, answer, governing);
  if (!intact) return Damaged(database, audit_sequence);
  answer.governing = *std::move(decoded);
  return stored;
}

absl::StatusOr<Statement> PrepareLast(Database* database) {
  return database->Prepare(WB_ANSWER_COLUMNS
                           " WHERE answer_id >= ? AND answer_id <= ? ORDER BY answer_id DESC LIMIT 1");
}

absl::StatusOr<std::optional<StoredAnswer>> ReadLast(Database* database, Statement* select, int64_t audit_sequence) {
  if (audit_sequence < 1 || audit_sequence > kAuditSequenceMax) return Damaged(database, audit_sequence);
  select->BindInt64(1, FirstAnswerId(audit_sequence));
  select->BindInt64(2, LastAnswerId(audit_sequence));
  WB_ASSIGN_OR_RETURN(const bool found, select->Step());
  if (!found) return std::optional<StoredAnswer>();
  WB_ASSIGN_OR_RETURN(StoredAnswer stored, ReadRow(database, select, audit_sequence));
  return std::optional<StoredAnswer>(std::move(stored));
}

absl::Status Insert(Database* database, const StoredAnswer& stored) {
  const DigestAnswer& answer = stored.answer;
  const std::string governing = EncodeGoverning(answer.governing);
  WB_ASSIGN_OR_RETURN(
      Statement insert,
      database->Prepare("INSERT INTO answers"
                        " (answer_id, audit_id, model_digest, weights_digest, rules_digest, classifier_version,"
                        " measured_by, created_at, repository, revision, latest_decision, latest_decision_at,"
                        " governing, row_sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  insert.BindInt64(1, stored.answer_id);
  insert.BindText(2, answer.audit_id);
  insert.BindText(3, answer.model_digest);
  insert.BindText(4, answer.weights_digest);
  insert.BindText(5, answer.rules_digest);
  insert.BindText(6, answer.classifier_version);
  insert.BindText(7, answer.measured_by);
  insert.BindText(8, answer.created_at);
  insert.BindText(9, answer.repository);
  insert.BindText(10, answer.revision);
  insert.BindText(11, answer.latest_decision);
  insert.BindText(12, answer.latest_decision_at);
  insert.BindText(13, governing);
  insert.BindText(14, RowDigest(stored.answer_id, answer, governing));
  return insert.Run();
}

}  // namespace

bool SameAnswer(const DigestAnswer& a, const DigestAnswer& b) {
  return RowDigest(0, a, EncodeGoverning(a.governing)) == RowDigest(0, b, EncodeGoverning(b.governing));
}

absl::Status AppendAnswer(Database* database, int64_t audit_sequence, const DigestAnswer& answer) {
  if (audit_sequence > kAuditSequenceMax) {
    return absl::ResourceExhaustedError(database->Message("holds as many audits as have a place for answers"));
  }
  StoredAnswer next{FirstAnswerId(audit_sequence), answer};
  {
    WB_ASSIGN_OR_RETURN(Statement select, PrepareLast(database));
    WB_ASSIGN_OR_RETURN(const std::optional<StoredAnswer> last, ReadLast(database, &select, audit_sequence));
    if (last.has_value() && SameAnswer(last->answer, answer)) return absl::OkStatus();
    if (last.has_value()) next.answer_id = last->answer_id + 1;
  }
  if (next.answer_id > LastAnswerId(audit_sequence)) {
    return absl::ResourceExhaustedError(database->Message(absl::StrFormat(
        "holds %d decisions and measurements of audit %s, the limit", kAnswersPerAudit, answer.audit_id)));
  }
  return Insert(database, next);
}

absl::StatusOr<AnswerReader> AnswerReader::Make(Database* database) {
  WB_ASSIGN_OR_RETURN(Statement select, PrepareLast(database));
  return AnswerReader(database, std::move(select));
}

absl::StatusOr<std::optional<DigestAnswer>> AnswerReader::Read(int64_t audit_sequence) {
  WB_ASSIGN_OR_RETURN(std::optional<StoredAnswer> stored, ReadLast(database_, &select_, audit_sequence));
  select_.Reset();
  if (!stored.has_value()) return std::optional<DigestAnswer>();
  return std::optional<DigestAnswer>(std::move(stored->answer));
}

absl::StatusOr<std::vector<DigestAnswer>> ReadAnswersOf(Database* database, int64_t audit_sequence) {
  WB_ASSIGN_OR_RETURN(
      Statement select,
      database->Prepare(WB_ANSWER_COLUMNS " WHERE answer_id >= ? AND answer_id <= ? ORDER BY answer_id"));
  select.BindInt64(1, FirstAnswerId(audit_sequence));
  select.BindInt64(2, LastAnswerId(audit_sequence));
  std::vector<DigestAnswer> answers;
  while (true) {
    WB_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) return answers;
    WB_ASSIGN_OR_RETURN(StoredAnswer stored, ReadRow(database, &select, audit_sequence));
    if (stored.answer_id != FirstAnswerId(audit_sequence) + static_cast<int64_t>(answers.size())) {
      return Damaged(database, audit_sequence);
    }
    answers.push_back(std::move(stored.answer));
  }
}

}  // namespace weighbridge::db
