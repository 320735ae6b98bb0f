#include "services/profile/suggest.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace weighbridge::profile {
namespace {

constexpr size_t kMaxTyped = 64;   // longer words are no near miss of anything
constexpr size_t kMaxListed = 14;  // words that a message lists
constexpr size_t kMaxLikely = 3;   // words of which one is a part
constexpr size_t kMinPart = 3;     // a shorter part says nothing

std::string Plain(std::string_view word) {
  std::string plain;
  for (char c : word) {
    if (c == '-' || c == ' ') c = '_';
    plain += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
  return plain;
}

// Letters and digits alone, in lower case: "llama31" for "Llama 3.1".
std::string Squeezed(std::string_view word) {
  std::string squeezed;
  for (char c : Plain(word)) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) squeezed += c;
  }
  return squeezed;
}

// Edits (insert, delete, replace, swap of neighbours) between two short words.
size_t Distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<size_t>> d(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::optional<std::string> NearMiss(std::string_view typed, const std::vector<std::string>& words) {
  if (typed.empty() || typed.size() > kMaxTyped) return std::nullopt;
  const std::string plain = Plain(typed);
  std::optional<std::string> best;
  size_t best_distance = plain.size() <= 4 ? 2 : 3;
  for (const std::string& word : words) {
    const size_t distance = Distance(plain, Plain(word));
    if (distance < best_distance) {
      best_distance = distance;
      best = word;
    }
  }
  return best;
}

std::vector<std::string> Likely(std::string_view typed, const std::vector<std::string>& words) {
  if (const auto near = NearMiss(typed, words); near.has_value()) return {*near};
  std::vector<std::string> likely;
  const std::string squeezed = Squeezed(typed);
  if (typed.size() > kMaxTyped || squeezed.size() < kMinPart) return likely;
  for (const std::string& word : words) {
    if (likely.size() == kMaxLikely) break;
    if (Squeezed(word).find(squeezed) == std::string::npos) continue;
    if (std::find(likely.begin(), likely.end(), word) == likely.end()) likely.push_back(word);
  }
  return likely;
}

std::string Suggestion(std::string_view typed, const std::vector<std::string>& words) {
  if (const auto near = NearMiss(typed, words); near.has_value()) return absl::StrFormat("; did you mean `%s`?", *near);
  if (words.size() <= kMaxListed && !words.empty()) return "; one of: " + absl::StrJoin(words, ", ");
  return "";
}

}  // namespace weighbridge::profile
