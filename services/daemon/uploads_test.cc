#include "services/daemon/uploads.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "services/daemon/limits.h"

namespace weighbridge::daemon {
namespace {

constexpr Uploads::Clock::time_point kStart{std::chrono::hours(1)};
constexpr std::chrono::nanoseconds kMoment{1};

std::unique_ptr<Uploads::Place> Enter(Uploads& uploads) {
  return uploads.Enter(kStart, [] {});
}

TEST(UploadsTest, HasAsManyPlacesAsTheLimitSays) {
  Uploads uploads;
  std::vector<std::unique_ptr<Uploads::Place>> places;
  for (size_t i = 0; i < kUploadsMax; ++i) places.push_back(Enter(uploads));
  ASSERT_NE(places.back(), nullptr);
  EXPECT_EQ(uploads.count(), kUploadsMax);
  EXPECT_EQ(Enter(uploads), nullptr);
  places[17].reset();
  EXPECT_EQ(uploads.count(), kUploadsMax - 1);
  EXPECT_NE(Enter(uploads), nullptr);
  places.clear();
  EXPECT_EQ(uploads.count(), 0u);
}

TEST(UploadsTest, AllUploadsTogetherHoldNoMoreThanTheLimit) {
  Uploads uploads;
  auto first = Enter(uploads);
  const auto second = Enter(uploads);
  EXPECT_TRUE(first->Take(kUploadBytesMax - 10));
  EXPECT_FALSE(second->Take(11));
  EXPECT_TRUE(second->Take(10));
  EXPECT_EQ(uploads.bytes(), kUploadBytesMax);
  EXPECT_TRUE(second->Take(0));
  EXPECT_FALSE(second->Take(1));
  EXPECT_FALSE(second->Take(SIZE_MAX)) << "sums do not wrap round";
  EXPECT_FALSE(second->Take(SIZE_MAX - kUploadBytesMax + 2));
  first.reset();
  EXPECT_EQ(uploads.bytes(), 10u) << "what was refused was not counted, what was held is given back";
  EXPECT_TRUE(second->Take(kUploadBytesMax - 10));
}

TEST(UploadsTest, AClientThatDoesNothingRunsOutOfTimeOnce) {
  Uploads uploads;
  int expired = 0;
  const auto place = uploads.Enter(kStart, [&expired] { ++expired; });
  uploads.ExpireOverdue(kStart + kUploadIdleTime - kMoment);
  EXPECT_EQ(expired, 0);
  uploads.ExpireOverdue(kStart + kUploadIdleTime);
  EXPECT_EQ(expired, 1);
  uploads.ExpireOverdue(kStart + 10 * kUploadIdleTime);
  EXPECT_EQ(expired, 1);
  EXPECT_EQ(uploads.count(), 1u) << "the place is its owner's to give back";
}

TEST(UploadsTest, EachPartGivesTheClientItsTimeAgain) {
  Uploads uploads;
  int expired = 0;
  const auto place = uploads.Enter(kStart, [&expired] { ++expired; });
  auto now = kStart;
  for (int part = 0; part < 5; ++part) {
    now += kUploadIdleTime - kMoment;
    uploads.ExpireOverdue(now);
    place->Watch(now);
  }
  EXPECT_EQ(expired, 0);
  uploads.ExpireOverdue(now + kUploadIdleTime);
  EXPECT_EQ(expired, 1);
}

TEST(UploadsTest, WhileTheServerWorksNothingRunsOut) {
  Uploads uploads;
  int expired = 0;
  const auto place = uploads.Enter(kStart, [&expired] { ++expired; });
  place->Rest();
  uploads.ExpireOverdue(kStart + 100 * kUploadIdleTime);
  EXPECT_EQ(expired, 0);
  // The client's turn to read the result.
  place->Watch(kStart + 100 * kUploadIdleTime);
  uploads.ExpireOverdue(kStart + 101 * kUploadIdleTime);
  EXPECT_EQ(expired, 1);
}

TEST(UploadsTest, OneThatIsLateDoesNotTouchTheOthers) {
  Uploads uploads;
  int late = 0, early = 0, gone = 0;
  const auto a = uploads.Enter(kStart, [&late] { ++late; });
  const auto b = uploads.Enter(kStart + std::chrono::seconds(1), [&early] { ++early; });
  uploads.Enter(kStart, [&gone] { ++gone; }).reset();
  uploads.ExpireOverdue(kStart + kUploadIdleTime);
  EXPECT_EQ(late, 1);
  EXPECT_EQ(early, 0);
  EXPECT_EQ(gone, 0) << "one that is gone is not told";
}

TEST(UploadsTest, ManyAtOnceLeaveNothingBehind) {
  Uploads uploads;
  std::vector<std::thread> clients;
  for (int c = 0; c < 6; ++c) {
    clients.emplace_back([&uploads, c] {
      for (int i = 0; i < 500; ++i) {
        const auto place = Enter(uploads);
        ASSERT_NE(place, nullptr);
        if (place->Take(1000)) place->Watch(kStart);
        if (i % 3 == 0) place->Rest();
        if (c == 0) uploads.ExpireOverdue(kStart + 2 * kUploadIdleTime);
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(uploads.count(), 0u);
  EXPECT_EQ(uploads.bytes(), 0u);
}

}  // namespace
}  // namespace weighbridge::daemon
