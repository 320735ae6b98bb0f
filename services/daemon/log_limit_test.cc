#include "services/daemon/log_limit.h"

#include <atomic>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace weighbridge::daemon {
namespace {

std::chrono::steady_clock::time_point At(int64_t millis) {
  return std::chrono::steady_clock::time_point(std::chrono::milliseconds(millis));
}

TEST(LogLimitTest, LetsTheFirstOfEachSecondThroughWithTheCountOfTheOthers) {
  struct Case {
    int64_t millis;
    std::optional<int64_t> expected;
  };
  LogLimit limit;
  for (const Case& c : std::vector<Case>{{5000, 0},
                                         {5001, std::nullopt},
                                         {5999, std::nullopt},
                                         {6000, 2},
                                         {5500, std::nullopt},  // threads read the clock before they come here
                                         {9000, 1},
                                         {10000, 0}}) {
    EXPECT_EQ(limit.Admit(At(c.millis)), c.expected) << c.millis;
  }
}

TEST(LogLimitTest, CountsEachEventOfManyThreadsOnce) {
  constexpr int kThreads = 4;
  constexpr int kEvents = 5000;
  LogLimit limit;
  std::atomic<int64_t> seen{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int event = 0; event < kEvents; ++event) {
        if (const auto held_back = limit.Admit(At(event))) seen += 1 + *held_back;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  seen += 1 + *limit.Admit(At(1000 * kEvents));
  EXPECT_EQ(seen, kThreads * kEvents + 1);
}

}  // namespace
}  // namespace weighbridge::daemon
