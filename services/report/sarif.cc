#include "services/report/sarif.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/crypto/sha256.h"
#include "services/policy/decide.h"
#include "services/report/gate_words.h"
#include "services/report/json_writer.h"
#include "services/report/rule_words.h"
#include "services/report/uri.h"

namespace weighbridge::report {
namespace {

constexpr char kSchema[] = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
// The folder that relative paths start from.
constexpr char kSourceRoot[] = "%SRCROOT%";
// Under which our fingerprint stands; another way to make it gets another number.
constexpr char kFingerprintName[] = "weighbridge/v1";
// A decision against the model that no finding explains must still be seen.
constexpr char kDecisionRule[] = "weighbridge.decision";
constexpr std::string_view kRulesRedefined = "rules.redefined";
// Kept free for all that is not a result.
constexpr size_t kFrameBytes = size_t{3} << 20;

// A result before its rule has a number.
struct Entry {
  size_t model = 0;
  int rank = 0;  // higher is shown first
  std::string rule_id;
  std::string kind;   // of SARIF: fail, pass, informational
  std::string level;  // of SARIF: error, warning, note, none
  std::string message;
  const v1::Finding* finding = nullptr;  // null for duties and for a bare decision
  std::string license_id, clause, component;
};

struct Run {
  const std::vector<v1::GateResult>& results;
  const RenderOptions& options;
  std::map<std::string, size_t> rules;  // id to place in the driver's list
  std::vector<std::string> rule_ids;    // in that order
  std::map<std::string, int> fingerprints;
  std::vector<std::string> notes;  // of what was left out
};

ModelLabel LabelOf(const Run& run, size_t model) {
  return model < run.options.models.size() ? run.options.models[model] : ModelLabel();
}

// A text of SARIF: "[words](target)" would be a link and "{0}" a hole to be filled.
std::string MessageText(std::string_view given) {
  const std::string text = Shown(given);
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    const bool link = c == ']' && next == '(';
    const size_t digits = c == '{' ? text.find_first_not_of("0123456789", i + 1) : std::string::npos;
    const bool hole = digits != std::string::npos && digits > i + 1 && text[digits] == '}';
    if (link) out += '\\';
    if (hole) out += '{';
    out += c;
    if (hole) {
      out += text.substr(i + 1, digits - i - 1);
      out += "}}";
      i = digits;
    }
  }
  return out;
}

void WriteMessage(std::string_view text, JsonWriter& json) {
  json.BeginObject().Key("text").String(MessageText(text)).EndObject();
}

std::string MessageOf(const v1::Finding& finding, const Names& names) {
  std::string message =
      absl::StrFormat("%s%s: %s", TermOf(finding, names), OutcomeWord(finding.outcome()), finding.message());
  if (!finding.missing_fact().empty()) message += absl::StrFormat(" Missing fact: %s.", finding.missing_fact());
  if (Decides(finding) && !finding.remedy().empty())
    message += absl::StrFormat(" What would change it: %s.", finding.remedy());
  return message;
}

Entry EntryOf(const v1::Finding& finding, const Names& names) {
  Entry entry;
  entry.rule_id = finding.rule_id().empty() ? kDecisionRule : finding.rule_id();
  entry.rank = RankOf(finding.outcome());
  entry.finding = &finding;
  entry.message = MessageOf(finding, names);
  entry.license_id = finding.license_id();
  entry.clause = finding.clause();
  entry.component = finding.component();
  entry.kind = "fail";
  switch (finding.outcome()) {
    case v1::Outcome::VIOLATED:
    case v1::Outcome::UNDECIDED:
      entry.level = "error";
      break;
    case v1::Outcome::SATISFIED:
      entry.kind = "pass";
      entry.level = "none";
      break;
    case v1::Outcome::INFO:
      entry.kind = "informational";
      entry.level = "none";
      break;
    default:
      entry.level = "warning";
  }
  return entry;
}

Entry EntryOf(const v1::Obligation& duty, const Names& names) {
  Entry entry;
  entry.rule_id = DutyRuleId(v1::ObligationKind::Value_Name(duty.kind()));
  entry.rank = 1;
  entry.kind = "fail";  // only then may a result have the level of a note
  entry.level = "note";
  entry.license_id = duty.license_id();
  entry.clause = duty.clause();
  entry.component = duty.component();
  entry.message =
      absl::StrFormat("%s, %s: open duty: %s", names.Of(duty.license_id()), ClauseWords(duty.clause()), duty.message());
  return entry;
}

Entry EntryOf(const Bans& bans, const Names& names) {
  Entry entry;
  entry.rule_id = DutyRuleId(v1::ObligationKind::Value_Name(v1::ObligationKind::prohibited_use));
  entry.rank = 1;
  entry.kind = "fail";
  entry.level = "note";
  entry.license_id = bans.license_id;
  entry.message = absl::StrFormat("%s: open duty: keep clear of its %d prohibited uses (%s)", names.Of(bans.license_id),
                                  bans.clauses.size(), ClauseRanges(bans.clauses));
  return entry;
}

void AddEntries(const v1::GateResult& result, size_t model, std::vector<Entry>& entries) {
  const Names names(result);
  const size_t first = entries.size();
  bool explained = false;
  for (const auto& finding : result.findings()) {
    entries.push_back(EntryOf(finding, names));
    explained = explained || (Decides(finding) && !Waived(finding));
  }
  for (const auto& duty : result.obligations()) {
    if (policy::IsOpen(duty) && duty.kind() != v1::ObligationKind::prohibited_use)
      entries.push_back(EntryOf(duty, names));
  }
  for (const Bans& bans : OpenBans(result)) entries.push_back(EntryOf(bans, names));
  const bool passes = result.decision() == v1::DECISION_UNSPECIFIED || result.decision() == v1::APPROVED ||
                      result.decision() == v1::APPROVED_WITH_CONDITIONS;
  if (!passes && !explained) {
    Entry entry;
    entry.rank = RankOf(v1::Outcome::UNDECIDED);
    entry.rule_id = kDecisionRule;
    entry.kind = "fail";
    entry.level = "error";
    entry.message = absl::StrFormat("%s: %s", v1::Decision_Name(result.decision()), Meaning(result.decision()));
    entries.push_back(std::move(entry));
  }
  for (size_t i = first; i < entries.size(); ++i) entries[i].model = model;
}

// The file that stands for a model where a finding names none: hosts drop a result without a place.
std::string StandInPath(const v1::GateResult& result) {
  const v1::ArtifactSummary* best = nullptr;
  const auto rank = [](const v1::ArtifactSummary& artifact) {
    return artifact.role() == "license_text" ? 3 : artifact.role() == "card" ? 2 : artifact.role() == "config" ? 1 : 0;
  };
  for (const auto& artifact : result.model().artifacts()) {
    if (best == nullptr || rank(artifact) > rank(*best)) best = &artifact;
  }
  return best == nullptr ? "" : best->path();
}

void WriteLocation(const ModelLabel& label, std::string_view model_name, const v1::EvidenceRef& ref, JsonWriter& json) {
  std::string path = label.folder;
  if (!path.empty() && !ref.path().empty()) path += '/';
  path += ref.path();
  json.BeginObject().Key("physicalLocation").BeginObject();
  json.Key("artifactLocation").BeginObject();
  json.Key("uri").String(PathToUri(path)).Key("uriBaseId").String(kSourceRoot).EndObject();
  const bool bytes = ref.byte_end() > ref.byte_begin();
  if (ref.line() > 0 || bytes) {
    json.Key("region").BeginObject();
    if (ref.line() > 0) json.Key("startLine").Number(ref.line());
    if (bytes) {
      json.Key("byteOffset").Number(static_cast<int64_t>(ref.byte_begin()));
      json.Key("byteLength").Number(static_cast<int64_t>(ref.byte_end() - ref.byte_begin()));
    }
    json.EndObject();
  }
  json.EndObject();
  json.Key("logicalLocations").BeginArray().BeginObject();
  json.Key("kind").String("module").Key("name").String(model_name);
  if (!ref.key().empty())
    json.Key("fullyQualifiedName").String(absl::StrFormat("%s: %s", model_name, Shown(ref.key())));
  json.EndObject().EndArray().EndObject();
}

// Writes the places; returns how many were left out.
size_t WriteLocations(const Run& run, const Entry& entry, JsonWriter& json) {
  const v1::GateResult& result = run.results[entry.model];
  ModelLabel label = LabelOf(run, entry.model);
  const std::string model_name = ModelName(result, label.name);
  size_t written = 0, left_out = 0;
  json.Key("locations").BeginArray();
  if (entry.finding != nullptr) {
    for (const auto& ref : entry.finding->evidence()) {
      if (ref.path().empty()) continue;
      // Rules lie beside no model, and a place outside the working folder is none that a host can show.
      if (entry.rule_id == kRulesRedefined) {
        if (ref.path().front() == '/' || ref.path().find("..") != std::string::npos) continue;
        label.folder.clear();
      }
      if (written == kSarifLocationsMax) {
        ++left_out;
        continue;
      }
      WriteLocation(label, model_name, ref, json);
      ++written;
    }
  }
  if (written == 0) {
    label.folder = LabelOf(run, entry.model).folder;
    v1::EvidenceRef whole;
    whole.set_path(StandInPath(result));
    WriteLocation(label, model_name, whole, json);
  }
  json.EndArray();
  return left_out;
}

std::string FingerprintOf(Run& run, const Entry& entry) {
  const v1::GateResult& result = run.results[entry.model];
  std::string model = result.model().digest();
  if (model.empty()) model = ModelName(result, LabelOf(run, entry.model).name);
  std::string place;
  if (entry.finding != nullptr && !entry.finding->evidence().empty()) {
    const auto& ref = entry.finding->evidence(0);
    place = ref.path() + '\0' + ref.key();
  }
  std::string parts;
  const std::string missing = entry.finding == nullptr ? "" : entry.finding->missing_fact();
  for (const std::string& part :
       {model, entry.rule_id, entry.license_id, entry.clause, entry.component, missing, place}) {
    parts += absl::StrFormat("%d:", part.size());
    parts += part;
  }
  // Two passages of one file can be found by the same rule: they are told apart by their order.
  const int twin = run.fingerprints[parts]++;
  return Sha256Hex(absl::StrFormat("%s#%d", parts, twin));
}

size_t RuleIndex(const std::string& id, Run& run) {
  const auto [it, is_new] = run.rules.emplace(id, run.rule_ids.size());
  if (is_new) run.rule_ids.push_back(id);
  return it->second;
}

JsonWriter ResultOf(const Entry& entry, size_t rule_index, Run& run) {
  const v1::GateResult& result = run.results[entry.model];
  JsonWriter json;
  json.BeginObject();
  json.Key("ruleId").String(entry.rule_id).Key("ruleIndex").Number(static_cast<int64_t>(rule_index));
  json.Key("kind").String(entry.kind).Key("level").String(entry.level);
  const size_t left_out = WriteLocations(run, entry, json);
  json.Key("message");
  WriteMessage(left_out == 0 ? entry.message
                             : absl::StrFormat("%s (%d further places are left out here)", entry.message, left_out),
               json);
  json.Key("partialFingerprints").BeginObject().Key(kFingerprintName).String(FingerprintOf(run, entry)).EndObject();
  if (entry.finding != nullptr && Waived(*entry.finding)) {
    json.Key("suppressions").BeginArray().BeginObject();
    json.Key("kind").String("external").Key("status").String("accepted");
    json.Key("justification").String(absl::StrFormat("waived by %s", Shown(entry.finding->waived_by())));
    json.EndObject().EndArray();
  }
  json.Key("properties").BeginObject();
  json.Key("model").String(ModelName(result, LabelOf(run, entry.model).name));
  json.Optional("model_digest", result.model().digest());
  if (result.decision() != v1::DECISION_UNSPECIFIED) json.Key("decision").String(v1::Decision_Name(result.decision()));
  if (entry.finding != nullptr) {
    json.Key("outcome").String(v1::Outcome::Value_Name(entry.finding->outcome()));
    json.Optional("missing_fact", Shown(entry.finding->missing_fact()));
    json.Optional("remedy", Shown(entry.finding->remedy()));
  }
  json.Optional("license_id", Shown(entry.license_id));
  json.Optional("clause", Shown(entry.clause));
  json.Optional("component", Shown(entry.component));
  json.EndObject();
  json.EndObject();
  return json;
}

// All results within the limits, the worst first.
JsonWriter ResultsOf(Run& run) {
  std::vector<Entry> entries;
  for (size_t i = 0; i < run.results.size(); ++i) AddEntries(run.results[i], i, entries);
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.rank > b.rank; });
  JsonWriter json;
  json.BeginArray();
  size_t written = 0;
  for (const Entry& entry : entries) {
    if (written == kSarifResultsMax) break;
    const bool known = run.rules.count(entry.rule_id) > 0;
    const JsonWriter result = ResultOf(entry, known ? run.rules[entry.rule_id] : run.rule_ids.size(), run);
    if (json.size() + result.size() > kSarifBytesMax - kFrameBytes) break;
    RuleIndex(entry.rule_id, run);
    json.Value(result);
    ++written;
  }
  json.EndArray();
  if (written < entries.size()) {
    run.notes.push_back(
        absl::StrFormat("%d of %d results are left out to stay within the limits of code hosts; the worst stand first, "
                        "and the JSON has all",
                        entries.size() - written, entries.size()));
  }
  return json;
}

void WriteDriver(const Run& run, JsonWriter& json) {
  json.Key("tool").BeginObject().Key("driver").BeginObject();
  json.Key("name").String("Weighbridge");
  json.Optional("version", run.options.tool_version);
  json.Key("shortDescription");
  WriteMessage("Licence and provenance gate for open-weight models.", json);
  json.Key("rules").BeginArray();
  for (const std::string& id : run.rule_ids) {
    const bool decision = id == kDecisionRule;
    const RuleWords words =
        decision ? RuleWords{"the decision on the whole model", "see the findings"} : WordsOfRule(id);
    json.BeginObject().Key("id").String(id);
    json.Key("shortDescription");
    WriteMessage(words.meaning, json);
    json.Key("fullDescription");
    WriteMessage(words.meaning + ".", json);
    json.Key("help");
    WriteMessage(absl::StrFormat("%s. What usually changes it: %s. More: weighbridge explain %s", words.meaning,
                                 words.remedy, id),
                 json);
    json.Key("properties")
        .BeginObject()
        .Key("tags")
        .BeginArray()
        .String("licence")
        .String("model")
        .EndArray()
        .EndObject();
    json.EndObject();
  }
  json.EndArray().EndObject().EndObject();
}

void WriteNotification(std::string_view level, std::string_view text, JsonWriter& json) {
  json.BeginObject().Key("level").String(level).Key("message");
  WriteMessage(text, json);
  json.EndObject();
}

void WriteInvocation(Run& run, JsonWriter& json) {
  std::vector<std::string> failures;
  bool measured = true;
  for (size_t i = 0; i < run.results.size(); ++i) {
    const v1::GateResult& result = run.results[i];
    measured = measured && result.decision() != v1::UNDECIDED;
    for (const auto& finding : result.findings()) {
      if (finding.outcome() != v1::Outcome::UNDECIDED) continue;
      measured = false;
      const std::string places = PlacesOf(finding);
      failures.push_back(absl::StrFormat("%s: %s: %s%s", ModelName(result, LabelOf(run, i).name), finding.rule_id(),
                                         finding.message(), places.empty() ? "" : " [" + places + "]"));
    }
    const std::string mode = ModeNote(result);
    if (!mode.empty()) run.notes.push_back(absl::StrFormat("%s: %s", ModelName(result, LabelOf(run, i).name), mode));
  }
  json.Key("invocations").BeginArray().BeginObject();
  json.Key("executionSuccessful").Bool(measured);
  if (run.options.exit_code >= 0) json.Key("exitCode").Number(run.options.exit_code);
  json.Key("toolExecutionNotifications").BeginArray();
  size_t written = 0, bytes = 0, left_out = 0;
  const auto write = [&](std::string_view level, const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
      if (written == kSarifNotificationsMax || bytes + text.size() > kSarifNotificationBytesMax) {
        ++left_out;
        continue;
      }
      WriteNotification(level, text, json);
      ++written;
      bytes += text.size();
    }
  };
  write("warning", run.notes);
  write("error", failures);
  if (left_out > 0) WriteNotification("error", absl::StrFormat("and %d more notifications", left_out), json);
  json.EndArray().EndObject().EndArray();
}

// "ORG/NAME" of a model hub as its address; empty if the name is neither that nor an address.
std::string RepositoryUri(const std::string& repository) {
  if (IsRepositoryUri(repository)) return repository;
  const size_t slash = repository.find('/');
  const bool hub = slash != std::string::npos && slash > 0 && slash + 1 < repository.size() &&
                   repository.find('/', slash + 1) == std::string::npos &&
                   repository.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._/") ==
                       std::string::npos;
  return hub ? "https://huggingface.co/" + repository : "";
}

void WriteVersionControl(const Run& run, JsonWriter& json) {
  std::set<std::pair<std::string, std::string>> origins;
  for (const v1::GateResult& result : run.results) {
    const std::string uri = RepositoryUri(result.model().repository());
    if (!uri.empty() && origins.size() < kSarifOriginsMax) origins.emplace(uri, result.model().revision());
  }
  if (origins.empty()) return;
  json.Key("versionControlProvenance").BeginArray();
  for (const auto& [uri, revision] : origins) {
    json.BeginObject().Key("repositoryUri").String(uri).Optional("revisionId", Shown(revision)).EndObject();
  }
  json.EndArray();
}

void WriteModels(const Run& run, JsonWriter& json) {
  json.Key("properties").BeginObject().Key("models").BeginArray();
  for (size_t i = 0; i < run.results.size() && i < kSarifModelsMax; ++i) {
    const v1::GateResult& result = run.results[i];
    json.BeginObject().Key("name").String(ModelName(result, LabelOf(run, i).name));
    json.Key("decision")
        .String(result.decision() == v1::DECISION_UNSPECIFIED ? "none: a scan" : v1::Decision_Name(result.decision()));
    json.Optional("mode", Shown(result.mode())).Optional("evaluated_at", result.evaluated_at());
    json.Optional("model_digest", result.model().digest()).Optional("weights_digest", result.model().weights_digest());
    json.Optional("repository", Shown(result.model().repository()))
        .Optional("revision", Shown(result.model().revision()));
    json.Optional("source_url", Shown(result.model().source_url()));
    json.Optional("base_digest", result.model().base_digest()).Optional("set_digest", result.model().set_digest());
    json.Optional("rules_digest", result.rules_digest()).Optional("policy_digest", result.policy_digest());
    json.Optional("profile_digest", result.profile_digest()).Optional("audit_id", result.audit_id());
    json.Optional("measured_by", Shown(result.measured_by()));
    json.EndObject();
  }
  json.EndArray();
  json.Key("models_in_all").Number(static_cast<int64_t>(run.results.size()));
  json.Key("note").String("Nothing here is legal advice.");
  json.EndObject();
}

}  // namespace

std::string RenderSarif(const std::vector<v1::GateResult>& results, const RenderOptions& options) {
  Run run{results, options, {}, {}, {}, {}};
  // Results say which rules occur and what was left out: both stand before them.
  const JsonWriter entries = ResultsOf(run);
  if (results.size() > kSarifModelsMax) {
    run.notes.push_back(absl::StrFormat("%d of %d models are left out of the list of models",
                                        results.size() - kSarifModelsMax, results.size()));
  }
  JsonWriter json;
  json.BeginObject();
  json.Key("$schema").String(kSchema).Key("version").String("2.1.0");
  json.Key("runs").BeginArray().BeginObject();
  WriteDriver(run, json);
  json.Key("automationDetails").BeginObject().Key("id").String("weighbridge/").EndObject();
  WriteInvocation(run, json);
  WriteVersionControl(run, json);
  json.Key("originalUriBaseIds").BeginObject().Key(kSourceRoot).BeginObject().Key("description");
  WriteMessage("The folder in which weighbridge was started, or that of the model if it lies elsewhere.", json);
  json.EndObject().EndObject();
  json.Key("results").Value(entries);
  WriteModels(run, json);
  json.EndObject().EndArray().EndObject();
  return json.Take() + "\n";
}

}  // namespace weighbridge::report
