// LicenseService of proto/weighbridge/v1/license_service.proto.
#ifndef WEIGHBRIDGE_SERVICES_DAEMON_LICENSE_SERVICE_H_
#define WEIGHBRIDGE_SERVICES_DAEMON_LICENSE_SERVICE_H_

#include "proto/weighbridge/v1/license_service.grpc.pb.h"
#include "services/daemon/backend.h"

namespace weighbridge::daemon {

class LicenseService : public v1::LicenseService::CallbackService {
 public:
  explicit LicenseService(Backend& backend) : backend_(backend) {}

  grpc::ServerUnaryReactor* GetLicense(grpc::CallbackServerContext* context, const v1::GetLicenseRequest* request,
                                       v1::LicenseRecord* answer) override;
  grpc::ServerUnaryReactor* ListLicenses(grpc::CallbackServerContext* context, const v1::ListLicensesRequest* request,
                                         v1::ListLicensesResponse* answer) override;
  grpc::ServerUnaryReactor* ExplainName(grpc::CallbackServerContext* context, const v1::ExplainNameRequest* request,
                                        v1::ExplainResult* answer) override;

 private:
  Backend& backend_;
};

}  // namespace weighbridge::daemon

#endif  // WEIGHBRIDGE_SERVICES_DAEMON_LICENSE_SERVICE_H_
