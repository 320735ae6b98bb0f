// Every shape in which models lie on a disk, from the folder to the recorded answer.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "services/auditor/assess.h"
#include "services/auditor/auditor.h"
#include "services/auditor/collect.h"
#include "services/auditor/inventory_upload.h"
#include "services/crypto/sha256.h"
#include "services/rulebook/fixture.h"
#include "tests/support/model_builder.h"
#include "tests/support/temp_dir.h"

namespace weighbridge::auditor {
namespace {

using rulebook::WillowText;
using testing_support::BuildGguf;
using testing_support::BuildLfsPointer;
using testing_support::BuildModelCard;
using testing_support::BuildSafetensors;
using testing_support::GgufString;
using testing_support::TempDir;

constexpr char kWillowCard[] = "license: willow";
constexpr char kPebbleCard[] = "license: other\nlicense_name: pebble";

const rulebook::Rulebook& Rules() {
  static const auto rules = [] {
    std::vector<rulebook::RuleIssue> issues;
    return *rulebook::Rulebook::FromFiles(rulebook::MiniRulebook(), &issues);
  }();
  return *rules;
}

std::unique_ptr<db::Store> Memory() {
  db::StoreOptions options;
  options.path = ":memory:";
  return db::Store::Open(options).value();
}

std::string Weights(uint32_t seed = 1) { return BuildSafetensors({{"model.norm.weight", "F32", {2, 2}}}, {}, seed); }
std::string Gguf(uint32_t seed = 1) {
  testing_support::GgufOptions options;
  options.seed = seed;
  return BuildGguf({GgufString("general.architecture", "birch")}, {{"t", {4}}}, options);
}
std::string Lora() {
  return BuildSafetensors({{"base_model.model.q_proj.lora_A.weight", "F32", {2, 2}},
                           {"base_model.model.q_proj.lora_B.weight", "F32", {2, 2}}});
}

void Willow(const TempDir& d, const std::string& folder) {
  d.Write(folder + "/model.safetensors", Weights());
  d.Write(folder + "/LICENSE", WillowText());
}

void Adapter(const TempDir& d, const std::string& folder, const std::string& base) {
  d.Write(folder + "/adapter_model.safetensors", Lora());
  d.Write(folder + "/adapter_config.json",
          R"({"peft_type": "LORA", "r": 8, "base_model_name_or_path": ")" + base + "\"}");
  d.Write(folder + "/LICENSE", WillowText());
}

// ---- an Ollama store
// -----------------------------------------------------------------------------------------------------

struct Part {
  std::string type, bytes;
};

// Writes the blobs and the manifest that names them, "h/n/m/t".
void Ollama(const TempDir& d, const std::string& manifest, const std::vector<Part>& parts) {
  const auto entry = [&](const std::string& type, const std::string& bytes) {
    d.Write("blobs/sha256-" + Sha256Hex(bytes), bytes);
    return R"({"mediaType": ")" + type + R"(", "digest": "sha256:)" + Sha256Hex(bytes) + R"(", "size": )" +
           std::to_string(bytes.size()) + "}";
  };
  std::string text = R"({"schemaVersion": 2, "config": )" +
                     entry("application/vnd.docker.container.image.v1+json", R"({"model_format": "gguf"})") +
                     R"(, "layers": [)";
  for (size_t i = 0; i < parts.size(); ++i) {
    text += (i > 0 ? ", " : "") + entry("application/vnd.ollama.image." + parts[i].type, parts[i].bytes);
  }
  d.Write("manifests/" + manifest, text + "]}");
}

std::string Blob(const std::string& bytes) { return "blobs/sha256-" + Sha256Hex(bytes); }

// ---- cases
// -----------------------------------------------------------------------------------------------------------------

struct Case {
  std::string name;
  std::function<void(const TempDir&)> fill;
  std::function<void(const TempDir&, CollectRequest&)> ask;  // `path` is the folder itself before
  // "path: DECISION", then the rules of findings that decide.
  std::vector<std::string> answers;
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.name; }

std::string Answer(const v1::GateResult& result) {
  std::string line = result.model().path() + ": " + v1::Decision_Name(result.decision());
  std::vector<std::string> rules;
  for (const auto& finding : result.findings()) {
    const auto outcome = finding.outcome();
    if (outcome == v1::Outcome::VIOLATED || outcome == v1::Outcome::NEEDS_REVIEW || outcome == v1::Outcome::UNDECIDED) {
      rules.push_back(finding.rule_id());
    }
  }
  std::sort(rules.begin(), rules.end());
  rules.erase(std::unique(rules.begin(), rules.end()), rules.end());
  for (const std::string& rule : rules) line += " " + rule;
  return line;
}

GateRequest RequestFor(const TempDir& dir) {
  GateRequest request;
  request.collect.path = dir.path();
  request.inputs.evaluated_at = absl::FromUnixSeconds(1795000000);
  request.inputs.profile = ConfigFile{"p", "use: commercial\ndistribution: [redistribute_weights]\n"};
  return request;
}

// What was collected passes the check for inventories of strangers, in parts, and is the same behind it.
void ExpectTravels(const CollectRequest& request) {
  const auto models = CollectModels(request);
  ASSERT_TRUE(models.ok()) << models.status();
  for (const Collected& model : *models) {
    InventoryUpload upload;
    absl::Status status;
    SplitInventory(model, 1000,
                   {[&](const v1::Inventory& part) { return (status = upload.AddInventory(part)).ok(); },
                    [&](std::string_view sha256, std::string_view bytes, bool last) {
                      return (status = upload.AddDocument(sha256, bytes, last)).ok();
                    }});
    EXPECT_EQ(status, absl::OkStatus());
    const auto whole = upload.Finish();
    ASSERT_TRUE(whole.ok()) << whole.status() << "\n" << model.inventory.DebugString();
    EXPECT_EQ(whole->inventory.SerializeAsString(), model.inventory.SerializeAsString());
    EXPECT_EQ(whole->documents, model.documents);
  }
}

class ShapeTest : public ::testing::TestWithParam<Case> {};

TEST_P(ShapeTest, IsAnsweredAndReplayed) {
  const TempDir dir;
  GetParam().fill(dir);
  GateRequest request = RequestFor(dir);
  if (GetParam().ask != nullptr) GetParam().ask(dir, request.collect);
  const auto store = Memory();
  const auto responses = RunGate(request, Rules(), store.get());
  ASSERT_TRUE(responses.ok()) << responses.status();
  std::vector<std::string> answers;
  for (const GateResponse& response : *responses) answers.push_back(Answer(response.result));
  std::string json;
  for (const GateResponse& response : *responses) json += response.json;
  EXPECT_EQ(answers, GetParam().answers) << json;

  for (const GateResponse& response : *responses) {
    const auto replayed = Replay(response.decision_id, *store);
    ASSERT_TRUE(replayed.ok()) << replayed.status();
    EXPECT_TRUE(replayed->decisions.at(0).same_bytes) << response.json << replayed->decisions[0].json;
    EXPECT_EQ(response.json.find(dir.path()), std::string::npos) << "an absolute path stands in the result";
  }
  ExpectTravels(request.collect);
  request.collect.options.read.threads = 1;
  const auto again = RunGate(request, Rules(), store.get());
  ASSERT_TRUE(again.ok()) << again.status();
  std::string json_again;
  for (const GateResponse& response : *again) json_again += response.json;
  EXPECT_EQ(json_again, json);
  EXPECT_TRUE(store->VerifyAll().ok());
}

const auto kRecursive = [](const TempDir&, CollectRequest& r) { r.recursive = true; };
const auto kBase = [](const TempDir& d, CollectRequest& r) {
  r.path = d.At("adapter");
  r.base = d.At("base");
};

INSTANTIATE_TEST_SUITE_P(
    SeveralModels, ShapeTest,
    ::testing::Values(Case{"NobodySaidWhich",
                           [](const TempDir& d) {
                             Willow(d, "a");
                             Willow(d, "b");
                             d.Write("a/README.md", BuildModelCard(kWillowCard, "x"));
                             d.Write("b/README.md", BuildModelCard(kWillowCard, "x"));
                           },
                           nullptr,
                           {": UNDECIDED file.several_models"}},
                      Case{"EachByItself",
                           [](const TempDir& d) {
                             Willow(d, "a");
                             Willow(d, "b");
                             d.Write("a/README.md", BuildModelCard(kWillowCard, "x"));
                             d.Write("b/README.md", BuildModelCard(kPebbleCard, "x"));
                           },
                           kRecursive,
                           {"a: APPROVED_WITH_CONDITIONS", "b: DENIED term.purpose term.threshold"}},
                      Case{"ARestrictionAtTheTopReachesAll",
                           [](const TempDir& d) {
                             Willow(d, "a");
                             Willow(d, "b");
                             d.Write("a/README.md", BuildModelCard(kWillowCard, "x"));
                             d.Write("b/README.md", BuildModelCard(kWillowCard, "x"));
                             d.Write("LICENSE", "You may use it only for non-commercial purposes.\n");
                           },
                           kRecursive,
                           {"a: NEEDS_REVIEW license.residue license.restriction_found license.unknown",
                            "b: NEEDS_REVIEW license.residue license.restriction_found license.unknown"}},
                      Case{"AnUnreadableThingAtTheTopToo",
                           [](const TempDir& d) {
                             Willow(d, "a");
                             Willow(d, "b");
                             d.Write("a/README.md", BuildModelCard(kWillowCard, "x"));
                             d.Write("b/README.md", BuildModelCard(kWillowCard, "x"));
                             d.Link("nowhere", "LICENSE");
                           },
                           kRecursive,
                           {"a: UNDECIDED file.unsafe_link", "b: UNDECIDED file.unsafe_link"}},
                      Case{"OneModelAsWithout",
                           [](const TempDir& d) { Willow(d, "a"); },
                           kRecursive,
                           {": APPROVED_WITH_CONDITIONS"}}),
    [](const auto& info) { return info.param.name; });

void HubSnapshot(const TempDir& d, const std::string& repository, const std::string& revision,
                 const std::string& card) {
  const std::string at = "hub/models--" + repository;
  const std::string weights = Weights();
  d.Write(at + "/blobs/" + Sha256Hex(weights), weights);
  d.Write(at + "/blobs/" + Sha256Hex(card), card);
  d.Link("../../blobs/" + Sha256Hex(weights), at + "/snapshots/" + revision + "/model.safetensors");
  d.Link("../../blobs/" + Sha256Hex(card), at + "/snapshots/" + revision + "/README.md");
}

const auto kHub = [](const TempDir& d, CollectRequest& r) {
  r.path = d.At("hub");
  r.recursive = true;
};

INSTANTIATE_TEST_SUITE_P(
    HubCaches, ShapeTest,
    ::testing::Values(
        Case{"TwoRepositoriesAndTwoRevisions",
             [](const TempDir& d) {
               HubSnapshot(d, "willow-group--tree", "aaaaaaa", BuildModelCard(kWillowCard, "x"));
               HubSnapshot(d, "willow-group--tree", "bbbbbbb", BuildModelCard(kPebbleCard, "x"));
               HubSnapshot(d, "acorn-works--acorn-2.0-7b", "ccccccc", BuildModelCard(kWillowCard, "x"));
               d.Write("hub/version.txt", "1");
             },
             kHub,
             {"models--acorn-works--acorn-2.0-7b/snapshots/ccccccc: NEEDS_REVIEW license.family_contradicts",
              "models--willow-group--tree/snapshots/aaaaaaa: APPROVED_WITH_CONDITIONS",
              "models--willow-group--tree/snapshots/bbbbbbb: DENIED license.family_contradicts term.purpose "
              "term.threshold"}},
        Case{"WithoutRecursive",
             [](const TempDir& d) {
               HubSnapshot(d, "willow-group--tree", "aaaaaaa", BuildModelCard(kWillowCard, "x"));
               HubSnapshot(d, "willow-group--bush", "aaaaaaa", BuildModelCard(kWillowCard, "x"));
             },
             [](const TempDir& d, CollectRequest& r) { r.path = d.At("hub"); },
             {": UNDECIDED file.nothing_to_scan file.several_models license.none"}},
        Case{
            "OneSnapshotAsWithout",
            [](const TempDir& d) { HubSnapshot(d, "willow-group--tree", "aaaaaaa", BuildModelCard(kWillowCard, "x")); },
            kHub,
            {": APPROVED_WITH_CONDITIONS"}},
        Case{"ALinkOutOfTheBlobs",
             [](const TempDir& d) {
               HubSnapshot(d, "willow-group--tree", "aaaaaaa", BuildModelCard(kWillowCard, "x"));
               HubSnapshot(d, "willow-group--tree", "bbbbbbb", BuildModelCard(kWillowCard, "x"));
               d.Write("hub/models--willow-group--tree/refs/main", "aaaaaaa");
               d.Link("../../refs/main", "hub/models--willow-group--tree/snapshots/aaaaaaa/LICENSE");
             },
             kHub,
             {"models--willow-group--tree/snapshots/aaaaaaa: UNDECIDED file.unsafe_link",
              "models--willow-group--tree/snapshots/bbbbbbb: APPROVED_WITH_CONDITIONS"}},
        Case{"SomethingBesideTheRepositories",
             [](const TempDir& d) {
               HubSnapshot(d, "willow-group--tree", "aaaaaaa", BuildModelCard(kWillowCard, "x"));
               d.Write("hub/stray.safetensors", Weights());
             },
             kHub,
             {": UNDECIDED file.nothing_to_scan file.several_models license.none",
              "models--willow-group--tree/snapshots/aaaaaaa: APPROVED_WITH_CONDITIONS"}}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    OllamaStores, ShapeTest,
    ::testing::Values(
        Case{"OneModel",
             [](const TempDir& d) {
               Ollama(d, "r/library/tree/7b",
                      {{"model", Gguf()},
                       {"license", std::string(WillowText())},
                       {"template", "{{ .Prompt }}"},
                       {"params", R"({"stop": ["x"]})"}});
             },
             nullptr,
             {": APPROVED_WITH_CONDITIONS"}},
        Case{"TheManifestItself",
             [](const TempDir& d) {
               Ollama(d, "r/library/tree/7b", {{"model", Gguf(1)}, {"license", std::string(WillowText())}});
               Ollama(d, "r/library/tree/9b",
                      {{"model", Gguf(2)}, {"license", "Nobody may use this for anything at all, ever."}});
             },
             [](const TempDir& d, CollectRequest& r) { r.path = d.At("manifests/r/library/tree/7b"); },
             {": APPROVED_WITH_CONDITIONS"}},
        Case{"Several",
             [](const TempDir& d) {
               Ollama(d, "r/library/tree/7b", {{"model", Gguf(1)}});
               Ollama(d, "r/library/tree/9b", {{"model", Gguf(2)}});
             },
             nullptr,
             {": UNDECIDED file.nothing_to_scan file.several_models license.none"}},
        Case{"SeveralEachByItself",
             [](const TempDir& d) {
               Ollama(d, "r/library/tree/7b", {{"model", Gguf(1)}, {"license", std::string(WillowText())}});
               Ollama(d, "r/library/tree/9b",
                      {{"model", Gguf(1)}, {"license", "You may use it only for non-commercial purposes."}});
             },
             kRecursive,
             {"manifests/r/library/tree/7b: APPROVED_WITH_CONDITIONS",
              "manifests/r/library/tree/9b: NEEDS_REVIEW license.none license.residue license.restriction_found "
              "license.unknown"}},
        Case{"BlobIsNotItsName",
             [](const TempDir& d) {
               Ollama(d, "r/library/tree/7b", {{"model", Gguf(1)}, {"license", std::string(WillowText())}});
               d.Write(Blob(Gguf(1)), Gguf(2));
             },
             nullptr,
             {": UNDECIDED file.digest_mismatch"}},
        Case{"BlobIsShort",
             [](const TempDir& d) {
               Ollama(d, "r/library/tree/7b", {{"model", Gguf(1)}, {"license", std::string(WillowText())}});
               d.Write(Blob(Gguf(1)), Gguf(1).substr(0, Gguf(1).size() - 30));
             },
             nullptr,
             {": UNDECIDED file.digest_mismatch file.malformed"}},
        Case{"BlobIsMissing",
             [](const TempDir& d) {
               Ollama(d, "r/library/tree/7b", {{"model", Gguf(1)}, {"license", std::string(WillowText())}});
               std::remove(d.At(Blob(std::string(WillowText()))).c_str());
             },
             nullptr,
             {": UNDECIDED file.unreadable license.none"}},
        Case{"BlobIsALink",
             [](const TempDir& d) {
               Ollama(d, "r/library/tree/7b", {{"model", Gguf(1)}, {"license", std::string(WillowText())}});
               std::remove(d.At(Blob(Gguf(1))).c_str());
               d.Link("/etc/passwd", Blob(Gguf(1)));
             },
             nullptr,
             {": UNDECIDED file.nothing_to_scan file.unsafe_link"}},
        Case{"MediaTypeOfTomorrow",
             [](const TempDir& d) {
               Ollama(d, "r/library/tree/7b",
                      {{"model", Gguf(1)}, {"license", std::string(WillowText())}, {"future", "x"}});
             },
             nullptr,
             {": UNDECIDED file.format_unsupported"}},
        Case{"OneTensorALayer",
             [](const TempDir& d) {
               Ollama(d, "r/library/tree/7b",
                      {{"tensor; name=a; dtype=F32; shape=2", std::string(8, '\1')},
                       {"license", std::string(WillowText())}});
             },
             nullptr,
             {": UNDECIDED file.format_unsupported"}},
        Case{"ManifestIsNone",
             [](const TempDir& d) {
               Ollama(d, "r/library/tree/7b", {{"model", Gguf(1)}});
               d.Write("manifests/r/library/tree/7b", "{}");
             },
             nullptr,
             {": UNDECIDED file.malformed file.nothing_to_scan license.none"}},
        Case{
            "ManifestLeadsOut",
            [](const TempDir& d) {
              Ollama(d, "r/library/tree/7b", {{"model", Gguf(1)}});
              d.Write(
                  "manifests/r/library/tree/7b",
                  R"({"schemaVersion": 2, "config": {"mediaType": "m", "digest": "sha256:../../../etc/passwd", "size": 1}, "layers": [1]})");
            },
            nullptr,
            {": UNDECIDED file.malformed file.nothing_to_scan license.none"}},
        Case{"SomethingElseInTheStore",
             [](const TempDir& d) {
               Ollama(d, "r/library/tree/7b", {{"model", Gguf(1)}, {"license", std::string(WillowText())}});
               d.Write("LICENSE", "x");
             },
             nullptr,
             {": UNDECIDED file.nothing_to_scan file.several_models license.none"}},
        Case{"WeightsInALicence",
             [](const TempDir& d) {
               Ollama(d, "r/library/tree/7b",
                      {{"model", Gguf(1)},
                       {"license", std::string(WillowText())},
                       {"messages", std::string("\x80\x02}q\0.", 6)}});
             },
             nullptr,
             {": UNDECIDED file.format_unsupported"}}),
    [](const auto& info) { return info.param.name; });

const auto kContext = [](const TempDir& d, CollectRequest& r) {
  r.path = d.At("model/q4.gguf");
  r.context = d.At("model");
};

INSTANTIATE_TEST_SUITE_P(OneFile, ShapeTest,
                         ::testing::Values(Case{"Alone",
                                                [](const TempDir& d) { d.Write("model/q4.gguf", Gguf()); },
                                                [](const TempDir& d, CollectRequest& r) {
                                                  r.path = d.At("model/q4.gguf");
                                                },
                                                {": NEEDS_REVIEW license.none"}},
                                           Case{"WithItsContext",
                                                [](const TempDir& d) {
                                                  d.Write("model/q4.gguf", Gguf(1));
                                                  d.Write("model/q8.gguf", Gguf(2));
                                                  d.Write("model/LICENSE", WillowText());
                                                  d.Write("model/README.md", BuildModelCard(kWillowCard, "x"));
                                                },
                                                kContext,
                                                {": APPROVED_WITH_CONDITIONS"}},
                                           Case{"ContextThatRestricts",
                                                [](const TempDir& d) {
                                                  d.Write("model/q4.gguf", Gguf(1));
                                                  d.Write("model/LICENSE", WillowText());
                                                  d.Write("model/README.md", BuildModelCard(kPebbleCard, "x"));
                                                },
                                                kContext,
                                                {": DENIED term.purpose term.threshold"}},
                                           Case{"WeightsOfTheContextAreNotRead",
                                                [](const TempDir& d) {
                                                  d.Write("model/q4.gguf", Gguf(1));
                                                  d.Write("model/broken.safetensors", "x");
                                                  d.Write("model/LICENSE", WillowText());
                                                },
                                                kContext,
                                                {": APPROVED_WITH_CONDITIONS"}},
                                           Case{"ContextThatCannotBeRead",
                                                [](const TempDir& d) {
                                                  d.Write("model/q4.gguf", Gguf(1));
                                                  d.Write("model/README.md", BuildModelCard(kWillowCard, "x"));
                                                  d.Link("/etc/passwd", "model/LICENSE");
                                                },
                                                kContext,
                                                {": UNDECIDED file.unsafe_link"}},
                                           Case{"SeveralQuantisationsAreOneModel",
                                                [](const TempDir& d) {
                                                  d.Write("q4.gguf", Gguf(1));
                                                  d.Write("q8.gguf", Gguf(2));
                                                  d.Write("LICENSE", WillowText());
                                                  d.Write("README.md", BuildModelCard(kWillowCard, "x"));
                                                },
                                                nullptr,
                                                {": APPROVED_WITH_CONDITIONS"}}),
                         [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Adapters, ShapeTest,
    ::testing::Values(Case{"WithoutBase",
                           [](const TempDir& d) { Adapter(d, "adapter", "willow-group/tree"); },
                           [](const TempDir& d, CollectRequest& r) { r.path = d.At("adapter"); },
                           {": NEEDS_REVIEW lineage.base_needed"}},
                      Case{"WithBase",
                           [](const TempDir& d) {
                             Adapter(d, "adapter", "willow-group/tree");
                             Willow(d, "base");
                           },
                           kBase,
                           {": APPROVED_WITH_CONDITIONS"}},
                      Case{"BaseIsForbidden",
                           [](const TempDir& d) {
                             Adapter(d, "adapter", "somebody/unheard-of");
                             d.Write("base/model.safetensors", Weights());
                             d.Write("base/README.md", BuildModelCard(kPebbleCard, "x"));
                           },
                           kBase,
                           {": DENIED term.purpose term.threshold"}},
                      Case{"BaseWithoutLicence",
                           [](const TempDir& d) {
                             Adapter(d, "adapter", "somebody/unheard-of");
                             d.Write("base/model.safetensors", Weights());
                           },
                           kBase,
                           {": NEEDS_REVIEW license.none"}},
                      Case{"BaseIsBroken",
                           [](const TempDir& d) {
                             Adapter(d, "adapter", "willow-group/tree");
                             Willow(d, "base");
                             d.Write("base/model.safetensors", Weights().substr(0, Weights().size() - 3));
                           },
                           kBase,
                           {": UNDECIDED file.malformed"}},
                      Case{"BaseIsEmpty",
                           [](const TempDir& d) {
                             Adapter(d, "adapter", "willow-group/tree");
                             d.Folder("base");
                           },
                           kBase,
                           {": UNDECIDED file.nothing_to_scan"}},
                      Case{"BaseIsTwoModels",
                           [](const TempDir& d) {
                             Adapter(d, "adapter", "willow-group/tree");
                             for (const char* folder : {"base/a", "base/b"}) {
                               Willow(d, folder);
                               d.Write(std::string(folder) + "/README.md", BuildModelCard(kWillowCard, "x"));
                             }
                           },
                           kBase,
                           {": UNDECIDED file.several_models"}},
                      Case{"BaseIsAnotherFamily",
                           [](const TempDir& d) {
                             Adapter(d, "adapter", "willow-group/tree");
                             Willow(d, "base");
                             d.Write("base/config.json", R"({"_name_or_path": "acorn-works/acorn-2.0-7b"})");
                           },
                           kBase,
                           {": NEEDS_REVIEW license.family_contradicts lineage.base_differs"}},
                      Case{"BaseIsAnotherRepository",
                           [](const TempDir& d) {
                             Adapter(d, "adapter", "willow-group/bush");
                             HubSnapshot(d, "willow-group--tree", "aaaaaaa", BuildModelCard(kWillowCard, "x"));
                           },
                           [](const TempDir& d, CollectRequest& r) {
                             r.path = d.At("adapter");
                             r.base = d.At("hub/models--willow-group--tree");
                           },
                           {": NEEDS_REVIEW lineage.base_differs"}},
                      Case{"BaseIsItselfAnAdapter",
                           [](const TempDir& d) {
                             Adapter(d, "adapter", "willow-group/tree");
                             Adapter(d, "base", "willow-group/tree");
                           },
                           kBase,
                           {": NEEDS_REVIEW lineage.base_needed"}},
                      Case{"DigestThatNobodyKnows",
                           [](const TempDir& d) { Adapter(d, "adapter", "willow-group/tree"); },
                           [](const TempDir& d, CollectRequest& r) {
                             r.path = d.At("adapter");
                             r.base = std::string(64, 'a');
                           },
                           {": NEEDS_REVIEW lineage.base_needed"}},
                      Case{"NoAdapterAtAll",
                           [](const TempDir& d) {
                             Willow(d, "adapter");
                             d.Write("base/model.safetensors", Weights(2));
                             d.Write("base/README.md", BuildModelCard(kPebbleCard, "x"));
                           },
                           kBase,
                           {": DENIED term.purpose term.threshold"}}),
    [](const auto& info) { return info.param.name; });

void Pipeline(const TempDir& d) {
  d.Write(
      "model_index.json",
      R"({"_class_name": "TreePipeline", "unet": ["diffusers", "U"], "vae": ["diffusers", "V"], "scheduler": ["diffusers", "S"]})");
  d.Write("scheduler/scheduler_config.json", "{}");
  d.Write("LICENSE", WillowText());
  d.Write("unet/config.json", "{}");
  d.Write("unet/model.safetensors", Weights(1));
  d.Write("vae/config.json", "{}");
  d.Write("vae/model.safetensors", Weights(2));
}

INSTANTIATE_TEST_SUITE_P(
    Pipelines, ShapeTest,
    ::testing::Values(Case{"ComponentsTakeTheLicenceOfTheRoot", Pipeline, nullptr, {": APPROVED_WITH_CONDITIONS"}},
                      Case{"OneComponentIsNonCommercial",
                           [](const TempDir& d) {
                             Pipeline(d);
                             d.Write("vae/README.md", BuildModelCard(kPebbleCard, "x"));
                           },
                           nullptr,
                           {": DENIED term.purpose term.threshold"}},
                      Case{"OneComponentIsMissing",
                           [](const TempDir& d) {
                             Pipeline(d);
                             std::remove(d.At("scheduler/scheduler_config.json").c_str());
                           },
                           nullptr,
                           {": UNDECIDED file.component_missing"}},
                      Case{"IndexThatCannotBeRead",
                           [](const TempDir& d) {
                             d.Write("model_index.json", "{");
                             d.Write("LICENSE", WillowText());
                             d.Write("model.safetensors", Weights());
                           },
                           nullptr,
                           {": NEEDS_REVIEW file.document_malformed"}},
                      Case{"AnotherModelBesideThem",
                           [](const TempDir& d) {
                             Pipeline(d);
                             Willow(d, "extra");
                             d.Write("extra/README.md", BuildModelCard(kWillowCard, "x"));
                           },
                           nullptr,
                           {": UNDECIDED file.several_models"}}),
    [](const auto& info) { return info.param.name; });

const auto kSource = [](std::string source, std::string path = "") {
  return [=](const TempDir& d, CollectRequest& r) {
    r.source = source;
    if (!path.empty()) r.path = d.At(path);
  };
};
const auto kSnapshot = [](const TempDir& d) {
  HubSnapshot(d, "willow-group--tree", "aaaaaaa", BuildModelCard(kWillowCard, "x"));
};
constexpr char kSnapshotPath[] = "hub/models--willow-group--tree/snapshots/aaaaaaa";

INSTANTIATE_TEST_SUITE_P(Sources, ShapeTest,
                         ::testing::Values(Case{"Address",
                                                [](const TempDir& d) { Willow(d, "."); },
                                                kSource("https://models.example/tree.tar@v1"),
                                                {": APPROVED_WITH_CONDITIONS"}},
                                           Case{"NameOfAnotherFamily",
                                                [](const TempDir& d) { Willow(d, "."); },
                                                kSource("acorn-works/acorn-2.0-7b@main"),
                                                {": NEEDS_REVIEW license.family_contradicts"}},
                                           Case{"AgreesWithTheLayout",
                                                kSnapshot,
                                                kSource("willow-group/tree@aaaaaaa", kSnapshotPath),
                                                {": APPROVED_WITH_CONDITIONS"}},
                                           Case{"ABranchMayBeThisCommit",
                                                kSnapshot,
                                                kSource("willow-group/tree@main", kSnapshotPath),
                                                {": APPROVED_WITH_CONDITIONS"}},
                                           Case{"AnotherRepository",
                                                kSnapshot,
                                                kSource("willow-group/bush@aaaaaaa", kSnapshotPath),
                                                {": NEEDS_REVIEW lineage.source_differs"}},
                                           Case{"AnotherCommit",
                                                kSnapshot,
                                                kSource("https://huggingface.co/willow-group/tree@bbbbbbb",
                                                        kSnapshotPath),
                                                {": NEEDS_REVIEW lineage.source_differs"}}),
                         [](const auto& info) { return info.param.name; });

// ---- what a table does not show
// ----------------------------------------------------------------------------------------------

v1::GateResult Gate(const GateRequest& request, db::Store* store) {
  const auto responses = RunGate(request, Rules(), store);
  EXPECT_TRUE(responses.ok()) << responses.status();
  return responses.ok() && !responses->empty() ? responses->front().result : v1::GateResult();
}

TEST(OllamaModelTest, ArtifactsAreTheManifestAndItsBlobs) {
  const TempDir dir;
  const std::string license(WillowText());
  Ollama(dir, "registry.example/library/tree/7b",
         {{"model", Gguf()}, {"license", license}, {"system", "You must be kind."}});
  Ollama(dir, "registry.example/library/tree/9b", {{"model", Gguf(2)}});
  GateRequest request = RequestFor(dir);
  request.collect.path = dir.At("manifests/registry.example/library/tree/7b");
  const v1::GateResult result = Gate(request, nullptr);
  EXPECT_EQ(result.model().layout(), "ollama");
  EXPECT_EQ(result.model().repository(), "registry.example/library/tree");
  EXPECT_EQ(result.model().revision(), "7b");
  std::map<std::string, std::string> roles;
  std::string lines;
  for (const auto& artifact : result.model().artifacts()) {
    roles[artifact.path()] = artifact.role();
    lines += artifact.sha256() + "  " + artifact.path() + "\n";
  }
  const std::map<std::string, std::string> expected = {{Blob(Gguf()), "weights"},
                                                       {Blob(license), "license_text"},
                                                       {Blob("You must be kind."), "other"},
                                                       {Blob(R"({"model_format": "gguf"})"), "config"},
                                                       {"manifests/registry.example/library/tree/7b", "other"}};
  EXPECT_EQ(roles, expected);
  EXPECT_EQ(result.model().digest(), Sha256Hex(lines));
  ASSERT_EQ(result.licenses_size(), 1);
  EXPECT_EQ(result.licenses(0).match(), v1::Match::EXACT);
}

TEST(ContextTest, TheDigestIsThatOfTheFileAlone) {
  const TempDir dir;
  dir.Write("model/q4.gguf", Gguf());
  dir.Write("model/LICENSE", WillowText());
  dir.Write("model/big.txt", std::string(5 << 20, 'x'));
  GateRequest request = RequestFor(dir);
  kContext(dir, request.collect);
  const auto store = Memory();
  const v1::GateResult with = Gate(request, store.get());
  request.collect.context.clear();
  const v1::GateResult without = Gate(request, store.get());
  EXPECT_EQ(with.model().digest(), Sha256Hex(Sha256Hex(Gguf()) + "  q4.gguf\n"));
  EXPECT_EQ(with.model().digest(), without.model().digest());
  EXPECT_EQ(with.model().artifacts_size(), 1);
  EXPECT_NE(with.audit_id(), without.audit_id());
  ASSERT_EQ(with.licenses_size(), 1);
  EXPECT_EQ(with.licenses(0).source(), "context:LICENSE");
  EXPECT_EQ(with.licenses(0).component(), "");
  bool noted = false;
  for (const auto& finding : with.findings())
    noted |= finding.message() == "files of the context that are no documents and were not opened: 2";
  EXPECT_TRUE(noted);
}

TEST(BaseTest, StandsInTheResultWithItsDigests) {
  const TempDir dir;
  Adapter(dir, "adapter", "somebody/unheard-of");
  Willow(dir, "base");
  GateRequest request = RequestFor(dir);
  kBase(dir, request.collect);
  const auto store = Memory();
  const v1::GateResult with = Gate(request, store.get());
  request.collect.path = dir.At("base");
  request.collect.base.clear();
  const v1::GateResult base = Gate(request, store.get());
  EXPECT_EQ(with.model().base_digest(), base.model().digest());
  std::vector<std::string> lines = {with.model().digest() + "  adapter\n", base.model().digest() + "  base\n"};
  std::sort(lines.begin(), lines.end());
  EXPECT_EQ(with.model().set_digest(), Sha256Hex(lines[0] + lines[1]));
  ASSERT_EQ(with.licenses_size(), 2);
  EXPECT_EQ(with.licenses(1).component(), "base");
  EXPECT_EQ(with.licenses(1).source(), "base: LICENSE");
  ASSERT_EQ(with.lineage_size(), 2);
  EXPECT_EQ(with.lineage(1).license_id(), "Willow-1.0");

  // The same by its digest: from the audit of the base.
  request.collect.path = dir.At("adapter");
  request.collect.base = base.model().digest();
  const auto by_digest = RunGate(request, Rules(), store.get());
  ASSERT_TRUE(by_digest.ok()) << by_digest.status();
  EXPECT_EQ(by_digest->front().result.decision(), v1::APPROVED_WITH_CONDITIONS) << by_digest->front().json;
  EXPECT_EQ(by_digest->front().result.model().set_digest(), with.model().set_digest());
  EXPECT_TRUE(Replay(by_digest->front().decision_id, *store)->decisions.at(0).same_bytes);
  EXPECT_EQ(store->GetAudit(by_digest->front().result.audit_id())->used_audits,
            std::vector<std::string>({base.audit_id()}));
}

TEST(BaseTest, APointerCheckoutOfAKnownBaseIsThatBase) {
  const TempDir dir;
  Adapter(dir, "adapter", "willow-group/tree");
  Willow(dir, "real");
  dir.Write("base/LICENSE", WillowText());
  dir.Write("base/model.safetensors", BuildLfsPointer(Sha256Hex(Weights()), Weights().size()));
  const auto store = Memory();
  GateRequest request = RequestFor(dir);
  kBase(dir, request.collect);
  EXPECT_EQ(Gate(request, store.get()).decision(), v1::UNDECIDED);
  GateRequest real = RequestFor(dir);
  real.collect.path = dir.At("real");
  Gate(real, store.get());
  const v1::GateResult after = Gate(request, store.get());
  EXPECT_EQ(after.decision(), v1::APPROVED_WITH_CONDITIONS);
  EXPECT_TRUE(after.model().claimed());
}

TEST(PointerTest, AnAuditThatAClientMeasuredNeverAnswers) {
  const TempDir dir;
  Willow(dir, "real");
  dir.Write("pointers/LICENSE", WillowText());
  dir.Write("pointers/model.safetensors", BuildLfsPointer(Sha256Hex(Weights()), Weights().size()));
  const auto store = Memory();
  GateRequest real = RequestFor(dir), pointers = RequestFor(dir);
  real.collect.path = dir.At("real");
  pointers.collect.path = dir.At("pointers");
  real.inputs.measured_by = "client";
  EXPECT_EQ(Gate(real, store.get()).measured_by(), "client");
  EXPECT_EQ(Gate(pointers, store.get()).decision(), v1::UNDECIDED);
  // A changed card is another digest, which nobody measured.
  real.inputs.measured_by = "server";
  dir.Write("real/README.md", BuildModelCard(kWillowCard, "one"));
  dir.Write("pointers/README.md", BuildModelCard(kWillowCard, "two"));
  Gate(real, store.get());
  EXPECT_EQ(Gate(pointers, store.get()).decision(), v1::UNDECIDED);
  dir.Write("pointers/README.md", BuildModelCard(kWillowCard, "one"));
  EXPECT_EQ(Gate(pointers, store.get()).decision(), v1::APPROVED_WITH_CONDITIONS);
}

TEST(SourceTest, IsCheckedBeforeAnythingIsRead) {
  for (const char* source :
       {"willow-group/tree", "willow-group/tree@", "@main", "https://me:secret@models.example/tree@v1",
        "https://models.example/a b@v1", "https://models.example/\x1b[2J@v1", "https://models.example/a\\b@v1"}) {
    CollectRequest request;
    request.path = "/nowhere/at/all";
    request.source = source;
    EXPECT_EQ(CollectModels(request).status().code(), absl::StatusCode::kInvalidArgument) << source;
  }
  CollectRequest request;
  request.path = "/nowhere/at/all";
  request.source = "https://models.example/" + std::string(2048, 'x') + "@v1";
  EXPECT_EQ(CollectModels(request).status().code(), absl::StatusCode::kInvalidArgument);
  request.source = "https://models.example/tree@v1";
  EXPECT_EQ(CollectModels(request).status().code(), absl::StatusCode::kNotFound);
}

TEST(SourceTest, IsRecordedAndPartOfTheAudit) {
  const TempDir dir;
  Willow(dir, "m");
  GateRequest request = RequestFor(dir);
  request.collect.path = dir.At("m");
  const v1::GateResult without = Gate(request, nullptr);
  request.collect.source = "willow-group/tree@0123abc";
  const v1::GateResult with = Gate(request, nullptr);
  EXPECT_EQ(with.model().source_url(), "willow-group/tree@0123abc");
  EXPECT_EQ(with.model().repository(), "willow-group/tree");
  EXPECT_EQ(with.model().revision(), "0123abc");
  EXPECT_EQ(with.model().digest(), without.model().digest());
  EXPECT_NE(with.audit_id(), without.audit_id());
}

TEST(CollectRequestTest, WhatCannotGoTogether) {
  const TempDir dir;
  Willow(dir, "a");
  Willow(dir, "b");
  for (const char* folder : {"a", "b"}) dir.Write(std::string(folder) + "/README.md", BuildModelCard(kWillowCard, "x"));
  CollectRequest request;
  request.path = dir.path();
  request.context = dir.At("a");
  EXPECT_EQ(CollectModels(request).status().code(), absl::StatusCode::kInvalidArgument);
  request.path = dir.At("a/model.safetensors");
  request.context = dir.At("a/LICENSE");
  EXPECT_EQ(CollectModels(request).status().code(), absl::StatusCode::kInvalidArgument);
  request.context = dir.At("missing");
  EXPECT_EQ(CollectModels(request).status().code(), absl::StatusCode::kNotFound);
  request = CollectRequest();
  request.path = dir.path();
  request.recursive = true;
  request.source = "willow-group/tree@main";
  EXPECT_EQ(CollectModels(request).status().code(), absl::StatusCode::kInvalidArgument);
  request.source.clear();
  request.base = dir.At("missing");
  EXPECT_EQ(CollectModels(request).status().code(), absl::StatusCode::kNotFound);
}

TEST(GateInputsTest, NothingIsRecordedWhenAsked) {
  const TempDir dir;
  Willow(dir, "m");
  const auto store = Memory();
  GateRequest request = RequestFor(dir);
  request.collect.path = dir.At("m");
  request.inputs.record = false;
  const auto response = RunGate(request, Rules(), store.get());
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->front().decision_id, "");
  EXPECT_TRUE(store->ListAudits(1, 0)->audits.empty());
  request.inputs.record = true;
  std::atomic<bool> cancelled{true};
  request.inputs.cancelled = &cancelled;
  EXPECT_EQ(RunGate(request, Rules(), store.get()).status().code(), absl::StatusCode::kCancelled);
  EXPECT_TRUE(store->ListAudits(1, 0)->audits.empty());
}

TEST(GateInputsTest, WhatWasCollectedElsewhereIsGatedAsHere) {
  const TempDir dir;
  Willow(dir, "m");
  GateRequest request = RequestFor(dir);
  request.collect.path = dir.At("m");
  const auto store = Memory();
  const auto here = RunGate(request, Rules(), store.get());
  ASSERT_TRUE(here.ok());
  GateInputs inputs = request.inputs;
  inputs.measured_by = "client";
  auto collected = CollectModels(request.collect);
  ASSERT_TRUE(collected.ok());
  const auto elsewhere = GateCollected(std::move(collected->front()), inputs, Rules(), nullptr);
  ASSERT_TRUE(elsewhere.ok()) << elsewhere.status();
  v1::GateResult result = elsewhere->result;
  EXPECT_EQ(result.measured_by(), "client");
  result.clear_measured_by();
  result.set_audit_id(here->front().result.audit_id());  // until audits do not depend on who measured them
  EXPECT_EQ(result.SerializeAsString(), here->front().result.SerializeAsString());
  EXPECT_EQ(CheckConfiguration(ConfigFile{"p", "colour: green\n"}, std::nullopt, Rules()).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(CheckConfiguration(std::nullopt, std::nullopt, Rules()).ok());
}

}  // namespace
}  // namespace weighbridge::auditor
