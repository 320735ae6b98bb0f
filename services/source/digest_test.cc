#include "services/source/digest.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "services/crypto/sha256.h"

namespace weighbridge::source {
namespace {

Artifact Make(const std::string& path, Role role, const std::string& content) {
  Artifact artifact;
  artifact.path = path;
  artifact.role = role;
  artifact.size = content.size();
  artifact.sha256_hex = Sha256Hex(content);
  return artifact;
}

TEST(DigestTest, LinesInBytewiseOrderWhateverTheOrderGiven) {
  const Artifact a = Make("a/b", Role::kWeights, "1");
  const Artifact b = Make("a.b", Role::kCard, "2");
  const Artifact c = Make("\xC3\xA9", Role::kConfig, "3");
  const std::string all = b.sha256_hex + "  a.b\n" + a.sha256_hex + "  a/b\n" + c.sha256_hex + "  \xC3\xA9\n";
  EXPECT_EQ(*ModelDigest({a, b, c}), Sha256Hex(all));
  EXPECT_EQ(*ModelDigest({c, a, b}), Sha256Hex(all));
  EXPECT_EQ(*WeightsDigest({c, a, b}), Sha256Hex(a.sha256_hex + "  a/b\n" + c.sha256_hex + "  \xC3\xA9\n"));
}

TEST(DigestTest, PointerCountsAsTheFileItNames) {
  const Artifact real = Make("model.gguf", Role::kWeights, "weights");
  Artifact pointer = real;
  pointer.claimed = true;
  pointer.format = "lfs_pointer";
  EXPECT_EQ(*ModelDigest({pointer}), *ModelDigest({real}));
  EXPECT_TRUE(AnyClaimed({real, pointer}));
  EXPECT_FALSE(AnyClaimed({real}));
}

TEST(DigestTest, RefusesWhatCouldForgeOrHideALine) {
  const Artifact good = Make("a", Role::kWeights, "1");
  EXPECT_EQ(ModelDigest({}).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ModelDigest({good, good}).status().code(), absl::StatusCode::kInvalidArgument);
  for (const std::string& path :
       {std::string(), std::string("a\nb"), std::string("a\\b"), std::string("\xff"), std::string("a\0b", 3)}) {
    Artifact bad = good;
    bad.path = path;
    EXPECT_EQ(ModelDigest({bad}).status().code(), absl::StatusCode::kInvalidArgument) << path;
  }
  for (const std::string& hex :
       {std::string(), std::string(63, 'a'), std::string(64, 'A'), std::string(64, 'g'), std::string(65, 'a')}) {
    Artifact bad = good;
    bad.sha256_hex = hex;
    EXPECT_EQ(ModelDigest({bad}).status().code(), absl::StatusCode::kInvalidArgument) << hex;
  }
}

TEST(DigestTest, ModelsWithoutWeightsDoNotAllLookAlike) {
  EXPECT_EQ(WeightsDigest({Make("README.md", Role::kCard, "x")}).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace weighbridge::source
