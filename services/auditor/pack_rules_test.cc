// Rules from an invented licence pack: what comes in, what is left out and why, and that ours stays ours.
#include "services/auditor/pack_rules.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "services/auditor/further_wordings.h"
#include "services/classify/classifier.h"
#include "services/rulebook/fixture.h"

namespace weighbridge::auditor {
namespace {

using rules::v1::License;

std::string Entry(const std::string& matter, const std::string& body) { return "---\n" + matter + "---\n" + body; }

// A text of its own for each subject; long enough to be found.
std::string Body(const std::string& subject) {
  return "Everybody who has received a " + subject +
         " may look at it, carry it about and lend it to a neighbour, as long as the " + subject +
         " comes back before sunset on the following day and nobody has painted, sawn or buried any part of it. A " +
         subject +
         " that was broken while it was lent is mended by the one who broke it, within a week, at no cost to the owner "
         "of the " +
         subject +
         ", who in turn keeps a list of all neighbours to whom it was lent and shows that list to whoever asks "
         "politely.\n";
}

source::TextPack Pack(std::vector<source::PackText> texts) { return {"", std::move(texts)}; }

std::shared_ptr<const rulebook::Rulebook> Base() {
  std::vector<rulebook::RuleIssue> issues;
  auto book = rulebook::Rulebook::FromFiles(rulebook::MiniRulebook(), &issues);
  EXPECT_TRUE(book.ok()) << rulebook::ToString(issues);
  return *book;
}

source::TextPack SamplePack() {
  return Pack({
      {"kite.LICENSE",
       Entry("key: kite\nname: Kite Licence\nshort_name: Kite\ncategory: Permissive\nowner: Kite Makers\n"
             "spdx_license_key: Kite\nother_spdx_license_keys:\n    - Kite-Old\ntext_urls:\n"
             "    - https://example.org/kite/license.html\n",
             Body("kite"))},
      {"kite-again.LICENSE",
       Entry("key: kite-again\nname: Kite Again\ncategory: Copyleft\nowner: Others\n", Body("kite"))},
      {"drum.LICENSE", Entry("key: drum\nname: Drum Licence\ncategory: Proprietary Free\nowner: Drum & Co\n"
                             "spdx_license_key: LicenseRef-scancode-drum\n",
                             Body("drum"))},
      {"spoon-exception.LICENSE", Entry("key: spoon-exception\nname: Spoon Exception\ncategory: Copyleft "
                                        "Limited\nowner: Spooners\nis_exception: yes\n",
                                        Body("spoon"))},
      {"willow-copy.LICENSE", Entry("key: willow-copy\nname: A copy\ncategory: Permissive\nowner: Willow Group\n",
                                    std::string(rulebook::WillowText()))},
      {"acorn.LICENSE",
       Entry("key: acorn-1.0\nname: Acorn\ncategory: Permissive\nowner: Acorn Works\n", Body("acorn"))},
      {"old.LICENSE",
       Entry("key: old\nname: Old\ncategory: Permissive\nowner: X\nis_deprecated: yes\n", Body("bucket"))},
      {"any.LICENSE", Entry("key: any\nname: Any\ncategory: Permissive\nowner: X\nis_generic: yes\n", Body("ladder"))},
      {"pointer.LICENSE", Entry("key: pointer\nname: Pointer\ncategory: Permissive\nowner: X\n", " \n")},
      {"nothing.LICENSE", "---\nkey: nothing\nname: Nothing\n---"},
      {"short.LICENSE", Entry("key: short\nname: Short\ncategory: Permissive\nowner: X\n", "Do as you like.\n")},
      {"bad.LICENSE", "no front matter at all"},
  });
}

const License* Find(const PackRules& made, const char* id) { return made.rules->LicenseById(id); }

std::string LostBecause(const PackRules& made, const std::string& file) {
  for (const PackLoss& loss : made.left_out) {
    if (loss.file == file) return std::string(PackLeftOutWords(loss.reason));
  }
  return "not left out";
}

TEST(PackRulesTest, LearnsWhatIsNewAndNamesWhatIsLeftOut) {
  const auto base = Base();
  const auto made = MakePackRules(SamplePack(), *base);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->licenses, 3u);
  EXPECT_TRUE(made->unsure.empty());
  EXPECT_EQ(made->rules->CategoryLicenses(), 3u);
  struct Case {
    const char* file;
    PackLeftOut reason;
  };
  for (const Case& test :
       {Case{"kite-again.LICENSE", PackLeftOut::kTwin}, Case{"willow-copy.LICENSE", PackLeftOut::kOurs},
        Case{"acorn.LICENSE", PackLeftOut::kOurs}, Case{"old.LICENSE", PackLeftOut::kDeprecated},
        Case{"any.LICENSE", PackLeftOut::kGeneric}, Case{"pointer.LICENSE", PackLeftOut::kNoText},
        Case{"nothing.LICENSE", PackLeftOut::kNoText}, Case{"short.LICENSE", PackLeftOut::kTooShort},
        Case{"bad.LICENSE", PackLeftOut::kUnreadable}}) {
    EXPECT_EQ(LostBecause(*made, test.file), PackLeftOutWords(test.reason)) << test.file;
  }
  EXPECT_EQ(made->left_out.size(), 9u);  // nothing is lost in silence: 12 texts, 3 rules
}

TEST(PackRulesTest, ARecordSaysThatItIsKnownByCategoryAlone) {
  const auto made = MakePackRules(SamplePack(), *Base());
  ASSERT_TRUE(made.ok()) << made.status();
  const License* kite = Find(*made, "Kite");
  ASSERT_NE(kite, nullptr);
  EXPECT_EQ(kite->short_id(), "kite");
  EXPECT_EQ(kite->category_facts().category(), "Permissive");
  EXPECT_EQ(kite->category_facts().owner(), "Kite Makers");
  EXPECT_EQ(kite->provenance().confidence(), rules::v1::Confidence::low);
  EXPECT_EQ(kite->openness(), v1::OPEN_WEIGHTS_PERMISSIVE);
  EXPECT_NE(kite->provenance().note().find("category alone (Permissive, by Kite Makers)"), std::string::npos);
  const License* drum = Find(*made, "LicenseRef-scancode-drum");
  ASSERT_NE(drum, nullptr);
  EXPECT_EQ(drum->openness(), v1::OPEN_WEIGHTS_RESTRICTED);
  const License* spoon = Find(*made, "LicenseRef-scancode-spoon-exception");
  ASSERT_NE(spoon, nullptr);
  EXPECT_EQ(spoon->kind(), rules::v1::DocumentKind::addendum);
}

TEST(PackRulesTest, NamesOfTwinsLeadToTheFirst) {
  const auto made = MakePackRules(SamplePack(), *Base());
  ASSERT_TRUE(made.ok()) << made.status();
  const License* kite = Find(*made, "Kite");
  for (const char* name : {"kite", "KITE", "kite-again", "Kite-Old", "Kite Again", "Kite Licence"}) {
    EXPECT_EQ(made->rules->FindLicense(name), kite) << name;
  }
  EXPECT_EQ(made->rules->LicensesByHubTag("kite-old"), std::vector<const License*>{kite});
  EXPECT_EQ(made->rules->LicensesByLink("https://example.org/kite/license.html"), std::vector<const License*>{kite});
}

TEST(PackRulesTest, OurNamesKeepTheirMeaning) {
  const auto base = Base();
  const auto made = MakePackRules(
      Pack({{"x.LICENSE",
             Entry("key: x-kite\nname: Willow Licence 1.0\nshort_name: acorn\ncategory: Permissive\nowner: X\n"
                   "other_spdx_license_keys:\n  - acorn-license\n  - Willow-1.0\ntext_urls:\n"
                   "  - http://example.org/acorn/license-2.0\n",
                   Body("kite"))}}),
      *base);
  ASSERT_TRUE(made.ok()) << made.status();
  const auto ids = [](const std::vector<const License*>& licenses) {
    std::string out;
    for (const License* license : licenses) out += license->id() + " ";
    return out;
  };
  for (const char* name : {"acorn", "acorn-license", "Willow Licence 1.0", "Willow-1.0", "acorn-1.0"}) {
    EXPECT_EQ(ids(made->rules->FindLicenses(name)), ids(base->FindLicenses(name))) << name;
    EXPECT_EQ(ids(made->rules->LicensesByHubTag(name)), ids(base->LicensesByHubTag(name))) << name;
    EXPECT_EQ(ids(made->rules->LicensesByName(name)), ids(base->LicensesByName(name))) << name;
  }
  for (const char* link : {"https://example.org/acorn/license-1.0", "https://example.org/acorn/license-2.0"}) {
    EXPECT_EQ(ids(made->rules->LicensesByLink(link)), ids(base->LicensesByLink(link))) << link;
  }
}

// A file of spdx-license-list.
source::PackText SpdxFile(const std::string& id, std::string body) {
  for (size_t at = 0; (at = body.find('\n', at)) != std::string::npos; at += 2) body.replace(at, 1, "\\n");
  return {id + ".json", R"({"name": "Listed )" + id + R"(", "url": "https://example.org/licenses/)" + id +
                            R"(", "osiApproved": false, "licenseText": ")" + body + R"("})"};
}

TEST(PackRulesTest, TheSpdxListAddsWhatNothingElseHas) {
  const auto base = Base();
  const source::TextPack spdx = Pack({
      SpdxFile("Bell-1.0", Body("bell")),                           // new
      SpdxFile("Drum-1.0", Body("drum")),                           // a text of the pack that has no SPDX id there
      SpdxFile("Willow-2.0", std::string(rulebook::WillowText())),  // a text of ours under another id
      SpdxFile("KITE", Body("whistle")),                            // an id of the pack
      SpdxFile("Kite-Old", Body("trumpet")),                        // a former id of the pack
      SpdxFile("Spoon-Exception", Body("fork")),                    // the key of a text of the pack
      SpdxFile("Willow-1.0", Body("willow")),                       // an id of ours
      SpdxFile("eCos-2.0", Body("ecos")),                           // given up by the list
      SpdxFile("Short-1.0", "Do as you like."),
      {"Broken-1.0.json", "{"},
  });
  const auto made = MakePackRules(SamplePack(), *base, spdx);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->licenses, 4u);
  EXPECT_EQ(made->of_spdx, 1u);
  EXPECT_EQ(made->spdx_known, 5u);
  EXPECT_EQ(made->left_out.size(), 9u + 4u);
  EXPECT_TRUE(made->unsure.empty());
  const License* bell = Find(*made, "Bell-1.0");
  ASSERT_NE(bell, nullptr);
  EXPECT_EQ(bell->name(), "Listed Bell-1.0");
  EXPECT_EQ(bell->openness(), v1::OPENNESS_UNKNOWN);
  EXPECT_EQ(bell->category_facts().category(), "SPDX list");
  EXPECT_EQ(bell->provenance().confidence(), rules::v1::Confidence::low);
  EXPECT_EQ(bell->provenance().texts(0).source(), "SPDX list: Bell-1.0.json");
  // Its id becomes a name of what the pack knows word for word.
  ASSERT_NE(made->rules->FindLicense("Drum-1.0"), nullptr);
  EXPECT_EQ(made->rules->FindLicense("Drum-1.0")->id(), "LicenseRef-scancode-drum");
  EXPECT_EQ(LostBecause(*made, "Drum-1.0.json"), PackLeftOutWords(PackLeftOut::kTwin));
  EXPECT_EQ(LostBecause(*made, "Willow-2.0.json"), PackLeftOutWords(PackLeftOut::kOurs));
  EXPECT_EQ(LostBecause(*made, "Short-1.0.json"), PackLeftOutWords(PackLeftOut::kTooShort));
  EXPECT_EQ(LostBecause(*made, "Broken-1.0.json"), PackLeftOutWords(PackLeftOut::kUnreadable));
  // Everything of the pack alone is as it was.
  const auto alone = MakePackRules(SamplePack(), *base);
  ASSERT_TRUE(alone.ok()) << alone.status();
  for (const License* license : alone->rules->licenses()) {
    const License* found = Find(*made, license->id().c_str());
    ASSERT_NE(found, nullptr) << license->id();
    License with = *found;
    auto* texts = with.mutable_provenance()->mutable_texts();
    while (!texts->empty() && IsFurtherWording(texts->rbegin()->token_file())) texts->RemoveLast();
    if (license->id() != "LicenseRef-scancode-drum") {
      EXPECT_EQ(with.SerializeAsString(), license->SerializeAsString()) << license->id();
    }
  }
}

// The words of `body` with another sentence in them: a wording that the classifier takes for a change.
std::string Reworded(std::string body) {
  const std::string from = "at no cost to the owner";
  const size_t at = body.find(from);
  return body.replace(at, from.size(), "and must not ask for more than half of the cost from the owner");
}

TEST(PackRulesTest, TextsOfTheSpdxListBecomeFurtherWordings) {
  const auto base = Base();
  const source::TextPack spdx = Pack({
      SpdxFile("Kite", Reworded(Body("kite"))), SpdxFile("Kite-Old", Reworded(Body("kite"))),  // word for word the same
      SpdxFile("Drum", Body("drum")),          // read as what the pack has, whatever the id
      SpdxFile("Willow-1.0", Body("willow")),  // ours, with a text that ours has not
      SpdxFile("eCos-2.0", Body("ecos")),      // given up by the list
  });
  const auto made = MakePackRules(SamplePack(), *base, spdx);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->spdx_texts, 5u);
  EXPECT_EQ(made->spdx_wordings, 2u);
  const auto read = [](const rulebook::Rulebook& rules, const std::string& text) {
    const classify::Classification found = rules.classifier().Classify(text);
    return AllBare(found) ? Joined(IdsOf(found)) : "unsure";
  };
  const auto alone = MakePackRules(SamplePack(), *base);
  ASSERT_TRUE(alone.ok()) << alone.status();
  EXPECT_EQ(read(*alone->rules, Reworded(Body("kite"))), "unsure");
  EXPECT_EQ(read(*made->rules, Reworded(Body("kite"))), "Kite");
  EXPECT_EQ(read(*made->rules, Body("willow")), "Willow-1.0");
  EXPECT_EQ(read(*made->rules, Body("ecos")), "unsure");
  // All that was certain before is what it was.
  for (const std::string& text : {Body("kite"), Body("drum"), Body("spoon"), std::string(rulebook::WillowText())}) {
    EXPECT_NE(read(*alone->rules, text), "unsure");
    EXPECT_EQ(read(*made->rules, text), read(*alone->rules, text));
  }
  // Facts and names of ours are the same: a text more is all.
  License willow = *Find(*made, "Willow-1.0");
  ASSERT_EQ(willow.provenance().texts_size(), base->LicenseById("Willow-1.0")->provenance().texts_size() + 1);
  willow.mutable_provenance()->mutable_texts()->RemoveLast();
  EXPECT_EQ(willow.SerializeAsString(), base->LicenseById("Willow-1.0")->SerializeAsString());
  // They stay under rules that are laid over, but not for a licence that these change.
  const auto over = LayerPackLicenses(*base, *made->rules);
  ASSERT_TRUE(over.ok()) << over.status();
  EXPECT_EQ(read(**over, Reworded(Body("kite"))), "Kite");
  EXPECT_EQ(read(**over, Body("willow")), "Willow-1.0");
  std::vector<rulebook::RuleFile> files = rulebook::MiniRulebook();
  rulebook::Edit("licenses/Willow-1.0/rule.textproto", "other_names: \"The Willow Licence\"", "other_names: \"Osier\"",
                 &files);
  std::vector<rulebook::RuleIssue> issues;
  const auto theirs = rulebook::Rulebook::FromFiles(files, &issues);
  ASSERT_TRUE(theirs.ok()) << rulebook::ToString(issues);
  const auto both = LayerPackLicenses(**theirs, *made->rules);
  ASSERT_TRUE(both.ok()) << both.status();
  EXPECT_EQ(read(**both, Body("willow")), "unsure");
}

TEST(PackRulesTest, HostileFilesOfTheSpdxListAreRefused) {
  struct Case {
    const char* name;
    const char* bytes;
  };
  for (const Case& test : {
           Case{"a.txt", R"({"licenseText": "x"})"},
           Case{".json", R"({"licenseText": "x"})"},
           Case{"", R"({"licenseText": "x"})"},
           Case{"..a.json", R"({"licenseText": "x"})"},
           Case{"a b.json", R"({"licenseText": "x"})"},
           Case{"a.json", ""},
           Case{"a.json", "[]"},
           Case{"a.json", "{}"},
           Case{"a.json", R"({"licenseText": ""})"},
           Case{"a.json", R"({"licenseText": " \n"})"},
           Case{"a.json", R"({"licenseText": 5})"},
           Case{"a.json", R"({"licenseText": ["x"]})"},
           Case{"a.json", R"({"licenseText": "x", "licenseText": "y"})"},
           Case{"a.json", R"({"licenseText": "x", "a": [[[[[[1]]]]]]})"},
           Case{"a.json", "{\"licenseText\": \"\xff\"}"},
       }) {
    EXPECT_EQ(ParseSpdxText({test.name, test.bytes}).status().code(), absl::StatusCode::kInvalidArgument)
        << test.name << " " << test.bytes;
  }
  const auto text = ParseSpdxText({"0BSD.json", R"({"licenseText": "a\n\u00e9"})"});
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_EQ(text->id, "0BSD");
  EXPECT_EQ(text->name, "0BSD");  // none is given
  EXPECT_EQ(text->body, "a\n\xc3\xa9");
}

TEST(PackRulesTest, TheSamePackGivesTheSameBytes) {
  const auto base = Base();
  const auto made = MakePackRules(SamplePack(), *base);
  const auto again = MakePackRules(SamplePack(), *base);
  ASSERT_TRUE(made.ok() && again.ok());
  EXPECT_EQ(made->rules->Compile(), again->rules->Compile());
}

TEST(PackRulesTest, AUsersRulesWinOverThePack) {
  const auto base = Base();
  const auto made = MakePackRules(SamplePack(), *base);
  ASSERT_TRUE(made.ok()) << made.status();
  // Their rule is Willow under the id that the pack gives to kite.
  std::vector<rulebook::RuleFile> files = rulebook::MiniRulebook();
  rulebook::Edit("licenses/Willow-1.0/rule.textproto", "other_names: \"The Willow Licence\"", "other_names: \"Kite\"",
                 &files);
  std::vector<rulebook::RuleIssue> issues;
  const auto over = rulebook::Rulebook::FromFiles(files, &issues);
  ASSERT_TRUE(over.ok()) << rulebook::ToString(issues);
  const auto both = LayerPackLicenses(**over, *made->rules);
  ASSERT_TRUE(both.ok()) << both.status();
  ASSERT_NE((*both)->FindLicense("kite"), nullptr);
  EXPECT_EQ((*both)->FindLicense("kite")->id(), "Willow-1.0");
  EXPECT_NE((*both)->LicenseById("LicenseRef-scancode-drum"), nullptr);
}

TEST(PackRulesTest, HostileFrontMatterIsRefused) {
  const std::string plain = "key: kite\nname: Kite\n";
  struct Case {
    const char* name;
    std::string bytes;
  };
  for (const Case& test : {
           Case{"empty", ""},
           Case{"no fence", plain},
           Case{"no end", "---\n" + plain},
           Case{"empty matter", "---\n---\ntext"},
           Case{"a list", Entry("- key\n- name\n", "text")},
           Case{"no key", Entry("name: Kite\n", "text")},
           Case{"key leaves the folder", Entry("key: ../../kite\n", "text")},
           Case{"key with a slash", Entry("key: a/b\n", "text")},
           Case{"key in capitals", Entry("key: Kite\n", "text")},
           Case{"key begins with a dot", Entry("key: .kite\n", "text")},
           Case{"long key", Entry("key: " + std::string(121, 'k') + "\n", "text")},
           Case{"key twice", Entry("key: a\nkey: b\n", "text")},
           Case{"alias", Entry("key: &a kite\nname: *a\n", "text")},
           Case{"deep", Entry("key: kite\nx: [[[[[[[[1]]]]]]]]\n", "text")},
           Case{"too long", Entry(plain + "notes: " + std::string(kPackMatterBytesMax, 'x') + "\n", "text")},
           Case{"malformed UTF-8", Entry("key: kite\nname: \xff\xfe\n", "text")},
           Case{"control character", Entry("key: kite\nname: a\x01"
                                           "b\n",
                                           "text")},
       }) {
    EXPECT_EQ(ParsePackEntry(test.bytes).status().code(), absl::StatusCode::kInvalidArgument) << test.name;
  }
}

TEST(PackRulesTest, ReadsFrontMatterAndKeepsTheTextAsItIs) {
  const auto entry =
      ParsePackEntry(Entry("key: kite-2.0\nname:   Kite   2.0\nis_exception: yes\nlanguage: de\n", "a\r\n---\nb"));
  ASSERT_TRUE(entry.ok()) << entry.status();
  EXPECT_EQ(entry->key, "kite-2.0");
  EXPECT_EQ(entry->name, "Kite 2.0");
  EXPECT_EQ(entry->category, "Unstated License");  // none is given
  EXPECT_EQ(entry->language, "de");
  EXPECT_TRUE(entry->is_exception);
  EXPECT_FALSE(entry->is_deprecated);
  EXPECT_EQ(entry->body, "a\r\n---\nb");
}

TEST(PackRulesTest, NoCategoryPromisesMoreThanPermissive) {
  struct Case {
    const char* category;
    v1::Openness openness;
  };
  for (const Case& test :
       {Case{"Permissive", v1::OPEN_WEIGHTS_PERMISSIVE}, Case{"Public Domain", v1::OPEN_WEIGHTS_PERMISSIVE},
        Case{"Copyleft", v1::OPEN_WEIGHTS_RESTRICTED}, Case{"Copyleft Limited", v1::OPEN_WEIGHTS_RESTRICTED},
        Case{"Free Restricted", v1::OPEN_WEIGHTS_RESTRICTED}, Case{"Source-available", v1::OPEN_WEIGHTS_RESTRICTED},
        Case{"Proprietary Free", v1::OPEN_WEIGHTS_RESTRICTED}, Case{"Commercial", v1::OPENNESS_UNKNOWN},
        Case{"Patent License", v1::OPENNESS_UNKNOWN}, Case{"CLA", v1::OPENNESS_UNKNOWN},
        Case{"Unstated License", v1::OPENNESS_UNKNOWN}, Case{"SPDX list", v1::OPENNESS_UNKNOWN},
        Case{"permissive", v1::OPENNESS_UNKNOWN}, Case{"Something new", v1::OPENNESS_UNKNOWN},
        Case{"", v1::OPENNESS_UNKNOWN}}) {
    EXPECT_EQ(WordsOfCategory(test.category).openness, test.openness) << test.category;
    EXPECT_FALSE(WordsOfCategory(test.category).main_restriction.empty()) << test.category;
  }
}

TEST(PackRulesTest, APackOfNothingIsAnError) {
  EXPECT_EQ(MakePackRules(Pack({{"a.LICENSE", "nothing"}}), *Base()).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace weighbridge::auditor
