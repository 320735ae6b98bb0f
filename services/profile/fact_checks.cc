#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "services/policy/registry.h"
#include "services/profile/checks.h"
#include "services/profile/country_codes.h"
#include "services/profile/suggest.h"

namespace weighbridge::profile {
namespace {

using rules::v1::FactId;
using rules::v1::FactInfo;
using rules::v1::FactSide;
using rules::v1::FactType;

constexpr char kGroupPrefix[] = "group:";

std::vector<std::string> GroupNames(const Vocabulary& vocabulary) {
  std::vector<std::string> names;
  if (vocabulary.countries == nullptr) return names;
  for (const auto& group : vocabulary.countries->group()) names.push_back(kGroupPrefix + group.id());
  return names;
}

// The words that a value must be one of; empty if anything goes.
std::vector<std::string> WordsOf(FactId::Value id, const FactInfo& info, const Vocabulary& vocabulary) {
  if (id != FactId::fields_of_use) return {info.values().begin(), info.values().end()};
  std::vector<std::string> fields;
  if (vocabulary.fields != nullptr) {
    for (const auto& field : vocabulary.fields->field()) fields.push_back(field.id());
  }
  return fields;
}

void CheckCountry(const std::string& name, const std::string& value, const Vocabulary& vocabulary, bool groups,
                  Place place, Issues* issues) {
  if (IsCountryCode(value)) return;
  if (groups && absl::StartsWith(value, kGroupPrefix)) {
    const std::vector<std::string> names = GroupNames(vocabulary);
    if (std::find(names.begin(), names.end(), value) != names.end()) return;
    issues->Add(place, absl::StrFormat("`%s`: unknown group `%s`%s", name, value, Suggestion(value, names)));
    return;
  }
  std::string upper = value;
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](char c) { return static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c); });
  std::string hint;
  if (upper == "UK") hint = "; did you mean `GB`?";
  if (upper != value && IsCountryCode(upper)) hint = absl::StrFormat("; did you mean `%s`?", upper);
  issues->Add(place, absl::StrFormat("`%s`: `%s` is no country code of ISO 3166-1 (two upper-case letters)%s", name,
                                     value, hint));
}

}  // namespace

std::vector<std::string> FactNames(bool profile_side_only) {
  std::vector<std::string> names;
  const google::protobuf::EnumDescriptor* ids = FactId::Value_descriptor();
  for (int i = 0; i < ids->value_count(); ++i) {
    const auto id = static_cast<FactId::Value>(ids->value(i)->number());
    const FactInfo& info = policy::InfoOf(id);
    if (info.type() == FactType::fact_type_unspecified || info.type() == FactType::figure) continue;
    if (profile_side_only && info.side() != FactSide::profile) continue;
    names.push_back(ids->value(i)->name());
  }
  return names;
}

void CheckFactValues(FactId::Value id, const std::vector<std::string>& values, const Vocabulary& vocabulary,
                     bool groups, Place place, Issues* issues) {
  const std::string name = policy::FactName(id);
  const FactInfo& info = policy::InfoOf(id);
  for (const std::string& value : values) {
    switch (info.type()) {
      case FactType::boolean:
        if (value != "true" && value != "false") {
          issues->Add(place, absl::StrFormat("`%s` must be true or false, and this is `%s`", name, value));
        }
        break;
      case FactType::countries:
        CheckCountry(name, value, vocabulary, groups, place, issues);
        break;
      case FactType::words: {
        const std::vector<std::string> words = WordsOf(id, info, vocabulary);
        const bool closed = !words.empty() || id == FactId::fields_of_use;
        if (value.empty() || (closed && std::find(words.begin(), words.end(), value) == words.end())) {
          issues->Add(place, absl::StrFormat("`%s`: unknown word `%s`%s", name, value, Suggestion(value, words)));
        }
        break;
      }
      default:
        issues->Add(place, absl::StrFormat("`%s` is a figure; state it under `metrics`", name));
        return;
    }
  }
}

}  // namespace weighbridge::profile
