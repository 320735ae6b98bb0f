#include "services/engine/server/remote_status.h"

#include <array>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "grpcpp/client_context.h"
#include "services/approval/refusal.h"
#include "services/base/hex.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"

namespace weighbridge::engine {

RemoteStatus::RemoteStatus(const std::shared_ptr<grpc::Channel>& channel, std::string server, absl::Duration timeout)
    : server_(std::move(server)), timeout_(timeout), stub_(v1::ApprovalService::NewStub(channel)) {}

namespace {

absl::Status Unavailable(const std::string& server, const std::string& why) {
  return approval::Refuse(v1::RefusalReason::server_unavailable,
                          absl::StrFormat("the server %s does not say how approvals stand: %s", Printable(server),
                                          Printable(why)));
}

// One call with a deadline; `method` is a member of the stub.
template <typename Stub, typename Method, typename Request, typename Response>
absl::Status Call(Stub& stub, Method method, const std::string& server, absl::Duration timeout, const Request& request,
                  Response& response) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
  const grpc::Status status = (stub.*method)(&context, request, &response);
  return status.ok() ? absl::OkStatus() : Unavailable(server, status.error_message());
}

}  // namespace

absl::StatusOr<ApprovalStatus> RemoteStatus::StatusOf(std::string_view approval_id) {
  std::array<uint8_t, 32> id;
  if (!HexDecode(approval_id, id.data(), id.size())) return Unavailable(server_, "it was asked for no approval id");
  v1::CheckApprovalsRequest request;
  request.add_questions()->set_digest(std::string(id.begin(), id.end()));
  v1::CheckApprovalsResponse response;
  WB_RETURN_IF_ERROR(
      Call(*stub_, &v1::ApprovalService::Stub::CheckApprovals, server_, timeout_, request, response));
  if (response.answers_size() != 1 || response.checked_at() <= 0)
    return Unavailable(server_, "its answer is none to one question");
  ApprovalStatus status;
  // Whatever else it finds (no scope was stated) is for the gate to judge, which has the envelope.
  status.revoked = response.answers(0).reason() == v1::RefusalReason::revoked;
  status.as_of = absl::FromUnixSeconds(response.checked_at());
  return status;
}

absl::StatusOr<std::vector<std::string>> RemoteStatus::EnvelopesFor(std::string_view digest) {
  v1::ListApprovalsRequest request;
  request.set_digest(std::string(digest));
  request.set_page_size(kEnvelopesMax);
  v1::ListApprovalsResponse listed;
  WB_RETURN_IF_ERROR(Call(*stub_, &v1::ApprovalService::Stub::ListApprovals, server_, timeout_, request, listed));
  std::vector<std::string> envelopes;
  for (const v1::ApprovalSummary& summary : listed.approvals()) {
    if (static_cast<int>(envelopes.size()) == kEnvelopesMax) break;
    v1::GetApprovalRequest get;
    get.set_approval_id(summary.approval_id());
    v1::ApprovalRecord record;
    WB_RETURN_IF_ERROR(Call(*stub_, &v1::ApprovalService::Stub::GetApproval, server_, timeout_, get, record));
    envelopes.push_back(std::move(*record.mutable_envelope()));
  }
  return envelopes;
}

}  // namespace weighbridge::engine
