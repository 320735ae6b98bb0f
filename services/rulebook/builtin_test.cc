#include "services/rulebook/builtin.h"

#include <cstdio>
#include <ctime>
#include <vector>

#include "gtest/gtest.h"
#include "services/rulebook/rule_file.h"
#include "services/rulebook/rulebook.h"

namespace weighbridge::rulebook {
namespace {

TEST(BuiltinTest, IsTheRulebookOfItsOwnSourceFiles) {
  const std::clock_t begin = std::clock();
  const auto& book = BuiltinRulebook();
  const std::clock_t end = std::clock();
  ASSERT_TRUE(book.ok()) << book.status();
  std::printf("loaded in %.2f ms of CPU time\n", 1000.0 * (end - begin) / CLOCKS_PER_SEC);  // for people; not asserted
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
