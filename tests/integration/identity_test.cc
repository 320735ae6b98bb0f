// What a model is: hub snapshots, single files, pruned folders. Digests are compared with those of coreutils.
#include <string>

#include "gtest/gtest.h"
#include "tests/integration/text_edits.h"
#include "tests/integration/weighbridge.h"
#include "tests/support/model_builder.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace weighbridge::integration {
namespace {

using testing_support::ProcessResult;
using testing_support::TempDir;

constexpr char kSnapshot[] = "models--meta-llama--Llama-3.1-8B/snapshots/0123abcd";

class IdentityTest : public testing::Test {
 protected:
  v1::GateResult Gate(const std::string& path, int exit_code) {
    const ProcessResult run = weighbridge_.Run(weighbridge_.GateArgs(dir_.At(path)));
    EXPECT_EQ(run.exit_code, exit_code) << Describe(run);
    return ParseGate(run.out);
  }

  const std::string weights_ = testing_support::BuildSafetensors({{"a.weight", "F32", {2, 2}}});
  TempDir dir_;
  Weighbridge weighbridge_{dir_.At("data")};
};

TEST_F(IdentityTest, AHubSnapshotIsReadThroughItsLinksAndItsNameIsEvidence) {
  dir_.Write("models--meta-llama--Llama-3.1-8B/blobs/w", weights_);
  const std::string card = testing_support::BuildModelCard("license: apache-2.0", "# m\n");
  dir_.Write("models--meta-llama--Llama-3.1-8B/blobs/c", card);
  dir_.Link("../../blobs/w", std::string(kSnapshot) + "/model.safetensors");
  dir_.Link("../../blobs/c", std::string(kSnapshot) + "/README.md");
  const v1::GateResult result = Gate(kSnapshot, 5);
  EXPECT_EQ(result.model().repository(), "meta-llama/Llama-3.1-8B");
  EXPECT_EQ(result.model().revision(), "0123abcd");
  EXPECT_EQ(result.model().digest(),
            Sha256Of(Sha256Of(card) + "  README.md\n" + Sha256Of(weights_) + "  model.safetensors\n"));
  EXPECT_EQ(result.model().weights_digest(), Sha256Of(Sha256Of(weights_) + "  model.safetensors\n"));
  bool contradicted = false;
  for (const auto& finding : result.findings()) contradicted |= finding.rule_id() == "license.family_contradicts";
  EXPECT_TRUE(contradicted) << "the card says apache-2.0, the repository is a Llama";
}

TEST_F(IdentityTest, ASnapshotOfAClosedModelIsNoneWhateverItsLicenceSays) {
  const std::string card = testing_support::BuildModelCard("license: mit", "# m\n");
  for (const std::string name : {"openai--gpt-4o", "black-forest-labs--FLUX.1-pro", "google--imagen-4"}) {
    const std::string folder = "models--" + name + "/snapshots/0123456789abcdef0123456789abcdef01234567";
    dir_.Write(folder + "/model.safetensors", weights_);
    dir_.Write(folder + "/README.md", card);
    const v1::GateResult result = Gate(folder, 5);
    bool told = false;
    for (const auto& finding : result.findings()) {
      told |= finding.rule_id() == "license.family_contradicts" &&
              finding.message().find("publishes no weights") != std::string::npos;
    }
    EXPECT_TRUE(told) << result.ShortDebugString();
  }
}

TEST_F(IdentityTest, AHubSnapshotMayNotReachOutsideItsBlobs) {
  dir_.Write("secret", "x");
  dir_.Write("models--meta-llama--Llama-3.1-8B/blobs/w", weights_);
  dir_.Link("../../blobs/w", std::string(kSnapshot) + "/model.safetensors");
  dir_.Link("../../../secret", std::string(kSnapshot) + "/README.md");
  const v1::GateResult result = Gate(kSnapshot, 3);
  EXPECT_EQ(result.decision(), v1::UNDECIDED);
  EXPECT_EQ(result.model().digest(), "");
}

TEST_F(IdentityTest, ASingleFileIsOneLineWithItsBaseName) {
  dir_.Write("somewhere/w.safetensors", weights_);
  const v1::GateResult result = Gate("somewhere/w.safetensors", 5);
  ASSERT_EQ(result.model().artifacts_size(), 1);
  EXPECT_EQ(result.model().digest(), Sha256Of(Sha256Of(weights_) + "  w.safetensors\n"));
}

TEST_F(IdentityTest, WhatIsPrunedIsListedAndChangesNoDigest) {
  dir_.Write("model/model.safetensors", weights_);
  const v1::GateResult before = Gate("model", 5);
  dir_.Write("model/.git/config", "x");
  dir_.Write("model/.weighbridge/x", "x");
  dir_.Write("model/.cache/huggingface/download/x.metadata", "x");
  const v1::GateResult after = Gate("model", 5);
  EXPECT_EQ(after.model().digest(), before.model().digest());
  EXPECT_EQ(after.model().ignored_size(), 3);
}

TEST_F(IdentityTest, ANameThatOnlyLooksLikeAPrunedOneCounts) {
  dir_.Write("model/model.safetensors", weights_);
  const v1::GateResult before = Gate("model", 5);
  dir_.Write("model/sub/.git/config", "x");
  const v1::GateResult after = Gate("model", 5);
  EXPECT_NE(after.model().digest(), before.model().digest());
}

TEST_F(IdentityTest, TheFolderGivenThroughALinkIsTheSameModel) {
  dir_.Write("model/model.safetensors", weights_);
  dir_.Link("model", "alias");
  EXPECT_EQ(Gate("alias", 5).model().digest(), Gate("model", 5).model().digest());
  EXPECT_EQ(Gate("model/", 5).model().digest(), Gate("model/.", 5).model().digest());
}

}  // namespace
}  // namespace weighbridge::integration
