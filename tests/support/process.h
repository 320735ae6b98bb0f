// Runs a program as a user's shell would, and keeps what it printed.
#ifndef WEIGHBRIDGE_TESTS_SUPPORT_PROCESS_H_
#define WEIGHBRIDGE_TESTS_SUPPORT_PROCESS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace weighbridge::testing_support {

struct ProcessOptions {
  std::vector<std::string> args;           // without the program's name
  std::map<std::string, std::string> env;  // all of it: nothing is inherited but PATH
  std::string cwd;                         // empty: the test's own
  // Where stdout goes instead of being kept, such as /dev/full.
  std::string stdout_to;
  // RLIMIT_FSIZE in bytes: a disk that fills up. SIGXFSZ keeps its default action, as under a shell's `ulimit -f`.
  std::optional<uint64_t> file_bytes_max;
  // RLIMIT_AS in bytes.
  std::optional<uint64_t> memory_bytes_max;
  // kOrdinary: without the rights of root to pass over permissions, so that a test that runs as root can test them.
  enum class Rights { kSame, kOrdinary } rights = Rights::kSame;
  // A program that hangs is killed and the test fails; never part of what is tested.
  int safety_seconds = 300;
};

struct ProcessResult {
  int exit_code = -1;  // -1 if it did not exit by itself
  int signal = 0;      // that ended it
  bool hung = false;
  std::string out;
  std::string err;
};

// stdin is closed to /dev/null. Fails the test if the program cannot be started or hangs.
ProcessResult RunProcess(const std::string& program, const ProcessOptions& options);

// Path of a file among the test's data, by its path in the project.
std::string Runfile(const std::string& path);

}  // namespace weighbridge::testing_support

#endif  // WEIGHBRIDGE_TESTS_SUPPORT_PROCESS_H_
