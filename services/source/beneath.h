// Opening files below one folder without ever leaving it.
//
// Links are resolved here, by hand, to a link-free path; that path is then opened with every link refused. A tree that
// is changed meanwhile can therefore make an open fail, never make it escape. Two methods open the link-free path:
// openat2(2) with RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS, where the kernel itself guarantees it,
// and a walk of openat(2) with O_NOFOLLOW for each part, for kernels before 5.6 and sandboxes that forbid openat2.
#ifndef WEIGHBRIDGE_SERVICES_SOURCE_BENEATH_H_
#define WEIGHBRIDGE_SERVICES_SOURCE_BENEATH_H_

#include <sys/stat.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/source/listing.h"
#include "services/source/owned_fd.h"

namespace weighbridge::source {

enum class OpenMethod { kAutomatic, kOpenat2, kComponentWalk };

enum class OpenAs { kFile, kFolder };

// Where a path leads: a link-free path below the root, or the reason why nowhere.
struct Resolved {
  std::string path;                    // empty is the root itself
  std::optional<ProblemKind> problem;  // set: `path` is meaningless
  std::string message;                 // set with `problem`; printable
};

inline constexpr size_t kLayoutEntriesMax = 10000;

// A folder that confines everything opened through it. Thread-safe; movable.
class Beneath {
 public:
  // `folder` is a path that the user gave: its own links are followed. kOpenat2 fails with Unimplemented where the
  // kernel or a sandbox refuses the call; kAutomatic then takes the component walk.
  static absl::StatusOr<Beneath> Open(const std::string& folder, OpenMethod method);

  // Opens a link-free path ("" is the folder itself) for reading. Never blocks on a FIFO and never becomes a
  // controlling terminal. An error names the path and the reason: NotFound, PermissionDenied, FailedPrecondition (a
  // link or another type stands there now), ResourceExhausted (descriptors) or Unavailable (I/O).
  absl::StatusOr<OwnedFd> OpenLinkFree(const std::string& path, OpenAs as) const;

  // Follows the link at `path`, whose folders are link-free, and every link behind it.
  Resolved FollowLink(const std::string& path) const;

  // What stands at a path that FollowLink gave, for its type alone: a tree that changes meanwhile can make it lie, so
  // what is read must be looked at again once it is open.
  absl::Status StatLinkFree(const std::string& path, struct stat* info) const;

  // Names in the folder at a link-free path, sorted, without hidden ones; for layouts that are looked at before a walk.
  // ResourceExhausted over kLayoutEntriesMax names, other errors as OpenLinkFree.
  absl::StatusOr<std::vector<std::string>> VisibleNames(const std::string& folder) const;

  OpenMethod method() const { return method_; }

 private:
  Beneath(OwnedFd folder, OpenMethod method) : folder_(std::move(folder)), method_(method) {}

  OwnedFd folder_;  // O_PATH
  OpenMethod method_;
};

// errno -> absl::Status with the most specific code; `what` is a printable phrase such as "cannot open x".
absl::Status ErrnoStatus(int error, const std::string& what);

FileIdentity IdentityOf(const struct stat& info);

// "a, b and 7 more", printable.
std::string ListedNames(const std::vector<std::string>& names);

// "a/b" from "a" and "b"; either may be empty.
std::string JoinPath(const std::string& folder, const std::string& name);

}  // namespace weighbridge::source

#endif  // WEIGHBRIDGE_SERVICES_SOURCE_BENEATH_H_
