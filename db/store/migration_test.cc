// A file of schema version 1 with rows in it, opened by this program.

#include <algorithm>
#include <fstream>
#include <iterator>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "db/schema/migrations.h"
#include "db/sqlite/database.h"
#include "db/sqlite/migrate.h"
#include "db/store/records.h"
#include "db/store/store.h"
#include "db/store/test_store.h"
#include "gtest/gtest.h"

namespace weighbridge::db {
namespace {

struct OldAudit {
  std::string name;
  std::string audit_id;
  std::string decision_id;
  std::string measured_by;
  bool claimed;
  bool is_measured;
};
void PrintTo(const OldAudit& a, std::ostream* os) { *os << a.name; }

// What the rows of testdata/version_1.sql are; ids as the program of that time printed them.
const std::vector<OldAudit>& OldAudits() {
  static const auto* const all = new std::vector<OldAudit>{
      {"Local", "b1d2eb9e2861cd50c60176e93e62dbc792051e9491c963f762b285cfe17e2606",
       "7d241ed9526d8b178bc66043471f0a52a601bb26ddcfd1a7e35b918ee407bdad", "local", false, true},
      {"Client", "8f414abc3c902406dc1d70e427e1779681bf83f7e061f05a902ee713b0757abb",
       "fc424b605b973ed51392538ff73b0ca6305a87e5e36a2c9638d7956b8a53d830", "client", false, false},
      {"Pointer", "0ffed86907834eda8e0a1afdf79e1287e3e0b56cda84aab0070f06e34446ab56",
       "a22a951f60b13f4b3bd3cecb6ce2b258c66fb9c14ba9c902f645863be9bd6bef", "local", true, false},
  };
  return *all;
}

std::string MakeVersion1() {
  std::string path = NewPath();
  DatabaseOptions options;
  options.path = path;
  options.application_id = kStoreApplicationId;
  absl::StatusOr<std::unique_ptr<Database>> database = Database::Open(options);
  EXPECT_TRUE(database.ok()) << database.status();
  const absl::Status made = Migrate(database->get(), {Migrations().front()});
  EXPECT_TRUE(made.ok()) << made;
  std::ifstream file("db/store/testdata/version_1.sql", std::ios::binary);
  const std::string rows((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  EXPECT_FALSE(rows.empty());
  const absl::Status filled = (*database)->Execute(rows);
  EXPECT_TRUE(filled.ok()) << filled;
  return path;
}

class MigrationTest : public ::testing::TestWithParam<OldAudit> {};

TEST_P(MigrationTest, KeepsWhatWasThere) {
  const OldAudit& old = GetParam();
  const std::unique_ptr<Store> store = OpenOrFail(MakeVersion1());
  ASSERT_NE(store, nullptr);
  const absl::Status verified = store->VerifyAll();
  EXPECT_TRUE(verified.ok()) << verified;
  const absl::StatusOr<AuditRecord> audit = store->GetAudit(old.audit_id);
  ASSERT_TRUE(audit.ok()) << audit.status();
  EXPECT_EQ(audit->measured_by, old.measured_by);
  EXPECT_EQ(audit->claimed, old.claimed);
  EXPECT_EQ(audit->artifacts.size(), 2u);
  EXPECT_EQ(audit->evidence.size(), 1u);
  EXPECT_TRUE(audit->licenses.empty());
  // The constant in its place makes the id of a local audit what it was.
  if (old.measured_by == "local") {
    EXPECT_EQ(AuditIdOf(*audit), old.audit_id);
  }
  const absl::StatusOr<DecisionRecord> decision = store->GetDecision(old.decision_id);
  ASSERT_TRUE(decision.ok()) << decision.status();
  EXPECT_EQ(decision->measured_by, "");
  EXPECT_EQ(DecisionIdOf(*decision), old.decision_id);
  const auto found = store->LatestAuditByModelDigest(audit->model_digest, AuditFilter::kMeasured);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->has_value(), old.is_measured);
}

TEST_P(MigrationTest, AnOldAuditAnswersNoLookUpButIsAModel) {
  const OldAudit& old = GetParam();
  const std::unique_ptr<Store> store = OpenOrFail(MakeVersion1());
  const absl::StatusOr<AuditRecord> audit = store->GetAudit(old.audit_id);
  ASSERT_TRUE(audit.ok()) << audit.status();
  for (const std::string& digest : {audit->model_digest, audit->weights_digest, audit->artifacts[1].sha256}) {
    const auto answers = store->LookupDigests({digest});
    ASSERT_TRUE(answers.ok()) << answers.status();
    EXPECT_FALSE(answers->front().has_value());
  }
  const absl::StatusOr<ModelAuditPage> model = store->GetModel(audit->model_digest, 10, 0);
  ASSERT_TRUE(model.ok()) << model.status();
  ASSERT_EQ(model->audits.size(), 1u);
  EXPECT_FALSE(model->audits[0].licenses_known);
  EXPECT_EQ(model->audits[0].latest_decision, "APPROVED");
  EXPECT_EQ(model->audits[0].audit.claimed, old.claimed);
}

INSTANTIATE_TEST_SUITE_P(Table, MigrationTest, ::testing::ValuesIn(OldAudits()),
                         [](const auto& info) { return info.param.name; });

TEST(MigrationTest, RecordingAnOldAuditAgainAddsItsLicencesAndThenItAnswers) {
  const std::unique_ptr<Store> store = OpenOrFail(MakeVersion1());
  const OldAudit& old = OldAudits().front();
  AuditRecord again = *store->GetAudit(old.audit_id);
  again.created_at = "2026-12-01T00:00:00Z";
  again.licenses.push_back({"Apache-2.0", "apache-2.0", "", "EXACT", true});
  const absl::StatusOr<std::string> id = store->RecordAudit(again);
  ASSERT_TRUE(id.ok()) << id.status();
  EXPECT_EQ(*id, old.audit_id);
  EXPECT_EQ(store->ListAudits(10, 0)->audits.size(), OldAudits().size());
  const auto answers = store->LookupDigests({again.model_digest, again.artifacts[1].sha256});
  ASSERT_TRUE(answers.ok()) << answers.status();
  for (const std::optional<DigestAnswer>& answer : *answers) {
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->audit_id, old.audit_id);
    EXPECT_EQ(answer->created_at, "2026-11-21T10:00:00Z");
    EXPECT_EQ(answer->latest_decision, "APPROVED");
    ASSERT_EQ(answer->governing.size(), 1u);
    EXPECT_EQ(answer->governing[0].short_id, "apache-2.0");
  }
  const absl::Status verified = store->VerifyAll();
  EXPECT_TRUE(verified.ok()) << verified;
}

TEST(MigrationTest, AReaderDoesNotMigrate) {
  const std::string path = MakeVersion1();
  EXPECT_EQ(OpenStatus(path, StoreMode::kReadOnly).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(OpenStatus(path, StoreMode::kMustExist).ok());
  EXPECT_TRUE(OpenStatus(path, StoreMode::kReadOnly).ok());
}

}  // namespace
}  // namespace weighbridge::db
