// Whether a model sees or hears, from the names of its tensors, its GGUF keys and its config. Some licences treat
// multimodal models differently (DESIGN section 3): a config cannot hide what the weights show, and text-only needs
// proof from both.
#ifndef WEIGHBRIDGE_SERVICES_FORMATS_MODALITY_MODALITY_H_
#define WEIGHBRIDGE_SERVICES_FORMATS_MODALITY_MODALITY_H_

#include <optional>
#include <string>
#include <string_view>

#include "services/formats/gguf/gguf.h"

namespace weighbridge::formats {

enum class Modality {
  kUnknown,  // first, so that a forgotten value proves nothing
  kText,
  kVision,  // vision, with or without audio
  kAudio,
};
std::string_view ModalityName(Modality modality);

// What names show; feed every tensor name of every weight file of the model.
class TensorNameModality {
 public:
  void Add(std::string_view tensor_name);

  bool vision() const { return !vision_name_.empty(); }
  bool audio() const { return !audio_name_.empty(); }
  // The first name that showed it, for the report.
  const std::string& vision_name() const { return vision_name_; }
  const std::string& audio_name() const { return audio_name_; }

 private:
  std::string vision_name_;
  std::string audio_name_;
};

// What the keys of one GGUF say: vision or audio from clip.* and the like, text from an architecture that is known to
// be text.
Modality GgufModality(const GgufHeader& header);

// The modality of a model: `config` is what a config.json or GGUF keys say, `weights` what the tensor names show,
// nullopt if not all weights could be read.
Modality CombineModality(Modality config, const std::optional<TensorNameModality>& weights);

// True if one word of a model type or class name stands for vision (or audio): "qwen2_5_vl",
// "MllamaForConditionalGeneration".
bool NameShowsVision(std::string_view name);
bool NameShowsAudio(std::string_view name);

}  // namespace weighbridge::formats

#endif  // WEIGHBRIDGE_SERVICES_FORMATS_MODALITY_MODALITY_H_
