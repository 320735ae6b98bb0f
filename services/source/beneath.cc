#include "services/source/beneath.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"

namespace weighbridge::source {
namespace {

constexpr int kReadFlags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY;
constexpr int kMaxRaceRetries = 16;  // openat2 answers EAGAIN when a rename elsewhere disturbs it

int Openat2(int folder, const char* path, int flags) {
  struct open_how how;
  std::memset(&how, 0, sizeof how);
  how.flags = static_cast<uint64_t>(flags);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS;
  for (int retry = 0;; ++retry) {
    const long fd = syscall(SYS_openat2, folder, path, &how, sizeof how);
    if (fd >= 0 || (errno != EINTR && errno != EAGAIN) || retry == kMaxRaceRetries) return static_cast<int>(fd);
  }
}

int OpenPart(int folder, const char* name, int flags) {
  int fd;
  do {
    fd = openat(folder, name, flags | O_NOFOLLOW);
  } while (fd < 0 && errno == EINTR);
  return fd;
}

// Opens `path` part by part; no part may be a link, "." or "..".
int OpenByParts(int folder, const std::string& path, int flags) {
  OwnedFd current;
  int at = folder;
  for (size_t begin = 0;;) {
    const size_t slash = path.find('/', begin);
    const std::string part = path.substr(begin, slash - begin);
    if (slash == std::string::npos) return OpenPart(at, part.c_str(), flags);
    OwnedFd next(OpenPart(at, part.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!next.ok()) return -1;
    current = std::move(next);
    at = current.get();
    begin = slash + 1;
  }
}

// True if every part of `path` is a name: not empty, not ".", not "..".
bool IsLinkFreeForm(std::string_view path) {
  if (path.find('\0') != std::string_view::npos) return false;
  for (size_t begin = 0;;) {
    const size_t slash = path.find('/', begin);
    const std::string_view part = path.substr(begin, slash - begin);
    if (part.empty() || part == "." || part == "..") return false;
    if (slash == std::string_view::npos) return true;
    begin = slash + 1;
  }
}

// Pushes the parts of `path` so that the first comes off the back first.
void PushParts(std::string_view path, std::vector<std::string>* pending) {
  while (!path.empty()) {
    const size_t slash = path.rfind('/');
    pending->emplace_back(slash == std::string_view::npos ? path : path.substr(slash + 1));
    path = slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
  }
}

Resolved Nowhere(ProblemKind kind, std::string message) { return {"", kind, std::move(message)}; }

Resolved FromErrno(int error, const std::string& path) {
  if (error == ENOENT || error == ENOTDIR) {
    return Nowhere(ProblemKind::kLinkDangling,
                   absl::StrFormat("the link leads to '%s', which does not exist", Printable(path)));
  }
  if (error == ENAMETOOLONG) {
    return Nowhere(ProblemKind::kNameTooLong, "the link leads to a path that is too long for this system");
  }
  return Nowhere(ProblemKind::kUnreadable,
                 absl::StrFormat("the link leads to '%s': %s", Printable(path), std::strerror(error)));
}

}  // namespace

std::string ListedNames(const std::vector<std::string>& names) {
  constexpr size_t kNamesShown = 16;
  std::string text;
  for (size_t i = 0; i < std::min(names.size(), kNamesShown); ++i) text += (i > 0 ? ", " : "") + Printable(names[i]);
  if (names.size() > kNamesShown) text += absl::StrFormat(" and %d more", names.size() - kNamesShown);
  return text;
}

std::string JoinPath(const std::string& folder, const std::string& name) {
  if (folder.empty()) return name;
  if (name.empty()) return folder;
  return folder + "/" + name;
}

FileIdentity IdentityOf(const struct stat& info) {
  const auto nanoseconds = [](const struct timespec& t) {
    return static_cast<uint64_t>(t.tv_sec) * 1000000000u + static_cast<uint64_t>(t.tv_nsec);
  };
  return {static_cast<uint64_t>(info.st_dev), static_cast<uint64_t>(info.st_ino), static_cast<uint64_t>(info.st_size),
          nanoseconds(info.st_mtim), nanoseconds(info.st_ctim)};
}

absl::Status ErrnoStatus(int error, const std::string& what) {
  const std::string message = absl::StrFormat("%s: %s", what, std::strerror(error));
  switch (error) {
    case ENOENT:
      return absl::NotFoundError(message);
    case EACCES:
    case EPERM:
      return absl::PermissionDeniedError(message);
    case ENOTDIR:
    case EISDIR:
    case ELOOP:
    case EXDEV:
      return absl::FailedPreconditionError(message);
    case ENAMETOOLONG:
    case EINVAL:
      return absl::InvalidArgumentError(message);
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return absl::ResourceExhaustedError(message);
    default:
      return absl::UnavailableError(message);
  }
}

absl::StatusOr<Beneath> Beneath::Open(const std::string& folder, OpenMethod method) {
  OwnedFd fd(open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!fd.ok()) return ErrnoStatus(errno, absl::StrFormat("cannot open the folder '%s'", Printable(folder)));
  if (method != OpenMethod::kComponentWalk) {
    // The folder itself through openat2: a kernel without the call says ENOSYS, a sandbox usually EPERM.
    const OwnedFd probe(Openat2(fd.get(), ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (probe.ok()) {
      method = OpenMethod::kOpenat2;
    } else if (method == OpenMethod::kOpenat2) {
      return absl::UnimplementedError(absl::StrFormat("openat2 is not usable here: %s", std::strerror(errno)));
    } else {
      method = OpenMethod::kComponentWalk;
    }
  }
  return Beneath(std::move(fd), method);
}

absl::StatusOr<OwnedFd> Beneath::OpenLinkFree(const std::string& path, OpenAs as) const {
  const int flags = kReadFlags | (as == OpenAs::kFolder ? O_DIRECTORY : 0);
  int fd;
  if (path.empty()) {
    fd = OpenPart(folder_.get(), ".", flags);
  } else if (!IsLinkFreeForm(path)) {
    return absl::InvalidArgumentError(absl::StrFormat("'%s' is not a plain relative path", Printable(path)));
  } else if (method_ == OpenMethod::kOpenat2) {
    fd = Openat2(folder_.get(), path.c_str(), flags);
  } else {
    fd = OpenByParts(folder_.get(), path, flags);
  }
  if (fd < 0) return ErrnoStatus(errno, absl::StrFormat("cannot open '%s'", Printable(path)));
  return OwnedFd(fd);
}

absl::Status Beneath::StatLinkFree(const std::string& path, struct stat* info) const {
  if (fstatat(folder_.get(), path.c_str(), info, AT_SYMLINK_NOFOLLOW) == 0) return absl::OkStatus();
  return ErrnoStatus(errno, absl::StrFormat("cannot stat '%s'", Printable(path)));
}

absl::StatusOr<std::vector<std::string>> Beneath::VisibleNames(const std::string& folder) const {
  OwnedFd fd;
  WB_ASSIGN_OR_RETURN(fd, OpenLinkFree(folder, OpenAs::kFolder));
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(fdopendir(fd.get()), closedir);
  if (stream == nullptr) return ErrnoStatus(errno, absl::StrFormat("cannot list '%s'", Printable(folder)));
  fd.Release();
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* const entry = readdir(stream.get())) {
    if (entry->d_name[0] == '.') continue;
    if (names.size() == kLayoutEntriesMax) {
      return absl::ResourceExhaustedError(
          absl::StrFormat("'%s' holds more than %d entries", Printable(folder), kLayoutEntriesMax));
    }
    names.emplace_back(entry->d_name);
  }
  if (errno != 0) return ErrnoStatus(errno, absl::StrFormat("cannot list '%s'", Printable(folder)));
  std::sort(names.begin(), names.end());
  return names;
}

Resolved Beneath::FollowLink(const std::string& path) const {
  std::vector<std::string> reached;  // link-free parts
  std::vector<std::string> pending;  // still to resolve, next at the back
  PushParts(path, &pending);
  std::string here;
  int hops = 0;
  char target[kMaxPathBytes + 2];
  while (!pending.empty()) {
    const std::string part = std::move(pending.back());
    pending.pop_back();
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (reached.empty()) return Nowhere(ProblemKind::kLinkLeavesRoot, "the link leads above the model's folder");
      here.resize(here.size() - reached.back().size() - (reached.size() > 1 ? 1 : 0));
      reached.pop_back();
      continue;
    }
    const std::string next = JoinPath(here, part);
    if (next.size() > kMaxPathBytes) {
      return Nowhere(ProblemKind::kNameTooLong,
                     absl::StrFormat("the link leads to a path over %d bytes", kMaxPathBytes));
    }
    struct stat info;
    if (fstatat(folder_.get(), next.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) return FromErrno(errno, next);
    if (!S_ISLNK(info.st_mode)) {
      if (!pending.empty() && !S_ISDIR(info.st_mode)) return FromErrno(ENOTDIR, next);
      reached.push_back(part);
      here = next;
      continue;
    }
    if (++hops > kMaxLinkHops) {
      return Nowhere(ProblemKind::kLinkLoop,
                     absl::StrFormat("the link loops, or leads over more than %d links", kMaxLinkHops));
    }
    const ssize_t length = readlinkat(folder_.get(), next.c_str(), target, sizeof target);
    if (length < 0) return FromErrno(errno, next);
    if (static_cast<size_t>(length) > kMaxPathBytes) return FromErrno(ENAMETOOLONG, next);
    const std::string_view text(target, static_cast<size_t>(length));
    if (text.empty()) return FromErrno(ENOENT, next);
    if (text.front() == '/') {
      return Nowhere(
          ProblemKind::kLinkLeavesRoot,
          absl::StrFormat("the link is absolute ('%s'): make it relative, or copy the file here", Printable(text)));
    }
    PushParts(text, &pending);
  }
  return {here, std::nullopt, ""};
}

}  // namespace weighbridge::source
