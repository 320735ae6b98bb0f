// Events of the log as the bytes that are kept (proto/weighbridge/v1/event.proto). Pure; thread-safe.
#ifndef WEIGHBRIDGE_SERVICES_AUDITLOG_EVENT_H_
#define WEIGHBRIDGE_SERVICES_AUDITLOG_EVENT_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "db/store/chain_records.h"
#include "proto/weighbridge/v1/event.pb.h"

namespace weighbridge::auditlog {

// An event as it is appended. Strings that are no UTF-8 are made printable first, and cut at their limits: an event is
// never lost because of what it speaks of.
db::EventInput MakeEvent(v1::EventKind::Value kind, absl::Time time, std::string_view subject_id,
                         std::string_view model_digest, v1::EventBody body);

// What was stored; DATA_LOSS if leaf, body and their digests do not fit.
absl::StatusOr<v1::LogEntry> ReadEvent(const db::EventRecord& stored);

}  // namespace weighbridge::auditlog

#endif  // WEIGHBRIDGE_SERVICES_AUDITLOG_EVENT_H_
