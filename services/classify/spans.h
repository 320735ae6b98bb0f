// Spans of a text that may overlap, asked for one by one without looking at all.
#ifndef WEIGHBRIDGE_SERVICES_CLASSIFY_SPANS_H_
#define WEIGHBRIDGE_SERVICES_CLASSIFY_SPANS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace weighbridge::classify {

class Spans {
 public:
  // In ascending order of `begin`.
  void Add(uint32_t begin, uint32_t end) {
    begins_.push_back(begin);
    ends_.push_back(std::max(end, ends_.empty() ? 0 : ends_.back()));
  }

  // True if some span shares a byte with [begin, end).
  bool AnyMeets(uint32_t begin, uint32_t end) const {
    const size_t count = CountBefore(std::lower_bound(begins_.begin(), begins_.end(), end));
    return count > 0 && ends_[count - 1] > begin;
  }

  // True if [begin, end) lies within some span.
  bool AnyHolds(uint32_t begin, uint32_t end) const {
    const size_t count = CountBefore(std::upper_bound(begins_.begin(), begins_.end(), begin));
    return count > 0 && ends_[count - 1] >= end;
  }

 private:
  size_t CountBefore(std::vector<uint32_t>::const_iterator at) const {
    return static_cast<size_t>(at - begins_.begin());
  }

  std::vector<uint32_t> begins_;
  std::vector<uint32_t> ends_;  // how far the span or one before it reaches
};

}  // namespace weighbridge::classify

#endif  // WEIGHBRIDGE_SERVICES_CLASSIFY_SPANS_H_
