#include "db/store/answers.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/str_format.h"
#include "db/store/answer_rows.h"
#include "db/store/decisions.h"
#include "db/store/digest_bytes.h"
#include "db/store/known_digests.h"
#include "db/store/licenses.h"
#include "services/base/status_macros.h"

namespace weighbridge::db {
namespace {

absl::Status Damaged(Database* database, std::string_view what) {
  return absl::DataLossError(database->Message(
      absl::StrFormat("%s is damaged: it is not what the audits and decisions make of it; restore a backup", what)));
}

// Whether the audit is one that answers look-ups.
bool Answers(const ModelAudit& described) { return !described.audit.claimed && described.licenses_known; }

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

// Each licence that governs, once, in the order of the audit.
std::vector<GoverningLicense> GoverningOf(const std::vector<AuditLicenseRow>& licenses) {
  std::vector<GoverningLicense> governing;
  for (const AuditLicenseRow& row : licenses) {
    const auto same = [&row](const GoverningLicense& seen) { return seen.license_id == row.license_id; };
    if (!row.governs || std::any_of(governing.begin(), governing.end(), same)) continue;
    governing.push_back({row.license_id, row.short_id});
  }
  return governing;
}

}  // namespace

absl::Status PublishAudit(Database* database, int64_t audit_sequence, const std::vector<ArtifactRow>* artifacts) {
  WB_ASSIGN_OR_RETURN(const std::optional<StoredAudit> audit, ReadAuditBySequence(database, audit_sequence));
  if (!audit.has_value()) return Damaged(database, absl::StrFormat("audit number %d", audit_sequence));
  WB_ASSIGN_OR_RETURN(const ModelAudit described, DescribeAudit(database, *audit));
  if (!Answers(described)) return absl::OkStatus();
  if (artifacts != nullptr) WB_RETURN_IF_ERROR(InsertKnownDigests(database, *audit, *artifacts));
  return AppendAnswer(database, audit_sequence, AnswerOf(described));
}

absl::StatusOr<std::vector<std::optional<DigestAnswer>>> ReadAnswers(Database* database,
                                                                     const std::vector<std::string>& digests,
                                                                     std::optional<DigestKind> kind) {
  WB_ASSIGN_OR_RETURN(HolderReader holders, HolderReader::Make(database, kind));
  WB_ASSIGN_OR_RETURN(AnswerReader reader, AnswerReader::Make(database));
  std::vector<std::optional<DigestAnswer>> answers(digests.size());
  // The digests of a batch often are the files of one model, whose answer is then read once.
  int64_t last_sequence = 0;
  const std::optional<DigestAnswer>* last = nullptr;
  for (size_t i = 0; i < digests.size(); ++i) {
    const std::string digest = DigestBytes(digests[i]);
    WB_ASSIGN_OR_RETURN(const std::optional<DigestHolder> holder, holders.Find(digest));
    if (!holder.has_value()) continue;
    std::optional<DigestAnswer>& answer = answers[i];
    bool intact = true;
    if (last != nullptr && last_sequence == holder->audit_sequence) {
      answer = *last;
    } else {
      WB_ASSIGN_OR_RETURN(intact, reader.Read(holder->audit_sequence, &answer.emplace()));
    }
    intact = intact && holders.Matches(digest, *holder, answer->audit_id) &&
             (!holder->measured || answer->measured_by != "client") &&
             (!kind.has_value() || static_cast<int64_t>(*kind) == holder->kind);
    if (!intact) return Damaged(database, absl::StrFormat("what is known of the digest %s", digests[i]));
    answer->kind = static_cast<DigestKind>(holder->kind);
    last_sequence = holder->audit_sequence;
    last = &answer;
  }
  return answers;
}

absl::StatusOr<PublishedAudits> ReadPublished(Database* database, int64_t position, int count) {
  PublishedAudits published;
  published.position = position;
  std::vector<int64_t> sequences;
  {
    WB_ASSIGN_OR_RETURN(Statement select,
                        database->Prepare("SELECT position, audit_sequence FROM answer_log WHERE position > ?"
                                          " ORDER BY position LIMIT ?"));
    select.BindInt64(1, position);
    select.BindInt64(2, count);
    int rows = 0;
    for (; rows < count; ++rows) {
      WB_ASSIGN_OR_RETURN(const bool found, select.Step());
      if (!found) break;
      published.position = select.ColumnInt64(0);
      if (std::find(sequences.begin(), sequences.end(), select.ColumnInt64(1)) == sequences.end())
        sequences.push_back(select.ColumnInt64(1));
    }
    published.more = rows == count;
  }
  WB_ASSIGN_OR_RETURN(AnswerReader reader, AnswerReader::Make(database));
  for (const int64_t sequence : sequences) {
    PublishedAudit& audit = published.audits.emplace_back();
    audit.audit_sequence = sequence;
    WB_ASSIGN_OR_RETURN(std::optional<StoredAudit> stored, ReadAuditBySequence(database, sequence));
    if (!stored.has_value()) return Damaged(database, absl::StrFormat("audit number %d", sequence));
    WB_RETURN_IF_ERROR(ReadAuditRows(database, &*stored));
    WB_ASSIGN_OR_RETURN(const bool answers, reader.Read(sequence, &audit.answer));
    if (!answers || audit.answer.audit_id != stored->record.audit_id)
      return Damaged(database, absl::StrFormat("the answer of audit %s", stored->record.audit_id));
    audit.digests = HeldDigestsOf(*stored);
  }
  return published;
}

absl::StatusOr<ModelAudit> DescribeAudit(Database* database, const StoredAudit& audit) {
  ModelAudit described;
  described.audit = Summarize(audit);
  WB_ASSIGN_OR_RETURN(const std::optional<std::vector<AuditLicenseRow>> licenses,
                      ReadLicenses(database, audit.sequence, audit.record.audit_id));
  described.licenses_known = licenses.has_value();
  if (licenses.has_value()) described.governing = GoverningOf(*licenses);
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
  WB_ASSIGN_OR_RETURN(const int64_t known_digests, CheckKnownDigests(database_, audit));
  WB_ASSIGN_OR_RETURN(const std::vector<DigestAnswer> answers, ReadAnswersOf(database_, audit.sequence));
  if (answers.empty() || !SameAnswer(answers.back(), AnswerOf(described))) {
    return Damaged(database_, absl::StrFormat("the answer of audit %s", audit.record.audit_id));
  }
  known_digests_ += known_digests;
  answers_ += static_cast<int64_t>(answers.size());
  return absl::OkStatus();
}

absl::Status AnswerCheck::CheckTotals() {
  WB_ASSIGN_OR_RETURN(const int64_t known_digests, database_->QueryInt64("SELECT count(*) FROM known_digests"));
  WB_ASSIGN_OR_RETURN(const int64_t answers, database_->QueryInt64("SELECT count(*) FROM answers"));
  if (known_digests != known_digests_ || answers != answers_)
    return Damaged(database_, "the table of known digests or that of answers");
  WB_ASSIGN_OR_RETURN(const int64_t unlisted,
                      database_->QueryInt64(absl::StrFormat("SELECT count(*) FROM answers WHERE answer_id / %d NOT IN"
                                                            " (SELECT audit_sequence FROM answer_log)",
                                                            kAnswersPerAudit)));
  if (unlisted == 0) return absl::OkStatus();
  return Damaged(database_, "the table that lists answers in their order");
}

}  // namespace weighbridge::db
