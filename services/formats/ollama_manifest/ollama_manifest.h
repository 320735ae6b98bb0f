// The manifest of a model in an Ollama store: which blobs are the model, and what each is for.
//
// manifests/<host>/<namespace>/<model>/<tag> is a JSON document of an image with one layer for each part; the parts lie
// in blobs/sha256-<hex>. A manifest comes from strangers: a digest becomes a path, so nothing but 64 lower-case
// hexadecimal digits gets out of here.
#ifndef WEIGHBRIDGE_SERVICES_FORMATS_OLLAMA_MANIFEST_OLLAMA_MANIFEST_H_
#define WEIGHBRIDGE_SERVICES_FORMATS_OLLAMA_MANIFEST_OLLAMA_MANIFEST_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/formats/tree/value.h"

namespace weighbridge::formats {

inline constexpr size_t kOllamaManifestBytesMax = 4 << 20;
inline constexpr size_t kOllamaLayersMax = 8192;  // one for each tensor of a large model at most
inline constexpr size_t kMediaTypeBytesMax = 1024;

// What a layer is for, by its media type.
enum class OllamaLayerKind {
  kModel,      // weights, usually GGUF
  kTensor,     // one tensor of a model that is kept tensor by tensor
  kProjector,  // of a model that sees
  kAdapter,
  kTemplate,
  kSystem,
  kParams,
  kMessages,
  kLicense,
  kConfig,   // the image's config
  kForeign,  // a media type that this version does not know
};

struct OllamaLayer {
  OllamaLayerKind kind = OllamaLayerKind::kForeign;
  std::string media_type;  // as written
  std::string sha256;      // 64 lower-case hexadecimal digits
  uint64_t size = 0;       // bytes, as the manifest says; at most 2^63 - 1
  Position at;

  // "blobs/sha256-<hex>", below the folder of the store.
  std::string BlobPath() const { return "blobs/sha256-" + sha256; }
};

struct OllamaManifest {
  OllamaLayer config;
  std::vector<OllamaLayer> layers;  // in the order of the manifest; at least one
};

// INVALID_ARGUMENT with offset, line and column for anything but schema version 2 with a config and layers whose
// digests are sha256 and whose sizes are whole numbers; for duplicate keys, for one digest with two sizes, and for
// anything over a limit of this header. Keys that are not known are passed over.
absl::StatusOr<OllamaManifest> ParseOllamaManifest(std::string_view text);

}  // namespace weighbridge::formats

#endif  // WEIGHBRIDGE_SERVICES_FORMATS_OLLAMA_MANIFEST_OLLAMA_MANIFEST_H_
