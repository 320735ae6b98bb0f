// What our own scan makes of real models passes the check for inventories of strangers unchanged, travels in parts, and
// is assessed there to the same bytes: every scenario, every config, card and weights file of the corpus.
#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "services/auditor/assess.h"
#include "services/auditor/collect.h"
#include "services/auditor/inventory_check.h"
#include "services/auditor/inventory_upload.h"
#include "services/policy/builtin_policy.h"
#include "services/report/json.h"
#include "services/rulebook/builtin.h"
#include "tests/integration/scenario.h"
#include "tests/support/corpus.h"
#include "tests/support/model_builder.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace weighbridge::integration {
namespace {

using auditor::Collected;
using testing_support::TempDir;

std::string JsonOf(const Collected& collected) {
  const auto& rules = rulebook::BuiltinRulebook();
  EXPECT_TRUE(rules.ok());
  if (!rules.ok()) return "";
  const v1::Policy policy = policy::BuiltinPolicy();
  auditor::AssessInput input;
  input.inventory = &collected.inventory;
  input.documents = &collected.documents;
  input.rules = rules->get();
  input.policy = &policy;
  input.policy_is_builtin = true;
  input.evaluated_at = absl::FromUnixSeconds(1795000000);
  return report::ToJson(auditor::Assess(input).result);
}

// Sends `collected` in small parts; an error fails the test.
Collected Travelled(const Collected& collected, const std::string& what) {
  auditor::InventoryUpload upload;
  absl::Status status;
  auditor::SplitInventory(collected, 50'000,
                          {[&](const v1::Inventory& part) { return (status = upload.AddInventory(part)).ok(); },
                           [&](std::string_view sha256, std::string_view bytes, bool last) {
                             return (status = upload.AddDocument(sha256, bytes, last)).ok();
                           }});
  EXPECT_EQ(status, absl::OkStatus()) << what;
  absl::StatusOr<Collected> whole = upload.Finish();
  EXPECT_TRUE(whole.ok()) << what << ": " << whole.status();
  return whole.ok() ? *std::move(whole) : Collected();
}

void ExpectTakenAndSame(const std::string& path, const std::string& what) {
  auditor::CollectRequest request;
  request.path = path;
  const auto models = auditor::CollectModels(request);
  ASSERT_TRUE(models.ok()) << what << ": " << models.status();
  for (const Collected& collected : *models) {
    EXPECT_EQ(auditor::CheckInventory(collected.inventory, collected.documents), absl::OkStatus())
        << what << "\n"
        << collected.inventory.DebugString();
    const Collected travelled = Travelled(collected, what);
    EXPECT_EQ(travelled.inventory.SerializeAsString(), collected.inventory.SerializeAsString()) << what;
    EXPECT_EQ(travelled.documents, collected.documents) << what;
    const std::string json = JsonOf(collected);
    EXPECT_NE(json, "") << what;
    EXPECT_EQ(JsonOf(travelled), json) << what;
  }
}

TEST(InventoryModelsTest, OfEveryScenario) {
  int composed = 0;
  for (const Scenario& scenario : LoadScenarios(testing_support::Runfile("tests/scenarios"))) {
    const TempDir dir;
    const Composed made = ComposeModel(scenario, dir, "model");
    ASSERT_EQ(made.error, "") << scenario.place;
    if (!made.missing.empty()) continue;
    ++composed;
    ExpectTakenAndSame(dir.At("model"), scenario.place);
  }
  if (composed == 0) GTEST_SKIP() << "no scenario can be composed: licence pack and corpus are absent";
  EXPECT_GE(composed, 10);
}

class CorpusInventoriesTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto corpus = testing_support::CorpusDir();
    if (!corpus.has_value()) GTEST_SKIP() << "no corpus: its cards, configs and artefacts cannot be collected";
    corpus_ = *corpus;
  }

  std::string corpus_;
};

TEST_F(CorpusInventoriesTest, OfEveryConfig) {
  int folders = 0;
  for (const auto& entry : std::filesystem::directory_iterator(corpus_ + "/configs")) {
    ++folders;
    ExpectTakenAndSame(entry.path().string(), entry.path().string());
  }
  EXPECT_GE(folders, 30);
}

// Each folder of artefacts and each file alone: weights, pickles, archives, pointers, broken ones.
TEST_F(CorpusInventoriesTest, OfEveryArtefact) {
  int files = 0;
  for (const auto& kind : std::filesystem::directory_iterator(corpus_ + "/artifacts")) {
    if (!kind.is_directory()) continue;
    ExpectTakenAndSame(kind.path().string(), kind.path().string());
    for (const auto& entry : std::filesystem::recursive_directory_iterator(kind.path())) {
      if (!entry.is_regular_file()) continue;
      ++files;
      ExpectTakenAndSame(entry.path().string(), entry.path().string());
    }
  }
  EXPECT_GE(files, 60);
}

TEST_F(CorpusInventoriesTest, OfEveryLicenceAndCardInOneFolder) {
  for (const std::string kind : {"licenses", "model-cards", "traps", "negatives"}) {
    const std::string folder = corpus_ + "/" + kind;
    if (std::filesystem::is_directory(folder)) ExpectTakenAndSame(folder, folder);
  }
}

}  // namespace
}  // namespace weighbridge::integration
