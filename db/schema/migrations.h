// The numbered SQL files of this folder, linked into the binary, in order.
#ifndef WEIGHBRIDGE_DB_SCHEMA_MIGRATIONS_H_
#define WEIGHBRIDGE_DB_SCHEMA_MIGRATIONS_H_

#include <vector>

#include "db/sqlite/migrate.h"

namespace weighbridge::db {

// SQLite's application_id of a store: the letters "WBRG". On disk; never changes.
inline constexpr int kStoreApplicationId = 0x57425247;

const std::vector<Migration>& Migrations();

}  // namespace weighbridge::db

#endif  // WEIGHBRIDGE_DB_SCHEMA_MIGRATIONS_H_
