#include "services/provenance/hidden_text.h"

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>

#include "services/base/utf8.h"
#include "services/classify/tokenize.h"

namespace weighbridge::provenance {
namespace {

using classify::OddityKind;

// A paragraph reaches at most so far to either side.
constexpr size_t kParagraphBytesMax = 2000;
// Of an element that hides its content so much is read.
constexpr size_t kElementBytesMax = size_t{64} << 10;
// A comment in terms that has more words is a part of them, whatever it says.
constexpr size_t kCommentWordsMax = 8;
// A flag is spelt with at most so many tag characters.
constexpr int kFlagTagsMax = 7;
constexpr size_t kFoundMax = 1000;
constexpr size_t kSpdxHeaderBytesMax = 120;
// Behind so many comments and hiding elements each one counts without being read.
constexpr size_t kElementsMax = 500;
constexpr ptrdiff_t kOverlappingPhrasesMax = 8;
constexpr size_t kBlankBytesMax = 200;

bool IsBidiMark(int32_t c) { return c == 0x061C || c == 0x200E || c == 0x200F; }
bool IsBidiControl(int32_t c) { return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069); }
bool IsVariationSelector(int32_t c) { return (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0100 && c <= 0xE01EF); }
bool IsTag(int32_t c) { return c >= 0xE0020 && c <= 0xE007F; }

// Without a glyph of its own, and no white space.
bool IsInvisible(int32_t c) {
  return c == 0x00AD || c == 0x034F || c == 0x115F || c == 0x1160 || c == 0x17B4 || c == 0x17B5 ||
         (c >= 0x180B && c <= 0x180F) || (c >= 0x200B && c <= 0x200D) || (c >= 0x2060 && c <= 0x2064) ||
         (c >= 0x206A && c <= 0x206F) || c == 0x3164 || c == 0xFEFF || c == 0xFFA0 || IsVariationSelector(c) ||
         (c >= 0xE0000 && c <= 0xE0FFF);
}

// Pictures and symbols, whose sequences are made with joiners and selectors.
bool IsPicture(int32_t c) {
  return c == 0xA9 || c == 0xAE || c == 0x203C || c == 0x2049 || c == 0x2122 || c == 0x2139 ||
         (c >= 0x2190 && c <= 0x2BFF) || c == 0x3030 || c == 0x303D || c == 0x3297 || c == 0x3299 ||
         (c >= 0x1F000 && c <= 0x1FAFF);
}

bool IsIdeograph(int32_t c) { return (c >= 0x3400 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) || c >= 0x20000; }
// Scripts that are spelt with joiners: Arabic to Khmer and Mongolian.
bool IsJoined(int32_t c) { return c >= 0x0600 && c <= 0x18AF && !(c >= 0x10A0 && c <= 0x177F); }
bool IsRightToLeft(int32_t c) {
  return (c >= 0x0590 && c <= 0x08FF) || (c >= 0xFB1D && c <= 0xFDFF) || (c >= 0xFE70 && c <= 0xFEFC);
}

std::string Normalised(std::string_view text) { return " " + classify::Tokenize(text).normalised; }

bool HasAny(std::string_view normalised, std::initializer_list<std::string_view> beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](std::string_view beginning) { return normalised.find(beginning) != std::string_view::npos; });
}

bool SpeaksOfLicence(std::string_view normalised) {
  return HasAny(normalised, {" licens", " licenc", " copyright", " commercial", " noncommercial", " terms of ",
                             " terms and conditions", " use policy", " permitted", " prohibited", " royalt"});
}

// "&#109;": a letter or digit of ASCII has no reason to be spelt so.
bool IsPlainLetterEntity(std::string_view entity) {
  if (entity.substr(0, 2) != "&#") return false;
  entity.remove_prefix(2);
  int base = 10;
  if (!entity.empty() && (entity[0] == 'x' || entity[0] == 'X')) {
    base = 16;
    entity.remove_prefix(1);
  }
  int value = 0;
  for (const char c : entity) {
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : 16;
    if (digit >= base) break;
    value = value * base + digit;
    if (value >= 0x80) return false;
  }
  return value > 0;
}

// "<!-- SPDX-License-Identifier: MIT -->" is how tools write it; what it says is evidence, as are its contradictions.
bool IsSpdxHeader(std::string_view comment) {
  constexpr std::string_view kOpen = "<!--", kClose = "-->", kLine = "SPDX-License-Identifier:";
  if (comment.size() < kOpen.size() + kClose.size() || comment.substr(comment.size() - kClose.size()) != kClose)
    return false;
  comment.remove_prefix(kOpen.size());
  comment.remove_suffix(kClose.size());
  while (!comment.empty() && (comment.front() == ' ' || comment.front() == '\n')) comment.remove_prefix(1);
  while (!comment.empty() && (comment.back() == ' ' || comment.back() == '\n')) comment.remove_suffix(1);
  // Letters, digits and the signs of expressions alone: no sentence, and nothing that is not seen.
  return comment.substr(0, kLine.size()) == kLine && comment.size() <= kSpdxHeaderBytesMax &&
         std::all_of(comment.begin() + kLine.size(), comment.end(), [](char c) {
           return c == ' ' || c == '-' || c == '.' || c == '+' || c == '(' || c == ')' || (c >= '0' && c <= '9') ||
                  (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
         });
}

class Finder {
 public:
  Finder(std::string_view text, const classify::Classification& found, bool terms)
      : text_(text), found_(found), terms_(terms) {}

  std::vector<HiddenText> Run() {
    ScanCharacters();
    place_ = Place();
    AddOddities();
    std::stable_sort(kept_.begin(), kept_.end(),
                     [](const HiddenText& a, const HiddenText& b) { return a.begin < b.begin; });
    std::vector<HiddenText> apart;
    for (const HiddenText& hidden : kept_) {
      if (apart.empty() || hidden.begin >= apart.back().end) apart.push_back(hidden);
    }
    return apart;
  }

 private:
  // Where the last question was asked: questions come in ascending order, so that each passage is read once.
  struct Place {
    size_t passage_end = 0;
    bool passage_speaks = false;
    size_t next_line = 0;  // of those that were looked at for headings and entries
    std::optional<size_t> heading, heading_read, entry, entry_read;
    bool heading_speaks = false, entry_speaks = false;
  };

  bool Full() const { return kept_.size() >= kFoundMax; }

  void Keep(std::string_view what, uint64_t begin, uint64_t end) {
    if (!Full()) kept_.push_back({what, begin, end});
  }

  // Keeps it if it stands where it matters.
  void Add(std::string_view what, uint64_t begin, uint64_t end) {
    if (terms_ || InPassage(begin)) Keep(what, begin, end);
  }

  int32_t Next(size_t at) const {
    int length = 1;
    return at < text_.size() ? DecodeUtf8(text_, at, &length) : -1;
  }

  // Invisible and reordering characters, inside words or beside them.
  void ScanCharacters() {
    int32_t before = -1;  // the last character that is seen
    int flag_tags = -1;   // tags since a black flag, -1 behind anything else
    size_t tags_begin = 0;
    const auto end_tags = [&](size_t at, bool flag_ended) {
      if (flag_tags > 0 && (!flag_ended || flag_tags > kFlagTagsMax)) Add("tag characters", tags_begin, at);
      flag_tags = -1;
    };
    for (size_t at = 0; at < text_.size() && !Full();) {
      if (static_cast<uint8_t>(text_[at]) < 0x80) {
        end_tags(at, false);
        before = text_[at];
        ++at;
        continue;
      }
      int length = 1;
      const int32_t c = DecodeUtf8(text_, at, &length);
      const size_t end = at + static_cast<size_t>(length);
      if (IsTag(c) && (before == 0x1F3F4 || flag_tags >= 0)) {
        if (flag_tags < 0) {
          flag_tags = 0;
          tags_begin = at;
        }
        ++flag_tags;
        if (c == 0xE007F) {
          end_tags(end, true);
          before = -1;
        }
        at = end;
        continue;
      }
      end_tags(at, false);
      if (IsBidiControl(c)) {
        Add("a character that reorders the line", at, end);
      } else if (IsBidiMark(c)) {
        if (!IsRightToLeft(before) && !IsRightToLeft(Next(end))) Add("a character that reorders the line", at, end);
      } else if (IsInvisible(c)) {
        if (!IsOrthography(c, before, Next(end), at)) {
          Add(IsTag(c) ? "a tag character" : "an invisible character", at, end);
        }
      } else {
        before = c;
      }
      at = end;
    }
    end_tags(text_.size(), false);
  }

  static bool IsOrthography(int32_t c, int32_t before, int32_t next, size_t at) {
    if (c == 0xFEFF) return at == 0;
    if (IsVariationSelector(c)) return IsPicture(before) || IsIdeograph(before) || next == 0x20E3;
    if (c == 0x200D && IsPicture(before)) return true;
    return (c == 0x200C || c == 0x200D || (c >= 0x180B && c <= 0x180F)) && IsJoined(before);
  }

  void AddOddities() {
    size_t elements = 0;
    for (const classify::Oddity& oddity : found_.oddities) {
      if (Full()) return;
      const std::string_view bytes = text_.substr(oddity.begin, oddity.end - oddity.begin);
      switch (oddity.kind) {
        case OddityKind::kHomoglyph:
          Add("a letter of another script that looks like one of this", oddity.begin, oddity.end);
          break;
        case OddityKind::kStyledLetter: {
          // Raised and lowered digits point at notes.
          int length = 1;
          const int32_t c = DecodeUtf8(text_, oddity.begin, &length);
          const bool raised = c == 0xB2 || c == 0xB3 || c == 0xB9 || (c >= 0x2070 && c <= 0x209C);
          if (!raised) Add("a letter in a form that is not plain text", oddity.begin, oddity.end);
          break;
        }
        case OddityKind::kLinkTarget:
          Add("a link that leads elsewhere than it says", oddity.begin, oddity.end);
          break;
        case OddityKind::kControl:
          Add("a control character", oddity.begin, oddity.end);
          break;
        case OddityKind::kEntity:
          if (IsPlainLetterEntity(bytes)) Add("a letter spelt as an entity", oddity.begin, oddity.end);
          break;
        case OddityKind::kHiddenComment: {
          if (IsSpdxHeader(bytes)) break;
          const bool counts = ++elements > kElementsMax || SpeaksOfTerms(oddity.begin, oddity.end) ||
                              (terms_ && classify::Tokenize(bytes).words.size() > kCommentWordsMax);
          if (counts) Keep("a hidden comment", oddity.begin, oddity.end);
          break;
        }
        case OddityKind::kHiddenMarkup: {
          const size_t end = EndOfElement(oddity.begin, oddity.end);
          const bool counts =
              ++elements > kElementsMax || (end > oddity.end && (terms_ || SpeaksOfTerms(oddity.end, end)));
          if (counts) Keep("an element that hides its content", oddity.begin, oddity.end);
          break;
        }
        case OddityKind::kStruck:
          if (terms_) Add("struck-through text", oddity.begin, oddity.end);
          break;
        case OddityKind::kZeroWidth:
        case OddityKind::kSoftHyphen:
        case OddityKind::kHiddenText:
        case OddityKind::kBidi:
        case OddityKind::kInvalidUtf8:
        case OddityKind::kLigature:
          break;  // seen above; bytes of older encodings are in many names, and ligatures are read as they look
      }
    }
    // Of a text in UTF-16 the bytes say nothing; the classifier read it.
    if (IsValidUtf8(text_.substr(0, std::min<size_t>(text_.size(), 4))) && text_.find('\0') == std::string_view::npos) {
      return;
    }
    for (const classify::Oddity& oddity : found_.oddities) {
      if (oddity.kind == OddityKind::kZeroWidth || oddity.kind == OddityKind::kSoftHyphen ||
          oddity.kind == OddityKind::kHiddenText) {
        Add("an invisible character", oddity.begin, oddity.end);
      } else if (oddity.kind == OddityKind::kBidi) {
        Add("a character that reorders the line", oddity.begin, oddity.end);
      }
    }
  }

  // Where the element that begins with the tag [begin, end) is closed, or ends with the text; `end` if it has no
  // content.
  size_t EndOfElement(size_t begin, size_t end) const {
    size_t name_end = begin + 1;
    while (name_end < end && ((text_[name_end] | 0x20) >= 'a' && (text_[name_end] | 0x20) <= 'z')) ++name_end;
    std::string name(text_.substr(begin + 1, name_end - begin - 1));
    for (char& c : name) c = static_cast<char>(c | 0x20);
    for (const std::string_view empty : {"img", "br", "hr", "input", "meta", "link", "source", "wbr"}) {
      if (name == empty) return end;
    }
    const std::string_view rest = text_.substr(0, std::min(text_.size(), end + kElementBytesMax));
    for (size_t at = rest.find("</", end); at != std::string_view::npos; at = rest.find("</", at + 2)) {
      std::string closed(rest.substr(at + 2, name.size()));
      for (char& c : closed) c = static_cast<char>(c | 0x20);
      if (closed == name) return at;
    }
    return rest.size();
  }

  // Words that speak of a licence, a phrase that is a term, or a licence text.
  bool SpeaksOfTerms(uint64_t begin, uint64_t end) const {
    // Both lists are short or in order; phrases hardly overlap.
    const auto behind = std::lower_bound(found_.terms.begin(), found_.terms.end(), end,
                                         [](const classify::TermHit& term, uint64_t at) { return term.begin < at; });
    const auto from = behind - std::min<ptrdiff_t>(behind - found_.terms.begin(), kOverlappingPhrasesMax);
    return std::any_of(from, behind, [&](const classify::TermHit& term) { return term.end > begin; }) ||
           std::any_of(found_.matches.begin(), found_.matches.end(),
                       [&](const auto& match) { return match.begin < end && match.end > begin; }) ||
           SpeaksOfLicence(Normalised(text_.substr(begin, end - begin)));
  }

  bool InPassage(uint64_t at) {
    if (at >= place_.passage_end) ReadPassage(at);
    return place_.passage_speaks || std::any_of(found_.matches.begin(), found_.matches.end(),
                                                [&](const auto& match) { return at >= match.begin && at < match.end; });
  }

  void ReadPassage(size_t at) {
    const size_t front = FrontMatterEnd();
    ReadLinesTo(at, front);
    if (at < front) {
      // Up to the end of its line the answer is the same.
      const size_t newline = at == 0 ? std::string_view::npos : text_.rfind('\n', at - 1);
      const size_t line = newline == std::string_view::npos ? 0 : newline + 1;
      place_.passage_end = std::max(std::min(text_.find('\n', at), front), at + 1);
      place_.passage_speaks = EntrySpeaks() || SpeaksOfTerms(line, place_.passage_end);
      return;
    }
    const size_t least = std::max(front, at > kParagraphBytesMax ? at - kParagraphBytesMax : 0);
    size_t begin = at;
    while (begin > least && !IsBlankLineAt(begin - 1)) --begin;
    const size_t most = std::min(text_.size(), at + kParagraphBytesMax);
    size_t end = at + 1;
    while (end < most && !IsBlankLineAt(end)) ++end;
    place_.passage_end = end;
    place_.passage_speaks = HeadingSpeaks() || SpeaksOfTerms(begin, end);
  }

  // A line end at `at` with an empty line behind it.
  bool IsBlankLineAt(size_t at) const {
    if (text_[at] != '\n') return false;
    size_t next = at + 1;
    const size_t most = std::min(text_.size(), next + kBlankBytesMax);
    while (next < most && (text_[next] == ' ' || text_[next] == '\t' || text_[next] == '\r')) ++next;
    return next < text_.size() && text_[next] == '\n';
  }

  size_t FrontMatterEnd() {
    if (!front_.has_value()) {
      front_ = 0;
      if (text_.substr(0, 3) == "---") {
        const size_t end = text_.find("\n---", 3);
        if (end != std::string_view::npos) front_ = end + 1;
      }
    }
    return *front_;
  }

  // Notes the last Markdown heading, or entry of the front matter, up to the line of `at`.
  void ReadLinesTo(size_t at, size_t front) {
    while (place_.next_line <= at && place_.next_line < text_.size()) {
      const char first = text_[place_.next_line];
      if (place_.next_line >= front) {
        if (first == '#') place_.heading = place_.next_line;
      } else if (std::string_view(" \t-#\r\n").find(first) == std::string_view::npos) {
        place_.entry = place_.next_line;
      }
      const size_t end = text_.find('\n', place_.next_line);
      place_.next_line = end == std::string_view::npos ? text_.size() : end + 1;
    }
  }

  std::string_view LineFrom(size_t begin) const {
    const size_t end = std::min({text_.find('\n', begin), text_.size(), begin + kParagraphBytesMax});
    return text_.substr(begin, end - begin);
  }

  // The heading that the place stands below speaks of a licence.
  bool HeadingSpeaks() {
    if (!place_.heading.has_value()) return false;
    if (place_.heading != place_.heading_read) {
      place_.heading_read = place_.heading;
      place_.heading_speaks = SpeaksOfLicence(Normalised(LineFrom(*place_.heading)));
    }
    return place_.heading_speaks;
  }

  // The key of the front matter whose value holds the place names a licence, or where one comes from.
  bool EntrySpeaks() {
    if (!place_.entry.has_value()) return false;
    if (place_.entry != place_.entry_read) {
      place_.entry_read = place_.entry;
      const std::string_view line = LineFrom(*place_.entry);
      place_.entry_speaks =
          HasAny(Normalised(line.substr(0, line.find(':'))), {" licens", " licenc", " base model", " extra gated"});
    }
    return place_.entry_speaks;
  }

  const std::string_view text_;
  const classify::Classification& found_;
  const bool terms_;
  std::vector<HiddenText> kept_;
  Place place_;
  std::optional<size_t> front_;
};

}  // namespace

std::vector<HiddenText> FindHiddenText(std::string_view text, const classify::Classification& found, bool terms) {
  return Finder(text, found, terms).Run();
}

}  // namespace weighbridge::provenance
