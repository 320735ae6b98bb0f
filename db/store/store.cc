#include "db/store/store.h"

#include <utility>

#include "absl/strings/str_format.h"
#include "db/schema/migrations.h"
#include "db/sqlite/database.h"
#include "db/sqlite/transaction.h"
#include "db/store/answers.h"
#include "db/store/audits.h"
#include "db/store/blobs.h"
#include "db/store/decisions.h"
#include "db/store/resolve_id.h"
#include "db/store/shape.h"
#include "db/store/store_chain.h"
#include "db/store/turn.h"
#include "services/base/status_macros.h"

namespace weighbridge::db {
namespace {

constexpr IdTable kAuditIds = {
    "audit", "SELECT audit_id FROM audits WHERE audit_id >= ? AND audit_id < ? ORDER BY audit_id LIMIT ?"};
constexpr IdTable kDecisionIds = {
    "decision",
    "SELECT decision_id FROM decisions WHERE decision_id >= ? AND decision_id < ? ORDER BY decision_id LIMIT ?"};

// A row whose audit, decision or blob is missing: possible only in a damaged file.
absl::Status CheckReferences(Database* database) {
  WB_ASSIGN_OR_RETURN(Statement check, database->Prepare("PRAGMA foreign_key_check"));
  WB_ASSIGN_OR_RETURN(const bool row, check.Step());
  if (!row) return absl::OkStatus();
  return absl::DataLossError(database->Message(
      absl::StrFormat("is damaged: table %s names rows that are missing; restore a backup", check.ColumnText(0))));
}

absl::StatusOr<std::optional<AuditRecord>> WithRows(Database* database,
                                                    absl::StatusOr<std::optional<StoredAudit>> audit) {
  if (!audit.ok()) return audit.status();
  if (!audit->has_value()) return std::optional<AuditRecord>();
  WB_RETURN_IF_ERROR(ReadAuditRows(database, &**audit));
  return std::optional<AuditRecord>(std::move((*audit)->record));
}

// Inserts whichever of the two is given, with its blobs, in one transaction.
absl::Status Record(Database* database, const AuditRecord* audit, const DecisionRecord* decision) {
  WB_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(database, Transaction::Kind::kWrite));
  int64_t sequence = 0;
  if (audit != nullptr) {
    WB_RETURN_IF_ERROR(InsertBlobs(database, audit->blobs));
    WB_ASSIGN_OR_RETURN(sequence, InsertAudit(database, *audit));
  }
  if (decision != nullptr) {
    WB_RETURN_IF_ERROR(InsertBlobs(database, decision->blobs));
    WB_ASSIGN_OR_RETURN(sequence, InsertDecision(database, *decision));
  }
  WB_RETURN_IF_ERROR(PublishAudit(database, sequence, audit != nullptr ? &audit->artifacts : nullptr));
  return transaction.Commit();
}

OpenMode ModeOf(StoreMode mode) {
  switch (mode) {
    case StoreMode::kCreate:
      return OpenMode::kCreate;
    case StoreMode::kMustExist:
      return OpenMode::kMustExist;
    case StoreMode::kReadOnly:
      return OpenMode::kReadOnly;
  }
  return OpenMode::kReadOnly;
}

}  // namespace

Store::Store(std::unique_ptr<Database> database) : database_(std::move(database)) {}
Store::~Store() = default;

absl::StatusOr<std::unique_ptr<Store>> Store::Open(const StoreOptions& options) {
  DatabaseOptions database_options;
  database_options.path = options.path;
  database_options.mode = ModeOf(options.mode);
  database_options.application_id = kStoreApplicationId;
  database_options.busy_timeout_ms = options.busy_timeout_ms;
  database_options.cache_max_kib = options.cache_max_kib;
  database_options.vfs_name = options.vfs_name;
  WB_ASSIGN_OR_RETURN(std::unique_ptr<Database> database, Database::Open(database_options));
  WB_RETURN_IF_ERROR(Migrate(database.get(), Migrations()));
  // Only now that the schema is known to be ours.
  WB_RETURN_IF_ERROR(database->EnableTriggers());
  bool check = options.check == StoreCheck::kAlways;
  if (options.check == StoreCheck::kAuto) {
    WB_ASSIGN_OR_RETURN(const int64_t size, database->SizeBytes());
    check = size <= kAutoCheckMaxBytes;
  }
  if (check) WB_RETURN_IF_ERROR(database->QuickCheck());
  return std::unique_ptr<Store>(new Store(std::move(database)));
}

absl::StatusOr<std::string> Store::PutBlob(std::string_view bytes, BlobKind kind) {
  const Turn turn(this);
  WB_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(database_.get(), Transaction::Kind::kWrite));
  WB_ASSIGN_OR_RETURN(std::string sha256, InsertBlob(database_.get(), bytes, kind));
  WB_RETURN_IF_ERROR(transaction.Commit());
  return sha256;
}

absl::StatusOr<std::string> Store::GetBlob(std::string_view sha256) {
  if (!IsDigest(sha256)) return absl::InvalidArgumentError("GetBlob: not 64 lower-case hexadecimal digits");
  const Turn turn(this);
  return ReadBlob(database_.get(), sha256);
}

absl::StatusOr<int64_t> Store::PutOfficialTexts(const std::vector<OfficialTextInput>& texts) {
  for (const OfficialTextInput& text : texts) WB_RETURN_IF_ERROR(CheckShape(text.row));
  const Turn turn(this);
  WB_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(database_.get(), Transaction::Kind::kWrite));
  int64_t new_rows = 0;
  for (const OfficialTextInput& text : texts) {
    OfficialTextRow row = text.row;
    WB_ASSIGN_OR_RETURN(row.sha256, InsertBlob(database_.get(), text.bytes, BlobKind::kOfficialText));
    WB_ASSIGN_OR_RETURN(const bool is_new, InsertOfficialText(database_.get(), row));
    if (is_new) ++new_rows;
  }
  WB_RETURN_IF_ERROR(transaction.Commit());
  return new_rows;
}

absl::StatusOr<std::vector<OfficialTextRow>> Store::ListOfficialTexts(std::string_view license_id) {
  const Turn turn(this);
  return ReadOfficialTexts(database_.get(), license_id);
}

absl::StatusOr<std::string> Store::RecordAudit(const AuditRecord& audit) {
  WB_RETURN_IF_ERROR(CheckShape(audit));
  AuditRecord named = audit;
  if (named.audit_id.empty()) named.audit_id = AuditIdOf(audit);
  const Turn turn(this);
  WB_RETURN_IF_ERROR(Record(database_.get(), &named, nullptr));
  return named.audit_id;
}

absl::StatusOr<std::string> Store::RecordDecision(const DecisionRecord& decision) {
  WB_RETURN_IF_ERROR(CheckShape(decision));
  DecisionRecord named = decision;
  if (named.decision_id.empty()) named.decision_id = DecisionIdOf(decision);
  const Turn turn(this);
  WB_RETURN_IF_ERROR(Record(database_.get(), nullptr, &named));
  return named.decision_id;
}

absl::StatusOr<RecordedIds> Store::RecordAuditAndDecision(const AuditRecord& audit, const DecisionRecord& decision) {
  WB_RETURN_IF_ERROR(CheckShape(audit));
  AuditRecord named_audit = audit;
  if (named_audit.audit_id.empty()) named_audit.audit_id = AuditIdOf(audit);
  DecisionRecord named_decision = decision;
  if (named_decision.audit_id.empty()) named_decision.audit_id = named_audit.audit_id;
  if (named_decision.audit_id != named_audit.audit_id) {
    return absl::InvalidArgumentError("decision.audit_id is not the audit recorded with it");
  }
  WB_RETURN_IF_ERROR(CheckShape(named_decision));
  if (named_decision.decision_id.empty()) named_decision.decision_id = DecisionIdOf(named_decision);
  const Turn turn(this);
  WB_RETURN_IF_ERROR(Record(database_.get(), &named_audit, &named_decision));
  return RecordedIds{named_audit.audit_id, named_decision.decision_id};
}

absl::StatusOr<std::vector<std::string>> Store::RecordAudits(const std::vector<AuditRecord>& audits) {
  for (const AuditRecord& audit : audits) WB_RETURN_IF_ERROR(CheckShape(audit));
  std::vector<std::string> ids;
  const Turn turn(this);
  Database* database = database_.get();
  WB_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(database, Transaction::Kind::kWrite));
  for (const AuditRecord& audit : audits) {
    AuditRecord named = audit;
    if (named.audit_id.empty()) named.audit_id = AuditIdOf(audit);
    WB_RETURN_IF_ERROR(InsertBlobs(database, named.blobs));
    WB_ASSIGN_OR_RETURN(const int64_t sequence, InsertAudit(database, named));
    WB_RETURN_IF_ERROR(PublishAudit(database, sequence, &named.artifacts));
    ids.push_back(named.audit_id);
  }
  WB_RETURN_IF_ERROR(transaction.Commit());
  return ids;
}

absl::StatusOr<std::optional<AuditRecord>> Store::FindAudit(const AuditKey& key, AuditFilter filter) {
  if (!IsDigest(key.model_digest)) return absl::InvalidArgumentError("FindAudit needs a model digest");
  const Turn turn(this);
  Database* database = database_.get();
  WB_ASSIGN_OR_RETURN(const Transaction view, Transaction::Begin(database, Transaction::Kind::kRead));
  return WithRows(database, ReadAuditByKey(database, key.model_digest, key.rules_digest, key.classifier_version,
                                           key.context_digest, filter == AuditFilter::kMeasured));
}

absl::StatusOr<std::optional<AuditRecord>> Store::LatestAuditByModelDigest(std::string_view model_digest,
                                                                           AuditFilter filter) {
  if (!IsDigest(model_digest)) return absl::InvalidArgumentError("LatestAuditByModelDigest needs a model digest");
  const Turn turn(this);
  Database* database = database_.get();
  WB_ASSIGN_OR_RETURN(const Transaction view, Transaction::Begin(database, Transaction::Kind::kRead));
  return WithRows(database, ReadLatestAudit(database, model_digest, filter == AuditFilter::kMeasured));
}

absl::StatusOr<AuditRecord> Store::GetAudit(std::string_view id) {
  const Turn turn(this);
  Database* database = database_.get();
  WB_ASSIGN_OR_RETURN(const Transaction view, Transaction::Begin(database, Transaction::Kind::kRead));
  WB_ASSIGN_OR_RETURN(const std::string audit_id, ResolveId(database, kAuditIds, id));
  WB_ASSIGN_OR_RETURN(std::optional<AuditRecord> audit, WithRows(database, ReadAuditById(database, audit_id)));
  if (!audit) return absl::DataLossError(database->Message("lists an audit that it does not hold; restore a backup"));
  return *std::move(audit);
}

absl::StatusOr<DecisionRecord> Store::GetDecision(std::string_view id) {
  const Turn turn(this);
  Database* database = database_.get();
  WB_ASSIGN_OR_RETURN(const Transaction view, Transaction::Begin(database, Transaction::Kind::kRead));
  WB_ASSIGN_OR_RETURN(const std::string decision_id, ResolveId(database, kDecisionIds, id));
  WB_ASSIGN_OR_RETURN(std::optional<DecisionRecord> decision, ReadDecisionById(database, decision_id));
  if (!decision)
    return absl::DataLossError(database->Message("lists a decision that it does not hold; restore a backup"));
  return *std::move(decision);
}

absl::StatusOr<std::vector<DecisionRecord>> Store::ListDecisions(std::string_view audit_id) {
  if (!IsDigest(audit_id)) return absl::InvalidArgumentError("ListDecisions needs the full id of an audit");
  const Turn turn(this);
  WB_ASSIGN_OR_RETURN(const Transaction view, Transaction::Begin(database_.get(), Transaction::Kind::kRead));
  return ReadDecisionsOf(database_.get(), audit_id);
}

absl::StatusOr<AuditPage> Store::ListAudits(int page_size, int64_t before) {
  if (page_size < 1 || page_size > kPageSizeMax || before < 0) {
    return absl::InvalidArgumentError(
        absl::StrFormat("a page has 1 to %d audits and begins at 0 or more", kPageSizeMax));
  }
  const Turn turn(this);
  WB_ASSIGN_OR_RETURN(std::vector<StoredAudit> audits, ReadAuditsBefore(database_.get(), before, page_size + 1));
  AuditPage page;
  if (static_cast<int>(audits.size()) > page_size) {
    audits.pop_back();
    page.next_before = audits.back().sequence;
  }
  for (const StoredAudit& audit : audits) page.audits.push_back(Summarize(audit));
  return page;
}

absl::Status Store::VerifyAll() {
  const Turn turn(this);
  Database* database = database_.get();
  WB_ASSIGN_OR_RETURN(const Transaction view, Transaction::Begin(database, Transaction::Kind::kRead));
  WB_RETURN_IF_ERROR(database->FullCheck());
  WB_RETURN_IF_ERROR(CheckReferences(database));
  WB_RETURN_IF_ERROR(VerifyBlobs(database));
  AnswerCheck answers(database);
  WB_RETURN_IF_ERROR(VisitAudits(database, [&answers](const StoredAudit& audit) { return answers.Check(audit); }));
  WB_RETURN_IF_ERROR(answers.CheckTotals());
  WB_RETURN_IF_ERROR(VerifyDecisions(database));
  return VerifyChain(database);
}

}  // namespace weighbridge::db
