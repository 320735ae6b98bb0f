// config.json of a transformers model: what it says about family, base and modality, each value with its place.
#ifndef WEIGHBRIDGE_SERVICES_FORMATS_CONFIG_JSON_CONFIG_JSON_H_
#define WEIGHBRIDGE_SERVICES_FORMATS_CONFIG_JSON_CONFIG_JSON_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/formats/modality/modality.h"
#include "services/formats/tree/value.h"

namespace weighbridge::formats {

struct ConfigValue {
  std::string value;
  Position at;
};

// A key, at any depth, that shows a modality, as "text_config.image_token_id".
struct ConfigEvidence {
  std::string key;
  Position at;
};

struct ModelConfig {
  std::optional<ConfigValue> model_type;
  std::vector<ConfigValue> architectures;
  std::optional<ConfigValue>
      name_or_path;  // "_name_or_path": often the base model, sometimes a path of a training machine
  std::optional<ConfigValue> torch_dtype;  // or "dtype" of newer writers
  std::optional<ConfigValue> transformers_version;
  std::optional<ConfigValue> class_name;  // "_class_name" of diffusers components
  // Of the model or its text_config.
  std::optional<uint64_t> vocab_size, hidden_size, intermediate_size, num_hidden_layers;
  std::optional<Position> auto_map;       // the config names code of its own
  std::vector<ConfigEvidence> vision;
  std::vector<ConfigEvidence> audio;
  // What the config alone says: kText needs known text architectures, no code of its own and neither list above.
  Modality modality = Modality::kUnknown;

  bool has_vision() const { return !vision.empty(); }
  bool has_audio() const { return !audio.empty(); }
};

// Reads a config. INVALID_ARGUMENT with offset, line and column if it is no JSON object (json_reader.h; NaN and
// Infinity are accepted) or if a value that matters has the wrong type: a string where a list must stand can be read in
// two ways.
absl::StatusOr<ModelConfig> ParseModelConfig(std::string_view text);

}  // namespace weighbridge::formats

#endif  // WEIGHBRIDGE_SERVICES_FORMATS_CONFIG_JSON_CONFIG_JSON_H_
