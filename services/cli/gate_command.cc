#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "services/auditor/auditor.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/cli/approval_options.h"
#include "services/cli/commands.h"
#include "services/cli/environment.h"
#include "services/cli/exit_code.h"
#include "services/cli/gate_output.h"
#include "services/cli/remote.h"
#include "services/cli/run_options.h"
#include "services/source/progress_line.h"

namespace weighbridge::cli {
namespace {

struct GateOptions {
  CommonOptions common;
  RemoteOptions remote;
  std::string path;
  std::string profile;
  std::string policy;
  std::string mode;
  std::string context;
  std::string base;
  std::string source;
  bool recursive = false;
  int threads = 0;
  GateOutput output;
  std::string waivers;
  std::string trust;
  bool and_run = false;
  std::string prompt;
  RunOptions run;
};

absl::StatusOr<auditor::GateRequest> RequestOf(const GateOptions& options, auditor::Scope scope) {
  WB_RETURN_IF_ERROR(CheckGateOutput(options.common, options.output));
  auditor::GateRequest request;
  request.collect.path = options.path;
  request.collect.recursive = options.recursive;
  request.collect.context = options.context;
  request.collect.base = options.base;
  request.collect.source = options.source;
  request.inputs.scope = scope;
  WB_ASSIGN_OR_RETURN(request.inputs.profile, ReadConfig(options.profile, "profile"));
  WB_ASSIGN_OR_RETURN(request.inputs.policy, ReadConfig(options.policy, "policy"));
  WB_ASSIGN_OR_RETURN(request.inputs.evaluated_at, Instant(options.common));
  if (!options.mode.empty()) {
    v1::Mode mode;
    if (!v1::Mode_Parse(options.mode, &mode)) return absl::InvalidArgumentError("--mode: block, warn or audit");
    request.inputs.mode = mode;
  }
  if (scope == auditor::Scope::kGate && options.remote.server.empty()) {
    WB_RETURN_IF_ERROR(TakeWaivers(options.waivers, options.trust, request.inputs));
  }
  request.collect.options.read.threads = options.threads;
  request.collect.options.read.cancelled = &g_interrupted;
  request.inputs.cancelled = &g_interrupted;
  return request;
}

v1::Mode ModeOf(const v1::GateResult& result) {
  v1::Mode mode = v1::block;
  v1::Mode_Parse(result.mode(), &mode);
  return mode;
}

int ExitCodeOfResult(const v1::GateResult& result, auditor::Scope scope) {
  if (scope == auditor::Scope::kGate) return ExitCodeOf(result.decision(), ModeOf(result));
  const bool measured = std::none_of(result.findings().begin(), result.findings().end(),
                                     [](const auto& finding) { return finding.outcome() == v1::Outcome::UNDECIDED; });
  return measured ? kExitOk : kExitUnmeasured;
}

void NoteOn(const auditor::GateResponse& response, const GateOptions& options) {
  const std::string& below = response.result.model().path();
  const std::string model = below.empty() ? "" : Printable(below) + ": ";
  if (ModeOf(response.result) != v1::block) {
    Note(options.common, absl::StrFormat("%smode %s: the decision is %s; exit codes 1 and 5 are softened to 0", model,
                                         response.result.mode(), v1::Decision_Name(response.result.decision())));
  }
  if (!response.known_since.empty()) {
    Note(options.common, absl::StrFormat("%sthe same bytes were audited before, on %s (audit %s)", model,
                                         response.known_since, response.result.audit_id().substr(0, 16)));
  }
}

absl::StatusOr<std::vector<auditor::GateResponse>> GateHere(const GateOptions& options,
                                                            const auditor::GateRequest& request) {
  WB_ASSIGN_OR_RETURN(const auto rules, LoadRules(options.common));
  WB_ASSIGN_OR_RETURN(const auto store, OpenStore(options.common));
  return auditor::RunGate(request, *rules, store.get());
}

int RunGated(const GateOptions& options) {
  RunOptions run = options.run;
  run.path = options.path;
  run.prompt = options.prompt;
  run.quiet = options.common.quiet;
  run.db_path = options.common.db_path;
  if (run.db_path.empty()) {
    absl::StatusOr<std::string> path = DefaultStorePath();
    if (!path.ok()) return Fail(path.status());
    run.db_path = *std::move(path);
    run.create_db = true;
  }
  return RunOnEngine(run);
}

int RunScanOrGate(const GateOptions& options, auditor::Scope scope) {
  const bool on_server = !options.remote.server.empty();
  if (on_server) {
    if (const absl::Status sound = CheckServerOptions(options.remote, options.common, options.policy); !sound.ok())
      return Fail(sound);
    if (const absl::Status remote = BecomeRemote(); !remote.ok()) return Fail(remote);
  }
  if (on_server && (!options.waivers.empty() || !options.trust.empty())) {
    return Fail(kExitUsage, "--waivers and --trust are the server's business: leave them out with --server");
  }
  if (options.and_run && on_server) return Fail(kExitUsage, "--and-run runs on this machine: leave --server out");
  if (options.and_run) {
    if (const absl::Status remote = BecomeRemote(); !remote.ok()) return Fail(remote);
  }
  absl::StatusOr<auditor::GateRequest> request = RequestOf(options, scope);
  if (!request.ok()) return FailVerb(request.status());
  request->inputs.record = !options.common.no_record;

  absl::StatusOr<std::vector<auditor::GateResponse>> responses;
  {
    // The line is wiped before anything else is printed.
    std::unique_ptr<source::ProgressLine> line;
    if (!options.common.quiet) line = source::ProgressLine::ForTerminal(STDERR_FILENO);
    if (line != nullptr) {
      request->collect.options.read.progress = [&line](const source::Progress& progress) { line->Show(progress); };
    }
    responses = on_server ? GateOnServer(options.remote, *request) : GateHere(options, *request);
  }
  if (!responses.ok()) return Fail(responses.status());

  std::vector<v1::GateResult> results;
  int exit_code = kExitOk;
  for (const auditor::GateResponse& response : *responses) {
    exit_code = WorseExitCode(exit_code, ExitCodeOfResult(response.result, scope));
    results.push_back(response.result);
  }
  const absl::Status written = WriteGateResults(options.common, options.output, options.path, results, exit_code);
  if (!written.ok()) return Fail(written);
  for (const auditor::GateResponse& response : *responses) NoteOn(response, options);
  // What the gate lets pass still needs its approval.
  return options.and_run && exit_code == kExitOk ? RunGated(options) : exit_code;
}

void AddModelOptions(CLI::App& app, GateOptions& options) {
  app.add_option("DIR", options.path, "Model folder, hub snapshot or single weights file")->required();
  app.add_flag("--recursive", options.recursive,
               "Each model below DIR by itself, instead of refusing a folder of several");
  app.add_option("--context", options.context,
                 "Folder whose documents (licence, card, config) speak for the single file")
      ->check(NotEmpty());
  app.add_option("--base", options.base, "Base of an adapter: folder, file, or model digest of an earlier audit")
      ->check(NotEmpty());
  app.add_option("--source", options.source, "Where the model came from, for the record: URL@REV or ORG/NAME@REV")
      ->check(NotEmpty());
  app.add_option("--at", options.common.at, "Instant of the decision (RFC 3339 or YYYY-MM-DD; default: now)")
      ->check(NotEmpty());
  app.add_option("--threads", options.threads, "Files read at once (default: one for each core)")
      ->check(CLI::Range(1, 256));
  AddGateOutputOptions(app, options.common, options.output);
  AddRulesOption(app, options.common);
  AddStoreOptions(app, options.common);
  AddServerOptions(app, options.remote, /*with_path=*/true);
}

}  // namespace

void AddGateCommands(CLI::App& app, Run& run) {
  auto scan_options = std::make_shared<GateOptions>();
  CLI::App* scan = app.add_subcommand("scan", "Fingerprint a model and say which licences it carries; no decision");
  AddModelOptions(*scan, *scan_options);
  scan->callback(
      [scan_options, &run] { run = [scan_options] { return RunScanOrGate(*scan_options, auditor::Scope::kScan); }; });

  auto gate_options = std::make_shared<GateOptions>();
  CLI::App* gate = app.add_subcommand("gate", "Decide whether a model may be used as the profile says, and why");
  AddModelOptions(*gate, *gate_options);
  gate->add_option("--profile", gate_options->profile, "Your own facts (YAML); without it every fact is absent")
      ->check(NotEmpty());
  gate->add_option("--policy", gate_options->policy, "Your organisation's rules (YAML), beside the built-in policy")
      ->check(NotEmpty());
  gate->add_option("--mode", gate_options->mode,
                   "block, warn or audit: what the exit code does (default: the policy's)")
      ->check(CLI::IsMember({"block", "warn", "audit"}));
  AddWaiversOption(*gate, gate_options->waivers);
  AddTrustOption(*gate, gate_options->trust);
  CLI::Option* and_run = gate->add_flag("--and-run", gate_options->and_run,
                                        "Then run the model, if the gate lets it pass and it is approved (see run)");
  gate->add_option("-p,--prompt", gate_options->prompt, "Prompt of --and-run")->needs(and_run);
  gate->add_option("-n,--tokens", gate_options->run.tokens_max, "Most tokens of the answer of --and-run")
      ->check(CLI::Range(1, 65536))
      ->needs(and_run);
  and_run->needs("--prompt");
  gate->callback(
      [gate_options, &run] { run = [gate_options] { return RunScanOrGate(*gate_options, auditor::Scope::kGate); }; });
}

}  // namespace weighbridge::cli
