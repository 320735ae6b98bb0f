// conclude, waive.

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/auditor/conclude.h"
#include "services/auditor/exceptions.h"
#include "services/base/instant.h"
#include "services/base/utf8.h"
#include "services/cli/approval_options.h"
#include "services/cli/commands.h"
#include "services/cli/environment.h"
#include "services/cli/exit_code.h"
#include "services/report/json.h"

namespace weighbridge::cli {
namespace {

struct Options {
  CommonOptions common;
  std::string model, component, license, rule, clause;
  std::string by, reason, until, key;
  std::string evidence;  // file
};

// The envelope to the file of -o, where one is named, and the result to stdout.
template <typename Result>
int Print(const Options& options, const std::string& envelope, const Result& result, const std::string& text) {
  CommonOptions to_stdout = options.common;
  to_stdout.output.clear();
  if (!options.common.output.empty()) {
    if (const absl::Status written = WriteResult(options.common, envelope); !written.ok()) return Fail(written);
  }
  return Written(to_stdout, options.common.format == "json" ? report::ToJson(result) + "\n" : text);
}

int RunConclude(const Options& options) {
  auditor::ConcludeRequest request;
  const absl::StatusOr<absl::Time> now = Instant(options.common);
  if (!now.ok()) return Fail(now.status());
  request.now = *now;
  request.trust = std::string(kTrustSelf);
  v1::Ruling& ruling = request.ruling;
  ruling.set_model_digest(options.model);
  ruling.set_component(options.component);
  ruling.set_license_id(options.license);
  ruling.set_by(options.by);
  ruling.set_reason(options.reason);
  if (!options.until.empty()) {
    const absl::StatusOr<absl::Time> until = InstantAfter(options.until, *now, "--until");
    if (!until.ok()) return Fail(until.status());
    ruling.set_until(FormatInstant(*until));
  }
  if (!options.evidence.empty()) {
    absl::StatusOr<std::string> evidence = ReadInput(options.evidence, "evidence", auditor::kEvidenceMaxBytes);
    if (!evidence.ok()) return Fail(evidence.status());
    if (evidence->empty()) return Fail(kExitUsage, "--evidence: the file is empty");
    request.evidence = *std::move(evidence);
    request.evidence_name = options.evidence.substr(options.evidence.rfind('/') + 1);
  }
  auto rules = LoadRules(options.common);
  if (!rules.ok()) return Fail(rules.status());
  auto store = OpenStore(options.common);
  if (!store.ok()) return Fail(store.status());
  if (*store == nullptr) return Fail(kExitUsage, "a ruling is on what the database holds: leave --no-record out");
  auto signer = SignerHere(options.key, options.common, store->get());
  if (!signer.ok()) return FailVerb(signer.status());
  const absl::StatusOr<auditor::ConcludeResponse> response = auditor::Conclude(request, **rules, **signer, **store);
  if (!response.ok()) return FailVerb(response.status());
  const v1::ConcludeResult& result = response->result;
  return Print(options, response->envelope, result,
               absl::StrFormat("concluded %s%s\n  model      %s\n  licence    %s\n  evidence   %s\n  ruling     %s\n"
                               "  key        %s  trust: %s\n",
                               result.ruling().concluded_at(),
                               result.ruling().until().empty() ? "" : ", until " + result.ruling().until(),
                               result.ruling().model_digest() +
                                   (options.component.empty() ? "" : ", component " + Printable(options.component)),
                               result.ruling().license_id(),
                               result.ruling().evidence_name().empty() ? "none" : result.ruling().evidence_name(),
                               result.ruling_id(), result.key_id().substr(0, 16), result.trust()));
}

int RunWaive(const Options& options) {
  auditor::WaiveRequest request;
  const absl::StatusOr<absl::Time> now = Instant(options.common);
  if (!now.ok()) return Fail(now.status());
  request.now = *now;
  request.trust = std::string(kTrustSelf);
  v1::Waiver& waiver = request.waiver;
  waiver.set_model_digest(options.model);
  waiver.set_rule_id(options.rule);
  waiver.set_license_id(options.license);
  waiver.set_component(options.component);
  waiver.set_clause(options.clause);
  waiver.set_by(options.by);
  waiver.set_reason(options.reason);
  const absl::StatusOr<absl::Time> until = InstantAfter(options.until, *now, "--until");
  if (!until.ok()) return Fail(until.status());
  waiver.set_until(FormatInstant(*until));
  auto store = OpenStore(options.common);
  if (!store.ok()) return Fail(store.status());
  auto signer = SignerHere(options.key, options.common, store->get());
  if (!signer.ok()) return FailVerb(signer.status());
  const absl::StatusOr<auditor::WaiveResponse> response = auditor::Waive(request, **signer, store->get());
  if (!response.ok()) return FailVerb(response.status());
  const v1::WaiveResult& result = response->result;
  return Print(options, response->envelope, result,
               absl::StrFormat("waived %s until %s\n  model   %s\n  waiver  %s\n  key     %s  trust: %s\n",
                               result.waiver().rule_id(), result.waiver().until(), result.waiver().model_digest(),
                               result.waiver_id(), result.key_id().substr(0, 16), result.trust()));
}

std::shared_ptr<Options> Add(CLI::App& app, Run& run, const char* name, const char* help, int (*work)(const Options&)) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = AddVerb(app, name, help, options->common);
  verb->add_option("--model", options->model, "Model digest")->required()->check(NotEmpty());
  AddBecause(*verb, options->by, options->reason);
  verb->add_option("--key", options->key, "Key that signs: id, or at least 8 digits of it (default: the default key)")
      ->check(NotEmpty());
  AddStoreOptions(*verb, options->common);
  verb->callback([options, work, &run] { run = [options, work] { return work(*options); }; });
  return options;
}

}  // namespace

void AddExceptionCommands(CLI::App& app, Run& run) {
  const auto c = Add(app, run, "conclude",
                     "Settle which licence governs a model that was gated; signed; -o FILE: the envelope", RunConclude);
  CLI::App* conclude = app.get_subcommand("conclude");
  conclude->add_option("--license", c->license, "Licence that governs: id or name")->required()->check(NotEmpty());
  conclude->add_option("--component", c->component, "Only this component (default: the model itself)")
      ->check(NotEmpty());
  conclude->add_option("--evidence", c->evidence, "File that it rests on; a changed text is approvable only with one")
      ->check(NotEmpty());
  conclude->add_option("--until", c->until, "When it ends: a span (90d) or an instant (default: never)")
      ->check(NotEmpty());
  AddRulesOption(*conclude, c->common);

  const auto w =
      Add(app, run, "waive", "Except one rule for one model, until a day; signed; -o FILE: the envelope", RunWaive);
  CLI::App* waive = app.get_subcommand("waive");
  waive->add_option("--rule", w->rule, "Rule of the finding, as gate prints it: term.territory")
      ->required()
      ->check(NotEmpty());
  waive->add_option("--license", w->license, "Only findings of this licence (id)")->check(NotEmpty());
  waive->add_option("--component", w->component, "Only findings of this component")->check(NotEmpty());
  waive->add_option("--clause", w->clause, "Only findings of this clause")->check(NotEmpty());
  waive->add_option("--until", w->until, "When it ends: a span (30d) or an instant")->required()->check(NotEmpty());
}

}  // namespace weighbridge::cli
