#include "services/provenance/model_view.h"

#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "services/provenance/modality.h"
#include "services/provenance/model_fixture.h"

namespace weighbridge::provenance {
namespace {

using rules::v1::FactId;

constexpr char kTextConfig[] = R"({"model_type": "llama", "architectures": ["LlamaForCausalLM"]})";
constexpr char kVisionConfig[] = R"({"model_type": "mllama", "vision_config": {"hidden_size": 8}})";

TEST(ModelViewTest, PathParts) {
  EXPECT_EQ(FolderOf("a/b/c"), "a/b");
  EXPECT_EQ(FolderOf("c"), "");
  EXPECT_EQ(BaseNameOf("a/b/c"), "c");
  EXPECT_EQ(BaseNameOf("c"), "c");
}

TEST(ModelViewTest, ComponentsComeFromIndexesOfTheRoot) {
  TestModel model;
  model
      .Doc("model_index.json", "config",
           R"({"_class_name": "P", "unet": ["diffusers", "U"], "vae": ["diffusers", "V"]})")
      .Doc("deep/model_index.json", "config", R"({"_class_name": "P", "other": ["diffusers", "U"]})");
  const ModelView view(model.inventory, model.documents);
  EXPECT_EQ(view.ComponentOf("unet/model.safetensors"), "unet");
  EXPECT_EQ(view.ComponentOf("vae/a/b"), "vae");
  EXPECT_EQ(view.ComponentOf("unet2/model.safetensors"), "");
  EXPECT_EQ(view.ComponentOf("unet"), "");
  EXPECT_EQ(view.ComponentOf("deep/other/x"), "");
}

TEST(ModelViewTest, SentenceTransformersModules) {
  TestModel model;
  model
      .Doc("modules.json", "config",
           R"([{"idx": 0, "path": ""}, {"idx": 1, "path": "1_Dense"}, {"path": "1_Dense/inner"}, 7])")
      .Weights("model.safetensors")
      .Doc("config.json", "config", kTextConfig)
      .Weights("1_Dense/model.safetensors")
      .Doc("1_Dense/config.json", "config", "{}");
  const ModelView view(model.inventory, model.documents);
  EXPECT_EQ(view.ComponentOf("1_Dense/model.safetensors"), "1_Dense");
  EXPECT_EQ(view.ComponentOf("1_Dense/inner/x"), "1_Dense/inner");  // the innermost one
  EXPECT_EQ(view.ModelFolders(), std::vector<std::string>({""}));
  EXPECT_EQ(view.ComponentsWithWeights(), std::vector<std::string>({"", "1_Dense"}));
}

TEST(ModelViewTest, BrokenIndexesNameNothing) {
  TestModel model;
  model.Doc("model_index.json", "config", "{").Doc("modules.json", "config", "[{\"path\": 3}]");
  EXPECT_EQ(ModelView(model.inventory, model.documents).ComponentOf("unet/x"), "");
}

TEST(ModelViewTest, SeveralModels) {
  TestModel two;
  two.Weights("a/model.safetensors")
      .Doc("a/config.json", "config", "{}")
      .Weights("b/model.safetensors")
      .Doc("b/README.md", "card", "x");
  EXPECT_EQ(ModelView(two.inventory, two.documents).ModelFolders(), std::vector<std::string>({"a", "b"}));
  TestModel quants;
  quants.Card("license: willow").Weights("q4.gguf", {}, "gguf").Weights("q8/q8.gguf", {}, "gguf");
  EXPECT_EQ(ModelView(quants.inventory, quants.documents).ModelFolders(), std::vector<std::string>({""}));
}

TEST(ModelViewTest, BytesOfWhatIsNoDocument) {
  TestModel model;
  model.File("LICENSE", "license_text", "pdf").File("x", "other", "text");
  model.Last().set_document_sha256("not stored");
  const ModelView view(model.inventory, model.documents);
  EXPECT_FALSE(view.BytesOf(model.inventory.artifacts(0)).has_value());
  EXPECT_FALSE(view.BytesOf(model.inventory.artifacts(1)).has_value());
}

struct ModalityCase {
  std::string name;
  TestModel model;
  std::string words;  // "text vision"; empty: unknown
};
void PrintTo(const ModalityCase& c, std::ostream* os) { *os << c.name; }

class ModalityTest : public ::testing::TestWithParam<ModalityCase> {};

TEST_P(ModalityTest, Measures) {
  const ModelView view(GetParam().model.inventory, GetParam().model.documents);
  const auto measured = MeasureModel(view, {});
  const auto found = measured.find(FactId::modality);
  std::string words;
  if (found != measured.end()) {
    for (const std::string& word : found->second.values) words += (words.empty() ? "" : " ") + word;
    EXPECT_FALSE(found->second.how.empty());
  }
  EXPECT_EQ(words, GetParam().words);
}

TestModel Seeing(TestModel model, const std::string& word) {
  model.Last().mutable_header()->add_modality(word);
  model.Last().mutable_header()->set_modality_witness("vision_tower.x");
  return model;
}

TestModel Pipeline() {
  TestModel model;
  model.Doc("model_index.json", "config", R"({"_class_name": "P", "text_encoder": ["t", "T"], "unet": ["d", "U"]})")
      .Doc("text_encoder/config.json", "config", kTextConfig)
      .Weights("text_encoder/model.safetensors")
      .Doc("unet/config.json", "config", R"({"_class_name": "UNet2DConditionModel"})")
      .Weights("unet/model.safetensors");
  return model;
}

INSTANTIATE_TEST_SUITE_P(
    Table, ModalityTest,
    ::testing::Values(
        ModalityCase{"TextConfigAndWeights",
                     TestModel().Doc("config.json", "config", kTextConfig).Weights("m.safetensors"), "text"},
        ModalityCase{"NoConfig", TestModel().Weights("m.safetensors"), ""},
        ModalityCase{"NoWeights", TestModel().Doc("config.json", "config", kTextConfig), ""},
        ModalityCase{"WeightsNotParsed",
                     TestModel()
                         .Doc("config.json", "config", kTextConfig)
                         .Weights("m.safetensors")
                         .File("x.bin", "weights", "pickle"),
                     ""},
        ModalityCase{"BrokenConfig", TestModel().Doc("config.json", "config", "{").Weights("m.safetensors"), ""},
        ModalityCase{"BrokenConfigBesideAGoodOne",
                     TestModel()
                         .Doc("config.json", "config", kTextConfig)
                         .Doc("a/config.json", "config", "{")
                         .Weights("m.safetensors"),
                     ""},
        ModalityCase{"VisionConfig", TestModel().Doc("config.json", "config", kVisionConfig).Weights("m.safetensors"),
                     "text vision"},
        // A config cannot hide what the weights show.
        ModalityCase{"WeightsShowVision",
                     Seeing(TestModel().Doc("config.json", "config", kTextConfig).Weights("m.safetensors"), "vision"),
                     "text vision"},
        ModalityCase{"WeightsShowAudio", Seeing(TestModel().Weights("m.safetensors"), "audio"), "text audio"},
        ModalityCase{"Projector", TestModel().Weights("m.gguf", {}, "gguf").File("mmproj.gguf", "projector", "gguf"),
                     "text vision"},
        // A text encoder does not make a pipeline a text model.
        ModalityCase{"TextPartOfAPipeline", Pipeline(), ""}),
    [](const auto& info) { return info.param.name; });

TEST(ModalityTest, RelationIsDeclaredOrUnknown) {
  TestModel model;
  const ModelView view(model.inventory, model.documents);
  EXPECT_EQ(MeasureModel(view, {}).count(FactId::relation), 0u);
  v1::LineageLink link;
  link.set_relation("base_model");
  EXPECT_EQ(MeasureModel(view, {link}).count(FactId::relation), 0u);
  link.set_relation("quantized");
  EXPECT_EQ(MeasureModel(view, {link}).at(FactId::relation).values, std::vector<std::string>({"quantized"}));
}

}  // namespace
}  // namespace weighbridge::provenance
