// Real texts that are something else than one whole licence are called that: cut off, pointers, translations, several
// in one. And whole licences are called none of it. Needs WEIGHBRIDGE_CORPUS.
#include "services/provenance/text_notes.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "services/classify/classifier.h"
#include "services/rulebook/builtin.h"
#include "services/rulebook/rulebook.h"
#include "tests/support/corpus.h"

namespace weighbridge::accuracy {
namespace {

using classify::Classification;
using provenance::TextNote;
using provenance::TextNotes;
using testing_support::ReadFileOrFail;

class TextNotesCorpusTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto corpus = testing_support::CorpusDir();
    if (!corpus.has_value()) GTEST_SKIP() << "WEIGHBRIDGE_CORPUS is not set";
    corpus_ = *corpus;
  }

  static const rulebook::Rulebook& Rules() { return **rulebook::BuiltinRulebook(); }
  std::string Read(const std::string& path) const { return ReadFileOrFail(corpus_ + "/" + path); }
  static TextNotes Take(const std::string& text, bool terms = true) {
    return provenance::TakeTextNotes(text, Rules().classifier().Classify(text), Rules(), terms);
  }
  static std::string Kinds(const TextNotes& notes) {
    std::string kinds;
    for (const TextNote& note : notes.notes) kinds += (kinds.empty() ? "" : " ") + v1::TextNote::Kind_Name(note.kind);
    return kinds;
  }

  struct Text {
    std::string path, bytes, id;  // id of the licence that is bare in it
  };
  // Those that are one licence or policy, word for word.
  std::vector<Text> Whole() const {
    std::vector<Text> whole;
    for (const std::string& folder : testing_support::ListDir(corpus_ + "/licenses")) {
      for (const std::string& name : testing_support::ListDir(corpus_ + "/licenses/" + folder)) {
        Text text{folder + "/" + name, Read("licenses/" + folder + "/" + name), ""};
        const Classification found = Rules().classifier().Classify(text.bytes);
        if (found.matches.size() != 1 || !found.Bare(0)) continue;
        text.id = found.matches[0].license_id;
        whole.push_back(std::move(text));
      }
    }
    EXPECT_GE(whole.size(), 140u);
    return whole;
  }

  std::string corpus_;
};

TEST_F(TextNotesCorpusTest, WholeLicencesAreNothingElse) {
  for (const Text& text : Whole()) EXPECT_EQ(Kinds(Take(text.bytes)), "") << text.path;
}

TEST_F(TextNotesCorpusTest, BeginningsAreTruncated) {
  int cut = 0, called = 0, unmatched = 0;
  for (const Text& text : Whole()) {
    for (const double share : {0.3, 0.5, 0.7, 0.9}) {
      const size_t end = text.bytes.find(' ', static_cast<size_t>(static_cast<double>(text.bytes.size()) * share));
      if (end == std::string::npos) continue;
      const std::string head = text.bytes.substr(0, end);
      const Classification found = Rules().classifier().Classify(head);
      if (found.matches.empty()) {
        ++unmatched;
        continue;
      }
      if (found.Bare(0)) continue;  // what is missing may be an appendix
      ++cut;
      const TextNotes notes = Take(head);
      const TextNote* note = notes.Find(v1::TextNote::TRUNCATED);
      if (note == nullptr) {
        std::printf("  not called truncated: %s, %.0f %%: %s\n", text.path.c_str(), 100 * share, Kinds(notes).c_str());
        continue;
      }
      ++called;
      EXPECT_LE(note->end, head.size()) << text.path;
    }
  }
  std::printf("%d beginnings of licences, %d called truncated (%.1f %%); %d too short to be known\n", cut, called,
              100.0 * called / cut, unmatched);
  EXPECT_GE(cut, 400);
  EXPECT_GE(called, 0.95 * cut);
}

TEST_F(TextNotesCorpusTest, LicencesBehindOneAnotherAreSeveral) {
  std::vector<Text> licences;
  for (Text& text : Whole()) {
    const auto* license = Rules().LicenseById(text.id);
    if (license != nullptr && license->kind() == rules::v1::DocumentKind::license) licences.push_back(std::move(text));
  }
  int pairs = 0, called = 0;
  for (size_t i = 0; i < licences.size(); ++i) {
    const Text& one = licences[i];
    const Text& other = licences[(i * 7 + 31) % licences.size()];
    if (one.id == other.id) continue;
    ++pairs;
    const TextNotes notes = Take(one.bytes + "\n\n" + other.bytes);
    const TextNote* note = notes.Find(v1::TextNote::SEVERAL_LICENSES);
    if (note == nullptr) {
      std::printf("  not called several: %s and %s\n", one.path.c_str(), other.path.c_str());
      continue;
    }
    ++called;
    EXPECT_EQ(note->message.rfind("2 licences in one text: ", 0), 0u) << note->message;
    for (const std::string& id : {one.id, other.id}) {
      EXPECT_TRUE(std::any_of(note->licenses.begin(), note->licenses.end(),
                              [&](const auto* license) { return license == Rules().LicenseById(id); }))
          << one.path << " and " << other.path << ": " << note->message;
    }
  }
  std::printf("%d pairs of licences, %d called several\n", pairs, called);
  EXPECT_GE(pairs, 90);
  EXPECT_GE(called, 0.98 * pairs);
}

// The rows of the corpus that say what a file is; the rest of the row is what it points at.
TEST_F(TextNotesCorpusTest, TrapsAreCalledWhatTheyAre) {
  int pointers = 0, truncated = 0;
  for (const auto& row : testing_support::ReadTsvOrFail(corpus_ + "/MANIFEST.tsv")) {
    if (row.size() < 2 || row[0].rfind("traps/", 0) != 0) continue;
    const TextNotes notes = Take(Read(row[0]));
    if (row[1].rfind("pointer:", 0) == 0) {
      ++pointers;
      EXPECT_NE(notes.Find(v1::TextNote::POINTER), nullptr) << row[0] << " is " << row[1] << ": " << Kinds(notes);
    }
    if (row[1].rfind("truncated:", 0) == 0) {
      ++truncated;
      EXPECT_NE(notes.Find(v1::TextNote::TRUNCATED), nullptr) << row[0] << " is " << row[1] << ": " << Kinds(notes);
    }
    if (row[1].rfind("mismatch:", 0) == 0) {
      EXPECT_EQ(Kinds(notes), "") << row[0];
    }
  }
  EXPECT_GE(pointers, 9);
  EXPECT_GE(truncated, 1);
}

// What stands in ideographs, line by line.
std::string ChineseLines(const std::string& text) {
  std::string lines;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    const auto wide =
        std::count_if(line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
    if (2 * static_cast<size_t>(wide) > line.size()) lines += line + "\n\n";
    at = end + 1;
  }
  return lines;
}

// The Chinese halves of licences that are published in two languages, each under its name.
TEST_F(TextNotesCorpusTest, TheOtherLanguageAloneIsATranslation) {
  const std::vector<std::pair<std::string, std::string>> texts = {
      {"chatglm-6b/1.txt", "ChatGLM-6B"}, {"glm-4-9b/1.txt", "GLM-4-9B"},     {"cogvlm/1.txt", "CogVLM"},
      {"cogvideox/1.txt", "CogVideoX"},   {"kolors/1.txt", "Kolors"},         {"openatom-model-1.0/1.txt", "OpenAtom"},
      {"yi-license-1.0/1.txt", "Yi"},     {"yi-license-2.1/1.txt", "Yi 2.1"}, {"falcon-180b-1.0/1.txt", "Falcon-180B"}};
  for (const auto& [path, name] : texts) {
    const std::string chinese = ChineseLines(Read("licenses/" + path));
    ASSERT_GT(chinese.size(), 600u) << path;
    const std::string text = name + " License\n\n" + chinese + "\n\n本文为翻译\n";
    const TextNotes notes = Take(text);
    EXPECT_EQ(notes.language, "Chinese") << path;
    EXPECT_NE(notes.Find(v1::TextNote::TRANSLATION), nullptr) << path << ": " << Kinds(notes);
    EXPECT_EQ(notes.Find(v1::TextNote::POINTER), nullptr) << path;
    // Without any name it is unknown terms in Chinese; never a few words.
    EXPECT_GT(Take(chinese).words, provenance::kPointerWordsMax) << path;
  }
  // An English text with its translation behind it.
  const TextNotes beside = Take(Read("licenses/falcon-180b-1.0/1.txt"));
  ASSERT_NE(beside.Find(v1::TextNote::TRANSLATION), nullptr) << Kinds(beside);
  EXPECT_GT(beside.Find(v1::TextNote::TRANSLATION)->begin, 1000u);
}

// Texts in other languages of the pack, which say their language: those that name a licence that we know or call
// themselves a translation are translations, all of them are in another language, and no English one is.
TEST_F(TextNotesCorpusTest, LanguagesOfThePack) {
  const auto pack = testing_support::LicencePackDir();
  if (!pack.has_value()) GTEST_SKIP() << "WEIGHBRIDGE_LICENCE_PACK is not set";
  int foreign = 0, seen = 0, translations = 0, english = 0, wrong = 0;
  for (const std::string& name : testing_support::ListDir(*pack)) {
    const std::string file = ReadFileOrFail(*pack + "/" + name);
    const std::string text = testing_support::WithoutFrontMatter(file);
    if (text.size() < 600) continue;
    const size_t language = file.substr(0, file.size() - text.size()).find("\nlanguage: ");
    const TextNotes notes = Take(text);
    if (language == std::string::npos) {
      ++english;
      if (const TextNote* note = notes.Find(v1::TextNote::TRANSLATION)) {
        ++wrong;
        std::printf("  %s: %s\n", name.c_str(), note->message.c_str());
      }
      EXPECT_TRUE(notes.language.empty()) << name << " is in " << notes.language;
      continue;
    }
    ++foreign;
    if (notes.language.empty()) {
      std::printf("  in English to us: %s\n", name.c_str());
    } else {
      ++seen;
    }
    translations += notes.Find(v1::TextNote::TRANSLATION) != nullptr ? 1 : 0;
  }
  std::printf(
      "%d texts of the pack in other languages, %d seen as that, %d of them translations; %d of %d in English hold a "
      "part "
      "in another\n",
      foreign, seen, translations, wrong, english);
  EXPECT_GE(foreign, 30);
  // Some are in two languages.
  EXPECT_GE(seen, 0.85 * foreign);
  EXPECT_GE(translations, 20);
  EXPECT_GE(english, 2000);
  EXPECT_LE(wrong, 10);
}

// Cards are pages of many languages with pictures in them: hardly one hides something where it speaks of its licence.
TEST_F(TextNotesCorpusTest, CardsHideNothing) {
  int cards = 0, hiding = 0;
  for (const std::string& name : testing_support::ListDir(corpus_ + "/model-cards")) {
    ++cards;
    const TextNotes notes = Take(Read("model-cards/" + name), /*terms=*/false);
    const TextNote* hidden = notes.Find(v1::TextNote::HIDDEN_TEXT);
    if (hidden == nullptr) continue;
    ++hiding;
    std::printf("  %s: %s\n", name.c_str(), hidden->message.c_str());
  }
  std::printf("%d cards, %d hide something where they speak of a licence\n", cards, hiding);
  EXPECT_GE(cards, 70);
  EXPECT_LE(hiding, 1);
}

}  // namespace
}  // namespace weighbridge::accuracy
