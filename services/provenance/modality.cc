#include "services/provenance/modality.h"

#include <optional>
#include <set>
#include <string>

#include "services/base/utf8.h"
#include "services/formats/config_json/config_json.h"
#include "services/formats/modality/modality.h"

namespace weighbridge::provenance {
namespace {

using rules::v1::FactId;

struct Seen {
  std::set<std::string> words;  // vision, audio, video
  std::string witness;
  bool config_says_text = false;
  bool other_config = false;  // a config beside weights says something else, or nothing
  bool all_weights_parsed = true;
  bool any_weights = false;

  void Add(const std::string& word, const std::string& from) {
    if (words.insert(word).second && witness.empty()) witness = from;
  }
};

bool HoldsWeights(const v1::InventoryArtifact& artifact) {
  return artifact.role() == "weights" || artifact.role() == "projector" ||
         (artifact.role() == "adapter" && artifact.format() != "json");
}

void LookAtConfig(const std::string& path, std::string_view text, bool beside_weights, Seen& seen) {
  const absl::StatusOr<formats::ModelConfig> config = formats::ParseModelConfig(text);
  if (!config.ok()) {
    seen.other_config = true;
    return;
  }
  if (beside_weights && config->modality != formats::Modality::kText) seen.other_config = true;
  if (config->has_vision()) seen.Add("vision", path + ": " + Printable(config->vision.front().key));
  if (config->has_audio()) seen.Add("audio", path + ": " + Printable(config->audio.front().key));
  if (config->modality == formats::Modality::kVision) seen.Add("vision", path);
  if (config->modality == formats::Modality::kAudio) seen.Add("audio", path);
  if (config->modality == formats::Modality::kText) seen.config_says_text = true;
}

}  // namespace

std::map<FactId::Value, Measured> MeasureModel(const ModelView& view, const std::vector<v1::LineageLink>& lineage,
                                               const std::string& multimodal_base) {
  std::map<FactId::Value, Measured> measured;
  Seen seen;
  std::set<std::string, std::less<>> weight_folders;
  for (const v1::InventoryArtifact& artifact : view.inventory().artifacts()) {
    if (HoldsWeights(artifact)) weight_folders.emplace(FolderOf(artifact.path()));
  }
  for (const v1::InventoryArtifact& artifact : view.inventory().artifacts()) {
    if (const auto text = view.BytesOf(artifact); text.has_value() && BaseNameOf(artifact.path()) == "config.json") {
      LookAtConfig(artifact.path(), *text, weight_folders.count(FolderOf(artifact.path())) > 0, seen);
    }
    if (!HoldsWeights(artifact)) continue;
    seen.any_weights = true;
    if (artifact.role() == "projector") seen.Add("vision", artifact.path());
    if (!artifact.has_header()) seen.all_weights_parsed = false;
    for (const std::string& word : artifact.header().modality()) {
      if (word != "text") seen.Add(word, artifact.path() + ": " + artifact.header().modality_witness());
    }
  }
  if (!seen.words.empty()) {
    Measured& modality = measured[FactId::modality];
    modality.values = {"text"};
    modality.values.insert(modality.values.end(), seen.words.begin(), seen.words.end());
    modality.how = seen.witness;
  } else if (seen.config_says_text && !seen.other_config && multimodal_base.empty() && seen.any_weights &&
             seen.all_weights_parsed) {
    measured[FactId::modality] = {{"text"}, "the config says text, and no tensor shows anything else"};
  }

  // How the model relates to a base, as declared; none declared is unknown, not "original".
  static const std::set<std::string> kRelations = {"finetune", "adapter", "quantized", "merge"};
  std::set<std::string> relations;
  for (const v1::LineageLink& link : lineage) {
    if (kRelations.count(link.relation()) > 0) relations.insert(link.relation());
  }
  if (!relations.empty()) {
    measured[FactId::relation] = {{relations.begin(), relations.end()}, "declared"};
  }
  return measured;
}

Measured CombineModality(const ModelView& adapter, const Measured* own, const Measured* base,
                         const std::string& multimodal_base) {
  const auto shows_more = [](const Measured* measured) { return measured != nullptr && measured->values.size() > 1; };
  if (shows_more(own) || shows_more(base)) {
    std::set<std::string> words;
    for (const Measured* measured : {own, base}) {
      if (measured != nullptr) words.insert(measured->values.begin(), measured->values.end());
    }
    words.erase("text");
    Measured both;
    both.values = {"text"};
    both.values.insert(both.values.end(), words.begin(), words.end());
    both.how = shows_more(own) ? own->how : std::string(kBaseMark) + " " + base->how;
    return both;
  }
  if (base == nullptr) return {};
  if (own != nullptr) return *own;
  if (!multimodal_base.empty()) return {};
  // An adapter brings no config of its own as a rule; with one that does not say text, nothing is known.
  for (const v1::InventoryArtifact& artifact : adapter.inventory().artifacts()) {
    if (BaseNameOf(artifact.path()) == "config.json" || (HoldsWeights(artifact) && !artifact.has_header())) return {};
  }
  return {base->values, std::string(kBaseMark) + " " + base->how};
}

}  // namespace weighbridge::provenance
