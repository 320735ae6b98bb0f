#include "services/profile/read_message.h"

#include <optional>

#include "absl/strings/str_format.h"
#include "services/base/utf8.h"
#include "services/profile/read_tree.h"

namespace weighbridge::profile {

bool ReadMessage(std::string_view bytes, std::string_view file_name, google::protobuf::Message* message, Places* places,
                 Issues* issues) {
  if (bytes.size() > kMaxFileBytes) {
    issues->Add({}, absl::StrFormat("the file has %d bytes, over the limit of %d", bytes.size(), kMaxFileBytes));
    return false;
  }
  if (!IsValidUtf8(bytes)) {
    issues->Add({}, "the file is not UTF-8");
    return false;
  }
  const Notation notation = NotationOf(bytes, file_name);
  if (notation == Notation::kTextproto) return MapTextproto(bytes, message, places, issues);
  const std::optional<formats::Value> tree = ReadTree(bytes, notation, issues);
  if (!tree.has_value()) return false;
  MapperOptions options;
  options.quoted_integers = notation == Notation::kJson;
  MapTree(*tree, options, message, places, issues);
  return true;
}

}  // namespace weighbridge::profile
