#include "services/source/walk.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <functional>
#include <iterator>
#include <ostream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/source/root.h"
#include "services/source/temp_tree.h"

namespace weighbridge::source {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> Paths(const Listing& listing) {
  std::vector<std::string> paths;
  for (const FileEntry& file : listing.files) paths.push_back(file.path);
  return paths;
}

// "kind path", so that a failure reads like a report.
std::vector<std::string> Problems(const Listing& listing) {
  std::vector<std::string> problems;
  for (const Problem& p : listing.problems) problems.push_back(std::string(ProblemKindName(p.kind)) + " " + p.path);
  return problems;
}

absl::StatusOr<Listing> OpenAndWalk(const std::string& path, OpenMethod method, const WalkLimits& limits = {}) {
  const absl::StatusOr<Root> root = Root::Open(path, method);
  if (!root.ok()) return root.status();
  return Walk(*root, limits);
}

bool HasOpenat2(const std::string& folder) { return Root::Open(folder, OpenMethod::kOpenat2).ok(); }

// ---- trees: what is listed and what is reported, with both ways of opening

struct Tree {
  std::string name;
  std::function<void(const TempTree&)> build;
  std::vector<std::string> files;
  std::vector<std::string> problems;
  bool blocked = false;
  std::string start = "m";  // the model directory within the tree; "m" is made, and what lies beside it is outside
  WalkLimits limits = {};
};
void PrintTo(const Tree& tree, std::ostream* out) { *out << tree.name; }

WalkLimits Limits(const std::function<void(WalkLimits*)>& change) {
  WalkLimits limits;
  change(&limits);
  return limits;
}

const Tree kTrees[] = {
    {"BytewiseOrder",
     [](const TempTree& t) {
       for (const char* p : {"m/a/b", "m/a.b", "m/a-b", "m/B", "m/\xC3\xA9", "m/z"}) t.File(p);
     },
     {"B", "a-b", "a.b", "a/b", "z", "\xC3\xA9"},
     {}},
    {"OddButPlainNames",
     [](const TempTree& t) {
       for (const char* p :
            {"m/-rf", "m/--help", "m/ lead", "m/two  spaces", "m/'quote'", "m/$(id)", "m/*", "m/~", "m/..x", "m/..."})
         t.File(p);
     },
     {" lead", "$(id)", "'quote'", "*", "--help", "-rf", "...", "..x", "two  spaces", "~"},
     {}},
    {"PrunedOnlyAtTheTop",
     [](const TempTree& t) {
       for (const char* p : {"m/.git/HEAD", "m/.cache/huggingface/x", "m/.cache/other", "m/.weighbridge/x",
                             "m/sub/.git/HEAD", "m/sub/.cache/huggingface/x", "m/.gitignore", "m/.git2/x"})
         t.File(p);
     },
     {".cache/other", ".git2/x", ".gitignore", "sub/.cache/huggingface/x", "sub/.git/HEAD"},
     {}},
    {"PrunedWhateverItsType",
     [](const TempTree& t) {
       t.File("m/a");
       t.File("m/.git", "gitdir: elsewhere");
       t.Link("/etc", "m/.weighbridge");
       t.Folder("m/.cache");
       t.Fifo("m/.cache/huggingface");
     },
     {"a"},
     {}},
    {"EmptyFileAndHiddenFile",
     [](const TempTree& t) {
       t.File("m/.hidden");
       t.File("m/empty", "");
     },
     {".hidden", "empty"},
     {}},
    {"LinkInside",
     [](const TempTree& t) {
       t.File("m/sub/real");
       t.Link("sub/real", "m/link");
       t.Link("../m/sub/../sub/./real", "m/sub2");  // leaves the root on its way: refused
     },
     {"link", "sub/real"},
     {"link_leaves_root sub2"},
     true},
    {"LinkedFolderAppearsTwice",
     [](const TempTree& t) {
       t.File("m/sub/real");
       t.Link("sub", "m/again");
       t.Link("../sub/real", "m/other/up");
     },
     {"again/real", "other/up", "sub/real"},
     {}},
    {"LinkThroughLinkedFolder",
     [](const TempTree& t) {
       t.File("m/a/b/real");
       t.Link("a/b", "m/short");
       t.Link("short/real", "m/l1");
       t.Link("l1", "m/l2");
       t.Link("short/../real2", "m/l3");  // ".." of the folder reached, not of the name
       t.File("m/a/real2");
     },
     {"a/b/real", "a/real2", "l1", "l2", "l3", "short/real"},
     {}},
    {"AbsoluteLink",
     [](const TempTree& t) {
       t.File("m/a");
       t.Link("/etc/passwd", "m/l");
     },
     {"a"},
     {"link_leaves_root l"},
     true},
    {"AbsoluteLinkBackInside",
     [](const TempTree& t) {
       t.File("m/a");
       t.Link(t.At("m/a"), "m/l");
     },
     {"a"},
     {"link_leaves_root l"},
     true},
    {"LinkToParent",
     [](const TempTree& t) {
       t.File("m/a");
       t.File("secret");
       t.Link("../secret", "m/l");
     },
     {"a"},
     {"link_leaves_root l"},
     true},
    {"LinkFarUp",
     [](const TempTree& t) {
       t.File("m/a");
       t.Link("../../../../../../../../etc/passwd", "m/l");
     },
     {"a"},
     {"link_leaves_root l"},
     true},
    {"LinkOutAndBackIn",
     [](const TempTree& t) {
       t.File("m/a");
       t.Link("../m/a", "m/l");
     },
     {"a"},
     {"link_leaves_root l"},
     true},
    {"FolderLinkOut",
     [](const TempTree& t) {
       t.File("m/a");
       t.File("o/x");
       t.Link("../o", "m/l");
     },
     {"a"},
     {"link_leaves_root l"},
     true},
    {"EscapeBehindLinkedFolder",
     [](const TempTree& t) {
       t.File("m/a/x");
       t.Link("a", "m/b");
       t.Link("b/../../secret", "m/l");
       t.File("secret");
     },
     {"a/x", "b/x"},
     {"link_leaves_root l"},
     true},
    {"MagicLink",
     [](const TempTree& t) {
       t.File("m/a");
       t.Link("/proc/self/root/etc/passwd", "m/l");
       t.Link("/proc/self/fd/0", "m/m");
     },
     {"a"},
     {"link_leaves_root l", "link_leaves_root m"},
     true},
    {"Dangling",
     [](const TempTree& t) {
       t.File("m/a");
       t.Link("nothing", "m/l");
       t.Link("a/under-a-file", "m/m");
       t.Link("a/", "m/n");
     },
     {"a"},
     {"link_dangling l", "link_dangling m", "link_dangling n"},
     true},
    {"LinkToItself",
     [](const TempTree& t) {
       t.File("m/a");
       t.Link("l", "m/l");
     },
     {"a"},
     {"link_loop l"},
     true},
    {"LinkPair",
     [](const TempTree& t) {
       t.File("m/a");
       t.Link("m", "m/l");
       t.Link("l", "m/m");
     },
     {"a"},
     {"link_loop l", "link_loop m"},
     true},
    {"FolderLoop",
     [](const TempTree& t) {
       t.File("m/d/x");
       t.Link("..", "m/d/up");
     },
     {"d/x"},
     {"link_loop d/up"},
     true},
    {"FolderLoopToSelf",
     [](const TempTree& t) {
       t.File("m/d/x");
       t.Link(".", "m/d/self");
     },
     {"d/x"},
     {"link_loop d/self"},
     true},
    {"MutualFolderLoop",
     [](const TempTree& t) {
       t.File("m/a/x");
       t.File("m/b/y");
       t.Link("../b", "m/a/b");
       t.Link("../a", "m/b/a");
     },
     {"a/b/y", "a/x", "b/a/x", "b/y"},
     {"link_loop a/b/a", "link_loop b/a/b"},
     true},
    {"Fifo",
     [](const TempTree& t) {
       t.File("m/a");
       t.Fifo("m/p");
       t.Link("p", "m/l");
     },
     {"a"},
     {"fifo l", "fifo p"},
     true},
    {"Socket",
     [](const TempTree& t) {
       t.File("m/a");
       t.Socket("m/s");
     },
     {"a"},
     {"socket s"},
     true},
    {"ControlCharacters",
     [](const TempTree& t) {
       t.File("m/a");
       t.File("m/b\nc");
       t.File("m/d\x1b[31m");
       t.File("m/e\x7f");
     },
     {"a"},
     {"bad_name b\\x0ac", "bad_name d\\x1b[31m", "bad_name e\\x7f"},
     true},
    {"BackslashName", [](const TempTree& t) { t.File("m/a\\b"); }, {}, {"bad_name a\\x5cb"}, true},
    {"InvalidUtf8",
     [](const TempTree& t) {
       t.File("m/a\xff");
       t.File("m/\xc0\xaf");
       t.File("m/\xed\xa0\x80");
     },
     {},
     {"bad_name \\xc0\\xaf", "bad_name \\xed\\xa0\\x80", "bad_name a\\xff"},
     true},
    {"BadFolderNameHidesNothing",
     [](const TempTree& t) {
       t.File("m/a");
       t.File("m/d\n/x");
     },
     {"a"},
     {"bad_name d\\x0a"},
     true},
    {"FileNamedDash",
     [](const TempTree& t) {
       t.File("m/-");
       t.File("m/a");
     },
     {"a"},
     {"bad_name -"},
     true},
    {"DashBelowTheTop",
     [](const TempTree& t) {
       t.File("m/-/-");
       t.File("m/a/-");
     },
     {"-/-", "a/-"},
     {}},
    {"RightToLeftOverride",
     [](const TempTree& t) { t.File("m/a\xE2\x80\xAEnib.py"); },
     {"a\xE2\x80\xAEnib.py"},
     {"bidi_name a\\xe2\\x80\\xaenib.py"},
     false},
    {"CaseCollision",
     [](const TempTree& t) {
       t.File("m/Model.bin");
       t.File("m/model.BIN");
       t.File("m/\xC3\x89");
       t.File("m/\xC3\xA9");
     },
     {"Model.bin", "model.BIN", "\xC3\x89", "\xC3\xA9"},
     {"case_collision model.BIN", "case_collision \xC3\xA9"},
     false},
    {"NormalizationTwins",
     [](const TempTree& t) {
       t.File("m/caf\xC3\xA9");
       t.File("m/cafe\xCC\x81");
       t.File("m/\xED\x95\x9C");
       t.File("m/\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB");
     },
     {"cafe\xCC\x81", "caf\xC3\xA9", "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB", "\xED\x95\x9C"},
     {"normalization_twin caf\xC3\xA9", "normalization_twin \xED\x95\x9C"},
     false},
    {"HardLink",
     [](const TempTree& t) {
       t.File("outside");
       t.Folder("m");
       ASSERT_EQ(link(t.At("outside").c_str(), t.At("m/a").c_str()), 0);
     },
     {"a"},
     {"hard_link a"},
     false},
    {"TooDeep",
     [](const TempTree& t) {
       t.File("m/a");
       t.File("m/1/2/x");
       t.File("m/1/2/3/x");
     },
     {"1/2/x", "a"},
     {"too_deep 1/2/3"},
     true,
     "m",
     Limits([](WalkLimits* l) { l->max_depth = 2; })},
    {"ExactlyDeepEnough",
     [](const TempTree& t) { t.File("m/1/2/x"); },
     {"1/2/x"},
     {},
     false,
     "m",
     Limits([](WalkLimits* l) { l->max_depth = 2; })},
    {"TooManyEntries",
     [](const TempTree& t) {
       for (const char* p : {"m/a", "m/b", "m/c"}) t.File(p);
     },
     {},
     {"too_many "},
     true,
     "m",
     Limits([](WalkLimits* l) { l->max_entries = 2; })},
    {"ExactlyEnoughEntries",
     [](const TempTree& t) {
       for (const char* p : {"m/a", "m/b", "m/c"}) t.File(p);
     },
     {"a", "b", "c"},
     {},
     false,
     "m",
     Limits([](WalkLimits* l) { l->max_entries = 3; })},
    {"TooManyPathBytes",
     [](const TempTree& t) {
       for (const char* p : {"m/aaaa", "m/bbbb", "m/cccc"}) t.File(p);
     },
     {"aaaa", "bbbb"},
     {"too_many cccc"},
     true,
     "m",
     Limits([](WalkLimits* l) { l->max_path_bytes_total = 8; })},
    {"FileTooLarge",
     [](const TempTree& t) {
       t.File("m/a", "123");
       t.SparseFile("m/huge", uint64_t{1} << 40);
     },
     {"a"},
     {"too_large huge"},
     true,
     "m",
     Limits([](WalkLimits* l) { l->max_file_bytes = 3; })},
    {"FoldersThatDoubleAtEachLevel",
     [](const TempTree& t) {
       // 2^40 paths of 160 links: the entry limit ends it.
       for (int i = 0; i < 40; ++i) {
         const std::string level = "m/d" + std::to_string(i);
         t.Folder(level);
         for (const char* side : {"l", "r"}) t.Link("../d" + std::to_string(i + 1), level + "/" + side);
       }
       t.File("m/d40/x");
     },
     {},
     {"too_many"},
     true,
     "m",
     Limits([](WalkLimits* l) { l->max_entries = 5000; })},
    {"HubCache",
     [](const TempTree& t) {
       t.File("hub/models--org--name/blobs/aaaa");
       t.File("hub/models--org--name/blobs/bbbb");
       t.Link("../../blobs/aaaa", "hub/models--org--name/snapshots/rev/config.json");
       t.Link("../../../blobs/bbbb", "hub/models--org--name/snapshots/rev/vae/model.safetensors");
       t.File("hub/models--org--name/snapshots/rev/copied.txt");
     },
     {"config.json", "copied.txt", "vae/model.safetensors"},
     {},
     false,
     "hub/models--org--name/snapshots/rev"},
    {"HubCacheLinksOutsideBlobs",
     [](const TempTree& t) {
       t.File("hub/models--org--name/refs/main");
       t.File("hub/models--org--name/snapshots/other/x");
       t.File("hub/models--org--secret/blobs/x");
       t.File("hub/models--org--name/snapshots/rev/real");
       t.Link("../../refs/main", "hub/models--org--name/snapshots/rev/a");
       t.Link("../other/x", "hub/models--org--name/snapshots/rev/b");
       t.Link("../../../models--org--secret/blobs/x", "hub/models--org--name/snapshots/rev/c");
       t.Link("real", "hub/models--org--name/snapshots/rev/d");
     },
     {"real"},
     {"link_leaves_root a", "link_leaves_root b", "link_leaves_root c", "link_leaves_root d"},
     true,
     "hub/models--org--name/snapshots/rev"},
    {"HubRepositoryOfOneRevision",
     [](const TempTree& t) {
       t.File("hub/models--org--name/blobs/aaaa");
       t.File("hub/models--org--name/refs/main", "rev");
       t.File("hub/models--org--name/.no_exist/rev/x");
       t.Link("../../blobs/aaaa", "hub/models--org--name/snapshots/rev/config.json");
       t.Link("../../refs/main", "hub/models--org--name/snapshots/rev/LICENSE");
     },
     {"config.json"},
     {"link_leaves_root LICENSE"},
     true,
     "hub/models--org--name"},
    {"HubRepositoryOfSeveralRevisions",
     [](const TempTree& t) {
       t.File("hub/models--org--name/snapshots/rev1/config.json");
       t.File("hub/models--org--name/snapshots/rev2/config.json");
     },
     {},
     {"several_models snapshots"},
     true,
     "hub/models--org--name"},
    {"HubRepositoryWithMoreThanTheHubKeeps",
     [](const TempTree& t) {
       t.File("hub/models--org--name/model.gguf");
       t.File("hub/models--org--name/snapshots/rev/config.json");
     },
     {},
     {"several_models "},
     true,
     "hub/models--org--name"},
    {"HubRepositoryWhoseRevisionIsALink",
     [](const TempTree& t) {
       t.File("elsewhere/x");
       t.Folder("hub/models--org--name/snapshots");
       t.Link("../../../elsewhere", "hub/models--org--name/snapshots/rev");
     },
     {},
     {"unreadable snapshots/rev"},
     true,
     "hub/models--org--name"},
    {"HubRepositoryInName",
     [](const TempTree& t) { t.File("hub/models--org--name/model.gguf"); },
     {"model.gguf"},
     {},
     false,
     "hub/models--org--name"},
    {"HubCacheAsAWhole",
     [](const TempTree& t) {
       t.File("hub/version.txt");
       t.File("hub/models--org--name/snapshots/rev/x");
       t.File("hub/models--org--other/snapshots/rev/x");
     },
     {},
     {"several_models "},
     true,
     "hub"},
    {"HubCacheInAFolder",
     [](const TempTree& t) {
       t.File("m/a");
       t.File("m/hub/models--org--name/snapshots/rev/x");
       t.File("m/models--org--plain/x");
     },
     {"a", "models--org--plain/x"},
     {"several_models hub"},
     true},
};

class TreeTest : public ::testing::TestWithParam<Tree> {};

TEST_P(TreeTest, BothMethodsListAndReportTheSame) {
  const TempTree tree;
  GetParam().build(tree);
  for (const OpenMethod method : {OpenMethod::kComponentWalk, OpenMethod::kOpenat2}) {
    if (method == OpenMethod::kOpenat2 && !HasOpenat2(tree.path()))
      GTEST_SKIP() << "no openat2 here: component walk passed";
    const absl::StatusOr<Listing> listing = OpenAndWalk(tree.At(GetParam().start), method, GetParam().limits);
    ASSERT_TRUE(listing.ok()) << listing.status();
    EXPECT_EQ(listing->blocked, GetParam().blocked);
    if (GetParam().name == "FoldersThatDoubleAtEachLevel") {
      EXPECT_LE(listing->files.size(), 5000u);
      EXPECT_THAT(Problems(*listing), Contains(HasSubstr("too_many")));
      continue;
    }
    EXPECT_EQ(Paths(*listing), GetParam().files);
    EXPECT_EQ(Problems(*listing), GetParam().problems);
    const absl::StatusOr<Root> root = Root::Open(tree.At(GetParam().start), method);
    for (const FileEntry& file : listing->files) EXPECT_TRUE(root->OpenFile(file).ok()) << file.path;
  }
}

INSTANTIATE_TEST_SUITE_P(Walk, TreeTest, ::testing::ValuesIn(kTrees),
                         [](const ::testing::TestParamInfo<Tree>& info) { return info.param.name; });

// ---- what a table row cannot say

TEST(WalkTest, PrunedFoldersAreListed) {
  const TempTree tree;
  tree.File("a");
  tree.File(".git/HEAD");
  tree.File(".cache/huggingface/download/model.gguf.metadata", std::string(40, 'a') + "\netag\n1.0\n");
  tree.File(".cache/huggingface/download/vae/x.metadata", std::string(40, 'b') + "\netag\n1.0\n");
  tree.File(".cache/huggingface/download/bad.metadata", "not a commit\n");
  tree.Link("/etc/passwd", ".cache/huggingface/download/link.metadata");
  const absl::StatusOr<Listing> listing = OpenAndWalk(tree.path(), OpenMethod::kAutomatic);
  ASSERT_TRUE(listing.ok()) << listing.status();
  EXPECT_THAT(listing->ignored, ElementsAre(".cache/huggingface", ".git"));
  EXPECT_THAT(listing->download_revisions, ElementsAre(std::string(40, 'a'), std::string(40, 'b')));
}

TEST(WalkTest, HubCacheGivesRepositoryAndRevision) {
  const TempTree tree;
  const std::string snapshot = "models--meta-llama--Llama-3.1-8B/snapshots/0e9e39f";
  tree.File("models--meta-llama--Llama-3.1-8B/blobs/aaaa");
  tree.Link("../../../blobs/aaaa", snapshot + "/original/params.json");
  tree.Link("../../blobs/aaaa", snapshot + "/model.gguf");
  tree.Link(tree.At(snapshot), "current");  // the user's own link, outside the snapshot
  for (const std::string& path :
       {snapshot, snapshot + "/", snapshot + "/original", snapshot + "/model.gguf", std::string("current")}) {
    const absl::StatusOr<Listing> listing = OpenAndWalk(tree.At(path), OpenMethod::kAutomatic);
    ASSERT_TRUE(listing.ok()) << listing.status();
    ASSERT_TRUE(listing->hub.has_value()) << path;
    EXPECT_EQ(listing->hub->repository, "meta-llama/Llama-3.1-8B");
    EXPECT_EQ(listing->hub->revision, "0e9e39f");
    EXPECT_FALSE(listing->blocked);
    EXPECT_FALSE(listing->files.empty());
  }
  tree.File("models--gpt2/snapshots/r/x");
  EXPECT_EQ(OpenAndWalk(tree.At("models--gpt2/snapshots/r"), OpenMethod::kAutomatic)->hub->repository, "gpt2");
  EXPECT_FALSE(OpenAndWalk(tree.At("models--gpt2/snapshots"), OpenMethod::kAutomatic)->hub.has_value());
}

TEST(WalkTest, HubRepositoryStandsForItsOneRevision) {
  const TempTree tree;
  tree.File("models--org--name/blobs/aaaa");
  tree.Folder("models--org--name/snapshots");
  const absl::Status none = OpenAndWalk(tree.At("models--org--name"), OpenMethod::kAutomatic).status();
  EXPECT_EQ(none.code(), absl::StatusCode::kFailedPrecondition) << none;
  EXPECT_THAT(std::string(none.message()), HasSubstr("holds no files"));

  tree.Link("../../blobs/aaaa", "models--org--name/snapshots/rev1/model.gguf");
  const absl::StatusOr<Listing> one = OpenAndWalk(tree.At("models--org--name"), OpenMethod::kAutomatic);
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_THAT(Paths(*one), ElementsAre("model.gguf"));
  ASSERT_TRUE(one->hub.has_value());
  EXPECT_EQ(one->hub->repository, "org/name");
  EXPECT_EQ(one->hub->revision, "rev1");
  EXPECT_FALSE(one->blocked);

  tree.Link("../rev1/model.gguf", "models--org--name/snapshots/rev2/model.gguf");
  const absl::StatusOr<Listing> two = OpenAndWalk(tree.At("models--org--name"), OpenMethod::kAutomatic);
  ASSERT_TRUE(two.ok()) << two.status();
  EXPECT_FALSE(two->hub.has_value());
  ASSERT_EQ(two->problems.size(), 1u);
  EXPECT_EQ(two->problems[0].message, "2 revisions: rev1, rev2; name one");
}

TEST(WalkTest, SingleFileIsOneEntryWithItsBaseName) {
  const TempTree tree;
  tree.File("m/real.gguf");
  tree.File("m/other");
  tree.Link("m/real.gguf", "user-link");
  for (const char* path : {"m/real.gguf", "user-link"}) {  // what the user names may be a link
    const absl::StatusOr<Listing> listing = OpenAndWalk(tree.At(path), OpenMethod::kAutomatic);
    ASSERT_TRUE(listing.ok()) << listing.status();
    EXPECT_TRUE(listing->single_file);
    EXPECT_THAT(Paths(*listing), ElementsAre("real.gguf"));
  }
}

TEST(WalkTest, EachWayOfHavingNothingSaysSo) {
  const TempTree tree;
  tree.Folder("empty/sub");
  tree.File("only-git/.git/HEAD");
  tree.Fifo("pipe");
  tree.File("file");
  struct Case {
    std::string path;
    absl::StatusCode code;
    std::string message;
  };
  const Case cases[] = {
      {tree.At("missing"), absl::StatusCode::kNotFound, "does not exist"},
      {tree.At("file/below"), absl::StatusCode::kFailedPrecondition, "Not a directory"},
      {tree.At("pipe"), absl::StatusCode::kInvalidArgument, "neither a directory nor a regular file"},
      {tree.At("empty"), absl::StatusCode::kFailedPrecondition, "holds no files"},
      {tree.At("only-git"), absl::StatusCode::kFailedPrecondition, "but ignored ones"},
      {"", absl::StatusCode::kInvalidArgument, "no path given"},
      {tree.At(std::string(5000, 'x')), absl::StatusCode::kInvalidArgument, "too long"},
  };
  for (const Case& c : cases) {
    const absl::Status status = OpenAndWalk(c.path, OpenMethod::kAutomatic).status();
    EXPECT_EQ(status.code(), c.code) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.message));
  }
}

TEST(WalkTest, FoldersDeeperThanAnyPath) {
  const TempTree tree;
  tree.File("a");
  tree.DeepFolders("dd", 10000);
  for (const OpenMethod method : {OpenMethod::kComponentWalk, OpenMethod::kAutomatic}) {
    const absl::StatusOr<Listing> listing = OpenAndWalk(tree.path(), method);
    ASSERT_TRUE(listing.ok()) << listing.status();
    EXPECT_THAT(Paths(*listing), ElementsAre("a"));
    ASSERT_EQ(listing->problems.size(), 1u);
    EXPECT_EQ(listing->problems[0].kind, ProblemKind::kTooDeep);
  }
}

TEST(WalkTest, PathsLongerThanTheSystemAllows) {
  const TempTree tree;
  tree.File("a");
  tree.DeepFolders(std::string(250, 'n'), 20);  // 5,020 bytes within the depth limit
  for (const OpenMethod method : {OpenMethod::kComponentWalk, OpenMethod::kAutomatic}) {
    const absl::StatusOr<Listing> listing = OpenAndWalk(tree.path(), method);
    ASSERT_TRUE(listing.ok()) << listing.status();
    ASSERT_EQ(listing->problems.size(), 1u);
    EXPECT_EQ(listing->problems[0].kind, ProblemKind::kNameTooLong);
    EXPECT_TRUE(listing->blocked);
  }
}

TEST(WalkTest, ManyProblemsAreCountedNotKept) {
  const TempTree tree;
  for (int i = 0; i < 1500; ++i) tree.Link("nowhere", "l" + std::to_string(i));
  const absl::StatusOr<Listing> listing = OpenAndWalk(tree.path(), OpenMethod::kAutomatic);
  ASSERT_TRUE(listing.ok()) << listing.status();
  EXPECT_EQ(listing->problems.size(), kMaxProblemsShown);
  EXPECT_EQ(listing->problems_omitted, 500u);
  EXPECT_TRUE(listing->blocked);
}

TEST(WalkTest, CancelFlagEndsTheWalk) {
  const TempTree tree;
  tree.File("a");
  const std::atomic<bool> cancelled = true;
  const absl::StatusOr<Root> root = Root::Open(tree.path());
  ASSERT_TRUE(root.ok());
  EXPECT_EQ(Walk(*root, {}, &cancelled).status().code(), absl::StatusCode::kCancelled);
}

TEST(WalkTest, DeviceIsReported) {
  const TempTree tree;
  tree.File("a");
  if (mknod(tree.At("null").c_str(), S_IFCHR | 0666, makedev(1, 3)) != 0) GTEST_SKIP() << "making a device needs root";
  const absl::StatusOr<Listing> listing = OpenAndWalk(tree.path(), OpenMethod::kAutomatic);
  ASSERT_TRUE(listing.ok()) << listing.status();
  EXPECT_THAT(Problems(*listing), ElementsAre("device null"));
}

// Answer of `check` in a child process, whose limits and mounts end with it.
int InChild(const std::function<int()>& check) {
  const pid_t child = fork();
  if (child == 0) _exit(check());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// As in a container whose seccomp profile does not know openat2 (EPERM), and before Linux 5.6 (ENOSYS).
bool ForbidOpenat2(int error) {
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<unsigned>(error)),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const struct sock_fprog program = {static_cast<unsigned short>(std::size(filter)), filter};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

TEST(WalkTest, WithoutOpenat2ThePartsAreWalked) {
  const TempTree tree;
  tree.File("m/a/b");
  tree.File("secret");
  tree.Link("../secret", "m/l");
  constexpr int kCannotForbid = 77;
  for (const int error : {EPERM, ENOSYS}) {
    const int answer = InChild([&] {
      if (!ForbidOpenat2(error)) return kCannotForbid;
      const absl::StatusOr<Root> root = Root::Open(tree.At("m"));
      if (!root.ok() || root->beneath().method() != OpenMethod::kComponentWalk) return 1;
      if (Root::Open(tree.At("m"), OpenMethod::kOpenat2).status().code() != absl::StatusCode::kUnimplemented) return 2;
      const absl::StatusOr<Listing> listing = Walk(*root);
      if (!listing.ok() || Paths(*listing) != std::vector<std::string>{"a/b"}) return 3;
      return Problems(*listing) == std::vector<std::string>{"link_leaves_root l"} ? 0 : 4;
    });
    if (answer == kCannotForbid) GTEST_SKIP() << "no seccomp filters here";
    EXPECT_EQ(answer, 0);
  }
}

TEST(WalkTest, FolderOnAnotherFileSystemIsNoted) {
  const TempTree tree;
  tree.File("m/a");
  tree.Folder("m/mounted");
  constexpr int kCannotMount = 77;
  const int answer = InChild([&] {
    if (unshare(geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) != 0) return kCannotMount;
    if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return kCannotMount;
    if (mount("tmpfs", tree.At("m/mounted").c_str(), "tmpfs", 0, nullptr) != 0) return kCannotMount;
    tree.File("m/mounted/b");
    const absl::StatusOr<Listing> listing = OpenAndWalk(tree.At("m"), OpenMethod::kAutomatic);
    if (!listing.ok() || listing->blocked) return 1;
    if (Paths(*listing) != std::vector<std::string>{"a", "mounted/b"}) return 2;
    return Problems(*listing) == std::vector<std::string>{"mount_crossing mounted"} ? 0 : 3;
  });
  if (answer == kCannotMount) GTEST_SKIP() << "mounting needs root or user namespaces";
  EXPECT_EQ(answer, 0);
}

// Runs `check` in a child process that has no special rights, and returns its answer.
bool AsNobody(const std::function<bool()>& check) {
  return InChild([&] {
           constexpr id_t kNobody = 65534;
           if (geteuid() == 0 && (setgid(kNobody) != 0 || setuid(kNobody) != 0)) return 2;
           return check() ? 0 : 1;
         }) == 0;
}

TEST(WalkTest, UnreadableFileFolderAndRootAreReported) {
  const TempTree tree;
  tree.File("m/a");
  tree.File("m/secret");
  tree.File("m/closed/x");
  ASSERT_EQ(chmod(tree.path().c_str(), 0755), 0);
  ASSERT_EQ(chmod(tree.At("m/secret").c_str(), 0), 0);
  ASSERT_EQ(chmod(tree.At("m/closed").c_str(), 0), 0);
  if (!AsNobody([&] { return access(tree.At("m/a").c_str(), R_OK) == 0; }))
    GTEST_SKIP() << "the temporary folder is closed to others";
  EXPECT_TRUE(AsNobody([&] {
    const absl::StatusOr<Listing> listing = OpenAndWalk(tree.At("m"), OpenMethod::kAutomatic);
    return listing.ok() && listing->blocked && Paths(*listing) == std::vector<std::string>{"a"} &&
           Problems(*listing) == std::vector<std::string>{"unreadable closed", "unreadable secret"};
  }));
  EXPECT_TRUE(
      AsNobody([&] { return Root::Open(tree.At("m/closed")).status().code() == absl::StatusCode::kPermissionDenied; }));
  EXPECT_TRUE(AsNobody([&] { return OpenAndWalk(tree.At("m/secret"), OpenMethod::kAutomatic)->blocked; }));
  ASSERT_EQ(chmod(tree.At("m/closed").c_str(), 0755), 0);
}

TEST(RootTest, OpenRegularNeverLeavesTheRoot) {
  const TempTree tree;
  tree.File("m/a");
  tree.File("secret");
  tree.Folder("m/d");
  tree.Fifo("m/pipe");
  tree.Link("a", "m/link");
  tree.Link("..", "m/up");
  for (const OpenMethod method : {OpenMethod::kComponentWalk, OpenMethod::kAutomatic}) {
    const absl::StatusOr<Root> root = Root::Open(tree.At("m"), method);
    ASSERT_TRUE(root.ok()) << root.status();
    EXPECT_TRUE(root->OpenRegular("a").ok());
    for (const char* path :
         {"../secret", "/etc/passwd", "./a", "d/../a", "d//x", "a/", "", "link", "up/secret", "up/m/a", "d", "pipe"}) {
      EXPECT_FALSE(root->OpenRegular(path).ok()) << path;
    }
    EXPECT_FALSE(root->OpenRegular(std::string("a\0b", 3)).ok());
  }
  const absl::StatusOr<Root> process = Root::Open("/proc/self");
  ASSERT_TRUE(process.ok()) << process.status();
  for (const char* path : {"root/etc/passwd", "cwd/x", "exe", "fd/0"})
    EXPECT_FALSE(process->OpenRegular(path).ok()) << path;
}

// A tree that changes between listing and opening: the swapped-in link must not be followed, the new file not taken.
TEST(RootTest, OpenFileRefusesWhatWasSwappedIn) {
  const TempTree tree;
  tree.File("m/a", "listed");
  tree.File("m/d/b", "listed");
  tree.File("o/b", "secret");
  for (const OpenMethod method : {OpenMethod::kComponentWalk, OpenMethod::kAutomatic}) {
    const absl::StatusOr<Root> root = Root::Open(tree.At("m"), method);
    ASSERT_TRUE(root.ok());
    const absl::StatusOr<Listing> listing = Walk(*root);
    ASSERT_TRUE(listing.ok());
    ASSERT_THAT(Paths(*listing), ElementsAre("a", "d/b"));

    ASSERT_EQ(rename(tree.At("m/a").c_str(), tree.At("kept").c_str()), 0);
    tree.File("m/a", "other!");
    EXPECT_EQ(root->OpenFile(listing->files[0]).status().code(), absl::StatusCode::kAborted);
    ASSERT_EQ(rename(tree.At("m/d").c_str(), tree.At("kept-d").c_str()), 0);
    tree.Link("../o", "m/d");
    EXPECT_FALSE(root->OpenFile(listing->files[1]).ok());

    ASSERT_EQ(unlink(tree.At("m/d").c_str()), 0);
    ASSERT_EQ(rename(tree.At("kept-d").c_str(), tree.At("m/d").c_str()), 0);
  }
}

}  // namespace
}  // namespace weighbridge::source
