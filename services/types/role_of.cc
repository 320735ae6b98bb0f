#include "services/types/role_of.h"

#include <algorithm>
#include <optional>
#include <string>

#include "services/types/file_name.h"
#include "services/types/terms_name.h"

namespace weighbridge {
namespace {

using types_internal::EndsWith;
using types_internal::EndsWithOneOf;
using types_internal::FileName;
using types_internal::HasDataSuffix;
using types_internal::HasSourceSuffix;
using types_internal::IsOneOf;
using types_internal::StartsWith;
using types_internal::TermsRoleOf;

bool IsWeightsFormat(std::string_view format) {
  return IsOneOf(format,
                 {"safetensors", "gguf", "ggml_legacy", "pytorch_zip", "pytorch_legacy", "pickle", "onnx", "hdf5",
                  "keras_zip", "npy", "npz", "tflite", "executorch", "tensorflow_pb", "coreml", "msgpack"});
}

bool IsBinaryProgramFormat(std::string_view format) {
  return IsOneOf(format, {"elf", "pe", "macho", "wasm", "python_bytecode", "jar"});
}

// People can have written terms into it, whether this project can read it or not.
bool IsTextOrDocument(std::string_view format) {
  return IsOneOf(format, {"text", "text_8bit", "utf16_text", "markdown", "html", "xml", "svg", "json", "yaml", "python",
                          "script", "pdf", "rtf", "docx", "odt", "ole_document", "epub", "empty"});
}

bool IsArchiveFormat(std::string_view format) {
  return IsOneOf(format, {"zip", "tar", "gzip", "zstd", "xz", "bzip2", "7z", "rar", "lz4"});
}

bool HasWeightsSuffix(const FileName& name) {
  return EndsWithOneOf(name.base,
                       {".safetensors", ".gguf",   ".ggml",    ".ggmf", ".ggjt",   ".bin",     ".pt",     ".pth",
                        ".ckpt",        ".pkl",    ".pickle",  ".onnx", ".h5",     ".hdf5",    ".keras",  ".pb",
                        ".tflite",      ".pte",    ".npy",     ".npz",  ".jit",    ".msgpack", ".joblib", ".mlmodel",
                        ".onnx_data",   ".params", ".weights", ".nemo", ".engine", ".plan"}) ||
         name.base.find(".data-0000") != std::string::npos;  // TensorFlow checkpoint shards
}

bool HasCompiledSuffix(const FileName& name) {
  return IsOneOf(name.suffix, {".pyc", ".pyd", ".so", ".dll", ".dylib", ".exe", ".jar", ".class", ".wasm"}) ||
         name.base.find(".so.") != std::string::npos;
}

bool HasCodeSuffix(const FileName& name) {
  return HasSourceSuffix(name) || HasCompiledSuffix(name) || IsOneOf(name.base, {"makefile", "dockerfile"});
}

bool HasArchiveSuffix(const FileName& name) {
  return IsOneOf(name.suffix, {".zip", ".tar", ".gz", ".tgz", ".zst", ".xz", ".bz2", ".7z", ".rar", ".lz4", ".whl"});
}

bool IsCardName(const FileName& name) {
  if (HasDataSuffix(name)) return false;
  return (!name.words.empty() && StartsWith(name.words.front(), "readme")) ||
         name.HasPhrase({"model_card", "modelcard"});
}

bool IsSignatureName(const FileName& name) {
  return EndsWithOneOf(name.base,
                       {".sig", ".sigstore", ".sigstore.json", ".sigstore.bundle", ".asc", ".p7s", ".minisig"});
}

bool IsTokenizerName(const FileName& name) {
  const std::string& base = name.base;
  if (IsOneOf(base, {"merges.txt", "special_tokens_map.json", "added_tokens.json", "spiece.model", "tekken.json"}))
    return true;
  if (IsOneOf(name.suffix, {".tiktoken", ".spm", ".bpe"}) || StartsWith(base, "chat_template.")) return true;
  if (StartsWith(base, "sentencepiece") && name.suffix == ".model") return true;
  if (StartsWith(base, "tokenizer") && IsOneOf(name.suffix, {".json", ".model", ".txt", ".vocab"})) return true;
  return StartsWith(base, "vocab") && IsOneOf(name.suffix, {"", ".json", ".txt", ".model", ".bpe", ".vocab"});
}

bool IsConfigName(const FileName& name) {
  if (!IsOneOf(name.suffix, {".json", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf"})) return false;
  return name.base.find("config") != std::string::npos ||
         IsOneOf(name.base, {"model_index.json", "params.json", "modules.json", "hparams.yaml", "hyperparams.yaml",
                             "modelfile.yaml"});
}

// Binary files that lie beside models and hold none of their numbers, of formats that have no magic or a rare one. What
// a recognised format is usually called (.png, .parquet) is no member: such a name over unknown content is a lie.
bool IsHarmlessBinaryName(const FileName& name) {
  return IsOneOf(name.suffix, {".ico", ".icns", ".cur", ".ttf", ".ttc", ".eot", ".mp3", ".aac", ".amr", ".psd", ".jp2",
                               ".jxl", ".mo"}) ||
         IsOneOf(name.base, {".ds_store", "thumbs.db"}) || StartsWith(name.base, ".git");
}

bool IsBinarySignatureName(const FileName& name) { return IsOneOf(name.suffix, {".sig", ".p7s", ".gpg"}); }

// Vocabularies whose form has no magic.
bool IsBinaryTokenizerName(const FileName& name) {
  return IsTokenizerName(name) && !IsOneOf(name.suffix, {"", ".json", ".txt", ".tiktoken"}) &&
         !StartsWith(name.base, "chat_template.");
}

Role RoleOfWeights(const FileName& name) {
  if (std::any_of(name.words.begin(), name.words.end(),
                  [](const std::string& word) { return StartsWith(word, "mmproj"); })) {
    return Role::kProjector;
  }
  const bool adapter = name.HasPhrase({"adapter_model", "pytorch_lora_weights", "ggml_lora", "ggml_adapter"});
  return adapter ? Role::kAdapter : Role::kWeights;
}

// Content that nothing recognises. Engines load numbers by any name ("model", "weights.data", "model.q4"), so only what
// is known to be something else gets another role; the caller cannot measure the rest, and says so.
Role RoleOfUnknownBinary(const FileName& name) {
  if (EndsWith(name.base, ".index.json")) return Role::kIndex;
  if (HasWeightsSuffix(name)) return RoleOfWeights(name);
  if (IsBinarySignatureName(name)) return Role::kSignature;
  if (HasCompiledSuffix(name)) return Role::kCode;
  if (HasArchiveSuffix(name)) return Role::kArchive;
  // A document that cannot be read. Not by its folder alone, and not under the suffix of a program.
  if (!HasSourceSuffix(name)) {
    FileName alone = name;
    alone.folder.clear();
    if (const std::optional<Role> terms = TermsRoleOf(alone, false)) return *terms;
    if (IsCardName(name)) return Role::kCard;
  }
  if (name.base == "adapter_config.json") return Role::kAdapter;
  if (IsBinaryTokenizerName(name)) return Role::kTokenizer;
  if (name.base.empty() || IsHarmlessBinaryName(name)) return Role::kOther;
  return RoleOfWeights(name);
}

}  // namespace

Role RoleOf(std::string_view path, std::string_view format) {
  const FileName name(path);
  if (IsWeightsFormat(format)) return RoleOfWeights(name);
  if (IsBinaryProgramFormat(format)) return Role::kCode;
  if (format == "sentencepiece") return Role::kTokenizer;
  if (format == "unknown_binary") return RoleOfUnknownBinary(name);
  if (EndsWith(name.base, ".index.json")) return Role::kIndex;
  if (HasWeightsSuffix(name)) return RoleOfWeights(name);
  // Before the suffixes of programs, signatures, archives and settings: terms are read whatever their last letters are.
  // Without a format the name speaks alone, and of a picture or archive its suffix is believed.
  const bool holds_text = IsTextOrDocument(format);
  if (holds_text || (format.empty() && !HasArchiveSuffix(name))) {
    if (const std::optional<Role> terms = TermsRoleOf(name, holds_text)) return *terms;
  }
  if (IsSignatureName(name)) return Role::kSignature;
  if (HasCodeSuffix(name) || IsOneOf(format, {"python", "script"})) return Role::kCode;
  if (IsArchiveFormat(format) || HasArchiveSuffix(name)) return Role::kArchive;
  if (const std::optional<Role> terms = TermsRoleOf(name, holds_text)) return *terms;
  if (IsCardName(name)) return Role::kCard;
  if (name.base == "adapter_config.json") return Role::kAdapter;
  if (IsTokenizerName(name)) return Role::kTokenizer;
  if (IsConfigName(name)) return Role::kConfig;
  return Role::kOther;
}

bool IsWrittenForTokenizer(std::string_view path) {
  const FileName name(path);
  return name.base == "tokenizer_config.json" || StartsWith(name.base, "chat_template.");
}

}  // namespace weighbridge
