// Sources that name different licences for one component.
#ifndef WEIGHBRIDGE_SERVICES_PROVENANCE_CONFLICTS_H_
#define WEIGHBRIDGE_SERVICES_PROVENANCE_CONFLICTS_H_

#include <vector>

#include "proto/weighbridge/v1/gate.pb.h"
#include "services/provenance/evidence.h"

namespace weighbridge::provenance {

struct ConflictReport {
  std::vector<v1::Conflict> conflicts;
  // For information: everything named is evaluated, so the conflict alone changes nothing (DESIGN section 5).
  std::vector<v1::Finding> findings;
};

// Compares the claims of each component by source: text, card, header, base. Two sources disagree if no licence that one of
// them names can be one that the other names. Several licences of one source stand side by side (AND) and do not disagree.
ConflictReport FindConflicts(const std::vector<Claim>& claims);

}  // namespace weighbridge::provenance

#endif  // WEIGHBRIDGE_SERVICES_PROVENANCE_CONFLICTS_H_
