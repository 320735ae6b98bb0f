// The chain as its users see it: gate, approve, verify, run, revoke; each refusal with its exit code, its reason, and
// its event.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/model_builder.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace weighbridge::integration {
namespace {

using testing_support::BuildGguf;
using testing_support::BuildModelCard;
using testing_support::ProcessOptions;
using testing_support::ProcessResult;
using testing_support::Runfile;
using testing_support::RunProcess;
using testing_support::TempDir;

std::string Weights(uint32_t seed) {
  testing_support::GgufOptions options;
  options.seed = seed;
  return BuildGguf({testing_support::GgufString("general.architecture", "llama")}, {{"token_embd.weight", {32, 64}}},
                   options);
}

// One user with a home, a model and two profiles.
class Chain {
 public:
  Chain() {
    Model("model", "apache-2.0", 1);
    dir.Write("commercial.yaml", "use: commercial\ndomicile: US\ndistribution: [internal]\n");
    dir.Write("research.yaml", "use: research\ndomicile: US\ndistribution: [internal]\n");
  }

  void Model(const std::string& folder, const std::string& license, uint32_t seed) {
    dir.Write(folder + "/model.gguf", Weights(seed));
    dir.Write(folder + "/config.json", "{\"model_type\": \"llama\"}\n");
    dir.Write(folder + "/README.md", BuildModelCard("license: " + license, "# m\n"));
  }

  ProcessResult Run(std::vector<std::string> args) const {
    ProcessOptions options;
    options.args = std::move(args);
    options.env = {{"HOME", dir.path()}, {"XDG_DATA_HOME", dir.At(data)}, {"TMPDIR", dir.path()}, {"NO_COLOR", "1"}};
    options.cwd = dir.path();
    // `run` becomes this program anyway; it answers every verb.
    return RunProcess(Runfile("services/cli/weighbridge-remote"), options);
  }
  ProcessResult Approve(std::vector<std::string> more = {}) const {
    std::vector<std::string> args = {"approve",  "model", "--profile", "commercial.yaml", "--by", "Ada",
                                     "--reason", "test",  "-o",        "approval.json"};
    args.insert(args.end(), more.begin(), more.end());
    return Run(args);
  }
  ProcessResult RunModel(std::vector<std::string> more = {}, const std::string& path = "model") const {
    std::vector<std::string> args = {
        "run", path, "-p", "hello", "-n", "3", "--engine", Runfile("services/engine/server/weighbridge-engine-fake")};
    args.insert(args.end(), more.begin(), more.end());
    return Run(args);
  }
  std::string NewestApproval() const {
    const std::string out = Run({"approvals", "list", "--format", "json"}).out;
    const std::string key = "\"approval_id\":\"";
    const size_t at = out.find(key);
    return at == std::string::npos ? "" : out.substr(at + key.size(), 64);
  }
  std::string LastEvent() const { return Run({"log", "tail", "-n", "1", "--format", "json"}).out; }

  TempDir dir;
  std::string data = "data";
};

std::string Shown(const ProcessResult& result) {
  return "exit " + std::to_string(result.exit_code) + "\n" + result.out + "\n" + result.err;
}

TEST(ApprovalChainTest, FromTheGateToTheTokens) {
  Chain chain;
  ProcessResult result = chain.RunModel();
  EXPECT_EQ(result.exit_code, 1) << Shown(result);
  EXPECT_NE(result.err.find("reason: no_approval"), std::string::npos) << Shown(result);
  EXPECT_EQ(result.out, "");
  result = chain.Approve({"--environment", "production"});
  ASSERT_EQ(result.exit_code, 0) << Shown(result);
  EXPECT_NE(result.out.find("trust: self"), std::string::npos) << Shown(result);
  result = chain.Run({"verify", "model", "--approval", "approval.json"});
  EXPECT_EQ(result.exit_code, 0) << Shown(result);
  EXPECT_NE(result.out.find("not checked"), std::string::npos) << Shown(result);
  EXPECT_EQ(chain.Run({"verify", "model"}).exit_code, 0);
  result = chain.RunModel({"--environment", "production"});
  EXPECT_EQ(result.exit_code, 0) << Shown(result);
  EXPECT_EQ(result.out, "token-0 token-1 token-2 \n");
  EXPECT_NE(result.err.find("the approval's: none was stated"), std::string::npos) << Shown(result);
  EXPECT_NE(chain.LastEvent().find("\"engine_load\""), std::string::npos);
  ASSERT_EQ(chain.Run({"revoke", chain.NewestApproval(), "--by", "Bob", "--reason", "test"}).exit_code, 0);
  result = chain.RunModel({"--environment", "production"});
  EXPECT_EQ(result.exit_code, 1) << Shown(result);
  EXPECT_NE(result.err.find("reason: revoked"), std::string::npos) << Shown(result);
  EXPECT_EQ(chain.Run({"verify", "model"}).exit_code, 1);
  EXPECT_EQ(chain.Run({"doctor"}).exit_code, 0);
}

TEST(ApprovalChainTest, GateAndRun) {
  Chain chain;
  ASSERT_EQ(chain.Approve().exit_code, 0);
  ProcessResult result =
      chain.Run({"gate", "model", "--profile", "commercial.yaml", "--and-run", "-p", "x", "-o", "result.txt"});
  // Past the gate and its approval, the shipped engine is asked: it misses its libraries, or they refuse a model of one
  // tensor.
  EXPECT_TRUE(result.exit_code == 2 || result.exit_code == 3) << Shown(result);
  EXPECT_NE(result.err.find("reason: runtime_"), std::string::npos) << Shown(result);
  EXPECT_EQ(access(chain.dir.At("result.txt").c_str(), F_OK), 0) << "the gate's own result";
  chain.Model("denied", "flux-1-dev-non-commercial-license", 2);
  result = chain.Run({"gate", "denied", "--profile", "commercial.yaml", "--and-run", "-p", "x"});
  EXPECT_NE(result.exit_code, 0) << Shown(result);
  EXPECT_EQ(result.err.find("running"), std::string::npos) << Shown(result);
  EXPECT_EQ(chain.Run({"gate", "model", "--and-run"}).exit_code, 2) << "a prompt is needed";
}

// ---- what may not be approved
// ----------------------------------------------------------------------------------------

struct NotApprovable {
  std::string name, license;
  std::vector<std::string> more;
  int exit_code;
  std::string reason;
};

class NotApprovableTest : public testing::TestWithParam<NotApprovable> {};

TEST_P(NotApprovableTest, IsNotSigned) {
  Chain chain;
  chain.Model("model", GetParam().license, 3);
  if (GetParam().reason == "undecided") chain.dir.Write("model/model.gguf", Weights(3).substr(0, 100));
  const ProcessResult result = chain.Approve(GetParam().more);
  EXPECT_EQ(result.exit_code, GetParam().exit_code) << Shown(result);
  EXPECT_NE(result.err.find("reason: " + GetParam().reason), std::string::npos) << Shown(result);
  EXPECT_NE(access(chain.dir.At("approval.json").c_str(), F_OK), 0) << "an envelope was written";
  EXPECT_EQ(chain.NewestApproval(), "");
}

INSTANTIATE_TEST_SUITE_P(
    Models, NotApprovableTest,
    testing::Values(NotApprovable{"Denied", "flux-1-dev-non-commercial-license", {"--reviewed"}, 1, "denied"},
                    NotApprovable{"Unknown", "nobody-knows-it", {}, 5, "review_open"},
                    NotApprovable{"Malformed", "apache-2.0", {"--reviewed"}, 3, "undecided"}),
    [](const auto& info) { return info.param.name; });

TEST(ApprovalChainTest, ReviewedNamesThePersonAgainstEachFinding) {
  Chain chain;
  chain.Model("model", "nobody-knows-it", 3);
  ASSERT_EQ(chain.Approve({"--reviewed"}).exit_code, 0);
  const ProcessResult result = chain.Run({"approvals", "show", chain.NewestApproval()});
  EXPECT_NE(result.out.find("reviewed     license.unknown"), std::string::npos) << Shown(result);
  EXPECT_NE(result.out.find("Ada: test"), std::string::npos) << Shown(result);
}

TEST(ApprovalChainTest, WrongWordsAreExitTwo) {
  Chain chain;
  for (const std::vector<std::string>& more :
       std::vector<std::vector<std::string>>{{"--expires", "soon"},
                                             {"--expires", "3000d"},
                                             {"--expires", "2020-01-01T00:00:00Z"},
                                             {"--key", "ffffffff"},
                                             {"--profile", "none.yaml"}}) {
    const ProcessResult result = chain.Approve(more);
    EXPECT_EQ(result.exit_code, 2) << more[0] << " " << more[1] << Shown(result);
  }
  EXPECT_EQ(chain.Run({"approve", "model", "--by", "Ada"}).exit_code, 2) << "no reason";
  EXPECT_EQ(chain.Run({"approve", "nowhere", "--by", "Ada", "--reason", "x"}).exit_code, 3);
  EXPECT_EQ(chain.Run({"approve", "model", "--by", "Ada", "--reason", "x", "--db", "none.db"}).exit_code, 3);
  EXPECT_EQ(chain.Run({"revoke", "0123456789abcdef", "--by", "Ada", "--reason", "x"}).exit_code, 2);
  EXPECT_EQ(chain.Run({"approvals", "show", "0123456789abcdef"}).exit_code, 2);
  EXPECT_EQ(chain.Run({"verify", "model", "--approval", "none.json"}).exit_code, 3);
  EXPECT_EQ(chain.Run({"verify", "nowhere"}).exit_code, 3);
  EXPECT_EQ(chain.Run({"keys", "distrust", "0123", "--reason", "x"}).exit_code, 2);
}

// ---- what is not run
// -------------------------------------------------------------------------------------------------

struct NotRun {
  std::string name;
  std::vector<std::string> approve;
  std::function<void(Chain&)> change;
  std::vector<std::string> run;
  int exit_code;
  std::string reason;
};

class NotRunTest : public testing::TestWithParam<NotRun> {};

TEST_P(NotRunTest, IsRefusedAndTold) {
  Chain chain;
  const ProcessResult approved = chain.Approve(GetParam().approve);
  ASSERT_EQ(approved.exit_code, 0) << Shown(approved);
  GetParam().change(chain);
  const ProcessResult result = chain.RunModel(GetParam().run);
  EXPECT_EQ(result.exit_code, GetParam().exit_code) << Shown(result);
  EXPECT_EQ(result.out, "");
  if (GetParam().reason.empty()) return;
  EXPECT_NE(result.err.find("reason: " + GetParam().reason), std::string::npos) << Shown(result);
  EXPECT_NE(chain.LastEvent().find("\"refusal\":\"" + GetParam().reason + "\""), std::string::npos)
      << chain.LastEvent();
}

INSTANTIATE_TEST_SUITE_P(
    Conditions, NotRunTest,
    testing::Values(
        NotRun{"NotYetValid", {"--not-before", "1h"}, [](Chain&) {}, {}, 1, "not_yet_valid"},
        NotRun{"Expired", {"--at", "2026-01-01T00:00:00Z", "--expires", "1d"}, [](Chain&) {}, {}, 1, "expired"},
        NotRun{
            "NoEnvironmentStated", {"--environment", "production"}, [](Chain&) {}, {}, 1, "environment_out_of_scope"},
        NotRun{"OtherEnvironment",
               {"--environment", "production"},
               [](Chain&) {},
               {"--environment", "staging"},
               1,
               "environment_out_of_scope"},
        NotRun{"OtherRegion", {"--region", "eu"}, [](Chain&) {}, {"--region", "us"}, 1, "region_out_of_scope"},
        NotRun{"OtherEngine", {"--engine", "a"}, [](Chain&) {}, {"--engine-id", "b"}, 1, "engine_out_of_scope"},
        NotRun{"OtherUse", {}, [](Chain&) {}, {"--use", "research"}, 1, "use_out_of_scope"},
        NotRun{"WeightsChanged",
               {},
               [](Chain& c) { c.dir.Write("model/model.gguf", Weights(9)); },
               {"--approval", "approval.json"},
               4,
               "file_changed"},
        NotRun{"ConfigChanged",
               {},
               [](Chain& c) { c.dir.Write("model/config.json", "{}"); },
               {"--approval", "approval.json"},
               4,
               "file_changed"},
        NotRun{"ExtraTokenizer",
               {},
               [](Chain& c) { c.dir.Write("model/tokenizer.json", "{}"); },
               {"--approval", "approval.json"},
               4,
               "file_extra"},
        NotRun{
            "Fifo", {}, [](Chain& c) { c.dir.Fifo("model/pipe"); }, {"--approval", "approval.json"}, 4, "file_unsafe"},
        NotRun{"BrokenEnvelope",
               {},
               [](Chain& c) { c.dir.Write("approval.json", "{"); },
               {"--approval", "approval.json"},
               4,
               "envelope_malformed"},
        NotRun{"Distrusted",
               {},
               [](Chain& c) {
                 const std::string key = c.Run({"keys", "list"}).out.substr(0, 64);
                 ASSERT_EQ(c.Run({"keys", "distrust", key, "--reason", "lost"}).exit_code, 0);
               },
               {},
               4,
               "key_distrusted"},
        NotRun{"AnothersKey",
               {},
               [](Chain& c) {
                 c.data = "other";
                 ASSERT_EQ(c.Run({"keys", "init"}).exit_code, 0);
               },
               {"--approval", "approval.json"},
               4,
               "key_unknown"},
        NotRun{"EmptyEnvelope",
               {},
               [](Chain& c) { c.dir.Write("approval.json", ""); },
               {"--approval", "approval.json"},
               4,
               ""},
        NotRun{"NoDatabase", {}, [](Chain&) {}, {"--approval", "approval.json", "--db", "none.db"}, 3, ""},
        NotRun{"TrustFileMissing", {}, [](Chain&) {}, {"--trust", "none.yaml"}, 3, ""},
        NotRun{"NoEngineAtTheAddress", {}, [](Chain&) {}, {"--server", "unix:/nowhere/engine.sock"}, 3, ""}),
    [](const auto& info) { return info.param.name; });

// ---- the real library
// ------------------------------------------------------------------------------------------------

TEST(RealModelTest, TokensOfAnApprovedModel) {
  const char* const llama = std::getenv("WEIGHBRIDGE_LLAMA_DIR");
  if (llama == nullptr) GTEST_SKIP() << "WEIGHBRIDGE_LLAMA_DIR is not set: no inference library";
  Chain chain;
  ProcessOptions make;
  make.args = {chain.dir.At("tiny"), "--vocab", std::string(llama) + "/vocab/ggml-vocab-llama-spm.gguf"};
  const ProcessResult made = RunProcess(Runfile("deploy/make-example-model"), make);
  ASSERT_EQ(made.exit_code, 0) << Shown(made);
  const ProcessResult approved =
      chain.Run({"approve", "tiny", "--profile", "commercial.yaml", "--by", "Ada", "--reason", "test"});
  ASSERT_EQ(approved.exit_code, 0) << Shown(approved);
  const std::vector<std::string> run = {
      "run",         "tiny", "-p",       "Once upon a time",
      "-n",          "16",   "--seed",   "7",
      "--llama-dir", llama,  "--engine", Runfile("services/engine/server/weighbridge-engine")};
  const ProcessResult first = chain.Run(run), second = chain.Run(run);
  EXPECT_EQ(first.exit_code, 0) << Shown(first);
  EXPECT_GT(first.out.size(), 16u);
  EXPECT_EQ(first.out, second.out) << "equal seeds, equal tokens";
}

TEST(RealModelTest, WithoutTheLibraryRunSaysWhatToInstall) {
  Chain chain;
  ASSERT_EQ(chain.Approve().exit_code, 0);
  const ProcessResult result = chain.Run({"run", "model", "-p", "x", "--llama-dir", chain.dir.At("none"), "--engine",
                                          Runfile("services/engine/server/weighbridge-engine")});
  EXPECT_EQ(result.exit_code, 2) << Shown(result);
  EXPECT_NE(result.err.find("deploy/llama.sh"), std::string::npos) << Shown(result);
}

}  // namespace
}  // namespace weighbridge::integration
