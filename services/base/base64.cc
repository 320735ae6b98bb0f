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
  const auto has = [text](char c) { return text.find(c) != text.npos; };
  if ((has('+') || has('/')) && (has('-') || has('_'))) return std::nullopt;
  size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  const size_t digits = text.size() - padding;
  std::string bytes(digits * 6 / 8, '\0');
  // Four digits are three bytes; what stands for no digit has the high bit.
  const auto* from = reinterpret_cast<const uint8_t*>(text.data());
  const uint8_t* const end = from + digits;
  char* to = bytes.data();
  for (; end - from >= 4; from += 4, to += 3) {
    const uint8_t a = kValues[from[0]], b = kValues[from[1]], c = kValues[from[2]], d = kValues[from[3]];
    if (((a | b | c | d) & 0x80) != 0) return std::nullopt;
    to[0] = static_cast<char>(a << 2 | b >> 4);
    to[1] = static_cast<char>(b << 4 | c >> 2);
    to[2] = static_cast<char>(c << 6 | d);
  }
  uint32_t bits = 0;
  int count = 0;
  for (; from != end; ++from) {
    const uint8_t value = kValues[*from];
    if (value == kNone) return std::nullopt;
    bits = bits << 6 | value;
    count += 6;
    if (count >= 8) {
      count -= 8;
      *to++ = static_cast<char>(bits >> count & 0xff);
      bits &= (1u << count) - 1;
    }
  }
  if (bits != 0) return std::nullopt;
  return bytes;
}

}  // namespace weighbridge
