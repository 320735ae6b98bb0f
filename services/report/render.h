// The one door to all forms of a gate or scan result.
#ifndef WEIGHBRIDGE_SERVICES_REPORT_RENDER_H_
#define WEIGHBRIDGE_SERVICES_REPORT_RENDER_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/weighbridge/v1/gate.pb.h"
#include "services/report/render_options.h"

namespace weighbridge::report {

enum class Format { kText, kJson, kMarkdown, kSarif, kJunit, kHtml };

// Their names on the command line, in the order of the enum.
const std::vector<std::string>& FormatNames();
std::optional<Format> FormatOf(std::string_view name);

// One document of that form for all results, in their order; JSON is one object a line. Pure. Internal if a result
// holds what is no UTF-8 and so cannot be printed (see json.h): nothing may be shown of it. InvalidArgument without
// results.
absl::StatusOr<std::string> Render(Format format, const std::vector<v1::GateResult>& results,
                                   const RenderOptions& options);

}  // namespace weighbridge::report

#endif  // WEIGHBRIDGE_SERVICES_REPORT_RENDER_H_
