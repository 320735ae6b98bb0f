#include "services/classify/residue.h"

#include <algorithm>
#include <optional>

#include "services/classify/spans.h"
#include "services/classify/token_file.h"
#include "services/classify/vocabulary.h"
#include "services/classify/word_hash.h"

namespace weighbridge::classify {
namespace {

constexpr uint32_t kMostHeadingWords = 8;
constexpr uint32_t kMostHeadingWordsTogether = 24;
constexpr size_t kMostHeadingWordBytes = 30;
constexpr size_t kLeastEncodedBytes = 12;
// Between "original" and the address, over line ends.
constexpr uint32_t kMostWordsToAddress = 12;
constexpr uint32_t kOriginal = HashOf("original");
constexpr uint32_t kCopy = HashOf("copy");
// Names of projects in lower case, where a line holds nothing else.
constexpr uint32_t kMostSmallNames = 1;

class Finder {
 public:
  Finder(const IndexView& index, const FoundText& found, const std::vector<Comparison>& matches, Classification* out)
      : index_(index),
        found_(found),
        words_(found.tokens->words),
        matches_(matches),
        out_(*out),
        has_small_letters_(
            std::any_of(found.bytes.begin(), found.bytes.end(), [](char c) { return c >= 'a' && c <= 'z'; })) {
    for (const TermHit& term : out_.terms) {
      if (term.restrictive) restrictions_.Add(term.begin, term.end);
    }
  }

  void Run() {
    order_.resize(matches_.size());
    for (size_t i = 0; i < order_.size(); ++i) order_[i] = i;
    std::sort(order_.begin(), order_.end(),
              [&](size_t a, size_t b) { return matches_[a].word_begin < matches_[b].word_begin; });
    uint32_t at = 0;
    std::optional<size_t> before;
    for (const size_t i : order_) {
      if (matches_[i].word_begin > at) Between(at, matches_[i].word_begin, before, i);
      if (matches_[i].word_end > at) {
        at = matches_[i].word_end;
        before = i;
      }
    }
    if (at < words_.size()) Between(at, static_cast<uint32_t>(words_.size()), before, std::nullopt);
  }

 private:
  // Words [begin, end) lie between two matches. Parts of a front matter stand for themselves.
  void Between(uint32_t begin, uint32_t end, std::optional<size_t> before, std::optional<size_t> behind) {
    const std::vector<uint32_t>& parts = found_.tokens->part_begins;
    for (uint32_t at = begin; at < end;) {
      const auto next_part = std::upper_bound(parts.begin(), parts.end(), words_[at].begin);
      uint32_t until = end;
      if (next_part != parts.end()) {
        const auto word = std::lower_bound(words_.begin() + at, words_.begin() + end, *next_part,
                                           [](const Word& w, uint32_t offset) { return w.begin < offset; });
        until = static_cast<uint32_t>(word - words_.begin());
      }
      const bool touches_before = before.has_value() && at == begin && SamePart(begin - 1, begin);
      const bool touches_behind = behind.has_value() && until == end && SamePart(end - 1, end);
      Piece(at, until, touches_before ? before : std::nullopt, touches_behind ? behind : std::nullopt);
      at = until;
    }
  }

  bool SamePart(uint32_t a, uint32_t b) const {
    const std::vector<uint32_t>& parts = found_.tokens->part_begins;
    return std::upper_bound(parts.begin(), parts.end(), words_[a].begin) ==
           std::upper_bound(parts.begin(), parts.end(), words_[b].begin);
  }

  void Piece(uint32_t begin, uint32_t end, std::optional<size_t> before, std::optional<size_t> behind) {
    uint32_t first = end, last = begin, count = 0, headings = 0;
    bool speaks = false;
    for (uint32_t line = begin; line < end;) {
      uint32_t next = line + 1;
      while (next < end && (words_[next].flags & kLineStart) == 0) ++next;
      const bool restricts = HoldsRestriction(line, next);
      const bool notice = !restricts && IsCopyrightNotice(found_, line, next);
      const uint32_t spoken =
          static_cast<uint32_t>(std::count_if(words_.begin() + line, words_.begin() + next,
                                              [](const Word& word) { return (word.flags & kInAddress) == 0; }));
      // Words that share their line with a match go on with its last sentence, or begin its first one.
      const bool shares_line =
          (line == begin && before.has_value() && (words_[line].flags & kLineStart) == 0) ||
          (next == end && behind.has_value() && next < words_.size() && (words_[next].flags & kLineStart) == 0);
      const bool heading = !notice && !restricts && spoken <= kMostHeadingWords &&
                           headings + spoken <= kMostHeadingWordsTogether &&
                           FitForHeading(line, next, before, behind, shares_line);
      if (heading) headings += spoken;
      if (!notice && !heading) {
        first = std::min(first, line);
        last = next;
        count += next - line;
        for (uint32_t i = line; i < next && !speaks; ++i) {
          speaks = !IsHarmlessWord(words_[i].hash) || SpeaksOfTerms(words_[i].hash) ||
                   UnfitForHeading(words_[i].hash) || index_.NamesSomeText(words_[i].hash);
        }
      }
      line = next;
    }
    if (count == 0) return;
    Residue residue{
        words_[first].begin, words_[last - 1].end, count, before.has_value() || behind.has_value(), false, {}};
    auto term = std::lower_bound(out_.terms.begin(), out_.terms.end(), words_[begin].begin,
                                 [](const TermHit& hit, uint32_t at) { return hit.begin < at; });
    for (; term != out_.terms.end() && term->begin < words_[end - 1].end; ++term) {
      if (term->end <= words_[end - 1].end &&
          std::find(residue.triggers.begin(), residue.triggers.end(), term->phrase_id) == residue.triggers.end()) {
        residue.triggers.push_back(term->phrase_id);
      }
    }
    if (count > kMaxHarmlessResidueWords || speaks || !residue.triggers.empty()) {
      residue.blocks = residue.touches_match;
      if (before.has_value()) out_.matches[*before].blocked_by_residue = true;
      if (behind.has_value()) out_.matches[*behind].blocked_by_residue = true;
    }
    out_.residue.push_back(std::move(residue));
  }

  // True if a phrase that restricts lies in words [begin, end).
  bool HoldsRestriction(uint32_t begin, uint32_t end) const {
    return restrictions_.AnyMeets(words_[begin].begin, words_[end - 1].end);
  }

  // Headings are made of names, numbers, words that name documents, and words of the licence's own title. A line in
  // small letters is a sentence in some language, a currency sign is a price, and an address is a page of unknown
  // content.
  bool FitForHeading(uint32_t begin, uint32_t end, std::optional<size_t> before, std::optional<size_t> behind,
                     bool shares_line) const {
    const bool touches = before.has_value() || behind.has_value();
    if ((before.has_value() && NamesAnotherVersion(*before, begin, end)) ||
        (behind.has_value() && NamesAnotherVersion(*behind, begin, end))) {
      return false;
    }
    uint32_t small = 0, names = 0;
    for (uint32_t i = begin; i < end; ++i) {
      const uint32_t hash = words_[i].hash;
      const bool own = (before.has_value() && InTitle(*before, hash)) || (behind.has_value() && InTitle(*behind, hash));
      if ((words_[i].flags & kInAddress) != 0) {
        if (touches && !IsKnownAddress(i, begin, end)) return false;
        continue;
      }
      if (UnfitForHeading(hash) || words_[i].cls == WordClass::kSymbol) return false;
      if (touches && IsEncoded(i)) return false;
      if (index_.NamesSomeText(hash) && !own && touches) return false;
      if (touches && ((HasForeignLetters(i) && !IsHarmlessWord(hash)) || JoinsByPoint(i, end))) return false;
      if (own || words_[i].cls == WordClass::kNumber || IsNoticeWord(hash) || IsHarmlessWord(hash) ||
          IsHeadingWord(hash)) {
        continue;
      }
      if ((words_[i].flags & kCapitalised) != 0) {
        ++names;
      } else {
        ++small;
      }
    }
    if (!touches) return true;
    // Beside a licence a sentence is none, and neither is what goes on with its words or stands in capitals as a whole.
    if (names + small > 0 && (shares_line || EndsAsSentence(end) || AllCapitals(begin, end))) return false;
    return small == 0 || (small <= kMostSmallNames && names == 0);
  }

  // A full stop behind the last word, unless it is that of a company ("Acme, Inc.").
  bool EndsAsSentence(uint32_t end) const {
    const uint32_t hash = words_[end - 1].hash;
    const bool company = hash == HashOf("inc") || hash == HashOf("ltd") || hash == HashOf("corp") ||
                         hash == HashOf("co") || hash == HashOf("llc") || hash == HashOf("al");
    return !company && found_.bytes.substr(words_[end - 1].end, 1).find_first_of(".!;") == 0;
  }

  // Several words without a small letter among them, in a text that has some: shouted, and no name.
  bool AllCapitals(uint32_t begin, uint32_t end) const {
    if (!has_small_letters_) return false;
    uint32_t words = 0;
    for (uint32_t i = begin; i < end; ++i) {
      const std::string_view word = found_.bytes.substr(words_[i].begin, words_[i].end - words_[i].begin);
      if (std::any_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; })) return false;
      words += std::any_of(word.begin(), word.end(), [](char c) { return c >= 'A' && c <= 'Z'; }) ? 1 : 0;
    }
    return words > 1;
  }

  // Base64, hexadecimal digits, keys: longer than words of headings are, or letters of both sizes and digits in a
  // jumble.
  bool IsEncoded(uint32_t word) const {
    size_t size = 0, changes = 0;
    int last = -1;
    for (uint32_t i = words_[word].begin; i < words_[word].end; ++i) {
      const char c = found_.bytes[i];
      if (c == '\0') continue;  // half of a character in UTF-16
      changes += last >= 0 && last != KindOf(c) ? 1 : 0;
      last = KindOf(c);
      ++size;
    }
    return size > kMostHeadingWordBytes || (size >= kLeastEncodedBytes && changes * 3 > size);
  }

  // Small letter, capital, digit, other.
  static int KindOf(char c) {
    if (c >= 'a' && c <= 'z') return 0;
    if (c >= 'A' && c <= 'Z') return 1;
    return c >= '0' && c <= '9' ? 2 : 3;
  }

  bool HasForeignLetters(uint32_t word) const {
    const std::string_view form = found_.tokens->NormalisedWord(word);
    return std::any_of(form.begin(), form.end(), [](char c) { return static_cast<uint8_t>(c) >= 0x80; });
  }

  // "acme.ai": an address without its scheme. "LICENSE.md" is a file.
  bool JoinsByPoint(uint32_t word, uint32_t end) const {
    if (word + 1 >= end || words_[word + 1].begin != words_[word].end + 1) return false;
    if (found_.bytes.substr(words_[word].end, 1) != ".") return false;
    const std::string_view next = found_.tokens->NormalisedWord(word + 1);
    return next != "txt" && next != "md" && next != "cpp" && next != "py" && next != "js" && next != "rst";
  }

  // Pages at which the stewards of licences publish the licence texts.
  bool IsKnownAddress(uint32_t word, uint32_t begin, uint32_t end) const {
    uint32_t first = word, last = word;
    while (first > begin && (words_[first - 1].flags & kInAddress) != 0) --first;
    while (last + 1 < end && (words_[last + 1].flags & kInAddress) != 0) ++last;
    if (last == first) return false;
    const std::string_view name = found_.tokens->NormalisedWord(first),
                           domain = found_.tokens->NormalisedWord(first + 1);
    if (domain == "org" && (name == "opensource" || name == "apache" || name == "spdx")) return true;
    // "For the original copy, see ..." names the page of the publisher, not terms.
    bool original = false, copy = false;
    for (uint32_t i = begin - std::min(begin, kMostWordsToAddress); i < end; ++i) {
      original = original || words_[i].hash == kOriginal;
      copy = copy || words_[i].hash == kCopy;
    }
    return original && copy && ((name == "huggingface" && domain == "co") || (name == "ai" && domain == "google"));
  }

  // The title in other words, with a number that it does not have: "Acorn License v. 2.1" over the text of version 3.0.
  bool NamesAnotherVersion(size_t match, uint32_t begin, uint32_t end) const {
    bool own_name = false, other_number = false;
    for (uint32_t i = begin; i < end; ++i) {
      if ((words_[i].flags & kInAddress) != 0) continue;
      const bool own = InTitle(match, words_[i].hash);
      own_name = own_name || (own && index_.NamesSomeText(words_[i].hash));
      other_number = other_number || (!own && words_[i].cls == WordClass::kNumber);
    }
    return own_name && other_number && HasNumberInTitle(match);
  }

  bool HasNumberInTitle(size_t match) const {
    const IndexText& text = index_.texts()[matches_[match].text];
    const absl::Span<const uint8_t> classes = index_.Classes(text);
    for (const IndexSegment& segment : index_.Segments(text)) {
      if (segment.group != kTitleGroup) continue;
      for (uint32_t i = segment.begin; i < segment.end; ++i) {
        if (classes[i] == static_cast<uint8_t>(WordClass::kNumber)) return true;
      }
    }
    return false;
  }

  bool InTitle(size_t match, uint32_t hash) const {
    const IndexText& text = index_.texts()[matches_[match].text];
    const absl::Span<const uint32_t> words = index_.Words(text);
    for (const IndexSegment& segment : index_.Segments(text)) {
      if (segment.group != kTitleGroup) continue;
      if (std::find(words.begin() + segment.begin, words.begin() + segment.end, hash) != words.begin() + segment.end) {
        return true;
      }
    }
    return false;
  }

  const IndexView& index_;
  const FoundText& found_;
  const std::vector<Word>& words_;
  const std::vector<Comparison>& matches_;
  Classification& out_;
  const bool has_small_letters_;
  Spans restrictions_;  // phrases that restrict
  std::vector<size_t> order_;
};

}  // namespace

void FindResidue(const IndexView& index, const FoundText& found, const std::vector<Comparison>& matches,
                 Classification* classification) {
  Finder(index, found, matches, classification).Run();
}

}  // namespace weighbridge::classify
