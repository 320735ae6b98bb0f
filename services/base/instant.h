// Instants as this project writes them: RFC 3339, UTC, whole seconds, "2026-11-26T12:00:00Z".
#ifndef WEIGHBRIDGE_SERVICES_BASE_INSTANT_H_
#define WEIGHBRIDGE_SERVICES_BASE_INSTANT_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace weighbridge {

// Parts of a second are cut off.
std::string FormatInstant(absl::Time time);

// Exactly that form and a day that exists; nothing for any other text.
std::optional<absl::Time> ParseInstant(std::string_view text);

// What people type for an end: a span counted from `from` ("90d", "12h", "30m", "5s"), or an instant in any form of
// RFC 3339; nothing for any other text.
std::optional<absl::Time> ParseInstantOrSpan(std::string_view text, absl::Time from);

}  // namespace weighbridge

#endif  // WEIGHBRIDGE_SERVICES_BASE_INSTANT_H_
