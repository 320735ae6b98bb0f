#include "services/provenance/license_names.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace weighbridge::provenance {
namespace {

constexpr size_t kOperandsMax = 16;
constexpr size_t kValueMaxBytes = 4096;

Candidates Resolve(std::string_view name, const rulebook::Rulebook& rules) {
  Candidates found = rules.LicensesByHubTag(name);
  if (found.empty()) {
    if (const auto* license = rules.FindLicense(name)) found.push_back(license);
  }
  if (found.empty()) found = rules.LicensesByName(name);
  return found;
}

// Operators of an SPDX expression, on whole words. Parentheses and WITH make it an expression we do not read.
std::vector<std::string> SplitAtWord(const std::string& value, std::string_view word) {
  const std::string padded = " " + std::string(word) + " ";
  std::vector<std::string> parts;
  size_t begin = 0;
  for (size_t pos; (pos = value.find(padded, begin)) != std::string::npos; begin = pos + padded.size()) {
    parts.push_back(value.substr(begin, pos - begin));
  }
  parts.push_back(value.substr(begin));
  return parts;
}

void AddOperand(const std::string& name, const rulebook::Rulebook& rules, NamedLicenses& named) {
  Candidates found = SaysNothing(name) ? Candidates() : Resolve(TrimmedLower(name), rules);
  if (found.empty()) {
    named.unknown.push_back(name);
  } else {
    named.operands.push_back(std::move(found));
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
  // A name may hold the word "or" or "and" itself, so the whole value is tried first.
  if (!SaysNothing(lower)) {
    Candidates whole = Resolve(lower, rules);
    if (!whole.empty()) {
      named.operands.push_back(std::move(whole));
      return named;
    }
  }
  const std::vector<std::string> sides = SplitAtWord(lower, "or");
  const std::vector<std::string> parts = SplitAtWord(lower, "and");
  const bool mixed = sides.size() > 1 && parts.size() > 1;
  if (mixed || sides.size() > kOperandsMax || parts.size() > kOperandsMax || lower.find('(') != std::string::npos ||
      lower.find(" with ") != std::string::npos) {
    named.unknown.emplace_back(value);
    return named;
  }
  if (sides.size() == 1) {
    for (const std::string& part : parts) AddOperand(part, rules, named);
    return named;
  }
  NamedLicenses all;
  for (const std::string& side : sides) AddOperand(side, rules, all);
  for (const std::string& choice : or_choices) {
    const auto* chosen = rules.FindLicense(choice);
    for (const Candidates& side : all.operands) {
      if (chosen != nullptr && side.size() == 1 && side.front() == chosen) {
        named.operands.push_back(side);
        named.or_chosen = chosen->short_id();
        return named;
      }
    }
  }
  all.or_open = true;
  return all;
}

NamedLicenses ReadLicenseFields(const LicenseFields& fields, const rulebook::Rulebook& rules,
                                const std::vector<std::string>& or_choices) {
  NamedLicenses by_name;
  if (!SaysNothing(fields.name)) by_name = ReadLicenseExpression(fields.name, rules, or_choices);
  Candidates by_link;
  if (!fields.link.empty() && fields.link.size() <= kValueMaxBytes) by_link = rules.LicensesByLink(TrimmedLower(fields.link));

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
    // A link that only repeats what the tag or name says adds nothing; one that says something else stands beside it. It
    // does not explain an unknown name: a near miss of a known name with a known link must not pass as that licence.
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
