// The closed lists: fields of use, country groups, trigger phrases, wordings of terms.
#include <map>
#include <set>

#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "services/classify/index.h"
#include "services/classify/terms.h"
#include "services/rulebook/lint_parts.h"
#include "services/rulebook/term_set.h"

namespace weighbridge::rulebook {
namespace {

using rules::v1::CountryGroup;
using rules::v1::CountryGroups;
using rules::v1::Field;
using rules::v1::FieldSet;
using rules::v1::TermSet;
using rules::v1::TriggerPhrase;
using rules::v1::TriggerSet;

// True if `from` reaches `to` through `within`.
bool Reaches(const std::map<std::string, const Field*>& fields, const std::string& from, const std::string& to) {
  std::set<std::string> seen;
  std::vector<std::string> open = {from};
  while (!open.empty()) {
    const std::string id = open.back();
    open.pop_back();
    const auto field = fields.find(id);
    if (field == fields.end() || !seen.insert(id).second) continue;
    for (const std::string& wider : field->second->within()) {
      if (wider == to) return true;
      open.push_back(wider);
    }
  }
  return false;
}

}  // namespace

void LintFields(const Cursor& at) {
  const auto& set = at.As<FieldSet>();
  std::map<std::string, const Field*> fields;
  for (int i = 0; i < set.field_size(); ++i) {
    const Field& field = set.field(i);
    const Cursor field_at = at.Sub("field", i);
    field_at.Require({"id", "meaning"});
    if (field.id().empty()) continue;
    if (!IsSnakeCase(field.id())) field_at.ReportAt("id", absl::StrFormat("id \"%s\" is not snake_case", field.id()));
    if (!fields.emplace(field.id(), &field).second) {
      field_at.ReportAt("id", absl::StrFormat("field \"%s\" stands here twice", field.id()));
    }
  }
  for (int i = 0; i < set.field_size(); ++i) {
    const Field& field = set.field(i);
    const Cursor field_at = at.Sub("field", i);
    for (int k = 0; k < field.within_size(); ++k) {
      if (fields.count(field.within(k)) == 0) {
        field_at.ReportAt("within", k, absl::StrFormat("there is no field \"%s\"", field.within(k)));
      }
    }
    if (Reaches(fields, field.id(), field.id())) {
      field_at.ReportAt("within", 0, absl::StrFormat("field \"%s\" lies within itself", field.id()));
    }
  }
}

void LintCountries(const Cursor& at) {
  const auto& groups = at.As<CountryGroups>();
  std::set<std::string> ids;
  for (int i = 0; i < groups.group_size(); ++i) {
    const CountryGroup& group = groups.group(i);
    const Cursor group_at = at.Sub("group", i);
    group_at.Require({"id", "meaning", "countries", "as_of"});
    if (!ids.insert(group.id()).second)
      group_at.ReportAt("id", absl::StrFormat("group \"%s\" stands here twice", group.id()));
    if (!group.as_of().empty() && !IsDate(group.as_of())) {
      group_at.ReportAt("as_of", absl::StrFormat("\"%s\" is no date YYYY-MM-DD", group.as_of()));
    }
    std::set<std::string> countries;
    for (int k = 0; k < group.countries_size(); ++k) {
      if (!IsCountryCode(group.countries(k))) {
        group_at.ReportAt("countries", k,
                          absl::StrFormat("\"%s\" is no ISO 3166-1 alpha-2 country code", group.countries(k)));
      } else if (!countries.insert(group.countries(k)).second) {
        group_at.ReportAt("countries", k, absl::StrFormat("\"%s\" stands here twice", group.countries(k)));
      }
    }
  }
}

void LintTriggers(const Cursor& at) {
  const auto& set = at.As<TriggerSet>();
  std::set<std::string> ids;
  for (int i = 0; i < set.phrase_size(); ++i) {
    const TriggerPhrase& phrase = set.phrase(i);
    const Cursor phrase_at = at.Sub("phrase", i);
    const size_t before = at.issues()->size();
    phrase_at.Require({"id", "kind", "pattern", "hit", "miss"});
    if (!phrase.id().empty() && !ids.insert(phrase.id()).second) {
      phrase_at.ReportAt("id", absl::StrFormat("phrase \"%s\" stands here twice", phrase.id()));
    }
    if (at.issues()->size() != before) continue;
    const absl::StatusOr<std::string> compiled = classify::CompileIndex(
        {}, {{phrase.id(), phrase.kind(), phrase.pattern(), phrase.restrictive(), phrase.hit(), phrase.miss()}});
    if (!compiled.ok()) phrase_at.ReportAt("pattern", std::string(compiled.status().message()));
  }
}

void LintTermPatterns(const Cursor& at) {
  const auto& set = at.As<TermSet>();
  TermParts parts;
  for (int i = 0; i < set.part_size(); ++i) {
    const Cursor part_at = at.Sub("part", i);
    const absl::Status added = parts.Add(set.part(i));
    if (!added.ok()) part_at.ReportAt("name", std::string(added.message()));
  }
  std::set<std::string> ids;
  for (int i = 0; i < set.term_size(); ++i) {
    const rules::v1::TermPattern& term = set.term(i);
    const Cursor term_at = at.Sub("term", i);
    const size_t before = at.issues()->size();
    term_at.Require({"id", "kind", "polarity", "pattern", "hit", "miss"});
    if (!term.id().empty() && !ids.insert(term.id()).second) {
      term_at.ReportAt("id", absl::StrFormat("term \"%s\" stands here twice", term.id()));
    }
    if (at.issues()->size() != before) continue;
    const absl::StatusOr<classify::TermPattern> pattern = ToTermPattern(term, parts);
    const absl::Status checked = pattern.ok() ? classify::CheckTermPattern(*pattern) : pattern.status();
    if (!checked.ok()) term_at.ReportAt("pattern", std::string(checked.message()));
  }
}

}  // namespace weighbridge::rulebook
