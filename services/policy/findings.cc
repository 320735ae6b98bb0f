#include "services/policy/findings.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "services/policy/decide.h"
#include "services/policy/registry.h"

namespace weighbridge::policy {
namespace {

using v1::Outcome;
using v1::Severity;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

int Rank(Outcome::Value outcome) {
  switch (outcome) {
    case Outcome::UNDECIDED:
      return 0;
    case Outcome::VIOLATED:
      return 1;
    case Outcome::NEEDS_REVIEW:
      return 2;
    case Outcome::SATISFIED:
      return 4;
    case Outcome::INFO:
      return 5;
    default:
      return 3;  // unspecified: counts as review
  }
}

int Rank(const v1::Obligation& obligation) {
  if (IsOpen(obligation)) return 0;
  if (obligation.not_triggered()) return 3;
  return obligation.fulfilled() ? 2 : 1;
}

auto Fields(const v1::EvidenceRef& e) {
  return std::make_tuple(e.path(), e.line(), e.byte_begin(), e.byte_end(), e.key());
}

// All that tells findings apart beside clause and evidence.
auto Fields(const v1::Finding& f) {
  return std::make_tuple(f.rule_id(), f.message(), f.missing_fact(), f.waived_by(), f.remedy(),
                         static_cast<int>(f.severity()), static_cast<int>(f.outcome()));
}

bool Less(const v1::Finding& a, const v1::Finding& b) {
  if (Rank(a.outcome()) != Rank(b.outcome())) return Rank(a.outcome()) < Rank(b.outcome());
  if (a.license_id() != b.license_id()) return a.license_id() < b.license_id();
  if (a.component() != b.component()) return a.component() < b.component();
  if (a.clause() != b.clause()) return NaturalLess(a.clause(), b.clause());
  return Fields(a) < Fields(b);
}

bool SameButEvidence(const v1::Finding& a, const v1::Finding& b) {
  return a.license_id() == b.license_id() && a.component() == b.component() && a.clause() == b.clause() &&
         Fields(a) == Fields(b);
}

void OrderEvidence(v1::Finding* finding) {
  std::vector<v1::EvidenceRef> all(finding->evidence().begin(), finding->evidence().end());
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return Fields(a) < Fields(b); });
  all.erase(std::unique(all.begin(), all.end(), [](const auto& a, const auto& b) { return Fields(a) == Fields(b); }),
            all.end());
  finding->clear_evidence();
  for (v1::EvidenceRef& evidence : all) *finding->add_evidence() = std::move(evidence);
}

}  // namespace

v1::Finding MakeFinding(v1::RuleId rule, Outcome::Value outcome, std::string message) {
  v1::Finding finding;
  finding.set_rule_id(InfoOf(rule).id());
  finding.set_outcome(outcome);
  finding.set_severity(Severity::NOTE);
  if (outcome == Outcome::VIOLATED || outcome == Outcome::UNDECIDED) finding.set_severity(Severity::ERROR);
  if (outcome == Outcome::NEEDS_REVIEW) finding.set_severity(Severity::WARNING);
  if (!message.empty() && message.back() != '.') message += '.';
  finding.set_message(std::move(message));
  if (outcome != Outcome::SATISFIED && outcome != Outcome::INFO) finding.set_remedy(InfoOf(rule).remedy());
  return finding;
}

v1::Finding MakeTermFinding(v1::RuleId rule, Outcome::Value outcome, const rules::v1::License& license,
                            const std::string& clause, const std::string& message) {
  const std::string& name = license.name().empty() ? license.id() : license.name();
  v1::Finding finding = MakeFinding(rule, outcome, absl::StrFormat("%s, %s: %s", name, ClauseWords(clause), message));
  finding.set_license_id(license.id());
  finding.set_clause(clause);
  return finding;
}

void NameMissing(const std::vector<MissingFact>& missing, v1::Finding* finding) {
  if (missing.empty()) return;
  auto first = std::find_if(missing.begin(), missing.end(), [](const MissingFact& fact) { return !fact.measured; });
  if (first == missing.end()) first = missing.begin();
  finding->set_missing_fact(first->path);
  std::vector<std::string> others;
  for (const MissingFact& fact : missing) {
    if (fact.path != first->path) others.push_back(fact.path);
  }
  std::string message = finding->message();
  message += first->measured ? absl::StrFormat(" Missing: %s, which could not be measured from the files", first->path)
                             : absl::StrFormat(" Missing in the profile: %s", first->path);
  if (!others.empty()) message += absl::StrFormat("; also open: %s", absl::StrJoin(others, ", "));
  finding->set_message(message + ".");
}

bool NaturalLess(const std::string& a, const std::string& b) {
  size_t i = 0;
  size_t j = 0;
  while (i < a.size() && j < b.size()) {
    if (IsDigit(a[i]) && IsDigit(b[j])) {
      size_t i_end = i;
      size_t j_end = j;
      while (i_end < a.size() && IsDigit(a[i_end])) ++i_end;
      while (j_end < b.size() && IsDigit(b[j_end])) ++j_end;
      while (i + 1 < i_end && a[i] == '0') ++i;
      while (j + 1 < j_end && b[j] == '0') ++j;
      if (i_end - i != j_end - j) return i_end - i < j_end - j;
      const int order = a.compare(i, i_end - i, b, j, j_end - j);
      if (order != 0) return order < 0;
      i = i_end;
      j = j_end;
      continue;
    }
    if (a[i] != b[j]) return static_cast<unsigned char>(a[i]) < static_cast<unsigned char>(b[j]);
    ++i;
    ++j;
  }
  if ((i == a.size()) != (j == b.size())) return i == a.size();
  return a < b;  // equal but for leading zeros
}

std::string ClauseWords(const std::string& clause) {
  if (clause.empty()) return "no clause named";
  // A number ("2", "1.b.i") or a single letter or Roman numeral is a clause; words name themselves.
  const size_t word = clause.find_first_of(" ");
  const std::string first = clause.substr(0, word);
  const bool number = std::any_of(first.begin(), first.end(), IsDigit) || first.size() <= 3;
  return number ? "clause " + clause : clause;
}

void OrderFindings(std::vector<v1::Finding>* findings) {
  for (v1::Finding& finding : *findings) OrderEvidence(&finding);
  std::stable_sort(findings->begin(), findings->end(), [](const v1::Finding& a, const v1::Finding& b) {
    if (Less(a, b)) return true;
    if (Less(b, a)) return false;
    // Equal but for the evidence: any fixed order will do, they are joined.
    return std::lexicographical_compare(
        a.evidence().begin(), a.evidence().end(), b.evidence().begin(), b.evidence().end(),
        [](const v1::EvidenceRef& x, const v1::EvidenceRef& y) { return Fields(x) < Fields(y); });
  });
  std::vector<v1::Finding> joined;
  for (v1::Finding& finding : *findings) {
    if (!joined.empty() && SameButEvidence(joined.back(), finding)) {
      joined.back().mutable_evidence()->MergeFrom(finding.evidence());
      OrderEvidence(&joined.back());
    } else {
      joined.push_back(std::move(finding));
    }
  }
  *findings = std::move(joined);
}

void OrderObligations(std::vector<v1::Obligation>* obligations) {
  const auto identity = [](const v1::Obligation& o) {
    return std::make_tuple(o.license_id(), o.clause(), static_cast<int>(o.kind()), o.message());
  };
  std::stable_sort(obligations->begin(), obligations->end(), [&](const v1::Obligation& a, const v1::Obligation& b) {
    return std::make_tuple(identity(a), Rank(a), a.component(), a.trigger()) <
           std::make_tuple(identity(b), Rank(b), b.component(), b.trigger());
  });
  obligations->erase(std::unique(obligations->begin(), obligations->end(),
                                 [&](const auto& a, const auto& b) { return identity(a) == identity(b); }),
                     obligations->end());
  std::stable_sort(obligations->begin(), obligations->end(), [&](const v1::Obligation& a, const v1::Obligation& b) {
    if (Rank(a) != Rank(b)) return Rank(a) < Rank(b);
    if (a.license_id() != b.license_id()) return a.license_id() < b.license_id();
    if (a.clause() != b.clause()) return NaturalLess(a.clause(), b.clause());
    return identity(a) < identity(b);
  });
}

}  // namespace weighbridge::policy
