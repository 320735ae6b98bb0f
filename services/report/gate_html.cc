#include "services/report/gate_html.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/policy/decide.h"
#include "services/report/gate_words.h"
#include "services/report/html_style.h"
#include "services/report/html_writer.h"
#include "services/report/rule_words.h"

namespace weighbridge::report {
namespace {

constexpr std::string_view kTermPrefix = "term.";

// What no run of this program looks at, whatever the model.
constexpr std::string_view kNeverChecked[] = {
    "Training data, patents, trade marks and personal data.",
    "Whether what the profile says is true: figures, countries and purposes are taken as stated.",
    "Whether the weights are what their card says they are.",
    "Whether a licensor has ended, changed or revoked a licence since the rules were checked against its text.",
    "Words about licences inside compiled programs, vocabularies, pictures, sound and other files that hold no text.",
};

Literal ToneClass(Tone tone) {
  switch (tone) {
    case Tone::kGood:
      return "good";
    case Tone::kCaution:
      return "caution";
    case Tone::kBad:
      return "bad";
    case Tone::kPlain:
      break;
  }
  return "plain";
}

// Decision and scan as signs that differ in shape, not in colour alone.
Literal Symbol(v1::Decision decision) {
  switch (decision) {
    case v1::APPROVED:
    case v1::APPROVED_WITH_CONDITIONS:
      return R"(<svg viewBox="0 0 48 48" aria-hidden="true"><circle cx="24" cy="24" r="21" fill="none" stroke="currentColor" stroke-width="4"/><path d="M13 25l8 8 15-17" fill="none" stroke="currentColor" stroke-width="5"/></svg>)";
    case v1::NEEDS_REVIEW:
      return R"(<svg viewBox="0 0 48 48" aria-hidden="true"><path d="M24 4l21 38H3z" fill="none" stroke="currentColor" stroke-width="4" stroke-linejoin="round"/><path d="M24 17v12M24 33v5" stroke="currentColor" stroke-width="5"/></svg>)";
    case v1::DENIED:
      return R"(<svg viewBox="0 0 48 48" aria-hidden="true"><path d="M15 3h18l12 12v18L33 45H15L3 33V15z" fill="none" stroke="currentColor" stroke-width="4" stroke-linejoin="round"/><path d="M15 15l18 18M33 15L15 33" stroke="currentColor" stroke-width="5"/></svg>)";
    case v1::UNDECIDED:
      return R"(<svg viewBox="0 0 48 48" aria-hidden="true"><rect x="4" y="4" width="40" height="40" rx="4" fill="none" stroke="currentColor" stroke-width="4"/><path d="M17 19c0-9 14-9 14 0 0 5-7 5-7 11M24 34v5" fill="none" stroke="currentColor" stroke-width="5"/></svg>)";
    default:
      return R"(<svg viewBox="0 0 48 48" aria-hidden="true"><circle cx="24" cy="24" r="21" fill="none" stroke="currentColor" stroke-width="4"/><path d="M24 21v14M24 12v5" stroke="currentColor" stroke-width="5"/></svg>)";
  }
}

Literal Box(std::string_view state) {
  if (state == "fulfilled") {
    return R"(<svg class="box" viewBox="0 0 20 20" aria-hidden="true"><rect x="1.5" y="1.5" width="17" height="17" rx="2" fill="none" stroke="currentColor" stroke-width="2"/><path d="M5 10l4 4 7-8" fill="none" stroke="currentColor" stroke-width="2"/></svg>)";
  }
  if (state == "not triggered") {
    return R"(<svg class="box" viewBox="0 0 20 20" aria-hidden="true"><path d="M4 10h12" stroke="currentColor" stroke-width="2"/></svg>)";
  }
  if (state == "recommended") {
    return R"(<svg class="box" viewBox="0 0 20 20" aria-hidden="true"><circle cx="10" cy="10" r="3" fill="currentColor"/></svg>)";
  }
  return R"(<svg class="box" viewBox="0 0 20 20" aria-hidden="true"><rect x="1.5" y="1.5" width="17" height="17" rx="2" fill="none" stroke="currentColor" stroke-width="2"/></svg>)";
}

// "APPROVED_WITH_CONDITIONS" as "Approved with conditions".
std::string VerdictWord(v1::Decision decision) {
  if (decision == v1::DECISION_UNSPECIFIED) return "Scan";
  std::string word = v1::Decision_Name(decision);
  for (size_t i = 0; i < word.size(); ++i) {
    if (word[i] == '_') {
      word[i] = ' ';
    } else if (i > 0) {
      word[i] = static_cast<char>(word[i] | 0x20);
    }
  }
  return word;
}

std::string MeaningOf(const v1::GateResult& result) {
  return result.decision() == v1::DECISION_UNSPECIFIED ? "what was found; no decision was made"
                                                       : Meaning(result.decision());
}

std::string UpperFirst(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

std::string Spaced(std::string text) {
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

// What the layout shows, and what the user says.
std::string OriginOf(const v1::ModelSummary& model) {
  std::string origin = Shown(model.repository());
  if (!model.revision().empty()) origin += " at " + Shown(model.revision());
  if (!model.source_url().empty())
    origin += absl::StrFormat("%s%s (as the user says)", origin.empty() ? "" : "; ", Shown(model.source_url()));
  return origin;
}

bool IsTerm(const v1::Finding& finding) { return finding.rule_id().compare(0, kTermPrefix.size(), kTermPrefix) == 0; }

Tone ToneOf(const v1::Finding& finding) {
  if (finding.outcome() == v1::Outcome::SATISFIED) return Tone::kGood;
  if (finding.outcome() == v1::Outcome::INFO)
    return finding.severity() == v1::Severity::WARNING ? Tone::kCaution : Tone::kPlain;
  const bool hard = finding.outcome() == v1::Outcome::VIOLATED || finding.outcome() == v1::Outcome::UNDECIDED;
  return hard && !Waived(finding) ? Tone::kBad : Tone::kCaution;
}

// The page of one model. Sections stand one level below the model's own heading.
class ModelPage {
 public:
  ModelPage(const v1::GateResult& result, std::string name, size_t number, bool alone, const RenderOptions& options,
            HtmlWriter& html)
      : result_(result),
        names_(result),
        name_(std::move(name)),
        number_(number),
        alone_(alone),
        options_(options),
        html_(html) {}

  void Write() {
    html_.Open("article", "model").Id("model", number_);
    if (!alone_) html_.Element("h2", name_);
    Verdict();
    AtAGlance();
    Why();
    Licenses();
    Terms();
    Duties();
    Notes();
    Lineage();
    Openness();
    Facts();
    Files();
    NotChecked();
    Record();
    html_.Close();
  }

 private:
  void Heading(std::string_view text) { alone_ ? html_.Element("h2", text) : html_.Element("h3", text); }
  void SubHeading(std::string_view text) { alone_ ? html_.Element("h3", text) : html_.Element("h4", text); }

  void Pair(std::string_view name, std::string_view value) {
    if (value.empty()) return;
    html_.Element("dt", name);
    html_.Element("dd", value);
  }

  void CodePair(std::string_view name, std::string_view value) {
    if (value.empty()) return;
    html_.Element("dt", name);
    html_.Open("dd").Element("code", value).Close();
  }

  void Head(std::initializer_list<Literal> headers) {
    html_.Open("table").Open("thead").Open("tr");
    for (const Literal header : headers) html_.Open("th").Attribute("scope", "col").Text(header.text()).Close();
    html_.Close().Close().Open("tbody");
  }
  void RowHeader(std::string_view text) { html_.Open("th").Attribute("scope", "row").Text(text).Close(); }
  void Cell(Literal label, std::string_view text) {
    html_.Open("td");
    if (!text.empty()) html_.TextAttribute("data-label", label.text()).Text(text);
    html_.Close();
  }
  // A word or a number that must not be broken.
  void ShortCell(Literal label, std::string_view text) {
    html_.Open("td", "short").TextAttribute("data-label", label.text()).Text(text).Close();
  }
  void Foot() { html_.Close().Close(); }

  void LeftOut(size_t all) {
    if (all <= kHtmlRowsMax) return;
    html_.Element("p", "quiet small",
                  absl::StrFormat("%d more are left out here; the JSON has them all.", all - kHtmlRowsMax));
  }

  void Badge(Tone tone, std::string_view word) { html_.Open("span", "badge", ToneClass(tone)).Text(word).Close(); }

  void Verdict() {
    const bool scan = result_.decision() == v1::DECISION_UNSPECIFIED;
    html_.Open("div", "verdict", ToneClass(scan ? Tone::kPlain : report::ToneOf(result_.decision())));
    html_.Open("div", "symbol").Markup(Symbol(result_.decision())).Close();
    html_.Open("div");
    html_.Element("p", "word", VerdictWord(result_.decision()));
    html_.Element("p", "meaning", UpperFirst(MeaningOf(result_)) + ".");
    const std::string mode = ModeNote(result_);
    if (!mode.empty()) html_.Element("p", "mode", UpperFirst(mode) + ".");
    html_.Close().Close();
  }

  void AtAGlance() {
    std::string licenses;
    std::set<std::string> seen;
    for (const auto& license : result_.licenses()) {
      const std::string& name = license.name().empty() ? license.short_id() : license.name();
      if (license.governs() && seen.insert(name).second) licenses += (licenses.empty() ? "" : "; ") + name;
    }
    size_t open = 0;
    for (const auto& duty : result_.obligations()) open += policy::IsOpen(duty);
    html_.Open("dl");
    Pair("Decided for", result_.evaluated_at());
    Pair("Licences", licenses.empty() ? "none that stands" : licenses);
    if (result_.decision() != v1::DECISION_UNSPECIFIED) Pair("Open duties", absl::StrFormat("%d", open));
    Pair("Where it came from", OriginOf(result_.model()));
    CodePair("Model digest",
             result_.model().digest().empty() ? "none: the model could not be measured" : result_.model().digest());
    html_.Close();
  }

  // "Llama 3.1 ..., clause 2" of a finding; empty if it concerns none.
  std::string TermWords(const v1::Finding& finding) const {
    std::string words = names_.Of(finding.license_id());
    if (!finding.clause().empty()) words += (words.empty() ? "" : ", ") + ClauseWords(finding.clause());
    return words;
  }

  void Details(const v1::Finding& finding) {
    html_.Open("dl");
    Pair("Rule", absl::StrFormat("%s: %s", finding.rule_id(), WordsOfRule(finding.rule_id()).meaning));
    Pair("Licence", TermWords(finding));
    Pair("Place", PlacesOf(finding));
    Pair("Component", finding.component());
    CodePair("Missing fact", finding.missing_fact());
    Pair("What would change it", finding.remedy());
    Pair("Waived by", finding.waived_by());
    html_.Close();
  }

  void Why() {
    std::vector<const v1::Finding*> against;
    for (const auto& finding : result_.findings()) {
      if (!Decides(finding)) continue;
      against.push_back(&finding);
    }
    std::stable_sort(against.begin(), against.end(),
                     [](const auto* a, const auto* b) { return RankOf(a->outcome()) > RankOf(b->outcome()); });
    if (against.empty() && result_.decision() == v1::DECISION_UNSPECIFIED) return;
    Heading("Why");
    if (against.empty()) {
      html_.Element("p", "No finding speaks against this use.");
      return;
    }
    html_.Open("ol", "findings");
    for (const v1::Finding* finding : against) {
      const Tone tone = ToneOf(*finding);
      tone == Tone::kBad ? html_.Open("li", "is-bad") : html_.Open("li", "is-caution");
      why_[finding] = why_.size() + 1;
      html_.Id(alone_ ? Literal("why") : Literal("finding"),
               alone_ ? why_[finding] : number_ * kWhyStep + why_[finding]);
      html_.Open("p");
      Badge(tone, UpperFirst(std::string(OutcomeWord(finding->outcome()))));
      html_.Text(" " + finding->message()).Close();
      Details(*finding);
      html_.Close();
    }
    html_.Close();
  }

  void Licenses() {
    Heading("Licences");
    if (result_.licenses().empty()) {
      html_.Element("p", "No licence was found.");
      return;
    }
    Head({"Licence", "Id", "Text", "Found in", "Component", "Governs"});
    size_t rows = 0;
    for (const auto& license : result_.licenses()) {
      if (++rows > kHtmlRowsMax) continue;
      html_.Open("tr");
      RowHeader(license.name().empty() ? license.short_id() : license.name());
      std::string id = license.license_id();
      if (!license.short_id().empty() && license.short_id() != id) id = license.short_id() + " (" + id + ")";
      Cell("Id", id);
      ShortCell("Text", MatchWords(license));
      Cell("Found in", license.source());
      Cell("Component", license.component().empty() ? "the model" : license.component());
      ShortCell("Governs", license.governs() ? "yes" : "no");
      html_.Close();
    }
    Foot();
    LeftOut(rows);
    html_.Element("p", "quiet small",
                  absl::StrFormat(
                      "Openness of the whole: %s. EXACT and EQUIVALENT: the official wording. VARIANT, MODIFIED, "
                      "PARTIAL: it differs. "
                      "No text: only a tag, header or other document names it, and its terms are taken from the rules.",
                      Spaced(v1::Openness_Name(result_.openness()))));
  }

  void Terms() {
    size_t rows = 0;
    for (const auto& finding : result_.findings()) {
      if (!IsTerm(finding)) continue;
      if (++rows == 1) {
        Heading("Terms tested");
        Head({"Licence and clause", "Test", "Outcome", "What was compared"});
      }
      if (rows > kHtmlRowsMax) continue;
      html_.Open("tr");
      RowHeader(TermWords(finding));
      Cell("Test", WordsOfRule(finding.rule_id()).meaning);
      html_.Open("td", "short").TextAttribute("data-label", "Outcome");
      Badge(ToneOf(finding), UpperFirst(std::string(OutcomeWord(finding.outcome()))));
      html_.Close();
      const auto why = why_.find(&finding);
      if (why == why_.end()) {
        Cell("What was compared", finding.message());
      } else {
        html_.Open("td").TextAttribute("data-label", "What was compared");
        html_.Open("a").LinkTo(alone_ ? Literal("why") : Literal("finding"),
                               alone_ ? why->second : number_ * kWhyStep + why->second);
        html_.Text(absl::StrFormat("see Why, number %d", why->second)).Close().Close();
      }
      html_.Close();
    }
    if (rows == 0) return;
    Foot();
    LeftOut(rows);
  }

  void Duty(const v1::Obligation& duty, std::string_view state) {
    html_.Open("li").Markup(Box(state)).Open("div");
    html_.Text(duty.message());
    html_.Open("span", "source quiet small");
    html_.Text(absl::StrFormat("%s, %s. %s%s%s", names_.Of(duty.license_id()), ClauseWords(duty.clause()),
                               UpperFirst(Spaced(v1::ObligationKind::Value_Name(duty.kind()))),
                               duty.trigger().empty() ? "" : ", on " + Spaced(duty.trigger()),
                               duty.component().empty() ? "" : "; component " + Shown(duty.component())));
    html_.Close().Close().Close();
  }

  void Duties() {
    if (result_.obligations().empty()) return;
    std::map<std::string, std::vector<const v1::Obligation*>> by_state;
    for (const auto& duty : result_.obligations()) {
      const bool ban = duty.kind() == v1::ObligationKind::prohibited_use && policy::IsOpen(duty);
      by_state[ban ? "prohibited" : StateOf(duty)].push_back(&duty);
    }
    Heading("Duties");
    const std::pair<std::string_view, std::string_view> states[] = {{"open", "Open: to be done or kept"},
                                                                    {"prohibited", "Open: uses to keep clear of"},
                                                                    {"fulfilled", "Fulfilled, as the profile says"},
                                                                    {"recommended", "Recommended"},
                                                                    {"not triggered", "Not triggered by this use"}};
    for (const auto& [state, title] : states) {
      const auto& duties = by_state[std::string(state)];
      if (duties.empty()) continue;
      SubHeading(absl::StrFormat("%s (%d)", title, duties.size()));
      html_.Open("ul", "duties");
      size_t rows = 0;
      for (const v1::Obligation* duty : duties) {
        if (++rows <= kHtmlRowsMax) Duty(*duty, state);
      }
      html_.Close();
      LeftOut(rows);
    }
  }

  void Notes() {
    std::vector<const v1::Finding*> notes;
    for (const auto& finding : result_.findings()) {
      if (!Decides(finding) && !IsTerm(finding)) notes.push_back(&finding);
    }
    // A conflict that is also a finding stands there, with its places.
    std::set<std::string> said;
    for (const auto& finding : result_.findings()) said.insert(finding.message());
    std::vector<const v1::Conflict*> conflicts;
    for (const auto& conflict : result_.conflicts()) {
      if (said.count(conflict.message()) == 0) conflicts.push_back(&conflict);
    }
    if (notes.empty() && conflicts.empty()) return;
    Heading("Conflicts and notes");
    Head({"What", "Words", "Place"});
    size_t rows = 0;
    for (const v1::Conflict* conflict : conflicts) {
      if (++rows > kHtmlRowsMax) continue;
      html_.Open("tr");
      RowHeader("Conflict: " + Spaced(v1::ConflictKind::Value_Name(conflict->kind())));
      Cell("Words", conflict->message());
      Cell("Place", "");
      html_.Close();
    }
    for (const v1::Finding* finding : notes) {
      if (++rows > kHtmlRowsMax) continue;
      html_.Open("tr");
      RowHeader(UpperFirst(WordsOfRule(finding->rule_id()).meaning));
      Cell("Words", finding->message());
      Cell("Place", PlacesOf(*finding));
      html_.Close();
    }
    Foot();
    LeftOut(rows);
  }

  void Lineage() {
    if (result_.lineage().empty()) return;
    Heading("Lineage");
    Head({"Base", "Relation", "Licence", "How it is known"});
    size_t rows = 0;
    for (const auto& link : result_.lineage()) {
      if (++rows > kHtmlRowsMax) continue;
      html_.Open("tr");
      RowHeader(link.base_model().empty() ? "not named" : link.base_model());
      ShortCell("Relation", link.relation().empty() ? "base model" : Spaced(link.relation()));
      Cell("Licence", link.license_id().empty() ? "not known" : names_.Of(link.license_id()));
      Cell("How it is known", link.how());
      html_.Close();
    }
    Foot();
    LeftOut(rows);
  }

  void Openness() {
    if (!result_.has_openness_statement()) return;
    const v1::OpennessStatement& statement = result_.openness_statement();
    Heading("Openness");
    html_.Element("p", absl::StrFormat("%s: %s Nothing is decided by this.",
                                       UpperFirst(Spaced(v1::Openness_Name(statement.openness()))), statement.why()));
    if (statement.parts().empty()) return;
    Head({"Part", "State", "What shows it"});
    for (const auto& part : statement.parts()) {
      html_.Open("tr");
      RowHeader(UpperFirst(PartWord(part.component())));
      ShortCell("State", StateWord(part.state()));
      Cell("What shows it", HowWords(part));
      html_.Close();
    }
    Foot();
  }

  void Facts() {
    Heading("Facts");
    html_.Element(
        "p",
        result_.profile_digest().empty()
            ? "No profile was given: every fact about the user is absent, and absent is not zero."
            : "Facts about the user (figures, countries, purpose, distribution) are those of the profile named under "
              "Record, as its author states them.");
    if (result_.measured().empty()) return;
    Head({"Measured from the model", "Value", "How"});
    size_t rows = 0;
    for (const auto& fact : result_.measured()) {
      if (++rows > kHtmlRowsMax) continue;
      std::vector<std::string> values(fact.values().begin(), fact.values().end());
      html_.Open("tr");
      RowHeader(Spaced(fact.id()));
      Cell("Value", values.empty() ? "not known" : Joined(values, ", "));
      Cell("How", fact.how());
      html_.Close();
    }
    Foot();
    LeftOut(rows);
  }

  void Files() {
    Heading("Files");
    uint64_t bytes = 0;
    for (const auto& artifact : result_.model().artifacts()) bytes += artifact.size();
    html_.Element("p", absl::StrFormat("%d files, %s.", result_.model().artifacts_size(), HumanBytes(bytes)));
    if (result_.model().artifacts().empty()) return;
    Head({"Path", "Role", "Format", "Size", "SHA-256"});
    size_t rows = 0;
    for (const auto& artifact : result_.model().artifacts()) {
      if (++rows > kHtmlRowsMax) continue;
      html_.Open("tr");
      RowHeader(artifact.path());
      ShortCell("Role", Spaced(artifact.role()));
      ShortCell("Format", artifact.format().empty() ? "unknown" : artifact.format());
      ShortCell("Size", HumanBytes(artifact.size()));
      html_.Open("td").TextAttribute("data-label", "SHA-256");
      html_.Element("code", artifact.sha256().empty() ? "none" : artifact.sha256());
      if (artifact.claimed()) html_.Text(" (claimed by a pointer)");
      html_.Close().Close();
    }
    Foot();
    LeftOut(rows);
  }

  // Items that differ from model to model; what concerns every run stands behind them.
  std::vector<std::string> Unchecked() const {
    std::vector<std::string> items;
    for (const auto& path : result_.model().ignored()) {
      items.push_back(absl::StrFormat("%s: left out by rule; neither evidence nor part of a digest.", Shown(path)));
    }
    for (const auto& artifact : result_.model().artifacts()) {
      if (artifact.claimed())
        items.push_back(absl::StrFormat("%s: its bytes are not here; digest and size are the word of a pointer.",
                                        Shown(artifact.path())));
    }
    static const std::set<std::string_view> kUnread = {"file.format_unsupported",
                                                       "file.malformed",
                                                       "file.unreadable",
                                                       "file.limit",
                                                       "file.document_malformed",
                                                       "file.pointer_unknown",
                                                       "file.content_mismatch",
                                                       "license.document_unreadable",
                                                       "license.pointer_only",
                                                       "license.unknown",
                                                       "license.translation",
                                                       "file.unsafe_link",
                                                       "file.special"};
    for (const auto& finding : result_.findings()) {
      if (kUnread.count(finding.rule_id()) == 0) continue;
      const std::string places = PlacesOf(finding);
      items.push_back(absl::StrFormat("%s%s", places.empty() ? "" : places + ": ", Shown(finding.message())));
    }
    std::map<std::string, int> roles;
    for (const auto& artifact : result_.model().artifacts()) {
      // Settings and templates of a tokenizer are read.
      const bool vocabulary = artifact.role() == "tokenizer" &&
                              artifact.path().find("chat_template.") == std::string::npos &&
                              artifact.path().find("tokenizer_config.") == std::string::npos;
      if (artifact.role() == "archive" || vocabulary) ++roles[artifact.role()];
    }
    for (const auto& [role, count] : roles) {
      items.push_back(absl::StrFormat("%d %s of the role \"%s\": hashed; a licence inside is not looked for.", count,
                                      count == 1 ? "file" : "files", role));
    }
    std::set<std::string> without_text;
    for (const auto& license : result_.licenses()) {
      if (license.governs() && license.match() == v1::Match::MATCH_UNSPECIFIED &&
          without_text.insert(license.license_id()).second) {
        items.push_back(
            absl::StrFormat("%s: its text is not in the model; its terms are those of the rules, not of a text that "
                            "came with the weights.",
                            license.name().empty() ? license.short_id() : license.name()));
      }
    }
    if (result_.measured_by() == "client")
      items.push_back("The files: they were measured by the client that asked, not by the server that decided.");
    return items;
  }

  void NotChecked() {
    Heading("What was not checked");
    const std::vector<std::string> items = Unchecked();
    html_.Open("ul");
    for (size_t i = 0; i < items.size() && i < kHtmlRowsMax; ++i) html_.Element("li", items[i]);
    for (const std::string_view item : kNeverChecked) html_.Element("li", item);
    html_.Close();
    LeftOut(items.size());
  }

  void Record() {
    Heading("Record");
    html_.Open("dl");
    CodePair("Audit", result_.audit_id());
    Pair("Decided for", result_.evaluated_at());
    Pair("Mode", result_.mode());
    Pair("Measured by",
         result_.measured_by().empty() ? "this program, on the machine where it ran" : result_.measured_by());
    CodePair("Model digest", result_.model().digest());
    CodePair("Weights digest", result_.model().weights_digest());
    CodePair("Base digest", result_.model().base_digest());
    CodePair("Digest of base and adapter", result_.model().set_digest());
    Pair("Layout", Spaced(result_.model().layout()));
    for (const auto& revision : result_.model().download_revisions()) CodePair("Named by download notes", revision);
    CodePair("Rules", result_.rules_digest());
    CodePair("Policy", result_.policy_digest());
    CodePair("Profile", result_.profile_digest().empty() ? "none" : result_.profile_digest());
    Pair("Program", options_.tool_version.empty() ? "" : "Weighbridge " + options_.tool_version);
    html_.Close();
    if (!result_.audit_id().empty()) {
      html_.Open("p", "quiet small").Text("To make this decision again from what was recorded: ");
      html_.Element("code", "weighbridge log replay " + result_.audit_id().substr(0, 16)).Close();
    }
  }

  // Findings of one model have numbers below this; see Id().
  static constexpr size_t kWhyStep = 1000000;

  const v1::GateResult& result_;
  const Names names_;
  const std::string name_;
  const size_t number_;
  const bool alone_;
  const RenderOptions& options_;
  HtmlWriter& html_;
  std::map<const v1::Finding*, size_t> why_;  // those that stand under Why, by their number there
};

void Summary(const std::vector<v1::GateResult>& results, const std::vector<std::string>& names, HtmlWriter& html) {
  html.Element("h2", "Models");
  html.Open("table").Open("thead").Open("tr");
  for (const Literal header : {Literal("Model"), Literal("Decision"), Literal("Licences")}) {
    html.Open("th").Attribute("scope", "col").Text(header.text()).Close();
  }
  html.Close().Close().Open("tbody");
  for (size_t i = 0; i < results.size(); ++i) {
    std::vector<std::string> licenses;
    for (const auto& license : results[i].licenses()) {
      if (license.governs()) licenses.push_back(license.short_id().empty() ? license.license_id() : license.short_id());
    }
    html.Open("tr")
        .Open("th")
        .Attribute("scope", "row")
        .Open("a")
        .LinkTo("model", i + 1)
        .Text(names[i])
        .Close()
        .Close();
    html.Open("td").TextAttribute("data-label", "Decision").Text(VerdictWord(results[i].decision())).Close();
    html.Open("td")
        .TextAttribute("data-label", "Licences")
        .Text(licenses.empty() ? "none that stands" : Joined(licenses, ", "))
        .Close();
    html.Close();
  }
  html.Close().Close();
}

}  // namespace

std::string RenderGateHtml(const std::vector<v1::GateResult>& results, const RenderOptions& options) {
  std::vector<std::string> names;
  for (size_t i = 0; i < results.size(); ++i) {
    names.push_back(ModelName(results[i], i < options.models.size() ? options.models[i].name : ""));
  }
  const bool alone = results.size() == 1;
  const std::string title = alone ? names[0] : absl::StrFormat("%d models", results.size());
  HtmlWriter html;
  html.Open("html").Attribute("lang", "en").Open("head");
  html.Void("meta").Attribute("charset", "utf-8");
  html.Void("meta")
      .Attribute("http-equiv", "Content-Security-Policy")
      .TextAttribute("content", ContentSecurityPolicy(kHtmlStyle));
  html.Void("meta").Attribute("name", "viewport").Attribute("content", "width=device-width, initial-scale=1");
  html.Void("meta").Attribute("name", "referrer").Attribute("content", "no-referrer");
  html.Element("title", absl::StrFormat("%s: %s", alone ? VerdictWord(results[0].decision()) : "Weighbridge", title));
  html.Open("style").Markup(kHtmlStyle).Close().Close();
  html.Open("body");
  html.Open("header").Element("p", "kicker", "Weighbridge: licence and provenance report").Element("h1", title).Close();
  html.Open("main");
  if (!alone) Summary(results, names, html);
  for (size_t i = 0; i < results.size(); ++i) ModelPage(results[i], names[i], i + 1, alone, options, html).Write();
  html.Close();
  html.Open("footer").Element(
      "p", "Nothing here is legal advice. Terms are given in our own words; the licence itself is what binds.");
  html.Close().Close().Close();
  return html.Take();
}

}  // namespace weighbridge::report
