// Findings about the files themselves: what cannot be measured is never approved.
#ifndef WEIGHBRIDGE_SERVICES_PROVENANCE_FILES_H_
#define WEIGHBRIDGE_SERVICES_PROVENANCE_FILES_H_

#include <vector>

#include "services/provenance/evidence.h"
#include "services/provenance/model_view.h"

namespace weighbridge::provenance {

// Problems of the walk and of reading, formats without a parser, weights without tensors, nothing to scan, several models in one
// folder, unresolved pointers.
std::vector<v1::Finding> FileFindings(const ModelView& view);

}  // namespace weighbridge::provenance

#endif  // WEIGHBRIDGE_SERVICES_PROVENANCE_FILES_H_
