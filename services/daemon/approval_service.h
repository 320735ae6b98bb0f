// ApprovalService of proto/weighbridge/v1/approval_service.proto.
#ifndef WEIGHBRIDGE_SERVICES_DAEMON_APPROVAL_SERVICE_H_
#define WEIGHBRIDGE_SERVICES_DAEMON_APPROVAL_SERVICE_H_

#include "proto/weighbridge/v1/approval_service.grpc.pb.h"
#include "services/daemon/backend.h"

namespace weighbridge::daemon {

// CheckApprovals is answered by the handler itself, from memory. What is recorded goes to backend.mutations(), what
// hashes a model first to backend.audits(), reads to backend.reads().
class ApprovalService : public v1::ApprovalService::CallbackService {
 public:
  explicit ApprovalService(Backend& backend) : backend_(backend) {}

  grpc::ServerUnaryReactor* CreateApproval(grpc::CallbackServerContext* context,
                                           const v1::CreateApprovalRequest* request,
                                           v1::CreateApprovalResponse* answer) override;
  grpc::ServerUnaryReactor* GetApproval(grpc::CallbackServerContext* context, const v1::GetApprovalRequest* request,
                                        v1::ApprovalRecord* answer) override;
  grpc::ServerUnaryReactor* ListApprovals(grpc::CallbackServerContext* context, const v1::ListApprovalsRequest* request,
                                          v1::ListApprovalsResponse* answer) override;
  grpc::ServerUnaryReactor* RevokeApproval(grpc::CallbackServerContext* context,
                                           const v1::RevokeApprovalRequest* request,
                                           v1::ApprovalSummary* answer) override;
  grpc::ServerUnaryReactor* CheckApprovals(grpc::CallbackServerContext* context,
                                           const v1::CheckApprovalsRequest* request,
                                           v1::CheckApprovalsResponse* answer) override;

 private:
  Backend& backend_;
};

}  // namespace weighbridge::daemon

#endif  // WEIGHBRIDGE_SERVICES_DAEMON_APPROVAL_SERVICE_H_
