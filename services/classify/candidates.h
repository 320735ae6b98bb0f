// Which official texts a text may contain, and where: shingles vote, shared runs grow from them, runs are chained in order.
#ifndef WEIGHBRIDGE_SERVICES_CLASSIFY_CANDIDATES_H_
#define WEIGHBRIDGE_SERVICES_CLASSIFY_CANDIDATES_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "services/classify/index_view.h"

namespace weighbridge::classify {

// `size` words that are equal from word `official` of the official text and word `found` of the found one.
struct Run {
  uint32_t official, found, size;
};

// One occurrence of one official text.
struct Chain {
  uint32_t text;            // index into IndexView::texts()
  uint32_t matched;         // words in its runs
  std::vector<Run> runs;    // ascending and disjoint in both texts; not empty
  uint32_t begin() const { return runs.front().found; }
  uint32_t end() const { return runs.back().found + runs.back().size; }
};

// More votes than this in one text: it is too repetitive to be compared completely.
inline constexpr size_t kMaxVotes = 3'000'000;

// Chains with a substantial part of their text, the largest first. `found` are the word hashes. Sets *incomplete if the text
// has too many votes; the commonest shingles are then left out.
std::vector<Chain> FindCandidates(const IndexView& index, absl::Span<const uint32_t> found, bool* incomplete);

}  // namespace weighbridge::classify

#endif  // WEIGHBRIDGE_SERVICES_CLASSIFY_CANDIDATES_H_
