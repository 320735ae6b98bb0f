#include "services/provenance/reconcile.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/provenance/conflicts.h"
#include "services/provenance/files.h"
#include "services/provenance/metadata_evidence.h"
#include "services/provenance/modality.h"
#include "services/provenance/restrictions.h"
#include "services/provenance/text_evidence.h"

namespace weighbridge::provenance {
namespace {

using rules::v1::License;
using LicenseList = std::vector<const License*>;

class Reconciler {
 public:
  Reconciler(const ModelView& view, const rulebook::Rulebook& rules, const v1::Policy& policy)
      : view_(view), rules_(rules), policy_(policy) {}

  Reconciliation Run() {
    gathered_.Append(GatherTextEvidence(view_, rules_));
    gathered_.Append(GatherMetadataEvidence(view_, rules_, policy_));
    out_.findings = FileFindings(view_);
    for (auto& finding : gathered_.findings) out_.findings.push_back(std::move(finding));
    for (const Claim& claim : gathered_.claims) Place(claim);
    for (const Claim& claim : gathered_.claims) AddUsePolicies(claim);
    AddOrphanPolicies();
    AddMissingTexts();
    AddComponentsWithoutLicense();
    ConflictReport conflicts = FindConflicts(gathered_.claims);
    out_.conflicts = std::move(conflicts.conflicts);
    Append(out_.findings, std::move(conflicts.findings));
    Append(out_.findings, RestrictionFindings(gathered_.restrictions, EvaluatedLicenses()));
    Append(out_.findings, FamilyFindings(view_, rules_, gathered_.claims));
    out_.lineage = std::move(gathered_.lineage);
    out_.measured = MeasureModel(view_, out_.lineage, gathered_.multimodal_base);
    out_.evidence = std::move(gathered_.evidence);
    Summarise();
    return std::move(out_);
  }

 private:
  static void Append(std::vector<v1::Finding>& to, std::vector<v1::Finding> from) {
    for (auto& finding : from) to.push_back(std::move(finding));
  }

  static bool IsSet(const Claim& claim) { return claim.licenses.size() > 1; }

  // A bare text of one member settles a set; nothing else does.
  bool SettledByText(const Claim& claim) const {
    return std::any_of(gathered_.claims.begin(), gathered_.claims.end(), [&](const Claim& other) {
      return other.source == ClaimSource::kText && other.bare && !IsSet(other) && other.component == claim.component &&
             claim.Names(other.licenses.front());
    });
  }

  void Place(const Claim& claim) {
    if (!IsSet(claim)) {
      AddStanding(claim.licenses.front(), claim.component, claim.label, claim.match, claim.evidence);
      const bool whole = claim.match == v1::Match::EXACT || claim.match == v1::Match::EQUIVALENT;
      if (whole && !claim.bare) MarkBlocked(claim.licenses.front(), claim.component);
      return;
    }
    if (SettledByText(claim)) return;
    OpenSet set;
    set.name = claim.label;
    set.component = claim.component;
    set.evidence = claim.evidence;
    for (const License* license : claim.licenses) {
      LicenseList member = {license};
      for (const License* policy : UsePoliciesOf(claim, *license)) member.push_back(policy);
      for (const auto& reference : license->stacked_licenses()) {
        if (const License* stacked = rules_.LicenseById(reference.short_id())) member.push_back(stacked);
      }
      set.members.push_back(std::move(member));
    }
    const bool known = std::any_of(out_.open_sets.begin(), out_.open_sets.end(), [&](const OpenSet& other) {
      return other.component == set.component && other.members == set.members;
    });
    if (!known) out_.open_sets.push_back(std::move(set));
  }

  // One entry for each licence and component; a text outranks metadata as its source.
  void AddStanding(const License* license, const std::string& component, const std::string& source,
                   v1::Match::Verdict match, const v1::EvidenceRef& evidence) {
    for (Standing& standing : out_.standing) {
      if (standing.license != license || standing.component != component) continue;
      const bool better = match != v1::Match::MATCH_UNSPECIFIED &&
                          (standing.match == v1::Match::MATCH_UNSPECIFIED || match < standing.match);
      if (better) {
        standing.source = source;
        standing.match = match;
        standing.evidence = evidence;
      }
      return;
    }
    out_.standing.push_back({license, component, source, match, evidence});
  }

  void MarkBlocked(const License* license, const std::string& component) {
    for (Standing& standing : out_.standing) {
      if (standing.license == license && standing.component == component) standing.blocked_by_residue = true;
    }
  }

  LicenseList UsePoliciesOf(const Claim& claim, const License& license) const {
    if (!claim.use_policies_instead.empty()) return claim.use_policies_instead;
    LicenseList policies;
    for (const auto& reference : license.use_policies()) {
      if (const License* policy = rules_.LicenseById(reference.short_id())) policies.push_back(policy);
    }
    return policies;
  }

  // A use policy binds by reference, whether its file lies there or not; stacked licences likewise.
  void AddUsePolicies(const Claim& claim) {
    if (IsSet(claim)) return;
    const License& license = *claim.licenses.front();
    for (const License* policy : UsePoliciesOf(claim, license)) {
      AddStanding(policy, claim.component, "use policy of " + license.short_id(), v1::Match::MATCH_UNSPECIFIED,
                  claim.evidence);
    }
    for (const auto& reference : license.stacked_licenses()) {
      if (const License* stacked = rules_.LicenseById(reference.short_id())) {
        AddStanding(stacked, claim.component, "stacked by " + license.short_id(), v1::Match::MATCH_UNSPECIFIED,
                    claim.evidence);
      }
    }
  }

  static bool IsThirdParty(std::string_view component) { return component.rfind("notice:", 0) == 0; }

  // A text in a notice file belongs to the parts that the notice speaks of and is no text of the model's licence.
  bool HasText(const Standing& standing) const {
    return std::any_of(gathered_.claims.begin(), gathered_.claims.end(), [&](const Claim& claim) {
      return claim.source == ClaimSource::kText && claim.Names(standing.license) &&
             (claim.component == standing.component || !IsThirdParty(claim.component));
    });
  }

  void AddMissingTexts() {
    for (const Standing& standing : out_.standing) {
      const License& license = *standing.license;
      if (license.kind() != rules::v1::DocumentKind::license || HasText(standing)) continue;
      // The evaluator adds the duty to obtain it, and applies the policy's require_text.
      v1::Finding finding = MakeFinding(
          v1::LICENSE_TEXT_MISSING, v1::Outcome::INFO,
          absl::StrFormat("%s is named by %s, but its text is not in the model", license.short_id(), standing.source),
          standing.evidence);
      finding.set_license_id(license.id());
      finding.set_component(standing.component);
      finding.set_severity(v1::Severity::WARNING);
      out_.findings.push_back(std::move(finding));
    }
  }

  // A component without evidence of its own takes the root's; without either there is no licence.
  void AddComponentsWithoutLicense() {
    // A use policy or an addendum grants nothing by itself.
    const auto has_claim = [&](std::string_view component) {
      return std::any_of(gathered_.claims.begin(), gathered_.claims.end(), [&](const Claim& claim) {
        return claim.component == component &&
               std::any_of(claim.licenses.begin(), claim.licenses.end(), [](const License* license) {
                 return license->kind() == rules::v1::DocumentKind::license;
               });
      });
    };
    if (has_claim("")) return;
    for (const std::string& component : view_.ComponentsWithWeights()) {
      if (!component.empty() && has_claim(component)) continue;
      v1::Finding finding =
          MakeFinding(v1::LICENSE_NONE, v1::Outcome::NEEDS_REVIEW,
                      component.empty() ? "no text, card, header or base model names a licence that the rulebook knows"
                                        : absl::StrFormat("nothing names a licence for %s", component));
      finding.set_component(component);
      out_.findings.push_back(std::move(finding));
    }
  }

  std::vector<EvaluatedLicense> EvaluatedLicenses() const {
    std::vector<EvaluatedLicense> all;
    for (const Standing& standing : out_.standing) all.push_back({standing.license, standing.component});
    for (const OpenSet& set : out_.open_sets) {
      for (const LicenseList& member : set.members) {
        for (const License* license : member) all.push_back({license, set.component});
      }
    }
    return all;
  }

  // A use policy without the licence that incorporates it: somebody's terms are missing here.
  void AddOrphanPolicies() {
    for (const Claim& claim : gathered_.claims) {
      if (claim.source != ClaimSource::kText || claim.licenses.front()->kind() != rules::v1::DocumentKind::use_policy) continue;
      const std::vector<EvaluatedLicense> evaluated = EvaluatedLicenses();
      const bool referenced = std::any_of(evaluated.begin(), evaluated.end(), [&](const EvaluatedLicense& other) {
        return std::any_of(other.license->use_policies().begin(), other.license->use_policies().end(), [&](const auto& reference) {
          return reference.short_id() == claim.licenses.front()->short_id();
        });
      });
      const bool by_family = std::any_of(gathered_.claims.begin(), gathered_.claims.end(), [&](const Claim& other) {
        return std::find(other.use_policies_instead.begin(), other.use_policies_instead.end(), claim.licenses.front()) !=
               other.use_policies_instead.end();
      });
      if (referenced || by_family) continue;
      v1::Finding finding = MakeFinding(
          v1::LICENSE_FAMILY_CONTRADICTS, v1::Outcome::NEEDS_REVIEW,
          absl::StrFormat("%s is here, but no licence that incorporates it is named", claim.licenses.front()->name()),
          claim.evidence);
      finding.set_license_id(claim.licenses.front()->id());
      out_.findings.push_back(std::move(finding));
    }
  }

  void Summarise() {
    for (const Standing& standing : out_.standing) {
      AddSummary(*standing.license, standing.match, standing.source, standing.component);
      out_.licenses.back().set_blocked_by_residue(standing.blocked_by_residue);
    }
    for (const OpenSet& set : out_.open_sets) {
      for (const LicenseList& member : set.members) {
        AddSummary(*member.front(), v1::Match::MATCH_UNSPECIFIED,
                   absl::StrFormat("%s (one of %d)", set.name, set.members.size()), set.component);
      }
    }
  }

  void AddSummary(const License& license, v1::Match::Verdict match, const std::string& source,
                  const std::string& component) {
    v1::LicenseSummary summary;
    summary.set_license_id(license.id());
    summary.set_short_id(license.short_id());
    summary.set_name(license.name());
    summary.set_match(match);
    summary.set_source(source);
    summary.set_governs(true);
    summary.set_component(component);
    summary.set_openness(license.openness());
    out_.licenses.push_back(std::move(summary));
  }

  const ModelView& view_;
  const rulebook::Rulebook& rules_;
  const v1::Policy& policy_;
  Gathered gathered_;
  Reconciliation out_;
};

}  // namespace

Reconciliation Reconcile(const v1::Inventory& inventory, const DocumentBytes& documents, const rulebook::Rulebook& rules,
                         const v1::Policy& policy) {
  const ModelView view(inventory, documents);
  return Reconciler(view, rules, policy).Run();
}

}  // namespace weighbridge::provenance
