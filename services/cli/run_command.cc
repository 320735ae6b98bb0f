#include <memory>
#include <string>

#include "services/cli/approval_options.h"
#include "services/cli/commands.h"
#include "services/cli/environment.h"
#include "services/cli/exit_code.h"
#include "services/cli/remote.h"
#include "services/cli/run_options.h"

namespace weighbridge::cli {
namespace {

constexpr size_t kEnvelopeFileMax = size_t{32} << 20;

struct Options {
  CommonOptions common;
  RunOptions run;
  std::string prompt, approval;
  uint32_t seed = 0;
  CLI::Option* has_prompt = nullptr;
  CLI::Option* has_seed = nullptr;
};

int RunModel(const Options& given) {
  if (const absl::Status remote = BecomeRemote(); !remote.ok()) return Fail(remote);
  RunOptions options = given.run;
  options.quiet = given.common.quiet;
  if (given.has_prompt->count() > 0) options.prompt = given.prompt;
  if (given.has_seed->count() > 0) options.seed = given.seed;
  if (!given.approval.empty()) {
    absl::StatusOr<std::string> envelope = ReadInput(given.approval, "approval", kEnvelopeFileMax);
    if (!envelope.ok()) return Fail(envelope.status());
    if (envelope->empty()) return Fail(kExitIntegrity, "the approval is an empty file");
    options.envelope = *std::move(envelope);
  }
  if (options.server.empty()) {
    options.db_path = given.common.db_path;
    options.create_db = given.common.db_path.empty();
    if (options.create_db) {
      absl::StatusOr<std::string> path = DefaultStorePath();
      if (!path.ok()) return Fail(path.status());
      options.db_path = *std::move(path);
    }
  }
  return RunOnEngine(options);
}

}  // namespace

void AddRunCommand(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  RunOptions& o = options->run;
  CLI::App* verb = app.add_subcommand(
      "run", "Run an approved model: tokens on stdout as they come; nothing that is not approved is loaded");
  verb->add_option("DIR", o.path, "Model folder or single weights file (GGUF)")->required()->check(NotEmpty());
  options->has_prompt =
      verb->add_option("-p,--prompt", options->prompt, "Prompt (default: a conversation on a terminal, else stdin)");
  verb->add_option("-n,--tokens", o.tokens_max, "Most tokens of one answer")
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
  verb->add_option("--context-tokens", o.context_tokens, "Tokens of context")->check(CLI::Range(8, 1 << 20));
  verb->add_option("--file", o.file, "Which weights, where the folder holds several")->check(NotEmpty());
  verb->add_option("--with", o.adapters, "Adapter of the approval; may be repeated")->check(NotEmpty());
  verb->add_option("--approval", options->approval, "Envelope (default: a standing approval in the database)")
      ->check(NotEmpty());
  AddTrustOption(*verb, o.trust);
  verb->add_option("--use", o.use, "Use it runs for (default: the approval's)")->check(NotEmpty());
  verb->add_option("--environment", o.environment, "Environment it runs in")->check(NotEmpty());
  verb->add_option("--region", o.region, "Region it runs in")->check(NotEmpty());
  verb->add_option("--engine-id", o.engine_id, "Id of this engine, as approvals name it")->check(NotEmpty());
  verb->add_option("--temperature", o.temperature, "0: the most likely token each time")
      ->check(CLI::Range(0.0f, 100.0f))
      ->capture_default_str();
  options->has_seed = verb->add_option("--seed", options->seed, "Of what is drawn (default: another one each time)");
  verb->add_option("--llama-dir", o.llama_dir, "Folder of the inference libraries (deploy/llama.sh makes one)")
      ->check(NotEmpty());
  verb->add_option("--engine", o.engine, "Program to start (default: weighbridge-engine beside this one)")
      ->check(NotEmpty());
  auto* db = verb->add_option("--db", options->common.db_path,
                              "Database file; it must exist (default: made under $XDG_DATA_HOME/weighbridge)")
                 ->check(NotEmpty());
  auto* server = verb->add_option("--server", o.server, "Use a running engine: unix:/PATH or HOST:PORT")
                     ->check(NotEmpty())
                     ->excludes(db);
  verb->add_option("--approvals-from", o.approvals_from,
                   "Weighbridge server that knows the approvals (default: the database): unix:/PATH or HOST:PORT")
      ->check(NotEmpty())
      ->excludes(server);
  verb->add_flag("-q,--quiet", options->common.quiet, "No notes on stderr");
  verb->callback([options, &run] { run = [options] { return RunModel(*options); }; });
}

}  // namespace weighbridge::cli
