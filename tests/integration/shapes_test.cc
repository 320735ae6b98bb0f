// Shapes of models on disk through the program: several at once, hub caches, Ollama stores, one file with its context,
// adapters with their base, pointer checkouts, sources. What each shape means in detail is tested in services/auditor.
#include <algorithm>
#include <string>
#include <vector>

#include "gtest/gtest.h"
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

class ShapesTest : public testing::Test {
 protected:
  ShapesTest() { dir_.Write("profile.yaml", "use: commercial\ndomicile: US\ndistribution: [internal]\n"); }

  void Model(const std::string& folder, const std::string& license, uint32_t seed = 1) const {
    dir_.Write(folder + "/model.safetensors", Weights(seed));
    dir_.Write(folder + "/README.md", BuildModelCard("license: " + license, "# m\n"));
  }

  ProcessResult Run(const std::string& path, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> args = weighbridge_.GateArgs(dir_.At(path), {"--profile", dir_.At("profile.yaml")});
    args.insert(args.end(), more.begin(), more.end());
    return weighbridge_.Run(args);
  }

  // The results that were printed, each replayed from the store to the same line.
  std::vector<v1::GateResult> Results(const ProcessResult& run) const {
    std::vector<v1::GateResult> results;
    for (size_t at = 0; at < run.out.size();) {
      const size_t end = run.out.find('\n', at);
      const std::string line = run.out.substr(at, end - at + 1);
      results.push_back(ParseGate(line));
      const ProcessResult replay = weighbridge_.Run({"log", "replay", results.back().audit_id(), "--format", "json"});
      EXPECT_EQ(replay.exit_code, 0) << Describe(replay);
      EXPECT_NE(replay.out.find(line), std::string::npos) << "replay gave " << replay.out;
      at = end + 1;
    }
    return results;
  }

  static std::string Weights(uint32_t seed = 1) {
    return BuildSafetensors({{"model.norm.weight", "F32", {2, 2}}}, {}, seed);
  }

  TempDir dir_;
  Weighbridge weighbridge_{dir_.At("data")};
};

TEST_F(ShapesTest, RecursivePrintsOneObjectALineAndTheWorstExitCode) {
  Model("all/a", "apache-2.0");
  Model("all/b", "mit", 2);
  EXPECT_EQ(Run("all").exit_code, 3);
  const ProcessResult good = Run("all", {"--recursive"});
  EXPECT_EQ(good.exit_code, 0) << Describe(good);
  std::vector<v1::GateResult> results = Results(good);
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results[0].model().path(), "a");
  EXPECT_EQ(results[1].model().path(), "b");
  EXPECT_EQ(results[0].model().digest(), ParseGate(Run("all/a").out).model().digest());

  Model("all/c", "nobody-knows-it", 3);
  EXPECT_EQ(Run("all", {"--recursive"}).exit_code, 5);
  EXPECT_EQ(Run("all", {"--recursive", "--mode", "warn"}).exit_code, 0);
  Model("all/d", "flux-1-dev-non-commercial-license", 4);
  Model("all/e", "mit", 5);
  dir_.Write("all/e/model.safetensors", Weights().substr(0, 90));
  const ProcessResult all = Run("all", {"--recursive"});
  EXPECT_EQ(all.exit_code, 3) << Describe(all);
  EXPECT_EQ(Run("all", {"--recursive", "--mode", "warn"}).exit_code, 3);
  results = Results(all);
  ASSERT_EQ(results.size(), 5u);
  EXPECT_EQ(results[4].decision(), v1::UNDECIDED);
}

TEST_F(ShapesTest, RecursiveTextAndMarkdownHaveABlockForEach) {
  Model("all/a", "apache-2.0");
  Model("all/b", "mit", 2);
  for (const char* format : {"text", "markdown"}) {
    ProcessResult run = weighbridge_.Run({"gate", dir_.At("all"), "--at", kAt, "--recursive", "--format", format});
    const size_t first = run.out.find("all/a"), second = run.out.find("all/b");
    EXPECT_NE(first, std::string::npos) << Describe(run);
    EXPECT_LT(first, second);
    EXPECT_NE(second, std::string::npos);
  }
  const ProcessResult scan = weighbridge_.Run({"scan", dir_.At("all"), "--at", kAt, "--recursive", "--format", "json"});
  EXPECT_EQ(scan.exit_code, 0) << Describe(scan);
  EXPECT_EQ(std::count(scan.out.begin(), scan.out.end(), '\n'), 2);
}

TEST_F(ShapesTest, HubCache) {
  const std::string card = BuildModelCard("license: apache-2.0", "# m\n");
  for (const char* repository : {"hub/models--some--one", "hub/models--some--two"}) {
    dir_.Write(std::string(repository) + "/blobs/w", Weights());
    dir_.Write(std::string(repository) + "/blobs/c", card);
    dir_.Write(std::string(repository) + "/refs/main", "0123abcd");
    dir_.Link("../../blobs/w", std::string(repository) + "/snapshots/0123abcd/model.safetensors");
    dir_.Link("../../blobs/c", std::string(repository) + "/snapshots/0123abcd/README.md");
  }
  EXPECT_EQ(Run("hub").exit_code, 3);
  const ProcessResult run = Run("hub", {"--recursive"});
  EXPECT_EQ(run.exit_code, 0) << Describe(run);
  const std::vector<v1::GateResult> results = Results(run);
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results[1].model().repository(), "some/two");
  EXPECT_EQ(results[1].model().revision(), "0123abcd");
  EXPECT_EQ(results[1].model().layout(), "hub_snapshot");
  EXPECT_EQ(results[1].model().path(), "models--some--two/snapshots/0123abcd");
  EXPECT_EQ(Run("hub/models--some--two", {"--source", "some/one@0123abcd"}).exit_code, 5);
}

TEST_F(ShapesTest, DownloadNotesAreInformation) {
  Model("m", "apache-2.0");
  dir_.Write("m/.cache/huggingface/download/model.safetensors.metadata", std::string(40, 'a') + "\netag\n1.5\n");
  const v1::GateResult result = Results(Run("m")).at(0);
  ASSERT_EQ(result.model().download_revisions_size(), 1);
  EXPECT_EQ(result.model().download_revisions(0), std::string(40, 'a'));
  EXPECT_EQ(result.model().revision(), "");
  EXPECT_EQ(result.model().layout(), "directory");
}

TEST_F(ShapesTest, OllamaStoreHasADigestOfCoreutils) {
  const std::string gguf =
      testing_support::BuildGguf({testing_support::GgufString("general.architecture", "llama")}, {{"t", {4}}});
  const std::string license = "You may use it only for research purposes.\n";
  const auto layer = [&](const std::string& type, const std::string& bytes) {
    dir_.Write("store/blobs/sha256-" + Sha256Of(bytes), bytes);
    return R"({"mediaType":")" + type + R"(","digest":"sha256:)" + Sha256Of(bytes) + R"(","size":)" +
           std::to_string(bytes.size()) + "}";
  };
  const std::string manifest = R"({"schemaVersion":2,"config":)" +
                               layer("application/vnd.docker.container.image.v1+json", "{}") + R"(,"layers":[)" +
                               layer("application/vnd.ollama.image.model", gguf) + "," +
                               layer("application/vnd.ollama.image.license", license) + "]}";
  dir_.Write("store/manifests/registry.example/library/tree/latest", manifest);
  const ProcessResult run = Run("store");
  EXPECT_EQ(run.exit_code, 5) << Describe(run);
  const v1::GateResult result = Results(run).at(0);
  testing_support::ProcessOptions shell;
  shell.args = {"-c", "sha256sum -- blobs/sha256-* manifests/*/*/*/* | LC_ALL=C sort -k2 | sha256sum"};
  shell.cwd = dir_.At("store");
  EXPECT_EQ(testing_support::RunProcess("/bin/sh", shell).out, result.model().digest() + "  -\n");
  EXPECT_EQ(result.model().repository(), "registry.example/library/tree");
  EXPECT_EQ(Results(Run("store/manifests/registry.example/library/tree/latest")).at(0).model().digest(),
            result.model().digest());
  dir_.Write("store/blobs/sha256-" + Sha256Of(license), "Do what you like.\n");
  EXPECT_EQ(Run("store").exit_code, 3);
}

TEST_F(ShapesTest, OneFileWithItsContext) {
  Model("m", "apache-2.0");
  dir_.Write("m/other.safetensors", Weights(2));
  EXPECT_EQ(Run("m/model.safetensors").exit_code, 5);
  const ProcessResult run = Run("m/model.safetensors", {"--context", dir_.At("m")});
  EXPECT_EQ(run.exit_code, 0) << Describe(run);
  const v1::GateResult result = Results(run).at(0);
  EXPECT_EQ(result.model().digest(), Sha256Of(Sha256Of(Weights()) + "  model.safetensors\n"));
  EXPECT_EQ(Run("m", {"--context", dir_.At("m")}).exit_code, 2);
  EXPECT_EQ(Run("m/model.safetensors", {"--context", ""}).exit_code, 2);
  EXPECT_EQ(Run("m/model.safetensors", {"--context", dir_.At("nowhere")}).exit_code, 3);
}

TEST_F(ShapesTest, AdapterWithItsBase) {
  dir_.Write("adapter/adapter_config.json", R"({"peft_type": "LORA", "base_model_name_or_path": "some/base"})");
  dir_.Write("adapter/adapter_model.safetensors", BuildSafetensors({{"q.lora_A.weight", "F32", {2, 2}}}));
  dir_.Write("adapter/README.md", BuildModelCard("license: mit", "# a\n"));
  Model("base", "apache-2.0");
  EXPECT_EQ(Run("adapter").exit_code, 5);
  const ProcessResult run = Run("adapter", {"--base", dir_.At("base")});
  EXPECT_EQ(run.exit_code, 0) << Describe(run);
  const v1::GateResult result = Results(run).at(0);
  EXPECT_EQ(result.model().base_digest().size(), 64u);
  EXPECT_EQ(result.model().set_digest().size(), 64u);
  EXPECT_EQ(Run("adapter", {"--base", result.model().base_digest()}).exit_code, 5)
      << "the base was never audited itself";
  ASSERT_EQ(Run("base").exit_code, 0);
  EXPECT_EQ(Run("adapter", {"--base", result.model().base_digest()}).exit_code, 0);
  Model("base", "flux-1-dev-non-commercial-license");
  EXPECT_EQ(Run("adapter", {"--base", dir_.At("base")}).exit_code, 1);
  EXPECT_EQ(Run("adapter", {"--base", dir_.At("nowhere")}).exit_code, 3);
}

TEST_F(ShapesTest, PointerCheckoutIsTheModelThatWasMeasured) {
  Model("real", "apache-2.0");
  dir_.Write("pointers/README.md", BuildModelCard("license: apache-2.0", "# m\n"));
  dir_.Write("pointers/model.safetensors", testing_support::BuildLfsPointer(Sha256Of(Weights()), Weights().size()));
  EXPECT_EQ(Run("pointers").exit_code, 3);
  ASSERT_EQ(Run("real").exit_code, 0);
  const ProcessResult known = Run("pointers");
  EXPECT_EQ(known.exit_code, 0) << Describe(known);
  EXPECT_TRUE(Results(known).at(0).model().claimed());
  EXPECT_EQ(Run("pointers", {"--no-record"}).exit_code, 3) << "without a database nothing is known";
  dir_.Write("pointers/README.md", BuildModelCard("license: mit", "# m\n"));
  EXPECT_EQ(Run("pointers").exit_code, 3) << "another card is another digest";
}

TEST_F(ShapesTest, SourceIsCheckedAndShown) {
  Model("m", "apache-2.0");
  EXPECT_EQ(Run("m", {"--source", "no revision"}).exit_code, 2);
  EXPECT_EQ(Run("m", {"--source", ""}).exit_code, 2);
  EXPECT_EQ(Run("m", {"--source", "https://me:secret@models.example/m@v1"}).exit_code, 2);
  const ProcessResult run = Run("m", {"--source", "https://models.example/m.tar@v1"});
  EXPECT_EQ(run.exit_code, 0) << Describe(run);
  EXPECT_EQ(Results(run).at(0).model().source_url(), "https://models.example/m.tar@v1");
}

}  // namespace
}  // namespace weighbridge::integration
