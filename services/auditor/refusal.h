// The one form in which hostile input is refused: `field: reason`.
#ifndef WEIGHBRIDGE_SERVICES_AUDITOR_REFUSAL_H_
#define WEIGHBRIDGE_SERVICES_AUDITOR_REFUSAL_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"

namespace weighbridge::auditor {

// INVALID_ARGUMENT "field: reason". `reason` holds no bytes of the input that are not printable.
inline absl::Status Refused(std::string_view field, std::string_view reason) {
  return absl::InvalidArgumentError(absl::StrFormat("%s: %s", field, reason));
}

// "inventory.artifacts[17].path"; without a name "inventory.artifacts[17]".
inline std::string FieldAt(std::string_view list, size_t index, std::string_view name = "") {
  return absl::StrFormat("%s[%d]%s%s", list, index, name.empty() ? "" : ".", name);
}

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_REFUSAL_H_
