#include "services/daemon/configuration.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>

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

// A family that the built-in rules do not have; its id must be its file's name.
std::string Family(const std::string& id, const std::string& developer = "Example") {
  return "# proto-file: proto/weighbridge/rules/v1/rulebook.proto\n# proto-message: weighbridge.rules.v1.Family\nid: "
         "\"" +
         id + "\"\nname: \"Quarry\"\ndeveloper: \"" + developer + "\"\nmembers {\n  names: \"" + id +
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

  // As the housekeeping asks again and again.
  static bool Changed(ConfigurationHolder& holder) {
    holder.ChangedFilesRest();
    return holder.ChangedFilesRest();
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
  EXPECT_FALSE(Changed(*holder));
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
            "families/quarry-one.textproto:13"},
           {"RuleThatIsHalfWritten", "rules/families/quarry-one.textproto", good_rule.substr(0, good_rule.size() / 2),
            "families/quarry-one.textproto"},
           {"PolicyThatIsEmpty", "policy.yaml", "", "policy.yaml"},
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
    EXPECT_FALSE(Changed(*holder)) << "what was refused is not read again until it changes";

    dir_.Write("policy.yaml", Policy("one"));
    dir_.Write("rules/families/quarry-one.textproto", Family("quarry-one"));
    EXPECT_TRUE(Changed(*holder));
    EXPECT_TRUE(holder->Reload().ok());
    EXPECT_EQ(holder->last_error(), "") << "a good one takes the fault back";
    std::filesystem::remove(dir_.At("rules/families/quarry-two.textproto"));
  }
}

// A policy that is being written is none yet, even if its first half can be read as one.
TEST_F(ConfigurationTest, AFileThatIsStillBeingWrittenIsLeftAlone) {
  const auto holder = Load();
  ASSERT_NE(holder, nullptr);
  EXPECT_FALSE(holder->ChangedFilesRest());
  std::string half = Policy("two");
  for (int i = 0; i < 5; ++i) {
    dir_.Write("policy.yaml", half += "# more\n");
    EXPECT_FALSE(holder->ChangedFilesRest()) << i;
  }
  EXPECT_TRUE(holder->ChangedFilesRest()) << "as it was when it was looked at before";
  ASSERT_TRUE(holder->Reload().ok());
  EXPECT_FALSE(Changed(*holder));
}

TEST_F(ConfigurationTest, FilesThatAreGoneAreAFault) {
  const auto holder = Load();
  ASSERT_NE(holder, nullptr);
  const auto before = holder->Current();
  std::filesystem::remove(dir_.At("policy.yaml"));
  EXPECT_TRUE(Changed(*holder));
  EXPECT_FALSE(holder->Reload().ok());
  EXPECT_EQ(holder->Current(), before);
  dir_.Write("policy.yaml", Policy("one"));
  std::filesystem::remove_all(dir_.At("rules"));
  EXPECT_TRUE(Changed(*holder));
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
  EXPECT_FALSE(Changed(*holder));
  const auto before = holder->Current();

  // Replaced by a rename, as tools do: another file of the same size and, maybe, the same time.
  const auto replace = [this](const std::string& file, const std::string& bytes) {
    std::filesystem::rename(dir_.Write("elsewhere/new", bytes), dir_.At(file));
  };
  replace("policy.yaml", Policy("two"));
  EXPECT_TRUE(Changed(*holder));
  ASSERT_TRUE(holder->Reload().ok());
  EXPECT_FALSE(Changed(*holder));

  replace("rules/families/quarry-one.textproto", Family("quarry-one", "Sampled"));
  EXPECT_TRUE(Changed(*holder));
  EXPECT_TRUE(holder->Reload().ok());
  EXPECT_FALSE(Changed(*holder));

  // A certificate alone does not fit the key: refused until both are there.
  const IssuedCertificate second = authority.Issue("server");
  replace("cert.pem", second.certificate);
  EXPECT_TRUE(Changed(*holder));
  const absl::Status half = holder->Reload();
  EXPECT_FALSE(half.ok());
  EXPECT_NE(std::string(half.message()).find("key.pem"), std::string::npos) << half;
  replace("key.pem", second.key);
  EXPECT_TRUE(Changed(*holder));
  EXPECT_TRUE(holder->Reload().ok());

  replace("ca.pem", "no certificate\n");
  EXPECT_TRUE(Changed(*holder));
  EXPECT_FALSE(holder->Reload().ok());
  EXPECT_EQ(before->policy_digest, Sha256Hex(Policy("one")));
}

// A deployment that turns one link exchanges all files at one instant. Nothing that was read half before and half
// behind it is ever served.
TEST_F(ConfigurationTest, ReadersBesideReloadsSeeNoMix) {
  constexpr int kTurns = 12;
  for (int i = 0; i <= kTurns; ++i) {
    const std::string kind = i % 2 == 0 ? "even" : "odd";
    dir_.Write(std::to_string(i) + "/rules/families/quarry.textproto", Family("quarry", kind));
    dir_.Write(std::to_string(i) + "/policy.yaml", Policy(kind));
  }
  const auto turn = [this](int i) {
    std::filesystem::create_directory_symlink(std::to_string(i), dir_.At("next"));
    std::filesystem::rename(dir_.At("next"), dir_.At("current"));
  };
  options_.rules_dir = dir_.At("current/rules");
  options_.policy_path = dir_.At("current/policy.yaml");
  turn(1);
  const std::string odd_rules = Load()->Current()->rules->digest();
  turn(0);
  const auto holder = Load();
  ASSERT_NE(holder, nullptr);
  const std::string even_rules = holder->Current()->rules->digest();
  ASSERT_NE(odd_rules, even_rules);

  std::atomic<int> round{0}, looks{0};
  std::atomic<std::chrono::microseconds> reload_time{std::chrono::microseconds(0)};
  std::thread turner([&] {
    std::mt19937 random(20261121);
    for (int i = 1; i <= kTurns; ++i) {
      while (round < i) std::this_thread::yield();
      // Somewhere in the reload that has begun; not awaited by anything.
      std::this_thread::sleep_for(reload_time.load() * static_cast<int>(random() % 100) / 100);
      turn(i);
    }
  });
  std::thread reader([&] {
    while (round <= kTurns) {
      const auto seen = holder->Current();
      const bool odd = seen->rules->digest() == odd_rules;
      if ((!odd && seen->rules->digest() != even_rules) ||
          seen->policy_digest != Sha256Hex(Policy(odd ? "odd" : "even"))) {
        ADD_FAILURE() << "a mix";
        return;
      }
      ++looks;
      std::this_thread::yield();
    }
  });
  while (round <= kTurns) {
    ++round;
    const auto begun = std::chrono::steady_clock::now();
    const absl::Status reloaded = holder->Reload();
    EXPECT_TRUE(reloaded.ok() || absl::IsUnavailable(reloaded)) << reloaded;
    reload_time = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun);
  }
  turner.join();
  reader.join();
  EXPECT_TRUE(holder->Reload().ok());
  EXPECT_EQ(holder->Current()->rules->digest(), even_rules);
  EXPECT_GT(looks, 0);
}

}  // namespace
}  // namespace weighbridge::daemon
