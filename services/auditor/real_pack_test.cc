// The real licence pack, where WEIGHBRIDGE_LICENCE_PACK names it: every text is itself, and ours stay ours.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "gtest/gtest.h"
#include "services/auditor/pack_rules.h"
#include "services/classify/classifier.h"
#include "services/rulebook/builtin.h"
#include "services/source/text_pack.h"
#include "tests/support/corpus.h"

namespace weighbridge::auditor {
namespace {

using testing_support::CorpusDir;
using testing_support::LicencePackDir;

// Made once for all tests.
const PackRules* Made() {
  static const PackRules* const made = []() -> const PackRules* {
    const auto folder = LicencePackDir();
    if (!folder.has_value()) return nullptr;
    const auto pack = source::ReadTextPack(*folder);
    EXPECT_TRUE(pack.ok()) << pack.status();
    auto rules = MakePackRules(*pack, **rulebook::BuiltinRulebook());
    EXPECT_TRUE(rules.ok()) << rules.status();
    return rules.ok() ? new PackRules(*std::move(rules)) : nullptr;
  }();
  return made;
}

std::string IdsOf(const classify::Classification& found) {
  std::set<std::string> ids;
  for (size_t i = 0; i < found.matches.size(); ++i) {
    std::string id = found.matches[i].license_id;
    for (const std::string& also : found.matches[i].also) id += "|" + also;
    ids.insert(id + (found.Bare(i) ? "" : "*"));
  }
  std::string out;
  for (const std::string& id : ids) out += (out.empty() ? "" : " ") + id;
  return out;
}

// Those that are bare: a text that differs has other neighbours once there are more wordings.
std::string BareIdsOf(const classify::Classification& found) {
  std::set<std::string> ids;
  for (size_t i = 0; i < found.matches.size(); ++i) {
    if (found.Bare(i)) ids.insert(found.matches[i].license_id);
  }
  std::string out;
  for (const std::string& id : ids) out += (out.empty() ? "" : " ") + id;
  return out;
}

// Of 2,615 texts, those without a rule of their own are named with their reason; what has one is read as itself.
TEST(RealPackTest, EveryTextIsItselfOrNamed) {
  const PackRules* made = Made();
  if (made == nullptr) GTEST_SKIP() << "WEIGHBRIDGE_LICENCE_PACK names no licence pack";
  EXPECT_EQ(made->licenses + made->left_out.size(), 2615u);
  EXPECT_GE(made->licenses, 2000u);
  size_t lost = 0;
  for (const PackLoss& loss : made->left_out) {
    const bool reported = loss.reason == PackLeftOut::kUnreadable || loss.reason == PackLeftOut::kBlurs;
    lost += reported ? 1 : 0;
    if (reported) std::cout << loss.file << ": " << PackLeftOutWords(loss.reason) << ": " << loss.detail << "\n";
  }
  for (const PackLoss& unsure : made->unsure) std::cout << unsure.file << " is read as " << unsure.detail << "\n";
  std::cout << made->licenses << " licences, " << made->left_out.size() << " left out, " << lost
            << " of them unreadable or blurring, " << made->unsure.size() << " unsure\n";
  EXPECT_LE(lost, 60u);
  EXPECT_LE(made->unsure.size(), 60u);
}

// A corpus text that is bare without the pack is bare as the same licence with it.
TEST(RealPackTest, CorpusTextsStayWhatTheyAre) {
  const PackRules* made = Made();
  const auto corpus = CorpusDir();
  if (made == nullptr || !corpus.has_value()) GTEST_SKIP() << "no licence pack or no corpus";
  const auto texts = source::ReadTextPack(*corpus + "/licenses");
  ASSERT_TRUE(texts.ok()) << texts.status();
  const classify::Classifier& before = (*rulebook::BuiltinRulebook())->classifier();
  size_t compared = 0;
  for (const source::PackText& text : texts->texts) {
    const classify::Classification was = before.Classify(text.bytes);
    if (!was.Bare(0)) continue;
    ++compared;
    EXPECT_EQ(IdsOf(made->rules->classifier().Classify(text.bytes)), IdsOf(was)) << text.name;
  }
  EXPECT_GT(compared, 100u);
}

// The texts of the SPDX list beside the pack, if they were fetched.
std::optional<std::string> SpdxListDir() {
  const auto folder = LicencePackDir();
  if (!folder.has_value()) return std::nullopt;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(*folder + "/..", error)) {
    if (entry.path().filename().string().rfind("spdx-", 0) == 0) return entry.path().string();
  }
  return std::nullopt;
}

// What the SPDX list alone has is learnt, and no text or name of the pack or of the corpus changes by that.
TEST(RealPackTest, TheSpdxListOnlyAdds) {
  const PackRules* alone = Made();
  const auto list = SpdxListDir();
  if (alone == nullptr || !list.has_value()) GTEST_SKIP() << "no licence pack or no SPDX list beside it";
  const auto pack = source::ReadTextPack(*LicencePackDir());
  const auto spdx = source::ReadTextPack(*list);
  ASSERT_TRUE(pack.ok() && spdx.ok()) << pack.status() << spdx.status();
  const auto with = MakePackRules(*pack, **rulebook::BuiltinRulebook(), *spdx);
  ASSERT_TRUE(with.ok()) << with.status();
  std::string learnt;
  for (const rulebook::License* license : with->rules->licenses()) {
    if (license->category_facts().category() == "SPDX list") learnt += " " + license->id();
  }
  std::cout << with->of_spdx << " licences of the SPDX list:" << learnt << "\n";
  for (const PackLoss& loss : with->left_out) {
    if (loss.file.rfind(".json") != std::string::npos) {
      std::cout << loss.file << ": " << PackLeftOutWords(loss.reason) << ": " << loss.detail << "\n";
    }
  }
  EXPECT_GE(with->of_spdx, 10u);
  EXPECT_EQ(with->licenses, alone->licenses + with->of_spdx);
  EXPECT_LE(with->unsure.size(), alone->unsure.size());
  for (const UnsureText& unsure : with->spdx_unsure)
    std::cout << unsure.file << " is read as " << unsure.read_as << "\n";
  std::cout << with->spdx_wordings << " further wordings, " << with->spdx_unsure.size() << " of " << with->spdx_texts
            << " texts unsure\n";
  EXPECT_GE(with->spdx_wordings, 150u);
  EXPECT_LE(with->spdx_unsure.size(), 60u);
  std::vector<source::PackText> texts = pack->texts;
  if (const auto corpus = CorpusDir(); corpus.has_value()) {
    const auto more = source::ReadTextPack(*corpus + "/licenses");
    ASSERT_TRUE(more.ok()) << more.status();
    texts.insert(texts.end(), more->texts.begin(), more->texts.end());
  }
  size_t bare = 0;
  for (const source::PackText& text : texts) {
    const auto entry = ParsePackEntry(text.bytes);
    const std::string_view body = entry.ok() ? entry->body : std::string_view(text.bytes);
    const classify::Classification was = alone->rules->classifier().Classify(body);
    if (was.matches.empty() || !was.Bare(0)) continue;
    ++bare;
    EXPECT_EQ(BareIdsOf(with->rules->classifier().Classify(body)), BareIdsOf(was)) << text.name;
  }
  EXPECT_GT(bare, 2000u);
}

// What a name of model metadata means is not changed by the pack.
TEST(RealPackTest, OurNamesKeepTheirMeaning) {
  const PackRules* made = Made();
  if (made == nullptr) GTEST_SKIP() << "WEIGHBRIDGE_LICENCE_PACK names no licence pack";
  const rulebook::Rulebook& base = **rulebook::BuiltinRulebook();
  const auto ids = [](const std::vector<const rulebook::License*>& licenses) {
    std::string out;
    for (const auto* license : licenses) out += license->id() + " ";
    return out;
  };
  for (const rulebook::License* license : base.licenses()) {
    std::vector<std::string> names = {license->id(), license->short_id(), license->name()};
    for (const auto* list : {&license->hub_tags(), &license->license_names(), &license->other_names()}) {
      names.insert(names.end(), list->begin(), list->end());
    }
    for (const std::string& name : names) {
      EXPECT_EQ(ids(made->rules->FindLicenses(name)), ids(base.FindLicenses(name))) << name;
      EXPECT_EQ(ids(made->rules->LicensesByHubTag(name)), ids(base.LicensesByHubTag(name))) << name;
      EXPECT_EQ(ids(made->rules->LicensesByName(name)), ids(base.LicensesByName(name))) << name;
    }
    for (const std::string& link : license->links()) {
      EXPECT_EQ(ids(made->rules->LicensesByLink("https://" + link)), ids(base.LicensesByLink("https://" + link)))
          << link;
    }
  }
}

}  // namespace
}  // namespace weighbridge::auditor
