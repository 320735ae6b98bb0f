#include "services/classify/token_file.h"

#include <ostream>
#include <string>

#include "gtest/gtest.h"
#include "services/classify/fixture.h"
#include "services/classify/learn.h"

namespace weighbridge::classify {
namespace {

std::string Learnt(std::string_view text, LearnOptions options = {}) {
  LearnRequest request;
  request.id = "Pebble";
  request.source = "invented";
  request.text = text;
  request.options = std::move(options);
  const auto bytes = Learn(request);
  EXPECT_TRUE(bytes.ok()) << bytes.status();
  return bytes.ok() ? *bytes : "";
}

TEST(TokenFileTest, WritesWhatItReads) {
  for (const std::string& text : {PebbleText(), TarnText()}) {
    const std::string bytes = Learnt(text);
    auto file = ParseTokenFile(bytes);
    ASSERT_TRUE(file.ok()) << file.status();
    // Line breaks at paragraphs are the only thing not read back.
    file->paragraph_begins.clear();
    const auto again = ParseTokenFile(FormatTokenFile(*file));
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(FormatTokenFile(*again), FormatTokenFile(*file));
    EXPECT_LE(bytes.size(), file->words.size() * 15);
  }
}

TEST(TokenFileTest, HoldsNoWordOfTheText) {
  const std::string text = TarnText();
  const std::string all = Learnt(text);
  const std::string bytes = all.substr(all.find("tokens\n", 20) + 7);
  const TokenizedText tokens = Tokenize(text);
  for (size_t i = 0; i < tokens.words.size(); ++i) {
    const std::string word(tokens.NormalisedWord(i));
    if (word.size() >= 5) {
      EXPECT_EQ(bytes.find(word), std::string::npos) << word;
    }
  }
}

TEST(TokenFileTest, FindsTitleSlotAndBody) {
  const auto file = ParseTokenFile(Learnt(PebbleText()));
  ASSERT_TRUE(file.ok());
  ASSERT_EQ(file->segments.size(), 3u);
  EXPECT_EQ(file->segments[0].group, kTitleGroup);
  EXPECT_EQ(file->segments[0].end, 2u);
  EXPECT_EQ(file->segments[1].kind, Segment::Kind::kCopyrightSlot);
  EXPECT_EQ(file->segments[1].end, 5u);
  EXPECT_EQ(file->segments[2].kind, Segment::Kind::kFixed);
  EXPECT_EQ(file->segments[2].group, 0u);
}

TEST(LearnTest, LeavesOutWhatFollowsTheEndOfTerms) {
  const std::string text = TarnText() + "\nEND OF TERMS AND CONDITIONS\n\nHow to use it: put this text beside your files.\n";
  const auto file = ParseTokenFile(Learnt(text));
  ASSERT_TRUE(file.ok());
  ASSERT_EQ(file->segments.size(), 4u);
  EXPECT_EQ(file->segments[2].end - file->segments[2].begin, 5u);
  EXPECT_EQ(file->segments[2].group, kTitleGroup + 1);
  EXPECT_EQ(file->segments[3].group, kTitleGroup + 2);
}

TEST(LearnTest, TakesRangesByWord) {
  LearnOptions options;
  options.automatic = false;
  options.only = WordRange{2, 60};
  options.title_words = 3;
  options.slots.push_back({{10, 12}, 5, false});
  options.omittable.push_back({20, 30});
  const auto file = ParseTokenFile(Learnt(PebbleText(), options));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->words.size(), 58u);
  ASSERT_EQ(file->segments.size(), 6u);
  EXPECT_EQ(file->segments[2].kind, Segment::Kind::kFreeSlot);
  EXPECT_EQ(file->segments[2].begin, 8u);
  EXPECT_EQ(file->segments[4].group, kTitleGroup + 1);
  EXPECT_EQ(file->segments[4].begin, 18u);
}

struct BadLearn {
  std::string name;
  std::string text;
  LearnOptions options;
  std::string error;
};

void PrintTo(const BadLearn& c, std::ostream* out) { *out << c.name; }

class BadLearnTest : public testing::TestWithParam<BadLearn> {};

TEST_P(BadLearnTest, IsRefused) {
  LearnRequest request;
  request.id = "x";
  request.source = "x";
  request.text = GetParam().text;
  request.options = GetParam().options;
  const auto bytes = Learn(request);
  ASSERT_FALSE(bytes.ok());
  EXPECT_NE(std::string(bytes.status().message()).find(GetParam().error), std::string::npos) << bytes.status();
}

LearnOptions Only(uint32_t begin, uint32_t end) {
  LearnOptions options;
  options.only = WordRange{begin, end};
  return options;
}

LearnOptions Slots(WordRange a, WordRange b) {
  LearnOptions options;
  options.slots = {{a, 5, false}, {b, 5, false}};
  return options;
}

INSTANTIATE_TEST_SUITE_P(
    Texts, BadLearnTest,
    testing::Values(BadLearn{"TooShort", "Do as you like.", {}, "4 words"},
                    BadLearn{"Homoglyph", "n\xD0\xBEt " + TarnText(), {}, "byte 0: homoglyph"},
                    BadLearn{"OutsideRange", TarnText(), Only(0, 100000), "not inside"},
                    BadLearn{"OverlappingSlots", TarnText(), Slots({20, 30}, {25, 40}), "slots overlap at word"},
                    BadLearn{"EmptySlot", TarnText(), Slots({20, 20}, {25, 40}), "not inside"}),
    [](const testing::TestParamInfo<BadLearn>& info) { return info.param.name; });

struct BadFile {
  std::string name;
  std::string from, to;  // edit of a good file
  std::string error;
};

void PrintTo(const BadFile& c, std::ostream* out) { *out << c.name; }

class BadFileTest : public testing::TestWithParam<BadFile> {};

TEST_P(BadFileTest, IsRefusedWithItsPlace) {
  std::string bytes = Learnt(PebbleText());
  const size_t at = bytes.find(GetParam().from);
  ASSERT_NE(at, std::string::npos);
  bytes.replace(at, GetParam().from.size(), GetParam().to);
  const auto file = ParseTokenFile(bytes);
  ASSERT_FALSE(file.ok());
  EXPECT_NE(std::string(file.status().message()).find(GetParam().error), std::string::npos) << file.status();
}

INSTANTIATE_TEST_SUITE_P(
    Edits, BadFileTest,
    testing::Values(BadFile{"OtherFormat", "tokens 1", "tokens 2", "line 1, column 20: token format 2 is not 1"},
                    BadFile{"OtherNormaliser", "normaliser 1", "normaliser 9", "line 2, column 12: made by normaliser 9"},
                    BadFile{"IdWithBlank", "id Pebble", "id Peb ble", "line 3, column 4: an id has no blanks"},
                    BadFile{"UnknownKind", "kind licence", "kind poem", "line 4, column 6"},
                    BadFile{"NoSource", "source invented", "source ", "line 5"},
                    BadFile{"ShortDigest", "source_sha256 ", "source_sha256 a", "line 6, column 15: expected 64 hex digits"},
                    BadFile{"Gap", "segment fixed 0 2", "segment fixed 0 1", "the segment begins at word 2, not at 1"},
                    BadFile{"UnknownRole", " title ", " tithe ", "expected required, title or optional-N"},
                    BadFile{"HugeSlot", " copyright 60", " copyright 6000", "slot size 6000 is over the limit"},
                    BadFile{"BadToken", "tokens\n", "tokens\nx", "expected a token of eight hex digits"},
                    BadFile{"LostToken", "tokens\n", "tokens\n00000000\n", "words where the header says"},
                    BadFile{"TextBehindTheEnd", "end\n", "end\nmore\n", "text behind the \"end\" line"},
                    BadFile{"NoEnd", "\nend\n", "\n", "ends before its \"end\" line"}),
    [](const testing::TestParamInfo<BadFile>& info) { return info.param.name; });

TEST(TokenFileTest, EveryTruncationIsAnError) {
  const std::string bytes = Learnt(PebbleText());
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(ParseTokenFile(std::string_view(bytes).substr(0, size)).ok()) << size;
  }
}

}  // namespace
}  // namespace weighbridge::classify
