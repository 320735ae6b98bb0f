// The table events, and the requests that were done once.
#ifndef WEIGHBRIDGE_DB_STORE_EVENTS_H_
#define WEIGHBRIDGE_DB_STORE_EVENTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "db/sqlite/database.h"
#include "db/store/chain_records.h"

namespace weighbridge::db {

// Appends inside the caller's transaction, and returns the event's number. InvalidArgument, ResourceExhausted: shape
// and limits.
absl::StatusOr<int64_t> AppendEvent(Database* database, const EventInput& event);
absl::StatusOr<std::vector<EventRecord>> ReadEvents(Database* database, int64_t from, int page_size);
absl::StatusOr<int64_t> CountEvents(Database* database);
// Digest check of every event, and that no number is missing.
absl::Status VerifyEvents(Database* database);

// What the request was answered with; nullopt if it is new, or has no id. AlreadyExists if its id was used for
// something else.
absl::StatusOr<std::optional<std::string>> FindRequest(Database* database, const RequestKey& request);
absl::Status InsertRequest(Database* database, const RequestKey& request, const std::string& result);

}  // namespace weighbridge::db

#endif  // WEIGHBRIDGE_DB_STORE_EVENTS_H_
