// The fast alignment against a naive one.
#include "services/classify/align.h"

#include <algorithm>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace weighbridge::classify {
namespace {

// Length of the longest common subsequence, by the textbook.
size_t LongestCommon(const std::vector<uint32_t>& a, const std::vector<uint32_t>& b) {
  std::vector<std::vector<size_t>> table(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      table[i][j] = a[i - 1] == b[j - 1] ? table[i - 1][j - 1] + 1 : std::max(table[i - 1][j], table[i][j - 1]);
    }
  }
  return table[a.size()][b.size()];
}

std::vector<uint32_t> RandomWords(std::mt19937* random, size_t most, uint32_t vocabulary) {
  std::vector<uint32_t> words((*random)() % (most + 1));
  for (uint32_t& word : words) word = (*random)() % vocabulary;
  return words;
}

TEST(AlignGapTest, FindsAsManyPairsAsTheNaiveAligner) {
  std::mt19937 random(3);
  for (int round = 0; round < 5000; ++round) {
    const std::vector<uint32_t> a = RandomWords(&random, 24, 2 + round % 6);
    const std::vector<uint32_t> b = RandomWords(&random, 24, 2 + round % 6);
    int64_t budget = kAlignmentBudget;
    const WordPairs pairs = AlignGap(a, b, &budget);
    for (size_t i = 0; i < pairs.size(); ++i) {
      ASSERT_EQ(a[pairs[i].first], b[pairs[i].second]);
      if (i == 0) continue;
      ASSERT_GT(pairs[i].first, pairs[i - 1].first);
      ASSERT_GT(pairs[i].second, pairs[i - 1].second);
    }
    const size_t longest = LongestCommon(a, b);
    if (longest * 4 >= std::max(a.size(), b.size())) {
      EXPECT_EQ(pairs.size(), longest) << round;
    } else {
      EXPECT_TRUE(pairs.empty());  // too sparse to be an alignment
    }
  }
}

TEST(AlignGapTest, GivesUpBeyondItsBudget) {
  std::vector<uint32_t> a(1000), b(1000);
  for (uint32_t i = 0; i < 1000; ++i) a[i] = i, b[i] = i + 500;
  int64_t budget = kAlignmentBudget;
  EXPECT_TRUE(AlignGap(a, b, &budget).empty());
  b = a;
  budget = 10;
  EXPECT_TRUE(AlignGap(a, b, &budget).empty());
}

TEST(AlignOutwardTest, StopsWhereTheTextEnds) {
  const std::vector<uint32_t> official = {1, 2, 3, 4, 5, 6, 7, 8};
  const std::vector<uint32_t> found = {1, 2, 9, 3, 4, 50, 51, 52, 53, 54, 55, 56, 57, 58, 8};
  int64_t budget = kAlignmentBudget;
  const WordPairs expected = {{0, 0}, {1, 1}, {2, 3}, {3, 4}};
  EXPECT_EQ(AlignOutward(official, found, &budget), expected);
}

}  // namespace
}  // namespace weighbridge::classify
