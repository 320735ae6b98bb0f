// What is done to a store while things go wrong, and what must hold afterwards.
#ifndef WEIGHBRIDGE_TESTS_FAULT_WORKLOAD_H_
#define WEIGHBRIDGE_TESTS_FAULT_WORKLOAD_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace weighbridge::fault {

// Audits and decisions are SampleAudit(seed) and SampleDecision(seed) for these seeds.
inline constexpr int kSeeds = 3;

struct Outcome {
  std::vector<absl::Status> errors;  // in order, of all calls that failed
  std::vector<int> acknowledged;     // seeds whose recording returned OK
  bool texts_acknowledged = false;
  std::string wrong;  // a call that returned OK with something else than what was recorded; empty if none
};

// Makes a store at `path` on the fault VFS, records seeds 0 and 1 and two official texts, reads all back, closes, opens
// again, records seed 2, reads all back, closes. Goes on after errors. `on_acknowledged` is called with each seed.
Outcome RunWorkload(const std::string& path, const std::function<void(int)>& on_acknowledged);

// What holds after any failure: the store opens; every digest in it is right; each acknowledged seed is there, whole;
// any other is whole or not there at all. Returns what does not hold, or "". Seeds from 0 to `seeds`.
std::string CheckAfter(const std::string& path, const std::vector<int>& acknowledged, bool texts_acknowledged,
                       int seeds = kSeeds);

// One acknowledgement is one small write to a pipe: it arrives whole or not at all.
bool SendNumber(int fd, int number);
bool ReceiveNumber(int fd, int* number);

// A fresh path of a file that does not exist, and the removal of a database with its side files.
std::string NewPath();
void RemoveDatabase(const std::string& path);

// Multiplies the counts of random cases: WEIGHBRIDGE_FAULT_SCALE, 1 where it is not set.
int Scale();

}  // namespace weighbridge::fault

#endif  // WEIGHBRIDGE_TESTS_FAULT_WORKLOAD_H_
