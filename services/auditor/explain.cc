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

// Licences of a set differ in openness: the least open one is what to reckon with.
v1::Openness WorstOpenness(const Licenses& licenses) {
  v1::Openness worst = v1::OPENNESS_UNKNOWN;
  for (const License* license : licenses) worst = std::max(worst, license->openness());
  return worst;
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

void Describe(const Licenses& licenses, v1::ExplainResult& result) {
  for (const License* license : licenses) result.add_license_ids(license->id());
  result.set_openness(WorstOpenness(licenses));
  if (licenses.empty()) return;
  result.set_confidence(ConfidenceOf(licenses));
  result.set_main_restriction(licenses.front()->main_restriction());
  if (licenses.size() == 1) {
    result.set_summary(licenses.front()->summary());
  } else {
    result.set_summary(absl::StrFormat("The name alone does not say which of these holds: %s.", NamesOf(licenses)));
  }
}

// Which versions of a family or model are under what.
void AddVersions(const std::vector<rulebook::ModelResolution>& rows, v1::ExplainResult& result) {
  std::vector<v1::ExplainedVersion> versions = VersionsOf(rows);
  result.set_answer(AnswerOf(versions));
  for (auto& version : versions) *result.add_versions() = std::move(version);
}

v1::ExplainResult OfModel(std::string_view name, const rulebook::ModelResolution& model,
                          const rulebook::Rulebook& rules) {
  v1::ExplainResult result = Start(model.member->closed() ? "closed_model" : "model", name);
  Describe(model.licenses, result);
  if (model.member->closed()) {
    result.set_openness(v1::CLOSED_WEIGHTS);
    result.set_main_restriction(
        "No weights are published: the model is offered as a service only, under the provider's terms.");
    result.set_summary(
        absl::StrFormat("Files that claim to be %s did not come from its developer.", model.family->name()));
  } else if (model.member->openness() != v1::OPENNESS_UNKNOWN) {
    result.set_openness(model.member->openness());
  }
  const std::string& unread = model.member->unread_license();
  if (!unread.empty()) {
    const std::string words =
        absl::StrFormat("Its terms are %s, which the rulebook does not hold: a person has to read them.", unread);
    result.set_summary(result.summary() + (result.summary().empty() ? "" : " ") + words);
    result.set_confidence(rules::v1::Confidence::Value_Name(rules::v1::Confidence::low));
  }
  if (!model.member->boundary().empty()) {
    result.set_summary(result.summary() + (result.summary().empty() ? "" : " ") + model.member->boundary());
  }
  AddVersions({model}, result);
  if (!model.member->main_restriction().empty() || result.main_restriction().empty()) {
    result.set_main_restriction(result.versions(0).main_restriction());
  }
  *result.mutable_openness_statement() = provenance::StateOpennessOfRow(model, rules);
  return result;
}

// Several rows that a name means.
v1::ExplainResult OfRows(std::string_view name, const std::vector<rulebook::ModelResolution>& rows) {
  const bool closed = std::all_of(rows.begin(), rows.end(), [](const auto& row) { return row.member->closed(); });
  const bool one_family =
      std::all_of(rows.begin(), rows.end(), [&](const auto& row) { return row.family == rows[0].family; });
  v1::ExplainResult result =
      Start(closed ? "closed_model" : "family", one_family && !closed ? rows[0].family->name() : std::string(name));
  AddVersions(rows, result);
  Licenses all;
  bool unread = false;
  // What to reckon with is the least open of what somebody can hold.
  v1::Openness worst = closed ? v1::CLOSED_WEIGHTS : v1::OPENNESS_UNKNOWN;
  const rulebook::ModelResolution* of_worst = &rows[0];
  for (const rulebook::ModelResolution& row : rows) {
    unread = unread || !row.member->unread_license().empty();
    if (row.member->closed()) continue;
    if (row.member->openness() > worst) {
      worst = row.member->openness();
      of_worst = &row;
    }
    for (const License* license : row.licenses) {
      if (std::find(all.begin(), all.end(), license) == all.end()) all.push_back(license);
    }
  }
  for (const License* license : all) result.add_license_ids(license->id());
  result.set_openness(worst);
  if (!all.empty()) result.set_confidence(ConfidenceOf(all));
  if (unread) result.set_confidence(rules::v1::Confidence::Value_Name(rules::v1::Confidence::low));
  result.set_main_restriction(VersionsOf({*of_worst})[0].main_restriction());
  if (closed) {
    result.set_summary(
        absl::StrFormat("Files that claim to be %s did not come from its developer.", rows[0].family->name()));
  } else if (result.versions_size() > 1) {
    result.set_summary("The name alone does not say which of the versions below it is.");
  }
  return result;
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
  // The most restrictive one first: what matters most is said of it.
  std::stable_sort(all.begin(), all.end(),
                   [](const License* a, const License* b) { return a->openness() > b->openness(); });
  v1::ExplainResult result = Start("expression", normal);
  Describe(all, result);
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

}  // namespace

absl::StatusOr<v1::ExplainResult> Explain(std::string_view name, const rulebook::Rulebook& rules) {
  const std::string lower = Lower(name);
  if (auto rule = OfRuleId(lower)) return *rule;
  if (auto fact = OfFact(lower)) return *fact;
  if (const auto model = rules.ResolveModel(name)) return OfModel(name, *model, rules);
  const Licenses licenses = rules.FindLicenses(name);
  if (!licenses.empty()) {
    const bool one = licenses.size() == 1;
    v1::ExplainResult result =
        Start(one ? KindOf(*licenses.front()) : "family", one ? licenses.front()->name() : std::string(name));
    Describe(licenses, result);
    result.set_answer(AnswerOf(result.openness()));
    // A name of a licence that is also that of models says which of them are under it.
    if (result.kind() == "family" || result.kind() == "license") {
      const std::vector<rulebook::ModelResolution> rows = RowsNamed(name, rules);
      if (!rows.empty()) AddVersions(rows, result);
    }
    return result;
  }
  if (auto expression = OfExpression(name, rules)) return *expression;
  const std::vector<rulebook::ModelResolution> rows = RowsNamed(name, rules);
  if (rows.size() == 1) return OfModel(name, rows[0], rules);
  if (!rows.empty()) return OfRows(name, rows);
  return absl::InvalidArgumentError(absl::StrFormat(
      "%s: no licence, model, finding, term or fact of that name; weighbridge licenses lists the licences",
      Printable(name)));
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
    record.add_redefined(absl::StrFormat("%s %s", rulebook::PlaceOf(redefined), redefined.difference()));
  }
  return record;
}

absl::StatusOr<std::vector<v1::LicenseRecord>> RecordsOf(std::string_view name, const rulebook::Rulebook& rules) {
  std::vector<v1::LicenseRecord> records;
  const Licenses licenses = rules.FindLicenses(name);
  for (const License* license : licenses) {
    WB_ASSIGN_OR_RETURN(v1::LicenseRecord record, RecordOf(license->id(), rules));
    records.push_back(std::move(record));
  }
  if (licenses.size() > 1) {
    WB_ASSIGN_OR_RETURN(*records.front().mutable_explained(), Explain(name, rules));
  }
  if (!licenses.empty()) return records;
  std::vector<rulebook::ModelResolution> rows;
  if (auto model = rules.ResolveModel(name)) {
    rows.push_back(*std::move(model));
  } else {
    rows = RowsNamed(name, rules);
  }
  if (rows.empty()) return RecordOf(name, rules).status();
  WB_ASSIGN_OR_RETURN(const v1::ExplainResult explained, Explain(name, rules));
  const auto add = [&](absl::StatusOr<v1::LicenseRecord> record) {
    if (record.ok()) records.push_back(*std::move(record));
  };
  std::set<std::string> seen;
  for (const rulebook::ModelResolution& row : rows) {
    for (const auto* list : {&row.licenses, &row.use_policies}) {
      for (const License* license : *list) {
        if (seen.insert(license->id()).second) add(RecordOf(license->id(), rules));
      }
    }
  }
  if (records.empty()) {
    v1::LicenseRecord nothing;
    nothing.set_schema_version(1);
    nothing.set_name(explained.name());
    nothing.set_openness(explained.openness());
    records.push_back(std::move(nothing));
  }
  *records.front().mutable_explained() = explained;
  return records;
}

}  // namespace weighbridge::auditor
