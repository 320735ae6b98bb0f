#include "services/classify/mutate.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "services/base/utf8.h"
#include "services/classify/tokenize.h"

namespace weighbridge::classify {
namespace {

using Bytes = std::pair<size_t, size_t>;

std::string Replaced(std::string_view text, size_t begin, size_t end, std::string_view by) {
  std::string out(text.substr(0, begin));
  out.append(by);
  out.append(text.substr(end));
  return out;
}

// Paragraphs of at least `least` words within [begin, end).
std::vector<Bytes> Paragraphs(std::string_view text, size_t begin, size_t end, size_t least) {
  std::vector<Bytes> paragraphs;
  for (size_t at = begin; at < end;) {
    size_t stop = std::min(text.find("\n\n", at), end);
    if (Tokenize(text.substr(at, stop - at)).words.size() >= least) paragraphs.push_back({at, stop});
    at = stop;
    while (at < end && text[at] == '\n') ++at;
  }
  if (paragraphs.size() < 3) {  // texts without blank lines: lines
    paragraphs.clear();
    for (size_t at = begin; at < end;) {
      const size_t stop = std::min(text.find('\n', at), end);
      if (Tokenize(text.substr(at, stop - at)).words.size() >= least) paragraphs.push_back({at, stop});
      at = stop + 1;
    }
  }
  return paragraphs;
}

const std::vector<std::string>& Clauses() {
  static const auto* clauses = new std::vector<std::string>{
      "You may use this material for noncommercial purposes only.",
      "Whoever serves more than 100 million monthly active users needs a further permission in writing.",
      "This permission is not given to anyone established in the European Union.",
      "Results may not be used to improve another model.",
  };
  return *clauses;
}

const std::map<std::string, std::string>& Flips() {
  static const auto* flips = new std::map<std::string, std::string>{
      {"may", "must"},      {"must", "may"},        {"shall", "may"},      {"will", "may"},      {"all", "some"},
      {"any", "no"},        {"every", "some"},      {"and", "or"},         {"or", "and"},        {"not", "also"},
      {"without", "with"},  {"no", "some"},         {"unless", "if"},      {"worldwide", "local"}, {"including", "excluding"},
      {"more", "less"},     {"greater", "less"},    {"written", "oral"},   {"commercial", "noncommercial"},
      {"noncommercial", "commercial"},              {"exclusive", "nonexclusive"}, {"nonexclusive", "exclusive"},
      {"million", "billion"}, {"perpetual", "temporary"}, {"free", "paid"}, {"only", "also"},   {"before", "after"},
      {"percent", "permille"}, {"third", "first"},  {"except", "including"}, {"prohibited", "permitted"},
  };
  return *flips;
}

// Every n-th of `all`, at most `count`.
template <typename T>
std::vector<T> Spread(const std::vector<T>& all, size_t count) {
  std::vector<T> some;
  for (size_t i = 0; i < std::min(count, all.size()); ++i) some.push_back(all[i * all.size() / std::min(count, all.size())]);
  return some;
}

std::string Lines(std::string_view text, std::string_view prefix, std::string_view end) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t stop = std::min(text.find('\n', at), text.size());
    out.append(prefix).append(text.substr(at, stop - at)).append(end);
    at = stop + 1;
  }
  return out;
}

std::string Reflowed(std::string_view text, size_t width) {
  std::string out;
  size_t column = 0;
  bool blank_before = false;
  for (size_t at = 0; at < text.size();) {
    if (text[at] == '\n' || text[at] == ' ' || text[at] == '\t' || text[at] == '\r') {
      size_t newlines = 0;
      while (at < text.size() && (text[at] == '\n' || text[at] == ' ' || text[at] == '\t' || text[at] == '\r')) {
        newlines += text[at++] == '\n';
      }
      if (newlines >= 2 && width > 0 && !out.empty()) {
        out += "\n\n";
        column = 0;
        blank_before = false;
      } else {
        blank_before = !out.empty() && column > 0;
      }
      continue;
    }
    size_t stop = at;
    while (stop < text.size() && text[stop] != '\n' && text[stop] != ' ' && text[stop] != '\t' && text[stop] != '\r') ++stop;
    if (blank_before) {
      if (width > 0 && column + 1 + (stop - at) > width) {
        out += '\n';
        column = 0;
      } else {
        out += ' ';
        ++column;
      }
    }
    out.append(text.substr(at, stop - at));
    column += stop - at;
    at = stop;
    blank_before = false;
  }
  return out + "\n";
}

std::string WithQuotes(std::string_view text, bool curly) {
  std::string out;
  bool open = false;
  int length;
  for (size_t at = 0; at < text.size(); at += length) {
    const int32_t c = DecodeUtf8(text, at, &length);
    if (curly && c == '"') {
      out += open ? "\xE2\x80\x9D" : "\xE2\x80\x9C";
      open = !open;
    } else if (curly && c == '\'') {
      out += "\xE2\x80\x99";
    } else if (curly && c == '-' && at > 0 && text[at - 1] != '-' && at + 1 < text.size() && text[at + 1] != '-') {
      out += "\xE2\x80\x91";
    } else if (!curly && (c == 0x201C || c == 0x201D)) {
      out += '"';
    } else if (!curly && (c == 0x2018 || c == 0x2019)) {
      out += '\'';
    } else {
      out.append(text.substr(at, length));
    }
  }
  return out;
}

std::string Utf16(std::string_view text, bool little) {
  std::string out = little ? "\xFF\xFE" : "\xFE\xFF";
  const auto put = [&](uint32_t unit) {
    const char low = static_cast<char>(unit & 0xFF), high = static_cast<char>(unit >> 8);
    out += little ? low : high;
    out += little ? high : low;
  };
  int length;
  for (size_t at = 0; at < text.size(); at += length) {
    int32_t c = DecodeUtf8(text, at, &length);
    if (c < 0) c = 0xFFFD;
    if (c >= 0x10000) {
      put(0xD800 + ((c - 0x10000) >> 10));
      put(0xDC00 + ((c - 0x10000) & 0x3FF));
    } else {
      put(c);
    }
  }
  return out;
}

std::string Html(std::string_view text) {
  std::string out = "<!DOCTYPE html>\n<html><head><style>p { color: black }</style></head><body>\n<p>";
  for (size_t at = 0; at < text.size(); ++at) {
    if (text.compare(at, 2, "\n\n") == 0) {
      out += "</p>\n<p>";
      ++at;
    } else if (text[at] == '&') {
      out += "&amp;";
    } else if (text[at] == '"') {
      out += "&quot;";
    } else {
      out += text[at];
    }
  }
  return out + "</p>\n</body></html>\n";
}

std::string UpperCase(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 0x20);
  }
  return out;
}

}  // namespace

std::pair<size_t, size_t> RequiredBytes(const TokenFile& file, std::string_view text) {
  const TokenizedText tokens = Tokenize(text);
  const Segment* largest = nullptr;
  for (const Segment& segment : file.segments) {
    if (segment.kind != Segment::Kind::kFixed || segment.group != 0) continue;
    if (largest == nullptr || segment.end - segment.begin > largest->end - largest->begin) largest = &segment;
  }
  // `file` may hold a part of the text: its words end where the text's words end.
  const size_t offset = tokens.words.size() - file.words.size();
  return {tokens.words[offset + largest->begin].begin, tokens.words[offset + largest->end - 1].end};
}

std::vector<Variation> LegalMutants(std::string_view text, size_t begin, size_t end, int density) {
  std::vector<Variation> mutants;
  const TokenizedText tokens = Tokenize(text);
  std::vector<size_t> inside, numbers, flips;
  for (size_t i = 0; i < tokens.words.size(); ++i) {
    const Word& word = tokens.words[i];
    if (word.begin < begin || word.end > end) continue;
    if (word.end < end) inside.push_back(i);
    // A number that heads a line counts items and may change with the layout.
    if (word.cls == WordClass::kNumber && (word.flags & kMarkerShaped) == 0) numbers.push_back(i);
    if (Flips().count(std::string(tokens.NormalisedWord(i))) > 0) flips.push_back(i);
  }
  for (const size_t i : Spread(inside, 3 * density)) {
    const Word& word = tokens.words[i];
    const std::string place = " at byte " + std::to_string(word.begin);
    mutants.push_back({"negation" + place, Replaced(text, word.end, word.end, " not")});
    mutants.push_back({"exception" + place, Replaced(text, word.end, word.end, ", except for profit,")});
  }
  for (const size_t i : Spread(numbers, 2 * density)) {
    const Word& word = tokens.words[i];
    const std::string form(text.substr(word.begin, word.end - word.begin));
    const std::string place = " " + form + " at byte " + std::to_string(word.begin);
    mutants.push_back({"number times ten" + place, Replaced(text, word.begin, word.end, form + "0")});
    mutants.push_back({"number changed" + place, Replaced(text, word.begin, word.end, form == "7" ? "8" : "7")});
    mutants.push_back({"number dropped" + place, Replaced(text, word.begin, word.end, "")});
  }
  for (const size_t i : Spread(flips, 6 * density)) {
    const Word& word = tokens.words[i];
    const std::string to = Flips().at(std::string(tokens.NormalisedWord(i)));
    mutants.push_back({"flip to " + to + " at byte " + std::to_string(word.begin), Replaced(text, word.begin, word.end, to)});
    mutants.push_back({"dropped word at byte " + std::to_string(word.begin), Replaced(text, word.begin, word.end, "")});
  }
  const std::vector<Bytes> paragraphs = Paragraphs(text, begin, end, 4);
  for (const Bytes& paragraph : Spread(paragraphs, 4 * density)) {
    const std::string place = " at byte " + std::to_string(paragraph.first);
    mutants.push_back({"paragraph dropped" + place, Replaced(text, paragraph.first, paragraph.second, "")});
  }
  for (size_t i = 0; i + 1 < paragraphs.size() && i < static_cast<size_t>(2 * density); ++i) {
    const Bytes& a = paragraphs[i];
    const Bytes& b = paragraphs[paragraphs.size() - 1 - i / 2];
    if (a.second > b.first) continue;
    const std::string first(text.substr(a.first, a.second - a.first));
    const std::string second(text.substr(b.first, b.second - b.first));
    if (first == second) continue;
    std::string swapped = Replaced(text, b.first, b.second, first);
    mutants.push_back({"paragraphs swapped at byte " + std::to_string(a.first), Replaced(swapped, a.first, a.second, second)});
  }
  for (const std::string& clause : Clauses()) {
    mutants.push_back({"clause appended: " + clause, std::string(text) + "\n\n" + clause + "\n"});
    mutants.push_back({"clause appended to the line: " + clause, std::string(text) + " " + clause});
    mutants.push_back({"clause prepended: " + clause, clause + "\n\n" + std::string(text)});
    for (const Bytes& paragraph : Spread(paragraphs, density)) {
      mutants.push_back({"clause inserted at byte " + std::to_string(paragraph.first) + ": " + clause,
                         Replaced(text, paragraph.first, paragraph.first, clause + "\n\n")});
    }
  }
  // Every other number of the text, and so its version, says something else.
  for (const char* version : {"9.9", "2099"}) {
    std::string relabelled(text);
    for (size_t n = numbers.size(); n-- > 0;) {
      if (n % 2 != 0) continue;
      const Word& word = tokens.words[numbers[n]];
      relabelled = Replaced(relabelled, word.begin, word.end, version);
    }
    if (!numbers.empty()) mutants.push_back({std::string("relabelled ") + version, relabelled});
  }
  std::mt19937 random(7);
  std::string scrambled(text.substr(0, begin));
  std::vector<std::string> words;
  for (const size_t i : inside) words.emplace_back(tokens.NormalisedWord(i));
  std::shuffle(words.begin(), words.end(), random);
  for (const std::string& word : words) scrambled += word + " ";
  mutants.push_back({"scrambled", scrambled + std::string(text.substr(end))});
  return mutants;
}

std::vector<Variation> Disguises(std::string_view text, size_t begin, size_t end) {
  std::vector<Variation> disguises;
  const TokenizedText tokens = Tokenize(text);
  std::vector<size_t> plain;
  for (size_t i = 0; i < tokens.words.size(); ++i) {
    const Word& word = tokens.words[i];
    if (word.begin < begin || word.end > end || word.end - word.begin < 4) continue;
    const std::string_view form = text.substr(word.begin, word.end - word.begin);
    if (form.find('a') != std::string_view::npos && form.find('a') > 0 && form.find('a') + 1 < form.size()) plain.push_back(i);
  }
  const std::pair<const char*, const char*> letters[] = {
      {"homoglyph", "\xD0\xB0"},          {"styled letter", "\xF0\x9D\x90\x9A"}, {"entity", "&#97;"},
      {"zero width", "a\xE2\x80\x8B"},    {"soft hyphen", "a\xC2\xAD"},          {"right-to-left override", "\xE2\x80\xAE" "a"},
      {"word joiner", "a\xE2\x81\xA0"},
  };
  for (const size_t i : Spread(plain, 3)) {
    const Word& word = tokens.words[i];
    const size_t a = text.find('a', word.begin + 1);
    for (const auto& [name, letter] : letters) {
      disguises.push_back({std::string(name) + " at byte " + std::to_string(a), Replaced(text, a, a + 1, letter)});
    }
    const std::string form(text.substr(word.begin, word.end - word.begin));
    disguises.push_back({"struck word at byte " + std::to_string(word.begin),
                         Replaced(text, word.begin, word.end, "~~" + form + "~~")});
    disguises.push_back({"deleted word at byte " + std::to_string(word.begin),
                         Replaced(text, word.begin, word.end, "<del>" + form + "</del>")});
    disguises.push_back({"commented word at byte " + std::to_string(word.begin),
                         Replaced(text, word.begin, word.end, "<!-- " + form + " -->")});
    disguises.push_back({"hidden word at byte " + std::to_string(word.begin),
                         Replaced(text, word.begin, word.end, "<span style=\"display: none\">" + form + "</span>")});
  }
  return disguises;
}

std::vector<Variation> Collisions(std::string_view text, size_t begin, size_t end, int count) {
  std::vector<Variation> collisions;
  const TokenizedText tokens = Tokenize(text);
  std::map<uint32_t, size_t> targets;
  std::set<std::string> own;
  for (size_t i = 0; i < tokens.words.size(); ++i) {
    own.emplace(tokens.NormalisedWord(i));
    if (tokens.words[i].begin >= begin && tokens.words[i].end <= end) targets[tokens.words[i].hash] = i;
  }
  std::vector<bool> likely(1 << 20);
  for (const auto& [hash, word] : targets) likely[hash >> 12] = true;
  std::string word = "aaaaaaa";
  while (static_cast<int>(collisions.size()) < count) {
    const uint32_t hash = HashWord(word);
    const auto found = likely[hash >> 12] ? targets.find(hash) : targets.end();
    if (found != targets.end() && own.count(word) == 0) {
      const Word& place = tokens.words[found->second];
      collisions.push_back({word + " at byte " + std::to_string(place.begin), Replaced(text, place.begin, place.end, word)});
    }
    size_t at = 0;
    while (at < word.size() && word[at] == 'z') word[at++] = 'a';
    if (at == word.size()) return collisions;
    ++word[at];
  }
  return collisions;
}

std::string WithLigatures(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const bool fi = text.compare(at, 2, "fi") == 0;
    if (fi || text.compare(at, 2, "fl") == 0) {
      out += fi ? "\xEF\xAC\x81" : "\xEF\xAC\x82";
      at += 2;
    } else {
      out += text[at++];
    }
  }
  return out;
}

std::vector<Variation> HarmlessTwins(std::string_view text) {
  std::vector<Variation> twins;
  twins.push_back({"as it is", std::string(text)});
  twins.push_back({"reflowed to 60", Reflowed(text, 60)});
  twins.push_back({"reflowed to 100", Reflowed(text, 100)});
  twins.push_back({"one line", Reflowed(text, 0)});
  twins.push_back({"CRLF", Lines(text, "", "\r\n")});
  twins.push_back({"indented", Lines(text, "      ", "\n")});
  twins.push_back({"trailing blanks", Lines(text, "", "  \n")});
  twins.push_back({"upper case", UpperCase(text)});
  twins.push_back({"curly quotes", WithQuotes(text, true)});
  twins.push_back({"straight quotes", WithQuotes(text, false)});
  for (const char* prefix : {"// ", "# ", " * ", "; ", "-- ", "> ", "dnl ", "REM ", "| "}) {
    twins.push_back({std::string("prefix ") + prefix, Lines(text, prefix, "\n")});
  }
  twins.push_back({"C comment", "/*\n" + Lines(text, " * ", "\n") + " */\n"});
  twins.push_back({"HTML comment", "<!--\n" + std::string(text) + "\n-->\n"});
  twins.push_back({"Markdown heading", "# " + std::string(text)});
  twins.push_back({"Markdown fence", "```text\n" + std::string(text) + "\n```\n"});
  twins.push_back({"file heading", "## Terms for the people of this project\n\n" + std::string(text)});
  twins.push_back({"copyright line", "Copyright (c) 2027 Example Works GmbH. All rights reserved.\n\n" + std::string(text)});
  twins.push_back({"UTF-16 little endian", Utf16(text, true)});
  twins.push_back({"UTF-16 big endian", Utf16(text, false)});
  twins.push_back({"byte order mark", "\xEF\xBB\xBF" + std::string(text)});
  twins.push_back({"HTML", Html(text)});
  twins.push_back({"ligatures", WithLigatures(text)});
  twins.push_back({"no line end", std::string(text.substr(0, text.find_last_not_of(" \n\r\t") + 1))});
  return twins;
}

}  // namespace weighbridge::classify
