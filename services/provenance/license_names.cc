#include "services/provenance/license_names.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>
#include <utility>

#include "absl/status/statusor.h"
#include "services/provenance/spdx_expression.h"
#include "services/provenance/spdx_list.h"

namespace weighbridge::provenance {
namespace {

constexpr size_t kValueMaxBytes = kExpressionBytesMax;

Candidates Resolve(std::string_view name, const rulebook::Rulebook& rules) {
  Candidates found = rules.LicensesByHubTag(name);
  if (found.empty()) {
    if (const auto* license = rules.FindLicense(name)) found.push_back(license);
  }
  if (found.empty()) found = rules.LicensesByName(name);
  return found;
}

// The licence of a term: as it stands, or without the leave to choose a later version.
Candidates ResolveTerm(const SpdxTerm& term, const rulebook::Rulebook& rules) {
  const std::string name = TrimmedLower(term.license);
  if (SaysNothing(name)) return {};
  constexpr std::string_view kLater = "-or-later";
  Candidates found;
  if (term.or_later) found = Resolve(name + "+", rules);
  if (found.empty()) found = Resolve(name, rules);
  if (found.empty() && name.size() > kLater.size() && name.substr(name.size() - kLater.size()) == kLater) {
    found = Resolve(name.substr(0, name.size() - kLater.size()) + "-only", rules);
  }
  if (found.empty() && term.or_later) found = Resolve(name + "-only", rules);
  return found;
}

// What replaced the id of a term; nothing if it is no former one, or the rulebook has a licence of just this id.
std::optional<SpdxTerm> Replacement(const SpdxTerm& term, const rulebook::Rulebook& rules) {
  const auto* own = rules.LicenseById(term.license);
  return own != nullptr && own->id() == term.license ? std::nullopt : PresentForm(term);
}

// True for a former id that means something else than its words as a name: another licence, an exception, later
// versions. Tags such as "gpl-3.0" are former ids too and current on hubs, where they mean what they always meant.
bool IsRenamed(const absl::StatusOr<SpdxExpression>& expression, const rulebook::Rulebook& rules) {
  if (!expression.ok() || expression->kind != SpdxExpression::Kind::kTerm) return false;
  const std::optional<SpdxTerm> present = Replacement(expression->term, rules);
  return present.has_value() && TrimmedLower(present->ToString()) != TrimmedLower(expression->term.license) + "-only";
}

void AddTerm(const SpdxTerm& written, const rulebook::Rulebook& rules, NamedLicenses& named) {
  const std::optional<SpdxTerm> present = Replacement(written, rules);
  const SpdxTerm& term = present.has_value() ? *present : written;
  Candidates found = ResolveTerm(term, rules);
  if (found.empty() || (!term.exception.empty() && !IsSpdxException(term.exception))) {
    named.unknown.push_back(written.ToString());
    return;
  }
  if (present.has_value()) named.former.push_back({written.ToString(), term.ToString()});
  if (!term.exception.empty()) {
    const bool belongs = std::all_of(found.begin(), found.end(),
                                     [&](const auto* license) { return BelongsTo(term.exception, license->id()); });
    named.exceptions.push_back({term.ToString(), belongs});
  }
  if (std::find(named.operands.begin(), named.operands.end(), found) == named.operands.end()) {
    named.operands.push_back(std::move(found));
  }
}

// Leaves those ways to satisfy an expression that the policy prefers.
void Choose(const std::vector<std::string>& or_choices, const rulebook::Rulebook& rules,
            std::vector<std::vector<SpdxTerm>>* alternatives, NamedLicenses* named) {
  for (const std::string& choice : or_choices) {
    if (alternatives->size() < 2) return;
    const auto* chosen = rules.FindLicense(choice);
    if (chosen == nullptr) continue;
    std::vector<std::vector<SpdxTerm>> with;
    for (const auto& terms : *alternatives) {
      const bool offers = std::any_of(terms.begin(), terms.end(), [&](const SpdxTerm& term) {
        const Candidates found = ResolveTerm(Replacement(term, rules).value_or(term), rules);
        return found.size() == 1 && found.front() == chosen;
      });
      if (offers) with.push_back(terms);
    }
    // One that no side has, or every side, decides nothing.
    if (with.empty() || with.size() == alternatives->size()) continue;
    *alternatives = std::move(with);
    named->or_chosen += (named->or_chosen.empty() ? "" : " AND ") + chosen->short_id();
  }
}

void MergeInto(NamedLicenses& to, NamedLicenses from) {
  for (auto& operand : from.operands) {
    if (std::find(to.operands.begin(), to.operands.end(), operand) == to.operands.end()) {
      to.operands.push_back(std::move(operand));
    }
  }
  for (auto& unknown : from.unknown) to.unknown.push_back(std::move(unknown));
  if (to.or_chosen.empty()) to.or_chosen = std::move(from.or_chosen);
  to.or_open = to.or_open || from.or_open;
  for (auto& exception : from.exceptions) to.exceptions.push_back(std::move(exception));
  for (auto& former : from.former) to.former.push_back(std::move(former));
}

}  // namespace

std::string TrimmedLower(std::string_view value) {
  const auto is_space = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (!value.empty() && is_space(value.front())) value.remove_prefix(1);
  while (!value.empty() && is_space(value.back())) value.remove_suffix(1);
  std::string lower(value);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool SaysNothing(std::string_view value) {
  const std::string lower = TrimmedLower(value);
  for (const std::string_view nothing :
       {"", "other", "unknown", "none", "n/a", "na", "null", "~", "tbd", "-", "noassertion", "unlicensed"}) {
    if (lower == nothing) return true;
  }
  return false;
}

NamedLicenses ReadLicenseExpression(std::string_view value, const rulebook::Rulebook& rules,
                                    const std::vector<std::string>& or_choices) {
  NamedLicenses named;
  if (value.size() > kValueMaxBytes) {
    named.unknown.emplace_back(value.substr(0, 64));
    return named;
  }
  const std::string lower = TrimmedLower(value);
  const absl::StatusOr<SpdxExpression> expression = ParseSpdxExpression(value);
  // A name may hold the word "or" or "and" itself, so the whole value is tried first.
  if (!SaysNothing(lower) && !IsRenamed(expression, rules)) {
    Candidates whole = Resolve(lower, rules);
    if (!whole.empty()) {
      named.operands.push_back(std::move(whole));
      return named;
    }
  }
  std::vector<std::vector<SpdxTerm>> alternatives;
  if (expression.ok()) alternatives = AlternativesOf(*expression);
  if (alternatives.empty()) {
    named.unknown.emplace_back(value);
    return named;
  }
  Choose(or_choices, rules, &alternatives, &named);
  named.or_open = alternatives.size() > 1;
  std::set<SpdxTerm> seen;
  for (const auto& terms : alternatives) {
    for (const SpdxTerm& term : terms) {
      if (seen.insert(term).second) AddTerm(term, rules, named);
    }
  }
  std::sort(named.unknown.begin(), named.unknown.end());
  named.unknown.erase(std::unique(named.unknown.begin(), named.unknown.end()), named.unknown.end());
  return named;
}

NamedLicenses ReadLicenseFields(const LicenseFields& fields, const rulebook::Rulebook& rules,
                                const std::vector<std::string>& or_choices) {
  NamedLicenses by_name;
  if (!SaysNothing(fields.name)) by_name = ReadLicenseExpression(fields.name, rules, or_choices);
  Candidates by_link;
  if (!fields.link.empty() && fields.link.size() <= kValueMaxBytes)
    by_link = rules.LicensesByLink(TrimmedLower(fields.link));

  NamedLicenses named;
  bool said_nothing = fields.licenses.empty();
  for (const std::string& license : fields.licenses) {
    if (SaysNothing(license)) {
      said_nothing = true;
    } else {
      MergeInto(named, ReadLicenseExpression(license, rules, or_choices));
    }
  }
  if (!SaysNothing(fields.name)) MergeInto(named, std::move(by_name));
  if (!by_link.empty()) {
    // A link that only repeats what the tag or name says adds nothing; one that says something else stands beside it.
    // It does not explain an unknown name: a near miss of a known name with a known link must not pass as that licence.
    const bool repeats = std::any_of(named.operands.begin(), named.operands.end(), [&](const Candidates& operand) {
      return std::any_of(operand.begin(), operand.end(), [&](const auto* license) {
        return std::find(by_link.begin(), by_link.end(), license) != by_link.end();
      });
    });
    NamedLicenses link;
    link.operands.push_back(std::move(by_link));
    if (!repeats) MergeInto(named, std::move(link));
  }
  if (said_nothing && named.operands.empty() && named.unknown.empty() && !fields.licenses.empty()) {
    named.unknown.push_back(fields.licenses.front());
  }
  return named;
}

std::string HubIdOf(std::string_view reference) {
  std::string text(reference);
  while (!text.empty() && (text.back() == '/' || text.back() == ' ')) text.pop_back();
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (text.rfind(scheme, 0) == 0) {
      text.erase(0, scheme.size());
      bool is_hub = false;
      for (const std::string_view host : {"huggingface.co/", "www.huggingface.co/", "hf.co/"}) {
        if (text.rfind(host, 0) == 0) {
          text.erase(0, host.size());
          is_hub = true;
          break;
        }
      }
      if (!is_hub) return "";
      for (const std::string_view other : {"datasets/", "spaces/"}) {
        if (text.rfind(other, 0) == 0) return "";  // no model
      }
      // Deeper parts of a hub address (/tree/main, /blob/...) belong to the same repository.
      const size_t slash = text.find('/');
      const size_t second = slash == std::string::npos ? std::string::npos : text.find('/', slash + 1);
      text = text.substr(0, second);
      break;
    }
  }
  if (text.empty() || text.size() > 200 || text.front() == '.' || text.front() == '/' || text.front() == '~') return "";
  if (std::count(text.begin(), text.end(), '/') > 1 || text.find("..") != std::string::npos) return "";
  for (const char c : text) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.' || c == '/';
    if (!plain) return "";
  }
  return text;
}

}  // namespace weighbridge::provenance
