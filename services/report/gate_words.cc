#include "services/report/gate_words.h"

#include <set>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/policy/decide.h"

namespace weighbridge::report {
namespace {

// Digits of a digest that are enough to tell models apart by eye.
constexpr size_t kDigestDigitsShown = 16;

}  // namespace

bool Decides(const v1::Finding& finding) {
  return finding.outcome() != v1::Outcome::SATISFIED && finding.outcome() != v1::Outcome::INFO;
}

bool Waived(const v1::Finding& finding) {
  return !finding.waived_by().empty() && finding.outcome() != v1::Outcome::UNDECIDED;
}

int RankOf(v1::Outcome::Value outcome) {
  switch (outcome) {
    case v1::Outcome::INFO:
      return 0;
    case v1::Outcome::SATISFIED:
      return 1;
    case v1::Outcome::VIOLATED:
      return 3;
    case v1::Outcome::UNDECIDED:
      return 4;
    default:
      return 2;
  }
}

std::string_view OutcomeWord(v1::Outcome::Value outcome) {
  switch (outcome) {
    case v1::Outcome::VIOLATED:
      return "violated";
    case v1::Outcome::UNDECIDED:
      return "cannot be measured";
    case v1::Outcome::SATISFIED:
      return "met";
    case v1::Outcome::INFO:
      return "note";
    default:
      return "needs review";
  }
}

Tone ToneOf(v1::Decision decision) {
  switch (decision) {
    case v1::APPROVED:
    case v1::APPROVED_WITH_CONDITIONS:
      return Tone::kGood;
    case v1::NEEDS_REVIEW:
      return Tone::kCaution;
    default:
      return Tone::kBad;
  }
}

std::string Meaning(v1::Decision decision) {
  switch (decision) {
    case v1::APPROVED:
      return "nothing stands against this use";
    case v1::APPROVED_WITH_CONDITIONS:
      return "this use is permitted while the duties below are kept";
    case v1::NEEDS_REVIEW:
      return "a fact or a person's conclusion is missing";
    case v1::DENIED:
      return "a term is violated";
    case v1::UNDECIDED:
      return "the model could not be measured; nothing may be concluded from this run";
    default:
      return "";
  }
}

std::string PlaceOf(const v1::EvidenceRef& ref) {
  std::string place = Shown(ref.path());
  if (ref.line() > 0) place += absl::StrFormat(":%d", ref.line());
  if (!ref.key().empty()) place += absl::StrFormat("%s(%s)", place.empty() ? "" : " ", Shown(ref.key()));
  return place;
}

std::string PlacesOf(const v1::Finding& finding) {
  std::vector<std::string> places;
  std::set<std::string> seen;
  for (const auto& ref : finding.evidence()) {
    std::string place = PlaceOf(ref);
    if (!place.empty() && seen.insert(place).second) places.push_back(std::move(place));
  }
  return Joined(places, ", ");
}

Names::Names(const v1::GateResult& result) {
  for (const auto& license : result.licenses()) {
    short_ids_[license.license_id()] = license.short_id();
    full_names_[license.license_id()] = license.name();
  }
}

bool Names::Begin(const v1::Finding& finding) const {
  const auto begins = [&](const std::string& name) {
    return !name.empty() && finding.message().rfind(name + ", ", 0) == 0;
  };
  const auto full = full_names_.find(finding.license_id());
  return begins(finding.license_id()) || begins(Of(finding.license_id())) ||
         (full != full_names_.end() && begins(full->second));
}

std::string Names::Of(const std::string& license_id) const {
  const auto found = short_ids_.find(license_id);
  return found == short_ids_.end() || found->second.empty() ? license_id : found->second;
}

std::string TermOf(const v1::Finding& finding, const Names& names) {
  if (names.Begin(finding)) return "";
  std::string term = names.Of(finding.license_id());
  if (!finding.clause().empty()) term += (term.empty() ? "" : ", ") + ClauseWords(finding.clause());
  return term.empty() ? "" : term + ": ";
}

std::string StateOf(const v1::Obligation& duty) {
  if (duty.not_triggered()) return "not triggered";
  if (duty.fulfilled()) return "fulfilled";
  return policy::IsOpen(duty) ? "open" : "recommended";
}

std::string MatchWords(const v1::LicenseSummary& license) {
  std::string text =
      license.match() == v1::Match::MATCH_UNSPECIFIED ? "no text" : v1::Match::Verdict_Name(license.match());
  if (license.blocked_by_residue()) text += ", not bare";
  return text;
}

std::vector<Bans> OpenBans(const v1::GateResult& result) {
  std::map<std::string, std::vector<std::string>> by_license;
  for (const auto& duty : result.obligations()) {
    if (duty.kind() == v1::ObligationKind::prohibited_use && policy::IsOpen(duty))
      by_license[duty.license_id()].push_back(duty.clause());
  }
  std::vector<Bans> bans;
  for (auto& [license, clauses] : by_license) bans.push_back({license, std::move(clauses)});
  return bans;
}

std::string PartWord(v1::OpennessComponent::Value component) {
  if (component == v1::OpennessComponent::code) return "training code";
  if (component == v1::OpennessComponent::data) return "training data";
  std::string word = v1::OpennessComponent::Value_Name(component);
  for (char& c : word) c = c == '_' ? ' ' : c;
  return word;
}

std::string_view StateWord(v1::ComponentState::Value state) {
  switch (state) {
    case v1::ComponentState::PRESENT:
      return "known to be there";
    case v1::ComponentState::ABSENT:
      return "known to be absent";
    default:
      return "not known";
  }
}

std::string HowWords(const v1::OpennessPart& part) {
  std::string places;
  for (const auto& place : part.evidence()) places += (places.empty() ? "" : ", ") + PlaceOf(place);
  return Shown(part.how()) + (places.empty() ? "" : " [" + places + "]");
}

bool Softened(const v1::GateResult& result) {
  const bool soft = result.mode() == "warn" || result.mode() == "audit";
  return soft && (result.decision() == v1::DENIED || result.decision() == v1::NEEDS_REVIEW);
}

std::string ModeNote(const v1::GateResult& result) {
  if (!Softened(result)) return "";
  return absl::StrFormat("mode %s: %s does not stop this run", Shown(result.mode()),
                         v1::Decision_Name(result.decision()));
}

std::string ModelName(const v1::GateResult& result, std::string_view given) {
  if (!given.empty()) return Shown(given);
  if (!result.model().repository().empty()) return Shown(result.model().repository());
  if (!result.model().digest().empty()) return result.model().digest().substr(0, kDigestDigitsShown);
  return "model without digest";
}

}  // namespace weighbridge::report
