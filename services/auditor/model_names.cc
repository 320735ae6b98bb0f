#include "services/auditor/model_names.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_format.h"
#include "proto/weighbridge/rules/v1/license.pb.h"
#include "services/rulebook/names.h"

namespace weighbridge::auditor {
namespace {

using rulebook::ModelResolution;
using rules::v1::Confidence;
using rules::v1::Family;
using rules::v1::FamilyMember;
using rules::v1::License;

// Names of one version that are shown.
constexpr int kNamesShown = 6;
// Versions that are named where the one that was asked for is not known.
constexpr size_t kKnownShown = 16;

constexpr std::string_view kServiceOnly =
    "No weights are published: the model is offered as a service only, under the provider's terms.";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80; }

// Bytes of a separator beyond blank, '-' and '_' that people and tools write: "DALL·E", "llama3.1:8b", dashes, a blank
// that does not break. 0 for none.
size_t SeparatorAt(std::string_view text) {
  for (const std::string_view one : {":", "\xc2\xb7", "\xc2\xa0", "\xe2\x80\x91", "\xe2\x80\x93", "\xe2\x80\x94"}) {
    if (text.substr(0, one.size()) == one) return one.size();
  }
  return 0;
}

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

// What a row is called as far as no star stands for the rest, normal.
std::vector<std::string> NamesOf(const FamilyMember& row) {
  std::vector<std::string> names;
  for (const std::string& glob : row.names()) {
    if (!LiteralOf(glob).empty()) names.push_back(Normal(LiteralOf(glob)));
  }
  for (const std::string& other : row.also_called()) names.push_back(Normal(other));
  return names;
}

bool BeginsWith(const FamilyMember& row, const std::string& name) {
  for (const std::string& own : NamesOf(row)) {
    if (GoesOn(own, name)) return true;
  }
  return false;
}

bool HasDigit(std::string_view text) { return std::any_of(text.begin(), text.end(), IsDigit); }

// The first word of `text`, without the separator in front of it.
std::string_view FirstWord(std::string_view text) {
  while (!text.empty() && text.front() == '-') text.remove_prefix(1);
  return text.substr(0, text.find('-'));
}

// True if one of these names of a row goes on after `stem` with a word that has a number: there a version or size
// stands.
bool NumbersFollow(const std::vector<std::string>& names, const std::string& stem) {
  return std::any_of(names.begin(), names.end(), [&](const std::string& own) {
    return GoesOn(own, stem) && HasDigit(FirstWord(std::string_view(own).substr(stem.size())));
  });
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

// The longest part of a name that begins as names do which are known, and what of it is not.
bool FindStem(const std::string& spelt, const rulebook::Rulebook& rules, NamedRows& named) {
  struct Named {
    const Family* family;
    const FamilyMember* row;
    std::vector<std::string> names;
  };
  std::vector<Named> all;
  for (const Family* family : rules.families()) {
    for (const FamilyMember& row : family->members()) all.push_back({family, &row, NamesOf(row)});
  }
  for (size_t cut = spelt.size() - 1; cut >= 2; --cut) {
    const bool separator = spelt[cut] == '-' && spelt[cut - 1] != '-';
    if (!separator && !(IsDigit(spelt[cut]) && IsLetter(spelt[cut - 1]))) continue;
    const std::string stem = spelt.substr(0, cut);
    const std::string_view unknown = FirstWord(std::string_view(spelt).substr(cut));
    bool numbers = false;
    for (const Named& one : all) {
      const bool begins =
          std::any_of(one.names.begin(), one.names.end(), [&](const auto& own) { return GoesOn(own, stem); });
      if (!begins) continue;
      named.rows.push_back(rules.Resolve(*one.family, *one.row));
      numbers = numbers || NumbersFollow(one.names, stem);
    }
    // A word that is no number says that a variant is meant, where the rest is the whole name of one that is known.
    const bool known = HasDigit(unknown) ? numbers : !named.rows.empty() && !RowsCalled(stem, rules).empty();
    if (known) {
      named.stem = stem;
      named.unknown = unknown;
      return true;
    }
    named.rows.clear();
  }
  return false;
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

// The least open first; of equals the one that bars commercial use, then the one with more figures.
void SortByOpenness(std::vector<v1::ExplainedLicense>& candidates) {
  const auto key = [](const v1::ExplainedLicense& one) {
    const int commercial = one.commercial_use() == "barred" ? 0 : one.commercial_use() == "allowed" ? 2 : 1;
    return std::make_tuple(-RankOf(one.openness()), commercial, -one.thresholds_size());
  };
  std::stable_sort(candidates.begin(), candidates.end(),
                   [&](const v1::ExplainedLicense& a, const v1::ExplainedLicense& b) { return key(a) < key(b); });
}

bool HasFigure(const rules::v1::Condition& condition) {
  switch (condition.is_case()) {
    case rules::v1::Condition::kThreshold:
      return true;
    case rules::v1::Condition::kNot:
      return HasFigure(condition.not_());
    case rules::v1::Condition::kAll:
      return std::any_of(condition.all().of().begin(), condition.all().of().end(), HasFigure);
    case rules::v1::Condition::kAny:
      return std::any_of(condition.any().of().begin(), condition.any().of().end(), HasFigure);
    default:
      return false;
  }
}

v1::ExplainedLicense Explained(const License& license) {
  v1::ExplainedLicense one;
  one.set_license_id(license.id());
  one.set_short_id(license.short_id());
  one.set_openness(license.openness());
  one.set_main_restriction(license.main_restriction());
  for (const auto& permission : license.permissions()) {
    if (permission.right() == rules::v1::Right::commercial_use) {
      one.set_commercial_use(rules::v1::Stance::Value_Name(permission.stance()));
    }
  }
  for (const auto& test : license.tests()) {
    if (HasFigure(test.when())) one.add_thresholds(test.summary());
  }
  return one;
}

std::string RestrictionOf(const ModelResolution& row) {
  if (!row.member->main_restriction().empty()) return row.member->main_restriction();
  if (row.member->closed()) return std::string(kServiceOnly);
  const std::vector<v1::ExplainedLicense> candidates = CandidatesOf(row.licenses);
  if (candidates.empty()) return "Its terms are not in the rulebook: let a person read them.";
  return candidates.front().main_restriction();
}

}  // namespace

std::string HubSpelling(std::string_view name) {
  name = name.substr(0, rulebook::kNameBytesMax);
  std::string out;
  for (size_t i = 0; i < name.size(); ++i) {
    if (const size_t separator = SeparatorAt(name.substr(i)); separator > 0) {
      if (!out.empty() && out.back() != '-') out += '-';
      i += separator - 1;
      continue;
    }
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

NamedRows RowsNamed(std::string_view name, const rulebook::Rulebook& rules) {
  NamedRows named;
  // Of a repository that no row has the last part is a name like others, and whose it is counts.
  const size_t slash = name.rfind('/');
  const std::string organization = rulebook::NormalName(name.substr(0, slash == std::string_view::npos ? 0 : slash));
  const std::string_view last = name.substr(slash == std::string_view::npos ? 0 : slash + 1);
  const std::string spelt = Normal(last);
  // A star is no name, and a single letter begins half of the names there are.
  if (spelt.size() < 2 || spelt.find('*') != std::string::npos) return named;
  const auto of_its_developer = [&](const ModelResolution& row) {
    const auto& own = row.member->organizations();
    return organization.empty() || std::find(own.begin(), own.end(), organization) != own.end();
  };
  const auto found = [&](std::vector<ModelResolution> rows) {
    named.rows = std::move(rows);
    named.inside = std::none_of(named.rows.begin(), named.rows.end(), of_its_developer);
    return !named.rows.empty();
  };
  if (found(RowsCalled(last, rules))) return named;
  if (found(RowsWhere(rules, [&](const Family&, const FamilyMember& row) { return BeginsWith(row, spelt); }))) {
    return named;
  }
  const auto of_family = [&](const std::string& called) {
    return RowsWhere(rules, [&](const Family& family, const FamilyMember&) {
      return Normal(family.id()) == called || Normal(family.name()) == called;
    });
  };
  if (found(of_family(spelt))) return named;
  named.inside = false;
  if (FindStem(spelt, rules, named)) return named;
  for (const std::string& text : {std::string(last), HubSpelling(last)}) {
    for (const rulebook::NameMatch& match : rules.ModelNamesIn(text)) {
      for (const FamilyMember* row : match.members) named.rows.push_back(rules.Resolve(*match.family, *row));
      named.inside = true;
      if (!named.rows.empty()) return named;
    }
  }
  return named;
}

bool TakesEveryName(const FamilyMember& row) { return row.names_size() == 1 && row.names(0) == "*"; }

v1::Openness OpennessOf(const ModelResolution& row) {
  if (row.member->closed()) return v1::CLOSED_WEIGHTS;
  const v1::Openness stated = row.member->openness();
  // One licence says less than the row: what stands beside the weights is open too, or not.
  if (row.licenses.size() < 2 && stated != v1::OPENNESS_UNKNOWN) return stated;
  std::vector<v1::ExplainedLicense> candidates = CandidatesOf(row.licenses);
  if (candidates.empty()) return stated;
  const v1::Openness worst = candidates.front().openness();
  return stated != v1::OPENNESS_UNKNOWN && LessOpen(stated, worst) ? stated : worst;
}

std::string RowConfidence(const ModelResolution& row) {
  auto least = row.member->confidence();
  if (!row.member->unread_license().empty()) least = Confidence::low;
  for (const License* license : row.licenses) least = std::max(least, license->provenance().confidence());
  return least == Confidence::confidence_unspecified ? "" : Confidence::Value_Name(least);
}

std::vector<v1::ExplainedLicense> CandidatesOf(const std::vector<const License*>& licenses) {
  std::vector<v1::ExplainedLicense> candidates;
  std::set<std::string> seen;
  for (const License* license : licenses) {
    if (seen.insert(license->id()).second) candidates.push_back(Explained(*license));
  }
  SortByOpenness(candidates);
  return candidates;
}

std::vector<v1::ExplainedLicense> CandidatesOf(const std::vector<ModelResolution>& rows) {
  std::vector<const License*> licenses;
  std::vector<v1::ExplainedLicense> unread;
  std::set<std::string> seen;
  for (const ModelResolution& row : rows) {
    licenses.insert(licenses.end(), row.licenses.begin(), row.licenses.end());
    if (row.member->unread_license().empty() || !seen.insert(row.member->unread_license()).second) continue;
    v1::ExplainedLicense one;
    one.set_short_id(row.member->unread_license() + " (not in the rulebook)");
    one.set_openness(row.member->openness());
    one.set_main_restriction(RestrictionOf(row));
    unread.push_back(std::move(one));
  }
  std::vector<v1::ExplainedLicense> candidates = CandidatesOf(licenses);
  candidates.insert(candidates.end(), unread.begin(), unread.end());
  SortByOpenness(candidates);
  return candidates;
}

std::vector<v1::ExplainedVersion> VersionsOf(const std::vector<ModelResolution>& rows) {
  std::vector<v1::ExplainedVersion> versions;
  for (const ModelResolution& row : rows) {
    v1::ExplainedVersion version;
    version.set_family(row.family->name());
    version.set_version(row.member->version());
    version.set_openness(OpennessOf(row));
    version.set_confidence(RowConfidence(row));
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

std::string AnswerOf(std::vector<v1::Openness> classes) {
  std::stable_sort(classes.begin(), classes.end(), LessOpen);
  classes.erase(std::unique(classes.begin(), classes.end()), classes.end());
  if (classes.empty()) return "";
  if (classes.size() == 1) return AnswerOf(classes.front());
  // Who holds a version that has weights wants to know of the worst of these.
  if (classes.front() == v1::CLOSED_WEIGHTS) std::rotate(classes.begin(), classes.begin() + 1, classes.end());
  std::string words;
  for (size_t i = 1; i < classes.size(); ++i) words += (i > 1 ? "; " : "") + AnswerOf(classes[i]);
  return absl::StrFormat("it depends on version, size or date: at worst %s; else %s", AnswerOf(classes.front()), words);
}

std::string KnownOf(const std::vector<ModelResolution>& rows) {
  std::vector<std::string> known, names;
  const auto add = [](std::string_view name, std::vector<std::string>& list) {
    while (!name.empty() && name.back() == '-') name.remove_suffix(1);
    if (!name.empty() && std::find(list.begin(), list.end(), name) == list.end()) list.emplace_back(name);
  };
  for (const ModelResolution& row : rows) {
    add(row.member->version(), known);
    if (!row.member->version().empty()) continue;
    for (const std::string& glob : row.member->names()) add(LiteralOf(glob), names);
  }
  known.insert(known.end(), names.begin(), names.end());
  std::string words;
  for (size_t i = 0; i < std::min(known.size(), kKnownShown); ++i) words += (i > 0 ? ", " : "") + known[i];
  if (known.size() > kKnownShown) words += absl::StrFormat(" and %d more", known.size() - kKnownShown);
  return words;
}

bool LessOpen(v1::Openness a, v1::Openness b) { return RankOf(a) > RankOf(b); }

}  // namespace weighbridge::auditor
