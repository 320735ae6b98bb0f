// The state of approvals from a Weighbridge server.
#ifndef WEIGHBRIDGE_SERVICES_ENGINE_SERVER_REMOTE_STATUS_H_
#define WEIGHBRIDGE_SERVICES_ENGINE_SERVER_REMOTE_STATUS_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/channel.h"
#include "proto/weighbridge/v1/approval_service.grpc.pb.h"
#include "services/engine/gate/status_source.h"

namespace weighbridge::engine {

// How long one call may take.
inline constexpr absl::Duration kStatusTimeout = absl::Seconds(5);
// Approvals of one digest whose envelopes are fetched, newest first.
inline constexpr int kEnvelopesMax = 64;

// Thread-safe. Asks anew each time; the gate's lease says how often. A server that does not answer in time, or not as it
// must, is server_unavailable. What it says is believed in one direction only: it can take an approval back, and it can
// offer envelopes, whose signatures the gate verifies itself.
class RemoteStatus final : public StatusSource {
 public:
  // `server` is for messages.
  RemoteStatus(const std::shared_ptr<grpc::Channel>& channel, std::string server,
               absl::Duration timeout = kStatusTimeout);
  absl::StatusOr<ApprovalStatus> StatusOf(std::string_view approval_id) override;
  absl::StatusOr<std::vector<std::string>> EnvelopesFor(std::string_view digest) override;

 private:
  const std::string server_;
  const absl::Duration timeout_;
  const std::unique_ptr<v1::ApprovalService::Stub> stub_;
};

}  // namespace weighbridge::engine

#endif  // WEIGHBRIDGE_SERVICES_ENGINE_SERVER_REMOTE_STATUS_H_
