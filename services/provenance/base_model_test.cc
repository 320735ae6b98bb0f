// Models with a base and models with a context: what stands, what counts, and where it points.
#include "services/provenance/base_model.h"

#include <algorithm>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "services/provenance/model_fixture.h"
#include "services/provenance/reconcile.h"
#include "services/rulebook/fixture.h"

namespace weighbridge::provenance {
namespace {

using rules::v1::FactId;

const std::string kTextConfig = R"({"model_type": "llama", "architectures": ["LlamaForCausalLM"]})";

Reconciliation Judge(const TestModel& model) {
  static const auto rules = MiniRules();
  return Reconcile(model.inventory, model.documents, *rules, v1::Policy());
}

// The documents of one model under names that no other uses.
void Rename(v1::Inventory& inventory, const std::string& prefix) {
  for (auto& artifact : *inventory.mutable_artifacts()) {
    if (!artifact.document_sha256().empty()) artifact.set_document_sha256(prefix + artifact.document_sha256());
  }
  if (inventory.has_base()) Rename(*inventory.mutable_base(), prefix);
}

void Rename(TestModel& model, const std::string& prefix) {
  DocumentBytes renamed;
  for (auto& [name, bytes] : model.documents) renamed[prefix + name] = bytes;
  model.documents = renamed;
  Rename(model.inventory, prefix);
}

TestModel WithBase(TestModel model, TestModel base) {
  Rename(base, "b/");
  *model.inventory.mutable_base() = base.inventory;
  model.documents.insert(base.documents.begin(), base.documents.end());
  return model;
}

TestModel WithContext(TestModel model, TestModel context) {
  Rename(context, "c/");
  for (const auto& artifact : context.inventory.artifacts()) *model.inventory.add_context_artifacts() = artifact;
  model.documents.insert(context.documents.begin(), context.documents.end());
  return model;
}

TestModel Lora(const std::string& base) {
  TestModel model;
  model.Weights("adapter_model.safetensors").Last().set_role("adapter");
  model.Doc("adapter_config.json", "adapter", R"({"peft_type": "LORA", "base_model_name_or_path": ")" + base + "\"}");
  return model;
}

TestModel Whole() { return TestModel().Weights("model.safetensors"); }

std::string StandingOf(const Reconciliation& seen) {
  std::vector<std::string> all;
  for (const Standing& standing : seen.standing) {
    all.push_back(standing.license->short_id() + (standing.component.empty() ? "" : "@" + standing.component));
  }
  std::sort(all.begin(), all.end());
  std::string text;
  for (const std::string& one : all) text += (text.empty() ? "" : " ") + one;
  return text;
}

std::string CountingOf(const Reconciliation& seen) {
  std::set<std::string> rules;
  for (const v1::Finding& finding : seen.findings) {
    if (finding.outcome() != v1::Outcome::INFO) rules.insert(finding.rule_id());
  }
  std::string text;
  for (const std::string& rule : rules) text += (text.empty() ? "" : " ") + rule;
  return text;
}

struct Case {
  std::string name;
  TestModel model;
  std::string standing;
  std::string counting;
  std::string conflict;
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.name; }

class BaseModelTest : public ::testing::TestWithParam<Case> {};

TEST_P(BaseModelTest, Says) {
  const Reconciliation seen = Judge(GetParam().model);
  EXPECT_EQ(StandingOf(seen), GetParam().standing);
  EXPECT_EQ(CountingOf(seen), GetParam().counting);
  std::string conflicts;
  for (const auto& conflict : seen.conflicts) conflicts += v1::ConflictKind::Value_Name(conflict.kind());
  EXPECT_EQ(conflicts, GetParam().conflict);
}

std::vector<Case> Cases() {
  const std::string willow(rulebook::WillowText());
  TestModel acorn_hub = Whole().Card("license: acorn2");
  acorn_hub.inventory.set_layout("hub_snapshot");
  acorn_hub.inventory.set_repository("acorn-works/acorn-2.0-7b");
  TestModel ollama = Whole().Doc("LICENSE", "license_text", willow);
  ollama.inventory.set_layout("ollama");
  ollama.inventory.set_repository("registry.example/library/tree");
  TestModel nested = WithBase(Lora("willow-group/tree"), Whole().Doc("LICENSE", "license_text", willow));
  TestModel broken = Whole().Doc("LICENSE", "license_text", willow);
  v1::InventoryProblem& problem = *broken.inventory.add_problems();
  problem.set_rule_id("file.malformed");
  problem.set_blocks(true);
  return {
      // An adapter without own licence is under that of its base.
      {"TheBaseLicensesTheAdapter", WithBase(Lora("some/unknown"), Whole().Doc("LICENSE", "license_text", willow)),
       "Willow-1.0@base", "", ""},
      {"OfTwoUnknownBasesOnlyOneWasGiven",
       WithBase(Lora("some/unknown").Card("license: willow\nbase_model: other/unknown"),
                Whole().Doc("LICENSE", "license_text", willow)),
       "Willow-1.0 Willow-1.0@base", "license.base_unresolved", ""},
      {"TheCardPromisesMoreThanTheBase",
       WithBase(Lora("some/unknown").Card("license: willow"), Whole().Card("license: other\nlicense_name: pebble")),
       "Willow-1.0 pebble@base", "", "card_against_base"},
      {"ADeclaredFamilyIsSettledByTheTextOfTheBase",
       WithBase(Lora("willow-group/tree"), Whole().Doc("LICENSE", "license_text", willow)), "Willow-1.0@base", "", ""},
      {"TheDeclaredBaseStandsBesideWhatWasGiven",
       WithBase(Lora("acorn-works/acorn-2.0-7b"), Whole().Doc("LICENSE", "license_text", willow)),
       "Willow-1.0@base acorn-2.0 acorn-policy", "", ""},
      {"AnotherRepository", WithBase(Lora("willow-group/tree"), acorn_hub),
       "Willow-1.0 acorn-2.0@base acorn-policy@base", "lineage.base_differs", ""},
      {"TheSameRepository", WithBase(Lora("Acorn-Works/Acorn-2.0-7B"), acorn_hub), "acorn-2.0@base acorn-policy@base",
       "", ""},
      {"AnOllamaNameIsNoHubName", WithBase(Lora("willow-group/tree"), ollama), "Willow-1.0@base", "", ""},
      {"BaseOfABase", WithBase(Lora("willow-group/tree"), nested), "Willow-1.0@base:base", "", ""},
      {"BaseThatCannotBeMeasured", WithBase(Lora("willow-group/tree"), broken), "Willow-1.0@base", "file.malformed",
       ""},
      {"NoBase", Lora("willow-group/tree"), "Willow-1.0", "lineage.base_needed", ""},
      {"NoAdapter", WithBase(Whole().Card("license: willow"), Whole().Card("license: other\nlicense_name: pebble")),
       "Willow-1.0 pebble@base", "", "card_against_base"},
      {"ContextSpeaksForTheModel", WithContext(Whole(), TestModel().Doc("LICENSE", "license_text", willow)),
       "Willow-1.0", "", ""},
      {"ContextInASubfolderDoesNotSettle",
       WithContext(Whole(), TestModel().Doc("vendored/LICENSE", "license_text", willow)),
       "Willow-1.0@folder:context:vendored", "license.none", ""},
      {"ContextAgainstTheCard",
       WithContext(Whole().Card("license: willow"), TestModel().Card("license: other\nlicense_name: pebble")),
       "Willow-1.0 pebble", "", ""},
      {"ContextThatCannotBeRead",
       WithContext(Whole().Card("license: willow"), TestModel().File("LICENSE.pdf", "license_text", "pdf")),
       "Willow-1.0", "license.document_unreadable", ""},
      {"ArchiveInTheContext",
       WithContext(Whole().Card("license: willow"), TestModel().File("terms.zip", "archive", "zip")), "Willow-1.0",
       "file.format_unsupported", ""},
  };
}

INSTANTIATE_TEST_SUITE_P(Table, BaseModelTest, ::testing::ValuesIn(Cases()),
                         [](const auto& info) { return info.param.name; });

TEST(ContextViewTest, WhatLiesAboveTheModelSpeaksForIt) {
  TestModel model = WithContext(Whole(), TestModel()
                                             .Doc("LICENSE", "license_text", "x")
                                             .Doc("a/README.md", "card", "x")
                                             .Doc("a/LICENSES/x.txt", "license_text", "x")
                                             .Doc("a/other/LICENSE", "license_text", "x")
                                             .Doc("NOTICE", "notice", "x"));
  model.inventory.set_model_path("a/m");
  const ModelView view(model.inventory, model.documents);
  std::vector<std::string> speaks;
  for (const auto& artifact : view.inventory().artifacts()) {
    if (artifact.role() != "weights") speaks.push_back(artifact.path() + " " + view.SpeaksFor(artifact));
  }
  EXPECT_EQ(speaks, std::vector<std::string>({"context:LICENSE ", "context:a/README.md ", "context:a/LICENSES/x.txt ",
                                              "context:a/other/LICENSE folder:context:a/other",
                                              "context:NOTICE notice:context:NOTICE"}));
  EXPECT_EQ(BaseNameOf("context:LICENSE"), "LICENSE");
  EXPECT_EQ(DocumentAt(model.inventory, model.documents, "context:a/README.md").value_or(""), "x");
  EXPECT_FALSE(DocumentAt(model.inventory, model.documents, "a/README.md").has_value());
}

TEST(BasePlacesTest, EverythingOfTheBaseIsMarked) {
  const TestModel model =
      WithBase(Lora("some/unknown"), Whole().Doc("LICENSE", "license_text", std::string(rulebook::WillowText())));
  const Reconciliation seen = Judge(model);
  ASSERT_EQ(seen.licenses.size(), 1u);
  EXPECT_EQ(seen.licenses[0].source(), "base: LICENSE");
  EXPECT_EQ(seen.standing[0].evidence.path(), "base:LICENSE");
  ASSERT_FALSE(seen.evidence.empty());
  EXPECT_EQ(seen.evidence.back().path, "base:LICENSE");
  EXPECT_EQ(DocumentAt(model.inventory, model.documents, "base:LICENSE").value_or(""), rulebook::WillowText());
  ASSERT_EQ(seen.lineage.size(), 2u);
  EXPECT_EQ(seen.lineage[1].relation(), "adapter");
  EXPECT_EQ(seen.lineage[1].license_id(), "Willow-1.0");
}

TEST(BaseDepthTest, IsBounded) {
  TestModel model = Whole().Card("license: willow");
  for (int i = 0; i < kBaseDepthMax + 2; ++i) {
    TestModel above = Lora("willow-group/tree");
    *above.inventory.mutable_base() = model.inventory;
    above.documents.insert(model.documents.begin(), model.documents.end());
    model = above;
  }
  EXPECT_NE(CountingOf(Judge(model)).find("license.base_unresolved"), std::string::npos);
}

struct ModalityCase {
  std::string name;
  TestModel model;
  std::string words;
};
void PrintTo(const ModalityCase& c, std::ostream* os) { *os << c.name; }

class BaseModalityTest : public ::testing::TestWithParam<ModalityCase> {};

TEST_P(BaseModalityTest, IsThatOfBothTogether) {
  const Reconciliation seen = Judge(GetParam().model);
  std::string words;
  if (const auto found = seen.measured.find(FactId::modality); found != seen.measured.end()) {
    for (const std::string& word : found->second.values) words += (words.empty() ? "" : " ") + word;
  }
  EXPECT_EQ(words, GetParam().words);
}

TestModel Seeing(TestModel model) {
  model.Last().mutable_header()->add_modality("vision");
  model.Last().mutable_header()->set_modality_witness("vision_tower.x");
  return model;
}

INSTANTIATE_TEST_SUITE_P(
    Table, BaseModalityTest,
    ::testing::Values(
        ModalityCase{"TextBase", WithBase(Lora("some/one"), Whole().Doc("config.json", "config", kTextConfig)), "text"},
        ModalityCase{"UnknownBase", WithBase(Lora("some/one"), Whole()), ""},
        ModalityCase{"SeeingBase", WithBase(Lora("some/one"), Seeing(Whole())), "text vision"},
        ModalityCase{"SeeingAdapter", WithBase(Seeing(Whole()), Whole().Doc("config.json", "config", kTextConfig)),
                     "text vision"},
        ModalityCase{"TextBaseUnderAMultimodalName",
                     WithBase(Lora("acorn-works/acorn-2.0-7b"), Whole().Doc("config.json", "config", kTextConfig)), ""},
        ModalityCase{"AdapterWithAConfigThatSaysNothing",
                     WithBase(Lora("some/one").Doc("config.json", "config", "{}"),
                              Whole().Doc("config.json", "config", kTextConfig)),
                     ""}),
    [](const auto& info) { return info.param.name; });

TEST(PipelineTest, AnIndexBelowIsAModelAndItsFoldersAreNone) {
  TestModel model;
  model.Doc("flux/model_index.json", "config", R"({"_class_name": "P", "unet": ["d", "U"], "vae": ["d", "V"]})")
      .Weights("flux/unet/x.safetensors")
      .Doc("flux/unet/config.json", "config", "{}")
      .Weights("flux/vae/x.safetensors")
      .Doc("flux/vae/README.md", "card", "x")
      .Weights("other/x.safetensors")
      .Doc("other/config.json", "config", "{}");
  const ModelView view(model.inventory, model.documents);
  EXPECT_EQ(view.ModelFolders(), std::vector<std::string>({"flux", "other"}));
  EXPECT_TRUE(view.MissingComponents().empty());
}

TEST(PipelineTest, ComponentsThatAreMissing) {
  TestModel model;
  model
      .Doc("model_index.json", "config",
           R"({"_class_name": "P", "unet": ["d", "U"], "vae": ["d", "V"], "x": [null, null]})")
      .Weights("unet/x.safetensors");
  const ModelView view(model.inventory, model.documents);
  ASSERT_EQ(view.MissingComponents().size(), 1u);
  EXPECT_EQ(view.MissingComponents()[0].name, "vae");
  EXPECT_EQ(view.MissingComponents()[0].index, "model_index.json");
}

}  // namespace
}  // namespace weighbridge::provenance
