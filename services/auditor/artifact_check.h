// Could our own scan have listed these artifacts? Each check takes the path of the list in the message
// ("inventory.artifacts").
#ifndef WEIGHBRIDGE_SERVICES_AUDITOR_ARTIFACT_CHECK_H_
#define WEIGHBRIDGE_SERVICES_AUDITOR_ARTIFACT_CHECK_H_

#include <cstdint>
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

// Role, format, digest, size and header of each artifact by itself. The paths have been checked.
absl::Status CheckArtifacts(std::string_view list, const ArtifactList& artifacts);

// Exactly the artifacts that are documents have one, whole unless their allowance says otherwise, with bytes of that
// digest whose content is what the format says. The digests are added to `used`. `all_listed`: no file was left out
// because it could not be read; else documents may be shorter, because what was left out had its share. The artifacts
// have been checked.
absl::Status CheckArtifactDocuments(std::string_view list, const ArtifactList& artifacts, bool all_listed,
                                    const provenance::DocumentBytes& documents,
                                    std::set<std::string, std::less<>>& used);

// Bytes of the git-lfs pointer file that names a file of `size` bytes.
uint64_t PointerFileBytes(uint64_t size);

// True for 64 lower-case hexadecimal digits.
bool IsSha256Hex(std::string_view text);

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_ARTIFACT_CHECK_H_
