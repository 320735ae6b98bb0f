#include "services/classify/tokenize.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "services/base/utf8.h"
#include "services/classify/fold.h"
#include "services/classify/framing.h"
#include "services/classify/link.h"
#include "services/classify/link_watcher.h"
#include "services/classify/spelling.h"
#include "services/classify/word_hash.h"

namespace weighbridge::classify {
namespace {

constexpr size_t kMaxStruckBytes = 4096;
constexpr size_t kMaxJoinBytes = 40;
// So many invisible characters in a row are no accident of layout.
constexpr size_t kHiddenCharacters = 4;
// A selector and a joiner may stand behind a picture.
constexpr size_t kPictureSelectors = 2;
// A line at least this long that ends without punctuation probably goes on below: a number there is no list marker.
constexpr size_t kWrappedLineBytes = 60;

enum ByteClass : uint8_t { kOther, kLower, kUpper, kDigit, kSpace, kLineEnd, kHigh };

constexpr std::array<uint8_t, 256> MakeByteClasses() {
  std::array<uint8_t, 256> classes{};
  for (int c = 0; c < 256; ++c) {
    if (c >= 'a' && c <= 'z') classes[c] = kLower;
    if (c >= 'A' && c <= 'Z') classes[c] = kUpper;
    if (c >= '0' && c <= '9') classes[c] = kDigit;
    if (c == ' ' || c == '\t' || c == '\v' || c == '\f' || c == '\0') classes[c] = kSpace;
    if (c == '\n' || c == '\r') classes[c] = kLineEnd;
    if (c >= 0x80) classes[c] = kHigh;
  }
  return classes;
}

constexpr std::array<uint8_t, 256> kByteClass = MakeByteClasses();

ByteClass ClassOf(char c) { return static_cast<ByteClass>(kByteClass[static_cast<uint8_t>(c)]); }
bool IsDigit(char c) { return ClassOf(c) == kDigit; }
bool IsAlphanumeric(char c) { return ClassOf(c) >= kLower && ClassOf(c) <= kDigit; }

// True for what ends a word of plain letters whatever the word is.
constexpr std::array<bool, 256> MakeWordEnds() {
  std::array<bool, 256> ends{};
  for (int c = 0; c < 0x80; ++c) {
    const uint8_t cls = kByteClass[c];
    ends[c] = (cls == kSpace || cls == kLineEnd || cls == kOther) && c != '\'' && c != '&' && c != '\\';
  }
  return ends;
}

constexpr std::array<bool, 256> kEndsWord = MakeWordEnds();

// So many words in a row are read at once.
constexpr size_t kMostPlainWords = 32;
// Longest list marker of letters, and comment prefixes of lines.
constexpr size_t kMostMarkerLetters = 5;
// "www", "http", "https", "mailto".
constexpr size_t kMostAddressPrefix = 6;

constexpr int32_t kLongSWithT = 0xFB05;

constexpr uint32_t kCopyright = HashOf("copyright");

// A number or letter behind one of these is a cross reference, which is part of the sentence.
constexpr uint32_t kReferenceWords[] = {
    HashOf("section"),    HashOf("sections"),  HashOf("clause"),     HashOf("clauses"),  HashOf("article"),
    HashOf("articles"),   HashOf("paragraph"), HashOf("paragraphs"), HashOf("exhibit"),  HashOf("schedule"),
    HashOf("subsection"), HashOf("version"),   HashOf("annex"),      HashOf("appendix"), HashOf("attachment")};

// One code point that is not a plain ASCII byte.
struct Glyph {
  int32_t code_point;
  int length;
  bool entity;
  bool invalid;
};

// The hashes of the short words that a thread met lately: a text has few words, again and again.
class HashMemo {
 public:
  static HashMemo& OfThread() {
    static thread_local HashMemo memo;
    return memo;
  }
  struct Known {
    uint64_t low = 0, high = 0;   // bytes of the form, zeros behind them
    uint32_t hash = 0;            // no word is empty, so that what is not known is never asked for
    bool other_spelling = false;  // MayHaveOtherSpelling
  };

  // Of a form of `size` bytes, `low` and `high`, in which zeros follow. Holds until the next call.
  const Known& Look(uint64_t low, uint64_t high, size_t size) {
    Known& known = known_[((low ^ high * 31) * 0x9E3779B97F4A7C15u) >> (64 - kBits)];
    if (known.low != low || known.high != high) Learn(low, high, size, &known);
    return known;
  }

 private:
  static void Learn(uint64_t low, uint64_t high, size_t size, Known* known) {
    char form[16];
    std::memcpy(form, &low, 8);
    std::memcpy(form + 8, &high, 8);
    const uint32_t hash = HashOf(std::string_view(form, size));
    *known = {low, high, hash, MayHaveOtherSpelling(hash)};
  }

  static constexpr int kBits = 11;
  std::array<Known, size_t{1} << kBits> known_;
};

class Scanner {
 public:
  Scanner(std::string_view text, TokenizedText* out)
      : text_(text), out_(*out), front_(FindFrontMatter(text)), html_(IsHtmlDocument(text)), links_(text) {}

  void Run() {
    out_.normalised.reserve(text_.size() + 16);
    out_.words.resize(text_.size() / 6 + kMostPlainWords);
    out_.part_begins.push_back(0);
    for (const size_t begin : front_.part_begins) out_.part_begins.push_back(static_cast<uint32_t>(begin));
    // Byte order marks; two, where a file that had one was converted.
    for (int i = 0; i < 2 && text_.compare(pos_, 3, "\xEF\xBB\xBF") == 0; ++i) pos_ += 3;
    while (pos_ < text_.size()) Step();
    out_.words.resize(word_count_);
    for (const LinkWatcher::Link& link : links_.Finish()) Note(OddityKind::kLinkTarget, link.begin, link.end);
    NoteWideWords();
    std::stable_sort(out_.oddities.begin(), out_.oddities.end(),
                     [](const Oddity& a, const Oddity& b) { return a.begin < b.begin; });
  }

 private:
  char At(size_t pos) const { return pos < text_.size() ? text_[pos] : '\0'; }

  void Step() {
    const char c = text_[pos_];
    switch (ClassOf(c)) {
      case kLower:
      case kUpper:
        if (!PlainWords()) ScanWord();
        return;
      case kDigit:
        ScanWord();
        return;
      case kSpace:
        if (c == '\0' || c == '\v') Note(OddityKind::kControl, pos_, pos_ + 1);
        ++pos_;
        while (pos_ < text_.size() && text_[pos_] == ' ') ++pos_;
        return;
      case kLineEnd:
        if (c == '\r' && At(pos_ + 1) == '\n') ++pos_;
        ++pos_;
        EndLine();
        return;
      case kHigh:
        Special();
        return;
      case kOther:
        Punctuation(c);
        return;
    }
  }

  void Punctuation(char c) {
    switch (c) {
      case '<':
        if (Markup()) return;
        break;
      case '&':
        Special();
        return;
      case '\\':
        if (InQuotedScalar()) {
          Special();
        } else {
          ++pos_;
        }
        return;
      case '[':
        links_.OpenBracket(pos_, line_start_);
        break;
      case ']':
        links_.CloseBracket(pos_);
        if (SkipLinkTarget()) return;
        break;
      case '~':
        if (At(pos_ + 1) == '~') Strike();
        break;
      case '%':
        Percent(1);
        return;
      case '$':
        Currency("$", 1);
        return;
      default:
        break;
    }
    if (static_cast<uint8_t>(c) < 0x20 || c == 0x7F) Note(OddityKind::kControl, pos_, pos_ + 1);
    Visible(c);
    ++pos_;
  }

  // Framing at the start of a line says nothing about how the sentence before it ended.
  void Visible(char c) {
    if (!line_start_ ||
        (c != '#' && c != '*' && c != '/' && c != ';' && c != '-' && c != '>' && c != '|' && c != '`')) {
      last_visible_ = c;
    }
  }

  void EndLine() {
    last_line_bytes_ = pos_ - line_begin_;
    line_begin_ = pos_;
    line_start_ = true;
    ++newlines_;
  }

  bool InQuotedScalar() {
    while (quoted_ < front_.quoted_scalars.size() && pos_ >= front_.quoted_scalars[quoted_].end) ++quoted_;
    return quoted_ < front_.quoted_scalars.size() && pos_ >= front_.quoted_scalars[quoted_].begin;
  }

  // Reads the code point at pos_, where an ASCII letter, digit or blank does not stand.
  Glyph Read() {
    Glyph glyph = {static_cast<uint8_t>(text_[pos_]), 1, false, false};
    if (text_[pos_] == '&') {
      int length;
      const int32_t c = ReadEntity(text_, pos_, &length);
      if (c >= 0) glyph = {c, length, true, false};
    } else if (text_[pos_] == '\\' && InQuotedScalar()) {
      int length;
      const int32_t c = ReadYamlEscape(text_, pos_, &length);
      if (c >= 0) glyph = {c, length, false, false};
    } else if (ClassOf(text_[pos_]) == kHigh) {
      glyph.code_point = DecodeUtf8(text_, pos_, &glyph.length);
      if (glyph.code_point < 0) {
        glyph = {Windows1252(static_cast<uint8_t>(text_[pos_])), 1, false, true};
      }
    }
    return glyph;
  }

  // Handles a non-ASCII character, entity or escape outside a word.
  void Special() {
    const Glyph glyph = Read();
    if (glyph.code_point < 0x80) {
      const char c = static_cast<char>(glyph.code_point);
      if (IsAlphanumeric(c)) {
        ScanWord();
        return;
      }
      pos_ += glyph.length;
      if (c == '\n') {
        EndLine();
      } else if (ClassOf(c) == kOther) {
        Visible(c);
      }
      return;
    }
    const Folded folded = Fold(glyph.code_point);
    switch (folded.kind) {
      case FoldKind::kLetter:
      case FoldKind::kConfusable:
      case FoldKind::kStyled:
      case FoldKind::kIdeograph:
        ScanWord();
        return;
      case FoldKind::kNewline:
        pos_ += glyph.length;
        EndLine();
        return;
      case FoldKind::kBidiControl:
        Note(OddityKind::kBidi, pos_, pos_ + glyph.length);
        break;
      case FoldKind::kCopyright:
        EmitFixed("copyright", glyph.length, WordClass::kWord);
        return;
      case FoldKind::kCurrency:
        Currency(std::string_view(folded.text, folded.size), glyph.length);
        return;
      case FoldKind::kPercent:
        Percent(glyph.length);
        return;
      case FoldKind::kSeparator:
      case FoldKind::kApostrophe:
      case FoldKind::kHyphen:
        if (glyph.code_point < 0xA0 && !glyph.invalid) Note(OddityKind::kControl, pos_, pos_ + glyph.length);
        if (!line_start_ && glyph.code_point != 0xA0) last_visible_ = '"';
        if (StandsForLetters(glyph.code_point) && !NumbersItem(glyph.code_point)) {
          Note(OddityKind::kStyledLetter, pos_, pos_ + static_cast<size_t>(glyph.length));
        }
        if (IsPicture(glyph.code_point)) picture_end_ = pos_ + static_cast<size_t>(glyph.length);
        break;
      case FoldKind::kZeroWidth:
      case FoldKind::kSoftHyphen:
      case FoldKind::kBidiMark:
        Invisible();
        return;
    }
    pos_ += glyph.length;
  }

  // A number of a list, as a marker is: the first of its line, before any word.
  bool NumbersItem(int32_t c) {
    if (!line_start_ || after_marker_ || numbered_line_ == line_begin_ || !IsListNumber(c)) return false;
    numbered_line_ = line_begin_;
    return true;
  }

  // Pictures and symbols, which selectors and joiners make into others.
  static bool IsPicture(int32_t c) {
    return c == 0xA9 || c == 0xAE || c == 0x203C || c == 0x2049 || c == 0x2122 || c == 0x2139 ||
           (c >= 0x2190 && c <= 0x2BFF) || (c >= 0x1F000 && c <= 0x1FAFF);
  }

  // Characters between words that nobody sees. Several of them can spell a sentence.
  void Invisible() {
    const size_t begin = pos_;
    const bool behind_picture = picture_end_ == pos_;
    OddityKind kind = OddityKind::kZeroWidth;
    size_t count = 0;
    while (pos_ < text_.size() && (ClassOf(text_[pos_]) == kHigh || text_[pos_] == '&' || text_[pos_] == '\\')) {
      const Glyph glyph = Read();
      const FoldKind fold = glyph.code_point < 0x80 ? FoldKind::kSeparator : Fold(glyph.code_point).kind;
      if (fold == FoldKind::kBidiMark)
        kind = OddityKind::kBidi;
      else if (fold == FoldKind::kSoftHyphen && kind != OddityKind::kBidi)
        kind = OddityKind::kSoftHyphen;
      else if (fold != FoldKind::kZeroWidth && fold != FoldKind::kSoftHyphen)
        break;
      pos_ += glyph.length;
      ++count;
    }
    if (behind_picture && count <= kPictureSelectors && kind == OddityKind::kZeroWidth) return;
    Note(count < kHiddenCharacters ? kind : OddityKind::kHiddenText, begin, pos_);
  }

  // Wide Latin letters belong to East Asian type: beside its characters they are at home, elsewhere they are a
  // disguise.
  void NoteWideWords() {
    const auto is_east_asian = [this](size_t word) {
      return word < out_.words.size() && out_.normalised[out_.words[word].normalised_begin] < 0;
    };
    for (size_t i = 0; i < wide_words_.size();) {
      size_t last = i;  // of a row of wide words
      while (last + 1 < wide_words_.size() && wide_words_[last + 1].word == wide_words_[last].word + 1) ++last;
      const size_t before = wide_words_[i].word, behind = wide_words_[last].word + 1;
      const bool at_home = (before > 0 && is_east_asian(before - 1)) || is_east_asian(behind);
      for (; i <= last; ++i) {
        if (!at_home) Note(OddityKind::kStyledLetter, wide_words_[i].begin, wide_words_[i].end);
      }
    }
  }

  void Note(OddityKind kind, size_t begin, size_t end) {
    out_.oddities.push_back({kind, static_cast<uint32_t>(begin), static_cast<uint32_t>(end)});
  }

  bool Markup() {
    if (text_.compare(pos_, 4, "<!--") == 0) {
      if (pos_ >= comment_end_ && !comments_unclosed_) {
        const size_t close = text_.find("-->", pos_ + 4);
        comments_unclosed_ = close == std::string_view::npos;
        // An unclosed comment hides the rest of the file from a reader of the rendered page.
        comment_end_ = comments_unclosed_ ? text_.size() : close + 3;
        Note(OddityKind::kHiddenComment, pos_, comment_end_);
      }
      pos_ += 4;
      return true;
    }
    const HtmlTag tag = ReadHtmlTag(text_, pos_);
    if (tag.end == 0) return false;
    if (tag.hides) Note(OddityKind::kHiddenMarkup, pos_, tag.end);
    if (tag.strikes) Note(OddityKind::kStruck, pos_, tag.end);
    if (tag.name == "a") {
      if (tag.closing) {
        links_.CloseAnchor(pos_, tag.end);
      } else {
        links_.OpenAnchor(pos_, tag.end);
      }
    }
    pos_ = tag.end;
    if (tag.block) {
      EndLine();
      if (tag.name != "br" && tag.name != "td" && tag.name != "th") ++newlines_;
    }
    // In any other file a reader sees what stands between <style> and </style>.
    if (tag.skips_content && html_ && !skips_unclosed_) {
      const size_t close = text_.find(tag.name == "style" ? "</style" : "</script", pos_);
      skips_unclosed_ = close == std::string_view::npos;
      if (!skips_unclosed_) pos_ = close;
    }
    return true;
  }

  // The target of a Markdown link is not read; its text is. Whether the one is the other links_ asks.
  bool SkipLinkTarget() {
    if (At(pos_ + 1) != '(') return false;
    const size_t limit = std::min(text_.size(), pos_ + kMaxLinkBytes);
    bool address = false;
    for (const std::string_view start :
         {"http://", "https://", "mailto:", "HTTP://", "HTTPS://", "MAILTO:", "#", "/", "./", "../"}) {
      address = address || text_.compare(pos_ + 2, start.size(), start) == 0;
    }
    if (!address) return false;
    for (size_t at = pos_ + 2; at < limit; ++at) {
      const char c = text_[at];
      if (c == ')') {
        NoteBidi(pos_ + 2, at);
        pos_ = at + 1;
        return true;
      }
      if (ClassOf(c) == kSpace || ClassOf(c) == kLineEnd || c == '(' || c == '[' || c == ']') return false;
    }
    return false;
  }

  // What is not read may still turn the line around.
  void NoteBidi(size_t begin, size_t end) {
    for (size_t at = begin; at < end; ++at) {
      if (ClassOf(text_[at]) != kHigh) continue;
      int length = 1;
      const int32_t c = DecodeUtf8(text_, at, &length);
      const FoldKind kind = c < 0 ? FoldKind::kSeparator : Fold(c).kind;
      if (kind == FoldKind::kBidiControl || kind == FoldKind::kBidiMark) Note(OddityKind::kBidi, at, at + length);
      at += static_cast<size_t>(length) - 1;
    }
  }

  void Strike() {
    if (pos_ < struck_end_) return;
    const size_t close = text_.substr(0, std::min(text_.size(), pos_ + kMaxStruckBytes)).find("~~", pos_ + 2);
    // Three or more tildes fence code.
    if (close == std::string_view::npos || At(pos_ + 2) == '~' || (pos_ > 0 && text_[pos_ - 1] == '~')) return;
    struck_end_ = close + 2;
    Note(OddityKind::kStruck, pos_, struck_end_);
  }

  void Percent(int length) {
    const bool after_number = BehindNumber();
    if (after_number) {
      EmitFixed("percent", length, WordClass::kWord);
    } else {
      pos_ += length;
    }
  }

  void Currency(std::string_view symbol, int length) {
    const char next = At(pos_ + length) == ' ' ? At(pos_ + length + 1) : At(pos_ + length);
    const bool after_number = BehindNumber();
    if (IsDigit(next) || after_number) {
      EmitFixed(symbol, length, WordClass::kSymbol);
    } else {
      pos_ += length;
    }
  }

  // Emits a word whose normalised form is `form` for the `length` bytes at pos_.
  void EmitFixed(std::string_view form, int length, WordClass cls) {
    const uint32_t hash = HashOf(form);
    const size_t begin = pos_;
    pos_ += length;
    if (hash == kCopyright && LastHash() == kCopyright) return;
    const size_t start = out_.normalised.size();
    out_.normalised.append(form);
    out_.normalised += ' ';
    Emit(hash, begin, pos_, start, cls, 0);
  }

  // Adds a word whose normalised form and the space behind it are written.
  void Emit(uint32_t hash, size_t begin, size_t end, size_t start, WordClass cls, uint8_t flags) {
    if (word_count_ == out_.words.size()) GrowWords(1);
    out_.words[word_count_++] = {hash,
                                 static_cast<uint32_t>(begin),
                                 static_cast<uint32_t>(end),
                                 static_cast<uint32_t>(start),
                                 cls,
                                 static_cast<uint8_t>(flags | PlaceFlags())};
    EndWord();
  }

  // Of a word that begins here.
  uint8_t PlaceFlags() const {
    uint8_t flags = 0;
    if (line_start_) flags |= kLineStart;
    if (newlines_ >= 2) flags |= kParagraphStart;
    if (newlines_ >= 2 || after_marker_ || last_visible_ == '.' || last_visible_ == ':' || last_visible_ == ';' ||
        last_visible_ == '?' || last_visible_ == '!') {
      flags |= kSentenceStart;
    }
    return flags;
  }

  void EndWord() {
    line_start_ = false;
    after_marker_ = false;
    newlines_ = 0;
    last_visible_ = 'a';
  }

  // A number ends here, or before one character.
  bool BehindNumber() const {
    if (word_count_ == 0) return false;
    const Word& last = out_.words[word_count_ - 1];
    return last.cls == WordClass::kNumber && pos_ - last.end <= 1;
  }

  uint32_t LastHash() const { return word_count_ > 0 ? out_.words[word_count_ - 1].hash : 0; }

  // The words come first in out_.words; behind them stands room for more.
  void GrowWords(size_t room) { out_.words.resize(std::max(word_count_ + room, 2 * out_.words.size())); }

  bool PlainWords();
  bool MayBeNoWord(uint64_t low, size_t size, size_t begin, char after, bool line_start) const;
  void ScanWord();
  bool ReadWordBytes();
  bool ExtendWord();
  bool JoinPrefix(int length);
  bool AppendGlyph();
  bool IsMarker(std::string_view form) const;
  void FinishWord();

  // Words up to the end of this run of characters belong to a web address.
  void StartAddress() {
    if (word_end_ < address_end_) return;
    address_end_ = word_end_;
    const size_t limit = std::min(text_.size(), word_end_ + kMaxLinkBytes);
    while (address_end_ < limit && ClassOf(text_[address_end_]) != kSpace && ClassOf(text_[address_end_]) != kLineEnd &&
           text_[address_end_] != ')' && text_[address_end_] != ']' && text_[address_end_] != '>' &&
           text_[address_end_] != '"') {
      ++address_end_;
    }
  }

  void Append(std::string_view bytes) {
    out_.normalised.append(bytes);
    for (const char c : bytes) hash_ = WordHashStep(hash_, c);
  }

  const std::string_view text_;
  TokenizedText& out_;
  HashMemo& hashes_ = HashMemo::OfThread();
  const FrontMatter front_;
  const bool html_;
  size_t quoted_ = 0;
  size_t pos_ = 0;
  size_t word_count_ = 0;

  bool line_start_ = true;
  bool after_marker_ = false;
  int newlines_ = 2;  // line ends since the last word
  char last_visible_ = '.';
  size_t line_begin_ = 0;
  size_t last_line_bytes_ = 0;
  size_t numbered_line_ = SIZE_MAX;  // where the line begins whose item number was read

  size_t comment_end_ = 0;
  bool comments_unclosed_ = false;
  bool skips_unclosed_ = false;
  size_t struck_end_ = 0;
  size_t address_end_ = 0;
  size_t picture_end_ = SIZE_MAX;
  LinkWatcher links_;
  struct WideWord {
    size_t begin, end, word;  // `word`: its number
  };
  std::vector<WideWord> wide_words_;  // of wide letters alone

  // The word being read.
  size_t word_begin_ = 0;
  size_t word_end_ = 0;
  size_t form_begin_ = 0;
  uint64_t hash_ = 0;
  bool has_digit_ = false;
  bool has_lower_ = false;
  bool has_upper_ = false;
  bool first_upper_ = false;
  bool has_ascii_letter_ = false;
  bool has_confusable_ = false;
  bool has_wide_ = false;  // letters of East Asian type
  bool only_digits_ = true;
  size_t invisible_at_ = 0;  // first invisible character since the last letter
  OddityKind invisible_kind_ = OddityKind::kZeroWidth;
  bool invisible_ = false;
};

// Sixteen bytes of a text, looked at eight at a time.
constexpr size_t kSixteen = 16;
constexpr uint64_t kEach = 0x0101010101010101u;  // times a byte: that byte eight times

// The highest bit of each byte that is a letter of ASCII, the others being zero.
uint64_t Letters(uint64_t bytes) {
  const uint64_t lower = (bytes | kEach * 0x20) & kEach * 0x7F;
  return (lower + kEach * (0x80 - 'a')) & ~(lower + kEach * (0x7F - 'z')) & ~bytes & kEach * 0x80;
}

// How many of the bytes at the front are letters, by their bits.
size_t LettersAtFront(uint64_t letters) {
  const uint64_t others = ~letters & kEach * 0x80;
  return others == 0 ? 8 : static_cast<size_t>(__builtin_ctzll(others)) / 8;
}

uint64_t FrontMask(size_t bytes) { return bytes >= 8 ? ~uint64_t{0} : (uint64_t{1} << 8 * bytes) - 1; }

// Sets these bits in each of the bytes.
void SetBits(char* bytes, size_t size, uint64_t bits) {
  const auto set = [&](size_t at) {
    uint64_t eight;
    std::memcpy(&eight, bytes + at, 8);
    eight |= kEach * bits;
    std::memcpy(bytes + at, &eight, 8);
  };
  if (size < 8) {
    for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(bytes[i] | bits);
    return;
  }
  for (size_t at = 0; at + 8 < size; at += 8) set(at);
  set(size - 8);
}

// Reads words of plain letters as most words are, each a blank behind the one before: what ScanWord makes of them,
// without its questions. Stops before a word that is long, may be a list marker, a comment prefix, part of an address,
// or goes on or is spelt otherwise. Returns false if that is the first; nothing is done then.
bool Scanner::PlainWords() {
  constexpr uint32_t kCapital = 0x20;  // a letter without it
  const size_t run_begin = pos_;
  const size_t run_start = out_.normalised.size();
  if (word_count_ + kMostPlainWords > out_.words.size()) GrowWords(kMostPlainWords);
  Word* const words = out_.words.data() + word_count_;
  const size_t most = address_end_ > run_begin ? 1 : kMostPlainWords;
  const char* const text = text_.data();
  const size_t text_size = text_.size();
  uint32_t before = LastHash();
  size_t count = 0, begin = run_begin, end = run_begin;
  while (count < most && begin + kSixteen < text_size) {
    uint64_t low, high;
    std::memcpy(&low, text + begin, 8);
    std::memcpy(&high, text + begin + 8, 8);
    size_t size = LettersAtFront(Letters(low));
    if (size == 8) size += LettersAtFront(Letters(high));
    if (size == 0 || size == kSixteen) break;
    const char after = text[begin + size];
    if (!kEndsWord[static_cast<uint8_t>(after)]) break;
    const uint64_t low_mask = FrontMask(size);
    const uint64_t high_mask = FrontMask(size <= 8 ? 0 : size - 8);
    const uint64_t low_small = low & kEach * kCapital & low_mask, high_small = high & kEach * kCapital & high_mask;
    low = (low | kEach * kCapital) & low_mask;
    high = (high | kEach * kCapital) & high_mask;
    if (after != ' ' || (count == 0 && line_start_)) {
      if (MayBeNoWord(low, size, begin, after, count == 0 && line_start_)) break;
    }
    const HashMemo::Known& known = hashes_.Look(low, high, size);
    if (known.other_spelling || before == kCopyright) break;
    Word& word = words[count++];
    word.hash = before = known.hash;
    word.begin = static_cast<uint32_t>(begin);
    word.end = static_cast<uint32_t>(begin + size);
    word.normalised_begin = static_cast<uint32_t>(run_start + (begin - run_begin));
    word.cls = WordClass::kWord;
    const bool capitalised = (low_small & kCapital) == 0;
    const bool all_capitals = (low_small | high_small) == 0 && size >= 2;
    word.flags = static_cast<uint8_t>((capitalised ? kCapitalised : 0) | (all_capitals ? kAllCapitals : 0));
    end = begin + size;
    begin = end + 1;
    if (after != ' ') break;
  }
  if (count == 0) return false;
  out_.normalised.append(text + run_begin, end - run_begin + 1);
  char* const form = out_.normalised.data() + run_start;
  SetBits(form, end - run_begin, kCapital);  // which a blank has, and small letters
  form[end - run_begin] = ' ';
  words[0].flags |= PlaceFlags();
  if (address_end_ > run_begin) words[0].flags |= kInAddress;
  word_count_ += count;
  EndWord();
  pos_ = end + (text[end] == ' ' ? 1 : 0);
  return true;
}

// True for words of few letters that mean something else before some characters, or at the start of a line.
bool Scanner::MayBeNoWord(uint64_t low, size_t size, size_t begin, char after, bool line_start) const {
  if (size > kMostAddressPrefix) return false;
  const char first = static_cast<char>(low & 0xFF);
  if (after == '-' && size == 3) return true;  // non-, sub-
  if ((after == '.' || after == ':') && (first == 'w' || first == 'h' || first == 'm')) return true;
  if (size > kMostMarkerLetters) return false;
  if (after == ')' && begin > 0 && text_[begin - 1] == '(') return true;
  if (!line_start) return false;
  // Markers of letters have a full stop or bracket behind them.
  return after == '.' || after == ')' || (size == 3 && (first == 'd' || first == 'r'));  // dnl, rem
}

void Scanner::ScanWord() {
  word_begin_ = pos_;
  form_begin_ = out_.normalised.size();
  hash_ = kWordHashSeed;
  has_digit_ = has_lower_ = has_upper_ = has_ascii_letter_ = has_confusable_ = has_wide_ = invisible_ = false;
  only_digits_ = true;
  first_upper_ = false;
  while (ReadWordBytes() && ExtendWord()) {
  }
  FinishWord();
}

// Reads plain letters and digits. Returns false if the word is full.
bool Scanner::ReadWordBytes() {
  const size_t begin = pos_;
  const size_t limit = std::min(text_.size(), word_begin_ + kMaxWordBytes);
  uint64_t hash = hash_;
  char buffer[kMaxWordBytes];
  size_t size = 0;
  uint8_t seen = 0;
  while (pos_ < limit) {
    const ByteClass cls = ClassOf(text_[pos_]);
    if (cls < kLower || cls > kDigit) break;
    const char c = cls == kUpper ? static_cast<char>(text_[pos_] | 0x20) : text_[pos_];
    seen |= static_cast<uint8_t>(1 << cls);
    buffer[size++] = c;
    hash = WordHashStep(hash, c);
    ++pos_;
  }
  if (size > 0) {
    out_.normalised.append(buffer, size);
    hash_ = hash;
    if (begin == word_begin_) first_upper_ = ClassOf(text_[begin]) == kUpper;
    if ((seen & 1 << kLower) != 0) has_lower_ = true;
    if ((seen & 1 << kUpper) != 0) has_upper_ = true;
    if ((seen & 1 << kDigit) != 0) has_digit_ = true;
    if ((seen & (1 << kLower | 1 << kUpper)) != 0) has_ascii_letter_ = true, only_digits_ = false;
    if (invisible_) {
      Note(invisible_kind_, invisible_at_, begin);
      invisible_ = false;
    }
    word_end_ = pos_;
  }
  return pos_ < limit;
}

// Looks at what stopped the run of plain letters. Returns true if the word goes on.
bool Scanner::ExtendWord() {
  const char c = text_[pos_];
  const char next = At(pos_ + 1);
  switch (c) {
    case '.':
      if (has_digit_ && pos_ > word_begin_ && IsDigit(text_[pos_ - 1]) && IsDigit(next)) {
        Append(".");
        ++pos_;
        return true;
      }
      return false;
    case ',':  // 700,000,000
      if (only_digits_ && pos_ > word_begin_ && IsDigit(next) && IsDigit(At(pos_ + 2)) && IsDigit(At(pos_ + 3)) &&
          !IsDigit(At(pos_ + 4))) {
        ++pos_;
        return true;
      }
      return false;
    case '\'':
      if (has_ascii_letter_ && (ClassOf(next) == kLower || ClassOf(next) == kUpper)) {
        Append("'");
        ++pos_;
        return true;
      }
      return false;
    case '-':
      return JoinPrefix(1);
    case '&':
    case '\\':
      return AppendGlyph();
    default:
      return ClassOf(c) == kHigh && AppendGlyph();
  }
}

// "non-commercial" is "noncommercial", also where a line (with its comment prefix) breaks behind the hyphen. Moves on
// to the letter behind a hyphen of `length` bytes and returns true if the word so far is such a prefix.
bool Scanner::JoinPrefix(int length) {
  const std::string_view form = std::string_view(out_.normalised).substr(form_begin_);
  if (form != "non" && form != "sub") return false;
  size_t at = pos_ + length;
  const size_t limit = std::min(text_.size(), at + kMaxJoinBytes);
  bool broken = false;
  for (; at < limit; ++at) {
    if (broken && (text_.compare(at, 4, "dnl ") == 0 || text_.compare(at, 4, "REM ") == 0)) at += 3;
    const char c = text_[at];
    if (ClassOf(c) == kLower || ClassOf(c) == kUpper) break;
    broken = broken || c == '\n';
    const bool framing = ClassOf(c) == kSpace || ClassOf(c) == kLineEnd ||
                         (broken && (c == '#' || c == '*' || c == '/' || c == ';' || c == '>' || c == '|' || c == '-'));
    if (!framing) return false;
  }
  if (at >= text_.size() || at >= limit) return false;
  pos_ = at;
  return true;
}

// Takes a character that is not plain ASCII into the word; false if it ends the word.
bool Scanner::AppendGlyph() {
  const Glyph glyph = Read();
  const size_t begin = pos_;
  const auto take = [&](std::string_view bytes) {
    if (begin == word_begin_) first_upper_ = false;
    Append(bytes);
    pos_ += glyph.length;
    word_end_ = pos_;
    if (glyph.entity) Note(OddityKind::kEntity, begin, pos_);
    if (glyph.invalid) Note(OddityKind::kInvalidUtf8, begin, pos_);
    if (invisible_) Note(invisible_kind_, invisible_at_, begin);
    invisible_ = false;
    return true;
  };
  const auto pass = [&](OddityKind kind) {
    if (!invisible_) {
      invisible_ = true;
      invisible_at_ = begin;
      invisible_kind_ = kind;
    }
    pos_ += glyph.length;
    return true;
  };
  if (glyph.code_point < 0x80) {
    if (glyph.length == 1) return false;
    char c = static_cast<char>(glyph.code_point);
    if (c == '\'' && has_ascii_letter_ && IsAlphanumeric(At(pos_ + glyph.length))) {
      Append("'");
      pos_ += glyph.length;
      return true;
    }
    if (!IsAlphanumeric(c)) return false;
    has_digit_ = has_digit_ || IsDigit(c);
    only_digits_ = only_digits_ && IsDigit(c);
    has_ascii_letter_ = has_ascii_letter_ || !IsDigit(c);
    if (ClassOf(c) == kUpper) c = static_cast<char>(c | 0x20);
    return take(std::string_view(&c, 1));
  }
  const Folded folded = Fold(glyph.code_point);
  const std::string_view form(folded.text, folded.size);
  switch (folded.kind) {
    case FoldKind::kLetter:
      if (IsDigit(form[0])) {
        has_digit_ = true;
        // A reader takes a raised or lowered digit for a reference to a note; a wide one is a digit of East Asian type.
        if (glyph.code_point < 0xFF00) Note(OddityKind::kStyledLetter, begin, begin + glyph.length);
      } else {
        only_digits_ = false;
        if (form[0] > 0) has_ascii_letter_ = true;
        if (form.size() > 1 && form[0] > 0) {
          // The long s of the one with "st" looks like an f.
          Note(glyph.code_point == kLongSWithT ? OddityKind::kStyledLetter : OddityKind::kLigature, begin,
               begin + glyph.length);
        }
      }
      has_wide_ = has_wide_ || glyph.code_point >= 0xFF00;
      return take(form);
    case FoldKind::kStyled:
      only_digits_ = only_digits_ && IsDigit(form[0]);
      has_digit_ = has_digit_ || IsDigit(form[0]);
      Note(OddityKind::kStyledLetter, begin, begin + glyph.length);
      return take(form);
    case FoldKind::kConfusable:
      only_digits_ = false;
      has_confusable_ = true;
      return take(form);
    case FoldKind::kIdeograph:
      if (begin != word_begin_) return false;
      only_digits_ = false;
      take(form);
      return false;
    case FoldKind::kApostrophe:
      if (!has_ascii_letter_ || !IsAlphanumeric(At(pos_ + glyph.length))) return false;
      Append("'");
      pos_ += glyph.length;
      return true;
    case FoldKind::kHyphen:
      return JoinPrefix(glyph.length);
    case FoldKind::kZeroWidth:
      return pass(OddityKind::kZeroWidth);
    case FoldKind::kSoftHyphen:
      return pass(OddityKind::kSoftHyphen);
    case FoldKind::kBidiMark:
      return pass(OddityKind::kBidi);
    case FoldKind::kBidiControl:
      Note(OddityKind::kBidi, begin, begin + glyph.length);
      pos_ += glyph.length;
      return true;
    case FoldKind::kSeparator:
    case FoldKind::kNewline:
    case FoldKind::kCopyright:
    case FoldKind::kCurrency:
    case FoldKind::kPercent:
      return false;
  }
  return false;
}

bool Scanner::IsMarker(std::string_view form) const {
  if (form.size() > 9 || has_confusable_) return false;
  const char before = word_begin_ > 0 ? text_[word_begin_ - 1] : ' ';
  const char after = At(word_end_);
  const bool bracketed = before == '(' && after == ')';
  if (!line_start_ && !bracketed) return false;
  bool letters = form.size() <= 5;
  bool digits = true;
  bool dotted = false;
  for (const char c : form) {
    letters =
        letters && (form.size() == 1 ? c >= 'a' && c <= 'z' : c == 'i' || c == 'v' || c == 'x' || c == 'l' || c == 'c');
    digits = digits && (IsDigit(c) || c == '.');
    dotted = dotted || c == '.';
  }
  if (!letters && !digits) return false;
  if (digits && !dotted && form.size() > 3) return false;
  if (bracketed && word_begin_ >= 2 && IsAlphanumeric(text_[word_begin_ - 2])) return false;  // 2(b), Model(s)
  if (word_count_ > 0 &&
      std::find(std::begin(kReferenceWords), std::end(kReferenceWords), LastHash()) != std::end(kReferenceWords) &&
      newlines_ < 2) {
    return false;
  }
  if (letters && bracketed) return true;
  if (!line_start_) return false;
  size_t tail = word_end_;
  if (At(tail) == '\\') ++tail;
  const char stop = At(tail);
  const char behind = At(tail + 1);
  const bool stopped = (stop == '.' || stop == ')') && !IsAlphanumeric(behind);
  if (letters) return stopped;
  const bool sentence_ended = newlines_ >= 2 || after_marker_ || !IsAlphanumeric(last_visible_);
  const bool wrapped = !sentence_ended && last_line_bytes_ >= kWrappedLineBytes;
  if (stopped && !bracketed) return !wrapped;
  return sentence_ended && (bracketed || dotted);
}

void Scanner::FinishWord() {
  if (pos_ == word_begin_) {  // a character that starts no word after all
    pos_ += Read().length;
    return;
  }
  if (form_begin_ == out_.normalised.size()) return;
  std::string& normalised = out_.normalised;
  std::string_view form = std::string_view(normalised).substr(form_begin_);
  if (has_confusable_) {
    if (has_ascii_letter_) {
      Note(OddityKind::kHomoglyph, word_begin_, word_end_);
    } else {
      // A whole word of another script is that script's word, and equal to no Latin one.
      normalised.resize(form_begin_);
      hash_ = kWordHashSeed;
      const size_t end = pos_;
      for (pos_ = word_begin_; pos_ < word_end_;) {
        if (static_cast<uint8_t>(text_[pos_]) < 0x80 && text_[pos_] != '&' && text_[pos_] != '\\') {
          Append(text_.substr(pos_++, 1));
          continue;
        }
        const Glyph glyph = Read();
        pos_ += glyph.length;
        if (glyph.code_point < 0x80) continue;
        const Folded folded = Fold(glyph.code_point);
        if (folded.original_size > 0) {
          Append(std::string_view(folded.original, folded.original_size));
        } else {
          Append(std::string_view(folded.text, folded.size));
        }
      }
      pos_ = end;
      form = std::string_view(normalised).substr(form_begin_);
    }
  }
  // A wide letter among others shall be overlooked, whatever the text.
  if (has_wide_) {
    if (has_lower_ || has_upper_)
      Note(OddityKind::kStyledLetter, word_begin_, word_end_);
    else
      wide_words_.push_back({word_begin_, word_end_, word_count_});
  }
  // Behind the last letter: as between words.
  if (invisible_) {
    // Each takes two to four bytes.
    const bool many = pos_ - invisible_at_ >= kHiddenCharacters * 3;
    Note(many ? OddityKind::kHiddenText : invisible_kind_, invisible_at_, pos_);
  }
  invisible_ = false;
  uint32_t hash = WordHashFinish(hash_);

  if (line_start_ && (form == "dnl" || form == "rem")) {  // comment prefixes of m4 and of batch files
    normalised.resize(form_begin_);
    return;
  }
  const char after = At(word_end_);
  if ((after == '.' || after == ':') &&
      ((form == "www" && after == '.') || (form == "mailto" && after == ':') ||
       ((form == "http" || form == "https") && text_.compare(word_end_, 3, "://") == 0))) {
    if (form[0] == 'h' || form[0] == 'w') StartAddress();
    normalised.resize(form_begin_);
    return;
  }
  if (IsMarker(form)) {
    out_.markers.push_back({static_cast<uint32_t>(word_count_), hash, static_cast<uint32_t>(word_begin_),
                            static_cast<uint32_t>(word_end_)});
    normalised.resize(form_begin_);
    after_marker_ = true;
    return;
  }
  if (LastHash() == kCopyright) {
    if (hash == kCopyright) {  // "© Copyright" is one mark
      normalised.resize(form_begin_);
      return;
    }
    if (form == "owner" || form == "owners") {
      normalised.replace(form_begin_, 5, "holder");
      hash = HashOf(std::string_view(normalised).substr(form_begin_));
    }
  }
  if (MayHaveOtherSpelling(hash)) {
    const std::string_view other = OtherSpelling(std::string_view(normalised).substr(form_begin_));
    if (!other.empty()) {
      normalised.resize(form_begin_);
      normalised.append(other);
      hash = HashOf(other);
    }
  }
  uint8_t flags = 0;
  if (word_begin_ < address_end_) flags |= kInAddress;
  if (line_start_ && only_digits_ && word_end_ - word_begin_ <= 3 && (after == '.' || after == ')') &&
      !IsAlphanumeric(At(word_end_ + 1))) {
    flags |= kMarkerShaped;
  }
  if (first_upper_) flags |= kCapitalised;
  if (has_upper_ && !has_lower_ && word_end_ - word_begin_ >= 2) flags |= kAllCapitals;
  normalised += ' ';
  Emit(hash, word_begin_, word_end_, form_begin_, has_digit_ ? WordClass::kNumber : WordClass::kWord, flags);
}

}  // namespace

std::string_view OddityName(OddityKind kind) {
  switch (kind) {
    case OddityKind::kHomoglyph:
      return "homoglyph";
    case OddityKind::kStyledLetter:
      return "styled_letter";
    case OddityKind::kZeroWidth:
      return "zero_width";
    case OddityKind::kSoftHyphen:
      return "soft_hyphen";
    case OddityKind::kBidi:
      return "bidi";
    case OddityKind::kInvalidUtf8:
      return "invalid_utf8";
    case OddityKind::kEntity:
      return "entity";
    case OddityKind::kHiddenComment:
      return "hidden_comment";
    case OddityKind::kHiddenMarkup:
      return "hidden_markup";
    case OddityKind::kStruck:
      return "struck";
    case OddityKind::kHiddenText:
      return "hidden_text";
    case OddityKind::kControl:
      return "control";
    case OddityKind::kLigature:
      return "ligature";
    case OddityKind::kLinkTarget:
      return "link_target";
  }
  return "unknown";
}

uint32_t HashWord(std::string_view normalised_word) { return HashOf(normalised_word); }

TokenizedText Tokenize(std::string_view text) {
  TokenizedText out;
  if (text.size() > kMaxTextBytes) {
    out.too_large = true;
    return out;
  }
  const Utf16 utf16 = GuessUtf16(text);
  if (utf16 == Utf16::kNo) {
    out.has_zeros = text.find('\0') != std::string_view::npos;
    Scanner(text, &out).Run();
    return out;
  }
  const Transcoded transcoded = FromUtf16(text, utf16);
  out.has_zeros = transcoded.utf8.find('\0') != std::string::npos;
  Scanner(transcoded.utf8, &out).Run();
  const auto move = [&](uint32_t* begin, uint32_t* end) {
    *begin = transcoded.source_offset[*begin];
    *end = transcoded.source_offset[*end];
  };
  for (Word& word : out.words) move(&word.begin, &word.end);
  for (ListMarker& marker : out.markers) move(&marker.begin, &marker.end);
  for (Oddity& oddity : out.oddities) move(&oddity.begin, &oddity.end);
  for (uint32_t& begin : out.part_begins) begin = begin == 0 ? 0 : transcoded.source_offset[begin];
  return out;
}

}  // namespace weighbridge::classify
