#include "services/formats/config_json/config_json.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "services/base/status_macros.h"
#include "services/formats/json/json_reader.h"

namespace weighbridge::formats {
namespace {

bool StartsWith(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }
bool EndsWith(std::string_view text, std::string_view suffix) {
  return text.size() >= suffix.size() && text.substr(text.size() - suffix.size()) == suffix;
}

constexpr std::string_view kVisionKeys[] = {"vision",      "visual",    "image_",    "img_",       "video_",
                                            "mm_",         "vit_",      "pixel_",    "projector_", "multimodal",
                                            "multi_modal", "perceiver", "patch_size"};
constexpr std::string_view kAudioKeys[] = {"audio", "speech", "num_mel_bins", "mel_", "sampling_rate"};

// Encoder-decoder classes of transformers that only read and write text; "ForConditionalGeneration" alone says nothing.
constexpr std::string_view kTextGenerators[] = {"T5",         "MT5",
                                                "UMT5",       "LongT5",
                                                "T5Gemma",    "Bart",
                                                "MBart",      "Pegasus",
                                                "PegasusX",   "LED",
                                                "Blenderbot", "BlenderbotSmall",
                                                "M2M100",     "ProphetNet",
                                                "FSMT",       "SwitchTransformers",
                                                "PLBart",     "BigBirdPegasus",
                                                "NllbMoe"};
constexpr std::string_view kTextHeads[] = {
    "ForCausalLM",          "LMHeadModel", "ForMaskedLM", "ForSequenceClassification", "ForTokenClassification",
    "ForQuestionAnswering", "MTModel"};

bool IsTextArchitecture(std::string_view name) {
  if (NameShowsVision(name) || NameShowsAudio(name)) return false;
  for (const std::string_view head : kTextHeads) {
    if (EndsWith(name, head) && name.size() > head.size()) return true;
  }
  constexpr std::string_view kGenerator = "ForConditionalGeneration";
  if (!EndsWith(name, kGenerator)) return false;
  const std::string_view family = name.substr(0, name.size() - kGenerator.size());
  return std::find(std::begin(kTextGenerators), std::end(kTextGenerators), family) != std::end(kTextGenerators);
}

// null, false, empty and zero switch a feature off.
bool Stands(const Value& value) {
  switch (value.kind) {
    case Value::Kind::kNull:
      return false;
    case Value::Kind::kScalar:
      return value.AsBool() != false && !value.text.empty() && value.text != "0";
    case Value::Kind::kList:
      return !value.items.empty();
    case Value::Kind::kMap:
      return !value.members.empty();
  }
  return true;
}

absl::Status WrongType(const Member& member, std::string_view wanted) {
  return Malformed(member.value.at, absl::StrFormat("\"%s\" is no %s", member.key, wanted));
}

class ConfigReader {
 public:
  absl::StatusOr<ModelConfig> Read(const Value& root) {
    const struct {
      std::string_view key;
      std::optional<ConfigValue>* value;
    } strings[] = {{"model_type", &config_.model_type},
                   {"_name_or_path", &config_.name_or_path},
                   {"torch_dtype", &config_.torch_dtype},
                   {"dtype", &config_.torch_dtype},
                   {"transformers_version", &config_.transformers_version},
                   {"_class_name", &config_.class_name}};
    for (const auto& row : strings) {
      const Member* member = root.FindMember(row.key);
      if (member == nullptr || member->value.IsNull() || row.value->has_value()) continue;
      if (!member->value.IsQuotedString()) return WrongType(*member, "string");
      *row.value = ConfigValue{member->value.text, member->value.at};
    }
    if (const Member* member = root.FindMember("architectures")) {
      if (!member->value.IsNull() && !member->value.IsList()) return WrongType(*member, "list");
      for (const Value& item : member->value.items) {
        if (!item.IsQuotedString()) return WrongType(*member, "list of strings");
        config_.architectures.push_back({item.text, item.at});
      }
    }
    const Value* text_config = root.Find("text_config");
    for (const Value* map : {&root, text_config}) {
      const struct {
        std::string_view key;
        std::optional<uint64_t>* value;
      } sizes[] = {{"vocab_size", &config_.vocab_size},
                   {"hidden_size", &config_.hidden_size},
                   {"intermediate_size", &config_.intermediate_size},
                   {"num_hidden_layers", &config_.num_hidden_layers}};
      for (const auto& [key, value] : sizes) {
        if (map != nullptr && !value->has_value() && map->Find(key) != nullptr) *value = map->Find(key)->AsUint();
      }
    }
    if (const Member* member = root.FindMember("auto_map")) {
      if (Stands(member->value)) config_.auto_map = member->key_at;
    }
    Collect(root, "");
    AddNames();
    config_.modality = Judge();
    return std::move(config_);
  }

 private:
  // Depth is bounded by the JSON reader.
  void Collect(const Value& value, const std::string& path) {
    for (const Member& member : value.members) {
      if (!Stands(member.value)) continue;
      const std::string key = path.empty() ? member.key : path + "." + member.key;
      // Label and token tables map free text.
      if (member.key == "id2label" || member.key == "label2id" || member.key == "task_specific_params") continue;
      bool vision = false, audio = false;
      for (const std::string_view start : kVisionKeys) vision = vision || StartsWith(member.key, start);
      for (const std::string_view start : kAudioKeys) audio = audio || StartsWith(member.key, start);
      if (vision && config_.vision.size() < kEvidenceMax) config_.vision.push_back({key, member.key_at});
      if (audio && config_.audio.size() < kEvidenceMax) config_.audio.push_back({key, member.key_at});
      Collect(member.value, key);
    }
    for (const Value& item : value.items) Collect(item, path);
  }

  void AddNames() {
    const auto add = [&](const ConfigValue& name, std::string_view key) {
      if (NameShowsVision(name.value)) config_.vision.push_back({std::string(key), name.at});
      if (NameShowsAudio(name.value)) config_.audio.push_back({std::string(key), name.at});
    };
    if (config_.model_type.has_value()) add(*config_.model_type, "model_type");
    for (const ConfigValue& architecture : config_.architectures) add(architecture, "architectures");
  }

  Modality Judge() const {
    if (config_.has_vision()) return Modality::kVision;
    if (config_.has_audio()) return Modality::kAudio;
    if (config_.architectures.empty() || config_.auto_map.has_value()) return Modality::kUnknown;
    for (const ConfigValue& architecture : config_.architectures) {
      if (!IsTextArchitecture(architecture.value)) return Modality::kUnknown;
    }
    return Modality::kText;
  }

  static constexpr size_t kEvidenceMax = 64;
  ModelConfig config_;
};

}  // namespace

absl::StatusOr<ModelConfig> ParseModelConfig(std::string_view text) {
  JsonLimits limits;
  limits.non_finite = JsonLimits::NonFinite::kAccept;
  WB_ASSIGN_OR_RETURN(const Value root, ParseJson(text, limits));
  if (!root.IsMap()) return Malformed(root.at, "a config is a JSON object");
  return ConfigReader().Read(root);
}

}  // namespace weighbridge::formats
