#include "services/types/file_name.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace weighbridge::types_internal {
namespace {

bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsLowerOrDigit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

}  // namespace

bool IsOneOf(std::string_view text, Words words) { return std::find(words.begin(), words.end(), text) != words.end(); }

bool StartsWith(std::string_view text, std::string_view start) { return text.substr(0, start.size()) == start; }

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

bool EndsWithOneOf(std::string_view text, Words ends) {
  return std::any_of(ends.begin(), ends.end(), [&](std::string_view end) { return EndsWith(text, end); });
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (size_t i = 0; i < lower.size(); ++i) {
    if (IsUpper(lower[i])) lower[i] = static_cast<char>(lower[i] - 'A' + 'a');
    if (i == 0) continue;
    const auto lead = static_cast<uint8_t>(lower[i - 1]);
    const auto byte = static_cast<uint8_t>(lower[i]);
    if (lead == 0xC3 && byte >= 0x80 && byte <= 0x9E && byte != 0x97) {  // U+00C0 to U+00DE
      lower[i] = static_cast<char>(byte + 0x20);
    } else if (lead == 0xD0 && byte >= 0x90 && byte <= 0x9F) {  // U+0410 to U+041F
      lower[i] = static_cast<char>(byte + 0x20);
    } else if (lead == 0xD0 && byte >= 0xA0 && byte <= 0xAF) {  // U+0420 to U+042F lie below U+0440
      lower[i - 1] = static_cast<char>(0xD1);
      lower[i] = static_cast<char>(byte - 0x20);
    }
  }
  return lower;
}

FileName::FileName(std::string_view path) {
  const size_t slash = path.rfind('/');
  const std::string_view written = slash == std::string_view::npos ? path : path.substr(slash + 1);
  base = Lower(written);
  if (slash != std::string_view::npos) {
    const std::string_view above = path.substr(0, slash);
    const size_t previous = above.rfind('/');
    folder = Lower(previous == std::string_view::npos ? above : above.substr(previous + 1));
  }
  const size_t dot = base.rfind('.');
  if (dot != std::string::npos && dot != 0) suffix = base.substr(dot);
  // "Llama-3.1-LICENSE" ends in no suffix, and neither does "weights.bin.license".
  if (suffix.find('-') != std::string::npos || IsOneOf(suffix, {".license", ".licence", ".eula", ".notice", ".terms"}))
    suffix.clear();
  std::string word;
  bool capital = true;
  joined = "_";
  const size_t stem = base.size() - suffix.size();
  for (size_t i = 0; i <= stem; ++i) {
    const char c = i < stem ? base[i] : '.';
    // Bytes of other alphabets belong to words.
    if (IsLowerOrDigit(c) || static_cast<uint8_t>(c) >= 0x80) {
      word += c;
      capital = capital && !(c >= 'a' && c <= 'z' && written[i] == c);
    } else if (!word.empty()) {
      joined += word + "_";
      words.push_back(std::move(word));
      capitals.push_back(capital);
      word.clear();
      capital = true;
    }
  }
}

bool FileName::HasWord(Words any) const {
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) { return IsOneOf(word, any); });
}

bool FileName::HasPhrase(Words any) const {
  return std::any_of(any.begin(), any.end(), [&](std::string_view phrase) {
    return joined.find("_" + std::string(phrase) + "_") != std::string::npos;
  });
}

}  // namespace weighbridge::types_internal
