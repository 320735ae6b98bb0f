// What is recorded: found again, replayed to the same bytes, used for pointer checkouts.
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/integration/text_edits.h"
#include "tests/integration/weighbridge.h"
#include "tests/support/corpus.h"
#include "tests/support/model_builder.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace weighbridge::integration {
namespace {

using testing_support::ProcessResult;
using testing_support::TempDir;

class RecordTest : public testing::Test {
 protected:
  RecordTest() {
    dir_.Write("model/model.safetensors", weights_);
    dir_.Write("model/README.md", card_);
    dir_.Write("model/config.json", config_);
    dir_.Write("giant.yaml",
               "use: commercial\nmonthly_active_users:\n  - {month: 2024-06, users: 800000000, scope: licensee}\n");
    dir_.Write("small.yaml",
               "use: commercial\nmonthly_active_users:\n  - {month: 2024-06, users: 8, scope: control_group}\n");
  }

  ProcessResult Gate(const std::string& model, const std::string& profile,
                     const std::vector<std::string>& more = {}) const {
    std::vector<std::string> args = weighbridge_.GateArgs(dir_.At(model), {"--profile", dir_.At(profile)});
    args.insert(args.end(), more.begin(), more.end());
    return weighbridge_.Run(args);
  }

  const std::string weights_ =
      testing_support::BuildSafetensors({{"model.layers.0.self_attn.q_proj.weight", "F32", {2, 2}}});
  const std::string card_ = testing_support::BuildModelCard("license: llama3.1", "# m\n");
  const std::string config_ = "{\"model_type\": \"llama\", \"architectures\": [\"LlamaForCausalLM\"]}\n";
  TempDir dir_;
  Weighbridge weighbridge_{dir_.At("data")};
};

TEST_F(RecordTest, ASecondScanOfTheSameBytesFindsTheEarlierAudit) {
  const ProcessResult first = Gate("model", "small.yaml");
  ASSERT_EQ(first.exit_code, 0) << Describe(first);
  EXPECT_EQ(first.err.find("audited before"), std::string::npos);
  dir_.Write("moved/model.safetensors", weights_);
  dir_.Write("moved/README.md", card_);
  dir_.Write("moved/config.json", config_);
  const ProcessResult second = Gate("moved", "small.yaml");
  EXPECT_EQ(second.out, first.out);
  EXPECT_NE(second.err.find("audited before, on 2026-11-21T12:00:00Z"), std::string::npos) << second.err;
  EXPECT_NE(second.err.find(ParseGate(first.out).audit_id().substr(0, 16)), std::string::npos) << second.err;
}

TEST_F(RecordTest, AChangedByteIsAnotherAudit) {
  ASSERT_EQ(Gate("model", "small.yaml").exit_code, 0);
  dir_.Write("model/README.md", card_ + "one more line\n");
  const ProcessResult second = Gate("model", "small.yaml");
  EXPECT_EQ(second.err.find("audited before"), std::string::npos) << second.err;
}

TEST_F(RecordTest, ReplayGivesTheSameBytesAlsoAfterOtherDecisions) {
  const ProcessResult small = Gate("model", "small.yaml");
  const ProcessResult giant = Gate("model", "giant.yaml");
  dir_.Write("policy.yaml", "mode: audit\nrequire_text: true\n");
  const ProcessResult strict = Gate("model", "small.yaml", {"--policy", dir_.At("policy.yaml")});
  ASSERT_EQ(small.exit_code, 0) << Describe(small);
  ASSERT_EQ(giant.exit_code, 1) << Describe(giant);
  ASSERT_EQ(strict.exit_code, 0) << Describe(strict);
  const std::string audit = ParseGate(small.out).audit_id();
  EXPECT_EQ(ParseGate(giant.out).audit_id(), audit);
  const ProcessResult all = weighbridge_.Run({"log", "replay", audit, "--format", "json"});
  EXPECT_EQ(all.exit_code, 0) << Describe(all);
  for (const ProcessResult* one : {&small, &giant, &strict}) EXPECT_NE(all.out.find(one->out), std::string::npos);
  EXPECT_EQ(all.out.size(), small.out.size() + giant.out.size() + strict.out.size());
  // The files may be gone: replay lives from what is stored.
  dir_.Write("model/README.md", "changed");
  dir_.Write("small.yaml", "broken: [");
  const ProcessResult later = weighbridge_.Run({"log", "replay", audit.substr(0, 8)});
  EXPECT_EQ(later.exit_code, 0) << Describe(later);
  EXPECT_NE(later.out.find("SAME  DENIED"), std::string::npos) << later.out;
  EXPECT_EQ(later.out.find("DIFFERS"), std::string::npos) << later.out;
}

TEST_F(RecordTest, ReplayOfAnUnknownAuditIsTheUsersMistake) {
  ASSERT_EQ(Gate("model", "small.yaml").exit_code, 0);
  EXPECT_EQ(weighbridge_.Run({"log", "replay", "0123456789abcdef"}).exit_code, 2);
}

TEST_F(RecordTest, ScanIsRecordedWithoutADecision) {
  const ProcessResult scan = weighbridge_.Run({"scan", dir_.At("model"), "--format", "json"});
  ASSERT_EQ(scan.exit_code, 0) << Describe(scan);
  const v1::GateResult result = ParseGate(scan.out);
  EXPECT_EQ(result.decision(), v1::DECISION_UNSPECIFIED);
  EXPECT_EQ(scan.out.find("\"decision\""), std::string::npos);
  EXPECT_EQ(result.obligations_size(), 0);
  EXPECT_NE(weighbridge_.LogList().find(result.audit_id().substr(0, 16)), std::string::npos);
}

TEST_F(RecordTest, NoRecordLeavesNoTrace) {
  EXPECT_EQ(Gate("model", "small.yaml", {"--no-record"}).exit_code, 0);
  EXPECT_EQ(weighbridge_.LogList(), "");
}

TEST_F(RecordTest, APointerCheckoutOfAnAuditedModelAnswersAsTheModel) {
  const ProcessResult real = Gate("model", "giant.yaml");
  ASSERT_EQ(real.exit_code, 1) << Describe(real);
  dir_.Write("checkout/model.safetensors", testing_support::BuildLfsPointer(Sha256Of(weights_), weights_.size()));
  dir_.Write("checkout/README.md", card_);
  dir_.Write("checkout/config.json", config_);
  const ProcessResult giant = Gate("checkout", "giant.yaml");
  EXPECT_EQ(giant.exit_code, 1) << Describe(giant);
  const ProcessResult small = Gate("checkout", "small.yaml");
  EXPECT_EQ(small.exit_code, 0) << Describe(small);
  const v1::GateResult checkout = ParseGate(giant.out), model = ParseGate(real.out);
  EXPECT_EQ(checkout.model().digest(), model.model().digest());
  EXPECT_EQ(checkout.model().weights_digest(), model.model().weights_digest());
  EXPECT_TRUE(checkout.model().claimed());
  EXPECT_FALSE(model.model().claimed());
  EXPECT_EQ(checkout.obligations_size(), model.obligations_size());
  // And this answer can be replayed, too.
  const ProcessResult replay = weighbridge_.Run({"log", "replay", checkout.audit_id(), "--format", "json"});
  EXPECT_EQ(replay.exit_code, 0) << Describe(replay);
  EXPECT_EQ(replay.out, giant.out + small.out);
}

TEST_F(RecordTest, APointerCheckoutOfAnUnknownModelIsUndecided) {
  dir_.Write("checkout/model.safetensors", testing_support::BuildLfsPointer(Sha256Of(weights_), weights_.size()));
  dir_.Write("checkout/README.md", card_);
  const ProcessResult result = Gate("checkout", "small.yaml");
  EXPECT_EQ(result.exit_code, 3) << Describe(result);
  // An audit of pointers is no measurement: asking again does not help.
  EXPECT_EQ(Gate("checkout", "small.yaml").exit_code, 3);
}

TEST_F(RecordTest, APointerCheckoutOfABrokenModelStaysBroken) {
  const std::string broken = weights_.substr(0, weights_.size() - 5);
  dir_.Write("broken/model.safetensors", broken);
  dir_.Write("broken/README.md", card_);
  ASSERT_EQ(Gate("broken", "small.yaml").exit_code, 3);
  dir_.Write("checkout/model.safetensors", testing_support::BuildLfsPointer(Sha256Of(broken), broken.size()));
  dir_.Write("checkout/README.md", card_);
  EXPECT_EQ(Gate("checkout", "small.yaml").exit_code, 3);
}

TEST_F(RecordTest, AShardedPointerCheckoutAnswersAsTheModel) {
  const std::string a = testing_support::BuildSafetensors({{"a.weight", "F32", {2, 2}}}),
                    b = testing_support::BuildSafetensors({{"b.weight", "F32", {2, 2}}});
  const std::string one = "model-00001-of-00002.safetensors", two = "model-00002-of-00002.safetensors";
  const std::string index = testing_support::BuildShardIndex({{"a.weight", one}, {"b.weight", two}}, 32);
  for (const std::string folder : {"sharded", "sharded-checkout"}) {
    const bool pointers = folder != "sharded";
    dir_.Write(folder + "/" + one, pointers ? testing_support::BuildLfsPointer(Sha256Of(a), a.size()) : a);
    dir_.Write(folder + "/" + two, pointers ? testing_support::BuildLfsPointer(Sha256Of(b), b.size()) : b);
    dir_.Write(folder + "/model.safetensors.index.json", index);
    dir_.Write(folder + "/README.md", card_);
    dir_.Write(folder + "/config.json", config_);
  }
  const ProcessResult real = Gate("sharded", "small.yaml");
  ASSERT_EQ(real.exit_code, 0) << Describe(real);
  const ProcessResult checkout = Gate("sharded-checkout", "small.yaml");
  EXPECT_EQ(checkout.exit_code, 0) << Describe(checkout);
}

TEST_F(RecordTest, SixteenGatesAtOnceAreAllRecorded) {
  // One shell starts them together; SQLite serialises the writers.
  testing_support::ProcessOptions shell;
  shell.env = weighbridge_.Options({}).env;
  std::string command;
  for (int i = 0; i < 16; ++i) {
    dir_.Write("many/" + std::to_string(i) + "/model.safetensors",
               testing_support::BuildSafetensors({{"a.weight", "F32", {2, 2}}}, {}, i + 10));
    command += testing_support::Runfile("services/cli/weighbridge") + " gate " + dir_.At("many/" + std::to_string(i)) +
               " --at " + kAt + " -q >/dev/null; echo $? >>" + dir_.At("codes") + " & ";
  }
  shell.args = {"-c", command + "wait"};
  testing_support::RunProcess("/bin/bash", shell);
  std::string expected;
  for (int i = 0; i < 16; ++i) expected += "5\n";
  EXPECT_EQ(testing_support::ReadFileOrFail(dir_.At("codes")), expected);
  const std::string list = weighbridge_.LogList();
  size_t audits = 0;
  for (size_t at = 0; (at = list.find("NEEDS_REVIEW", at)) != std::string::npos; ++at) ++audits;
  EXPECT_EQ(audits, 16u) << list;
}

}  // namespace
}  // namespace weighbridge::integration
