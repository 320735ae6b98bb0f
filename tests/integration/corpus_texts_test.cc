// Real texts through `classify`: those of the rulebook's licences are bare as themselves and as nothing else, all
// others are none of them.
#include <algorithm>
#include <map>
#include <ostream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/integration/weighbridge.h"
#include "tests/support/corpus.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace weighbridge::integration {
namespace {

using testing_support::ProcessResult;
using testing_support::TempDir;

bool IsBare(const v1::TextMatch& match) {
  return (match.match() == v1::Match::EXACT || match.match() == v1::Match::EQUIVALENT) && match.also().empty() &&
         !match.blocked_by_residue();
}

std::string Summary(const v1::ClassifyTextResult& result) {
  std::string text;
  for (const auto& match : result.matches()) {
    text += " " + match.short_id() + "=" + v1::Match::Verdict_Name(match.match());
    if (match.blocked_by_residue()) text += " (blocked by residue)";
  }
  return text.empty() ? " nothing" : text;
}

class CorpusTextsTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto corpus = testing_support::CorpusDir();
    if (!corpus.has_value()) GTEST_SKIP() << "no corpus: its texts cannot be classified";
    corpus_ = *corpus;
    for (auto& row : testing_support::ReadTsvOrFail(corpus_ + "/MANIFEST.tsv")) {
      if (row.size() >= 2) expected_[row[0]] = row[1];
    }
    const ProcessResult licenses = weighbridge_.Run({"licenses", "--format", "json"});
    ASSERT_EQ(licenses.exit_code, 0) << Describe(licenses);
    std::istringstream lines(licenses.out);
    for (std::string line; std::getline(lines, line);) {
      const std::string key = "\"short_id\":\"";
      const size_t at = line.find(key);
      ASSERT_NE(at, std::string::npos) << line.substr(0, 200);
      known_.insert(line.substr(at + key.size(), line.find('"', at + key.size()) - at - key.size()));
    }
    ASSERT_GE(known_.size(), 24u);
  }

  // One process for all of them: path in the corpus to result.
  std::map<std::string, v1::ClassifyTextResult> Classify(const std::string& folder) {
    std::vector<std::string> args = {"classify", "--format", "json", "--no-record"};
    std::vector<std::string> paths;
    for (const auto& [path, id] : expected_) {
      if (path.rfind(folder, 0) != 0) continue;
      paths.push_back(path);
      args.push_back(corpus_ + "/" + path);
    }
    const ProcessResult run = weighbridge_.Run(args);
    EXPECT_EQ(run.exit_code, 5) << "some of them are not bare: " << Describe(run).substr(0, 500);
    std::map<std::string, v1::ClassifyTextResult> results;
    std::istringstream lines(run.out);
    size_t i = 0;
    for (std::string line; std::getline(lines, line); ++i) {
      const v1::ClassifyTextResult result = ParseClassified(line);
      if (i < paths.size()) {
        EXPECT_EQ(result.path(), corpus_ + "/" + paths[i]);
        results[paths[i]] = result;
      }
    }
    EXPECT_EQ(i, paths.size());
    return results;
  }

  TempDir dir_;
  Weighbridge weighbridge_{dir_.At("data")};
  std::string corpus_;
  std::map<std::string, std::string> expected_;
  std::set<std::string> known_;
};

// A copy with a whole translation behind the text, in a language that is not read: named, and never bare.
constexpr char kWithTranslation[] = "licenses/falcon-180b-1.0/1.txt";

TEST_F(CorpusTextsTest, TextsOfKnownLicencesAreBareAsThemselvesAndAsNoOther) {
  std::set<std::string> seen;
  for (const auto& [path, result] : Classify("licenses/")) {
    const std::string& id = expected_[path];
    if (known_.count(id) == 0) continue;
    seen.insert(id);
    SCOPED_TRACE(path + ":" + Summary(result));
    bool itself = false;
    for (const auto& match : result.matches()) {
      itself |= match.short_id() == id && (IsBare(match) || path == kWithTranslation);
      EXPECT_TRUE(path != kWithTranslation || !IsBare(match));
      // A licence file may carry its use policy.
      EXPECT_TRUE(match.short_id() == id || match.short_id().find("use-policy") != std::string::npos)
          << match.short_id();
    }
    EXPECT_TRUE(itself) << "not bare as " << id;
    const ProcessResult alone = weighbridge_.Run({"classify", corpus_ + "/" + path, "--no-record"});
    EXPECT_EQ(alone.exit_code, path == kWithTranslation ? 5 : 0) << alone.out.substr(0, 600);
  }
  // Others are in the licence pack alone; rules/ and the classifier's own corpus test look at those.
  for (const auto& row : testing_support::ReadTsvOrFail(corpus_ + "/ALIASES.tsv")) {
    EXPECT_EQ(seen.count(row[0]), known_.count(row[0])) << "no text of " << row[0] << " in the corpus";
  }
}

TEST_F(CorpusTextsTest, TextsOfOtherLicencesAreNeverBareAsAKnownOne) {
  for (const auto& [path, result] : Classify("licenses/")) {
    if (known_.count(expected_[path]) > 0) continue;
    SCOPED_TRACE(path + ":" + Summary(result));
    for (const auto& match : result.matches()) EXPECT_FALSE(IsBare(match)) << "bare as " << match.short_id();
  }
}

// Texts that are no model licence; some are the text of another licence, "negative:MPL-2.0", and bare as that alone.
TEST_F(CorpusTextsTest, NegativesAreNothingElse) {
  for (const auto& [path, result] : Classify("negatives/")) {
    SCOPED_TRACE(path + " is " + expected_[path] + ":" + Summary(result));
    for (const auto& match : result.matches()) {
      EXPECT_TRUE(!IsBare(match) || expected_[path] == "negative:" + match.short_id())
          << "bare as " << match.short_id();
    }
  }
}

TEST_F(CorpusTextsTest, TrapsAreNoMoreThanTheirRowSays) {
  for (const auto& [path, result] : Classify("traps/")) {
    const std::string& row = expected_[path];
    SCOPED_TRACE(path + " is " + row + ":" + Summary(result));
    const std::string kind = row.substr(0, row.find(':')), id = row.substr(row.find(':') + 1);
    // Two of the files that are said to be translations hold the English text under a foreign heading.
    const bool holds_text = kind == "mismatch" || kind == "translation";
    for (const auto& match : result.matches()) {
      const bool its_own =
          match.short_id() == id || (kind == "translation" && match.short_id().find("use-policy") != std::string::npos);
      EXPECT_TRUE((holds_text && its_own) || !IsBare(match)) << "bare as " << match.short_id();
      const bool may_be_named = holds_text || kind == "truncated" || kind == "not";
      EXPECT_TRUE(may_be_named && its_own) << "named as " << match.short_id();
    }
    if (kind == "mismatch") {
      EXPECT_TRUE(std::any_of(result.matches().begin(), result.matches().end(),
                              [&](const auto& match) { return match.short_id() == id && IsBare(match); }));
    }
  }
}

}  // namespace
}  // namespace weighbridge::integration
