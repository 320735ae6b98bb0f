// The differences between a text and the official one, for people: lines with numbers, changed words marked, both sides
// where the official text is known.
#ifndef WEIGHBRIDGE_SERVICES_REPORT_CLASSIFY_DIFF_H_
#define WEIGHBRIDGE_SERVICES_REPORT_CLASSIFY_DIFF_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weighbridge::report {

// One difference. Ranges are bytes; empty where the side has no words there (the place is then between two words).
struct DiffEdit {
  std::string edit_class;  // name of a classify::EditClass
  bool critical = false;
  uint64_t found_begin = 0, found_end = 0;
  uint64_t official_begin = 0, official_end = 0;  // without an official text: 0
  uint32_t official_words = 0;                    // known also without the official text
};

// One text beside one official text. Nothing is owned.
struct TextDiff {
  std::string_view path;           // of the text, printable
  std::string_view official_name;  // id and wording, printable
  std::string_view found;
  std::optional<std::string_view> official;
  std::vector<DiffEdit> edits;  // ascending in both texts
  size_t edits_left_out = 0;    // beyond those listed
};

// At most so many groups of neighbouring edits are shown, and of each so many lines of either side; the rest is
// counted.
inline constexpr size_t kDiffHunksMax = 200;
inline constexpr size_t kDiffHunkLinesMax = 40;

// In the manner of a word diff: "-31 | ... [-700-] million", "+29 | ... {+70+} million"; in colour the marks are
// colours, and edits that can change the meaning are bold. Every byte of both texts passes Shown(). Ends in a newline
// unless empty.
std::string RenderTextDiff(const TextDiff& diff, bool color);

}  // namespace weighbridge::report

#endif  // WEIGHBRIDGE_SERVICES_REPORT_CLASSIFY_DIFF_H_
