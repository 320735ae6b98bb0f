// `weighbridge --server` beside `weighbridge`: what is printed, exit codes, messages, what is recorded and under which
// mark.
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "proto/weighbridge/v1/model_service.pb.h"
#include "tests/integration/daemon.h"
#include "tests/integration/raw_call.h"
#include "tests/integration/text_edits.h"
#include "tests/integration/weighbridge.h"
#include "tests/support/model_builder.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace weighbridge::integration {
namespace {

using testing_support::BuildModelCard;
using testing_support::BuildSafetensors;
using testing_support::ProcessResult;
using testing_support::TempDir;

class RemoteProgramTest : public testing::Test {
 protected:
  void SetUp() override {
    dir_.Write("profile.yaml", "use: commercial\ndomicile: US\ndistribution: [internal]\n");
    dir_.Write("broken.yaml", "use: [commercial\n");
    Model("good", "apache-2.0", 1);
    Model("denied", "flux-1-dev-non-commercial-license", 2);
    Model("unclear", "nobody-knows-it", 3);
    Model("short", "mit", 4);
    dir_.Write("short/model.safetensors", Weights(4).substr(0, 90));
    Model("all/a", "apache-2.0", 5);
    Model("all/b", "mit", 6);
    DaemonOptions options;
    options.scan_roots = {dir_.path()};
    daemon_ = Daemon::Start(options);
    ASSERT_NE(daemon_, nullptr);
  }

  void Model(const std::string& folder, const std::string& license, uint32_t seed) const {
    dir_.Write(folder + "/model.safetensors", Weights(seed));
    dir_.Write(folder + "/README.md", BuildModelCard("license: " + license, "# m\n"));
  }

  void Pointers(const std::string& folder, const std::string& license, uint32_t seed) const {
    const std::string weights = Weights(seed);
    dir_.Write(folder + "/model.safetensors", testing_support::BuildLfsPointer(Sha256Of(weights), weights.size()));
    dir_.Write(folder + "/README.md", BuildModelCard("license: " + license, "# m\n"));
  }

  static std::string Weights(uint32_t seed) {
    return BuildSafetensors({{"model.norm.weight", "F32", {2, 2}}}, {}, seed);
  }

  ProcessResult Here(const std::string& path, const std::vector<std::string>& more = {}) const {
    return weighbridge_.Run(weighbridge_.GateArgs(dir_.At(path), more));
  }

  ProcessResult There(const std::string& path, std::vector<std::string> more, bool on_server) const {
    more.insert(more.end(), {"--server", daemon_->unix_address()});
    if (on_server) more.push_back("--server-path");
    return weighbridge_.Run(weighbridge_.GateArgs(dir_.At(path), more));
  }

  // The only answer to one digest.
  v1::DigestStatus LookUp(const std::string& digest) const {
    v1::LookupDigestsRequest request;
    request.add_digests(digest);
    const RawAnswer answer = RawCaller(daemon_->address()).Call(kLookupDigests, {request.SerializeAsString()});
    v1::LookupDigestsResponse response;
    EXPECT_EQ(answer.messages.size(), 1u) << Describe(answer);
    if (answer.messages.size() != 1 || !response.ParseFromString(answer.messages[0])) return {};
    EXPECT_EQ(response.statuses_size(), 1);
    return response.statuses_size() == 1 ? response.statuses(0) : v1::DigestStatus();
  }

  const TempDir dir_;
  const Weighbridge weighbridge_{dir_.At("data")};
  std::unique_ptr<Daemon> daemon_;
};

std::string WithoutMarks(std::string json, const std::string& who) {
  const std::string mark = ",\"measured_by\":\"" + who + "\"";
  for (size_t at; (at = json.find(mark)) != std::string::npos;) json.erase(at, mark.size());
  return json;
}

struct ProgramCase {
  const char* name;
  std::string path;
  std::vector<std::string> more;
  int exit_code;
  const char* says;  // in the message of both; empty: a result is printed
};

TEST_F(RemoteProgramTest, SameOutputAndExitCode) {
  const std::string profile = dir_.At("profile.yaml");
  const std::vector<ProgramCase> cases = {
      {"approved", "good", {"--profile", profile}, 0, ""},
      {"denied", "denied", {"--profile", profile}, 1, ""},
      {"denied, mode audit", "denied", {"--profile", profile, "--mode", "audit"}, 0, ""},
      {"review", "unclear", {"--profile", profile}, 5, ""},
      {"no profile", "denied", {}, 5, ""},
      {"broken weights", "short", {"--profile", profile}, 3, ""},
      {"several models", "all", {"--profile", profile}, 3, ""},
      {"several models, each", "all", {"--profile", profile, "--recursive"}, 0, ""},
      {"one file with its context", "good/model.safetensors", {"--context", dir_.At("good")}, 0, ""},
      {"nothing there", "nowhere", {}, 3, "nowhere"},
      {"broken profile", "good", {"--profile", dir_.At("broken.yaml")}, 2, "broken.yaml:"},
      {"profile that is not there", "good", {"--profile", dir_.At("no.yaml")}, 2, "no.yaml"},
      {"source that is none", "good", {"--source", "no revision"}, 2, "source"},
      {"context of a folder", "good", {"--context", dir_.At("good")}, 2, "context"},
  };
  for (const ProgramCase& one : cases) {
    const ProcessResult here = Here(one.path, one.more);
    EXPECT_EQ(here.exit_code, one.exit_code) << one.name << ": " << Describe(here);
    for (const bool on_server : {true, false}) {
      SCOPED_TRACE(std::string(one.name) + (on_server ? " by path" : " by inventory"));
      const ProcessResult there = There(one.path, one.more, on_server);
      EXPECT_EQ(there.exit_code, here.exit_code) << Describe(there);
      if (*one.says == '\0') {
        EXPECT_EQ(WithoutMarks(there.out, on_server ? "server" : "client"), here.out) << Describe(there);
        EXPECT_NE(there.out, here.out) << "does not say who measured";
        continue;
      }
      EXPECT_EQ(there.out, "");
      EXPECT_NE(here.err.find(one.says), std::string::npos) << Describe(here);
      // By path the server names the field, not the path: it is the client's own.
      const std::string says = on_server && there.exit_code == 3 ? "server_path" : one.says;
      EXPECT_NE(there.err.find(says), std::string::npos) << Describe(there);
    }
  }
}

TEST_F(RemoteProgramTest, ReplaysFromTheServersDatabase) {
  const std::vector<std::string> profile = {"--profile", dir_.At("profile.yaml")};
  const ProcessResult by_path = There("good", profile, true), by_inventory = There("good", profile, false);
  ASSERT_EQ(by_path.exit_code, 0) << Describe(by_path);
  ASSERT_EQ(by_inventory.exit_code, 0) << Describe(by_inventory);
  const std::string audit = ParseGate(by_path.out).audit_id();
  EXPECT_EQ(ParseGate(by_inventory.out).audit_id(), audit);
  const ProcessResult replay =
      weighbridge_.Run({"log", "replay", audit, "--db", daemon_->database(), "--format", "json"});
  EXPECT_EQ(replay.exit_code, 0) << Describe(replay);
  EXPECT_EQ(replay.out, by_path.out + by_inventory.out);
  EXPECT_EQ(daemon_->Terminate(), 0);
  const ProcessResult doctor = weighbridge_.Run({"doctor", "--db", daemon_->database()});
  EXPECT_EQ(doctor.exit_code, 0) << Describe(doctor);
}

TEST_F(RemoteProgramTest, WhatAClientSaysAnswersNoPointers) {
  const std::vector<std::string> profile = {"--profile", dir_.At("profile.yaml")};
  Pointers("pointers", "apache-2.0", 1);
  const ProcessResult said = There("good", profile, false);
  ASSERT_EQ(said.exit_code, 0) << Describe(said);
  const std::string model = ParseGate(said.out).model().digest();
  for (const bool on_server : {true, false}) {
    EXPECT_EQ(There("pointers", profile, on_server).exit_code, 3) << "answered by what a client alone had said";
  }
  for (const std::string& digest : {model, Sha256Of(Weights(1))}) {
    EXPECT_TRUE(LookUp(digest).known());
    EXPECT_EQ(LookUp(digest).measured_by(), "client");
  }
  // The same audit again, now measured: no row changes, and the pointers are answered.
  ASSERT_EQ(There("good", profile, true).exit_code, 0);
  for (const std::string& digest : {model, Sha256Of(Weights(1))}) {
    EXPECT_TRUE(WaitUntil([&] { return LookUp(digest).measured_by() == "server"; })) << LookUp(digest).DebugString();
  }
  for (const bool on_server : {true, false}) {
    const ProcessResult answered = There("pointers", profile, on_server);
    EXPECT_EQ(answered.exit_code, 0) << Describe(answered);
    EXPECT_EQ(ParseGate(answered.out).model().digest(), model);
    EXPECT_TRUE(ParseGate(answered.out).model().claimed());
  }
  // Locally, in the same database, too.
  const ProcessResult here = Here("pointers", {"--profile", dir_.At("profile.yaml"), "--db", daemon_->database()});
  EXPECT_EQ(here.exit_code, 0) << Describe(here);
  EXPECT_FALSE(LookUp(Sha256Of("nothing")).known());
}

TEST_F(RemoteProgramTest, NoServerIsNoApproval) {
  const std::string address = daemon_->unix_address();
  daemon_->Kill();
  for (const bool on_server : {true, false}) {
    const ProcessResult there = There("good", {"--profile", dir_.At("profile.yaml")}, on_server);
    EXPECT_EQ(there.exit_code, 3) << Describe(there);
    EXPECT_EQ(there.out, "");
    EXPECT_NE(there.err.find("cannot be reached"), std::string::npos) << there.err;
  }
}

}  // namespace
}  // namespace weighbridge::integration
