#include "services/cli/exit_code.h"

#include <iterator>
#include <ostream>
#include <string>

#include "gtest/gtest.h"

namespace weighbridge::cli {
namespace {

struct DecisionCase {
  std::string name;
  v1::Decision decision;
  int block, soft;  // soft: of the modes warn and audit
};
void PrintTo(const DecisionCase& c, std::ostream* os) { *os << c.name; }

class DecisionExitCodeTest : public ::testing::TestWithParam<DecisionCase> {};

TEST_P(DecisionExitCodeTest, InEveryMode) {
  const DecisionCase& c = GetParam();
  EXPECT_EQ(ExitCodeOf(c.decision, v1::block), c.block);
  EXPECT_EQ(ExitCodeOf(c.decision, v1::MODE_UNSPECIFIED), c.block);
  EXPECT_EQ(ExitCodeOf(c.decision, v1::warn), c.soft);
  EXPECT_EQ(ExitCodeOf(c.decision, v1::audit), c.soft);
}

INSTANTIATE_TEST_SUITE_P(Table, DecisionExitCodeTest,
                         ::testing::Values(DecisionCase{"Approved", v1::APPROVED, 0, 0},
                                           DecisionCase{"Conditions", v1::APPROVED_WITH_CONDITIONS, 0, 0},
                                           DecisionCase{"Review", v1::NEEDS_REVIEW, 5, 0},
                                           DecisionCase{"Denied", v1::DENIED, 1, 0},
                                           DecisionCase{"Undecided", v1::UNDECIDED, 3, 3},
                                           DecisionCase{"Unspecified", v1::DECISION_UNSPECIFIED, 3, 3},
                                           DecisionCase{"OfTomorrow", static_cast<v1::Decision>(77), 3, 3}),
                         [](const auto& info) { return info.param.name; });

TEST(StatusExitCodeTest, EveryCode) {
  using Code = absl::StatusCode;
  EXPECT_EQ(ExitCodeOf(absl::OkStatus()), 0);
  EXPECT_EQ(ExitCodeOf(absl::InvalidArgumentError("x")), 2);
  EXPECT_EQ(ExitCodeOf(absl::CancelledError("x")), 130);
  for (const Code code :
       {Code::kUnknown, Code::kDeadlineExceeded, Code::kNotFound, Code::kAlreadyExists, Code::kPermissionDenied,
        Code::kResourceExhausted, Code::kFailedPrecondition, Code::kAborted, Code::kOutOfRange, Code::kUnimplemented,
        Code::kInternal, Code::kUnavailable, Code::kDataLoss, Code::kUnauthenticated, static_cast<Code>(99)}) {
    EXPECT_EQ(ExitCodeOf(absl::Status(code, "x")), 3) << static_cast<int>(code);
  }
}

TEST(WorseExitCodeTest, TheFirstOfTheOrder) {
  const int order[] = {130, 2, 4, 3, 1, 5, 0};
  for (size_t i = 0; i < std::size(order); ++i) {
    for (size_t k = i; k < std::size(order); ++k) {
      EXPECT_EQ(WorseExitCode(order[i], order[k]), order[i]) << order[k];
      EXPECT_EQ(WorseExitCode(order[k], order[i]), order[i]) << order[k];
    }
  }
  EXPECT_EQ(WorseExitCode(0, 77), 77);
}

}  // namespace
}  // namespace weighbridge::cli
