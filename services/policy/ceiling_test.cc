#include "services/policy/ceiling.h"

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace weighbridge::policy {
namespace {

template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

// A licence whose one test ends rights above so many users.
rules::v1::License Limit(const std::string& id, int64_t users, const std::string& effect = "all_rights",
                         const std::string& comparison = "greater",
                         const std::string& metric = "monthly_active_users") {
  return Parse<rules::v1::License>("id: '" + id + "' tests { id: 't' clause: '2' effect: " + effect +
                                   " when { any { of { threshold { metric: " + metric + " comparison: " + comparison +
                                   " value: " + std::to_string(users) + " } } } } }");
}

v1::Profile Users(int64_t users) {
  return Parse<v1::Profile>("metrics { metric: monthly_active_users period: '2026-10' value: " + std::to_string(users) +
                            " }");
}

TEST(CeilingTest, LowestOfAllLicences) {
  const rules::v1::License high = Limit("A", 700000000), low = Limit("B", 1000000);
  const auto ceiling = LowestUserCeiling({&high, &low}, nullptr);
  ASSERT_TRUE(ceiling.has_value());
  EXPECT_EQ(ceiling->value(), 1000000);
  EXPECT_EQ(ceiling->license_id(), "B");
  EXPECT_EQ(ceiling->clause(), "2");
  EXPECT_EQ(ceiling->metric(), "monthly_active_users");
}

TEST(CeilingTest, WhatIsPassedIsNoCeiling) {
  const rules::v1::License high = Limit("A", 700000000), low = Limit("B", 1000000);
  const v1::Profile at = Users(1000000), above = Users(1000001), far = Users(800000000);
  EXPECT_EQ(LowestUserCeiling({&high, &low}, &at)->license_id(), "B") << "exactly at the limit it is not passed";
  EXPECT_EQ(LowestUserCeiling({&high, &low}, &above)->license_id(), "A");
  EXPECT_FALSE(LowestUserCeiling({&high, &low}, &far).has_value());
}

// "From so many on" ends rights at the number itself, "above so many" does not.
TEST(CeilingTest, TheNumberIsTheLargestThatIsAllowed) {
  const rules::v1::License from = Limit("A", 1000000, "all_rights", "greater_or_equal");
  EXPECT_EQ(LowestUserCeiling({&from}, nullptr)->value(), 999999);
  const v1::Profile below = Users(999999), at = Users(1000000);
  EXPECT_EQ(LowestUserCeiling({&from}, &below)->value(), 999999);
  EXPECT_FALSE(LowestUserCeiling({&from}, &at).has_value());
}

TEST(CeilingTest, OtherTestsAreNone) {
  const rules::v1::License duty = Limit("A", 10, "duty"), below = Limit("B", 10, "all_rights", "less"),
                           money = Limit("C", 10, "all_rights", "greater", "annual_revenue"), none;
  EXPECT_FALSE(LowestUserCeiling({&duty, &below, &money, &none}, nullptr).has_value());
  EXPECT_FALSE(LowestUserCeiling({}, nullptr).has_value());
}

}  // namespace
}  // namespace weighbridge::policy
