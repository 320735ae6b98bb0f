#include "services/rulebook/builtin.h"

#include <chrono>
#include <cstdio>

#include "gtest/gtest.h"
#include "services/rulebook/rule_file.h"

namespace weighbridge::rulebook {
namespace {

TEST(BuiltinTest, IsTheRulebookOfItsOwnSourceFiles) {
  const auto begin = std::chrono::steady_clock::now();
  const auto& book = BuiltinRulebook();
  const auto end = std::chrono::steady_clock::now();
  ASSERT_TRUE(book.ok()) << book.status();
  std::printf("loaded in %.2f ms\n",
              std::chrono::duration<double, std::milli>(end - begin).count());  // for people; not asserted
  EXPECT_EQ(&BuiltinRulebook(), &book);

  const auto files = UnpackBundle((*book)->bundle());
  ASSERT_TRUE(files.ok()) << files.status();
  EXPECT_EQ(RulesDigest(*files), (*book)->digest());
  std::vector<RuleIssue> issues;
  const auto again = Rulebook::Layered(*files, {}, &issues);
  ASSERT_TRUE(again.ok()) << ToString(issues);
  EXPECT_EQ((*again)->Compile(), (*book)->Compile());
}

}  // namespace
}  // namespace weighbridge::rulebook
