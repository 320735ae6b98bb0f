// Numbered, append-only changes of a schema.
//
// The table schema_migrations records each with the SHA-256 of its SQL; PRAGMA user_version is the number of the last.
#ifndef WEIGHBRIDGE_DB_SQLITE_MIGRATE_H_
#define WEIGHBRIDGE_DB_SQLITE_MIGRATE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "db/sqlite/database.h"

namespace weighbridge::db {

struct Migration {
  int number = 0;    // 1, 2, 3, ... without gaps
  std::string name;  // "0001_audits"
  std::string sql;
};

// Brings the database to the last of `migrations`, each in one transaction; several processes may do so at once. Then
// compares the schema with what the migrations make of an empty database, so that a table, trigger or view that
// somebody added or changed is found before a statement runs on it.
//
// FailedPrecondition: the database is newer than `migrations`, was made by other migrations, or is older and opened
// read-only. DataLoss: the schema or its record is not what the migrations make. InvalidArgument: `migrations` has a
// gap.
absl::Status Migrate(Database* database, const std::vector<Migration>& migrations);

}  // namespace weighbridge::db

#endif  // WEIGHBRIDGE_DB_SQLITE_MIGRATE_H_
