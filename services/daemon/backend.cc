#include "services/daemon/backend.h"

#include <unistd.h>

#include <utility>

#include "absl/strings/str_format.h"
#include "services/base/status_macros.h"
#include "services/daemon/log.h"

namespace weighbridge::daemon {
namespace {

// Of Housekeep() calls: how often files are looked at, and gauges set.
constexpr int kFilesEvery = 20;

db::StoreOptions StoreOptionsOf(const ServerOptions& options, db::StoreMode mode) {
  db::StoreOptions store;
  store.path = options.db_path;
  store.mode = mode;
  if (mode == db::StoreMode::kReadOnly) store.cache_max_kib = kReaderCacheKib;
  return store;
}

}  // namespace

Backend::Backend(const ServerOptions& options)
    : options_(options),
      audits_(options.audits_max, options.waiting_max),
      reads_(options.readers, kWaitingReadsMax),
      process_tag_(static_cast<uint32_t>(getpid())) {}

absl::StatusOr<std::unique_ptr<Backend>> Backend::Open(const ServerOptions& options) {
  std::unique_ptr<Backend> backend(new Backend(options));
  WB_ASSIGN_OR_RETURN(backend->configuration_, ConfigurationHolder::Load(options));
  WB_ASSIGN_OR_RETURN(
      backend->writer_,
      db::Store::Open(StoreOptionsOf(options, options.create_db ? db::StoreMode::kCreate : db::StoreMode::kMustExist)));
  for (size_t i = 0; i < options.readers; ++i) {
    WB_ASSIGN_OR_RETURN(std::unique_ptr<db::Store> reader,
                        db::Store::Open(StoreOptionsOf(options, db::StoreMode::kReadOnly)));
    backend->readers_.push_back(std::move(reader));
  }
  WB_ASSIGN_OR_RETURN(backend->watcher_, db::Store::Open(StoreOptionsOf(options, db::StoreMode::kReadOnly)));
  return backend;
}

absl::Status Backend::Reload(std::string_view why) {
  const absl::Status reloaded = configuration_->Reload();
  metrics_.CountReload(reloaded.ok());
  if (reloaded.ok()) {
    const auto now = configuration_->Current();
    Log(LogLevel::kInfo, "configuration loaded",
        {{"why", why}, {"rules_digest", now->rules->digest()}, {"policy_digest", now->policy_digest}});
  } else {
    Log(LogLevel::kError, "configuration refused, the one before stays",
        {{"why", why}, {"error", reloaded.ToString()}});
  }
  return reloaded;
}

void Backend::Housekeep() {
  const absl::StatusOr<int64_t> version = watcher_->DataVersion();
  if (version.ok() != database_serving_) {
    Log(version.ok() ? LogLevel::kInfo : LogLevel::kError,
        version.ok() ? "database answers" : "database does not answer", {{"error", version.status().ToString()}});
  }
  database_serving_ = version.ok();
  if (version.ok() && *version != seen_version_) {
    seen_version_ = *version;
    cache_.Invalidate();
  }
  if (++housekeepings_ % kFilesEvery != 0) return;
  uploads_.ExpireOverdue(Uploads::Clock::now());
  if (configuration_->ChangedFilesRest()) Reload("a file changed").IgnoreError();
  Metrics::Gauges gauges;
  gauges.audits_running = audits_.running();
  gauges.audits_waiting = audits_.waiting();
  gauges.reads_waiting = reads_.waiting();
  gauges.uploads = uploads_.count();
  gauges.upload_bytes = uploads_.bytes();
  gauges.database_serving = database_serving_;
  metrics_.Set(gauges);
}

std::string Backend::NextRequestId() { return absl::StrFormat("%x-%d", process_tag_, next_request_++); }

}  // namespace weighbridge::daemon
