// The container of a compiled rulebook: named sections, each at an offset divisible by 8, and a checksum.
#ifndef WEIGHBRIDGE_SERVICES_RULEBOOK_BLOB_H_
#define WEIGHBRIDGE_SERVICES_RULEBOOK_BLOB_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace weighbridge::rulebook {

inline constexpr size_t kBlobAlignment = 8;

struct BlobSections {
  std::string_view messages;  // serialized weighbridge.rules.v1.Compiled
  std::string_view index;     // of services/classify
  std::string_view bundle;    // PackBundle() of the source files
  // SHA-256 of the bundle, 64 hexadecimal digits. Set by UnpackBlob; PackBlob computes it.
  std::string bundle_sha256;
};

// Format: "WBRBOOK2", for each section u64 offset and u64 size (little-endian), SHA-256 of the bundle, the sections in
// order with zero bytes up to the next offset divisible by 8, SHA-256 of everything from the begin to the end of the
// first section. What every start reads is checked at every start, so it has to be small: the index has a checksum of
// its own (services/classify), and the bundle is checked by who reads it.
std::string PackBlob(const BlobSections& sections);

// Views into `blob`. DATA_LOSS if the checksum does not fit; INVALID_ARGUMENT for other bytes, and for an address that
// is not divisible by 8. Checks neither the index nor the bundle.
absl::StatusOr<BlobSections> UnpackBlob(std::string_view blob);

}  // namespace weighbridge::rulebook

#endif  // WEIGHBRIDGE_SERVICES_RULEBOOK_BLOB_H_
