// Several models below one folder, each as it is alone.
#include "services/auditor/split_models.h"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "services/auditor/assess.h"
#include "services/auditor/collect.h"
#include "tests/support/model_builder.h"
#include "tests/support/temp_dir.h"

namespace weighbridge::auditor {
namespace {

using testing_support::BuildModelCard;
using testing_support::BuildSafetensors;
using testing_support::TempDir;

std::string Weights(uint32_t seed = 1) { return BuildSafetensors({{"model.norm.weight", "F32", {2, 2}}}, {}, seed); }

void Model(const TempDir& dir, const std::string& folder, uint32_t seed = 1) {
  const std::string at = folder.empty() ? "" : folder + "/";
  dir.Write(at + "model.safetensors", Weights(seed));
  dir.Write(at + "README.md", BuildModelCard("license: mit", "# m " + folder + "\n"));
}

std::vector<Collected> Collect(const std::string& path, bool recursive) {
  CollectRequest request;
  request.path = path;
  request.recursive = recursive;
  auto models = CollectModels(request);
  EXPECT_TRUE(models.ok()) << models.status();
  return models.ok() ? *std::move(models) : std::vector<Collected>();
}

// The line of DESIGN section 4, run in `folder`, with what else is ignored there.
std::string CoreutilsDigest(const std::string& folder, const std::vector<std::string>& ignored) {
  std::string prunes = "-path ./.git -o -path ./.cache/huggingface -o -path ./.weighbridge";
  for (const std::string& path : ignored) prunes += " -o -path './" + path + "'";
  const std::string command =
      "cd '" + folder + "' && find -L . \\( " + prunes +
      " \\) -prune -o -type f -printf '%P\\0' | LC_ALL=C sort -z | xargs -0r sha256sum -- | sha256sum";
  FILE* const pipe = popen(command.c_str(), "r");
  char digest[65] = {};
  EXPECT_EQ(fread(digest, 1, 64, pipe), 64u);
  pclose(pipe);
  return digest;
}

struct Case {
  std::string name;
  std::function<void(const TempDir&)> fill;
  // One line a model: "path: artifacts | context | ignored | problems" with "~" before problems of the context.
  std::vector<std::string> models;
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.name; }

std::string Line(const v1::Inventory& inventory) {
  std::string line = inventory.model_path() + ":";
  for (const auto& artifact : inventory.artifacts()) line += " " + artifact.path();
  line += " |";
  for (const auto& artifact : inventory.context_artifacts()) line += " " + artifact.path();
  line += " |";
  for (const auto& path : inventory.ignored()) line += " " + path;
  line += " |";
  for (const auto& problem : inventory.problems()) {
    if (problem.rule_id() != "file.note")
      line += std::string(" ") + (problem.of_context() ? "~" : "") + problem.rule_id() + "@" + problem.path();
  }
  return line;
}

class SplitTest : public ::testing::TestWithParam<Case> {};

TEST_P(SplitTest, GivesEachModelWhatIsItsOwn) {
  const TempDir dir;
  GetParam().fill(dir);
  const std::vector<Collected> models = Collect(dir.path(), true);
  std::vector<std::string> lines;
  for (const Collected& model : models) lines.push_back(Line(model.inventory));
  EXPECT_EQ(lines, GetParam().models);
  for (const Collected& model : models) {
    // Each document that is named is there, and no other.
    std::set<std::string> named;
    for (const auto* artifacts : {&model.inventory.artifacts(), &model.inventory.context_artifacts()}) {
      for (const auto& artifact : *artifacts) {
        if (!artifact.document_sha256().empty()) named.insert(artifact.document_sha256());
      }
    }
    std::set<std::string> kept;
    for (const auto& [sha256, bytes] : model.documents) kept.insert(sha256);
    EXPECT_EQ(kept, named) << model.inventory.model_path();
    const std::string digest = ModelDigestOf(model.inventory);
    if (digest.empty()) continue;
    EXPECT_EQ(digest, CoreutilsDigest(dir.At(model.inventory.model_path()),
                                      {model.inventory.ignored().begin(), model.inventory.ignored().end()}))
        << model.inventory.model_path();
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, SplitTest,
    ::testing::Values(
        Case{"OneModelIsLeftAsItIs",
             [](const TempDir& d) {
               Model(d, "a");
               d.Write("LICENSE", "x");
             },
             {": LICENSE a/README.md a/model.safetensors | | |"}},
        Case{"TwoModels",
             [](const TempDir& d) {
               Model(d, "b");
               Model(d, "a/deep");
             },
             {"a/deep: README.md model.safetensors | | |", "b: README.md model.safetensors | | |"}},
        Case{"DocumentsAboveSpeakForAllBelow",
             [](const TempDir& d) {
               Model(d, "a/one");
               Model(d, "a/two");
               Model(d, "b");
               d.Write("LICENSE", "x");
               d.Write("a/NOTICE", "x");
               d.Write("terms/NC.txt", "x");
               d.Write("config.json", "{}");  // speaks for weights beside it, and there are none
             },
             {"a/one: README.md model.safetensors | LICENSE a/NOTICE terms/NC.txt | |",
              "a/two: README.md model.safetensors | LICENSE a/NOTICE terms/NC.txt | |",
              "b: README.md model.safetensors | LICENSE terms/NC.txt | |"}},
        Case{"AModelThatHoldsAnother",
             [](const TempDir& d) {
               Model(d, "base");
               Model(d, "base/checkpoint");
               d.Write("base/LICENSE", "x");
               d.Write("base/config.json", "{}");
             },
             {"base: LICENSE README.md config.json model.safetensors | | checkpoint |",
              "base/checkpoint: README.md model.safetensors | base/LICENSE base/README.md | |"}},
        Case{"StrayWeightsAreTheRoot",
             [](const TempDir& d) {
               Model(d, "a");
               Model(d, "b");
               d.Write("loose/x.safetensors", Weights());
               d.Write("TERMS.txt", "x");
             },
             {": TERMS.txt loose/x.safetensors | | a b |", "a: README.md model.safetensors | TERMS.txt | |",
              "b: README.md model.safetensors | TERMS.txt | |"}},
        Case{"WhatIsPrunedOfEach",
             [](const TempDir& d) {
               Model(d, "a");
               Model(d, "b");
               d.Write("a/.git/LICENSE", "x");
               d.Write("a/.cache/huggingface/download/README.md.metadata", std::string(40, 'a') + "\nx\n1\n");
               d.Write("b/.weighbridge/x", "x");
               d.Write("b/sub/.git/x.txt", "x");  // no model folder: counts
               d.Write("c/.git/LICENSE", "x");
               d.Write(".git/objects/pack", Weights());
             },
             {"a: README.md model.safetensors | c/.git/LICENSE | .cache/huggingface .git |",
              "b: README.md model.safetensors sub/.git/x.txt | c/.git/LICENSE | .weighbridge |"}},
        Case{"APipelineIsOneModel",
             [](const TempDir& d) {
               d.Write("flux/model_index.json",
                       R"({"_class_name": "P", "unet": ["diffusers", "U"], "vae": ["diffusers", "V"]})");
               d.Write("flux/unet/config.json", "{}");
               d.Write("flux/unet/x.safetensors", Weights());
               d.Write("flux/vae/config.json", "{}");
               d.Write("flux/vae/x.safetensors", Weights());
               Model(d, "other");
             },
             {"flux: model_index.json unet/config.json unet/x.safetensors vae/config.json vae/x.safetensors | | |",
              "other: README.md model.safetensors | | |"}},
        Case{"ProblemsGoWithTheirFile",
             [](const TempDir& d) {
               Model(d, "a");
               Model(d, "b");
               d.Fifo("a/pipe");
             },
             {"a: README.md model.safetensors | | | file.special@pipe", "b: README.md model.safetensors | | |"}},
        Case{"WhatMayHideTermsIsEverybodysProblem",
             [](const TempDir& d) {
               Model(d, "a");
               Model(d, "b");
               d.Link("/etc/passwd", "LICENSE");
             },
             {"a: README.md model.safetensors | | | ~file.unsafe_link@LICENSE",
              "b: README.md model.safetensors | | | ~file.unsafe_link@LICENSE"}},
        Case{"AnArchiveAboveMayHoldTerms",
             [](const TempDir& d) {
               Model(d, "a");
               Model(d, "b");
               d.Write("all.zip", std::string("PK\5\6") + std::string(18, '\0'));
             },
             {"a: README.md model.safetensors | all.zip | |", "b: README.md model.safetensors | all.zip | |"}}),
    [](const auto& info) { return info.param.name; });

TEST(SplitDigestTest, AModelHasTheDigestThatItHasAlone) {
  const TempDir dir;
  Model(dir, "x/one", 1);
  Model(dir, "x/two", 2);
  dir.Write("LICENSE", "x");
  dir.Write("x/one/.git/HEAD", "x");
  dir.Write("x/one/.cache/huggingface/download/model.safetensors.metadata", std::string(40, 'c') + "\netag\n1.5\n");
  const std::vector<Collected> models = Collect(dir.path(), true);
  ASSERT_EQ(models.size(), 2u);
  for (const Collected& model : models) {
    const std::vector<Collected> alone = Collect(dir.At(model.inventory.model_path()), false);
    ASSERT_EQ(alone.size(), 1u);
    EXPECT_EQ(ModelDigestOf(model.inventory), ModelDigestOf(alone[0].inventory));
    EXPECT_EQ(std::vector<std::string>(model.inventory.ignored().begin(), model.inventory.ignored().end()),
              std::vector<std::string>(alone[0].inventory.ignored().begin(), alone[0].inventory.ignored().end()));
    EXPECT_EQ(std::vector<std::string>(model.inventory.download_revisions().begin(),
                                       model.inventory.download_revisions().end()),
              std::vector<std::string>(alone[0].inventory.download_revisions().begin(),
                                       alone[0].inventory.download_revisions().end()));
    EXPECT_TRUE(alone[0].inventory.context_artifacts().empty());
  }
  EXPECT_EQ(models[0].inventory.download_revisions_size(), 1);
}

// A walk that ended early says nothing about models that it did not reach.
TEST(SplitLimitTest, ALimitConcernsEveryModel) {
  const TempDir dir;
  Model(dir, "a");
  Model(dir, "b");
  for (int i = 0; i < 40; ++i) dir.Write("z/" + std::to_string(i) + ".txt", "x");
  CollectRequest request;
  request.path = dir.path();
  request.recursive = true;
  request.options.limits.max_entries = 20;
  const auto models = CollectModels(request);
  ASSERT_TRUE(models.ok());
  ASSERT_EQ(models->size(), 2u);
  for (const Collected& model : *models) EXPECT_EQ(ModelDigestOf(model.inventory), "") << Line(model.inventory);
}

TEST(SplitLimitTest, SharedDocumentsAreBounded) {
  Collected whole;
  whole.inventory.set_schema_version(1);
  const auto add = [&](const std::string& path, const std::string& role, const std::string& document) {
    auto& artifact = *whole.inventory.add_artifacts();
    artifact.set_path(path);
    artifact.set_role(role);
    artifact.set_format(role == "weights" ? "safetensors" : "text");
    artifact.set_document_sha256(document);
  };
  whole.documents["top"] = std::string(4 << 20, 'x');
  add("LICENSE", "license_text", "top");
  for (int i = 0; i < 100; ++i) {
    const std::string folder = "m" + std::to_string(i);
    add(folder + "/README.md", "card", "");
    add(folder + "/model.safetensors", "weights", "");
  }
  EXPECT_EQ(SplitModels(std::move(whole)).status().code(), absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace weighbridge::auditor
