// Ids that people type, whole or by their first digits.
#ifndef WEIGHBRIDGE_DB_STORE_RESOLVE_ID_H_
#define WEIGHBRIDGE_DB_STORE_RESOLVE_ID_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "db/sqlite/database.h"

namespace weighbridge::db {

struct IdTable {
  const char* noun;
  const char* sql;  // ids from the first parameter up to the second, at most the third, in order
};

// The whole id. NotFound, InvalidArgument (no id, or the first of several, which are listed).
absl::StatusOr<std::string> ResolveId(Database* database, const IdTable& table, std::string_view prefix);

}  // namespace weighbridge::db

#endif  // WEIGHBRIDGE_DB_STORE_RESOLVE_ID_H_
