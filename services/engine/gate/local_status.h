// The state of approvals out of a database on this machine.
#ifndef WEIGHBRIDGE_SERVICES_ENGINE_GATE_LOCAL_STATUS_H_
#define WEIGHBRIDGE_SERVICES_ENGINE_GATE_LOCAL_STATUS_H_

#include <string>
#include <string_view>
#include <vector>

#include "db/store/store.h"
#include "services/engine/gate/status_source.h"

namespace weighbridge::engine {

class LocalStatus final : public StatusSource {
 public:
  // `store` is not owned.
  explicit LocalStatus(db::Store* store) : store_(store) {}
  absl::StatusOr<ApprovalStatus> StatusOf(std::string_view approval_id) override;
  absl::StatusOr<std::vector<std::string>> EnvelopesFor(std::string_view digest) override;

 private:
  db::Store* const store_;
};

}  // namespace weighbridge::engine

#endif  // WEIGHBRIDGE_SERVICES_ENGINE_GATE_LOCAL_STATUS_H_
