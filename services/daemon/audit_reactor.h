// One AuditModel call: takes the parts, runs the audit on a thread of its own, sends progress and results.
#ifndef WEIGHBRIDGE_SERVICES_DAEMON_AUDIT_REACTOR_H_
#define WEIGHBRIDGE_SERVICES_DAEMON_AUDIT_REACTOR_H_

#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"
#include "proto/weighbridge/v1/audit_service.pb.h"
#include "services/auditor/auditor.h"
#include "services/auditor/inventory_upload.h"
#include "services/daemon/backend.h"
#include "services/daemon/call.h"

namespace weighbridge::daemon {

// Owns itself: it lives until gRPC is done with it and its job has ended. Reads come one after the other; the job and
// the writes run beside them.
class AuditReactor : public grpc::ServerBidiReactor<v1::AuditModelRequest, v1::AuditModelResponse>,
                     public std::enable_shared_from_this<AuditReactor> {
 public:
  // Begins to read. The pointer is for gRPC.
  static AuditReactor* Start(Backend& backend, grpc::CallbackServerContext* context);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  AuditReactor(Backend& backend, grpc::CallbackServerContext* context);

  // Takes one message; true if a further one is to be read.
  absl::StatusOr<bool> Take();
  absl::Status TakeStart(const v1::AuditStart& start);
  absl::Status TakePart(size_t bytes);
  absl::Status Submit();

  // The job.
  void Run();
  absl::Status ResolvePaths();
  absl::StatusOr<std::vector<auditor::GateResponse>> Gate();

  void Send(v1::AuditModelResponse response) ABSL_LOCKS_EXCLUDED(mutex_);
  // The status goes out behind what is still to be sent.
  void End(const absl::Status& status) ABSL_LOCKS_EXCLUDED(mutex_);
  void Advance() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  std::shared_ptr<AuditReactor> self_;  // until OnDone
  grpc::CallbackServerContext* const context_;
  Backend& backend_;
  Call call_;
  std::unique_ptr<Uploads::Place> place_;
  std::atomic<bool> cancelled_{false};

  // Of the reads, and then of the job.
  v1::AuditModelRequest request_;
  v1::AuditStart start_;
  bool started_ = false;
  std::optional<auditor::InventoryUpload> upload_;
  auditor::GateRequest gate_;
  std::shared_ptr<const Configuration> configuration_;

  absl::Mutex mutex_;
  std::deque<v1::AuditModelResponse> outgoing_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool broken_ ABSL_GUARDED_BY(mutex_) = false;  // the client does not read any more
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;   // status_ is set
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::Status status_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace weighbridge::daemon

#endif  // WEIGHBRIDGE_SERVICES_DAEMON_AUDIT_REACTOR_H_
