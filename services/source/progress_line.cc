#include "services/source/progress_line.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>

namespace weighbridge::source {
namespace {

constexpr size_t kDefaultWidth = 80;
constexpr std::string_view kStartAndWipe = "\r\x1b[K";  // to the first column, erase to the end of the line

// The width now: people resize windows.
size_t Width(int fd) {
  struct winsize size;
  if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kDefaultWidth;
  return size.ws_col;
}

// A terminal that went away must not end the scan.
void WriteOrGiveUp(int fd, std::string_view text) {
  const ssize_t written = write(fd, text.data(), text.size());
  (void)written;
}

}  // namespace

std::unique_ptr<ProgressLine> ProgressLine::ForTerminal(int fd) {
  const char* const term = std::getenv("TERM");
  if (isatty(fd) != 1 || term == nullptr || std::string_view(term).empty() || std::string_view(term) == "dumb")
    return nullptr;
  return std::unique_ptr<ProgressLine>(new ProgressLine(fd));
}

ProgressLine::ProgressLine(int fd) : fd_(fd), meter_(std::chrono::steady_clock::now()) {}

ProgressLine::~ProgressLine() {
  if (shown_) WriteOrGiveUp(fd_, kStartAndWipe);
}

void ProgressLine::Show(const Progress& progress) {
  const Pace pace = meter_.Update(std::chrono::steady_clock::now(), progress);
  // The last column stays free: writing there makes some terminals wrap.
  const std::string line = FormatProgress(progress, pace, Width(fd_) - 1);
  WriteOrGiveUp(fd_, std::string(kStartAndWipe) + line);
  shown_ = true;
}

}  // namespace weighbridge::source
