// Bytes of a profile or policy file to a value tree: the one place that knows the readers of YAML and JSON.
#ifndef WEIGHBRIDGE_SERVICES_PROFILE_READ_TREE_H_
#define WEIGHBRIDGE_SERVICES_PROFILE_READ_TREE_H_

#include <optional>
#include <string_view>

#include "services/formats/tree/value.h"
#include "services/profile/issues.h"

namespace weighbridge::profile {

enum class Notation { kYaml, kJson, kTextproto };

// By the ending of the name (.yaml, .yml, .json, .textproto, .txtpb, .pbtxt), else by content: a document that begins
// with "{" is JSON if it reads as such, one with a comment "# proto-message:" or "# proto-file:" in its first lines is
// textproto, all others are YAML.
Notation NotationOf(std::string_view bytes, std::string_view file_name);

// Reads YAML or JSON. Nothing, with an issue, if it cannot be read. An empty file is a null value.
std::optional<formats::Value> ReadTree(std::string_view bytes, Notation notation, Issues* issues);

}  // namespace weighbridge::profile

#endif  // WEIGHBRIDGE_SERVICES_PROFILE_READ_TREE_H_
