// Results as SARIF 2.1.0 (OASIS), which code hosts show beside the lines of a change.
#ifndef WEIGHBRIDGE_SERVICES_REPORT_SARIF_H_
#define WEIGHBRIDGE_SERVICES_REPORT_SARIF_H_

#include <cstddef>
#include <string>
#include <vector>

#include "proto/weighbridge/v1/gate.pb.h"
#include "services/report/render_options.h"

namespace weighbridge::report {

// What a large code host takes. Where something is left out, a notification of the run says how much; the worst stands
// first.
inline constexpr size_t kSarifResultsMax = 25000;
inline constexpr size_t kSarifLocationsMax = 1000;  // of one result
// The host's limit is for the compressed file; ours is for the text itself, so that it holds however it is compressed.
inline constexpr size_t kSarifBytesMax = size_t{10} << 20;
inline constexpr size_t kSarifNotificationsMax = 1000;
inline constexpr size_t kSarifNotificationBytesMax = size_t{1} << 20;  // of all their texts
inline constexpr size_t kSarifOriginsMax = 100;                        // repositories under versionControlProvenance
inline constexpr size_t kSarifModelsMax = 1000;  // in the list of models under the run's properties

// One log with one run for all models. Each finding is a result: VIOLATED and UNDECIDED are errors, NEEDS_REVIEW is a
// warning, SATISFIED and INFO are results of kind pass and informational. Each open duty is a note of a rule of its own
// ("duty.license_copy"), the prohibited uses of a licence together are one. A finding that a waiver covers is
// suppressed. The mode of the run changes no level. Fingerprints hold model digest, rule, licence, clause and path,
// never a line. Ends in a newline. Every text goes through Shown(), and no text of a model can be taken for a link.
std::string RenderSarif(const std::vector<v1::GateResult>& results, const RenderOptions& options);

}  // namespace weighbridge::report

#endif  // WEIGHBRIDGE_SERVICES_REPORT_SARIF_H_
