// From the bytes of a weights file to the part of the inventory that describes it.
#ifndef WEIGHBRIDGE_SERVICES_AUDITOR_WEIGHTS_HEADER_H_
#define WEIGHBRIDGE_SERVICES_AUDITOR_WEIGHTS_HEADER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/weighbridge/v1/inventory.pb.h"
#include "services/formats/bytes/byte_source.h"
#include "services/formats/gguf/gguf.h"
#include "services/formats/sniff/format.h"

namespace weighbridge::auditor {

// Longest value of a header key that is kept, in bytes; chat templates and the like say nothing about licences.
inline constexpr size_t kHeaderValueBytesMax = 4096;

struct ParsedWeights {
  v1::WeightsHeader header;
  std::vector<std::string> tensor_names;              // safetensors only: for the shard index
  std::shared_ptr<const formats::GgufHeader> gguf;    // only of a part of a split model
  std::string problem;                                // parsed, but not all of it can be measured; else empty
  std::string note;
};

// Parses the header of a format for which IsParsable() holds. The error of a malformed file names the offset.
absl::StatusOr<ParsedWeights> ReadWeightsHeader(formats::Format format, formats::ByteSource& source);

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_WEIGHTS_HEADER_H_
