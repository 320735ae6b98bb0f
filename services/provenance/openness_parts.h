// Why open weights are not open source here: which parts of a model, and which freedoms, are known to be there.
#ifndef WEIGHBRIDGE_SERVICES_PROVENANCE_OPENNESS_PARTS_H_
#define WEIGHBRIDGE_SERVICES_PROVENANCE_OPENNESS_PARTS_H_

#include <vector>

#include "proto/weighbridge/rules/v1/license.pb.h"
#include "proto/weighbridge/rules/v1/rulebook.pb.h"
#include "proto/weighbridge/v1/gate.pb.h"
#include "services/provenance/model_view.h"
#include "services/provenance/reconcile.h"
#include "services/rulebook/rulebook.h"

namespace weighbridge::provenance {

// For information: nothing is decided by it, and nothing is taken to be absent because it was not seen.
//
// Weights, code, data, data card and recipe come from the files of the model and from the family's record of its hub
// repository (rules/families), where the layout shows one. The freedoms come from the terms of every licence and use
// policy that stands: a use that one of them bars is no freedom to use, whatever the other licences say; of candidates
// that nobody tells apart it must be so for all. Freedoms are known only where all terms are: a text that is not bare,
// an unknown licence or facts of low confidence leave them unknown.
v1::OpennessStatement StateOpenness(const ModelView& view, const Reconciliation& seen, const rulebook::Rulebook& rules,
                                    v1::Openness openness);

// The same of a row of a family, without files: what is published under its licences, one of which holds, each with its
// use policies.
v1::OpennessStatement StateOpennessOfRow(const rulebook::ModelResolution& row, const rulebook::Rulebook& rules);

}  // namespace weighbridge::provenance

#endif  // WEIGHBRIDGE_SERVICES_PROVENANCE_OPENNESS_PARTS_H_
