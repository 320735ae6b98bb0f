#include "services/report/gate_text.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <vector>

#include "absl/strings/str_format.h"
#include "services/policy/decide.h"
#include "services/report/layout.h"

namespace weighbridge::report {
namespace {

bool Decides(const v1::Finding& finding) {
  return finding.outcome() == v1::Outcome::VIOLATED || finding.outcome() == v1::Outcome::NEEDS_REVIEW ||
         finding.outcome() == v1::Outcome::UNDECIDED;
}

// "LICENSE:24", "README.md:3 (license)".
std::string PlaceOf(const v1::EvidenceRef& ref) {
  std::string place = Shown(ref.path());
  if (ref.line() > 0) place += absl::StrFormat(":%d", ref.line());
  if (!ref.key().empty()) place += absl::StrFormat("%s(%s)", place.empty() ? "" : " ", Shown(ref.key()));
  return place;
}

std::string PlacesOf(const v1::Finding& finding) {
  std::string places;
  for (const auto& ref : finding.evidence()) {
    const std::string place = PlaceOf(ref);
    if (!place.empty() && places.find(place) == std::string::npos) places += (places.empty() ? "" : ", ") + place;
  }
  return places;
}

std::string_view OutcomeWord(v1::Outcome::Value outcome) {
  switch (outcome) {
    case v1::Outcome::VIOLATED:
      return "violated";
    case v1::Outcome::NEEDS_REVIEW:
      return "needs review";
    case v1::Outcome::UNDECIDED:
      return "cannot be measured";
    case v1::Outcome::SATISFIED:
      return "met";
    default:
      return "note";
  }
}

Tone ToneOf(v1::Decision decision) {
  switch (decision) {
    case v1::APPROVED:
    case v1::APPROVED_WITH_CONDITIONS:
      return Tone::kGood;
    case v1::NEEDS_REVIEW:
      return Tone::kCaution;
    default:
      return Tone::kBad;
  }
}

std::string Meaning(v1::Decision decision) {
  switch (decision) {
    case v1::APPROVED:
      return "nothing stands against this use";
    case v1::APPROVED_WITH_CONDITIONS:
      return "this use is permitted while the duties below are kept";
    case v1::NEEDS_REVIEW:
      return "a fact or a person's conclusion is missing";
    case v1::DENIED:
      return "a term is violated";
    case v1::UNDECIDED:
      return "the model could not be measured; nothing may be concluded from this run";
    default:
      return "";
  }
}

// Short ids by licence id, for people.
class Names {
 public:
  explicit Names(const v1::GateResult& result) {
    for (const auto& license : result.licenses()) {
      short_ids_[license.license_id()] = license.short_id();
      full_names_[license.license_id()] = license.name();
    }
  }

  // True if the message begins with a name of the finding's licence.
  bool Begin(const v1::Finding& finding) const {
    const auto begins = [&](const std::string& name) {
      return !name.empty() && finding.message().rfind(name + ", ", 0) == 0;
    };
    const auto full = full_names_.find(finding.license_id());
    return begins(finding.license_id()) || begins(Of(finding.license_id())) ||
           (full != full_names_.end() && begins(full->second));
  }

  std::string Of(const std::string& license_id) const {
    const auto found = short_ids_.find(license_id);
    return found == short_ids_.end() ? license_id : found->second;
  }

 private:
  std::map<std::string, std::string> short_ids_, full_names_;
};

// "llama-3.1-license-2024, clause 2: "; empty if the message itself begins with the licence, as those of terms do.
std::string TermOf(const v1::Finding& finding, const Names& names) {
  if (names.Begin(finding)) return "";
  std::string term = names.Of(finding.license_id());
  if (!finding.clause().empty()) term += (term.empty() ? "" : ", ") + ClauseWords(finding.clause());
  return term.empty() ? "" : term + ": ";
}

void AddFindings(const v1::GateResult& result, const Names& names, Layout& out) {
  bool any = false;
  for (const auto& finding : result.findings()) {
    if (!Decides(finding)) continue;
    if (!any) out.Heading("Why");
    any = true;
    const Tone tone = finding.outcome() == v1::Outcome::NEEDS_REVIEW ? Tone::kCaution : Tone::kBad;
    const std::string term = TermOf(finding, names);
    out.Item(tone, absl::StrFormat("%s%s: %s", term, OutcomeWord(finding.outcome()), Shown(finding.message())));
    const std::string places = PlacesOf(finding);
    out.Detail("rule", places.empty() ? finding.rule_id() : finding.rule_id() + " at " + places);
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
    std::string text = license.match() == v1::Match::MATCH_UNSPECIFIED ? "no text" : v1::Match::Verdict_Name(license.match());
    if (license.blocked_by_residue()) text += ", not bare";
    rows.push_back({license.short_id(), text, where, license.name()});
  }
  out.Table({"id", "text", "found in", "name"}, rows);
}

std::string StateOf(const v1::Obligation& duty) {
  if (duty.not_triggered()) return "not triggered";
  if (duty.fulfilled()) return "fulfilled";
  return policy::IsOpen(duty) ? "open" : "recommended";
}

void AddObligations(const v1::GateResult& result, const Names& names, const TextOptions& options, Layout& out) {
  if (result.obligations().empty()) return;
  std::map<std::string, int> counts;
  std::map<std::string, std::vector<std::string>> bans;  // licence to clauses
  for (const auto& duty : result.obligations()) ++counts[StateOf(duty)];
  std::string heading = absl::StrFormat("Duties (%d open, %d fulfilled, %d not triggered", counts["open"],
                                        counts["fulfilled"], counts["not triggered"]);
  if (counts["recommended"] > 0) heading += absl::StrFormat(", %d recommended", counts["recommended"]);
  out.Heading(heading + ")");
  for (const auto& duty : result.obligations()) {
    const bool open = policy::IsOpen(duty);
    if (duty.kind() == v1::ObligationKind::prohibited_use && open && !options.list_all) {
      bans[duty.license_id()].push_back(duty.clause());
      continue;
    }
    out.Item(open ? Tone::kCaution : Tone::kPlain,
             absl::StrFormat("%s, %s: %s (%s, %s)", names.Of(duty.license_id()), ClauseWords(duty.clause()),
                             Shown(duty.message()), v1::ObligationKind::Value_Name(duty.kind()), StateOf(duty)));
  }
  for (const auto& [license, clauses] : bans) {
    out.Item(Tone::kCaution, absl::StrFormat("%s: keep clear of its %d prohibited uses (%s)", names.Of(license),
                                             clauses.size(), ClauseRanges(clauses)));
    out.Detail("list them", "weighbridge licenses " + names.Of(license));
  }
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
    if (options.exit_code >= 0) line += absl::StrFormat(" (exit code %d)", options.exit_code);
    out.Title(ToneOf(result.decision()), v1::Decision_Name(result.decision()), line);
  } else {
    out.Title(Tone::kPlain, "SCAN", Shown(options.model_name) + ": what was found; no decision was made");
  }
  AddFindings(result, names, out);
  AddLicenses(result, out);
  AddObligations(result, names, options, out);
  AddNotes(result, names, out);
  AddMeasured(result, options, out);
}

}  // namespace

std::string RenderGateText(const v1::GateResult& result, const TextOptions& options) {
  TerminalLayout layout(options.color);
  Render(result, options, layout);
  return layout.Take();
}

std::string RenderGateMarkdown(const v1::GateResult& result, const TextOptions& options) {
  MarkdownLayout layout;
  Render(result, options, layout);
  return layout.Take();
}

}  // namespace weighbridge::report
