// The chain behind a decision: Store's calls over chain_records.h.

#include "db/store/store_chain.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "db/sqlite/database.h"
#include "db/sqlite/statement.h"
#include "db/sqlite/transaction.h"
#include "db/store/blobs.h"
#include "db/store/chain_table.h"
#include "db/store/digest_bytes.h"
#include "db/store/events.h"
#include "db/store/resolve_id.h"
#include "db/store/shape.h"
#include "db/store/store.h"
#include "db/store/turn.h"
#include "services/base/status_macros.h"

namespace weighbridge::db {
namespace {

const ChainTable& Approvals() {
  static const auto* const kTable =
      new ChainTable{"approvals",
                     {"approval_id", "model_digest", "weights_digest", "set_digest", "decision", "decision_id",
                      "not_before", "expires", "key_id", "uses", "environments", "regions", "engines", "by_name",
                      "reason", "principal", "created_at", "statement_blob", "envelope_blob"},
                     {"statement_blob", "envelope_blob"}};
  return *kTable;
}

const ChainTable& Revocations() {
  static const auto* const kTable =
      new ChainTable{"revocations", {"approval_id", "by_name", "principal", "reason", "revoked_at"}, {}};
  return *kTable;
}

const ChainTable& Rulings() {
  static const auto* const kTable = new ChainTable{"rulings",
                                                   {"ruling_id", "model_digest", "component", "license_id", "until",
                                                    "document_blob", "evidence_blob", "recorded_at"},
                                                   {"document_blob", "evidence_blob"}};
  return *kTable;
}

const ChainTable& Waivers() {
  static const auto* const kTable =
      new ChainTable{"waivers",
                     {"waiver_id", "model_digest", "rule_id", "until", "key_id", "envelope_blob", "recorded_at"},
                     {"envelope_blob"}};
  return *kTable;
}

const ChainTable& KeyChanges() {
  static const auto* const kTable =
      new ChainTable{"key_changes", {"key_id", "change", "public_key", "name", "reason", "changed_at"}, {}};
  return *kTable;
}

const ChainTable& Admissions() {
  static const auto* const kTable =
      new ChainTable{"admissions", {"outcome", "approval_id", "model_digest", "reason", "engine", "at"}, {}};
  return *kTable;
}

std::string Joined(const std::vector<std::string>& list) {
  std::string joined;
  for (const std::string& item : list) joined += item + "\n";
  return joined;
}

std::vector<std::string> Split(const std::string& joined) {
  std::vector<std::string> list;
  for (size_t at = 0; at < joined.size();) {
    const size_t end = joined.find('\n', at);
    if (end == std::string::npos) break;
    list.push_back(joined.substr(at, end - at));
    at = end + 1;
  }
  return list;
}

std::vector<std::string> ValuesOf(const ApprovalRow& row) {
  return {row.approval_id,
          row.model_digest,
          row.weights_digest,
          row.set_digest,
          row.decision,
          row.decision_id,
          row.not_before,
          row.expires,
          row.key_id,
          Joined(row.uses),
          Joined(row.environments),
          Joined(row.regions),
          Joined(row.engines),
          row.by,
          row.reason,
          row.principal,
          row.created_at,
          row.statement_blob,
          row.envelope_blob};
}

ApprovalRow ApprovalOf(const ChainRow& stored) {
  const std::vector<std::string>& v = stored.values;
  ApprovalRow row;
  row.sequence = stored.sequence;
  row.approval_id = v[0];
  row.model_digest = v[1];
  row.weights_digest = v[2];
  row.set_digest = v[3];
  row.decision = v[4];
  row.decision_id = v[5];
  row.not_before = v[6];
  row.expires = v[7];
  row.key_id = v[8];
  row.uses = Split(v[9]);
  row.environments = Split(v[10]);
  row.regions = Split(v[11]);
  row.engines = Split(v[12]);
  row.by = v[13];
  row.reason = v[14];
  row.principal = v[15];
  row.created_at = v[16];
  row.statement_blob = v[17];
  row.envelope_blob = v[18];
  return row;
}

// Content of a row that enters the comparison with what is stored; the instant of recording does not.
bool SameContent(std::vector<std::string> a, std::vector<std::string> b, size_t instant) {
  a[instant].clear();
  b[instant].clear();
  return a == b;
}

// One transaction: what was done under this request before stands; else `write` records, and its result is kept.
absl::StatusOr<std::string> Once(Database* database, const RequestKey& request,
                                 const std::function<absl::StatusOr<std::string>()>& write) {
  WB_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(database, Transaction::Kind::kWrite));
  WB_ASSIGN_OR_RETURN(const std::optional<std::string> earlier, FindRequest(database, request));
  if (earlier.has_value()) return *earlier;
  WB_ASSIGN_OR_RETURN(std::string result, write());
  WB_RETURN_IF_ERROR(InsertRequest(database, request, result));
  WB_RETURN_IF_ERROR(transaction.Commit());
  return result;
}

// Records a row under an id unless it is stored with equal content. `instant` is the column of the instant of
// recording.
absl::StatusOr<std::string> InsertOnce(Database* database, const ChainTable& table,
                                       const std::vector<std::string>& values, size_t instant,
                                       const std::vector<BlobInput>& blobs, const EventInput& event,
                                       bool first_stands) {
  WB_ASSIGN_OR_RETURN(const std::vector<ChainRow> earlier,
                      ReadChainRows(database, table, absl::StrFormat("%s = ?", table.columns[0]), {values[0]}));
  if (!earlier.empty()) {
    if (first_stands || SameContent(earlier.front().values, values, instant)) return values[0];
    return absl::AlreadyExistsError(
        database->Message(absl::StrFormat("holds another row of %s under the id %s", table.name, values[0])));
  }
  WB_RETURN_IF_ERROR(InsertBlobs(database, blobs));
  WB_ASSIGN_OR_RETURN(const int64_t event_sequence, AppendEvent(database, event));
  WB_RETURN_IF_ERROR(InsertChainRow(database, table, event_sequence, values).status());
  return values[0];
}

absl::Status InsertApprovalDigests(Database* database, const ApprovalRow& approval) {
  WB_ASSIGN_OR_RETURN(const int64_t sequence, database->QueryInt64("SELECT max(sequence) FROM approvals"));
  WB_ASSIGN_OR_RETURN(
      Statement insert,
      database->Prepare("INSERT OR IGNORE INTO approval_digests (digest, approval_sequence) VALUES (?, ?)"));
  for (const std::string* digest :
       {&approval.approval_id, &approval.model_digest, &approval.weights_digest, &approval.set_digest}) {
    if (digest->empty()) continue;
    insert.BindBlob(1, DigestBytes(*digest));
    insert.BindInt64(2, sequence);
    WB_RETURN_IF_ERROR(insert.Run());
    insert.Reset();
  }
  return absl::OkStatus();
}

absl::Status CheckPage(int page_size, int64_t from) {
  if (page_size >= 1 && page_size <= kPageSizeMax && from >= 0) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrFormat("a page has 1 to %d rows and begins at 0 or more", kPageSizeMax));
}

RevocationRow RevocationOf(const ChainRow& stored) {
  const std::vector<std::string>& v = stored.values;
  return {v[0], v[1], v[2], v[3], v[4], stored.sequence};
}

absl::StatusOr<int64_t> ReadFloor(Database* database) {
  WB_ASSIGN_OR_RETURN(const int64_t rows, database->QueryInt64("SELECT count(*) FROM clock_floor"));
  if (rows != 1) return absl::DataLossError(database->Message("lost the latest instant it saw; restore a backup"));
  return database->QueryInt64("SELECT seen FROM clock_floor");
}

constexpr IdTable kApprovalIds = {
    "approval",
    "SELECT approval_id FROM approvals WHERE approval_id >= ? AND approval_id < ? ORDER BY approval_id LIMIT ?"};

}  // namespace

absl::StatusOr<std::string> Store::RecordApproval(const ApprovalRow& approval, const EventInput& event,
                                                  const RequestKey& request) {
  WB_RETURN_IF_ERROR(CheckShape(approval));
  const Turn turn(this);
  Database* database = database_.get();
  return Once(database, request, [&]() -> absl::StatusOr<std::string> {
    WB_ASSIGN_OR_RETURN(const int64_t before, database->QueryInt64("SELECT count(*) FROM approvals"));
    WB_ASSIGN_OR_RETURN(std::string id, InsertOnce(database, Approvals(), ValuesOf(approval), 16, approval.blobs, event,
                                                   /*first_stands=*/false));
    WB_ASSIGN_OR_RETURN(const int64_t after, database->QueryInt64("SELECT count(*) FROM approvals"));
    if (after > before) WB_RETURN_IF_ERROR(InsertApprovalDigests(database, approval));
    return id;
  });
}

absl::StatusOr<RevocationRow> Store::RecordRevocation(const RevocationRow& revocation, const EventInput& event,
                                                      const RequestKey& request) {
  WB_RETURN_IF_ERROR(CheckShape(revocation));
  const Turn turn(this);
  Database* database = database_.get();
  const absl::StatusOr<std::string> id = Once(database, request, [&]() -> absl::StatusOr<std::string> {
    WB_ASSIGN_OR_RETURN(const std::vector<ChainRow> approval,
                        ReadChainRows(database, Approvals(), "approval_id = ?", {revocation.approval_id}));
    if (approval.empty()) {
      return absl::NotFoundError(database->Message(absl::StrFormat("holds no approval %s", revocation.approval_id)));
    }
    return InsertOnce(
        database, Revocations(),
        {revocation.approval_id, revocation.by, revocation.principal, revocation.reason, revocation.revoked_at}, 4, {},
        event, /*first_stands=*/true);
  });
  if (!id.ok()) return id.status();
  WB_ASSIGN_OR_RETURN(const std::vector<ChainRow> rows,
                      ReadChainRows(database, Revocations(), "approval_id = ?", {*id}));
  if (rows.empty()) return absl::DataLossError(database->Message("lost a revocation; restore a backup"));
  return RevocationOf(rows.front());
}

absl::Status Store::RecordRuling(const RulingRow& ruling, const EventInput& event, const RequestKey& request) {
  WB_RETURN_IF_ERROR(CheckShape(ruling));
  const Turn turn(this);
  Database* database = database_.get();
  return Once(database, request,
              [&] {
                return InsertOnce(database, Rulings(),
                                  {ruling.ruling_id, ruling.model_digest, ruling.component, ruling.license_id,
                                   ruling.until, ruling.document_blob, ruling.evidence_blob, ruling.recorded_at},
                                  7, ruling.blobs, event, /*first_stands=*/false);
              })
      .status();
}

absl::Status Store::RecordWaiver(const WaiverRow& waiver, const EventInput& event, const RequestKey& request) {
  WB_RETURN_IF_ERROR(CheckShape(waiver));
  const Turn turn(this);
  Database* database = database_.get();
  return Once(database, request,
              [&] {
                return InsertOnce(database, Waivers(),
                                  {waiver.waiver_id, waiver.model_digest, waiver.rule_id, waiver.until, waiver.key_id,
                                   waiver.envelope_blob, waiver.recorded_at},
                                  6, waiver.blobs, event, /*first_stands=*/false);
              })
      .status();
}

absl::Status Store::RecordKeyChange(const KeyChangeRow& change, const EventInput& event) {
  WB_RETURN_IF_ERROR(CheckShape(change));
  const Turn turn(this);
  WB_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(database_.get(), Transaction::Kind::kWrite));
  WB_ASSIGN_OR_RETURN(const int64_t sequence, AppendEvent(database_.get(), event));
  WB_RETURN_IF_ERROR(
      InsertChainRow(database_.get(), KeyChanges(), sequence,
                     {change.key_id, change.change, change.public_key, change.name, change.reason, change.changed_at})
          .status());
  return transaction.Commit();
}

absl::Status Store::RecordAdmission(const AdmissionRow& admission, const EventInput& event) {
  WB_RETURN_IF_ERROR(CheckShape(admission));
  const Turn turn(this);
  WB_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(database_.get(), Transaction::Kind::kWrite));
  WB_ASSIGN_OR_RETURN(const int64_t sequence, AppendEvent(database_.get(), event));
  WB_RETURN_IF_ERROR(InsertChainRow(database_.get(), Admissions(), sequence,
                                    {admission.admitted ? "admitted" : "refused", admission.approval_id,
                                     admission.model_digest, admission.reason, admission.engine, admission.at})
                         .status());
  return transaction.Commit();
}

absl::StatusOr<std::optional<std::string>> Store::FindRequest(const RequestKey& request) {
  const Turn turn(this);
  return db::FindRequest(database_.get(), request);
}

absl::StatusOr<ApprovalRow> Store::GetApproval(std::string_view id) {
  const Turn turn(this);
  Database* database = database_.get();
  WB_ASSIGN_OR_RETURN(const Transaction view, Transaction::Begin(database, Transaction::Kind::kRead));
  WB_ASSIGN_OR_RETURN(const std::string approval_id, ResolveId(database, kApprovalIds, id));
  WB_ASSIGN_OR_RETURN(const std::vector<ChainRow> rows,
                      ReadChainRows(database, Approvals(), "approval_id = ?", {approval_id}));
  if (rows.empty())
    return absl::DataLossError(database->Message("lists an approval that it does not hold; restore a backup"));
  return ApprovalOf(rows.front());
}

absl::StatusOr<std::optional<RevocationRow>> Store::FindRevocation(std::string_view approval_id) {
  const Turn turn(this);
  WB_ASSIGN_OR_RETURN(const std::vector<ChainRow> rows,
                      ReadChainRows(database_.get(), Revocations(), "approval_id = ?", {std::string(approval_id)}));
  if (rows.empty()) return std::nullopt;
  return RevocationOf(rows.front());
}

absl::StatusOr<std::vector<ApprovalRow>> Store::ListApprovals(const ApprovalFilter& filter, int page_size,
                                                              int64_t before) {
  WB_RETURN_IF_ERROR(CheckPage(page_size, before));
  if (!filter.digest.empty() && !IsDigest(filter.digest)) {
    return absl::InvalidArgumentError("a digest has 64 lower-case hexadecimal digits");
  }
  std::string condition = before == 0 ? "1 = 1" : "1 = 1 AND sequence < ?";
  std::vector<std::string> texts;
  if (!filter.digest.empty()) {
    condition = "? IN (model_digest, weights_digest, set_digest, approval_id)" +
                std::string(before == 0 ? "" : " AND sequence < ?");
    texts.push_back(filter.digest);
  }
  if (filter.not_revoked) condition += " AND approval_id NOT IN (SELECT approval_id FROM revocations)";
  std::vector<int64_t> numbers;
  if (before != 0) numbers.push_back(before);
  if (filter.not_expired_at != 0) {
    condition += " AND unixepoch(expires) >= ?";
    numbers.push_back(filter.not_expired_at);
  }
  numbers.push_back(page_size);
  const Turn turn(this);
  WB_ASSIGN_OR_RETURN(
      const std::vector<ChainRow> rows,
      ReadChainRows(database_.get(), Approvals(), condition + " ORDER BY sequence DESC LIMIT ?", texts, numbers));
  std::vector<ApprovalRow> approvals;
  for (const ChainRow& row : rows) approvals.push_back(ApprovalOf(row));
  return approvals;
}

absl::StatusOr<ApprovalChanges> Store::ApprovalChangesAfter(int64_t approvals_after, int64_t revocations_after,
                                                            int page_size) {
  WB_RETURN_IF_ERROR(CheckPage(page_size, std::min(approvals_after, revocations_after)));
  const Turn turn(this);
  Database* database = database_.get();
  WB_ASSIGN_OR_RETURN(const Transaction view, Transaction::Begin(database, Transaction::Kind::kRead));
  const std::string condition = "sequence > ? ORDER BY sequence LIMIT ?";
  ApprovalChanges changes;
  WB_ASSIGN_OR_RETURN(const std::vector<ChainRow> approvals,
                      ReadChainRows(database, Approvals(), condition, {}, {approvals_after, page_size}));
  for (const ChainRow& row : approvals) changes.approvals.push_back(ApprovalOf(row));
  WB_ASSIGN_OR_RETURN(const std::vector<ChainRow> revocations,
                      ReadChainRows(database, Revocations(), condition, {}, {revocations_after, page_size}));
  for (const ChainRow& row : revocations) changes.revocations.push_back(RevocationOf(row));
  return changes;
}

absl::StatusOr<std::vector<RulingRow>> Store::ListRulings(std::string_view model_digest) {
  const Turn turn(this);
  WB_ASSIGN_OR_RETURN(
      const std::vector<ChainRow> rows,
      ReadChainRows(database_.get(), Rulings(), "model_digest = ? ORDER BY sequence", {std::string(model_digest)}));
  std::vector<RulingRow> rulings;
  for (const ChainRow& row : rows) {
    const std::vector<std::string>& v = row.values;
    rulings.push_back({row.sequence, v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], {}});
  }
  return rulings;
}

absl::StatusOr<std::vector<WaiverRow>> Store::ListWaivers(std::string_view model_digest) {
  const Turn turn(this);
  WB_ASSIGN_OR_RETURN(
      const std::vector<ChainRow> rows,
      ReadChainRows(database_.get(), Waivers(), "model_digest = ? ORDER BY sequence", {std::string(model_digest)}));
  std::vector<WaiverRow> waivers;
  for (const ChainRow& row : rows) {
    const std::vector<std::string>& v = row.values;
    waivers.push_back({row.sequence, v[0], v[1], v[2], v[3], v[4], v[5], v[6], {}});
  }
  return waivers;
}

absl::StatusOr<std::vector<KeyChangeRow>> Store::ListKeyChanges() {
  const Turn turn(this);
  WB_ASSIGN_OR_RETURN(const std::vector<ChainRow> rows,
                      ReadChainRows(database_.get(), KeyChanges(), "1 = 1 ORDER BY sequence", {}));
  std::vector<KeyChangeRow> changes;
  for (const ChainRow& row : rows) {
    const std::vector<std::string>& v = row.values;
    changes.push_back({row.sequence, v[0], v[1], v[2], v[3], v[4], v[5]});
  }
  return changes;
}

absl::StatusOr<std::vector<EventRecord>> Store::ListEvents(int64_t from, int page_size) {
  WB_RETURN_IF_ERROR(CheckPage(page_size, from));
  const Turn turn(this);
  return ReadEvents(database_.get(), from, page_size);
}

absl::StatusOr<int64_t> Store::CountEvents() {
  const Turn turn(this);
  return db::CountEvents(database_.get());
}

absl::StatusOr<int64_t> Store::ClockFloor() {
  const Turn turn(this);
  return ReadFloor(database_.get());
}

absl::StatusOr<int64_t> Store::RaiseClockFloor(int64_t now) {
  if (now < 0) return absl::InvalidArgumentError("an instant before 1970");
  const Turn turn(this);
  Database* database = database_.get();
  WB_ASSIGN_OR_RETURN(const int64_t kept, ReadFloor(database));
  // Who cannot write cannot keep it, also where nothing would be written now.
  if (kept >= now && !database->read_only()) return kept;
  WB_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(database, Transaction::Kind::kWrite));
  {
    // Another process may have raised it further meanwhile.
    WB_ASSIGN_OR_RETURN(Statement update, database->Prepare("UPDATE clock_floor SET seen = max(seen, ?) WHERE id = 1"));
    update.BindInt64(1, now);
    WB_RETURN_IF_ERROR(update.Run());
  }
  WB_ASSIGN_OR_RETURN(const int64_t latest, ReadFloor(database));
  WB_RETURN_IF_ERROR(transaction.Commit());
  return latest;
}

absl::Status VerifyChain(Database* database) {
  WB_RETURN_IF_ERROR(VerifyEvents(database));
  for (const ChainTable* table : {&Approvals(), &Revocations(), &Rulings(), &Waivers(), &KeyChanges(), &Admissions()}) {
    WB_RETURN_IF_ERROR(VerifyChainTable(database, *table));
  }
  WB_ASSIGN_OR_RETURN(
      const int64_t unlisted,
      database->QueryInt64(
          "SELECT (SELECT count(*) FROM approvals) - (SELECT count(*) FROM approval_digests AS d"
          " JOIN approvals AS a ON a.sequence = d.approval_sequence AND a.approval_id = lower(hex(d.digest)))"));
  if (unlisted == 0) return absl::OkStatus();
  return absl::DataLossError(database->Message("holds an approval that no check would find; restore a backup"));
}

}  // namespace weighbridge::db
