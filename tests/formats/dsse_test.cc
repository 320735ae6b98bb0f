// Envelopes against an implementation of DSSE by others: it takes ours, and we take its.
#include <cstdlib>
#include <fstream>
#include <string>

#include "gtest/gtest.h"
#include "tests/support/model_builder.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace weighbridge {
namespace {

using testing_support::ProcessOptions;
using testing_support::ProcessResult;
using testing_support::Runfile;
using testing_support::RunProcess;
using testing_support::TempDir;

class DsseTest : public testing::Test {
 protected:
  void SetUp() override {
    const char* const folder = std::getenv("WEIGHBRIDGE_VALIDATORS");
    if (folder == nullptr) GTEST_SKIP() << "WEIGHBRIDGE_VALIDATORS is not set: no implementation of others";
    python_ = std::string(folder) + "/python3";
    dir_.Write("model/model.safetensors", testing_support::BuildSafetensors({{"model.norm.weight", "F32", {2, 2}}}));
    dir_.Write("model/README.md", testing_support::BuildModelCard("license: apache-2.0", "# m\n"));
    dir_.Write("profile.yaml", "use: commercial\ndomicile: US\ndistribution: [internal]\n");
    ASSERT_EQ(Ours({"approve", "model", "--profile", "profile.yaml", "--by", "Ada", "--reason", "caf\xc3\xa9 \"x\"",
                    "-o", "ours.json"})
                  .exit_code,
              0);
    ASSERT_EQ(Ours({"keys", "export-public", "-o", "ours.pem"}).exit_code, 0);
  }
  ProcessResult Ours(std::vector<std::string> args) const {
    ProcessOptions options;
    options.args = std::move(args);
    options.env = {{"HOME", dir_.path()}, {"XDG_DATA_HOME", dir_.At("data")}};
    options.cwd = dir_.path();
    return RunProcess(Runfile("services/cli/weighbridge"), options);
  }
  ProcessResult Theirs(std::vector<std::string> args) const {
    ProcessOptions options;
    options.args = {Runfile("tests/formats/dsse.py")};
    options.args.insert(options.args.end(), args.begin(), args.end());
    options.cwd = dir_.path();
    return RunProcess(python_, options);
  }

  const TempDir dir_;
  std::string python_;
};

TEST_F(DsseTest, TheyVerifyOurs) {
  ProcessResult result = Theirs({"verify", "ours.json", "ours.pem"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "application/vnd.in-toto+json\n");
  // And nothing else: the signature is by our key.
  ASSERT_EQ(Theirs({"sign", "ours.json", "theirs.json", "theirs.pem"}).exit_code, 0);
  EXPECT_EQ(Theirs({"verify", "ours.json", "theirs.pem"}).exit_code, 1);
}

TEST_F(DsseTest, WeVerifyTheirs) {
  ProcessResult result = Theirs({"sign", "ours.json", "theirs.json", "theirs.pem"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  result = Ours({"verify", "model", "--approval", "theirs.json", "--key", "theirs.pem"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NE(result.out.find("trust: file"), std::string::npos) << result.out;
  result = Ours({"verify", "model", "--approval", "theirs.json"});
  EXPECT_EQ(result.exit_code, 4) << "nobody trusts their key here";
  EXPECT_NE(result.err.find("key_unknown"), std::string::npos) << result.err;
}

}  // namespace
}  // namespace weighbridge
