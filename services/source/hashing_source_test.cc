#include "services/source/hashing_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <ostream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/crypto/sha256.h"
#include "services/source/root.h"
#include "services/source/temp_tree.h"

namespace weighbridge::source {
namespace {

using ::testing::HasSubstr;

constexpr size_t kSmallBlock = 64;

OpenedFile OpenOrDie(const TempTree& tree, const std::string& name) {
  absl::StatusOr<Root> root = Root::Open(tree.path());
  absl::StatusOr<OpenedFile> file = root->OpenRegular(name);
  EXPECT_TRUE(file.ok()) << file.status();
  return *std::move(file);
}

std::string Bytes(size_t size) {
  std::string bytes(size, '\0');
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 131 + i / 251);
  return bytes;
}

// Sizes around the block: the blocks handed out are the file, and so is the digest, however much the parser pulls.
TEST(HashingSourceTest, BlocksAndDigestAreTheFile) {
  const TempTree tree;
  BlockBuffer buffer(kSmallBlock);
  for (const size_t size : {0, 1, 63, 64, 65, 128, 1000}) {
    const std::string content = Bytes(size);
    tree.File("f", content);
    for (const size_t pulled_blocks : {0, 1, 2, 100}) {
      HashingSource source(OpenOrDie(tree, "f"), &buffer);
      EXPECT_EQ(source.size(), size);
      std::string seen;
      for (size_t i = 0; i < pulled_blocks; ++i) {
        const absl::StatusOr<std::string_view> block = source.NextBlock();
        ASSERT_TRUE(block.ok()) << block.status();
        seen.append(*block);
      }
      EXPECT_EQ(seen, content.substr(0, pulled_blocks * kSmallBlock));
      const absl::StatusOr<Sha256Digest> digest = source.Finish();
      ASSERT_TRUE(digest.ok()) << digest.status();
      EXPECT_EQ(ToHex(*digest), Sha256Hex(content)) << size << " bytes, " << pulled_blocks << " blocks pulled";
    }
  }
}

struct Change {
  std::string name;
  std::function<void(const TempTree&)> apply;
};
void PrintTo(const Change& change, std::ostream* out) { *out << change.name; }

void Overwrite(const std::string& path, size_t offset, const std::string& bytes) {
  const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  ASSERT_EQ(pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset)), static_cast<ssize_t>(bytes.size()));
  // A write within the tick of the file system's clock would leave the times alone; that a writer can hide so is a
  // limit that README.md states, so the test moves the time itself.
  const struct timespec times[2] = {{1, 0}, {1, 0}};
  ASSERT_EQ(futimens(fd, times), 0);
  close(fd);
}

const Change kChanges[] = {
    {"Grows", [](const TempTree& t) { Overwrite(t.At("f"), 200, "more"); }},
    {"GrowsByOne", [](const TempTree& t) { Overwrite(t.At("f"), 200, "m"); }},
    {"Shrinks", [](const TempTree& t) { ASSERT_EQ(truncate(t.At("f").c_str(), 100), 0); }},
    {"ShrinksToNothing", [](const TempTree& t) { ASSERT_EQ(truncate(t.At("f").c_str(), 0), 0); }},
    {"OverwrittenBehindTheCursor", [](const TempTree& t) { Overwrite(t.At("f"), 0, "x"); }},
    {"OverwrittenAhead", [](const TempTree& t) { Overwrite(t.At("f"), 199, "x"); }},
};

class ChangeTest : public ::testing::TestWithParam<Change> {};

TEST_P(ChangeTest, AFileThatChangesHasNoDigest) {
  const TempTree tree;
  tree.File("f", Bytes(200));
  BlockBuffer buffer(kSmallBlock);
  HashingSource source(OpenOrDie(tree, "f"), &buffer);
  ASSERT_TRUE(source.NextBlock().ok());
  GetParam().apply(tree);
  const absl::StatusOr<Sha256Digest> digest = source.Finish();
  EXPECT_EQ(digest.status().code(), absl::StatusCode::kAborted) << digest.status();
  EXPECT_THAT(std::string(digest.status().message()), HasSubstr("changed while being read"));
}

INSTANTIATE_TEST_SUITE_P(HashingSource, ChangeTest, ::testing::ValuesIn(kChanges),
                         [](const ::testing::TestParamInfo<Change>& info) { return info.param.name; });

// Files of the kernel say size 0 and have content: a digest of nothing would be a lie.
TEST(HashingSourceTest, SizeThatLiesIsFound) {
  absl::StatusOr<Root> root = Root::Open("/proc/self");
  ASSERT_TRUE(root.ok()) << root.status();
  absl::StatusOr<OpenedFile> file = root->OpenRegular("status");
  ASSERT_TRUE(file.ok()) << file.status();
  BlockBuffer buffer;
  HashingSource source(*std::move(file), &buffer);
  EXPECT_EQ(source.Finish().status().code(), absl::StatusCode::kAborted);
}

TEST(HashingSourceTest, CancelFlagEndsAHugeFileAtTheNextBlock) {
  const TempTree tree;
  tree.SparseFile("huge", uint64_t{1} << 40);  // 1 TiB of holes: hours, if it were read
  std::atomic<bool> cancelled = false;
  BlockBuffer buffer;
  HashingOptions options;
  options.cancelled = &cancelled;
  options.on_block = [&](size_t) { cancelled = true; };
  HashingSource source(OpenOrDie(tree, "huge"), &buffer, options);
  EXPECT_EQ(source.Finish().status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(source.bytes_read(), kBlockBytes);
  EXPECT_EQ(source.NextBlock().status().code(), absl::StatusCode::kCancelled) << "final";
}

TEST(HashingSourceTest, DroppingTheCacheChangesNothingThatIsRead) {
  const TempTree tree;
  tree.File("f", Bytes(1000));
  BlockBuffer buffer;
  HashingOptions options;
  options.drop_cache_behind = true;
  HashingSource source(OpenOrDie(tree, "f"), &buffer, options);
  EXPECT_EQ(ToHex(*source.Finish()), Sha256Hex(Bytes(1000)));
}

}  // namespace
}  // namespace weighbridge::source
