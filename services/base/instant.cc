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
  constexpr std::string_view kPattern = "0000-00-00T00:00:00Z";
  if (text.size() != kPattern.size()) return std::nullopt;
  // Year, month, day, hour, minute, second.
  int fields[6] = {};
  size_t field = 0;
  for (size_t i = 0; i < kPattern.size(); ++i) {
    const char c = text[i];
    if (kPattern[i] != '0') {
      if (c != kPattern[i]) return std::nullopt;
      ++field;
    } else {
      if (c < '0' || c > '9') return std::nullopt;
      fields[field] = fields[field] * 10 + (c - '0');
    }
  }
  const absl::CivilSecond civil(fields[0], fields[1], fields[2], fields[3], fields[4], fields[5]);
  // A day or second that does not exist is carried over into the next month or minute.
  if (civil.month() != fields[1] || civil.day() != fields[2] || civil.hour() != fields[3] ||
      civil.minute() != fields[4] || civil.second() != fields[5]) {
    return std::nullopt;
  }
  return absl::FromCivil(civil, absl::UTCTimeZone());
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
