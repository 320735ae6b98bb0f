#include <algorithm>
#include <string>
#include <utility>

#include "tests/mutants/mutants.h"
#include "tests/mutants/random.h"

namespace weighbridge::mutants {
namespace {

constexpr size_t kRun = 4;

// Hashes of all runs of four words, sorted.
std::vector<uint64_t> Runs(std::string_view text) {
  const std::vector<Word> words = WordsOf(text);
  std::vector<uint64_t> runs;
  for (size_t i = 0; i + kRun <= words.size(); ++i) {
    std::string run;
    for (size_t k = 0; k < kRun; ++k) run += words[i + k].lower + " ";
    runs.push_back(HashOf(run));
  }
  std::sort(runs.begin(), runs.end());
  runs.erase(std::unique(runs.begin(), runs.end()), runs.end());
  return runs;
}

size_t Shared(const std::vector<uint64_t>& a, const std::vector<uint64_t>& b) {
  size_t shared = 0;
  for (auto x = a.begin(), y = b.begin(); x != a.end() && y != b.end();) {
    if (*x == *y) {
      ++shared;
      ++x;
      ++y;
    } else if (*x < *y) {
      ++x;
    } else {
      ++y;
    }
  }
  return shared;
}

}  // namespace

std::vector<std::vector<size_t>> Siblings(const std::vector<std::string_view>& texts, size_t count) {
  std::vector<std::vector<size_t>> siblings(texts.size());
  std::vector<std::vector<uint64_t>> runs;
  for (const std::string_view text : texts) runs.push_back(Runs(text));
  for (size_t i = 0; i < texts.size(); ++i) {
    std::vector<std::pair<double, size_t>> others;  // share of all runs of both, negative
    for (size_t j = 0; j < texts.size(); ++j) {
      const double shared = static_cast<double>(Shared(runs[i], runs[j]));
      const double all = static_cast<double>(runs[i].size() + runs[j].size()) - shared;
      if (j != i && all > 0) others.push_back({-shared / all, j});
    }
    std::sort(others.begin(), others.end());
    for (size_t k = 0; k < std::min(count, others.size()); ++k) siblings[i].push_back(others[k].second);
  }
  return siblings;
}

}  // namespace weighbridge::mutants
