// What a text holds beside its matches, and whether it lets a match stand.
#ifndef WEIGHBRIDGE_SERVICES_CLASSIFY_RESIDUE_H_
#define WEIGHBRIDGE_SERVICES_CLASSIFY_RESIDUE_H_

#include <vector>

#include "services/classify/classifier.h"
#include "services/classify/compare.h"
#include "services/classify/index_view.h"

namespace weighbridge::classify {

// Assigns every word outside the matches to framing or to residue, and marks the matches that residue blocks.
// `matches` and `classification->matches` are parallel, in any order; `classification->terms` is filled already.
//
// Framing, line by line: copyright lines; headings of at most eight words (web addresses not counted) of which none speaks
// of terms and none names a licence other than the match beside it, together at most 24 words, without prices, letters beyond
// ASCII and addresses of unknown pages. A line that holds a restrictive phrase is neither. All else is residue. It blocks the
// matches it touches when it has more than kMaxHarmlessResidueWords words, or a trigger phrase, or a word that is not harmless.
void FindResidue(const IndexView& index, const FoundText& found, const std::vector<Comparison>& matches,
                 Classification* classification);

}  // namespace weighbridge::classify

#endif  // WEIGHBRIDGE_SERVICES_CLASSIFY_RESIDUE_H_
