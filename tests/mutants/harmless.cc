#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "tests/mutants/mutants.h"
#include "tests/mutants/random.h"
#include "tests/mutants/word_lists.h"

namespace weighbridge::mutants {
namespace {

constexpr size_t kMostTitleWords = 12;

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f'; }

std::vector<std::string_view> LinesOf(std::string_view text) {
  std::vector<std::string_view> lines;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    lines.push_back(line);
    at = end + 1;
  }
  return lines;
}

bool AllBlank(std::string_view text) { return std::all_of(text.begin(), text.end(), IsBlank); }

template <typename Change>
std::string EachLine(std::string_view text, Change change) {
  std::string out;
  for (const std::string_view line : LinesOf(text)) out += change(line) + "\n";
  return out;
}

// Lines of each paragraph are joined and cut again at `width` (0: not at all). Copyright lines and other lines that
// vary stay, and so does a line end within a hyphenated word.
std::string Reflowed(const Parts& parts, size_t width) {
  std::string out;
  size_t copied = 0;
  for (const Span& paragraph : parts.paragraphs) {
    out += parts.text.substr(copied, paragraph.begin - copied);
    copied = paragraph.end;
    size_t column = 0;
    bool joins = false;
    for (size_t at = paragraph.begin; at < paragraph.end;) {
      const size_t end = std::min(parts.text.find('\n', at), paragraph.end);
      const std::string_view line = parts.text.substr(at, end - at);
      if (parts.Varies(at, end)) {
        if (at > paragraph.begin) out += '\n';
        out += line;
        joins = false;
      } else {
        if (at > paragraph.begin && !joins) {
          out += '\n';
          column = 0;
        }
        for (size_t word = 0; word < line.size();) {
          const size_t begin = word;
          while (word < line.size() && IsBlank(line[word])) ++word;
          const size_t letters = word;
          while (word < line.size() && !IsBlank(line[word])) ++word;
          if (word == letters) break;
          if (begin == 0 && !joins) {
            out += line.substr(0, letters);  // the indent of the first line
          } else if (width > 0 && column + (word - letters) >= width) {
            out += '\n';
            column = 0;
          } else {
            out += ' ';
            ++column;
          }
          out += line.substr(letters, word - letters);
          column += word - letters;
        }
        joins = !out.empty() && out.back() != '-';
      }
      at = end + 1;
    }
  }
  out += parts.text.substr(copied);
  return out;
}

std::string WithTypography(std::string_view text, Random& random) {
  const bool curl = random.Below(3) > 0, hyphens = random.Once(2);
  std::string out;
  for (size_t at = 0; at < text.size(); ++at) {
    const char before = at > 0 ? text[at - 1] : ' ', behind = at + 1 < text.size() ? text[at + 1] : ' ';
    const std::string_view three = text.substr(at, 3);
    if (!curl &&
        (three == "\xE2\x80\x9C" || three == "\xE2\x80\x9D" || three == "\xE2\x80\x98" || three == "\xE2\x80\x99")) {
      out += three[2] == '\x9C' || three[2] == '\x9D' ? '"' : '\'';
      at += 2;
    } else if (curl && text[at] == '"') {
      out += IsBlank(before) || before == '(' ? "\xE2\x80\x9C" : "\xE2\x80\x9D";
    } else if (curl && text[at] == '\'') {
      out += IsBlank(before) || before == '(' ? "\xE2\x80\x98" : "\xE2\x80\x99";
    } else if (text[at] == '-' && before == ' ' && behind == ' ') {
      out += random.Once(2) ? "\xE2\x80\x93" : "\xE2\x80\x94";
    } else if (hyphens && text[at] == '-' && !IsBlank(before) && !IsBlank(behind) && before != '-' && behind != '-') {
      out += "\xE2\x80\x91";
    } else {
      out += text[at];
    }
  }
  return out;
}

std::string Comment(std::string_view text, Random& random) {
  static const WordList kPrefixes = {"# ", "// ", " * ", "-- ", ";; ", "#", "//  ", "! "};
  const size_t kind = random.Below(kPrefixes.size() + 1);
  if (kind == kPrefixes.size()) {
    return "/*\n" + EachLine(text, [](std::string_view line) { return " * " + std::string(line); }) + " */\n";
  }
  return EachLine(text, [&](std::string_view line) { return std::string(kPrefixes[kind]) + std::string(line); });
}

std::string WithHeading(std::string_view text, Random& random) {
  const std::string marks = std::string(1 + random.Below(3), '#') + " ";
  size_t at = 0;
  while (at < text.size() && IsBlank(text[at])) ++at;
  const size_t end = std::min(text.find('\n', at), text.size());
  const std::vector<Word> first = WordsOf(text.substr(at, end - at));
  const bool titled = first.size() <= kMostTitleWords && std::any_of(first.begin(), first.end(), [](const Word& word) {
                        return word.lower == "license" || word.lower == "licence" || word.lower == "agreement" ||
                               word.lower == "terms" || word.lower == "policy";
                      });
  if (titled && text[at] != '#') return std::string(text.substr(0, at)) + marks + std::string(text.substr(at));
  static const WordList kHeadings = {"License", "LICENSE", "Licence", "License text", "Copyright"};
  return marks + std::string(random.Of(kHeadings)) + "\n\n" + std::string(text);
}

std::optional<std::string> WithNotice(const Parts& parts, Random& random) {
  if (parts.notices.empty()) return std::nullopt;
  static const WordList kHolders = {"Jane Roe",
                                    "The Tarn Authors",
                                    "Lakeside Computing, Inc.",
                                    "Example Org",
                                    "Anna & Karl B.",
                                    "University of Uri",
                                    "J. Doe <doe@example.org>",
                                    "ACME GmbH",
                                    "Zo\xC3\xAB M\xC3\xBCller",
                                    "Open Weights Foundation"};
  static const WordList kSigns = {"(c) ", "(C) ", "\xC2\xA9 ", ""};
  const Span span = random.Of(parts.notices);
  const std::string_view was = parts.text.substr(span.begin, span.end - span.begin);
  const size_t year = 1989 + random.Below(38);
  std::string notice = "Copyright " + std::string(random.Of(kSigns)) + std::to_string(year);
  if (random.Once(3)) notice += "-" + std::to_string(year + 1 + random.Below(5));
  if (random.Once(4)) notice += ",";
  notice += " " + std::string(random.Of(kHolders));
  for (const std::string_view reserved : {"All rights reserved.", "All Rights Reserved."}) {
    if (was.find(reserved) != was.npos) notice += (notice.back() == '.' ? " " : ". ") + std::string(reserved);
  }
  return std::string(parts.text.substr(0, span.begin)) + notice + std::string(parts.text.substr(span.end));
}

std::optional<std::string> Make(const Parts& parts, HarmlessKind kind, Random& random) {
  const std::string_view text = parts.text;
  switch (kind) {
    case HarmlessKind::kReflow:
      return Reflowed(parts, 40 + random.Below(81));
    case HarmlessKind::kOneLine:
      return Reflowed(parts, 0);
    case HarmlessKind::kCrlf:
      return EachLine(text, [](std::string_view line) { return std::string(line) + "\r"; });
    case HarmlessKind::kUpperCase: {
      std::string out(text);
      for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      return out;
    }
    case HarmlessKind::kTypography:
      return WithTypography(text, random);
    case HarmlessKind::kComment:
      return Comment(text, random);
    case HarmlessKind::kBlankLines: {
      std::string out(random.Below(4), '\n');
      for (const std::string_view line : LinesOf(text)) {
        out += std::string(line) + "\n";
        if (AllBlank(line)) out += std::string(random.Below(3), '\n');
      }
      return out + std::string(1 + random.Below(3), '\n');
    }
    case HarmlessKind::kIndent: {
      const std::string indent = random.Once(4) ? "\t" : std::string(1 + random.Below(16), ' ');
      return EachLine(text, [&](std::string_view line) { return AllBlank(line) ? "" : indent + std::string(line); });
    }
    case HarmlessKind::kHeading:
      return WithHeading(text, random);
    case HarmlessKind::kTrailingBlanks:
      return EachLine(text, [&](std::string_view line) {
        return std::string(line) + (random.Once(6) ? "\t" : std::string(random.Below(5), ' '));
      });
    case HarmlessKind::kCopyrightLine:
      return WithNotice(parts, random);
    case HarmlessKind::kBlockQuote:
      return EachLine(text, [](std::string_view line) { return "> " + std::string(line); });
    case HarmlessKind::kSentenceBlanks: {
      std::string out;
      for (size_t at = 0; at < text.size(); ++at) {
        out += text[at];
        if (text[at] == '.' && at + 1 < text.size() && text[at + 1] == ' ')
          out += std::string(1 + random.Below(2), ' ');
      }
      return out;
    }
    case HarmlessKind::kByteOrderMark:
      return "\xEF\xBB\xBF" + std::string(text);
  }
  return std::nullopt;
}

}  // namespace

std::string_view Name(HarmlessKind kind) {
  switch (kind) {
    case HarmlessKind::kReflow:
      return "reflow";
    case HarmlessKind::kOneLine:
      return "one_line";
    case HarmlessKind::kCrlf:
      return "crlf";
    case HarmlessKind::kUpperCase:
      return "upper_case";
    case HarmlessKind::kTypography:
      return "typography";
    case HarmlessKind::kComment:
      return "comment";
    case HarmlessKind::kBlankLines:
      return "blank_lines";
    case HarmlessKind::kIndent:
      return "indent";
    case HarmlessKind::kHeading:
      return "heading";
    case HarmlessKind::kTrailingBlanks:
      return "trailing_blanks";
    case HarmlessKind::kCopyrightLine:
      return "copyright_line";
    case HarmlessKind::kBlockQuote:
      return "block_quote";
    case HarmlessKind::kSentenceBlanks:
      return "sentence_blanks";
    case HarmlessKind::kByteOrderMark:
      return "byte_order_mark";
  }
  return "";
}

std::optional<HarmlessMutant> MutantMaker::MakeHarmless(HarmlessKind kind, uint64_t seed) const {
  Random random(salt_ ^ (seed * 64 + 32 + static_cast<uint64_t>(kind)));
  auto text = Make(parts_, kind, random);
  if (!text.has_value() || *text == text_) return std::nullopt;
  return HarmlessMutant{kind, *std::move(text)};
}

}  // namespace weighbridge::mutants
