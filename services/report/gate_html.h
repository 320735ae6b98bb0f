// Results as one self-contained HTML page: for counsel, and for the record.
#ifndef WEIGHBRIDGE_SERVICES_REPORT_GATE_HTML_H_
#define WEIGHBRIDGE_SERVICES_REPORT_GATE_HTML_H_

#include <cstddef>
#include <string>
#include <vector>

#include "proto/weighbridge/v1/gate.pb.h"
#include "services/report/render_options.h"

namespace weighbridge::report {

// Rows of one table or list of one model; what is left out is counted under it. Findings against an approval come first
// and are never left out.
inline constexpr size_t kHtmlRowsMax = 1000;

// Verdict, why, licences, terms, duties, conflicts and notes, lineage, facts, files, what was not checked, record. No
// script, no resource from elsewhere; a content security policy forbids both. Several models: a table of verdicts
// first, then one after the other. Ends in a newline.
std::string RenderGateHtml(const std::vector<v1::GateResult>& results, const RenderOptions& options);

}  // namespace weighbridge::report

#endif  // WEIGHBRIDGE_SERVICES_REPORT_GATE_HTML_H_
