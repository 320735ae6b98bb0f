#include "services/engine/fake/fake_runtime.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/crypto/sha256.h"

namespace weighbridge::engine {
namespace {

class FakeModel final : public Model {
 public:
  FakeModel(ApprovedModel model, const LoadOptions& options)
      : model_(std::move(model)), context_(options.context_tokens == 0 ? 2048 : options.context_tokens) {}

  absl::StatusOr<std::vector<int32_t>> Tokenize(std::string_view text, bool) const override {
    std::vector<int32_t> tokens;
    for (const char c : text) tokens.push_back(static_cast<uint8_t>(c));
    return tokens;
  }

  absl::StatusOr<std::string> ApplyChatTemplate(const std::vector<ChatTurn>& turns) const override {
    std::string prompt;
    for (const ChatTurn& turn : turns) prompt += turn.role + ": " + turn.text + "\n";
    return prompt;
  }

  absl::StatusOr<GenerateEnd> Generate(const GenerateOptions& options, const TokenSink& sink) override {
    if (options.prompt.size() >= context_) return absl::ResourceExhaustedError("the prompt is longer than the context");
    for (uint32_t i = 0; i < options.tokens_max; ++i) {
      if (options.cancelled != nullptr && options.cancelled->load()) return absl::CancelledError("cancelled");
      if (options.prompt.size() + i >= context_) return GenerateEnd::kContextFull;
      if (!sink(static_cast<int32_t>(i), absl::StrFormat("token-%d ", i))) return GenerateEnd::kStopped;
    }
    return GenerateEnd::kTokensMax;
  }

  uint32_t context_tokens() const override { return context_; }
  std::string Description() const override { return "a fake for tests"; }

 private:
  const ApprovedModel model_;
  const uint32_t context_;
};

absl::StatusOr<std::string> HashOf(const SealedFile& file) {
  Sha256 hash;
  char block[65536];
  for (off_t at = 0;;) {
    const ssize_t got = pread(file.fd.get(), block, sizeof(block), at);
    if (got < 0) return absl::UnavailableError("cannot read " + file.name);
    if (got == 0) return ToHex(hash.Finish());
    hash.Update(block, static_cast<size_t>(got));
    at += got;
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Model>> FakeRuntime::Load(ApprovedModel model, const LoadOptions& options) {
  for (const auto* files : {&model.weights(), &model.adapters()}) {
    for (const SealedFile& file : *files) {
      const absl::StatusOr<std::string> read = HashOf(file);
      if (!read.ok()) return read.status();
      if (witness_) witness_(file, *read);
    }
  }
  return std::unique_ptr<Model>(std::make_unique<FakeModel>(std::move(model), options));
}

}  // namespace weighbridge::engine
