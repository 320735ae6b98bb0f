// How well the extractor reads texts whose licence the rulebook does not know: precision and recall against the labels.
#include "services/classify/terms.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "services/classify/classifier.h"
#include "services/classify/index.h"
#include "services/classify/token_file.h"
#include "services/classify/tokenize.h"
#include "services/crypto/sha256.h"
#include "services/rulebook/builtin.h"
#include "services/rulebook/rule_file.h"
#include "services/rulebook/rulebook.h"
#include "tests/support/corpus.h"

namespace weighbridge::classify {
namespace {

using testing_support::ReadFileOrFail;

constexpr double kPrecisionHold = 0.99;
constexpr double kRecallHold = 0.98;
constexpr double kPrecisionDevelopment = 0.99;
constexpr double kRecallDevelopment = 0.98;
constexpr double kPrecisionDevelopment2 = 0.98;
constexpr double kRecallDevelopment2 = 0.96;
// What was measured at first sight: nothing may be written for these texts, and nothing else may cost any of it.
constexpr double kPrecisionUnseen = 0.92;
constexpr double kRecallUnseen = 0.82;

struct Label {
  std::string name, sha256;  // folder of the corpus, or pack/<key>
  bool held = false;
  std::set<std::string> terms;

  bool OfPack() const { return name.rfind("pack/", 0) == 0; }
};

// At the end of a label: its words go on.
constexpr std::string_view kGoesOn = " ...";

// "polarity kind value" with the value's words as the tokeniser reads them: quotes and line breaks of a text are no
// part of a label.
std::string Normal(const std::string& term) {
  const size_t kind = term.find(' ') + 1;
  const size_t value = std::min(term.find(' ', kind), term.size());
  const bool goes_on = term.size() > kGoesOn.size() && term.substr(term.size() - kGoesOn.size()) == kGoesOn;
  return term.substr(0, value) + " " + Tokenize(term.substr(value)).normalised + (goes_on ? "..." : "");
}

std::vector<Label> ReadLabels(const std::string& path) {
  std::vector<Label> labels;
  std::istringstream lines(ReadFileOrFail(path));
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::vector<std::string> cells(1);
    for (const char c : line) {
      if (c == '\t') {
        cells.emplace_back();
      } else {
        cells.back() += c;
      }
    }
    EXPECT_EQ(cells.size(), 4u) << line;
    if (cells.size() != 4) continue;
    Label label{cells[0], cells[1], cells[2] == "held", {}};
    for (size_t at = 0; at < cells[3].size();) {
      const size_t end = std::min(cells[3].find("; ", at), cells[3].size());
      label.terms.insert(Normal(cells[3].substr(at, end - at)));
      at = end + 2;
    }
    labels.push_back(std::move(label));
  }
  return labels;
}

struct Count {
  int right = 0, wrong = 0, missed = 0;
  double Precision() const { return right + wrong == 0 ? 1 : static_cast<double>(right) / (right + wrong); }
  double Recall() const { return right + missed == 0 ? 1 : static_cast<double>(right) / (right + missed); }
};

void Print(const std::string& name, const Count& count) {
  std::printf("%-22s %4d right, %2d wrong, %2d missed: precision %.2f %%, recall %.2f %%\n", name.c_str(), count.right,
              count.wrong, count.missed, 100 * count.Precision(), 100 * count.Recall());
}

// The classification of a text by the rulebook without every wording that would explain it.
Classification ClassifyAsUnknown(const std::string& text, const std::vector<TokenFile>& all, const Classifier& whole) {
  std::set<std::string> removed;
  Classification found = whole.Classify(text);
  for (int round = 0; round < 4; ++round) {
    const size_t before = removed.size();
    for (const TextMatch& match : found.matches) {
      // The text's own licence matches bare, a sibling with few edits.
      if (match.verdict >= MatchVerdict::kVariant || round == 0) removed.insert(match.license_id);
    }
    if (removed.size() == before) break;
    std::vector<TokenFile> kept;
    for (const TokenFile& file : all) {
      if (removed.count(file.id) == 0) kept.push_back(file);
    }
    const absl::StatusOr<std::string> index = CompileIndex(kept, {});
    EXPECT_TRUE(index.ok()) << index.status();
    if (!index.ok()) break;
    const auto classifier = Classifier::Create(*index);
    EXPECT_TRUE(classifier.ok()) << classifier.status();
    if (!classifier.ok()) break;
    found = (*classifier)->Classify(text);
  }
  for (size_t i = 0; i < found.matches.size(); ++i) EXPECT_FALSE(found.Bare(i)) << found.matches[i].license_id;
  return found;
}

// Every token file of the rulebook.
std::vector<TokenFile> AllTokenFiles(const rulebook::Rulebook& book) {
  std::vector<TokenFile> files;
  const auto bundle = rulebook::UnpackBundle(book.bundle());
  EXPECT_TRUE(bundle.ok()) << bundle.status();
  if (!bundle.ok()) return files;
  for (const rulebook::RuleFile& file : *bundle) {
    if (file.path.size() < 7 || file.path.substr(file.path.size() - 7) != ".tokens") continue;
    absl::StatusOr<TokenFile> parsed = ParseTokenFile(file.bytes);
    EXPECT_TRUE(parsed.ok()) << parsed.status();
    if (!parsed.ok()) continue;
    parsed->name = file.path;
    files.push_back(*std::move(parsed));
  }
  return files;
}

// The text that a label is about; none if its folder of texts is not there.
std::optional<std::string> TextOf(const Label& label) {
  if (label.OfPack()) {
    const std::optional<std::string> pack = testing_support::LicencePackDir();
    if (!pack.has_value()) return std::nullopt;
    const std::string file = ReadFileOrFail(*pack + "/" + label.name.substr(5) + ".LICENSE");
    EXPECT_EQ(Sha256Hex(file), label.sha256) << label.name;
    return testing_support::WithoutFrontMatter(file);
  }
  const std::optional<std::string> corpus = testing_support::CorpusDir();
  if (!corpus.has_value()) return std::nullopt;
  const std::string text = ReadFileOrFail(*corpus + "/licenses/" + label.name + "/1.txt");
  EXPECT_EQ(Sha256Hex(text), label.sha256) << label.name;
  return text;
}

// True if a label says what is claimed. One that ends with "..." says how the words begin.
bool Says(const std::string& label, const std::string& claimed) {
  const size_t size = label.size() - std::min(label.size(), kGoesOn.size());
  if (label.compare(size, std::string::npos, kGoesOn) != 0) return label == claimed;
  return claimed.size() > size && claimed.compare(0, size, label, 0, size) == 0;
}

struct Measured {
  Count all, parts[2];  // [1]: held out
  int texts = 0, skipped = 0;
};

// Every miss and every false claim by kind, value and text, then the counts by kind.
Measured Measure(const std::string& path) {
  Measured measured;
  const auto& book = rulebook::BuiltinRulebook();
  EXPECT_TRUE(book.ok()) << book.status();
  if (!book.ok()) return measured;
  const std::vector<TokenFile> files = AllTokenFiles(**book);
  std::map<std::string, Count> kinds;
  for (const Label& label : ReadLabels(path)) {
    const std::optional<std::string> text = TextOf(label);
    if (!text.has_value()) {
      ++measured.skipped;
      continue;
    }
    ++measured.texts;
    const Classification found = ClassifyAsUnknown(*text, files, (*book)->classifier());
    std::set<std::string> claimed;
    for (const ClaimedTerm& term : (*book)->terms().ExtractUnexplained(*text, found)) {
      // What is permitted is labelled for one kind alone.
      if (term.polarity == TermPolarity::kPermits && term.kind != "distillation") continue;
      claimed.insert(Normal(std::string(TermPolarityName(term.polarity)) + " " + term.kind + " " + term.value));
    }
    const auto count = [&](const std::string& term, int Count::*what) {
      const size_t blank = term.find(' ');
      ++(measured.all.*what);
      ++(measured.parts[label.held ? 1 : 0].*what);
      ++(kinds[term.substr(blank + 1, term.find(' ', blank + 1) - blank - 1)].*what);
    };
    for (const std::string& term : claimed) {
      const bool right = std::any_of(label.terms.begin(), label.terms.end(),
                                     [&](const std::string& labelled) { return Says(labelled, term); });
      count(term, right ? &Count::right : &Count::wrong);
      if (!right) std::printf("wrong   %s: %s\n", label.name.c_str(), term.c_str());
    }
    for (const std::string& term : label.terms) {
      const bool found_it =
          std::any_of(claimed.begin(), claimed.end(), [&](const std::string& one) { return Says(term, one); });
      if (found_it) continue;
      count(term, &Count::missed);
      std::printf("missed  %s: %s\n", label.name.c_str(), term.c_str());
    }
  }
  for (const auto& [kind, counted] : kinds) Print(kind, counted);
  if (measured.skipped > 0) std::printf("%d texts are not there\n", measured.skipped);
  return measured;
}

TEST(TermsMeasurement, PrecisionAndRecallHold) {
  if (!testing_support::CorpusDir().has_value()) GTEST_SKIP() << "WEIGHBRIDGE_CORPUS is not set";
  const Measured measured = Measure("tests/terms/labels.tsv");
  EXPECT_GE(measured.texts, 70);
  Print("tuned on", measured.parts[0]);
  Print("held out", measured.parts[1]);
  Print("all", measured.all);
  EXPECT_GE(measured.all.Precision(), kPrecisionHold);
  EXPECT_GE(measured.all.Recall(), kRecallHold);
}

// A file whose texts are of the corpus and of the licence pack.
void ExpectHolds(const std::string& name, const std::string& path, int texts, double precision, double recall) {
  if (!testing_support::LicencePackDir().has_value()) GTEST_SKIP() << "WEIGHBRIDGE_LICENCE_PACK is not set";
  if (!testing_support::CorpusDir().has_value()) GTEST_SKIP() << "WEIGHBRIDGE_CORPUS is not set";
  const Measured measured = Measure(path);
  EXPECT_EQ(measured.texts, texts);
  Print(name, measured.all);
  EXPECT_GE(measured.all.Precision(), precision);
  EXPECT_GE(measured.all.Recall(), recall);
}

// Texts that were labelled when the patterns were there; their figures at first sight stand in README.md.
TEST(TermsMeasurement, DevelopmentSetHolds) {
  ExpectHolds("development", "tests/terms/labels_dev.tsv", 32, kPrecisionDevelopment, kRecallDevelopment);
}

TEST(TermsMeasurement, SecondDevelopmentSetHolds) {
  ExpectHolds("development 2", "tests/terms/labels_dev_2.tsv", 40, kPrecisionDevelopment2, kRecallDevelopment2);
}

// Texts that nobody looks at while patterns are written.
TEST(TermsMeasurement, UnseenSetIsNoWorse) {
  ExpectHolds("unseen", "tests/terms/labels_unseen.tsv", 32, kPrecisionUnseen, kRecallUnseen);
}

// One more file of labels, measured and not judged.
TEST(TermsMeasurement, LabelsNamedByTheEnvironment) {
  const char* path = std::getenv("WEIGHBRIDGE_TERM_LABELS");
  if (path == nullptr || *path == '\0') GTEST_SKIP() << "WEIGHBRIDGE_TERM_LABELS is not set";
  const Measured measured = Measure(path);
  EXPECT_GT(measured.texts, 0);
  std::printf("%d texts of %s\n", measured.texts, path);
  Print("all", measured.all);
}

}  // namespace
}  // namespace weighbridge::classify
