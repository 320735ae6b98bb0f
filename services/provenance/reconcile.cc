#include "services/provenance/reconcile.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/provenance/base_model.h"
#include "services/provenance/conflicts.h"
#include "services/provenance/files.h"
#include "services/provenance/metadata_evidence.h"
#include "services/provenance/modality.h"
#include "services/provenance/restrictions.h"
#include "services/provenance/text_evidence.h"
#include "services/rulebook/overlay.h"

namespace weighbridge::provenance {
namespace {

using rules::v1::License;
using LicenseList = std::vector<const License*>;

class Reconciler {
 public:
  // `depth`: bases between this model and the one that was asked about.
  Reconciler(const ModelView& view, const DocumentBytes& documents, const rulebook::Rulebook& rules,
             const v1::Policy& policy, int depth, const std::vector<SignedRuling>& rulings, absl::Time at)
      : view_(view),
        documents_(documents),
        rules_(rules),
        policy_(policy),
        depth_(depth),
        rulings_(rulings),
        at_(at) {}

  Reconciliation Run() {
    gathered_.Append(GatherTextEvidence(view_, rules_));
    gathered_.Append(GatherMetadataEvidence(view_, rules_, policy_));
    if (view_.inventory().has_base()) ReconcileBase();
    if (!rulings_.empty()) ApplyRulings(rulings_, at_, view_, rules_, gathered_);
    out_.findings = FileFindings(view_);
    for (auto& finding : gathered_.findings) out_.findings.push_back(std::move(finding));
    for (const Claim& claim : gathered_.claims) Place(claim);
    for (const Claim& claim : gathered_.claims) AddUsePolicies(claim);
    if (base_.has_value()) {
      for (Claim& claim : ClaimsOfBase(*base_)) gathered_.claims.push_back(std::move(claim));
    }
    AddOrphanPolicies();
    AddMissingTexts();
    AddComponentsWithoutLicense();
    ConflictReport conflicts = FindConflicts(gathered_.claims);
    out_.conflicts = std::move(conflicts.conflicts);
    Append(out_.findings, std::move(conflicts.findings));
    Append(out_.findings, RestrictionFindings(gathered_.restrictions, EvaluatedLicenses()));
    Append(out_.findings, FamilyFindings(view_, rules_, gathered_.claims));
    out_.lineage = std::move(gathered_.lineage);
    if (base_.has_value()) out_.lineage.push_back(LinkToBase(view_.inventory(), *base_));
    out_.measured = MeasureModel(view_, out_.lineage, gathered_.multimodal_base);
    out_.evidence = std::move(gathered_.evidence);
    if (base_.has_value()) TakeBase();
    if (depth_ == 0) AddRedefinitions();
    Summarise();
    return std::move(out_);
  }

 private:
  void ReconcileBase() {
    if (depth_ >= kBaseDepthMax) {
      gathered_.findings.push_back(MakeFinding(
          v1::LICENSE_BASE_UNRESOLVED, v1::Outcome::NEEDS_REVIEW,
          absl::StrFormat("more than %d bases one behind the other: the rest was not looked at", kBaseDepthMax)));
      return;
    }
    const ModelView base(view_.inventory().base(), documents_);
    // Rulings are of one model digest, which is not that of the base.
    static const std::vector<SignedRuling>& none = *new std::vector<SignedRuling>;
    base_ = Reconciler(base, documents_, rules_, policy_, depth_ + 1, none, at_).Run();
    MarkAsBase(*base_);
    CompareWithDeclared(view_, base, rules_, gathered_);
  }

  // The base is evaluated as it is alone, and beside what the adapter says: the worst of both counts.
  void TakeBase() {
    MoveAppend(out_.standing, base_->standing);
    MoveAppend(out_.open_sets, base_->open_sets);
    MoveAppend(out_.conflicts, base_->conflicts);
    MoveAppend(out_.findings, base_->findings);
    MoveAppend(out_.lineage, base_->lineage);
    MoveAppend(out_.evidence, base_->evidence);
    const auto modality_of = [](const Reconciliation& of) {
      const auto found = of.measured.find(rules::v1::FactId::modality);
      return found == of.measured.end() ? nullptr : &found->second;
    };
    Measured modality = CombineModality(view_, modality_of(out_), modality_of(*base_), gathered_.multimodal_base);
    out_.measured.erase(rules::v1::FactId::modality);
    if (!modality.values.empty()) out_.measured[rules::v1::FactId::modality] = std::move(modality);
  }

  bool BaseStandsFor(const License* license) const {
    return base_.has_value() && std::any_of(base_->standing.begin(), base_->standing.end(),
                                            [&](const Standing& standing) { return standing.license == license; });
  }

  bool BaseHasText(const License* license, bool bare) const {
    if (!base_.has_value()) return false;
    return std::any_of(base_->standing.begin(), base_->standing.end(), [&](const Standing& standing) {
      if (standing.license != license || standing.match == v1::Match::MATCH_UNSPECIFIED) return false;
      const bool whole = standing.match == v1::Match::EXACT || standing.match == v1::Match::EQUIVALENT;
      return !bare || (whole && !standing.blocked_by_residue);
    });
  }

  template <typename T>
  static void MoveAppend(std::vector<T>& to, std::vector<T>& from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  }

  static void Append(std::vector<v1::Finding>& to, std::vector<v1::Finding> from) {
    for (auto& finding : from) to.push_back(std::move(finding));
  }

  static bool IsSet(const Claim& claim) { return claim.licenses.size() > 1; }

  // A bare text of one member settles a set; nothing else does. That of the base that was given settles a declared
  // base.
  bool SettledByText(const Claim& claim) const {
    if (claim.source == ClaimSource::kBase &&
        std::any_of(claim.licenses.begin(), claim.licenses.end(),
                    [&](const License* license) { return BaseHasText(license, /*bare=*/true); })) {
      return true;
    }
    return std::any_of(gathered_.claims.begin(), gathered_.claims.end(), [&](const Claim& other) {
      return other.source == ClaimSource::kText && other.bare && !IsSet(other) && other.component == claim.component &&
             claim.Names(other.licenses.front());
    });
  }

  void Place(const Claim& claim) {
    if (!IsSet(claim)) {
      // A declared base whose licence the base itself shows is evaluated there.
      if (claim.source == ClaimSource::kBase && BaseStandsFor(claim.licenses.front())) return;
      AddStanding(claim.licenses.front(), claim.component, claim.label, claim.match, claim.evidence);
      const bool whole = claim.match == v1::Match::EXACT || claim.match == v1::Match::EQUIVALENT;
      // Of a text in a program nobody expects that nothing stands beside it.
      if (whole && !claim.bare && claim.component != kPrograms) MarkBlocked(claim.licenses.front(), claim.component);
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
      if (claim.source == ClaimSource::kBase && BaseStandsFor(policy)) continue;
      AddStanding(policy, claim.component, "use policy of " + license.short_id(), v1::Match::MATCH_UNSPECIFIED,
                  claim.evidence);
    }
    for (const auto& reference : license.stacked_licenses()) {
      if (const License* stacked = rules_.LicenseById(reference.short_id())) {
        if (claim.source == ClaimSource::kBase && BaseStandsFor(stacked)) continue;
        AddStanding(stacked, claim.component, "stacked by " + license.short_id(), v1::Match::MATCH_UNSPECIFIED,
                    claim.evidence);
      }
    }
  }

  // A text in a notice file or a program belongs to the parts that it speaks of and is no text of the model's licence.
  bool HasText(const Standing& standing) const {
    return std::any_of(gathered_.claims.begin(), gathered_.claims.end(), [&](const Claim& claim) {
      return claim.source == ClaimSource::kText && claim.Names(standing.license) &&
             (claim.component == standing.component || !IsOfOthers(claim.component));
    });
  }

  void AddMissingTexts() {
    for (const Standing& standing : out_.standing) {
      const License& license = *standing.license;
      if (license.kind() != rules::v1::DocumentKind::license || HasText(standing) ||
          BaseHasText(&license, /*bare=*/false))
        continue;
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
    // A use policy or an addendum grants nothing by itself; an SPDX line speaks for the file it stands in.
    const auto has_claim = [&](std::string_view component) {
      return std::any_of(gathered_.claims.begin(), gathered_.claims.end(), [&](const Claim& claim) {
        return claim.component == component && claim.source != ClaimSource::kIdentifier &&
               std::any_of(claim.licenses.begin(), claim.licenses.end(),
                           [](const License* license) { return license->kind() == rules::v1::DocumentKind::license; });
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
    // What the base's licence says may be repeated beside the adapter.
    if (base_.has_value()) {
      for (const Standing& standing : base_->standing) all.push_back({standing.license, ""});
    }
    return all;
  }

  // A use policy without the licence that incorporates it: somebody's terms are missing here.
  void AddOrphanPolicies() {
    for (const Claim& claim : gathered_.claims) {
      if (claim.source != ClaimSource::kText || claim.licenses.front()->kind() != rules::v1::DocumentKind::use_policy)
        continue;
      const std::vector<EvaluatedLicense> evaluated = EvaluatedLicenses();
      const bool referenced = std::any_of(evaluated.begin(), evaluated.end(), [&](const EvaluatedLicense& other) {
        return std::any_of(
            other.license->use_policies().begin(), other.license->use_policies().end(),
            [&](const auto& reference) { return reference.short_id() == claim.licenses.front()->short_id(); });
      });
      const bool by_family = std::any_of(gathered_.claims.begin(), gathered_.claims.end(), [&](const Claim& other) {
        return std::find(other.use_policies_instead.begin(), other.use_policies_instead.end(),
                         claim.licenses.front()) != other.use_policies_instead.end();
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

  // Rules laid over ours that changed one of ours: whoever reads the decision must not take it for the decision of our
  // rulebook, whether the change loosens or tightens.
  void AddRedefinitions() {
    std::map<std::string, const License*> evaluated;
    for (const EvaluatedLicense& one : EvaluatedLicenses()) evaluated[one.license->id()] = one.license;
    const auto add = [this](const rules::v1::Redefinition& redefined, const License* license) {
      v1::Finding finding = MakeFinding(v1::RULES_REDEFINED, v1::Outcome::NEEDS_REVIEW,
                                        absl::StrFormat("%s is not as our rulebook has it: %s %s",
                                                        license != nullptr ? license->short_id() : "a rule",
                                                        rulebook::PlaceOf(redefined), redefined.difference()),
                                        PlaceInFile("rules/" + redefined.path(), 0, 0, redefined.line()));
      if (license != nullptr) finding.set_license_id(license->id());
      out_.findings.push_back(std::move(finding));
    };
    for (const rules::v1::Redefinition& redefined : rules_.overlay().redefinition()) {
      if (redefined.license_ids().empty()) add(redefined, nullptr);
      for (const std::string& id : redefined.license_ids()) {
        if (const auto found = evaluated.find(id); found != evaluated.end()) add(redefined, found->second);
      }
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
  const DocumentBytes& documents_;
  const rulebook::Rulebook& rules_;
  const v1::Policy& policy_;
  const int depth_;
  const std::vector<SignedRuling>& rulings_;
  const absl::Time at_;
  Gathered gathered_;
  std::optional<Reconciliation> base_;  // marked
  Reconciliation out_;
};

}  // namespace

Reconciliation Reconcile(const v1::Inventory& inventory, const DocumentBytes& documents,
                         const rulebook::Rulebook& rules, const v1::Policy& policy,
                         const std::vector<SignedRuling>& rulings, absl::Time at) {
  const ModelView view(inventory, documents);
  return Reconciler(view, documents, rules, policy, /*depth=*/0, rulings, at).Run();
}

}  // namespace weighbridge::provenance
