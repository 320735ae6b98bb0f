#include "services/auditor/weights_header.h"

#include <string_view>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/formats/gguf/splits.h"
#include "services/formats/modality/modality.h"
#include "services/formats/safetensors/safetensors.h"

namespace weighbridge::auditor {
namespace {

using formats::Format;

// Kept as the number of tokens alone.
constexpr std::string_view kGgufTokensKey = "tokenizer.ggml.tokens";

void AddField(std::string_view key, std::string_view value, v1::WeightsHeader& header) {
  if (value.size() > kHeaderValueBytesMax && !NamesTerms(key)) return;
  if (header.fields_size() > kHeaderFieldsMax) return;  // one more than allowed is enough to refuse it
  v1::HeaderField& field = *header.add_fields();
  // Keys and values of hostile files may be any bytes; what leaves here is printable.
  field.set_key(Printable(key));
  // What is too long to be a name stays too long, so that it is an unknown name and not none.
  field.set_value(Printable(value.substr(0, kHeaderValueBytesMax + 1)));
}

// Only what names and keys show counts here; that a model takes text alone needs a config that says so.
void SetModality(const formats::TensorNameModality& names, formats::Modality keys, v1::WeightsHeader& header) {
  const bool vision = names.vision() || keys == formats::Modality::kVision;
  const bool audio = names.audio() || keys == formats::Modality::kAudio;
  if (vision) header.add_modality("vision");
  if (audio) header.add_modality("audio");
  if (!vision && !audio) return;
  const std::string& witness = names.vision() ? names.vision_name() : names.audio_name();
  header.set_modality_witness(witness.empty() ? "header keys" : Printable(witness));
}

// "llama.embedding_length": a size by which a model is known again. "clip.vision.embedding_length" is that of a part.
bool IsGgufSize(std::string_view key) {
  const size_t dot = key.find('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view size = key.substr(dot + 1);
  return size == "vocab_size" || size == "embedding_length" || size == "feed_forward_length" || size == "block_count";
}

// Names of PEFT, kohya, LyCORIS and GGUF adapters.
bool IsAdapterTensor(std::string_view name) {
  for (const std::string_view part :
       {".lora_A", ".lora_B", ".lora_a", ".lora_b", "lora_down", "lora_up", "lora_embedding_", "hada_w1", "hada_w2",
        "lokr_w", ".oft_", "ia3_l", "prompt_embeddings"}) {
    if (name.find(part) != std::string_view::npos) return true;
  }
  // The first LoRA writer of diffusion models: "unet:12:up", "text_encoder:0:down".
  for (const std::string_view end : {":up", ":down"}) {
    if (name.size() > end.size() && name.substr(name.size() - end.size()) == end) return true;
  }
  return false;
}

ParsedWeights FromSafetensors(const formats::SafetensorsHeader& parsed) {
  ParsedWeights weights;
  weights.header.set_tensor_count(parsed.tensors.size());
  formats::TensorNameModality names;
  for (const auto& tensor : parsed.tensors) {
    weights.tensor_names.emplace_back(tensor.name);
    if (IsAdapterTensor(tensor.name)) weights.header.set_adapter(true);
    names.Add(tensor.name);
  }
  for (const auto& [key, entry] : parsed.metadata) {
    if (entry.truncated()) {
      AddField(key, std::string(kHeaderValueBytesMax + 1, '?'), weights.header);
    } else {
      AddField(key, entry.value, weights.header);
    }
  }
  for (const auto& field : weights.header.fields()) {
    if (ShowsAdapter(field.key(), field.value())) weights.header.set_adapter(true);
  }
  SetModality(names, formats::Modality::kUnknown, weights.header);
  return weights;
}

ParsedWeights FromGguf(formats::GgufHeader parsed) {
  ParsedWeights weights;
  weights.header.set_tensor_count(parsed.tensors.size());
  weights.header.set_version(absl::StrFormat("v%d", parsed.version));
  for (const auto& key : parsed.keys) {
    if (!KeepsGgufKey(key.key)) continue;
    if (key.key == kGgufTokensKey) {
      if (key.type == formats::GgufType::kArray) AddField(key.key, absl::StrFormat("%d", key.size), weights.header);
    } else if (const auto text = key.AsString()) {
      AddField(key.key, *text, weights.header);
    } else if (const auto number = key.AsUint()) {
      AddField(key.key, absl::StrFormat("%d", *number), weights.header);
    } else {
      for (const std::string_view text : key.strings) AddField(key.key, text, weights.header);
    }
  }
  formats::TensorNameModality names;
  for (const auto& tensor : parsed.tensors) {
    names.Add(tensor.name);
    if (IsAdapterTensor(tensor.name)) weights.header.set_adapter(true);
  }
  for (const auto& field : weights.header.fields()) {
    if (ShowsAdapter(field.key(), field.value())) weights.header.set_adapter(true);
  }
  SetModality(names, formats::GgufModality(parsed), weights.header);
  if (parsed.unreadable_tensors > 0) {
    weights.problem =
        absl::StrFormat("%d tensors have a type that this version cannot measure", parsed.unreadable_tensors);
  }
  if (parsed.trailing_bytes.value_or(0) > 0) {
    weights.note = absl::StrFormat("%d bytes lie behind the last tensor", *parsed.trailing_bytes);
  }
  if (formats::SaysGgufSplit(parsed)) weights.gguf = std::make_shared<const formats::GgufHeader>(std::move(parsed));
  return weights;
}

absl::StatusOr<ParsedWeights> WithinLimits(ParsedWeights weights) {
  if (weights.header.fields_size() > kHeaderFieldsMax || weights.header.ByteSizeLong() > kHeaderBytesMax) {
    return absl::ResourceExhaustedError(
        absl::StrFormat("the header has over %d keys or %d bytes of them", kHeaderFieldsMax, kHeaderBytesMax));
  }
  return weights;
}

}  // namespace

bool KeepsGgufKey(std::string_view key) {
  return key.rfind("general.", 0) == 0 || key.rfind("adapter.", 0) == 0 || key.rfind("split.", 0) == 0 ||
         key == "tokenizer.ggml.model" || key == "tokenizer.ggml.pre" || key == kGgufTokensKey || IsGgufSize(key);
}

bool NamesTerms(std::string_view key) {
  return key.find("license") != std::string_view::npos || key.find("base_model") != std::string_view::npos;
}

bool ShowsAdapter(std::string_view key, std::string_view value) {
  return key.rfind("ss_network_", 0) == 0 || key == "adapter.type" || (key == "general.type" && value == "adapter") ||
         (key == "modelspec.architecture" && value.find("/lora") != std::string_view::npos);
}

absl::StatusOr<ParsedWeights> ReadWeightsHeader(Format format, formats::ByteSource& source) {
  if (format == Format::kSafetensors) {
    WB_ASSIGN_OR_RETURN(const formats::SafetensorsHeader parsed, formats::ParseSafetensors(&source));
    return WithinLimits(FromSafetensors(parsed));
  }
  if (format == Format::kGguf) {
    WB_ASSIGN_OR_RETURN(formats::GgufHeader parsed, formats::ParseGguf(&source));
    return WithinLimits(FromGguf(std::move(parsed)));
  }
  return absl::UnimplementedError(absl::StrFormat("no parser for the format %s", formats::FormatName(format)));
}

}  // namespace weighbridge::auditor
