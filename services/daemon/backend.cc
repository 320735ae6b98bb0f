#include "services/daemon/backend.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "services/base/status_macros.h"
#include "services/daemon/log.h"

namespace weighbridge::daemon {
namespace {

// Of Housekeep() calls: how often files are looked at, and gauges set.
constexpr int kFilesEvery = 20;
// How often the latest instant is kept in the database.
constexpr int kInstantEvery = 1200;

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
      known_(options.known_max),
      approvals_(options.approvals_max),
      audits_(options.audits_max, options.waiting_max),
      reads_(options.readers, kWaitingReadsMax),
      mutations_(1, kWaitingMutationsMax),
      upkeep_(1, 1),
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
  WB_ASSIGN_OR_RETURN(backend->upkeep_store_, db::Store::Open(StoreOptionsOf(options, db::StoreMode::kReadOnly)));
  WB_RETURN_IF_ERROR(backend->KeepInstant());
  WB_RETURN_IF_ERROR(backend->RefreshApprovals());
  return backend;
}

void Backend::Drain() {
  audits_.Drain();
  reads_.Drain();
  mutations_.Drain();
  upkeep_.Drain();
}

void Backend::RefreshKnown(db::Store& store) {
  const absl::Status refreshed = known_.Refresh(store, cache_.generation());
  if (refreshed.ok() || known_failing_.exchange(true)) return;
  Log(known_.enabled() ? LogLevel::kError : LogLevel::kInfo, "look-ups are not answered from memory",
      {{"error", refreshed.ToString()}});
}

void Backend::Committed() {
  cache_.Invalidate();
  // Before the first filling is done there is nothing to bring up to date, and much to read.
  if (known_.filled()) RefreshKnown(*writer_);
}

void Backend::HousekeepKnown() {
  if (!known_.enabled() || known_.IsUpToDateWith(cache_.generation()) || upkeep_waits_.exchange(true)) return;
  const bool taken = upkeep_.TrySubmit([this](size_t) {
    upkeep_waits_ = false;
    RefreshKnown(*upkeep_store_);
  });
  if (!taken) upkeep_waits_ = false;
}

int64_t Backend::Instant() {
  const int64_t now = absl::ToUnixSeconds(absl::Now());
  int64_t latest = latest_instant_.load();
  while (now > latest && !latest_instant_.compare_exchange_weak(latest, now)) {
  }
  return std::max(now, latest);
}

absl::Status Backend::KeepInstant() {
  const absl::StatusOr<int64_t> kept = writer_->RaiseClockFloor(Instant());
  if (kept.ok() != floor_serving_) {
    Log(kept.ok() ? LogLevel::kInfo : LogLevel::kError,
        kept.ok() ? "the latest instant is kept again" : "the latest instant cannot be kept",
        {{"error", kept.status().ToString()}});
  }
  floor_serving_ = kept.ok();
  if (!kept.ok()) return kept.status();
  kept_instant_ = *kept;
  // One that an earlier process or another one saw.
  int64_t latest = latest_instant_.load();
  while (*kept > latest && !latest_instant_.compare_exchange_weak(latest, *kept)) {
  }
  return absl::OkStatus();
}

void Backend::NoteExpired(int64_t expired_at) {
  if (expired_at >= kept_instant_) keep_wanted_ = true;
}

absl::Status Backend::CheckFloor() const {
  if (floor_serving_) return absl::OkStatus();
  return absl::UnavailableError("the latest instant seen cannot be kept: the database cannot be written");
}

absl::Status Backend::RefreshApprovals() {
  return approvals_.Refresh(*writer_, configuration_->Current()->trusted, ApprovalIndex::Clock::now());
}

void Backend::HousekeepApprovals(bool changed) {
  const auto now = ApprovalIndex::Clock::now();
  const auto trusted = configuration_->Current()->trusted;
  if (!changed && refreshed_with_ == trusted) {
    approvals_.Confirm(now);
    return;
  }
  const bool before = refreshed_with_ != nullptr;
  const absl::Status refreshed = approvals_.Refresh(*watcher_, trusted, now);
  refreshed_with_ = refreshed.ok() ? trusted : nullptr;
  if (before && !refreshed.ok()) Log(LogLevel::kError, "approvals cannot be read", {{"error", refreshed.ToString()}});
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
  if (version.ok()) {
    const bool changed = *version != seen_version_;
    if (changed) cache_.Invalidate();
    HousekeepApprovals(changed);
    HousekeepKnown();
    seen_version_ = *version;
  }
  ++housekeepings_;
  // The database may be locked by another process for a while, and this thread has other things to look after.
  if (housekeepings_ % kInstantEvery == 0 || keep_wanted_.exchange(false)) {
    if (!mutations_.TrySubmit([this](size_t) { KeepInstant().IgnoreError(); })) keep_wanted_ = true;
  }
  if (housekeepings_ % kFilesEvery != 0) return;
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
