// What a reader of a changed licence sees: the changed words, the lines they stand on in both texts, and nothing that a
// terminal would obey.
#include "services/report/classify_diff.h"

#include <string>

#include "gtest/gtest.h"

namespace weighbridge::report {
namespace {

constexpr char kOfficial[] = "Preface.\nYou may plant 700 trees\nin the valley.\nThe end.\n";

bool Has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// The edit between the first occurrence of `words` in each text; an empty one lies before `place`.
DiffEdit EditOf(const std::string& found, const std::string& found_words, const std::string& official,
                const std::string& official_words, bool critical = true) {
  DiffEdit edit;
  edit.edit_class = "number";
  edit.critical = critical;
  edit.found_begin = found.find(found_words);
  edit.found_end = edit.found_begin + found_words.size();
  edit.official_begin = official.find(official_words);
  edit.official_end = edit.official_begin + official_words.size();
  edit.official_words = official_words.empty() ? 0 : 1;
  return edit;
}

TextDiff DiffOf(const std::string& found, std::vector<DiffEdit> edits, bool two_sided = true) {
  TextDiff diff;
  diff.path = "LICENSE";
  diff.official_name = "acorn-1.0, wording 1.tokens";
  diff.found = found;
  if (two_sided) diff.official = kOfficial;
  diff.edits = std::move(edits);
  return diff;
}

TEST(ClassifyDiffTest, BothSidesWithTheirOwnLineNumbers) {
  const std::string found = "A heading.\n\nPreface.\nYou may plant 70 trees\nin the valley.\nThe end.\n";
  EXPECT_EQ(RenderTextDiff(DiffOf(found, {EditOf(found, "70", kOfficial, "700")}), false),
            "--- acorn-1.0, wording 1.tokens\n"
            "+++ LICENSE\n"
            "@@ line 4, official line 2: number (can change the meaning) @@\n"
            "     3 | Preface.\n"
            "-    2 | You may plant [-700-] trees\n"
            "+    4 | You may plant {+70+} trees\n"
            "     5 | in the valley.\n");
}

TEST(ClassifyDiffTest, WithoutTheOfficialTextMissingWordsAreCounted) {
  const std::string found = "Preface.\nYou may plant trees\n";
  DiffEdit edit = EditOf(found, "trees", kOfficial, "700");
  edit.found_end = edit.found_begin;
  edit.official_words = 2;
  EXPECT_EQ(RenderTextDiff(DiffOf(found, {edit}, false), false),
            "--- acorn-1.0, wording 1.tokens (its text is not in the database)\n"
            "+++ LICENSE\n"
            "@@ line 2: number (can change the meaning) @@\n"
            "     1 | Preface.\n"
            "+    2 | You may plant [-2 words are missing-]trees\n");
}

TEST(ClassifyDiffTest, AnInsertionHasNoOfficialLine) {
  const std::string found = "You may not plant 700 trees\n";
  DiffEdit edit = EditOf(found, "not", kOfficial, "");
  const std::string out = RenderTextDiff(DiffOf(found, {edit}), false);
  EXPECT_TRUE(Has(out, "+    1 | You may {+not+} plant 700 trees\n")) << out;
  EXPECT_FALSE(Has(out, "\n-")) << out;
}

TEST(ClassifyDiffTest, NeighboursShareAGroupOthersDoNot) {
  std::string found = "one\ntwo\nthree\n";
  for (int i = 0; i < 10; ++i) found += "filler\n";
  found += "last\n";
  const auto edit = [&](const char* word) { return EditOf(found, word, kOfficial, "", false); };
  const std::string out = RenderTextDiff(DiffOf(found, {edit("one"), edit("three"), edit("last")}), false);
  EXPECT_TRUE(Has(out, "@@ lines 1 to 3: number @@")) << out;
  EXPECT_TRUE(Has(out, "@@ line 14: number @@")) << out;
}

TEST(ClassifyDiffTest, LongLinesAreCutAroundTheChange) {
  std::string found;
  for (int i = 0; i < 400; ++i) found += "word ";
  const size_t middle = found.size();
  found += "CHANGED ";
  for (int i = 0; i < 400; ++i) found += "wörd ";
  DiffEdit edit = EditOf(found, "CHANGED", kOfficial, "");
  ASSERT_EQ(edit.found_begin, middle);
  const std::string out = RenderTextDiff(DiffOf(found, {edit}), false);
  EXPECT_LT(out.size(), 600u) << out;
  EXPECT_TRUE(Has(out, "{+CHANGED+}"));
  // No character is cut in two: Shown() would write its bytes as \x.
  EXPECT_FALSE(Has(out, "\\x")) << out;
}

TEST(ClassifyDiffTest, ColoursAreOursAlone) {
  const std::string found = "Preface.\n\x1b[31mYou may plant 70 trees\n";
  const TextDiff diff = DiffOf(found, {EditOf(found, "70", kOfficial, "700")});
  EXPECT_FALSE(Has(RenderTextDiff(diff, false), "\x1b"));
  const std::string colored = RenderTextDiff(diff, true);
  EXPECT_TRUE(Has(colored, "\x1b[1;31m700\x1b[0m")) << colored;
  EXPECT_TRUE(Has(colored, "\x1b[1;32m70\x1b[0m")) << colored;
  EXPECT_TRUE(Has(colored, "\\x1b[31mYou may")) << colored;
}

TEST(ClassifyDiffTest, MuchIsCounted) {
  std::string found;
  std::vector<DiffEdit> edits;
  for (size_t i = 0; i < kDiffHunksMax + 5; ++i) {
    DiffEdit edit;
    edit.edit_class = "inserted";
    edit.found_begin = found.size();
    found += "x\n\n\n\n";
    edit.found_end = edit.found_begin + 1;
    edits.push_back(edit);
  }
  TextDiff diff = DiffOf(found, edits);
  diff.edits_left_out = 7;
  EXPECT_TRUE(Has(RenderTextDiff(diff, false), "and 12 more edits\n"));
  std::string lines;
  for (size_t i = 0; i < kDiffHunkLinesMax + 3; ++i) lines += "y\n";
  DiffEdit whole;
  whole.edit_class = "clause";
  whole.found_end = lines.size();
  EXPECT_TRUE(Has(RenderTextDiff(DiffOf(lines, {whole}), false), "... and 3 more lines\n"));
  EXPECT_EQ(RenderTextDiff(DiffOf(lines, {}), false), "");
}

}  // namespace
}  // namespace weighbridge::report
