// Terms: tests, duties and contradictions of one licence, evaluated.
#ifndef WEIGHBRIDGE_SERVICES_POLICY_TERMS_H_
#define WEIGHBRIDGE_SERVICES_POLICY_TERMS_H_

#include <vector>

#include "absl/time/time.h"
#include "services/policy/duties.h"

namespace weighbridge::policy {

// Appends the findings and obligations of every term of `context.license`.
//   test true: VIOLATED (for effects on commercial use or distribution alone: if that is what the profile does);
//   false: SATISFIED; unknown: NEEDS_REVIEW naming the missing fact. `unless` or an agreement that is held lifts it.
//   effect `duty`: the duties stand when true or unknown, and the finding is a note.
void EvaluateTerms(const DutyContext& context, absl::Time evaluated_at, std::vector<v1::Finding>* findings,
                   std::vector<v1::Obligation>* obligations);

}  // namespace weighbridge::policy

#endif  // WEIGHBRIDGE_SERVICES_POLICY_TERMS_H_
