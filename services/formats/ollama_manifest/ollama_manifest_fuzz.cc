#include "services/formats/ollama_manifest/ollama_manifest.h"
#include "services/formats/testing/fuzz_target.h"

std::vector<std::string> FuzzSeeds() {
  const std::string hex(64, 'a');
  return {
      R"({"schemaVersion": 2, "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "digest": "sha256:)" +
      hex + R"(", "size": 3}, "layers": [{"mediaType": "application/vnd.ollama.image.model", "digest": "sha256:)" +
      hex + R"(", "size": 3}]})"};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto manifest = weighbridge::formats::ParseOllamaManifest(text);
  FuzzCheckStatuses(manifest.status(), manifest.status());
  // Whatever comes in, what goes out as a path stays in blobs/.
  if (!manifest.ok()) return 0;
  for (const auto& layer : manifest->layers) {
    if (layer.BlobPath().size() != 77 || layer.sha256.find_first_not_of("0123456789abcdef") != std::string::npos)
      __builtin_trap();
  }
  return 0;
}
