#include "services/source/fingerprint.h"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/crypto/sha256.h"
#include "services/source/digest.h"
#include "services/source/root.h"
#include "services/source/temp_tree.h"
#include "services/source/walk.h"
#include "services/types/artifact.h"

namespace weighbridge::source {
namespace {

using ::testing::HasSubstr;

struct Read {
  Listing listing;
  std::vector<FileResult> results;
  std::vector<std::string> seen;  // what the visitor pulled: the whole file
};

Read ReadTree(const std::string& path, int threads) {
  Read read;
  const absl::StatusOr<Root> root = Root::Open(path);
  EXPECT_TRUE(root.ok()) << root.status();
  absl::StatusOr<Listing> listing = Walk(*root);
  EXPECT_TRUE(listing.ok()) << listing.status();
  read.listing = *std::move(listing);
  read.seen.resize(read.listing.files.size());
  ReadOptions options;
  options.threads = threads;
  read.results = ReadAll(
      *root, read.listing,
      [&](size_t index, const FileEntry&, formats::ByteSource& source) {
        for (;;) {
          const absl::StatusOr<std::string_view> block = source.NextBlock();
          if (!block.ok() || block->empty()) return;
          read.seen[index].append(*block);
        }
      },
      options);
  return read;
}

std::vector<Artifact> Artifacts(const Read& read) {
  std::vector<Artifact> artifacts;
  for (size_t i = 0; i < read.results.size(); ++i) {
    Artifact artifact;
    artifact.path = read.listing.files[i].path;
    artifact.role = Role::kOther;
    artifact.size = read.listing.files[i].size();
    artifact.sha256_hex = read.results[i].sha256_hex;
    artifacts.push_back(artifact);
  }
  return artifacts;
}

// Everything that the reproducing command could trip over.
void BuildOddTree(const TempTree& tree) {
  for (const char* path : {"config.json",
                           "a b/two  spaces .txt",
                           "-rf",
                           "--help",
                           "a.b",
                           "a-b",
                           "a/b",
                           "B",
                           "nested/very/deep/x",
                           "'quote\"",
                           "$(id)",
                           "*",
                           "#",
                           "\xC3\xA9t\xC3\xA9.md",
                           "\xE6\xA8\xA1\xE5\x9E\x8B/\xF0\x9F\xA6\x99.gguf",
                           "~",
                           "...",
                           "sub/.git/HEAD",
                           "sub/.cache/huggingface/x",
                           ".gitattributes",
                           ".cache/other",
                           ".cache/huggingface2/x",
                           ".git/HEAD",
                           ".git/objects/aa/b",
                           ".cache/huggingface/download/x.metadata",
                           ".weighbridge/db",
                           "empty",
                           "sub/-",
                           "-dir/-"}) {
    tree.File(path, std::string(path) == "empty" ? "" : std::string("content of ") + path);
  }
  tree.File("large.bin", std::string(3 * 1000 * 1000, 'w'));
  tree.Link("a/b", "link");
  tree.Link("../a", "nested/linked-folder");
  tree.Link("nested/linked-folder/b", "link2");
  tree.Link("/etc/passwd", ".git/outside");  // pruned: neither followed nor reported
}

std::string Shell(const std::string& command) {
  std::string output;
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  char buffer[4096];
  for (size_t got; pipe != nullptr && (got = fread(buffer, 1, sizeof buffer, pipe.get())) > 0;)
    output.append(buffer, got);
  return output;
}

// The very line of the README, run by the shell on the same tree.
TEST(FingerprintTest, ModelDigestIsWhatTheReproducingCommandPrints) {
  const TempTree tree;
  BuildOddTree(tree);
  const std::string printed =
      Shell("cd '" + tree.path() +
            "' && find -L . \\( -path ./.git -o -path ./.cache/huggingface -o -path ./.weighbridge \\)"
            " -prune -o -type f -printf '%P\\0'"
            " | LC_ALL=C sort -z | xargs -0r sha256sum -- | sha256sum");
  const absl::StatusOr<std::string> digest = ModelDigest(Artifacts(ReadTree(tree.path(), 0)));
  ASSERT_TRUE(digest.ok()) << digest.status();
  EXPECT_EQ(*digest + "  -\n", printed);
}

TEST(FingerprintTest, AnyNumberOfThreadsGivesTheSame) {
  const TempTree tree;
  BuildOddTree(tree);
  for (int i = 0; i < 40; ++i)
    tree.File("shard-" + std::to_string(i), std::string(i * 20000, static_cast<char>('a' + i % 26)));
  const Read one = ReadTree(tree.path(), 1);
  for (const int threads : {2, 8, 1000}) {
    const Read many = ReadTree(tree.path(), threads);
    ASSERT_EQ(many.results.size(), one.results.size());
    for (size_t i = 0; i < one.results.size(); ++i) {
      EXPECT_TRUE(many.results[i].status.ok()) << many.results[i].status;
      EXPECT_EQ(many.results[i].sha256_hex, one.results[i].sha256_hex);
      EXPECT_EQ(many.listing.files[i].path, one.listing.files[i].path);
      EXPECT_EQ(Sha256Hex(many.seen[i]), many.results[i].sha256_hex) << "the visitor sees what was hashed";
    }
  }
}

TEST(FingerprintTest, OneBadFileLeavesTheOthersTheirDigests) {
  const TempTree tree;
  for (const char* path : {"a", "b", "c"}) tree.File(path, path);
  const absl::StatusOr<Root> root = Root::Open(tree.path());
  const absl::StatusOr<Listing> listing = Walk(*root);
  ASSERT_TRUE(listing.ok());
  ASSERT_EQ(unlink(tree.At("b").c_str()), 0);
  tree.File("b", "replaced");
  ASSERT_EQ(unlink(tree.At("c").c_str()), 0);
  const std::vector<FileResult> results = ReadAll(*root, *listing, nullptr);
  EXPECT_TRUE(results[0].status.ok());
  EXPECT_EQ(results[0].sha256_hex, Sha256Hex("a"));
  EXPECT_EQ(results[1].status.code(), absl::StatusCode::kAborted);
  EXPECT_THAT(std::string(results[1].status.message()), HasSubstr("changed after it was listed"));
  EXPECT_EQ(results[1].sha256_hex, "");
  EXPECT_EQ(results[2].status.code(), absl::StatusCode::kNotFound);
}

TEST(FingerprintTest, CancelFlagEndsAllThreadsAtTheirNextBlock) {
  const TempTree tree;
  for (const char* path : {"1", "2", "3", "4"}) tree.SparseFile(path, uint64_t{1} << 40);
  const absl::StatusOr<Root> root = Root::Open(tree.path());
  const absl::StatusOr<Listing> listing = Walk(*root);
  ASSERT_TRUE(listing.ok()) << listing.status();
  std::atomic<bool> cancelled = false;
  ReadOptions options;
  options.threads = 2;
  options.cancelled = &cancelled;
  const std::vector<FileResult> results = ReadAll(
      *root, *listing,
      [&](size_t, const FileEntry&, formats::ByteSource& source) {
        (void)source.NextBlock().status();
        cancelled = true;
      },
      options);
  for (const FileResult& result : results)
    EXPECT_EQ(result.status.code(), absl::StatusCode::kCancelled) << result.status;
}

TEST(FingerprintTest, ProgressEndsAtTheTotal) {
  const TempTree tree;
  tree.File("a", std::string(1000000, 'a'));
  tree.File("b", "b");
  const absl::StatusOr<Root> root = Root::Open(tree.path());
  const absl::StatusOr<Listing> listing = Walk(*root);
  std::vector<Progress> reports;
  ReadOptions options;
  options.progress = [&](const Progress& progress) { reports.push_back(progress); };
  ReadAll(*root, *listing, nullptr, options);
  ASSERT_FALSE(reports.empty());
  EXPECT_EQ(reports.back().bytes_done, 1000001u);
  EXPECT_EQ(reports.back().bytes_total, 1000001u);
  EXPECT_EQ(reports.back().files_done, 2u);
  EXPECT_EQ(reports.back().files_total, 2u);
}

TEST(FingerprintTest, HubCacheReadsBlobsUnderTheSnapshotsNames) {
  const TempTree tree;
  const std::string repository = "models--o--n";
  tree.File(repository + "/blobs/aaaa", "weights");
  tree.Link("../../../blobs/aaaa", repository + "/snapshots/r/vae/model.bin");
  const Read read = ReadTree(tree.At(repository + "/snapshots/r"), 1);
  ASSERT_EQ(read.results.size(), 1u);
  EXPECT_EQ(read.listing.files[0].path, "vae/model.bin");
  EXPECT_EQ(read.results[0].sha256_hex, Sha256Hex("weights"));
}

}  // namespace
}  // namespace weighbridge::source
