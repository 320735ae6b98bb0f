#include "services/types/role_of.h"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <vector>

namespace weighbridge {
namespace {

using Words = std::initializer_list<std::string_view>;

bool IsOneOf(std::string_view text, Words words) { return std::find(words.begin(), words.end(), text) != words.end(); }

bool StartsWith(std::string_view text, std::string_view start) { return text.substr(0, start.size()) == start; }

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

bool EndsWithOneOf(std::string_view text, Words ends) {
  return std::any_of(ends.begin(), ends.end(), [&](std::string_view end) { return EndsWith(text, end); });
}

bool IsLowerOrDigit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

// A file name in the forms that the rules below ask about; everything lower case.
struct Name {
  std::string base;                // "llama-3.1-license.txt"
  std::string suffix;              // ".txt"; empty without a dot or if the dot comes first
  std::vector<std::string> words;  // of the base without suffix: "llama", "3", "1", "license"
  std::string joined;              // "_llama_3_1_license_"
  std::string folder;              // name of the folder that holds the file; empty at the top

  explicit Name(std::string_view path) {
    const size_t slash = path.rfind('/');
    base = Lower(slash == std::string_view::npos ? path : path.substr(slash + 1));
    if (slash != std::string_view::npos) {
      const std::string_view above = path.substr(0, slash);
      const size_t previous = above.rfind('/');
      folder = Lower(previous == std::string_view::npos ? above : above.substr(previous + 1));
    }
    const size_t dot = base.rfind('.');
    if (dot != std::string::npos && dot != 0) suffix = base.substr(dot);
    // "Llama-3.1-LICENSE" ends in no suffix, and neither does "weights.bin.license".
    if (suffix.find('-') != std::string::npos ||
        IsOneOf(suffix, {".license", ".licence", ".eula", ".notice", ".terms"}))
      suffix.clear();
    std::string word;
    joined = "_";
    for (const char c : base.substr(0, base.size() - suffix.size()) + ".") {
      // Bytes of other alphabets belong to words.
      if (IsLowerOrDigit(c) || static_cast<unsigned char>(c) >= 0x80) {
        word += c;
      } else if (!word.empty()) {
        joined += word + "_";
        words.push_back(std::move(word));
        word.clear();
      }
    }
  }

  static std::string Lower(std::string_view text) {
    std::string lower(text);
    for (char& c : lower) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return lower;
  }

  bool HasWord(Words any) const {
    return std::any_of(words.begin(), words.end(), [&](const std::string& word) { return IsOneOf(word, any); });
  }
  bool HasPhrase(Words any) const {  // words joined with '_'
    return std::any_of(any.begin(), any.end(), [&](std::string_view phrase) {
      return joined.find("_" + std::string(phrase) + "_") != std::string::npos;
    });
  }
};

bool IsWeightsFormat(std::string_view format) {
  return IsOneOf(format,
                 {"safetensors", "gguf", "ggml_legacy", "pytorch_zip", "pytorch_legacy", "pickle", "onnx", "hdf5",
                  "keras_zip", "npy", "npz", "tflite", "executorch", "tensorflow_pb", "coreml", "msgpack"});
}

bool IsProgramFormat(std::string_view format) {
  return IsOneOf(format, {"elf", "pe", "macho", "wasm", "python_bytecode", "python", "script", "jar"});
}

bool IsArchiveFormat(std::string_view format) {
  return IsOneOf(format, {"zip", "tar", "gzip", "zstd", "xz", "bzip2", "7z", "rar", "lz4"});
}

bool HasWeightsSuffix(const Name& name) {
  return EndsWithOneOf(name.base,
                       {".safetensors", ".gguf",   ".ggml",    ".ggmf", ".ggjt",   ".bin",     ".pt",     ".pth",
                        ".ckpt",        ".pkl",    ".pickle",  ".onnx", ".h5",     ".hdf5",    ".keras",  ".pb",
                        ".tflite",      ".pte",    ".npy",     ".npz",  ".jit",    ".msgpack", ".joblib", ".mlmodel",
                        ".onnx_data",   ".params", ".weights", ".nemo", ".engine", ".plan"}) ||
         name.base.find(".data-0000") != std::string::npos;  // TensorFlow checkpoint shards
}

bool HasCodeSuffix(const Name& name) {
  return IsOneOf(name.suffix, {".py",  ".pyi",   ".pyc",  ".pyd",  ".so",    ".dll", ".dylib", ".exe", ".js", ".mjs",
                               ".cjs", ".ts",    ".sh",   ".bash", ".bat",   ".cmd", ".ps1",   ".rb",  ".pl", ".lua",
                               ".jar", ".class", ".wasm", ".c",    ".cc",    ".cpp", ".h",     ".hpp", ".cu", ".rs",
                               ".go",  ".java",  ".jl",   ".r",    ".ipynb", ".php", ".swift"}) ||
         name.base.find(".so.") != std::string::npos || IsOneOf(name.base, {"makefile", "dockerfile"});
}

bool HasArchiveSuffix(const Name& name) {
  return IsOneOf(name.suffix, {".zip", ".tar", ".gz", ".tgz", ".zst", ".xz", ".bz2", ".7z", ".rar", ".lz4", ".whl"});
}

// Tables, settings and media: a word of the law in their names usually means something else.
bool HasDataSuffix(const Name& name) {
  return IsOneOf(name.suffix, {".csv",  ".tsv", ".json", ".jsonl", ".parquet", ".arrow", ".yaml", ".yml",
                               ".toml", ".xml", ".png",  ".jpg",   ".jpeg",    ".gif",   ".webp", ".svg",
                               ".wav",  ".mp3", ".mp4",  ".db",    ".sqlite",  ".xlsx"});
}

// "license" in either spelling, as a word or glued to others ("GemmaLicense"), but not "licensed" or "licensee".
bool NamesALicense(const std::string& word) {
  for (const std::string_view spelling : {std::string_view("license"), std::string_view("licence")}) {
    for (size_t at = word.find(spelling); at != std::string::npos; at = word.find(spelling, at + 1)) {
      const std::string_view behind = std::string_view(word).substr(at + spelling.size());
      if (!IsOneOf(behind, {"d", "e", "es", "r", "rs"})) return true;
    }
  }
  return IsOneOf(word, {"copying", "unlicense", "unlicence", "eula"});
}

bool IsLicenseName(const Name& name) {
  if (name.HasPhrase({"license_plate", "license_plates", "licence_plate", "licence_plates"})) return false;
  if (std::none_of(name.words.begin(), name.words.end(), NamesALicense)) {
    // The REUSE layout: LICENSES/MIT.txt.
    return IsOneOf(name.folder, {"license", "licenses", "licence", "licences"}) && !HasDataSuffix(name);
  }
  return name.words.size() == 1 || !HasDataSuffix(name);
}

bool IsTermsName(const Name& name) {
  const bool terms = std::any_of(name.words.begin(), name.words.end(), [](const std::string& word) {
    return word == "terms" || StartsWith(word, "termsof");
  });
  const bool agreement = name.HasWord({"agreement"}) && !name.HasWord({"annotator", "annotators", "rater"});
  return (terms || agreement) && (name.words.size() == 1 || !HasDataSuffix(name));
}

bool IsUsePolicyName(const Name& name) {
  return (name.HasWord({"aup"}) ||
          name.HasPhrase({"use_policy", "usage_policy", "acceptable_use", "prohibited_use", "prohibited_uses",
                          "use_restrictions", "usepolicy", "acceptableuse"})) &&
         !HasDataSuffix(name);
}

bool IsThirdPartyName(const Name& name) {
  return name.HasPhrase({"third_party", "thirdparty", "3rd_party", "3rdparty"}) && !HasDataSuffix(name);
}

bool IsNoticeName(const Name& name) {
  return name.HasWord({"notice", "notices", "copyright", "copyrights"}) &&
         (name.words.size() == 1 || !HasDataSuffix(name));
}

bool IsCardName(const Name& name) {
  if (HasDataSuffix(name)) return false;
  return (!name.words.empty() && StartsWith(name.words.front(), "readme")) ||
         name.HasPhrase({"model_card", "modelcard"});
}

bool IsSignatureName(const Name& name) {
  return EndsWithOneOf(name.base,
                       {".sig", ".sigstore", ".sigstore.json", ".sigstore.bundle", ".asc", ".p7s", ".minisig"});
}

bool IsTokenizerName(const Name& name) {
  const std::string& base = name.base;
  if (IsOneOf(base, {"merges.txt", "special_tokens_map.json", "added_tokens.json", "spiece.model", "tekken.json"}))
    return true;
  if (IsOneOf(name.suffix, {".tiktoken", ".spm", ".bpe"}) || StartsWith(base, "chat_template.")) return true;
  if (StartsWith(base, "sentencepiece") && name.suffix == ".model") return true;
  if (StartsWith(base, "tokenizer") && IsOneOf(name.suffix, {".json", ".model", ".txt", ".vocab"})) return true;
  return StartsWith(base, "vocab") && IsOneOf(name.suffix, {"", ".json", ".txt", ".model", ".bpe", ".vocab"});
}

bool IsConfigName(const Name& name) {
  if (!IsOneOf(name.suffix, {".json", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf"})) return false;
  return name.base.find("config") != std::string::npos ||
         IsOneOf(name.base, {"model_index.json", "params.json", "modules.json", "hparams.yaml", "hyperparams.yaml",
                             "modelfile.yaml"});
}

Role RoleOfWeights(const Name& name) {
  if (std::any_of(name.words.begin(), name.words.end(),
                  [](const std::string& word) { return StartsWith(word, "mmproj"); })) {
    return Role::kProjector;
  }
  const bool adapter = name.HasPhrase({"adapter_model", "pytorch_lora_weights", "ggml_lora", "ggml_adapter"});
  return adapter ? Role::kAdapter : Role::kWeights;
}

}  // namespace

Role RoleOf(std::string_view path, std::string_view format) {
  const Name name(path);
  if (IsWeightsFormat(format)) return RoleOfWeights(name);
  if (IsProgramFormat(format)) return Role::kCode;
  if (format == "sentencepiece") return Role::kTokenizer;
  if (EndsWith(name.base, ".index.json")) return Role::kIndex;
  if (IsSignatureName(name)) return Role::kSignature;
  if (HasWeightsSuffix(name)) return RoleOfWeights(name);
  if (HasCodeSuffix(name)) return Role::kCode;
  if (IsArchiveFormat(format) || HasArchiveSuffix(name)) return Role::kArchive;
  if (IsThirdPartyName(name))
    return Role::kNotice;  // before licences: THIRD_PARTY_LICENSES.txt is no licence of the model
  if (IsLicenseName(name)) return Role::kLicenseText;
  if (IsUsePolicyName(name)) return Role::kUsePolicy;
  if (IsTermsName(name)) return Role::kLicenseText;
  if (IsNoticeName(name)) return Role::kNotice;
  if (IsCardName(name)) return Role::kCard;
  if (name.base == "adapter_config.json") return Role::kAdapter;
  if (IsTokenizerName(name)) return Role::kTokenizer;
  if (IsConfigName(name)) return Role::kConfig;
  return Role::kOther;
}

}  // namespace weighbridge
