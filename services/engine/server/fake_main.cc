// The engine with the runtime for tests.

#include "services/engine/fake/fake_runtime.h"
#include "services/engine/server/engine_main.h"

int main(int argc, char** argv) {
  return weighbridge::engine::EngineMain(
      argc, argv, [](const std::string&) -> absl::StatusOr<std::unique_ptr<weighbridge::engine::Runtime>> {
        return std::unique_ptr<weighbridge::engine::Runtime>(std::make_unique<weighbridge::engine::FakeRuntime>());
      });
}
