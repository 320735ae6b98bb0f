#include "tests/bench/child_process.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace weighbridge::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct Child {
  pid_t pid = 0;
  int output = -1;
};

[[noreturn]] void Die(const std::string& what) {
  std::fprintf(stderr, "hash_bench: %s\n", what.c_str());
  std::exit(3);
}

Child Start(const Command& command) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) Die("pipe failed");
  const pid_t pid = fork();
  if (pid < 0) Die("fork failed");
  if (pid == 0) {
    if (command.core >= 0) {
      cpu_set_t set;
      CPU_ZERO(&set);
      CPU_SET(command.core, &set);
      if (sched_setaffinity(0, sizeof set, &set) != 0) _exit(126);
    }
    dup2(ends[1], STDOUT_FILENO);
    std::vector<char*> argv;
    for (const std::string& word : command.words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    execvp(argv[0], argv.data());
    _exit(127);
  }
  close(ends[1]);
  return {pid, ends[0]};
}

double Seconds(const struct timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

}  // namespace

std::vector<Cost> RunTogether(const std::vector<Command>& commands) {
  const Clock::time_point start = Clock::now();
  std::vector<Child> children;
  for (const Command& command : commands) children.push_back(Start(command));
  std::vector<Cost> costs(commands.size());
  // In order of their ends, so that each gets its own wall time.
  for (size_t left = commands.size(); left > 0; --left) {
    int status = 0;
    struct rusage usage;
    const pid_t pid = wait4(-1, &status, 0, &usage);
    const double wall = std::chrono::duration<double>(Clock::now() - start).count();
    for (size_t i = 0; i < children.size(); ++i) {
      if (children[i].pid != pid) continue;
      if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) Die("'" + commands[i].words[0] + "' failed");
      costs[i].wall_seconds = wall;
      costs[i].cpu_seconds = Seconds(usage.ru_utime) + Seconds(usage.ru_stime);
      costs[i].peak_bytes = static_cast<uint64_t>(usage.ru_maxrss) * 1024;
    }
  }
  for (size_t i = 0; i < children.size(); ++i) {
    // A few digests fit into a pipe, so nobody waited for this reader.
    char buffer[4096];
    for (ssize_t got; (got = read(children[i].output, buffer, sizeof buffer)) > 0;) {
      costs[i].output.append(buffer, static_cast<size_t>(got));
    }
    close(children[i].output);
  }
  return costs;
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace weighbridge::bench
