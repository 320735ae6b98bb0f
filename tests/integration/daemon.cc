#include "tests/integration/daemon.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <thread>

#include "gtest/gtest.h"
#include "tests/support/corpus.h"
#include "tests/support/process.h"

namespace weighbridge::integration {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kSafety{120};
constexpr std::chrono::milliseconds kPoll{10};
constexpr int kCannotStart = 120;
constexpr char kRounds[] = "weighbridge_gauge_rounds_total";

// A socket's path holds 108 bytes, and the test's own folder may be longer than that.
std::string MakeSocketDir() {
  std::string name = "/tmp/weighbridged.XXXXXX";
  if (mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "cannot make a folder like " << name;
  return name;
}

std::vector<std::string> Arguments(const DaemonOptions& options, const std::string& database,
                                   const std::string& socket) {
  std::vector<std::string> args = {testing_support::Runfile("services/daemon/weighbridged"),
                                   "--listen",
                                   options.listen,
                                   "--listen",
                                   "unix:" + socket,
                                   "--metrics-listen",
                                   "127.0.0.1:0",
                                   "--db",
                                   database,
                                   "--create-db"};
  for (const std::string& root : options.scan_roots) args.insert(args.end(), {"--scan-root", root});
  args.insert(args.end(), options.args.begin(), options.args.end());
  return args;
}

// In the child; only calls that are safe after fork.
[[noreturn]] void Become(char** argv, char** envp, int out, int err) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
  const rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  if (in < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0) _exit(kCannotStart);
  execve(argv[0], argv, envp);
  _exit(kCannotStart);
}

// The next line of `fd` without its newline; false if there is none in time.
bool ReadLine(int fd, std::string& line) {
  line.clear();
  const auto deadline = steady_clock::now() + kSafety;
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - steady_clock::now());
    pollfd end = {fd, POLLIN, 0};
    if (left.count() <= 0 || (poll(&end, 1, static_cast<int>(left.count())) < 0 && errno != EINTR)) return false;
    char byte = 0;
    const ssize_t got = read(fd, &byte, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    if (byte == '\n') return true;
    line += byte;
  }
}

// GET /metrics on HOST:PORT of loopback.
std::string Fetch(const std::string& address) {
  const size_t colon = address.rfind(':');
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(std::atoi(address.c_str() + colon + 1)));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::string answer;
  const timeval patience = {30, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const std::string request = "GET /metrics HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  if (fd >= 0 && connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0 &&
      send(fd, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size())) {
    char block[65536];
    ssize_t got = 0;
    while ((got = recv(fd, block, sizeof block, 0)) > 0 || (got < 0 && errno == EINTR)) {
      if (got > 0) answer.append(block, static_cast<size_t>(got));
    }
  }
  if (fd >= 0) close(fd);
  const size_t body = answer.find("\r\n\r\n");
  return body == std::string::npos ? "" : answer.substr(body + 4);
}

double ValueIn(const std::string& metrics, std::string_view name) {
  const std::string wanted = "\n" + std::string(name) + " ";
  const size_t at = metrics.rfind(wanted);
  return at == std::string::npos ? 0 : std::strtod(metrics.c_str() + at + wanted.size(), nullptr);
}

}  // namespace

bool WaitUntil(const std::function<bool()>& condition) {
  const auto deadline = steady_clock::now() + kSafety;
  while (!condition()) {
    if (steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(kPoll);
  }
  return true;
}

std::unique_ptr<Daemon> Daemon::Start(const DaemonOptions& options) {
  std::unique_ptr<Daemon> daemon(new Daemon());
  daemon->database_ = options.db.empty() ? daemon->dir_.At("weighbridge.db") : options.db;
  daemon->socket_dir_ = MakeSocketDir();
  std::vector<std::string> arguments = Arguments(options, daemon->database_, daemon->socket_dir_ + "/socket");
  std::vector<std::string> variables = {"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=" + daemon->dir_.path()};
  for (const auto& [name, value] : options.env) variables.push_back(name + "=" + value);
  std::vector<char*> argv, envp;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  for (std::string& variable : variables) envp.push_back(variable.data());
  argv.push_back(nullptr);
  envp.push_back(nullptr);

  int out[2];
  const int err = open(daemon->dir_.At("log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (err < 0 || pipe2(out, O_CLOEXEC) != 0) {
    ADD_FAILURE() << "no pipe or log for weighbridged: " << std::strerror(errno);
    if (err >= 0) close(err);
    daemon->ended_ = true;
    return nullptr;
  }
  daemon->pid_ = fork();
  if (daemon->pid_ == 0) Become(argv.data(), envp.data(), out[1], err);
  close(out[1]);
  close(err);
  daemon->out_ = out[0];
  if (daemon->pid_ > 0 && daemon->ReadAddresses(out[0])) return daemon;
  if (daemon->pid_ < 0) daemon->ended_ = true;
  daemon->Kill();
  ADD_FAILURE() << "weighbridged does not serve:\n" << daemon->Log();
  return nullptr;
}

bool Daemon::ReadAddresses(int out) {
  constexpr std::string_view kListening = "listening on ", kMetrics = "metrics on ";
  std::string line;
  while (ReadLine(out, line)) {
    if (line.rfind(kMetrics, 0) == 0) {
      metrics_address_ = line.substr(kMetrics.size());
      return !address_.empty() && !unix_address_.empty();
    }
    if (line.rfind(kListening, 0) != 0) return false;
    const std::string address = line.substr(kListening.size());
    (address.rfind("unix:", 0) == 0 ? unix_address_ : address_) = address;
  }
  return false;
}

Daemon::~Daemon() {
  Kill();
  if (out_ >= 0) close(out_);
  std::error_code ignored;
  if (!socket_dir_.empty()) std::filesystem::remove_all(socket_dir_, ignored);
}

int Daemon::Wait() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  ended_ = true;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return exit_code_;
}

bool Daemon::IsRunning() {
  if (ended_) return false;
  siginfo_t info = {};
  // Looks without taking the status away from Wait().
  return waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0;
}

int Daemon::Terminate() {
  if (ended_) return exit_code_;
  kill(pid_, SIGTERM);
  if (!WaitUntil([this] { return !IsRunning(); })) {
    ADD_FAILURE() << "weighbridged does not end:\n" << Log();
    kill(pid_, SIGKILL);
  }
  return Wait();
}

void Daemon::Kill() {
  if (ended_) return;
  kill(pid_, SIGKILL);
  Wait();
}

std::string Daemon::Log() const { return testing_support::ReadFileOrFail(dir_.At("log")); }

std::string Daemon::Metrics() const { return Fetch(metrics_address_); }

double Daemon::Metric(std::string_view name) const { return ValueIn(Metrics(), name); }

bool Daemon::WaitUntilIdle() const {
  const double begun = Metric(kRounds);
  return WaitUntil([this, begun] {
    const std::string metrics = Metrics();
    // Gauges are set in rounds: the next one may have begun before this call.
    if (ValueIn(metrics, kRounds) < begun + 2) return false;
    double work = ValueIn(metrics, "weighbridge_upload_bytes");
    for (const char* state : {"audits_running", "audits_waiting", "uploads"}) {
      work += ValueIn(metrics, std::string("weighbridge_work{state=\"") + state + "\"}");
    }
    return work == 0;
  });
}

}  // namespace weighbridge::integration
