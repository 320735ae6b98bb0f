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

// Where the REUSE convention and its relatives keep the texts of a project.
bool IsLicenseFolder(std::string_view folder) {
  return folder == "LICENSES" || folder == "licenses" || folder == "license";
}

bool IsInFolder(std::string_view path, std::string_view folder) {
  return path.size() > folder.size() && path.substr(0, folder.size()) == folder && path[folder.size()] == '/';
}

std::string Below(const std::string& folder, const std::string& name) {
  return folder.empty() ? name : folder + "/" + name;
}

using FolderSet = std::set<std::string, std::less<>>;

FolderSet WithFoldersAbove(const std::set<std::string>& folders) {
  FolderSet all;
  for (const std::string& folder : folders) {
    for (std::string_view above = folder; !above.empty() && all.emplace(above).second; above = FolderOf(above)) {
    }
  }
  return all;
}

// Null without a context.
std::unique_ptr<const v1::Inventory> WithContext(const v1::Inventory& inventory) {
  const bool problems = std::any_of(inventory.problems().begin(), inventory.problems().end(),
                                    [](const auto& problem) { return problem.of_context(); });
  if (inventory.context_artifacts().empty() && !problems) return nullptr;
  auto merged = std::make_unique<v1::Inventory>(inventory);
  for (const v1::InventoryArtifact& artifact : inventory.context_artifacts()) {
    v1::InventoryArtifact& added = *merged->add_artifacts();
    added = artifact;
    added.set_path(std::string(kContextMark) + artifact.path());
  }
  for (v1::InventoryProblem& problem : *merged->mutable_problems()) {
    if (problem.of_context() && !problem.path().empty()) problem.set_path(std::string(kContextMark) + problem.path());
  }
  return merged;
}

}  // namespace

bool IsOfOthers(std::string_view component) {
  constexpr std::string_view kNotice = "notice:";
  if (component.substr(0, kBaseMark.size()) == kBaseMark) component.remove_prefix(kBaseMark.size());
  return component == kPrograms || component.substr(0, kNotice.size()) == kNotice;
}

std::string_view FolderOf(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string_view BaseNameOf(std::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash != std::string_view::npos) return path.substr(slash + 1);
  for (const std::string_view mark : {kContextMark, kBaseMark}) {
    if (path.substr(0, mark.size()) == mark) return path.substr(mark.size());
  }
  return path;
}

ModelView::ModelView(const v1::Inventory& inventory, const DocumentBytes& documents)
    : merged_(WithContext(inventory)),
      inventory_(merged_ != nullptr ? merged_.get() : &inventory),
      documents_(documents) {
  for (const v1::InventoryArtifact& artifact : inventory.context_artifacts()) {
    context_paths_.insert(std::string(kContextMark) + artifact.path());
  }
  for (const v1::InventoryArtifact& artifact : inventory.artifacts()) {
    if (const std::optional<std::string_view> text = BytesOf(artifact)) ReadIndex(artifact, *text);
    if (IsLoadableWeights(artifact)) weight_folders_.emplace(FolderOf(artifact.path()));
  }
}

void ModelView::ReadIndex(const v1::InventoryArtifact& artifact, std::string_view text) {
  const std::string_view base = BaseNameOf(artifact.path());
  const std::string folder(FolderOf(artifact.path()));
  if (base == "modules.json") {
    for (const std::string& name : ModuleFolders(text))
      (folder.empty() ? components_ : inner_components_).insert(Below(folder, name));
  } else if (base == "model_index.json") {
    const absl::StatusOr<formats::PipelineIndex> index = formats::ParsePipelineIndex(text);
    if (!index.ok()) {
      unreadable_indexes_.emplace(artifact.path(), std::string(index.status().message()));
      return;
    }
    std::set<std::string>& names = pipelines_[artifact.path()];
    for (const formats::PipelineComponent& component : index->components) {
      names.insert(component.name);
      (folder.empty() ? components_ : inner_components_).insert(Below(folder, component.name));
    }
  }
}

std::optional<std::string_view> ModelView::BytesOf(const v1::InventoryArtifact& artifact) const {
  if (artifact.document_sha256().empty()) return std::nullopt;
  const auto found = documents_.find(artifact.document_sha256());
  if (found == documents_.end()) return std::nullopt;
  return found->second;
}

std::string ModelView::ComponentOf(std::string_view path) const {
  for (std::string_view folder = FolderOf(path); !folder.empty(); folder = FolderOf(folder)) {
    if (components_.count(folder) > 0) return std::string(folder);
  }
  return "";
}

std::string ModelView::SpeaksFor(const v1::InventoryArtifact& artifact) const {
  const std::string& path = artifact.path();
  const std::string& role = artifact.role();
  if (role == "notice") return "notice:" + path;
  if (role == "code") return std::string(kPrograms);
  const bool speaks =
      role == "license_text" || role == "use_policy" || role == "card" || role == "config" || role == "adapter";
  if (!speaks) return "file:" + path;
  if (IsNamedAfterCode(BaseNameOf(path))) return "code:" + path;
  if (context_paths_.count(path) > 0) return ContextSpeaksFor(path);
  const std::string_view folder = FolderOf(path);
  // LICENSES/ at the top is where the REUSE convention keeps the texts of a project.
  if (folder.empty() || IsLicenseFolder(folder)) return ComponentOf(path);
  for (const std::string& weights : weight_folders_) {
    if (weights == folder || IsInFolder(weights, folder)) return ComponentOf(path);
  }
  const std::string component = ComponentOf(path);
  return component.empty() ? "folder:" + std::string(folder) : component;
}

std::string ModelView::ContextSpeaksFor(const std::string& path) const {
  const std::string_view own = std::string_view(path).substr(kContextMark.size());
  std::string_view folder = FolderOf(own);
  if (IsLicenseFolder(BaseNameOf(folder))) folder = FolderOf(folder);
  if (folder.empty() || inventory_->model_path() == folder || IsInFolder(inventory_->model_path(), folder)) return "";
  return "folder:" + std::string(kContextMark) + std::string(FolderOf(own));
}

std::vector<std::string> ModelView::ModelFolders() const {
  std::set<std::string> with_weights, with_card_or_config;
  for (const v1::InventoryArtifact& artifact : inventory_->artifacts()) {
    if (context_paths_.count(artifact.path()) > 0) continue;
    const std::string folder(FolderOf(artifact.path()));
    if (IsLoadableWeights(artifact)) with_weights.insert(folder);
    if (artifact.role() == "card" || BaseNameOf(artifact.path()) == "config.json") with_card_or_config.insert(folder);
  }
  std::set<std::string> folders;
  for (const std::string& folder : with_weights) {
    if (with_card_or_config.count(folder) > 0) folders.insert(folder);
  }
  // A pipeline keeps its weights in its components.
  const FolderSet holding = WithFoldersAbove(with_weights);
  for (const auto& [index, names] : pipelines_) {
    const std::string folder(FolderOf(index));
    const bool weights = std::any_of(names.begin(), names.end(),
                                     [&](const std::string& name) { return holding.count(Below(folder, name)) > 0; });
    if (weights) folders.insert(folder);
  }
  std::vector<std::string> all;
  for (const std::string& folder : folders) {
    bool component = false;
    for (std::string_view above = folder; !above.empty(); above = FolderOf(above)) {
      component = component || components_.count(above) > 0 || inner_components_.count(above) > 0;
    }
    if (!component) all.push_back(folder);
  }
  return all;
}

std::vector<ModelView::MissingComponent> ModelView::MissingComponents() const {
  std::set<std::string> folders;
  if (!pipelines_.empty()) {
    for (const v1::InventoryArtifact& artifact : inventory_->artifacts()) folders.emplace(FolderOf(artifact.path()));
  }
  const FolderSet there = WithFoldersAbove(folders);
  std::vector<MissingComponent> missing;
  for (const auto& [index, names] : pipelines_) {
    for (const std::string& name : names) {
      if (there.count(Below(std::string(FolderOf(index)), name)) == 0) missing.push_back({index, name});
    }
  }
  return missing;
}

bool ModelView::IsAdapter() const {
  return std::any_of(inventory_->artifacts().begin(), inventory_->artifacts().end(), IsAdapterArtifact);
}

std::vector<std::string> ModelView::ComponentsWithWeights() const {
  std::set<std::string> components;
  for (const v1::InventoryArtifact& artifact : inventory_->artifacts()) {
    if (IsLoadableWeights(artifact)) components.insert(ComponentOf(artifact.path()));
  }
  return {components.begin(), components.end()};
}

std::optional<std::string_view> DocumentAt(const v1::Inventory& inventory, const DocumentBytes& documents,
                                           std::string_view path) {
  const auto find = [&](const auto& artifacts, std::string_view wanted) -> std::optional<std::string_view> {
    for (const v1::InventoryArtifact& artifact : artifacts) {
      if (artifact.path() != wanted) continue;
      const auto found = documents.find(artifact.document_sha256());
      if (found != documents.end()) return std::string_view(found->second);
    }
    return std::nullopt;
  };
  if (const auto own = find(inventory.artifacts(), path)) return own;
  if (path.substr(0, kContextMark.size()) == kContextMark)
    return find(inventory.context_artifacts(), path.substr(kContextMark.size()));
  if (path.substr(0, kBaseMark.size()) == kBaseMark && inventory.has_base()) {
    return DocumentAt(inventory.base(), documents, path.substr(kBaseMark.size()));
  }
  return std::nullopt;
}

bool IsAdapterArtifact(const v1::InventoryArtifact& artifact) {
  return artifact.role() == "adapter" || artifact.header().adapter();
}

}  // namespace weighbridge::provenance
