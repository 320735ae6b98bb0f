// One line on a terminal that is overwritten while files are read.
#ifndef WEIGHBRIDGE_SERVICES_SOURCE_PROGRESS_LINE_H_
#define WEIGHBRIDGE_SERVICES_SOURCE_PROGRESS_LINE_H_

#include <memory>

#include "services/source/progress_meter.h"

namespace weighbridge::source {

// Usage: `line = ProgressLine::ForTerminal(STDERR_FILENO); options.progress = [&](const Progress& p) { line->Show(p);
// };` Not thread-safe, which ReadAll does not ask for. The destructor wipes the line.
class ProgressLine {
 public:
  // Nothing unless `fd` is a terminal that understands a carriage return (TERM is set and not "dumb").
  static std::unique_ptr<ProgressLine> ForTerminal(int fd);
  ~ProgressLine();

  void Show(const Progress& progress);

 private:
  explicit ProgressLine(int fd);

  const int fd_;
  ProgressMeter meter_;
  bool shown_ = false;
};

}  // namespace weighbridge::source

#endif  // WEIGHBRIDGE_SERVICES_SOURCE_PROGRESS_LINE_H_
