#include "services/policy/agreements.h"

#include <algorithm>
#include <optional>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "services/policy/period.h"

namespace weighbridge::policy {
namespace {

constexpr char kNoEnd[] = "9999";  // sorts behind every date

std::string Describe(const v1::Agreement& agreement) {
  return absl::StrFormat("agreement with %s (%s, %s)", agreement.licensor(),
                         agreement.reference().empty() ? "no reference stated" : agreement.reference(),
                         agreement.has_until() ? "until " + agreement.until() : "no end date stated");
}

}  // namespace

bool Names(const std::string& name, const rules::v1::License& license) {
  return (!license.id().empty() && absl::EqualsIgnoreCase(name, license.id())) ||
         (!license.short_id().empty() && absl::EqualsIgnoreCase(name, license.short_id()));
}

AgreementAnswer FindAgreement(const v1::Profile& profile, const rules::v1::License& license, absl::Time evaluated_at) {
  AgreementAnswer answer;
  if (license.licensor().empty()) return answer;
  const absl::CivilDay today = absl::ToCivilDay(evaluated_at, absl::UTCTimeZone());
  // Sorted, so that the order of the profile does not matter.
  std::set<std::pair<std::string, std::string>> in_force;
  std::set<std::string> expired;
  std::set<std::string> elsewhere;
  for (const v1::Agreement& agreement : profile.agreements()) {
    if (!absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(agreement.licensor()), license.licensor())) continue;
    const std::optional<absl::CivilDay> until = ParseDay(agreement.until());
    const bool runs = !agreement.has_until() || (until.has_value() && *until >= today);
    if (std::none_of(agreement.covers().begin(), agreement.covers().end(),
                     [&](const std::string& name) { return Names(name, license); })) {
      if (runs) {
        const std::set<std::string> covered(agreement.covers().begin(), agreement.covers().end());
        elsewhere.insert(absl::StrFormat("the %s covers %s, but this clause stands in %s", Describe(agreement),
                                         absl::StrJoin(covered, ", "),
                                         license.short_id().empty() ? license.id() : license.short_id()));
      }
      continue;
    }
    if (runs) {
      in_force.insert({agreement.has_until() ? agreement.until() : kNoEnd, Describe(agreement)});
    } else {
      expired.insert("the " + Describe(agreement) + " has ended");
    }
  }
  if (!in_force.empty()) {
    answer.held = true;
    answer.explanation = in_force.rbegin()->second;
  } else {
    answer.explanation = absl::StrJoin(expired, "; ");
    answer.elsewhere = absl::StrJoin(elsewhere, "; ");
  }
  return answer;
}

}  // namespace weighbridge::policy
