#include "tests/mutants/mutants.h"

#include <set>
#include <string>

#include "gtest/gtest.h"

namespace weighbridge::mutants {
namespace {

// Invented; it has a place for every kind of edit.
constexpr char kLarch[] = R"(Larch Model License Agreement

Version 1.2, March 4, 2031
Copyright (c) 2031 Larch Computing

1. Grant. Subject to this agreement, the Licensor grants you a worldwide, non-exclusive right to use, modify and distribute
the Model for any commercial purpose. The Licensor may not revoke this permission without cause.

2. Large services. If your services had more than 300 million monthly users within thirty (30) days before the release, you
must ask the Licensor for a license that costs $500 a month. Such a request shall name all contributors.

3. Notices. You must retain the notice of Section 1 in each copy of the Model. If you distribute the Model, you shall not
remove that notice, and this Section 3 applies to every recipient.

4. No promise. THE MODEL IS PROVIDED "AS IS" AND THE CONTRIBUTORS ARE NOT LIABLE FOR ANY DAMAGES, see https://larch.example/2/may.

5. Law. This agreement is governed by the laws of California and may not be read otherwise without consent.

END OF TERMS AND CONDITIONS

How to apply: you may not use this for anything else, and you must change 17 words of it within 3 days.
)";

constexpr char kSibling[] = R"(Alder Model License

Copyright (c) 2030 Alder Computing

The recipient must not operate the Model in aircraft or in power plants of any kind. Whoever trains another model with its
answers shall name it in the title. You may distribute the Model to others under these terms only.
)";

class LegalTest : public testing::TestWithParam<int> {
 protected:
  LegalKind kind() const { return static_cast<LegalKind>(GetParam()); }
  const MutantMaker maker_{kLarch, {kSibling}};
};

TEST_P(LegalTest, EditIsWhereItSaysAndChangesWords) {
  std::set<std::string> texts;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const auto mutant = maker_.MakeLegal(kind(), seed);
    if (!mutant.has_value()) continue;
    texts.insert(mutant->text);
    EXPECT_EQ(mutant->kind, kind());
    ASSERT_LE(mutant->begin, mutant->end);
    ASSERT_LE(mutant->end, mutant->text.size());
    EXPECT_EQ(mutant->text.substr(0, mutant->begin) + mutant->was + mutant->text.substr(mutant->end), kLarch);
    EXPECT_FALSE(SameWords(mutant->text, kLarch)) << mutant->text.substr(mutant->begin, mutant->end - mutant->begin);
  }
  EXPECT_GE(texts.size(), 2u);
}

TEST_P(LegalTest, WhatVariesIsLeftAlone) {
  const std::string text = kLarch;
  const size_t notice = text.find("Copyright (c)"), appendix = text.find("How to apply");
  const size_t notice_end = text.find('\n', notice), address = text.find("https://");
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const auto mutant = maker_.MakeLegal(kind(), seed);
    if (!mutant.has_value()) continue;
    const size_t end = mutant->begin + mutant->was.size();
    if (kind() != LegalKind::kClauseAppended) {
      EXPECT_LE(end, appendix) << "seed " << seed << ": " << mutant->text;
    }
    EXPECT_TRUE(end <= notice || mutant->begin >= notice_end) << "seed " << seed << ": " << mutant->text;
    if (kind() <= LegalKind::kComparison) {
      EXPECT_TRUE(end <= address || mutant->begin > address + 5) << mutant->text;
    }
  }
}

TEST_P(LegalTest, SameSeedSameMutant) {
  const MutantMaker again(kLarch, {kSibling});
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const auto a = maker_.MakeLegal(kind(), seed), b = again.MakeLegal(kind(), seed);
    ASSERT_EQ(a.has_value(), b.has_value()) << seed;
    if (!a.has_value()) continue;
    EXPECT_EQ(a->text, b->text) << seed;
    EXPECT_EQ(a->begin, b->begin) << seed;
    EXPECT_EQ(a->was, b->was) << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(All, LegalTest, testing::Range(0, kLegalKinds),
                         [](const auto& info) { return std::string(Name(static_cast<LegalKind>(info.param))); });

class HarmlessTest : public testing::TestWithParam<int> {};

TEST_P(HarmlessTest, ChangesBytesAndNoWord) {
  const auto kind = static_cast<HarmlessKind>(GetParam());
  const MutantMaker maker(kLarch), again(kLarch);
  int made = 0;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const auto mutant = maker.MakeHarmless(kind, seed);
    ASSERT_EQ(mutant.has_value(), again.MakeHarmless(kind, seed).has_value());
    if (!mutant.has_value()) continue;
    ++made;
    EXPECT_EQ(mutant->text, again.MakeHarmless(kind, seed)->text);
    EXPECT_NE(mutant->text, kLarch);
    if (kind != HarmlessKind::kCopyrightLine) {
      EXPECT_TRUE(SameWords(mutant->text, kLarch)) << mutant->text;
      continue;
    }
    // All but the line.
    EXPECT_EQ(mutant->text.substr(mutant->text.find("\n\n1. ")),
              std::string(kLarch).substr(std::string(kLarch).find("\n\n1. ")));
    EXPECT_EQ(mutant->text.find("Larch Computing"), std::string::npos);
  }
  EXPECT_GT(made, 0);
}

INSTANTIATE_TEST_SUITE_P(All, HarmlessTest, testing::Range(0, kHarmlessKinds),
                         [](const auto& info) { return std::string(Name(static_cast<HarmlessKind>(info.param))); });

// What an edit would look like that changes nothing, or not what its kind says.
TEST(MutantsTest, NumbersOfItemsAreNotNumbers) {
  const MutantMaker maker(
      "1. You may keep two copies of the text in each of your houses.\n\n2. You may (3) sell them and 4) burn them as "
      "you please.\n");
  for (uint64_t seed = 0; seed < 100; ++seed) {
    const auto mutant = maker.MakeLegal(LegalKind::kNumber, seed);
    ASSERT_TRUE(mutant.has_value());
    EXPECT_EQ(mutant->was, "two");
  }
}

TEST(MutantsTest, HeadingsAreNotEdited) {
  const MutantMaker maker("NO WARRANTY\n\nThe makers give no promise that the thing works at all.\n");
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const auto mutant = maker.MakeLegal(LegalKind::kNegationRemoved, seed);
    ASSERT_TRUE(mutant.has_value());
    EXPECT_EQ(mutant->was, "no");
  }
}

TEST(MutantsTest, ModalityChangesMeaning) {
  const MutantMaker maker("The holder may not sell the thing, and whoever finds it may not keep it at home.\n");
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const auto mutant = maker.MakeLegal(LegalKind::kModality, seed);
    ASSERT_TRUE(mutant.has_value());
    EXPECT_EQ(mutant->text.find("must not"), std::string::npos);  // the same as "may not"
  }
}

TEST(MutantsTest, CaseIsKept) {
  const MutantMaker maker("THE MAKERS ARE NOT LIABLE FOR HARM OF THAT KIND OR OTHER.\n");
  const auto mutant = maker.MakeLegal(LegalKind::kNegationRemoved, 1);
  ASSERT_TRUE(mutant.has_value());
  EXPECT_EQ(mutant->text, "THE MAKERS ARE LIABLE FOR HARM OF THAT KIND OR OTHER.\n");
}

TEST(MutantsTest, SignsOfCurrenciesAreWords) {
  EXPECT_FALSE(SameWords("a fee of $500",
                         "a fee of \xE2\x82\xAC"
                         "500"));
  EXPECT_TRUE(SameWords("the licensor's \"text\"", "THE\n Licensor\xE2\x80\x99s text."));
}

TEST(MutantsTest, SiblingsAreTheMostAlike) {
  const std::string other = std::string(kSibling) + "You pay for it.";
  const std::vector<std::vector<size_t>> siblings = Siblings({kSibling, kLarch, other}, 1);
  EXPECT_EQ(siblings[0], std::vector<size_t>{2});
  EXPECT_EQ(siblings[2], std::vector<size_t>{0});
}

}  // namespace
}  // namespace weighbridge::mutants
