// A server in a process of its own, so that what it costs can be told from what its clients cost.
#ifndef WEIGHBRIDGE_TESTS_BENCH_SERVER_PROCESS_H_
#define WEIGHBRIDGE_TESTS_BENCH_SERVER_PROCESS_H_

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace weighbridge::bench {

// Ends the program with a message where the child cannot be started, or is gone.
class ServerProcess {
 public:
  // Runs `command`, whose first line on stdout is its address and which ends when its stdin does. Its stderr goes to
  // `log_path`.
  ServerProcess(const std::vector<std::string>& command, const std::string& log_path);
  ~ServerProcess();  // ends and reaps it
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  const std::string& address() const { return address_; }
  // Of all its threads until now, user and system.
  double CpuSeconds() const;
  uint64_t ResidentBytes() const;

 private:
  pid_t pid_ = 0;
  int input_ = -1;
  std::string address_;
};

}  // namespace weighbridge::bench

#endif  // WEIGHBRIDGE_TESTS_BENCH_SERVER_PROCESS_H_
