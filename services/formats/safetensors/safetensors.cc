#include "services/formats/safetensors/safetensors.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "absl/strings/str_format.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/formats/bytes/byte_reader.h"
#include "services/formats/bytes/checked.h"
#include "services/formats/bytes/errors.h"
#include "services/formats/json/json_lexer.h"

namespace weighbridge::formats {
namespace {

using Kind = JsonToken::Kind;

struct Dtype {
  std::string_view name;
  int bits;
};

constexpr Dtype kDtypes[] = {
    {"BOOL", 8},    {"F4", 4},      {"F6_E2M3", 6}, {"F6_E3M2", 6},     {"U8", 8},          {"I8", 8},
    {"F8_E5M2", 8}, {"F8_E4M3", 8}, {"F8_E8M0", 8}, {"F8_E4M3FNUZ", 8}, {"F8_E5M2FNUZ", 8}, {"I16", 16},
    {"U16", 16},    {"F16", 16},    {"BF16", 16},   {"I32", 32},        {"U32", 32},        {"F32", 32},
    {"C64", 64},    {"F64", 64},    {"I64", 64},    {"U64", 64},
};

// The shortest tensor: "a":{"dtype":"U8","shape":[],"data_offsets":[0,0]}, and a little slack.
constexpr uint64_t kTensorJsonBytesMin = 48;
constexpr uint64_t kHeaderLengthBytes = 8;

std::string Shown(std::string_view name) { return "\"" + Printable(name.substr(0, 100)) + "\""; }

// Unsigned decimal without sign, point or exponent.
absl::StatusOr<uint64_t> Unsigned(const JsonToken& token, std::string_view what) {
  if (token.kind != Kind::kNumber) return Malformed(token.at, absl::StrFormat("%s is no number", what));
  uint64_t value;
  const char* end = token.text.data() + token.text.size();
  const auto [stop, error] = std::from_chars(token.text.data(), end, value);
  if (error == std::errc::result_out_of_range)
    return OverLimit(token.at, absl::StrFormat("%s does not fit 64 bits", what));
  if (error != std::errc() || stop != end)
    return Malformed(token.at, absl::StrFormat("%s is no unsigned integer: %s", what, token.text));
  return value;
}

class HeaderParser {
 public:
  explicit HeaderParser(ByteReader* reader) : reader_(reader) {}

  absl::StatusOr<SafetensorsHeader> Parse() {
    WB_ASSIGN_OR_RETURN(const uint64_t length, reader_->ReadU64(Endian::kLittle, "header length"));
    if (length > kHeaderBytesMax) {
      return OverLimit(0, absl::StrFormat("header length %d is over the limit of %d bytes", length, kHeaderBytesMax));
    }
    if (length > reader_->remaining()) return Truncated(kHeaderLengthBytes, "header", length, reader_->remaining());
    if (length < 2) return Malformed(0, absl::StrFormat("header length %d cannot hold a JSON object", length));
    WB_ASSIGN_OR_RETURN(const std::string_view first, reader_->Peek(1));
    if (first != "{") return Malformed(kHeaderLengthBytes, "header does not start with '{'");
    header_.data_begin = kHeaderLengthBytes + length;
    header_.data_bytes = reader_->size() - header_.data_begin;
    header_.tensors.reserve(static_cast<size_t>(std::min(length / kTensorJsonBytesMin + 1, kTensorsMax)));
    JsonLexerOptions options;
    options.depth_max = 4;  // header, tensor, list
    options.string_bytes_max = length;
    options.string_keep_max = kSafetensorsMetadataValueBytes;
    options.place = JsonLexerOptions::Place::kOffset;
    JsonLexer lexer(reader_, length, options);
    lexer_ = &lexer;
    WB_RETURN_IF_ERROR(ParseObject());
    lexer.Detach();
    WB_RETURN_IF_ERROR(CheckPadding());
    WB_RETURN_IF_ERROR(CheckNames());
    WB_RETURN_IF_ERROR(CheckCover());
    return std::move(header_);
  }

 private:
  absl::Status Expect(Kind kind, const JsonToken& token, std::string_view what) {
    if (token.kind == kind) return absl::OkStatus();
    return Malformed(token.at, absl::StrFormat("expected %s", what));
  }

  absl::Status ParseObject() {
    WB_RETURN_IF_ERROR(lexer_->Next().status());  // '{', seen before
    while (true) {
      WB_ASSIGN_OR_RETURN(const JsonToken key, lexer_->Next());
      if (key.kind == Kind::kEndObject) return absl::OkStatus();
      if (key.text == "__metadata__") {
        if (has_metadata_) return Malformed(key.at, "duplicate key \"__metadata__\"");
        has_metadata_ = true;
        WB_RETURN_IF_ERROR(ParseMetadata());
      } else {
        WB_RETURN_IF_ERROR(ParseTensor(key));
      }
    }
  }

  absl::Status CheckName(const JsonToken& key, std::string_view what) {
    if (key.size > kNameBytesMax) {
      return OverLimit(key.at,
                       absl::StrFormat("%s of %d bytes is over the limit of %d bytes", what, key.size, kNameBytesMax));
    }
    if (key.text.find('\0') != std::string_view::npos) return Malformed(key.at, absl::StrFormat("NUL in a %s", what));
    return absl::OkStatus();
  }

  absl::Status ParseMetadata() {
    WB_ASSIGN_OR_RETURN(const JsonToken open, lexer_->Next());
    WB_RETURN_IF_ERROR(Expect(Kind::kBeginObject, open, "an object as \"__metadata__\""));
    size_t key_bytes = 0;
    size_t value_bytes = 0;
    while (true) {
      WB_ASSIGN_OR_RETURN(const JsonToken key, lexer_->Next());
      if (key.kind == Kind::kEndObject) return absl::OkStatus();
      WB_RETURN_IF_ERROR(CheckName(key, "metadata key"));
      if (header_.metadata.size() == kSafetensorsMetadataEntriesMax) {
        return OverLimit(key.at, absl::StrFormat("metadata has over %d entries", kSafetensorsMetadataEntriesMax));
      }
      const Position at = key.at;
      const auto [entry, is_new] = header_.metadata.try_emplace(std::string(key.text));
      if (!is_new) return Malformed(at, absl::StrFormat("duplicate metadata key %s", Shown(entry->first)));
      key_bytes += entry->first.size();
      if (key_bytes > kSafetensorsMetadataBytes) {
        return OverLimit(at,
                         absl::StrFormat("metadata keys are over the limit of %d bytes", kSafetensorsMetadataBytes));
      }
      WB_ASSIGN_OR_RETURN(const JsonToken value, lexer_->Next());
      WB_RETURN_IF_ERROR(Expect(Kind::kString, value, "a string as metadata value"));
      entry->second.at = value.at.offset;
      entry->second.size = value.size;
      entry->second.value = std::string(value.text.substr(0, kSafetensorsMetadataBytes - value_bytes));
      value_bytes += entry->second.value.size();
      header_.metadata_truncated = header_.metadata_truncated || entry->second.truncated();
    }
  }

  absl::Status ParseTensor(const JsonToken& key) {
    WB_RETURN_IF_ERROR(CheckName(key, "tensor name"));
    if (key.text.empty()) return Malformed(key.at, "empty tensor name");
    if (header_.tensors.size() == kTensorsMax)
      return OverLimit(key.at, absl::StrFormat("over %d tensors", kTensorsMax));
    SafetensorsTensor tensor;
    tensor.at = key.at.offset;
    pool_bytes_ += key.text.size();
    tensor.name = header_.storage.Copy(key.text);
    WB_ASSIGN_OR_RETURN(const JsonToken open, lexer_->Next());
    WB_RETURN_IF_ERROR(Expect(Kind::kBeginObject, open, "an object as tensor"));
    bool has_dtype = false, has_shape = false, has_offsets = false;
    int bits = 0;
    while (true) {
      WB_ASSIGN_OR_RETURN(const JsonToken field, lexer_->Next());
      if (field.kind == Kind::kEndObject) break;
      bool* seen = field.text == "dtype"          ? &has_dtype
                   : field.text == "shape"        ? &has_shape
                   : field.text == "data_offsets" ? &has_offsets
                                                  : nullptr;
      if (seen == nullptr)
        return Malformed(field.at, absl::StrFormat("unknown field %s of a tensor", Shown(field.text)));
      if (*seen) return Malformed(field.at, absl::StrFormat("duplicate key %s", Shown(field.text)));
      *seen = true;
      if (seen == &has_dtype) {
        WB_ASSIGN_OR_RETURN(const JsonToken value, lexer_->Next());
        WB_RETURN_IF_ERROR(Expect(Kind::kString, value, "a string as dtype"));
        for (const Dtype& dtype : kDtypes) {
          if (dtype.name == value.text) tensor.dtype = dtype.name, bits = dtype.bits;
        }
        if (bits == 0) return Malformed(value.at, absl::StrFormat("unknown dtype %s", Shown(value.text)));
      } else if (seen == &has_shape) {
        WB_RETURN_IF_ERROR(ParseShape(&tensor));
      } else {
        WB_RETURN_IF_ERROR(ParseOffsets(&tensor));
      }
    }
    if (!has_dtype || !has_shape || !has_offsets) {
      return Malformed(tensor.at, absl::StrFormat("tensor %s lacks %s", Shown(tensor.name),
                                                  !has_dtype   ? "dtype"
                                                  : !has_shape ? "shape"
                                                               : "data_offsets"));
    }
    if (pool_bytes_ > kSafetensorsPoolBytesMax) {
      return OverLimit(tensor.at,
                       absl::StrFormat("names and shapes are over the limit of %d bytes", kSafetensorsPoolBytesMax));
    }
    WB_RETURN_IF_ERROR(CheckExtent(tensor, bits));
    header_.tensors.push_back(tensor);
    return absl::OkStatus();
  }

  absl::Status ParseShape(SafetensorsTensor* tensor) {
    WB_ASSIGN_OR_RETURN(const JsonToken open, lexer_->Next());
    WB_RETURN_IF_ERROR(Expect(Kind::kBeginArray, open, "a list as shape"));
    uint64_t dims[kSafetensorsDimsMax];
    size_t rank = 0;
    while (true) {
      WB_ASSIGN_OR_RETURN(const JsonToken item, lexer_->Next());
      if (item.kind == Kind::kEndArray) break;
      if (rank == kSafetensorsDimsMax)
        return OverLimit(item.at, absl::StrFormat("over %d dimensions", kSafetensorsDimsMax));
      WB_ASSIGN_OR_RETURN(dims[rank], Unsigned(item, "dimension"));
      if (dims[rank] > kTensorDimMax) {
        return OverLimit(item.at, absl::StrFormat("dimension %d is over the limit of %d", dims[rank], kTensorDimMax));
      }
      ++rank;
    }
    pool_bytes_ += rank * sizeof(uint64_t);
    tensor->shape = header_.storage.Copy(absl::MakeConstSpan(dims, rank));
    return absl::OkStatus();
  }

  absl::Status ParseOffsets(SafetensorsTensor* tensor) {
    WB_ASSIGN_OR_RETURN(const JsonToken open, lexer_->Next());
    WB_RETURN_IF_ERROR(Expect(Kind::kBeginArray, open, "a list as data_offsets"));
    for (uint64_t* bound : {&tensor->begin, &tensor->end}) {
      WB_ASSIGN_OR_RETURN(const JsonToken item, lexer_->Next());
      WB_ASSIGN_OR_RETURN(*bound, Unsigned(item, "data offset"));
    }
    WB_ASSIGN_OR_RETURN(const JsonToken close, lexer_->Next());
    return Expect(Kind::kEndArray, close, "two data offsets");
  }

  absl::Status CheckExtent(const SafetensorsTensor& tensor, int bits) {
    std::optional<uint64_t> elements = 1;
    for (const uint64_t dim : tensor.shape)
      elements = elements.has_value() ? CheckedMultiply(*elements, dim) : std::nullopt;
    // A zero behind an overflow would make the product legal again in wrapping arithmetic; here it stays refused.
    if (!elements.has_value() || *elements > kTensorElementsMax) {
      return OverLimit(tensor.at,
                       absl::StrFormat("tensor %s has over %d elements", Shown(tensor.name), kTensorElementsMax));
    }
    const uint64_t total_bits = *elements * static_cast<uint64_t>(bits);  // at most 2^46 * 64
    if (total_bits % 8 != 0) {
      return Malformed(tensor.at, absl::StrFormat("tensor %s does not fill whole bytes", Shown(tensor.name)));
    }
    if (tensor.end < tensor.begin || tensor.end - tensor.begin != total_bits / 8) {
      return Malformed(tensor.at, absl::StrFormat("tensor %s needs %d bytes, its data_offsets are [%d, %d]",
                                                  Shown(tensor.name), total_bits / 8, tensor.begin, tensor.end));
    }
    return absl::OkStatus();
  }

  absl::Status CheckPadding() {
    while (reader_->offset() < header_.data_begin) {
      WB_ASSIGN_OR_RETURN(std::string_view bytes, reader_->Available());
      bytes = bytes.substr(
          0, static_cast<size_t>(std::min<uint64_t>(bytes.size(), header_.data_begin - reader_->offset())));
      const size_t bad = bytes.find_first_not_of(' ');
      if (bad != std::string_view::npos) {
        return Malformed(reader_->offset() + bad, "header is followed by something other than spaces");
      }
      reader_->Consume(bytes.size());
    }
    return absl::OkStatus();
  }

  absl::Status CheckNames() {
    std::vector<uint32_t> order(header_.tensors.size());
    for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    const auto& tensors = header_.tensors;
    std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
      const int sign = tensors[a].name.compare(tensors[b].name);
      return sign != 0 ? sign < 0 : a < b;
    });
    for (size_t i = 1; i < order.size(); ++i) {
      const SafetensorsTensor& second = tensors[order[i]];
      if (tensors[order[i - 1]].name == second.name) {
        return Malformed(second.at, absl::StrFormat("duplicate tensor name %s", Shown(second.name)));
      }
    }
    return absl::OkStatus();
  }

  absl::Status CheckCover() {
    std::vector<SafetensorsTensor>& tensors = header_.tensors;
    std::sort(tensors.begin(), tensors.end(), [](const SafetensorsTensor& a, const SafetensorsTensor& b) {
      return a.begin != b.begin ? a.begin < b.begin : a.end != b.end ? a.end < b.end : a.at < b.at;
    });
    uint64_t covered = 0;
    for (const SafetensorsTensor& tensor : tensors) {
      if (tensor.begin != covered) {
        return Malformed(
            tensor.at,
            absl::StrFormat("tensor %s begins at data offset %d, %s: the data before it ends at %d", Shown(tensor.name),
                            tensor.begin, tensor.begin < covered ? "an overlap" : "a hole", covered));
      }
      if (tensor.end > header_.data_bytes) {
        return Truncated(header_.data_begin + tensor.begin, "tensor " + Shown(tensor.name), tensor.end - tensor.begin,
                         header_.data_bytes - std::min(tensor.begin, header_.data_bytes));
      }
      covered = tensor.end;
    }
    if (covered != header_.data_bytes) {
      return Malformed(header_.data_begin + covered,
                       absl::StrFormat("%d bytes behind the last tensor", header_.data_bytes - covered));
    }
    return absl::OkStatus();
  }

  ByteReader* reader_;
  JsonLexer* lexer_ = nullptr;
  SafetensorsHeader header_;
  uint64_t pool_bytes_ = 0;
  bool has_metadata_ = false;
};

}  // namespace

int SafetensorsDtypeBits(std::string_view dtype) {
  for (const Dtype& row : kDtypes) {
    if (row.name == dtype) return row.bits;
  }
  return 0;
}

absl::StatusOr<SafetensorsHeader> ParseSafetensors(ByteSource* source) {
  ByteReader reader(source);
  return HeaderParser(&reader).Parse();
}

}  // namespace weighbridge::formats
