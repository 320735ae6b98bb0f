// Runs a program and measures what it cost.
#ifndef WEIGHBRIDGE_TESTS_BENCH_CHILD_PROCESS_H_
#define WEIGHBRIDGE_TESTS_BENCH_CHILD_PROCESS_H_

#include <cstdint>
#include <string>
#include <vector>

namespace weighbridge::bench {

struct Cost {
  double wall_seconds = 0;
  double cpu_seconds = 0;   // user and system, of all its threads, start-up included
  uint64_t peak_bytes = 0;  // resident set
  std::string output;       // of stdout
};

struct Command {
  std::vector<std::string> words;
  int core = -1;  // pinned there; -1: wherever the system likes
};

// Starts all commands at once and waits for all. Ends the program with a message if one cannot run or exits other than
// 0.
std::vector<Cost> RunTogether(const std::vector<Command>& commands);

// The middle one of an odd number of values.
double Median(std::vector<double> values);

}  // namespace weighbridge::bench

#endif  // WEIGHBRIDGE_TESTS_BENCH_CHILD_PROCESS_H_
