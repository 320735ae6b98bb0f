#include "services/report/layout.h"

#include <algorithm>
#include <cctype>

#include "absl/strings/str_format.h"
#include "services/base/utf8.h"

namespace weighbridge::report {
namespace {

constexpr size_t kWidth = 118;

// Wraps at blanks; continuation lines are indented.
void AppendWrapped(std::string_view first_indent, std::string_view indent, std::string_view text, std::string& out) {
  std::string line(first_indent);
  bool fresh = true;
  size_t pos = 0;
  while (pos < text.size()) {
    size_t end = text.find(' ', pos);
    if (end == std::string_view::npos) end = text.size();
    const std::string_view word = text.substr(pos, end - pos);
    if (!fresh && line.size() + 1 + word.size() > kWidth) {
      out += line;
      out += '\n';
      line = std::string(indent);
      fresh = true;
    }
    if (!fresh) line += ' ';
    line += word;
    fresh = false;
    pos = end + 1;
  }
  out += line;
  out += '\n';
}

std::string_view Mark(Tone tone) {
  switch (tone) {
    case Tone::kGood:
      return "+";
    case Tone::kCaution:
      return "!";
    case Tone::kBad:
      return "x";
    case Tone::kPlain:
      break;
  }
  return "-";
}

// U+FFFE and its like are UTF-8 but never characters: XML and HTML forbid some or all of them.
bool IsNoncharacter(int32_t point) {
  return (point >= 0xfdd0 && point <= 0xfdef) || (point > 0 && (point & 0xfffe) == 0xfffe);
}

// What Printable() left over: noncharacters as \xNN too.
std::string WithoutNoncharacters(std::string text) {
  // All of them begin with one of these bytes; most texts have none.
  if (text.find_first_of("\xef\xf0\xf1\xf2\xf3\xf4") == std::string::npos) return text;
  std::string out;
  int length = 0;
  for (size_t i = 0; i < text.size(); i += static_cast<size_t>(length)) {
    const bool shown = !IsNoncharacter(DecodeUtf8(text, i, &length));
    for (size_t byte = i; byte < i + static_cast<size_t>(length); ++byte) {
      if (shown) {
        out += text[byte];
      } else {
        out += absl::StrFormat("\\x%02x", static_cast<unsigned char>(text[byte]));
      }
    }
  }
  return out;
}

}  // namespace

std::string Shown(std::string_view text) {
  std::string shown;
  while (true) {
    const size_t backslash = text.find('\\');
    shown += Printable(text.substr(0, backslash));
    if (backslash == std::string_view::npos) return WithoutNoncharacters(std::move(shown));
    shown += '\\';
    text.remove_prefix(backslash + 1);
  }
}

std::string TerminalLayout::Painted(Tone tone, std::string_view text, bool bold) const {
  if (!color_ || (tone == Tone::kPlain && !bold)) return std::string(text);
  const char* code = tone == Tone::kGood ? "32" : tone == Tone::kCaution ? "33" : tone == Tone::kBad ? "31" : "0";
  return absl::StrFormat("\x1b[%s%sm%s\x1b[0m", bold ? "1;" : "", code, text);
}

void TerminalLayout::Title(Tone tone, std::string_view word, std::string_view line) {
  out_ += Painted(tone, Shown(word), true) + "  " + Shown(line) + "\n";
}

void TerminalLayout::Heading(std::string_view text) { out_ += "\n" + Painted(Tone::kPlain, Shown(text), true) + "\n"; }

void TerminalLayout::Item(Tone tone, std::string_view text) {
  std::string body;
  AppendWrapped("    ", "    ", Shown(text), body);
  out_ += "  " + Painted(tone, Mark(tone)) + body.substr(3);
}

void TerminalLayout::Detail(std::string_view name, std::string_view text) {
  AppendWrapped("      ", "        ", Shown(std::string(name) + ": " + std::string(text)), out_);
}

void TerminalLayout::Table(const std::vector<std::string>& headers,
                           const std::vector<std::vector<std::string>>& given) {
  std::vector<std::vector<std::string>> rows = given;
  for (auto& row : rows) {
    for (std::string& cell : row) cell = Shown(cell);
  }
  std::vector<size_t> widths(rows.empty() ? headers.size() : rows.front().size());
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (size_t i = 0; i < headers.size(); ++i) widths[i] = std::max(widths[i], headers[i].size());
  const auto add = [&](const std::vector<std::string>& row) {
    std::string line = " ";
    for (size_t i = 0; i < row.size(); ++i) {
      line += ' ' + row[i];
      if (i + 1 < row.size()) line.append(widths[i] - row[i].size() + 1, ' ');
    }
    out_ += line + "\n";
  };
  if (!headers.empty()) add(headers);
  for (const auto& row : rows) add(row);
}

void MarkdownLayout::Title(Tone, std::string_view word, std::string_view line) {
  out_ += absl::StrFormat("## %s\n\n%s\n", EscapeMarkdown(word), EscapeMarkdown(line));
}

void MarkdownLayout::Heading(std::string_view text) { out_ += absl::StrFormat("\n### %s\n\n", EscapeMarkdown(text)); }

void MarkdownLayout::Item(Tone tone, std::string_view text) {
  out_ += absl::StrFormat("- %s%s\n", tone == Tone::kBad ? "**" + std::string("violation or fault") + "**: " : "",
                          EscapeMarkdown(text));
}

void MarkdownLayout::Detail(std::string_view name, std::string_view text) {
  out_ += absl::StrFormat("  - %s: %s\n", EscapeMarkdown(name), EscapeMarkdown(text));
}

void MarkdownLayout::Table(const std::vector<std::string>& headers, const std::vector<std::vector<std::string>>& rows) {
  if (rows.empty()) return;
  const auto add = [&](const std::vector<std::string>& row) {
    out_ += '|';
    for (const auto& cell : row) out_ += " " + EscapeMarkdown(cell) + " |";
    out_ += '\n';
  };
  add(headers.empty() ? std::vector<std::string>(rows.front().size()) : headers);
  out_ += '|';
  for (size_t i = 0; i < rows.front().size(); ++i) out_ += "---|";
  out_ += '\n';
  for (const auto& row : rows) add(row);
}

std::string EscapeMarkdown(std::string_view given) {
  const std::string safe = Shown(given);
  std::string_view text = safe;
  // Renderers look for mentions, issue numbers and bare addresses after entities are decoded; only a character between
  // the parts keeps them from being links. This one has no width.
  constexpr std::string_view kBreak = "&#8203;";
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);  // four would begin a block of code
  std::string out;
  // Signs that begin a list or a heading only at the start of a block.
  if (!text.empty() && (text.front() == '-' || text.front() == '+' || text.front() == '=')) out += '\\';
  const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (i == digits && i > 0 && (c == '.' || c == ')')) out += '\\';
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '@':
        out += '@';
        out += kBreak;
        break;
      case ':':
        out += ':';
        if (text.substr(i, 3) == "://") out += kBreak;
        break;
      case '.':
        out += '.';
        if (i >= 3 && (text[i - 1] | 0x20) == 'w' && (text[i - 2] | 0x20) == 'w' && (text[i - 3] | 0x20) == 'w')
          out += kBreak;
        break;
      case '#':
        out += "\\#";
        out += kBreak;
        break;
      case '\\':
      case '`':
      case '*':
      case '_':
      case '[':
      case ']':
      case '|':
      case '~':
      case '!':
      case '$':
        out += '\\';
        out += c;
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string ClauseWords(std::string_view clause) {
  const bool is_words = clause.find(' ') != std::string_view::npos &&
                        std::isalpha(static_cast<unsigned char>(clause.empty() ? '0' : clause.front()));
  return is_words ? std::string(clause) : "clause " + std::string(clause);
}

std::string ClauseRanges(const std::vector<std::string>& clauses) {
  // "paragraph 12": what stands before the number, and the number. Clauses of other shapes stand for themselves.
  struct Run {
    std::string word;
    uint64_t first = 0, last = 0;
  };
  std::vector<std::string> parts;
  Run run;
  const auto flush = [&] {
    if (run.word.empty()) return;
    if (run.first == run.last) {
      parts.push_back(absl::StrFormat("%s %d", run.word, run.first));
    } else {
      parts.push_back(
          absl::StrFormat("%ss %d %s %d", run.word, run.first, run.last == run.first + 1 ? "and" : "to", run.last));
    }
    run = Run();
  };
  for (const std::string& clause : clauses) {
    const size_t blank = clause.rfind(' ');
    const std::string number = blank == std::string::npos ? "" : clause.substr(blank + 1);
    const bool counted = blank != std::string::npos && blank > 0 && !number.empty() && number.size() <= 9 &&
                         number.find_first_not_of("0123456789") == std::string::npos &&
                         std::isalpha(static_cast<unsigned char>(clause[blank - 1]));
    if (!counted) {
      flush();
      if (parts.empty() || parts.back() != clause) parts.push_back(clause);
      continue;
    }
    uint64_t value = 0;
    for (const char digit : number) value = value * 10 + static_cast<uint64_t>(digit - '0');
    const std::string word = clause.substr(0, blank);
    if (run.word == word && (value == run.last || value == run.last + 1)) {
      run.last = value;
    } else {
      flush();
      run = Run{word, value, value};
    }
  }
  flush();
  return Joined(parts, ", ");
}

std::string HumanBytes(uint64_t bytes) {
  static constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  double value = static_cast<double>(bytes);
  int unit = 0;
  while (value >= 1000 && unit < 6) {
    value /= 1000;
    ++unit;
  }
  return unit == 0 ? absl::StrFormat("%d B", bytes) : absl::StrFormat("%.1f %s", value, kUnits[unit]);
}

std::string Joined(const std::vector<std::string>& parts, std::string_view separator) {
  std::string all;
  for (const auto& part : parts) {
    if (!all.empty()) all += separator;
    all += part;
  }
  return all;
}

}  // namespace weighbridge::report
