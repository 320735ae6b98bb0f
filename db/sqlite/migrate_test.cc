#include "db/sqlite/migrate.h"

#include <unistd.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "db/sqlite/database.h"
#include "gtest/gtest.h"

namespace weighbridge::db {
namespace {

std::string NewPath() {
  static std::atomic<int> count{0};
  return ::testing::TempDir() + "/migrate_" + std::to_string(getpid()) + "_" + std::to_string(count++) + ".db";
}

std::unique_ptr<Database> OpenOrFail(const std::string& path, OpenMode mode = OpenMode::kCreate) {
  DatabaseOptions options;
  options.path = path;
  options.mode = mode;
  options.application_id = 0x1234;
  absl::StatusOr<std::unique_ptr<Database>> database = Database::Open(options);
  EXPECT_TRUE(database.ok()) << database.status();
  return database.ok() ? *std::move(database) : nullptr;
}

const Migration kFirst = {1, "0001_first", "CREATE TABLE a (x INTEGER NOT NULL) STRICT;"};
const Migration kSecond = {2, "0002_second",
                           "CREATE TABLE b (y TEXT NOT NULL) STRICT; INSERT INTO b (y) VALUES ('two');"};
const Migration kBroken = {3, "0003_broken", "CREATE TABLE c (z TEXT) STRICT; CREATE TABLE a (x TEXT);"};

TEST(MigrateTest, AppliesEachOnceAndRecordsIt) {
  const std::string path = NewPath();
  ASSERT_TRUE(Migrate(OpenOrFail(path).get(), {kFirst}).ok());
  ASSERT_TRUE(Migrate(OpenOrFail(path).get(), {kFirst, kSecond}).ok());
  const std::unique_ptr<Database> database = OpenOrFail(path, OpenMode::kMustExist);
  ASSERT_TRUE(Migrate(database.get(), {kFirst, kSecond}).ok());
  EXPECT_EQ(*database->QueryInt64("SELECT count(*) FROM b"), 1);
  EXPECT_EQ(*database->QueryInt64("SELECT count(*) FROM schema_migrations"), 2);
  EXPECT_EQ(*database->QueryInt64("PRAGMA user_version"), 2);
  EXPECT_EQ(*database->QueryInt64("PRAGMA application_id"), 0x1234);
}

TEST(MigrateTest, AFailingMigrationLeavesTheOneBefore) {
  const std::string path = NewPath();
  EXPECT_FALSE(Migrate(OpenOrFail(path).get(), {kFirst, kSecond, kBroken}).ok());
  const std::unique_ptr<Database> database = OpenOrFail(path);
  EXPECT_EQ(*database->QueryInt64("SELECT count(*) FROM sqlite_schema WHERE name = 'c'"), 0);
  EXPECT_TRUE(Migrate(database.get(), {kFirst, kSecond}).ok());
}

TEST(MigrateTest, ANewerDatabaseIsRefused) {
  const std::string path = NewPath();
  ASSERT_TRUE(Migrate(OpenOrFail(path).get(), {kFirst, kSecond}).ok());
  EXPECT_EQ(Migrate(OpenOrFail(path).get(), {kFirst}).code(), absl::StatusCode::kFailedPrecondition);
}

TEST(MigrateTest, AnOlderDatabaseIsNotChangedByAReader) {
  const std::string path = NewPath();
  ASSERT_TRUE(Migrate(OpenOrFail(path).get(), {kFirst}).ok());
  EXPECT_EQ(Migrate(OpenOrFail(path, OpenMode::kReadOnly).get(), {kFirst, kSecond}).code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(Migrate(OpenOrFail(path, OpenMode::kReadOnly).get(), {kFirst}).ok());
}

TEST(MigrateTest, AnEditedMigrationIsRefused) {
  const std::string path = NewPath();
  ASSERT_TRUE(Migrate(OpenOrFail(path).get(), {kFirst}).ok());
  Migration edited = kFirst;
  edited.sql += " -- one remark more";
  EXPECT_EQ(Migrate(OpenOrFail(path).get(), {edited}).code(), absl::StatusCode::kFailedPrecondition);
}

TEST(MigrateTest, AGapIsRefused) {
  const std::unique_ptr<Database> database = OpenOrFail(":memory:");
  EXPECT_EQ(Migrate(database.get(), {kSecond}).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Migrate(database.get(), {kFirst, kBroken}).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Migrate(database.get(), {}).code(), absl::StatusCode::kInvalidArgument);
}

TEST(MigrateTest, AGapInTheRecordIsDamage) {
  const std::string path = NewPath();
  ASSERT_TRUE(Migrate(OpenOrFail(path).get(), {kFirst, kSecond}).ok());
  ASSERT_TRUE(OpenOrFail(path)->Execute("DELETE FROM schema_migrations WHERE number = 1").ok());
  EXPECT_EQ(Migrate(OpenOrFail(path).get(), {kFirst, kSecond}).code(), absl::StatusCode::kDataLoss);
}

TEST(MigrateTest, StatisticsAreNoChangeOfTheSchema) {
  const std::string path = NewPath();
  ASSERT_TRUE(Migrate(OpenOrFail(path).get(), {kFirst, kSecond}).ok());
  ASSERT_TRUE(OpenOrFail(path)->Execute("ANALYZE").ok());
  const absl::Status status = Migrate(OpenOrFail(path).get(), {kFirst, kSecond});
  EXPECT_TRUE(status.ok()) << status;
}

}  // namespace
}  // namespace weighbridge::db
