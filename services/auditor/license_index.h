// The licence index of an installation: one file with the rules of this build and those made from a licence pack,
// compiled, mapped.
//
// Format: "WBINDEX1", digest of the rules it was built over (64 hexadecimal digits), SHA-256 of these 72 bytes, zero
// bytes up to 128, then what Rulebook::Compile() wrote.
#ifndef WEIGHBRIDGE_SERVICES_AUDITOR_LICENSE_INDEX_H_
#define WEIGHBRIDGE_SERVICES_AUDITOR_LICENSE_INDEX_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/rulebook/rulebook.h"

namespace weighbridge::auditor {

inline constexpr size_t kIndexBytesMax = size_t{1} << 30;

// Where the index for rules of this digest lies in the user's cache: $XDG_CACHE_HOME/weighbridge/index, else ~/.cache.
// FailedPrecondition without either.
absl::StatusOr<std::string> IndexPathInCache(std::string_view rules_digest);

// The bytes of an index of `rules`, which were built over the rules of the digest.
std::string PackIndex(const rulebook::Rulebook& rules, std::string_view built_over);

// What was found where an index was looked for.
struct IndexFound {
  std::shared_ptr<const rulebook::Rulebook> rules;  // null: there is none that fits
  std::string path;                                 // looked at; empty if there is nothing to look at
  std::string absent;                               // why there is none, a sentence for people; empty if there is one
};

// The index named by `path`, else by $WEIGHBRIDGE_INDEX, else the one in the cache or beside the program
// (../share/weighbridge/licences.index from its folder). One for other rules counts as absent, and `absent` says so. An
// error for one that is damaged, of another version or not to be believed, and for a named one that is not there: never
// passed over.
absl::StatusOr<IndexFound> FindIndex(const std::string& path, const rulebook::Rulebook& base);

// The file at `path`, if it was built over rules of this digest. NotFound; FailedPrecondition if it was built over
// others; DataLoss for everything else.
absl::StatusOr<std::shared_ptr<const rulebook::Rulebook>> MapIndex(const std::string& path,
                                                                   std::string_view built_over);

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_LICENSE_INDEX_H_
