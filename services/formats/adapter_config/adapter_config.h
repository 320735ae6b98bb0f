// adapter_config.json of PEFT: which base model an adapter needs, and what it changes.
#ifndef WEIGHBRIDGE_SERVICES_FORMATS_ADAPTER_CONFIG_ADAPTER_CONFIG_H_
#define WEIGHBRIDGE_SERVICES_FORMATS_ADAPTER_CONFIG_ADAPTER_CONFIG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/formats/tree/value.h"

namespace weighbridge::formats {

struct AdapterValue {
  std::string value;
  Position at;
};

struct AdapterConfig {
  std::optional<AdapterValue> peft_type;                // "LORA"
  std::optional<AdapterValue> base_model_name_or_path;  // hub id or a path; absent, null and "" all mean: not stated
  std::optional<AdapterValue> revision;
  std::optional<uint64_t> r;
  std::optional<double> lora_alpha;
  std::vector<std::string> target_modules;   // a pattern counts as one entry
  std::vector<std::string> modules_to_save;  // modules that the adapter holds whole
};

// INVALID_ARGUMENT with offset, line and column if it is no JSON object or if one of these keys has the wrong type.
absl::StatusOr<AdapterConfig> ParseAdapterConfig(std::string_view text);

}  // namespace weighbridge::formats

#endif  // WEIGHBRIDGE_SERVICES_FORMATS_ADAPTER_CONFIG_ADAPTER_CONFIG_H_
