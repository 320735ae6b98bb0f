#include "services/clients/cpp/gate_client.h"

#include <atomic>
#include <chrono>
#include <thread>
#include <utility>

#include "absl/strings/str_format.h"
#include "grpcpp/client_context.h"
#include "proto/weighbridge/v1/audit_service.grpc.pb.h"
#include "services/auditor/inventory_upload.h"
#include "services/base/status_macros.h"
#include "services/clients/cpp/connection.h"
#include "services/report/json.h"

namespace weighbridge::clients {
namespace {

using Stream = grpc::ClientReaderWriter<v1::AuditModelRequest, v1::AuditModelResponse>;

// Cancels a call when the user interrupts: a blocking read of gRPC looks at nothing else.
class CancelWatch {
 public:
  CancelWatch(grpc::ClientContext& context, const std::atomic<bool>* cancelled) {
    if (cancelled == nullptr) return;
    thread_ = std::thread([this, &context, cancelled] {
      while (!over_) {
        if (*cancelled) return context.TryCancel();
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
      }
    });
  }
  ~CancelWatch() {
    over_ = true;
    if (thread_.joinable()) thread_.join();
  }

 private:
  std::atomic<bool> over_{false};
  std::thread thread_;
};

v1::AuditStart StartOf(const auditor::GateRequest& request) {
  const auditor::GateInputs& inputs = request.inputs;
  v1::AuditStart start;
  if (inputs.profile.has_value()) {
    start.mutable_profile()->set_name(inputs.profile->name);
    start.mutable_profile()->set_content(inputs.profile->bytes);
  }
  // Seconds are all that counts; the client's clock, so that both sides speak of one instant.
  start.set_evaluated_at(absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", inputs.evaluated_at, absl::UTCTimeZone()));
  if (inputs.mode.has_value()) start.set_mode(v1::Mode_Name(*inputs.mode));
  start.set_validate_only(!inputs.record);
  start.set_scan_only(inputs.scope == auditor::Scope::kScan);
  return start;
}

// Sends all parts; false if the server takes no more: the status of the call says why.
bool SendInventory(const auditor::Collected& collected, Stream& stream) {
  auditor::PartSink sink;
  sink.inventory = [&stream](const v1::Inventory& part) {
    v1::AuditModelRequest message;
    *message.mutable_inventory() = part;
    return stream.Write(message);
  };
  sink.document = [&stream](std::string_view sha256, std::string_view bytes, bool last) {
    v1::AuditModelRequest message;
    v1::DocumentPart& part = *message.mutable_document();
    part.set_sha256(std::string(sha256));
    part.set_content(std::string(bytes));
    part.set_last(last);
    return stream.Write(message);
  };
  if (!auditor::SplitInventory(collected, auditor::kUploadPartBytesMax, sink)) return false;
  v1::AuditModelRequest message;
  message.mutable_finish();
  return stream.Write(message);
}

absl::Status Exchange(const std::shared_ptr<grpc::Channel>& channel, const GateOptions& options,
                      const auditor::GateRequest& request, const v1::AuditStart& start,
                      const auditor::Collected* collected, std::vector<auditor::GateResponse>& responses) {
  const auto stub = v1::AuditService::NewStub(channel);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + options.timeout));
  const CancelWatch watch(context, request.collect.options.read.cancelled);
  const std::unique_ptr<Stream> stream = stub->AuditModel(&context);
  v1::AuditModelRequest first;
  *first.mutable_start() = start;
  if (stream->Write(first) && (collected == nullptr || SendInventory(*collected, *stream))) stream->WritesDone();
  v1::AuditModelResponse message;
  while (stream->Read(&message)) {
    if (message.has_progress()) {
      const auto& show = request.collect.options.read.progress;
      const v1::AuditProgress& seen = message.progress();
      if (show) show({seen.bytes_done(), seen.bytes_total(), seen.files_done(), seen.files_total()});
    } else if (message.has_result()) {
      auditor::GateResponse response;
      response.json = report::ToJson(message.result().result());
      if (response.json.empty()) return absl::InternalError("the server's result cannot be written as JSON");
      response.json += '\n';
      response.known_since = message.result().known_since();
      response.decision_id = message.result().decision_id();
      response.result = std::move(*message.mutable_result()->mutable_result());
      responses.push_back(std::move(response));
    }
  }
  return FromGrpc(stream->Finish(), options.server);
}

}  // namespace

absl::StatusOr<std::vector<auditor::GateResponse>> Gate(const std::shared_ptr<grpc::Channel>& channel,
                                                        const GateOptions& options,
                                                        const auditor::GateRequest& request) {
  if (request.inputs.policy.has_value()) {
    return absl::InvalidArgumentError("a server decides with its own policy: --policy does not go with --server");
  }
  v1::AuditStart start = StartOf(request);
  std::vector<auditor::GateResponse> responses;
  if (options.path_on_server) {
    start.set_server_path(request.collect.path);
    start.set_recursive(request.collect.recursive);
    start.set_context_path(request.collect.context);
    start.set_base(request.collect.base);
    start.set_source(request.collect.source);
    start.set_threads(request.collect.options.read.threads);
    start.set_want_progress(static_cast<bool>(request.collect.options.read.progress));
    WB_RETURN_IF_ERROR(Exchange(channel, options, request, start, nullptr, responses));
  } else {
    start.mutable_inventory();
    WB_ASSIGN_OR_RETURN(const std::vector<auditor::Collected> models, auditor::CollectModels(request.collect));
    for (const auditor::Collected& model : models) {
      const size_t before = responses.size();
      WB_RETURN_IF_ERROR(Exchange(channel, options, request, start, &model, responses));
      if (responses.size() != before + 1) return absl::InternalError("the server ended the call without a result");
    }
  }
  if (responses.empty()) return absl::InternalError("the server ended the call without a result");
  return responses;
}

}  // namespace weighbridge::clients
