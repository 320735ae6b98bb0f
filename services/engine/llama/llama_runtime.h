// The runtime of the shipped engine: llama.cpp.
#ifndef WEIGHBRIDGE_SERVICES_ENGINE_LLAMA_LLAMA_RUNTIME_H_
#define WEIGHBRIDGE_SERVICES_ENGINE_LLAMA_LLAMA_RUNTIME_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "services/engine/runtime.h"

namespace weighbridge::engine {

// `folder` is one that deploy/llama.sh or deploy/build-llama.sh made. Refusal runtime_missing with what to install: the
// libraries are not there, do not fit, or this program was built without their headers. One folder for a process.
absl::StatusOr<std::unique_ptr<Runtime>> OpenLlamaRuntime(const std::string& folder);

// The folder to use: `given` (--llama-dir) if it is not empty, WEIGHBRIDGE_LLAMA_DIR, ../lib/weighbridge/llama beside
// the program, or the user's cache; the last one if there is none.
std::string LlamaFolder(const std::string& given);

}  // namespace weighbridge::engine

#endif  // WEIGHBRIDGE_SERVICES_ENGINE_LLAMA_LLAMA_RUNTIME_H_
