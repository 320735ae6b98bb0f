#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "services/profile/checks.h"
#include "services/profile/suggest.h"

namespace weighbridge::profile {
namespace {

constexpr std::string_view kReferencePrefix = "LicenseRef-";

bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return IsUpper(c) || (c >= 'a' && c <= 'z'); }

bool Is(std::string_view a, const std::string& b) { return absl::EqualsIgnoreCase(std::string(a), b); }

bool HasWord(std::string_view name, const std::vector<std::string>& words) {
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) { return Is(name, word); });
}

std::vector<std::string> Resolve(std::string_view name, const Vocabulary& vocabulary) {
  return vocabulary.resolve == nullptr ? std::vector<std::string>() : vocabulary.resolve(name);
}

// True for ids that cannot be meant for a licence of the rulebook. SPDX ids that are all lower case or have no version
// are refused: they look like any word.
bool IsForeignId(std::string_view name, const Vocabulary& vocabulary) {
  const bool reference = name.size() > kReferencePrefix.size() && name.substr(0, kReferencePrefix.size()) == kReferencePrefix;
  bool upper = false;
  bool digit = false;
  bool dash = false;
  for (char c : name) {
    if (!IsLetter(c) && !IsDigit(c) && c != '-' && c != '.' && (c != '+' || reference)) return false;
    upper = upper || IsUpper(c);
    digit = digit || IsDigit(c);
    dash = dash || c == '-';
  }
  if (reference) return true;
  // "Gemma-2" names a family, whatever its form.
  const size_t word = static_cast<size_t>(std::find_if_not(name.begin(), name.end(), IsLetter) - name.begin());
  return upper && digit && dash && !HasWord(name.substr(0, word), vocabulary.families);
}

std::string DidYouMean(const std::vector<std::string>& words) {
  return words.empty() ? "" : absl::StrFormat("; did you mean `%s`?", absl::StrJoin(words, "` or `"));
}

template <typename Repeated>
void Replace(const Vocabulary& vocabulary, Repeated* names) {
  std::vector<std::string> ids;
  for (const std::string& name : *names) {
    std::vector<std::string> meant;
    if (!HasWord(name, vocabulary.licenses)) meant = Resolve(name, vocabulary);
    if (meant.empty()) meant = {name};
    for (std::string& id : meant) {
      if (!HasWord(id, ids)) ids.push_back(std::move(id));
    }
  }
  names->Clear();
  for (std::string& id : ids) *names->Add() = std::move(id);
}

}  // namespace

void CheckLicenseName(std::string_view name, const Vocabulary& vocabulary, Place place, Issues* issues) {
  if (name.empty()) {
    issues->Add(place, "the name of a licence is empty");
    return;
  }
  if (HasWord(name, vocabulary.licenses) || !Resolve(name, vocabulary).empty()) return;
  if (name.find_first_of("*?") != std::string_view::npos) {
    issues->Add(place, absl::StrFormat("`%s` is a pattern; name each licence by its id", name));
    return;
  }
  const std::vector<std::string> likely = Likely(name, vocabulary.licenses);
  if (likely.empty() && IsForeignId(name, vocabulary)) return;
  issues->Add(place, absl::StrFormat("unknown licence `%s`%s", name,
                                     likely.empty() ? "; `weighbridge licenses` lists those that are known" : DidYouMean(likely)));
}

void CheckFamilyName(std::string_view name, const Vocabulary& vocabulary, Place place, Issues* issues) {
  if (name.empty()) {
    issues->Add(place, "the name of a family is empty");
    return;
  }
  if (HasWord(name, vocabulary.families)) return;
  std::vector<std::string> families = vocabulary.families;
  std::sort(families.begin(), families.end());
  families.erase(std::unique(families.begin(), families.end()), families.end());
  issues->Add(place, absl::StrFormat("unknown family `%s`%s", name, Suggestion(name, families)));
}

void UseLicenseIds(const Vocabulary& vocabulary, v1::Profile* profile) {
  for (v1::Agreement& agreement : *profile->mutable_agreements()) Replace(vocabulary, agreement.mutable_covers());
}

void UseLicenseIds(const Vocabulary& vocabulary, v1::Policy* policy) {
  for (auto* rules : {policy->mutable_deny(), policy->mutable_review(), policy->mutable_allow()}) {
    for (v1::PolicyRule& rule : *rules) Replace(vocabulary, rule.mutable_license());
  }
  Replace(vocabulary, policy->mutable_or_choices());
}

}  // namespace weighbridge::profile
