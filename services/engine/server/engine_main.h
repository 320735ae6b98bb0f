// The program weighbridge-engine, whatever runtime it is linked with.
#ifndef WEIGHBRIDGE_SERVICES_ENGINE_SERVER_ENGINE_MAIN_H_
#define WEIGHBRIDGE_SERVICES_ENGINE_SERVER_ENGINE_MAIN_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "services/engine/runtime.h"

namespace weighbridge::engine {

using RuntimeFactory = std::function<absl::StatusOr<std::unique_ptr<Runtime>>(const std::string& llama_dir)>;

// Parses the command line, serves until SIGTERM or SIGINT, and returns the exit code.
int EngineMain(int argc, char** argv, const RuntimeFactory& runtime);

}  // namespace weighbridge::engine

#endif  // WEIGHBRIDGE_SERVICES_ENGINE_SERVER_ENGINE_MAIN_H_
