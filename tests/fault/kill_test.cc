// kill -9 at every write, flush, lock and open of the workload, and of a loop of recordings at any time.

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "db/store/sample_records.h"
#include "db/store/store.h"
#include "gtest/gtest.h"
#include "tests/fault/fault_vfs.h"
#include "tests/fault/workload.h"

namespace weighbridge::fault {
namespace {

constexpr int kKillsMin = 100;
constexpr int kLoopRounds = 25;
constexpr int kLoopSeedsPerRound = 1000;

class KillPointTest : public ::testing::TestWithParam<FaultKind> {};

TEST_P(KillPointTest, AcknowledgedRowsSurviveEveryPoint) {
  RegisterFaultVfs();
  int kills = 0;
  for (int64_t nth = 1;; ++nth) {
    const std::string path = NewPath();
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      close(pipe_ends[0]);
      Arm({GetParam(), nth, /*sticky=*/false});
      RunWorkload(path, [&](int seed) {
        if (!SendNumber(pipe_ends[1], seed)) _exit(2);
      });
      _exit(Fired() ? 3 : 0);
    }
    close(pipe_ends[1]);
    std::vector<int> acknowledged;
    for (int seed = 0; ReceiveNumber(pipe_ends[0], &seed);) acknowledged.push_back(seed);
    close(pipe_ends[0]);
    int result = 0;
    ASSERT_EQ(waitpid(child, &result, 0), child);
    ASSERT_EQ(CheckAfter(path, acknowledged, /*texts_acknowledged=*/false), "") << "operation " << nth;
    RemoveDatabase(path);
    if (WIFEXITED(result)) {
      ASSERT_EQ(WEXITSTATUS(result), 0);
      break;
    }
    ASSERT_EQ(WTERMSIG(result), SIGKILL);
    ++kills;
  }
  std::printf("%d kills\n", kills);
  EXPECT_GE(kills, kKillsMin);
}

INSTANTIATE_TEST_SUITE_P(Table, KillPointTest, ::testing::Values(FaultKind::kKill, FaultKind::kTornKill),
                         [](const auto& info) { return info.param == FaultKind::kKill ? "Before" : "HalfOfAWrite"; });

// A child records without end, with real flushes; it is killed from outside once a random number of acknowledgements
// arrived, that is, somewhere in the next recording. The database goes on through all rounds.
TEST(KillLoopTest, AcknowledgedRowsSurviveAKillAtAnyTime) {
  const std::string path = NewPath();
  std::vector<int> acknowledged;
  std::mt19937 random(20261121);
  for (int round = 0; round < kLoopRounds * Scale(); ++round) {
    const int first = round * kLoopSeedsPerRound;
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      close(pipe_ends[0]);
      db::StoreOptions options;
      options.path = path;
      auto store = db::Store::Open(options);
      if (!store.ok()) _exit(4);
      for (int seed = first; seed < first + kLoopSeedsPerRound; ++seed) {
        if (!(*store)->RecordAuditAndDecision(db::SampleAudit(seed), db::SampleDecision(seed)).ok()) _exit(5);
        if (!SendNumber(pipe_ends[1], seed)) _exit(6);
      }
      _exit(0);
    }
    close(pipe_ends[1]);
    const int wanted = static_cast<int>(random() % 6);
    int seed = 0;
    for (int i = 0; i < wanted && ReceiveNumber(pipe_ends[0], &seed); ++i) acknowledged.push_back(seed);
    kill(child, SIGKILL);
    while (ReceiveNumber(pipe_ends[0], &seed)) acknowledged.push_back(seed);
    close(pipe_ends[0]);
    int result = 0;
    ASSERT_EQ(waitpid(child, &result, 0), child);
    ASSERT_TRUE(WIFSIGNALED(result)) << "round " << round << ": the child ended by itself with " << WEXITSTATUS(result);
  }
  ASSERT_EQ(CheckAfter(path, {}, false, 0), "");
  db::StoreOptions options;
  options.path = path;
  auto store = db::Store::Open(options);
  ASSERT_TRUE(store.ok()) << store.status();
  for (const int seed : acknowledged) {
    const std::string audit_id = db::AuditIdOf(db::SampleAudit(seed));
    ASSERT_TRUE((*store)->GetAudit(audit_id).ok()) << "seed " << seed;
    ASSERT_EQ((*store)->ListDecisions(audit_id)->size(), 1u) << "seed " << seed;
  }
  std::printf("%zu acknowledged\n", acknowledged.size());
  RemoveDatabase(path);
}

}  // namespace
}  // namespace weighbridge::fault
