// Restrictions that stand in texts outside any licence: covered by a standing licence, or a finding.
#ifndef WEIGHBRIDGE_SERVICES_PROVENANCE_RESTRICTIONS_H_
#define WEIGHBRIDGE_SERVICES_PROVENANCE_RESTRICTIONS_H_

#include <vector>

#include "proto/weighbridge/rules/v1/license.pb.h"
#include "services/provenance/evidence.h"

namespace weighbridge::provenance {

// A restriction is covered if an evaluated licence has a term of its kind (and of its number, for thresholds): the passage then
// only repeats the licence. Others need review if they restrict, else they are for information. One finding for each passage.
std::vector<v1::Finding> RestrictionFindings(const std::vector<FoundRestriction>& restrictions,
                                             const std::vector<const rules::v1::License*>& licenses);

// True if `license` has a term of the trigger kind; `value` is the number of a threshold in digits, or empty.
bool Covers(const rules::v1::License& license, const std::string& kind, const std::string& value);

}  // namespace weighbridge::provenance

#endif  // WEIGHBRIDGE_SERVICES_PROVENANCE_RESTRICTIONS_H_
