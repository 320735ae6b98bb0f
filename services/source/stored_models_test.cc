#include "services/source/stored_models.h"

#include <functional>
#include <ostream>
#include <string>

#include "gtest/gtest.h"
#include "services/source/temp_tree.h"

namespace weighbridge::source {
namespace {

std::string Shown(const std::optional<Problem>& problem) {
  return problem.has_value() ? std::string(ProblemKindName(problem->kind)) + " " + problem->path : "";
}

struct Case {
  std::string name;
  std::function<void(const TempTree&)> fill;
  std::string path;       // below the tree
  std::string models;     // in order, each behind a blank, "!" behind those with a problem
  std::string strangers;  // problem of the whole
  bool found = true;
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.name; }

class HubModelsTest : public ::testing::TestWithParam<Case> {};

TEST_P(HubModelsTest, Finds) {
  const TempTree tree;
  GetParam().fill(tree);
  const auto hub = FindHubModels(tree.At(GetParam().path));
  ASSERT_TRUE(hub.ok()) << hub.status();
  ASSERT_EQ(hub->has_value(), GetParam().found);
  if (!hub->has_value()) return;
  std::string models;
  for (const HubModel& model : (*hub)->models) models += " " + model.path + (model.problem.has_value() ? "!" : "");
  EXPECT_EQ(models, GetParam().models);
  EXPECT_EQ(Shown((*hub)->problem), GetParam().strangers);
}

INSTANTIATE_TEST_SUITE_P(
    Table, HubModelsTest,
    ::testing::Values(Case{"WholeCache",
                           [](const TempTree& t) {
                             t.File("hub/version.txt");
                             t.File("hub/.locks/x");
                             t.File("hub/datasets--org--set/snapshots/r/x");
                             t.File("hub/models--org--b/snapshots/r1/x");
                             t.File("hub/models--org--a/snapshots/r2/x");
                             t.File("hub/models--org--a/snapshots/r1/x");
                             t.File("hub/models--org--a/blobs/x");
                             t.File("hub/models--org--a/refs/main");
                             t.File("hub/models--org--none/refs/main");  // a download that found nothing
                           },
                           "hub",
                           " models--org--a/snapshots/r1 models--org--a/snapshots/r2 models--org--b/snapshots/r1", ""},
                      Case{"SomethingElseInTheCache",
                           [](const TempTree& t) {
                             t.File("hub/models--org--a/snapshots/r1/x");
                             t.File("hub/stray.gguf");
                           },
                           "hub", " models--org--a/snapshots/r1", "several_models "},
                      Case{"SomethingElseInARepository",
                           [](const TempTree& t) {
                             t.File("hub/models--org--a/snapshots/r1/x");
                             t.File("hub/models--org--a/LICENSE");
                           },
                           "hub", " models--org--a/snapshots/r1", "several_models "},
                      Case{"Repository",
                           [](const TempTree& t) {
                             t.File("models--org--a/snapshots/r1/x");
                             t.File("models--org--a/snapshots/r2/x");
                           },
                           "models--org--a", " snapshots/r1 snapshots/r2", ""},
                      Case{"Snapshots", [](const TempTree& t) { t.File("models--org--a/snapshots/r1/x"); },
                           "models--org--a/snapshots", " r1", ""},
                      Case{"RevisionIsALink",
                           [](const TempTree& t) {
                             t.File("elsewhere/x");
                             t.Folder("models--org--a/snapshots");
                             t.Link("../../elsewhere", "models--org--a/snapshots/r1");
                           },
                           "models--org--a", " snapshots/r1!", ""},
                      Case{"RevisionIsAFile", [](const TempTree& t) { t.File("models--org--a/snapshots/r1"); },
                           "models--org--a", " snapshots/r1!", ""},
                      Case{"RevisionWithABadName", [](const TempTree& t) { t.File("models--org--a/snapshots/r\n1/x"); },
                           "models--org--a", " snapshots/r\n1!", ""},
                      Case{"RepositoryIsALink",
                           [](const TempTree& t) {
                             t.File("elsewhere/snapshots/r/x");
                             t.File("hub/models--org--a/snapshots/r/x");
                             t.Link("../elsewhere", "hub/models--org--b");
                           },
                           "hub", " models--org--a/snapshots/r", "several_models "},
                      Case{"ASnapshotIsNoCache", [](const TempTree& t) { t.File("models--org--a/snapshots/r1/x"); },
                           "models--org--a/snapshots/r1", "", "", false},
                      Case{"PlainFolder", [](const TempTree& t) { t.File("m/x"); }, "m", "", "", false},
                      Case{"File", [](const TempTree& t) { t.File("m"); }, "m", "", "", false},
                      Case{"Nothing", [](const TempTree&) {}, "m", "", "", false}),
    [](const auto& info) { return info.param.name; });

class OllamaStoreTest : public ::testing::TestWithParam<Case> {};

TEST_P(OllamaStoreTest, Finds) {
  const TempTree tree;
  GetParam().fill(tree);
  const auto store = FindOllamaStore(tree.At(GetParam().path));
  ASSERT_TRUE(store.ok()) << store.status();
  ASSERT_EQ(store->has_value(), GetParam().found);
  if (!store->has_value()) return;
  std::string models;
  for (const std::string& manifest : (*store)->manifests) models += " " + manifest;
  EXPECT_EQ(models, GetParam().models);
  EXPECT_EQ(Shown((*store)->problem), GetParam().strangers);
}

void FillStore(const TempTree& t) {
  t.File("store/blobs/sha256-x");
  t.File("store/manifests/h/n/m/latest");
  t.File("store/manifests/h/n/m/.DS_Store");
  t.File("store/manifests/h/n/shallow");
  t.File("store/manifests/h/n/m/deep/er");
  t.File("store/manifests/h/n/a/7b");
}

INSTANTIATE_TEST_SUITE_P(
    Table, OllamaStoreTest,
    ::testing::Values(Case{"Store", FillStore, "store", " manifests/h/n/a/7b manifests/h/n/m/latest", ""},
                      Case{"Manifest", FillStore, "store/manifests/h/n/m/latest", " manifests/h/n/m/latest", ""},
                      Case{"StoreWithSomethingElse",
                           [](const TempTree& t) {
                             FillStore(t);
                             t.File("store/LICENSE");
                           },
                           "store", " manifests/h/n/a/7b manifests/h/n/m/latest", "several_models "},
                      Case{"ManifestIsALink",
                           [](const TempTree& t) {
                             t.Folder("store/blobs");
                             t.Folder("store/manifests/h/n/m");
                             t.Link("/etc/passwd", "store/manifests/h/n/m/latest");
                           },
                           "store", " manifests/h/n/m/latest", ""},
                      Case{"FolderOfManifestsIsALink",
                           [](const TempTree& t) {
                             FillStore(t);
                             t.Folder("other/blobs");
                             t.Link("../store/manifests", "other/manifests");
                           },
                           "other", "", "", false},
                      Case{"NoManifests",
                           [](const TempTree& t) {
                             t.Folder("store/blobs");
                             t.Folder("store/manifests/h");
                           },
                           "store", "", "", false},
                      Case{"NoBlobs", [](const TempTree& t) { t.File("store/manifests/h/n/m/t"); }, "store", "", "",
                           false},
                      Case{"ManifestWithoutBlobs", [](const TempTree& t) { t.File("store/manifests/h/n/m/t"); },
                           "store/manifests/h/n/m/t", "", "", false},
                      Case{"FileAtAnotherDepth", FillStore, "store/manifests/h/n/shallow", "", "", false},
                      Case{"BlobAlone", FillStore, "store/blobs/sha256-x", "", "", false},
                      Case{"Nothing", [](const TempTree&) {}, "x", "", "", false}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace weighbridge::source
