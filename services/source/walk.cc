#include "services/source/walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "services/base/utf8.h"
#include "services/source/beneath.h"
#include "services/source/download_metadata.h"
#include "services/source/names.h"

namespace weighbridge::source {
namespace {

constexpr const char* kDownloadNotes = ".cache/huggingface";
constexpr const char* kBlobs = "blobs/";
constexpr size_t kRepositoriesShown = 16;

bool IsPruned(const std::string& path) {
  return std::find(std::begin(kPrunedPaths), std::end(kPrunedPaths), path) != std::end(kPrunedPaths);
}

// A folder being walked: its path in the model, and its link-free path below the containment root.
struct Place {
  std::string path;
  std::string target;
  int depth = 0;
};

class Walker {
 public:
  Walker(const Root& root, const WalkLimits& limits, const std::atomic<bool>* cancelled)
      : root_(root), beneath_(root.beneath()), limits_(limits), cancelled_(cancelled) {}

  absl::StatusOr<Listing> Run() {
    listing_.single_file = root_.single_file();
    listing_.hub = root_.hub();
    if (root_.problem()) {
      Report(root_.problem()->kind, root_.problem()->path, root_.problem()->message);
    } else if (root_.single_file()) {
      SingleFile();
    } else {
      Folder({"", root_.start(), 0}, /*parent_device=*/std::nullopt);
    }
    if (Cancelled()) return absl::CancelledError("interrupted while listing files");
    if (listing_.files.empty() && !listing_.blocked) {
      return absl::FailedPreconditionError(absl::StrFormat(
          "'%s' holds no files%s: there is nothing to examine", Printable(root_.given_path()),
          listing_.ignored.empty() ? "" : " but ignored ones (.git, .cache/huggingface, .weighbridge)"));
    }
    Finish();
    return std::move(listing_);
  }

  absl::StatusOr<Listing> RunOnly(const std::vector<std::string>& paths) {
    listing_.hub = root_.hub();
    files_alone_ = true;
    for (const std::string& path : paths) {
      if (Stopped()) break;
      if (++entries_ > limits_.max_entries) {
        Stop(path, absl::StrFormat("more than %d entries: the rest was not looked at", limits_.max_entries));
        break;
      }
      const size_t slash = path.rfind('/');
      const std::string folder = slash == std::string::npos ? "" : path.substr(0, slash);
      if (!IsPlainName(folder)) {
        Report(ProblemKind::kBadName, path, "a folder above it has a name that is not plain: rename it");
        continue;
      }
      const Place place{folder, JoinPath(root_.start(), folder), 0};
      const absl::StatusOr<OwnedFd> fd = beneath_.OpenLinkFree(place.target, OpenAs::kFolder);
      if (!fd.ok()) {
        Report(ProblemKind::kUnreadable, path, std::string(fd.status().message()));
        continue;
      }
      Entry(place, path.substr(slash == std::string::npos ? 0 : slash + 1), fd->get());
    }
    if (Cancelled()) return absl::CancelledError("interrupted while listing files");
    Finish();
    return std::move(listing_);
  }

 private:
  bool Cancelled() const { return cancelled_ != nullptr && cancelled_->load(std::memory_order_relaxed); }
  bool Stopped() const { return stopped_ || Cancelled(); }

  void Report(ProblemKind kind, const std::string& path, std::string message) {
    size_t& shown = IsBlocking(kind) ? blocking_shown_ : notes_shown_;
    listing_.blocked |= IsBlocking(kind);
    if (shown == kMaxProblemsShown) {
      ++listing_.problems_omitted;
      return;
    }
    ++shown;
    listing_.problems.push_back({kind, Printable(path), std::move(message)});
  }

  void Stop(const std::string& path, std::string message) {
    if (!stopped_) Report(ProblemKind::kTooMany, path, std::move(message));
    stopped_ = true;
  }

  // Names of a folder in bytewise order. Counts them against the limit while reading: one folder may hold billions.
  std::vector<std::string> Names(DIR* stream, const Place& place) {
    std::vector<std::string> names;
    while (!Stopped()) {
      errno = 0;
      const dirent* const entry = readdir(stream);
      if (entry == nullptr) {
        if (errno != 0)
          Report(ProblemKind::kUnreadable, place.path,
                 absl::StrFormat("cannot list the folder: %s", std::strerror(errno)));
        break;
      }
      if (std::strcmp(entry->d_name, ".") == 0 || std::strcmp(entry->d_name, "..") == 0) continue;
      if (++entries_ > limits_.max_entries) {
        Stop(place.path, absl::StrFormat("more than %d entries: the rest was not looked at", limits_.max_entries));
        break;
      }
      names.emplace_back(entry->d_name);
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  void Folder(const Place& place, std::optional<uint64_t> parent_device) {
    if (place.depth > limits_.max_depth) {
      Report(ProblemKind::kTooDeep, place.path,
             absl::StrFormat("more than %d folders deep: not looked into", limits_.max_depth));
      return;
    }
    absl::StatusOr<OwnedFd> fd = beneath_.OpenLinkFree(place.target, OpenAs::kFolder);
    struct stat info;
    if (!fd.ok() || fstat(fd->get(), &info) != 0) {
      Report(ProblemKind::kUnreadable, place.path,
             fd.ok() ? absl::StrFormat("cannot stat the folder: %s", std::strerror(errno))
                     : std::string(fd.status().message()));
      return;
    }
    const std::pair<uint64_t, uint64_t> self(info.st_dev, info.st_ino);
    if (std::find(open_folders_.begin(), open_folders_.end(), self) != open_folders_.end()) {
      Report(ProblemKind::kLinkLoop, place.path, "the link leads to a folder that holds it");
      return;
    }
    if (parent_device.has_value() && *parent_device != self.first) {
      Report(ProblemKind::kMountCrossing, place.path,
             "the folder lies on another file system than the one that holds it");
    }
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(fdopendir(fd->get()), closedir);
    if (stream == nullptr) {
      Report(ProblemKind::kUnreadable, place.path, absl::StrFormat("cannot list the folder: %s", std::strerror(errno)));
      return;
    }
    const int folder_fd = fd->Release();
    open_folders_.push_back(self);
    const std::vector<std::string> names = Names(stream.get(), place);
    if (!IsHubCache(place, names)) {
      for (const std::string& name : names) {
        if (Stopped()) break;
        Entry(place, name, folder_fd);
      }
    }
    open_folders_.pop_back();
  }

  // A folder of hub repositories: their revisions link into blobs/ that would be walked too, and nobody said which
  // model is meant.
  bool IsHubCache(const Place& place, const std::vector<std::string>& names) {
    if (root_.hub()) return false;
    size_t repositories = 0;
    std::string shown;
    for (const std::string& name : names) {
      struct stat info;
      const std::string snapshots = JoinPath(JoinPath(place.target, name), "snapshots");
      if (!IsHubRepositoryName(name) || !beneath_.StatLinkFree(snapshots, &info).ok() || !S_ISDIR(info.st_mode))
        continue;
      if (++repositories <= kRepositoriesShown) shown += (repositories > 1 ? ", " : "") + Printable(name);
    }
    if (repositories == 0) return false;
    if (repositories > kRepositoriesShown) shown += absl::StrFormat(" and %d more", repositories - kRepositoriesShown);
    Report(ProblemKind::kSeveralModels, place.path,
           absl::StrFormat("a hub cache with the repositories %s: name one of them", shown));
    return true;
  }

  void SingleFile() {
    const Place folder{"", root_.start(), 0};
    const absl::StatusOr<OwnedFd> fd = beneath_.OpenLinkFree(folder.target, OpenAs::kFolder);
    if (!fd.ok()) return Report(ProblemKind::kUnreadable, root_.file_name(), std::string(fd.status().message()));
    Entry(folder, root_.file_name(), fd->get());
  }

  // One name in the folder that `folder_fd` holds open.
  void Entry(const Place& folder, const std::string& name, int folder_fd) {
    const std::string path = JoinPath(folder.path, name);
    std::string target = JoinPath(folder.target, name);
    if (!root_.single_file() && !files_alone_ && IsPruned(path)) {
      listing_.ignored.push_back(path);
      if (path == kDownloadNotes) listing_.download_revisions = ReadDownloadRevisions(beneath_, target + "/download");
      return;
    }
    if (const std::string why = WhyBadName(name); !why.empty()) return Report(ProblemKind::kBadName, path, why);
    if (target.size() > kMaxPathBytes || path.size() > kMaxPathBytes) {
      return Report(ProblemKind::kNameTooLong, path.substr(0, kMaxNameBytes) + "...",
                    absl::StrFormat("the path has %d bytes, the limit is %d", std::max(path.size(), target.size()),
                                    kMaxPathBytes));
    }
    if (HasBidiControl(name))
      Report(ProblemKind::kBidiName, path,
             "the name holds bidirectional controls, which can make it look like another");

    struct stat info;
    if (fstatat(folder_fd, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
      return Report(ProblemKind::kUnreadable, path, absl::StrFormat("cannot stat: %s", std::strerror(errno)));
    }
    if (S_ISLNK(info.st_mode)) {
      Resolved resolved = beneath_.FollowLink(target);
      if (!resolved.problem && root_.hub() && resolved.path.rfind(kBlobs, 0) != 0) {
        resolved.problem = ProblemKind::kLinkLeavesRoot;
        resolved.message = absl::StrFormat("the link leads to '%s' of the hub cache: only its blobs/ may be linked to",
                                           Printable(resolved.path));
      }
      if (resolved.problem) return Report(*resolved.problem, path, resolved.message);
      target = std::move(resolved.path);
      if (!target.empty()) {
        // Only the type is taken from here; what is read is checked again after opening.
        if (const absl::Status status = beneath_.StatLinkFree(target, &info); !status.ok()) {
          return Report(ProblemKind::kUnreadable, path, std::string(status.message()));
        }
      } else {
        info.st_mode = S_IFDIR;  // the containment root itself
      }
    }
    if (S_ISREG(info.st_mode)) return File(path, std::move(target));
    if (root_.single_file()) return Report(ProblemKind::kUnreadable, path, "not a regular file any more");
    if (files_alone_) return Report(ProblemKind::kUnreadable, path, "not a regular file");
    if (S_ISDIR(info.st_mode)) return Folder({path, std::move(target), folder.depth + 1}, open_folders_.back().first);
    if (S_ISFIFO(info.st_mode))
      return Report(ProblemKind::kFifo, path, "a named pipe is not part of a model: remove it");
    if (S_ISSOCK(info.st_mode)) return Report(ProblemKind::kSocket, path, "a socket is not part of a model: remove it");
    Report(ProblemKind::kDevice, path, "a device is not part of a model: remove it");
  }

  void File(const std::string& path, std::string target) {
    if (path == "-") {
      return Report(
          ProblemKind::kBadName, path,
          "sha256sum takes the name '-' for its standard input, so nobody could check the digest: rename the file");
    }
    const absl::StatusOr<OpenedFile> file = root_.OpenRegular(target);
    if (!file.ok()) return Report(ProblemKind::kUnreadable, path, std::string(file.status().message()));
    if (file->identity.size > limits_.max_file_bytes) {
      return Report(
          ProblemKind::kTooLarge, path,
          absl::StrFormat("the file has %d bytes, the limit is %d", file->identity.size, limits_.max_file_bytes));
    }
    const bool linked = target != JoinPath(root_.start(), path);  // itself, or a folder above it
    path_bytes_ += path.size() + (linked ? target.size() : 0);
    if (path_bytes_ > limits_.max_path_bytes_total) {
      return Stop(path, absl::StrFormat("paths of more than %d bytes together: the rest was not looked at",
                                        limits_.max_path_bytes_total));
    }
    if (file->hard_links > 1) {
      Report(ProblemKind::kHardLink, path,
             absl::StrFormat("the file has %d names (hard links); others may lie elsewhere", file->hard_links));
    }
    listing_.total_bytes += file->identity.size;
    listing_.files.push_back({path, linked ? std::move(target) : std::string(), file->identity});
  }

  void Finish() {
    // Links make folders appear in walking order, not in path order ("a" < "a.b" < "a/b" bytewise, but "a/" is walked
    // first).
    std::sort(listing_.files.begin(), listing_.files.end(),
              [](const FileEntry& a, const FileEntry& b) { return a.path < b.path; });
    for (Problem& note : FindTwins(listing_.files)) {
      if (notes_shown_++ < kMaxProblemsShown) {
        listing_.problems.push_back(std::move(note));
      } else {
        ++listing_.problems_omitted;
      }
    }
    std::sort(listing_.problems.begin(), listing_.problems.end(), [](const Problem& a, const Problem& b) {
      return std::tie(a.path, a.kind, a.message) < std::tie(b.path, b.kind, b.message);
    });
    std::sort(listing_.ignored.begin(), listing_.ignored.end());
  }

  const Root& root_;
  const Beneath& beneath_;
  const WalkLimits& limits_;
  const std::atomic<bool>* const cancelled_;
  Listing listing_;
  std::vector<std::pair<uint64_t, uint64_t>> open_folders_;  // (device, inode) from the start folder to this one
  size_t entries_ = 0;
  size_t path_bytes_ = 0;
  size_t blocking_shown_ = 0;
  size_t notes_shown_ = 0;
  bool stopped_ = false;
  bool files_alone_ = false;  // of RunOnly: no folder is looked into
};

}  // namespace

absl::StatusOr<Listing> Walk(const Root& root, const WalkLimits& limits, const std::atomic<bool>* cancelled) {
  return Walker(root, limits, cancelled).Run();
}

absl::StatusOr<Listing> ListOnly(const Root& root, const std::vector<std::string>& paths, const WalkLimits& limits,
                                 const std::atomic<bool>* cancelled) {
  return Walker(root, limits, cancelled).RunOnly(paths);
}

}  // namespace weighbridge::source
