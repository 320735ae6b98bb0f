// A file of YAML, JSON or textproto as a message, whatever its schema.
#ifndef WEIGHBRIDGE_SERVICES_PROFILE_READ_MESSAGE_H_
#define WEIGHBRIDGE_SERVICES_PROFILE_READ_MESSAGE_H_

#include <cstddef>
#include <string_view>

#include "google/protobuf/message.h"
#include "services/profile/issues.h"
#include "services/profile/mapper.h"

namespace weighbridge::profile {

// A longer file is refused.
inline constexpr size_t kMaxFileBytes = 1 << 20;

// False if nothing can be said of the file's content; the reasons are issues then. True: what could be used stands in
// `message`, and each value that could not is an issue.
bool ReadMessage(std::string_view bytes, std::string_view file_name, google::protobuf::Message* message, Places* places,
                 Issues* issues);

}  // namespace weighbridge::profile

#endif  // WEIGHBRIDGE_SERVICES_PROFILE_READ_MESSAGE_H_
