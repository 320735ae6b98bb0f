// The effects of a scan in one place: walk, read each byte once, keep what the pure stages need.
#ifndef WEIGHBRIDGE_SERVICES_AUDITOR_COLLECT_H_
#define WEIGHBRIDGE_SERVICES_AUDITOR_COLLECT_H_

#include <string>

#include "absl/status/statusor.h"
#include "proto/weighbridge/v1/inventory.pb.h"
#include "services/auditor/documents.h"
#include "services/provenance/model_view.h"
#include "services/source/fingerprint.h"
#include "services/source/walk.h"

namespace weighbridge::auditor {

// Of the message of one problem, before it is made printable; what is longer is cut.
inline constexpr size_t kProblemMessageBytesMax = 16'384;

struct CollectOptions {
  source::WalkLimits limits;
  source::ReadOptions read;
};

// What a scan saw, ready for Assess() and for storing.
struct Collected {
  v1::Inventory inventory;
  provenance::DocumentBytes documents;
};

// Walks and reads the model at `path`. Everything wrong with single files is a problem of the inventory, so that all of it is
// reported. Errors mean that there is nothing to look at: NotFound (no such path), PermissionDenied, FailedPrecondition (neither
// folder nor file), InvalidArgument (empty path), Cancelled, ResourceExhausted (out of memory). An empty folder is an inventory
// without artifacts.
absl::StatusOr<Collected> Collect(const std::string& path, const CollectOptions& options);

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_COLLECT_H_
