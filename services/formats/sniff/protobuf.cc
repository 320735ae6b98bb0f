// Field numbers: onnx/onnx.proto (ModelProto), Core ML Model.proto, TensorFlow saved_model.proto and graph.proto, and
// sentencepiece_model.proto. The first fields of the outermost message are walked; nothing is decoded.
#include "services/formats/sniff/internal.h"

namespace weighbridge::formats::internal {
namespace {

constexpr int kFieldsMax = 4096;

struct Field {
  uint32_t number = 0;
  uint32_t wire = 0;
  uint64_t value = 0;  // of a varint
  uint64_t begin = 0;  // of a length-delimited value
  uint64_t length = 0;
};

std::optional<uint64_t> Varint(std::string_view bytes, uint64_t* pos) {
  uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (*pos >= bytes.size()) return std::nullopt;
    const uint8_t byte = static_cast<uint8_t>(bytes[(*pos)++]);
    value |= uint64_t{byte & 0x7Fu} << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

// The field at *pos of a message that ends at `size`; nullopt if there is no well-formed one within sight.
std::optional<Field> NextField(std::string_view bytes, uint64_t size, uint64_t* pos) {
  const std::optional<uint64_t> tag = Varint(bytes, pos);
  if (!tag.has_value() || *tag >> 3 == 0 || *tag >> 32 != 0) return std::nullopt;
  Field field;
  field.number = static_cast<uint32_t>(*tag >> 3);
  field.wire = *tag & 7;
  std::optional<uint64_t> value;
  switch (field.wire) {
    case 0:
      value = Varint(bytes, pos);
      if (!value.has_value()) return std::nullopt;
      field.value = *value;
      return field;
    case 1:
      field.length = 8;
      break;
    case 5:
      field.length = 4;
      break;
    case 2:
      value = Varint(bytes, pos);
      if (!value.has_value()) return std::nullopt;
      field.length = *value;
      break;
    default:
      return std::nullopt;
  }
  field.begin = *pos;
  if (*pos > size || field.length > size - *pos) return std::nullopt;
  *pos += field.length;
  return field;
}

bool IsOnnxField(const Field& field) {
  switch (field.number) {
    case 1:
      return field.wire == 0 && field.value >= 1 && field.value < 1000;
    case 5:
      return field.wire == 0;
    case 2:
    case 3:
    case 4:
    case 6:
    case 7:
    case 8:
    case 14:
    case 20:
    case 25:
    case 26:
      return field.wire == 2;
    default:
      return false;
  }
}

}  // namespace

std::optional<Format> SniffProtobuf(std::string_view first, uint64_t size) {
  if (first.size() < 4) return std::nullopt;
  bool onnx = true, has_graph = false, has_version = false, has_opset = false;
  bool coreml_model = false, only_tensorflow = true, coreml = true;
  bool only_pieces = true, nodes = true;
  int fields = 0;
  uint64_t pos = 0;
  while (pos < size && fields < kFieldsMax) {
    if (pos >= first.size()) break;  // the last field seen reaches beyond the window
    const std::optional<Field> field = NextField(first, size, &pos);
    if (!field.has_value()) {
      if (fields == 0 || pos < first.size()) return std::nullopt;
      break;
    }
    ++fields;
    onnx = onnx && IsOnnxField(*field);
    has_version = has_version || (field->number == 1 && field->wire == 0);
    has_graph = has_graph || (field->number == 7 && field->wire == 2);
    has_opset = has_opset || (field->number == 8 && field->wire == 2);
    coreml_model = coreml_model || (field->number >= 200 && field->number <= 3000 && field->wire == 2);
    coreml = coreml && ((field->number == 1 && field->wire == 0) || (field->number == 2 && field->wire == 2) ||
                        (field->number == 10 && field->wire == 0) || (field->number >= 200 && field->number <= 3000));
    only_tensorflow = only_tensorflow && ((field->number == 1 && field->wire == 0 && field->value == 1) ||
                                          (field->number == 2 && field->wire == 2));
    if (field->number == 1 && field->wire == 2 && field->begin + 2 < first.size()) {
      // SentencePiece {1: piece, 2: score as float} or NodeDef {1: name, 2: op as string}.
      const std::string_view inner = first.substr(field->begin, field->length);
      uint64_t at = 0;
      const std::optional<Field> name = NextField(inner, field->length, &at);
      const std::optional<Field> second = NextField(inner, field->length, &at);
      const bool named =
          name.has_value() && name->number == 1 && name->wire == 2 && second.has_value() && second->number == 2;
      if (at <= inner.size()) {
        only_pieces = only_pieces && named && second->wire == 5;
        nodes = nodes && named && second->wire == 2;
      }
    } else if (field->number == 1) {
      only_pieces = nodes = false;
    } else {
      only_pieces = only_pieces && (field->number <= 5 || field->number >= 200) && field->wire == 2;
      nodes = nodes && field->number <= 4;
    }
    if (fields >= 64 && (only_pieces || nodes)) break;  // a vocabulary: no need to walk it all
  }
  if (onnx && has_graph && (has_version || has_opset)) return Format::kOnnx;
  const bool starts_with_message = first[0] == '\x0A';
  if (starts_with_message && only_pieces && fields >= 3) return Format::kSentencepiece;
  if (starts_with_message && nodes && fields >= 2) return Format::kTensorflowPb;
  if (has_version && only_tensorflow && fields >= 2) return Format::kTensorflowPb;
  if (has_version && coreml && coreml_model) return Format::kCoreMl;
  return std::nullopt;
}

}  // namespace weighbridge::formats::internal
