// Lints the rulebook: one failure for each thing that is wrong.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "services/rulebook/rule_file.h"
#include "services/rulebook/rulebook.h"

namespace weighbridge::rulebook {
namespace {

std::vector<RuleFile> RuleFiles() {
  const std::filesystem::path root = "rules";  // Bazel runs a test above the folders of its data
  std::vector<RuleFile> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    const std::string path = entry.path().lexically_relative(root).string();
    if (entry.is_directory() || !IsRuleFileName(path)) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    files.push_back({path, std::string(std::istreambuf_iterator<char>(in), {})});
  }
  return files;
}

TEST(RulesTest, NothingIsWrong) {
  std::vector<RuleIssue> issues;
  const auto book = Rulebook::FromFiles(RuleFiles(), &issues);
  for (const RuleIssue& issue : issues) ADD_FAILURE_AT(("rules/" + issue.path).c_str(), issue.line) << ToString(issue);
  EXPECT_TRUE(book.ok()) << book.status();
}

}  // namespace
}  // namespace weighbridge::rulebook
