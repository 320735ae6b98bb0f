#include "services/base/utf8.h"

namespace weighbridge {
namespace {

bool IsBidiControl(int32_t c) {
  return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

bool IsControl(int32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); }

}  // namespace

int32_t DecodeUtf8(std::string_view text, size_t pos, int* length) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[pos + i]); };
  *length = 1;
  const uint8_t lead = byte(0);
  if (lead < 0x80) return lead;
  int extra;
  int32_t value;
  int32_t least;
  if (lead >= 0xC2 && lead <= 0xDF) {
    extra = 1, value = lead & 0x1F, least = 0x80;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    extra = 2, value = lead & 0x0F, least = 0x800;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    extra = 3, value = lead & 0x07, least = 0x10000;
  } else {
    return -1;
  }
  if (text.size() - pos <= static_cast<size_t>(extra)) return -1;
  for (int i = 1; i <= extra; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return -1;
    value = value << 6 | (byte(i) & 0x3F);
  }
  if (value < least || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return -1;
  *length = extra + 1;
  return value;
}

bool IsValidUtf8(std::string_view text) {
  int length;
  for (size_t pos = 0; pos < text.size(); pos += length) {
    if (DecodeUtf8(text, pos, &length) < 0) return false;
  }
  return true;
}

bool IsPlainName(std::string_view name) {
  int length;
  for (size_t pos = 0; pos < name.size(); pos += length) {
    const int32_t c = DecodeUtf8(name, pos, &length);
    if (c < 0 || c == '\\' || IsControl(c)) return false;
  }
  return true;
}

std::string Printable(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size());
  int length;
  for (size_t pos = 0; pos < bytes.size(); pos += length) {
    const int32_t c = DecodeUtf8(bytes, pos, &length);
    if (c >= 0 && c != '\\' && !IsControl(c) && !IsBidiControl(c)) {
      out.append(bytes, pos, length);
      continue;
    }
    for (int i = 0; i < length; ++i) {
      const uint8_t byte = static_cast<uint8_t>(bytes[pos + i]);
      out += "\\x";
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
  return out;
}

std::optional<std::string> BytesOfPrinted(std::string_view printed) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string bytes;
  bytes.reserve(printed.size());
  for (size_t pos = 0; pos < printed.size(); ++pos) {
    if (printed[pos] != '\\') {
      bytes += printed[pos];
      continue;
    }
    if (printed.size() - pos < 4 || printed[pos + 1] != 'x') return std::nullopt;
    const size_t high = kDigits.find(printed[pos + 2]);
    const size_t low = kDigits.find(printed[pos + 3]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    bytes += static_cast<char>(high << 4 | low);
    pos += 3;
  }
  // What needs no escape is never escaped, and what needs one is never bare.
  if (Printable(bytes) != printed) return std::nullopt;
  return bytes;
}

}  // namespace weighbridge
