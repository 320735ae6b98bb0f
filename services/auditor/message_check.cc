#include "services/auditor/message_check.h"

#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/unknown_field_set.h"
#include "services/auditor/refusal.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"

namespace weighbridge::auditor {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

absl::Status Check(const std::string& field, const Message& message, int depth) {
  if (depth > kMessageDepthMax) return Refused(field, "messages lie too deep in one another");
  const auto& reflection = *message.GetReflection();
  if (const auto& unknown = reflection.GetUnknownFields(message); !unknown.empty()) {
    return Refused(field, absl::StrFormat("has a field of number %d, which this version does not know",
                                          unknown.field(0).number()));
  }
  std::vector<const FieldDescriptor*> set;
  reflection.ListFields(message, &set);
  for (const FieldDescriptor* one : set) {
    const std::string name = field + "." + one->name();
    const int count = one->is_repeated() ? reflection.FieldSize(message, one) : 1;
    for (int i = 0; i < count; ++i) {
      const std::string at = one->is_repeated() ? FieldAt(name, i) : name;
      if (one->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        WB_RETURN_IF_ERROR(Check(
            at,
            one->is_repeated() ? reflection.GetRepeatedMessage(message, one, i) : reflection.GetMessage(message, one),
            depth + 1));
      } else if (one->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
        std::string scratch;
        const std::string& text = one->is_repeated() ? reflection.GetRepeatedStringReference(message, one, i, &scratch)
                                                     : reflection.GetStringReference(message, one, &scratch);
        if (!IsValidUtf8(text)) return Refused(at, "is not valid UTF-8");
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckMessage(std::string_view field, const Message& message) {
  return Check(std::string(field), message, 0);
}

}  // namespace weighbridge::auditor
