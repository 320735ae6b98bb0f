#include "services/source/digest.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "absl/strings/str_format.h"
#include "services/base/utf8.h"
#include "services/crypto/sha256.h"

namespace weighbridge::source {
namespace {

bool IsSha256Hex(std::string_view hex) {
  return hex.size() == 64 && hex.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

absl::StatusOr<std::string> DigestOf(std::vector<const Artifact*> artifacts) {
  // std::string compares bytes as unsigned, which is the order of `LC_ALL=C sort`.
  std::sort(artifacts.begin(), artifacts.end(), [](const Artifact* a, const Artifact* b) { return a->path < b->path; });
  Sha256 hash;
  const Artifact* previous = nullptr;
  for (const Artifact* artifact : artifacts) {
    const std::string shown = Printable(artifact->path);
    if (artifact->path.empty() || !IsPlainName(artifact->path)) {
      return absl::InvalidArgumentError(absl::StrFormat("the path '%s' cannot be part of a digest", shown));
    }
    if (!IsSha256Hex(artifact->sha256_hex)) {
      return absl::InvalidArgumentError(absl::StrFormat("'%s' has no digest of 64 lower-case hexadecimal digits: '%s'",
                                                        shown, Printable(artifact->sha256_hex)));
    }
    if (previous != nullptr && previous->path == artifact->path) {
      return absl::InvalidArgumentError(absl::StrFormat("the path '%s' is there twice", shown));
    }
    hash.Update(artifact->sha256_hex);
    hash.Update("  ");
    hash.Update(artifact->path);
    hash.Update("\n");
    previous = artifact;
  }
  return ToHex(hash.Finish());
}

}  // namespace

absl::StatusOr<std::string> ModelDigest(absl::Span<const Artifact> artifacts) {
  if (artifacts.empty()) return absl::InvalidArgumentError("a model without files has no digest");
  std::vector<const Artifact*> all;
  for (const Artifact& artifact : artifacts) all.push_back(&artifact);
  return DigestOf(std::move(all));
}

absl::StatusOr<std::string> WeightsDigest(absl::Span<const Artifact> artifacts) {
  std::vector<const Artifact*> loadable;
  for (const Artifact& artifact : artifacts) {
    if (IsLoadable(artifact.role)) loadable.push_back(&artifact);
  }
  if (loadable.empty())
    return absl::FailedPreconditionError("no file that an engine would load: there is no weights digest");
  return DigestOf(std::move(loadable));
}

bool AnyClaimed(absl::Span<const Artifact> artifacts) {
  return std::any_of(artifacts.begin(), artifacts.end(), [](const Artifact& artifact) { return artifact.claimed; });
}

}  // namespace weighbridge::source
