// approve, approvals, revoke, verify.

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/auditor/approve.h"
#include "services/base/instant.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/cli/approval_options.h"
#include "services/cli/commands.h"
#include "services/cli/environment.h"
#include "services/cli/exit_code.h"
#include "services/report/json.h"
#include "services/source/progress_line.h"

namespace weighbridge::cli {
namespace {

constexpr size_t kEnvelopeFileMax = size_t{32} << 20;

struct Options {
  CommonOptions common;
  std::string path;
  std::string profile, policy;
  std::string by, reason, expires = "90d", not_before;
  std::vector<std::string> environments, regions, engines, adapters;
  bool reviewed = false;
  std::string key;  // approve: key id; verify: PEM file
  std::string trust;
  std::string waivers;
  std::string approval;  // file
  std::string id;
  std::string model;
  std::string use, environment, region, engine;
  bool standing = false;
  bool envelope = false;
};

std::string Joined(const google::protobuf::RepeatedPtrField<std::string>& list) {
  std::string joined;
  for (const std::string& item : list) joined += (joined.empty() ? "" : ", ") + Printable(item);
  return joined;
}

std::string ScopeLines(const v1::ApprovalScope& scope) {
  std::string out;
  const auto add = [&out](const char* what, const std::string& value) {
    if (!value.empty()) out += absl::StrFormat("  %-12s %s\n", what, value);
  };
  add("use", Joined(scope.use()));
  add("environment", Joined(scope.environments()));
  add("region", Joined(scope.regions()));
  add("engine", Joined(scope.engines()));
  if (scope.has_user_ceiling()) {
    const v1::UserCeiling& ceiling = scope.user_ceiling();
    add("users", absl::StrFormat("%s at most %d (%s, %s)", ceiling.metric(), ceiling.value(), ceiling.license_id(),
                                 ceiling.clause()));
  }
  return out;
}

std::string SummaryLines(const v1::ApprovalSummary& summary) {
  std::string out = absl::StrFormat("approval %s  %s%s\n", summary.approval_id(), summary.state(),
                                    summary.trust().empty() ? "" : "  trust: " + summary.trust());
  out += absl::StrFormat("  model        %s\n  decision     %s\n  valid        %s to %s\n", summary.model_digest(),
                         v1::Decision_Name(summary.decision()), summary.not_before(), summary.expires());
  out += ScopeLines(summary.scope());
  out += absl::StrFormat("  by           %s: %s\n", Printable(summary.by()), Printable(summary.reason()));
  if (summary.has_revocation()) {
    out += absl::StrFormat("  revoked      %s by %s: %s\n", summary.revocation().revoked_at(),
                           Printable(summary.revocation().by()), Printable(summary.revocation().reason()));
  }
  return out;
}

// ---- approve
// ---------------------------------------------------------------------------------------------------------

absl::StatusOr<auditor::ApproveRequest> ApproveRequestOf(const Options& options) {
  auditor::ApproveRequest request;
  request.gate.collect.path = options.path;
  request.gate.collect.options.read.cancelled = &g_interrupted;
  request.gate.inputs.cancelled = &g_interrupted;
  WB_ASSIGN_OR_RETURN(request.gate.inputs.profile, ReadConfig(options.profile, "profile"));
  WB_ASSIGN_OR_RETURN(request.gate.inputs.policy, ReadConfig(options.policy, "policy"));
  WB_ASSIGN_OR_RETURN(request.gate.inputs.evaluated_at, Instant(options.common));
  WB_RETURN_IF_ERROR(TakeWaivers(options.waivers, options.trust, request.gate.inputs));
  request.adapters = options.adapters;
  approval::ApproveTerms& terms = request.terms;
  terms.by = options.by;
  terms.reason = options.reason;
  terms.environments = options.environments;
  terms.regions = options.regions;
  terms.engines = options.engines;
  terms.reviewed = options.reviewed;
  terms.not_before = request.gate.inputs.evaluated_at;
  if (!options.not_before.empty()) {
    WB_ASSIGN_OR_RETURN(terms.not_before, InstantAfter(options.not_before, terms.not_before, "--not-before"));
  }
  WB_ASSIGN_OR_RETURN(terms.expires, InstantAfter(options.expires, terms.not_before, "--expires"));
  request.trust = std::string(kTrustSelf);
  return request;
}

std::string ApproveText(const v1::ApproveResult& result) {
  return absl::StrFormat("approved %s\n  model        %s\n  decision     %s\n  valid        %s to %s\n",
                         result.approval_id(), result.model_digest(), v1::Decision_Name(result.decision()),
                         result.not_before(), result.expires()) +
         ScopeLines(result.scope()) +
         absl::StrFormat("  key          %s  trust: %s\n", result.key_id().substr(0, 16), result.trust());
}

int RunApprove(const Options& options) {
  absl::StatusOr<auditor::ApproveRequest> request = ApproveRequestOf(options);
  if (!request.ok()) return FailVerb(request.status());
  auto rules = LoadRules(options.common);
  if (!rules.ok()) return Fail(rules.status());
  auto store = OpenStore(options.common);
  if (!store.ok()) return Fail(store.status());
  auto signer = SignerHere(options.key, options.common, store->get());
  if (!signer.ok()) return FailVerb(signer.status());
  absl::StatusOr<auditor::ApproveResponse> response;
  {
    std::unique_ptr<source::ProgressLine> line;
    if (!options.common.quiet) line = source::ProgressLine::ForTerminal(STDERR_FILENO);
    if (line != nullptr) {
      request->gate.collect.options.read.progress = [&line](const source::Progress& progress) { line->Show(progress); };
    }
    response = auditor::Approve(*request, **rules, **store, **signer);
  }
  if (!response.ok()) return Fail(response.status());
  const bool json = options.common.format == "json";
  CommonOptions to_stdout = options.common;
  to_stdout.output.clear();
  if (response->envelope.empty()) {
    if (json) {
      if (const absl::Status printed = WriteResult(to_stdout, report::ToJson(response->result) + "\n"); !printed.ok())
        return Fail(printed);
    }
    return FailRefused(response->result.refusal());
  }
  // The envelope first: who sees the result may count on it.
  if (!options.common.output.empty()) {
    if (const absl::Status written = WriteResult(options.common, response->envelope); !written.ok()) {
      return Fail(
          ExitCodeOf(written),
          absl::StrFormat("%s\n  the approval %s stands in the database all the same: approvals show ID --envelope "
                          "-o FILE writes it, revoke ID takes it back",
                          MessageOf(written), response->result.approval_id()));
    }
  }
  return Written(to_stdout, json ? report::ToJson(response->result) + "\n" : ApproveText(response->result));
}

// ---- approvals
// -------------------------------------------------------------------------------------------------------

struct Opened {
  std::unique_ptr<db::Store> store;
  approval::TrustedKeys trusted;
  absl::Time now;
};

absl::StatusOr<std::unique_ptr<db::Store>> OpenApprovals(const Options& options, bool read_only) {
  WB_ASSIGN_OR_RETURN(std::unique_ptr<db::Store> store, OpenStore(options.common, read_only));
  if (store == nullptr) return absl::InvalidArgumentError("approvals are kept in a database: leave --no-record out");
  return store;
}

absl::StatusOr<Opened> OpenAll(const Options& options) {
  Opened opened;
  WB_ASSIGN_OR_RETURN(opened.now, Instant(options.common));
  WB_ASSIGN_OR_RETURN(opened.trusted, TrustedHere(options.trust));
  WB_ASSIGN_OR_RETURN(opened.store, OpenApprovals(options, /*read_only=*/true));
  // A clock that was set back revives nothing; an instant that was asked for is taken as it is.
  if (options.common.at.empty()) {
    WB_ASSIGN_OR_RETURN(const int64_t floor, opened.store->ClockFloor());
    opened.now = std::max(opened.now, absl::FromUnixSeconds(floor));
  }
  return opened;
}

int RunList(const Options& options) {
  absl::StatusOr<Opened> opened = OpenAll(options);
  if (!opened.ok()) return Fail(opened.status());
  db::ApprovalFilter filter;
  filter.digest = options.model;
  std::string out;
  for (int64_t before = 0;;) {
    const absl::StatusOr<auditor::ListedApprovals> listed = auditor::ListApprovals(
        filter, options.standing, opened->now, opened->trusted, db::kPageSizeMax, before, *opened->store);
    if (!listed.ok()) return FailVerb(listed.status());
    for (const v1::ApprovalSummary& summary : listed->approvals) {
      out += options.common.format == "json" ? report::ToJson(summary) + "\n" : SummaryLines(summary);
    }
    before = listed->next_before;
    if (before == 0) return Written(options.common, out);
  }
}

int RunShow(const Options& options) {
  absl::StatusOr<Opened> opened = OpenAll(options);
  if (!opened.ok()) return Fail(opened.status());
  const absl::StatusOr<v1::ApprovalRecord> record =
      auditor::ShowApproval(options.id, opened->now, opened->trusted, *opened->store);
  if (!record.ok()) return FailVerb(record.status());
  if (options.envelope) return Written(options.common, record->envelope());
  if (options.common.format == "json") return Written(options.common, report::ToJson(*record) + "\n");
  std::string out = SummaryLines(record->summary());
  for (const v1::ApprovedLicense& license : record->details().licenses()) {
    out += absl::StrFormat("  licence      %s%s\n", license.license_id(),
                           license.component().empty() ? "" : " (" + Printable(license.component()) + ")");
  }
  for (const v1::ApprovalCondition& condition : record->details().conditions()) {
    out += absl::StrFormat("  condition    %s (%s, %s)\n", Printable(condition.message()), condition.license_id(),
                           condition.clause());
  }
  for (const v1::ReviewedFinding& finding : record->details().reviewed()) {
    out += absl::StrFormat("  reviewed     %s: %s -- %s: %s\n", finding.rule_id(), Printable(finding.message()),
                           Printable(finding.by()), Printable(finding.reason()));
  }
  return Written(options.common, out);
}

int RunRecheck(const Options& options) {
  absl::StatusOr<Opened> opened = OpenAll(options);
  if (!opened.ok()) return Fail(opened.status());
  auditor::GateInputs inputs;
  auto profile = ReadConfig(options.profile, "profile"), policy = ReadConfig(options.policy, "policy");
  if (!profile.ok()) return Fail(profile.status());
  if (!policy.ok()) return Fail(policy.status());
  inputs.profile = *profile;
  inputs.policy = *policy;
  inputs.evaluated_at = opened->now;
  if (const absl::Status taken = TakeWaivers(options.waivers, options.trust, inputs); !taken.ok())
    return FailVerb(taken);
  inputs.cancelled = &g_interrupted;
  auto rules = LoadRules(options.common);
  if (!rules.ok()) return Fail(rules.status());
  const auto results = auditor::RecheckApprovals(inputs, opened->trusted, **rules, *opened->store);
  if (!results.ok()) return FailVerb(results.status());
  std::string out;
  int failed = 0;
  for (const v1::RecheckResult& result : *results) {
    if (!result.passes()) ++failed;
    if (options.common.format == "json") {
      out += report::ToJson(result) + "\n";
      continue;
    }
    out += absl::StrFormat("%s  %s  model %s%s\n", result.passes() ? "passes" : "FAILS ",
                           result.approval().approval_id(), result.approval().model_digest().substr(0, 16),
                           result.passes() ? "" : ": " + Printable(result.refusal().message()));
  }
  const int code = Written(options.common, out);
  if (code != kExitOk || failed == 0) return code;
  return Fail(
      kExitDenied,
      absl::StrFormat("%d of %d standing approvals could not be issued again; revoke them, or settle what is found",
                      failed, results->size()));
}

int RunRevoke(const Options& options) {
  const absl::StatusOr<absl::Time> now = Instant(options.common);
  if (!now.ok()) return Fail(now.status());
  // Keys play no part in taking back: a folder of keys in disorder holds no revocation up.
  const absl::StatusOr<approval::TrustedKeys> trusted = TrustedHere("");
  if (!trusted.ok()) Note(options.common, absl::StrFormat("note: %s", MessageOf(trusted.status())));
  const absl::StatusOr<std::unique_ptr<db::Store>> store = OpenApprovals(options, /*read_only=*/false);
  if (!store.ok()) return Fail(store.status());
  const absl::StatusOr<v1::ApprovalSummary> summary = auditor::RevokeApproval(
      options.id, options.by, "", options.reason, *now, trusted.ok() ? *trusted : approval::TrustedKeys(), {}, **store);
  if (!summary.ok()) return FailVerb(summary.status());
  return Written(options.common,
                 options.common.format == "json" ? report::ToJson(*summary) + "\n" : SummaryLines(*summary));
}

// ---- verify
// ----------------------------------------------------------------------------------------------------------

std::string VerifyText(const v1::VerifyResult& result) {
  std::string out =
      absl::StrFormat("verified\n  approval     %s\n  model        %s\n  decision     %s\n  valid        %s to %s\n",
                      result.approval_id(), result.model_digest(), v1::Decision_Name(result.decision()),
                      result.not_before(), result.expires());
  out += ScopeLines(result.scope());
  out += absl::StrFormat("  key          %s  trust: %s\n  revocation   %s\n", result.key_id().substr(0, 16),
                         result.trust(), result.revocation());
  for (const std::string& path : result.changed_documents())
    out += absl::StrFormat("  differs      %s (not loadable)\n", path);
  return out;
}

int RunVerify(const Options& options) {
  auditor::VerifyRequest request;
  request.collect.path = options.path;
  request.collect.options.read.cancelled = &g_interrupted;
  request.adapters = options.adapters;
  request.stated = {options.use, options.environment, options.region, options.engine};
  request.check_scope =
      !options.use.empty() || !options.environment.empty() || !options.region.empty() || !options.engine.empty();
  const absl::StatusOr<absl::Time> now = Instant(options.common);
  if (!now.ok()) return Fail(now.status());
  request.now = *now;
  if (!options.approval.empty()) {
    absl::StatusOr<std::string> envelope = ReadInput(options.approval, "approval", kEnvelopeFileMax);
    if (!envelope.ok()) return Fail(envelope.status());
    request.envelope = *std::move(envelope);
    if (request.envelope.empty()) return Fail(kExitIntegrity, "the approval is an empty file");
  }
  const absl::StatusOr<approval::TrustedKeys> trusted = TrustedHere(options.key.empty() ? options.trust : options.key);
  if (!trusted.ok()) return FailVerb(trusted.status());
  // With an approval in hand the database is asked only if it was named: others verify where there is none.
  std::unique_ptr<db::Store> store;
  if (options.approval.empty() || !options.common.db_path.empty()) {
    auto opened = OpenStore(options.common, /*read_only=*/true);
    if (!opened.ok()) return Fail(opened.status());
    store = *std::move(opened);
  }
  const absl::StatusOr<v1::VerifyResult> result = auditor::VerifyModel(request, *trusted, store.get());
  if (!result.ok()) return Fail(result.status());
  const bool json = options.common.format == "json";
  if (json || result->verified()) {
    const int code = Written(options.common, json ? report::ToJson(*result) + "\n" : VerifyText(*result));
    if (code != kExitOk) return code;
  }
  return result->verified() ? kExitOk : FailRefused(result->refusal());
}

// ---- options
// ---------------------------------------------------------------------------------------------------------

void AddDecidedWith(CLI::App& app, Options& options) {
  app.add_option("--profile", options.profile, "Your own facts (YAML)")->check(NotEmpty());
  app.add_option("--policy", options.policy, "Your organisation's rules (YAML), beside the built-in policy")
      ->check(NotEmpty());
  AddRulesOption(app, options.common);
}

template <typename Work>
std::pair<CLI::App*, std::shared_ptr<Options>> Add(CLI::App& app, Run& run, const char* name, const char* help,
                                                   Work work) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = AddVerb(app, name, help, options->common);
  verb->callback([options, work, &run] { run = [options, work] { return work(*options); }; });
  return {verb, options};
}

}  // namespace

void AddApprovalCommands(CLI::App& app, Run& run) {
  const auto [approve, a] =
      Add(app, run, "approve",
          "Hash a model anew, decide, and sign the approval an engine asks for; -o FILE: the envelope", RunApprove);
  approve->add_option("DIR", a->path, "Model folder, hub snapshot or single weights file")->required();
  AddDecidedWith(*approve, *a);
  AddBecause(*approve, a->by, a->reason);
  approve->add_option("--expires", a->expires, "When it ends: a span (90d, 12h) or an instant")
      ->capture_default_str()
      ->check(NotEmpty());
  approve->add_option("--not-before", a->not_before, "When it begins: a span or an instant (default: now)")
      ->check(NotEmpty());
  approve->add_option("--environment", a->environments, "Holds only in this environment; may be repeated")
      ->check(NotEmpty());
  approve->add_option("--region", a->regions, "Holds only in this region; may be repeated")->check(NotEmpty());
  approve->add_option("--engine", a->engines, "Holds only for the engine of this id; may be repeated")
      ->check(NotEmpty());
  approve->add_option("--with", a->adapters, "Adapter that is laid over the model; may be repeated")->check(NotEmpty());
  approve->add_flag("--reviewed", a->reviewed,
                    "You looked at every finding that needs a person: your name and reason stand against each");
  AddWaiversOption(*approve, a->waivers);
  AddTrustOption(*approve, a->trust);
  approve->get_option("--trust")->needs("--waivers");
  approve->add_option("--key", a->key, "Key that signs: id, or at least 8 digits of it (default: the default key)")
      ->check(NotEmpty());
  approve
      ->add_option("--db", a->common.db_path,
                   "Database file; it must exist (default: made under $XDG_DATA_HOME/weighbridge)")
      ->check(NotEmpty());

  CLI::App* approvals = app.add_subcommand("approvals", "What was approved");
  approvals->require_subcommand(1);
  const auto [list, l] = Add(*approvals, run, "list", "Approvals, newest first", RunList);
  list->add_flag("--standing", l->standing, "Only those that hold now");
  list->add_option("--model", l->model, "Only of this model, weights or set digest (64 digits)")->check(NotEmpty());
  const auto [show, s] = Add(*approvals, run, "show", "One approval with all that was signed", RunShow);
  show->add_option("ID", s->id, "Approval id, or at least 8 digits of it")->required();
  show->add_flag("--envelope", s->envelope, "The signed envelope itself");
  const auto [recheck, c] =
      Add(*approvals, run, "recheck", "Which standing approvals could not be issued again today", RunRecheck);
  AddDecidedWith(*recheck, *c);
  AddWaiversOption(*recheck, c->waivers);
  for (const auto& [verb, options] : {std::make_pair(list, l), std::make_pair(show, s), std::make_pair(recheck, c)}) {
    AddTrustOption(*verb, options->trust);
    AddStoreOptions(*verb, options->common);
  }

  const auto [revoke, r] = Add(app, run, "revoke", "Take an approval back, for good", RunRevoke);
  revoke->add_option("ID", r->id, "Approval id, or at least 8 digits of it")->required();
  AddBecause(*revoke, r->by, r->reason);
  AddStoreOptions(*revoke, r->common);

  const auto [verify, v] = Add(app, run, "verify", "Measure a model anew and compare it with its approval", RunVerify);
  verify->add_option("DIR", v->path, "Model folder, hub snapshot or single weights file")->required();
  verify->add_option("--approval", v->approval, "Envelope (default: an approval of the database that holds)")
      ->check(NotEmpty());
  verify->add_option("--with", v->adapters, "Adapter of the approval; may be repeated")->check(NotEmpty());
  auto* key = verify->add_option("--key", v->key, "The one public key (PEM) that is trusted")->check(NotEmpty());
  AddTrustOption(*verify, v->trust);
  verify->get_option("--trust")->excludes(key);
  verify->add_option("--use", v->use, "Also check the scope: the use")->check(NotEmpty());
  verify->add_option("--environment", v->environment, "Also check the scope: the environment")->check(NotEmpty());
  verify->add_option("--region", v->region, "Also check the scope: the region")->check(NotEmpty());
  verify->add_option("--engine", v->engine, "Also check the scope: the engine's id")->check(NotEmpty());
  AddStoreOptions(*verify, v->common);
}

}  // namespace weighbridge::cli
