// One list of all figures that a profile states, whatever form they were typed in.
#ifndef WEIGHBRIDGE_SERVICES_POLICY_ALL_FIGURES_H_
#define WEIGHBRIDGE_SERVICES_POLICY_ALL_FIGURES_H_

#include <vector>

#include "proto/weighbridge/v1/profile.pb.h"

namespace weighbridge::policy {

// `metrics` and the short forms (monthly_active_users, annual_revenue, monthly_revenue) as Figures, in an order that
// does not depend on the order in the profile. The scope is filled in (none given is product). Nothing is dropped or
// merged.
std::vector<v1::Figure> AllFigures(const v1::Profile& profile);

}  // namespace weighbridge::policy

#endif  // WEIGHBRIDGE_SERVICES_POLICY_ALL_FIGURES_H_
