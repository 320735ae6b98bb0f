// Results as JSON (DESIGN section 7): proto3 JSON of the message with proto field names, one object a line.
#ifndef WEIGHBRIDGE_SERVICES_REPORT_JSON_H_
#define WEIGHBRIDGE_SERVICES_REPORT_JSON_H_

#include <string>

#include "google/protobuf/message.h"

namespace weighbridge::report {

// One line without its newline. Enum values by name, 64-bit integers as strings, unset fields left out. Equal messages
// give equal bytes. Strings that are not UTF-8 cannot occur: names and quotes are made printable before they enter a
// message; should one slip through, the result is empty, and callers treat that as an internal error.
std::string ToJson(const google::protobuf::Message& message);

}  // namespace weighbridge::report

#endif  // WEIGHBRIDGE_SERVICES_REPORT_JSON_H_
