// ServerService of proto/weighbridge/v1/server_service.proto.
#ifndef WEIGHBRIDGE_SERVICES_DAEMON_SERVER_SERVICE_H_
#define WEIGHBRIDGE_SERVICES_DAEMON_SERVER_SERVICE_H_

#include "proto/weighbridge/v1/server_service.grpc.pb.h"
#include "services/daemon/backend.h"

namespace weighbridge::daemon {

class ServerService : public v1::ServerService::CallbackService {
 public:
  explicit ServerService(Backend& backend) : backend_(backend) {}

  grpc::ServerUnaryReactor* GetServerInfo(grpc::CallbackServerContext* context, const v1::GetServerInfoRequest* request,
                                          v1::ServerInfo* answer) override;
  grpc::ServerUnaryReactor* ReloadConfiguration(grpc::CallbackServerContext* context,
                                                const v1::ReloadConfigurationRequest* request,
                                                v1::ServerInfo* answer) override;

 private:
  Backend& backend_;
};

}  // namespace weighbridge::daemon

#endif  // WEIGHBRIDGE_SERVICES_DAEMON_SERVER_SERVICE_H_
