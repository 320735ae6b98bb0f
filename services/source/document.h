// Reads a text that the classifier or a config reader wants as a whole.
#ifndef WEIGHBRIDGE_SERVICES_SOURCE_DOCUMENT_H_
#define WEIGHBRIDGE_SERVICES_SOURCE_DOCUMENT_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "services/formats/bytes/byte_source.h"

namespace weighbridge::source {

// The largest licence collections of real models have about 1 MiB.
inline constexpr size_t kMaxDocumentBytes = 4 << 20;

// All unread bytes of `source`. ResourceExhausted if the artifact has more than `limit` bytes, before anything is read;
// else an error is the source's own.
absl::StatusOr<std::string> ReadDocument(formats::ByteSource& source, size_t limit = kMaxDocumentBytes);

}  // namespace weighbridge::source

#endif  // WEIGHBRIDGE_SERVICES_SOURCE_DOCUMENT_H_
