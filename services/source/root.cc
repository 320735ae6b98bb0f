#include "services/source/root.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"

namespace weighbridge::source {
namespace {

constexpr std::string_view kModelsPrefix = "models--";
constexpr std::string_view kSnapshots = "snapshots";
// What the hub's own tools keep in a repository's folder.
constexpr std::string_view kRepositoryParts[] = {"blobs", "refs", "snapshots"};

absl::StatusOr<std::string> RealPath(const std::string& path, const std::string& given) {
  char* const real = realpath(path.c_str(), nullptr);
  if (real == nullptr) {
    const int error = errno;
    const std::string shown = Printable(given);
    if (error == ENOENT)
      return absl::NotFoundError(absl::StrFormat("'%s' does not exist: give a model directory or file", shown));
    return ErrnoStatus(error, absl::StrFormat("cannot look at '%s'", shown));
  }
  std::string result = real;
  std::free(real);
  return result;
}

// "/a/b" -> {"/a", "b"}; requires an absolute path that is not "/".
std::pair<std::string, std::string> SplitLast(const std::string& path) {
  const size_t slash = path.rfind('/');
  return {slash == 0 ? "/" : path.substr(0, slash), path.substr(slash + 1)};
}

// "ORG--NAME" -> "ORG/NAME". The hub allows "--" in neither part.
std::string RepositoryOf(std::string_view folder) {
  std::string repository(folder.substr(kModelsPrefix.size()));
  const size_t dashes = repository.find("--");
  if (dashes != std::string::npos) repository.replace(dashes, 2, "/");
  return repository;
}

// What `models--ORG--NAME` stands for.
struct HubRepository {
  std::string start = std::string(kSnapshots);
  std::optional<std::string> revision;
  std::optional<Problem> problem;
};

// Nothing if `beneath`, the folder of that name, is not laid out as a repository of the hub cache.
absl::StatusOr<std::optional<HubRepository>> FindHubRepository(const Beneath& beneath) {
  struct stat info;
  const std::string snapshots(kSnapshots);
  if (!beneath.StatLinkFree(snapshots, &info).ok() || !S_ISDIR(info.st_mode)) return std::nullopt;
  HubRepository repository;
  std::vector<std::string> parts, revisions;
  WB_ASSIGN_OR_RETURN(parts, beneath.VisibleNames(""));
  for (const std::string_view known : kRepositoryParts)
    parts.erase(std::remove(parts.begin(), parts.end(), known), parts.end());
  WB_ASSIGN_OR_RETURN(revisions, beneath.VisibleNames(snapshots));
  if (!parts.empty()) {
    repository.problem = {
        ProblemKind::kSeveralModels, "",
        absl::StrFormat("beside the snapshots of this hub repository lie %s: name one revision", ListedNames(parts))};
  } else if (revisions.size() > 1) {
    repository.problem = {ProblemKind::kSeveralModels, snapshots,
                          absl::StrFormat("%d revisions: %s; name one", revisions.size(), ListedNames(revisions))};
  } else if (revisions.size() == 1) {
    const std::string path = JoinPath(snapshots, revisions[0]);
    if (!beneath.StatLinkFree(path, &info).ok() || !S_ISDIR(info.st_mode)) {
      repository.problem = {ProblemKind::kUnreadable, Printable(path), "not a folder: no revision of a hub repository"};
    } else if (!IsPlainName(revisions[0])) {
      repository.problem = {ProblemKind::kBadName, Printable(path), "the name of the revision is not plain: rename it"};
    } else {
      repository.revision = revisions[0];
      repository.start = path;
    }
  }
  return repository;
}

}  // namespace

bool IsHubRepositoryName(std::string_view name) {
  return name.size() > kModelsPrefix.size() && name.substr(0, kModelsPrefix.size()) == kModelsPrefix;
}

std::optional<HubLayout> FindHubLayout(const std::string& folder) {
  // The innermost match wins: a cache may itself lie inside another snapshot.
  for (size_t end = folder.size(); end != std::string::npos && end > 0; end = folder.rfind('/', end - 1)) {
    const std::string path = folder.substr(0, end);  // candidate for .../models--X/snapshots/REV
    if (path.empty() || path == "/") break;
    const auto [snapshots_path, revision] = SplitLast(path);
    if (snapshots_path == "/") break;
    const auto [repository_path, snapshots] = SplitLast(snapshots_path);
    if (snapshots != kSnapshots || repository_path == "/") continue;
    const std::string repository = SplitLast(repository_path).second;
    if (!IsHubRepositoryName(repository)) continue;
    return HubLayout{{RepositoryOf(repository), revision}, repository_path, folder.substr(repository_path.size() + 1)};
  }
  return std::nullopt;
}

absl::StatusOr<Root> Root::Open(const std::string& path, OpenMethod method) {
  if (path.empty()) return absl::InvalidArgumentError("no path given: name a model directory or file");
  const std::string shown = Printable(path);
  struct stat info;
  if (stat(path.c_str(), &info) != 0) {
    if (errno == ENOENT)
      return absl::NotFoundError(absl::StrFormat("'%s' does not exist: give a model directory or file", shown));
    return ErrnoStatus(errno, absl::StrFormat("cannot look at '%s'", shown));
  }
  std::string folder;
  std::string name;
  if (S_ISDIR(info.st_mode)) {
    WB_ASSIGN_OR_RETURN(folder, RealPath(path, path));
  } else if (S_ISREG(info.st_mode)) {
    // Inside a snapshot the link's own name and place are meant; elsewhere the file that the user's path leads to.
    const size_t slash = path.rfind('/');
    name = slash == std::string::npos ? path : path.substr(slash + 1);
    WB_ASSIGN_OR_RETURN(folder, RealPath(slash == std::string::npos ? "." : path.substr(0, slash + 1), path));
    struct stat link;
    if (!FindHubLayout(folder) && lstat(path.c_str(), &link) == 0 && S_ISLNK(link.st_mode)) {
      std::string real;
      WB_ASSIGN_OR_RETURN(real, RealPath(path, path));
      std::tie(folder, name) = SplitLast(real);
    }
  } else {
    return absl::InvalidArgumentError(
        absl::StrFormat("'%s' is neither a directory nor a regular file: give a model directory or file", shown));
  }

  std::optional<HubLayout> layout = FindHubLayout(folder);
  absl::StatusOr<Beneath> beneath = Beneath::Open(layout ? layout->containment : folder, method);
  if (!beneath.ok()) return beneath.status();
  Root root(*std::move(beneath));
  root.given_path_ = path;
  root.file_name_ = name;
  if (layout) {
    root.start_ = layout->start;
    root.hub_ = std::move(layout->snapshot);
  } else if (const std::string base = SplitLast(folder).second; !root.single_file() && IsHubRepositoryName(base)) {
    std::optional<HubRepository> repository;
    WB_ASSIGN_OR_RETURN(repository, FindHubRepository(root.beneath_));
    if (repository.has_value()) {
      root.start_ = repository->start;
      root.problem_ = std::move(repository->problem);
      if (repository->revision) root.hub_ = HubSnapshot{RepositoryOf(base), *repository->revision};
    }
  }
  if (!root.single_file()) {
    // Fails now, with the user's own path in the message, rather than as an empty listing.
    const absl::StatusOr<OwnedFd> readable = root.beneath_.OpenLinkFree(root.start_, OpenAs::kFolder);
    if (!readable.ok()) {
      return absl::Status(readable.status().code(),
                          absl::StrFormat("cannot read the directory '%s': %s", shown, readable.status().message()));
    }
  }
  return root;
}

absl::StatusOr<OpenedFile> Root::OpenRegular(const std::string& target) const {
  OpenedFile file;
  WB_ASSIGN_OR_RETURN(file.fd, beneath_.OpenLinkFree(target, OpenAs::kFile));
  struct stat info;
  if (fstat(file.fd.get(), &info) != 0)
    return ErrnoStatus(errno, absl::StrFormat("cannot stat '%s'", Printable(target)));
  if (!S_ISREG(info.st_mode)) {
    return absl::FailedPreconditionError(absl::StrFormat("'%s' is not a regular file", Printable(target)));
  }
  file.identity = IdentityOf(info);
  file.hard_links = info.st_nlink;
  return file;
}

absl::StatusOr<OpenedFile> Root::OpenFile(const FileEntry& entry) const {
  OpenedFile file;
  WB_ASSIGN_OR_RETURN(file, OpenRegular(entry.target.empty() ? JoinPath(start_, entry.path) : entry.target));
  if (file.identity != entry.identity) {
    return absl::AbortedError(
        absl::StrFormat("'%s' changed after it was listed: try again when nothing writes here", Printable(entry.path)));
  }
  return file;
}

}  // namespace weighbridge::source
