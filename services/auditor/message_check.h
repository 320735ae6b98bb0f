// What holds for every message of an inventory whatever it means: nothing in it that this version would not look at.
#ifndef WEIGHBRIDGE_SERVICES_AUDITOR_MESSAGE_CHECK_H_
#define WEIGHBRIDGE_SERVICES_AUDITOR_MESSAGE_CHECK_H_

#include <string_view>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace weighbridge::auditor {

// INVALID_ARGUMENT if `message`, which stands at `field`, or a message in it has a field that its schema does not know,
// or a string that is not UTF-8. Messages nest at most kMessageDepthMax deep.
absl::Status CheckMessage(std::string_view field, const google::protobuf::Message& message);

inline constexpr int kMessageDepthMax = 8;

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_MESSAGE_CHECK_H_
