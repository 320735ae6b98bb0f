#include "services/source/stored_models.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/source/beneath.h"
#include "services/source/root.h"

namespace weighbridge::source {
namespace {

constexpr char kSnapshots[] = "snapshots";
constexpr char kManifests[] = "manifests";
constexpr char kBlobs[] = "blobs";
constexpr int kManifestDepth = 4;  // host, namespace, model, tag

// Absolute and without links; empty if nothing is there.
std::string RealPathOf(const std::string& path) {
  const std::unique_ptr<char, void (*)(void*)> real(realpath(path.c_str(), nullptr), std::free);
  return real == nullptr ? "" : real.get();
}

std::string BaseOf(const std::string& path) { return path.substr(path.rfind('/') + 1); }
std::string ParentOf(const std::string& path) { return path.substr(0, path.rfind('/')); }

bool IsFolder(const Beneath& beneath, const std::string& path) {
  struct stat info;
  return beneath.StatLinkFree(path, &info).ok() && S_ISDIR(info.st_mode);
}

bool IsFolder(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

// Snapshots of the repository at `folder` below `beneath`; `shown` is its path as the result names it.
absl::Status AddSnapshots(const Beneath& beneath, const std::string& snapshots, const std::string& shown,
                          HubModels& found) {
  std::vector<std::string> revisions;
  WB_ASSIGN_OR_RETURN(revisions, beneath.VisibleNames(snapshots));
  for (const std::string& revision : revisions) {
    HubModel model;
    model.path = JoinPath(shown, revision);
    if (!IsPlainName(revision)) {
      model.problem = {ProblemKind::kBadName, Printable(model.path),
                       "the name of the revision is not plain: rename it"};
    } else if (!IsFolder(beneath, JoinPath(snapshots, revision))) {
      model.problem = {ProblemKind::kUnreadable, Printable(model.path),
                       "not a folder: no revision of a hub repository"};
    }
    found.models.push_back(std::move(model));
  }
  return absl::OkStatus();
}

bool IsKnownBesideRepositories(std::string_view name) {
  return name == "version.txt" || name == "CACHEDIR.TAG" || name.rfind("datasets--", 0) == 0 ||
         name.rfind("spaces--", 0) == 0;
}

// What lies in a repository's folder beside its snapshots.
absl::StatusOr<std::vector<std::string>> StrangersIn(const Beneath& beneath, const std::string& repository) {
  std::vector<std::string> names;
  WB_ASSIGN_OR_RETURN(names, beneath.VisibleNames(repository));
  for (const std::string_view known : {"blobs", "refs", "snapshots"}) {
    names.erase(std::remove(names.begin(), names.end(), known), names.end());
  }
  return names;
}

absl::StatusOr<std::optional<HubModels>> FindInHub(const Beneath& beneath) {
  absl::StatusOr<std::vector<std::string>> listed = beneath.VisibleNames("");
  if (absl::IsResourceExhausted(listed.status()))
    return std::nullopt;  // the walk has its own limits, and refuses a hub cache
  if (!listed.ok()) return listed.status();
  const std::vector<std::string>& names = *listed;
  HubModels found;
  std::vector<std::string> strangers;
  bool is_hub = false;
  for (const std::string& name : names) {
    const std::string snapshots = JoinPath(name, kSnapshots);
    if (!IsHubRepositoryName(name) || !IsFolder(beneath, name)) {
      if (!IsKnownBesideRepositories(name)) strangers.push_back(name);
      continue;
    }
    std::vector<std::string> others;
    WB_ASSIGN_OR_RETURN(others, StrangersIn(beneath, name));
    for (const std::string& other : others) strangers.push_back(JoinPath(name, other));
    // Without snapshots it is what a download left that found nothing.
    if (!IsFolder(beneath, snapshots)) continue;
    is_hub = true;
    WB_RETURN_IF_ERROR(AddSnapshots(beneath, snapshots, snapshots, found));
  }
  if (!is_hub) return std::nullopt;
  if (!strangers.empty()) {
    found.problem = {
        ProblemKind::kSeveralModels, "",
        absl::StrFormat("beside the repositories of this hub cache lie %s: name one model", ListedNames(strangers))};
  }
  return found;
}

// Manifests below `folder`, which is `depth` folders above them.
absl::Status AddManifests(const Beneath& beneath, const std::string& folder, int depth,
                          std::vector<std::string>& manifests) {
  std::vector<std::string> names;
  WB_ASSIGN_OR_RETURN(names, beneath.VisibleNames(folder));
  for (const std::string& name : names) {
    const std::string path = JoinPath(folder, name);
    struct stat info;
    WB_RETURN_IF_ERROR(beneath.StatLinkFree(path, &info));
    if (depth > 1) {
      if (S_ISDIR(info.st_mode)) WB_RETURN_IF_ERROR(AddManifests(beneath, path, depth - 1, manifests));
      continue;
    }
    // Links and other things too: reading them says what is wrong.
    if (S_ISDIR(info.st_mode)) continue;
    if (manifests.size() == kLayoutEntriesMax) {
      return absl::ResourceExhaustedError(absl::StrFormat("the store holds more than %d manifests", kLayoutEntriesMax));
    }
    manifests.push_back(path);
  }
  return absl::OkStatus();
}

// "STORE" and "manifests/HOST/NAMESPACE/MODEL/TAG" of a file that lies so in a store.
std::optional<std::pair<std::string, std::string>> SplitManifestPath(const std::string& real) {
  std::string folder = real;
  for (int i = 0; i < kManifestDepth; ++i) folder = ParentOf(folder);
  if (BaseOf(folder) != kManifests || folder.rfind('/') == 0) return std::nullopt;
  std::string store = ParentOf(folder);
  if (!IsFolder(store + "/" + kBlobs)) return std::nullopt;
  return std::make_pair(store, real.substr(store.size() + 1));
}

}  // namespace

absl::StatusOr<std::optional<HubModels>> FindHubModels(const std::string& path) {
  const std::string real = RealPathOf(path);
  if (real.empty() || !IsFolder(real) || FindHubLayout(real).has_value()) return std::nullopt;
  const std::string base = BaseOf(real);
  HubModels found;
  if (IsHubRepositoryName(base) && IsFolder(real + "/" + kSnapshots)) {
    absl::StatusOr<Beneath> beneath = Beneath::Open(real, OpenMethod::kAutomatic);
    if (!beneath.ok()) return beneath.status();
    if (!IsFolder(*beneath, kSnapshots)) return std::nullopt;  // a link: a walk says what is wrong with it
    WB_RETURN_IF_ERROR(AddSnapshots(*beneath, kSnapshots, kSnapshots, found));
    std::vector<std::string> others;
    WB_ASSIGN_OR_RETURN(others, StrangersIn(*beneath, ""));
    if (!others.empty()) {
      found.problem = {ProblemKind::kSeveralModels, "",
                       absl::StrFormat("beside the snapshots of this hub repository lie %s: name one revision",
                                       ListedNames(others))};
    }
    return found;
  }
  absl::StatusOr<Beneath> beneath = Beneath::Open(real, OpenMethod::kAutomatic);
  if (!beneath.ok()) return beneath.status();
  if (base == kSnapshots && IsHubRepositoryName(BaseOf(ParentOf(real)))) {
    WB_RETURN_IF_ERROR(AddSnapshots(*beneath, "", "", found));
    return found;
  }
  return FindInHub(*beneath);
}

absl::StatusOr<std::optional<OllamaStore>> FindOllamaStore(const std::string& path) {
  const std::string real = RealPathOf(path);
  if (real.empty()) return std::nullopt;
  OllamaStore store;
  if (!IsFolder(real)) {
    const auto split = SplitManifestPath(real);
    if (!split.has_value()) return std::nullopt;
    store.folder = split->first;
    store.manifests.push_back(split->second);
    store.single = true;
    return store;
  }
  if (!IsFolder(real + "/" + kManifests) || !IsFolder(real + "/" + kBlobs)) return std::nullopt;
  absl::StatusOr<Beneath> beneath = Beneath::Open(real, OpenMethod::kAutomatic);
  if (!beneath.ok()) return beneath.status();
  if (!IsFolder(*beneath, kManifests)) return std::nullopt;  // a link: a walk says where it leads
  store.folder = real;
  WB_RETURN_IF_ERROR(AddManifests(*beneath, kManifests, kManifestDepth, store.manifests));
  if (store.manifests.empty()) return std::nullopt;
  std::vector<std::string> others;
  WB_ASSIGN_OR_RETURN(others, beneath->VisibleNames(""));
  for (const char* known : {kManifests, kBlobs})
    others.erase(std::remove(others.begin(), others.end(), known), others.end());
  if (!others.empty()) {
    store.problem = {ProblemKind::kSeveralModels, "",
                     absl::StrFormat("beside manifests and blobs of this Ollama store lie %s: name one manifest",
                                     ListedNames(others))};
  }
  return store;
}

}  // namespace weighbridge::source
