// Walks a model directory: every file that its digest covers, and everything that forbids one.
//
// Follows links as `find -L` does, as long as they stay inside the containment root; prunes exactly `./.git`,
// `./.cache/huggingface` and `./.weighbridge` of the start folder, whatever their type (DESIGN section 4).
#ifndef WEIGHBRIDGE_SERVICES_SOURCE_WALK_H_
#define WEIGHBRIDGE_SERVICES_SOURCE_WALK_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/source/listing.h"
#include "services/source/root.h"

namespace weighbridge::source {

// With the defaults a listing and its results stay below about 50 MB. More than any of them is a blocking problem,
// never a silent cut.
struct WalkLimits {
  size_t max_entries = 120000;                  // files, folders, links and the rest, together
  size_t max_path_bytes_total = 16 << 20;       // of the paths of all files and their targets
  int max_depth = 64;                           // folders within folders; the start folder is depth 0
  uint64_t max_file_bytes = uint64_t{4} << 40;  // of one file: 4 TiB
};

// Lists `root`. Opens each file once, to know now whether it can be read; reads none (but the notes of a hub download).
// Findings about the tree are problems in the listing. Errors mean that there is nothing to list:
//   FailedPrecondition   no file in it, and no problem that explains why
//   Cancelled            *cancelled became true
absl::StatusOr<Listing> Walk(const Root& root, const WalkLimits& limits = {},
                             const std::atomic<bool>* cancelled = nullptr);

// Lists the files at these paths of the model directory alone, each as a walk would: for layouts that say themselves
// which files make a model. A path through a link, to a folder or to nothing is a blocking problem. Only Cancelled is
// an error.
absl::StatusOr<Listing> ListOnly(const Root& root, const std::vector<std::string>& paths, const WalkLimits& limits = {},
                                 const std::atomic<bool>* cancelled = nullptr);

}  // namespace weighbridge::source

#endif  // WEIGHBRIDGE_SERVICES_SOURCE_WALK_H_
