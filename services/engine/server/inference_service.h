// InferenceService of proto/weighbridge/v1/inference_service.proto, over a gate and a runtime.
#ifndef WEIGHBRIDGE_SERVICES_ENGINE_SERVER_INFERENCE_SERVICE_H_
#define WEIGHBRIDGE_SERVICES_ENGINE_SERVER_INFERENCE_SERVICE_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proto/weighbridge/v1/inference_service.grpc.pb.h"
#include "services/engine/gate/gate.h"
#include "services/engine/runtime.h"

namespace weighbridge::engine {

// Named limits.
inline constexpr size_t kModelsMax = 8;
inline constexpr int kGenerationsMax = 4;  // that run at once
inline constexpr int kGenerationsWaiting = 32;
inline constexpr uint32_t kTokensUsual = 128;
inline constexpr uint32_t kTokensMax = 65536;
inline constexpr size_t kTextBytesMax = size_t{1} << 20;
inline constexpr size_t kTurnsMax = 1000;

struct ServiceOptions {
  int threads = 0;  // of one generation; 0: one for each core
};

// Synchronous handlers: each call has a thread of gRPC's, whose number the server limits (ADR
// 2026-11-26-engine-is-synchronous). Thread-safe.
class InferenceService final : public v1::InferenceService::Service {
 public:
  // Neither is owned. `runtime` may be a refusal: then every load is refused with it.
  InferenceService(ModelGate* gate, absl::StatusOr<Runtime*> runtime, ServiceOptions options);
  ~InferenceService() override;

  grpc::Status LoadModel(grpc::ServerContext* context, const v1::LoadModelRequest* request,
                         v1::LoadedModel* answer) override;
  grpc::Status UnloadModel(grpc::ServerContext* context, const v1::UnloadModelRequest* request,
                           v1::UnloadModelResponse* answer) override;
  grpc::Status ListLoadedModels(grpc::ServerContext* context, const v1::ListLoadedModelsRequest* request,
                                v1::ListLoadedModelsResponse* answer) override;
  grpc::Status Tokenize(grpc::ServerContext* context, const v1::TokenizeRequest* request,
                        v1::TokenizeResponse* answer) override;
  grpc::Status Generate(grpc::ServerContext* context, const v1::GenerateRequest* request,
                        grpc::ServerWriter<v1::GenerateResponse>* writer) override;

  // Ends what runs, and refuses what is new.
  void Stop();

 private:
  struct Loaded {
    v1::LoadedModel shown;
    absl::Time expires;
    std::unique_ptr<Model> model;
    std::atomic<bool> unloaded{false};
  };
  // One call that may take long: its cancellation becomes a flag that the runtime looks at.
  struct Running {
    grpc::ServerContext* context;
    std::shared_ptr<Loaded> model;  // null while a model is loaded
    std::atomic<bool> cancelled{false};
    absl::Status why = absl::OkStatus();  // set before `cancelled`
  };
  class Watched;

  absl::StatusOr<std::shared_ptr<Loaded>> Find(const std::string& handle);
  absl::Status Load(const v1::LoadModelRequest& request, const std::atomic<bool>& cancelled, v1::LoadedModel& answer);
  absl::Status Run(const v1::GenerateRequest& request, Running& running,
                   grpc::ServerWriter<v1::GenerateResponse>& writer);
  absl::Status TakeTurn(Running& running);
  void GiveTurn();
  void Watch();

  ModelGate* const gate_;
  const absl::StatusOr<Runtime*> runtime_;
  const ServiceOptions options_;
  std::mutex load_mutex_;  // one load at a time
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, std::shared_ptr<Loaded>> models_;
  std::set<Running*> running_;
  int generating_ = 0, waiting_ = 0;
  uint64_t next_handle_ = 1;
  bool stopped_ = false;
  std::thread watcher_;
};

// A refusal or error as a gRPC status, with the Refusal in its details.
grpc::Status ToGrpcStatus(const absl::Status& status);

}  // namespace weighbridge::engine

#endif  // WEIGHBRIDGE_SERVICES_ENGINE_SERVER_INFERENCE_SERVICE_H_
