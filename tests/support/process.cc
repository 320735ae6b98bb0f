#include "tests/support/process.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>

#include "gtest/gtest.h"

namespace weighbridge::testing_support {
namespace {

constexpr int kCannotStart = 120;

struct Pipe {
  int read_end = -1;
  int write_end = -1;
};

Pipe MakePipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    ADD_FAILURE() << "pipe: " << std::strerror(errno);
    return {};
  }
  return {ends[0], ends[1]};
}

void Limit(int resource, const std::optional<uint64_t>& bytes) {
  if (!bytes.has_value()) return;
  const rlimit bound = {*bytes, *bytes};
  if (setrlimit(static_cast<__rlimit_resource>(resource), &bound) != 0) _exit(kCannotStart);
}

// Root keeps its id, which also works in a sandbox with no other, but no longer its way around permissions. Without
// effect where the test is not root.
void GiveUpOverrides() {
  for (const int capability : {CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH}) prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
}

// In the child; only calls that are safe after fork.
[[noreturn]] void Become(const std::string& program, const ProcessOptions& options, char** argv, char** envp, int out,
                         int err) {
  if (!options.stdout_to.empty()) out = open(options.stdout_to.c_str(), O_WRONLY | O_CLOEXEC);
  const int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (out < 0 || in < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0) _exit(kCannotStart);
  if (!options.cwd.empty() && chdir(options.cwd.c_str()) != 0) _exit(kCannotStart);
  if (options.rights == ProcessOptions::Rights::kOrdinary) GiveUpOverrides();
  Limit(RLIMIT_FSIZE, options.file_bytes_max);
  Limit(RLIMIT_AS, options.memory_bytes_max);
  const rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  execve(program.c_str(), argv, envp);
  _exit(kCannotStart);
}

// Reads both until they end or `deadline` has passed; false in the latter case.
bool ReadBoth(int out, int err, std::chrono::steady_clock::time_point deadline, ProcessResult& result) {
  pollfd ends[2] = {{out, POLLIN, 0}, {err, POLLIN, 0}};
  while (ends[0].fd >= 0 || ends[1].fd >= 0) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    if (poll(ends, 2, static_cast<int>(left.count())) < 0 && errno != EINTR) return false;
    for (pollfd& end : ends) {
      if (end.fd < 0 || end.revents == 0) continue;
      char block[65536];
      const ssize_t got = read(end.fd, block, sizeof block);
      if (got > 0) {
        (end.fd == out ? result.out : result.err).append(block, static_cast<size_t>(got));
      } else if (got == 0 || errno != EINTR) {
        end.fd = -1;
      }
    }
  }
  return true;
}

}  // namespace

ProcessResult RunProcess(const std::string& program, const ProcessOptions& options) {
  std::vector<std::string> arguments = {program};
  arguments.insert(arguments.end(), options.args.begin(), options.args.end());
  std::vector<std::string> variables;
  if (options.env.count("PATH") == 0) variables.push_back("PATH=/usr/local/bin:/usr/bin:/bin");
  for (const auto& [name, value] : options.env) variables.push_back(name + "=" + value);
  std::vector<char*> argv, envp;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  for (std::string& variable : variables) envp.push_back(variable.data());
  argv.push_back(nullptr);
  envp.push_back(nullptr);

  ProcessResult result;
  const Pipe out = MakePipe(), err = MakePipe();
  const pid_t child = fork();
  if (child < 0) {
    ADD_FAILURE() << "fork: " << std::strerror(errno);
    return result;
  }
  if (child == 0) Become(program, options, argv.data(), envp.data(), out.write_end, err.write_end);
  close(out.write_end);
  close(err.write_end);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(options.safety_seconds);
  if (!ReadBoth(out.read_end, err.read_end, deadline, result)) {
    result.hung = true;
    kill(child, SIGKILL);
    ADD_FAILURE() << program << " did not end within " << options.safety_seconds << " s";
  }
  close(out.read_end);
  close(err.read_end);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
  EXPECT_NE(result.exit_code, kCannotStart) << "cannot start " << program;
  return result;
}

std::string Runfile(const std::string& path) {
  const char* folder = std::getenv("TEST_SRCDIR");
  const char* workspace = std::getenv("TEST_WORKSPACE");
  if (folder == nullptr || workspace == nullptr) return path;
  return std::string(folder) + "/" + workspace + "/" + path;
}

}  // namespace weighbridge::testing_support
