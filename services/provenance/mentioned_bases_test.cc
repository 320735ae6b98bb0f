// Which words of a card say what its model was made from.
#include "services/provenance/mentioned_bases.h"

#include <ostream>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace weighbridge::provenance {
namespace {

// "id org/name; words of the sentence", one for each place, with " + " between them.
std::string Found(const std::string& text) {
  std::string all;
  for (const MentionedBase& base : FindMentionedBases(text)) {
    if (!all.empty()) all += " + ";
    for (const std::string& id : base.hub_ids) all += "id " + id + "; ";
    all += base.words;
  }
  return all;
}

struct Case {
  std::string name;
  std::string text;
  std::string found;
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.name; }

class MentionedBasesTest : public ::testing::TestWithParam<Case> {};

TEST_P(MentionedBasesTest, Finds) { EXPECT_EQ(Found(GetParam().text), GetParam().found); }

INSTANTIATE_TEST_SUITE_P(
    Table, MentionedBasesTest,
    ::testing::Values(Case{"HubId", "Fine-tuned from acorn-works/acorn-2.0-7b on leaves.",
                           "id acorn-works/acorn-2.0-7b; from on leaves"},
                      Case{"Link", "A merge of [it](https://huggingface.co/acorn-works/acorn-2.0-7b/tree/main).",
                           "id acorn-works/acorn-2.0-7b; it"},
                      Case{"OtherHost", "A merge of https://example.org/acorn-works/acorn-2.0-7b and elm.", "and elm"},
                      Case{"Words", "Built with Acorn 2", "Acorn 2"},
                      Case{"Label", "**Base model**: Acorn 2", "Acorn 2"},
                      Case{"NameBefore", "An Acorn-2.0 finetune.", "An Acorn-2.0"},
                      Case{"OverTheEndOfALine", "It is based\non Acorn 2.", "Acorn 2"},
                      Case{"NotOverASentence", "It is based on leaves. Acorn 2 is a tree.", "leaves"},
                      Case{"NotOverARow", "| finetuned | yes |\n| like | Acorn |", ""},
                      Case{"NotOverAnItem", "- merges\n- Acorn 2", ""},
                      Case{"NotOverAParagraph", "built with\n\nAcorn 2", ""},
                      Case{"NotFarBehind", "based on a b c d e f g h Acorn", "a b c d e f g h"},
                      Case{"OrganisationInALongerPath", "built with models/acorn/elm", "elm"},
                      Case{"ToolsAreNoModels", "A quantized version made with ggml-org/llama.cpp and LLaMA-Factory.",
                           "made with and"},
                      Case{"Nothing", "A comparison with Acorn 2 and elms.", ""}),
    [](const auto& info) { return info.param.name; });

TEST(MentionedBasesTest, SaysWhereAndStopsAtItsLimit) {
  const std::string text = "A tree. Built with Acorn 2. The end.";
  const std::vector<MentionedBase> found = FindMentionedBases(text);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(text.substr(found[0].begin, found[0].end - found[0].begin), "Built with Acorn 2");
  std::string many;
  for (size_t i = 0; i <= kMentionedBasesMax; ++i) many += "Built with Acorn 2. ";
  EXPECT_EQ(FindMentionedBases(many).size(), kMentionedBasesMax);
}

}  // namespace
}  // namespace weighbridge::provenance
