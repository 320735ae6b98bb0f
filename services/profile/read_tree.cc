#include "services/profile/read_tree.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "services/formats/json/json_reader.h"
#include "services/formats/yaml/yaml_reader.h"
#include "services/profile/read_message.h"

namespace weighbridge::profile {
namespace {

constexpr int kDepthMax = 16;              // deeper than any schema here
constexpr uint64_t kElementsMax = 65'536;  // values of any kind
constexpr size_t kHeaderBytes = 512;       // in which a textproto names its schema

// The number behind `word` in "offset 12 (line 2, column 5): reason".
uint32_t NumberAfter(const std::string& text, const std::string& word) {
  const size_t at = text.find(word);
  uint32_t number = 0;
  if (at == std::string::npos) return 0;
  for (size_t i = at + word.size(); i < text.size() && text[i] >= '0' && text[i] <= '9' && number < 100'000'000; ++i) {
    number = number * 10 + static_cast<uint32_t>(text[i] - '0');
  }
  return number;
}

// Puts the reader's error where it belongs: the place in front, the reason alone behind it.
void AddReaderError(const absl::Status& status, Issues* issues) {
  std::string message(status.message());
  Place place;
  if (absl::StartsWith(message, "offset ")) {
    const size_t end = message.find(": ");
    const std::string head = message.substr(0, end);
    place = {NumberAfter(head, "line "), NumberAfter(head, "column ")};
    if (place.line != 0 && end != std::string::npos) message = message.substr(end + 2);
  }
  issues->Add(place, message);
}

absl::StatusOr<formats::Value> ReadJson(std::string_view bytes) {
  formats::JsonLimits limits;
  limits.bytes_max = kMaxFileBytes;
  limits.elements_max = kElementsMax;
  limits.depth_max = kDepthMax;
  return formats::ParseJson(bytes, limits);
}

absl::StatusOr<formats::Value> ReadYaml(std::string_view bytes) {
  formats::YamlLimits limits;
  limits.bytes_max = kMaxFileBytes;
  limits.depth_max = kDepthMax;
  return formats::ParseYaml(bytes, limits);
}

bool OnlySpace(std::string_view bytes) { return bytes.find_first_not_of(" \t\r\n") == std::string_view::npos; }

bool EndsWith(std::string_view name, std::string_view ending) {
  return name.size() >= ending.size() && name.substr(name.size() - ending.size()) == ending;
}

}  // namespace

Notation NotationOf(std::string_view bytes, std::string_view file_name) {
  if (EndsWith(file_name, ".json")) return Notation::kJson;
  if (EndsWith(file_name, ".yaml") || EndsWith(file_name, ".yml")) return Notation::kYaml;
  if (EndsWith(file_name, ".textproto") || EndsWith(file_name, ".txtpb") || EndsWith(file_name, ".pbtxt")) {
    return Notation::kTextproto;
  }
  const size_t start = bytes.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) return Notation::kYaml;
  const std::string_view head = bytes.substr(0, kHeaderBytes);
  if (head.find("# proto-message:") != std::string_view::npos || head.find("# proto-file:") != std::string_view::npos) {
    return Notation::kTextproto;
  }
  if (bytes[start] == '{' && ReadJson(bytes).ok()) return Notation::kJson;
  return Notation::kYaml;
}

std::optional<formats::Value> ReadTree(std::string_view bytes, Notation notation, Issues* issues) {
  if (OnlySpace(bytes)) return formats::Value();
  absl::StatusOr<formats::Value> tree = notation == Notation::kJson ? ReadJson(bytes) : ReadYaml(bytes);
  if (tree.ok()) return *std::move(tree);
  AddReaderError(tree.status(), issues);
  return std::nullopt;
}

}  // namespace weighbridge::profile
