// The models of an Ollama store: a manifest and the blobs that it names each.
#ifndef WEIGHBRIDGE_SERVICES_AUDITOR_OLLAMA_MODELS_H_
#define WEIGHBRIDGE_SERVICES_AUDITOR_OLLAMA_MODELS_H_

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"
#include "services/auditor/collected.h"
#include "services/source/fingerprint.h"
#include "services/source/stored_models.h"
#include "services/source/walk.h"

namespace weighbridge::auditor {

// Layers of all manifests that are looked at together.
inline constexpr size_t kOllamaLayersTotalMax = 65536;

// Reads each blob once, however many manifests name it. The artifacts of a model are its manifest and the blobs that
// this names, under their paths in the store (services/adr/2026-11-26-ollama-stores.md). Several manifests without
// `recursive` are one inventory that says so. Errors: Cancelled, ResourceExhausted over the limit, those of Root::Open.
// Throws std::bad_alloc.
absl::StatusOr<std::vector<Collected>> CollectOllama(const source::OllamaStore& store, bool recursive,
                                                     const source::WalkLimits& limits,
                                                     const source::ReadOptions& options);

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_OLLAMA_MODELS_H_
