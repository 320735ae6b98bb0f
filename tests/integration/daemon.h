// weighbridged as a process: free ports, a Unix socket and a database of its own.
#ifndef WEIGHBRIDGE_TESTS_INTEGRATION_DAEMON_H_
#define WEIGHBRIDGE_TESTS_INTEGRATION_DAEMON_H_

#include <sys/types.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/temp_dir.h"

namespace weighbridge::integration {

struct DaemonOptions {
  std::vector<std::string> args;        // beside those that the fixture gives
  std::vector<std::string> scan_roots;  // each must exist
  std::string db;                       // made if it is missing; empty: one in the fixture's own folder
  std::string listen = "127.0.0.1:0";
  std::map<std::string, std::string> env;  // beside PATH: nothing is inherited
};

// Start, calls and end belong to one thread; what is read only may be asked from any. The process ends with this
// object, and with the thread that started it.
class Daemon {
 public:
  // Returns when the server says where it listens. Null, and the test fails, if it does not.
  static std::unique_ptr<Daemon> Start(const DaemonOptions& options = {});
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  const std::string& address() const { return address_; }            // HOST:PORT
  const std::string& unix_address() const { return unix_address_; }  // unix:PATH
  const std::string& metrics_address() const { return metrics_address_; }
  const std::string& database() const { return database_; }
  pid_t pid() const { return pid_; }

  // Sends SIGTERM and waits for the end; the exit code, or -1 if a signal ended it. A process that does not end is
  // killed and fails the test. After Kill() or a second time: what the first returned.
  int Terminate();
  // kill -9, and waits for the end.
  void Kill();
  // False if it has ended by itself.
  bool IsRunning();

  // What it wrote to stderr so far: JSON objects, a line each.
  std::string Log() const;

  // The text of /metrics; empty if it does not answer.
  std::string Metrics() const;
  // The value of one line of it, such as `weighbridge_work{state="uploads"}`; 0 if there is none (a counter nothing was
  // counted in).
  double Metric(std::string_view name) const;
  // True once no audit runs or waits and no upload is open, as /metrics says; false after a generous time.
  bool WaitUntilIdle() const;

 private:
  Daemon() = default;
  bool ReadAddresses(int out);
  int Wait();

  testing_support::TempDir dir_;
  std::string socket_dir_;
  std::string address_;
  std::string unix_address_;
  std::string metrics_address_;
  std::string database_;
  int out_ = -1;
  pid_t pid_ = -1;
  bool ended_ = false;
  int exit_code_ = -1;
};

// Asks again and again until `condition` holds; false after two minutes, a limit that only a fault reaches.
bool WaitUntil(const std::function<bool()>& condition);

}  // namespace weighbridge::integration

#endif  // WEIGHBRIDGE_TESTS_INTEGRATION_DAEMON_H_
