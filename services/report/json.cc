#include "services/report/json.h"

#include <memory>

#include "google/protobuf/util/json_util.h"

namespace weighbridge::report {

std::string ToJson(const google::protobuf::Message& message) {
  // The printer drops malformed bytes without a word, and the name of another file would be shown; reading back refuses
  // them.
  const std::unique_ptr<google::protobuf::Message> copy(message.New());
  if (!copy->ParseFromString(message.SerializeAsString())) return "";
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(message, &json, options).ok()) return "";
  return json;
}

}  // namespace weighbridge::report
