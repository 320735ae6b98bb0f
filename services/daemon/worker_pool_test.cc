#include "services/daemon/worker_pool.h"

#include <array>
#include <atomic>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"

namespace weighbridge::daemon {
namespace {

// Keeps every thread of a pool busy until it is told to go on.
class Blocker {
 public:
  WorkerPool::Job Job() {
    return [this](size_t) {
      ++begun_;
      go_on_.WaitForNotification();
    };
  }
  void WaitUntilBegun(int jobs) const {
    while (begun_ < jobs) std::this_thread::yield();
  }
  void GoOn() { go_on_.Notify(); }

 private:
  std::atomic<int> begun_{0};
  absl::Notification go_on_;
};

TEST(WorkerPoolTest, TakesAsManyAsRunAndWaitAndRefusesTheRest) {
  struct Case {
    size_t threads, waiting;
  };
  for (const Case& c : {Case{1, 0}, Case{1, 1}, Case{2, 0}, Case{2, 3}, Case{4, 16}}) {
    SCOPED_TRACE(testing::Message() << c.threads << " threads, " << c.waiting << " waiting");
    Blocker blocker;
    WorkerPool pool(c.threads, c.waiting);
    for (size_t i = 0; i < c.threads + c.waiting; ++i) {
      EXPECT_FALSE(pool.Full());
      EXPECT_TRUE(pool.TrySubmit(blocker.Job())) << i;
    }
    EXPECT_TRUE(pool.Full());
    bool ran = false;
    EXPECT_FALSE(pool.TrySubmit([&ran](size_t) { ran = true; }));
    blocker.WaitUntilBegun(static_cast<int>(c.threads));
    EXPECT_TRUE(pool.Full()) << "the same once the threads have taken theirs";
    EXPECT_EQ(pool.running(), c.threads);
    EXPECT_EQ(pool.waiting(), c.waiting);
    EXPECT_FALSE(pool.TrySubmit([&ran](size_t) { ran = true; }));
    blocker.GoOn();
    pool.Drain();
    EXPECT_FALSE(ran) << "what was refused does not run";
  }
}

TEST(WorkerPoolTest, AThreadThatIsDoneTakesAgain) {
  WorkerPool pool(1, 0);
  for (int i = 0; i < 100; ++i) {
    bool ran = false;
    while (!pool.TrySubmit([&ran](size_t) { ran = true; })) std::this_thread::yield();
    while (pool.Full()) std::this_thread::yield();
    EXPECT_TRUE(ran) << i;
    EXPECT_EQ(pool.running(), 0u);
  }
}

// Else a drained server could be taken apart while a job still holds a part of it.
TEST(WorkerPoolTest, WhatAJobHoldsIsLetGoBeforeItsThreadIsFree) {
  WorkerPool pool(1, 0);
  auto held = std::make_shared<int>(1);
  const std::weak_ptr<int> watched = held;
  ASSERT_TRUE(pool.TrySubmit([held = std::move(held)](size_t) {}));
  while (pool.Full()) std::this_thread::yield();
  EXPECT_TRUE(watched.expired());
}

TEST(WorkerPoolTest, JobsStartInTheOrderTheyCame) {
  WorkerPool pool(1, 100);
  std::vector<int> order;
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(pool.TrySubmit([&order, i](size_t) { order.push_back(i); }));
  pool.Drain();
  ASSERT_EQ(order.size(), 50u);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(order[i], i);
}

TEST(WorkerPoolTest, EachThreadHasItsOwnIndex) {
  constexpr size_t kThreads = 4;
  std::array<std::atomic<bool>, kThreads> seen{};
  Blocker blocker;
  WorkerPool pool(kThreads, 0);
  for (size_t i = 0; i < kThreads; ++i) {
    ASSERT_TRUE(pool.TrySubmit([&, job = blocker.Job()](size_t worker) {
      ASSERT_LT(worker, kThreads);
      EXPECT_FALSE(seen[worker].exchange(true)) << "two jobs at once with the connection of " << worker;
      job(worker);
    }));
  }
  blocker.WaitUntilBegun(kThreads);
  blocker.GoOn();
  pool.Drain();
  for (const auto& index : seen) EXPECT_TRUE(index);
}

TEST(WorkerPoolTest, DrainRunsWhatWasTakenAndTakesNoMore) {
  WorkerPool pool(2, 10);
  Blocker blocker;
  std::atomic<int> ran{0};
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(pool.TrySubmit(blocker.Job()));
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(pool.TrySubmit([&ran](size_t) { ++ran; }));
  blocker.WaitUntilBegun(2);
  std::thread drain([&pool] { pool.Drain(); });
  while (!pool.Full()) std::this_thread::yield();
  EXPECT_FALSE(pool.TrySubmit([](size_t) {}));
  EXPECT_EQ(ran, 0);
  blocker.GoOn();
  drain.join();
  EXPECT_EQ(ran, 10);
  EXPECT_EQ(pool.waiting(), 0u);
  EXPECT_EQ(pool.running(), 0u);
  EXPECT_FALSE(pool.TrySubmit([](size_t) {}));
  pool.Drain();  // again: nothing happens
}

TEST(WorkerPoolTest, ManySubmittersAtOnceLoseNothingAndPassNoLimit) {
  constexpr size_t kThreads = 3, kWaiting = 5;
  std::atomic<int> taken{0}, ran{0}, refused{0}, at_once{0}, most{0};
  {
    WorkerPool pool(kThreads, kWaiting);
    std::vector<std::thread> submitters;
    for (int s = 0; s < 6; ++s) {
      submitters.emplace_back([&] {
        for (int i = 0; i < 2000; ++i) {
          const bool accepted = pool.TrySubmit([&](size_t) {
            const int now = ++at_once;
            int seen = most;
            while (now > seen && !most.compare_exchange_weak(seen, now)) {
            }
            ++ran;
            --at_once;
          });
          ++(accepted ? taken : refused);
          if (pool.waiting() > kThreads + kWaiting) ADD_FAILURE() << "the queue is longer than it may be";
        }
      });
    }
    for (std::thread& submitter : submitters) submitter.join();
  }
  EXPECT_EQ(taken + refused, 12000);
  EXPECT_EQ(ran, taken);
  EXPECT_GT(taken, 0);
  EXPECT_LE(most, static_cast<int>(kThreads));
}

}  // namespace
}  // namespace weighbridge::daemon
