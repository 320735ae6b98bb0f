#include "services/report/classify_diff.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/base/utf8.h"
#include "services/report/layout.h"

namespace weighbridge::report {
namespace {

// Of a line longer than kLongLine only so much is shown on either side of a change.
constexpr size_t kLongLine = 240;
constexpr size_t kAround = 90;
// Edits with at most so many lines between them share a group.
constexpr size_t kLinesBetween = 1;

constexpr std::string_view kReset = "\x1b[0m";

struct Range {
  uint64_t begin, end;
  bool critical;
  uint32_t missing_words;  // not 0: words of the other side, of which only the number is known, are missing at `begin`
};

// Where the lines of a text begin.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {
    begins_.push_back(0);
    for (size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
      begins_.push_back(at + 1);
    }
  }

  // From 0.
  size_t Of(uint64_t byte) const {
    return static_cast<size_t>(std::upper_bound(begins_.begin(), begins_.end(), byte) - begins_.begin()) - 1;
  }
  // The last line of a range, which may be empty.
  size_t LastOf(uint64_t begin, uint64_t end) const { return Of(end > begin ? end - 1 : begin); }
  size_t count() const { return begins_.size(); }
  uint64_t Begin(size_t line) const { return begins_[line]; }
  uint64_t End(size_t line) const {
    uint64_t end = line + 1 < begins_.size() ? begins_[line + 1] - 1 : text_.size();
    if (end > begins_[line] && text_[end - 1] == '\r') --end;
    return end;
  }

 private:
  std::string_view text_;
  std::vector<uint64_t> begins_;
};

// A place at or before `at` where a character begins.
uint64_t CharacterAt(std::string_view text, uint64_t at, uint64_t least) {
  while (at > least && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) --at;
  return at;
}

// How one side marks its changed words.
struct Style {
  char sign;
  std::string_view open, close;  // without colour
  std::string_view color, color_critical;
};

constexpr Style kRemoved = {'-', "[-", "-]", "\x1b[31m", "\x1b[1;31m"};
constexpr Style kAdded = {'+', "{+", "+}", "\x1b[32m", "\x1b[1;32m"};

std::string Marked(std::string_view words, bool critical, const Style& style, bool color) {
  const std::string shown = Shown(words);
  if (!color) return absl::StrFormat("%s%s%s", style.open, shown, style.close);
  return absl::StrFormat("%s%s%s", critical ? style.color_critical : style.color, shown, kReset);
}

// Bytes [begin, end) of a line, all of it or its beginning and end.
std::string Unchanged(std::string_view text, uint64_t begin, uint64_t end, bool at_line_begin, bool at_line_end,
                      bool whole) {
  const uint64_t keep_left = at_line_begin ? 0 : kAround;  // beside the change on the left
  const uint64_t keep_right = at_line_end ? 0 : kAround;
  if (whole || end - begin <= keep_left + keep_right + kAround / 2) return Shown(text.substr(begin, end - begin));
  const uint64_t left = CharacterAt(text, begin + keep_left, begin);
  const uint64_t right = CharacterAt(text, end - keep_right, left);
  return Shown(text.substr(begin, left - begin)) + " ... " + Shown(text.substr(right, end - right));
}

std::string LineWithMarks(std::string_view text, const Lines& lines, size_t line, const std::vector<Range>& ranges,
                          const Style& style, bool color) {
  const uint64_t begin = lines.Begin(line), end = lines.End(line);
  const bool whole = end - begin <= kLongLine;
  std::string out;
  uint64_t at = begin;
  for (const Range& range : ranges) {
    const uint64_t from = std::max(range.begin, at);
    const uint64_t to = std::min(range.end, end);
    if (range.missing_words > 0) {
      if (range.begin < begin || range.begin > end || lines.Of(range.begin) != line) continue;
      out += Unchanged(text, at, from, at == begin, false, whole);
      out += Marked(
          absl::StrFormat("%d %s missing", range.missing_words, range.missing_words == 1 ? "word is" : "words are"),
          range.critical, kRemoved, color);
      at = from;
      continue;
    }
    if (from >= to) continue;
    out += Unchanged(text, at, from, at == begin, false, whole);
    out += Marked(text.substr(from, to - from), range.critical, style, color);
    at = to;
  }
  out += Unchanged(text, at, end, at == begin, true, whole);
  return out;
}

// The lines of one side of a group.
std::string Side(std::string_view text, const Lines& lines, const std::vector<Range>& ranges, const Style& style,
                 bool color) {
  std::string out;
  size_t first = SIZE_MAX, last = 0;
  for (const Range& range : ranges) {
    first = std::min(first, lines.Of(range.begin));
    last = std::max(last, lines.LastOf(range.begin, range.end));
  }
  for (size_t line = first; line <= last; ++line) {
    if (line - first == kDiffHunkLinesMax) {
      out += absl::StrFormat("       ... and %d more lines\n", last - line + 1);
      break;
    }
    out +=
        absl::StrFormat("%c%5d | %s\n", style.sign, line + 1, LineWithMarks(text, lines, line, ranges, style, color));
  }
  return out;
}

std::string Context(std::string_view text, const Lines& lines, size_t line) {
  const uint64_t begin = lines.Begin(line), end = lines.End(line);
  if (begin == end) return "";
  const uint64_t cut = end - begin <= kLongLine ? end : CharacterAt(text, begin + kLongLine, begin);
  return absl::StrFormat(" %5d | %s%s\n", line + 1, Shown(text.substr(begin, cut - begin)), cut < end ? " ..." : "");
}

std::string LineWords(size_t first, size_t last) {
  return first == last ? absl::StrFormat("line %d", first + 1) : absl::StrFormat("lines %d to %d", first + 1, last + 1);
}

}  // namespace

std::string RenderTextDiff(const TextDiff& diff, bool color) {
  if (diff.edits.empty()) return "";
  const std::string_view official = diff.official.value_or(std::string_view());
  const Lines found_lines(diff.found), official_lines(official);
  const auto painted = [color](std::string_view code, const std::string& line) {
    return color ? absl::StrFormat("%s%s%s\n", code, line, kReset) : line + "\n";
  };
  std::string out =
      painted("\x1b[1m", absl::StrFormat("--- %s%s", Shown(diff.official_name),
                                         diff.official.has_value() ? "" : " (its text is not in the database)"));
  out += painted("\x1b[1m", absl::StrFormat("+++ %s", Shown(diff.path)));
  size_t hunks = 0;
  for (size_t i = 0; i < diff.edits.size(); ++hunks) {
    // A group: edits that are next to each other in the text found.
    const size_t first_line = found_lines.Of(diff.edits[i].found_begin);
    size_t last_line = first_line;
    size_t end = i;
    for (; end < diff.edits.size(); ++end) {
      const DiffEdit& edit = diff.edits[end];
      if (end > i && found_lines.Of(edit.found_begin) > last_line + kLinesBetween + 1) break;
      last_line = std::max(last_line, found_lines.LastOf(edit.found_begin, edit.found_end));
    }
    if (hunks == kDiffHunksMax) {
      out += absl::StrFormat("and %d more edits\n", diff.edits.size() - i + diff.edits_left_out);
      return out;
    }
    std::vector<Range> removed, added;
    std::vector<std::string> classes;
    bool any_found = false, any_official = false, critical = false;
    for (size_t e = i; e < end; ++e) {
      const DiffEdit& edit = diff.edits[e];
      critical = critical || edit.critical;
      if (std::find(classes.begin(), classes.end(), edit.edit_class) == classes.end())
        classes.push_back(edit.edit_class);
      const bool missing = edit.found_begin == edit.found_end;
      any_found = any_found || !missing;
      any_official = any_official || edit.official_words > 0;
      added.push_back({edit.found_begin, edit.found_end, edit.critical,
                       missing && !diff.official.has_value() ? edit.official_words : 0});
      removed.push_back({edit.official_begin, edit.official_end, edit.critical, 0});
    }
    std::string where = LineWords(first_line, last_line);
    const bool show_official = diff.official.has_value() && any_official;
    if (show_official) {
      where += ", official " + LineWords(official_lines.Of(removed.front().begin),
                                         official_lines.LastOf(removed.back().begin, removed.back().end));
    }
    out += painted("\x1b[36m", absl::StrFormat("@@ %s: %s%s @@", where, Joined(classes, ", "),
                                               critical ? " (can change the meaning)" : ""));
    if (first_line > 0) out += Context(diff.found, found_lines, first_line - 1);
    if (show_official) out += Side(official, official_lines, removed, kRemoved, color);
    out += Side(diff.found, found_lines, added, kAdded, color);
    if (last_line + 1 < found_lines.count()) out += Context(diff.found, found_lines, last_line + 1);
    i = end;
  }
  if (diff.edits_left_out > 0) out += absl::StrFormat("and %d more edits\n", diff.edits_left_out);
  return out;
}

}  // namespace weighbridge::report
