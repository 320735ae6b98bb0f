// A refusal as an absl::Status: why something is not approved, not verified or not loaded, in a form that programs can
// act on. The reason travels as a payload of the status, so that a refusal passes through code that only knows
// statuses.
//
//   if (now > expires) return Refuse(v1::RefusalReason::expired, "the approval 3f2a... expired on
//   2026-11-01T00:00:00Z");
//   ...
//   if (const std::optional<v1::Refusal> refusal = RefusalOf(status)) return refusal->reason();
#ifndef WEIGHBRIDGE_SERVICES_APPROVAL_REFUSAL_H_
#define WEIGHBRIDGE_SERVICES_APPROVAL_REFUSAL_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "proto/weighbridge/v1/approval.pb.h"

namespace weighbridge::approval {

// `message` is one sentence, printable; `path` the file at fault, printable, or empty. The status code follows from the
// exit code of the reason: 1 PERMISSION_DENIED, 4 DATA_LOSS, 3 UNAVAILABLE, 2 FAILED_PRECONDITION, 5 PERMISSION_DENIED.
absl::Status Refuse(v1::RefusalReason::Value reason, std::string_view message, std::string_view path = "");

// The refusal in a status, with its remedy; nullopt if there is none (an error of another kind, or OK).
std::optional<v1::Refusal> RefusalOf(const absl::Status& status);

// What the proto says of a reason. An unknown number is a refusal too: exit code 3.
const v1::RefusalInfo& InfoOf(v1::RefusalReason::Value reason);
int ExitCodeOf(v1::RefusalReason::Value reason);  // never 0

}  // namespace weighbridge::approval

#endif  // WEIGHBRIDGE_SERVICES_APPROVAL_REFUSAL_H_
