// The model directory (or single file) that the user named, held open, with the folder that confines it.
#ifndef WEIGHBRIDGE_SERVICES_SOURCE_ROOT_H_
#define WEIGHBRIDGE_SERVICES_SOURCE_ROOT_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "services/source/beneath.h"
#include "services/source/listing.h"
#include "services/source/owned_fd.h"

namespace weighbridge::source {

// A regular file, open for reading, and what it was at that moment.
struct OpenedFile {
  OwnedFd fd;
  FileIdentity identity;
  uint64_t hard_links = 1;
};

// Thread-safe; movable.
//
// The containment root is the named folder itself. For a hub cache `.../models--ORG--NAME/snapshots/REV`, or a folder
// in it, it is `models--ORG--NAME`, and links must lead into its `blobs/` (DESIGN section 4). `models--ORG--NAME` itself
// stands for its revision if it has exactly one; else it has a problem(), or is as empty as its snapshots/ are.
class Root {
 public:
  // Opens the directory or regular file at `path`. Links in `path` itself are the user's own words and are followed; a
  // single file inside a hub cache keeps the name that the snapshot gives it.
  //   NotFound            nothing there
  //   InvalidArgument     empty path, or neither a directory nor a regular file
  //   PermissionDenied    may not be read or searched
  //   Unimplemented       kOpenat2 was asked for and the system refuses it
  static absl::StatusOr<Root> Open(const std::string& path, OpenMethod method = OpenMethod::kAutomatic);

  // Opens a file of this root's listing. Aborted if it is not the file any more that was listed; other errors as
  // Beneath::OpenLinkFree. Only regular files are ever returned.
  absl::StatusOr<OpenedFile> OpenFile(const FileEntry& entry) const;

  // The same for a link-free path below the containment root, without anything to compare with.
  absl::StatusOr<OpenedFile> OpenRegular(const std::string& target) const;

  const std::string& given_path() const { return given_path_; }  // as the user wrote it
  bool single_file() const { return !file_name_.empty(); }
  const std::string& file_name() const { return file_name_; }  // base name of a single file, else empty
  const std::string& start() const { return start_; }          // model directory below the containment root
  const std::optional<HubSnapshot>& hub() const { return hub_; }
  // Why nothing below may be looked at, although it can be opened: a hub repository of several revisions.
  const std::optional<Problem>& problem() const { return problem_; }
  const Beneath& beneath() const { return beneath_; }

 private:
  explicit Root(Beneath beneath) : beneath_(std::move(beneath)) {}

  Beneath beneath_;
  std::string given_path_;
  std::string start_;
  std::string file_name_;
  std::optional<HubSnapshot> hub_;
  std::optional<Problem> problem_;
};

// Splits an absolute, link-free folder path at the hub cache's layout. Empty if it is not inside a snapshot.
struct HubLayout {
  HubSnapshot snapshot;
  std::string containment;  // absolute path of models--ORG--NAME
  std::string start;        // "snapshots/REV" or deeper
};
std::optional<HubLayout> FindHubLayout(const std::string& folder);

// True for the name of a repository's folder in a hub cache: "models--ORG--NAME".
bool IsHubRepositoryName(std::string_view name);

}  // namespace weighbridge::source

#endif  // WEIGHBRIDGE_SERVICES_SOURCE_ROOT_H_
