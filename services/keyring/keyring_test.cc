#include "services/keyring/keyring.h"

#include <sys/stat.h>
#include <unistd.h>

#include "gtest/gtest.h"
#include "services/approval/refusal.h"
#include "tests/support/temp_dir.h"

namespace weighbridge::keyring {
namespace {

using testing_support::TempDir;

class KeyringTest : public testing::Test {
 protected:
  Keyring New() {
    absl::StatusOr<Keyring> keyring = Keyring::OpenOrCreate(folder_);
    EXPECT_TRUE(keyring.ok()) << keyring.status();
    return *std::move(keyring);
  }
  mode_t ModeOf(const std::string& path) {
    struct stat info = {};
    EXPECT_EQ(stat(path.c_str(), &info), 0) << path;
    return info.st_mode & 07777;
  }
  TempDir dir_;
  const std::string folder_ = dir_.At("data/keys");
};

TEST_F(KeyringTest, FirstKeyIsTheDefaultAndPrivate) {
  Keyring keyring = New();
  EXPECT_TRUE(absl::IsNotFound(keyring.OpenSigner("").status()));
  const auto first = keyring.Init("first"), second = keyring.Init("second");
  ASSERT_TRUE(first.ok() && second.ok()) << first.status() << second.status();
  EXPECT_TRUE(first->is_default());
  EXPECT_FALSE(second->is_default());
  EXPECT_EQ(ModeOf(folder_), 0700u);
  EXPECT_EQ(ModeOf(folder_ + "/" + first->key_id() + ".pem"), 0600u);
  const auto signer = keyring.OpenSigner("");
  ASSERT_TRUE(signer.ok()) << signer.status();
  EXPECT_EQ((*signer)->public_key().key_id(), first->key_id());
  EXPECT_EQ((*keyring.OpenSigner(second->key_id().substr(0, 8)))->public_key().key_id(), second->key_id());
  EXPECT_FALSE(keyring.OpenSigner(second->key_id().substr(0, 7)).ok());
  const auto listed = keyring.List();
  ASSERT_EQ(listed->size(), 2u);
  for (const v1::KeyRecord& key : *listed) {
    EXPECT_EQ(key.trust(), "self");
    EXPECT_TRUE(key.has_private_key());
  }
  EXPECT_EQ(keyring.Trusted()->keys().size(), 2u);
  EXPECT_EQ(keyring.Trusted()->keys()[0].trust, "self");
}

TEST_F(KeyringTest, WiderThanItMayBeIsRefused) {
  Keyring keyring = New();
  const std::string id = keyring.Init("x")->key_id();
  const std::string key = folder_ + "/" + id + ".pem";
  for (const mode_t mode : {0640, 0604, 0620, 0666}) {
    ASSERT_EQ(chmod(key.c_str(), mode), 0);
    EXPECT_TRUE(absl::IsPermissionDenied(keyring.OpenSigner("").status())) << std::oct << mode;
    EXPECT_FALSE(ReadSigningKey(key).ok());
  }
  ASSERT_EQ(chmod(key.c_str(), 0600), 0);
  EXPECT_TRUE(keyring.OpenSigner("").ok());
  EXPECT_TRUE(ReadSigningKey(key).ok());
  for (const mode_t mode : {0750, 0705, 0770}) {
    ASSERT_EQ(chmod(folder_.c_str(), mode), 0);
    EXPECT_TRUE(absl::IsPermissionDenied(Keyring::Open(folder_).status())) << std::oct << mode;
  }
}

TEST_F(KeyringTest, LinksAndForeignOwnersAreRefused) {
  Keyring keyring = New();
  const std::string key = folder_ + "/" + keyring.Init("x")->key_id() + ".pem";
  ASSERT_EQ(rename(key.c_str(), dir_.At("moved.pem").c_str()), 0);
  ASSERT_EQ(symlink(dir_.At("moved.pem").c_str(), key.c_str()), 0);
  EXPECT_FALSE(keyring.OpenSigner("").ok());
  ASSERT_EQ(unlink(key.c_str()), 0);
  ASSERT_EQ(mkfifo(key.c_str(), 0600), 0);
  EXPECT_FALSE(keyring.OpenSigner("").ok()) << "and it does not wait";
  ASSERT_EQ(unlink(key.c_str()), 0);
  ASSERT_EQ(rename(dir_.At("moved.pem").c_str(), key.c_str()), 0);
  EXPECT_TRUE(keyring.OpenSigner("").ok());
  // Only root may give a file away, and not in every sandbox.
  if (chown(key.c_str(), 12345, 12345) == 0) {
    EXPECT_TRUE(absl::IsPermissionDenied(keyring.OpenSigner("").status()));
  }
}

TEST_F(KeyringTest, AKeyUnderAnotherName) {
  Keyring keyring = New();
  const std::string first = keyring.Init("a")->key_id(), second = keyring.Init("b")->key_id();
  ASSERT_EQ(rename((folder_ + "/" + first + ".pem").c_str(), (folder_ + "/" + second + ".pem").c_str()), 0);
  EXPECT_EQ(keyring.OpenSigner(second).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(KeyringTest, TrustAndDistrust) {
  Keyring keyring = New();
  const std::string own = keyring.Init("mine")->key_id();
  const auto other = Ed25519Signer::Generate();
  const std::string pem = (*other)->public_key().ToPem();
  const auto trusted = keyring.Trust(pem, "theirs");
  ASSERT_TRUE(trusted.ok()) << trusted.status();
  EXPECT_EQ(trusted->trust(), "local");
  ASSERT_TRUE(keyring.Trust(pem, "again").ok());
  EXPECT_EQ(keyring.List()->size(), 2u);
  ASSERT_TRUE(keyring.Distrust(own.substr(0, 12), "lost").ok());
  ASSERT_TRUE(keyring.Distrust(trusted->key_id(), "lost").ok());
  const auto all = keyring.List();
  for (const v1::KeyRecord& key : *all) EXPECT_EQ(key.trust(), "distrusted");
  EXPECT_TRUE(absl::IsPermissionDenied(keyring.OpenSigner("").status())) << "a distrusted key signs nothing";
  EXPECT_TRUE(absl::IsPermissionDenied(keyring.Trust(pem, "x").status())) << "distrust is for good";
  EXPECT_EQ(keyring.Trusted()->distrusted().size(), 2u);
  EXPECT_FALSE(keyring.Distrust("0123", "x").ok());
  EXPECT_FALSE(keyring.Distrust(std::string(64, '0'), "").ok());
  EXPECT_TRUE(keyring.Distrust(std::string(64, '0'), "never seen here").ok());
  EXPECT_FALSE(keyring.Trust("nonsense", "x").ok());
  EXPECT_FALSE(keyring.Init("a\nb").ok());
}

TEST_F(KeyringTest, TrustFileThatTheEngineCouldWrite) {
  const auto key = Ed25519Signer::Generate();
  ASSERT_EQ(chmod(dir_.path().c_str(), 0755), 0);
  const std::string file = dir_.Write("trust.pem", (*key)->public_key().ToPem());
  ASSERT_EQ(chmod(file.c_str(), 0644), 0);
  ASSERT_TRUE(ReadTrustFile(file, false).ok());
  const auto reason = [&] {
    const std::optional<v1::Refusal> refusal = approval::RefusalOf(ReadTrustFile(file, true).status());
    return refusal.has_value() ? refusal->reason() : v1::RefusalReason::refusal_reason_unspecified;
  };
  if (geteuid() == 0) {
    EXPECT_TRUE(ReadTrustFile(file, true).ok()) << ReadTrustFile(file, true).status();
    ASSERT_EQ(chmod(file.c_str(), 0666), 0);
    EXPECT_EQ(reason(), v1::RefusalReason::trust_unsafe);
    ASSERT_EQ(chmod(file.c_str(), 0644), 0);
    ASSERT_EQ(chmod(dir_.path().c_str(), 0777), 0);
    EXPECT_EQ(reason(), v1::RefusalReason::trust_unsafe) << "it could be replaced";
  } else {
    EXPECT_EQ(reason(), v1::RefusalReason::trust_unsafe) << "its owner can write it";
  }
  EXPECT_TRUE(absl::IsNotFound(ReadTrustFile(dir_.At("none"), false).status()));
}

}  // namespace
}  // namespace weighbridge::keyring
