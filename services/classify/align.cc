#include "services/classify/align.h"

#include <algorithm>

namespace weighbridge::classify {
namespace {

constexpr int kMatchGain = 2;
constexpr int kSkipCost = 1;

// Fewer pairs than this share of the longer side are chance hits of common words, not an alignment.
bool TooSparse(size_t pairs, size_t longer) { return pairs * 4 < longer; }

}  // namespace

WordPairs AlignGap(absl::Span<const uint32_t> official, absl::Span<const uint32_t> found, int64_t* budget) {
  WordPairs pairs;
  const int n = static_cast<int>(official.size());
  const int m = static_cast<int>(found.size());
  if (n == 0 || m == 0) return pairs;
  if (std::abs(n - m) > static_cast<int>(kMaxGapEdits)) return pairs;
  const int limit = std::min<int>(n + m, kMaxGapEdits);
  // reach[d] holds, for each diagonal k = x - y in -d..d, how far x comes with d edits.
  std::vector<std::vector<int>> reach;
  int edits = -1;
  for (int d = 0; d <= limit && edits < 0; ++d) {
    reach.emplace_back(2 * d + 1);
    std::vector<int>& now = reach.back();
    const std::vector<int>* before = d > 0 ? &reach[d - 1] : nullptr;
    for (int k = -d; k <= d; k += 2) {
      int x = 0;
      if (d > 0) {
        const auto at = [&](int diagonal) { return (*before)[diagonal + d - 1]; };
        x = k == -d || (k != d && at(k - 1) < at(k + 1)) ? at(k + 1) : at(k - 1) + 1;
      }
      int y = x - k;
      if (x > n || y > m || y < 0) {
        now[k + d] = x;
        continue;
      }
      while (x < n && y < m && official[x] == found[y]) ++x, ++y, --*budget;
      now[k + d] = x;
      --*budget;
      if (x >= n && y >= m) {
        edits = d;
        break;
      }
    }
    if (*budget < 0) return pairs;
  }
  if (edits < 0) return pairs;
  int x = n, y = m;
  for (int d = edits; d > 0; --d) {
    const std::vector<int>& before = reach[d - 1];
    const int k = x - y;
    const auto at = [&](int diagonal) { return before[diagonal + d - 1]; };
    const bool down = k == -d || (k != d && at(k - 1) < at(k + 1));
    const int from_x = down ? at(k + 1) : at(k - 1);
    const int from_y = from_x - (down ? k + 1 : k - 1);
    const int start_x = down ? from_x : from_x + 1;
    while (x > start_x) {
      --x, --y;
      pairs.push_back({static_cast<uint32_t>(x), static_cast<uint32_t>(y)});
    }
    x = from_x;
    y = from_y;
  }
  while (x > 0 && y > 0) {
    --x, --y;
    pairs.push_back({static_cast<uint32_t>(x), static_cast<uint32_t>(y)});
  }
  std::reverse(pairs.begin(), pairs.end());
  if (TooSparse(pairs.size(), static_cast<size_t>(std::max(n, m)))) pairs.clear();
  return pairs;
}

WordPairs AlignOutward(absl::Span<const uint32_t> official, absl::Span<const uint32_t> found, int64_t* budget) {
  WordPairs pairs;
  const size_t n = official.size();
  const size_t m = found.size();
  if (n == 0 || m == 0) return pairs;
  *budget -= static_cast<int64_t>(n * m);
  if (*budget < 0) return pairs;
  const size_t width = m + 1;
  std::vector<int> score((n + 1) * width);
  for (size_t i = 0; i <= n; ++i) score[i * width] = -kSkipCost * static_cast<int>(i);
  for (size_t j = 0; j <= m; ++j) score[j] = -kSkipCost * static_cast<int>(j);
  size_t best_i = 0, best_j = 0;
  int best = 0;
  for (size_t i = 1; i <= n; ++i) {
    for (size_t j = 1; j <= m; ++j) {
      int value = std::max(score[(i - 1) * width + j], score[i * width + j - 1]) - kSkipCost;
      if (official[i - 1] == found[j - 1]) value = std::max(value, score[(i - 1) * width + j - 1] + kMatchGain);
      score[i * width + j] = value;
      if (value > best) {
        best = value;
        best_i = i;
        best_j = j;
      }
    }
  }
  for (size_t i = best_i, j = best_j; i > 0 && j > 0;) {
    const int value = score[i * width + j];
    if (official[i - 1] == found[j - 1] && value == score[(i - 1) * width + j - 1] + kMatchGain) {
      --i, --j;
      pairs.push_back({static_cast<uint32_t>(i), static_cast<uint32_t>(j)});
    } else if (value == score[(i - 1) * width + j] - kSkipCost) {
      --i;
    } else {
      --j;
    }
  }
  std::reverse(pairs.begin(), pairs.end());
  return pairs;
}

}  // namespace weighbridge::classify
