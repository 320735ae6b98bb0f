// A runtime for tests: it loads nothing, and tells what it read through the descriptors it was given.
#ifndef WEIGHBRIDGE_SERVICES_ENGINE_FAKE_FAKE_RUNTIME_H_
#define WEIGHBRIDGE_SERVICES_ENGINE_FAKE_FAKE_RUNTIME_H_

#include <functional>
#include <string>
#include <vector>

#include "services/engine/runtime.h"

namespace weighbridge::engine {

class FakeRuntime final : public Runtime {
 public:
  // Called with the digest of each file's bytes as they were read while loading; may be empty.
  using Witness = std::function<void(const SealedFile& file, const std::string& read_sha256)>;
  explicit FakeRuntime(Witness witness = {}) : witness_(std::move(witness)) {}

  // The model answers with the words "token-0 token-1 ..." and tokenises bytewise.
  absl::StatusOr<std::unique_ptr<Model>> Load(ApprovedModel model, const LoadOptions& options) override;

 private:
  const Witness witness_;
};

}  // namespace weighbridge::engine

#endif  // WEIGHBRIDGE_SERVICES_ENGINE_FAKE_FAKE_RUNTIME_H_
