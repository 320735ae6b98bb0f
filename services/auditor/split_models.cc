#include "services/auditor/split_models.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/provenance/model_view.h"
#include "services/source/download_metadata.h"
#include "services/source/listing.h"

namespace weighbridge::auditor {
namespace {

using provenance::FolderOf;
using Folders = std::set<std::string, std::less<>>;

bool IsIn(std::string_view path, std::string_view folder) {
  return folder.empty() ||
         (path.size() > folder.size() && path.substr(0, folder.size()) == folder && path[folder.size()] == '/');
}

bool IsAtOrIn(std::string_view path, std::string_view folder) { return path == folder || IsIn(path, folder); }

std::string Below(std::string_view path, std::string_view folder) {
  return std::string(folder.empty() ? path : path.substr(std::min(path.size(), folder.size() + 1)));
}

// The pruned path of `folder` in which `path` lies; empty if none.
std::string_view PrunedPartOf(std::string_view path, std::string_view folder) {
  if (!IsIn(path, folder)) return {};
  const std::string below = Below(path, folder);
  for (const std::string_view pruned : source::kPrunedPaths) {
    if (IsAtOrIn(below, pruned)) return pruned;
  }
  return {};
}

// Calls `see` for the folder of `path`, the one above it, and so on to "", until it returns true.
template <typename See>
void ForEachFolderAbove(std::string_view path, const See& see) {
  for (std::string_view folder = FolderOf(path);; folder = FolderOf(folder)) {
    if (see(folder) || folder.empty()) return;
  }
}

// Model folders as paths of files, or as the printable paths of problems.
class Places {
 public:
  explicit Places(const Folders& models) : models_(models) {
    for (const std::string& model : models) {
      above_.insert(model);
      ForEachFolderAbove(model, [&](std::string_view folder) { return !above_.emplace(folder).second; });
    }
  }

  const Folders& models() const { return models_; }

  // The innermost model folder that holds `path`.
  std::optional<std::string> OwnerOf(std::string_view path) const {
    std::optional<std::string> owner;
    ForEachFolderAbove(path, [&](std::string_view folder) {
      if (models_.count(folder) > 0) owner = std::string(folder);
      return owner.has_value();
    });
    return owner;
  }

  // The nearest folder above that holds a model: what lies here speaks for all models in it.
  std::string ReachOf(std::string_view path) const {
    std::string reach;
    ForEachFolderAbove(path, [&](std::string_view folder) {
      if (above_.count(folder) == 0) return false;
      reach = std::string(folder);
      return true;
    });
    return reach;
  }

  // The folder whose pruned part holds `path`, outermost first, and that part.
  std::optional<std::pair<std::string, std::string>> PrunedBy(std::string_view path) const {
    std::optional<std::pair<std::string, std::string>> found;
    ForEachFolderAbove(path, [&](std::string_view folder) {
      if (above_.count(folder) == 0) return false;
      if (const std::string_view part = PrunedPartOf(path, folder); !part.empty()) {
        found.emplace(std::string(folder), std::string(part));
      }
      return false;
    });
    return found;
  }

 private:
  const Folders models_;
  Folders above_;  // model folders and all folders above them
};

bool HasPrunedPart(std::string_view folder) {
  const std::string path = "/" + std::string(folder) + "/";
  return std::any_of(std::begin(source::kPrunedPaths), std::end(source::kPrunedPaths), [&](std::string_view pruned) {
    return path.find("/" + std::string(pruned) + "/") != std::string::npos;
  });
}

bool IsLoadableWeights(const v1::InventoryArtifact& artifact) {
  return artifact.role() == "weights" || artifact.role() == "projector" ||
         (artifact.role() == "adapter" && artifact.format() != "json");
}

// What people wrote, can be read or not, and what may hold it. A config speaks for the weights beside it alone.
bool SpeaksForOthers(const v1::InventoryArtifact& artifact) {
  const std::string& role = artifact.role();
  if (role == "license_text" || role == "use_policy" || role == "notice" || role == "card" || role == "archive")
    return true;
  return role == "other" && !artifact.document_sha256().empty();
}

// Where one of these is, a document may be that nobody read.
bool MayHideDocuments(const v1::InventoryProblem& problem) {
  static constexpr std::string_view kRules[] = {"file.unsafe_link", "file.unreadable", "file.bad_name", "file.changed",
                                                "file.several_models"};
  return std::find(std::begin(kRules), std::end(kRules), problem.rule_id()) != std::end(kRules);
}

class Splitter {
 public:
  explicit Splitter(Collected whole) : whole_(std::move(whole)) {}

  absl::StatusOr<std::vector<Collected>> Run() {
    const Folders folders = ModelFolders();
    if (folders.size() < 2) {
      std::vector<Collected> one;
      one.push_back(std::move(whole_));
      return one;
    }
    if (folders.size() > kSplitModelsMax) {
      return absl::ResourceExhaustedError(
          absl::StrFormat("%d models, the limit is %d: gate the folders one by one", folders.size(), kSplitModelsMax));
    }
    const Places places(folders);
    for (const std::string& folder : folders) Start(folder);
    for (const v1::InventoryArtifact& artifact : whole_.inventory.artifacts()) AddArtifact(artifact, places);
    AddContext(places);
    Folders printable;
    for (const std::string& folder : folders) printable.insert(Printable(folder));
    AddProblems(Places(printable));
    AddIgnored();
    return Finish();
  }

 private:
  Folders ModelFolders() const {
    Folders folders;
    for (std::string& folder : provenance::ModelView(whole_.inventory, whole_.documents).ModelFolders()) {
      if (!HasPrunedPart(folder)) folders.insert(std::move(folder));
    }
    if (folders.size() < 2) return folders;
    const Places places(folders);
    const bool stray = std::any_of(
        whole_.inventory.artifacts().begin(), whole_.inventory.artifacts().end(), [&](const auto& artifact) {
          return IsLoadableWeights(artifact) && !places.OwnerOf(artifact.path()) && !places.PrunedBy(artifact.path());
        });
    if (stray) folders.insert("");
    return folders;
  }

  void Start(const std::string& folder) {
    v1::Inventory& inventory = models_[folder].inventory;
    const v1::Inventory& whole = whole_.inventory;
    inventory.set_schema_version(whole.schema_version());
    inventory.set_layout(whole.layout());
    inventory.set_repository(whole.repository());
    inventory.set_revision(whole.revision());
    inventory.set_model_path(folder);
    if (!folder.empty()) return;
    *inventory.mutable_ignored() = whole.ignored();
    *inventory.mutable_download_revisions() = whole.download_revisions();
  }

  void AddArtifact(const v1::InventoryArtifact& artifact, const Places& places) {
    if (const auto pruned = places.PrunedBy(artifact.path())) {
      if (places.models().count(pruned->first) == 0) return;
      ignored_[pruned->first].insert(pruned->second);
      AddDownloadNote(artifact, pruned->first);
      return;
    }
    const std::optional<std::string> owner = places.OwnerOf(artifact.path());
    if (!owner.has_value()) return;
    v1::InventoryArtifact& added = *models_[*owner].inventory.add_artifacts();
    added = artifact;
    added.set_path(Below(artifact.path(), *owner));
  }

  void AddDownloadNote(const v1::InventoryArtifact& artifact, const std::string& folder) {
    constexpr std::string_view kNotes = ".cache/huggingface/download/", kSuffix = ".metadata";
    const std::string below = Below(artifact.path(), folder);
    const auto bytes = whole_.documents.find(artifact.document_sha256());
    if (below.rfind(kNotes, 0) != 0 || bytes == whole_.documents.end()) return;
    if (below.size() < kSuffix.size() || below.compare(below.size() - kSuffix.size(), kSuffix.size(), kSuffix) != 0)
      return;
    const std::string_view commit = source::CommitOfDownloadNote(bytes->second);
    std::set<std::string>& commits = commits_[folder];
    if (!commit.empty() && commits.size() < source::kMaxDownloadRevisions) commits.emplace(commit);
  }

  void AddContext(const Places& places) {
    for (const v1::InventoryArtifact& artifact : whole_.inventory.artifacts()) {
      if (!SpeaksForOthers(artifact) || places.PrunedBy(artifact.path())) continue;
      const std::optional<std::string> owner = places.OwnerOf(artifact.path());
      const std::string reach = places.ReachOf(artifact.path());
      for (auto& [folder, model] : models_) {
        if (!IsAtOrIn(folder, reach) || owner == folder) continue;
        if (++shared_entries_ > kSplitSharedEntriesMax) return;
        // Under its path from the top: what it speaks for follows from that and from the model's own path.
        *model.inventory.add_context_artifacts() = artifact;
      }
    }
  }

  void AddProblems(const Places& printable) {
    for (const v1::InventoryProblem& problem : whole_.inventory.problems()) {
      // The listing is not whole, or a part of the problems is not: nobody knows which models that concerns.
      const bool everywhere = problem.rule_id() == "file.limit" && problem.blocks();
      if (!everywhere && printable.PrunedBy(problem.path()).has_value()) continue;
      const std::optional<std::string> owner = printable.OwnerOf(problem.path());
      const std::string reach = printable.ReachOf(problem.path());
      for (auto& [folder, model] : models_) {
        const bool owned = owner == Printable(folder);
        const bool context =
            problem.blocks() && IsAtOrIn(Printable(folder), reach) && (!owner.has_value() || MayHideDocuments(problem));
        if (!owned && !context && !everywhere) continue;
        if (++shared_entries_ > kSplitSharedEntriesMax) return;
        v1::InventoryProblem& added = *model.inventory.add_problems();
        added = problem;
        if (owned) added.set_path(Below(problem.path(), Printable(folder)));
        added.set_of_context(!owned && !everywhere);
      }
    }
  }

  void AddIgnored() {
    for (auto& [folder, model] : models_) {
      std::set<std::string>& ignored = ignored_[folder];
      ignored.insert(model.inventory.ignored().begin(), model.inventory.ignored().end());
      for (const auto& [other, _] : models_) {
        if (other != folder && IsIn(other, folder)) ignored.insert(Below(other, folder));
      }
      model.inventory.clear_ignored();
      for (const std::string& path : ignored) model.inventory.add_ignored(path);
      for (const std::string& commit : commits_[folder]) model.inventory.add_download_revisions(commit);
    }
  }

  absl::StatusOr<std::vector<Collected>> Finish() {
    size_t bytes = 0;
    std::vector<Collected> all;
    for (auto& [folder, model] : models_) {
      for (const auto* artifacts : {&model.inventory.artifacts(), &model.inventory.context_artifacts()}) {
        for (const v1::InventoryArtifact& artifact : *artifacts) {
          const auto found = whole_.documents.find(artifact.document_sha256());
          if (found == whole_.documents.end() || !model.documents.insert(*found).second) continue;
          bytes += found->second.size();
        }
      }
      if (bytes > kSplitDocumentsBytesMax || shared_entries_ > kSplitSharedEntriesMax) {
        return absl::ResourceExhaustedError(absl::StrFormat(
            "the documents that %d models share are over the limits: gate the folders one by one", models_.size()));
      }
      all.push_back(std::move(model));
    }
    return all;
  }

  Collected whole_;
  std::map<std::string, Collected> models_;  // by folder
  std::map<std::string, std::set<std::string>> ignored_, commits_;
  size_t shared_entries_ = 0;  // documents and problems that were given to a model
};

}  // namespace

absl::StatusOr<std::vector<Collected>> SplitModels(Collected whole) { return Splitter(std::move(whole)).Run(); }

}  // namespace weighbridge::auditor
