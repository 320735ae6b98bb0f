// `run` in weighbridge-remote: an engine of its own, asked by gRPC.

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_format.h"
#include "grpcpp/client_context.h"
#include "proto/weighbridge/v1/error.pb.h"
#include "proto/weighbridge/v1/inference_service.grpc.pb.h"
#include "services/approval/refusal.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/cli/approval_options.h"
#include "services/cli/environment.h"
#include "services/cli/exit_code.h"
#include "services/cli/run_options.h"
#include "services/clients/cpp/connection.h"

namespace weighbridge::cli {
namespace {

constexpr size_t kFirstLineMax = 4096;
constexpr size_t kTemporaryFolderMax = 60;
constexpr size_t kPromptMax = size_t{1} << 20;

// An engine that ends with this object, however it ends.
class Engine {
 public:
  static absl::StatusOr<std::unique_ptr<Engine>> Start(const RunOptions& options);
  ~Engine() {
    if (pid_ > 0) {
      kill(pid_, SIGTERM);
      // It drains for seconds at most; a conversation that is over need not wait.
      for (int i = 0; i < 200; ++i) {
        if (waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = -1;
        if (pid_ < 0) break;
        usleep(10000);
      }
      if (pid_ > 0) {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
      }
    }
    if (!folder_.empty()) {
      unlink((folder_ + "/engine.sock").c_str());
      rmdir(folder_.c_str());
    }
  }
  const std::string& address() const { return address_; }
  // Exit code of an engine that did not come up.
  int exit_code() const { return exit_code_; }

 private:
  Engine() = default;
  absl::Status WaitForFirstLine(int fd);
  std::string folder_, address_;
  pid_t pid_ = -1;
  int exit_code_ = 0;
};

absl::StatusOr<std::string> EngineProgram(const std::string& given) {
  if (!given.empty()) return given;
  char self[PATH_MAX] = {};
  if (readlink("/proc/self/exe", self, sizeof(self) - 1) <= 0)
    return absl::InternalError("this program does not know where it lies");
  std::string folder(self);
  folder.resize(folder.rfind('/'));
  // Beside this program; in a build tree in its own package.
  for (const char* place : {"/weighbridge-engine", "/../engine/server/weighbridge-engine"}) {
    if (access((folder + place).c_str(), X_OK) == 0) return folder + place;
  }
  return absl::InvalidArgumentError(
      absl::StrFormat("run needs the program weighbridge-engine beside this one, in %s", Printable(folder)));
}

absl::StatusOr<std::unique_ptr<Engine>> Engine::Start(const RunOptions& options) {
  WB_ASSIGN_OR_RETURN(const std::string program, EngineProgram(options.engine));
  std::unique_ptr<Engine> engine(new Engine);
  const char* temporary = std::getenv("TMPDIR");
  std::string folder = temporary != nullptr && *temporary == '/' ? temporary : "/tmp";
  // The name of a socket has at most 107 bytes.
  if (folder.size() > kTemporaryFolderMax) folder = "/tmp";
  folder += "/weighbridge-run-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr)
    return absl::UnavailableError(
        absl::StrFormat("cannot make a folder %s: %s", Printable(folder), std::strerror(errno)));
  engine->folder_ = folder;
  engine->address_ = "unix:" + folder + "/engine.sock";
  std::vector<std::string> args = {program,         "--listen", engine->address_,        "--db",
                                   options.db_path, "--parent", std::to_string(getpid())};
  if (options.create_db) args.push_back("--create-db");
  for (const auto& [flag, value] :
       {std::make_pair("--trust", &options.trust), std::make_pair("--environment", &options.environment),
        std::make_pair("--region", &options.region), std::make_pair("--engine-id", &options.engine_id),
        std::make_pair("--llama-dir", &options.llama_dir), std::make_pair("--server", &options.approvals_from)}) {
    if (!value->empty()) args.insert(args.end(), {flag, *value});
  }
  std::vector<char*> argv;
  for (std::string& arg : args) argv.push_back(arg.data());
  argv.push_back(nullptr);
  int out[2];
  if (pipe2(out, O_CLOEXEC) != 0) return absl::UnavailableError("no pipe for the engine");
  engine->pid_ = fork();
  if (engine->pid_ == 0) {
    // Not ended by the terminal's Ctrl-C, which stops an answer.
    setpgid(0, 0);
    dup2(out[1], STDOUT_FILENO);
    execv(argv[0], argv.data());
    _exit(127);
  }
  close(out[1]);
  const absl::Cleanup close_out = [&] { close(out[0]); };
  if (engine->pid_ < 0) return absl::UnavailableError("the engine cannot be started: no process");
  if (const absl::Status up = engine->WaitForFirstLine(out[0]); !up.ok()) {
    if (engine->exit_code_ == 0) return up;
  }
  return engine;
}

absl::Status Engine::WaitForFirstLine(int fd) {
  std::string line;
  char c = 0;
  while (line.size() < kFirstLineMax) {
    const ssize_t got = read(fd, &c, 1);
    if (got < 0 && errno == EINTR && !g_interrupted) continue;
    if (got <= 0) break;
    if (c == '\n') return absl::OkStatus();
    line += c;
  }
  if (g_interrupted) return absl::CancelledError("interrupted");
  int status = 0;
  if (waitpid(pid_, &status, 0) == pid_) {
    pid_ = -1;
    // It said why on stderr.
    exit_code_ = WIFEXITED(status) && WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != 127 ? WEXITSTATUS(status)
                                                                                             : kExitUnmeasured;
  }
  return absl::UnavailableError("the engine does not start");
}

// The status of a call, with the engine's refusal where it gave one.
absl::Status StatusOfCall(const grpc::Status& status, const std::string& server) {
  v1::RpcStatus rpc;
  v1::Refusal refusal;
  if (rpc.ParseFromString(status.error_details())) {
    for (const auto& detail : rpc.details()) {
      if (detail.UnpackTo(&refusal)) return approval::Refuse(refusal.reason(), refusal.message(), refusal.path());
    }
  }
  return clients::FromGrpc(status, server);
}

// Ends a call when Ctrl-C is pressed.
class CancelOnInterrupt {
 public:
  explicit CancelOnInterrupt(grpc::ClientContext& context)
      : thread_([this, &context] {
          while (!done_) {
            if (g_interrupted) context.TryCancel();
            usleep(20000);
          }
        }) {}
  ~CancelOnInterrupt() {
    done_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> done_{false};
  std::thread thread_;
};

class Session {
 public:
  Session(const RunOptions& options, std::string server, std::unique_ptr<v1::InferenceService::Stub> stub)
      : options_(options), server_(std::move(server)), stub_(std::move(stub)) {}

  absl::Status Load() {
    v1::LoadModelRequest request;
    request.set_path(options_.path);
    for (const std::string& adapter : options_.adapters) request.add_adapter_paths(adapter);
    request.set_file(options_.file);
    request.set_approval(options_.envelope);
    request.set_use(options_.use);
    request.set_environment(options_.environment);
    request.set_region(options_.region);
    request.set_context_tokens(options_.context_tokens);
    grpc::ClientContext context;
    const CancelOnInterrupt cancel(context);
    WB_RETURN_IF_ERROR(StatusOfCall(stub_->LoadModel(&context, request, &model_), server_));
    Tell();
    return absl::OkStatus();
  }

  // One answer on stdout; its text is added to `answer`.
  absl::Status Answer(const v1::GenerateRequest& asked, std::string& answer) {
    v1::GenerateRequest request = asked;
    request.set_handle(model_.handle());
    request.set_tokens_max(options_.tokens_max);
    request.mutable_sampling()->set_temperature(options_.temperature);
    if (options_.seed.has_value()) request.mutable_sampling()->set_seed(*options_.seed);
    grpc::ClientContext context;
    absl::Status written;
    {
      const CancelOnInterrupt cancel(context);
      const auto reader = stub_->Generate(&context, request);
      v1::GenerateResponse part;
      while (reader->Read(&part)) {
        if (!part.has_text()) continue;
        const std::string& text = part.text().text();
        answer += text;
        if (written.ok() &&
            (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)) {
          written = absl::UnavailableError(absl::StrFormat("cannot write to stdout: %s", std::strerror(errno)));
          context.TryCancel();
        }
      }
      const absl::Status status = StatusOfCall(reader->Finish(), server_);
      if (written.ok()) written = status;
    }
    if (std::fputc('\n', stdout) == EOF || std::fflush(stdout) != 0) {
      if (written.ok()) written = absl::UnavailableError("cannot write to stdout");
    }
    return written;
  }

 private:
  void Tell() const {
    if (options_.quiet) return;
    std::fprintf(stderr, "running %s  approval %s until %s  trust: %s\n", model_.model_digest().substr(0, 16).c_str(),
                 model_.approval_id().substr(0, 16).c_str(), model_.expires().c_str(), model_.trust().c_str());
    if (model_.use().empty()) {
      std::fputs("use: the approval names none\n", stderr);
    } else {
      std::fprintf(stderr, "use: %s%s\n", Printable(model_.use()).c_str(),
                   model_.use_stated() ? "" : " (the approval's: none was stated)");
    }
    const v1::SessionConditions& conditions = model_.conditions();
    if (conditions.has_user_ceiling()) {
      const v1::UserCeiling& ceiling = conditions.user_ceiling();
      std::fprintf(stderr, "users: %s at most %lld (%s, %s)\n", ceiling.metric().c_str(),
                   static_cast<long long>(ceiling.value()), ceiling.license_id().c_str(), ceiling.clause().c_str());
    }
    for (const v1::ApprovalCondition& condition : conditions.conditions()) {
      std::fprintf(stderr, "condition: %s (%s, %s)\n", Printable(condition.message()).c_str(),
                   condition.license_id().c_str(), Printable(condition.clause()).c_str());
    }
  }

  const RunOptions& options_;
  const std::string server_;
  const std::unique_ptr<v1::InferenceService::Stub> stub_;
  v1::LoadedModel model_;
};

int ExitOf(const absl::Status& status) {
  if (status.ok()) return kExitOk;
  if (g_interrupted && absl::IsCancelled(status)) return kExitInterrupted;
  return FailVerb(status);
}

// A conversation: Ctrl-C stops an answer, Ctrl-D or /exit ends it.
int Converse(Session& session) {
  std::fputs("/exit or Ctrl-D ends, Ctrl-C stops an answer\n", stderr);
  v1::GenerateRequest request;
  bool plain = false;
  while (true) {
    std::fputs("> ", stderr);
    std::string line;
    if (!std::getline(std::cin, line)) {
      if (g_interrupted) return kExitInterrupted;
      return kExitOk;
    }
    if (line == "/exit") return kExitOk;
    if (line.empty()) continue;
    std::string answer;
    v1::GenerateRequest asked;
    v1::ChatTurn& turn = *request.add_turns();
    turn.set_role("user");
    turn.set_text(line);
    if (plain) {
      asked.set_prompt(line);
    } else {
      asked = request;
    }
    absl::Status status = session.Answer(asked, answer);
    if (!plain && absl::IsFailedPrecondition(status) && !approval::RefusalOf(status).has_value()) {
      // No chat template: each line is a prompt of its own.
      plain = true;
      asked.clear_turns();
      asked.set_prompt(line);
      status = session.Answer(asked, answer);
    }
    if (absl::IsCancelled(status) && g_interrupted) {
      g_interrupted = false;
    } else if (!status.ok()) {
      return ExitOf(status);
    }
    v1::ChatTurn& said = *request.add_turns();
    said.set_role("assistant");
    said.set_text(answer);
  }
}

}  // namespace

int RunOnEngine(const RunOptions& given) {
  RunOptions options = given;
  // A running engine has a folder of its own to start from. Links stay as they are: the gate follows them its own way.
  std::vector<std::string*> paths = {&options.path};
  for (std::string& adapter : options.adapters) paths.push_back(&adapter);
  for (std::string* path : paths) {
    std::error_code error;
    if (!std::filesystem::exists(*path, error))
      return Fail(kExitUnmeasured, absl::StrFormat("there is nothing at %s", Printable(*path)));
    *path = std::filesystem::absolute(*path, error).string();
  }
  std::unique_ptr<Engine> engine;
  std::string server = options.server;
  if (server.empty()) {
    absl::StatusOr<std::unique_ptr<Engine>> started = Engine::Start(options);
    if (!started.ok()) return ExitOf(started.status());
    engine = *std::move(started);
    if (engine->exit_code() != 0) return engine->exit_code();
    server = engine->address();
  }
  const auto channel = clients::Connect({server, "", "", ""});
  if (!channel.ok()) return Fail(channel.status());
  Session session(options, server, v1::InferenceService::NewStub(*channel));
  if (const absl::Status loaded = session.Load(); !loaded.ok()) return ExitOf(loaded);
  if (!options.prompt.has_value() && isatty(STDIN_FILENO) == 1) return Converse(session);
  v1::GenerateRequest request;
  if (options.prompt.has_value()) {
    request.set_prompt(*options.prompt);
  } else {
    const absl::StatusOr<std::string> prompt = ReadInput("/dev/stdin", "prompt", kPromptMax);
    if (!prompt.ok()) return ExitOf(prompt.status());
    request.set_prompt(*prompt);
  }
  std::string answer;
  return ExitOf(session.Answer(request, answer));
}

}  // namespace weighbridge::cli
