#include "tests/bench/load.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/client_context.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/security/credentials.h"
#include "proto/weighbridge/v1/error.pb.h"

namespace weighbridge::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kConnectTime{20};
constexpr std::chrono::seconds kCallTime{120};
constexpr std::chrono::microseconds kPace{500};
// What one connection of the server carries at once; more would wait in the client and measure nothing.
constexpr size_t kCallsPerConnection = 120;

[[noreturn]] void Die(const std::string& what) {
  std::fprintf(stderr, "server_bench: %s\n", what.c_str());
  std::exit(3);
}

std::string Content(const std::string& path) {
  if (path.empty()) return "";
  std::ifstream file(path, std::ios::binary);
  std::string content((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (content.empty()) Die("cannot read " + path);
  return content;
}

bool IsBusy(const grpc::Status& status) {
  if (status.error_code() != grpc::StatusCode::RESOURCE_EXHAUSTED) return false;
  weighbridge::v1::RpcStatus rpc;
  weighbridge::v1::ErrorDetail detail;
  return rpc.ParseFromString(status.error_details()) && rpc.details_size() == 1 &&
         detail.ParseFromString(rpc.details(0).value()) && detail.reason() == weighbridge::v1::ErrorReason::SERVER_BUSY;
}

double MicrosSince(Clock::time_point begin) {
  return std::chrono::duration<double, std::micro>(Clock::now() - begin).count();
}

}  // namespace

struct Clients::Channels {
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs;
};

// The calls of one run. Outlives them: Wait() returns when the last has ended.
class Clients::Run {
 public:
  Run(Channels& channels, const Method& method, uint64_t calls, double seconds, bool in_turn)
      : channels_(channels), method_(method), calls_(calls), seconds_(seconds), in_turn_(in_turn) {}

  // Begins a call, unless all were begun.
  void Begin();
  void Ended(double micros, const grpc::Status& status, size_t answer_bytes);
  void HoldBack() {
    const absl::MutexLock lock(&mutex_);
    ++outcome_.held_back;
  }
  size_t open() const {
    const absl::MutexLock lock(&mutex_);
    return open_;
  }
  Outcome Wait();

 private:
  bool AllEnded() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return open_ == 0; }

  Channels& channels_;
  const Method& method_;
  const uint64_t calls_;
  const double seconds_;
  const bool in_turn_;
  const Clock::time_point begun_ = Clock::now();
  mutable absl::Mutex mutex_;
  uint64_t begun_calls_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t open_ ABSL_GUARDED_BY(mutex_) = 0;
  Outcome outcome_ ABSL_GUARDED_BY(mutex_);
};

// One call; deletes itself. The message, the headers and the end of the client's side leave in one piece.
class Clients::Call : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  Call(Run& run, grpc::GenericStub& stub, const std::string& path, const std::string& request) : run_(run) {
    const grpc::Slice slice(request);
    request_ = grpc::ByteBuffer(&slice, 1);
    context_.set_deadline(std::chrono::system_clock::now() + kCallTime);
    context_.set_initial_metadata_corked(true);
    begun_ = Clock::now();
    stub.PrepareBidiStreamingCall(&context_, path, {}, this);
    StartWriteLast(&request_, {});
    StartRead(&answer_);
    StartCall();
  }
  void OnReadDone(bool ok) override {
    if (!ok) return;
    bytes_ = answer_.Length();
    StartRead(&answer_);
  }
  void OnDone(const grpc::Status& status) override {
    run_.Ended(MicrosSince(begun_), status, bytes_);
    delete this;
  }

 private:
  Run& run_;
  grpc::ClientContext context_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer answer_;
  size_t bytes_ = 0;
  Clock::time_point begun_;
};

void Clients::Run::Begin() {
  std::string request;
  size_t stub = 0;
  {
    const absl::MutexLock lock(&mutex_);
    if (begun_calls_ == calls_ || MicrosSince(begun_) > seconds_ * 1e6) return;
    stub = begun_calls_ % channels_.stubs.size();
    request = method_.request(begun_calls_++);
    ++open_;
  }
  new Call(*this, *channels_.stubs[stub], method_.path, request);
}

void Clients::Run::Ended(double micros, const grpc::Status& status, size_t answer_bytes) {
  // Counted as open until the next one is, so that the run does not seem to be over between the two.
  if (in_turn_) Begin();
  const absl::MutexLock lock(&mutex_);
  --open_;
  if (status.ok()) {
    outcome_.answered.push_back(micros);
    outcome_.answer_bytes = answer_bytes;
  } else if (IsBusy(status)) {
    outcome_.refused.push_back(micros);
  } else {
    ++outcome_.failed;
    outcome_.failure = status.error_message();
  }
}

Outcome Clients::Run::Wait() {
  const absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(this, &Run::AllEnded));
  outcome_.offered = begun_calls_ + outcome_.held_back;
  outcome_.seconds = std::chrono::duration<double>(Clock::now() - begun_).count();
  std::sort(outcome_.answered.begin(), outcome_.answered.end());
  std::sort(outcome_.refused.begin(), outcome_.refused.end());
  return std::move(outcome_);
}

Clients::Clients(const Endpoint& endpoint, int connections) : channels_(std::make_unique<Channels>()) {
  std::shared_ptr<grpc::ChannelCredentials> credentials = grpc::InsecureChannelCredentials();
  if (!endpoint.server_ca.empty()) {
    grpc::SslCredentialsOptions tls;
    tls.pem_root_certs = Content(endpoint.server_ca);
    tls.pem_cert_chain = Content(endpoint.client_cert);
    tls.pem_private_key = Content(endpoint.client_key);
    credentials = grpc::SslCredentials(tls);
  }
  for (int i = 0; i < connections; ++i) {
    grpc::ChannelArguments arguments;
    // Else all channels to one address share one connection.
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    const auto channel = grpc::CreateCustomChannel(endpoint.address, credentials, arguments);
    if (!channel->WaitForConnected(std::chrono::system_clock::now() + kConnectTime))
      Die("cannot connect to " + endpoint.address);
    channels_->stubs.push_back(std::make_unique<grpc::GenericStub>(channel));
  }
}

Clients::~Clients() = default;

Outcome Clients::CallInTurn(const Method& method, int in_flight, uint64_t calls, double seconds) {
  Run run(*channels_, method, calls, seconds, /*in_turn=*/true);
  for (int i = 0; i < in_flight; ++i) run.Begin();
  return run.Wait();
}

Outcome Clients::Offer(const Method& method, double per_second, double seconds) {
  const auto calls = static_cast<uint64_t>(per_second * seconds);
  const size_t open_max = kCallsPerConnection * channels_->stubs.size();
  // The calls are begun at their instants; the run has no end of its own.
  Run run(*channels_, method, calls, 1e9, /*in_turn=*/false);
  const Clock::time_point begin = Clock::now();
  for (uint64_t begun = 0; begun < calls;) {
    const uint64_t due = std::min(calls, static_cast<uint64_t>(MicrosSince(begin) * 1e-6 * per_second));
    for (; begun < due; ++begun) {
      if (run.open() < open_max) {
        run.Begin();
      } else {
        run.HoldBack();
      }
    }
    std::this_thread::sleep_for(kPace);
  }
  return run.Wait();
}

double Percentile(const std::vector<double>& sorted, double share) {
  if (sorted.empty()) return 0;
  return sorted[std::min(sorted.size() - 1, static_cast<size_t>(share * static_cast<double>(sorted.size())))];
}

}  // namespace weighbridge::bench
