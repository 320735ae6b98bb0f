// Recognisers of single families, private to this package. Each looks only at what it is given and is linear in it.
#ifndef WEIGHBRIDGE_SERVICES_FORMATS_SNIFF_INTERNAL_H_
#define WEIGHBRIDGE_SERVICES_FORMATS_SNIFF_INTERNAL_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "services/formats/sniff/format.h"

namespace weighbridge::formats::internal {

inline bool StartsWith(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

// Little-endian integer of 1 to 8 bytes at `pos`, which must be inside.
inline uint64_t Little(std::string_view bytes, size_t pos, size_t width) {
  uint64_t value = 0;
  for (size_t i = width; i > 0; --i) value = value << 8 | static_cast<uint8_t>(bytes[pos + i - 1]);
  return value;
}

// The kind of zip, from the names of the members in `first`, which starts with a member; kZip if they say nothing.
Format SniffZip(std::string_view first);

// True if an unpickler that starts at the first byte would get somewhere: the stack machine is followed without making
// anything. Protocols 0 and 1 have no magic, so a text must not be taken for one.
bool RunsAsPickle(std::string_view first, uint64_t size);

// The same, or the two bytes that open protocols 2 to 5: enough for a file that is nothing else, but not for a polyglot,
// as they are also the low bytes of ordinary numbers (a safetensors header of 640 bytes begins 80 02).
bool LooksLikePickle(std::string_view first, uint64_t size);

// ONNX, Core ML, TensorFlow graphs and SentencePiece models: protocol buffers without magic, told by their first
// fields.
std::optional<Format> SniffProtobuf(std::string_view first, uint64_t size);

// Kind of text, or nullopt if the bytes are none. `whole` bytes are seen if first.size() == size.
std::optional<Format> SniffText(std::string_view first, uint64_t size, std::string_view base_name);

}  // namespace weighbridge::formats::internal

#endif  // WEIGHBRIDGE_SERVICES_FORMATS_SNIFF_INTERNAL_H_
