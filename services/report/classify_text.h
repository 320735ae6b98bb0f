// A classification for people.
#ifndef WEIGHBRIDGE_SERVICES_REPORT_CLASSIFY_TEXT_H_
#define WEIGHBRIDGE_SERVICES_REPORT_CLASSIFY_TEXT_H_

#include <string>
#include <string_view>

#include "proto/weighbridge/v1/gate.pb.h"

namespace weighbridge::report {

// At most this many edits of a match are shown; the JSON has them all.
inline constexpr int kEditsShownMax = 20;

// `text` is what was classified: lines are counted in it. Ends in a newline.
// Without `list_edits` the edits are left to RenderTextDiff (classify_diff.h).
std::string RenderClassification(const v1::ClassifyTextResult& result, std::string_view text, bool color,
                                 bool list_edits = true);

}  // namespace weighbridge::report

#endif  // WEIGHBRIDGE_SERVICES_REPORT_CLASSIFY_TEXT_H_
