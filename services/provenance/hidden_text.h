// Characters and words that a reader does not see, or sees otherwise than they are, where it matters: in licence texts,
// and in those passages of other documents that name or state a licence. Emoji and the orthography of other scripts are
// none.
#ifndef WEIGHBRIDGE_SERVICES_PROVENANCE_HIDDEN_TEXT_H_
#define WEIGHBRIDGE_SERVICES_PROVENANCE_HIDDEN_TEXT_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "services/classify/classifier.h"

namespace weighbridge::provenance {

struct HiddenText {
  std::string_view what;  // "an invisible character", "a hidden comment"
  uint64_t begin = 0, end = 0;
};

// In order. `terms` says that the whole text is terms; otherwise a passage is: a value of a licence key of a front
// matter, what a match covers, and a paragraph that speaks of a licence or stands below a heading that does.
std::vector<HiddenText> FindHiddenText(std::string_view text, const classify::Classification& found, bool terms);

}  // namespace weighbridge::provenance

#endif  // WEIGHBRIDGE_SERVICES_PROVENANCE_HIDDEN_TEXT_H_
