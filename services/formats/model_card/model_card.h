// The front matter of a model card (README.md): YAML between two lines of three dashes. What it declares is evidence,
// not truth. Keys: https://github.com/huggingface/hub-docs, modelcard.md.
#ifndef WEIGHBRIDGE_SERVICES_FORMATS_MODEL_CARD_MODEL_CARD_H_
#define WEIGHBRIDGE_SERVICES_FORMATS_MODEL_CARD_MODEL_CARD_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/formats/tree/value.h"

namespace weighbridge::formats {

inline constexpr uint64_t kFrontMatterBytesMax = 4 << 20;  // gated prompts hold whole licences

// A string with its place in the card.
struct CardValue {
  std::string value;  // as written: empty, blank and upper-case values are kept as they are
  Position at;
};

// Something in legal YAML that is not what the key may hold; the rest of the card stands.
struct CardIssue {
  std::string message;
  Position at;
};

struct ModelCard {
  bool has_front_matter = false;
  uint64_t body_begin = 0;  // offset of the first byte behind the front matter; 0 without one
  // `license`: one entry for a string, one for each of a list, one empty entry for a key without value.
  std::vector<CardValue> licenses;
  std::optional<CardValue> license_name;
  std::optional<CardValue> license_link;
  std::vector<CardValue> base_models;
  std::optional<CardValue> base_model_relation;
  std::optional<CardValue> new_version;
  std::optional<CardValue> library_name;
  std::optional<CardValue> pipeline_tag;
  std::optional<CardValue> extra_gated_prompt;  // often a whole licence text
  std::vector<CardValue> tags;
  std::vector<CardValue> datasets;
  std::vector<CardValue> languages;
  std::vector<CardIssue> issues;
};

// Reads the front matter; the body is left to the classifier. A card without front matter is OK. Front matter that
// starts behind blank lines is read, as hubs do, and is an issue. Front matter that is never closed, is no YAML
// (yaml_reader.h) or is no map is an error with offset, line and column.
absl::StatusOr<ModelCard> ParseModelCard(std::string_view text);

}  // namespace weighbridge::formats

#endif  // WEIGHBRIDGE_SERVICES_FORMATS_MODEL_CARD_MODEL_CARD_H_
