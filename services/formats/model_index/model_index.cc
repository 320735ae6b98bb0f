#include "services/formats/model_index/model_index.h"

#include "absl/strings/str_format.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/formats/json/json_reader.h"

namespace weighbridge::formats {

absl::StatusOr<PipelineIndex> ParsePipelineIndex(std::string_view text) {
  WB_ASSIGN_OR_RETURN(const Value root, ParseJson(text));
  if (!root.IsMap()) return Malformed(root.at, "a pipeline index is a JSON object");
  const Value* class_name = root.Find("_class_name");
  if (class_name == nullptr || !class_name->IsQuotedString())
    return Malformed(root.at, "no \"_class_name\" of a pipeline");
  PipelineIndex index;
  index.class_name = class_name->text;
  if (const Value* version = root.Find("_diffusers_version"); version != nullptr && version->IsQuotedString()) {
    index.diffusers_version = version->text;
  }
  for (const Member& member : root.members) {
    // A component is a pair of library and class; other values are settings of the pipeline.
    const Value& pair = member.value;
    if (member.key.empty() || member.key[0] == '_' || !pair.IsList() || pair.items.size() != 2) continue;
    if (!pair.items[0].IsQuotedString() || !pair.items[1].IsQuotedString()) continue;
    if (!IsPlainName(member.key) || member.key.find('/') != std::string::npos || member.key[0] == '.') {
      return Malformed(member.key_at,
                       absl::StrFormat("component \"%s\" is no name of a folder", Printable(member.key)));
    }
    index.components.push_back({member.key, pair.items[0].text, pair.items[1].text, member.key_at});
  }
  return index;
}

}  // namespace weighbridge::formats
