#include "services/auditor/model_names.h"

#include <algorithm>
#include <utility>

#include "services/rulebook/names.h"

namespace weighbridge::auditor {
namespace {

using rulebook::ModelResolution;
using rules::v1::Family;
using rules::v1::FamilyMember;

// Names of one version that are shown.
constexpr int kNamesShown = 6;

constexpr std::string_view kServiceOnly =
    "No weights are published: the model is offered as a service only, under the provider's terms.";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80; }

// Names that differ only in a separator before or between numbers are one: "falcon-3" and "falcon3", "internlm2_5" and
// "internlm 2.5". Stars of globs stay.
std::string Normal(std::string_view name) {
  const std::string spelt = HubSpelling(name);
  std::string out;
  for (size_t i = 0; i < spelt.size(); ++i) {
    const bool separates =
        spelt[i] == '-' && i > 0 && i + 1 < spelt.size() && IsLetter(spelt[i - 1]) && IsDigit(spelt[i + 1]);
    if (!separates) out += spelt[i];
  }
  return out;
}

// The part of a glob that stands before a '*' in its middle or at its end; of "*qwen-7b" all but the star.
std::string_view LiteralOf(std::string_view glob) {
  while (!glob.empty() && glob.front() == '*') glob.remove_prefix(1);
  return glob.substr(0, glob.find('*'));
}

// True if `longer` begins with `name` and goes on with another word: a number behind letters is one ("falcon3"), the
// rest of a version is none ("3.1" behind "3").
bool GoesOn(std::string_view longer, std::string_view name) {
  if (longer.substr(0, name.size()) != name) return false;
  longer.remove_prefix(name.size());
  if (longer.empty() || !(IsLetter(longer[0]) || IsDigit(longer[0]) || longer[0] == '.')) return true;
  if (IsDigit(longer[0])) return IsLetter(name.back());
  return longer[0] == '.' && (longer.size() == 1 || !IsDigit(longer[1]));
}

// How much of the name a row says, by its longest glob or further name that fits it; 0 for a row that is another.
size_t Fit(const FamilyMember& row, std::string_view name) {
  const std::string spelt = HubSpelling(name), normal = Normal(name);
  size_t best = 0;
  for (const std::string& glob : row.names()) {
    const size_t literal = LiteralOf(glob).size();
    if (literal <= best) continue;
    // A star in front keeps a glob from being looked for inside longer names; here too a name begins with its words.
    const std::string_view own = std::string_view(glob).substr(glob.find_first_not_of('*'));
    const std::string spelt_glob = HubSpelling(own), normal_glob = Normal(own);
    // "llama-3.1-*" is called "llama-3.1".
    const bool fits = rulebook::GlobMatches(spelt_glob, spelt) || rulebook::GlobMatches(spelt_glob, spelt + "-") ||
                      rulebook::GlobMatches(normal_glob, normal) || rulebook::GlobMatches(normal_glob, normal + "-");
    if (fits) best = literal;
  }
  for (const std::string& other : row.also_called()) {
    if (Normal(other) == normal) best = std::max(best, other.size());
  }
  return best;
}

bool BeginsWith(const FamilyMember& row, const std::string& name) {
  for (const std::string& glob : row.names()) {
    if (!LiteralOf(glob).empty() && GoesOn(Normal(LiteralOf(glob)), name)) return true;
  }
  for (const std::string& other : row.also_called()) {
    if (GoesOn(Normal(other), name)) return true;
  }
  return false;
}

template <typename Predicate>
std::vector<ModelResolution> RowsWhere(const rulebook::Rulebook& rules, Predicate holds) {
  std::vector<ModelResolution> rows;
  for (const Family* family : rules.families()) {
    for (const FamilyMember& row : family->members()) {
      if (holds(*family, row)) rows.push_back(rules.Resolve(*family, row));
    }
  }
  return rows;
}

// Of the rows of each family the one that says most of the name; of equals the first.
std::vector<ModelResolution> RowsCalled(std::string_view name, const rulebook::Rulebook& rules) {
  std::vector<ModelResolution> rows;
  for (const Family* family : rules.families()) {
    const FamilyMember* best = nullptr;
    size_t best_fit = 0;
    for (const FamilyMember& row : family->members()) {
      const size_t fit = Fit(row, name);
      if (fit <= best_fit) continue;
      best = &row;
      best_fit = fit;
    }
    if (best != nullptr) rows.push_back(rules.Resolve(*family, *best));
  }
  return rows;
}

int RankOf(v1::Openness openness) {
  // As services/policy/openness ranks them: what is not known may be anything.
  switch (openness) {
    case v1::FULLY_OPEN:
      return 0;
    case v1::OPEN_WEIGHTS_PERMISSIVE:
      return 1;
    case v1::OPEN_WEIGHTS_RESTRICTED:
      return 2;
    case v1::OPENNESS_UNKNOWN:
      return 3;
    case v1::NON_COMMERCIAL:
      return 4;
    default:
      return 5;
  }
}

std::string RestrictionOf(const ModelResolution& row) {
  if (!row.member->main_restriction().empty()) return row.member->main_restriction();
  if (row.member->closed()) return std::string(kServiceOnly);
  // Of several that may hold the least open one is what to reckon with.
  const rules::v1::License* worst = nullptr;
  for (const auto* license : row.licenses) {
    if (worst == nullptr || RankOf(license->openness()) > RankOf(worst->openness())) worst = license;
  }
  return worst != nullptr ? worst->main_restriction() : "Its terms are not in the rulebook: let a person read them.";
}

}  // namespace

std::string HubSpelling(std::string_view name) {
  name = name.substr(0, rulebook::kNameBytesMax);
  std::string out;
  for (size_t i = 0; i < name.size(); ++i) {
    const char c = name[i] >= 'A' && name[i] <= 'Z' ? static_cast<char>(name[i] - 'A' + 'a') : name[i];
    if (c == '+') {
      out += "-plus";
    } else if (c == '_' && i > 0 && i + 1 < name.size() && IsDigit(name[i - 1]) && IsDigit(name[i + 1])) {
      out += '.';
    } else if (c == ' ' || c == '_' || c == '-') {
      if (!out.empty() && out.back() != '-') out += '-';
    } else if (c != '[' && c != ']' && c != '(' && c != ')' && c != ',') {
      out += c;
    }
  }
  while (!out.empty() && out.back() == '-') out.pop_back();
  return out;
}

std::vector<ModelResolution> RowsNamed(std::string_view name, const rulebook::Rulebook& rules) {
  const std::string spelt = Normal(name);
  // A star is no name, and a single letter begins half of the names there are.
  if (spelt.size() < 2 || spelt.find('*') != std::string::npos) return {};
  std::vector<ModelResolution> rows = RowsCalled(name, rules);
  if (!rows.empty()) return rows;
  rows = RowsWhere(rules, [&](const Family&, const FamilyMember& row) { return BeginsWith(row, spelt); });
  if (!rows.empty()) return rows;
  rows = RowsWhere(rules, [&](const Family& family, const FamilyMember&) {
    return Normal(family.id()) == spelt || Normal(family.name()) == spelt;
  });
  if (!rows.empty()) return rows;
  for (const std::string& text : {std::string(name), HubSpelling(name)}) {
    for (const rulebook::NameMatch& match : rules.ModelNamesIn(text)) {
      for (const FamilyMember* row : match.members) rows.push_back(rules.Resolve(*match.family, *row));
      if (!rows.empty()) return rows;
    }
  }
  return rows;
}

std::vector<v1::ExplainedVersion> VersionsOf(const std::vector<ModelResolution>& rows) {
  std::vector<v1::ExplainedVersion> versions;
  for (const ModelResolution& row : rows) {
    v1::ExplainedVersion version;
    version.set_family(row.family->name());
    version.set_version(row.member->version());
    version.set_openness(row.member->openness());
    for (const auto* license : row.licenses) version.add_license_ids(license->id());
    for (const auto* policy : row.use_policies) version.add_use_policies(policy->id());
    version.set_unread_license(row.member->unread_license());
    version.set_main_restriction(RestrictionOf(row));
    auto same = std::find_if(versions.begin(), versions.end(), [&](v1::ExplainedVersion other) {
      other.clear_names();
      other.clear_released();
      other.clear_boundary();
      return other.SerializeAsString() == version.SerializeAsString();
    });
    if (same == versions.end()) {
      version.set_released(row.member->released());
      version.set_boundary(row.member->boundary());
      versions.push_back(std::move(version));
      same = versions.end() - 1;
    } else if (same->boundary().empty()) {
      same->set_boundary(row.member->boundary());
    }
    for (const std::string& glob : row.member->names()) {
      if (same->names_size() >= kNamesShown) break;
      // No repository holds a closed model, whatever may be called so.
      const bool in_repository = !row.member->closed() && !row.member->organizations().empty();
      same->add_names(in_repository ? row.member->organizations(0) + "/" + glob : glob);
    }
  }
  return versions;
}

std::string AnswerOf(v1::Openness openness) {
  switch (openness) {
    case v1::FULLY_OPEN:
      return "open source: weights, code and data are published";
    case v1::OPEN_WEIGHTS_PERMISSIVE:
      return "open weights, permissive";
    case v1::OPEN_WEIGHTS_RESTRICTED:
      return "open weights, restricted";
    case v1::NON_COMMERCIAL:
      return "open weights, non-commercial or research only";
    case v1::CLOSED_WEIGHTS:
      return "no weights are published, service only";
    default:
      return "not known";
  }
}

std::string AnswerOf(const std::vector<v1::ExplainedVersion>& versions) {
  std::vector<v1::Openness> classes;
  for (const auto& version : versions) {
    if (std::find(classes.begin(), classes.end(), version.openness()) == classes.end()) {
      classes.push_back(version.openness());
    }
  }
  if (classes.empty()) return "";
  std::sort(classes.begin(), classes.end(), [](v1::Openness a, v1::Openness b) { return RankOf(a) < RankOf(b); });
  std::string words;
  for (const v1::Openness openness : classes) words += (words.empty() ? "" : "; ") + AnswerOf(openness);
  return classes.size() == 1 ? words : "it depends on version and size: " + words;
}

}  // namespace weighbridge::auditor
