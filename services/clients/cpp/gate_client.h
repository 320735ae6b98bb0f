// Gates models on a server, with the same requests and answers as auditor::RunGate().
#ifndef WEIGHBRIDGE_SERVICES_CLIENTS_CPP_GATE_CLIENT_H_
#define WEIGHBRIDGE_SERVICES_CLIENTS_CPP_GATE_CLIENT_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/channel.h"
#include "services/auditor/auditor.h"

namespace weighbridge::clients {

struct GateOptions {
  std::string server;           // for messages
  bool path_on_server = false;  // request.collect names paths there; else files are read here and an inventory is sent
  absl::Duration timeout = absl::Hours(1);
};

// The server decides with its own rules and policy: `request.inputs.policy` must be empty. `request.inputs.record`
// false asks it to record nothing. Progress and cancellation as in request.collect.options.read. Errors are those of
// the server, of auditor::CollectModels(), and Unavailable where it cannot be reached. With several models, those
// before an error may have been recorded.
absl::StatusOr<std::vector<auditor::GateResponse>> Gate(const std::shared_ptr<grpc::Channel>& channel,
                                                        const GateOptions& options,
                                                        const auditor::GateRequest& request);

}  // namespace weighbridge::clients

#endif  // WEIGHBRIDGE_SERVICES_CLIENTS_CPP_GATE_CLIENT_H_
