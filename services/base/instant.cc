#include "services/base/instant.h"

namespace weighbridge {
namespace {

constexpr char kForm[] = "%Y-%m-%dT%H:%M:%SZ";

}  // namespace

std::string FormatInstant(absl::Time time) { return absl::FormatTime(kForm, time, absl::UTCTimeZone()); }

std::optional<absl::Time> ParseInstant(std::string_view text) {
  absl::Time time;
  if (!absl::ParseTime(kForm, {text.data(), text.size()}, &time, nullptr)) return std::nullopt;
  // The reader of Abseil takes blanks and days that it carries over.
  if (FormatInstant(time) != text) return std::nullopt;
  return time;
}

}  // namespace weighbridge
