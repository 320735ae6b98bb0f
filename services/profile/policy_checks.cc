#include <map>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "services/policy/facts.h"
#include "services/policy/registry.h"
#include "services/profile/checks.h"
#include "services/profile/suggest.h"

namespace weighbridge::profile {
namespace {

class PolicyCheck {
 public:
  PolicyCheck(const v1::Policy& policy, const Vocabulary& vocabulary, const Places& places, Issues* issues)
      : policy_(policy), vocabulary_(vocabulary), places_(places), issues_(issues) {}

  void Run() {
    for (int i = 0; i < policy_.deny_size(); ++i) CheckRule(policy_.deny(i), absl::StrFormat("deny[%d]", i), false);
    for (int i = 0; i < policy_.review_size(); ++i) {
      CheckRule(policy_.review(i), absl::StrFormat("review[%d]", i), false);
    }
    for (int i = 0; i < policy_.allow_size(); ++i) CheckRule(policy_.allow(i), absl::StrFormat("allow[%d]", i), true);
    if (policy_.allow_only_listed() && policy_.allow().empty()) {
      Add("allow_only_listed", "`allow_only_listed` needs an `allow` list");
    }
    for (int i = 0; i < policy_.or_choices_size(); ++i) {
      CheckLicenseName(policy_.or_choices(i), vocabulary_, places_.Of(absl::StrFormat("or_choices[%d]", i)), issues_);
    }
  }

 private:
  void Add(const std::string& path, const std::string& message) { issues_->Add(places_.Of(path), message); }

  void CheckRule(const v1::PolicyRule& rule, const std::string& path, bool allow) {
    if (rule.license().empty() && rule.openness().empty() && rule.family().empty() && rule.fact().empty()) {
      Add(path, "a rule must say what it applies to: `license`, `openness`, `family` or `fact`");
    }
    if (rule.has_id()) {
      if (rule.id().empty()) Add(path + ".id", "`id` is empty");
      const auto [it, is_new] = ids_.insert({rule.id(), places_.Of(path)});
      if (!is_new) {
        Add(path + ".id", absl::StrFormat("the id `%s` is used twice; first in line %d", rule.id(), it->second.line));
      }
    }
    for (int i = 0; i < rule.license_size(); ++i) {
      CheckLicenseName(rule.license(i), vocabulary_, places_.Of(absl::StrFormat("%s.license[%d]", path, i)), issues_);
    }
    for (int i = 0; i < rule.family_size(); ++i) {
      CheckFamilyName(rule.family(i), vocabulary_, places_.Of(absl::StrFormat("%s.family[%d]", path, i)), issues_);
    }
    const std::map<std::string, std::string> facts(rule.fact().begin(), rule.fact().end());
    for (const auto& [name, joined] : facts) {
      const Place place = places_.Of(path + ".fact." + name);
      const auto id = policy::FactFromName(name);
      if (!id.has_value()) {
        issues_->Add(place, absl::StrFormat("unknown fact `%s`%s", name,
                                            Suggestion(name, FactNames(/*profile_side_only=*/false))));
        continue;
      }
      if (policy::InfoOf(*id).type() == rules::v1::FactType::figure) {
        issues_->Add(place, absl::StrFormat("`%s` is a figure, which a policy cannot match", name));
        continue;
      }
      CheckFactValues(*id, policy::SplitList(joined), vocabulary_, /*groups=*/true, place, issues_);
    }
    if (!rule.has_override()) return;
    if (!allow) {
      Add(path + ".override", "`override` loosens a built-in rule and belongs to `allow` alone");
    } else if (absl::StripAsciiWhitespace(rule.override()).empty()) {
      Add(path + ".override", "`override` must give the reason");
    } else if (rule.license().empty() && rule.openness().empty() && rule.family().empty()) {
      Add(path + ".override", "an override must name a `license`, `family` or `openness`");
    }
  }

  const v1::Policy& policy_;
  const Vocabulary& vocabulary_;
  const Places& places_;
  Issues* issues_;
  std::map<std::string, Place> ids_;
};

}  // namespace

void CheckPolicy(const v1::Policy& policy, const Vocabulary& vocabulary, const Places& places, Issues* issues) {
  PolicyCheck(policy, vocabulary, places, issues).Run();
}

}  // namespace weighbridge::profile
