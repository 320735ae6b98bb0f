#include "services/policy/evaluate.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "services/policy/duties.h"
#include "services/policy/figures.h"
#include "services/policy/findings.h"
#include "services/policy/openness.h"
#include "services/policy/policy_rules.h"
#include "services/policy/registry.h"
#include "services/policy/terms.h"

namespace weighbridge::policy {
namespace {

using rules::v1::DocumentKind;
using rules::v1::License;
using v1::Outcome;

bool IsWholeLicense(const License& license) {
  return license.kind() != DocumentKind::use_policy && license.kind() != DocumentKind::addendum;
}

bool CountsAgainst(const v1::Finding& finding) {
  return finding.outcome() != Outcome::SATISFIED && finding.outcome() != Outcome::INFO;
}

// Rule ids that by themselves say why no licence stands.
bool IsLicenseFinding(const v1::Finding& finding) { return finding.rule_id().compare(0, 8, "license.") == 0; }

class Evaluator {
 public:
  explicit Evaluator(const EvaluationInput& input)
      : input_(input),
        profile_(input.profile == nullptr ? v1::Profile() : *input.profile),
        facts_(profile_, input.measured),
        figures_(profile_, input.evaluated_at),
        conditions_(facts_, figures_, input.fields, input.countries) {}

  Evaluation Run() {
    result_.findings = input_.findings;
    result_.obligations = input_.obligations;
    for (const v1::Finding& finding : input_.findings) ObtainText(finding);
    const bool licensed = Standing();
    for (const CandidateSet& set : input_.candidates) Candidates(set);
    if (!licensed && input_.candidates.empty()) NoLicense();
    ApplyPolicy(subjects_, input_.policy, conditions_, &result_.findings);
    result_.openness = Openness();
    ApplyWaivers(input_.waivers, input_.evaluated_at, &result_.findings);
    OrderFindings(&result_.findings);
    OrderObligations(&result_.obligations);
    result_.decision = Decide(result_.findings, result_.obligations, licensed);
    return std::move(result_);
  }

 private:
  DutyContext ContextOf(const License& license) const {
    return DutyContext{&license, &conditions_, &profile_, &input_.exact_strings, ""};
  }

  // The duty that comes with a licence that is named without its text.
  void ObtainText(const v1::Finding& finding) {
    if (finding.rule_id() != InfoOf(v1::LICENSE_TEXT_MISSING).id()) return;
    v1::Obligation obligation;
    obligation.set_kind(v1::ObligationKind::obtain_text);
    obligation.set_trigger("any_use");
    obligation.set_license_id(finding.license_id());
    obligation.set_component(finding.component());
    obligation.set_message("Obtain the licence text and keep it beside the weights: it is named, but not there.");
    obligation.set_clause("whole text");
    for (const StandingLicense& standing : input_.licenses) {
      if (standing.facts == nullptr || standing.facts->id() != finding.license_id()) continue;
      for (const rules::v1::Duty& duty : standing.facts->duties()) {
        if (duty.kind() == v1::ObligationKind::license_copy) obligation.set_clause(duty.clause());
      }
    }
    const auto& kinds = profile_.duties_fulfilled();
    obligation.set_fulfilled(std::find(kinds.begin(), kinds.end(), static_cast<int>(v1::ObligationKind::obtain_text)) !=
                             kinds.end());
    result_.obligations.push_back(std::move(obligation));
  }

  // Evaluates every licence that stands; true if one of them is a whole licence.
  bool Standing() {
    // One licence in one component once, with the evidence of all that names it.
    std::map<std::pair<std::string, std::string>, std::vector<const StandingLicense*>> groups;
    bool licensed = false;
    for (const StandingLicense& standing : input_.licenses) {
      if (standing.facts == nullptr) {
        v1::Finding finding = MakeFinding(v1::LICENSE_UNKNOWN, Outcome::NEEDS_REVIEW,
                                          absl::StrFormat("%s names a licence without known terms", standing.source));
        finding.set_component(standing.component);
        *finding.add_evidence() = standing.evidence;
        result_.findings.push_back(std::move(finding));
        unknown_license_ = true;
        continue;
      }
      groups[{standing.facts->id(), standing.component}].push_back(&standing);
      licensed = licensed || IsWholeLicense(*standing.facts);
    }
    for (const auto& [key, standings] : groups) {
      const License& license = *standings.front()->facts;
      std::vector<v1::Finding> findings;
      std::vector<v1::Obligation> obligations;
      EvaluateTerms(ContextOf(license), input_.evaluated_at, &findings, &obligations);
      for (v1::Finding& finding : findings) {
        finding.set_component(key.second);
        for (const StandingLicense* standing : standings) {
          if (standing->evidence.ByteSizeLong() > 0) *finding.add_evidence() = standing->evidence;
        }
        result_.findings.push_back(std::move(finding));
      }
      for (v1::Obligation& obligation : obligations) {
        obligation.set_component(key.second);
        result_.obligations.push_back(std::move(obligation));
      }
      subjects_.push_back({&license, key.second, license.openness()});
      licenses_.push_back(&license);
    }
    return licensed;
  }

  // What one member of a candidate set would give if it alone held.
  struct Member {
    std::string name;
    v1::Decision decision = v1::DECISION_UNSPECIFIED;
    std::vector<v1::Finding> findings;
    std::vector<v1::Obligation> obligations;
  };

  Member EvaluateMember(const std::vector<const License*>& documents, const std::string& component) {
    Member member;
    std::vector<PolicySubject> subjects;
    bool licensed = false;
    for (const License* license : documents) {
      if (license == nullptr) continue;
      if (IsWholeLicense(*license) && !licensed) {
        member.name = license->short_id().empty() ? license->id() : license->short_id();
        licensed = true;
      }
      EvaluateTerms(ContextOf(*license), input_.evaluated_at, &member.findings, &member.obligations);
      subjects.push_back({license, component, license->openness()});
      licenses_.push_back(license);
    }
    ApplyPolicy(subjects, input_.policy, conditions_, &member.findings);
    for (v1::Finding& finding : member.findings) finding.set_component(component);
    for (v1::Obligation& obligation : member.obligations) obligation.set_component(component);
    member.decision = Decide(member.findings, member.obligations, licensed);
    return member;
  }

  void Candidates(const CandidateSet& set) {
    std::vector<Member> members;
    for (const auto& documents : set.members) members.push_back(EvaluateMember(documents, set.component));
    std::sort(members.begin(), members.end(), [](const Member& a, const Member& b) { return a.name < b.name; });
    const bool denied = !members.empty() && std::all_of(members.begin(), members.end(), [](const Member& member) {
      return member.decision == v1::DENIED;
    });
    std::vector<std::string> named;
    for (const Member& member : members) {
      std::string words = absl::StrFormat("%s (alone: %s", member.name.empty() ? "an unknown licence" : member.name,
                                          v1::Decision_Name(member.decision));
      for (const v1::Finding& finding : member.findings) {
        if (finding.outcome() != Outcome::VIOLATED || finding.clause().empty()) continue;
        words += ", " + ClauseWords(finding.clause());
        break;
      }
      named.push_back(words + ")");
    }
    std::string message = absl::StrFormat("%s stands for several licences", set.name);
    if (!set.source.empty()) message += absl::StrFormat(" (named by %s)", set.source);
    message += named.empty() ? ", none of which is known"
                             : absl::StrFormat("; one of these holds: %s", absl::StrJoin(named, ", "));
    if (denied) message += "; every one of them is denied";
    v1::Finding finding =
        MakeFinding(v1::LICENSE_VERSION_UNKNOWN, denied ? Outcome::VIOLATED : Outcome::NEEDS_REVIEW, message);
    finding.set_component(set.component);
    if (set.evidence.ByteSizeLong() > 0) *finding.add_evidence() = set.evidence;
    result_.findings.push_back(std::move(finding));
    for (Member& member : members) {
      for (v1::Finding& term : member.findings) {
        if (!denied && CountsAgainst(term)) continue;  // told in the message: it hangs on which member holds
        if (!denied && term.outcome() == Outcome::SATISFIED) continue;
        if (set.evidence.ByteSizeLong() > 0) *term.add_evidence() = set.evidence;
        result_.findings.push_back(std::move(term));
      }
      // The union: whichever holds, its duties are among them; each names its licence.
      for (v1::Obligation& obligation : member.obligations) result_.obligations.push_back(std::move(obligation));
    }
  }

  void NoLicense() {
    const bool said = std::any_of(result_.findings.begin(), result_.findings.end(), [](const v1::Finding& finding) {
      return IsLicenseFinding(finding) && CountsAgainst(finding);
    });
    if (!said) {
      result_.findings.push_back(MakeFinding(
          v1::LICENSE_NONE, Outcome::NEEDS_REVIEW,
          input_.licenses.empty() ? "no licence was found, and without one nothing is allowed"
                                  : "only a use policy or an addendum was found, which grants nothing by itself"));
    }
    if (subjects_.empty()) subjects_.push_back({nullptr, "", Openness()});
  }

  v1::Openness Openness() const {
    v1::Openness openness = OpennessOf(licenses_);
    for (const v1::Finding& finding : input_.findings) {
      if (finding.rule_id() == InfoOf(v1::LICENSE_CLOSED).id()) return v1::CLOSED_WEIGHTS;
      if (finding.rule_id() == InfoOf(v1::LICENSE_UNKNOWN).id()) {
        openness = MoreRestrictive(openness, v1::OPENNESS_UNKNOWN);
      }
    }
    return unknown_license_ ? MoreRestrictive(openness, v1::OPENNESS_UNKNOWN) : openness;
  }

  const EvaluationInput& input_;
  const v1::Profile profile_;
  const Facts facts_;
  const Figures figures_;
  const Conditions conditions_;
  std::vector<PolicySubject> subjects_;
  std::vector<const License*> licenses_;
  bool unknown_license_ = false;
  Evaluation result_;
};

}  // namespace

Evaluation Evaluate(const EvaluationInput& input) { return Evaluator(input).Run(); }

}  // namespace weighbridge::policy
