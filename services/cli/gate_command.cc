#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/auditor/auditor.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/cli/commands.h"
#include "services/cli/environment.h"
#include "services/cli/exit_code.h"
#include "services/report/gate_text.h"
#include "services/source/progress_line.h"

namespace weighbridge::cli {
namespace {

constexpr size_t kConfigBytesMax = 1 << 20;

struct GateOptions {
  CommonOptions common;
  std::string path;
  std::string profile;
  std::string policy;
  std::string mode;
  int threads = 0;
  bool list_all = false;
};

absl::StatusOr<std::optional<auditor::ConfigFile>> ReadConfig(const std::string& path, std::string_view what) {
  if (path.empty()) return std::nullopt;
  absl::StatusOr<std::string> bytes = ReadInput(path, what, kConfigBytesMax);
  // A profile or policy that was named and cannot be read is an error of configuration: never "no profile".
  if (absl::IsCancelled(bytes.status())) return bytes.status();
  if (!bytes.ok()) return absl::InvalidArgumentError(bytes.status().message());
  return auditor::ConfigFile{Printable(path), *std::move(bytes)};
}

absl::StatusOr<auditor::GateRequest> RequestOf(const GateOptions& options, auditor::Scope scope) {
  auditor::GateRequest request;
  request.path = options.path;
  request.scope = scope;
  WB_ASSIGN_OR_RETURN(request.profile, ReadConfig(options.profile, "profile"));
  WB_ASSIGN_OR_RETURN(request.policy, ReadConfig(options.policy, "policy"));
  WB_ASSIGN_OR_RETURN(request.evaluated_at, Instant(options.common));
  if (!options.mode.empty()) {
    v1::Mode mode;
    if (!v1::Mode_Parse(options.mode, &mode)) return absl::InvalidArgumentError("--mode: block, warn or audit");
    request.mode = mode;
  }
  request.collect.read.threads = options.threads;
  request.collect.read.cancelled = &g_interrupted;
  return request;
}

std::string Render(const auditor::GateResponse& response, const GateOptions& options, int exit_code) {
  if (options.common.format == "json") return response.json;
  report::TextOptions text;
  text.color = UseColor(options.common);
  text.list_all = options.list_all;
  text.exit_code = exit_code;
  text.model_name = options.path;
  return options.common.format == "markdown" ? report::RenderGateMarkdown(response.result, text)
                                             : report::RenderGateText(response.result, text);
}

int RunScanOrGate(const GateOptions& options, auditor::Scope scope) {
  absl::StatusOr<auditor::GateRequest> request = RequestOf(options, scope);
  if (!request.ok()) return Fail(request.status());
  const auto rules = LoadRules(options.common);
  if (!rules.ok()) return Fail(rules.status());
  const auto store = OpenStore(options.common);
  if (!store.ok()) return Fail(store.status());

  absl::StatusOr<auditor::GateResponse> response;
  {
    // The line is wiped before anything else is printed.
    std::unique_ptr<source::ProgressLine> line;
    if (!options.common.quiet) line = source::ProgressLine::ForTerminal(STDERR_FILENO);
    if (line != nullptr) {
      request->collect.read.progress = [&line](const source::Progress& progress) { line->Show(progress); };
    }
    response = auditor::RunGate(*request, **rules, store->get());
  }
  if (!response.ok()) return Fail(response.status());

  v1::Mode mode = v1::block;
  v1::Mode_Parse(response->result.mode(), &mode);
  int exit_code = kExitOk;
  if (scope == auditor::Scope::kGate) {
    exit_code = ExitCodeOf(response->result.decision(), mode);
  } else {
    for (const auto& finding : response->result.findings()) {
      if (finding.outcome() == v1::Outcome::UNDECIDED) exit_code = kExitUnmeasured;
    }
  }
  const absl::Status written = WriteResult(options.common, Render(*response, options, exit_code));
  if (!written.ok()) return Fail(written);

  if (mode != v1::block) {
    Note(options.common, absl::StrFormat("mode %s: the decision is %s; exit codes 1 and 5 are softened to 0",
                                         response->result.mode(), v1::Decision_Name(response->result.decision())));
  }
  if (!response->known_since.empty()) {
    Note(options.common, absl::StrFormat("the same bytes were audited before, on %s (audit %s)", response->known_since,
                                         response->result.audit_id().substr(0, 16)));
  }
  return exit_code;
}

void AddModelOptions(CLI::App& app, GateOptions& options) {
  app.add_option("DIR", options.path, "Model folder, hub snapshot or single weights file")->required();
  app.add_option("--at", options.common.at, "Instant of the decision (RFC 3339 or YYYY-MM-DD; default: now)")->check(NotEmpty());
  app.add_option("--threads", options.threads, "Files read at once (default: one for each core)")->check(CLI::Range(1, 256));
  app.add_flag("--all", options.list_all, "Text and Markdown: list every file and every prohibited use");
  AddOutputOptions(app, options.common, {"text", "json", "markdown"});
  AddRulesOption(app, options.common);
  AddStoreOptions(app, options.common);
}

}  // namespace

void AddGateCommands(CLI::App& app, Run& run) {
  auto scan_options = std::make_shared<GateOptions>();
  CLI::App* scan = app.add_subcommand("scan", "Fingerprint a model and say which licences it carries; no decision");
  AddModelOptions(*scan, *scan_options);
  scan->callback([scan_options, &run] { run = [scan_options] { return RunScanOrGate(*scan_options, auditor::Scope::kScan); }; });

  auto gate_options = std::make_shared<GateOptions>();
  CLI::App* gate = app.add_subcommand("gate", "Decide whether a model may be used as the profile says, and why");
  AddModelOptions(*gate, *gate_options);
  gate->add_option("--profile", gate_options->profile, "Your own facts (YAML); without it every fact is absent")
      ->check(NotEmpty());
  gate->add_option("--policy", gate_options->policy, "Your organisation's rules (YAML), beside the built-in policy")
      ->check(NotEmpty());
  gate->add_option("--mode", gate_options->mode, "block, warn or audit: what the exit code does (default: the policy's)")
      ->check(CLI::IsMember({"block", "warn", "audit"}));
  gate->callback([gate_options, &run] { run = [gate_options] { return RunScanOrGate(*gate_options, auditor::Scope::kGate); }; });
}

}  // namespace weighbridge::cli
