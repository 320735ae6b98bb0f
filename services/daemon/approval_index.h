// What CheckApprovals answers from: every approval of the database, its envelope verified once, in memory.
#ifndef WEIGHBRIDGE_SERVICES_DAEMON_APPROVAL_INDEX_H_
#define WEIGHBRIDGE_SERVICES_DAEMON_APPROVAL_INDEX_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "db/store/store.h"
#include "proto/weighbridge/v1/approval_service.pb.h"
#include "services/approval/trust.h"

namespace weighbridge::daemon {

// Thread-safe. Nothing is answered from a state that is older than kAgeMax, nor before the first Refresh().
class ApprovalIndex {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds kAgeMax{5};

  // Holds at most `approvals_max`; a database with more makes Refresh() fail.
  explicit ApprovalIndex(size_t approvals_max) : approvals_max_(approvals_max) {}

  // Takes what was recorded since the last call, or everything anew where `trusted` is another object than the last
  // time. On an error everything stays as it was, and grows old. DataLoss: a row that is not that of its envelope.
  absl::Status Refresh(db::Store& store, const std::shared_ptr<const approval::TrustedKeys>& trusted,
                       Clock::time_point now);

  // Nothing was recorded since the last Refresh(), which succeeded: what is known is as of `now`.
  void Confirm(Clock::time_point now);

  // Answers each question as of `instant` (unix seconds). Unavailable if what is known is too old at `now`.
  // `expired_at` becomes the latest end of those that were called expired, if that is later.
  absl::Status Check(const v1::CheckApprovalsRequest& request, int64_t instant, Clock::time_point now,
                     v1::CheckApprovalsResponse& answer, int64_t& expired_at) const;

  size_t size() const;

 private:
  struct Approval {
    std::string id;  // 32 bytes
    v1::Decision decision = v1::DECISION_UNSPECIFIED;
    int64_t not_before = 0, expires = 0;  // both seconds included
    v1::ApprovalScope scope;
    v1::RefusalReason::Value fault = v1::RefusalReason::refusal_reason_unspecified;  // of envelope or statement
    bool revoked = false;
  };
  struct State {
    std::shared_ptr<const approval::TrustedKeys> trusted;
    int64_t last_approval = 0, last_revocation = 0;  // sequences
    std::vector<std::unique_ptr<Approval>> approvals;
    // By id, model, weights and set digest, 32 bytes each; oldest first.
    absl::flat_hash_map<std::string, std::vector<Approval*>> by_digest;
    // Ids, also of approvals whose page has not come yet.
    absl::flat_hash_set<std::string> revoked;
  };

  // Why not, or unspecified.
  static v1::RefusalReason::Value FaultOf(const Approval& approval, const v1::ApprovalQuestion& question,
                                          int64_t instant);
  static absl::StatusOr<std::unique_ptr<Approval>> Verified(const db::ApprovalRow& row,
                                                            const approval::TrustedKeys& trusted, db::Store& store);
  static void Add(const db::ApprovalRow& row, std::unique_ptr<Approval> approval, State& state);
  static void Revoke(const db::RevocationRow& row, State& state);

  const size_t approvals_max_;
  absl::Mutex refresh_mutex_;  // one refresh at a time
  mutable absl::Mutex mutex_;
  State state_ ABSL_GUARDED_BY(mutex_);
  Clock::time_point known_at_ ABSL_GUARDED_BY(mutex_) = Clock::time_point::min();
};

}  // namespace weighbridge::daemon

#endif  // WEIGHBRIDGE_SERVICES_DAEMON_APPROVAL_INDEX_H_
