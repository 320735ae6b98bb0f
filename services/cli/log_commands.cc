#include <algorithm>
#include <memory>
#include <string>

#include "absl/strings/str_format.h"
#include "services/auditlog/event.h"
#include "services/auditor/auditor.h"
#include "services/base/utf8.h"
#include "services/cli/approval_options.h"
#include "services/cli/commands.h"
#include "services/cli/environment.h"
#include "services/cli/exit_code.h"
#include "services/report/json.h"

namespace weighbridge::cli {
namespace {

struct LogOptions {
  CommonOptions common;
  std::string id;
  int64_t count = 20;
  int64_t from = 0;
  bool bodies = false;
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

std::string EventText(const v1::LogEntry& entry) {
  std::string line =
      absl::StrFormat("%6d  %s  %-14s  %s", entry.sequence(), entry.event().time(),
                      v1::EventKind::Value_Name(entry.event().kind()), entry.event().subject_id().substr(0, 16));
  for (const std::string* part : {&entry.body().detail(), &entry.body().by(), &entry.body().reason()}) {
    if (!part->empty()) line += "  " + Printable(*part);
  }
  if (entry.body().refusal() != v1::RefusalReason::refusal_reason_unspecified) {
    line += "  " + v1::RefusalReason::Value_Name(entry.body().refusal());
  }
  return line + "\n";
}

int RunTail(const LogOptions& options) {
  auto store = OpenStore(options.common, /*read_only=*/true);
  if (!store.ok()) return Fail(store.status());
  if (*store == nullptr) return Fail(kExitUsage, "events are kept in a database: leave --no-record out");
  const absl::StatusOr<int64_t> count = (*store)->CountEvents();
  if (!count.ok()) return Fail(count.status());
  std::string out;
  for (int64_t from = std::max<int64_t>(0, *count - options.count); from < *count;) {
    const auto events = (*store)->ListEvents(from, db::kPageSizeMax);
    if (!events.ok()) return FailVerb(events.status());
    for (const db::EventRecord& event : *events) {
      const absl::StatusOr<v1::LogEntry> entry = auditlog::ReadEvent(event);
      if (!entry.ok()) return FailVerb(entry.status());
      out += options.common.format == "json" ? report::ToJson(*entry) + "\n" : EventText(*entry);
    }
    if (events->empty()) break;
    from += static_cast<int64_t>(events->size());
  }
  const absl::Status written = WriteResult(options.common, out);
  return written.ok() ? kExitOk : Fail(written);
}

// The leaves as they are, one a line; with --bodies each followed by a tab and its body. Both are JSON in one line
// without a tab.
int RunExport(const LogOptions& options) {
  auto store = OpenStore(options.common, /*read_only=*/true);
  if (!store.ok()) return Fail(store.status());
  if (*store == nullptr) return Fail(kExitUsage, "events are kept in a database: leave --no-record out");
  std::string out;
  for (int64_t from = options.from;;) {
    const auto events = (*store)->ListEvents(from, db::kPageSizeMax);
    if (!events.ok()) return FailVerb(events.status());
    for (const db::EventRecord& event : *events) out += event.leaf + (options.bodies ? "\t" + event.body : "") + "\n";
    if (events->empty()) break;
    from += static_cast<int64_t>(events->size());
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

  auto tail_options = std::make_shared<LogOptions>();
  CLI::App* tail =
      log->add_subcommand("tail", "The newest events: decisions, approvals, revocations, keys, loads, refusals");
  tail->add_option("-n,--lines", tail_options->count, "How many")->check(CLI::Range(1, 1000000))->capture_default_str();
  AddOutputOptions(*tail, tail_options->common, {"text", "json"});
  AddStoreOptions(*tail, tail_options->common);
  tail->callback([tail_options, &run] { run = [tail_options] { return RunTail(*tail_options); }; });

  auto export_options = std::make_shared<LogOptions>();
  CLI::App* exported = log->add_subcommand("export", "All events as the exact bytes that are kept, one a line");
  exported->add_option("--from", export_options->from, "First number")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  exported->add_flag("--bodies", export_options->bodies, "Each leaf followed by a tab and its body");
  AddOutputOptions(*exported, export_options->common, {"text"});
  AddStoreOptions(*exported, export_options->common);
  exported->callback([export_options, &run] { run = [export_options] { return RunExport(*export_options); }; });
}

}  // namespace weighbridge::cli
