#include "services/auditlog/event.h"

#include <utility>

#include "google/protobuf/util/json_util.h"
#include "services/base/instant.h"
#include "services/base/utf8.h"
#include "services/crypto/sha256.h"
#include "services/report/json.h"

namespace weighbridge::auditlog {
namespace {

constexpr size_t kTextMaxBytes = 4096;

// Printable and short: a name or a reason can make an event neither unreadable nor too long.
void Tame(std::string* text) {
  if (!IsValidUtf8(*text) || text->size() > kTextMaxBytes) {
    *text = Printable(std::string_view(*text).substr(0, kTextMaxBytes)).substr(0, kTextMaxBytes);
  }
}

}  // namespace

db::EventInput MakeEvent(v1::EventKind::Value kind, absl::Time time, std::string_view subject_id,
                         std::string_view model_digest, v1::EventBody body) {
  for (std::string* text : {body.mutable_by(), body.mutable_principal(), body.mutable_reason(), body.mutable_detail(),
                            body.mutable_engine(), body.mutable_request_id()}) {
    Tame(text);
  }
  db::EventInput input;
  input.kind = v1::EventKind::Value_Name(kind);
  input.body = report::ToJson(body);
  v1::Event event;
  event.set_schema_version(1);
  event.set_kind(kind);
  event.set_time(FormatInstant(time));
  event.set_subject_id(Printable(subject_id));
  event.set_model_digest(Printable(model_digest));
  event.set_body_sha256(Sha256Hex(input.body));
  input.leaf = report::ToJson(event);
  return input;
}

absl::StatusOr<v1::LogEntry> ReadEvent(const db::EventRecord& stored) {
  v1::LogEntry entry;
  entry.set_schema_version(1);
  entry.set_sequence(stored.sequence);
  entry.set_leaf_sha256(Sha256Hex(stored.leaf));
  if (!google::protobuf::util::JsonStringToMessage(stored.leaf, entry.mutable_event()).ok() ||
      !google::protobuf::util::JsonStringToMessage(stored.body, entry.mutable_body()).ok() ||
      v1::EventKind::Value_Name(entry.event().kind()) != stored.kind ||
      entry.event().body_sha256() != Sha256Hex(stored.body)) {
    return absl::DataLossError("event " + std::to_string(stored.sequence) + " is damaged: leaf and body do not fit");
  }
  return entry;
}

}  // namespace weighbridge::auditlog
