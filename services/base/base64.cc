#include "services/base/base64.h"

#include <array>
#include <cstdint>

namespace weighbridge {
namespace {

constexpr char kStandard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr uint8_t kNone = 255;

std::array<uint8_t, 256> MakeValues() {
  std::array<uint8_t, 256> values;
  values.fill(kNone);
  for (uint8_t i = 0; i < 64; ++i) values[static_cast<uint8_t>(kStandard[i])] = i;
  values['-'] = 62;
  values['_'] = 63;
  return values;
}

}  // namespace

std::string Base64Encode(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t at = 0; at < bytes.size(); at += 3) {
    const size_t have = bytes.size() - at;
    uint32_t group = static_cast<uint8_t>(bytes[at]) << 16;
    if (have > 1) group |= static_cast<uint8_t>(bytes[at + 1]) << 8;
    if (have > 2) group |= static_cast<uint8_t>(bytes[at + 2]);
    text += kStandard[group >> 18];
    text += kStandard[group >> 12 & 63];
    text += have > 1 ? kStandard[group >> 6 & 63] : '=';
    text += have > 2 ? kStandard[group & 63] : '=';
  }
  return text;
}

std::optional<std::string> Base64Decode(std::string_view text) {
  static const std::array<uint8_t, 256> kValues = MakeValues();
  if (text.size() % 4 != 0) return std::nullopt;
  if (text.find_first_of("+/") != text.npos && text.find_first_of("-_") != text.npos) return std::nullopt;
  size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  const size_t digits = text.size() - padding;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  uint32_t bits = 0;
  int count = 0;
  for (size_t at = 0; at < digits; ++at) {
    const uint8_t value = kValues[static_cast<uint8_t>(text[at])];
    if (value == kNone) return std::nullopt;
    bits = bits << 6 | value;
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes += static_cast<char>(bits >> count & 0xff);
      bits &= (1u << count) - 1;
    }
  }
  if (bits != 0) return std::nullopt;
  return bytes;
}

}  // namespace weighbridge
