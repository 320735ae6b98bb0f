// Damaged and hostile database files: detected or harmless, never a crash, never an answer that was not recorded.

#include <sqlite3.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <ostream>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "db/store/records.h"
#include "db/store/sample_records.h"
#include "db/store/store.h"
#include "gtest/gtest.h"
#include "tests/fault/fault_vfs.h"
#include "tests/fault/workload.h"

namespace weighbridge::fault {
namespace {

using db::AuditRecord;
using db::DecisionRecord;
using db::Store;

constexpr size_t kPageBytes = 4096;
constexpr int kSeedToAdd = 50;

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
}
void WriteFile(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

// A database, its write-ahead log, or both.
struct Image {
  std::string main;
  std::string log;
};

std::unique_ptr<Store> NewStore(const std::string& path) {
  RegisterFaultVfs();
  db::StoreOptions options;
  options.path = path;
  options.vfs_name = kFaultVfsName;
  auto store = Store::Open(options);
  EXPECT_TRUE(store.ok()) << store.status();
  return *std::move(store);
}

void Fill(Store* store, int first_seed) {
  for (int seed = first_seed; seed < first_seed + kSeeds; ++seed) {
    EXPECT_TRUE(store->RecordAuditAndDecision(db::SampleAudit(seed), db::SampleDecision(seed)).ok());
  }
  EXPECT_TRUE(store->PutOfficialTexts({{{"LicenseRef-a", "a.tokens", "", "operator", ""}, "text a"}}).ok());
}

// All rows in the main file.
const Image& Checkpointed() {
  static const Image* image = [] {
    const std::string path = NewPath();
    Fill(NewStore(path).get(), 0);
    auto* made = new Image{ReadFile(path), ""};
    RemoveDatabase(path);
    return made;
  }();
  return *image;
}

// All rows in the log, as after a kill.
Image Logged(int first_seed) {
  const std::string path = NewPath();
  const std::unique_ptr<Store> store = NewStore(path);
  Fill(store.get(), first_seed);
  return {ReadFile(path), ReadFile(path + "-wal")};
}

enum class Verdict { kRefused, kFoundWhenRead, kHarmless };

struct Tally {
  int refused = 0, found = 0, harmless = 0;
  void Add(Verdict verdict) {
    switch (verdict) {
      case Verdict::kRefused:
        ++refused;
        return;
      case Verdict::kFoundWhenRead:
        ++found;
        return;
      case Verdict::kHarmless:
        ++harmless;
        return;
    }
  }
  void Print(const char* what) const {
    std::printf("%s: %d refused when opened, %d found when read, %d harmless\n", what, refused, found, harmless);
  }
};

enum class Loss {
  kMustBeFound,  // something that is missing must fail the full check
  // SQLite takes the first damaged frame of a log for its end, because that is what a crash leaves: transactions behind
  // it are gone, each of them whole, and nothing in the file can tell.
  kOfLastTransactionsIsSilent,
};

// Opens the image as it is, reads everything, records one more audit and reads that. Fails the test if an answer
// differs from what was recorded, or if something is missing that must be found.
Verdict Examine(const Image& image, Loss loss = Loss::kMustBeFound) {
  const std::string path = NewPath();
  WriteFile(path, image.main);
  if (!image.log.empty()) WriteFile(path + "-wal", image.log);
  db::StoreOptions options;
  options.path = path;
  options.mode = db::StoreMode::kMustExist;
  options.vfs_name = kFaultVfsName;
  auto opened = Store::Open(options);
  if (!opened.ok()) {
    EXPECT_FALSE(absl::IsInternal(opened.status())) << "damage is no fault of the program: " << opened.status();
    RemoveDatabase(path);
    return Verdict::kRefused;
  }
  Store* store = opened->get();
  bool whole = true;
  std::set<std::string> ids;
  for (int seed = 0; seed < kSeeds; ++seed) {
    const AuditRecord audit = db::SampleAudit(seed);
    DecisionRecord decision = db::SampleDecision(seed);
    decision.audit_id = db::AuditIdOf(audit);
    ids.insert(decision.audit_id);
    const auto got = store->GetAudit(decision.audit_id);
    whole = whole && got.ok();
    if (got.ok()) {
      EXPECT_EQ(db::AuditIdOf(*got), decision.audit_id);
    }
    const auto found =
        store->FindAudit({audit.model_digest, audit.rules_digest, audit.classifier_version, audit.context_digest});
    whole = whole && found.ok() && found->has_value();
    if (found.ok() && found->has_value()) {
      EXPECT_EQ(db::AuditIdOf(**found), decision.audit_id);
    }
    const auto decisions = store->ListDecisions(decision.audit_id);
    whole = whole && decisions.ok() && decisions->size() == 1;
    if (decisions.ok()) {
      for (const DecisionRecord& listed : *decisions) EXPECT_EQ(db::DecisionIdOf(listed), db::DecisionIdOf(decision));
    }
    const auto answers = store->LookupDigests({audit.model_digest, audit.artifacts[0].sha256});
    whole = whole && answers.ok() && answers->at(0).has_value() && answers->at(1).has_value();
    if (answers.ok()) {
      for (const std::optional<db::DigestAnswer>& answer : *answers) {
        if (!answer.has_value()) continue;
        EXPECT_EQ(answer->audit_id, decision.audit_id);
        EXPECT_EQ(answer->governing.size(), 2u);
      }
    }
    for (const std::string& blob : {audit.rulebook_blob, audit.inventory_blob, decision.result_blob}) {
      const auto bytes = store->GetBlob(blob);
      whole = whole && bytes.ok();
      if (bytes.ok()) {
        EXPECT_EQ(db::SampleDigest(*bytes), blob);
      }
    }
  }
  const auto page = store->ListAudits(100, 0);
  whole = whole && page.ok() && page->audits.size() == static_cast<size_t>(kSeeds);
  if (page.ok()) {
    for (const db::AuditSummary& audit : page->audits) EXPECT_EQ(ids.count(audit.audit_id), 1u);
  }
  const auto texts = store->ListOfficialTexts("");
  whole = whole && texts.ok() && texts->size() == 1;
  if (texts.ok() && !texts->empty()) {
    EXPECT_EQ(texts->front().license_id, "LicenseRef-a");
  }
  const bool verified = store->VerifyAll().ok();
  EXPECT_TRUE(whole || !verified || loss == Loss::kOfLastTransactionsIsSilent)
      << "something is missing, and the full check says nothing";

  const auto added = store->RecordAuditAndDecision(db::SampleAudit(kSeedToAdd), db::SampleDecision(kSeedToAdd));
  if (added.ok()) {
    const auto read = store->GetAudit(added->audit_id);
    if (read.ok()) {
      EXPECT_EQ(db::AuditIdOf(*read), added->audit_id);
    }
    EXPECT_TRUE(read.ok() || !verified) << read.status();
  }
  opened->reset();
  RemoveDatabase(path);
  return whole && verified ? Verdict::kHarmless : Verdict::kFoundWhenRead;
}

TEST(CorruptTest, TheImagesAreGood) {
  EXPECT_EQ(Examine(Checkpointed()), Verdict::kHarmless);
  EXPECT_EQ(Examine(Logged(0)), Verdict::kHarmless);
}

// One to eight bits anywhere, half of them in the first bytes of pages, where the structure is.
void FlipBits(std::string* bytes, std::mt19937* random) {
  const int flips = 1 + static_cast<int>((*random)() % 8);
  for (int i = 0; i < flips; ++i) {
    size_t at = (*random)() % bytes->size();
    if ((*random)() % 2 == 0) at = std::min(at / kPageBytes * kPageBytes + (*random)() % 120, bytes->size() - 1);
    (*bytes)[at] = static_cast<char>((*bytes)[at] ^ (1 << ((*random)() % 8)));
  }
}

TEST(CorruptTest, BitFlips) {
  Tally tally;
  for (int seed = 0; seed < 1600 * Scale(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(static_cast<uint32_t>(seed));
    Image image = Checkpointed();
    FlipBits(&image.main, &random);
    tally.Add(Examine(image));
    if (HasFailure()) break;
  }
  tally.Print("bit flips");
  EXPECT_GT(tally.refused, 0);
  EXPECT_GT(tally.found, 0);
}

TEST(CorruptTest, BitFlipsInTheLog) {
  const Image good = Logged(0);
  Tally tally;
  for (int seed = 0; seed < 600 * Scale(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(static_cast<uint32_t>(seed));
    Image image = good;
    FlipBits(seed % 3 == 0 ? &image.main : &image.log, &random);
    tally.Add(Examine(image, Loss::kOfLastTransactionsIsSilent));
    if (HasFailure()) break;
  }
  tally.Print("bit flips with a log");
}

TEST(CorruptTest, Truncation) {
  const std::string& whole = Checkpointed().main;
  std::vector<size_t> sizes = {0, 1, 15, 16, 99, 100, 511, 512, 513, kPageBytes - 1, whole.size() - 1};
  for (size_t size = kPageBytes; size < whole.size(); size += kPageBytes) sizes.push_back(size);
  std::mt19937 random(1);
  for (int i = 0; i < 40 * Scale(); ++i) sizes.push_back(random() % whole.size());
  Tally tally;
  for (const size_t size : sizes) {
    SCOPED_TRACE("size " + std::to_string(size));
    const Verdict verdict = Examine({whole.substr(0, size), ""});
    EXPECT_NE(verdict, Verdict::kHarmless);
    tally.Add(verdict);
  }
  tally.Print("truncation");
}

TEST(CorruptTest, SwappedAndZeroedPages) {
  Tally tally;
  const size_t pages = Checkpointed().main.size() / kPageBytes;
  for (int seed = 0; seed < 200 * Scale(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(static_cast<uint32_t>(seed));
    Image image = Checkpointed();
    const size_t a = random() % pages, b = random() % pages;
    if (seed % 4 == 0) {
      std::fill_n(image.main.begin() + static_cast<std::ptrdiff_t>(a * kPageBytes), kPageBytes, '\0');
    } else {
      std::swap_ranges(image.main.begin() + static_cast<std::ptrdiff_t>(a * kPageBytes),
                       image.main.begin() + static_cast<std::ptrdiff_t>((a + 1) * kPageBytes),
                       image.main.begin() + static_cast<std::ptrdiff_t>(b * kPageBytes));
    }
    tally.Add(Examine(image));
    if (HasFailure()) break;
  }
  tally.Print("swapped and zeroed pages");
}

TEST(CorruptTest, ATruncatedLogLosesOnlyItsEnd) {
  const Image good = Logged(0);
  std::mt19937 random(3);
  for (int i = 0; i < 60 * Scale(); ++i) {
    Image image = good;
    image.log.resize(random() % image.log.size());
    const size_t kept = image.log.size();
    SCOPED_TRACE("kept " + std::to_string(kept));
    const std::string path = NewPath();
    WriteFile(path, image.main);
    WriteFile(path + "-wal", image.log);
    EXPECT_EQ(CheckAfter(path, {}, false), "");
    RemoveDatabase(path);
  }
}

// A log of another database of ours: its frames name pages, not databases, so that SQLite may replay them. What is then
// read is whole in itself or refused; whose it is no store can say without a witness outside the file.
TEST(CorruptTest, TheLogOfAnotherDatabase) {
  const Image other = Logged(10);
  const std::string path = NewPath();
  WriteFile(path, Checkpointed().main);
  WriteFile(path + "-wal", other.log);
  db::StoreOptions options;
  options.path = path;
  const auto store = Store::Open(options);
  if (store.ok()) {
    for (const int seed : {0, 1, 2, 10, 11, 12}) {
      const std::string id = db::AuditIdOf(db::SampleAudit(seed));
      const auto audit = (*store)->GetAudit(id);
      if (audit.ok()) {
        EXPECT_EQ(db::AuditIdOf(*audit), id);
      }
    }
  }
}

// ---- hostile schemas
// -------------------------------------------------------------------------------------------------

struct HostileCase {
  std::string name;
  std::string sql;  // run by plain SQLite with writable_schema on
};
void PrintTo(const HostileCase& c, std::ostream* os) { *os << c.name; }

class HostileSchemaTest : public ::testing::TestWithParam<HostileCase> {};

TEST_P(HostileSchemaTest, IsRefusedWhenOpened) {
  const std::string path = NewPath();
  WriteFile(path, Checkpointed().main);
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 0, nullptr);
  char* message = nullptr;
  const std::string sql = "PRAGMA writable_schema = ON; " + GetParam().sql;
  ASSERT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, &message), SQLITE_OK) << message;
  sqlite3_close(handle);
  for (const db::StoreMode mode : {db::StoreMode::kCreate, db::StoreMode::kMustExist, db::StoreMode::kReadOnly}) {
    db::StoreOptions options;
    options.path = path;
    options.mode = mode;
    const absl::Status status = Store::Open(options).status();
    EXPECT_TRUE(absl::IsDataLoss(status) || absl::IsFailedPrecondition(status)) << status;
  }
  RemoveDatabase(path);
}

INSTANTIATE_TEST_SUITE_P(
    Table, HostileSchemaTest,
    ::testing::Values(
        HostileCase{"Trigger", "CREATE TRIGGER t AFTER INSERT ON audits BEGIN DELETE FROM audits; END"},
        HostileCase{
            "TempLikeTrigger",
            "CREATE TRIGGER sqlite AFTER INSERT ON decisions BEGIN UPDATE decisions SET decision = 'APPROVED'; END"},
        HostileCase{
            "ViewForTable",
            "DROP TABLE findings; CREATE VIEW findings AS WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1"
            " FROM r) SELECT n AS rule_id FROM r"},
        HostileCase{"VirtualTable", "DROP TABLE findings; CREATE VIRTUAL TABLE findings USING fts5(rule_id)"},
        HostileCase{
            "WeakerCheck",
            "UPDATE sqlite_schema SET sql = replace(sql, 'AND claimed', 'OR claimed') || ' ' WHERE name = 'audits'"},
        HostileCase{"ExpressionIndex", "CREATE INDEX more ON audits (hex(zeroblob(1000)))"},
        HostileCase{"BrokenSql", "UPDATE sqlite_schema SET sql = 'CREATE TABLE blobs (' WHERE name = 'blobs'"},
        HostileCase{"SharedRoot",
                    "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'audits')"
                    " WHERE name = 'decisions'"},
        HostileCase{"NoSuchRoot", "UPDATE sqlite_schema SET rootpage = 100000 WHERE name = 'decisions'"},
        HostileCase{"TableGone", "DELETE FROM sqlite_schema WHERE name = 'obligations'"},
        HostileCase{"NewerVersion", "PRAGMA user_version = 2147483647"},
        HostileCase{"NegativeVersion", "PRAGMA user_version = -1"},
        HostileCase{"VersionZero", "PRAGMA user_version = 0"},
        HostileCase{"OtherApplication", "PRAGMA application_id = 1"},
        HostileCase{"NoApplication", "PRAGMA application_id = 0"},
        HostileCase{"MigrationForgotten", "DELETE FROM schema_migrations"},
        HostileCase{"MigrationForged", "UPDATE schema_migrations SET sha256 = replace(sha256, 'a', 'b')"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace weighbridge::fault
