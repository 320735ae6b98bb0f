// What a `*_fuzz.cc` defines: the libFuzzer entry, which aborts when an invariant breaks, and the seeds for running
// without it.
#ifndef WEIGHBRIDGE_SERVICES_FORMATS_TESTING_FUZZ_TARGET_H_
#define WEIGHBRIDGE_SERVICES_FORMATS_TESTING_FUZZ_TARGET_H_

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/status/status.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

// Small valid inputs; at least one.
std::vector<std::string> FuzzSeeds();

// Aborts, which is how a fuzz target reports.
inline void FuzzCheck(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "invariant broken: %s\n", what);
  std::abort();
}

// The status of an input read whole and of the same input in small blocks.
inline void FuzzCheckStatuses(const absl::Status& whole, const absl::Status& split) {
  FuzzCheck(whole == split, "splitting the input changes nothing");
  FuzzCheck(whole.ok() || std::string(whole.message()).find("offset ") != std::string::npos,
            "a refusal names its offset");
}

#endif  // WEIGHBRIDGE_SERVICES_FORMATS_TESTING_FUZZ_TARGET_H_
