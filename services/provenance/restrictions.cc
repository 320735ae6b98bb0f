#include "services/provenance/restrictions.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_format.h"

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
  for (const auto& test : license.tests()) {
    ForEachThreshold(test.when(), [&](const rules::v1::Threshold& threshold) {
      found = found || (metrics.count(threshold.metric()) > 0 &&
                        (value.empty() || value == std::to_string(threshold.value())));
    });
  }
  return found;
}

bool HasTest(const License& license, std::set<v1::TermKind::Value> kinds) {
  return std::any_of(license.tests().begin(), license.tests().end(),
                     [&](const auto& test) { return kinds.count(test.kind()) > 0; });
}

bool HasDuty(const License& license, std::set<v1::ObligationKind::Value> kinds) {
  return std::any_of(license.duties().begin(), license.duties().end(),
                     [&](const auto& duty) { return kinds.count(duty.kind()) > 0; });
}

}  // namespace

// The kinds are those of rules/triggers.textproto; one that is not listed here is covered by nothing.
bool Covers(const License& license, const std::string& kind, const std::string& value) {
  if (kind == "mau_threshold") {
    return HasThreshold(license, {FactId::monthly_active_users, FactId::daily_active_users, FactId::monthly_visits,
                                  FactId::monthly_unique_users},
                        value);
  }
  if (kind == "revenue_threshold") {
    return HasThreshold(license, {FactId::annual_revenue, FactId::monthly_revenue, FactId::annual_recurring_revenue}, value);
  }
  if (kind == "non_commercial") {
    return license.openness() == v1::NON_COMMERCIAL || HasTest(license, {v1::TermKind::commercial_use});
  }
  if (kind == "research_only") return HasTest(license, {v1::TermKind::purpose, v1::TermKind::commercial_use});
  if (kind == "territory") return HasTest(license, {v1::TermKind::territory});
  if (kind == "use_policy" || kind == "acceptable_use" || kind == "field_of_use" || kind == "prohibited_use") {
    return license.use_policies_size() > 0 || license.kind() == rules::v1::DocumentKind::use_policy ||
           HasDuty(license, {v1::ObligationKind::use_policy, v1::ObligationKind::prohibited_use}) ||
           HasTest(license, {v1::TermKind::field_of_use});
  }
  if (kind == "attribution" || kind == "attribution_display") {
    return HasDuty(license, {v1::ObligationKind::attribution_display, v1::ObligationKind::notice_file,
                             v1::ObligationKind::copyright_notice});
  }
  if (kind == "derivative_name" || kind == "naming") return HasDuty(license, {v1::ObligationKind::derivative_name});
  if (kind == "output_training" || kind == "outputs") {
    return HasDuty(license, {v1::ObligationKind::output_training}) || HasTest(license, {v1::TermKind::outputs});
  }
  if (kind == "separate_license" || kind == "registration") {
    return HasTest(license, {v1::TermKind::threshold, v1::TermKind::commercial_use, v1::TermKind::purpose});
  }
  if (kind == "redistribution" || kind == "no_redistribution") {
    return HasTest(license, {v1::TermKind::distribution}) || HasDuty(license, {v1::ObligationKind::flow_down});
  }
  if (kind == "share_alike" || kind == "copyleft") return HasDuty(license, {v1::ObligationKind::share_alike});
  if (kind == "hosting") return HasTest(license, {v1::TermKind::hosting});
  return false;
}

std::vector<v1::Finding> RestrictionFindings(const std::vector<FoundRestriction>& restrictions,
                                             const std::vector<const License*>& licenses) {
  std::vector<v1::Finding> findings;
  std::set<std::string> seen;
  for (const FoundRestriction& found : restrictions) {
    const bool covered = std::any_of(licenses.begin(), licenses.end(), [&](const License* license) {
      return Covers(*license, found.kind, found.value);
    });
    if (covered) continue;
    if (!seen.insert(found.evidence.path() + '\0' + found.kind + '\0' + found.quote).second) continue;
    const bool review = found.restrictive;
    findings.push_back(MakeFinding(
        review ? v1::LICENSE_RESTRICTION_FOUND : v1::LICENSE_STATEMENT_FOUND,
        review ? v1::Outcome::NEEDS_REVIEW : v1::Outcome::INFO,
        absl::StrFormat("%s at line %d (%s): \"%s\"",
                        review ? "a restriction that no standing licence accounts for stands" : "a statement of use stands",
                        found.evidence.line(), found.kind, found.quote),
        found.evidence));
    findings.back().set_component(found.component);
  }
  return findings;
}

}  // namespace weighbridge::provenance
