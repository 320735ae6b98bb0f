#include "tests/integration/remote_models.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <utility>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tests/integration/scenario.h"
#include "tests/integration/text_edits.h"
#include "tests/support/corpus.h"
#include "tests/support/model_builder.h"
#include "tests/support/process.h"

namespace weighbridge::integration {
namespace {

using testing_support::BuildLfsPointer;
using testing_support::BuildModelCard;
using testing_support::BuildSafetensors;
using testing_support::TempDir;

constexpr char kProfile[] = "use: commercial\ndomicile: US\ndistribution: [internal]\n";
constexpr char kInstant[] = "2026-11-21T12:00:00Z";

absl::Time InstantOf(const std::string& text) {
  absl::Time instant;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &instant, &error)) << text << ": " << error;
  return instant;
}

RemoteRequest RequestFor(std::string name, const std::string& path) {
  RemoteRequest made;
  made.name = std::move(name);
  made.request.collect.path = path;
  made.request.inputs.profile = auditor::ConfigFile{"profile.yaml", kProfile};
  made.request.inputs.evaluated_at = InstantOf(kInstant);
  return made;
}

std::vector<std::string> SortedBelow(const std::string& folder, bool files) {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (files ? entry.is_regular_file() : entry.is_directory()) paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

// What an OPTIONS line of a scenario asks; an option that this test does not know fails it.
void ApplyOptions(const Scenario& scenario, auditor::GateRequest& request) {
  for (size_t i = 0; i < scenario.options.size(); ++i) {
    const std::string& option = scenario.options[i];
    const std::string value = i + 1 < scenario.options.size() ? scenario.options[i + 1] : "";
    if (option == "--recursive") {
      request.collect.recursive = true;
    } else if (option == "--mode") {
      v1::Mode mode = v1::MODE_UNSPECIFIED;
      EXPECT_TRUE(v1::Mode_Parse(value, &mode)) << scenario.place;
      request.inputs.mode = mode;
      ++i;
    } else if (option == "--source") {
      request.collect.source = value;
      ++i;
    } else {
      ADD_FAILURE() << scenario.place << ": option " << option << " is not compared with a server";
    }
  }
}

// Models with pointers are answered from what was measured before: each of them gets databases of its own.
bool HasPointers(const auditor::GateRequest& request) {
  const auto models = auditor::CollectModels(request.collect);
  if (!models.ok()) return false;
  return std::any_of(models->begin(), models->end(), [](const auditor::Collected& model) {
    const auto& artifacts = model.inventory.artifacts();
    return std::any_of(artifacts.begin(), artifacts.end(), [](const auto& artifact) { return artifact.claimed(); });
  });
}

class ShapeBuilder {
 public:
  explicit ShapeBuilder(const TempDir& dir) : dir_(dir) {}

  std::vector<RemoteChain> Run() {
    SeveralModels();
    HubCache();
    OllamaStore();
    FileWithContext();
    Adapter();
    Pipeline();
    Pointers();
    Origins();
    NoModels();
    return std::move(chains_);
  }

 private:
  static std::string Weights(uint32_t seed) {
    return BuildSafetensors({{"model.norm.weight", "F32", {2, 2}}}, {}, seed);
  }

  void Model(const std::string& folder, const std::string& license, uint32_t seed) const {
    dir_.Write(folder + "/model.safetensors", Weights(seed));
    dir_.Write(folder + "/README.md", BuildModelCard("license: " + license, "# m\n"));
  }

  RemoteRequest At(const std::string& path) const { return RequestFor("shape " + path, dir_.At(path)); }

  void Add(RemoteRequest request) { chains_.push_back({std::move(request)}); }

  void SeveralModels() {
    Model("all/a", "apache-2.0", 101);
    Model("all/b", "mit", 102);
    Model("all/c", "nobody-knows-it", 103);
    Model("all/d", "flux-1-dev-non-commercial-license", 104);
    Model("all/e", "mit", 105);
    dir_.Write("all/e/model.safetensors", Weights(105).substr(0, 90));
    Add(At("all"));
    RemoteRequest each = At("all");
    each.name += " --recursive";
    each.request.collect.recursive = true;
    Add(each);
    each.name += " --mode warn";
    each.request.inputs.mode = v1::warn;
    Add(each);
    RemoteRequest scan = each;
    scan.name = "shape scan all --recursive";
    scan.request.inputs.scope = auditor::Scope::kScan;
    Add(scan);
  }

  void HubCache() {
    const std::string card = BuildModelCard("license: apache-2.0", "# m\n");
    for (const std::string repository : {"hub/models--some--one", "hub/models--some--two"}) {
      dir_.Write(repository + "/blobs/w", Weights(repository.back()));
      dir_.Write(repository + "/blobs/c", card);
      dir_.Write(repository + "/refs/main", "0123abcd");
      dir_.Link("../../blobs/w", repository + "/snapshots/0123abcd/model.safetensors");
      dir_.Link("../../blobs/c", repository + "/snapshots/0123abcd/README.md");
    }
    Add(At("hub"));
    RemoteRequest each = At("hub");
    each.name += " --recursive";
    each.request.collect.recursive = true;
    Add(each);
    Add(At("hub/models--some--two"));
    Add(At("hub/models--some--two/snapshots/0123abcd"));
    Add(At("hub/models--some--two/snapshots/0123abcd/model.safetensors"));
    RemoteRequest contradicted = At("hub/models--some--two");
    contradicted.name += " --source";
    contradicted.request.collect.source = "some/one@0123abcd";
    Add(contradicted);
  }

  std::string Layer(const std::string& type, const std::string& bytes) const {
    dir_.Write("store/blobs/sha256-" + Sha256Of(bytes), bytes);
    return R"({"mediaType":")" + type + R"(","digest":"sha256:)" + Sha256Of(bytes) + R"(","size":)" +
           std::to_string(bytes.size()) + "}";
  }

  void OllamaStore() {
    const std::string gguf =
        testing_support::BuildGguf({testing_support::GgufString("general.architecture", "llama")}, {{"t", {4}}});
    const std::string manifest = R"({"schemaVersion":2,"config":)" +
                                 Layer("application/vnd.docker.container.image.v1+json", "{}") + R"(,"layers":[)" +
                                 Layer("application/vnd.ollama.image.model", gguf) + "," +
                                 Layer("application/vnd.ollama.image.license", "Only for research purposes.\n") + "]}";
    dir_.Write("store/manifests/registry.ollama.ai/library/tree/latest", manifest);
    Add(At("store"));
    Add(At("store/manifests/registry.ollama.ai/library/tree/latest"));
  }

  void FileWithContext() {
    Model("context", "apache-2.0", 110);
    dir_.Write("context/other.safetensors", Weights(111));
    Add(At("context/model.safetensors"));
    RemoteRequest with = At("context/model.safetensors");
    with.name += " --context";
    with.request.collect.context = dir_.At("context");
    Add(with);
    RemoteRequest folder = At("context");
    folder.name += " --context";
    folder.request.collect.context = dir_.At("context");
    Add(folder);
  }

  void Adapter() {
    dir_.Write("adapter/adapter_config.json", R"({"peft_type": "LORA", "base_model_name_or_path": "some/base"})");
    dir_.Write("adapter/adapter_model.safetensors", BuildSafetensors({{"q.lora_A.weight", "F32", {2, 2}}}));
    dir_.Write("adapter/README.md", BuildModelCard("license: mit", "# a\n"));
    Model("base", "apache-2.0", 120);
    Model("forbidden-base", "flux-1-dev-non-commercial-license", 121);
    Add(At("adapter"));
    for (const std::string base : {"base", "forbidden-base"}) {
      RemoteRequest with = At("adapter");
      with.name += " --base " + base;
      with.request.collect.base = dir_.At(base);
      Add(with);
    }
    // A base that is named by its digest must have been measured before.
    Model("known-base", "apache-2.0", 122);
    RemoteRequest base = At("known-base");
    base.measured = true;
    const std::string card = BuildModelCard("license: apache-2.0", "# m\n");
    RemoteRequest by_digest = At("adapter");
    by_digest.name += " --base DIGEST";
    by_digest.request.collect.base =
        Sha256Of(Sha256Of(card) + "  README.md\n" + Sha256Of(Weights(122)) + "  model.safetensors\n");
    RemoteRequest unknown = by_digest;
    unknown.name += " (unknown)";
    unknown.request.collect.base = Sha256Of("nothing");
    chains_.push_back({base, by_digest, unknown});
  }

  void Pipeline() {
    dir_.Write("pipeline/model_index.json",
               R"({"_class_name": "TreePipeline", "transformer": ["diffusers", "T"], "vae": ["diffusers", "V"]})");
    Model("pipeline/transformer", "apache-2.0", 130);
    Model("pipeline/vae", "flux-1-dev-non-commercial-license", 131);
    dir_.Write("pipeline/transformer/config.json", R"({"_class_name": "T"})");
    dir_.Write("pipeline/vae/config.json", R"({"_class_name": "V"})");
    Add(At("pipeline"));
    dir_.Write("half-pipeline/model_index.json",
               R"({"_class_name": "TreePipeline", "transformer": ["diffusers", "T"], "vae": ["diffusers", "V"]})");
    Model("half-pipeline/transformer", "apache-2.0", 132);
    Add(At("half-pipeline"));
    const std::string one = "model-00001-of-00002.safetensors", two = "model-00002-of-00002.safetensors";
    dir_.Write("sharded/" + one, BuildSafetensors({{"a.weight", "F32", {2, 2}}}));
    dir_.Write("sharded/" + two, BuildSafetensors({{"b.weight", "F32", {2, 2}}}));
    dir_.Write("sharded/model.safetensors.index.json",
               testing_support::BuildShardIndex({{"a.weight", one}, {"b.weight", two}}, 32));
    dir_.Write("sharded/README.md", BuildModelCard("license: mit", "# m\n"));
    Add(At("sharded"));
  }

  void Pointers() {
    Model("real", "apache-2.0", 140);
    for (const std::string folder : {"pointers", "unknown-pointers"}) {
      const std::string weights = Weights(folder == "pointers" ? 140 : 141);
      dir_.Write(folder + "/README.md", BuildModelCard("license: apache-2.0", "# m\n"));
      dir_.Write(folder + "/model.safetensors", BuildLfsPointer(Sha256Of(weights), weights.size()));
    }
    Add(At("unknown-pointers"));
    RemoteRequest real = At("real");
    real.measured = true;
    chains_.push_back({At("pointers"), real, At("pointers"), At("real")});
  }

  void Origins() {
    Model("origin", "apache-2.0", 150);
    dir_.Write("origin/.cache/huggingface/download/model.safetensors.metadata", std::string(40, 'a') + "\netag\n1.5\n");
    Add(At("origin"));
    for (const std::string source : {"https://models.example/m.tar@v1", "some/model@0123abcd", "no revision",
                                     "https://me:secret@models.example/m@v1"}) {
      RemoteRequest from = At("origin");
      from.name += " --source " + source;
      from.request.collect.source = source;
      Add(from);
    }
    RemoteRequest unrecorded = At("origin");
    unrecorded.name += " --no-record";
    unrecorded.request.inputs.record = false;
    Add(unrecorded);
    RemoteRequest without = At("origin");
    without.name += " without a profile";
    without.request.inputs.profile.reset();
    Add(without);
  }

  void NoModels() {
    dir_.Folder("empty");
    Add(At("empty"));
    Add(At("nowhere"));
    dir_.Fifo("fifo");
    Add(At("fifo"));
    RemoteRequest broken = At("origin");
    broken.name += " with a broken profile";
    broken.request.inputs.profile = auditor::ConfigFile{"profile.yaml", "use: [commercial\ndomicile: Mars\n"};
    Add(broken);
    broken.request.inputs.profile = auditor::ConfigFile{"profile.yaml", "use: commercial\ndomicile: Mars\nwhat: 1\n"};
    Add(broken);
    RemoteRequest no_base = At("adapter");
    no_base.name += " --base nowhere";
    no_base.request.collect.base = dir_.At("nowhere");
    Add(no_base);
    RemoteRequest no_context = At("context/model.safetensors");
    no_context.name += " --context nowhere";
    no_context.request.collect.context = dir_.At("nowhere");
    Add(no_context);
  }

  const TempDir& dir_;
  std::vector<RemoteChain> chains_;
};

}  // namespace

std::vector<RemoteChain> CorpusChains(const TempDir& dir) {
  std::vector<RemoteChain> chains;
  const auto corpus = testing_support::CorpusDir();
  if (!corpus.has_value()) return chains;
  std::vector<std::string> paths = SortedBelow(*corpus + "/configs", /*files=*/false);
  for (const std::string& path : SortedBelow(*corpus + "/artifacts", false)) paths.push_back(path);
  for (const std::string& path : SortedBelow(*corpus + "/artifacts", true)) paths.push_back(path);
  for (const std::string& path : paths) chains.push_back({RequestFor(path.substr(corpus->size() + 1), path)});
  // Cards, each as a model with weights.
  int cards = 0;
  for (const std::string& path : SortedBelow(*corpus + "/model-cards", true)) {
    const std::string folder = "card" + std::to_string(++cards);
    dir.Write(folder + "/README.md", testing_support::ReadFileOrFail(path));
    dir.Write(folder + "/model.safetensors", BuildSafetensors({{"a.weight", "F32", {2, 2}}}));
    chains.push_back({RequestFor(path.substr(corpus->size() + 1), dir.At(folder))});
  }
  return chains;
}

std::vector<RemoteGroup> ScenarioGroups(const TempDir& dir) {
  std::vector<RemoteGroup> groups(1), alone;
  for (const Scenario& scenario : LoadScenarios(testing_support::Runfile("tests/scenarios"))) {
    EXPECT_EQ(scenario.error, "");
    const Composed composed = ComposeModel(scenario, dir, scenario.name);
    EXPECT_EQ(composed.error, "") << scenario.place;
    if (!composed.error.empty() || !composed.missing.empty()) continue;
    RemoteRequest request = RequestFor(scenario.place, dir.At(scenario.name));
    request.request.inputs.profile.reset();
    if (scenario.profile.has_value()) {
      request.request.inputs.profile = auditor::ConfigFile{"profile.yaml", *scenario.profile};
    }
    request.request.inputs.evaluated_at = InstantOf(scenario.at);
    ApplyOptions(scenario, request.request);
    const std::string policy = scenario.policy.value_or("");
    if (HasPointers(request.request)) {
      alone.push_back({policy, {{std::move(request)}}});
      continue;
    }
    auto group = std::find_if(groups.begin(), groups.end(), [&](const auto& one) { return one.policy == policy; });
    if (group == groups.end()) group = groups.insert(groups.end(), RemoteGroup{policy, {}});
    group->chains.push_back({std::move(request)});
  }
  groups.insert(groups.end(), std::make_move_iterator(alone.begin()), std::make_move_iterator(alone.end()));
  return groups;
}

std::vector<RemoteChain> ShapeChains(const TempDir& dir) { return ShapeBuilder(dir).Run(); }

}  // namespace weighbridge::integration
