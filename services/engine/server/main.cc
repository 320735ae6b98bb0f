// weighbridge-engine: loads what is approved, and nothing else.

#include "services/engine/llama/llama_runtime.h"
#include "services/engine/server/engine_main.h"

int main(int argc, char** argv) {
  return weighbridge::engine::EngineMain(argc, argv, [](const std::string& given) {
    return weighbridge::engine::OpenLlamaRuntime(weighbridge::engine::LlamaFolder(given));
  });
}
