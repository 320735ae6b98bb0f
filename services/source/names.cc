#include "services/source/names.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <iterator>
#include <utility>

#include "services/base/utf8.h"
#include "services/source/decompositions.h"

namespace weighbridge::source {
namespace {

// Hangul syllables decompose by arithmetic (Unicode standard, section 3.12).
constexpr int32_t kSyllableBase = 0xAC00;
constexpr int32_t kSyllableCount = 11172;
constexpr int32_t kLeadBase = 0x1100, kVowelBase = 0x1161, kTailBase = 0x11A7;
constexpr int32_t kVowelCount = 21, kTailCount = 28;

void AppendUtf8(int32_t c, std::string* out) {
  if (c < 0x80) {
    *out += static_cast<char>(c);
  } else if (c < 0x800) {
    *out += static_cast<char>(0xC0 | c >> 6);
    *out += static_cast<char>(0x80 | (c & 0x3F));
  } else {  // nothing above U+FFFF is ever appended here
    *out += static_cast<char>(0xE0 | c >> 12);
    *out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    *out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

void AppendDecomposed(int32_t c, std::string_view bytes, std::string* out) {
  if (c >= kSyllableBase && c < kSyllableBase + kSyllableCount) {
    const int32_t index = c - kSyllableBase;
    AppendUtf8(kLeadBase + index / (kVowelCount * kTailCount), out);
    AppendUtf8(kVowelBase + index % (kVowelCount * kTailCount) / kTailCount, out);
    if (index % kTailCount != 0) AppendUtf8(kTailBase + index % kTailCount, out);
    return;
  }
  const auto* const end = std::end(kDecompositions);
  const auto* const row = std::lower_bound(std::begin(kDecompositions), end, c,
                                           [](const Decomposition& d, int32_t whole) { return d.whole < whole; });
  if (c < 0xC0 || row == end || row->whole != c) {
    out->append(bytes);
    return;
  }
  for (const uint16_t part : row->parts) {
    if (part != 0) AppendUtf8(part, out);
  }
}

// Lower case of one code point below U+0460; applied after decomposition, so only undecomposable letters matter.
int32_t LowerCase(int32_t c) {
  if ((c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0xDE && c != 0xD7)) return c + 32;
  if (c >= 0x100 && c <= 0x17F && c != 0x130 && c != 0x131 && c != 0x138 && c != 0x149 && c != 0x178 && c != 0x17F) {
    const bool odd_is_upper = (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E);
    if ((c % 2 == 1) == odd_is_upper) return c + 1;
    return c;
  }
  if (c >= 0x391 && c <= 0x3A9) return c + 32;
  if (c >= 0x410 && c <= 0x42F) return c + 32;
  if (c >= 0x400 && c <= 0x40F) return c + 80;
  return c;
}

template <typename Visit>
void ForEachCharacter(std::string_view text, Visit visit) {
  int length;
  for (size_t pos = 0; pos < text.size(); pos += length) {
    const int32_t c = DecodeUtf8(text, pos, &length);
    visit(c, text.substr(pos, length));
  }
}

}  // namespace

std::string WhyBadName(std::string_view name) {
  if (IsPlainName(name)) return "";
  if (!IsValidUtf8(name)) return "the name is not valid UTF-8: rename the file";
  if (name.find('\\') != std::string_view::npos) return "the name holds a backslash: rename the file";
  return "the name holds a control character: rename the file";
}

bool HasBidiControl(std::string_view name) {
  bool found = false;
  ForEachCharacter(name, [&](int32_t c, std::string_view) {
    found |= c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
  });
  return found;
}

std::string Decompose(std::string_view path) {
  std::string out;
  out.reserve(path.size());
  ForEachCharacter(path, [&](int32_t c, std::string_view bytes) { AppendDecomposed(c, bytes, &out); });
  return out;
}

std::string TwinKey(std::string_view path) {
  std::string out;
  out.reserve(path.size());
  ForEachCharacter(Decompose(path), [&](int32_t c, std::string_view bytes) {
    const int32_t lower = c < 0 ? c : LowerCase(c);
    if (lower == c) {
      out.append(bytes);
    } else {
      AppendUtf8(lower, &out);
    }
  });
  return out;
}

std::vector<Problem> FindTwins(const std::vector<FileEntry>& files) {
  // Hashes first: keys of a large tree would take as much memory as its listing.
  std::vector<std::pair<size_t, size_t>> by_key;  // hash of TwinKey, index in `files`
  by_key.reserve(files.size());
  for (size_t i = 0; i < files.size(); ++i) by_key.emplace_back(std::hash<std::string>()(TwinKey(files[i].path)), i);
  std::sort(by_key.begin(), by_key.end());
  std::vector<Problem> notes;
  for (size_t i = 1; i < by_key.size(); ++i) {
    if (by_key[i].first != by_key[i - 1].first) continue;
    const std::string& first = files[by_key[i - 1].second].path;
    const std::string& second = files[by_key[i].second].path;
    if (TwinKey(first) != TwinKey(second)) continue;  // a collision of the hash alone
    const bool composition = Decompose(first) == Decompose(second);
    notes.push_back(
        {composition ? ProblemKind::kNormalizationTwin : ProblemKind::kCaseCollision, Printable(second),
         (composition ? "differs only in Unicode composition from '" : "differs only in letter case from '") +
             Printable(first) + "': other systems may see one file"});
  }
  return notes;
}

}  // namespace weighbridge::source
