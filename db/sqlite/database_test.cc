#include "db/sqlite/database.h"

#include <linux/capability.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <fstream>
#include <memory>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "db/sqlite/error.h"
#include "db/sqlite/transaction.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weighbridge::db {
namespace {

using ::testing::HasSubstr;

std::string NewPath() {
  static std::atomic<int> count{0};
  return ::testing::TempDir() + "/database_" + std::to_string(getpid()) + "_" + std::to_string(count++) + ".db";
}

DatabaseOptions Options(const std::string& path, OpenMode mode = OpenMode::kCreate) {
  DatabaseOptions options;
  options.path = path;
  options.mode = mode;
  options.application_id = 0x1234;
  options.busy_timeout_ms = 0;
  return options;
}

std::unique_ptr<Database> OpenOrFail(const DatabaseOptions& options) {
  absl::StatusOr<std::unique_ptr<Database>> database = Database::Open(options);
  EXPECT_TRUE(database.ok()) << database.status();
  return database.ok() ? *std::move(database) : nullptr;
}

// A database with one table of ours.
std::string NewDatabase() {
  const std::string path = NewPath();
  const absl::Status made =
      OpenOrFail(Options(path))
          ->Execute("PRAGMA application_id = 0x1234; CREATE TABLE t (a INTEGER NOT NULL, b TEXT, c BLOB) STRICT");
  EXPECT_TRUE(made.ok()) << made;
  return path;
}

void WriteFile(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

TEST(DatabaseTest, IsOpenedAsTheHeaderSays) {
  const std::unique_ptr<Database> database = OpenOrFail(Options(NewDatabase()));
  struct Setting {
    const char* pragma;
    int64_t value;
  };
  for (const Setting& setting :
       {Setting{"PRAGMA synchronous", 2}, Setting{"PRAGMA foreign_keys", 1}, Setting{"PRAGMA trusted_schema", 0},
        Setting{"PRAGMA cell_size_check", 1}, Setting{"PRAGMA mmap_size", 0}}) {
    EXPECT_EQ(*database->QueryInt64(setting.pragma), setting.value) << setting.pragma;
  }
  absl::StatusOr<Statement> journal = database->Prepare("PRAGMA journal_mode");
  ASSERT_TRUE(*journal->Step());
  EXPECT_EQ(journal->ColumnText(0), "wal");
  EXPECT_FALSE(database->Execute("SELECT load_extension('x')").ok());
  EXPECT_FALSE(database->Execute("ATTACH ':memory:' AS other").ok());
  EXPECT_FALSE(database->Execute("SELECT \"a string in double quotes\"").ok());
  EXPECT_TRUE(database->QuickCheck().ok());
}

TEST(StatementTest, ValuesComeBackAsTheyWere) {
  const std::unique_ptr<Database> database = OpenOrFail(Options(NewDatabase()));
  const std::string bytes("\0\xff text", 7);
  absl::StatusOr<Statement> insert = database->Prepare("INSERT INTO t (a, b, c) VALUES (?, ?, ?)");
  ASSERT_TRUE(insert.ok()) << insert.status();
  insert->BindInt64(1, INT64_MIN);
  insert->BindText(2, bytes);
  insert->BindBlob(3, "");
  ASSERT_TRUE(insert->Run().ok());
  insert->Reset();
  insert->BindBool(1, true);
  insert->BindTextOrNull(2, "");
  insert->BindNull(3);
  ASSERT_TRUE(insert->Run().ok());

  absl::StatusOr<Statement> select = database->Prepare("SELECT a, b, c, c IS NULL FROM t ORDER BY a");
  ASSERT_TRUE(*select->Step());
  EXPECT_EQ(select->ColumnInt64(0), INT64_MIN);
  EXPECT_EQ(select->ColumnText(1), bytes);
  EXPECT_EQ(select->ColumnBlob(2), "");
  EXPECT_FALSE(select->ColumnBool(3)) << "empty is not NULL";
  ASSERT_TRUE(*select->Step());
  EXPECT_EQ(select->ColumnText(1), "");
  EXPECT_TRUE(select->ColumnBool(3));
  EXPECT_FALSE(*select->Step());
}

TEST(StatementTest, AWrongParameterIsAnErrorOfTheNextStep) {
  const std::unique_ptr<Database> database = OpenOrFail(Options(NewDatabase()));
  absl::StatusOr<Statement> select = database->Prepare("SELECT a FROM t WHERE a = ?");
  select->BindInt64(2, 1);
  EXPECT_FALSE(select->Step().ok());
  select->Reset();
  select->BindInt64(1, 1);
  EXPECT_TRUE(select->Step().ok());
}

TEST(TransactionTest, IsRolledBackUnlessCommitted) {
  const std::string path = NewDatabase();
  const std::unique_ptr<Database> database = OpenOrFail(Options(path));
  {
    absl::StatusOr<Transaction> transaction = Transaction::Begin(database.get(), Transaction::Kind::kWrite);
    ASSERT_TRUE(transaction.ok()) << transaction.status();
    ASSERT_TRUE(database->Execute("INSERT INTO t (a) VALUES (1)").ok());
  }
  EXPECT_EQ(*database->QueryInt64("SELECT count(*) FROM t"), 0);
  {
    absl::StatusOr<Transaction> transaction = Transaction::Begin(database.get(), Transaction::Kind::kWrite);
    ASSERT_TRUE(database->Execute("INSERT INTO t (a) VALUES (1)").ok());
    ASSERT_TRUE(transaction->Commit().ok());
  }
  EXPECT_EQ(*OpenOrFail(Options(path))->QueryInt64("SELECT count(*) FROM t"), 1);
}

TEST(TransactionTest, ASecondWriterIsToldToWaitAndReadersGoOn) {
  const std::string path = NewDatabase();
  const std::unique_ptr<Database> first = OpenOrFail(Options(path));
  const std::unique_ptr<Database> second = OpenOrFail(Options(path));
  absl::StatusOr<Transaction> held = Transaction::Begin(first.get(), Transaction::Kind::kWrite);
  ASSERT_TRUE(held.ok());
  const absl::Status busy = Transaction::Begin(second.get(), Transaction::Kind::kWrite).status();
  EXPECT_EQ(busy.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(busy.message()), HasSubstr(path));
  EXPECT_EQ(*second->QueryInt64("SELECT count(*) FROM t"), 0);
}

TEST(OpenTest, AForeignDatabaseIsRefusedUntouched) {
  const std::string path = NewPath();
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(handle, "CREATE TABLE theirs (x)", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(handle);
  std::ifstream before_file(path, std::ios::binary);
  const std::string before((std::istreambuf_iterator<char>(before_file)), std::istreambuf_iterator<char>());
  for (const OpenMode mode : {OpenMode::kCreate, OpenMode::kMustExist, OpenMode::kReadOnly}) {
    const absl::Status status = Database::Open(Options(path, mode)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("another program"));
  }
  std::ifstream after_file(path, std::ios::binary);
  const std::string after((std::istreambuf_iterator<char>(after_file)), std::istreambuf_iterator<char>());
  EXPECT_EQ(before, after);
}

// What lies at a path that is no database of ours.
struct PathCase {
  std::string name;
  void (*make)(const std::string& path);
  OpenMode mode;
  absl::StatusCode code;
};
void PrintTo(const PathCase& c, std::ostream* os) { *os << c.name; }

class OpenPathTest : public ::testing::TestWithParam<PathCase> {};

TEST_P(OpenPathTest, HasItsOwnCodeAndNamesTheFile) {
  const std::string path = NewPath();
  GetParam().make(path);
  const absl::Status status = Database::Open(Options(path, GetParam().mode)).status();
  EXPECT_EQ(status.code(), GetParam().code) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(path));
}

INSTANTIATE_TEST_SUITE_P(
    Table, OpenPathTest,
    ::testing::Values(PathCase{"Nothing", [](const std::string&) {}, OpenMode::kMustExist, absl::StatusCode::kNotFound},
                      PathCase{"Text", [](const std::string& path) { WriteFile(path, std::string(5000, 'x')); },
                               OpenMode::kCreate, absl::StatusCode::kDataLoss},
                      PathCase{"ShortText", [](const std::string& path) { WriteFile(path, "x"); }, OpenMode::kCreate,
                               absl::StatusCode::kDataLoss},
                      PathCase{"Empty", [](const std::string& path) { WriteFile(path, ""); }, OpenMode::kMustExist,
                               absl::StatusCode::kDataLoss},
                      PathCase{"EmptyReadOnly", [](const std::string& path) { WriteFile(path, ""); },
                               OpenMode::kReadOnly, absl::StatusCode::kDataLoss},
                      PathCase{"Folder", [](const std::string& path) { mkdir(path.c_str(), 0700); }, OpenMode::kCreate,
                               absl::StatusCode::kFailedPrecondition},
                      PathCase{"Fifo", [](const std::string& path) { mkfifo(path.c_str(), 0600); }, OpenMode::kCreate,
                               absl::StatusCode::kFailedPrecondition},
                      PathCase{"DanglingLink",
                               [](const std::string& path) { EXPECT_EQ(symlink("/no/such/file", path.c_str()), 0); },
                               OpenMode::kMustExist, absl::StatusCode::kNotFound}),
    [](const auto& info) { return info.param.name; });

TEST(OpenTest, AnEmptyFileIsNewWhereOneMayBeMade) {
  const std::string path = NewPath();
  WriteFile(path, "");
  EXPECT_NE(OpenOrFail(Options(path)), nullptr);
}

TEST(OpenTest, OddPathsAreNames) {
  EXPECT_EQ(Database::Open(Options("")).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Database::Open(Options(std::string("a\0b", 3))).status().code(), absl::StatusCode::kInvalidArgument);
  ASSERT_EQ(chdir(::testing::TempDir().c_str()), 0);
  for (const std::string path : {"file:uri.db?mode=memory", ":memory:x"}) {
    EXPECT_NE(OpenOrFail(Options(path)), nullptr);
    EXPECT_EQ(access(("./" + path).c_str(), F_OK), 0) << path;
  }
}

// Permissions bind everybody but root, so that the open runs in a child without root's privilege to ignore them.
bool DropCapabilities() {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct none[2] = {};
  return syscall(SYS_capset, &header, none) == 0;
}

TEST(OpenTest, AFileThatMayNotBeWrittenIsPermissionDenied) {
  const std::string folder = NewPath();
  ASSERT_EQ(mkdir(folder.c_str(), 0755), 0);
  const std::string path = folder + "/db";
  ASSERT_TRUE(OpenOrFail(Options(path))->Execute("PRAGMA application_id = 0x1234; CREATE TABLE t (a) ").ok());
  ASSERT_EQ(chmod(path.c_str(), 0444), 0);
  ASSERT_EQ(chmod(folder.c_str(), 0555), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    if (!DropCapabilities()) _exit(100);
    _exit(static_cast<int>(Database::Open(Options(path, OpenMode::kMustExist)).status().code()));
  }
  int result = 0;
  ASSERT_EQ(waitpid(child, &result, 0), child);
  chmod(folder.c_str(), 0755);
  ASSERT_TRUE(WIFEXITED(result));
  EXPECT_EQ(WEXITSTATUS(result), static_cast<int>(absl::StatusCode::kPermissionDenied));
}

TEST(OpenTest, AnUnknownFormatIsDamage) {
  const std::string path = NewDatabase();
  {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(47);  // schema format number, sqlite.org/fileformat2.html section 1.3.10
    file.put('\x63');
  }
  EXPECT_EQ(Database::Open(Options(path)).status().code(), absl::StatusCode::kDataLoss);
}

// Failures that cannot be had cheaply here; tests/fault makes the others happen.
struct ErrorCase {
  std::string name;
  int code;
  int system_errno;
  absl::StatusCode expected;
};
void PrintTo(const ErrorCase& c, std::ostream* os) { *os << c.name; }

class ErrorTest : public ::testing::TestWithParam<ErrorCase> {};

TEST_P(ErrorTest, HasTheMostSpecificCode) {
  const absl::Status status = StatusOf({GetParam().code, GetParam().system_errno, "words"}, "/a/b.db", "commit");
  EXPECT_EQ(status.code(), GetParam().expected) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("database \"/a/b.db\": cannot commit: words"));
}

INSTANTIATE_TEST_SUITE_P(
    Table, ErrorTest,
    ::testing::Values(ErrorCase{"Corrupt", SQLITE_CORRUPT_INDEX, 0, absl::StatusCode::kDataLoss},
                      ErrorCase{"NotADatabase", SQLITE_NOTADB, 0, absl::StatusCode::kDataLoss},
                      ErrorCase{"ShortRead", SQLITE_IOERR_SHORT_READ, 0, absl::StatusCode::kDataLoss},
                      ErrorCase{"Full", SQLITE_FULL, 0, absl::StatusCode::kResourceExhausted},
                      ErrorCase{"FileSizeLimit", SQLITE_IOERR_WRITE, EFBIG, absl::StatusCode::kResourceExhausted},
                      ErrorCase{"Quota", SQLITE_IOERR_WRITE, EDQUOT, absl::StatusCode::kResourceExhausted},
                      ErrorCase{"NoMemory", SQLITE_NOMEM, 0, absl::StatusCode::kResourceExhausted},
                      ErrorCase{"ReadOnly", SQLITE_READONLY_DBMOVED, 0, absl::StatusCode::kPermissionDenied},
                      ErrorCase{"ReadOnlyFileSystem", SQLITE_CANTOPEN, EROFS, absl::StatusCode::kPermissionDenied},
                      ErrorCase{"Missing", SQLITE_CANTOPEN, ENOENT, absl::StatusCode::kNotFound},
                      ErrorCase{"Busy", SQLITE_BUSY_SNAPSHOT, 0, absl::StatusCode::kUnavailable},
                      ErrorCase{"Interrupted", SQLITE_INTERRUPT, 0, absl::StatusCode::kCancelled},
                      ErrorCase{"Constraint", SQLITE_CONSTRAINT_CHECK, 0, absl::StatusCode::kInvalidArgument},
                      ErrorCase{"TooBig", SQLITE_TOOBIG, 0, absl::StatusCode::kInvalidArgument},
                      ErrorCase{"Disk", SQLITE_IOERR_READ, EIO, absl::StatusCode::kInternal},
                      ErrorCase{"Statement", SQLITE_ERROR, 0, absl::StatusCode::kInternal}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace weighbridge::db
