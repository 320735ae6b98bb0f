// A full disk, by RLIMIT_FSIZE: the system itself refuses to let a file grow.

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "tests/fault/fault_vfs.h"
#include "tests/fault/workload.h"

namespace weighbridge::fault {
namespace {

constexpr rlim_t kStepBytes = 4096 * 2 + 512;
constexpr rlim_t kLimitMaxBytes = rlim_t{4} << 20;

// What a child tells its parent: one byte for each acknowledged seed, then 'e' if an error of the right kind was seen,
// 'x' if another one was, 'd' when done.
TEST(DiskFullTest, IsResourceExhaustedAtEveryLimitAndNothingIsHalfStored) {
  int refused = 0;
  int steps = 0;
  for (rlim_t limit = 0; limit < kLimitMaxBytes; limit += kStepBytes, ++steps) {
    SCOPED_TRACE("limit " + std::to_string(limit));
    const std::string path = NewPath();
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      close(pipe_ends[0]);
      signal(SIGXFSZ, SIG_IGN);
      const rlimit bound = {limit, limit};
      if (setrlimit(RLIMIT_FSIZE, &bound) != 0) _exit(2);
      const Outcome outcome = RunWorkload(path, nullptr);
      std::string told;
      for (const int seed : outcome.acknowledged) told += static_cast<char>('0' + seed);
      for (const absl::Status& error : outcome.errors) {
        told += absl::IsResourceExhausted(error) ? 'e' : 'x';
        if (!absl::IsResourceExhausted(error)) fprintf(stderr, "%s\n", error.ToString().c_str());
      }
      if (!outcome.wrong.empty()) told += 'w';
      told += 'd';
      if (write(pipe_ends[1], told.data(), told.size()) != static_cast<ssize_t>(told.size())) _exit(3);
      _exit(0);
    }
    close(pipe_ends[1]);
    std::string told;
    char buffer[256];
    for (ssize_t size; (size = read(pipe_ends[0], buffer, sizeof(buffer))) > 0;) told.append(buffer, size);
    close(pipe_ends[0]);
    int result = 0;
    ASSERT_EQ(waitpid(child, &result, 0), child);
    ASSERT_TRUE(WIFEXITED(result) && WEXITSTATUS(result) == 0);
    ASSERT_EQ(told.back(), 'd');
    ASSERT_EQ(told.find_first_of("xw"), std::string::npos) << told;
    std::vector<int> acknowledged;
    for (const char c : told) {
      if (c >= '0' && c <= '9') acknowledged.push_back(c - '0');
    }
    ASSERT_EQ(CheckAfter(path, acknowledged, /*texts_acknowledged=*/false), "");
    RemoveDatabase(path);
    if (told.find('e') == std::string::npos) break;
    ++refused;
  }
  std::printf("%d limits refused\n", refused);
  EXPECT_GE(refused, 10);
  EXPECT_LT(steps, static_cast<int>(kLimitMaxBytes / kStepBytes)) << "the workload succeeds in the end";
}

}  // namespace
}  // namespace weighbridge::fault
