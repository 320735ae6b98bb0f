#include "services/provenance/model_view.h"

#include <algorithm>
#include <set>

#include "services/formats/json/json_reader.h"
#include "services/formats/model_index/model_index.h"

namespace weighbridge::provenance {
namespace {

// Folders that modules.json of a sentence-transformers model names.
std::vector<std::string> ModuleFolders(std::string_view json) {
  std::vector<std::string> folders;
  const absl::StatusOr<formats::Value> document = formats::ParseJson(json);
  if (!document.ok()) return folders;
  for (const formats::Value& item : document->items) {
    const formats::Value* path = item.Find("path");
    if (path == nullptr || !path->AsString().has_value() || path->AsString()->empty()) continue;
    folders.emplace_back(*path->AsString());
  }
  return folders;
}

std::vector<std::string> PipelineFolders(std::string_view json) {
  std::vector<std::string> folders;
  const absl::StatusOr<formats::PipelineIndex> index = formats::ParsePipelineIndex(json);
  if (!index.ok()) return folders;
  for (const auto& component : index->components) folders.push_back(component.name);
  return folders;
}

bool IsLoadableWeights(const v1::InventoryArtifact& artifact) {
  return artifact.role() == "weights" || artifact.role() == "projector" ||
         (artifact.role() == "adapter" && artifact.format() != "json");
}

bool IsInFolder(std::string_view path, std::string_view folder) {
  return path.size() > folder.size() && path.substr(0, folder.size()) == folder && path[folder.size()] == '/';
}

}  // namespace

std::string_view FolderOf(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string_view BaseNameOf(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

ModelView::ModelView(const v1::Inventory& inventory, const DocumentBytes& documents)
    : inventory_(inventory), documents_(documents) {
  for (const v1::InventoryArtifact& artifact : inventory.artifacts()) {
    const std::optional<std::string_view> text = BytesOf(artifact);
    if (!text.has_value()) continue;
    std::vector<std::string> folders;
    if (artifact.path() == "model_index.json") folders = PipelineFolders(*text);
    if (artifact.path() == "modules.json") folders = ModuleFolders(*text);
    components_.insert(components_.end(), folders.begin(), folders.end());
  }
  std::sort(components_.begin(), components_.end());
}

std::optional<std::string_view> ModelView::BytesOf(const v1::InventoryArtifact& artifact) const {
  if (artifact.document_sha256().empty()) return std::nullopt;
  const auto found = documents_.find(artifact.document_sha256());
  if (found == documents_.end()) return std::nullopt;
  return found->second;
}

std::string ModelView::ComponentOf(std::string_view path) const {
  for (const std::string& folder : components_) {
    if (IsInFolder(path, folder)) return folder;
  }
  return "";
}

std::vector<std::string> ModelView::ModelFolders() const {
  std::set<std::string> with_weights, with_card_or_config;
  for (const v1::InventoryArtifact& artifact : inventory_.artifacts()) {
    const std::string folder(FolderOf(artifact.path()));
    if (IsLoadableWeights(artifact)) with_weights.insert(folder);
    if (artifact.role() == "card" || BaseNameOf(artifact.path()) == "config.json") with_card_or_config.insert(folder);
  }
  std::vector<std::string> folders;
  for (const std::string& folder : with_weights) {
    if (with_card_or_config.count(folder) > 0 && (folder.empty() || ComponentOf(folder + "/x").empty())) folders.push_back(folder);
  }
  return folders;
}

std::vector<std::string> ModelView::ComponentsWithWeights() const {
  std::set<std::string> components;
  for (const v1::InventoryArtifact& artifact : inventory_.artifacts()) {
    if (IsLoadableWeights(artifact)) components.insert(ComponentOf(artifact.path()));
  }
  return {components.begin(), components.end()};
}

}  // namespace weighbridge::provenance
