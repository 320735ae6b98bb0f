#include "services/daemon/uploads.h"

#include <utility>

#include "services/daemon/limits.h"

namespace weighbridge::daemon {

std::unique_ptr<Uploads::Place> Uploads::Enter(Clock::time_point now, std::function<void()> expire) {
  const absl::MutexLock lock(&mutex_);
  if (entries_.size() >= kUploadsMax) return nullptr;
  const uint64_t id = next_id_++;
  entries_[id] = {now, std::move(expire)};
  return std::unique_ptr<Place>(new Place(*this, id));
}

Uploads::Place::~Place() {
  const absl::MutexLock lock(&uploads_.mutex_);
  uploads_.entries_.erase(id_);
  uploads_.bytes_ -= bytes_;
}

bool Uploads::Place::Take(size_t bytes) {
  const absl::MutexLock lock(&uploads_.mutex_);
  if (bytes > kUploadBytesMax - uploads_.bytes_) return false;
  uploads_.bytes_ += bytes;
  bytes_ += bytes;
  return true;
}

void Uploads::Place::Watch(Clock::time_point now) {
  const absl::MutexLock lock(&uploads_.mutex_);
  uploads_.entries_[id_].since = now;
}

void Uploads::Place::Rest() {
  const absl::MutexLock lock(&uploads_.mutex_);
  uploads_.entries_[id_].since.reset();
}

void Uploads::ExpireOverdue(Clock::time_point now) {
  // Called under the lock, so that the place cannot be given back while its upload is told.
  const absl::MutexLock lock(&mutex_);
  for (auto& [id, entry] : entries_) {
    if (!entry.since.has_value() || now - *entry.since < kUploadIdleTime) continue;
    entry.since.reset();
    entry.expire();
  }
}

size_t Uploads::count() const {
  const absl::MutexLock lock(&mutex_);
  return entries_.size();
}

size_t Uploads::bytes() const {
  const absl::MutexLock lock(&mutex_);
  return bytes_;
}

}  // namespace weighbridge::daemon
