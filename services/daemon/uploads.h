// Audits that a client feeds or reads: how many, how many bytes they hold together, how long a client may be idle.
#ifndef WEIGHBRIDGE_SERVICES_DAEMON_UPLOADS_H_
#define WEIGHBRIDGE_SERVICES_DAEMON_UPLOADS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace weighbridge::daemon {

// Thread-safe.
class Uploads {
 public:
  using Clock = std::chrono::steady_clock;

  // One upload's place; given back when it is destroyed. Outlived by Uploads.
  class Place {
   public:
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    // Takes room for `bytes` more; false if all uploads together would hold more than kUploadBytesMax.
    [[nodiscard]] bool Take(size_t bytes);

    // The client's turn begins (again): it has kUploadIdleTime until the next call of this or of Rest().
    void Watch(Clock::time_point now);
    // The server's own turn: nothing runs out.
    void Rest();

   private:
    friend class Uploads;
    Place(Uploads& uploads, uint64_t id) : uploads_(uploads), id_(id) {}
    Uploads& uploads_;
    const uint64_t id_;
    size_t bytes_ = 0;
  };

  // Null if there are kUploadsMax already. The client's turn begins. `expire` is called, from ExpireOverdue(), when its
  // time has run out; it must not destroy the place itself.
  std::unique_ptr<Place> Enter(Clock::time_point now, std::function<void()> expire);

  void ExpireOverdue(Clock::time_point now);

  size_t count() const;
  size_t bytes() const;

 private:
  struct Entry {
    std::optional<Clock::time_point> since;
    std::function<void()> expire;
  };
  mutable absl::Mutex mutex_;
  std::map<uint64_t, Entry> entries_ ABSL_GUARDED_BY(mutex_);
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t next_id_ ABSL_GUARDED_BY(mutex_) = 1;
};

}  // namespace weighbridge::daemon

#endif  // WEIGHBRIDGE_SERVICES_DAEMON_UPLOADS_H_
