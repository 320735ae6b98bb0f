// Where the gate learns which approvals there are and whether they still stand: a database, or a server.
#ifndef WEIGHBRIDGE_SERVICES_ENGINE_GATE_STATUS_SOURCE_H_
#define WEIGHBRIDGE_SERVICES_ENGINE_GATE_STATUS_SOURCE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace weighbridge::engine {

struct ApprovalStatus {
  bool revoked = false;
  // The source's own instant, where it has one (a server); else the infinite past. Never trusted to make time go back.
  absl::Time as_of = absl::InfinitePast();
};

// Thread-safe. Errors are refusals: store_unavailable, server_unavailable.
class StatusSource {
 public:
  virtual ~StatusSource() = default;
  // An approval that the source does not know is not revoked: it was given with --approval.
  virtual absl::StatusOr<ApprovalStatus> StatusOf(std::string_view approval_id) = 0;
  // Envelopes of approvals for a model, weights or set digest, newest first; revoked ones too, so that their refusal
  // says so.
  virtual absl::StatusOr<std::vector<std::string>> EnvelopesFor(std::string_view digest) = 0;
};

}  // namespace weighbridge::engine

#endif  // WEIGHBRIDGE_SERVICES_ENGINE_GATE_STATUS_SOURCE_H_
