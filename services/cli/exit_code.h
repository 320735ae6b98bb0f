// Exit codes (DESIGN section 7). No failure path exits 0.
#ifndef WEIGHBRIDGE_SERVICES_CLI_EXIT_CODE_H_
#define WEIGHBRIDGE_SERVICES_CLI_EXIT_CODE_H_

#include "absl/status/status.h"
#include "proto/weighbridge/v1/enums.pb.h"
#include "proto/weighbridge/v1/profile.pb.h"

namespace weighbridge::cli {

inline constexpr int kExitOk = 0;
inline constexpr int kExitDenied = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitUnmeasured = 3;
inline constexpr int kExitIntegrity = 4;
inline constexpr int kExitReview = 5;
inline constexpr int kExitInterrupted = 130;

// Of a decision verb. The modes warn and audit turn 1 and 5 into 0; 3 is never softened.
int ExitCodeOf(v1::Decision decision, v1::Mode mode);

// Of an operation that gave no answer. INVALID_ARGUMENT is the user's own input, CANCELLED an interruption, everything
// else means that something could not be read or measured.
int ExitCodeOf(const absl::Status& status);

// The one of two that a run over several models ends in: the first of 130, 2, 4, 3, 1, 5, 0. A code that is none of
// them comes before 0.
int WorseExitCode(int a, int b);

}  // namespace weighbridge::cli

#endif  // WEIGHBRIDGE_SERVICES_CLI_EXIT_CODE_H_
