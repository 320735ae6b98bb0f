// What is known of the parts of a model: present by evidence, absent by terms, otherwise not known.
#include "services/provenance/openness_parts.h"

#include <ostream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "services/provenance/model_fixture.h"
#include "services/rulebook/fixture.h"

namespace weighbridge::provenance {
namespace {

using rulebook::WillowText;

char Letter(v1::ComponentState::Value state) {
  return state == v1::ComponentState::PRESENT ? '+' : state == v1::ComponentState::ABSENT ? '-' : '?';
}

// "weights+ code? ..." in the order of the parts.
std::string StatesOf(const v1::OpennessStatement& statement) {
  std::string states;
  for (const auto& part : statement.parts()) {
    EXPECT_FALSE(part.how().empty());
    states += (states.empty() ? "" : " ") + v1::OpennessComponent::Value_Name(part.component()) + Letter(part.state());
  }
  return states;
}

v1::OpennessStatement StateOf(const TestModel& model, const rulebook::Rulebook& rules,
                              v1::Openness openness = v1::OPEN_WEIGHTS_PERMISSIVE) {
  const Reconciliation seen = Reconcile(model.inventory, model.documents, rules, v1::Policy());
  return StateOpenness(ModelView(model.inventory, model.documents), seen, rules, openness);
}

TestModel Sized(TestModel model) {
  for (auto& artifact : *model.inventory.mutable_artifacts()) artifact.set_size(10);
  return model;
}

struct Case {
  std::string name;
  TestModel model;
  std::string states;
  std::string why;
  std::vector<RuleEdit> edits = {};
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class OpennessPartsTest : public testing::TestWithParam<Case> {};

TEST_P(OpennessPartsTest, States) {
  const Case& c = GetParam();
  const v1::OpennessStatement statement = StateOf(Sized(c.model), *MiniRules(c.edits));
  EXPECT_EQ(StatesOf(statement), c.states) << statement.DebugString();
  EXPECT_NE(statement.why().find(c.why), std::string::npos) << statement.why();
}

TestModel Free() { return TestModel().Weights("model.safetensors").Doc("LICENSE", "license_text", WillowText()); }

INSTANTIATE_TEST_SUITE_P(
    Models, OpennessPartsTest,
    testing::Values(
        Case{"FreeTermsAreNoOpenSource", Free(),
             "weights+ code? data? data_card? recipe? freedom_to_use+ freedom_to_modify+ freedom_to_share+",
             "Its terms alone do not make it open source. Not known: training code, training data, data card, recipe."},
        Case{"ResearchTerms", TestModel().Weights("model.safetensors").Card("license: pebble"),
             "weights+ code? data? data_card? recipe? freedom_to_use- freedom_to_modify? freedom_to_share?",
             "Open weights are not open source here. Known to be absent: freedom to use."},
        Case{"AUsePolicyTakesTheFreedom", TestModel().Weights("model.safetensors").Card("license: acorn2"),
             "weights+ code? data? data_card? recipe? freedom_to_use- freedom_to_modify+ freedom_to_share+",
             "Known to be absent: freedom to use."},
        Case{"NoLicence", TestModel().Weights("model.safetensors"),
             "weights+ code? data? data_card? recipe? freedom_to_use? freedom_to_modify? freedom_to_share?",
             "Not known: training code"},
        Case{"OnlyDocuments", TestModel().Doc("LICENSE", "license_text", WillowText()),
             "weights? code? data? data_card? recipe? freedom_to_use? freedom_to_modify? freedom_to_share?",
             "Not known: weights"},
        Case{"FilesThatAreCalledSo",
             Free()
                 .File("train.py", "code", "python")
                 .File("DATA_CARD.md", "other", "markdown")
                 .File("axolotl.yaml", "other", "yaml"),
             "weights+ code+ data? data_card+ recipe+ freedom_to_use+ freedom_to_modify+ freedom_to_share+",
             "Not known: training data."},
        // What runs a model, what describes it, and words that only contain one of those.
        Case{"FilesThatAreNot",
             Free()
                 .File("modeling_pretrained.py", "code", "python")
                 .File("trainer_state.json", "other", "json")
                 .File("database.md", "other", "markdown")
                 .File("data/config.yaml", "config", "yaml"),
             "weights+ code? data? data_card? recipe? freedom_to_use+ freedom_to_modify+ freedom_to_share+",
             "Not known"},
        Case{"ACardThatNamesDataShowsNone", Free().Card("datasets:\n- acorn/seeds\nlicense: willow"),
             "weights+ code? data? data_card? recipe? freedom_to_use+ freedom_to_modify+ freedom_to_share+",
             "training data"},
        Case{"LowConfidenceIsNotKnown",
             Free(),
             "weights+ code? data? data_card? recipe? freedom_to_use? freedom_to_modify? freedom_to_share?",
             "freedom to use",
             {{"licenses/Willow-1.0/rule.textproto", "confidence: high", "confidence: low"}}},
        Case{"ModificationBarred",
             Free(),
             "weights+ code? data? data_card? recipe? freedom_to_use+ freedom_to_modify- freedom_to_share+",
             "Known to be absent: freedom to modify.",
             {{"licenses/Willow-1.0/rule.textproto", "right: modify stance: allowed", "right: modify stance: barred"}}},
        Case{"TiedToConditions",
             Free(),
             "weights+ code? data? data_card? recipe? freedom_to_use? freedom_to_modify+ freedom_to_share?",
             "Not known",
             {{"licenses/Willow-1.0/rule.textproto", "right: use stance: allowed", "right: use stance: conditional"}}}),
    [](const auto& info) { return info.param.name; });

// An edited text is somebody's own terms, whatever the official ones say.
TEST(OpennessPartsTextTest, AChangedTextGivesNoFreedom) {
  std::string text(WillowText());
  text.replace(text.find("neither"), 7, "always");
  const auto statement =
      StateOf(Sized(TestModel().Weights("model.safetensors").Doc("LICENSE", "license_text", text)), *MiniRules());
  EXPECT_EQ(StatesOf(statement),
            "weights+ code? data? data_card? recipe? freedom_to_use? freedom_to_modify? freedom_to_share?");
}

TEST(OpennessPartsTextTest, PointersAreNoWeights) {
  TestModel model = Sized(Free());
  model.inventory.mutable_artifacts(0)->set_claimed(true);
  const auto statement = StateOf(model, *MiniRules());
  EXPECT_EQ(statement.parts(0).state(), v1::ComponentState::NOT_KNOWN);
  EXPECT_EQ(statement.parts(0).how(), "pointers to weights lie here, and no weights");
}

// Only the layout of a hub says which repository it is; the record of the family then says what else is published.
TEST(OpennessPartsTextTest, TheFamilySaysWhatElseIsPublished) {
  const auto rules = MiniRules({{"families/willow.textproto", "openness: OPEN_WEIGHTS_PERMISSIVE",
                                 "openness: FULLY_OPEN published: [code, data, data_card] withheld: recipe"}});
  TestModel model = Sized(Free());
  EXPECT_EQ(StatesOf(StateOf(model, *rules)).rfind("weights+ code? data? data_card? recipe?", 0), 0u);
  model.inventory.set_repository("willow-group/willow-7b");
  v1::OpennessStatement statement = StateOf(model, *rules);
  EXPECT_EQ(StatesOf(statement),
            "weights+ code+ data+ data_card+ recipe- freedom_to_use+ freedom_to_modify+ freedom_to_share+");
  EXPECT_EQ(statement.openness(), v1::FULLY_OPEN);
  // Terms that are no better than that are not made better by it.
  EXPECT_EQ(StateOf(model, *rules, v1::OPEN_WEIGHTS_RESTRICTED).openness(), v1::OPEN_WEIGHTS_RESTRICTED);
}

TEST(OpennessPartsTextTest, EverythingThereIsCalledOpenSource) {
  const auto rules = MiniRules({{"families/willow.textproto", "openness: OPEN_WEIGHTS_PERMISSIVE",
                                 "openness: FULLY_OPEN published: [code, data, data_card, recipe]"}});
  TestModel model = Sized(Free());
  model.inventory.set_repository("willow-group/willow-7b");
  EXPECT_NE(StateOf(model, *rules).why().find("open source, as far as is known here"), std::string::npos);
}

TEST(OpennessPartsRowTest, OfARowWithoutFiles) {
  const auto rules = MiniRules();
  const auto willow = rules->ResolveModel("willow-group/willow-7b");
  ASSERT_TRUE(willow.has_value());
  EXPECT_EQ(StatesOf(StateOpennessOfRow(*willow, *rules)),
            "weights+ code? data? data_card? recipe? freedom_to_use+ freedom_to_modify+ freedom_to_share+");
  // Its own use policies hold in the place of those of the licence; without any those of the licence do.
  const auto acorn = rules->ResolveModel("acorn-works/acorn-2.0-7b");
  ASSERT_TRUE(acorn.has_value());
  EXPECT_EQ(StatesOf(StateOpennessOfRow(*acorn, *rules)),
            "weights+ code? data? data_card? recipe? freedom_to_use- freedom_to_modify+ freedom_to_share+");

  const auto unread = MiniRules({{"families/willow.textproto", "license_ids: \"Willow-1.0\"",
                                  "license_ids: \"Willow-1.0\" unread_license: \"the Pond Terms\""}});
  EXPECT_EQ(StatesOf(StateOpennessOfRow(*unread->ResolveModel("willow-group/willow-7b"), *unread)),
            "weights+ code? data? data_card? recipe? freedom_to_use? freedom_to_modify? freedom_to_share?");
}

TEST(OpennessPartsRowTest, OfAModelWithoutWeights) {
  const auto rules = MiniRules();
  for (const auto* family : rules->families()) {
    if (family->id() != "zephyr") continue;
    const auto statement = StateOpennessOfRow(rules->Resolve(*family, family->members(0)), *rules);
    EXPECT_EQ(StatesOf(statement),
              "weights- code? data? data_card? recipe? freedom_to_use- freedom_to_modify- freedom_to_share-");
    EXPECT_EQ(statement.openness(), v1::CLOSED_WEIGHTS);
    EXPECT_EQ(statement.why().rfind("No weights are published", 0), 0u);
    return;
  }
  FAIL() << "no family zephyr";
}

}  // namespace
}  // namespace weighbridge::provenance
