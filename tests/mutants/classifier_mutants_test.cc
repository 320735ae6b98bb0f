// The classifier against the mutants, on real texts: no legal mutant is named bare as the licence it was made of,
// harmless ones are. Needs WEIGHBRIDGE_CORPUS or WEIGHBRIDGE_LICENCE_PACK. Prints one row for each kind, and every
// example that fails.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "services/classify/classifier.h"
#include "services/classify/edit.h"
#include "services/classify/fixture.h"
#include "services/classify/learn.h"
#include "services/classify/token_file.h"
#include "services/classify/tokenize.h"
#include "tests/mutants/mutants.h"
#include "tests/mutants/random.h"
#include "tests/support/corpus.h"

namespace weighbridge::mutants {
namespace {

using classify::BuildOrFail;
using classify::Built;
using classify::Classification;
using classify::MatchVerdict;
using classify::TextMatch;
using classify::TokenFile;
using testing_support::CorpusDir;
using testing_support::LicencePackDir;
using testing_support::ListDir;
using testing_support::ReadFileOrFail;

constexpr size_t kPackTexts = 300;
constexpr size_t kLeastCases = 300;  // of each kind
constexpr size_t kSiblings = 5;
constexpr size_t kMostPrinted = 400;
constexpr int kMostIdleRounds = 12;  // seeds that made nothing new in any text
constexpr double kHarmlessShare = 0.995;

size_t LegalCases() { return std::getenv("WEIGHBRIDGE_RELEASE") != nullptr ? 100'000 : 10'000; }

struct Text {
  std::string id;
  std::string path;
  std::string bytes;
};

// Null for what cannot be learnt: shorter than a licence, or with hidden characters.
std::optional<TokenFile> LearnText(const Text& text) {
  classify::LearnRequest request;
  request.id = text.id;
  request.text = text.bytes;
  request.source = "test";
  for (const auto& [path, title] : testing_support::kTitles) {
    if (text.path != path) continue;
    const classify::TokenizedText tokens = classify::Tokenize(text.bytes);
    uint32_t first = 0;
    while (tokens.words[first].begin < text.bytes.find(title)) ++first;
    request.options.only = classify::WordRange{first, static_cast<uint32_t>(tokens.words.size())};
  }
  const auto bytes = classify::Learn(request);
  if (!bytes.ok()) return std::nullopt;
  auto file = classify::ParseTokenFile(*bytes);
  if (!file.ok()) return std::nullopt;
  file->name = text.path;
  return *std::move(file);
}

// All texts learnt as corpus_test does: each wording that is not bare already.
struct World {
  std::vector<Text> texts;  // learnt, and bare as themselves: mutants are made of them
  std::vector<std::unique_ptr<MutantMaker>> makers;
  // Id and words of every wording: a mutant that reads like one of them is official as well.
  std::set<std::pair<std::string, std::string>> readings;
  Built built;
};

const World* MakeWorld() {
  auto* world = new World;
  std::vector<Text> learnt;
  std::vector<TokenFile> files;
  size_t unlearnt = 0, known = 0, not_bare = 0;
  if (const auto corpus = CorpusDir()) {
    for (const std::string& id : ListDir(*corpus + "/licenses")) {
      std::vector<TokenFile> own;
      for (const std::string& name : ListDir(*corpus + "/licenses/" + id)) {
        Text text{id, id + "/" + name, ReadFileOrFail(*corpus + "/licenses/" + id + "/" + name)};
        if (!own.empty() && BuildOrFail(own).classifier->Classify(text.bytes).Bare(0)) {
          ++known;
          continue;
        }
        auto file = LearnText(text);
        if (!file.has_value()) {
          ++unlearnt;
          continue;
        }
        own.push_back(*file);
        files.push_back(*std::move(file));
        learnt.push_back(std::move(text));
      }
    }
  }
  if (const auto pack = LicencePackDir()) {
    const Built corpus = BuildOrFail(files);
    size_t read = 0;
    for (const std::string& name : ListDir(*pack)) {
      if (name.size() < 8 || name.substr(name.size() - 8) != ".LICENSE") continue;
      if (++read > kPackTexts) break;
      Text text{"pack:" + name.substr(0, name.size() - 8), name,
                testing_support::WithoutFrontMatter(ReadFileOrFail(*pack + "/" + name))};
      if (text.bytes.rfind("---\n", 0) == 0) continue;  // nothing but front matter
      if (corpus.classifier != nullptr && corpus.classifier->Classify(text.bytes).Bare(0)) {
        ++known;
        continue;
      }
      auto file = LearnText(text);
      if (!file.has_value()) {
        ++unlearnt;
        continue;
      }
      files.push_back(*std::move(file));
      learnt.push_back(std::move(text));
    }
  }
  world->built = BuildOrFail(files);
  for (Text& text : learnt) {
    world->readings.insert({text.id, Reading(text.bytes)});
    const Classification found = world->built.classifier->Classify(text.bytes);
    if (found.matches.size() == 1 && found.matches[0].license_id == text.id && found.Bare(0)) {
      world->texts.push_back(std::move(text));
    } else {
      std::printf("not bare as itself: %s: %s\n", text.path.c_str(), Summary(found).c_str());
      ++not_bare;
    }
  }
  std::printf("%zu texts learnt, %zu of them bare as themselves; %zu known already, %zu cannot be learnt\n",
              files.size(), world->texts.size(), known, unlearnt);
  EXPECT_LE(not_bare * 20, files.size()) << "too many texts of which no mutant can be made";

  std::vector<std::string_view> views;
  for (const Text& text : world->texts) views.push_back(text.bytes);
  const std::vector<std::vector<size_t>> siblings = Siblings(views, 4 * kSiblings);
  for (size_t i = 0; i < world->texts.size(); ++i) {
    std::vector<std::string_view> own;
    for (const size_t sibling : siblings[i]) {
      if (world->texts[sibling].id != world->texts[i].id && own.size() < kSiblings) own.push_back(views[sibling]);
    }
    world->makers.push_back(std::make_unique<MutantMaker>(views[i], own));
  }
  return world;
}

// A match that takes the mutant for the licence it was made of.
//
// Two ways: it could be approved by (`Bare`), wherever the edit is, unless the edit lies in another text of the same
// file that is not bare; or its verdict says that the words around the edit are the official ones and nothing else says
// that they are not.
bool PassesAsOriginal(const Classification& found, const LegalMutant& mutant, const std::string& id) {
  // From the first word that is new to the last.
  size_t first = mutant.begin, last = mutant.end;
  const std::vector<Word> words =
      WordsOf(std::string_view(mutant.text).substr(mutant.begin, mutant.end - mutant.begin));
  if (!words.empty()) {
    first = mutant.begin + words.front().begin;
    last = mutant.begin + words.back().end;
  }
  const auto overlaps = [&](size_t begin, size_t end) {
    return first == last ? begin <= first && first <= end : begin < last && first < end;
  };
  for (size_t i = 0; i < found.matches.size(); ++i) {
    const TextMatch& match = found.matches[i];
    if (match.license_id != id || match.verdict < MatchVerdict::kEquivalent) continue;
    const bool covers = overlaps(match.begin, match.end);
    if (found.Bare(i)) {
      bool elsewhere = false;
      for (size_t k = 0; k < found.matches.size() && !covers; ++k) {
        const size_t begin = std::max<size_t>(first, found.matches[k].begin);
        const size_t end = std::min<size_t>(last, found.matches[k].end);
        // All of it but a list marker before it.
        elsewhere = elsewhere || (k != i && !found.Bare(k) && begin < end && (end - begin) * 10 >= (last - first) * 9);
      }
      if (!elsewhere) return true;
    }
    if (!covers || found.incomplete || !match.also.empty()) continue;
    bool shown = false;
    for (const classify::Edit& edit : match.edits) shown = shown || overlaps(edit.begin, edit.end);
    for (const classify::Residue& residue : found.residue) shown = shown || overlaps(residue.begin, residue.end);
    if (!shown) return true;
  }
  return false;
}

std::string OneLine(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '\n' ? std::string("\\n") : c == '\r' ? std::string("\\r") : std::string(1, c);
  return out;
}

// 60 characters on both sides of the edit, which stands in [[ ]].
std::string Excerpt(const LegalMutant& mutant) {
  const auto brief = [&](std::string_view text) {
    return text.size() <= 160 ? OneLine(text)
                              : OneLine(text.substr(0, 100)) + " ... " + OneLine(text.substr(text.size() - 50));
  };
  const size_t before = mutant.begin - std::min<size_t>(mutant.begin, 60);
  return OneLine(std::string_view(mutant.text).substr(before, mutant.begin - before)) + "[[" + brief(mutant.was) +
         " -> " + brief(std::string_view(mutant.text).substr(mutant.begin, mutant.end - mutant.begin)) + "]]" +
         OneLine(std::string_view(mutant.text).substr(mutant.end, 60));
}

// Where a harmless change was taken for more.
std::string FirstEdit(const Classification& found, const std::string& text) {
  for (const TextMatch& match : found.matches) {
    for (const classify::Edit& edit : match.edits) {
      if (classify::IsAllowed(edit.cls)) continue;
      const size_t before = edit.begin - std::min<size_t>(edit.begin, 60);
      return std::string(classify::EditClassName(edit.cls)) + " '" + text.substr(before, edit.begin - before) + "[[" +
             text.substr(edit.begin, std::min<size_t>(edit.end - edit.begin, 80)) + "]]" + text.substr(edit.end, 60) +
             "'";
    }
    for (const classify::Residue& residue : found.residue) {
      if (residue.blocks)
        return "residue '" + text.substr(residue.begin, std::min<size_t>(residue.end - residue.begin, 120)) + "'";
    }
    for (const std::string& also : match.also) return "also " + also;
  }
  return "";
}

class ClassifierMutantsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!CorpusDir().has_value() && !LicencePackDir().has_value()) {
      GTEST_SKIP() << "neither WEIGHBRIDGE_CORPUS nor WEIGHBRIDGE_LICENCE_PACK is set";
    }
    static const World* world = MakeWorld();
    world_ = world;
    ASSERT_FALSE(world_->texts.empty());
    for (size_t i = 0; i < world_->texts.size(); ++i) order_.push_back(i);
    Random random(20311117);
    for (size_t i = order_.size(); i > 1; --i) std::swap(order_[i - 1], order_[random.Below(i)]);
  }

  // Goes round all texts with one seed after the other.
  struct Walk {
    size_t at = 0;
    uint64_t seed = 1;
    int idle = 0;
    bool made_in_round = false;
    std::set<uint64_t> seen;  // hashes of mutants
    std::set<size_t> texts;
    size_t cases = 0, failed = 0, named_other = 0;
  };

  // The next new mutant of this walk: calls `make(maker, seed)`, which returns an optional with a `text`. Null at the
  // end.
  template <typename Make>
  auto Next(Walk& walk, Make make) -> std::pair<size_t, decltype(make(std::declval<const MutantMaker&>(), 0))> {
    while (walk.idle < kMostIdleRounds) {
      if (walk.at == order_.size()) {
        walk.at = 0;
        ++walk.seed;
        walk.idle = walk.made_in_round ? 0 : walk.idle + 1;
        walk.made_in_round = false;
      }
      const size_t i = order_[walk.at++];
      auto mutant = make(*world_->makers[i], walk.seed);
      if (!mutant.has_value()) continue;
      const uint64_t hash = HashOf(mutant->text) ^ (i * 0x9E3779B97F4A7C15u);
      if (!walk.seen.insert(hash).second) continue;
      walk.made_in_round = true;
      walk.texts.insert(i);
      ++walk.cases;
      return {i, std::move(mutant)};
    }
    return {0, std::nullopt};
  }

  const World* world_ = nullptr;
  std::vector<size_t> order_;
};

TEST_F(ClassifierMutantsTest, NoLegalMutantIsBareAsTheOriginal) {
  const size_t wanted = LegalCases();
  std::vector<Walk> walks(kLegalKinds);
  size_t all = 0, printed = 0;
  // A kind that runs out leaves its share to the others.
  for (bool more = true; more && all < wanted;) {
    more = false;
    const size_t share = (wanted - all + kLegalKinds - 1) / kLegalKinds;
    for (int k = 0; k < kLegalKinds && all < wanted; ++k) {
      const auto kind = static_cast<LegalKind>(k);
      for (size_t n = 0; n < share && all < wanted; ++n) {
        const auto [i, mutant] =
            Next(walks[k], [&](const MutantMaker& maker, uint64_t seed) { return maker.MakeLegal(kind, seed); });
        if (!mutant.has_value()) break;
        more = true;
        const Text& text = world_->texts[i];
        if (world_->readings.count({text.id, Reading(mutant->text)}) > 0) {
          --walks[k].cases;
          continue;
        }
        ++all;
        const Classification found = world_->built.classifier->Classify(mutant->text);
        const bool passes = PassesAsOriginal(found, *mutant, text.id);
        bool other = false;
        for (size_t m = 0; m < found.matches.size(); ++m) {
          other = other || (found.Bare(m) && found.matches[m].license_id != text.id);
        }
        walks[k].failed += passes;
        walks[k].named_other += other;
        if ((passes || other) && ++printed <= kMostPrinted) {
          std::printf("%s: %s, %s, seed %zu: %s: %s\n", passes ? "PASSES" : "another", std::string(Name(kind)).c_str(),
                      text.path.c_str(), static_cast<size_t>(walks[k].seed), Summary(found).c_str(),
                      Excerpt(*mutant).c_str());
        }
      }
    }
  }

  std::printf("\n%-20s %7s %9s %7s %8s\n", "legal kind", "cases", "licences", "passed", "another");
  size_t failed = 0;
  for (int k = 0; k < kLegalKinds; ++k) {
    const std::string name(Name(static_cast<LegalKind>(k)));
    const Walk& walk = walks[k];
    std::printf("%-20s %7zu %9zu %7zu %8zu\n", name.c_str(), walk.cases, walk.texts.size(), walk.failed,
                walk.named_other);
    RecordProperty(name + "_cases", static_cast<int>(walk.cases));
    RecordProperty(name + "_passed", static_cast<int>(walk.failed));
    EXPECT_GE(walk.cases, kLeastCases) << name;
    EXPECT_EQ(walk.failed, 0u) << name << ": taken for the original";
    failed += walk.failed;
  }
  std::printf("%-20s %7zu %9zu %7zu\n", "all", all, world_->texts.size(), failed);
  RecordProperty("legal_cases", static_cast<int>(all));
  RecordProperty("legal_passed", static_cast<int>(failed));
  EXPECT_GE(all, wanted);
}

TEST_F(ClassifierMutantsTest, HarmlessMutantsAreBare) {
  std::vector<Walk> walks(kHarmlessKinds);
  size_t all = 0, missed = 0, printed = 0;
  for (int k = 0; k < kHarmlessKinds; ++k) {
    const auto kind = static_cast<HarmlessKind>(k);
    Walk& walk = walks[k];
    while (walk.cases < kLeastCases) {
      const auto [i, mutant] =
          Next(walk, [&](const MutantMaker& maker, uint64_t seed) { return maker.MakeHarmless(kind, seed); });
      if (!mutant.has_value()) break;
      const Text& text = world_->texts[i];
      if (kind != HarmlessKind::kCopyrightLine && kind != HarmlessKind::kHeading) {
        ASSERT_TRUE(SameWords(mutant->text, text.bytes)) << Name(kind) << ", " << text.path << ", seed " << walk.seed;
      }
      const Classification found = world_->built.classifier->Classify(mutant->text);
      bool right = !found.matches.empty();
      for (size_t m = 0; m < found.matches.size(); ++m) {
        right = right && found.matches[m].license_id == text.id && found.Bare(m);
      }
      if (right) continue;
      ++walk.failed;
      if (++printed <= kMostPrinted) {
        std::printf("MISSED: %s, %s, seed %zu: %s: %s\n", std::string(Name(kind)).c_str(), text.path.c_str(),
                    static_cast<size_t>(walk.seed), Summary(found).c_str(),
                    OneLine(FirstEdit(found, mutant->text)).c_str());
      }
    }
    all += walk.cases;
    missed += walk.failed;
  }

  std::printf("\n%-20s %7s %9s %7s\n", "harmless kind", "cases", "licences", "missed");
  for (int k = 0; k < kHarmlessKinds; ++k) {
    const std::string name(Name(static_cast<HarmlessKind>(k)));
    std::printf("%-20s %7zu %9zu %7zu\n", name.c_str(), walks[k].cases, walks[k].texts.size(), walks[k].failed);
    RecordProperty(name + "_cases", static_cast<int>(walks[k].cases));
    RecordProperty(name + "_missed", static_cast<int>(walks[k].failed));
  }
  std::printf("%-20s %7zu %9zu %7zu (%.3f %% are bare)\n", "all", all, world_->texts.size(), missed,
              all == 0 ? 0.0 : 100.0 * static_cast<double>(all - missed) / static_cast<double>(all));
  RecordProperty("harmless_cases", static_cast<int>(all));
  RecordProperty("harmless_missed", static_cast<int>(missed));
  EXPECT_GE(all, 2000u);
  EXPECT_GE(static_cast<double>(all - missed), kHarmlessShare * static_cast<double>(all));
}

}  // namespace
}  // namespace weighbridge::mutants
