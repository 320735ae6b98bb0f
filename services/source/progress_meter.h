// Turns counts of bytes over time into a rate, an estimate and a line of text. Pure: the clock is an argument.
#ifndef WEIGHBRIDGE_SERVICES_SOURCE_PROGRESS_METER_H_
#define WEIGHBRIDGE_SERVICES_SOURCE_PROGRESS_METER_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace weighbridge::source {

using MonotonicTime = std::chrono::steady_clock::time_point;

// How far a read of many files is.
struct Progress {
  uint64_t bytes_done = 0;
  uint64_t bytes_total = 0;
  size_t files_done = 0;
  size_t files_total = 0;
};

struct Pace {
  double bytes_per_second = 0;                    // recent, smoothed
  std::optional<std::chrono::seconds> remaining;  // rounded up; absent in the first second and while nothing moves
};

// Smooths the rate over about kSmoothing, so that it follows a slow disk but does not jump with each block. Not
// thread-safe.
class ProgressMeter {
 public:
  static constexpr std::chrono::seconds kSmoothing{5};

  explicit ProgressMeter(MonotonicTime start) : start_(start), last_(start) {}

  // `now` and `progress.bytes_done` never decrease.
  Pace Update(MonotonicTime now, const Progress& progress);

 private:
  MonotonicTime start_;
  MonotonicTime last_;
  uint64_t last_bytes_ = 0;
  double rate_ = 0;
};

// "4.20 GB of 15.1 GB, 1.6 GB/s, 7 s left, 3 of 12 files": as many of the parts as fit into `width` columns, from the
// left.
std::string FormatProgress(const Progress& progress, const Pace& pace, size_t width);

// Decimal units with three digits: "999 B", "1.00 kB", "12.3 GB".
std::string FormatBytes(double bytes);

}  // namespace weighbridge::source

#endif  // WEIGHBRIDGE_SERVICES_SOURCE_PROGRESS_METER_H_
