#include "services/report/layout.h"

#include <algorithm>
#include <cctype>

#include "absl/strings/str_format.h"

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

}  // namespace

std::string TerminalLayout::Painted(Tone tone, std::string_view text, bool bold) const {
  if (!color_ || (tone == Tone::kPlain && !bold)) return std::string(text);
  const char* code = tone == Tone::kGood ? "32" : tone == Tone::kCaution ? "33" : tone == Tone::kBad ? "31" : "0";
  return absl::StrFormat("\x1b[%s%sm%s\x1b[0m", bold ? "1;" : "", code, text);
}

void TerminalLayout::Title(Tone tone, std::string_view word, std::string_view line) {
  out_ += Painted(tone, word, true) + "  " + std::string(line) + "\n";
}

void TerminalLayout::Heading(std::string_view text) { out_ += "\n" + Painted(Tone::kPlain, text, true) + "\n"; }

void TerminalLayout::Item(Tone tone, std::string_view text) {
  std::string body;
  AppendWrapped("    ", "    ", text, body);
  out_ += "  " + Painted(tone, Mark(tone)) + body.substr(3);
}

void TerminalLayout::Detail(std::string_view name, std::string_view text) {
  AppendWrapped("      ", "        ", std::string(name) + ": " + std::string(text), out_);
}

void TerminalLayout::Table(const std::vector<std::string>& headers, const std::vector<std::vector<std::string>>& rows) {
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

std::string EscapeMarkdown(std::string_view text) {
  std::string out;
  for (const char c : text) {
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
      case '@':  // no mention of a person
        out += "&#64;";
        break;
      case '\\':
      case '`':
      case '*':
      case '_':
      case '[':
      case ']':
      case '#':
      case '|':
      case '~':
      case '!':
        out += '\\';
        out += c;
        break;
      case '\n':
      case '\r':
        out += ' ';
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
