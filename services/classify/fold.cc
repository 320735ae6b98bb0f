#include "services/classify/fold.h"

#include <algorithm>
#include <iterator>

namespace weighbridge::classify {
namespace {

struct Pair {
  int32_t code_point;
  char letter;
};

// Sorted by code point. Lower-case forms, and capitals whose shape alone deceives.
constexpr Pair kConfusables[] = {
    {0x0131, 'i'}, {0x0251, 'a'}, {0x0261, 'g'}, {0x0391, 'a'}, {0x0392, 'b'}, {0x0395, 'e'}, {0x0396, 'z'},
    {0x0397, 'h'}, {0x0399, 'i'}, {0x039A, 'k'}, {0x039C, 'm'}, {0x039D, 'n'}, {0x039F, 'o'}, {0x03A1, 'p'},
    {0x03A4, 't'}, {0x03A5, 'y'}, {0x03A7, 'x'}, {0x03B1, 'a'}, {0x03B3, 'y'}, {0x03B5, 'e'}, {0x03B7, 'n'},
    {0x03B9, 'i'}, {0x03BA, 'k'}, {0x03BD, 'v'}, {0x03BF, 'o'}, {0x03C1, 'p'}, {0x03C4, 't'}, {0x03C5, 'u'},
    {0x03C7, 'x'}, {0x03C9, 'w'}, {0x0405, 's'}, {0x0406, 'i'}, {0x0408, 'j'}, {0x0410, 'a'}, {0x0412, 'b'},
    {0x0415, 'e'}, {0x041A, 'k'}, {0x041C, 'm'}, {0x041D, 'h'}, {0x041E, 'o'}, {0x0420, 'p'}, {0x0421, 'c'},
    {0x0422, 't'}, {0x0423, 'y'}, {0x0425, 'x'}, {0x0430, 'a'}, {0x0433, 'r'}, {0x0435, 'e'}, {0x043A, 'k'},
    {0x043C, 'm'}, {0x043E, 'o'}, {0x043F, 'n'}, {0x0440, 'p'}, {0x0441, 'c'}, {0x0442, 't'}, {0x0443, 'y'},
    {0x0445, 'x'}, {0x0455, 's'}, {0x0456, 'i'}, {0x0458, 'j'}, {0x04BB, 'h'}, {0x04CF, 'l'}, {0x0501, 'd'},
    {0x051B, 'q'}, {0x051D, 'w'}, {0x0570, 'h'}, {0x0578, 'n'}, {0x057D, 'u'}, {0x0585, 'o'}, {0x1D04, 'c'},
    {0x1D0F, 'o'}, {0x1D1C, 'u'}, {0x1D20, 'v'}, {0x1D21, 'w'}, {0x1D22, 'z'}, {0x2113, 'l'}, {0x212F, 'e'},
    {0x2134, 'o'}, {0x2170, 'i'}, {0x217C, 'l'}, {0x217D, 'c'}, {0x217E, 'd'}, {0x217F, 'm'}, {0xA731, 's'},
};

struct Expansion {
  int32_t code_point;
  const char* text;
};

constexpr Expansion kExpansions[] = {
    {0xFB00, "ff"}, {0xFB01, "fi"}, {0xFB02, "fl"}, {0xFB03, "ffi"}, {0xFB04, "ffl"}, {0xFB05, "st"}, {0xFB06, "st"},
};

Folded Of(FoldKind kind) { return Folded{kind, 0, 0, {}, {}}; }

Folded Ascii(FoldKind kind, char letter) { return Folded{kind, 1, 0, {letter}, {}}; }

int Encode(int32_t c, char* out) {
  if (c < 0x80) {
    out[0] = static_cast<char>(c);
    return 1;
  }
  if (c < 0x800) {
    out[0] = static_cast<char>(0xC0 | c >> 6);
    out[1] = static_cast<char>(0x80 | (c & 0x3F));
    return 2;
  }
  if (c < 0x10000) {
    out[0] = static_cast<char>(0xE0 | c >> 12);
    out[1] = static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out[2] = static_cast<char>(0x80 | (c & 0x3F));
    return 3;
  }
  out[0] = static_cast<char>(0xF0 | c >> 18);
  out[1] = static_cast<char>(0x80 | (c >> 12 & 0x3F));
  out[2] = static_cast<char>(0x80 | (c >> 6 & 0x3F));
  out[3] = static_cast<char>(0x80 | (c & 0x3F));
  return 4;
}

int32_t LowerCase(int32_t c) {
  if (c >= 0xC0 && c <= 0xDE && c != 0xD7) return c + 0x20;
  if ((c >= 0x100 && c <= 0x137) || (c >= 0x14A && c <= 0x177)) return c | 1;
  if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E)) return c + (c & 1);
  if (c == 0x178) return 0xFF;
  if ((c >= 0x391 && c <= 0x3A9) || (c >= 0x410 && c <= 0x42F)) return c + 0x20;
  if (c >= 0x400 && c <= 0x40F) return c + 0x50;
  return c;
}

Folded Letter(int32_t c) {
  Folded folded = Of(FoldKind::kLetter);
  folded.size = static_cast<uint8_t>(Encode(LowerCase(c), folded.text));
  return folded;
}

bool IsIdeograph(int32_t c) {
  return (c >= 0x2E80 && c <= 0x2FDF) || (c >= 0x3040 && c <= 0x9FFF) || (c >= 0xAC00 && c <= 0xD7A3) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF);
}

bool IsLetter(int32_t c) {
  if (c < 0x2000) {
    return c == 0xAA || c == 0xB5 || c == 0xBA || (c >= 0xC0 && c != 0xD7 && c != 0xF7 && c != 0x37E && c != 0x387);
  }
  return (c >= 0x2C00 && c <= 0x2DFF) || (c >= 0xA490 && c <= 0xABFF) || (c >= 0xFB07 && c <= 0xFDFF) ||
         (c >= 0xFE70 && c <= 0xFEFC) || (c >= 0xFFA0 && c <= 0xFFDC) || (c >= 0x10000 && c <= 0x1CFFF) || c == 0x2126;
}

// Mathematical alphanumerics: blocks of 52 letters from 1D400, blocks of ten digits from 1D7CE.
Folded MathAlphanumeric(int32_t c) {
  if (c >= 0x1D7CE) return Ascii(FoldKind::kStyled, static_cast<char>('0' + (c - 0x1D7CE) % 10));
  if (c >= 0x1D6A4) return Letter(c);
  return Ascii(FoldKind::kStyled, static_cast<char>('a' + (c - 0x1D400) % 26));
}

}  // namespace

Folded Fold(int32_t c) {
  if (c == 0xA9) return Of(FoldKind::kCopyright);
  if (c == 0xAD) return Of(FoldKind::kSoftHyphen);
  if (c == 0x85 || c == 0x2028 || c == 0x2029) return Of(FoldKind::kNewline);
  if (c == 0xB2 || c == 0xB3) return Ascii(FoldKind::kLetter, static_cast<char>('0' + c - 0xB0));
  if (c == 0xB9) return Ascii(FoldKind::kLetter, '1');
  if (c == 0xA3 || c == 0xA5 || c == 0x20AC || c == 0x20B9 || c == 0x20A9) {
    Folded folded = Letter(c);
    folded.kind = FoldKind::kCurrency;
    return folded;
  }
  if (c < 0xC0) return IsLetter(c) ? Letter(c) : Of(FoldKind::kSeparator);
  if (c == 0x2019 || c == 0x02BC || c == 0xFF07 || c == 0x2018) return Of(FoldKind::kApostrophe);
  if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0xFF0D || c == 0xFE63) return Of(FoldKind::kHyphen);
  if (c == 0x200E || c == 0x200F || c == 0x061C) return Of(FoldKind::kBidiMark);
  if ((c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069)) return Of(FoldKind::kBidiControl);
  if ((c >= 0x200B && c <= 0x200D) || (c >= 0x2060 && c <= 0x2064) || c == 0xFEFF || c == 0x180E || c == 0x034F ||
      (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0000 && c <= 0xE01EF) || c == 0x115F || c == 0x1160 || c == 0x3164) {
    return Of(FoldKind::kZeroWidth);
  }
  const Pair* pair = std::lower_bound(std::begin(kConfusables), std::end(kConfusables), c,
                                      [](const Pair& entry, int32_t value) { return entry.code_point < value; });
  if (pair != std::end(kConfusables) && pair->code_point == c) {
    Folded folded = Ascii(FoldKind::kConfusable, pair->letter);
    folded.original_size = static_cast<uint8_t>(Encode(LowerCase(c), folded.original));
    return folded;
  }
  for (const Expansion& expansion : kExpansions) {
    if (expansion.code_point != c) continue;
    Folded folded = Of(FoldKind::kLetter);
    for (const char* p = expansion.text; *p != '\0'; ++p) folded.text[folded.size++] = *p;
    return folded;
  }
  if (c >= 0xFF01 && c <= 0xFF5E) {
    const char ascii = static_cast<char>(c - 0xFF01 + 0x21);
    if (ascii >= 'A' && ascii <= 'Z') return Ascii(FoldKind::kLetter, static_cast<char>(ascii + 0x20));
    if ((ascii >= 'a' && ascii <= 'z') || (ascii >= '0' && ascii <= '9')) return Ascii(FoldKind::kLetter, ascii);
    if (ascii == '%') return Of(FoldKind::kPercent);
    if (ascii == '$') return Ascii(FoldKind::kCurrency, '$');
    return Of(FoldKind::kSeparator);
  }
  if (c == 0x2070 || (c >= 0x2074 && c <= 0x2079)) return Ascii(FoldKind::kLetter, static_cast<char>('0' + c - 0x2070));
  if (c >= 0x2080 && c <= 0x2089) return Ascii(FoldKind::kLetter, static_cast<char>('0' + c - 0x2080));
  if (c >= 0x24B6 && c <= 0x24E9) return Ascii(FoldKind::kStyled, static_cast<char>('a' + (c - 0x24B6) % 26));
  if (c >= 0x1D400 && c <= 0x1D7FF) return MathAlphanumeric(c);
  if (c >= 0x1F130 && c <= 0x1F189) return Ascii(FoldKind::kStyled, static_cast<char>('a' + (c - 0x1F130) % 32 % 26));
  if (IsIdeograph(c)) {
    Folded folded = Letter(c);
    folded.kind = FoldKind::kIdeograph;
    return folded;
  }
  return IsLetter(c) ? Letter(c) : Of(FoldKind::kSeparator);
}

bool StandsForLetters(int32_t c) {
  struct Range {
    int32_t first, last;
  };
  // Left out: the key around a digit, which is a picture, and the signs of trade, service and sound recording marks.
  constexpr Range kRanges[] = {
      // Fractions; raised and lowered letters; strokes and circles around the character before.
      {0xBC, 0xBE},
      {0x2071, 0x2071},
      {0x207F, 0x207F},
      {0x2090, 0x209C},
      {0x20D0, 0x20E2},
      {0x20E4, 0x20F0},
      // Letter-like signs, more fractions, Roman numerals.
      {0x2100, 0x2116},
      {0x2118, 0x211F},
      {0x2121, 0x2121},
      {0x2123, 0x2125},
      {0x2127, 0x2138},
      {0x213A, 0x214F},
      {0x2150, 0x218B},
      // In circles, brackets and squares; Braille; digits of displays.
      {0x2460, 0x24B5},
      {0x24EA, 0x24FF},
      {0x2776, 0x2793},
      {0x2801, 0x28FF},
      {0x1F100, 0x1F12E},
      {0x1F18A, 0x1F1AD},
      {0x1F200, 0x1F265},
      {0x1FBF0, 0x1FBF9},
  };
  return std::any_of(std::begin(kRanges), std::end(kRanges),
                     [c](const Range& range) { return c >= range.first && c <= range.last; });
}

bool IsListNumber(int32_t c) {
  return (c >= 0x2160 && c <= 0x217F) || (c >= 0x2460 && c <= 0x24B5) || (c >= 0x24EA && c <= 0x24FF) ||
         (c >= 0x2776 && c <= 0x2793);
}

int32_t Windows1252(uint8_t byte) {
  static constexpr uint16_t kHigh[32] = {0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                         0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,   0x017D, 0x8F,
                                         0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                         0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};
  return byte < 0xA0 ? kHigh[byte - 0x80] : byte;
}

}  // namespace weighbridge::classify
