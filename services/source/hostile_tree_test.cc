// Trees that nobody thought of, and trees that change while they are walked.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <ostream>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "services/crypto/sha256.h"
#include "services/source/fingerprint.h"
#include "services/source/root.h"
#include "services/source/temp_tree.h"
#include "services/source/walk.h"

namespace weighbridge::source {
namespace {

// Trees of one run; WEIGHBRIDGE_RANDOM_TREES asks for more before a release.
int RandomTrees() {
  const char* const asked = std::getenv("WEIGHBRIDGE_RANDOM_TREES");
  return asked != nullptr ? std::atoi(asked) : 300;
}

constexpr int kRaceRounds = 300;

using Inode = std::pair<uint64_t, uint64_t>;

// Inodes of the regular files that really lie below `folder`, no link followed: what may be read at all.
std::set<Inode> FilesWithin(const std::string& folder) {
  std::set<Inode> inodes;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    struct stat info;
    if (lstat(entry.path().c_str(), &info) == 0 && S_ISREG(info.st_mode)) inodes.emplace(info.st_dev, info.st_ino);
  }
  return inodes;
}

// What the reproducing command would hash, each path with a NUL behind it.
std::string FindFiles(const std::string& folder) {
  const std::string command =
      "cd '" + folder +
      "' && find -L . \\( -path ./.git -o -path ./.cache/huggingface -o -path ./.weighbridge \\)"
      " -prune -o -type f -printf '%P\\0' 2>/dev/null | LC_ALL=C sort -z";
  std::string output;
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  char buffer[4096];
  for (size_t got; pipe != nullptr && (got = fread(buffer, 1, sizeof buffer, pipe.get())) > 0;)
    output.append(buffer, got);
  return output;
}

class TreeMaker {
 public:
  explicit TreeMaker(uint32_t seed) : random_(seed) {}

  // Some of everything in "m"; "secret" and "o/x" lie outside. Steps that cannot be done (a name is taken) are left
  // out.
  void Build(const TempTree& tree) {
    tree.File("secret", "secret");
    tree.File("o/x", "secret too");
    tree.Folder("m");
    // Few kinds of step in most trees, so that many trees have no problem and can be compared with find.
    const int worst = Pick(3) == 0 ? 10 : 7;
    for (int step = Pick(25) + 1; step > 0; --step) {
      const std::string folder = folders_[Pick(folders_.size())];
      const std::string path = folder + "/" + Name(worst);
      const std::string full = tree.At(path);
      switch (Pick(worst)) {
        case 0:
        case 1:
        case 2:
          if (std::FILE* file = std::fopen(full.c_str(), "wxe")) {
            std::fclose(file);
            files_.push_back(path);
          }
          break;
        case 3:
        case 4:
          if (mkdir(full.c_str(), 0755) == 0) folders_.push_back(path);
          break;
        case 5:
        case 6:
          (void)!symlink((Pick(8) == 0 ? Target(/*may_leave=*/false) : Existing(folder)).c_str(), full.c_str());
          break;
        case 7:
        case 8:
          (void)!symlink(Target(/*may_leave=*/true).c_str(), full.c_str());
          break;
        default:
          (void)mkfifo(full.c_str(), 0644);
      }
    }
  }

 private:
  size_t Pick(size_t count) { return std::uniform_int_distribution<size_t>(0, count - 1)(random_); }

  std::string Name(int worst) {
    static const std::vector<std::string> kNames = {
        "a",      "b",           "c",        "A",   "-x",   "a.b",  "a b", ".git", ".weighbridge",
        ".cache", "huggingface", "\xC3\xA9", "...", "a\nb", "\xff", "-",   "a\\b"};
    return kNames[Pick(worst > 7 ? kNames.size() : kNames.size() - 4)];
  }

  std::string Target(bool may_leave) {
    static const std::vector<std::string> kParts = {
        "a", "b", "c", "A", "a.b", ".", "..", "/", "secret", "o", "m", "/proc/self/root", "/etc"};
    std::string target = kParts[Pick(may_leave ? kParts.size() : 7)];
    for (size_t more = Pick(4); more > 0; --more) target += "/" + kParts[Pick(may_leave ? kParts.size() : 7)];
    return target;
  }

  // The way from `folder` to a file, now and then to a folder, that was made before.
  std::string Existing(const std::string& folder) {
    const std::vector<std::string>& choices = files_.empty() || Pick(4) == 0 ? folders_ : files_;
    std::string target = choices[Pick(choices.size())].substr(1);  // without the "m": "/a/b"
    target = target.empty() ? "." : target.substr(1);
    for (const char c : folder) target = c == '/' ? "../" + target : target;
    return target;
  }

  std::mt19937 random_;
  std::vector<std::string> folders_ = {"m"};
  std::vector<std::string> files_;
};

std::vector<std::string> Report(const Listing& listing) {
  std::vector<std::string> lines;
  for (const FileEntry& file : listing.files) lines.push_back("file " + file.path + " at " + file.target);
  for (const Problem& p : listing.problems) {
    lines.push_back(std::string(ProblemKindName(p.kind)) + " " + p.path + ": " + p.message);
  }
  for (const std::string& path : listing.ignored) lines.push_back("ignored " + path);
  return lines;
}

TEST(HostileTreeTest, RandomTreesNeverLeakAndAgreeWithFind) {
  int compared_with_find = 0;
  for (uint32_t seed = 1; seed <= static_cast<uint32_t>(RandomTrees()); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const TempTree tree;
    TreeMaker(seed).Build(tree);
    const absl::StatusOr<Root> root = Root::Open(tree.At("m"), OpenMethod::kAutomatic);
    const absl::StatusOr<Root> by_parts = Root::Open(tree.At("m"), OpenMethod::kComponentWalk);
    ASSERT_TRUE(root.ok() && by_parts.ok());
    const absl::StatusOr<Listing> listing = Walk(*root);
    const absl::StatusOr<Listing> again = Walk(*by_parts);
    ASSERT_EQ(listing.status(), again.status());
    if (!listing.ok()) continue;  // nothing in it
    EXPECT_EQ(Report(*listing), Report(*again));
    EXPECT_TRUE(std::is_sorted(listing->files.begin(), listing->files.end(),
                               [](const FileEntry& a, const FileEntry& b) { return a.path < b.path; }));

    const std::set<Inode> inside = FilesWithin(tree.At("m"));
    std::string paths;
    for (const FileEntry& file : listing->files) {
      const absl::StatusOr<OpenedFile> opened = root->OpenFile(file);
      ASSERT_TRUE(opened.ok()) << opened.status();
      EXPECT_EQ(inside.count({opened->identity.device, opened->identity.inode}), 1u) << file.path << " lies outside";
      paths += file.path;
      paths += '\0';
    }
    if (listing->blocked) continue;
    EXPECT_EQ(paths, FindFiles(tree.At("m")));
    ++compared_with_find;
  }
  RecordProperty("compared_with_find", compared_with_find);
  EXPECT_GT(compared_with_find, RandomTrees() / 10) << "the generator makes too few clean trees to prove anything";
}

// Swaps two names as fast as it can until it is destroyed.
class Swapper {
 public:
  Swapper(std::string a, std::string b)
      : thread_([this, a = std::move(a), b = std::move(b)] {
          while (!stop_) (void)renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE);
        }) {}
  ~Swapper() {
    stop_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

struct Race {
  std::string name;
  std::string inside;   // swapped with
  std::string outside;  // this
};
void PrintTo(const Race& race, std::ostream* out) { *out << race.name; }

class RaceTest : public ::testing::TestWithParam<Race> {};

TEST_P(RaceTest, NothingOutsideIsReadWhileNamesAreSwapped) {
  const TempTree tree;
  const std::string secret = "a secret outside";
  tree.File("m/file", "an honest file..");
  tree.File("m/folder/b", "an honest file..");
  tree.Link("folder/b", "m/link");
  tree.File("o/b", secret);
  tree.Link("../o", "link-to-folder");
  tree.Link("../o/b", "link-to-file");
  tree.Link("/proc/self/root" + tree.At("o/b"), "magic");
  tree.Fifo("pipe");
  const Swapper swapper(tree.At(GetParam().inside), tree.At(GetParam().outside));
  int read_well = 0;
  for (int round = 0; round < kRaceRounds; ++round) {
    const OpenMethod method = round % 2 == 0 ? OpenMethod::kAutomatic : OpenMethod::kComponentWalk;
    const absl::StatusOr<Root> root = Root::Open(tree.At("m"), method);
    ASSERT_TRUE(root.ok()) << root.status();
    const absl::StatusOr<Listing> listing = Walk(*root);
    if (!listing.ok()) continue;
    ReadOptions options;
    options.threads = 1;
    for (const FileResult& result : ReadAll(*root, *listing, nullptr, options)) {
      EXPECT_NE(result.sha256_hex, Sha256Hex(secret));
      read_well += result.status.ok();
    }
  }
  EXPECT_GT(read_well, 0) << "nothing was ever read: this proves nothing";
}

const Race kRaces[] = {
    {"FolderForLinkOut", "m/folder", "link-to-folder"},
    {"FileForLinkOut", "m/file", "link-to-file"},
    {"FileForMagicLink", "m/file", "magic"},
    {"FileForFifo", "m/file", "pipe"},
    {"LinkForLinkOut", "m/link", "link-to-file"},
    {"FolderForFifo", "m/folder", "pipe"},
};
INSTANTIATE_TEST_SUITE_P(HostileTree, RaceTest, ::testing::ValuesIn(kRaces),
                         [](const ::testing::TestParamInfo<Race>& info) { return info.param.name; });

}  // namespace
}  // namespace weighbridge::source
