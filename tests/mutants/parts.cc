#include "tests/mutants/parts.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "tests/mutants/word_lists.h"

namespace weighbridge::mutants {
namespace {

constexpr size_t kLeastSentenceWords = 6;
constexpr size_t kMostNoticeWords = 12;
constexpr size_t kMostNoticeLine = 20;  // notices beyond this line belong to something else

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsAsciiLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Length of the letter or digit at `at`, 0 if there is none. Characters beyond ASCII are letters but for the signs of
// Latin-1 and general punctuation.
size_t LetterAt(std::string_view text, size_t at) {
  const uint8_t c = static_cast<uint8_t>(text[at]);
  if (c < 0x80) return IsDigit(text[at]) || IsAsciiLetter(text[at]) ? 1 : 0;
  size_t size = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
  size = std::min(size, text.size() - at);
  if (size == 1) return 0;
  const uint8_t next = static_cast<uint8_t>(text[at + 1]);
  if (c == 0xC2) return 0;                                                    // signs and no-break space
  if (c == 0xE2 && (next == 0x80 || next == 0x81 || next >= 0x86)) return 0;  // quotes, dashes, arrows, boxes
  if (c == 0xE3 && next == 0x80) return 0;                                    // East Asian marks
  if (c == 0xEF && (next == 0xBB || next == 0xBC || next == 0xBD)) return 0;  // byte order mark, wide forms
  return size;
}

// Length of an apostrophe at `at`.
size_t ApostropheAt(std::string_view text, size_t at) {
  if (text[at] == '\'') return 1;
  return text.substr(at, 3) == "\xE2\x80\x99" ? 3 : 0;
}

// Length of a sign that is read like a word: of a currency, of a share.
size_t SignAt(std::string_view text, size_t at) {
  if (text[at] == '$' || text[at] == '%') return 1;
  for (const std::string_view sign : {"\xC2\xA3", "\xC2\xA5", "\xE2\x82\xAC", "\xE2\x80\xB0"}) {
    if (text.substr(at, sign.size()) == sign) return sign.size();
  }
  return 0;
}

std::vector<Span> Lines(std::string_view text) {
  std::vector<Span> lines;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back({at, end});
    at = end + 1;
  }
  return lines;
}

bool IsBlankLine(std::string_view line) { return std::all_of(line.begin(), line.end(), IsBlank); }

// Length of the mark with which `line` begins a list item, blanks before it included: "1.", "(b)", "iv)", "-", "*". 0:
// none.
size_t ItemMark(std::string_view line) {
  size_t at = 0;
  while (at < line.size() && IsBlank(line[at])) ++at;
  if (at + 1 >= line.size()) return 0;
  if ((line[at] == '-' || line[at] == '*' || line[at] == '#') && IsBlank(line[at + 1])) return at + 1;
  if (line.substr(at, 3) == "\xE2\x80\xA2") return at + 3;
  const bool open = line[at] == '(';
  if (open) ++at;
  size_t length = 0;
  bool digits = false;
  while (at < line.size() && length < 5 &&
         (IsDigit(line[at]) || IsAsciiLetter(line[at]) || (digits && line[at] == '.'))) {
    digits = digits || IsDigit(line[at]);
    ++at;
    ++length;
  }
  if (length == 0 || at >= line.size()) return 0;
  if (digits && line[at - 1] == '.') return IsBlank(line[at]) ? at : 0;
  if (line[at] == ')') return digits || length <= 3 ? at + 1 : 0;
  return !open && line[at] == '.' && (digits || length <= 2) && at + 1 < line.size() && IsBlank(line[at + 1]) ? at + 1
                                                                                                              : 0;
}

bool IsAbbreviation(std::string_view text, size_t dot) {
  size_t begin = dot;
  while (begin > 0 && IsAsciiLetter(text[begin - 1])) --begin;
  std::string word;
  for (size_t i = begin; i < dot; ++i) word += Lower(text[i]);
  return word.size() == 1 || Contains(kAbbreviatedWords, word);
}

bool HoldsAny(const std::vector<Word>& words, const WordList& list) {
  return std::any_of(words.begin(), words.end(), [&](const Word& word) { return Contains(list, word.lower); });
}

// "Copyright (c) <year> <holder>", and nothing else.
bool IsNotice(const std::vector<Word>& words) {
  if (words.size() < 3 || words.size() > kMostNoticeWords || words[0].lower != "copyright") return false;
  if (HoldsAny(words, kOperative) || HoldsAny(words, kDocumentWords)) return false;
  const Word& year = words[words[1].lower == "c" ? 2 : 1];
  return (year.lower.size() == 4 && IsDigit(year.lower[0]) && IsDigit(year.lower[3])) || year.lower == "year" ||
         year.lower == "yyyy";
}

}  // namespace

std::vector<Word> WordsOf(std::string_view text) {
  std::vector<Word> words;
  for (size_t at = 0; at < text.size();) {
    size_t size = SignAt(text, at);
    if (size > 0) {
      words.push_back({at, at + size, std::string(text.substr(at, size))});
      at += size;
      continue;
    }
    size = LetterAt(text, at);
    if (size == 0) {
      ++at;
      while (at < text.size() && (static_cast<uint8_t>(text[at]) & 0xC0) == 0x80) ++at;
      continue;
    }
    Word word{at, at, ""};
    while (at < text.size()) {
      size = LetterAt(text, at);
      if (size == 0) {
        const size_t apostrophe = ApostropheAt(text, at);
        if (apostrophe == 0 || at + apostrophe >= text.size() || LetterAt(text, at + apostrophe) == 0) break;
        word.lower += '\'';
        at += apostrophe;
        continue;
      }
      for (size_t i = 0; i < size; ++i) word.lower += Lower(text[at + i]);
      at += size;
    }
    word.end = at;
    words.push_back(std::move(word));
  }
  return words;
}

std::string Reading(std::string_view text) {
  std::string reading, before;
  for (const Word& word : WordsOf(text)) {
    std::string form = word.lower;
    for (const auto& [spelling, same] : kSameSpellings) {
      if (form == spelling) form = same;
    }
    if (before == "copyright" && (form == "owner" || form == "owners")) form.replace(0, 5, "holder");
    reading += form + " ";
    before = std::move(form);
  }
  return reading;
}

bool SameWords(std::string_view a, std::string_view b) { return Reading(a) == Reading(b); }

Parts::Parts(std::string_view bytes) : text(bytes), words(WordsOf(bytes)) {
  const std::vector<Span> lines = Lines(text);

  // Paragraphs.
  for (size_t i = 0; i < lines.size(); ++i) {
    const std::string_view line = text.substr(lines[i].begin, lines[i].end - lines[i].begin);
    if (IsBlankLine(line)) continue;
    const bool continues = i > 0 && ItemMark(line) == 0 &&
                           !IsBlankLine(text.substr(lines[i - 1].begin, lines[i - 1].end - lines[i - 1].begin));
    if (continues && !paragraphs.empty()) {
      paragraphs.back().end = lines[i].end;
    } else {
      paragraphs.push_back(lines[i]);
    }
  }
  for (Span& paragraph : paragraphs) {
    while (paragraph.end > paragraph.begin && IsBlank(text[paragraph.end - 1])) --paragraph.end;
  }

  // Sentences, of paragraphs: up to a full stop with a blank behind it, or to the end. Headings are too short to be
  // one.
  size_t word = 0;
  for (size_t p = 0; p < paragraphs.size(); ++p) {
    size_t begin =
        paragraphs[p].begin + ItemMark(text.substr(paragraphs[p].begin, paragraphs[p].end - paragraphs[p].begin));
    for (size_t at = begin; at < paragraphs[p].end; ++at) {
      const bool last = at + 1 == paragraphs[p].end;
      bool ends = last;
      size_t end = at + 1;
      if (!last && (text[at] == '.' || text[at] == '!' || text[at] == '?')) {
        size_t behind = at + 1;
        while (behind < paragraphs[p].end && (text[behind] == '"' || text[behind] == ')' || text[behind] == '\''))
          ++behind;
        while (text.substr(behind, 3) == "\xE2\x80\x9D" || text.substr(behind, 3) == "\xE2\x80\x99") behind += 3;
        ends = behind < paragraphs[p].end && IsBlank(text[behind]) && !IsAbbreviation(text, at);
        end = behind;
      }
      if (!ends) continue;
      while (word < words.size() && words[word].begin < begin) ++word;
      const size_t first = word;
      while (word < words.size() && words[word].begin < end) ++word;
      if (word - first >= kLeastSentenceWords) sentences.push_back({words[first].begin, end, first, word, p});
      begin = end;
      at = end - 1;
    }
  }

  // Addresses.
  for (size_t at = 0; at < text.size();) {
    while (at < text.size() && IsBlank(text[at])) ++at;
    const size_t begin = at;
    while (at < text.size() && !IsBlank(text[at])) ++at;
    const std::string_view chunk = text.substr(begin, at - begin);
    if (chunk.find("://") != chunk.npos || chunk.find("www.") != chunk.npos || chunk.find('@') != chunk.npos ||
        chunk.find(".com") != chunk.npos || chunk.find(".org") != chunk.npos || chunk.find(".ai/") != chunk.npos) {
      addresses.push_back({begin, at});
    }
  }

  // The targets of Markdown links, which no reader sees.
  for (size_t at = text.find("]("); at != text.npos; at = text.find("](", at + 2)) {
    const size_t end = text.find_first_of(") \n", at + 2);
    if (end != text.npos && text[end] == ')') addresses.push_back({at, end});
  }
  std::sort(addresses.begin(), addresses.end(), [](const Span& a, const Span& b) { return a.begin < b.begin; });

  // What varies. A notice goes on in the line below it unless that is blank, another notice, or the first clause.
  const auto stands_alone = [&](const std::vector<Span>& all, size_t i) {
    if (i + 1 >= all.size()) return true;
    const std::vector<Word> below = WordsOf(text.substr(all[i + 1].begin, all[i + 1].end - all[i + 1].begin));
    const auto rights = std::find_if(below.begin(), below.end(), [](const Word& w) { return w.lower == "rights"; });
    if (rights != below.end() && rights != below.begin() && (rights - 1)->lower == "all") return below.size() == 3;
    return below.empty() || below[0].lower == "copyright" || HoldsAny(below, kOperative);
  };
  bool appendix = false, notice_before = false, clause_before = false;
  for (size_t i = 0; i < lines.size(); ++i) {
    const std::string_view line = text.substr(lines[i].begin, lines[i].end - lines[i].begin);
    const std::vector<Word> own = WordsOf(line);
    const bool copyright =
        !own.empty() && (own[0].lower == "copyright" || own[0].lower == "copyrighted" ||
                         line.substr(0, own[0].begin).find("\xC2\xA9") != line.npos ||
                         (own[0].lower == "c" && line.substr(0, own[0].begin).find('(') != line.npos));
    const bool belongs = notice_before && !own.empty() && own.size() <= kMostNoticeWords && !HoldsAny(own, kOperative);
    const bool placeholder =
        line.find("yyyy") != line.npos || line.find("YYYY") != line.npos || line.find("[name") != line.npos ||
        line.find("[year") != line.npos || line.find("[fullname") != line.npos || line.find("<year") != line.npos ||
        line.find("<owner") != line.npos || line.find("<name") != line.npos || line.find("<copyright") != line.npos ||
        line.find("<<") != line.npos || line.find("{{") != line.npos;
    if (appendix || copyright || belongs || placeholder) variable.push_back(lines[i]);
    if (copyright && !clause_before && i < kMostNoticeLine && stands_alone(lines, i) && IsNotice(own)) {
      Span notice{lines[i].begin + own[0].begin, lines[i].end};
      while (notice.end > notice.begin && IsBlank(text[notice.end - 1])) --notice.end;
      notices.push_back(notice);
    }
    notice_before = copyright || belongs;
    clause_before = clause_before || (own.size() > kMostNoticeWords && HoldsAny(own, kOperative) && !copyright);
    std::string joined;
    for (const Word& w : own) joined += w.lower + " ";
    if (joined.find("end of terms and conditions ") != joined.npos) appendix = true;
  }
}

bool Parts::Varies(size_t begin, size_t end) const {
  return std::any_of(variable.begin(), variable.end(),
                     [&](const Span& span) { return span.begin < end && begin < span.end; });
}

bool Parts::InAddress(size_t begin, size_t end) const {
  return std::any_of(addresses.begin(), addresses.end(),
                     [&](const Span& span) { return span.begin < end && begin < span.end; });
}

const Sentence* Parts::SentenceOf(size_t word) const {
  const auto found = std::upper_bound(sentences.begin(), sentences.end(), word,
                                      [](size_t w, const Sentence& sentence) { return w < sentence.end_word; });
  return found != sentences.end() && found->first_word <= word ? &*found : nullptr;
}

bool Parts::StartsLine(size_t byte) const {
  while (byte > 0 && text[byte - 1] != '\n') {
    --byte;
    const char c = text[byte];
    if (!IsBlank(c) && c != '(' && c != '[' && c != '*' && c != '-' && c != '#' && c != '/') return false;
  }
  return true;
}

std::string_view Parts::Between(size_t word) const {
  const size_t end = word + 1 < words.size() ? words[word + 1].begin : text.size();
  return text.substr(words[word].end, end - words[word].end);
}

}  // namespace weighbridge::mutants
