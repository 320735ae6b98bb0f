// Words of a text, each with its place in the original bytes. The only reader of raw text in the classifier.
//
// Equal for this tokeniser, after the SPDX licence list matching guidelines: white space, line ends, case, kinds of quote and
// dash, punctuation, comment prefixes, Markdown and HTML framing, http and https, "www.", list markers, varietal spellings,
// and the forms of the copyright sign. Different: every other word, and every number.
#ifndef WEIGHBRIDGE_SERVICES_CLASSIFY_TOKENIZE_H_
#define WEIGHBRIDGE_SERVICES_CLASSIFY_TOKENIZE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weighbridge::classify {

// Changes whenever any text could give other words than before. Token files carry it; other versions are refused.
inline constexpr int kNormaliserVersion = 1;

// A longer text is not tokenised at all (TokenizedText::too_large).
inline constexpr size_t kMaxTextBytes = size_t{64} << 20;

// A longer run of letters is cut into several words.
inline constexpr size_t kMaxWordBytes = 96;

// NOTE: the letters that stand for these in token files are fixed; see token_file.h.
enum class WordClass : uint8_t {
  kWord,
  kNumber,  // holds a digit: 700, 2.0, v1.1, 3rd, llama4
  kSymbol,  // currency sign at a number; the per cent sign is the word "percent"
};

enum WordFlags : uint8_t {
  kLineStart = 1,       // first word of its line
  kParagraphStart = 2,  // first word after a blank line or of the text
  kCapitalised = 4,     // first letter is a capital
  kAllCapitals = 8,     // no lower-case letter and at least two letters
  kSentenceStart = 16,  // follows . ? ! : ; a blank line, or a list marker
  kMarkerShaped = 32,   // a number at the start of a line with a full stop or bracket behind it: "12." or "3)"
  kInAddress = 64,      // part of a web address
};

struct Word {
  uint32_t hash;              // 32 bits of the normalised word: they align, they prove nothing
  uint32_t begin, end;        // bytes of the original text
  uint32_t normalised_begin;  // into TokenizedText::normalised
  WordClass cls;
  uint8_t flags;  // WordFlags
};

// A list marker such as "1.", "(iv)" or "b)": never a word, yet known, so that a number which two layouts of one text read once
// as a marker and once as a word is still recognised.
struct ListMarker {
  uint32_t before_word;  // it stands before words[before_word]
  uint32_t hash;         // of its letters or digits, as a Word's
  uint32_t begin, end;
};

// Something a reader does not see, or sees otherwise than its bytes say.
enum class OddityKind : uint8_t {
  kHomoglyph,      // a look-alike letter of another script inside a word
  kStyledLetter,   // letters and digits that are mathematical, enclosed, raised, lowered or joined to one sign
  kLigature,       // one sign for the letters ff, fi, fl, ffi, ffl or st, as printed pages have
  kZeroWidth,      // an invisible character
  kSoftHyphen,
  kBidi,           // a character that reorders the line
  kInvalidUtf8,    // bytes that are not UTF-8 (read as Windows-1252) inside a word
  kEntity,         // a letter or digit written as an HTML entity
  kHiddenComment,  // an HTML comment; its words count as words
  kHiddenMarkup,   // markup that hides its content; its words count as words
  kHiddenText,     // so many invisible characters between words that they can spell something
  kStruck,         // struck-through text; its words count as words
  kLinkTarget,     // a link whose text is an address and that leads to another
  kControl,  // a control character other than tab, line end and form feed: a terminal may erase what stands before it
};

// Stable lower-case name, such as "zero_width".
std::string_view OddityName(OddityKind kind);

struct Oddity {
  OddityKind kind;
  uint32_t begin, end;
};

struct TokenizedText {
  std::vector<Word> words;
  std::vector<ListMarker> markers;  // by place
  std::vector<Oddity> oddities;     // by place
  // All normalised words, each followed by one space; what digests and phrases are computed over.
  std::string normalised;
  // Where a part of the file begins that has nothing to do with the part before: values of a YAML front matter, and the body
  // behind it. Ascending; the first is 0.
  std::vector<uint32_t> part_begins;
  bool too_large = false;
  bool has_zeros = false;  // zero bytes or characters: another encoding (UTF-32), or no text; its words may not be what it says

  // The normalised form of words[i] (lower case, folded, varietal spelling replaced).
  std::string_view NormalisedWord(size_t i) const {
    const size_t begin = words[i].normalised_begin;
    const size_t end = i + 1 < words.size() ? words[i + 1].normalised_begin : normalised.size();
    return std::string_view(normalised).substr(begin, end - begin - 1);
  }
};

// Tokenises UTF-8, UTF-16 (by its byte order mark or its zero bytes), or (byte by byte where UTF-8 fails) Windows-1252. One pass, linear time,
// never fails. Offsets always count bytes of `text` as given.
TokenizedText Tokenize(std::string_view text);

// The hash of a word that is already normalised.
uint32_t HashWord(std::string_view normalised_word);

}  // namespace weighbridge::classify

#endif  // WEIGHBRIDGE_SERVICES_CLASSIFY_TOKENIZE_H_
