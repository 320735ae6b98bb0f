// Issues: everything that is wrong with one file, each with its place, reported together.
#ifndef WEIGHBRIDGE_SERVICES_PROFILE_ISSUES_H_
#define WEIGHBRIDGE_SERVICES_PROFILE_ISSUES_H_

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"

namespace weighbridge::profile {

// Issues that are reported of one file; the rest are counted.
inline constexpr size_t kMaxIssues = 100;

// A place in the file; both count from 1. 0:0 is the file as a whole.
struct Place {
  uint32_t line = 0;
  uint32_t column = 0;
};

class Issues {
 public:
  explicit Issues(std::string_view file_name) : file_name_(file_name) {}

  // Keeps the first issue of each place.
  void Add(Place place, std::string message);
  bool empty() const { return issues_.empty(); }

  // INVALID_ARGUMENT with one line "file:line:column: message" for each issue, in the order of the file; OK if there is
  // none.
  absl::Status ToStatus() const;

 private:
  struct Issue {
    Place place;
    std::string message;
  };

  std::string file_name_;
  std::vector<Issue> issues_;
  std::set<std::pair<uint32_t, uint32_t>> places_;
  size_t more_ = 0;
};

}  // namespace weighbridge::profile

#endif  // WEIGHBRIDGE_SERVICES_PROFILE_ISSUES_H_
