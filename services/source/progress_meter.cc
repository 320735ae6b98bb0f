#include "services/source/progress_meter.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "absl/strings/str_format.h"

namespace weighbridge::source {
namespace {

constexpr double kLongestEstimateSeconds = 100 * 3600.0;  // beyond, an estimate says nothing

std::string FormatRemaining(std::chrono::seconds remaining) {
  const int64_t seconds = remaining.count();
  if (seconds < 60) return absl::StrFormat("%d s left", seconds);
  if (seconds < 3600) return absl::StrFormat("%d min %d s left", seconds / 60, seconds % 60);
  return absl::StrFormat("%d h %d min left", seconds / 3600, seconds / 60 % 60);
}

}  // namespace

std::string FormatBytes(double bytes) {
  static constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  size_t unit = 0;
  // 999.5 and more would print as a four-digit number.
  while (bytes >= 999.5 && unit + 1 < std::size(kUnits)) {
    bytes /= 1000;
    ++unit;
  }
  const int decimals = unit == 0 || bytes >= 99.95 ? 0 : bytes >= 9.995 ? 1 : 2;
  return absl::StrFormat("%.*f %s", decimals, bytes, kUnits[unit]);
}

Pace ProgressMeter::Update(MonotonicTime now, const Progress& progress) {
  using Seconds = std::chrono::duration<double>;
  const double elapsed = Seconds(now - start_).count();
  const double step = Seconds(now - last_).count();
  if (step > 0) {
    const double instant = static_cast<double>(progress.bytes_done - last_bytes_) / step;
    // While less than kSmoothing has passed this is the plain average; later an exponential one.
    const double horizon = std::min<double>(elapsed, Seconds(kSmoothing).count());
    const double weight = elapsed <= Seconds(kSmoothing).count() ? step / elapsed : 1 - std::exp(-step / horizon);
    rate_ += weight * (instant - rate_);
    last_ = now;
    last_bytes_ = progress.bytes_done;
  }
  Pace pace;
  pace.bytes_per_second = rate_;
  if (elapsed >= 1 && rate_ >= 1 && progress.bytes_total >= progress.bytes_done) {
    const double seconds = std::ceil(static_cast<double>(progress.bytes_total - progress.bytes_done) / rate_);
    if (seconds <= kLongestEstimateSeconds) pace.remaining = std::chrono::seconds(static_cast<int64_t>(seconds));
  }
  return pace;
}

std::string FormatProgress(const Progress& progress, const Pace& pace, size_t width) {
  std::string line;
  const auto add = [&](const std::string& part) {
    const size_t with_part = line.size() + (line.empty() ? 0 : 2) + part.size();
    if (with_part > width) {
      width = line.size();  // nothing behind a part that does not fit
      return;
    }
    if (!line.empty()) line += ", ";
    line += part;
  };
  add(FormatBytes(static_cast<double>(progress.bytes_done)) + " of " +
      FormatBytes(static_cast<double>(progress.bytes_total)));
  add(FormatBytes(pace.bytes_per_second) + "/s");
  if (pace.remaining.has_value()) add(FormatRemaining(*pace.remaining));
  add(absl::StrFormat("%d of %d files", progress.files_done, progress.files_total));
  return line;
}

}  // namespace weighbridge::source
