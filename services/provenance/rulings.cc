#include "services/provenance/rulings.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/base/instant.h"
#include "services/base/utf8.h"
#include "services/crypto/sha256.h"
#include "services/provenance/conflicts.h"

namespace weighbridge::provenance {
namespace {

// One field of what is hashed, with its length: no two lists of fields read alike.
void Add(std::string_view field, Sha256& hash) { hash.Update(absl::StrFormat("%d:%s,", field.size(), field)); }

std::string_view DigestOfFile(const v1::Inventory& inventory, std::string_view path) {
  for (const auto* artifacts : {&inventory.artifacts(), &inventory.context_artifacts()}) {
    for (const v1::InventoryArtifact& artifact : *artifacts) {
      std::string_view name = path;
      if (artifacts == &inventory.context_artifacts() && name.rfind(kContextMark, 0) == 0)
        name.remove_prefix(kContextMark.size());
      if (artifact.path() == name) return artifact.sha256();
    }
  }
  return "";
}

// Findings that a conclusion about the licence answers.
bool IsQuestion(const v1::Finding& finding) {
  if (finding.outcome() == v1::Outcome::INFO) return false;
  for (const v1::RuleId rule : {v1::LICENSE_UNKNOWN, v1::LICENSE_VERSION_UNKNOWN, v1::LICENSE_AMBIGUOUS_TEXT,
                                v1::LICENSE_POINTER_ONLY, v1::LICENSE_FAMILY_CONTRADICTS, v1::LICENSE_EXCEPTION,
                                v1::LICENSE_TRANSLATION}) {
    if (finding.rule_id() == RuleName(rule)) return true;
  }
  return false;
}

// Findings that only a ruling lets pass to approval, and that stay open for whoever approves.
bool IsChangedText(std::string_view rule_id) {
  for (const v1::RuleId rule :
       {v1::LICENSE_TEXT_NOT_BARE, v1::LICENSE_RESIDUE, v1::LICENSE_TEXT_TRUNCATED, v1::LICENSE_HIDDEN_TEXT}) {
    if (rule_id == RuleName(rule)) return true;
  }
  return false;
}

std::string Named(const SignedRuling& signed_ruling) {
  const v1::Ruling& ruling = signed_ruling.ruling;
  return absl::StrFormat("the ruling %s by %s that %s governs %s", signed_ruling.id.substr(0, 12),
                         Printable(ruling.by()), Printable(ruling.license_id()),
                         ruling.component().empty() ? "the model" : Printable(ruling.component()));
}

class Applier {
 public:
  Applier(absl::Time at, const ModelView& view, const rulebook::Rulebook& rules, Gathered& gathered)
      : at_(at), view_(view), rules_(rules), gathered_(gathered) {
    for (const v1::InventoryArtifact& artifact : view.inventory().artifacts()) artifacts_[artifact.path()] = &artifact;
  }

  void Apply(const SignedRuling& signed_ruling) {
    const v1::Ruling& ruling = signed_ruling.ruling;
    const rules::v1::License* license = rules_.LicenseById(ruling.license_id());
    if (license == nullptr || license->kind() != rules::v1::DocumentKind::license) {
      Tell(v1::RULING_REOPENED, v1::Outcome::NEEDS_REVIEW, signed_ruling,
           "names a licence that the rulebook does not know (any more)");
      return;
    }
    if (StandsOn(gathered_.evidence, view_.inventory(), ruling.component(), *license) != ruling.stands_on()) {
      Tell(v1::RULING_REOPENED, v1::Outcome::NEEDS_REVIEW, signed_ruling,
           "stood on other files, or on other facts of that licence");
      return;
    }
    if (!IsComponent(ruling.component())) {
      Unused(signed_ruling, "is about no component of this model");
      return;
    }
    if (!HasSomethingToSettle(ruling.component())) {
      Unused(signed_ruling, "settles nothing: sources agree");
      return;
    }
    Settle(signed_ruling, *license);
  }

  void Expired(const SignedRuling& signed_ruling) {
    Tell(v1::RULING_EXPIRED, v1::Outcome::INFO, signed_ruling,
         absl::StrFormat("ended on %s", signed_ruling.ruling.until()));
  }

  void Unused(const SignedRuling& signed_ruling, std::string_view why) {
    Tell(v1::RULING_UNUSED, v1::Outcome::INFO, signed_ruling, why);
  }

 private:
  v1::Finding& Tell(v1::RuleId rule, v1::Outcome::Value outcome, const SignedRuling& signed_ruling,
                    std::string_view what) {
    v1::EvidenceRef reference;
    reference.set_key("ruling");
    v1::Finding finding = MakeFinding(
        rule, outcome, absl::StrFormat("%s %s", Named(signed_ruling), std::string(what)), std::move(reference));
    finding.set_component(signed_ruling.ruling.component());
    if (rule != v1::RULING_APPLIED && outcome == v1::Outcome::INFO) finding.set_severity(v1::Severity::WARNING);
    told_.push_back(std::move(finding));
    return told_.back();
  }

  // A finding that names no component belongs to that of the file it was found in.
  std::string ComponentOf(const v1::Finding& finding) const {
    if (!finding.component().empty() || finding.evidence().empty()) return finding.component();
    const auto artifact = artifacts_.find(finding.evidence(0).path());
    return artifact == artifacts_.end() ? "" : view_.SpeaksFor(*artifact->second);
  }

  bool IsComponent(const std::string& component) const {
    if (component.empty()) return true;
    const std::vector<std::string> folders = view_.ComponentsWithWeights();
    return std::find(folders.begin(), folders.end(), component) != folders.end() ||
           std::any_of(gathered_.evidence.begin(), gathered_.evidence.end(),
                       [&](const Evidence& seen) { return seen.component == component; });
  }

  bool HasSomethingToSettle(const std::string& component) const {
    bool has_license = false;
    std::vector<Claim> of_component;
    for (const Claim& claim : gathered_.claims) {
      if (claim.component != component) continue;
      const bool is_license = claim.licenses.front()->kind() == rules::v1::DocumentKind::license;
      has_license = has_license || (is_license && claim.source != ClaimSource::kIdentifier);
      if (claim.licenses.size() > 1) return true;
      of_component.push_back(claim);
    }
    if (!has_license || !FindConflicts(of_component).conflicts.empty()) return true;
    return std::any_of(gathered_.findings.begin(), gathered_.findings.end(), [&](const v1::Finding& finding) {
      return (IsQuestion(finding) || IsChangedText(finding.rule_id())) && ComponentOf(finding) == component;
    });
  }

  void Settle(const SignedRuling& signed_ruling, const rules::v1::License& license) {
    const v1::Ruling& ruling = signed_ruling.ruling;
    // A changed text stays what it is, whichever licence it resembles; a use policy grants nothing that could compete.
    const auto stands = [&](const Claim& claim) {
      const bool whole = claim.match == v1::Match::EXACT || claim.match == v1::Match::EQUIVALENT;
      return claim.component != ruling.component() || (claim.source == ClaimSource::kText && !whole) ||
             claim.source == ClaimSource::kBase ||
             claim.licenses.front()->kind() != rules::v1::DocumentKind::license ||
             (claim.licenses.size() == 1 && claim.licenses.front() == &license);
    };
    auto& claims = gathered_.claims;
    claims.erase(std::remove_if(claims.begin(), claims.end(), [&](const Claim& claim) { return !stands(claim); }),
                 claims.end());
    const bool named = std::any_of(claims.begin(), claims.end(), [&](const Claim& claim) {
      return claim.source != ClaimSource::kIdentifier && claim.component == ruling.component() &&
             claim.licenses.size() == 1 && claim.licenses.front() == &license;
    });
    if (!named) {
      Claim claim;
      claim.source = ClaimSource::kRuling;
      claim.component = ruling.component();
      claim.licenses = {&license};
      claim.label = absl::StrFormat("ruling %s by %s", signed_ruling.id.substr(0, 12), Printable(ruling.by()));
      claim.evidence.set_key("ruling");
      claims.push_back(std::move(claim));
    }
    for (v1::Finding& finding : gathered_.findings) {
      if (!IsQuestion(finding) || ComponentOf(finding) != ruling.component()) continue;
      finding.set_outcome(v1::Outcome::INFO);
      finding.set_severity(v1::Severity::NOTE);
      finding.set_message(absl::StrFormat("%s; settled by the ruling %s", finding.message(),
                                          signed_ruling.id.substr(0, 12)));
    }
    v1::Finding& told = Tell(v1::RULING_APPLIED, v1::Outcome::INFO, signed_ruling,
                             absl::StrFormat("holds: %s", Printable(ruling.reason())));
    told.set_license_id(license.id());
    if (ruling.evidence_sha256().empty()) return;
    v1::EvidenceRef& evidence = *told.add_evidence();
    evidence.set_path(Printable(ruling.evidence_name()));
    evidence.set_key(std::string(kRulingEvidenceKey));
  }

 public:
  // Findings about rulings, in the order they were told.
  std::vector<v1::Finding> TakeTold() { return std::move(told_); }

 private:
  const absl::Time at_;
  const ModelView& view_;
  const rulebook::Rulebook& rules_;
  Gathered& gathered_;
  std::map<std::string, const v1::InventoryArtifact*> artifacts_;
  std::vector<v1::Finding> told_;
};

}  // namespace

std::string StandsOn(const std::vector<Evidence>& evidence, const v1::Inventory& inventory, std::string_view component,
                     const rules::v1::License& license) {
  Sha256 hash;
  Add("weighbridge ruling 1", hash);
  Add(component, hash);
  Add(license.SerializeAsString(), hash);  // no maps in it: one form
  std::vector<std::string> rows;
  for (const Evidence& seen : evidence) {
    if (seen.component != component) continue;
    Sha256 row;
    for (const std::string_view field :
         {EvidenceKindName(seen.kind), std::string_view(seen.path), DigestOfFile(inventory, seen.path),
          std::string_view(seen.key), std::string_view(seen.value)}) {
      Add(field, row);
    }
    for (const std::string& id : seen.license_ids) Add(id, row);
    rows.push_back(ToHex(row.Finish()));
  }
  std::sort(rows.begin(), rows.end());
  for (const std::string& row : rows) Add(row, hash);
  return ToHex(hash.Finish());
}

void ApplyRulings(const std::vector<SignedRuling>& rulings, absl::Time at, const ModelView& view,
                  const rulebook::Rulebook& rules, Gathered& gathered) {
  Applier applier(at, view, rules, gathered);
  std::map<std::string, const SignedRuling*> newest;  // by component, in force
  for (const SignedRuling& signed_ruling : rulings) {
    const v1::Ruling& ruling = signed_ruling.ruling;
    const absl::Time from = ParseInstant(ruling.concluded_at()).value_or(absl::InfiniteFuture());
    // What cannot be read as an instant ends at once.
    const absl::Time until = ruling.until().empty() ? absl::InfiniteFuture()
                                                    : ParseInstant(ruling.until()).value_or(absl::InfinitePast());
    if (at > until) {
      applier.Expired(signed_ruling);
      continue;
    }
    if (at < from) {
      applier.Unused(signed_ruling, "is of a later day");
      continue;
    }
    const SignedRuling*& known = newest[ruling.component()];
    const bool later = known == nullptr || known->ruling.concluded_at() < ruling.concluded_at() ||
                       (known->ruling.concluded_at() == ruling.concluded_at() && known->id < signed_ruling.id);
    if (known != nullptr) applier.Unused(later ? *known : signed_ruling, "was replaced by a newer one");
    if (later) known = &signed_ruling;
  }
  for (const auto& [component, signed_ruling] : newest) applier.Apply(*signed_ruling);
  for (v1::Finding& finding : applier.TakeTold()) gathered.findings.push_back(std::move(finding));
}

}  // namespace weighbridge::provenance
