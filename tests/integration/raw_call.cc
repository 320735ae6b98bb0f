#include "tests/integration/raw_call.h"

#include <chrono>

#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/completion_queue.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/channel_arguments.h"

namespace weighbridge::integration {
namespace {

grpc::ByteBuffer ToBuffer(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

std::string ToBytes(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Dump(&slices).ok()) return bytes;
  for (const grpc::Slice& slice : slices) bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return bytes;
}

// Waits for the one operation that runs.
bool Done(grpc::CompletionQueue& queue) {
  void* tag = nullptr;
  bool ok = false;
  return queue.Next(&tag, &ok) && ok;
}

void ReadDetail(const grpc::Status& status, RawAnswer& answer) {
  v1::RpcStatus rpc;
  if (status.error_details().empty() || !rpc.ParseFromString(status.error_details())) return;
  if (rpc.code() != static_cast<int>(status.error_code()) || rpc.message() != status.error_message()) return;
  if (rpc.details_size() == 1) rpc.details(0).UnpackTo(&answer.refusal);
  if (rpc.details_size() != 1 || rpc.details(0).type_url() != "type.googleapis.com/weighbridge.v1.ErrorDetail") return;
  answer.has_detail = answer.detail.ParseFromString(rpc.details(0).value());
}

}  // namespace

struct RawCaller::Connection {
  std::shared_ptr<grpc::Channel> channel;
};

RawCaller::RawCaller(const std::string& address, const RawTls& tls) : connection_(std::make_unique<Connection>()) {
  grpc::ChannelArguments arguments;
  // Channels to one address would share their connection otherwise.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetMaxReceiveMessageSize(-1);
  const auto credentials = tls.authority.empty() ? grpc::InsecureChannelCredentials()
                                                 : grpc::SslCredentials({tls.authority, tls.key, tls.certificate});
  connection_->channel = grpc::CreateCustomChannel(address, credentials, arguments);
}

RawCaller::~RawCaller() = default;

RawAnswer RawCaller::Call(const std::string& method, const std::vector<std::string>& messages,
                          const RawOptions& options) const {
  grpc::GenericStub stub(connection_->channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(options.deadline_milliseconds));
  grpc::CompletionQueue queue;
  const std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call = stub.PrepareCall(&context, method, &queue);
  call->StartCall(nullptr);
  bool open = Done(queue);
  int written = 0, read = 0;
  for (const std::string& message : messages) {
    if (!open || written == options.cancel_after_writes) break;
    call->Write(ToBuffer(message), nullptr);
    open = Done(queue);
    if (open) ++written;
  }
  if (written == options.cancel_after_writes) context.TryCancel();
  if (open && options.half_close) {
    call->WritesDone(nullptr);
    Done(queue);
  }
  RawAnswer answer;
  while (true) {
    if (read == options.cancel_after_reads) context.TryCancel();
    grpc::ByteBuffer buffer;
    call->Read(&buffer, nullptr);
    if (!Done(queue)) break;
    ++read;
    answer.messages.push_back(ToBytes(buffer));
    if (options.on_message) options.on_message(answer.messages.back());
  }
  grpc::Status status;
  call->Finish(&status, nullptr);
  Done(queue);
  queue.Shutdown();
  void* tag = nullptr;
  bool ok = false;
  while (queue.Next(&tag, &ok)) {
  }
  answer.code = static_cast<absl::StatusCode>(status.error_code());
  answer.message = status.error_message();
  ReadDetail(status, answer);
  return answer;
}

std::string Describe(const RawAnswer& answer) {
  return absl::StatusCodeToString(answer.code) + " " + answer.detail.field() + " (" +
         v1::ErrorReason::Value_Name(answer.detail.reason()) + "): " + answer.message;
}

}  // namespace weighbridge::integration
