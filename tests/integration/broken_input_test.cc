// What can be wrong with the input or the machine: each has its own message and the exit code of the README's table,
// and leaves nothing half-stored.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <functional>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/integration/weighbridge.h"
#include "tests/support/corpus.h"
#include "tests/support/model_builder.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace weighbridge::integration {
namespace {

using testing_support::ProcessOptions;
using testing_support::ProcessResult;
using testing_support::TempDir;

class BrokenInputTest : public testing::Test {
 protected:
  BrokenInputTest() {
    dir_.Write("model/model.safetensors", testing_support::BuildSafetensors({{"a.weight", "F32", {2, 2}}}));
    dir_.Write("model/README.md", testing_support::BuildModelCard("license: apache-2.0", "# m\n"));
    dir_.Write("profile.yaml", "use: commercial\ndomicile: US\ndistribution: [internal]\n");
  }

  std::vector<std::string> Gate(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> args = weighbridge_.GateArgs(dir_.At("model"), {"--profile", dir_.At("profile.yaml")});
    args.insert(args.end(), more.begin(), more.end());
    return args;
  }

  // A failure says why on stderr, prints no result, and stores nothing.
  void ExpectFailure(const ProcessResult& result, int exit_code, const std::string& message) {
    EXPECT_EQ(result.exit_code, exit_code) << Describe(result);
    EXPECT_NE(result.err.find(message), std::string::npos) << Describe(result);
    EXPECT_EQ(result.err.rfind("error: ", 0), 0u) << Describe(result);
    EXPECT_EQ(result.out, "");
  }

  TempDir dir_;
  Weighbridge weighbridge_{dir_.At("data")};
};

TEST_F(BrokenInputTest, TheInputIsSoundToBeginWith) {
  const ProcessResult result = weighbridge_.Run(Gate());
  EXPECT_EQ(result.exit_code, 0) << Describe(result);
  EXPECT_NE(weighbridge_.LogList(), "");
}

TEST_F(BrokenInputTest, MissingModelPath) {
  ExpectFailure(weighbridge_.Run(weighbridge_.GateArgs(dir_.At("nowhere"))), 3, "nowhere");
  EXPECT_EQ(weighbridge_.LogList(), "");
}

TEST_F(BrokenInputTest, ModelPathIsADevice) {
  ExpectFailure(weighbridge_.Run(weighbridge_.GateArgs("/dev/null")), 3, "/dev/null");
  EXPECT_EQ(weighbridge_.LogList(), "");
}

TEST_F(BrokenInputTest, ModelPathIsAFifoAndNothingHangs) {
  dir_.Fifo("pipe");
  ExpectFailure(weighbridge_.Run(weighbridge_.GateArgs(dir_.At("pipe"))), 3, "pipe");
  EXPECT_EQ(weighbridge_.LogList(), "");
}

TEST_F(BrokenInputTest, UnreadableFile) {
  chmod(dir_.At("model/model.safetensors").c_str(), 0);
  ProcessOptions options = weighbridge_.Options(Gate({"--no-record"}));
  options.rights = ProcessOptions::Rights::kOrdinary;
  const ProcessResult result = weighbridge_.Run(options);
  EXPECT_EQ(result.exit_code, 3) << Describe(result);
  const v1::GateResult gate = ParseGate(result.out);
  EXPECT_EQ(gate.decision(), v1::UNDECIDED);
  EXPECT_EQ(gate.model().digest(), "");
  bool found = false;
  for (const auto& finding : gate.findings()) {
    found |= finding.rule_id() == "file.unreadable" &&
             finding.message().find("Permission denied") != std::string::npos && finding.evidence_size() == 1 &&
             finding.evidence(0).path() == "model.safetensors";
  }
  EXPECT_TRUE(found) << result.out;
}

TEST_F(BrokenInputTest, UnreadableFolder) {
  dir_.Write("model/sub/x.txt", "x");
  chmod(dir_.At("model/sub").c_str(), 0);
  ProcessOptions options = weighbridge_.Options(Gate({"--no-record"}));
  options.rights = ProcessOptions::Rights::kOrdinary;
  const ProcessResult result = weighbridge_.Run(options);
  EXPECT_EQ(result.exit_code, 3) << Describe(result);
  EXPECT_EQ(ParseGate(result.out).decision(), v1::UNDECIDED);
}

TEST_F(BrokenInputTest, UnreadableModelFolder) {
  chmod(dir_.At("model").c_str(), 0);
  ProcessOptions options = weighbridge_.Options(Gate({"--no-record"}));
  options.rights = ProcessOptions::Rights::kOrdinary;
  ExpectFailure(weighbridge_.Run(options), 3, "Permission denied");
}

TEST_F(BrokenInputTest, MissingProfile) {
  ExpectFailure(weighbridge_.Run(weighbridge_.GateArgs(dir_.At("model"), {"--profile", dir_.At("no.yaml")})), 2,
                "no.yaml");
  EXPECT_EQ(weighbridge_.LogList(), "");
}

TEST_F(BrokenInputTest, ProfileIsAFolder) {
  ExpectFailure(weighbridge_.Run(weighbridge_.GateArgs(dir_.At("model"), {"--profile", dir_.path()})), 2,
                "Is a directory");
}

TEST_F(BrokenInputTest, BrokenProfile) {
  const std::string path = dir_.Write("bad.yaml", "use: commercial\n  domicile: [\n");
  ExpectFailure(weighbridge_.Run(weighbridge_.GateArgs(dir_.At("model"), {"--profile", path})), 2, "bad.yaml:");
  EXPECT_EQ(weighbridge_.LogList(), "");
}

TEST_F(BrokenInputTest, ABrokenProfileIsFoundBeforeTheModelIsLookedAt) {
  const std::string path = dir_.Write("bad.yaml", "usage: commercial\n");
  ExpectFailure(weighbridge_.Run(weighbridge_.GateArgs(dir_.At("nowhere"), {"--profile", path})), 2, "bad.yaml:1:1");
}

TEST_F(BrokenInputTest, AllMistakesOfAProfileAreNamedAtOnce) {
  const std::string path = dir_.Write("bad.yaml", "usage: commercial\ndomicile: Atlantis\nuse: sometimes\n");
  const ProcessResult result = weighbridge_.Run(weighbridge_.GateArgs(dir_.At("model"), {"--profile", path}));
  ExpectFailure(result, 2, "bad.yaml:1:1");
  EXPECT_NE(result.err.find("bad.yaml:2:"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("bad.yaml:3:"), std::string::npos) << result.err;
}

TEST_F(BrokenInputTest, AnAliasBombInAProfileIsRefused) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string inner = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + inner;
    for (int j = 0; j < 9; ++j) bomb += ", " + inner;
    bomb += "]\n";
  }
  const std::string path = dir_.Write("bomb.yaml", bomb);
  ProcessOptions options = weighbridge_.Options(weighbridge_.GateArgs(dir_.At("model"), {"--profile", path}));
  ExpectFailure(weighbridge_.Run(options), 2, "bomb.yaml:");
}

TEST_F(BrokenInputTest, MissingPolicy) {
  ExpectFailure(weighbridge_.Run(Gate({"--policy", dir_.At("no.yaml")})), 2, "policy");
  EXPECT_EQ(weighbridge_.LogList(), "");
}

TEST_F(BrokenInputTest, BrokenPolicy) {
  ExpectFailure(weighbridge_.Run(Gate({"--policy", dir_.Write("bad.yaml", "deny:\n  - {licence: [MIT]}\n")})), 2,
                "bad.yaml:2:");
  EXPECT_EQ(weighbridge_.LogList(), "");
}

TEST_F(BrokenInputTest, MissingDatabase) {
  ExpectFailure(weighbridge_.Run(Gate({"--db", dir_.At("no.db")})), 3, "no.db");
  EXPECT_NE(access(dir_.At("no.db").c_str(), F_OK), 0) << "a named database is never made";
}

TEST_F(BrokenInputTest, CorruptDatabase) {
  const std::string path = dir_.Write(
      "bad.db", "this is no database, however long the text may be, and it never was one\n" + std::string(4096, 'x'));
  const ProcessResult result = weighbridge_.Run(Gate({"--db", path}));
  ExpectFailure(result, 3, "bad.db");
  EXPECT_EQ(testing_support::ReadFileOrFail(path).substr(0, 7), "this is") << "what is no database is left as it was";
}

TEST_F(BrokenInputTest, CorruptDefaultDatabase) {
  dir_.Write("data/weighbridge/weighbridge.db", "this is no database\n" + std::string(4096, 'x'));
  ExpectFailure(weighbridge_.Run(Gate()), 3, "weighbridge.db");
}

TEST_F(BrokenInputTest, ADatabaseWithDamagedPagesIsNotTrusted) {
  ASSERT_EQ(weighbridge_.Run(Gate()).exit_code, 0);
  const std::string path = weighbridge_.database();
  std::string bytes = testing_support::ReadFileOrFail(path);
  ASSERT_GT(bytes.size(), 8192u);
  for (size_t i = 4096; i < bytes.size(); i += 7) bytes[i] = static_cast<char>(~bytes[i]);
  unlink((path + "-wal").c_str());
  unlink((path + "-shm").c_str());
  dir_.Write("data/weighbridge/weighbridge.db", bytes);
  const ProcessResult result = weighbridge_.Run(Gate());
  EXPECT_EQ(result.exit_code, 3) << Describe(result);
  EXPECT_EQ(result.out, "");
}

TEST_F(BrokenInputTest, AnEmptyFileIsNoDatabase) {
  const ProcessResult result = weighbridge_.Run(Gate({"--db", dir_.Write("empty.db", "")}));
  ExpectFailure(result, 3, "empty.db");
}

TEST_F(BrokenInputTest, ReadOnlyDatabase) {
  ASSERT_EQ(weighbridge_.Run(Gate()).exit_code, 0);
  chmod(dir_.At("data/weighbridge").c_str(), 0555);
  chmod(weighbridge_.database().c_str(), 0444);
  ProcessOptions options = weighbridge_.Options(Gate({"--db", weighbridge_.database()}));
  options.rights = ProcessOptions::Rights::kOrdinary;
  const ProcessResult result = weighbridge_.Run(options);
  EXPECT_EQ(result.exit_code, 3) << Describe(result);
  EXPECT_NE(result.err.find("weighbridge.db"), std::string::npos) << result.err;
  EXPECT_EQ(result.out, "");
}

TEST_F(BrokenInputTest, NoPlaceForTheDatabase) {
  ProcessOptions options = weighbridge_.Options(Gate());
  options.env.erase("HOME");
  options.env.erase("XDG_DATA_HOME");
  ExpectFailure(weighbridge_.Run(options), 3, "--no-record");
}

// A full disk, by RLIMIT_FSIZE: the kernel refuses to let any file grow, at every size from nothing to enough.
TEST_F(BrokenInputTest, FullDisk) {
  int refused = 0;
  bool enough = false;
  for (uint64_t limit = 0; limit < uint64_t{64} << 20 && !enough; limit = limit == 0 ? 1024 : limit * 4) {
    SCOPED_TRACE("limit " + std::to_string(limit));
    const Weighbridge fresh(dir_.At("data" + std::to_string(limit)));
    ProcessOptions options = fresh.Options(Gate());
    options.file_bytes_max = limit;
    const ProcessResult result = fresh.Run(options);
    EXPECT_EQ(result.signal, 0);
    if (result.exit_code == 0) {
      enough = true;
      EXPECT_NE(fresh.LogList(), "");
      continue;
    }
    ++refused;
    EXPECT_EQ(result.exit_code, 3) << Describe(result);
    EXPECT_EQ(result.out, "") << "a decision that was not recorded is not printed";
    EXPECT_NE(result.err.find("free space on its disk"), std::string::npos) << Describe(result);
    // The disk has room again: nothing is there, and the next run works.
    EXPECT_EQ(fresh.LogList(), "") << "half-stored";
    EXPECT_EQ(fresh.Run(Gate()).exit_code, 0);
    EXPECT_EQ(fresh.Run({"doctor"}).exit_code, 0);
  }
  EXPECT_GE(refused, 3);
  EXPECT_TRUE(enough);
}

TEST_F(BrokenInputTest, StdoutThatCannotBeWrittenIsNoSuccess) {
  for (const std::string format : {"json", "text", "markdown"}) {
    std::vector<std::string> args = Gate();
    args.insert(args.end(), {"--format", format});
    ProcessOptions options = weighbridge_.Options({"gate", dir_.At("model"), "--at", kAt, "--format", format});
    options.stdout_to = "/dev/full";
    const ProcessResult result = weighbridge_.Run(options);
    EXPECT_EQ(result.exit_code, 3) << Describe(result);
    EXPECT_NE(result.err.find("No space left"), std::string::npos) << Describe(result);
  }
}

TEST_F(BrokenInputTest, EveryVerbNoticesAFullStdout) {
  ASSERT_EQ(weighbridge_.Run(Gate()).exit_code, 0);
  const std::vector<std::vector<std::string>> verbs = {{"scan", dir_.At("model")},
                                                       {"classify", dir_.At("model/README.md")},
                                                       {"licenses"},
                                                       {"explain", "llama3.1"},
                                                       {"rules", "lint"},
                                                       {"rules", "show-policy"},
                                                       {"rules", "digest"},
                                                       {"log", "list"},
                                                       {"doctor"},
                                                       {"--help"},
                                                       {"--version"},
                                                       {"gate", "--help"}};
  for (const auto& verb : verbs) {
    ProcessOptions options = weighbridge_.Options(verb);
    options.stdout_to = "/dev/full";
    EXPECT_EQ(weighbridge_.Run(options).exit_code, 3) << verb[0] << " " << verb.back();
  }
}

TEST_F(BrokenInputTest, AnOutputFileAppearsWholeOrNotAtAll) {
  const std::string path = dir_.At("out/result.json");
  ExpectFailure(weighbridge_.Run(Gate({"-o", path})), 3, "result.json");
  dir_.Folder("out");
  const ProcessResult good = weighbridge_.Run(Gate({"-o", path}));
  EXPECT_EQ(good.exit_code, 0) << Describe(good);
  EXPECT_EQ(good.out, "");
  const std::string whole = testing_support::ReadFileOrFail(path);
  EXPECT_EQ(ParseGate(whole).decision(), v1::APPROVED_WITH_CONDITIONS);

  // On a full disk the old result stays as it was.
  dir_.Write("out/result.json", "earlier\n");
  ProcessOptions options = weighbridge_.Options(Gate({"-o", path, "--no-record"}));
  options.file_bytes_max = 100;
  EXPECT_EQ(weighbridge_.Run(options).exit_code, 3);
  EXPECT_EQ(testing_support::ReadFileOrFail(path), "earlier\n");
  ProcessOptions list;
  list.args = {"-c", "ls -A " + dir_.At("out")};
  EXPECT_EQ(testing_support::RunProcess("/bin/sh", list).out, "result.json\n") << "no temporary file is left";
}

TEST_F(BrokenInputTest, OutOfMemoryIsNoApproval) {
  ProcessOptions options = weighbridge_.Options(Gate({"--no-record"}));
  for (const uint64_t megabytes : {40, 60, 80, 100}) {
    options.memory_bytes_max = megabytes << 20;
    const ProcessResult result = weighbridge_.Run(options);
    if (result.exit_code == 0) break;
    EXPECT_EQ(result.out, "") << megabytes;
  }
}

// The messages of different troubles differ, so that a person knows which it is.
TEST_F(BrokenInputTest, EachTroubleHasItsOwnMessage) {
  std::set<std::string> first_lines;
  const std::vector<std::vector<std::string>> runs = {
      weighbridge_.GateArgs(dir_.At("nowhere")),
      weighbridge_.GateArgs("/dev/null"),
      weighbridge_.GateArgs(dir_.At("model"), {"--profile", dir_.At("missing.yaml")}),
      weighbridge_.GateArgs(dir_.At("model"), {"--profile", dir_.Write("p1.yaml", "use: [\n")}),
      weighbridge_.GateArgs(dir_.At("model"), {"--policy", dir_.At("missing.yaml")}),
      weighbridge_.GateArgs(dir_.At("model"), {"--db", dir_.At("missing.db")}),
      weighbridge_.GateArgs(dir_.At("model"), {"--db", dir_.Write("bad.db", std::string(5000, 'x'))}),
      weighbridge_.GateArgs(dir_.At("model"), {"--rules", dir_.At("missing")}),
      weighbridge_.GateArgs(dir_.At("model"), {"--format", "pdf2"}),
  };
  for (const auto& args : runs) {
    const ProcessResult result = weighbridge_.Run(args);
    EXPECT_NE(result.exit_code, 0);
    EXPECT_TRUE(first_lines.insert(result.err.substr(0, result.err.find('\n'))).second) << result.err;
  }
}

}  // namespace
}  // namespace weighbridge::integration
