// What is no licence, or not this one, is never named bare: files of this project, invented documents, all texts of the
// licence pack against the rulebook that ships, and each licence against a rulebook that lacks it. Each suite prints
// its counts; WEIGHBRIDGE_RELEASE=1 makes ten times as many invented documents.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "proto/weighbridge/rules/v1/rulebook.pb.h"
#include "services/classify/classifier.h"
#include "services/classify/index.h"
#include "services/classify/phrase.h"
#include "services/classify/token_file.h"
#include "services/rulebook/builtin.h"
#include "services/rulebook/rule_file.h"
#include "services/rulebook/rulebook.h"
#include "tests/accuracy/documents.h"
#include "tests/mutants/random.h"
#include "tests/support/corpus.h"

namespace weighbridge::accuracy {
namespace {

namespace fs = std::filesystem;
using classify::Classification;
using mutants::Random;
using testing_support::ReadFileOrFail;

const rulebook::Rulebook& Rules() { return **rulebook::BuiltinRulebook(); }

int Cases(int usual) { return std::getenv("WEIGHBRIDGE_RELEASE") != nullptr ? usual * 10 : usual; }

struct Count {
  int texts = 0, named = 0, bare = 0;  // named: any match, however changed
};

// Ids of the matches that are bare.
std::vector<std::string> BareIn(const Classification& found) {
  std::vector<std::string> ids;
  for (size_t i = 0; i < found.matches.size(); ++i) {
    if (found.Bare(i)) ids.push_back(found.matches[i].license_id);
  }
  return ids;
}

void ExpectNothingBare(const std::string& name, const std::string& text, Count& count) {
  const Classification found = Rules().classifier().Classify(text);
  ++count.texts;
  count.named += found.matches.empty() ? 0 : 1;
  for (const std::string& id : BareIn(found)) {
    ++count.bare;
    ADD_FAILURE() << name << " is named " << id;
  }
}

void Print(const std::string& kind, const Count& count) {
  std::printf("%-36s %5d texts, %d with a match that is not bare, %d named bare\n", kind.c_str(), count.texts,
              count.named, count.bare);
}

// ---- this project

// The folder of the sources: what the runfiles of the README point at.
std::string SourceFolder() {
  const char* runfiles = std::getenv("TEST_SRCDIR");
  const char* workspace = std::getenv("TEST_WORKSPACE");
  if (runfiles == nullptr || workspace == nullptr) return "";
  std::error_code error;
  const fs::path readme = fs::canonical(fs::path(runfiles) / workspace / "README.md", error);
  if (error || !fs::exists(readme.parent_path() / "WORKSPACE")) return "";
  return readme.parent_path().string();
}

TEST(NegativesTest, FilesOfThisProject) {
  const std::string root = SourceFolder();
  ASSERT_FALSE(root.empty()) << "the runfiles are copies: the sources cannot be found";
  const std::map<std::string, std::string> kinds = {
      {".md", "documents"},  {".cc", "code"},
      {".h", "code"},        {".py", "code"},
      {".sh", "code"},       {".proto", "code"},
      {".bzl", "code"},      {".textproto", "rules"},
      {".yaml", "settings"}, {".yml", "settings"},
      {".tsv", "settings"},  {".sql", "code"},
      {".txt", "documents"}, {".scenario", "scenarios"},
  };
  std::map<std::string, Count> counts;
  for (const char* folder : {"db", "deploy", "proto", "rules", "services", "tests"}) {
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(root) / folder)) {
      if (!entry.is_regular_file()) continue;
      const auto kind = kinds.find(entry.path().extension().string());
      const bool build = entry.path().filename() == "BUILD";
      if (kind == kinds.end() && !build) continue;
      ExpectNothingBare(entry.path().lexically_relative(root).string(), ReadFileOrFail(entry.path().string()),
                        counts[build ? "settings" : kind->second]);
    }
  }
  for (const char* name : {"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "NOTICE.md", "BUILD", "WORKSPACE"}) {
    ExpectNothingBare(name, ReadFileOrFail(root + "/" + name), counts["documents"]);
  }
  int all = 0;
  for (const auto& [kind, count] : counts) {
    Print("this project, " + kind, count);
    all += count.texts;
  }
  EXPECT_GE(counts["code"].texts, 400);
  EXPECT_GE(counts["documents"].texts, 60);
  EXPECT_GE(counts["rules"].texts, 150);
  EXPECT_GE(all, 800);
}

// ---- invented documents

TEST(NegativesTest, InventedDocuments) {
  const std::vector<std::pair<const char*, std::string (*)(Random&)>> makers = {
      {"changelogs", MakeChangelog}, {"privacy policies", MakePrivacyPolicy}, {"terms of service", MakeTermsOfService}};
  for (const auto& [kind, make] : makers) {
    Count count;
    std::set<std::string> seen;
    for (int seed = 0; seed < Cases(350); ++seed) {
      Random random(static_cast<uint64_t>(seed));
      const std::string text = make(random);
      EXPECT_TRUE(seen.insert(text).second) << kind << ", seed " << seed << " came before";
      EXPECT_GE(std::count(text.begin(), text.end(), ' '), 60) << kind << ", seed " << seed;
      ExpectNothingBare(std::string(kind) + ", seed " + std::to_string(seed), text, count);
    }
    Print(std::string("invented ") + kind, count);
  }
}

// ---- the licence pack

// Names that the front matter gives a text: key, SPDX id, further SPDX ids.
std::set<std::string> NamesOf(const std::string& file) {
  std::set<std::string> names;
  std::istringstream lines(file);
  bool others = false;
  int fences = 0;
  for (std::string line; fences < 2 && std::getline(lines, line);) {
    if (line == "---") ++fences;
    const auto value = [&](const std::string& key) {
      return line.rfind(key + ": ", 0) == 0 ? line.substr(key.size() + 2) : std::string();
    };
    if (const std::string key = value("key"); !key.empty()) names.insert("LicenseRef-scancode-" + key);
    if (const std::string id = value("spdx_license_key"); !id.empty()) names.insert(id);
    if (others && line.rfind("  - ", 0) == 0) {
      names.insert(line.substr(4));
    } else {
      others = line == "other_spdx_license_keys:";
    }
  }
  return names;
}

// Texts of the pack that hold, word for word, a licence of ours which their front matter does not name.
const std::map<std::string, std::set<std::string>>& HoldsAnother() {
  static const auto* texts = new std::map<std::string, std::set<std::string>>{
      // The pack itself says that SPDX knows it as BSD-2-Clause: only the holder's name differs.
      {"bsd-2-clause-netbsd.LICENSE", {"BSD-2-Clause"}},
      // Several licences behind one another, BSD-3-Clause with other holders among them.
      {"componentace-jcraft.LICENSE", {"BSD-3-Clause"}},
      {"net-snmp.LICENSE", {"BSD-3-Clause"}},
      // Other ids of the same texts.
      {"etalab-2.0-en.LICENSE", {"etalab-2.0"}},
      {"etalab-2.0-fr.LICENSE", {"etalab-2.0"}},
      {"odc-1.0.LICENSE", {"ODC-By-1.0"}},
      {"openmdw-1.0.LICENSE", {"OpenMDW-1.0"}},
  };
  return *texts;
}

TEST(NegativesTest, TextsOfTheLicencePack) {
  const auto pack = testing_support::LicencePackDir();
  if (!pack.has_value()) GTEST_SKIP() << "WEIGHBRIDGE_LICENCE_PACK is not set";
  Count strangers;
  int ours = 0, right = 0, empty = 0;
  for (const std::string& name : testing_support::ListDir(*pack)) {
    if (name.size() < 8 || name.substr(name.size() - 8) != ".LICENSE") continue;
    const std::string file = ReadFileOrFail(*pack + "/" + name);
    const std::string text = testing_support::WithoutFrontMatter(file);
    if (text.rfind("---\n", 0) == 0 || text.find_first_not_of(" \t\r\n") == std::string::npos) {
      ++empty;
      continue;
    }
    const std::set<std::string> names = NamesOf(file);
    ASSERT_FALSE(names.empty()) << name;
    const bool is_ours = std::any_of(names.begin(), names.end(),
                                     [&](const std::string& id) { return Rules().LicenseById(id) != nullptr; });
    ours += is_ours ? 1 : 0;
    const Classification found = Rules().classifier().Classify(text);
    if (!is_ours) {
      ++strangers.texts;
      strangers.named += found.matches.empty() ? 0 : 1;
    }
    bool itself = false;
    for (const std::string& id : BareIn(found)) {
      const auto* license = Rules().LicenseById(id);
      ASSERT_NE(license, nullptr) << id;
      if (names.count(license->id()) > 0) {
        itself = true;
        continue;
      }
      const auto known = HoldsAnother().find(name);
      if (known != HoldsAnother().end() && known->second.count(license->id()) > 0) continue;
      strangers.bare += is_ours ? 0 : 1;
      ADD_FAILURE() << name << " is named " << license->id();
    }
    right += is_ours && itself ? 1 : 0;
    if (is_ours && !itself) std::printf("  one of ours, not bare as itself: %s\n", name.c_str());
  }
  Print("licence pack, none of ours", strangers);
  std::printf("%-36s %5d texts, %d bare as themselves; %d files hold no text\n", "licence pack, ours", ours, right,
              empty);
  EXPECT_GE(strangers.texts, 2000);
  EXPECT_GE(right, 100);
}

// ---- leave one out

// The shipped rulebook's wordings and phrases, so that an index can be made without some of them.
class Wordings {
 public:
  Wordings() {
    auto files = rulebook::UnpackBundle(*Rules().CheckedBundle());
    EXPECT_TRUE(files.ok()) << files.status();
    if (!files.ok()) return;
    for (const rulebook::RuleFile& file : *files) {
      if (file.path == "triggers.textproto") ReadPhrases(file.bytes);
      if (file.path.size() < 7 || file.path.substr(file.path.size() - 7) != ".tokens") continue;
      auto tokens = classify::ParseTokenFile(file.bytes);
      EXPECT_TRUE(tokens.ok()) << file.path << ": " << tokens.status();
      if (!tokens.ok()) continue;
      tokens->name = file.path.substr(file.path.rfind('/') + 1);
      files_.push_back(*std::move(tokens));
    }
    EXPECT_FALSE(phrases_.empty());
  }

  std::set<std::string> Ids() const {
    std::set<std::string> ids;
    for (const auto& file : files_) ids.insert(file.id);
    return ids;
  }

  struct Built {
    std::string index;
    std::unique_ptr<classify::Classifier> classifier;
  };
  std::unique_ptr<Built> Without(const std::string& id) const {
    std::vector<classify::TokenFile> others;
    std::copy_if(files_.begin(), files_.end(), std::back_inserter(others),
                 [&](const auto& file) { return file.id != id; });
    auto built = std::make_unique<Built>();
    auto index = classify::CompileIndex(others, phrases_);
    EXPECT_TRUE(index.ok()) << index.status();
    if (!index.ok()) return nullptr;
    built->index = *std::move(index);
    auto classifier = classify::Classifier::Create(built->index);
    EXPECT_TRUE(classifier.ok()) << classifier.status();
    if (!classifier.ok()) return nullptr;
    built->classifier = *std::move(classifier);
    return built;
  }

 private:
  void ReadPhrases(const std::string& bytes) {
    rules::v1::TriggerSet triggers;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(bytes, &triggers));
    for (const auto& phrase : triggers.phrase()) {
      phrases_.push_back(
          {phrase.id(), phrase.kind(), phrase.pattern(), phrase.restrictive(), phrase.hit(), phrase.miss()});
    }
  }

  std::vector<classify::TokenFile> files_;
  std::vector<classify::TriggerPhrase> phrases_;
};

// A licence that the rulebook lacks is not one of its siblings.
TEST(NegativesTest, EachLicenceAgainstARulebookWithoutIt) {
  const auto corpus = testing_support::CorpusDir();
  if (!corpus.has_value()) GTEST_SKIP() << "WEIGHBRIDGE_CORPUS is not set";
  const Wordings wordings;
  // Texts of the corpus by what is bare in them now; a file that holds a use policy as well is bare as that in any
  // case.
  std::map<std::string, std::vector<std::pair<std::string, std::string>>> texts;
  for (const std::string& folder : testing_support::ListDir(*corpus + "/licenses")) {
    for (const std::string& name : testing_support::ListDir(*corpus + "/licenses/" + folder)) {
      const std::string path = "licenses/" + folder + "/" + name;
      const std::string text = ReadFileOrFail(*corpus + "/" + path);
      for (const std::string& id : BareIn(Rules().classifier().Classify(text))) texts[id].push_back({path, text});
    }
  }
  Count count;
  int licences = 0, siblings = 0;
  for (const std::string& id : wordings.Ids()) {
    const auto of_id = texts.find(id);
    if (of_id == texts.end()) continue;
    ++licences;
    const auto without = wordings.Without(id);
    ASSERT_NE(without, nullptr);
    for (const auto& [path, text] : of_id->second) {
      const std::vector<std::string> before = BareIn(Rules().classifier().Classify(text));
      const Classification found = without->classifier->Classify(text);
      ++count.texts;
      count.named += found.matches.empty() ? 0 : 1;
      for (const std::string& bare : BareIn(found)) {
        if (std::find(before.begin(), before.end(), bare) != before.end()) {
          ++siblings;
          continue;
        }
        ++count.bare;
        ADD_FAILURE() << path << ", which is " << id << ", is named " << bare << " where " << id << " is not known";
      }
    }
  }
  Print("licences against the others", count);
  std::printf("%-36s %5d licences; %d documents beside them are bare as before\n", "", licences, siblings);
  EXPECT_GE(licences, 100);
  EXPECT_GE(count.texts, 140);
}

}  // namespace
}  // namespace weighbridge::accuracy
