// The user ceiling over the rules of this build: which licences have one, and what it is.
#include <cstdint>
#include <map>
#include <string>

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "services/policy/ceiling.h"
#include "services/rulebook/builtin.h"

namespace weighbridge::integration {
namespace {

const rulebook::Rulebook& Rules() { return **rulebook::BuiltinRulebook(); }

v1::Profile Profile(const std::string& text) {
  v1::Profile profile;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &profile)) << text;
  return profile;
}

// By short id. Whoever adds a licence with such a threshold says here what a session is told of it.
TEST(UserCeilingTest, OfEachLicence) {
  const std::map<std::string, int64_t> expected = {
      {"baichuan2-community", 999999},
      {"bilibili-model-ula-2025-09-09", 100000000},
      {"cogvideox", 1000000},
      {"databricks-open-model-license", 700000000},
      {"hyperclova-x-seed-2025", 10000000},
      {"kolors", 300000000},
      {"llama-2-license-2023", 700000000},
      {"llama-3.1-license-2024", 700000000},
      {"llama-3.2-license-2024", 700000000},
      {"llama-3.3-license-2024", 700000000},
      {"llama-4-cla-2025", 700000000},
      {"llama3", 700000000},
      {"minicpm-model-community", 5000},
      {"nexusraven-v2", 50000000},
      {"playground-v2-community", 1000000},
      {"qwen-2024", 100000000},
      {"tencent-hunyuan-3d-2.0-cla", 1000000},
      {"tencent-hunyuan-3d-2.1-cla", 1000000},
      {"tencent-hunyuan-community-dit-2024-05", 100000000},
      {"tencent-hunyuan-community-dit-2024-10", 100000000},
      {"tencent-hunyuan-community-video", 100000000},
      {"tencent-hunyuan-community-video-2024-12-03", 100000000},
      {"tongyi-qianwen-2023", 100000000},
  };
  // Those that count something else than monthly active users.
  const std::map<std::string, std::string> metrics = {{"baichuan2-community", "daily_active_users"},
                                                      {"cogvideox", "monthly_visits"},
                                                      {"minicpm-model-community", "device_count"},
                                                      {"playground-v2-community", "monthly_unique_users"}};
  std::map<std::string, int64_t> found;
  for (const rules::v1::License* license : Rules().licenses()) {
    const auto ceiling = policy::LowestUserCeiling({license}, nullptr);
    if (!ceiling.has_value()) continue;
    EXPECT_EQ(ceiling->license_id(), license->id());
    EXPECT_FALSE(ceiling->clause().empty()) << license->id();
    const auto metric = metrics.find(license->short_id());
    EXPECT_EQ(ceiling->metric(), metric == metrics.end() ? "monthly_active_users" : metric->second) << license->id();
    found[license->short_id()] = ceiling->value();
  }
  EXPECT_EQ(found, expected);
}

// The month before the release is long gone; the number is a condition for the session all the same.
TEST(UserCeilingTest, WhatAProfileHasPassedIsNone) {
  const rules::v1::License* llama = Rules().FindLicense("llama-3.1-license-2024");
  const rules::v1::License* apache = Rules().FindLicense("Apache-2.0");
  ASSERT_TRUE(llama != nullptr && apache != nullptr);
  EXPECT_FALSE(policy::LowestUserCeiling({apache}, nullptr).has_value());
  const v1::Profile few = Profile("metrics { metric: monthly_active_users period: '2024-06' value: 100000000 }");
  const v1::Profile exactly = Profile("metrics { metric: monthly_active_users period: '2024-06' value: 700000000 }");
  const v1::Profile many = Profile("metrics { metric: monthly_active_users period: '2024-06' value: 700000001 }");
  EXPECT_EQ(policy::LowestUserCeiling({apache, llama}, &few)->value(), 700000000);
  EXPECT_EQ(policy::LowestUserCeiling({llama}, &exactly)->value(), 700000000);
  EXPECT_FALSE(policy::LowestUserCeiling({llama}, &many).has_value());
}

}  // namespace
}  // namespace weighbridge::integration
