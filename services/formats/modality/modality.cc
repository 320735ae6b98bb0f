#include "services/formats/modality/modality.h"

#include <algorithm>
#include <cctype>
#include <vector>

namespace weighbridge::formats {
namespace {

bool StartsWith(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }

// Segments of dotted tensor names; a segment that starts so shows the modality.
constexpr std::string_view kVisionSegments[] = {
    "vision",      "visual", "image_",     "img_",         "multi_modal", "multimodal",       "mm_",   "vit", "vpm",
    "patch_embed", "pixel_", "clip_model", "embed_vision", "sam_model",   "projector_vision", "video_"};
constexpr std::string_view kAudioSegments[] = {"audio", "speech", "apm", "embed_audio", "wav2vec", "whisper", "mel_"};

// Lower-case words of "Qwen2_5_VLForConditionalGeneration" or "mllama_text_model": split at punctuation, digits and
// humps.
std::vector<std::string> Words(std::string_view name) {
  std::vector<std::string> words(1);
  for (size_t i = 0; i < name.size(); ++i) {
    const unsigned char c = static_cast<unsigned char>(name[i]);
    if (!std::isalpha(c)) {
      if (!words.back().empty()) words.emplace_back();
      continue;
    }
    const bool after_lower = i > 0 && std::islower(static_cast<unsigned char>(name[i - 1]));
    const bool before_lower = i + 1 < name.size() && std::islower(static_cast<unsigned char>(name[i + 1]));
    const bool after_upper = i > 0 && std::isupper(static_cast<unsigned char>(name[i - 1]));
    if (std::isupper(c) && !words.back().empty() && (after_lower || (after_upper && before_lower)))
      words.emplace_back();
    words.back() += static_cast<char>(std::tolower(c));
  }
  return words;
}

// Short words must be whole; long ones may stand anywhere.
bool Shows(std::string_view name, const std::vector<std::string_view>& whole,
           const std::vector<std::string_view>& parts) {
  std::string lower(name);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const std::string_view part : parts) {
    if (lower.find(part) != std::string::npos) return true;
  }
  for (const std::string& word : Words(name)) {
    if (std::find(whole.begin(), whole.end(), word) != whole.end()) return true;
  }
  return false;
}

// Architectures of llama.cpp that have no other modality. Those whose vision lies in a second file (gemma3, llama4,
// qwen2vl) are not here: their files alone prove nothing.
constexpr std::string_view kTextArchitectures[] = {
    "llama",      "falcon",     "gpt2",         "gptj",     "gptneox",   "mpt",       "baichuan",  "starcoder",
    "starcoder2", "refact",     "bloom",        "stablelm", "qwen",      "qwen2",     "qwen2moe",  "qwen3",
    "qwen3moe",   "phi2",       "phi3",         "phimoe",   "plamo",     "codeshell", "orion",     "internlm2",
    "minicpm",    "minicpm3",   "gemma",        "gemma2",   "mamba",     "xverse",    "command-r", "cohere2",
    "dbrx",       "olmo",       "olmo2",        "olmoe",    "openelm",   "arctic",    "deepseek",  "deepseek2",
    "bert",       "nomic-bert", "jina-bert-v2", "t5",       "t5encoder", "jais",      "nemotron",  "exaone",
    "rwkv6",      "granite",    "granitemoe",   "glm4",     "ernie4_5",  "smollm3",   "gpt-oss"};

}  // namespace

std::string_view ModalityName(Modality modality) {
  switch (modality) {
    case Modality::kUnknown:
      return "unknown";
    case Modality::kText:
      return "text";
    case Modality::kVision:
      return "vision";
    case Modality::kAudio:
      return "audio";
  }
  return "unknown";
}

void TensorNameModality::Add(std::string_view tensor_name) {
  // GGUF: projectors and encoders have one-letter first segments.
  bool vision =
      StartsWith(tensor_name, "v.") || StartsWith(tensor_name, "mm.") || StartsWith(tensor_name, "resampler.");
  bool audio = StartsWith(tensor_name, "a.") || StartsWith(tensor_name, "mm.a.");
  if (audio) vision = false;
  for (size_t pos = 0; pos <= tensor_name.size();) {
    const size_t end = std::min(tensor_name.find('.', pos), tensor_name.size());
    const std::string_view segment = tensor_name.substr(pos, end - pos);
    for (const std::string_view start : kVisionSegments) vision = vision || StartsWith(segment, start);
    for (const std::string_view start : kAudioSegments) audio = audio || StartsWith(segment, start);
    // Whisper: encoder.conv1 and encoder.conv2.
    if (segment == "encoder" && StartsWith(tensor_name.substr(end), ".conv")) audio = true;
    pos = end + 1;
  }
  if (vision && vision_name_.empty()) vision_name_ = std::string(tensor_name);
  if (audio && audio_name_.empty()) audio_name_ = std::string(tensor_name);
}

bool NameShowsVision(std::string_view name) {
  return Shows(name, {"vl", "vlm", "vit", "mm", "ocr", "sam", "dit", "unet", "blip", "git"},
               {"vision",     "visual", "image",     "video",   "llava", "mllama", "clip",     "siglip", "pixtral",
                "multimodal", "omni",   "paligemma", "idefics", "fuyu",  "kosmos", "internvl", "molmo",  "florence",
                "chameleon",  "janus",  "cogvlm",    "ovis",    "dinov", "phi3v",  "phi3_v",   "glm4v",  "minicpmv"});
}

bool NameShowsAudio(std::string_view name) {
  return Shows(name, {"asr", "tts", "vits", "bark"},
               {"audio", "speech", "whisper", "wav2vec", "hubert", "encodec", "musicgen", "seamless", "wavlm", "moshi",
                "voice"});
}

Modality GgufModality(const GgufHeader& header) {
  bool vision = false, audio = false;
  for (const GgufKey& key : header.keys) {
    const bool stands = key.AsBool() != false;  // a flag that says no shows nothing
    vision = vision || (stands && (key.key == "clip.has_vision_encoder" || StartsWith(key.key, "clip.vision.") ||
                                   key.key.find(".vision.") != std::string_view::npos));
    audio = audio || (stands && (key.key == "clip.has_audio_encoder" || StartsWith(key.key, "clip.audio.") ||
                                 key.key.find(".audio.") != std::string_view::npos));
  }
  const std::string_view architecture = header.FindString("general.architecture").value_or("");
  if (vision || NameShowsVision(architecture) || header.FindString("general.type") == "mmproj")
    return audio && !vision ? Modality::kAudio : Modality::kVision;
  if (audio || NameShowsAudio(architecture)) return Modality::kAudio;
  const bool text = std::find(std::begin(kTextArchitectures), std::end(kTextArchitectures), architecture) !=
                    std::end(kTextArchitectures);
  return text ? Modality::kText : Modality::kUnknown;
}

Modality CombineModality(Modality config, const std::optional<TensorNameModality>& weights) {
  if (config == Modality::kVision || (weights.has_value() && weights->vision())) return Modality::kVision;
  if (config == Modality::kAudio || (weights.has_value() && weights->audio())) return Modality::kAudio;
  if (config == Modality::kText && weights.has_value()) return Modality::kText;
  return Modality::kUnknown;
}

}  // namespace weighbridge::formats
