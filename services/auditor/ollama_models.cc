#include "services/auditor/ollama_models.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/auditor/read_files.h"
#include "services/auditor/shards.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/formats/ollama_manifest/ollama_manifest.h"
#include "services/source/document.h"
#include "services/source/root.h"

namespace weighbridge::auditor {
namespace {

using formats::OllamaLayer;
using formats::OllamaLayerKind;
using formats::OllamaManifest;

constexpr std::string_view kManifestsFolder = "manifests/";

// A manifest as it was read to learn which blobs to read.
struct NamedManifest {
  std::string path;
  std::string sha256_hex;  // empty if it could not be read
  absl::StatusOr<OllamaManifest> manifest = absl::UnknownError("not read");

  std::vector<const OllamaLayer*> Layers() const {
    std::vector<const OllamaLayer*> layers;
    if (!manifest.ok()) return layers;
    layers.push_back(&manifest->config);
    for (const OllamaLayer& layer : manifest->layers) layers.push_back(&layer);
    return layers;
  }
};

// One blob may be named for several purposes: the one that matters most counts.
int RankOf(OllamaLayerKind kind) {
  switch (kind) {
    case OllamaLayerKind::kModel:
    case OllamaLayerKind::kTensor:
      return 0;
    case OllamaLayerKind::kProjector:
      return 1;
    case OllamaLayerKind::kAdapter:
      return 2;
    case OllamaLayerKind::kLicense:
      return 3;
    case OllamaLayerKind::kConfig:
    case OllamaLayerKind::kParams:
    case OllamaLayerKind::kTemplate:
      return 4;
    case OllamaLayerKind::kSystem:
    case OllamaLayerKind::kMessages:
      return 5;
    case OllamaLayerKind::kForeign:
      return 6;
  }
  return 6;
}

Role RoleOfKind(OllamaLayerKind kind) {
  switch (kind) {
    case OllamaLayerKind::kModel:
    case OllamaLayerKind::kTensor:
      return Role::kWeights;
    case OllamaLayerKind::kProjector:
      return Role::kProjector;
    case OllamaLayerKind::kAdapter:
      return Role::kAdapter;
    case OllamaLayerKind::kLicense:
      return Role::kLicenseText;
    case OllamaLayerKind::kConfig:
    case OllamaLayerKind::kParams:
    case OllamaLayerKind::kTemplate:
      return Role::kConfig;
    case OllamaLayerKind::kSystem:
    case OllamaLayerKind::kMessages:
    case OllamaLayerKind::kForeign:
      return Role::kOther;
  }
  return Role::kOther;
}

// Content goes before what the manifest says, as it does before a name: trained numbers are weights whatever they are
// called.
Role RoleOfLayer(OllamaLayerKind kind, const source::FileEntry& blob, std::string_view format) {
  const Role said = RoleOfKind(kind);
  if (format.empty() || said == Role::kWeights || said == Role::kProjector || said == Role::kAdapter) return said;
  const Role content = RoleByName(blob, format);
  const bool decides =
      content == Role::kWeights || content == Role::kArchive || (content == Role::kCode && said != Role::kLicenseText);
  return decides ? content : said;
}

using Kinds = std::map<std::string, OllamaLayerKind, std::less<>>;

void AddKinds(const NamedManifest& named, Kinds& kinds) {
  for (const OllamaLayer* layer : named.Layers()) {
    const auto [found, added] = kinds.emplace(layer->BlobPath(), layer->kind);
    if (!added && RankOf(layer->kind) < RankOf(found->second)) found->second = layer->kind;
  }
}

// Manifests first, by themselves: they say which blobs are read.
absl::StatusOr<std::vector<NamedManifest>> ReadManifests(const source::Root& root,
                                                         const std::vector<std::string>& paths,
                                                         const source::WalkLimits& limits,
                                                         source::ReadOptions options) {
  options.progress = nullptr;
  WB_ASSIGN_OR_RETURN(const source::Listing listing, source::ListOnly(root, paths, limits, options.cancelled));
  std::vector<absl::StatusOr<OllamaManifest>> parsed(listing.files.size(), absl::UnknownError("not read"));
  const auto results = source::ReadAll(
      root, listing,
      [&](size_t index, const source::FileEntry&, formats::ByteSource& source) {
        const absl::StatusOr<std::string> bytes = source::ReadDocument(source, formats::kOllamaManifestBytesMax);
        parsed[index] =
            bytes.ok() ? formats::ParseOllamaManifest(*bytes) : absl::StatusOr<OllamaManifest>(bytes.status());
      },
      options);
  if (options.cancelled != nullptr && *options.cancelled) return absl::CancelledError("interrupted");
  std::vector<NamedManifest> manifests;
  size_t layers = 0;
  for (const std::string& path : paths) {
    NamedManifest named;
    named.path = path;
    for (size_t i = 0; i < listing.files.size(); ++i) {
      if (listing.files[i].path != path || !results[i].status.ok()) continue;
      named.sha256_hex = results[i].sha256_hex;
      named.manifest = std::move(parsed[i]);
    }
    layers += named.manifest.ok() ? named.manifest->layers.size() : 0;
    if (layers > kOllamaLayersTotalMax) {
      return absl::ResourceExhaustedError(
          absl::StrFormat("the manifests name more than %d layers together: name one of them", kOllamaLayersTotalMax));
    }
    manifests.push_back(std::move(named));
  }
  return manifests;
}

v1::Inventory StartInventory() {
  v1::Inventory inventory;
  inventory.set_schema_version(1);
  inventory.set_layout("ollama");
  return inventory;
}

// "manifests/HOST/NAMESPACE/MODEL/TAG": who published it, and as what.
void NameModel(const std::string& manifest, v1::Inventory& inventory) {
  const size_t tag = manifest.rfind('/');
  inventory.set_repository(manifest.substr(kManifestsFolder.size(), tag - kManifestsFolder.size()));
  inventory.set_revision(manifest.substr(tag + 1));
}

std::string ShownNames(const std::vector<std::string>& manifests) {
  constexpr size_t kShown = 16;
  std::string names;
  for (size_t i = 0; i < std::min(manifests.size(), kShown); ++i) {
    const size_t tag = manifests[i].rfind('/');
    names += (i > 0 ? ", " : "") + manifests[i].substr(kManifestsFolder.size(), tag - kManifestsFolder.size()) + ":" +
             manifests[i].substr(tag + 1);
  }
  return names + (manifests.size() > kShown ? absl::StrFormat(" and %d more", manifests.size() - kShown) : "");
}

Collected OnlyAProblem(const v1::InventoryProblem& problem) {
  Collected collected;
  collected.inventory = StartInventory();
  *collected.inventory.add_problems() = problem;
  return collected;
}

// What the store says against what was measured.
void CheckBlobs(const NamedManifest& named, v1::Inventory& inventory) {
  std::map<std::string, const v1::InventoryArtifact*> by_path;
  for (const v1::InventoryArtifact& artifact : inventory.artifacts()) by_path.emplace(artifact.path(), &artifact);
  std::vector<v1::InventoryProblem> problems;
  std::set<std::string> seen;
  for (const OllamaLayer* layer : named.Layers()) {
    const std::string path = layer->BlobPath();
    if (layer->kind == OllamaLayerKind::kForeign) {
      problems.push_back(MakeProblem(
          "file.format_unsupported", path,
          absl::StrFormat("the manifest gives it the media type \"%s\", of which this version does not know "
                          "what an engine makes of it",
                          layer->media_type),
          true));
    }
    const auto found = by_path.find(path);
    if (found == by_path.end() || !seen.insert(path).second) continue;  // not there: the walk said so
    if (found->second->sha256() != layer->sha256) {
      problems.push_back(MakeProblem(
          "file.digest_mismatch", path,
          absl::StrFormat("the content is not what the name says: its SHA-256 is %s", found->second->sha256()), true));
    }
    if (found->second->size() != layer->size) {
      problems.push_back(MakeProblem(
          "file.digest_mismatch", path,
          absl::StrFormat("the file has %d bytes, the manifest says %d", found->second->size(), layer->size), true));
    }
  }
  const auto manifest = by_path.find(named.path);
  if (manifest != by_path.end() && !named.sha256_hex.empty() && manifest->second->sha256() != named.sha256_hex) {
    problems.push_back(MakeProblem("file.changed", named.path, "the manifest changed while its blobs were read", true));
  }
  if (manifest != by_path.end() && !named.manifest.ok()) {
    problems.push_back(MakeProblem("file.malformed", named.path,
                                   absl::StrFormat("not a readable manifest: %s", named.manifest.status().message()),
                                   true));
  }
  for (v1::InventoryProblem& problem : problems) *inventory.add_problems() = std::move(problem);
}

Collected ModelOf(const NamedManifest& named, const source::Listing& listing, const FilesRead& read) {
  Collected collected;
  collected.inventory = StartInventory();
  v1::Inventory& inventory = collected.inventory;
  NameModel(named.path, inventory);
  Kinds kinds;
  AddKinds(named, kinds);
  const auto is_own = [&](std::string_view path) { return path == named.path || kinds.count(path) > 0; };
  for (const source::Problem& problem : listing.problems) {
    // A limit ends the reading: nobody knows of which model something is missing then.
    const bool everywhere = problem.kind == source::ProblemKind::kTooMany;
    if (everywhere || is_own(problem.path)) *inventory.add_problems() = MakeProblem(problem);
  }
  if (listing.problems_omitted > 0)
    *inventory.add_problems() = MakeProblem("file.limit", "", "further problems are not listed", listing.blocked);
  ShardCheck shards;
  for (size_t i = 0; i < listing.files.size(); ++i) {
    const source::FileEntry& file = listing.files[i];
    if (!is_own(file.path)) continue;
    FileNotes notes = read.notes[i];
    if (const auto kind = kinds.find(file.path); kind != kinds.end()) {
      notes.role = RoleOfLayer(kind->second, file, notes.pointer.has_value() ? "" : formats::FormatName(notes.format));
    }
    if (notes.weights.has_value()) shards.AddWeights(file.path, *notes.weights);
    AddFile(file, read.results[i], std::move(notes), inventory, collected.documents);
  }
  for (v1::InventoryProblem& problem : shards.Problems()) *inventory.add_problems() = std::move(problem);
  CheckBlobs(named, inventory);
  return collected;
}

}  // namespace

absl::StatusOr<std::vector<Collected>> CollectOllama(const source::OllamaStore& store, bool recursive,
                                                     const source::WalkLimits& limits,
                                                     const source::ReadOptions& options) {
  std::vector<Collected> models;
  if (!recursive && store.problem.has_value()) {
    models.push_back(OnlyAProblem(MakeProblem(*store.problem)));
    return models;
  }
  if (!recursive && store.manifests.size() > 1) {
    models.push_back(
        OnlyAProblem(MakeProblem("file.several_models", "",
                                 absl::StrFormat("%d models of an Ollama store: %s; name the manifest of one",
                                                 store.manifests.size(), ShownNames(store.manifests)),
                                 true)));
    return models;
  }
  WB_ASSIGN_OR_RETURN(const source::Root root, source::Root::Open(store.folder));
  WB_ASSIGN_OR_RETURN(const std::vector<NamedManifest> manifests,
                      ReadManifests(root, store.manifests, limits, options));
  Kinds kinds;
  std::set<std::string> paths;
  for (const NamedManifest& named : manifests) {
    AddKinds(named, kinds);
    paths.insert(named.path);
  }
  for (const auto& [path, kind] : kinds) paths.insert(path);
  WB_ASSIGN_OR_RETURN(const source::Listing listing,
                      source::ListOnly(root, {paths.begin(), paths.end()}, limits, options.cancelled));
  const RoleOfFile role_of = [&kinds](const source::FileEntry& file, std::string_view format) {
    const auto kind = kinds.find(file.path);
    return kind == kinds.end() ? Role::kOther : RoleOfLayer(kind->second, file, format);
  };
  WB_ASSIGN_OR_RETURN(const FilesRead read, ReadFiles(root, listing, role_of, options));
  if (store.problem.has_value()) models.push_back(OnlyAProblem(MakeProblem(*store.problem)));
  for (const NamedManifest& named : manifests) {
    models.push_back(ModelOf(named, listing, read));
    if (manifests.size() > 1 || store.problem.has_value()) models.back().inventory.set_model_path(named.path);
  }
  return models;
}

}  // namespace weighbridge::auditor
