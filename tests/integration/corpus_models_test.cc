// Real model cards, configs and weights files of every kind through the gate: never a crash, never an approval that is
// not due.
#include <dirent.h>

#include <algorithm>
#include <filesystem>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/integration/weighbridge.h"
#include "tests/support/corpus.h"
#include "tests/support/model_builder.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace weighbridge::integration {
namespace {

using testing_support::ProcessResult;
using testing_support::TempDir;

// A profile as harmless as can be: what is not approved with it is not approved with any.
constexpr char kHarmless[] =
    "use: research\ndomicile: US\ncountries: [US]\ndistribution: [internal]\nfounded: 2026-10\ngroup_founded: 2026-10\n"
    "outputs_train_models: false\nmodifications: [none]\nmonthly_active_users:\n"
    "  - {never_above: 1, as_of: 2026-10, scope: control_group}\n";

class CorpusModelsTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto corpus = testing_support::CorpusDir();
    if (!corpus.has_value()) GTEST_SKIP() << "no corpus: its cards, configs and artefacts cannot be gated";
    corpus_ = *corpus;
    profile_ = dir_.Write("profile.yaml", kHarmless);
  }

  v1::GateResult Gate(const std::string& model) {
    const ProcessResult run = weighbridge_.Run(weighbridge_.GateArgs(model, {"--profile", profile_, "--no-record"}));
    EXPECT_EQ(run.signal, 0) << model;
    EXPECT_TRUE(run.exit_code == 0 || run.exit_code == 1 || run.exit_code == 3 || run.exit_code == 5) << Describe(run);
    EXPECT_NE(run.out, "") << Describe(run);
    return run.out.empty() ? v1::GateResult() : ParseGate(run.out);
  }

  static bool IsApproval(v1::Decision decision) {
    return decision == v1::APPROVED || decision == v1::APPROVED_WITH_CONDITIONS;
  }

  static std::string Summary(const v1::GateResult& result) {
    std::string text = v1::Decision_Name(result.decision());
    for (const auto& license : result.licenses()) text += " " + license.short_id();
    for (const auto& finding : result.findings())
      text += "\n  " + finding.rule_id() + ": " + finding.message().substr(0, 160);
    return text;
  }

  std::set<std::string> KnownLicenses() {
    std::set<std::string> known;
    const ProcessResult rules = weighbridge_.Run({"licenses", "--format", "json"});
    for (size_t at = 0; (at = rules.out.find("\"short_id\":\"", at)) != std::string::npos;) {
      at += 12;
      known.insert(rules.out.substr(at, rules.out.find('"', at) - at));
    }
    return known;
  }

  TempDir dir_;
  Weighbridge weighbridge_{dir_.At("data")};
  std::string corpus_;
  std::string profile_;
};

TEST_F(CorpusModelsTest, CardsOfUnknownLicencesAreNeverApproved) {
  const std::set<std::string> known = KnownLicenses();
  ASSERT_GE(known.size(), 24u);
  int cards = 0;
  for (const auto& row : testing_support::ReadTsvOrFail(corpus_ + "/MANIFEST.tsv")) {
    if (row.size() < 2 || row[0].rfind("model-cards/", 0) != 0) continue;
    ++cards;
    const std::string folder = "card" + std::to_string(cards);
    dir_.Write(folder + "/README.md", testing_support::ReadFileOrFail(corpus_ + "/" + row[0]));
    dir_.Write(folder + "/model.safetensors", testing_support::BuildSafetensors({{"a.weight", "F32", {2, 2}}}));
    const v1::GateResult result = Gate(dir_.At(folder));
    SCOPED_TRACE(row[0] + " declares " + row[1] + ": " + Summary(result));
    EXPECT_NE(result.decision(), v1::DECISION_UNSPECIFIED);
    EXPECT_NE(result.decision(), v1::APPROVED) << "a card is no licence text: the duty to obtain it is open at least";
    if (known.count(row[1]) == 0) {
      EXPECT_FALSE(IsApproval(result.decision()));
    } else {
      EXPECT_TRUE(std::any_of(result.licenses().begin(), result.licenses().end(),
                              [&](const auto& license) { return license.short_id() == row[1]; }) ||
                  result.decision() == v1::NEEDS_REVIEW)
          << "what the card declares is not among the licences";
    }
  }
  EXPECT_GE(cards, 70);
}

TEST_F(CorpusModelsTest, ConfigsAloneAreNoLicence) {
  int folders = 0;
  for (const auto& entry : std::filesystem::directory_iterator(corpus_ + "/configs")) {
    ++folders;
    const std::string folder = "config" + std::to_string(folders);
    for (const auto& file : std::filesystem::directory_iterator(entry.path())) {
      dir_.Write(folder + "/" + file.path().filename().string(), testing_support::ReadFileOrFail(file.path().string()));
    }
    dir_.Write(folder + "/model.safetensors", testing_support::BuildSafetensors({{"a.weight", "F32", {2, 2}}}));
    const v1::GateResult result = Gate(dir_.At(folder));
    EXPECT_FALSE(IsApproval(result.decision())) << entry.path() << ": " << Summary(result);
  }
  EXPECT_GE(folders, 30);
}

// Weights without a parser are recognised by content and never approved, whatever licence lies beside them and whatever
// their name.
TEST_F(CorpusModelsTest, UnparsedWeightsAreUndecidedUnderAnyName) {
  int files = 0;
  for (const std::string kind :
       {"pytorch-zip", "pickle", "picklescan", "silero", "silero-older", "zip", "numpy", "gguf-broken", "gguf"}) {
    const std::string folder = corpus_ + "/artifacts/" + kind;
    if (!std::filesystem::is_directory(folder)) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (!entry.is_regular_file() || entry.path().extension() == ".safetensors" || entry.path().extension() == ".txt")
        continue;
      if (entry.path().extension() == ".json" || entry.path().extension() == ".md" || entry.path().extension() == ".py")
        continue;
      ++files;
      const std::string model = "artifact" + std::to_string(files);
      const std::string bytes = testing_support::ReadFileOrFail(entry.path().string());
      dir_.Write(model + "/README.md", testing_support::BuildModelCard("license: mit", "# m\n"));
      dir_.Write(model + "/" + entry.path().filename().string(), bytes);
      v1::GateResult result = Gate(dir_.At(model));
      EXPECT_EQ(result.decision(), v1::UNDECIDED) << entry.path() << ": " << Summary(result);
      // Beside sound weights they do not become harmless.
      dir_.Write(model + "/model.safetensors", testing_support::BuildSafetensors({{"a.weight", "F32", {2, 2}}}));
      result = Gate(dir_.At(model));
      EXPECT_FALSE(IsApproval(result.decision())) << entry.path() << " beside safetensors: " << Summary(result);
      // Nor under the name of a format that has a parser.
      dir_.Write(model + "-renamed/README.md", testing_support::BuildModelCard("license: mit", "# m\n"));
      dir_.Write(model + "-renamed/model.safetensors", bytes);
      result = Gate(dir_.At(model + "-renamed"));
      EXPECT_EQ(result.decision(), v1::UNDECIDED) << entry.path() << " renamed: " << Summary(result);
    }
  }
  EXPECT_GE(files, 60);
}

TEST_F(CorpusModelsTest, RealWeightsAreMeasured) {
  for (const std::string kind : {"silero", "lora", "safetensors", "zoo"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(corpus_ + "/artifacts/" + kind)) {
      if (entry.path().extension() != ".safetensors" && entry.path().extension() != ".gguf") continue;
      const std::string model = kind + "-" + entry.path().filename().string();
      dir_.Write(model + "/README.md", testing_support::BuildModelCard("license: mit", "# m\n"));
      dir_.Write(model + "/model" + entry.path().extension().string(),
                 testing_support::ReadFileOrFail(entry.path().string()));
      const v1::GateResult result = Gate(dir_.At(model));
      EXPECT_NE(result.decision(), v1::UNDECIDED) << entry.path() << ": " << Summary(result);
      EXPECT_EQ(result.model().artifacts_size(), 2);
    }
  }
}

}  // namespace
}  // namespace weighbridge::integration
