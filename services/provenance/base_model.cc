#include "services/provenance/base_model.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/base/utf8.h"
#include "services/provenance/license_names.h"
#include "services/provenance/metadata_evidence.h"

namespace weighbridge::provenance {
namespace {

constexpr std::string_view kBase = "base";

void Mark(v1::EvidenceRef& ref) {
  if (!ref.path().empty()) ref.set_path(std::string(kBaseMark) + ref.path());
}

std::string Marked(const std::string& text) { return std::string(kBaseMark) + " " + text; }

// A name of the hub's form, for comparing; empty for anything else.
std::string Comparable(std::string_view name) { return TrimmedLower(HubIdOf(name)); }

}  // namespace

std::string BaseComponent(const std::string& component) {
  return component.empty() ? std::string(kBase) : std::string(kBaseMark) + component;
}

void MarkAsBase(Reconciliation& base) {
  for (Standing& standing : base.standing) {
    standing.component = BaseComponent(standing.component);
    standing.source = Marked(standing.source);
    Mark(standing.evidence);
  }
  for (OpenSet& set : base.open_sets) {
    set.component = BaseComponent(set.component);
    set.name = Marked(set.name);
    Mark(set.evidence);
  }
  for (v1::Conflict& conflict : base.conflicts) conflict.set_message(Marked(conflict.message()));
  for (v1::Finding& finding : base.findings) {
    finding.set_component(BaseComponent(finding.component()));
    finding.set_message(Marked(finding.message()));
    for (v1::EvidenceRef& ref : *finding.mutable_evidence()) Mark(ref);
  }
  for (v1::LineageLink& link : base.lineage) link.set_how(Marked(link.how()));
  for (Evidence& evidence : base.evidence) {
    evidence.component = BaseComponent(evidence.component);
    if (!evidence.path.empty()) evidence.path = std::string(kBaseMark) + evidence.path;
  }
}

std::vector<Claim> ClaimsOfBase(const Reconciliation& base) {
  std::vector<Claim> claims;
  const auto add = [&](std::vector<const rules::v1::License*> licenses, const std::string& label,
                       const v1::EvidenceRef& place) {
    Claim claim;
    claim.source = ClaimSource::kBase;
    claim.licenses = std::move(licenses);
    claim.label = label;
    claim.evidence = place;
    claims.push_back(std::move(claim));
  };
  for (const Standing& standing : base.standing) {
    if (standing.license->kind() == rules::v1::DocumentKind::license && !IsOfOthers(standing.component)) {
      add({standing.license}, standing.source, standing.evidence);
    }
  }
  for (const OpenSet& set : base.open_sets) {
    std::vector<const rules::v1::License*> licenses;
    for (const auto& member : set.members) licenses.push_back(member.front());
    add(std::move(licenses), set.name, set.evidence);
  }
  return claims;
}

v1::LineageLink LinkToBase(const v1::Inventory& inventory, const Reconciliation& base) {
  v1::LineageLink link;
  link.set_relation("adapter");
  const std::string& repository = inventory.base().repository();
  link.set_base_model(repository.empty() ? "the base that was given" : Printable(repository));
  link.set_how(inventory.base_digest().empty() ? "given with --base and measured"
                                               : "given by its digest, from an earlier audit");
  std::set<std::string> ids;
  for (const Claim& claim : ClaimsOfBase(base)) {
    for (const auto* license : claim.licenses) ids.insert(license->id());
  }
  if (ids.size() == 1) link.set_license_id(*ids.begin());
  return link;
}

void CompareWithDeclared(const ModelView& view, const ModelView& base, const rulebook::Rulebook& rules,
                         Gathered& gathered) {
  if (!view.IsAdapter()) {
    gathered.findings.push_back(
        MakeFinding(v1::LINEAGE_DECLARED, v1::Outcome::INFO,
                    "a base was given, and nothing here shows an adapter: its terms are evaluated all the same"));
  }
  std::set<std::string> declared;
  for (const v1::LineageLink& link : gathered.lineage) {
    const std::string id = Comparable(link.base_model());
    declared.insert(id.empty() ? link.base_model() : id);
  }
  std::vector<Claim> claims;
  for (const Claim& claim : gathered.claims) {
    if (claim.source == ClaimSource::kBase) claims.push_back(claim);
  }
  if (declared.empty()) return;

  // The repository of a hub snapshot is a name of the same kind as those that adapters give; an Ollama name is not.
  const std::string given = base.inventory().layout() == "ollama" ? "" : Comparable(base.inventory().repository());
  std::string differs;
  if (!given.empty() && declared.count(given) == 0) {
    differs = absl::StrFormat("the base that was given is %s", Printable(base.inventory().repository()));
  } else if (given.empty()) {
    // Families whose licences nobody here declared as a base's; without a declared base that is known there is nothing
    // to compare.
    const std::vector<v1::Finding> contradictions = FamilyFindings(base, rules, claims);
    if (!contradictions.empty()) differs = "of the base that was given, " + contradictions.front().message();
  }
  if (!differs.empty()) {
    std::string names;
    for (const std::string& name : declared) names += (names.empty() ? "" : ", ") + name;
    v1::Finding finding = MakeFinding(v1::LINEAGE_BASE_DIFFERS, v1::Outcome::NEEDS_REVIEW,
                                      absl::StrFormat("the adapter names %s as its base; %s", names, differs));
    finding.set_missing_fact("base_model");
    gathered.findings.push_back(std::move(finding));
    return;
  }
  if (declared.size() > 1) return;
  for (v1::Finding& finding : gathered.findings) {
    if (finding.rule_id() != RuleName(v1::LICENSE_BASE_UNRESOLVED)) continue;
    v1::EvidenceRef place = finding.evidence_size() > 0 ? finding.evidence(0) : v1::EvidenceRef();
    const std::string component = finding.component();
    finding = MakeFinding(
        v1::LINEAGE_DECLARED, v1::Outcome::INFO,
        absl::StrFormat("the base model \"%s\" is not in the rulebook; the base that was given stands for it",
                        *declared.begin()),
        std::move(place));
    finding.set_component(component);
  }
}

}  // namespace weighbridge::provenance
