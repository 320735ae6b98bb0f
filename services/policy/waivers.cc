#include "services/policy/waivers.h"

#include "absl/strings/str_format.h"
#include "services/base/instant.h"
#include "services/policy/findings.h"

namespace weighbridge::policy {
namespace {

bool Fits(const v1::Waiver& waiver, const v1::Finding& finding) {
  const bool counts = finding.outcome() == v1::Outcome::VIOLATED || finding.outcome() == v1::Outcome::NEEDS_REVIEW;
  return counts && finding.rule_id() == waiver.rule_id() &&
         (waiver.license_id().empty() || waiver.license_id() == finding.license_id()) &&
         (waiver.component().empty() || waiver.component() == finding.component()) &&
         (waiver.clause().empty() || waiver.clause() == finding.clause());
}

std::string Named(const SignedWaiver& signed_waiver) {
  return absl::StrFormat("the waiver %s by %s for %s", signed_waiver.id.substr(0, 12), signed_waiver.waiver.by(),
                         signed_waiver.waiver.rule_id());
}

v1::Finding Told(v1::RuleId rule, std::string message) {
  v1::Finding finding = MakeFinding(rule, v1::Outcome::INFO, std::move(message));
  finding.set_severity(v1::Severity::WARNING);
  return finding;
}

}  // namespace

bool IsWaivable(std::string_view rule_id) {
  for (const std::string_view prefix : {"file.", "waiver.", "ruling."}) {
    if (rule_id.substr(0, prefix.size()) == prefix) return false;
  }
  return !rule_id.empty();
}

void ApplyWaivers(const std::vector<SignedWaiver>& waivers, absl::Time at, std::vector<v1::Finding>* findings) {
  const size_t found = findings->size();
  for (const SignedWaiver& signed_waiver : waivers) {
    const v1::Waiver& waiver = signed_waiver.waiver;
    if (!IsWaivable(waiver.rule_id())) {
      findings->push_back(Told(v1::WAIVER_INVALID, Named(signed_waiver) + " covers what cannot be waived"));
      continue;
    }
    // What cannot be read as an instant ends at once, and begins never.
    if (at > ParseInstant(waiver.until()).value_or(absl::InfinitePast())) {
      findings->push_back(
          Told(v1::WAIVER_EXPIRED, absl::StrFormat("%s ended on %s", Named(signed_waiver), waiver.until())));
      continue;
    }
    bool used = false;
    if (at >= ParseInstant(waiver.issued_at()).value_or(absl::InfiniteFuture())) {
      for (size_t i = 0; i < found; ++i) {
        v1::Finding& finding = (*findings)[i];
        if (!Fits(waiver, finding)) continue;
        used = true;
        if (finding.waived_by().empty()) {
          finding.set_waived_by(absl::StrFormat("%s until %s: %s (waiver %s)", waiver.by(), waiver.until(),
                                                waiver.reason(), signed_waiver.id.substr(0, 12)));
        }
      }
    }
    if (!used) findings->push_back(Told(v1::WAIVER_UNUSED, Named(signed_waiver) + " fits no finding"));
  }
}

}  // namespace weighbridge::policy
