#include "services/profile/issues.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_format.h"
#include "services/base/utf8.h"

namespace weighbridge::profile {

void Issues::Add(Place place, std::string message) {
  // What follows from an issue at the same place is noise.
  if (place.line != 0 && !places_.insert({place.line, place.column}).second) return;
  if (issues_.size() >= kMaxIssues) {
    ++more_;
    return;
  }
  issues_.push_back({place, std::move(message)});
}

absl::Status Issues::ToStatus() const {
  if (issues_.empty()) return absl::OkStatus();
  std::vector<Issue> sorted = issues_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Issue& a, const Issue& b) {
    return std::make_tuple(a.place.line, a.place.column) < std::make_tuple(b.place.line, b.place.column);
  });
  std::string text;
  const std::string file = Printable(file_name_);
  for (size_t i = 0; i < sorted.size(); ++i) {
    if (i > 0) text += '\n';
    // Messages quote what the file says; Printable keeps each on its line.
    const std::string message = Printable(sorted[i].message);
    if (sorted[i].place.line == 0) {
      text += absl::StrFormat("%s: %s", file, message);
    } else {
      text += absl::StrFormat("%s:%d:%d: %s", file, sorted[i].place.line, sorted[i].place.column, message);
    }
  }
  if (more_ > 0) text += absl::StrFormat("\n%s: and %d more", file, more_);
  return absl::InvalidArgumentError(text);
}

}  // namespace weighbridge::profile
