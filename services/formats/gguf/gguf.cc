#include "services/formats/gguf/gguf.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/str_format.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"
#include "services/formats/bytes/checked.h"
#include "services/formats/bytes/errors.h"
#include "services/formats/gguf/tensor_types.h"

namespace weighbridge::formats {
namespace {

constexpr uint32_t kVersionMax = 3;
constexpr uint32_t kVersionBigEndian = 0x03000000;  // version 3 read in the wrong byte order
constexpr uint32_t kAlignmentMin = 8;
constexpr size_t kKeepElementBytes = 1024;  // longest element of a short array that is kept

std::string Shown(std::string_view name) { return "\"" + Printable(name.substr(0, 100)) + "\""; }

// Bytes of a scalar, or 0 for strings and arrays.
int Width(GgufType type) {
  switch (type) {
    case GgufType::kU8:
    case GgufType::kI8:
    case GgufType::kBool:
      return 1;
    case GgufType::kU16:
    case GgufType::kI16:
      return 2;
    case GgufType::kU32:
    case GgufType::kI32:
    case GgufType::kF32:
      return 4;
    case GgufType::kU64:
    case GgufType::kI64:
    case GgufType::kF64:
      return 8;
    case GgufType::kString:
    case GgufType::kArray:
      return 0;
  }
  return 0;
}

class HeaderParser {
 public:
  explicit HeaderParser(ByteReader* reader) : reader_(reader) {}

  absl::StatusOr<GgufHeader> Parse() {
    WB_ASSIGN_OR_RETURN(const std::string magic, reader_->ReadString(4, 4, "magic"));
    if (magic != "GGUF") return Malformed(0, "the magic is not \"GGUF\"");
    WB_ASSIGN_OR_RETURN(header_.version, reader_->ReadU32(Endian::kLittle, "version"));
    if (header_.version == kVersionBigEndian) {
      header_.endian = Endian::kBig;
      header_.version = 3;
    }
    if (header_.version == 0 || header_.version > kVersionMax) {
      return Malformed(4, absl::StrFormat("version %d is not 1, 2 or 3", header_.version));
    }
    WB_ASSIGN_OR_RETURN(const uint64_t tensors, ReadCount("tensor count", kTensorsMax));
    WB_ASSIGN_OR_RETURN(const uint64_t keys, ReadCount("key count", kGgufKeysMax));
    for (uint64_t i = 0; i < keys; ++i) WB_RETURN_IF_ERROR(ParseKey());
    WB_RETURN_IF_ERROR(CheckKeys());
    // The count is at most 200,000; pages are touched only as infos are read.
    header_.tensors.reserve(static_cast<size_t>(tensors));
    for (uint64_t i = 0; i < tensors; ++i) WB_RETURN_IF_ERROR(ParseTensor());
    WB_RETURN_IF_ERROR(CheckNames());
    WB_RETURN_IF_ERROR(CheckExtents());
    return std::move(header_);
  }

 private:
  // A count or length: 32 bits in version 1, else 64.
  absl::StatusOr<uint64_t> ReadLength(std::string_view what) {
    if (header_.version == 1) return reader_->ReadU32(header_.endian, what);
    return reader_->ReadU64(header_.endian, what);
  }

  absl::StatusOr<uint64_t> ReadCount(std::string_view what, uint64_t limit) {
    const uint64_t at = reader_->offset();
    WB_ASSIGN_OR_RETURN(const uint64_t count, ReadLength(what));
    if (count > limit) return OverLimit(at, absl::StrFormat("%s %d is over the limit of %d", what, count, limit));
    return count;
  }

  // The header as a whole is limited, so nothing in it can be made to take long.
  absl::Status CheckRoom(uint64_t bytes, std::string_view what) {
    if (bytes > reader_->remaining()) return Truncated(reader_->offset(), what, bytes, reader_->remaining());
    if (bytes > kHeaderBytesMax || reader_->offset() + bytes > kHeaderBytesMax) {
      return OverLimit(reader_->offset(), absl::StrFormat("%s of %d bytes: the header is over the limit of %d bytes",
                                                          what, bytes, kHeaderBytesMax));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::string_view> ReadName(std::string_view what, uint64_t limit) {
    const uint64_t at = reader_->offset();
    WB_ASSIGN_OR_RETURN(const uint64_t length, ReadCount(absl::StrFormat("length of %s", what), limit));
    if (length == 0) return Malformed(at, absl::StrFormat("empty %s", what));
    WB_RETURN_IF_ERROR(CheckRoom(length, what));
    WB_ASSIGN_OR_RETURN(const std::string name, reader_->ReadString(length, limit, what));
    if (name.find('\0') != std::string::npos) return Malformed(at, absl::StrFormat("NUL in a %s", what));
    if (!IsValidUtf8(name)) return Malformed(at, absl::StrFormat("%s %s is not UTF-8", what, Shown(name)));
    return header_.storage.Copy(name);
  }

  absl::StatusOr<GgufType> ReadType(std::string_view what) {
    const uint64_t at = reader_->offset();
    WB_ASSIGN_OR_RETURN(const uint32_t type, reader_->ReadU32(header_.endian, what));
    if (type > static_cast<uint32_t>(GgufType::kF64))
      return Malformed(at, absl::StrFormat("unknown %s %d", what, type));
    return static_cast<GgufType>(type);
  }

  absl::StatusOr<uint64_t> ReadScalar(GgufType type) {
    const uint64_t at = reader_->offset();
    WB_RETURN_IF_ERROR(CheckRoom(static_cast<uint64_t>(Width(type)), "value"));
    switch (Width(type)) {
      case 1: {
        WB_ASSIGN_OR_RETURN(const uint8_t value, reader_->ReadU8("value"));
        if (type == GgufType::kBool && value > 1)
          return Malformed(at, absl::StrFormat("boolean %d is neither 0 nor 1", value));
        return value;
      }
      case 2:
        return reader_->ReadU16(header_.endian, "value");
      case 4:
        return reader_->ReadU32(header_.endian, "value");
      default:
        return reader_->ReadU64(header_.endian, "value");
    }
  }

  absl::Status ParseKey() {
    GgufKey key;
    key.at = reader_->offset();
    WB_ASSIGN_OR_RETURN(key.key, ReadName("key", kGgufKeyBytesMax));
    keys_bytes_ += key.key.size();
    if (keys_bytes_ > kGgufKeysBytesMax) {
      return OverLimit(key.at, absl::StrFormat("keys are over the limit of %d bytes", kGgufKeysBytesMax));
    }
    WB_ASSIGN_OR_RETURN(key.type, ReadType("value type"));
    if (key.key == "general.alignment" && key.type != GgufType::kU32) {
      return Malformed(key.at, "general.alignment is no 32-bit unsigned integer");
    }
    key.value_begin = reader_->offset();
    if (key.type == GgufType::kString) {
      WB_RETURN_IF_ERROR(ParseString(&key));
    } else if (key.type == GgufType::kArray) {
      WB_RETURN_IF_ERROR(ParseArray(&key));
    } else {
      WB_ASSIGN_OR_RETURN(key.bits, ReadScalar(key.type));
    }
    key.value_end = reader_->offset();
    if (key.key == "general.alignment") {
      if (key.bits < kAlignmentMin || key.bits > kGgufAlignmentMax || (key.bits & (key.bits - 1)) != 0) {
        return Malformed(key.value_begin, absl::StrFormat("alignment %d is no power of two from %d to %d", key.bits,
                                                          kAlignmentMin, kGgufAlignmentMax));
      }
      header_.alignment = static_cast<uint32_t>(key.bits);
    }
    header_.keys.push_back(std::move(key));
    return absl::OkStatus();
  }

  absl::Status ParseString(GgufKey* key) {
    WB_ASSIGN_OR_RETURN(key->size, ReadCount("string length", kGgufStringBytesMax));
    WB_RETURN_IF_ERROR(CheckRoom(key->size, "string"));
    const uint64_t keep = std::min<uint64_t>({key->size, kGgufStringKeepBytes, kGgufStringsKeepBytes - kept_bytes_});
    WB_ASSIGN_OR_RETURN(const std::string text, reader_->ReadString(keep, keep, "string"));
    key->text = header_.storage.Copy(text);
    kept_bytes_ += keep;
    return reader_->Skip(key->size - keep, "string");
  }

  absl::Status ParseArray(GgufKey* key) {
    const uint64_t at = reader_->offset();
    WB_ASSIGN_OR_RETURN(key->element, ReadType("element type"));
    if (key->element == GgufType::kArray) return Malformed(at, "an array of arrays");
    WB_ASSIGN_OR_RETURN(key->size, ReadCount("element count", kGgufArrayElementsMax));
    if (key->element == GgufType::kString) return ParseStrings(key);
    const uint64_t bytes = key->size * static_cast<uint64_t>(Width(key->element));  // at most 2^28 * 8
    WB_RETURN_IF_ERROR(CheckRoom(bytes, "array"));
    if (key->element != GgufType::kBool) return reader_->Skip(bytes, "array");
    return CheckBooleans(bytes);
  }

  absl::Status CheckBooleans(uint64_t count) {
    while (count > 0) {
      WB_ASSIGN_OR_RETURN(std::string_view bytes, reader_->Available());
      bytes = bytes.substr(0, static_cast<size_t>(std::min<uint64_t>(bytes.size(), count)));
      for (size_t i = 0; i < bytes.size(); ++i) {
        if (static_cast<uint8_t>(bytes[i]) <= 1) continue;
        return Malformed(reader_->offset() + i,
                         absl::StrFormat("boolean %d is neither 0 nor 1", static_cast<uint8_t>(bytes[i])));
      }
      reader_->Consume(bytes.size());
      count -= bytes.size();
    }
    return absl::OkStatus();
  }

  absl::Status ParseStrings(GgufKey* key) {
    WB_RETURN_IF_ERROR(CheckRoom(key->size * (header_.version == 1 ? 4 : 8), "array of strings"));  // the lengths alone
    bool keep = key->size <= kGgufArrayKeepStrings && key->key.substr(0, 8) == "general.";
    for (uint64_t i = 0; i < key->size; ++i) {
      WB_ASSIGN_OR_RETURN(const uint64_t length, ReadCount("string length", kGgufStringBytesMax));
      WB_RETURN_IF_ERROR(CheckRoom(length, "string"));
      keep = keep && length <= kKeepElementBytes && length <= kGgufStringsKeepBytes - kept_bytes_;
      if (keep) {
        WB_ASSIGN_OR_RETURN(const std::string text, reader_->ReadString(length, length, "string"));
        key->strings.push_back(header_.storage.Copy(text));
        kept_bytes_ += length;
      } else {
        WB_RETURN_IF_ERROR(reader_->Skip(length, "string"));
      }
    }
    if (!keep) key->strings.clear();
    return absl::OkStatus();
  }

  absl::Status CheckKeys() {
    std::vector<GgufKey>& keys = header_.keys;
    std::sort(keys.begin(), keys.end(), [](const GgufKey& a, const GgufKey& b) {
      const int sign = a.key.compare(b.key);
      return sign != 0 ? sign < 0 : a.at < b.at;
    });
    for (size_t i = 1; i < keys.size(); ++i) {
      if (keys[i].key == keys[i - 1].key)
        return Malformed(keys[i].at, absl::StrFormat("duplicate key %s", Shown(keys[i].key)));
    }
    return absl::OkStatus();
  }

  absl::Status ParseTensor() {
    GgufTensor tensor;
    tensor.at = reader_->offset();
    WB_ASSIGN_OR_RETURN(tensor.name, ReadName("tensor name", kGgufTensorNameBytesMax));
    const uint64_t dims_at = reader_->offset();
    WB_ASSIGN_OR_RETURN(const uint32_t rank, reader_->ReadU32(header_.endian, "dimension count"));
    if (rank > kGgufDimsMax)
      return OverLimit(dims_at, absl::StrFormat("%d dimensions, over the limit of %d", rank, kGgufDimsMax));
    uint64_t dims[kGgufDimsMax];
    uint64_t elements = 1;
    for (uint32_t i = 0; i < rank; ++i) {
      const uint64_t at = reader_->offset();
      WB_ASSIGN_OR_RETURN(dims[i], ReadCount("dimension", kTensorDimMax));
      if (dims[i] == 0) return Malformed(at, absl::StrFormat("tensor %s has a dimension of zero", Shown(tensor.name)));
      const std::optional<uint64_t> product = CheckedMultiply(elements, dims[i]);
      if (!product.has_value() || *product > kTensorElementsMax) {
        return OverLimit(at, absl::StrFormat("tensor %s has over %d elements", Shown(tensor.name), kTensorElementsMax));
      }
      elements = *product;
    }
    tensor.dims = header_.storage.Copy(absl::MakeConstSpan(dims, rank));
    WB_ASSIGN_OR_RETURN(tensor.type, reader_->ReadU32(header_.endian, "tensor type"));
    WB_ASSIGN_OR_RETURN(tensor.offset, reader_->ReadU64(header_.endian, "tensor offset"));
    WB_RETURN_IF_ERROR(CheckRoom(0, "tensor info"));
    if (const GgufTensorType* type = FindGgufTensorType(tensor.type)) {
      if ((rank == 0 ? 1 : dims[0]) % type->block_elements != 0) {
        return Malformed(dims_at, absl::StrFormat("rows of tensor %s are no multiple of the %d elements of a %s block",
                                                  Shown(tensor.name), type->block_elements, type->name));
      }
      tensor.readable = true;
      tensor.bytes = elements / type->block_elements * type->block_bytes;  // at most 2^46 * 8
    } else {
      ++header_.unreadable_tensors;
    }
    header_.tensors.push_back(tensor);
    return absl::OkStatus();
  }

  absl::Status CheckNames() {
    const std::vector<GgufTensor>& tensors = header_.tensors;
    std::vector<uint32_t> order(tensors.size());
    for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
      const int sign = tensors[a].name.compare(tensors[b].name);
      return sign != 0 ? sign < 0 : a < b;
    });
    for (size_t i = 1; i < order.size(); ++i) {
      const GgufTensor& second = tensors[order[i]];
      if (tensors[order[i - 1]].name == second.name) {
        return Malformed(second.at, absl::StrFormat("duplicate tensor name %s", Shown(second.name)));
      }
    }
    return absl::OkStatus();
  }

  absl::Status CheckExtents() {
    header_.data_begin = *CheckedAlign(reader_->offset(), header_.alignment);  // the header is at most 100 MB
    const uint64_t size = reader_->size();
    const uint64_t data_bytes = size > header_.data_begin ? size - header_.data_begin : 0;
    uint64_t expected = 0;  // where the next tensor must begin, or the least place for it behind an unreadable one
    bool exact = true;
    for (const GgufTensor& tensor : header_.tensors) {
      if (tensor.offset % header_.alignment != 0) {
        return Malformed(tensor.at, absl::StrFormat("tensor %s begins at data offset %d, no multiple of %d",
                                                    Shown(tensor.name), tensor.offset, header_.alignment));
      }
      if (exact ? tensor.offset != expected : tensor.offset < expected) {
        return Malformed(
            tensor.at,
            absl::StrFormat("tensor %s begins at data offset %d, %s: the data before it ends at %d", Shown(tensor.name),
                            tensor.offset, tensor.offset < expected ? "an overlap" : "a hole", expected));
      }
      if (tensor.offset > data_bytes || tensor.bytes > data_bytes - tensor.offset) {
        return Truncated(header_.data_begin, "data up to the end of tensor " + Shown(tensor.name),
                         tensor.offset + tensor.bytes, data_bytes);
      }
      exact = tensor.readable;
      const std::optional<uint64_t> next = CheckedAlign(tensor.offset + tensor.bytes, header_.alignment);
      if (!next.has_value()) return OverLimit(tensor.at, "tensor data does not fit 64 bits");
      expected = *next;
    }
    if (exact) header_.trailing_bytes = data_bytes > expected ? data_bytes - expected : 0;
    return absl::OkStatus();
  }

  ByteReader* reader_;
  GgufHeader header_;
  uint64_t keys_bytes_ = 0;
  uint64_t kept_bytes_ = 0;
};

}  // namespace

std::optional<std::string_view> GgufKey::AsString() const {
  if (type != GgufType::kString || truncated()) return std::nullopt;
  return text;
}

std::optional<int64_t> GgufKey::AsInt() const {
  switch (type) {
    case GgufType::kU8:
    case GgufType::kU16:
    case GgufType::kU32:
      return static_cast<int64_t>(bits);
    case GgufType::kU64:
      return bits > INT64_MAX ? std::nullopt : std::optional<int64_t>(static_cast<int64_t>(bits));
    case GgufType::kI8:
      return static_cast<int8_t>(bits);
    case GgufType::kI16:
      return static_cast<int16_t>(bits);
    case GgufType::kI32:
      return static_cast<int32_t>(bits);
    case GgufType::kI64:
      return static_cast<int64_t>(bits);
    case GgufType::kF32:
    case GgufType::kF64:
    case GgufType::kBool:
    case GgufType::kString:
    case GgufType::kArray:
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<uint64_t> GgufKey::AsUint() const {
  if (type == GgufType::kU64) return bits;
  const std::optional<int64_t> value = AsInt();
  if (!value.has_value() || *value < 0) return std::nullopt;
  return static_cast<uint64_t>(*value);
}

std::optional<bool> GgufKey::AsBool() const {
  if (type != GgufType::kBool) return std::nullopt;
  return bits != 0;
}

std::optional<double> GgufKey::AsDouble() const {
  if (type == GgufType::kF32) {
    const uint32_t low = static_cast<uint32_t>(bits);
    float value;
    std::memcpy(&value, &low, sizeof(value));
    return value;
  }
  if (type != GgufType::kF64) return std::nullopt;
  double value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

const GgufKey* GgufHeader::Find(std::string_view key) const {
  const auto found =
      std::lower_bound(keys.begin(), keys.end(), key, [](const GgufKey& a, std::string_view b) { return a.key < b; });
  return found != keys.end() && found->key == key ? &*found : nullptr;
}

std::optional<std::string_view> GgufHeader::FindString(std::string_view key) const {
  const GgufKey* found = Find(key);
  return found == nullptr ? std::nullopt : found->AsString();
}

absl::StatusOr<GgufHeader> ParseGguf(ByteSource* source) {
  ByteReader reader(source);
  return HeaderParser(&reader).Parse();
}

}  // namespace weighbridge::formats
