#include "services/report/junit.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/policy/decide.h"
#include "services/report/gate_words.h"
#include "services/report/xml_writer.h"

namespace weighbridge::report {
namespace {

enum class Verdict { kPass, kSkipped, kFailure, kError };

struct Case {
  std::string name;
  Verdict verdict = Verdict::kPass;
  std::string type;     // "VIOLATED"
  std::string message;  // one line
  std::string body;     // all that is known, several lines
};

struct Suite {
  std::string name;
  std::vector<Case> cases;
  std::vector<std::pair<const char*, std::string>> properties;

  int64_t Count(Verdict verdict) const {
    return std::count_if(cases.begin(), cases.end(), [&](const Case& c) { return c.verdict == verdict; });
  }
};

Verdict VerdictOf(const v1::Finding& finding) {
  if (Waived(finding) && Decides(finding)) return Verdict::kSkipped;
  if (finding.outcome() == v1::Outcome::UNDECIDED) return Verdict::kError;
  return Decides(finding) ? Verdict::kFailure : Verdict::kPass;
}

std::string TypeOf(const v1::Finding& finding) {
  return finding.outcome() == v1::Outcome::OUTCOME_UNSPECIFIED ? "NEEDS_REVIEW"
                                                               : v1::Outcome::Value_Name(finding.outcome());
}

// "term.threshold, llama-3.1-license-2024, clause 2": the same from run to run.
std::string CaseName(const v1::Finding& finding, const Names& names) {
  std::string name = finding.rule_id();
  if (!finding.license_id().empty()) name += ", " + names.Of(finding.license_id());
  if (!finding.clause().empty()) name += ", " + ClauseWords(finding.clause());
  if (!finding.component().empty()) name += " [" + finding.component() + "]";
  return Shown(name);
}

std::string BodyOf(const v1::Finding& finding, const Names& names) {
  std::string body =
      Shown(absl::StrFormat("%s%s: %s", TermOf(finding, names), OutcomeWord(finding.outcome()), finding.message()));
  body += '\n';
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) body += absl::StrFormat("  %s: %s\n", name, Shown(value));
  };
  add("at", PlacesOf(finding));
  add("missing fact", finding.missing_fact());
  if (Decides(finding)) add("what would change it", finding.remedy());
  add("waived by", finding.waived_by());
  return body;
}

// Findings with the same name are one case with the worst verdict.
std::vector<Case> CasesOf(const v1::GateResult& result) {
  const Names names(result);
  std::vector<Case> cases;
  std::map<std::string, size_t> by_name;
  std::vector<int> ranks;
  for (const auto& finding : result.findings()) {
    const std::string name = CaseName(finding, names);
    const auto [it, is_new] = by_name.emplace(name, cases.size());
    if (is_new) {
      cases.push_back({name, Verdict::kPass, "", "", ""});
      ranks.push_back(-1);
    }
    Case& found = cases[it->second];
    found.body += BodyOf(finding, names);
    const int rank = static_cast<int>(VerdictOf(finding)) * 10 + RankOf(finding.outcome());
    if (rank <= ranks[it->second]) continue;
    ranks[it->second] = rank;
    found.verdict = VerdictOf(finding);
    found.type = TypeOf(finding);
    found.message =
        found.verdict == Verdict::kSkipped ? "waived by " + Shown(finding.waived_by()) : Shown(finding.message());
  }
  return cases;
}

std::string DutiesOf(const v1::GateResult& result) {
  const Names names(result);
  std::string text;
  for (const auto& duty : result.obligations()) {
    if (!policy::IsOpen(duty) || duty.kind() == v1::ObligationKind::prohibited_use) continue;
    text += Shown(absl::StrFormat("open duty: %s, %s: %s", names.Of(duty.license_id()), ClauseWords(duty.clause()),
                                  duty.message()));
    text += '\n';
  }
  for (const Bans& bans : OpenBans(result)) {
    text += Shown(absl::StrFormat("open duty: %s: keep clear of its %d prohibited uses (%s)", names.Of(bans.license_id),
                                  bans.clauses.size(), ClauseRanges(bans.clauses)));
    text += '\n';
  }
  return text;
}

Case DecisionCase(const v1::GateResult& result, const std::vector<Case>& cases) {
  Case decision;
  if (result.decision() == v1::DECISION_UNSPECIFIED) {
    decision.name = "scan";
    const bool measured =
        std::none_of(cases.begin(), cases.end(), [](const Case& c) { return c.verdict == Verdict::kError; });
    decision.verdict = measured ? Verdict::kPass : Verdict::kError;
    decision.type = "UNDECIDED";
    decision.message = measured ? "what was found; no decision was made" : "the model could not be measured";
    decision.body = decision.message + "\n";
    return decision;
  }
  decision.name = "decision";
  decision.type = v1::Decision_Name(result.decision());
  decision.message = absl::StrFormat("%s: %s", decision.type, Meaning(result.decision()));
  const std::string mode = ModeNote(result);
  if (!mode.empty()) decision.message += "; " + mode;
  decision.body = decision.message + "\n" + DutiesOf(result);
  switch (result.decision()) {
    case v1::APPROVED:
    case v1::APPROVED_WITH_CONDITIONS:
      decision.verdict = Verdict::kPass;
      break;
    case v1::DENIED:
    case v1::NEEDS_REVIEW:
      decision.verdict = Verdict::kFailure;
      break;
    default:
      decision.verdict = Verdict::kError;
  }
  return decision;
}

Suite SuiteOf(const v1::GateResult& result, std::string_view given_name) {
  Suite suite;
  suite.name = ModelName(result, given_name);
  std::vector<Case> cases = CasesOf(result);
  suite.cases.push_back(DecisionCase(result, cases));
  std::move(cases.begin(), cases.end(), std::back_inserter(suite.cases));
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) suite.properties.emplace_back(name, value);
  };
  add("decision", result.decision() == v1::DECISION_UNSPECIFIED ? "" : v1::Decision_Name(result.decision()));
  add("mode", result.mode());
  add("evaluated_at", result.evaluated_at());
  add("model_digest", result.model().digest());
  add("repository", result.model().repository());
  add("revision", result.model().revision());
  add("source_url", result.model().source_url());
  add("base_digest", result.model().base_digest());
  add("set_digest", result.model().set_digest());
  add("rules_digest", result.rules_digest());
  add("policy_digest", result.policy_digest());
  add("profile_digest", result.profile_digest());
  add("audit_id", result.audit_id());
  return suite;
}

void Write(const Case& c, const std::string& classname, XmlWriter& xml) {
  xml.Open("testcase").Attribute("name", c.name).Attribute("classname", classname);
  const char* element = c.verdict == Verdict::kSkipped   ? "skipped"
                        : c.verdict == Verdict::kFailure ? "failure"
                        : c.verdict == Verdict::kError   ? "error"
                                                         : nullptr;
  if (element != nullptr) {
    xml.Open(element).Attribute("type", c.type).Attribute("message", c.message).Text(c.body).Close();
  } else {
    xml.Open("system-out").Text(c.body).Close();
  }
  xml.Close();
}

}  // namespace

std::string RenderJunit(const std::vector<v1::GateResult>& results, const RenderOptions& options) {
  std::vector<Suite> suites;
  int64_t tests = 0, failures = 0, errors = 0;
  for (size_t i = 0; i < results.size(); ++i) {
    suites.push_back(SuiteOf(results[i], i < options.models.size() ? options.models[i].name : ""));
    tests += static_cast<int64_t>(suites.back().cases.size());
    failures += suites.back().Count(Verdict::kFailure);
    errors += suites.back().Count(Verdict::kError);
  }
  XmlWriter xml;
  xml.Open("testsuites").Attribute("name", "weighbridge");
  xml.Attribute("tests", tests).Attribute("failures", failures).Attribute("errors", errors);
  for (const Suite& suite : suites) {
    xml.Open("testsuite").Attribute("name", suite.name);
    xml.Attribute("tests", static_cast<int64_t>(suite.cases.size()));
    xml.Attribute("failures", suite.Count(Verdict::kFailure)).Attribute("errors", suite.Count(Verdict::kError));
    xml.Attribute("skipped", suite.Count(Verdict::kSkipped));
    xml.Open("properties");
    for (const auto& [name, value] : suite.properties)
      xml.Open("property").Attribute("name", name).Attribute("value", value).Close();
    xml.Close();
    for (const Case& c : suite.cases) Write(c, suite.name, xml);
    xml.Close();
  }
  xml.Close();
  return xml.Take();
}

}  // namespace weighbridge::report
