#include "db/sqlite/migrate.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_format.h"
#include "db/sqlite/statement.h"
#include "db/sqlite/transaction.h"
#include "services/base/status_macros.h"
#include "services/crypto/sha256.h"

namespace weighbridge::db {
namespace {

constexpr char kMigrationTable[] =
    "CREATE TABLE schema_migrations (\n"
    "  number INTEGER PRIMARY KEY CHECK (number > 0),\n"
    "  name TEXT NOT NULL,\n"
    "  sha256 TEXT NOT NULL CHECK (length(sha256) = 64)\n"
    ") STRICT";

absl::Status CheckNumbers(const std::vector<Migration>& migrations) {
  if (migrations.empty()) return absl::InvalidArgumentError("no migrations were given");
  for (size_t i = 0; i < migrations.size(); ++i) {
    if (migrations[i].number != static_cast<int>(i) + 1) {
      return absl::InvalidArgumentError(absl::StrFormat("migration %s has number %d where %d is due",
                                                        migrations[i].name, migrations[i].number,
                                                        static_cast<int>(i) + 1));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<int64_t> UserVersion(Database* database) { return database->QueryInt64("PRAGMA user_version"); }

absl::Status CheckVersion(Database* database, int64_t version, int64_t newest) {
  if (version < 0) return absl::DataLossError(database->Message(absl::StrFormat("has schema version %d", version)));
  if (version > newest) {
    return absl::FailedPreconditionError(database->Message(absl::StrFormat(
        "has schema version %d, but this program knows versions up to %d; use the newer program that wrote it", version,
        newest)));
  }
  return absl::OkStatus();
}

// Applies `migration` unless another process did so since the version was read.
absl::Status Apply(Database* database, const Migration& migration) {
  WB_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(database, Transaction::Kind::kWrite));
  WB_ASSIGN_OR_RETURN(const int64_t version, UserVersion(database));
  if (version >= migration.number) return absl::OkStatus();
  if (version != migration.number - 1) {
    return absl::DataLossError(
        database->Message(absl::StrFormat("has schema version %d where %d is due", version, migration.number - 1)));
  }
  if (migration.number == 1) {
    WB_ASSIGN_OR_RETURN(const int64_t objects, database->QueryInt64("SELECT count(*) FROM sqlite_schema"));
    if (objects != 0) {
      return absl::DataLossError(database->Message("has tables but no schema version; restore a backup"));
    }
    WB_RETURN_IF_ERROR(database->Execute(kMigrationTable));
    WB_RETURN_IF_ERROR(database->Execute(absl::StrFormat("PRAGMA application_id = %d", database->application_id())));
  }
  WB_RETURN_IF_ERROR(database->Execute(migration.sql));
  {
    WB_ASSIGN_OR_RETURN(Statement insert,
                        database->Prepare("INSERT INTO schema_migrations (number, name, sha256) VALUES (?, ?, ?)"));
    insert.BindInt64(1, migration.number);
    insert.BindText(2, migration.name);
    insert.BindText(3, Sha256Hex(migration.sql));
    WB_RETURN_IF_ERROR(insert.Run());
  }
  WB_RETURN_IF_ERROR(database->Execute(absl::StrFormat("PRAGMA user_version = %d", migration.number)));
  return transaction.Commit();
}

struct SchemaObject {
  std::string type, name, table, sql;
  bool operator==(const SchemaObject& other) const {
    return type == other.type && name == other.name && table == other.table && sql == other.sql;
  }
};

// What the schema consists of. Statistics of ANALYZE are no part of it: they change the speed of answers alone.
absl::StatusOr<std::vector<SchemaObject>> ReadSchema(Database* database) {
  WB_ASSIGN_OR_RETURN(
      Statement select,
      database->Prepare("SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema"
                        " WHERE name NOT GLOB 'sqlite_stat[1-4]' ORDER BY name, type, tbl_name, rowid"));
  std::vector<SchemaObject> objects;
  while (true) {
    WB_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) return objects;
    objects.push_back({select.ColumnText(0), select.ColumnText(1), select.ColumnText(2), select.ColumnText(3)});
  }
}

absl::Status CheckRecord(Database* database, const std::vector<Migration>& migrations) {
  WB_ASSIGN_OR_RETURN(Statement select,
                      database->Prepare("SELECT number, sha256 FROM schema_migrations ORDER BY number"));
  size_t count = 0;
  while (true) {
    WB_ASSIGN_OR_RETURN(const bool row, select.Step());
    if (!row) break;
    if (count >= migrations.size() || select.ColumnInt64(0) != migrations[count].number) {
      return absl::DataLossError(database->Message("the record of its migrations has gaps; restore a backup"));
    }
    if (select.ColumnText(1) != Sha256Hex(migrations[count].sql)) {
      return absl::FailedPreconditionError(database->Message(absl::StrFormat(
          "was made with another content of migration %s; use the program that made it", migrations[count].name)));
    }
    ++count;
  }
  if (count != migrations.size()) {
    return absl::DataLossError(database->Message("the record of its migrations has gaps; restore a backup"));
  }
  return absl::OkStatus();
}

absl::Status CheckSchema(Database* database, const std::vector<Migration>& migrations) {
  DatabaseOptions options;
  options.path = ":memory:";
  options.application_id = database->application_id();
  WB_ASSIGN_OR_RETURN(const std::unique_ptr<Database> fresh, Database::Open(options));
  for (const Migration& migration : migrations) WB_RETURN_IF_ERROR(Apply(fresh.get(), migration));
  WB_ASSIGN_OR_RETURN(const std::vector<SchemaObject> expected, ReadSchema(fresh.get()));
  WB_ASSIGN_OR_RETURN(const std::vector<SchemaObject> found, ReadSchema(database));
  for (size_t i = 0; i < expected.size() || i < found.size(); ++i) {
    if (i < expected.size() && i < found.size() && expected[i] == found[i]) continue;
    const bool extra = i < found.size() && (i >= expected.size() || found[i].name <= expected[i].name);
    const SchemaObject& object = extra ? found[i] : expected[i];
    return absl::DataLossError(database->Message(
        absl::StrFormat("its schema was changed (%s \"%s\" is %s); restore a backup", object.type,
                        object.name.substr(0, 100), extra ? "not as this program made it" : "missing")));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Migrate(Database* database, const std::vector<Migration>& migrations) {
  WB_RETURN_IF_ERROR(CheckNumbers(migrations));
  const auto newest = static_cast<int64_t>(migrations.size());
  WB_ASSIGN_OR_RETURN(int64_t version, UserVersion(database));
  WB_RETURN_IF_ERROR(CheckVersion(database, version, newest));
  if (version < newest && database->read_only()) {
    return absl::FailedPreconditionError(database->Message(
        absl::StrFormat("has schema version %d and must be brought to %d; open it once for writing", version, newest)));
  }
  for (const Migration& migration : migrations) {
    if (migration.number > version) WB_RETURN_IF_ERROR(Apply(database, migration));
  }
  WB_ASSIGN_OR_RETURN(version, UserVersion(database));
  WB_RETURN_IF_ERROR(CheckVersion(database, version, newest));
  WB_RETURN_IF_ERROR(CheckSchema(database, migrations));
  return CheckRecord(database, migrations);
}

}  // namespace weighbridge::db
