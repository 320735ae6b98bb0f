// model_index.json of a diffusers pipeline: which folders are its components.
#ifndef WEIGHBRIDGE_SERVICES_FORMATS_MODEL_INDEX_MODEL_INDEX_H_
#define WEIGHBRIDGE_SERVICES_FORMATS_MODEL_INDEX_MODEL_INDEX_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/formats/tree/value.h"

namespace weighbridge::formats {

struct PipelineComponent {
  std::string name;     // also its folder
  std::string library;  // "transformers", "diffusers"
  std::string class_name;
  Position at;
};

struct PipelineIndex {
  std::string class_name;  // "StableDiffusion3Pipeline"
  std::optional<std::string> diffusers_version;
  std::vector<PipelineComponent> components;  // those that are there: [null, null] and null are left out
};

// INVALID_ARGUMENT with offset, line and column if it is no JSON object with a "_class_name", or if a component is
// named like a path.
absl::StatusOr<PipelineIndex> ParsePipelineIndex(std::string_view text);

}  // namespace weighbridge::formats

#endif  // WEIGHBRIDGE_SERVICES_FORMATS_MODEL_INDEX_MODEL_INDEX_H_
