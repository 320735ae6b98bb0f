// A damaged index is an error, never undefined behaviour.
#include "services/classify/index.h"

#include <cstring>
#include <memory>
#include <random>
#include <string>

#include "gtest/gtest.h"
#include "services/classify/classifier.h"
#include "services/classify/fixture.h"
#include "services/classify/index_view.h"

namespace weighbridge::classify {
namespace {

std::string SmallIndex() {
  const auto index = CompileIndex({LearnOrFail("Pebble", "1", PebbleText())}, FixturePhrases());
  EXPECT_TRUE(index.ok()) << index.status();
  return index.ok() ? *index : "";
}

// Makes the checksum right again, as somebody who means harm would.
void Seal(std::string* index) {
  IndexHeader header;
  std::memcpy(&header, index->data(), sizeof(header));
  header.total_bytes = index->size();
  std::memcpy(&(*index)[0], &header, sizeof(header));
  header.checksum = IndexChecksum(*index);
  std::memcpy(&(*index)[0], &header, sizeof(header));
}

TEST(IndexTest, SameInputSameBytes) { EXPECT_EQ(SmallIndex(), SmallIndex()); }

TEST(IndexTest, WorksAtAnyAddress) {
  const std::string index = SmallIndex();
  for (size_t shift = 0; shift < 8; ++shift) {
    const std::string moved = std::string(shift, 'x') + index;
    const auto classifier = Classifier::Create(std::string_view(moved).substr(shift));
    ASSERT_TRUE(classifier.ok()) << classifier.status();
    EXPECT_EQ(Summary((*classifier)->Classify(PebbleText())), "Pebble EXACT bare");
  }
}

TEST(IndexTest, EveryTruncationIsAnError) {
  const std::string index = SmallIndex();
  for (size_t size = 0; size < index.size(); ++size) {
    EXPECT_FALSE(Classifier::Create(std::string_view(index).substr(0, size)).ok()) << size;
  }
}

TEST(IndexTest, EveryFlippedBitIsAnError) {
  const std::string index = SmallIndex();
  std::string damaged = index;
  std::mt19937 random(1);
  for (int round = 0; round < 4000; ++round) {
    const size_t at = round < 2000 ? round % index.size() : random() % index.size();
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << (random() % 8)));
    EXPECT_FALSE(Classifier::Create(damaged).ok()) << at;
    damaged[at] = index[at];
  }
}

TEST(IndexTest, ForgedBytesAreRefusedOrUsedSafely) {
  const std::string index = SmallIndex();
  std::mt19937 random(2);
  int loaded = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string forged = index;
    for (int i = 0; i < 3; ++i) {
      const size_t at = random() % forged.size();
      const uint32_t value = random() % 4 == 0 ? 0xFFFFFFFFu : random() % 300;
      if (at + 4 <= forged.size()) std::memcpy(&forged[at], &value, 4);
    }
    if (round % 7 == 0) forged.resize(random() % forged.size());
    if (forged.size() < sizeof(IndexHeader)) continue;
    Seal(&forged);
    const auto classifier = Classifier::Create(forged);
    if (!classifier.ok()) continue;
    ++loaded;
    (*classifier)->Classify(PebbleText());
  }
  EXPECT_GT(loaded, 0);
}

// Votes are counted by the order of these.
TEST(IndexTest, RefusesASetOutOfOrder) {
  auto compiled =
      CompileIndex({LearnOrFail("Pebble", "1", PebbleText()), LearnOrFail("Shingle", "1", PebbleText())}, {});
  ASSERT_TRUE(compiled.ok());
  IndexHeader header;
  std::memcpy(&header, compiled->data(), sizeof(header));
  ASSERT_GE(header.set_texts.count, 2u);
  const uint16_t descending[] = {1, 0};
  std::memcpy(&(*compiled)[header.set_texts.offset], descending, sizeof(descending));
  Seal(&*compiled);
  EXPECT_EQ(Classifier::Create(*compiled).status().code(), absl::StatusCode::kDataLoss);
}

TEST(IndexTest, RefusesTwoFilesOfOneName) {
  const TokenFile file = LearnOrFail("Pebble", "1", PebbleText());
  EXPECT_FALSE(CompileIndex({file, file}, {}).ok());
}

TEST(IndexTest, RefusesAPhraseWhoseExamplesFail) {
  std::vector<TriggerPhrase> phrases = FixturePhrases();
  phrases[0].hit = "nothing of the kind";
  EXPECT_FALSE(CompileIndex({}, phrases).ok());
  phrases = FixturePhrases();
  phrases[0].miss = phrases[0].hit;
  EXPECT_FALSE(CompileIndex({}, phrases).ok());
  phrases = FixturePhrases();
  phrases[0].pattern = "(";
  EXPECT_FALSE(CompileIndex({}, phrases).ok());
}

TEST(IndexTest, AnEmptyIndexKnowsNothing) {
  const Built built = BuildOrFail({});
  EXPECT_EQ(Summary(built.classifier->Classify(PebbleText())), "");
}

}  // namespace
}  // namespace weighbridge::classify
