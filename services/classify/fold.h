// What one code point beyond ASCII means to the tokeniser: the part of NFKC, of case folding and of the confusables table
// (Unicode TR 15, 21, 39) that occurs in licence texts and in attempts to disguise one.
#ifndef WEIGHBRIDGE_SERVICES_CLASSIFY_FOLD_H_
#define WEIGHBRIDGE_SERVICES_CLASSIFY_FOLD_H_

#include <cstdint>

namespace weighbridge::classify {

enum class FoldKind : uint8_t {
  kSeparator,   // space, quote, bullet, symbol: ends a word
  kNewline,     // line and paragraph separators
  kLetter,      // `text` belongs to the word
  kConfusable,  // letter of another script that looks like the ASCII letter in `text`; `original` is its own lower-case form
  kStyled,      // mathematical or enclosed form of the ASCII letter in `text`: never plain prose
  kIdeograph,   // a word of its own
  kApostrophe,
  kHyphen,
  kZeroWidth,
  kSoftHyphen,
  kBidiMark,     // direction marks: harmless between words
  kBidiControl,  // embeddings, overrides and isolates: they reorder what a reader sees
  kCopyright,
  kCurrency,
  kPercent,
};

struct Folded {
  FoldKind kind;
  uint8_t size;           // bytes in `text`
  uint8_t original_size;  // bytes in `original` (kConfusable)
  char text[4];
  char original[4];
};

// Folds `code_point`, which must be >= 0x80. Pure; constant time.
Folded Fold(int32_t code_point);

// True for a separator that spells letters or a number all the same: "No", "TEL", fractions, Roman numerals, digits and
// letters in circles and brackets, raised letters, Braille. It ends a word and is none, so that only this tells of it.
bool StandsForLetters(int32_t code_point);

// True for those that number the items of a list.
bool IsListNumber(int32_t code_point);

// The Unicode code point of a Windows-1252 byte >= 0x80, which is what a byte that is not UTF-8 nearly always is.
int32_t Windows1252(uint8_t byte);

}  // namespace weighbridge::classify

#endif  // WEIGHBRIDGE_SERVICES_CLASSIFY_FOLD_H_
