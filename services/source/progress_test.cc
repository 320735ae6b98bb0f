#include <fcntl.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <ostream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/source/progress_line.h"
#include "services/source/progress_meter.h"

namespace weighbridge::source {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr uint64_t kGigabyte = 1000000000;
const MonotonicTime kStart{};

TEST(ProgressMeterTest, SteadyReadGivesItsRateAndRest) {
  ProgressMeter meter(kStart);
  Pace pace;
  for (int i = 1; i <= 100; ++i)
    pace = meter.Update(kStart + i * milliseconds(100), {i * kGigabyte / 10, 30 * kGigabyte, 0, 1});
  EXPECT_NEAR(pace.bytes_per_second, 1e9, 1e6);
  ASSERT_TRUE(pace.remaining.has_value());
  EXPECT_NEAR(pace.remaining->count(), 20, 1);
}

TEST(ProgressMeterTest, NoEstimateInTheFirstSecondNorWhileNothingMoves) {
  ProgressMeter meter(kStart);
  EXPECT_FALSE(meter.Update(kStart + milliseconds(500), {kGigabyte, 2 * kGigabyte, 0, 1}).remaining.has_value());
  ProgressMeter stuck(kStart);
  EXPECT_FALSE(stuck.Update(kStart + seconds(60), {0, kGigabyte, 0, 1}).remaining.has_value());
}

TEST(ProgressMeterTest, FollowsADiskThatSlowsDown) {
  ProgressMeter meter(kStart);
  uint64_t done = 0;
  Pace pace;
  for (int i = 1; i <= 600; ++i) {
    done += i <= 300 ? kGigabyte / 10 : kGigabyte / 100;
    pace = meter.Update(kStart + i * milliseconds(100), {done, 100 * kGigabyte, 0, 1});
  }
  EXPECT_NEAR(pace.bytes_per_second, 1e8, 1e7);
}

TEST(ProgressMeterTest, TimeThatStandsStillIsNoDivisionByZero) {
  ProgressMeter meter(kStart);
  EXPECT_EQ(meter.Update(kStart, {5, 10, 0, 1}).bytes_per_second, 0);
  EXPECT_EQ(meter.Update(kStart, {6, 10, 0, 1}).bytes_per_second, 0);
}

TEST(FormatBytesTest, ThreeDigits) {
  EXPECT_EQ(FormatBytes(0), "0 B");
  EXPECT_EQ(FormatBytes(999), "999 B");
  EXPECT_EQ(FormatBytes(1000), "1.00 kB");
  EXPECT_EQ(FormatBytes(9996), "10.0 kB");
  EXPECT_EQ(FormatBytes(99960), "100 kB");
  EXPECT_EQ(FormatBytes(999600), "1.00 MB");
  EXPECT_EQ(FormatBytes(15.1e9), "15.1 GB");
  EXPECT_EQ(FormatBytes(18446744073709551615.0), "18.4 EB");
}

TEST(FormatProgressTest, DropsPartsFromTheRightUntilItFits) {
  const Progress progress = {4200000000, 15100000000, 3, 12};
  Pace pace;
  pace.bytes_per_second = 1.62e9;
  pace.remaining = seconds(7);
  EXPECT_EQ(FormatProgress(progress, pace, 80), "4.20 GB of 15.1 GB, 1.62 GB/s, 7 s left, 3 of 12 files");
  EXPECT_EQ(FormatProgress(progress, pace, 53), "4.20 GB of 15.1 GB, 1.62 GB/s, 7 s left");
  EXPECT_EQ(FormatProgress(progress, pace, 28), "4.20 GB of 15.1 GB");
  EXPECT_EQ(FormatProgress(progress, pace, 5), "");
  pace.remaining = seconds(3725);
  EXPECT_THAT(FormatProgress(progress, pace, 80), HasSubstr("1 h 2 min left"));
  for (size_t width = 0; width < 100; ++width) EXPECT_LE(FormatProgress(progress, pace, width).size(), width);
}

TEST(ProgressLineTest, OnlyOnATerminal) {
  setenv("TERM", "xterm", 1);
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  EXPECT_EQ(ProgressLine::ForTerminal(pipe_ends[1]), nullptr);
  close(pipe_ends[0]);
  close(pipe_ends[1]);
}

TEST(ProgressLineTest, FitsTheWindowAndWipesItself) {
  int terminal, other_end;
  struct winsize size = {};
  size.ws_col = 40;
  if (openpty(&terminal, &other_end, nullptr, nullptr, &size) != 0) GTEST_SKIP() << "no pseudo-terminals here";
  setenv("TERM", "dumb", 1);
  EXPECT_EQ(ProgressLine::ForTerminal(other_end), nullptr);
  setenv("TERM", "xterm", 1);
  {
    const std::unique_ptr<ProgressLine> line = ProgressLine::ForTerminal(other_end);
    ASSERT_NE(line, nullptr);
    line->Show({4200000000, 15100000000, 3, 12});
  }
  char buffer[1000];
  std::string shown;
  // One read may return a part; the wipe comes last.
  while (shown.size() < 5 || shown.compare(shown.size() - 4, 4, "\r\x1b[K") != 0) {
    const ssize_t got = read(terminal, buffer, sizeof buffer);
    ASSERT_GT(got, 0);
    shown.append(buffer, static_cast<size_t>(got));
  }
  EXPECT_THAT(shown, StartsWith("\r\x1b[K4.20 GB of 15.1 GB"));
  EXPECT_THAT(shown, EndsWith("\r\x1b[K"));
  EXPECT_LE(shown.size(), 39u + 2 * 4u);
  close(terminal);
  close(other_end);
}

}  // namespace
}  // namespace weighbridge::source
