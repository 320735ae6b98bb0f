#include "services/report/gate_text.h"

#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "services/policy/decide.h"
#include "services/report/gate_words.h"
#include "services/report/layout.h"

namespace weighbridge::report {
namespace {

void AddFindings(const v1::GateResult& result, const Names& names, Layout& out) {
  bool any = false;
  for (const auto& finding : result.findings()) {
    if (!Decides(finding)) continue;
    if (!any) out.Heading("Why");
    any = true;
    const bool hard = finding.outcome() == v1::Outcome::VIOLATED || finding.outcome() == v1::Outcome::UNDECIDED;
    const Tone tone = hard && !Waived(finding) ? Tone::kBad : Tone::kCaution;
    const std::string term = TermOf(finding, names);
    out.Item(tone, absl::StrFormat("%s%s: %s", term, OutcomeWord(finding.outcome()), Shown(finding.message())));
    const std::string places = PlacesOf(finding);
    out.Detail("rule", places.empty() ? finding.rule_id() : finding.rule_id() + " at " + places);
    if (!finding.waived_by().empty()) out.Detail("waived by", finding.waived_by());
    if (!finding.missing_fact().empty()) out.Detail("missing fact", finding.missing_fact());
    if (!finding.remedy().empty()) out.Detail("what would change it", finding.remedy());
  }
}

void AddNotes(const v1::GateResult& result, const Names& names, Layout& out) {
  bool any = false;
  for (const auto& finding : result.findings()) {
    if (Decides(finding)) continue;
    if (!any) out.Heading("Checked and noted");
    any = true;
    const std::string term = TermOf(finding, names);
    const std::string places = finding.outcome() == v1::Outcome::SATISFIED ? "" : PlacesOf(finding);
    out.Item(Tone::kPlain,
             absl::StrFormat("%s%s: %s%s", term,
                             finding.severity() == v1::Severity::WARNING ? "warning" : OutcomeWord(finding.outcome()),
                             Shown(finding.message()), places.empty() ? "" : " [" + places + "]"));
  }
}

void AddLicenses(const v1::GateResult& result, Layout& out) {
  if (result.licenses().empty()) return;
  out.Heading("Licences");
  std::vector<std::vector<std::string>> rows;
  for (const auto& license : result.licenses()) {
    std::string where = Shown(license.source());
    if (!license.component().empty()) where += " [" + Shown(license.component()) + "]";
    rows.push_back({license.short_id(), MatchWords(license), where, license.name()});
  }
  out.Table({"id", "text", "found in", "name"}, rows);
}

void AddObligations(const v1::GateResult& result, const Names& names, const TextOptions& options, Layout& out) {
  if (result.obligations().empty()) return;
  std::map<std::string, int> counts;
  for (const auto& duty : result.obligations()) ++counts[StateOf(duty)];
  std::string heading = absl::StrFormat("Duties (%d open, %d fulfilled, %d not triggered", counts["open"],
                                        counts["fulfilled"], counts["not triggered"]);
  if (counts["recommended"] > 0) heading += absl::StrFormat(", %d recommended", counts["recommended"]);
  out.Heading(heading + ")");
  for (const auto& duty : result.obligations()) {
    const bool open = policy::IsOpen(duty);
    if (duty.kind() == v1::ObligationKind::prohibited_use && open && !options.list_all) continue;
    out.Item(open ? Tone::kCaution : Tone::kPlain,
             absl::StrFormat("%s, %s: %s (%s, %s)", names.Of(duty.license_id()), ClauseWords(duty.clause()),
                             Shown(duty.message()), v1::ObligationKind::Value_Name(duty.kind()), StateOf(duty)));
  }
  if (options.list_all) return;
  for (const auto& [license, clauses] : OpenBans(result)) {
    out.Item(Tone::kCaution, absl::StrFormat("%s: keep clear of its %d prohibited uses (%s)", names.Of(license),
                                             clauses.size(), ClauseRanges(clauses)));
    out.Detail("list them", "weighbridge licenses " + names.Of(license));
  }
}

void AddOpenness(const v1::GateResult& result, Layout& out) {
  if (!result.has_openness_statement()) return;
  const v1::OpennessStatement& statement = result.openness_statement();
  out.Heading("Openness (for information)");
  out.Item(Tone::kPlain, absl::StrFormat("%s. %s", v1::Openness_Name(statement.openness()), Shown(statement.why())));
  std::vector<std::vector<std::string>> rows;
  for (const auto& part : statement.parts()) {
    rows.push_back({PartWord(part.component()), std::string(StateWord(part.state())), HowWords(part)});
  }
  out.Table({"part", "state", "what shows it"}, rows);
}

void AddMeasured(const v1::GateResult& result, const TextOptions& options, Layout& out) {
  out.Heading("Measured");
  std::vector<std::vector<std::string>> rows;
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) rows.push_back({std::string(name), value});
  };
  add("model digest", result.model().digest().empty() ? "none: see above" : result.model().digest());
  add("weights digest", result.model().weights_digest());
  if (result.model().claimed()) add("claimed", "some digests are the word of git-lfs pointers");
  add("repository", Shown(result.model().repository()));
  add("revision", Shown(result.model().revision()));
  add("source", result.model().source_url().empty() ? "" : Shown(result.model().source_url()) + " (as the user says)");
  for (const auto& revision : result.model().download_revisions()) add("download notes name", Shown(revision));
  add("base digest", result.model().base_digest());
  add("set digest", result.model().set_digest());
  uint64_t bytes = 0;
  for (const auto& artifact : result.model().artifacts()) bytes += artifact.size();
  add("files", absl::StrFormat("%d, %s", result.model().artifacts_size(), HumanBytes(bytes)));
  for (const auto& fact : result.measured()) {
    std::string words;
    for (const auto& value : fact.values()) words += (words.empty() ? "" : ", ") + value;
    add(fact.id(), words + (fact.how().empty() ? "" : " (" + Shown(fact.how()) + ")"));
  }
  for (const auto& link : result.lineage()) {
    add(link.relation().empty() ? "base model" : link.relation(),
        Shown(link.base_model()) + (link.license_id().empty() ? " (not known)" : " under " + link.license_id()) + ", " +
            Shown(link.how()));
  }
  for (const auto& path : result.model().ignored()) add("ignored", Shown(path));
  add("openness", v1::Openness_Name(result.openness()));
  add("evaluated at", result.evaluated_at());
  add("mode", result.mode());
  add("rules", result.rules_digest());
  add("policy", result.policy_digest());
  add("profile", result.profile_digest().empty() ? "none: every fact is absent" : result.profile_digest());
  add("audit", result.audit_id());
  out.Table({}, rows);
  if (!options.list_all) return;
  out.Heading("Files");
  rows.clear();
  for (const auto& artifact : result.model().artifacts()) {
    rows.push_back({artifact.sha256().substr(0, 16), artifact.role(), artifact.format(), HumanBytes(artifact.size()),
                    Shown(artifact.path())});
  }
  out.Table({"sha256", "role", "format", "size", "path"}, rows);
}

void Render(const v1::GateResult& result, const TextOptions& options, Layout& out) {
  const Names names(result);
  if (result.decision() != v1::DECISION_UNSPECIFIED) {
    std::string line = Meaning(result.decision());
    if (!options.model_name.empty()) line = Shown(options.model_name) + ": " + line;
    const std::string mode = ModeNote(result);
    if (options.exit_code >= 0) line += absl::StrFormat(" (exit code %d)", options.exit_code);
    if (!mode.empty()) line += "; " + mode;
    out.Title(ToneOf(result.decision()), v1::Decision_Name(result.decision()), line);
  } else {
    out.Title(Tone::kPlain, "SCAN", Shown(options.model_name) + ": what was found; no decision was made");
  }
  AddFindings(result, names, out);
  AddLicenses(result, out);
  AddObligations(result, names, options, out);
  AddNotes(result, names, out);
  AddOpenness(result, out);
  AddMeasured(result, options, out);
}

// Of one of several models: the exit code is that of the whole run and stands there.
TextOptions OptionsOf(const TextOptions& options, const std::vector<std::string>& names, size_t model, size_t models) {
  TextOptions own = options;
  own.model_name = model < names.size() ? names[model] : "";
  if (models > 1) own.exit_code = -1;
  return own;
}

std::string DecisionWord(const v1::GateResult& result) {
  return result.decision() == v1::DECISION_UNSPECIFIED ? "SCAN" : v1::Decision_Name(result.decision());
}

std::string Capped(std::string text) {
  constexpr std::string_view kNote =
      "\n**This summary was cut here: it grew larger than what the host takes. The JSON has everything.**\n";
  if (text.size() <= kMarkdownBytesMax) return text;
  const size_t end = text.rfind('\n', kMarkdownBytesMax - kNote.size() - 1);
  text.resize(end == std::string::npos ? 0 : end + 1);
  return text += kNote;
}

}  // namespace

std::string RenderGateText(const v1::GateResult& result, const TextOptions& options) {
  TerminalLayout layout(options.color);
  Render(result, options, layout);
  return layout.Take();
}

std::string RenderGatesText(const std::vector<v1::GateResult>& results, const std::vector<std::string>& names,
                            const TextOptions& options) {
  std::string out;
  for (size_t i = 0; i < results.size(); ++i) {
    if (i > 0) out += "\n";
    out += RenderGateText(results[i], OptionsOf(options, names, i, results.size()));
  }
  if (results.size() > 1 && options.exit_code >= 0) {
    out += absl::StrFormat("\n%d models (exit code %d)\n", results.size(), options.exit_code);
  }
  return out;
}

std::string RenderGateMarkdown(const v1::GateResult& result, const TextOptions& options) {
  MarkdownLayout layout;
  Render(result, options, layout);
  return Capped(layout.Take());
}

std::string RenderGatesMarkdown(const std::vector<v1::GateResult>& results, const std::vector<std::string>& names,
                                const TextOptions& options) {
  if (results.size() == 1) return RenderGateMarkdown(results[0], OptionsOf(options, names, 0, 1));
  MarkdownLayout layout;
  std::string line = "each is decided on its own below";
  if (options.exit_code >= 0) line += absl::StrFormat(" (exit code %d)", options.exit_code);
  layout.Title(Tone::kPlain, absl::StrFormat("%d models", results.size()), line);
  std::vector<std::vector<std::string>> rows;
  for (size_t i = 0; i < results.size(); ++i) {
    std::vector<std::string> licenses;
    for (const auto& license : results[i].licenses()) {
      if (license.governs()) licenses.push_back(license.short_id());
    }
    rows.push_back({ModelName(results[i], i < names.size() ? names[i] : ""), DecisionWord(results[i]),
                    licenses.empty() ? "none that stands" : Joined(licenses, ", "), ModeNote(results[i])});
  }
  layout.Heading("Verdicts");
  layout.Table({"model", "decision", "licences", "mode"}, rows);
  std::string out = layout.Take();
  for (size_t i = 0; i < results.size() && out.size() <= kMarkdownBytesMax; ++i) {
    out += "\n" + RenderGateMarkdown(results[i], OptionsOf(options, names, i, results.size()));
  }
  return Capped(std::move(out));
}

}  // namespace weighbridge::report
