#include "services/cli/exit_code.h"

namespace weighbridge::cli {

int ExitCodeOf(v1::Decision decision, v1::Mode mode) {
  const bool soft = mode == v1::warn || mode == v1::audit;
  switch (decision) {
    case v1::APPROVED:
    case v1::APPROVED_WITH_CONDITIONS:
      return kExitOk;
    case v1::DENIED:
      return soft ? kExitOk : kExitDenied;
    case v1::NEEDS_REVIEW:
      return soft ? kExitOk : kExitReview;
    default:
      return kExitUnmeasured;
  }
}

int ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return kExitOk;
    case absl::StatusCode::kInvalidArgument:
      return kExitUsage;
    case absl::StatusCode::kCancelled:
      return kExitInterrupted;
    default:
      return kExitUnmeasured;
  }
}

int WorseExitCode(int a, int b) {
  for (const int code : {kExitInterrupted, kExitUsage, kExitIntegrity, kExitUnmeasured, kExitDenied, kExitReview}) {
    if (a == code || b == code) return code;
  }
  return a != kExitOk ? a : b;
}

}  // namespace weighbridge::cli
