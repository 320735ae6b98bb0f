#include "services/provenance/license_names.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "proto/weighbridge/rules/v1/rulebook.pb.h"
#include "services/provenance/spdx_expression.h"
#include "services/provenance/spdx_list.h"
#include "services/rulebook/names.h"

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

// The parts of a path, without query and fragment.
std::vector<std::string> PartsOf(std::string_view path) {
  path = path.substr(0, path.find_first_of("?#"));
  std::vector<std::string> parts;
  for (size_t begin = 0; begin < path.size();) {
    const size_t end = std::min(path.find('/', begin), path.size());
    if (end > begin) parts.emplace_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

// "creativecommons.org/licenses/by/3.0/de/deed.en"; nothing for what the licences list themselves.
std::optional<Candidates> OfCreativeCommons(std::string_view link, const rulebook::Rulebook& rules) {
  constexpr std::string_view kPlace = "creativecommons.org/licenses/";
  if (link.substr(0, kPlace.size()) != kPlace) return std::nullopt;
  const std::vector<std::string> parts = PartsOf(link.substr(kPlace.size()));
  // Version 4.0 and later are international alone; what follows there is a translation.
  if (parts.size() < 2 || parts[1].empty() || parts[1][0] < '1' || parts[1][0] > '3') return std::nullopt;
  std::string id = absl::StrFormat("cc-%s-%s", parts[0], parts[1]);
  if (parts.size() > 2) {
    if (parts[2].rfind("deed", 0) == 0 || parts[2].rfind("legalcode", 0) == 0) return std::nullopt;
    id += "-" + parts[2];
  }
  const rules::v1::License* license = rules.LicenseById(id);
  return license == nullptr ? Candidates() : Candidates{license};
}

// "huggingface.co/org/name/blob/main/license.md"
Candidates OfHubFile(std::string_view link, const rulebook::Rulebook& rules) {
  constexpr std::string_view kHub = "huggingface.co/";
  if (link.substr(0, kHub.size()) != kHub) return {};
  const std::vector<std::string> parts = PartsOf(link.substr(kHub.size()));
  if (parts.size() < 5 || (parts[2] != "blob" && parts[2] != "resolve" && parts[2] != "raw")) return {};
  const std::string& file = parts.back();
  const bool of_weights =
      (file.rfind("licen", 0) == 0 || file.rfind("model_licen", 0) == 0) && file.find("code") == std::string::npos;
  if (!of_weights) return {};
  const auto model = rules.ResolveModel(parts[0] + "/" + parts[1]);
  if (!model.has_value() || model->member->closed() || !model->member->unread_license().empty() ||
      model->member->confidence() == rules::v1::Confidence::low) {
    return {};
  }
  return model->licenses;
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

Candidates LicensesOfLink(std::string_view url, const rulebook::Rulebook& rules) {
  if (url.size() > rulebook::kNameBytesMax) return {};
  std::string link = rulebook::NormalLink(url);
  if (link.rfind("hf.co/", 0) == 0) link = "huggingface.co/" + link.substr(6);
  if (auto ported = OfCreativeCommons(link, rules); ported.has_value()) return *std::move(ported);
  Candidates listed = rules.LicensesByLink(link);
  return listed.empty() ? OfHubFile(link, rules) : listed;
}

NamedLicenses ReadLicenseFields(const LicenseFields& fields, const rulebook::Rulebook& rules,
                                const std::vector<std::string>& or_choices) {
  NamedLicenses by_name;
  if (!SaysNothing(fields.name)) by_name = ReadLicenseExpression(fields.name, rules, or_choices);
  Candidates by_link;
  if (!fields.link.empty() && fields.link.size() <= kValueMaxBytes) by_link = LicensesOfLink(fields.link, rules);

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
