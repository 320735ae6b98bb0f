#include "tests/support/model_builder.h"

#include <cstdio>
#include <cstring>

namespace weighbridge::testing_support {
namespace {

int DtypeBits(std::string_view dtype) {
  if (dtype == "F4") return 4;
  if (dtype.substr(0, 3) == "F6_") return 6;
  if (dtype == "BOOL" || dtype == "U8" || dtype == "I8" || dtype.substr(0, 3) == "F8_") return 8;
  if (dtype.find("16") != std::string_view::npos) return 16;
  if (dtype.find("32") != std::string_view::npos) return 32;
  return 64;
}

// {elements of a block, bytes of a block}
std::pair<uint64_t, uint64_t> GgufBlock(uint32_t type) {
  switch (type) {
    case 0:
      return {1, 4};
    case 2:
      return {32, 18};
    case 8:
      return {32, 34};
    case 12:
      return {256, 144};
    case 24:
      return {1, 1};
    default:
      return {1, 2};  // F16, BF16
  }
}

int KvWidth(GgufKvType type) {
  switch (type) {
    case GgufKvType::kU8:
    case GgufKvType::kI8:
    case GgufKvType::kBool:
      return 1;
    case GgufKvType::kU16:
    case GgufKvType::kI16:
      return 2;
    case GgufKvType::kU32:
    case GgufKvType::kI32:
    case GgufKvType::kF32:
      return 4;
    case GgufKvType::kU64:
    case GgufKvType::kI64:
    case GgufKvType::kF64:
      return 8;
    case GgufKvType::kString:
    case GgufKvType::kArray:
      return 0;
  }
  return 0;
}

void WriteNumber(GgufWriter* writer, GgufKvType type, uint64_t value) {
  switch (KvWidth(type)) {
    case 1:
      writer->U8(static_cast<uint8_t>(value));
      break;
    case 2:
      writer->U16(static_cast<uint16_t>(value));
      break;
    case 4:
      writer->U32(static_cast<uint32_t>(value));
      break;
    default:
      writer->U64(value);
      break;
  }
}

}  // namespace

std::string RandomBytes(size_t size, uint32_t seed) {
  std::string bytes(size, '\0');
  uint32_t state = seed * 2654435761u + 1;
  for (char& byte : bytes) {
    state = state * 1664525u + 1013904223u;
    byte = static_cast<char>(state >> 24);
  }
  return bytes;
}

std::string JsonQuoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof(escape), "\\u%04x", c);
      out += escape;
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string SafetensorsFile(std::string_view header, std::string_view data) {
  std::string file;
  for (int i = 0; i < 8; ++i) file += static_cast<char>(static_cast<uint64_t>(header.size()) >> 8 * i);
  file += header;
  file += data;
  return file;
}

std::string BuildSafetensors(const std::vector<SafetensorsSpec>& tensors,
                             const std::map<std::string, std::string>& metadata, uint32_t seed) {
  std::string header = "{";
  const auto comma = [&] {
    if (header.size() > 1) header += ',';
  };
  if (!metadata.empty()) {
    header += "\"__metadata__\":{";
    bool first = true;
    for (const auto& [key, value] : metadata) {
      if (!first) header += ',';
      first = false;
      header += JsonQuoted(key) + ":" + JsonQuoted(value);
    }
    header += "}";
  }
  uint64_t offset = 0;
  for (const SafetensorsSpec& tensor : tensors) {
    comma();
    uint64_t elements = 1;
    std::string shape;
    for (const uint64_t dim : tensor.shape) {
      elements *= dim;
      shape += (shape.empty() ? "" : ",") + std::to_string(dim);
    }
    const uint64_t bytes = elements * DtypeBits(tensor.dtype) / 8;
    header += JsonQuoted(tensor.name) + ":{\"dtype\":" + JsonQuoted(tensor.dtype) + ",\"shape\":[" + shape +
              "],\"data_offsets\":[" + std::to_string(offset) + "," + std::to_string(offset + bytes) + "]}";
    offset += bytes;
  }
  header += "}";
  while (header.size() % 8 != 0) header += ' ';
  return SafetensorsFile(header, RandomBytes(offset, seed));
}

GgufWriter& GgufWriter::Number(uint64_t value, int width) {
  for (int i = 0; i < width; ++i) {
    const int shift = 8 * (order_ == GgufByteOrder::kLittle ? i : width - 1 - i);
    bytes_ += static_cast<char>(value >> shift);
  }
  return *this;
}

GgufWriter& GgufWriter::String(std::string_view text) { return Count(text.size()).Raw(text); }

GgufWriter& GgufWriter::Raw(std::string_view bytes) {
  bytes_ += bytes;
  return *this;
}

GgufWriter& GgufWriter::PadTo(uint64_t alignment) {
  while (bytes_.size() % alignment != 0) bytes_ += '\0';
  return *this;
}

GgufWriter& GgufWriter::Header(uint64_t tensors, uint64_t kvs) {
  return Raw("GGUF").U32(version_).Count(tensors).Count(kvs);
}

GgufWriter& GgufWriter::Tensor(std::string_view name, const std::vector<uint64_t>& dims, uint32_t type,
                               uint64_t offset) {
  String(name).U32(static_cast<uint32_t>(dims.size()));
  for (const uint64_t dim : dims) Count(dim);
  return U32(type).U64(offset);
}

GgufKv GgufNumber(std::string key, GgufKvType type, uint64_t value) {
  GgufKv kv;
  kv.key = std::move(key);
  kv.type = type;
  kv.number = value;
  return kv;
}

GgufKv GgufU32(std::string key, uint32_t value) { return GgufNumber(std::move(key), GgufKvType::kU32, value); }

GgufKv GgufF32(std::string key, float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return GgufNumber(std::move(key), GgufKvType::kF32, bits);
}

GgufKv GgufString(std::string key, std::string value) {
  GgufKv kv;
  kv.key = std::move(key);
  kv.type = GgufKvType::kString;
  kv.text = std::move(value);
  return kv;
}

GgufKv GgufStrings(std::string key, std::vector<std::string> values) {
  GgufKv kv;
  kv.key = std::move(key);
  kv.type = GgufKvType::kArray;
  kv.element = GgufKvType::kString;
  kv.texts = std::move(values);
  return kv;
}

GgufKv GgufNumbers(std::string key, GgufKvType element, std::vector<uint64_t> values) {
  GgufKv kv;
  kv.key = std::move(key);
  kv.type = GgufKvType::kArray;
  kv.element = element;
  kv.numbers = std::move(values);
  return kv;
}

std::string BuildGguf(const std::vector<GgufKv>& kvs, const std::vector<GgufTensorSpec>& tensors,
                      const GgufOptions& options) {
  std::vector<GgufKv> all = kvs;
  if (options.alignment != 32) all.push_back(GgufU32("general.alignment", options.alignment));
  GgufWriter writer(options.version, options.order);
  writer.Header(tensors.size(), all.size());
  for (const GgufKv& kv : all) {
    writer.String(kv.key).U32(static_cast<uint32_t>(kv.type));
    if (kv.type == GgufKvType::kString) {
      writer.String(kv.text);
    } else if (kv.type == GgufKvType::kArray) {
      writer.U32(static_cast<uint32_t>(kv.element));
      writer.Count(kv.element == GgufKvType::kString ? kv.texts.size() : kv.numbers.size());
      for (const std::string& text : kv.texts) writer.String(text);
      for (const uint64_t number : kv.numbers) WriteNumber(&writer, kv.element, number);
    } else {
      WriteNumber(&writer, kv.type, kv.number);
    }
  }
  uint64_t offset = 0;
  std::vector<uint64_t> sizes;
  for (const GgufTensorSpec& tensor : tensors) {
    uint64_t elements = 1;
    for (const uint64_t dim : tensor.dims) elements *= dim;
    const auto [block, bytes] = GgufBlock(tensor.type);
    writer.Tensor(tensor.name, tensor.dims, tensor.type, offset);
    sizes.push_back(elements / block * bytes);
    offset = (offset + sizes.back() + options.alignment - 1) / options.alignment * options.alignment;
  }
  for (size_t i = 0; i < sizes.size(); ++i) {
    writer.PadTo(options.alignment).Raw(RandomBytes(sizes[i], options.seed + static_cast<uint32_t>(i)));
  }
  return writer.PadTo(options.alignment).bytes();
}

std::string BuildLfsPointer(std::string_view sha256_hex, uint64_t size) {
  std::string pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:";
  pointer += sha256_hex;
  return pointer + "\nsize " + std::to_string(size) + "\n";
}

std::string BuildShardIndex(const std::map<std::string, std::string>& weight_map, uint64_t total_size) {
  std::string json =
      "{\n  \"metadata\": {\n    \"total_size\": " + std::to_string(total_size) + "\n  },\n  \"weight_map\": {";
  bool first = true;
  for (const auto& [tensor, file] : weight_map) {
    json += (first ? "\n    " : ",\n    ") + JsonQuoted(tensor) + ": " + JsonQuoted(file);
    first = false;
  }
  return json + "\n  }\n}\n";
}

std::string BuildModelCard(std::string_view front_matter, std::string_view body) {
  std::string card = "---\n";
  card += front_matter;
  if (!front_matter.empty() && front_matter.back() != '\n') card += '\n';
  card += "---\n";
  card += body;
  return card;
}

}  // namespace weighbridge::testing_support
