#include "services/types/artifact.h"

#include <set>
#include <string>

#include "gtest/gtest.h"

namespace weighbridge {
namespace {

// Names are part of the JSON contract and of stored audits: they never change.
TEST(RoleTest, NamesAreFixedAndRoundTrip) {
  const std::string names[] = {"weights",      "index",  "config",     "tokenizer", "adapter", "projector", "card",
                               "license_text", "notice", "use_policy", "signature", "code",    "archive",   "other"};
  for (const std::string& name : names) {
    const std::optional<Role> role = RoleFromName(name);
    ASSERT_TRUE(role.has_value()) << name;
    EXPECT_EQ(RoleName(*role), name);
  }
  EXPECT_FALSE(RoleFromName("Weights").has_value());
  EXPECT_FALSE(RoleFromName("").has_value());
}

TEST(RoleTest, LoadableRolesAreThoseTheWeightsDigestCovers) {
  const std::set<std::string> loadable = {"weights", "index", "config", "tokenizer", "adapter", "projector"};
  for (const char* name : {"weights", "index", "config", "tokenizer", "adapter", "projector", "card", "license_text",
                           "notice", "use_policy", "signature", "code", "archive", "other"}) {
    EXPECT_EQ(IsLoadable(*RoleFromName(name)), loadable.count(name) == 1) << name;
  }
}

}  // namespace
}  // namespace weighbridge
