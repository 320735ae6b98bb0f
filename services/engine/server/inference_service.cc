#include "services/engine/server/inference_service.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_format.h"
#include "proto/weighbridge/v1/error.pb.h"
#include "services/approval/refusal.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/crypto/signing.h"

namespace weighbridge::engine {
namespace {

// How often cancellations, deadlines and leases are looked at.
constexpr std::chrono::milliseconds kWatchEvery{20};
constexpr size_t kMessageBytesMax = 2048;

v1::SessionConditions ConditionsOf(const v1::ApprovalDetails& details) {
  v1::SessionConditions conditions;
  *conditions.mutable_conditions() = details.conditions();
  if (details.scope().has_user_ceiling()) *conditions.mutable_user_ceiling() = details.scope().user_ceiling();
  return conditions;
}

absl::Status Stopping() { return absl::UnavailableError("the engine stops"); }

}  // namespace

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  v1::RpcStatus rpc;
  rpc.set_code(static_cast<int>(status.code()));
  rpc.set_message(
      Printable(std::string_view(status.message().data(), std::min(status.message().size(), kMessageBytesMax))));
  if (const std::optional<v1::Refusal> refusal = approval::RefusalOf(status)) rpc.add_details()->PackFrom(*refusal);
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), rpc.message(), rpc.SerializeAsString());
}

// Registers a call with the watcher for its life.
class InferenceService::Watched {
 public:
  Watched(InferenceService& service, Running& running) : service_(service), running_(running) {
    const std::lock_guard<std::mutex> lock(service_.mutex_);
    if (service_.stopped_) {
      running_.why = Stopping();
      running_.cancelled = true;
    }
    service_.running_.insert(&running_);
  }
  ~Watched() {
    const std::lock_guard<std::mutex> lock(service_.mutex_);
    service_.running_.erase(&running_);
  }

 private:
  InferenceService& service_;
  Running& running_;
};

InferenceService::InferenceService(ModelGate* gate, absl::StatusOr<Runtime*> runtime, ServiceOptions options)
    : gate_(gate), runtime_(std::move(runtime)), options_(options), watcher_([this] { Watch(); }) {}

InferenceService::~InferenceService() {
  Stop();
  watcher_.join();
}

void InferenceService::Stop() {
  const std::lock_guard<std::mutex> lock(mutex_);
  stopped_ = true;
  for (Running* running : running_) {
    if (running->cancelled) continue;
    running->why = Stopping();
    running->cancelled = true;
  }
  changed_.notify_all();
}

// One thread for all calls: who went away, whose model was unloaded, whose approval no longer holds.
void InferenceService::Watch() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!stopped_) {
    changed_.wait_for(lock, kWatchEvery);
    // Asking may take as long as a database takes: without the lock, once for each approval that is in use.
    std::map<std::string, absl::Time> in_use;
    for (const Running* running : running_) {
      if (running->model != nullptr) in_use[running->model->shown.approval_id()] = running->model->expires;
    }
    std::map<std::string, absl::Status> answers;
    lock.unlock();
    for (const auto& [approval_id, expires] : in_use) answers[approval_id] = gate_->CheckAgain(approval_id, expires);
    lock.lock();
    for (Running* running : running_) {
      if (running->cancelled) continue;
      absl::Status why;
      if (running->context->IsCancelled()) {
        why = absl::CancelledError("the caller went away, or its deadline passed");
      } else if (running->model != nullptr && running->model->unloaded) {
        why = absl::CancelledError("the model was unloaded");
      } else if (running->model != nullptr) {
        // One that began meanwhile asked for itself.
        const auto answer = answers.find(running->model->shown.approval_id());
        if (answer != answers.end()) why = answer->second;
      }
      if (why.ok()) continue;
      running->why = why;
      running->cancelled = true;
      changed_.notify_all();
    }
  }
}

absl::StatusOr<std::shared_ptr<InferenceService::Loaded>> InferenceService::Find(const std::string& handle) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (stopped_) return Stopping();
  const auto found = models_.find(handle);
  if (found == models_.end())
    return absl::NotFoundError(absl::StrFormat("no model is loaded as %s", Printable(handle)));
  return found->second;
}

absl::Status InferenceService::Load(const v1::LoadModelRequest& request, const std::atomic<bool>& cancelled,
                                    v1::LoadedModel& answer) {
  // The engine's own folder is nothing that a caller knows.
  if (request.path().empty() || request.path().front() != '/')
    return absl::InvalidArgumentError("path: not an absolute path");
  for (const std::string& path : request.adapter_paths()) {
    if (path.empty() || path.front() != '/') return absl::InvalidArgumentError("adapter_paths: not an absolute path");
  }
  const std::lock_guard<std::mutex> one(load_mutex_);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (models_.size() >= kModelsMax)
      return absl::ResourceExhaustedError(absl::StrFormat("%d models are loaded: unload one", kModelsMax));
  }
  AdmitRequest admit;
  admit.path = request.path();
  admit.adapters = {request.adapter_paths().begin(), request.adapter_paths().end()};
  admit.file = request.file();
  admit.envelope = request.approval();
  admit.stated.use = request.use();
  admit.stated.environment = request.environment();
  admit.stated.region = request.region();
  admit.cancelled = &cancelled;
  if (!runtime_.ok()) return runtime_.status();
  WB_ASSIGN_OR_RETURN(ApprovedModel approved, gate_->Admit(admit));

  auto loaded = std::make_shared<Loaded>();
  v1::LoadedModel& shown = loaded->shown;
  shown.set_model_digest(approved.model_digest());
  shown.set_weights_digest(approved.weights_digest());
  shown.set_approval_id(approved.approval_id());
  shown.set_expires(absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", approved.expires(), absl::UTCTimeZone()));
  shown.set_trust(approved.trust());
  shown.set_use(approved.use());
  shown.set_use_stated(approved.use_stated());
  *shown.mutable_conditions() = ConditionsOf(approved.details());
  uint64_t bytes = 0;
  for (const SealedFile& file : approved.weights()) bytes += file.size;
  shown.set_weights_bytes(bytes);
  loaded->expires = approved.expires();
  LoadOptions load;
  load.context_tokens = request.context_tokens();
  load.threads = options_.threads;
  WB_ASSIGN_OR_RETURN(loaded->model, (*runtime_)->Load(std::move(approved), load));
  shown.set_context_tokens(loaded->model->context_tokens());
  shown.set_description(loaded->model->Description());
  const std::lock_guard<std::mutex> lock(mutex_);
  if (stopped_) return Stopping();
  shown.set_handle(absl::StrFormat("model-%d", next_handle_++));
  answer = shown;
  models_[shown.handle()] = std::move(loaded);
  return absl::OkStatus();
}

grpc::Status InferenceService::LoadModel(grpc::ServerContext* context, const v1::LoadModelRequest* request,
                                         v1::LoadedModel* answer) {
  Running running{context, nullptr};
  const Watched watched(*this, running);
  absl::Status status = Load(*request, running.cancelled, *answer);
  return ToGrpcStatus(absl::IsCancelled(status) && running.cancelled ? running.why : status);
}

grpc::Status InferenceService::UnloadModel(grpc::ServerContext*, const v1::UnloadModelRequest* request,
                                           v1::UnloadModelResponse*) {
  const absl::StatusOr<std::shared_ptr<Loaded>> model = Find(request->handle());
  if (!model.ok()) return ToGrpcStatus(model.status());
  (*model)->unloaded = true;
  const std::lock_guard<std::mutex> lock(mutex_);
  models_.erase(request->handle());
  changed_.notify_all();
  return grpc::Status::OK;
}

grpc::Status InferenceService::ListLoadedModels(grpc::ServerContext*, const v1::ListLoadedModelsRequest*,
                                                v1::ListLoadedModelsResponse* answer) {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const auto& [handle, model] : models_) *answer->add_models() = model->shown;
  return grpc::Status::OK;
}

grpc::Status InferenceService::Tokenize(grpc::ServerContext*, const v1::TokenizeRequest* request,
                                        v1::TokenizeResponse* answer) {
  const auto work = [&]() -> absl::Status {
    WB_ASSIGN_OR_RETURN(const std::shared_ptr<Loaded> model, Find(request->handle()));
    if (request->text().size() > kTextBytesMax)
      return absl::InvalidArgumentError(absl::StrFormat("text: more than %d bytes", kTextBytesMax));
    WB_RETURN_IF_ERROR(gate_->CheckAgain(model->shown.approval_id(), model->expires));
    WB_ASSIGN_OR_RETURN(const std::vector<int32_t> tokens,
                        model->model->Tokenize(request->text(), request->add_special()));
    for (const int32_t token : tokens) answer->add_tokens(token);
    return absl::OkStatus();
  };
  return ToGrpcStatus(work());
}

absl::Status InferenceService::TakeTurn(Running& running) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (generating_ >= kGenerationsMax && waiting_ >= kGenerationsWaiting) {
    return absl::ResourceExhaustedError("as many generations run and wait as may: try again later");
  }
  ++waiting_;
  changed_.wait(lock, [&] { return generating_ < kGenerationsMax || running.cancelled; });
  --waiting_;
  if (running.cancelled) return running.why;
  ++generating_;
  return absl::OkStatus();
}

void InferenceService::GiveTurn() {
  const std::lock_guard<std::mutex> lock(mutex_);
  --generating_;
  changed_.notify_all();
}

absl::Status InferenceService::Run(const v1::GenerateRequest& request, Running& running,
                                   grpc::ServerWriter<v1::GenerateResponse>& writer) {
  Loaded& loaded = *running.model;
  std::string prompt = request.prompt();
  if (request.turns_size() > 0) {
    if (!prompt.empty()) return absl::InvalidArgumentError("prompt: give a prompt or turns, not both");
    if (request.turns_size() > static_cast<int>(kTurnsMax))
      return absl::InvalidArgumentError(absl::StrFormat("turns: more than %d", kTurnsMax));
    std::vector<ChatTurn> turns;
    for (const v1::ChatTurn& turn : request.turns()) turns.push_back({turn.role(), turn.text()});
    WB_ASSIGN_OR_RETURN(prompt, loaded.model->ApplyChatTemplate(turns));
  }
  if (prompt.size() > kTextBytesMax)
    return absl::InvalidArgumentError(absl::StrFormat("prompt: more than %d bytes", kTextBytesMax));
  GenerateOptions options;
  options.tokens_max = request.tokens_max() == 0 ? kTokensUsual : request.tokens_max();
  if (options.tokens_max > kTokensMax)
    return absl::InvalidArgumentError(absl::StrFormat("tokens_max: more than %d", kTokensMax));
  const v1::Sampling& asked = request.sampling();
  if (!(asked.temperature() >= 0 && asked.temperature() <= 100))
    return absl::InvalidArgumentError("sampling.temperature: not from 0 to 100");
  if (!(asked.top_p() >= 0 && asked.top_p() <= 1)) return absl::InvalidArgumentError("sampling.top_p: not from 0 to 1");
  if (!(asked.min_p() >= 0 && asked.min_p() <= 1)) return absl::InvalidArgumentError("sampling.min_p: not from 0 to 1");
  if (!(asked.repeat_penalty() >= 0 && asked.repeat_penalty() <= 10))
    return absl::InvalidArgumentError("sampling.repeat_penalty: not from 0 to 10");
  uint32_t seed = asked.seed();
  if (!asked.has_seed()) {
    for (const char byte : RandomBytes(4)) seed = seed << 8 | static_cast<uint8_t>(byte);
  }
  options.sampling = {asked.temperature(), asked.top_k(), asked.top_p(), asked.min_p(), asked.repeat_penalty(), seed};
  options.cancelled = &running.cancelled;
  WB_ASSIGN_OR_RETURN(options.prompt, loaded.model->Tokenize(prompt, /*add_special=*/true));

  v1::GenerateResponse first;
  v1::GenerateSession& session = *first.mutable_session();
  session.set_approval_id(loaded.shown.approval_id());
  session.set_prompt_tokens(static_cast<uint32_t>(options.prompt.size()));
  session.set_seed(seed);
  *session.mutable_conditions() = loaded.shown.conditions();
  if (!writer.Write(first)) return absl::CancelledError("the caller went away");
  uint32_t made = 0;
  const absl::StatusOr<GenerateEnd> end = loaded.model->Generate(options, [&](int32_t token, std::string_view text) {
    ++made;
    v1::GenerateResponse part;
    part.mutable_text()->set_token(token);
    part.mutable_text()->set_text(IsValidUtf8(text) ? std::string(text) : Printable(text));
    return writer.Write(part);
  });
  if (running.cancelled) return running.why;
  if (!end.ok()) return end.status();
  v1::GenerateResponse last;
  v1::GenerateEnd& why = *last.mutable_end();
  why.set_tokens(made);
  switch (*end) {
    case GenerateEnd::kEndOfText:
      why.set_why("end_of_text");
      break;
    case GenerateEnd::kTokensMax:
      why.set_why("tokens_max");
      break;
    case GenerateEnd::kContextFull:
      why.set_why("context_full");
      break;
    case GenerateEnd::kStopped:
      return absl::CancelledError("the caller went away");
  }
  writer.Write(last);
  return absl::OkStatus();
}

grpc::Status InferenceService::Generate(grpc::ServerContext* context, const v1::GenerateRequest* request,
                                        grpc::ServerWriter<v1::GenerateResponse>* writer) {
  const absl::StatusOr<std::shared_ptr<Loaded>> model = Find(request->handle());
  if (!model.ok()) return ToGrpcStatus(model.status());
  const absl::Status holds = gate_->CheckAgain((*model)->shown.approval_id(), (*model)->expires);
  if (!holds.ok()) return ToGrpcStatus(holds);
  Running running{context, *model};
  const Watched watched(*this, running);
  const absl::Status turn = TakeTurn(running);
  if (!turn.ok()) return ToGrpcStatus(turn);
  const absl::Status status = Run(*request, running, *writer);
  GiveTurn();
  return ToGrpcStatus(status);
}

}  // namespace weighbridge::engine
