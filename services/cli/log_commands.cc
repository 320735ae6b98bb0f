#include <memory>
#include <string>

#include "absl/strings/str_format.h"
#include "services/auditor/auditor.h"
#include "services/base/utf8.h"
#include "services/cli/commands.h"
#include "services/cli/environment.h"
#include "services/cli/exit_code.h"

namespace weighbridge::cli {
namespace {

struct LogOptions {
  CommonOptions common;
  std::string id;
};

int RunReplay(const LogOptions& options) {
  auto store = OpenStore(options.common, /*read_only=*/true);
  if (!store.ok()) return Fail(store.status());
  const absl::StatusOr<auditor::ReplayResponse> replay = auditor::Replay(options.id, **store);
  if (!replay.ok()) {
    const bool damaged = replay.status().code() == absl::StatusCode::kDataLoss;
    // An id that is not there is the user's word, not the database's fault.
    const bool unknown = replay.status().code() == absl::StatusCode::kNotFound;
    return Fail(damaged   ? kExitIntegrity
                : unknown ? kExitUsage
                          : ExitCodeOf(replay.status()),
                MessageOf(replay.status()));
  }
  std::string out;
  bool same = true;
  for (const auditor::ReplayedDecision& decision : replay->decisions) {
    same = same && decision.same_bytes;
    if (options.common.format == "json") {
      out += decision.json;
    } else {
      out += absl::StrFormat("%s  %s of %s: %s\n", decision.same_bytes ? "SAME" : "DIFFERS", decision.decision,
                             decision.evaluated_at,
                             decision.same_bytes ? "evaluated again from stored inputs to the same bytes"
                                                 : "evaluated again from stored inputs, other bytes came out");
    }
  }
  if (replay->decisions.empty()) {
    out += options.common.format == "json"
               ? ""
               : absl::StrFormat("audit %s has no decisions (scan only)\n", replay->audit_id);
  }
  const absl::Status written = WriteResult(options.common, out);
  if (!written.ok()) return Fail(written);
  if (!same) return Fail(kExitIntegrity, "a recorded decision does not follow from its stored inputs in this version");
  return kExitOk;
}

int RunList(const LogOptions& options) {
  auto store = OpenStore(options.common, /*read_only=*/true);
  if (!store.ok()) return Fail(store.status());
  const absl::StatusOr<db::AuditPage> page = (*store)->ListAudits(db::kPageSizeMax, 0);
  if (!page.ok()) return Fail(page.status());
  std::string out;
  for (const db::AuditSummary& audit : page->audits) {
    const auto decisions = (*store)->ListDecisions(audit.audit_id);
    if (!decisions.ok()) return Fail(decisions.status());
    out +=
        absl::StrFormat("%s  %s  %s\n", audit.audit_id.substr(0, 16), audit.created_at,
                        audit.model_digest.empty() ? "no model digest" : "model " + audit.model_digest.substr(0, 16));
    for (const db::DecisionRecord& decision : *decisions) {
      out += absl::StrFormat("  %s  %s  %s\n", decision.decision_id.substr(0, 16), decision.evaluated_at,
                             decision.decision);
    }
  }
  const absl::Status written = WriteResult(options.common, out);
  return written.ok() ? kExitOk : Fail(written);
}

}  // namespace

void AddLogCommands(CLI::App& app, Run& run) {
  CLI::App* log = app.add_subcommand("log", "What was recorded");
  log->require_subcommand(1);
  auto replay_options = std::make_shared<LogOptions>();
  CLI::App* replay =
      log->add_subcommand("replay", "Evaluate a recorded audit again from stored inputs and compare the bytes");
  replay->add_option("AUDIT", replay_options->id, "Audit or decision id, or at least 8 digits of it")->required();
  AddOutputOptions(*replay, replay_options->common, {"text", "json"});
  AddStoreOptions(*replay, replay_options->common);
  replay->callback([replay_options, &run] { run = [replay_options] { return RunReplay(*replay_options); }; });

  auto list_options = std::make_shared<LogOptions>();
  CLI::App* list = log->add_subcommand("list", "The newest audits and their decisions");
  AddOutputOptions(*list, list_options->common, {"text"});
  AddStoreOptions(*list, list_options->common);
  list->callback([list_options, &run] { run = [list_options] { return RunList(*list_options); }; });
}

}  // namespace weighbridge::cli
