#include "services/daemon/configuration.h"

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "services/crypto/certificates_for_tests.h"
#include "services/crypto/sha256.h"
#include "services/policy/builtin_policy.h"
#include "services/rulebook/builtin.h"
#include "tests/support/temp_dir.h"

namespace weighbridge::daemon {
namespace {

using testing_support::CertificateAuthority;
using testing_support::IssuedCertificate;
using testing_support::TempDir;

// A family that the built-in rules do not have.
std::string Family(const std::string& name) {
  return "id: \"" + name + "\"\nname: \"" + name + "\"\ndeveloper: \"Example\"\nmembers {\n  names: \"" + name +
         "*\"\n  openness: CLOSED_WEIGHTS\n  boundary: \"None.\"\n  closed: true\n  source: \"example\"\n}\n";
}

std::string Policy(const std::string& name) { return "name: " + name + "\nmode: block\n"; }

class ConfigurationTest : public testing::Test {
 protected:
  ConfigurationTest() {
    options_.rules_dir = dir_.At("rules");
    options_.policy_path = dir_.At("policy.yaml");
    dir_.Write("rules/families/quarry-one.textproto", Family("quarry-one"));
    dir_.Write("policy.yaml", Policy("one"));
  }

  std::unique_ptr<ConfigurationHolder> Load() const {
    auto holder = ConfigurationHolder::Load(options_);
    EXPECT_TRUE(holder.ok()) << holder.status();
    return holder.ok() ? *std::move(holder) : nullptr;
  }

  TempDir dir_;
  ServerOptions options_;
};

TEST_F(ConfigurationTest, WithoutFilesItIsWhatIsBuiltIn) {
  options_ = {};
  const auto holder = Load();
  ASSERT_NE(holder, nullptr);
  const auto current = holder->Current();
  EXPECT_EQ(current->rules->digest(), (*rulebook::BuiltinRulebook())->digest());
  EXPECT_FALSE(current->policy.has_value());
  EXPECT_EQ(current->policy_digest, Sha256Hex(policy::BuiltinPolicyYaml()));
  EXPECT_FALSE(holder->FilesChanged());
  EXPECT_EQ(holder->last_error(), "");
}

TEST_F(ConfigurationTest, ReloadExchangesRulesAndPolicyTogether) {
  const auto holder = Load();
  ASSERT_NE(holder, nullptr);
  const auto before = holder->Current();
  EXPECT_NE(before->rules->digest(), (*rulebook::BuiltinRulebook())->digest());
  EXPECT_EQ(before->policy_digest, Sha256Hex(Policy("one")));
  ASSERT_TRUE(before->policy.has_value());
  EXPECT_EQ(before->policy->bytes, Policy("one"));

  dir_.Write("rules/families/quarry-two.textproto", Family("quarry-two"));
  dir_.Write("policy.yaml", Policy("two"));
  EXPECT_EQ(holder->Current(), before) << "nothing changes by itself";
  ASSERT_TRUE(holder->Reload().ok());
  const auto after = holder->Current();
  EXPECT_NE(after->rules->digest(), before->rules->digest());
  EXPECT_EQ(after->policy_digest, Sha256Hex(Policy("two")));
  // Whoever has the old one keeps it whole.
  EXPECT_EQ(before->policy->bytes, Policy("one"));
}

TEST_F(ConfigurationTest, WhatHasFaultsIsRefusedAsAWholeAndTheOldStays) {
  struct Case {
    std::string name, file, bytes, said;
  };
  const std::string good_policy = Policy("good"), good_rule = Family("quarry-one");
  for (const Case& c : {
           Case{"PolicyWithAnUnknownName", "policy.yaml", "name: x\nmode: block\nno_such_name: 1\n", "policy.yaml:3"},
           {"PolicyThatIsNoYaml", "policy.yaml", "name: [x\n", "policy.yaml"},
           {"RuleWithAnUnknownName", "rules/families/quarry-one.textproto", good_rule + "no_such_field: 1\n",
            "families/quarry-one.textproto:11"},
           {"RuleThatIsHalfWritten", "rules/families/quarry-one.textproto", good_rule.substr(0, good_rule.size() / 2),
            "families/quarry-one.textproto"},
           {"EmptyPolicyFile", "policy.yaml", "", "policy.yaml"},
       }) {
    SCOPED_TRACE(c.name);
    dir_.Write("policy.yaml", Policy("one"));
    dir_.Write("rules/families/quarry-one.textproto", Family("quarry-one"));
    const auto holder = Load();
    ASSERT_NE(holder, nullptr);
    const auto before = holder->Current();
    // The other file changes too and is good: it must not come in alone.
    dir_.Write(c.file == "policy.yaml" ? "rules/families/quarry-two.textproto" : "policy.yaml",
               c.file == "policy.yaml" ? Family("quarry-two") : good_policy);
    dir_.Write(c.file, c.bytes);
    const absl::Status reloaded = holder->Reload();
    EXPECT_EQ(reloaded.code(), absl::StatusCode::kInvalidArgument) << reloaded;
    EXPECT_NE(std::string(reloaded.message()).find(c.said), std::string::npos) << reloaded;
    EXPECT_EQ(holder->last_error(), std::string(reloaded.message()));
    EXPECT_EQ(holder->Current(), before);
    EXPECT_FALSE(holder->FilesChanged()) << "what was refused is not read again until it changes";

    dir_.Write("policy.yaml", Policy("one"));
    dir_.Write("rules/families/quarry-one.textproto", Family("quarry-one"));
    EXPECT_TRUE(holder->FilesChanged());
    EXPECT_TRUE(holder->Reload().ok());
    EXPECT_EQ(holder->last_error(), "") << "a good one takes the fault back";
    std::filesystem::remove(dir_.At("rules/families/quarry-two.textproto"));
  }
}

TEST_F(ConfigurationTest, FilesThatAreGoneAreAFault) {
  const auto holder = Load();
  ASSERT_NE(holder, nullptr);
  const auto before = holder->Current();
  std::filesystem::remove(dir_.At("policy.yaml"));
  EXPECT_TRUE(holder->FilesChanged());
  EXPECT_FALSE(holder->Reload().ok());
  EXPECT_EQ(holder->Current(), before);
  dir_.Write("policy.yaml", Policy("one"));
  std::filesystem::remove_all(dir_.At("rules"));
  EXPECT_TRUE(holder->FilesChanged());
  EXPECT_FALSE(holder->Reload().ok());
  EXPECT_EQ(holder->Current(), before);
}

TEST_F(ConfigurationTest, TheFirstLoadHasNothingToFallBackOn) {
  for (const auto& [file, bytes] : {std::pair<std::string, std::string>{"policy.yaml", "nonsense: ["},
                                    {"rules/families/quarry-one.textproto", "nonsense"}}) {
    dir_.Write("policy.yaml", Policy("one"));
    dir_.Write("rules/families/quarry-one.textproto", Family("quarry-one"));
    dir_.Write(file, bytes);
    EXPECT_EQ(ConfigurationHolder::Load(options_).status().code(), absl::StatusCode::kInvalidArgument) << file;
  }
  options_.policy_path = dir_.At("nothing.yaml");
  EXPECT_EQ(ConfigurationHolder::Load(options_).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(ConfigurationTest, AnyFileThatChangesIsSeen) {
  CertificateAuthority authority("authority");
  const IssuedCertificate first = authority.Issue("server");
  options_.tls = {dir_.Write("cert.pem", first.certificate), dir_.Write("key.pem", first.key),
                  dir_.Write("ca.pem", authority.certificate())};
  dir_.Folder("elsewhere");
  const auto holder = Load();
  ASSERT_NE(holder, nullptr);
  EXPECT_FALSE(holder->FilesChanged());
  const auto before = holder->Current();

  // Replaced by a rename, as tools do: another file of the same size and, maybe, the same time.
  const auto replace = [this](const std::string& file, const std::string& bytes) {
    std::filesystem::rename(dir_.Write("elsewhere/new", bytes), dir_.At(file));
  };
  replace("policy.yaml", Policy("two"));
  EXPECT_TRUE(holder->FilesChanged());
  ASSERT_TRUE(holder->Reload().ok());
  EXPECT_FALSE(holder->FilesChanged());

  replace("rules/families/quarry-one.textproto", Family("quarry-two"));
  EXPECT_TRUE(holder->FilesChanged());
  EXPECT_TRUE(holder->Reload().ok());
  EXPECT_FALSE(holder->FilesChanged());

  // A certificate alone does not fit the key: refused until both are there.
  const IssuedCertificate second = authority.Issue("server");
  replace("cert.pem", second.certificate);
  EXPECT_TRUE(holder->FilesChanged());
  const absl::Status half = holder->Reload();
  EXPECT_FALSE(half.ok());
  EXPECT_NE(std::string(half.message()).find("key.pem"), std::string::npos) << half;
  replace("key.pem", second.key);
  EXPECT_TRUE(holder->FilesChanged());
  EXPECT_TRUE(holder->Reload().ok());

  replace("ca.pem", "no certificate\n");
  EXPECT_TRUE(holder->FilesChanged());
  EXPECT_FALSE(holder->Reload().ok());
  EXPECT_EQ(before->policy_digest, Sha256Hex(Policy("one")));
}

// A deployment that turns one link exchanges all files at one instant. Nothing that was read half before and half behind it is
// ever served.
TEST_F(ConfigurationTest, ReadersBesideReloadsSeeNoMix) {
  for (const std::string name : {"one", "two"}) {
    dir_.Write(name + "/rules/families/quarry.textproto", Family("quarry-" + name));
    dir_.Write(name + "/policy.yaml", Policy(name));
  }
  const auto turn = [this](const std::string& name) {
    std::filesystem::remove(dir_.At("next"));
    std::filesystem::create_directory_symlink(name, dir_.At("next"));
    std::filesystem::rename(dir_.At("next"), dir_.At("current"));
  };
  options_.rules_dir = dir_.At("current/rules");
  options_.policy_path = dir_.At("current/policy.yaml");
  turn("two");
  const std::string rules_of_two = Load()->Current()->rules->digest();
  turn("one");
  const auto holder = Load();
  ASSERT_NE(holder, nullptr);
  const std::string rules_of_one = holder->Current()->rules->digest();
  ASSERT_NE(rules_of_one, rules_of_two);

  std::atomic<bool> over{false};
  std::atomic<int> looks{0};
  std::thread turner([&] {
    for (int i = 0; !over; ++i) {
      turn(i % 2 == 0 ? "two" : "one");
      std::this_thread::yield();
    }
  });
  std::vector<std::thread> readers;
  for (int r = 0; r < 2; ++r) {
    readers.emplace_back([&] {
      while (!over) {
        const auto seen = holder->Current();
        const bool one = seen->rules->digest() == rules_of_one;
        ++looks;
        EXPECT_TRUE(one || seen->rules->digest() == rules_of_two);
        EXPECT_EQ(seen->policy_digest, Sha256Hex(Policy(one ? "one" : "two")));
        std::this_thread::yield();
      }
    });
  }
  for (int i = 0; i < 40; ++i) {
    const absl::Status reloaded = holder->Reload();
    EXPECT_TRUE(reloaded.ok() || absl::IsUnavailable(reloaded)) << reloaded;
  }
  over = true;
  turner.join();
  for (std::thread& reader : readers) reader.join();
  turn("two");
  EXPECT_TRUE(holder->Reload().ok());
  EXPECT_EQ(holder->Current()->rules->digest(), rules_of_two);
  EXPECT_GT(looks, 0);
}

}  // namespace
}  // namespace weighbridge::daemon
