// The difference of two results for people: on a terminal, and as Markdown for a comment on a change.
#ifndef WEIGHBRIDGE_SERVICES_REPORT_DIFF_TEXT_H_
#define WEIGHBRIDGE_SERVICES_REPORT_DIFF_TEXT_H_

#include <cstddef>
#include <string>

#include "proto/weighbridge/v1/diff.pb.h"

namespace weighbridge::report {

// Changes shown of one subject; the rest is counted, and the JSON has them all.
inline constexpr size_t kChangesShownMax = 100;

// What happened to the decision first, then each change. Ends in a newline.
std::string RenderDiffText(const v1::DiffResult& diff, bool color);
std::string RenderDiffMarkdown(const v1::DiffResult& diff);

}  // namespace weighbridge::report

#endif  // WEIGHBRIDGE_SERVICES_REPORT_DIFF_TEXT_H_
