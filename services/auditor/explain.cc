#include "services/auditor/explain.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "google/protobuf/descriptor.h"
#include "proto/weighbridge/rules/v1/facts.pb.h"
#include "services/auditor/model_names.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/provenance/license_names.h"
#include "services/provenance/openness_parts.h"
#include "services/provenance/spdx_expression.h"
#include "services/rulebook/overlay.h"

namespace weighbridge::auditor {
namespace {

using rules::v1::License;
using Licenses = std::vector<const License*>;

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string NamesOf(const Licenses& licenses) {
  std::string names;
  for (const License* license : licenses) names += (names.empty() ? "" : ", ") + license->short_id();
  return names;
}

std::string ConfidenceOf(const Licenses& licenses) {
  auto least = rules::v1::Confidence::high;
  for (const License* license : licenses) least = std::max(least, license->provenance().confidence());
  return rules::v1::Confidence::Value_Name(least);
}

// "rules/licenses/x/rule.textproto:3, in the place of ours: takes away tests users".
std::string WordsOf(const rules::v1::Redefinition& redefined) {
  return absl::StrFormat("%s%s: %s", rulebook::PlaceOf(redefined),
                         redefined.ours_sha256().empty() ? "" : ", in the place of ours", redefined.difference());
}

std::string_view KindOf(const License& license) {
  switch (license.kind()) {
    case rules::v1::DocumentKind::license:
      return "license";
    case rules::v1::DocumentKind::addendum:
      return "addendum";
    default:
      return "use_policy";
  }
}

v1::ExplainResult Start(std::string_view kind, std::string_view name) {
  v1::ExplainResult result;
  result.set_schema_version(1);
  result.set_kind(std::string(kind));
  result.set_name(std::string(name));
  return result;
}

std::string Low() { return rules::v1::Confidence::Value_Name(rules::v1::Confidence::low); }

void Say(std::string_view words, v1::ExplainResult& result) {
  if (words.empty()) return;
  result.set_summary(result.summary() + (result.summary().empty() ? "" : " ") + std::string(words));
}

// "barred under a, b; allowed under c", the worst first.
std::string CommercialUseOf(const v1::ExplainResult& result) {
  std::vector<std::pair<std::string, std::string>> stances;  // in the order of the candidates
  for (const auto& one : result.candidates()) {
    const std::string stance = one.commercial_use().empty() ? "not known" : one.commercial_use();
    auto same = std::find_if(stances.begin(), stances.end(), [&](const auto& entry) { return entry.first == stance; });
    if (same == stances.end()) same = stances.insert(stances.end(), {stance, ""});
    same->second += (same->second.empty() ? "" : ", ") + one.short_id();
  }
  std::string words;
  for (const auto& [stance, names] : stances) {
    words += absl::StrFormat("%s%s under %s", words.empty() ? "" : "; ", stance, names);
  }
  return words;
}

// Several that may hold: what to reckon with is the worst of them, and that it depends.
void SayCandidates(std::vector<v1::ExplainedLicense> candidates, v1::ExplainResult& result) {
  if (candidates.size() < 2) return;
  std::string names, figures;
  for (auto& one : candidates) {
    names += (names.empty() ? "" : ", ") + one.short_id();
    if (!one.thresholds().empty()) figures += (figures.empty() ? "" : ", ") + one.short_id();
    *result.add_candidates() = std::move(one);
  }
  const auto& worst = result.candidates(0);
  result.set_main_restriction(
      absl::StrFormat("It depends on the version; at worst (%s): %s", worst.short_id(), worst.main_restriction()));
  Say(absl::StrFormat("The name alone does not say which of these holds: %s. Commercial use: %s.", names,
                      CommercialUseOf(result)),
      result);
  if (!figures.empty()) Say(absl::StrFormat("Limits by number of users or revenue: under %s.", figures), result);
}

void Describe(const Licenses& licenses, v1::ExplainResult& result) {
  for (const License* license : licenses) result.add_license_ids(license->id());
  if (licenses.empty()) return;
  result.set_confidence(ConfidenceOf(licenses));
  std::vector<v1::ExplainedLicense> candidates = CandidatesOf(licenses);
  result.set_openness(candidates.front().openness());
  result.set_main_restriction(candidates.front().main_restriction());
  std::vector<v1::Openness> classes;
  for (const auto& one : candidates) classes.push_back(one.openness());
  result.set_answer(AnswerOf(classes));
  if (licenses.size() == 1) {
    result.set_summary(licenses.front()->summary());
  } else {
    SayCandidates(std::move(candidates), result);
  }
}

// Which versions of a family or model are under what.
void AddVersions(const std::vector<rulebook::ModelResolution>& rows, v1::ExplainResult& result) {
  for (auto& version : VersionsOf(rows)) *result.add_versions() = std::move(version);
}

// Where rules laid over ours changed what is said of these licences or rows.
void AddRedefined(const std::vector<rulebook::ModelResolution>& rows, const rulebook::Rulebook& rules,
                  v1::ExplainResult& result) {
  for (const auto& redefined : rules.overlay().redefinition()) {
    const bool touches = std::any_of(redefined.license_ids().begin(), redefined.license_ids().end(),
                                     [&](const std::string& id) {
                                       const auto& ids = result.license_ids();
                                       return std::find(ids.begin(), ids.end(), id) != ids.end();
                                     }) ||
                         std::any_of(rows.begin(), rows.end(), [&](const rulebook::ModelResolution& row) {
                           return redefined.path() == absl::StrFormat("families/%s.textproto", row.family->id());
                         });
    if (touches) result.add_redefined(WordsOf(redefined));
  }
}

v1::ExplainResult OfModel(std::string_view name, const rulebook::ModelResolution& model,
                          const rulebook::Rulebook& rules) {
  const rulebook::FamilyMember& row = *model.member;
  v1::ExplainResult result = Start(row.closed() ? "closed_model" : "model", name);
  Describe(model.licenses, result);
  std::vector<v1::Openness> classes = {OpennessOf(model)};
  if (row.closed()) {
    Say(absl::StrFormat("Files that claim to be %s did not come from its developer.", model.family->name()), result);
  } else if (!row.unread_license().empty()) {
    Say(absl::StrFormat("Its terms are %s, which the rulebook does not hold: a person has to read them.",
                        row.unread_license()),
        result);
  } else if (model.licenses.size() > 1) {
    for (const License* license : model.licenses) classes.push_back(license->openness());
  }
  if (row.confidence() == rules::v1::Confidence::low) {
    Say(row.closed() ? "That it has no weights was not checked."
                     : "That these terms hold was not checked: a person has to.",
        result);
  }
  Say(row.boundary(), result);
  AddVersions({model}, result);
  result.set_openness(OpennessOf(model));
  result.set_answer(AnswerOf(std::move(classes)));
  result.set_confidence(RowConfidence(model));
  if (!row.main_restriction().empty() || result.main_restriction().empty()) {
    result.set_main_restriction(result.versions(0).main_restriction());
  }
  *result.mutable_openness_statement() = provenance::StateOpennessOfRow(model, rules);
  return result;
}

// Several rows that a name means, and licences that are called so too.
v1::ExplainResult OfRows(std::string_view name, const std::vector<rulebook::ModelResolution>& rows,
                         const Licenses& called_so) {
  const bool closed = std::all_of(rows.begin(), rows.end(), [](const auto& row) { return row.member->closed(); });
  const bool one_family =
      std::all_of(rows.begin(), rows.end(), [&](const auto& row) { return row.family == rows[0].family; });
  v1::ExplainResult result =
      Start(closed ? "closed_model" : "family", one_family && !closed ? rows[0].family->name() : std::string(name));
  AddVersions(rows, result);
  Licenses all = called_so;
  // What to reckon with is the least open of what somebody can hold.
  v1::Openness worst = closed ? v1::CLOSED_WEIGHTS : v1::FULLY_OPEN;
  const rulebook::ModelResolution* of_worst = nullptr;
  std::vector<v1::Openness> classes;
  std::string least;
  for (const License* license : called_so) {
    classes.push_back(license->openness());
    if (LessOpen(license->openness(), worst)) worst = license->openness();
  }
  for (const rulebook::ModelResolution& row : rows) {
    classes.push_back(OpennessOf(row));
    if (RowConfidence(row) == Low()) least = Low();
    if (row.member->closed()) continue;
    if (of_worst == nullptr || LessOpen(OpennessOf(row), OpennessOf(*of_worst))) of_worst = &row;
    if (LessOpen(OpennessOf(row), worst)) worst = OpennessOf(row);
    all.insert(all.end(), row.licenses.begin(), row.licenses.end());
  }
  std::set<const License*> seen;
  all.erase(std::remove_if(all.begin(), all.end(), [&](const License* one) { return !seen.insert(one).second; }),
            all.end());
  for (const License* license : all) result.add_license_ids(license->id());
  result.set_openness(worst);
  result.set_answer(AnswerOf(std::move(classes)));
  if (!all.empty()) result.set_confidence(ConfidenceOf(all));
  if (!least.empty()) result.set_confidence(least);
  result.set_main_restriction(VersionsOf({of_worst != nullptr ? *of_worst : rows[0]})[0].main_restriction());
  if (closed) {
    Say(absl::StrFormat("Files that claim to be %s did not come from its developer.", rows[0].family->name()), result);
    return result;
  }
  std::vector<v1::ExplainedLicense> candidates = CandidatesOf(rows);
  for (auto& one : CandidatesOf(called_so)) {
    const auto same = [&](const v1::ExplainedLicense& other) { return other.license_id() == one.license_id(); };
    if (std::none_of(candidates.begin(), candidates.end(), same)) candidates.push_back(std::move(one));
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const auto& a, const auto& b) { return LessOpen(a.openness(), b.openness()); });
  SayCandidates(std::move(candidates), result);
  if (result.versions_size() > 1) Say("The versions below say which is under what.", result);
  return result;
}

// A name that goes on where no known one does: what is known beside it, and nothing of it.
v1::ExplainResult OfUnknown(std::string_view name, const NamedRows& named) {
  v1::ExplainResult result = Start("family", name);
  AddVersions(named.rows, result);
  const bool version = named.unknown[0] >= '0' && named.unknown[0] <= '9';
  const std::string known = KnownOf(named.rows);
  const std::string what = absl::StrFormat("no %s%s of %s is known here", version ? "version " : "\"",
                                           named.unknown + (version ? "" : "\""), named.stem);
  result.set_openness(v1::OPENNESS_UNKNOWN);
  result.set_confidence(Low());
  result.set_answer(Printable(absl::StrFormat("not known: %s", what)));
  result.set_main_restriction("Its terms are not known: let a person read them before it is used.");
  result.set_summary(Printable(absl::StrFormat(
      "N%s; known: %s. The versions below are what is known beside it: none of them says anything of this one.",
      what.substr(1), known)));
  return result;
}

// ", and no SPDX expression: offset 6: ..." for what has an operator or a bracket.
std::string WhyNoExpression(std::string_view name) {
  const std::string words = " " + Lower(name) + " ";
  const bool meant = words.find(" or ") != std::string::npos || words.find(" and ") != std::string::npos ||
                     words.find(" with ") != std::string::npos || words.find('(') != std::string::npos;
  const auto expression = provenance::ParseSpdxExpression(name);
  if (!meant || expression.ok()) return "";
  return absl::StrFormat(", and no SPDX expression: %s", Printable(std::string(expression.status().message())));
}

// "MIT OR Apache-2.0": what each way to satisfy it asks for.
std::optional<v1::ExplainResult> OfExpression(std::string_view name, const rulebook::Rulebook& rules) {
  const auto expression = provenance::ParseSpdxExpression(name);
  if (!expression.ok()) return std::nullopt;
  const auto ways = provenance::AlternativesOf(*expression);
  if (ways.empty()) return std::nullopt;
  const provenance::NamedLicenses named = provenance::ReadLicenseExpression(name, rules, {});
  const bool plain = ways.size() == 1 && ways.front().size() == 1 && ways.front().front().exception.empty();
  if (named.operands.empty() || (plain && named.former.empty())) return std::nullopt;
  const std::string normal = provenance::FormatSpdxExpression(*expression);
  Licenses all;
  for (const auto& operand : named.operands) all.insert(all.end(), operand.begin(), operand.end());
  v1::ExplainResult result = Start("expression", normal);
  Describe(all, result);
  // Its parts stand together or are for the policy to choose from: neither is a question of versions.
  if (all.size() > 1) {
    result.set_main_restriction(CandidatesOf(all).front().main_restriction());
    result.clear_candidates();
    result.clear_answer();
  }
  std::string summary =
      ways.size() == 1
          ? "All of these stand together. "
          : absl::StrFormat("One of %d ways is enough; the policy chooses (or_choices), else all stand. ", ways.size());
  for (size_t i = 0; i < ways.size(); ++i) {
    if (ways.size() > 1) summary += absl::StrFormat("%s%d: ", i > 0 ? "; " : "", i + 1);
    for (size_t t = 0; t < ways[i].size(); ++t) summary += (t > 0 ? " and " : "") + ways[i][t].ToString();
  }
  summary += ".";
  for (const auto& former : named.former) {
    summary +=
        absl::StrFormat(" \"%s\" was given up by the SPDX list and is read as %s.", former.written, former.present);
  }
  for (const auto& exception : named.exceptions) {
    summary += exception.belongs
                   ? absl::StrFormat(" What the exception in %s allows is not evaluated.", exception.term)
                   : absl::StrFormat(" The exception in %s is not known as one to this licence and needs a person.",
                                     exception.term);
  }
  for (const std::string& unknown : named.unknown) {
    summary += absl::StrFormat(" \"%s\" is not known and needs a person.", unknown);
    result.set_openness(v1::OPENNESS_UNKNOWN);
  }
  result.set_summary(Printable(summary));
  return result;
}

std::optional<v1::ExplainResult> OfRuleId(std::string_view name) {
  const auto* list = v1::RuleId_descriptor();
  for (int i = 0; i < list->value_count(); ++i) {
    const v1::RuleInfo& info = list->value(i)->options().GetExtension(v1::rule);
    if (info.id().empty()) continue;
    const bool term = info.id().rfind("term.", 0) == 0;
    if (info.id() != name && !(term && info.id().substr(5) == name)) continue;
    v1::ExplainResult result = Start(info.id() == name ? "finding" : "term", info.id());
    result.set_summary(absl::StrFormat("%s. What usually changes it: %s.", info.meaning(), info.remedy()));
    return result;
  }
  return std::nullopt;
}

std::optional<v1::ExplainResult> OfFact(std::string_view name) {
  const auto* value = rules::v1::FactId::Value_descriptor()->FindValueByName(std::string(name));
  if (value == nullptr || value->number() == 0) return std::nullopt;
  const rules::v1::FactInfo& info = value->options().GetExtension(rules::v1::fact);
  v1::ExplainResult result = Start("fact", name);
  std::string words;
  for (const std::string& word : info.values()) words += (words.empty() ? " Values: " : ", ") + word;
  result.set_summary(absl::StrFormat(
      "%s: %s.%s%s", info.side() == rules::v1::FactSide::measured ? "Measured from the model" : "Stated in the profile",
      info.meaning(), words, words.empty() ? "" : "."));
  return result;
}

// A name of the families, and licences that are called so.
v1::ExplainResult OfNamed(std::string_view name, const NamedRows& named, const Licenses& called_so,
                          const rulebook::Rulebook& rules) {
  if (!named.unknown.empty()) return OfUnknown(name, named);
  v1::ExplainResult result = named.rows.size() == 1 && called_so.empty() ? OfModel(name, named.rows[0], rules)
                                                                         : OfRows(name, named.rows, called_so);
  if (!named.inside) return result;
  result.set_name(std::string(name));
  result.set_confidence(Low());
  Say("No model of exactly this name is known here: it has the name of one in it, or is kept by somebody else, so "
      "these "
      "terms are what a work on it would take over, and more may hold.",
      result);
  return result;
}

// True if every licence of the rows is one of `licenses`, so that the licence is the answer for all of them.
bool AllUnder(const std::vector<rulebook::ModelResolution>& rows, const Licenses& licenses) {
  return std::all_of(rows.begin(), rows.end(), [&](const rulebook::ModelResolution& row) {
    return !row.member->closed() && row.member->unread_license().empty() &&
           std::all_of(row.licenses.begin(), row.licenses.end(), [&](const License* one) {
             return std::find(licenses.begin(), licenses.end(), one) != licenses.end();
           });
  });
}

bool ByCategoryAlone(const Licenses& licenses) {
  return std::all_of(licenses.begin(), licenses.end(), [](const License* one) { return one->has_category_facts(); });
}

struct Meaning {
  std::optional<rulebook::ModelResolution> model;  // a hub repository
  Licenses licenses;
  NamedRows named;
};

Meaning MeaningOf(std::string_view name, const rulebook::Rulebook& rules) {
  Meaning meaning;
  meaning.model = rules.ResolveModel(name);
  // A row for whatever an organisation publishes knows less than the name may say.
  if (meaning.model.has_value() && !TakesEveryName(*meaning.model->member)) return meaning;
  meaning.licenses = rules.FindLicenses(name);
  meaning.named = RowsNamed(name, rules);
  // What only begins as a name of models does is no reason to doubt a licence, and no model is called as a policy is.
  const bool of_models = std::any_of(meaning.licenses.begin(), meaning.licenses.end(), [](const License* one) {
    return one->kind() == rules::v1::DocumentKind::license;
  });
  if (!meaning.licenses.empty() && !(meaning.named.Exact() && of_models)) meaning.named = {};
  if (meaning.model.has_value() && meaning.named.unknown.empty()) {
    meaning.named = {};
    meaning.licenses.clear();
  } else {
    meaning.model.reset();
  }
  return meaning;
}

v1::ExplainResult OfLicenses(std::string_view name, const Meaning& meaning) {
  const Licenses& licenses = meaning.licenses;
  const bool one = licenses.size() == 1;
  v1::ExplainResult result =
      Start(one ? KindOf(*licenses.front()) : "family", one ? licenses.front()->name() : std::string(name));
  Describe(licenses, result);
  AddVersions(meaning.named.rows, result);
  for (const auto& row : meaning.named.rows) {
    if (RowConfidence(row) == Low()) result.set_confidence(Low());
  }
  return result;
}

absl::StatusOr<v1::ExplainResult> ExplainMeaning(std::string_view name, const Meaning& meaning,
                                                 const rulebook::Rulebook& rules) {
  if (meaning.model.has_value()) return OfModel(name, *meaning.model, rules);
  const auto& rows = meaning.named.rows;
  if (!meaning.licenses.empty()) {
    if (rows.empty() || (AllUnder(rows, meaning.licenses) && !ByCategoryAlone(meaning.licenses))) {
      return OfLicenses(name, meaning);
    }
    // A name of models that licences have too. One that is known by its category alone says nothing of the models.
    if (!ByCategoryAlone(meaning.licenses)) return OfNamed(name, meaning.named, meaning.licenses, rules);
    v1::ExplainResult result = OfNamed(name, meaning.named, {}, rules);
    for (const License* license : meaning.licenses) {
      Say(absl::StrFormat("A licence is called so too, known by its category alone: %s (%s).", license->name(),
                          license->id()),
          result);
    }
    return result;
  }
  if (!meaning.named.Exact()) {
    if (auto expression = OfExpression(name, rules)) return *expression;
  }
  if (!rows.empty()) return OfNamed(name, meaning.named, {}, rules);
  return absl::InvalidArgumentError(
      absl::StrFormat("%s: no licence, model, finding, term or fact of that name%s; weighbridge licenses lists the "
                      "licences",
                      Printable(name), WhyNoExpression(name)));
}

}  // namespace

absl::StatusOr<v1::ExplainResult> Explain(std::string_view name, const rulebook::Rulebook& rules) {
  const std::string lower = Lower(name);
  if (auto rule = OfRuleId(lower)) return *rule;
  if (auto fact = OfFact(lower)) return *fact;
  const Meaning meaning = MeaningOf(name, rules);
  WB_ASSIGN_OR_RETURN(v1::ExplainResult result, ExplainMeaning(name, meaning, rules));
  std::vector<rulebook::ModelResolution> rows = meaning.named.rows;
  if (meaning.model.has_value()) rows.push_back(*meaning.model);
  AddRedefined(rows, rules, result);
  return result;
}

absl::StatusOr<v1::LicenseRecord> RecordOf(std::string_view name, const rulebook::Rulebook& rules) {
  const Licenses found = rules.FindLicenses(name);
  if (found.empty()) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s: no licence of that name; weighbridge licenses lists them", Printable(name)));
  }
  if (found.size() > 1) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s names several documents: %s", Printable(name), NamesOf(found)));
  }
  const License& license = *found.front();
  v1::LicenseRecord record;
  record.set_schema_version(1);
  record.set_license_id(license.id());
  record.set_short_id(license.short_id());
  record.set_name(license.name());
  record.set_openness(license.openness());
  *record.mutable_facts() = license;
  for (const auto& text : license.provenance().texts()) record.mutable_provenance()->add_text_sha256(text.sha256());
  record.mutable_provenance()->set_checked(license.provenance().checked());
  record.mutable_provenance()->set_confidence(rules::v1::Confidence::Value_Name(license.provenance().confidence()));
  *record.mutable_siblings() = license.siblings();
  for (const auto& redefined : rules.overlay().redefinition()) {
    const auto& ids = redefined.license_ids();
    if (std::find(ids.begin(), ids.end(), license.id()) == ids.end()) continue;
    record.add_redefined(WordsOf(redefined));
  }
  return record;
}

absl::StatusOr<std::vector<v1::LicenseRecord>> RecordsOf(std::string_view name, const rulebook::Rulebook& rules) {
  std::vector<v1::LicenseRecord> records;
  const Meaning meaning = MeaningOf(name, rules);
  std::vector<rulebook::ModelResolution> rows =
      meaning.named.unknown.empty() ? meaning.named.rows : std::vector<rulebook::ModelResolution>();
  if (meaning.model.has_value()) rows.push_back(*meaning.model);
  std::set<std::string> seen;
  const auto add = [&](const License& license) {
    if (!seen.insert(license.id()).second) return;
    if (auto record = RecordOf(license.id(), rules); record.ok()) records.push_back(*std::move(record));
  };
  if (meaning.licenses.empty() && rows.empty() && meaning.named.rows.empty()) {
    // "GPL-3.0+", "MIT OR Apache-2.0": every licence that it names.
    const auto expression = OfExpression(name, rules);
    if (!expression.has_value()) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "%s: no licence of that name%s; weighbridge licenses lists them", Printable(name), WhyNoExpression(name)));
    }
    for (const std::string& id : expression->license_ids()) add(*rules.LicenseById(id));
    if (!records.empty()) *records.front().mutable_explained() = *expression;
    return records;
  }
  const bool shadowed = !meaning.licenses.empty() && ByCategoryAlone(meaning.licenses) && !rows.empty();
  if (!shadowed) {
    for (const License* license : meaning.licenses) add(*license);
  }
  // A licence of that name under which all the models are is the answer.
  const bool one_license = meaning.licenses.size() == 1 && !shadowed && AllUnder(rows, meaning.licenses);
  if (one_license) return records;
  for (const rulebook::ModelResolution& row : rows) {
    for (const auto* list : {&row.licenses, &row.use_policies}) {
      for (const License* license : *list) add(*license);
    }
  }
  WB_ASSIGN_OR_RETURN(const v1::ExplainResult explained, Explain(name, rules));
  if (records.empty()) {
    v1::LicenseRecord nothing;
    nothing.set_schema_version(1);
    nothing.set_name(explained.name());
    nothing.set_openness(explained.openness());
    records.push_back(std::move(nothing));
  }
  *records.front().mutable_explained() = explained;
  if (shadowed) {
    for (const License* license : meaning.licenses) add(*license);
  }
  return records;
}

}  // namespace weighbridge::auditor
