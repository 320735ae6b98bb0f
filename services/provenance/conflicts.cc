#include "services/provenance/conflicts.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/provenance/model_view.h"

namespace weighbridge::provenance {
namespace {

struct Pair {
  ClaimSource first, second;
  v1::ConflictKind::Value kind;
};

constexpr Pair kPairs[] = {
    {ClaimSource::kText, ClaimSource::kCard, v1::ConflictKind::text_against_card},
    {ClaimSource::kText, ClaimSource::kHeader, v1::ConflictKind::text_against_header},
    {ClaimSource::kText, ClaimSource::kBase, v1::ConflictKind::text_against_base},
    {ClaimSource::kCard, ClaimSource::kHeader, v1::ConflictKind::header_against_card},
    {ClaimSource::kCard, ClaimSource::kBase, v1::ConflictKind::card_against_base},
    {ClaimSource::kHeader, ClaimSource::kBase, v1::ConflictKind::header_against_base},
    {ClaimSource::kText, ClaimSource::kIdentifier, v1::ConflictKind::identifier_against_others},
    {ClaimSource::kCard, ClaimSource::kIdentifier, v1::ConflictKind::identifier_against_others},
    {ClaimSource::kHeader, ClaimSource::kIdentifier, v1::ConflictKind::identifier_against_others},
    {ClaimSource::kBase, ClaimSource::kIdentifier, v1::ConflictKind::identifier_against_others},
};

// A use policy beside a licence is no second opinion on the licence.
bool NamesALicense(const Claim& claim) {
  for (const auto* license : claim.licenses) {
    if (license->kind() == rules::v1::DocumentKind::license) return true;
  }
  return false;
}

std::string Describe(const Claim& claim) {
  std::string names;
  for (const auto* license : claim.licenses) names += (names.empty() ? "" : " or ") + license->short_id();
  // The label of metadata ends in what it says; a text's label is its path.
  return absl::StrFormat("%s says %s", claim.label, names);
}

}  // namespace

ConflictReport FindConflicts(const std::vector<Claim>& claims) {
  std::map<std::string, std::map<ClaimSource, std::vector<const Claim*>>> by_component;
  for (const Claim& claim : claims) {
    if (!IsOfOthers(claim.component) && NamesALicense(claim))
      by_component[claim.component][claim.source].push_back(&claim);
  }
  ConflictReport report;
  for (const auto& [component, sources] : by_component) {
    for (const Pair& pair : kPairs) {
      const auto first = sources.find(pair.first);
      const auto second = sources.find(pair.second);
      if (first == sources.end() || second == sources.end()) continue;
      for (const Claim* claim : second->second) {
        const Claim* opposite = first->second.front();
        bool agrees = false;
        for (const Claim* other : first->second) {
          for (const auto* license : other->licenses) agrees = agrees || claim->Names(license);
        }
        if (agrees) continue;
        v1::Conflict conflict;
        conflict.set_kind(pair.kind);
        conflict.set_message(absl::StrFormat("%s, but %s; both are evaluated, and the worse outcome counts",
                                             Describe(*opposite), Describe(*claim)));
        for (const Claim* side : {opposite, claim}) {
          for (const auto* license : side->licenses) conflict.add_license_ids(license->id());
        }
        v1::Finding finding =
            MakeFinding(v1::LICENSE_CONFLICT, v1::Outcome::INFO, conflict.message(), opposite->evidence);
        finding.set_severity(v1::Severity::WARNING);
        finding.set_component(component);
        *finding.add_evidence() = claim->evidence;
        report.conflicts.push_back(std::move(conflict));
        report.findings.push_back(std::move(finding));
      }
    }
  }
  return report;
}

}  // namespace weighbridge::provenance
