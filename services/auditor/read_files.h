// Reads the files of a listing, each once, and turns what was seen into artifacts, documents and problems of an
// inventory.
#ifndef WEIGHBRIDGE_SERVICES_AUDITOR_READ_FILES_H_
#define WEIGHBRIDGE_SERVICES_AUDITOR_READ_FILES_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/weighbridge/v1/inventory.pb.h"
#include "services/auditor/documents.h"
#include "services/auditor/shards.h"
#include "services/auditor/weights_header.h"
#include "services/formats/index/shard_index.h"
#include "services/formats/lfs_pointer/lfs_pointer.h"
#include "services/formats/sniff/format.h"
#include "services/provenance/model_view.h"
#include "services/source/fingerprint.h"
#include "services/source/listing.h"
#include "services/source/root.h"
#include "services/types/artifact.h"

namespace weighbridge::auditor {

// Of the message of one problem, before it is made printable; what is longer is cut.
inline constexpr size_t kProblemMessageBytesMax = 16'384;

// What one thread learned of one file.
struct FileNotes {
  formats::Format format = formats::Format::kUnknownBinary;
  Role role = Role::kOther;
  std::optional<ParsedWeights> weights;
  std::optional<formats::LfsPointer> pointer;
  std::shared_ptr<const formats::ShardIndex> index;
  absl::Status parse = absl::OkStatus();
  std::string document;
  bool is_document = false;
  bool document_truncated = false;
  std::vector<formats::Format> also;
};

struct FilesRead {
  std::vector<source::FileResult> results;  // both in the order of the listing
  std::vector<FileNotes> notes;
};

// The role of a file; `format` is empty where the content is not known yet. Thread-safe.
using RoleOfFile = std::function<Role(const source::FileEntry& file, std::string_view format)>;

// By name and content (types/role_of.h): right for everything but layouts whose names say nothing.
Role RoleByName(const source::FileEntry& file, std::string_view format);

// Only Cancelled is an error: what is wrong with a file stands in its result or notes. Throws std::bad_alloc.
absl::StatusOr<FilesRead> ReadFiles(const source::Root& root, const source::Listing& listing, const RoleOfFile& role_of,
                                    const source::ReadOptions& options);

// Adds one file: an artifact with its document and its problems, or only a problem if its bytes could not be read.
void AddFile(const source::FileEntry& file, const source::FileResult& result, FileNotes notes, v1::Inventory& inventory,
             provenance::DocumentBytes& documents);

// Adds all files of the listing, in order, and what is wrong with their shards.
void AddFiles(const source::Listing& listing, FilesRead read, v1::Inventory& inventory,
              provenance::DocumentBytes& documents);

// Adds what the walk found: ignored paths, problems, the hub's repository and revision, notes of a download.
void AddListing(const source::Listing& listing, v1::Inventory& inventory);

v1::InventoryProblem MakeProblem(std::string_view rule, std::string_view path, std::string_view message, bool blocks);
v1::InventoryProblem MakeProblem(const source::Problem& problem);

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_READ_FILES_H_
