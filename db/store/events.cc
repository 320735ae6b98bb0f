#include "db/store/events.h"

#include <utility>

#include "absl/strings/str_format.h"
#include "db/sqlite/statement.h"
#include "db/store/netstring.h"
#include "db/store/shape.h"
#include "db/store/store.h"
#include "services/base/status_macros.h"
#include "services/crypto/sha256.h"

namespace weighbridge::db {
namespace {

constexpr size_t kRequestIdMaxBytes = 64;

std::string DigestOf(const EventRecord& event) {
  std::string encoded;
  AppendNetstring(&encoded, "weighbridge event 1");
  AppendNetstring(&encoded, std::to_string(event.sequence));
  AppendNetstring(&encoded, event.kind);
  AppendNetstring(&encoded, event.leaf);
  AppendNetstring(&encoded, event.body);
  return Sha256Hex(encoded);
}

}  // namespace

absl::StatusOr<int64_t> AppendEvent(Database* database, const EventInput& event) {
  if (event.kind.empty() || event.leaf.empty()) {
    return absl::InvalidArgumentError("what is recorded needs an event of a kind, with a leaf");
  }
  if (event.leaf.size() > kLeafMaxBytes || event.body.size() > kEventBodyMaxBytes ||
      event.kind.size() > kNameMaxBytes) {
    return absl::ResourceExhaustedError(
        absl::StrFormat("the leaf of an event has at most %d bytes, its body %d", kLeafMaxBytes, kEventBodyMaxBytes));
  }
  WB_ASSIGN_OR_RETURN(const int64_t newest, database->QueryInt64("SELECT coalesce(max(sequence), -1) FROM events"));
  const EventRecord record = {newest + 1, event.kind, event.leaf, event.body};
  WB_ASSIGN_OR_RETURN(
      Statement insert,
      database->Prepare("INSERT INTO events (sequence, kind, leaf, body, row_sha256) VALUES (?, ?, ?, ?, ?)"));
  insert.BindInt64(1, record.sequence);
  insert.BindText(2, record.kind);
  insert.BindBlob(3, record.leaf);
  insert.BindBlob(4, record.body);
  insert.BindText(5, DigestOf(record));
  WB_RETURN_IF_ERROR(insert.Run());
  return record.sequence;
}

absl::StatusOr<std::vector<EventRecord>> ReadEvents(Database* database, int64_t from, int page_size) {
  WB_ASSIGN_OR_RETURN(Statement select,
                      database->Prepare("SELECT sequence, kind, leaf, body, row_sha256 FROM events WHERE sequence >= ?"
                                        " ORDER BY sequence LIMIT ?"));
  select.BindInt64(1, from);
  select.BindInt64(2, page_size);
  std::vector<EventRecord> events;
  while (true) {
    WB_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) return events;
    EventRecord event;
    event.sequence = select.ColumnInt64(0);
    event.kind = select.ColumnText(1);
    event.leaf = select.ColumnBlob(2);
    event.body = select.ColumnBlob(3);
    if (select.ColumnText(4) != DigestOf(event) || event.sequence != from + static_cast<int64_t>(events.size())) {
      return absl::DataLossError(database->Message(absl::StrFormat("event %d is damaged or missing; restore a backup",
                                                                   from + static_cast<int64_t>(events.size()))));
    }
    events.push_back(std::move(event));
  }
}

absl::StatusOr<int64_t> CountEvents(Database* database) {
  return database->QueryInt64("SELECT coalesce(max(sequence), -1) + 1 FROM events");
}

absl::Status VerifyEvents(Database* database) {
  for (int64_t from = 0;;) {
    WB_ASSIGN_OR_RETURN(const std::vector<EventRecord> events, ReadEvents(database, from, kPageSizeMax));
    if (events.empty()) return absl::OkStatus();
    from += static_cast<int64_t>(events.size());
  }
}

absl::StatusOr<std::optional<std::string>> FindRequest(Database* database, const RequestKey& request) {
  if (request.request_id.empty()) return std::nullopt;
  if (request.request_id.size() > kRequestIdMaxBytes || !IsDigest(request.request_digest)) {
    return absl::InvalidArgumentError(
        absl::StrFormat("a request id has 1 to %d bytes, and a digest", kRequestIdMaxBytes));
  }
  WB_ASSIGN_OR_RETURN(Statement select,
                      database->Prepare("SELECT request_digest, result FROM requests WHERE request_id = ?"));
  select.BindText(1, request.request_id);
  WB_ASSIGN_OR_RETURN(const bool found, select.Step());
  if (!found) return std::nullopt;
  if (select.ColumnText(0) != request.request_digest) {
    return absl::AlreadyExistsError("the request id was used before, for something else");
  }
  return select.ColumnText(1);
}

absl::Status InsertRequest(Database* database, const RequestKey& request, const std::string& result) {
  if (request.request_id.empty()) return absl::OkStatus();
  WB_ASSIGN_OR_RETURN(Statement insert,
                      database->Prepare("INSERT INTO requests (request_id, request_digest, result) VALUES (?, ?, ?)"));
  insert.BindText(1, request.request_id);
  insert.BindText(2, request.request_digest);
  insert.BindText(3, result);
  return insert.Run();
}

}  // namespace weighbridge::db
