// ModelService of proto/weighbridge/v1/model_service.proto.
#ifndef WEIGHBRIDGE_SERVICES_DAEMON_MODEL_SERVICE_H_
#define WEIGHBRIDGE_SERVICES_DAEMON_MODEL_SERVICE_H_

#include "proto/weighbridge/v1/model_service.grpc.pb.h"
#include "services/daemon/backend.h"

namespace weighbridge::daemon {

// Handlers never wait: what the cache of look-ups does not know is read by a thread of backend.reads().
class ModelService : public v1::ModelService::CallbackService {
 public:
  explicit ModelService(Backend& backend) : backend_(backend) {}

  grpc::ServerUnaryReactor* LookupDigests(grpc::CallbackServerContext* context, const v1::LookupDigestsRequest* request,
                                          v1::LookupDigestsResponse* answer) override;
  grpc::ServerUnaryReactor* GetModel(grpc::CallbackServerContext* context, const v1::GetModelRequest* request,
                                     v1::Model* answer) override;
  grpc::ServerUnaryReactor* ListModels(grpc::CallbackServerContext* context, const v1::ListModelsRequest* request,
                                       v1::ListModelsResponse* answer) override;

 private:
  Backend& backend_;
};

}  // namespace weighbridge::daemon

#endif  // WEIGHBRIDGE_SERVICES_DAEMON_MODEL_SERVICE_H_
