// Agreements: separate licences that the user holds.
#ifndef WEIGHBRIDGE_SERVICES_POLICY_AGREEMENTS_H_
#define WEIGHBRIDGE_SERVICES_POLICY_AGREEMENTS_H_

#include <string>

#include "absl/time/time.h"
#include "proto/weighbridge/rules/v1/license.pb.h"
#include "proto/weighbridge/v1/profile.pb.h"

namespace weighbridge::policy {

struct AgreementAnswer {
  bool held = false;
  // "agreement with Meta (contract 2026-17, until 2027-01-31)"; of one that does not hold: why not. Empty if there is
  // none.
  std::string explanation;
  // Agreements in force with this licensor that cover other documents alone: "the agreement with Meta (...) covers
  // llama-3.2-license-2024, but this clause stands in llama3.2-use-policy". Empty if there are none or one is held.
  std::string elsewhere;
};

// Looks for an agreement whose licensor is the licence's and that covers its id or short id (all without regard to
// case), in force on the day (UTC) of `evaluated_at`, the day `until` included. One without `until` has no end; an
// `until` that is no date has passed. The one that runs longest is named.
AgreementAnswer FindAgreement(const v1::Profile& profile, const rules::v1::License& license, absl::Time evaluated_at);

// True if `name` is the id or short id of the licence, without regard to case.
bool Names(const std::string& name, const rules::v1::License& license);

}  // namespace weighbridge::policy

#endif  // WEIGHBRIDGE_SERVICES_POLICY_AGREEMENTS_H_
