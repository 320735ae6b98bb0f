// What stands behind the row of an approval, and how it stands at an instant.
#ifndef WEIGHBRIDGE_SERVICES_AUDITOR_STANDING_H_
#define WEIGHBRIDGE_SERVICES_AUDITOR_STANDING_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "db/store/store.h"
#include "proto/weighbridge/v1/approval.pb.h"
#include "services/approval/trust.h"

namespace weighbridge::auditor {

struct Standing {
  v1::ApprovalSummary summary;
  v1::ApprovalDetails details;
  std::string envelope;
};

// Reads statement and envelope and verifies the envelope anew, so that the table alone decides nothing. DATA_LOSS if
// row, statement and envelope are not of one approval; errors of the store.
absl::StatusOr<Standing> Describe(const db::ApprovalRow& row, absl::Time now, const approval::TrustedKeys& trusted,
                                  db::Store& store);

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_STANDING_H_
