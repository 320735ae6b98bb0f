#include "services/provenance/restrictions.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/provenance/named_licenses.h"

namespace weighbridge::provenance {
namespace {

using rules::v1::Condition;
using rules::v1::FactId;
using rules::v1::License;

// Calls `see` for each threshold below `condition`. Depth is bounded by the linter.
template <typename See>
void ForEachThreshold(const Condition& condition, const See& see) {
  switch (condition.is_case()) {
    case Condition::kAll:
      for (const auto& part : condition.all().of()) ForEachThreshold(part, see);
      break;
    case Condition::kAny:
      for (const auto& part : condition.any().of()) ForEachThreshold(part, see);
      break;
    case Condition::kNot:
      ForEachThreshold(condition.not_(), see);
      break;
    case Condition::kThreshold:
      see(condition.threshold());
      break;
    case Condition::kFact:
    case Condition::IS_NOT_SET:
      break;
  }
}

bool HasThreshold(const License& license, const std::set<FactId::Value>& metrics, const std::string& value) {
  bool found = false;
  const auto see = [&](const rules::v1::Threshold& threshold) {
    found = found ||
            (metrics.count(threshold.metric()) > 0 && (value.empty() || value == std::to_string(threshold.value())));
  };
  for (const auto& test : license.tests()) {
    ForEachThreshold(test.when(), see);
    ForEachThreshold(test.unless(), see);
  }
  return found;
}

bool HasTest(const License& license, const std::set<v1::TermKind::Value>& kinds) {
  return std::any_of(license.tests().begin(), license.tests().end(),
                     [&](const auto& test) { return kinds.count(test.kind()) > 0; });
}

bool HasDuty(const License& license, const std::set<v1::ObligationKind::Value>& kinds) {
  const auto is_one = [&](const rules::v1::Duty& duty) { return kinds.count(duty.kind()) > 0; };
  return std::any_of(license.duties().begin(), license.duties().end(), is_one) ||
         std::any_of(license.tests().begin(), license.tests().end(),
                     [&](const auto& test) { return std::any_of(test.duties().begin(), test.duties().end(), is_one); });
}

bool HasCure(const License& license, const std::set<rules::v1::Cure::Value>& cures) {
  return std::any_of(license.tests().begin(), license.tests().end(), [&](const auto& test) {
    return std::any_of(test.cures().begin(), test.cures().end(),
                       [&](int cure) { return cures.count(static_cast<rules::v1::Cure::Value>(cure)) > 0; });
  });
}

bool Bars(const License& license, rules::v1::Right::Value right) {
  return std::any_of(license.permissions().begin(), license.permissions().end(), [&](const auto& permission) {
    return permission.right() == right && permission.stance() == rules::v1::Stance::barred;
  });
}

bool HasUsePolicy(const License& license) {
  return license.use_policies_size() > 0 || license.kind() == rules::v1::DocumentKind::use_policy ||
         HasDuty(license, {v1::ObligationKind::use_policy, v1::ObligationKind::prohibited_use}) ||
         HasTest(license, {v1::TermKind::field_of_use});
}

// Words of a name in lower case, "non-commercial" as one, without those that say only that it is a licence.
std::set<std::string> NameWords(std::string_view name) {
  std::set<std::string> words;
  std::string word;
  bool non = false;
  const auto end_word = [&] {
    while (!word.empty() && word.back() == '.') word.pop_back();
    if (word == "non") {
      non = true;
    } else if (!word.empty()) {
      static const std::set<std::string, std::less<>> kFrame = {
          "license", "licence", "licenses", "licensing", "terms", "agreement", "community", "the", "of", "use", "meta"};
      if (non) word = "non" + word;
      if (kFrame.count(word) == 0) words.insert(word);
      non = false;
    }
    word.clear();
  };
  for (const char c : name) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const bool in_word =
        (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9') || (lower == '.' && !word.empty());
    if (in_word) {
      word += lower;
    } else {
      end_word();
    }
  }
  end_word();
  return words;
}

// True if one of the licence's names has every word of `value`: "llama 3.1 license" is a name of the Llama 3.1 licence,
// "llama 2 license" is not.
bool IsNamed(const License& license, const std::string& value) {
  const std::set<std::string> asked = NameWords(value);
  if (asked.empty()) return false;
  std::vector<std::string> names = {license.id(), license.short_id(), license.name()};
  names.insert(names.end(), license.other_names().begin(), license.other_names().end());
  names.insert(names.end(), license.license_names().begin(), license.license_names().end());
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    const std::set<std::string> has = NameWords(name);
    return std::includes(has.begin(), has.end(), asked.begin(), asked.end());
  });
}

// What in a licence accounts for a passage of one trigger kind. Null: nothing does, so that every such passage is a
// finding of its own; a licence has no typed term that could say the same.
struct Coverage {
  std::string_view kind;
  bool (*covers)(const License& license, const std::string& value);
};

constexpr Coverage kCoverage[] = {
    {"mau_threshold",
     [](const License& license, const std::string& value) {
       return HasThreshold(license,
                           {FactId::monthly_active_users, FactId::daily_active_users, FactId::monthly_visits,
                            FactId::monthly_unique_users},
                           value);
     }},
    {"revenue_threshold",
     [](const License& license, const std::string& value) {
       return HasThreshold(license, {FactId::annual_revenue, FactId::monthly_revenue, FactId::annual_recurring_revenue},
                           value);
     }},
    {"non_commercial",
     [](const License& license, const std::string&) {
       return license.openness() == v1::NON_COMMERCIAL || HasTest(license, {v1::TermKind::commercial_use});
     }},
    // Narrower than "not commercial": only a licence that tests the purpose says as much.
    {"research_only",
     [](const License& license, const std::string&) { return HasTest(license, {v1::TermKind::purpose}); }},
    {"personal_only",
     [](const License& license, const std::string&) { return HasTest(license, {v1::TermKind::purpose}); }},
    {"territory",
     [](const License& license, const std::string&) { return HasTest(license, {v1::TermKind::territory}); }},
    {"use_policy", [](const License& license, const std::string&) { return HasUsePolicy(license); }},
    {"field_of_use", [](const License& license, const std::string&) { return HasUsePolicy(license); }},
    {"attribution",
     [](const License& license, const std::string&) {
       return HasDuty(license, {v1::ObligationKind::attribution_display, v1::ObligationKind::notice_file,
                                v1::ObligationKind::copyright_notice});
     }},
    {"naming", [](const License& license,
                  const std::string&) { return HasDuty(license, {v1::ObligationKind::derivative_name}); }},
    {"outputs",
     [](const License& license, const std::string&) {
       return HasDuty(license, {v1::ObligationKind::output_training}) || HasTest(license, {v1::TermKind::outputs});
     }},
    {"competition",
     [](const License& license, const std::string&) { return HasTest(license, {v1::TermKind::competition}); }},
    {"hosting", [](const License& license, const std::string&) { return HasTest(license, {v1::TermKind::hosting}); }},
    // A duty to pass terms on is no ban: "you may not redistribute" beside a licence that allows it is another
    // restriction.
    {"redistribution",
     [](const License& license, const std::string&) {
       return HasTest(license, {v1::TermKind::distribution}) || Bars(license, rules::v1::Right::distribute);
     }},
    {"derivatives", [](const License& license, const std::string&) { return Bars(license, rules::v1::Right::modify); }},
    {"share_alike",
     [](const License& license, const std::string&) { return HasDuty(license, {v1::ObligationKind::share_alike}); }},
    {"separate_license",
     [](const License& license, const std::string&) {
       return HasCure(license, {rules::v1::Cure::separate_license, rules::v1::Cure::subscription});
     }},
    {"registration",
     [](const License& license, const std::string&) {
       return HasDuty(license, {v1::ObligationKind::registration, v1::ObligationKind::reporting}) ||
              HasCure(license, {rules::v1::Cure::registration});
     }},
    {"fees",
     [](const License& license, const std::string&) {
       return HasDuty(license, {v1::ObligationKind::payment}) ||
              HasCure(license, {rules::v1::Cure::payment, rules::v1::Cure::subscription});
     }},
    {"termination", [](const License& license, const std::string&) { return license.terminations_size() > 0; }},
    {"export",
     [](const License& license, const std::string&) {
       return HasTest(license, {v1::TermKind::sanctions}) || HasDuty(license, {v1::ObligationKind::legal_compliance});
     }},
    {"other_license", IsNamed},
    // "By downloading you agree to our terms": the terms of a licence that has some.
    {"acceptance", [](const License& license, const std::string&) { return LimitsUse(license); }},
    {"additional_terms", nullptr},
    {"age", nullptr},
    {"company_size", nullptr},
    {"internal_only", nullptr},
    {"non_production", nullptr},
    {"prohibition", nullptr},
    {"regulation", nullptr},
    {"time_limit", nullptr},
};

const Coverage* Find(std::string_view kind) {
  const auto* found = std::find_if(std::begin(kCoverage), std::end(kCoverage),
                                   [&](const Coverage& coverage) { return coverage.kind == kind; });
  return found == std::end(kCoverage) ? nullptr : found;
}

}  // namespace

bool IsKnownTriggerKind(std::string_view kind) { return Find(kind) != nullptr; }

bool Covers(const License& license, std::string_view kind, const std::string& value) {
  const Coverage* coverage = Find(kind);
  return coverage != nullptr && coverage->covers != nullptr && coverage->covers(license, value);
}

std::vector<v1::Finding> RestrictionFindings(const std::vector<FoundRestriction>& restrictions,
                                             const std::vector<EvaluatedLicense>& licenses) {
  std::vector<v1::Finding> findings;
  std::set<std::string> seen;
  for (const FoundRestriction& found : restrictions) {
    const bool covered = std::any_of(licenses.begin(), licenses.end(), [&](const EvaluatedLicense& evaluated) {
      const bool reaches = evaluated.component.empty() || evaluated.component == found.component;
      if (!found.named.empty()) {
        return reaches && std::find(found.named.begin(), found.named.end(), evaluated.license) != found.named.end();
      }
      return reaches && Covers(*evaluated.license, found.kind, found.value);
    });
    if (covered) continue;
    if (!seen.insert(found.evidence.path() + '\0' + found.kind + '\0' + found.quote).second) continue;
    const bool review = found.restrictive;
    findings.push_back(MakeFinding(review ? v1::LICENSE_RESTRICTION_FOUND : v1::LICENSE_STATEMENT_FOUND,
                                   review ? v1::Outcome::NEEDS_REVIEW : v1::Outcome::INFO,
                                   absl::StrFormat("%s at line %d (%s): \"%s\"",
                                                   review ? "a restriction that no standing licence accounts for stands"
                                                          : "a statement of use stands",
                                                   found.evidence.line(), found.kind, found.quote),
                                   found.evidence));
    findings.back().set_component(found.component);
  }
  return findings;
}

}  // namespace weighbridge::provenance
