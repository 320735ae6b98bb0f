#include "db/store/answers.h"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_format.h"
#include "db/sqlite/statement.h"
#include "db/store/decisions.h"
#include "db/store/licenses.h"
#include "db/store/netstring.h"
#include "services/base/hex.h"
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

struct KnownDigest {
  std::string digest;  // 32 bytes
  bool measured = false;
  DigestKind kind = DigestKind::kFile;
  bool operator<(const KnownDigest& other) const {
    return std::tie(digest, measured, kind) < std::tie(other.digest, other.measured, other.kind);
  }
};

struct StoredAnswer {
  int64_t answer_id = 0;
  DigestAnswer answer;
};

absl::Status Damaged(Database* database, std::string_view what) {
  return absl::DataLossError(database->Message(
      absl::StrFormat("%s is damaged: it is not what the audits and decisions make of it; restore a backup", what)));
}

int64_t FirstAnswerId(int64_t audit_sequence) { return audit_sequence * kAnswersPerAudit; }
int64_t LastAnswerId(int64_t audit_sequence) { return FirstAnswerId(audit_sequence) + kAnswersPerAudit - 1; }

std::string BytesOfHex(std::string_view hex) {
  std::string bytes(32, '\0');
  // What is no digest becomes the empty key, which no row has.
  if (!HexDecode(hex, reinterpret_cast<uint8_t*>(bytes.data()), bytes.size())) bytes.clear();
  return bytes;
}

int64_t RowCheck(std::string_view digest, bool measured, int64_t kind, int64_t audit_sequence,
                 std::string_view audit_id) {
  std::string content;
  content.reserve(160);
  AppendNetstring(&content, "weighbridge known digest 1");
  AppendNetstring(&content, digest);
  AppendNetstring(&content, measured ? "1" : "0");
  AppendNetstring(&content, std::to_string(kind));
  AppendNetstring(&content, std::to_string(audit_sequence));
  AppendNetstring(&content, audit_id);
  const Sha256Digest hash = Sha256Of(content);
  uint64_t check = 0;
  for (int i = 0; i < 8; ++i) check = check << 8 | hash[i];
  return static_cast<int64_t>(check);
}

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

// As db/store/row_digest.h encodes rows, but hashed in one piece: each look-up pays for it.
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
absl::StatusOr<StoredAnswer> ReadRow(Database* database, Statement* select) {
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
  if (!decoded || select->ColumnText(13) != RowDigest(stored.answer_id, answer, governing)) {
    return Damaged(database, absl::StrFormat("an answer of audit %s", answer.audit_id.substr(0, 64)));
  }
  answer.governing = *std::move(decoded);
  return stored;
}

absl::StatusOr<std::optional<StoredAnswer>> ReadLastAnswer(Database* database, Statement* select,
                                                           int64_t audit_sequence) {
  if (audit_sequence < 1 || audit_sequence > kAuditSequenceMax) return Damaged(database, "the sequence of an audit");
  select->BindInt64(1, FirstAnswerId(audit_sequence));
  select->BindInt64(2, LastAnswerId(audit_sequence));
  WB_ASSIGN_OR_RETURN(const bool found, select->Step());
  if (!found) return std::optional<StoredAnswer>();
  WB_ASSIGN_OR_RETURN(StoredAnswer stored, ReadRow(database, select));
  select->Reset();
  return std::optional<StoredAnswer>(std::move(stored));
}

constexpr char kLastAnswerSql[] =
    WB_ANSWER_COLUMNS " WHERE answer_id >= ? AND answer_id <= ? ORDER BY answer_id DESC LIMIT 1";

// What known_digests must hold for an audit: rows of a client's measurement if that came first, rows of a stronger one
// as soon as there is one.
std::vector<KnownDigest> KnownDigestsOf(const StoredAudit& audit, const std::vector<ArtifactRow>& artifacts) {
  std::vector<KnownDigest> all;
  for (const bool measured : {false, true}) {
    const bool applies = measured ? audit.record.measured_by != "client" : audit.first_measured_by == "client";
    if (!applies) continue;
    if (!audit.record.model_digest.empty()) {
      all.push_back({BytesOfHex(audit.record.model_digest), measured, DigestKind::kModel});
    }
    if (!audit.record.weights_digest.empty()) {
      all.push_back({BytesOfHex(audit.record.weights_digest), measured, DigestKind::kWeights});
    }
    for (const ArtifactRow& artifact : artifacts) {
      if (artifact.claimed || artifact.sha256.empty()) continue;
      all.push_back({BytesOfHex(artifact.sha256), measured, DigestKind::kFile});
    }
  }
  std::sort(all.begin(), all.end());
  const auto same = [](const KnownDigest& a, const KnownDigest& b) { return !(a < b) && !(b < a); };
  all.erase(std::unique(all.begin(), all.end(), same), all.end());
  return all;
}

absl::Status InsertKnownDigests(Database* database, const StoredAudit& audit,
                                const std::vector<ArtifactRow>& artifacts) {
  WB_ASSIGN_OR_RETURN(Statement insert,
                      database->Prepare("INSERT INTO known_digests"
                                        " (digest, measured, kind, audit_sequence, row_check) VALUES (?, ?, ?, ?, ?)"
                                        " ON CONFLICT (digest, measured, kind, audit_sequence) DO NOTHING"));
  for (const KnownDigest& known : KnownDigestsOf(audit, artifacts)) {
    const auto kind = static_cast<int64_t>(known.kind);
    insert.BindBlob(1, known.digest);
    insert.BindBool(2, known.measured);
    insert.BindInt64(3, kind);
    insert.BindInt64(4, audit.sequence);
    insert.BindInt64(5, RowCheck(known.digest, known.measured, kind, audit.sequence, audit.record.audit_id));
    WB_RETURN_IF_ERROR(insert.Run());
    insert.Reset();
  }
  return absl::OkStatus();
}

DigestAnswer AnswerOf(const ModelAudit& described) {
  DigestAnswer answer;
  answer.audit_id = described.audit.audit_id;
  answer.model_digest = described.audit.model_digest;
  answer.weights_digest = described.audit.weights_digest;
  answer.rules_digest = described.audit.rules_digest;
  answer.classifier_version = described.audit.classifier_version;
  answer.measured_by = described.audit.measured_by;
  answer.created_at = described.audit.created_at;
  answer.repository = described.audit.repository;
  answer.revision = described.audit.revision;
  answer.latest_decision = described.latest_decision;
  answer.latest_decision_at = described.latest_decision_at;
  answer.governing = described.governing;
  return answer;
}

absl::Status InsertAnswer(Database* database, int64_t answer_id, const DigestAnswer& answer) {
  const std::string governing = EncodeGoverning(answer.governing);
  WB_ASSIGN_OR_RETURN(
      Statement insert,
      database->Prepare("INSERT INTO answers"
                        " (answer_id, audit_id, model_digest, weights_digest, rules_digest, classifier_version,"
                        " measured_by, created_at, repository, revision, latest_decision, latest_decision_at,"
                        " governing, row_sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  insert.BindInt64(1, answer_id);
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
  insert.BindText(14, RowDigest(answer_id, answer, governing));
  return insert.Run();
}

bool SameAnswer(const DigestAnswer& a, const DigestAnswer& b) {
  return RowDigest(0, a, EncodeGoverning(a.governing)) == RowDigest(0, b, EncodeGoverning(b.governing));
}

// Whether the audit is one that answers look-ups.
bool Answers(const ModelAudit& described) { return !described.audit.claimed && described.licenses_known; }

// A row of known_digests before its check.
struct Found {
  bool measured = false;
  int64_t kind = 0;
  int64_t audit_sequence = 0;
  int64_t row_check = 0;
};

// The two searches of a look-up. Statements are compiled once and kept by the database.
class Finder {
 public:
  static absl::StatusOr<Finder> Make(Database* database, std::optional<DigestKind> kind) {
    constexpr char kOfAnyKind[] =
        "SELECT measured, kind, audit_sequence, row_check FROM known_digests WHERE digest = ?"
        " ORDER BY measured DESC, kind DESC, audit_sequence DESC LIMIT 1";
    constexpr char kOfOneKind[] =
        "SELECT measured, kind, audit_sequence, row_check FROM known_digests"
        " WHERE digest = ? AND measured = ? AND kind = ? ORDER BY audit_sequence DESC LIMIT 1";
    WB_ASSIGN_OR_RETURN(Statement find, database->Prepare(kind.has_value() ? kOfOneKind : kOfAnyKind));
    WB_ASSIGN_OR_RETURN(Statement read, database->Prepare(kLastAnswerSql));
    return Finder(database, kind, std::move(find), std::move(read));
  }

  absl::StatusOr<std::optional<DigestAnswer>> Find(const std::string& hex) {
    const std::string digest = BytesOfHex(hex);
    WB_ASSIGN_OR_RETURN(const std::optional<Found> found, FindAudit(digest));
    if (!found.has_value()) return std::optional<DigestAnswer>();
    WB_ASSIGN_OR_RETURN(const DigestAnswer* of_audit, AnswerOfAudit(found->audit_sequence));
    const bool intact =
        found->row_check == RowCheck(digest, found->measured, found->kind, found->audit_sequence, of_audit->audit_id) &&
        (!found->measured || of_audit->measured_by != "client") &&
        (!kind_.has_value() || static_cast<int64_t>(*kind_) == found->kind);
    if (!intact) return Damaged(database_, absl::StrFormat("what is known of the digest %s", hex));
    std::optional<DigestAnswer> answer(*of_audit);
    answer->kind = static_cast<DigestKind>(found->kind);
    return answer;
  }

 private:
  Finder(Database* database, std::optional<DigestKind> kind, Statement find, Statement read)
      : database_(database), kind_(kind), find_(std::move(find)), read_(std::move(read)) {}

  absl::StatusOr<std::optional<Found>> FindAudit(const std::string& digest) {
    find_.BindBlob(1, digest);
    if (!kind_.has_value()) return Step();
    find_.BindInt64(3, static_cast<int64_t>(*kind_));
    for (const bool measured : {true, false}) {
      find_.BindBool(2, measured);
      WB_ASSIGN_OR_RETURN(const std::optional<Found> found, Step());
      if (found.has_value()) return found;
    }
    return std::optional<Found>();
  }

  absl::StatusOr<std::optional<Found>> Step() {
    WB_ASSIGN_OR_RETURN(const bool row, find_.Step());
    std::optional<Found> found;
    if (row) {
      found = Found{find_.ColumnBool(0), find_.ColumnInt64(1), find_.ColumnInt64(2), find_.ColumnInt64(3)};
    }
    find_.Reset();
    return found;
  }

  // Digests of one batch are often the files of one model.
  absl::StatusOr<const DigestAnswer*> AnswerOfAudit(int64_t audit_sequence) {
    if (const auto known = answers_.find(audit_sequence); known != answers_.end()) return &known->second;
    WB_ASSIGN_OR_RETURN(std::optional<StoredAnswer> stored, ReadLastAnswer(database_, &read_, audit_sequence));
    if (!stored.has_value()) return Damaged(database_, absl::StrFormat("the answer of audit %d", audit_sequence));
    return &answers_.emplace(audit_sequence, std::move(stored->answer)).first->second;
  }

  Database* database_;
  std::optional<DigestKind> kind_;
  Statement find_;
  Statement read_;
  std::unordered_map<int64_t, DigestAnswer> answers_;  // by audit
};

}  // namespace

absl::Status PublishAudit(Database* database, int64_t audit_sequence, const std::vector<ArtifactRow>* artifacts) {
  WB_ASSIGN_OR_RETURN(const std::optional<StoredAudit> audit, ReadAuditBySequence(database, audit_sequence));
  if (!audit.has_value()) return Damaged(database, absl::StrFormat("audit %d", audit_sequence));
  WB_ASSIGN_OR_RETURN(const ModelAudit described, DescribeAudit(database, *audit));
  if (!Answers(described)) return absl::OkStatus();
  if (audit_sequence > kAuditSequenceMax) {
    return absl::ResourceExhaustedError(database->Message("holds as many audits as can be answered for"));
  }
  if (artifacts != nullptr) WB_RETURN_IF_ERROR(InsertKnownDigests(database, *audit, *artifacts));
  const DigestAnswer answer = AnswerOf(described);
  int64_t answer_id = FirstAnswerId(audit_sequence);
  {
    WB_ASSIGN_OR_RETURN(Statement select, database->Prepare(kLastAnswerSql));
    WB_ASSIGN_OR_RETURN(const std::optional<StoredAnswer> last, ReadLastAnswer(database, &select, audit_sequence));
    if (last.has_value() && SameAnswer(last->answer, answer)) return absl::OkStatus();
    if (last.has_value()) answer_id = last->answer_id + 1;
  }
  if (answer_id > LastAnswerId(audit_sequence)) {
    return absl::ResourceExhaustedError(database->Message(
        absl::StrFormat("holds %d answers of audit %s, the limit", kAnswersPerAudit, audit->record.audit_id)));
  }
  return InsertAnswer(database, answer_id, answer);
}

absl::StatusOr<std::vector<std::optional<DigestAnswer>>> ReadAnswers(Database* database,
                                                                     const std::vector<std::string>& digests,
                                                                     std::optional<DigestKind> kind) {
  WB_ASSIGN_OR_RETURN(Finder finder, Finder::Make(database, kind));
  std::vector<std::optional<DigestAnswer>> answers;
  answers.reserve(digests.size());
  for (const std::string& digest : digests) {
    WB_ASSIGN_OR_RETURN(std::optional<DigestAnswer> answer, finder.Find(digest));
    answers.push_back(std::move(answer));
  }
  return answers;
}

absl::StatusOr<ModelAudit> DescribeAudit(Database* database, const StoredAudit& audit) {
  ModelAudit described;
  described.audit = Summarize(audit);
  WB_ASSIGN_OR_RETURN(const std::optional<std::vector<AuditLicenseRow>> licenses,
                      ReadLicenses(database, audit.sequence, audit.record.audit_id));
  described.licenses_known = licenses.has_value();
  if (licenses.has_value()) {
    for (const AuditLicenseRow& row : *licenses) {
      const auto same = [&row](const GoverningLicense& seen) { return seen.license_id == row.license_id; };
      std::vector<GoverningLicense>& governing = described.governing;
      if (!row.governs || std::any_of(governing.begin(), governing.end(), same)) continue;
      governing.push_back({row.license_id, row.short_id});
    }
  }
  WB_ASSIGN_OR_RETURN(const std::optional<DecisionRecord> decision,
                      ReadNewestDecision(database, audit.sequence, audit.record.audit_id));
  if (decision.has_value()) {
    described.latest_decision = decision->decision;
    described.latest_decision_at = decision->evaluated_at;
  }
  return described;
}

absl::Status AnswerCheck::Check(const StoredAudit& audit) {
  WB_ASSIGN_OR_RETURN(const ModelAudit described, DescribeAudit(database_, audit));
  if (!Answers(described)) return absl::OkStatus();
  const std::string noun = absl::StrFormat("what is known of audit %s", audit.record.audit_id);
  WB_ASSIGN_OR_RETURN(Statement find,
                      database_->Prepare("SELECT row_check FROM known_digests"
                                         " WHERE digest = ? AND measured = ? AND kind = ? AND audit_sequence = ?"));
  for (const KnownDigest& known : KnownDigestsOf(audit, audit.record.artifacts)) {
    const auto kind = static_cast<int64_t>(known.kind);
    find.BindBlob(1, known.digest);
    find.BindBool(2, known.measured);
    find.BindInt64(3, kind);
    find.BindInt64(4, audit.sequence);
    WB_ASSIGN_OR_RETURN(const bool found, find.Step());
    const int64_t check = RowCheck(known.digest, known.measured, kind, audit.sequence, audit.record.audit_id);
    if (!found || find.ColumnInt64(0) != check) return Damaged(database_, noun);
    find.Reset();
    ++known_digests_;
  }
  WB_ASSIGN_OR_RETURN(
      Statement select,
      database_->Prepare(WB_ANSWER_COLUMNS " WHERE answer_id >= ? AND answer_id <= ? ORDER BY answer_id"));
  select.BindInt64(1, FirstAnswerId(audit.sequence));
  select.BindInt64(2, LastAnswerId(audit.sequence));
  int64_t next_id = FirstAnswerId(audit.sequence);
  bool last_is_right = false;
  while (true) {
    WB_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) break;
    WB_ASSIGN_OR_RETURN(const StoredAnswer stored, ReadRow(database_, &select));
    if (stored.answer_id != next_id++) return Damaged(database_, noun);
    last_is_right = SameAnswer(stored.answer, AnswerOf(described));
    ++answers_;
  }
  return last_is_right ? absl::OkStatus() : Damaged(database_, noun);
}

absl::Status AnswerCheck::CheckTotals() {
  WB_ASSIGN_OR_RETURN(const int64_t known_digests, database_->QueryInt64("SELECT count(*) FROM known_digests"));
  WB_ASSIGN_OR_RETURN(const int64_t answers, database_->QueryInt64("SELECT count(*) FROM answers"));
  if (known_digests == known_digests_ && answers == answers_) return absl::OkStatus();
  return Damaged(database_, "the table of known digests");
}

}  // namespace weighbridge::db
