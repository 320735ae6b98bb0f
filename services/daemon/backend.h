// What all handlers share: databases, threads, configuration, counters.
#ifndef WEIGHBRIDGE_SERVICES_DAEMON_BACKEND_H_
#define WEIGHBRIDGE_SERVICES_DAEMON_BACKEND_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "db/store/store.h"
#include "services/daemon/approval_index.h"
#include "services/daemon/configuration.h"
#include "services/daemon/known_index.h"
#include "services/daemon/limits.h"
#include "services/daemon/log_limit.h"
#include "services/daemon/lookup_cache.h"
#include "services/daemon/metrics.h"
#include "services/daemon/options.h"
#include "services/daemon/unix_listener.h"
#include "services/daemon/uploads.h"
#include "services/daemon/worker_pool.h"

namespace weighbridge::daemon {

// Thread-safe. Made once; outlives every call.
class Backend {
 public:
  // Opens the database once for writing and once for each reader, and loads the configuration. Errors as those of
  // db::Store and of ConfigurationHolder::Load.
  static absl::StatusOr<std::unique_ptr<Backend>> Open(const ServerOptions& options);

  const ServerOptions& options() const { return options_; }
  ConfigurationHolder& configuration() { return *configuration_; }
  Metrics& metrics() { return metrics_; }
  Uploads& uploads() { return uploads_; }
  LookupCache& cache() { return cache_; }
  KnownIndex& known() { return known_; }
  // After a commit of this process: what is answered from now on knows of it.
  void Committed();
  ApprovalIndex& approvals() { return approvals_; }
  // Of calls that are refused because the server is busy.
  LogLimit& refusal_log() { return refusal_log_; }

  // Serialises itself; for threads of `audits` and `mutations` alone.
  db::Store& writer() { return *writer_; }
  // Belongs to that thread of `reads`.
  db::Store& reader(size_t worker) { return *readers_[worker]; }

  WorkerPool& audits() { return audits_; }
  WorkerPool& reads() { return reads_; }
  // One thread for what is recorded without an audit: a revocation never waits for models to be hashed.
  WorkerPool& mutations() { return mutations_; }

  // The instant that counts for approvals, unix seconds: the clock, or the latest instant seen where that is later.
  int64_t Instant();
  // An approval with this end was called expired: that instant must outlive the process.
  void NoteExpired(int64_t expired_at);
  // OK if the latest instant can be kept.
  absl::Status CheckFloor() const;
  // After something was recorded about approvals: what is answered from now on knows of it.
  absl::Status RefreshApprovals();

  const UnixListener* unix_listener() const { return unix_listener_; }
  void set_unix_listener(const UnixListener* listener) { unix_listener_ = listener; }

  // Once the server stops: what is new is refused, what runs may end.
  bool stopping() const { return stopping_; }
  void Stop() { stopping_ = true; }
  // Ends the threads: nothing runs, and nothing comes any more.
  void Drain();
  // True while an AuditModel call is open, or anything runs or waits on the threads.
  bool HasWork() const {
    return uploads_.count() + audits_.running() + audits_.waiting() + reads_.running() + reads_.waiting() +
               mutations_.running() + mutations_.waiting() >
           0;
  }

  bool database_serving() const { return database_serving_; }

  // Reads again what SIGHUP and changed files ask for; says so in the log and the counters.
  absl::Status Reload(std::string_view why);

  // Called by one thread many times a second: other processes' writes, changed files, overdue uploads, gauges.
  void Housekeep();

  // "3f2a-17": distinct within this process, and nearly so between processes.
  std::string NextRequestId();

 private:
  explicit Backend(const ServerOptions& options);
  absl::Status KeepInstant();
  void HousekeepApprovals(bool changed);
  void HousekeepKnown();
  void RefreshKnown(db::Store& store);

  const ServerOptions options_;
  std::unique_ptr<ConfigurationHolder> configuration_;
  Metrics metrics_;
  Uploads uploads_;
  LookupCache cache_;
  KnownIndex known_;
  ApprovalIndex approvals_;
  LogLimit refusal_log_;
  std::unique_ptr<db::Store> writer_;
  std::vector<std::unique_ptr<db::Store>> readers_;
  std::unique_ptr<db::Store> watcher_;  // sees the commits of everybody else, the writer above included
  int64_t seen_version_ = 0;
  int housekeepings_ = 0;
  std::shared_ptr<const approval::TrustedKeys> refreshed_with_;  // null: the last refresh failed
  std::atomic<int64_t> latest_instant_{0};
  std::atomic<int64_t> kept_instant_{0};  // of latest_instant_, what is in the database
  std::atomic<bool> keep_wanted_{false};
  std::atomic<bool> floor_serving_{true};
  WorkerPool audits_;
  WorkerPool reads_;
  WorkerPool mutations_;
  std::unique_ptr<db::Store> upkeep_store_;  // of the one thread of upkeep_
  std::atomic<bool> upkeep_waits_{false};
  std::atomic<bool> known_failing_{false};  // it was said once
  WorkerPool upkeep_;
  const UnixListener* unix_listener_ = nullptr;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> database_serving_{true};
  const uint32_t process_tag_;
  std::atomic<uint64_t> next_request_{1};
};

}  // namespace weighbridge::daemon

#endif  // WEIGHBRIDGE_SERVICES_DAEMON_BACKEND_H_
