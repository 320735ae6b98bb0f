#include "tests/bench/bench_server.h"

#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "services/daemon/server.h"
#include "tests/bench/noop.grpc.pb.h"

namespace weighbridge::bench {
namespace {

class NoopOfBytes final : public NoopService::CallbackService {
 public:
  grpc::ServerUnaryReactor* Noop(grpc::CallbackServerContext* context, const NoopRequest* request,
                                 NoopAnswer* answer) override {
    answer->mutable_payload()->assign(static_cast<size_t>(request->answer_bytes()), 'x');
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

}  // namespace

int Serve(const daemon::ServerOptions& options) {
  NoopOfBytes noop;
  const absl::StatusOr<std::unique_ptr<daemon::Server>> server = daemon::Server::Start(options, {&noop});
  if (!server.ok()) {
    std::fprintf(stderr, "server_bench: %s\n", std::string(server.status().message()).c_str());
    return 3;
  }
  // What is kept in memory is filled behind the scenes.
  while ((*server)->backend().known().enabled() && !(*server)->backend().known().filled()) usleep(10000);
  for (const std::string& address : (*server)->addresses()) std::printf("%s\n", address.c_str());
  std::fflush(stdout);
  char byte;
  while (read(STDIN_FILENO, &byte, 1) > 0) continue;
  (*server)->Drain();
  return 0;
}

}  // namespace weighbridge::bench
