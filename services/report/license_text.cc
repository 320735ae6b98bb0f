#include "services/report/license_text.h"

#include <string_view>

#include "absl/strings/str_format.h"
#include "services/report/gate_words.h"
#include "services/report/layout.h"

namespace weighbridge::report {
namespace {

using rules::v1::Condition;
using rules::v1::FactId;

std::string Words(const Condition& condition);

std::string WordsOf(const rules::v1::Conditions& conditions, std::string_view joint) {
  std::string text;
  for (const Condition& part : conditions.of()) {
    if (!text.empty()) text += joint;
    text += Words(part);
  }
  return conditions.of_size() > 1 ? "(" + text + ")" : text;
}

std::string_view Sign(rules::v1::Comparison::Value comparison) {
  switch (comparison) {
    case rules::v1::Comparison::greater:
      return ">";
    case rules::v1::Comparison::greater_or_equal:
      return ">=";
    case rules::v1::Comparison::less:
      return "<";
    case rules::v1::Comparison::less_or_equal:
      return "<=";
    default:
      return "?";
  }
}

// A condition as an expression over fact ids.
std::string Words(const Condition& condition) {
  switch (condition.is_case()) {
    case Condition::kAll:
      return WordsOf(condition.all(), " and ");
    case Condition::kAny:
      return WordsOf(condition.any(), " or ");
    case Condition::kNot:
      return "not " + Words(condition.not_());
    case Condition::kThreshold: {
      const auto& threshold = condition.threshold();
      return absl::StrFormat(
          "%s of %s %s%s %s %d%s%s", FactId::Value_Name(threshold.metric()),
          rules::v1::Subject::Value_Name(threshold.subject()), rules::v1::Moment::Value_Name(threshold.moment()),
          threshold.period().empty() ? "" : " (" + threshold.period() + ")", Sign(threshold.comparison()),
          threshold.value(), threshold.currency().empty() ? "" : " " + threshold.currency(),
          threshold.boundary_ambiguous() ? " (the text is ambiguous at this number)" : "");
    }
    case Condition::kFact: {
      std::vector<std::string> values(condition.fact().any_of().begin(), condition.fact().any_of().end());
      return absl::StrFormat("%s is %s", FactId::Value_Name(condition.fact().id()), Joined(values, " or "));
    }
    case Condition::IS_NOT_SET:
      break;
  }
  return "always";
}

void AddTests(const rules::v1::License& facts, Layout& out) {
  if (facts.tests().empty()) return;
  out.Heading("Tests");
  for (const auto& test : facts.tests()) {
    out.Item(Tone::kCaution, absl::StrFormat("%s: %s", ClauseWords(test.clause()), test.summary()));
    out.Detail("when", Words(test.when()));
    if (test.has_unless())
      out.Detail("unless", absl::StrFormat("%s (%s)", Words(test.unless()), ClauseWords(test.unless_clause())));
    out.Detail("effect on", rules::v1::Effect::Value_Name(test.effect()));
  }
}

void AddDuties(const rules::v1::License& facts, Layout& out) {
  if (facts.duties().empty()) return;
  out.Heading("Duties and bans");
  for (const auto& duty : facts.duties()) {
    out.Item(Tone::kPlain,
             absl::StrFormat("%s: %s%s (%s, %s)", ClauseWords(duty.clause()), duty.encouraged() ? "recommended: " : "",
                             duty.summary(), v1::ObligationKind::Value_Name(duty.kind()),
                             rules::v1::Trigger::Value_Name(duty.trigger())));
    for (const auto& text : duty.strings()) {
      if (!text.text().empty()) out.Detail(text.what().empty() ? "text" : text.what(), "\"" + text.text() + "\"");
    }
  }
}

void AddRest(const rules::v1::License& facts, Layout& out) {
  if (!facts.permissions().empty()) {
    out.Heading("Permissions");
    for (const auto& permission : facts.permissions()) {
      out.Item(Tone::kPlain, absl::StrFormat("%s: %s%s%s", rules::v1::Right::Value_Name(permission.right()),
                                             rules::v1::Stance::Value_Name(permission.stance()),
                                             permission.clause().empty() ? "" : ", " + ClauseWords(permission.clause()),
                                             permission.note().empty() ? "" : ". " + permission.note()));
    }
  }
  if (facts.has_outputs()) {
    const auto& outputs = facts.outputs();
    out.Heading("Outputs");
    std::vector<std::string> barred(outputs.training_barred().begin(), outputs.training_barred().end());
    out.Item(Tone::kPlain, absl::StrFormat("commercial use: %s; training of other models: %s%s; %s%s",
                                           rules::v1::Stance::Value_Name(outputs.commercial()),
                                           rules::v1::Stance::Value_Name(outputs.training()),
                                           barred.empty() ? "" : " (barred for " + Joined(barred, ", ") + ")",
                                           outputs.clause().empty() ? "no clause" : ClauseWords(outputs.clause()),
                                           outputs.note().empty() ? "" : ". " + outputs.note()));
  }
  if (!facts.terminations().empty()) {
    out.Heading("How it ends");
    for (const auto& end : facts.terminations()) {
      out.Item(Tone::kPlain, absl::StrFormat("%s: %s%s", ClauseWords(end.clause()), end.summary(),
                                             end.automatic() ? " (automatic)" : ""));
    }
  }
  if (!facts.contradictions().empty()) {
    out.Heading("Contradictions in the text");
    for (const auto& contradiction : facts.contradictions()) {
      std::vector<std::string> clauses(contradiction.clauses().begin(), contradiction.clauses().end());
      out.Item(Tone::kCaution, absl::StrFormat("clauses %s: %s", Joined(clauses, " and "), contradiction.summary()));
    }
  }
  if (!facts.statements().empty()) {
    out.Heading("Further statements");
    for (const auto& statement : facts.statements()) {
      out.Item(Tone::kPlain,
               absl::StrFormat("%s (%s): %s", statement.topic(), ClauseWords(statement.clause()), statement.summary()));
    }
  }
}

// Its openness, or what it is instead of a licence, or all that is known of it.
std::string ClassOf(const v1::LicenseRecord& record) {
  if (record.facts().has_category_facts()) return "by category alone: " + record.facts().category_facts().category();
  switch (record.facts().kind()) {
    case rules::v1::DocumentKind::license:
      return v1::Openness_Name(record.openness());
    case rules::v1::DocumentKind::addendum:
      return "addendum";
    default:
      return "use policy";
  }
}

// "Qwen (2.5; qwen/qwen2.5-3b*): qwen-research. Research and evaluation only."
void AddVersion(const v1::ExplainedVersion& version, Layout& out) {
  std::vector<std::string> names(version.names().begin(), version.names().end());
  std::vector<std::string> terms(version.license_ids().begin(), version.license_ids().end());
  if (!version.unread_license().empty()) terms.push_back(version.unread_license() + " (not in the rulebook)");
  out.Item(version.openness() == v1::FULLY_OPEN || version.openness() == v1::OPEN_WEIGHTS_PERMISSIVE ? Tone::kPlain
                                                                                                     : Tone::kCaution,
           absl::StrFormat("%s%s: %s", version.family(), version.version().empty() ? "" : " " + version.version(),
                           v1::Openness_Name(version.openness())));
  out.Detail("names", Joined(names, ", "));
  if (!terms.empty()) out.Detail(terms.size() > 1 ? "one of" : "licence", Joined(terms, ", "));
  if (!version.main_restriction().empty()) out.Detail("restricts", version.main_restriction());
  if (!version.boundary().empty()) out.Detail("note", version.boundary());
  if (version.confidence() == "low") out.Detail("confidence", "low: let a person check it");
}

// "cogvideox: OPEN_WEIGHTS_RESTRICTED", what it restricts, commercial use, figures.
void AddCandidate(const v1::ExplainedLicense& candidate, Layout& out) {
  const bool free = candidate.openness() == v1::FULLY_OPEN || candidate.openness() == v1::OPEN_WEIGHTS_PERMISSIVE;
  out.Item(free ? Tone::kPlain : Tone::kCaution,
           absl::StrFormat("%s: %s", candidate.short_id(), v1::Openness_Name(candidate.openness())));
  if (!candidate.main_restriction().empty()) out.Detail("restricts", candidate.main_restriction());
  if (!candidate.commercial_use().empty()) out.Detail("commercial use", candidate.commercial_use());
  for (const auto& threshold : candidate.thresholds()) out.Detail("limit", threshold);
}

void AddRedefined(const google::protobuf::RepeatedPtrField<std::string>& changes, Layout& out) {
  if (changes.empty()) return;
  out.Heading("Not as our rulebook has it");
  for (const auto& change : changes) out.Item(Tone::kCaution, change);
}

}  // namespace

std::string RenderLicense(const v1::LicenseRecord& record, bool color) {
  std::string before;
  if (record.has_explained()) {
    before = RenderExplanation(record.explained(), color);
    if (record.license_id().empty()) return before;
    before += "\n";
  }
  TerminalLayout out(color);
  const rules::v1::License& facts = record.facts();
  out.Title(Tone::kPlain, record.short_id(), record.name());
  out.Table({}, {{"id", record.license_id()},
                 {"openness", v1::Openness_Name(record.openness())},
                 {"licensor", facts.licensor().empty() ? "anyone" : facts.licensor()},
                 {"released", facts.released().empty() ? "not dated" : facts.released()}});
  AddRedefined(record.redefined(), out);
  out.Heading("What matters most");
  out.Item(Tone::kPlain, facts.main_restriction());
  out.Item(Tone::kPlain, facts.summary());
  for (const auto& policy : facts.use_policies()) {
    out.Item(Tone::kPlain,
             absl::StrFormat("use policy %s holds with it (%s)", policy.short_id(), ClauseWords(policy.clause())));
  }
  AddTests(facts, out);
  AddDuties(facts, out);
  AddRest(facts, out);
  if (!record.siblings().empty()) {
    out.Heading("Siblings");
    for (const auto& sibling : record.siblings())
      out.Item(Tone::kPlain, sibling.short_id() + ": " + sibling.difference());
  }
  out.Heading("Checked");
  out.Item(Tone::kPlain, absl::StrFormat("on %s by %s, confidence %s", record.provenance().checked(),
                                         facts.provenance().checked_by(), record.provenance().confidence()));
  if (facts.provenance().texts().empty()) out.Item(Tone::kPlain, "against no text: none was at hand");
  for (const auto& text : facts.provenance().texts()) {
    out.Item(Tone::kPlain, absl::StrFormat("against %s, SHA-256 %s", text.source(), text.sha256()));
  }
  if (!facts.provenance().note().empty()) out.Item(Tone::kPlain, facts.provenance().note());
  return before + out.Take();
}

std::string RenderLicenseList(const std::vector<v1::LicenseRecord>& records, bool color) {
  TerminalLayout out(color);
  std::vector<std::vector<std::string>> rows;
  for (const auto& record : records) {
    rows.push_back({record.short_id(), ClassOf(record), record.name()});
  }
  out.Table({"id", "openness", "name"}, rows);
  return out.Take();
}

std::string RenderExplanation(const v1::ExplainResult& result, bool color) {
  TerminalLayout out(color);
  out.Title(Tone::kPlain, result.name(), "(" + result.kind() + ")");
  std::vector<std::vector<std::string>> rows;
  if (!result.answer().empty()) rows.push_back({"answer", result.answer()});
  std::vector<std::string> ids(result.license_ids().begin(), result.license_ids().end());
  if (!ids.empty()) rows.push_back({"licences", Joined(ids, ", ")});
  if (!ids.empty() || result.openness() != v1::OPENNESS_UNKNOWN)
    rows.push_back({"openness", v1::Openness_Name(result.openness())});
  if (!result.confidence().empty()) rows.push_back({"confidence", result.confidence()});
  out.Table({}, rows);
  if (!result.main_restriction().empty()) out.Item(Tone::kCaution, result.main_restriction());
  if (!result.summary().empty()) out.Item(Tone::kPlain, result.summary());
  AddRedefined(result.redefined(), out);
  if (!result.candidates().empty()) {
    out.Heading("One of these holds, the least open first");
    for (const auto& candidate : result.candidates()) AddCandidate(candidate, out);
  }
  // Of one row all is said above, but for a name that is not known.
  if (result.versions_size() > 1 || (result.kind() == "family" && !result.versions().empty())) {
    out.Heading("Versions");
    for (const auto& version : result.versions()) AddVersion(version, out);
  }
  if (result.has_openness_statement()) {
    out.Heading("Openness (for information)");
    out.Item(Tone::kPlain, result.openness_statement().why());
    rows.clear();
    for (const auto& part : result.openness_statement().parts()) {
      rows.push_back({PartWord(part.component()), std::string(StateWord(part.state())), HowWords(part)});
    }
    out.Table({"part", "state", "what shows it"}, rows);
  }
  return out.Take();
}

}  // namespace weighbridge::report
