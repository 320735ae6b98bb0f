// The one place where an absl::Status becomes a gRPC status.
#ifndef WEIGHBRIDGE_SERVICES_DAEMON_STATUS_BRIDGE_H_
#define WEIGHBRIDGE_SERVICES_DAEMON_STATUS_BRIDGE_H_

#include <string_view>

#include "absl/status/status.h"
#include "grpcpp/support/status.h"
#include "proto/weighbridge/v1/error.pb.h"

namespace weighbridge::daemon {

// `status` with a reason, and the field of the request that is at fault, for ToGrpc(). An OK status stays as it is.
absl::Status Because(absl::Status status, v1::ErrorReason::Value reason, std::string_view field = {});

// "field: reason" as the checks of auditor/inventory_check write it: the words before the first ": " become the field.
absl::Status BecauseOfField(absl::Status status);

// True for a status with the reason SERVER_BUSY.
bool IsBusy(const absl::Status& status);

// Codes are the same numbers in both. Without Because() the reason follows from the code. The message is made valid
// UTF-8 and cut so that all fits into the 8 KiB of headers that a client takes: at 2.75 KiB, less if it is not ASCII.
grpc::Status ToGrpc(const absl::Status& status, std::string_view request_id);

}  // namespace weighbridge::daemon

#endif  // WEIGHBRIDGE_SERVICES_DAEMON_STATUS_BRIDGE_H_
