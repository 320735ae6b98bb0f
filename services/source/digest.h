// The identity of a model: digests that anybody can compute again with coreutils (DESIGN section 4).
#ifndef WEIGHBRIDGE_SERVICES_SOURCE_DIGEST_H_
#define WEIGHBRIDGE_SERVICES_SOURCE_DIGEST_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "services/types/artifact.h"

namespace weighbridge::source {

// SHA-256, as 64 lower-case digits, over the lines `<sha256_hex>  <path>\n` of all artifacts in bytewise order of their
// paths. An artifact that a git-lfs pointer stands for enters with the digest that the pointer names (its sha256_hex,
// `claimed`).
//   InvalidArgument      no artifacts, a digest that is not 64 lower-case digits, a path that is empty, not plain or
//   given twice
absl::StatusOr<std::string> ModelDigest(absl::Span<const Artifact> artifacts);

// The same over the loadable roles. FailedPrecondition if there are none: models without weights must not all look
// alike.
absl::StatusOr<std::string> WeightsDigest(absl::Span<const Artifact> artifacts);

// True if a digest over them rests on a pointer's word.
bool AnyClaimed(absl::Span<const Artifact> artifacts);

}  // namespace weighbridge::source

#endif  // WEIGHBRIDGE_SERVICES_SOURCE_DIGEST_H_
