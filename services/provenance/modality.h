// Facts measured from the model: what it takes beside text, and how it relates to a base.
#ifndef WEIGHBRIDGE_SERVICES_PROVENANCE_MODALITY_H_
#define WEIGHBRIDGE_SERVICES_PROVENANCE_MODALITY_H_

#include <map>
#include <string>
#include <vector>

#include "proto/weighbridge/v1/gate.pb.h"
#include "services/provenance/model_view.h"
#include "services/provenance/reconcile.h"

namespace weighbridge::provenance {

// Vision or audio counts when weights or config show it (a config cannot hide what the weights show); text alone needs
// a config that says so, weights without such tensors and no base that is multimodal (its terms reach what was cut out
// of it); everything else is left out, that is, unknown (DESIGN section 3).
std::map<rules::v1::FactId::Value, Measured> MeasureModel(const ModelView& view,
                                                          const std::vector<v1::LineageLink>& lineage,
                                                          const std::string& multimodal_base = {});

// What an adapter and the base that it is put on take together; no values if that is unknown. Null is unknown. What one
// of them shows, both take; text alone needs a base that says so and an adapter that shows nothing else.
Measured CombineModality(const ModelView& adapter, const Measured* own, const Measured* base,
                         const std::string& multimodal_base);

}  // namespace weighbridge::provenance

#endif  // WEIGHBRIDGE_SERVICES_PROVENANCE_MODALITY_H_
