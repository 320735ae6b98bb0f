#include "services/engine/llama/llama_runtime.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/approval/refusal.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/engine/llama/agreement.h"
#include "services/engine/llama/library.h"

namespace weighbridge::engine {
namespace {

constexpr char kVersion[] = "3.22.1";  // of deploy/llama.sh

bool HasLibraries(const std::string& folder) {
  struct stat info = {};
  return stat((folder + "/ABI").c_str(), &info) == 0;
}

}  // namespace

std::string LlamaFolder(const std::string& given) {
  if (!given.empty()) return given;
  const char* named = std::getenv("WEIGHBRIDGE_LLAMA_DIR");
  if (named != nullptr && *named != '\0') return named;
  char self[PATH_MAX] = {};
  if (readlink("/proc/self/exe", self, sizeof(self) - 1) > 0) {
    const std::string program(self);
    const std::string beside = program.substr(0, program.rfind('/')) + "/../lib/weighbridge/llama";
    if (HasLibraries(beside)) return beside;
  }
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  const std::string root =
      cache != nullptr && *cache == '/' ? cache : std::string(home != nullptr ? home : "/nowhere") + "/.cache";
  return root + "/weighbridge/llama/" + kVersion;
}

#ifdef WEIGHBRIDGE_HAS_LLAMA

namespace {

using Reason = v1::RefusalReason;

constexpr uint32_t kContextUsual = 2048;
constexpr int kPenaltyWindow = 64;
constexpr size_t kPieceBytesMax = 4096;

// The last complaint of the library, for the error that follows it.
class Complaints {
 public:
  static void Hear(ggml_log_level level, const char* text, void*) {
    if (level != GGML_LOG_LEVEL_ERROR) return;
    const std::lock_guard<std::mutex> lock(Mutex());
    Last() = text;
  }
  static std::string Take() {
    const std::lock_guard<std::mutex> lock(Mutex());
    std::string last = std::move(Last());
    Last().clear();
    while (!last.empty() && last.back() == '\n') last.pop_back();
    return last.empty() ? "the inference library does not say why" : Printable(last);
  }

 private:
  static std::mutex& Mutex() {
    static auto* const mutex = new std::mutex;
    return *mutex;
  }
  static std::string& Last() {
    static auto* const last = new std::string;
    return *last;
  }
};

std::string PathOf(const SealedFile& file) { return absl::StrFormat("/proc/self/fd/%d", file.fd.get()); }

template <auto Member, typename Type>
struct Free {
  const Library* library = nullptr;
  void operator()(Type* object) const { (library->*Member)(object); }
};
using ModelPointer = std::unique_ptr<llama_model, Free<&Library::llama_model_free, llama_model>>;
using ContextPointer = std::unique_ptr<llama_context, Free<&Library::llama_free, llama_context>>;
using SamplerPointer = std::unique_ptr<llama_sampler, Free<&Library::llama_sampler_free, llama_sampler>>;

// How many bytes of `text` are whole UTF-8 characters; the rest may be the beginning of one.
size_t WholeCharacters(std::string_view text) {
  for (size_t back = 1; back <= std::min<size_t>(3, text.size()); ++back) {
    const auto byte = static_cast<uint8_t>(text[text.size() - back]);
    if ((byte & 0xc0) == 0x80) continue;
    const size_t wants = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return wants > back ? text.size() - back : text.size();
  }
  return text.size();
}

class LlamaModel final : public Model {
 public:
  LlamaModel(const Library& library, ApprovedModel approved, ModelPointer model,
             std::vector<llama_adapter_lora*> adapters, const LoadOptions& options)
      : library_(library), approved_(std::move(approved)), model_(std::move(model)), adapters_(std::move(adapters)) {
    vocab_ = library_.llama_model_get_vocab(model_.get());
    const uint32_t trained = static_cast<uint32_t>(std::max(1, library_.llama_model_n_ctx_train(model_.get())));
    context_tokens_ = std::min(options.context_tokens == 0 ? kContextUsual : options.context_tokens, trained);
    threads_ =
        options.threads > 0 ? options.threads : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  }
  ~LlamaModel() override {
    for (llama_adapter_lora* adapter : adapters_) library_.llama_adapter_lora_free(adapter);
  }

  absl::StatusOr<std::vector<int32_t>> Tokenize(std::string_view text, bool add_special) const override {
    if (text.size() > INT32_MAX / 2) return absl::ResourceExhaustedError("the text is too long");
    std::vector<int32_t> tokens(text.size() + 8);
    const auto run = [&] {
      return library_.llama_tokenize(vocab_, text.data(), static_cast<int32_t>(text.size()), tokens.data(),
                                     static_cast<int32_t>(tokens.size()), add_special, /*parse_special=*/true);
    };
    int32_t count = run();
    if (count < 0 && count != INT32_MIN) {
      tokens.resize(static_cast<size_t>(-count));
      count = run();
    }
    if (count < 0) return absl::InvalidArgumentError("the text cannot be made into tokens");
    tokens.resize(static_cast<size_t>(count));
    return tokens;
  }

  absl::StatusOr<std::string> ApplyChatTemplate(const std::vector<ChatTurn>& turns) const override {
    const char* const chat_template = library_.llama_model_chat_template(model_.get(), nullptr);
    if (chat_template == nullptr) return absl::FailedPreconditionError("the model brings no chat template");
    std::vector<llama_chat_message> messages;
    size_t bytes = 256;
    for (const ChatTurn& turn : turns) {
      messages.push_back({turn.role.c_str(), turn.text.c_str()});
      bytes += turn.role.size() + turn.text.size() + 64;
    }
    std::string prompt;
    for (int round = 0; round < 2; ++round) {
      prompt.resize(bytes);
      const int32_t size =
          library_.llama_chat_apply_template(chat_template, messages.data(), messages.size(), /*add_ass=*/true,
                                             prompt.data(), static_cast<int32_t>(prompt.size()));
      if (size < 0) return absl::FailedPreconditionError("the model's chat template is not one that this engine knows");
      if (static_cast<size_t>(size) <= prompt.size()) {
        prompt.resize(static_cast<size_t>(size));
        return prompt;
      }
      bytes = static_cast<size_t>(size);
    }
    return absl::InternalError("the chat template does not end");
  }

  absl::StatusOr<GenerateEnd> Generate(const GenerateOptions& options, const TokenSink& sink) override {
    if (options.prompt.empty()) return absl::InvalidArgumentError("there is no prompt");
    if (options.prompt.size() >= context_tokens_) {
      return absl::ResourceExhaustedError(absl::StrFormat("the prompt has %d tokens, and the context holds %d",
                                                          options.prompt.size(), context_tokens_));
    }
    for (const int32_t token : options.prompt) {
      if (token < 0 || token >= library_.llama_vocab_n_tokens(vocab_))
        return absl::InvalidArgumentError("the prompt holds a token that is none");
    }
    WB_ASSIGN_OR_RETURN(const ContextPointer context, NewContext(options.cancelled));
    const SamplerPointer sampler = NewSampler(options.sampling);
    std::vector<int32_t> batch = options.prompt;
    size_t used = 0;
    std::string pending;
    for (uint32_t made = 0; made < options.tokens_max; ++made) {
      for (size_t at = 0; at < batch.size(); at += kBatch) {
        if (options.cancelled != nullptr && options.cancelled->load()) return absl::CancelledError("cancelled");
        const auto size = static_cast<int32_t>(std::min(batch.size() - at, kBatch));
        const int32_t code =
            library_.llama_decode(context.get(), library_.llama_batch_get_one(batch.data() + at, size));
        if (code == 2) return absl::CancelledError("cancelled");
        if (code == 1) return GenerateEnd::kContextFull;
        if (code != 0)
          return absl::InternalError(absl::StrFormat("the model cannot be evaluated: %s", Complaints::Take()));
      }
      used += batch.size();
      const llama_token token = library_.llama_sampler_sample(sampler.get(), context.get(), -1);
      if (library_.llama_vocab_is_eog(vocab_, token)) return Flush(pending, token, sink, GenerateEnd::kEndOfText);
      AppendPiece(token, pending);
      const size_t whole = WholeCharacters(pending);
      if (!sink(token, std::string_view(pending).substr(0, whole))) return GenerateEnd::kStopped;
      pending.erase(0, whole);
      if (used + 1 > context_tokens_) return Flush(pending, token, sink, GenerateEnd::kContextFull);
      batch = {token};
    }
    return GenerateEnd::kTokensMax;
  }

  uint32_t context_tokens() const override { return context_tokens_; }
  std::string Description() const override {
    char text[256] = {};
    library_.llama_model_desc(model_.get(), text, sizeof(text));
    return Printable(text);
  }

 private:
  static constexpr size_t kBatch = 512;

  absl::StatusOr<ContextPointer> NewContext(const std::atomic<bool>* cancelled) const {
    llama_context_params params = library_.llama_context_default_params();
    params.n_ctx = context_tokens_;
    params.n_batch = kBatch;
    params.n_threads = params.n_threads_batch = threads_;
    if (cancelled != nullptr) {
      params.abort_callback = [](void* data) { return static_cast<const std::atomic<bool>*>(data)->load(); };
      params.abort_callback_data = const_cast<std::atomic<bool>*>(cancelled);
    }
    ContextPointer context(library_.llama_init_from_model(model_.get(), params), {&library_});
    if (context == nullptr)
      return absl::ResourceExhaustedError(absl::StrFormat("there is no room for a context: %s", Complaints::Take()));
    if (!adapters_.empty()) {
      std::vector<llama_adapter_lora*> adapters = adapters_;
      std::vector<float> scales(adapters.size(), 1.0f);
      if (library_.llama_set_adapters_lora(context.get(), adapters.data(), adapters.size(), scales.data()) != 0) {
        return absl::InternalError("an adapter cannot be laid over the model");
      }
    }
    return context;
  }

  SamplerPointer NewSampler(const Sampling& sampling) const {
    SamplerPointer chain(library_.llama_sampler_chain_init(library_.llama_sampler_chain_default_params()), {&library_});
    const auto add = [&](llama_sampler* sampler) { library_.llama_sampler_chain_add(chain.get(), sampler); };
    if (sampling.repeat_penalty > 0 && sampling.repeat_penalty != 1) {
      add(library_.llama_sampler_init_penalties(library_.llama_vocab_n_tokens(vocab_), kPenaltyWindow,
                                                sampling.repeat_penalty, 0, 0));
    }
    if (sampling.temperature <= 0) {
      add(library_.llama_sampler_init_greedy());
      return chain;
    }
    if (sampling.top_k > 0) add(library_.llama_sampler_init_top_k(static_cast<int32_t>(sampling.top_k)));
    if (sampling.top_p > 0 && sampling.top_p < 1) add(library_.llama_sampler_init_top_p(sampling.top_p, 1));
    if (sampling.min_p > 0) add(library_.llama_sampler_init_min_p(sampling.min_p, 1));
    add(library_.llama_sampler_init_temp(sampling.temperature));
    add(library_.llama_sampler_init_dist(sampling.seed));
    return chain;
  }

  void AppendPiece(llama_token token, std::string& text) const {
    char piece[kPieceBytesMax];
    const int32_t size = library_.llama_token_to_piece(vocab_, token, piece, sizeof(piece), 0, /*special=*/false);
    if (size > 0) text.append(piece, static_cast<size_t>(size));
  }

  // What is left is no character, and is shown as what it is.
  static GenerateEnd Flush(const std::string& pending, llama_token token, const TokenSink& sink, GenerateEnd end) {
    if (!pending.empty()) sink(token, Printable(pending));
    return end;
  }

  const Library& library_;
  const ApprovedModel approved_;  // the copies live as long as what is mapped from them
  const ModelPointer model_;
  const std::vector<llama_adapter_lora*> adapters_;
  const llama_vocab* vocab_ = nullptr;
  uint32_t context_tokens_ = 0;
  int threads_ = 1;
};

class LlamaRuntime final : public Runtime {
 public:
  explicit LlamaRuntime(const Library& library) : library_(library) {}

  absl::StatusOr<std::unique_ptr<Model>> Load(ApprovedModel approved, const LoadOptions& options) override {
    for (const auto* files : {&approved.weights(), &approved.adapters()}) {
      for (const SealedFile& file : *files) WB_RETURN_IF_ERROR(CheckAgreement(library_, file));
    }
    std::vector<std::string> names;
    std::vector<const char*> paths;
    for (const SealedFile& file : approved.weights()) names.push_back(PathOf(file));
    for (const std::string& name : names) paths.push_back(name.c_str());
    llama_model_params params = library_.llama_model_default_params();
    params.load_mode = LLAMA_LOAD_MODE_MMAP;
    params.n_gpu_layers = 0;
    Complaints::Take();
    ModelPointer model(library_.llama_model_load_from_splits(paths.data(), paths.size(), params), {&library_});
    if (model == nullptr) {
      return approval::Refuse(Reason::runtime_failed,
                              absl::StrFormat("llama.cpp refuses the model: %s", Complaints::Take()));
    }
    std::vector<llama_adapter_lora*> adapters;
    for (const SealedFile& file : approved.adapters()) {
      llama_adapter_lora* const adapter = library_.llama_adapter_lora_init(model.get(), PathOf(file).c_str());
      if (adapter == nullptr) {
        for (llama_adapter_lora* loaded : adapters) library_.llama_adapter_lora_free(loaded);
        return approval::Refuse(Reason::runtime_failed, absl::StrFormat("llama.cpp refuses the adapter %s: %s",
                                                                        Printable(file.name), Complaints::Take()));
      }
      adapters.push_back(adapter);
    }
    return std::unique_ptr<Model>(
        std::make_unique<LlamaModel>(library_, std::move(approved), std::move(model), std::move(adapters), options));
  }

 private:
  const Library& library_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Runtime>> OpenLlamaRuntime(const std::string& folder) {
  WB_ASSIGN_OR_RETURN(const Library* const library, Library::Open(folder));
  library->llama_log_set(&Complaints::Hear, nullptr);
  return std::unique_ptr<Runtime>(std::make_unique<LlamaRuntime>(*library));
}

#else

absl::StatusOr<std::unique_ptr<Runtime>> OpenLlamaRuntime(const std::string&) {
  return approval::Refuse(
      v1::RefusalReason::runtime_missing,
      "this program was built without the headers of the inference libraries: run deploy/llama.sh, and build it again");
}

#endif  // WEIGHBRIDGE_HAS_LLAMA

}  // namespace weighbridge::engine
