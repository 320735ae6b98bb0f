// AuditService of proto/weighbridge/v1/audit_service.proto.
#ifndef WEIGHBRIDGE_SERVICES_DAEMON_AUDIT_SERVICE_H_
#define WEIGHBRIDGE_SERVICES_DAEMON_AUDIT_SERVICE_H_

#include "proto/weighbridge/v1/audit_service.grpc.pb.h"
#include "services/daemon/backend.h"

namespace weighbridge::daemon {

// Handlers run on gRPC's threads and never wait: audits run in backend.audits(), reads in backend.reads().
class AuditService : public v1::AuditService::CallbackService {
 public:
  explicit AuditService(Backend& backend) : backend_(backend) {}

  grpc::ServerBidiReactor<v1::AuditModelRequest, v1::AuditModelResponse>* AuditModel(
      grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* GetAudit(grpc::CallbackServerContext* context, const v1::GetAuditRequest* request,
                                     v1::Audit* answer) override;
  grpc::ServerUnaryReactor* ListAudits(grpc::CallbackServerContext* context, const v1::ListAuditsRequest* request,
                                       v1::ListAuditsResponse* answer) override;
  grpc::ServerUnaryReactor* EvaluateAudit(grpc::CallbackServerContext* context, const v1::EvaluateAuditRequest* request,
                                          v1::EvaluateAuditResponse* answer) override;
  grpc::ServerUnaryReactor* ClassifyText(grpc::CallbackServerContext* context, const v1::ClassifyTextRequest* request,
                                         v1::ClassifyTextResult* answer) override;

 private:
  Backend& backend_;
};

}  // namespace weighbridge::daemon

#endif  // WEIGHBRIDGE_SERVICES_DAEMON_AUDIT_SERVICE_H_
