// The n-th I/O operation fails, for every n of the workload, once and from then on.

#include <cstdint>
#include <cstdio>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "tests/fault/fault_vfs.h"
#include "tests/fault/workload.h"

namespace weighbridge::fault {
namespace {

struct IoCase {
  std::string name;
  FaultKind kind;
  bool sticky;
  int64_t points_min;  // the workload must have at least so many operations of the kind, or the test tests nothing
};
void PrintTo(const IoCase& c, std::ostream* os) { *os << c.name; }

class IoFaultTest : public ::testing::TestWithParam<IoCase> {};

TEST_P(IoFaultTest, NothingAcknowledgedIsLostAndNothingIsHalfStored) {
  RegisterFaultVfs();
  int64_t nth = 1;
  int64_t surfaced = 0;
  for (;; ++nth) {
    const std::string path = NewPath();
    Arm({GetParam().kind, nth, GetParam().sticky});
    const Outcome outcome = RunWorkload(path, nullptr);
    const bool fired = Fired();
    Disarm();
    SCOPED_TRACE("operation " + std::to_string(nth));
    ASSERT_EQ(outcome.wrong, "");
    ASSERT_EQ(CheckAfter(path, outcome.acknowledged, outcome.texts_acknowledged), "");
    if (!outcome.errors.empty()) ++surfaced;
    for (const absl::Status& error : outcome.errors) {
      ASSERT_NE(error.message().find(path.c_str()), std::string::npos) << error << ": names no file";
      ASSERT_FALSE(absl::IsNotFound(error)) << error << ": a failure must not look like absence";
      if (GetParam().kind == FaultKind::kDiskFull) {
        ASSERT_TRUE(absl::IsResourceExhausted(error)) << error;
      }
      if (GetParam().kind == FaultKind::kLockBusy) {
        ASSERT_TRUE(absl::IsUnavailable(error)) << error;
      }
    }
    // Unless something is refused, all must be there.
    if (outcome.errors.empty()) {
      ASSERT_EQ(outcome.acknowledged.size(), static_cast<size_t>(kSeeds));
      ASSERT_TRUE(outcome.texts_acknowledged);
    }
    if (GetParam().sticky && fired && GetParam().kind == FaultKind::kSyncError && nth == 1) {
      ASSERT_TRUE(outcome.acknowledged.empty()) << "nothing can be durable where no flush succeeds";
    }
    RemoveDatabase(path);
    if (!fired) break;
  }
  RecordProperty("points", std::to_string(nth - 1));
  std::printf("%s: %lld points, %lld surfaced as an error\n", GetParam().name.c_str(), static_cast<long long>(nth - 1),
              static_cast<long long>(surfaced));
  EXPECT_GE(nth - 1, GetParam().points_min);
  EXPECT_GT(surfaced, 0);
}

INSTANTIATE_TEST_SUITE_P(Table, IoFaultTest,
                         ::testing::Values(IoCase{"ReadErrorOnce", FaultKind::kReadError, false, 20},
                                           IoCase{"ReadErrorSticky", FaultKind::kReadError, true, 20},
                                           IoCase{"WriteErrorOnce", FaultKind::kWriteError, false, 50},
                                           IoCase{"WriteErrorSticky", FaultKind::kWriteError, true, 50},
                                           IoCase{"ShortWriteOnce", FaultKind::kShortWrite, false, 50},
                                           IoCase{"ShortWriteSticky", FaultKind::kShortWrite, true, 50},
                                           IoCase{"DiskFullOnce", FaultKind::kDiskFull, false, 50},
                                           IoCase{"DiskFullSticky", FaultKind::kDiskFull, true, 50},
                                           IoCase{"SyncErrorOnce", FaultKind::kSyncError, false, 5},
                                           IoCase{"SyncErrorSticky", FaultKind::kSyncError, true, 5},
                                           IoCase{"LockBusyOnce", FaultKind::kLockBusy, false, 20},
                                           IoCase{"LockBusySticky", FaultKind::kLockBusy, true, 20},
                                           IoCase{"OpenErrorOnce", FaultKind::kOpenError, false, 4},
                                           IoCase{"OpenErrorSticky", FaultKind::kOpenError, true, 4}),
                         [](const auto& info) { return info.param.name; });

// What a disk holds after a failed flush nobody knows: the connection must not take a second try for a success.
TEST(SyncErrorTest, NoWriteFollowsAFailedFlush) {
  RegisterFaultVfs();
  int64_t seen = 0;
  for (int64_t nth = 1;; ++nth) {
    const std::string path = NewPath();
    Arm({FaultKind::kSyncError, nth, /*sticky=*/false});
    const Outcome outcome = RunWorkload(path, nullptr);
    const bool fired = Fired();
    Disarm();
    RemoveDatabase(path);
    if (!fired) break;
    // Seed 0 refused by the flush: seed 1, in the same connection, must be refused too.
    const bool first_refused = outcome.acknowledged.empty() || outcome.acknowledged.front() != 0;
    if (first_refused && !outcome.errors.empty() && outcome.errors.size() > 1) {
      ++seen;
      for (const int seed : outcome.acknowledged) EXPECT_EQ(seed, 2) << "only after opening again";
    }
  }
  EXPECT_GT(seen, 0);
}

}  // namespace
}  // namespace weighbridge::fault
