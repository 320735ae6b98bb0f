#include "services/base/instant.h"

#include <charconv>
#include <cstdint>
#include <system_error>

namespace weighbridge {
namespace {

constexpr char kForm[] = "%Y-%m-%dT%H:%M:%SZ";
constexpr int64_t kSpanMax = 100000000;  // of its unit

}  // namespace

std::string FormatInstant(absl::Time time) { return absl::FormatTime(kForm, time, absl::UTCTimeZone()); }

std::optional<absl::Time> ParseInstant(std::string_view text) {
  absl::Time time;
  if (!absl::ParseTime(kForm, {text.data(), text.size()}, &time, nullptr)) return std::nullopt;
  // The reader of Abseil takes blanks and days that it carries over.
  if (FormatInstant(time) != text) return std::nullopt;
  return time;
}

std::optional<absl::Time> ParseInstantOrSpan(std::string_view text, absl::Time from) {
  absl::Time time;
  if (absl::ParseTime(absl::RFC3339_full, {text.data(), text.size()}, &time, nullptr)) return time;
  int64_t count = 0;
  const char* const end = text.data() + text.size();
  const std::from_chars_result number = std::from_chars(text.data(), end, count);
  if (number.ec != std::errc() || number.ptr + 1 != end || count <= 0 || count > kSpanMax) return std::nullopt;
  switch (*number.ptr) {
    case 'd':
      return from + absl::Hours(24) * count;
    case 'h':
      return from + absl::Hours(count);
    case 'm':
      return from + absl::Minutes(count);
    case 's':
      return from + absl::Seconds(count);
    default:
      return std::nullopt;
  }
}

}  // namespace weighbridge
