#include "services/auditor/header_check.h"

#include <optional>
#include <string>

#include "absl/strings/str_format.h"
#include "services/auditor/refusal.h"
#include "services/auditor/weights_header.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/formats/gguf/gguf.h"
#include "services/formats/safetensors/safetensors.h"

namespace weighbridge::auditor {
namespace {

using formats::Format;

// A tensor takes more than this in the header of either format.
constexpr uint64_t kLeastBytesPerTensor = 16;
constexpr size_t kWitnessBytesMax = 1024;  // the longest tensor name of either format
constexpr size_t kKeyBytesMax = formats::kSafetensorsMetadataBytes;

absl::Status CheckFields(const std::string& field, const v1::WeightsHeader& header, Format format) {
  if (header.fields_size() > kHeaderFieldsMax) {
    return Refused(field, absl::StrFormat("%d keys, the limit is %d", header.fields_size(), kHeaderFieldsMax));
  }
  std::string before;
  size_t repeats = 0;
  bool adapter = false;
  for (int i = 0; i < header.fields_size(); ++i) {
    const v1::HeaderField& one = header.fields(i);
    const std::string key_at = FieldAt(field, i, "key"), value_at = FieldAt(field, i, "value");
    const std::optional<std::string> key = BytesOfPrinted(one.key());
    if (!key.has_value()) return Refused(key_at, "is not in printable form");
    if (key->size() > (format == Format::kGguf ? formats::kGgufKeyBytesMax : kKeyBytesMax)) {
      return Refused(key_at, absl::StrFormat("a key of %d bytes is over the limit", key->size()));
    }
    if (format == Format::kGguf && !KeepsGgufKey(*key)) return Refused(key_at, "no scan keeps this key");
    repeats = i > 0 && *key == before ? repeats + 1 : 0;
    if (i > 0 && *key < before) return Refused(key_at, "keys are not in order");
    // Elements of a GGUF array stand under one key.
    if (repeats > 0 && (format != Format::kGguf || repeats >= formats::kGgufArrayKeepStrings)) {
      return Refused(key_at, "the same key stands there before");
    }
    const std::optional<std::string> value = BytesOfPrinted(one.value());
    if (!value.has_value()) return Refused(value_at, "is not in printable form");
    if (value->size() > kHeaderValueBytesMax + (NamesTerms(*key) ? 1 : 0)) {
      return Refused(value_at, absl::StrFormat("%d bytes, the limit is %d", value->size(), kHeaderValueBytesMax));
    }
    adapter |= ShowsAdapter(one.key(), one.value());
    before = *key;
  }
  if (adapter && !header.adapter()) {
    return Refused(field, "a key says that this is an adapter, the header does not");
  }
  return absl::OkStatus();
}

absl::Status CheckModality(const std::string& field, const v1::WeightsHeader& header) {
  static constexpr std::string_view kWords[] = {"vision", "audio"};
  size_t next = 0;
  for (int i = 0; i < header.modality_size(); ++i) {
    while (next < 2 && header.modality(i) != kWords[next]) ++next;
    if (next++ >= 2)
      return Refused(FieldAt(field + ".modality", i), "is not \"vision\" or \"audio\", each once and in this order");
  }
  const std::string witness_at = field + ".modality_witness";
  if (header.modality_witness().empty() != (header.modality_size() == 0)) {
    return Refused(witness_at, "stands exactly beside a modality");
  }
  const std::optional<std::string> witness = BytesOfPrinted(header.modality_witness());
  if (!witness.has_value()) return Refused(witness_at, "is not in printable form");
  if (witness->size() > kWitnessBytesMax) {
    return Refused(witness_at, absl::StrFormat("%d bytes, the limit is %d", witness->size(), kWitnessBytesMax));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckWeightsHeader(std::string_view field, const v1::WeightsHeader& header, Format format, uint64_t size) {
  const std::string at(field);
  if (const size_t bytes = header.ByteSizeLong(); bytes > kHeaderBytesMax) {
    return Refused(at, absl::StrFormat("%d bytes, the limit is %d", bytes, kHeaderBytesMax));
  }
  if (header.tensor_count() > size / kLeastBytesPerTensor) {
    return Refused(at + ".tensor_count",
                   absl::StrFormat("%d tensors do not fit into a file of %d bytes", header.tensor_count(), size));
  }
  const std::string& version = header.version();
  const bool known = format == Format::kGguf ? version == "v1" || version == "v2" || version == "v3" : version.empty();
  if (!known) return Refused(at + ".version", "no version of this format");
  WB_RETURN_IF_ERROR(CheckFields(at + ".fields", header, format));
  return CheckModality(at, header);
}

}  // namespace weighbridge::auditor
