// The implementation without gRPC: the program beside this one does it.

#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstring>

#include "absl/strings/str_format.h"
#include "services/base/utf8.h"
#include "services/cli/remote.h"
#include "services/cli/run_options.h"

namespace weighbridge::cli {
namespace {

constexpr char kProgram[] = "weighbridge-remote";

char** g_arguments = nullptr;

absl::Status Unreachable() { return absl::InternalError("this program asks no server"); }

}  // namespace

void KeepArguments(int, char** argv) { g_arguments = argv; }

absl::Status BecomeRemote() {
  char self[PATH_MAX] = {};
  const ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
  if (length <= 0 || g_arguments == nullptr) return absl::InternalError("this program does not know where it lies");
  const std::string path(self, static_cast<size_t>(length));
  const std::string program = path.substr(0, path.rfind('/') + 1) + kProgram;
  execv(program.c_str(), g_arguments);
  return absl::InvalidArgumentError(absl::StrFormat("--server and run need the program %s beside this one: %s",
                                                    Printable(program), std::strerror(errno)));
}

absl::StatusOr<std::vector<auditor::GateResponse>> GateOnServer(const RemoteOptions&, const auditor::GateRequest&) {
  return Unreachable();
}

absl::StatusOr<std::vector<ServerCheck>> CheckServer(const RemoteOptions&) { return Unreachable(); }

int RunOnEngine(const RunOptions&) { return Fail(Unreachable()); }

}  // namespace weighbridge::cli
