#include "services/formats/ollama_manifest/ollama_manifest.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/formats/json/json_reader.h"

namespace weighbridge::formats {
namespace {

constexpr std::string_view kDigestStart = "sha256:";
constexpr size_t kSha256Digits = 64;
constexpr uint64_t kSizeMax = (uint64_t{1} << 63) - 1;

struct KnownType {
  std::string_view media_type;
  OllamaLayerKind kind;
};

constexpr KnownType kLayerTypes[] = {
    {"application/vnd.ollama.image.model", OllamaLayerKind::kModel},
    {"application/vnd.ollama.image.tensor", OllamaLayerKind::kTensor},
    {"application/vnd.ollama.image.projector", OllamaLayerKind::kProjector},
    {"application/vnd.ollama.image.adapter", OllamaLayerKind::kAdapter},
    {"application/vnd.ollama.image.template", OllamaLayerKind::kTemplate},
    {"application/vnd.ollama.image.system", OllamaLayerKind::kSystem},
    {"application/vnd.ollama.image.params", OllamaLayerKind::kParams},
    {"application/vnd.ollama.image.messages", OllamaLayerKind::kMessages},
    {"application/vnd.ollama.image.license", OllamaLayerKind::kLicense},
};
constexpr KnownType kConfigTypes[] = {
    {"application/vnd.docker.container.image.v1+json", OllamaLayerKind::kConfig},
    {"application/vnd.ollama.image.config", OllamaLayerKind::kConfig},
};

// "type/subtype; name=value" means its first part.
std::string_view WithoutParameters(std::string_view media_type) {
  std::string_view type = media_type.substr(0, media_type.find(';'));
  while (!type.empty() && type.back() == ' ') type.remove_suffix(1);
  return type;
}

template <size_t n>
OllamaLayerKind KindOf(std::string_view media_type, const KnownType (&types)[n]) {
  for (const KnownType& known : types) {
    if (WithoutParameters(media_type) == known.media_type) return known.kind;
  }
  return OllamaLayerKind::kForeign;
}

std::string Shown(std::string_view text) { return "\"" + Printable(text.substr(0, 100)) + "\""; }

absl::StatusOr<OllamaLayer> ParseLayer(const Value& value, std::string_view what) {
  if (!value.IsMap()) return Malformed(value.at, absl::StrFormat("%s is a JSON object", what));
  OllamaLayer layer;
  layer.at = value.at;
  const Value* type = value.Find("mediaType");
  if (type == nullptr || !type->IsQuotedString() || type->text.empty()) {
    return Malformed(value.at, absl::StrFormat("no \"mediaType\" of %s", what));
  }
  if (type->text.size() > kMediaTypeBytesMax) return Malformed(type->at, "a media type over the limit of 1024 bytes");
  layer.media_type = type->text;

  const Value* digest = value.Find("digest");
  if (digest == nullptr || !digest->IsQuotedString()) {
    return Malformed(value.at, absl::StrFormat("no \"digest\" of %s", what));
  }
  const std::string_view text = digest->text;
  const std::string_view hex = text.substr(std::min(text.size(), kDigestStart.size()));
  if (text.substr(0, kDigestStart.size()) != kDigestStart || hex.size() != kSha256Digits ||
      hex.find_first_not_of("0123456789abcdef") != std::string_view::npos) {
    return Malformed(digest->at,
                     absl::StrFormat("the digest %s is not sha256: with 64 lower-case digits", Shown(text)));
  }
  layer.sha256 = std::string(hex);

  const Value* size = value.Find("size");
  if (size == nullptr) return Malformed(value.at, absl::StrFormat("no \"size\" of %s", what));
  const std::optional<uint64_t> bytes = size->AsUint();
  if (!bytes.has_value() || *bytes > kSizeMax) return Malformed(size->at, "a size is a whole number of bytes");
  layer.size = *bytes;
  return layer;
}

}  // namespace

absl::StatusOr<OllamaManifest> ParseOllamaManifest(std::string_view text) {
  JsonLimits limits;
  limits.bytes_max = kOllamaManifestBytesMax;
  WB_ASSIGN_OR_RETURN(const Value root, ParseJson(text, limits));
  if (!root.IsMap()) return Malformed(root.at, "a manifest is a JSON object");
  const Value* version = root.Find("schemaVersion");
  if (version == nullptr || version->AsUint() != std::optional<uint64_t>(2)) {
    return Malformed(version == nullptr ? root.at : version->at, "\"schemaVersion\" is not 2");
  }
  const Value* config = root.Find("config");
  const Value* layers = root.Find("layers");
  if (config == nullptr) return Malformed(root.at, "no \"config\"");
  if (layers == nullptr || !layers->IsList() || layers->items.empty()) return Malformed(root.at, "no \"layers\"");
  if (layers->items.size() > kOllamaLayersMax) {
    return Malformed(layers->at, absl::StrFormat("%d layers, the limit is %d", layers->items.size(), kOllamaLayersMax));
  }
  OllamaManifest manifest;
  WB_ASSIGN_OR_RETURN(manifest.config, ParseLayer(*config, "the config"));
  manifest.config.kind = KindOf(manifest.config.media_type, kConfigTypes);
  std::map<std::string, uint64_t> sizes = {{manifest.config.sha256, manifest.config.size}};
  for (const Value& item : layers->items) {
    WB_ASSIGN_OR_RETURN(OllamaLayer layer, ParseLayer(item, "a layer"));
    layer.kind = KindOf(layer.media_type, kLayerTypes);
    if (sizes.emplace(layer.sha256, layer.size).first->second != layer.size) {
      return Malformed(layer.at, "the same digest has another size elsewhere");
    }
    manifest.layers.push_back(std::move(layer));
  }
  return manifest;
}

}  // namespace weighbridge::formats
