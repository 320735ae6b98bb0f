// What a scan saw of one model, ready for Assess() and for storing.
#ifndef WEIGHBRIDGE_SERVICES_AUDITOR_COLLECTED_H_
#define WEIGHBRIDGE_SERVICES_AUDITOR_COLLECTED_H_

#include "proto/weighbridge/v1/inventory.pb.h"
#include "services/provenance/model_view.h"

namespace weighbridge::auditor {

struct Collected {
  v1::Inventory inventory;
  // Of the model, its context and its base.
  provenance::DocumentBytes documents;
};

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_COLLECTED_H_
