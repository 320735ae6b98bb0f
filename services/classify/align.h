// Alignment of two short runs of words: the gaps between shared runs, and the ends.
#ifndef WEIGHBRIDGE_SERVICES_CLASSIFY_ALIGN_H_
#define WEIGHBRIDGE_SERVICES_CLASSIFY_ALIGN_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/types/span.h"

namespace weighbridge::classify {

// Pairs (index into `official`, index into `found`) of equal words, both ascending.
using WordPairs = std::vector<std::pair<uint32_t, uint32_t>>;

// Beyond this many differing words a gap is not aligned: it is then replaced as a whole.
inline constexpr uint32_t kMaxGapEdits = 160;

// Steps of work all alignments of one classification may take together (about 0.2 s). Gaps beyond are replaced as a whole,
// which can only make a verdict worse.
inline constexpr int64_t kAlignmentBudget = 100'000'000;

// Shortest edit script (Myers 1986, greedy forward variant) between two runs whose both ends are fixed by matching neighbours.
// Returns no pairs if more than kMaxGapEdits words differ or the budget is spent; subtracts its steps from *budget.
WordPairs AlignGap(absl::Span<const uint32_t> official, absl::Span<const uint32_t> found, int64_t* budget);

// Aligns outward from a matching neighbour that stands before index 0 of both runs; the far ends are open. Stops where going on
// costs more than it gains, so that words far away are not taken for the text's own.
WordPairs AlignOutward(absl::Span<const uint32_t> official, absl::Span<const uint32_t> found, int64_t* budget);

}  // namespace weighbridge::classify

#endif  // WEIGHBRIDGE_SERVICES_CLASSIFY_ALIGN_H_
