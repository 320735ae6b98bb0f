// For events of which there may be thousands a second: one line a second says enough.
#ifndef WEIGHBRIDGE_SERVICES_DAEMON_LOG_LIMIT_H_
#define WEIGHBRIDGE_SERVICES_DAEMON_LOG_LIMIT_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>

namespace weighbridge::daemon {

// Thread-safe, never waits.
class LogLimit {
 public:
  // How many events were held back since the last one that was let through; nullopt if this one is to be held back. The
  // first of each second is let through.
  std::optional<int64_t> Admit(std::chrono::steady_clock::time_point now) {
    const int64_t second = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    int64_t last = last_second_.load(std::memory_order_relaxed);
    if (second <= last || !last_second_.compare_exchange_strong(last, second)) {
      held_back_.fetch_add(1, std::memory_order_relaxed);
      return std::nullopt;
    }
    return held_back_.exchange(0);
  }

 private:
  std::atomic<int64_t> last_second_{std::numeric_limits<int64_t>::min()};
  std::atomic<int64_t> held_back_{0};
};

}  // namespace weighbridge::daemon

#endif  // WEIGHBRIDGE_SERVICES_DAEMON_LOG_LIMIT_H_
