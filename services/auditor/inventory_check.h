// What stands before everything else when an inventory comes from a stranger.
//
// An inventory is checked for what our own Collect() could have made of some file tree. What only the bytes of a
// weights file could tell (its digest, its size, what its header says) stays the client's word; services/adr says what
// follows from that.
#ifndef WEIGHBRIDGE_SERVICES_AUDITOR_INVENTORY_CHECK_H_
#define WEIGHBRIDGE_SERVICES_AUDITOR_INVENTORY_CHECK_H_

#include "absl/status/status.h"
#include "proto/weighbridge/v1/inventory.pb.h"
#include "services/auditor/documents.h"
#include "services/provenance/model_view.h"

namespace weighbridge::auditor {

inline constexpr uint32_t kInventorySchemaVersion = 1;

// Documents of a model, of its context and of its base: each is a reading of its own.
inline constexpr size_t kInventoryDocumentsBytesMax = 3 * kDocumentsBytesMax;

// OK exactly if Collect() could have returned `inventory` and `documents` for some path; else INVALID_ARGUMENT "field:
// reason", where field is a path such as `inventory.artifacts[17].path` or `documents[3]` and nothing of what was sent
// is repeated unless it is a word of ours. A field that this function does not know is refused, too. Pure; time and
// memory grow with the input alone (a document is hashed once).
absl::Status CheckInventory(const v1::Inventory& inventory, const provenance::DocumentBytes& documents);

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_INVENTORY_CHECK_H_
