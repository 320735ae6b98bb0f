// The seam to an inference library. One real implementation (llama), one for tests (fake).
#ifndef WEIGHBRIDGE_SERVICES_ENGINE_RUNTIME_H_
#define WEIGHBRIDGE_SERVICES_ENGINE_RUNTIME_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/engine/approved_model.h"

namespace weighbridge::engine {

struct LoadOptions {
  uint32_t context_tokens = 0;  // 0: 2048, or the model's own if that is less
  int threads = 0;              // 0: one for each core that this process may use
};

struct Sampling {
  float temperature = 0;  // 0: the most likely token each time
  uint32_t top_k = 0;     // 0: off
  float top_p = 0;        // 0 or 1: off
  float min_p = 0;
  float repeat_penalty = 0;  // 0 or 1: off
  uint32_t seed = 0;
};

struct ChatTurn {
  std::string role;  // "system", "user", "assistant"
  std::string text;
};

struct GenerateOptions {
  std::vector<int32_t> prompt;  // at least one token
  uint32_t tokens_max = 128;
  Sampling sampling;
  const std::atomic<bool>* cancelled = nullptr;  // looked at before each token
};

enum class GenerateEnd { kEndOfText, kTokensMax, kContextFull, kStopped };

// Called for each token with its text: whole UTF-8 characters, so that one token may bring none and the next several.
// False stops.
using TokenSink = std::function<bool(int32_t token, std::string_view text)>;

// A loaded model. Thread-safe: generations may run side by side, up to what `Generate` says.
class Model {
 public:
  virtual ~Model() = default;

  virtual absl::StatusOr<std::vector<int32_t>> Tokenize(std::string_view text, bool add_special) const = 0;
  // The prompt that the model's own template makes of a conversation; FAILED_PRECONDITION if it has none.
  virtual absl::StatusOr<std::string> ApplyChatTemplate(const std::vector<ChatTurn>& turns) const = 0;
  // Each generation begins with an empty context. Equal prompt, options and seed give equal tokens on one machine.
  // Cancelled if `cancelled` was seen; ResourceExhausted if memory is short or the prompt longer than the context.
  virtual absl::StatusOr<GenerateEnd> Generate(const GenerateOptions& options, const TokenSink& sink) = 0;

  virtual uint32_t context_tokens() const = 0;
  virtual std::string Description() const = 0;  // one printable line
};

class Runtime {
 public:
  virtual ~Runtime() = default;
  // Refusals runtime_failed, memory_short, weights_malformed, format_unsupported. The token lives as long as the model
  // needs it.
  virtual absl::StatusOr<std::unique_ptr<Model>> Load(ApprovedModel model, const LoadOptions& options) = 0;
};

}  // namespace weighbridge::engine

#endif  // WEIGHBRIDGE_SERVICES_ENGINE_RUNTIME_H_
