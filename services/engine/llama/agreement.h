// Whether ggml reads a file as our own parser does: what two readers would take differently is not loaded.
#ifndef WEIGHBRIDGE_SERVICES_ENGINE_LLAMA_AGREEMENT_H_
#define WEIGHBRIDGE_SERVICES_ENGINE_LLAMA_AGREEMENT_H_

#ifdef WEIGHBRIDGE_HAS_LLAMA

#include "absl/status/status.h"
#include "services/engine/approved_model.h"
#include "services/engine/llama/library.h"

namespace weighbridge::engine {

// Compares both views of a sealed GGUF: alignment and start of the data; keys with their types, and the values of
// strings and scalars; tensors with names, dimensions, types, sizes and offsets. Refusal weights_malformed names the
// first difference, or says that one of the two does not read it.
absl::Status CheckAgreement(const Library& library, const SealedFile& file);

}  // namespace weighbridge::engine

#endif  // WEIGHBRIDGE_HAS_LLAMA

#endif  // WEIGHBRIDGE_SERVICES_ENGINE_LLAMA_AGREEMENT_H_
