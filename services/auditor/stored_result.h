// Results that were recorded, and results that were printed: read back as messages.
#ifndef WEIGHBRIDGE_SERVICES_AUDITOR_STORED_RESULT_H_
#define WEIGHBRIDGE_SERVICES_AUDITOR_STORED_RESULT_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "db/store/store.h"
#include "proto/weighbridge/v1/gate.pb.h"

namespace weighbridge::auditor {

struct StoredResult {
  v1::GateResult result;
  std::string audit_id;
  std::string decision_id;
};

// The result of a decision; of an audit that of its newest decision. `id` may be a prefix of at least 8 digits.
// NotFound for an unknown id, InvalidArgument for an ambiguous one, FailedPrecondition for an audit without a decision
// (a scan), DataLoss if stored bytes do not match their digest or are no result.
absl::StatusOr<StoredResult> FindResult(std::string_view id, db::Store& store);

// One line of --format json of `gate` or `scan`. InvalidArgument with what is wrong for anything else: several results,
// other messages, fields or a schema version that this program does not know.
absl::StatusOr<v1::GateResult> ParseResult(std::string_view json);

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_STORED_RESULT_H_
