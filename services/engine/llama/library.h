// The functions of llama.cpp that this project calls, opened at run time: the engine starts without the libraries and
// says what is missing. The only package that includes llama.h.
#ifndef WEIGHBRIDGE_SERVICES_ENGINE_LLAMA_LIBRARY_H_
#define WEIGHBRIDGE_SERVICES_ENGINE_LLAMA_LIBRARY_H_

#ifdef WEIGHBRIDGE_HAS_LLAMA

#include <string>

#include "absl/status/statusor.h"
#include "gguf.h"
#include "llama.h"

namespace weighbridge::engine {

// One function each, by its own name and type: a change of the header that does not fit does not compile.
#define WB_LLAMA_FUNCTIONS(X)                                                                                         \
  X(llama_backend_init)                                                                                               \
  X(llama_log_set)                                                                                                    \
  X(llama_model_default_params)                                                                                       \
  X(llama_context_default_params) X(llama_model_load_from_splits) X(llama_model_free) X(llama_init_from_model)        \
      X(llama_free) X(llama_model_get_vocab) X(llama_model_n_ctx_train) X(llama_model_desc) X(llama_model_size)       \
          X(llama_model_chat_template) X(llama_n_ctx) X(llama_tokenize) X(llama_token_to_piece) X(llama_vocab_is_eog) \
              X(llama_vocab_n_tokens) X(llama_batch_get_one) X(llama_decode) X(llama_chat_apply_template)             \
                  X(llama_sampler_chain_default_params) X(llama_sampler_chain_init) X(llama_sampler_chain_add)        \
                      X(llama_sampler_sample) X(llama_sampler_free) X(llama_sampler_init_greedy)                      \
                          X(llama_sampler_init_dist) X(llama_sampler_init_top_k) X(llama_sampler_init_top_p)          \
                              X(llama_sampler_init_min_p) X(llama_sampler_init_temp) X(llama_sampler_init_penalties)  \
                                  X(llama_adapter_lora_init) X(llama_adapter_lora_free) X(llama_set_adapters_lora)
#define WB_GGML_FUNCTIONS(X) X(ggml_backend_load_all_from_path)
#define WB_GGUF_FUNCTIONS(X)                                                                                          \
  X(gguf_init_from_file)                                                                                              \
  X(gguf_free)                                                                                                        \
  X(gguf_get_alignment)                                                                                               \
  X(gguf_get_data_offset) X(gguf_get_n_kv) X(gguf_get_key) X(gguf_get_kv_type) X(gguf_get_arr_type) X(gguf_get_arr_n) \
      X(gguf_get_val_str) X(gguf_get_val_data) X(gguf_get_n_tensors) X(gguf_get_tensor_name) X(gguf_get_tensor_ne)    \
          X(gguf_get_tensor_type) X(gguf_get_tensor_offset) X(gguf_get_tensor_size)

struct Library {
#define WB_DECLARE(name) decltype(&::name) name = nullptr;
  WB_LLAMA_FUNCTIONS(WB_DECLARE)
  WB_GGML_FUNCTIONS(WB_DECLARE)
  WB_GGUF_FUNCTIONS(WB_DECLARE)
#undef WB_DECLARE

  // Opens lib/ of a folder as deploy/llama.sh makes it, once for the process: libraries are never closed. Refusal
  // runtime_missing: no such folder, a library or a function that is not there, or made from other headers than this
  // program.
  static absl::StatusOr<const Library*> Open(const std::string& folder);
};

}  // namespace weighbridge::engine

#endif  // WEIGHBRIDGE_HAS_LLAMA

#endif  // WEIGHBRIDGE_SERVICES_ENGINE_LLAMA_LIBRARY_H_
