#include "services/rulebook/rule_file.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/crypto/sha256.h"
#include "services/rulebook/fixture.h"

namespace weighbridge::rulebook {
namespace {

using ::testing::HasSubstr;

TEST(RuleFileTest, DigestIsOverTheLinesOfSha256sumInPathOrder) {
  const std::vector<RuleFile> files = {{"b.textproto", "two"}, {"a.textproto", "one"}, {"B.textproto", ""}};
  const std::string lines =
      Sha256Hex("") + "  B.textproto\n" + Sha256Hex("one") + "  a.textproto\n" + Sha256Hex("two") + "  b.textproto\n";
  EXPECT_EQ(RulesDigest(files), Sha256Hex(lines));
}

TEST(RuleFileTest, EveryByteAndEveryPathCountsForTheDigest) {
  const std::vector<RuleFile> files = MiniRulebook();
  const std::string digest = RulesDigest(files);
  for (size_t i = 0; i < files.size(); ++i) {
    std::vector<RuleFile> other = files;
    other[i].bytes.back() ^= 1;
    EXPECT_NE(RulesDigest(other), digest) << files[i].path;
    other = files;
    other[i].path += "x";
    EXPECT_NE(RulesDigest(other), digest) << files[i].path;
  }
}

// The line of rules/README.md, run by the shell over the same files.
TEST(RuleFileTest, CoreutilsGiveTheSameDigest) {
  const std::string folder = ::testing::TempDir() + "/rules_digest";
  ASSERT_EQ(std::system(("rm -rf '" + folder + "' && mkdir -p '" + folder + "/licenses/Willow-1.0' '" + folder +
                         "/licenses/acorn' '" + folder + "/families' && touch '" + folder + "/README.md'")
                            .c_str()),
            0);
  const std::vector<RuleFile> files = {{"licenses/Willow-1.0/rule.textproto", "w\n"},
                                       {"licenses/Willow-1.0/1.tokens", "t\n"},
                                       {"licenses/acorn/rule.textproto", "a\n"},
                                       {"families/acorn.textproto", "f\n"},
                                       {"fields.textproto", ""}};
  for (const RuleFile& file : files) std::ofstream(folder + "/" + file.path) << file.bytes;
  const std::string command = "cd '" + folder +
                              "' && find . -type f \\( -name '*.textproto' -o -name '*.tokens' \\) -printf '%P\\0' "
                              "| LC_ALL=C sort -z | xargs -0r sha256sum -- | sha256sum";
  FILE* pipe = popen(command.c_str(), "r");
  ASSERT_NE(pipe, nullptr);
  char line[65] = {};
  ASSERT_EQ(fread(line, 1, 64, pipe), 64u);
  pclose(pipe);
  EXPECT_EQ(line, RulesDigest(files));
}

TEST(RuleFileTest, PathsThatLeaveTheFolderOrCannotBePrintedAreRefused) {
  for (const std::string path :
       {"", "/a.textproto", "a//b.textproto", "../a.textproto", "a/../b.textproto", "./a.textproto", "a.textproto/",
        "a\nb.textproto", "a\\b.textproto", "\xff.textproto", "README.md"}) {
    EXPECT_EQ(CheckRuleFiles({{path, ""}}).size(), 1u) << path;
  }
  EXPECT_EQ(CheckRuleFiles({{"a.textproto", ""}, {"a.textproto", ""}, {"a.textproto", ""}}).size(), 1u);
  EXPECT_EQ(CheckRuleFiles({{std::string(kRulePathBytesMax, 'a') + ".textproto", ""}}).size(), 1u);
  EXPECT_EQ(CheckRuleFiles({{"a.textproto", std::string(kRuleTextBytesMax + 1, ' ')}}).size(), 1u);
  EXPECT_TRUE(CheckRuleFiles(MiniRulebook()).empty());
}

TEST(RuleFileTest, IssuesPrintPlaceOnOneLine) {
  EXPECT_EQ(ToString(RuleIssue{"licenses/x/rule.textproto", 12, 3, "message"}),
            "rules/licenses/x/rule.textproto:12:3: message");
  EXPECT_EQ(ToString(RuleIssue{"fields.textproto", 0, 0, "the file is missing"}),
            "rules/fields.textproto: the file is missing");
  EXPECT_EQ(ToString(RuleIssue{"a\x1b[31m", 0, 0, "bad"}).find('\x1b'), std::string::npos);
}

TEST(LayerTest, SamePathReplacesOthersAreAdded) {
  const std::vector<RuleFile> layered =
      Layer({{"b.textproto", "base"}, {"a.textproto", "base"}}, {{"c.textproto", "over"}, {"a.textproto", "over"}});
  ASSERT_EQ(layered.size(), 3u);
  EXPECT_EQ(layered[0].path + layered[0].bytes, "a.textprotoover");
  EXPECT_EQ(layered[1].path + layered[1].bytes, "b.textprotobase");
  EXPECT_EQ(layered[2].path + layered[2].bytes, "c.textprotoover");
  EXPECT_EQ(CheckRuleFiles(Layer({}, {{"a.textproto", "1"}, {"a.textproto", "2"}})).size(), 1u);
}

TEST(BundleTest, AnyOrderGivesTheSameBytesAndComesBackSorted) {
  std::vector<RuleFile> files = MiniRulebook();
  const std::string bundle = PackBundle(files);
  std::reverse(files.begin(), files.end());
  EXPECT_EQ(PackBundle(files), bundle);
  const auto unpacked = UnpackBundle(bundle);
  ASSERT_TRUE(unpacked.ok()) << unpacked.status();
  EXPECT_EQ(RulesDigest(*unpacked), RulesDigest(files));
  EXPECT_EQ(PackBundle(*unpacked), bundle);
  ASSERT_TRUE(UnpackBundle(PackBundle({})).ok());
}

std::string SmallBundle() { return PackBundle({{"a.textproto", "alpha"}, {"b/c.tokens", std::string("\0\1", 2)}}); }

TEST(BundleTest, TruncatedAtEveryByteIsAnErrorWithOffset) {
  const std::string bundle = SmallBundle();
  for (size_t size = 0; size < bundle.size(); ++size) {
    const auto unpacked = UnpackBundle(std::string_view(bundle).substr(0, size));
    ASSERT_FALSE(unpacked.ok()) << size;
    EXPECT_THAT(std::string(unpacked.status().message()), HasSubstr("offset")) << size;
  }
  EXPECT_THAT(std::string(UnpackBundle(bundle + "x").status().message()), HasSubstr("1 bytes after the last file"));
}

TEST(BundleTest, EveryFlippedBitGivesAnErrorOrAWellFormedBundle) {
  const std::string bundle = SmallBundle();
  for (size_t bit = 0; bit < bundle.size() * 8; ++bit) {
    std::string other = bundle;
    other[bit / 8] = static_cast<char>(other[bit / 8] ^ 1 << bit % 8);
    const auto unpacked = UnpackBundle(other);
    if (!unpacked.ok()) continue;
    EXPECT_EQ(PackBundle(*unpacked), other) << "only a byte of content can change unseen, bit " << bit;
  }
}

TEST(BundleTest, LyingLengthsAllocateNothing) {
  std::string bundle = SmallBundle();
  for (size_t i = 8; i < 12; ++i) bundle[i] = '\xff';  // number of files
  EXPECT_THAT(std::string(UnpackBundle(bundle).status().message()),
              HasSubstr("offset 8: number of files 4294967295 is over"));
  bundle = SmallBundle();
  bundle[12] = bundle[13] = '\xff';  // first path length
  EXPECT_THAT(std::string(UnpackBundle(bundle).status().message()), HasSubstr("offset 12: path length 65535 is over"));
  bundle = SmallBundle();
  bundle[16 + 11 + 7] = '\x7f';  // high byte of the first file's size
  EXPECT_THAT(std::string(UnpackBundle(bundle).status().message()), HasSubstr("offset 27: file size"));
}

TEST(BundleTest, UnsortedOrRepeatedPathsAreRefused) {
  const std::string a = PackBundle({{"a.textproto", ""}}).substr(12), b = PackBundle({{"b.textproto", ""}}).substr(12);
  const std::string head = PackBundle({{"a.textproto", ""}, {"b.textproto", ""}}).substr(0, 12);
  EXPECT_TRUE(UnpackBundle(head + a + b).ok());
  EXPECT_FALSE(UnpackBundle(head + b + a).ok());
  EXPECT_FALSE(UnpackBundle(head + a + a).ok());
}

}  // namespace
}  // namespace weighbridge::rulebook
