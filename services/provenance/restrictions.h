// Restrictions that stand in texts outside any licence: covered by a standing licence, or a finding.
#ifndef WEIGHBRIDGE_SERVICES_PROVENANCE_RESTRICTIONS_H_
#define WEIGHBRIDGE_SERVICES_PROVENANCE_RESTRICTIONS_H_

#include <string>
#include <string_view>
#include <vector>

#include "proto/weighbridge/rules/v1/license.pb.h"
#include "services/provenance/evidence.h"

namespace weighbridge::provenance {

// A restriction is covered if an evaluated licence has a term of its kind (and of its number, for thresholds): the passage then
// only repeats the licence. Others need review if they restrict, else they are for information. One finding for each passage.
// A restriction is covered by licences of its own component and of the model itself, not by those of other parts.
struct EvaluatedLicense {
  const rules::v1::License* license = nullptr;
  std::string component;
};
std::vector<v1::Finding> RestrictionFindings(const std::vector<FoundRestriction>& restrictions,
                                             const std::vector<EvaluatedLicense>& licenses);

// True if `license` has a term of the trigger kind; `value` is the number of a threshold in digits, or empty. A kind that is not
// known is covered by nothing.
bool Covers(const rules::v1::License& license, std::string_view kind, const std::string& value);

// True if somebody decided what covers this kind (maybe nothing). A test asks for every kind of rules/triggers.textproto.
bool IsKnownTriggerKind(std::string_view kind);

}  // namespace weighbridge::provenance

#endif  // WEIGHBRIDGE_SERVICES_PROVENANCE_RESTRICTIONS_H_
