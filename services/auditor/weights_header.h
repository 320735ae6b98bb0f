// From the bytes of a weights file to the part of the inventory that describes it.
#ifndef WEIGHBRIDGE_SERVICES_AUDITOR_WEIGHTS_HEADER_H_
#define WEIGHBRIDGE_SERVICES_AUDITOR_WEIGHTS_HEADER_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/weighbridge/v1/inventory.pb.h"
#include "services/formats/bytes/byte_source.h"
#include "services/formats/gguf/gguf.h"
#include "services/formats/sniff/format.h"

namespace weighbridge::auditor {

// Longest value of a header key that is kept, in bytes; chat templates and the like say nothing about licences.
inline constexpr size_t kHeaderValueBytesMax = 4096;
// Of one header; a file with more is refused, so that no licence key hides in a flood and each header fits in one part
// of an upload.
inline constexpr int kHeaderFieldsMax = 10'000;
inline constexpr size_t kHeaderBytesMax = 512 << 10;  // as a message

struct ParsedWeights {
  v1::WeightsHeader header;
  std::vector<std::string> tensor_names;            // safetensors only: for the shard index
  std::shared_ptr<const formats::GgufHeader> gguf;  // only of a part of a split model
  std::string problem;                              // parsed, but not all of it can be measured; else empty
  std::string note;
};

// Parses the header of a format for which IsParsable() holds. The error of a malformed file names the offset.
absl::StatusOr<ParsedWeights> ReadWeightsHeader(formats::Format format, formats::ByteSource& source);

// Licence and provenance keys of GGUF (general.*) and what says how the model is built; tokenizer contents say nothing
// here.
bool KeepsGgufKey(std::string_view key);
// True for keys whose value is kept in part if it is long: a licence that cannot be read is an unknown one, not none.
bool NamesTerms(std::string_view key);
// True if a key with this value says that the file is an adapter.
bool ShowsAdapter(std::string_view key, std::string_view value);

}  // namespace weighbridge::auditor

#endif  // WEIGHBRIDGE_SERVICES_AUDITOR_WEIGHTS_HEADER_H_
