// Every scenario file through the program, and what must hold for each of them whatever it says: the same bytes at any
// number of threads, in any folder, language and time zone; a digest that coreutils make too; a replay to the same
// bytes.
#include "tests/integration/scenario.h"

#include <ostream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/integration/expectations.h"
#include "tests/integration/weighbridge.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace weighbridge::integration {

void PrintTo(const Scenario& scenario, std::ostream* out) { *out << scenario.place; }

namespace {

using testing_support::ProcessOptions;
using testing_support::ProcessResult;
using testing_support::TempDir;

// The line of the README.
constexpr char kDigestLine[] =
    R"(find -L . \( -path ./.git -o -path ./.cache/huggingface -o -path ./.weighbridge \) -prune -o -type f -printf '%P\0' )"
    R"(| LC_ALL=C sort -z | xargs -0r sha256sum -- | sha256sum)";

class ScenarioTest : public testing::TestWithParam<Scenario> {
 protected:
  // False if this case cannot or need not go on.
  bool Compose() {
    const Scenario& scenario = GetParam();
    EXPECT_EQ(scenario.error, "");
    if (!scenario.error.empty()) return false;
    const Composed composed = ComposeModel(scenario, dir_, "model");
    EXPECT_EQ(composed.error, "");
    if (!composed.error.empty()) return false;
    missing_ = composed.missing;
    args_ = {"gate", dir_.At("model"), "--at", scenario.at, "--format", "json"};
    if (scenario.profile.has_value()) {
      args_.insert(args_.end(), {"--profile", dir_.Write("profile.yaml", *scenario.profile)});
    }
    if (scenario.policy.has_value())
      args_.insert(args_.end(), {"--policy", dir_.Write("policy.yaml", *scenario.policy)});
    if (!scenario.rules.empty()) {
      const Composed rules = ComposeRules(scenario, dir_, "rules");
      EXPECT_EQ(rules.error, "");
      if (!rules.error.empty()) return false;
      args_.insert(args_.end(), {"--rules", dir_.At("rules")});
    }
    args_.insert(args_.end(), scenario.options.begin(), scenario.options.end());
    return missing_.empty();
  }

  void ExpectSameBytesEverywhere(const ProcessResult& first) {
    ProcessOptions other = weighbridge_.Options(args_);
    other.args.insert(other.args.end(), {"--threads", "8", "--no-record"});
    other.cwd = "/";
    other.env["LANG"] = "de_DE.UTF-8";
    other.env["LC_ALL"] = "tr_TR.UTF-8";
    other.env["TZ"] = "Pacific/Kiritimati";
    EXPECT_EQ(weighbridge_.Run(other).out, first.out) << "8 threads, other folder, language and time zone";
    ProcessOptions single = weighbridge_.Options(args_);
    single.args.insert(single.args.end(), {"--threads", "1"});
    const ProcessResult again = weighbridge_.Run(single);
    EXPECT_EQ(again.out, first.out) << "one thread, second run";
    EXPECT_EQ(again.exit_code, first.exit_code);
  }

  void ExpectDigestOfCoreutils(const v1::GateResult& result) {
    if (result.model().digest().empty() || result.model().claimed()) return;
    ProcessOptions shell;
    shell.args = {"-c", kDigestLine};
    shell.cwd = dir_.At("model");
    EXPECT_EQ(testing_support::RunProcess("/bin/sh", shell).out, result.model().digest() + "  -\n");
  }

  void ExpectReplay(const ProcessResult& first, const v1::GateResult& result) {
    const ProcessResult replay = weighbridge_.Run({"log", "replay", result.audit_id(), "--format", "json"});
    EXPECT_EQ(replay.exit_code, 0) << Describe(replay);
    EXPECT_EQ(replay.out, first.out) << "log replay";
  }

  TempDir dir_;
  Weighbridge weighbridge_{dir_.At("data")};
  std::vector<std::string> args_;
  std::string missing_;
};

TEST_P(ScenarioTest, Holds) {
  if (!Compose()) {
    if (!missing_.empty()) GTEST_SKIP() << missing_;
    return;
  }
  const ProcessResult run = weighbridge_.Run(args_);
  v1::GateResult result;
  if (!run.out.empty()) result = ParseGate(run.out);
  for (const ScenarioLine& line : GetParam().expect) {
    EXPECT_EQ(CheckExpectation(line.text, run, result), "")
        << GetParam().place << ":" << line.number << ": " << line.text << "\n(" << GetParam().why << ")";
  }
  if (run.out.empty()) {
    EXPECT_NE(run.exit_code, 0) << "nothing printed and exit 0";
    EXPECT_NE(run.err, "") << "failed without a word";
    return;
  }
  ExpectSameBytesEverywhere(run);
  ExpectDigestOfCoreutils(result);
  ExpectReplay(run, result);
}

std::string NameOf(const testing::TestParamInfo<Scenario>& info) {
  std::string name = info.param.name;
  for (char& c : name) {
    if (!isalnum(static_cast<unsigned char>(c))) c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Files, ScenarioTest,
                         testing::ValuesIn(LoadScenarios(testing_support::Runfile("tests/scenarios"))), NameOf);

TEST(ScenarioFilesTest, AreThere) { EXPECT_GE(LoadScenarios(testing_support::Runfile("tests/scenarios")).size(), 50u); }

}  // namespace
}  // namespace weighbridge::integration
