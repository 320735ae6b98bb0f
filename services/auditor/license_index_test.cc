// The index file: what is written is found, what is damaged, foreign or for other rules is never used.
#include "services/auditor/license_index.h"

#include <sys/stat.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "services/rulebook/fixture.h"
#include "services/source/mapped_file.h"
#include "tests/support/temp_dir.h"

namespace weighbridge::auditor {
namespace {

class LicenseIndexTest : public testing::Test {
 protected:
  LicenseIndexTest() {
    std::vector<rulebook::RuleIssue> issues;
    base_ = *rulebook::Rulebook::FromFiles(rulebook::MiniRulebook(), &issues);
    bytes_ = PackIndex(*base_, base_->digest());
    setenv("XDG_CACHE_HOME", tree_.At("cache").c_str(), 1);
    unsetenv("WEIGHBRIDGE_INDEX");
  }

  std::string Write(const std::string& bytes, const std::string& name = "x.index") {
    EXPECT_TRUE(source::WriteWhole(tree_.At(name), bytes).ok());
    return tree_.At(name);
  }

  testing_support::TempDir tree_;
  std::shared_ptr<const rulebook::Rulebook> base_;
  std::string bytes_;
};

TEST_F(LicenseIndexTest, IsFoundByOptionVariableAndInTheCache) {
  const auto none = FindIndex("", *base_);
  ASSERT_TRUE(none.ok()) << none.status();
  EXPECT_EQ(none->rules, nullptr);
  EXPECT_EQ(none->absent, "none was built here");

  const std::string path = Write(bytes_);
  const auto named = FindIndex(path, *base_);
  ASSERT_TRUE(named.ok()) << named.status();
  EXPECT_EQ(named->path, path);
  EXPECT_EQ(named->rules->digest(), base_->digest());
  EXPECT_NE(named->rules->LicenseById("Willow-1.0"), nullptr);
  EXPECT_TRUE(named->rules->CheckedBundle().ok());

  setenv("WEIGHBRIDGE_INDEX", path.c_str(), 1);
  EXPECT_EQ(FindIndex("", *base_)->path, path);
  unsetenv("WEIGHBRIDGE_INDEX");

  const std::string cached = *IndexPathInCache(base_->digest());
  EXPECT_EQ(cached.rfind(tree_.At("cache") + "/weighbridge/index/", 0), 0u);
  ASSERT_TRUE(source::WriteWhole(cached, bytes_).ok());
  EXPECT_EQ(FindIndex("", *base_)->path, cached);
}

TEST_F(LicenseIndexTest, ANamedOneThatIsNotThereIsAnError) {
  EXPECT_EQ(FindIndex(tree_.At("missing"), *base_).status().code(), absl::StatusCode::kDataLoss);
  setenv("WEIGHBRIDGE_INDEX", tree_.At("missing").c_str(), 1);
  EXPECT_FALSE(FindIndex("", *base_).ok());
}

TEST_F(LicenseIndexTest, OneForOtherRulesCountsAsAbsentAndIsNamed) {
  const std::string path = Write(PackIndex(*base_, std::string(64, 'a')));
  const auto found = FindIndex(path, *base_);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->rules, nullptr);
  EXPECT_NE(found->absent.find(path), std::string::npos);
  EXPECT_NE(found->absent.find("other rules"), std::string::npos);
}

TEST_F(LicenseIndexTest, DamageAnywhereIsAnError) {
  // Every byte of the headers, and a stride of a prime behind them; truncated likewise.
  for (size_t at = 0; at < bytes_.size(); at += at < 400 || at + 100 > bytes_.size() ? 1 : 211) {
    std::string damaged = bytes_;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x20);
    const auto found = FindIndex(Write(damaged), *base_);
    const bool noticed = !found.ok() || (found->rules != nullptr && !found->rules->CheckedBundle().ok());
    ASSERT_TRUE(noticed) << at;
    ASSERT_FALSE(FindIndex(Write(bytes_.substr(0, at)), *base_).ok()) << at;
  }
}

TEST_F(LicenseIndexTest, OneThatOthersCanWriteIsAnError) {
  const std::string path = Write(bytes_);
  ASSERT_EQ(chmod(path.c_str(), 0666), 0);
  const auto found = FindIndex(path, *base_);
  EXPECT_EQ(found.status().code(), absl::StatusCode::kDataLoss);
  EXPECT_NE(std::string(found.status().message()).find("written by others"), std::string::npos) << found.status();
}

}  // namespace
}  // namespace weighbridge::auditor
