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

// LICENSE-CODE, code_license.txt, LICENSE.code
bool IsNamedAfterCode(std::string_view base) {
  std::string lower(base);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  for (size_t at = lower.find("code"); at != std::string::npos; at = lower.find("code", at + 1)) {
    const bool begins = at == 0 || lower[at - 1] == '-' || lower[at - 1] == '_' || lower[at - 1] == '.';
    const size_t end = at + 4;
    const bool ends = end == lower.size() || lower[end] == '-' || lower[end] == '_' || lower[end] == '.';
    if (begins && ends) return true;
  }
  return false;
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
  for (const v1::InventoryArtifact& artifact : inventory.artifacts()) {
    if (IsLoadableWeights(artifact)) weight_folders_.emplace(FolderOf(artifact.path()));
  }
}

std::optional<std::string_view> ModelView::BytesOf(const v1::InventoryArtifact& artifact) const {
  if (artifact.document_sha256().empty()) return std::nullopt;
  const auto found = documents_.find(artifact.document_sha256());
  if (found == documents_.end()) return std::nullopt;
  return found->second;
}

std::string ModelView::ComponentOf(std::string_view path) const {
  // The innermost one: "a/b" sorts behind "a".
  for (auto folder = components_.rbegin(); folder != components_.rend(); ++folder) {
    if (IsInFolder(path, *folder)) return *folder;
  }
  return "";
}

std::string ModelView::SpeaksFor(const v1::InventoryArtifact& artifact) const {
  const std::string& path = artifact.path();
  const std::string& role = artifact.role();
  if (role == "notice") return "notice:" + path;
  const bool speaks = role == "license_text" || role == "use_policy" || role == "card" || role == "config" || role == "adapter";
  if (!speaks) return "file:" + path;
  if (IsNamedAfterCode(BaseNameOf(path))) return "code:" + path;
  const std::string_view folder = FolderOf(path);
  // LICENSES/ at the top is where the REUSE convention keeps the texts of a project.
  if (folder.empty() || folder == "LICENSES" || folder == "licenses" || folder == "license") return ComponentOf(path);
  for (const std::string& weights : weight_folders_) {
    if (weights == folder || IsInFolder(weights, folder)) return ComponentOf(path);
  }
  const std::string component = ComponentOf(path);
  return component.empty() ? "folder:" + std::string(folder) : component;
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
