// Could our own scan have listed these artifacts? Each check takes the path of the list in the message
// ("inventory.artifacts").
#ifndef WEIGHBRIDGE_SERVICES_AUDITOR_ARTIFACT_CHECK_H_
#define WEIGHBRIDGE_SERVICES_AUDITOR_ARTIFACT_CHECK_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "proto/weighbridge/v1/inventory.pb.h"
#include "services/provenance/model_view.h"

namespace weighbridge::auditor {

using ArtifactList = google::protobuf::RepeatedPtrField<v1::InventoryArtifact>;

// Why no file of a model has this path; empty if one can have it. Says nothing about other files.
std::string WhyNoModelPath(std::string_view path);

// Paths that are plain, relative, in bytewise order, each once, none below another and none that a walk passes over; as
// many as a walk takes. `ignored`: the pruned paths that the inventory lists beside them; no artifact may take their
// place.
absl::Status CheckArtifactPaths(std::string_view list, const ArtifactList& artifacts,
                                const google::protobuf::RepeatedPtrField<std::string>& ignored, bool single_file);

// What says which role a file has.
enum class RolesBy {
  kName,      // name and content
  kManifest,  // the manifest of an Ollama store, as far as content does not; the names of its blobs are their digests
};

// Role, format, digest, size and header of each artifact by itself. The paths have been checked.
absl::Status CheckArtifacts(std::string_view list, const ArtifactList& artifacts, RolesBy roles = RolesBy::kName);

// Exactly the artifacts that are documents have one, whole unless its allowance says otherwise, with bytes of that
// digest whose content is what the format says. The digests are added to `used`. Files that are not in the list may
// have had up to `unlisted_bytes` of what a scan keeps. The artifacts have been checked.
absl::Status CheckArtifactDocuments(std::string_view list, const ArtifactList& artifacts, RolesBy roles,
                                    size_t unlisted_bytes, const provenance::DocumentBytes& documents,
                                    std::set<std::string, std::less<>>& used);

// Bytes of the git-lfs pointer file that names a file of `size` bytes.
uint64_t PointerFileBytes(uint64_t size);

// The digest in the name of a blob of an Ollama store; nothing for any other path.
std::optional<std::string_view> BlobDigest(std::string_view path);

// True for 64 lower-case hexadecimal digits.
bool IsSha256Hex(std::string_view text);

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_ARTIFACT_CHECK_H_
