// Evidence of every kind through Reconcile: what stands, what is only possible, what counts against the model.
#include "services/provenance/reconcile.h"

#include <algorithm>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "services/provenance/model_fixture.h"
#include "services/provenance/spdx_lines.h"
#include "services/rulebook/fixture.h"

namespace weighbridge::provenance {
namespace {

using rulebook::WillowText;

const std::string kBan = "You may use it only for non-commercial purposes.";
const std::string kPipeline = R"({"_class_name": "P", "unet": ["d", "U"], "vae": ["d", "V"]})";

std::string Changed(const std::string& from, const std::string& to) {
  std::string text(WillowText());
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string Strangers() {
  return "\n\nEvery gardener who sells a plant shall send half of the coins to the old woman at the well, and shall "
         "dance for her.\n";
}

// As programs begin.
std::string InAComment(const std::string& text) {
  std::string all = "# ";
  for (const char c : text) all += c == '\n' ? std::string("\n# ") : std::string(1, c);
  return all + "\n\nimport os\n\n\ndef grow(tree, leaves, roots):\n  return os.path.join(tree, leaves, roots)\n";
}

// SPDX lines of as many unknown licences.
std::string Lines(size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) text += "SPDX-License-Identifier: Marzipan-" + std::to_string(i) + "\n";
  return text;
}

// Sentences of an invented text, `times` times with a number each.
constexpr char kEnglish[] =
    "The person who takes the plant home may set it in a pot with the earth of the valley, if the label stays.";
constexpr char kGerman[] =
    "Wer die Pflanze mit nach Hause nimmt, darf sie in einen Topf setzen, wenn der Zettel nicht entfernt wird.";
std::string Prose(const std::string& sentence, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += std::to_string(i + 1) + ". " + sentence + "\n\n";
  return all;
}

std::string Joined(std::vector<std::string> parts) {
  std::sort(parts.begin(), parts.end());
  std::string all;
  for (const std::string& part : parts) all += (all.empty() ? "" : " ") + part;
  return all;
}

std::string StandingOf(const Reconciliation& seen) {
  std::vector<std::string> all;
  for (const Standing& standing : seen.standing) {
    all.push_back(
        standing.license->short_id() + (standing.component.empty() ? "" : "@" + standing.component) +
        (standing.match == v1::Match::MATCH_UNSPECIFIED ? "" : ":" + v1::Match::Verdict_Name(standing.match)));
  }
  return Joined(all);
}

// Members without their use policies.
std::string OpenSetsOf(const Reconciliation& seen) {
  std::vector<std::string> all;
  for (const OpenSet& set : seen.open_sets) {
    std::string members;
    for (const auto& member : set.members) members += (members.empty() ? "" : "|") + member.front()->short_id();
    all.push_back(members + (set.component.empty() ? "" : "@" + set.component));
  }
  return Joined(all);
}

// Rule ids of findings that count against the model, each once.
std::string CountingOf(const Reconciliation& seen) {
  std::vector<std::string> all;
  for (const v1::Finding& finding : seen.findings) {
    if (finding.outcome() == v1::Outcome::INFO) continue;
    EXPECT_FALSE(finding.remedy().empty()) << finding.rule_id();
    if (std::find(all.begin(), all.end(), finding.rule_id()) == all.end()) all.push_back(finding.rule_id());
  }
  return Joined(all);
}

std::string InfoOf(const Reconciliation& seen, const std::string& rule) {
  std::vector<std::string> all;
  for (const v1::Finding& finding : seen.findings) {
    if (finding.rule_id() == rule && finding.outcome() == v1::Outcome::INFO) all.push_back(finding.license_id());
  }
  return Joined(all);
}

std::string ConflictsOf(const Reconciliation& seen) {
  std::vector<std::string> all;
  for (const v1::Conflict& conflict : seen.conflicts) all.push_back(v1::ConflictKind::Value_Name(conflict.kind()));
  return Joined(all);
}

Reconciliation Judge(const TestModel& model, const std::vector<RuleEdit>& edits = {}) {
  // Kept for the life of the test: results point into it.
  static std::vector<std::shared_ptr<const rulebook::Rulebook>> kept;
  static const auto plain = MiniRules();
  if (!edits.empty()) kept.push_back(MiniRules(edits));
  return Reconcile(model.inventory, model.documents, edits.empty() ? *plain : *kept.back(), v1::Policy());
}

// Of a repository with that name.
TestModel Called(TestModel model, const std::string& repository, const std::string& card = "license: willow") {
  if (!card.empty()) model.Card(card);
  model.inventory.set_repository(repository);
  return model;
}

const std::vector<RuleEdit> kZephyrOfZephyr = {{"families/zephyr.textproto", "names: \"zephyr-cloud-5*\"",
                                                "organizations: \"zephyr\" names: \"zephyr-cloud-5*\""}};

struct Case {
  std::string name;
  TestModel model;
  std::string standing;
  std::string counting = "";
  std::string open_sets = "";
  std::string conflicts = "";
  std::string text_missing = "";
  std::vector<RuleEdit> edits = {};
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.name; }

class ReconcileTest : public ::testing::TestWithParam<Case> {};

TEST_P(ReconcileTest, Says) {
  const Case& c = GetParam();
  const Reconciliation seen = Judge(c.model, c.edits);
  EXPECT_EQ(StandingOf(seen), c.standing);
  EXPECT_EQ(CountingOf(seen), c.counting);
  EXPECT_EQ(OpenSetsOf(seen), c.open_sets);
  EXPECT_EQ(ConflictsOf(seen), c.conflicts);
  EXPECT_EQ(InfoOf(seen, "license.text_missing"), c.text_missing);
  // Everything evaluated is listed, and governs.
  size_t members = 0;
  for (const OpenSet& set : seen.open_sets) members += set.members.size();
  EXPECT_EQ(seen.licenses.size(), seen.standing.size() + members);
  for (const auto& license : seen.licenses) EXPECT_TRUE(license.governs());
}

TestModel W() { return TestModel().Weights("model.safetensors"); }

std::vector<Case> Cases() {
  const std::string willow(WillowText());
  const std::vector<RuleEdit> kWillowIsAcorn = {
      {"licenses/Willow-1.0/rule.textproto", "hub_tags: \"willow\"", "hub_tags: \"willow\"\nhub_tags: \"acorn\""}};
  TestModel truncated = W().Doc("LICENSE", "license_text", willow);
  truncated.Last().set_document_truncated(true);
  TestModel repository = W().Doc("LICENSE", "license_text", willow);
  repository.inventory.set_repository("acorn-works/acorn-2.0-7b");
  return {
      // ---- texts
      {"Text", W().Doc("LICENSE", "license_text", willow), "Willow-1.0:EXACT"},
      {"TextInCard", W().Card("tags: [x]", willow), "Willow-1.0:EXACT"},
      {"TextChanged", W().Doc("LICENSE", "license_text", Changed("may plant", "may not plant")), "Willow-1.0:MODIFIED",
       "license.text_not_bare"},
      {"TextWithAddition", W().Doc("LICENSE", "license_text", willow + Strangers()), "Willow-1.0:EXACT",
       "license.residue license.text_not_bare"},
      {"TextWithBan", W().Doc("LICENSE", "license_text", willow + "\n" + kBan), "Willow-1.0:EXACT",
       "license.residue license.restriction_found license.text_not_bare"},
      {"PointerOnly", W().Doc("LICENSE", "license_text", "See the web site of the garden."), "",
       "license.none license.pointer_only"},
      {"PointerByName", W().Doc("LICENSE", "license_text", "Acorn Model Licence 2.0"), "",
       "license.none license.pointer_only"},
      {"TermsOfOneSentence", W().Doc("LICENSE", "license_text", "You may water it on Sundays."), "",
       "license.none license.unknown"},
      {"PointerWithTermsOfItsOwn",
       W().Doc("LICENSE", "license_text", Prose(kEnglish, 4) + "All terms: https://example.org/acorn/license-2.0.pdf"),
       "", "license.none license.pointer_only license.unknown"},
      {"Translation", W().Doc("LICENSE", "license_text", "Willow-1.0\n\n" + Prose(kGerman, 4)), "",
       "license.none license.translation"},
      {"UnknownTextInAnotherLanguage", W().Doc("LICENSE", "license_text", Prose(kGerman, 4)), "",
       "license.none license.unknown"},
      {"TranslationBesideItsOriginal", W().Doc("LICENSE", "license_text", willow + "\n\n" + Prose(kGerman, 4)),
       "Willow-1.0:EXACT", "license.residue license.text_not_bare license.translation"},
      {"TextCutOff", W().Doc("LICENSE", "license_text", willow.substr(0, willow.find("The gardener promises"))),
       "Willow-1.0:PARTIAL", "license.text_not_bare license.text_truncated"},
      {"TextCutOffInANotice",
       W().Doc("LICENSE", "license_text", willow)
           .Doc("NOTICE", "notice", willow.substr(0, willow.find("The gardener promises"))),
       "Willow-1.0:EXACT Willow-1.0@notice:NOTICE:PARTIAL"},
      {"InvisibleBetweenWords", W().Doc("LICENSE", "license_text", Changed("may plant", "may \u200bplant")),
       "Willow-1.0:VARIANT", "license.hidden_text license.text_not_bare"},
      {"InvisibleInALicenceField", W().Card("license: willow # \u202e"), "Willow-1.0", "license.hidden_text", "", "",
       "Willow-1.0"},
      {"InvisibleInACardFarFromTerms", W().Card("license: willow", "Pla\u200bnts."), "Willow-1.0", "", "", "",
       "Willow-1.0"},
      {"InvisibleInAHeader",
       TestModel().Weights(
           "m.gguf",
           {{"general.license", "willow"}, {"general.description", "The lic\u200bence of this model is nice."}},
           "gguf"),
       "Willow-1.0", "license.hidden_text", "", "", "Willow-1.0"},
      {"InvisibleInANotice",
       W().Doc("LICENSE", "license_text", willow).Doc("NOTICE", "notice", "The lic\u200bence of a pot."),
       "Willow-1.0:EXACT"},
      {"EmptyText", W().Doc("LICENSE", "license_text", ""), "", "license.none license.pointer_only"},
      {"UnknownText",
       W().Doc("LICENSE", "license_text",
               [] {
                 std::string text;
                 for (int i = 0; i < 100; ++i) text += "word" + std::to_string(i) + " ";
                 return text;
               }()),
       "", "license.none license.unknown"},
      {"UnreadableText", W().File("LICENSE", "license_text", "pdf"), "", "license.document_unreadable license.none"},
      {"UnreadableNotice", W().Doc("LICENSE", "license_text", willow).File("NOTICE", "notice", "pdf"),
       "Willow-1.0:EXACT", "license.document_unreadable"},
      {"TruncatedText", truncated, "Willow-1.0:EXACT", "license.document_unreadable"},
      // ---- tags
      {"PreciseTag", W().Card("license: willow"), "Willow-1.0", "", "", "", "Willow-1.0"},
      {"TagWithItsText", W().Card("license: willow").Doc("LICENSE", "license_text", willow), "Willow-1.0:EXACT"},
      {"UsePolicyByReference", W().Card("license: acorn2"), "acorn-2.0 acorn-policy", "", "", "",
       "LicenseRef-acorn-2.0"},
      {"FamilyTag", W().Card("license: acorn"), "", "", "acorn-1.0|acorn-2.0"},
      {"FamilyTagSettledByText", W().Card("license: acorn").Doc("LICENSE", "license_text", willow), "Willow-1.0:EXACT",
       "", "", "", "", kWillowIsAcorn},
      {"FamilyTagNotSettledByAChangedText",
       W().Card("license: acorn").Doc("LICENSE", "license_text", Changed("may plant", "may not plant")),
       "Willow-1.0:MODIFIED", "license.text_not_bare", "acorn-1.0|acorn-2.0|Willow-1.0", "", "", kWillowIsAcorn},
      {"FamilyTagNotSettledByANotice", W().Card("license: acorn").Doc("NOTICE", "notice", willow),
       "Willow-1.0@notice:NOTICE:EXACT", "", "acorn-1.0|acorn-2.0|Willow-1.0", "", "", kWillowIsAcorn},
      {"Other", W().Card("license: other"), "", "license.none license.unknown"},
      {"EmptyTag", W().Card("license: \"\""), "", "license.none license.unknown"},
      {"BlankTag", W().Card("license: \"  \""), "", "license.none license.unknown"},
      {"NearMiss", W().Card("license: willowy"), "", "license.none license.unknown"},
      {"UnknownBesideKnown", W().Card("license: [willow, marzipan]"), "Willow-1.0", "license.unknown", "", "",
       "Willow-1.0"},
      {"Nothing", W(), "", "license.none"},
      {"BrokenCard", W().Card("license: [willow").Doc("LICENSE", "license_text", willow), "Willow-1.0:EXACT",
       "file.document_malformed"},
      {"BrokenConfig", W().Doc("config.json", "config", "{").Doc("LICENSE", "license_text", willow), "Willow-1.0:EXACT",
       "file.document_malformed"},
      {"CardThatCannotBeRead", W().File("README.md", "card", "unknown_binary").Doc("LICENSE", "license_text", willow),
       "Willow-1.0:EXACT", "license.document_unreadable"},
      {"OrWithoutChoice", W().Card("license: willow OR pebble").Doc("LICENSE", "license_text", willow),
       "Willow-1.0:EXACT pebble", "", "", "text_against_card", "LicenseRef-pebble"},
      // ---- exceptions and former ids
      {"ExceptionToAnotherLicence", W().Card("license: willow WITH Classpath-exception-2.0"), "Willow-1.0",
       "license.exception", "", "", "Willow-1.0"},
      {"UnknownException", W().Card("license: willow WITH leave"), "", "license.none license.unknown"},
      {"FormerIdOfAnUnknownLicence", W().Card("license: Nunit"), "", "license.none license.unknown"},
      // ---- SPDX lines
      {"LineInACard", W().Card("license: willow", "SPDX-License-Identifier: Willow-1.0"), "Willow-1.0", "", "", "",
       "Willow-1.0"},
      {"LineAloneIsNoLicenceOfTheModel", W().Card("tags: [x]", "SPDX-License-Identifier: Willow-1.0"), "Willow-1.0",
       "license.none", "", "", "Willow-1.0"},
      {"LineAloneInALicenceFile", W().Doc("LICENSE", "license_text", "SPDX-License-Identifier: Willow-1.0\n"),
       "Willow-1.0", "license.none license.pointer_only", "", "", "Willow-1.0"},
      {"LineAgainstCard", W().Card("license: willow", "<!-- SPDX-License-Identifier: LicenseRef-pebble -->"),
       "Willow-1.0 pebble", "", "", "identifier_against_others", "LicenseRef-pebble Willow-1.0"},
      {"LineAgainstText",
       W().Doc("LICENSE", "license_text", willow)
           .Doc("config.json", "config", R"({"model_type": "x", "SPDX-License-Identifier": "LicenseRef-pebble"})"),
       "Willow-1.0:EXACT pebble", "", "", "identifier_against_others", "LicenseRef-pebble"},
      {"LineAgainstHeader",
       TestModel()
           .Weights("m.gguf", {{"general.license", "willow"}}, "gguf")
           .Doc("config.json", "config", R"({"model_type": "x", "SPDX-License-Identifier": "LicenseRef-pebble"})"),
       "Willow-1.0 pebble", "", "", "identifier_against_others", "LicenseRef-pebble Willow-1.0"},
      {"LineMakesNoTextBare",
       W().Doc("LICENSE", "license_text",
               "SPDX-License-Identifier: Willow-1.0\n\n" + Changed("may plant", "may not plant")),
       "Willow-1.0:MODIFIED", "license.text_not_bare"},
      {"LineSettlesNoFamily", W().Card("license: acorn", "SPDX-License-Identifier: LicenseRef-acorn-2.0"),
       "acorn-2.0 acorn-policy", "", "acorn-1.0|acorn-2.0", "", "LicenseRef-acorn-2.0"},
      {"LineOfAnotherFile",
       W().Card("license: willow").Doc("notes.txt", "other", "SPDX-License-Identifier: LicenseRef-pebble"),
       "Willow-1.0 pebble@file:notes.txt", "", "", "", "LicenseRef-pebble Willow-1.0"},
      {"LineInANotice",
       W().Card("license: willow").Doc("NOTICE", "notice", "Parts: SPDX-License-Identifier: LicenseRef-pebble"),
       "Willow-1.0 pebble@notice:NOTICE", "", "", "", "LicenseRef-pebble Willow-1.0"},
      {"LineInAProgram",
       W().Card("license: willow").Doc("model.py", "code", "# SPDX-License-Identifier: LicenseRef-pebble"),
       "Willow-1.0 pebble@code:programs", "", "", "", "LicenseRef-pebble Willow-1.0"},
      {"LineInATemplate",
       W().Card("license: willow")
           .Doc("chat_template.jinja", "tokenizer", "{# SPDX-License-Identifier: LicenseRef-pebble #}"),
       "Willow-1.0 pebble@file:chat_template.jinja", "", "", "", "LicenseRef-pebble Willow-1.0"},
      {"LinesOfManyProgramsStandOnce",
       W().Card("license: willow")
           .Doc("a.py", "code", "# SPDX-License-Identifier: LicenseRef-pebble")
           .Doc("b/c.sh", "code",
                "# SPDX-License-Identifier: LicenseRef-pebble\n# SPDX-License-Identifier: Willow-1.0"),
       "Willow-1.0 Willow-1.0@code:programs pebble@code:programs", "", "", "",
       "LicenseRef-pebble Willow-1.0 Willow-1.0"},
      {"LinesOfProgramsAreNoLicenceOfTheModel", W().Doc("a.py", "code", "# SPDX-License-Identifier: Willow-1.0"),
       "Willow-1.0@code:programs", "license.none", "", "", "Willow-1.0"},
      {"LineThatAProgramWrites",
       W().Card("license: willow").Doc("a.py", "code", "out.write(f'# SPDX-License-Identifier: {license}')"),
       "Willow-1.0", "", "", "", "Willow-1.0"},
      {"LineOfAProgramThatIsNoExpression",
       W().Card("license: willow").Doc("a.py", "code", "import x\n  # SPDX-License-Identifier: {license}"),
       "Willow-1.0", "file.document_malformed", "", "", "Willow-1.0"},
      {"LineOfAnUnknownLicenceInAProgram",
       W().Card("license: willow").Doc("a.py", "code", "# SPDX-License-Identifier: Marzipan-1.0"), "Willow-1.0",
       "license.unknown", "", "", "Willow-1.0"},
      {"TextInAProgram", W().Doc("LICENSE", "license_text", willow).Doc("a.py", "code", InAComment(willow)),
       "Willow-1.0:EXACT Willow-1.0@code:programs:EXACT"},
      {"TextInAProgramIsNoTextOfTheModel", W().Card("license: willow").Doc("a.py", "code", InAComment(willow)),
       "Willow-1.0 Willow-1.0@code:programs:EXACT", "", "", "", "Willow-1.0"},
      {"ChangedTextInAProgram",
       W().Doc("LICENSE", "license_text", willow)
           .Doc("a.py", "code", InAComment(Changed("broken window", "broken door"))),
       "Willow-1.0:EXACT Willow-1.0@code:programs:VARIANT"},
      {"RestrictionAddedToATextInAProgram",
       W().Doc("LICENSE", "license_text", willow)
           .Doc("a.py", "code", InAComment(Changed("may plant it,", "may plant it only for non-commercial purposes,"))),
       "Willow-1.0:EXACT Willow-1.0@code:programs:MODIFIED", "license.text_not_bare"},
      {"RestrictionInAProgram",
       W().Doc("LICENSE", "license_text", willow).Doc("a.py", "code", "import x\n# " + kBan + "\n"), "Willow-1.0:EXACT",
       "license.restriction_found"},
      {"RestrictionInATemplate",
       W().Doc("LICENSE", "license_text", willow)
           .Doc("chat_template.jinja", "tokenizer", "{# " + kBan + " #}{{ messages[0] }}"),
       "Willow-1.0:EXACT", "license.restriction_found"},
      {"RestrictionInANotebook",
       W().Doc("LICENSE", "license_text", willow)
           .Doc("demo.ipynb", "code",
                R"({"cells": [{"source": ["# You may use it\nonly for non-commercial\npurposes.\n"]}]})")
           .Format("json"),
       "Willow-1.0:EXACT", "license.restriction_found"},
      {"WordsOfAProgram",
       W().Doc("LICENSE", "license_text", willow)
           .Doc("a.py", "code",
                "# Do not use the cache here; the list must not be modified.\nif not distributed:\n  raise Denied('Use "
                "is "
                "not allowed')\n"),
       "Willow-1.0:EXACT"},
      {"WordsOfATemplate",
       W().Doc("LICENSE", "license_text", willow)
           .Doc("chat_template.jinja", "tokenizer", "{{- 'Do not use variables.' }}"),
       "Willow-1.0:EXACT"},
      {"UnreadDocument", W().Doc("LICENSE", "license_text", willow).File("paper.pdf", "other", "pdf"),
       "Willow-1.0:EXACT", "license.document_unreadable"},
      {"UnreadDocumentUnderTheNameOfAProgram",
       W().Doc("LICENSE", "license_text", willow).File("run.sh", "code", "ole_document"), "Willow-1.0:EXACT",
       "license.document_unreadable"},
      {"PicturesHoldNoWords",
       W().Doc("LICENSE", "license_text", willow).File("a.png", "other", "png").File("b.wav", "other", "audio"),
       "Willow-1.0:EXACT"},
      {"CompiledProgramsHoldNoWords", W().Doc("LICENSE", "license_text", willow).File("a.so", "code", "elf"),
       "Willow-1.0:EXACT"},
      {"ProgramsOverTheLimit", W().Doc("LICENSE", "license_text", willow).Doc("a.py", "code", "import os").Truncated(),
       "Willow-1.0:EXACT", "license.document_unreadable"},
      {"FieldOfAPackage",
       W().Doc("LICENSE", "license_text", willow)
           .Doc("lib/pyproject.toml", "other", "[project]\nlicense = {text = 'LicenseRef-pebble'}\n"),
       "Willow-1.0:EXACT pebble@file:lib/pyproject.toml", "", "", "", "LicenseRef-pebble"},
      {"FieldOfAPackageThatIsNotKnown",
       W().Doc("LICENSE", "license_text", willow).Doc("setup.cfg", "other", "[metadata]\nlicense = Marzipan\n"),
       "Willow-1.0:EXACT", "license.unknown"},
      {"FieldsOfAPackageAreNoLicenceOfTheModel", W().Doc("package.json", "other", R"({"license": "Willow-1.0"})"),
       "Willow-1.0@file:package.json", "license.none", "", "", "Willow-1.0"},
      {"FieldNamesAFileThatIsThere",
       W().Doc("LICENSE", "license_text", willow)
           .Doc("package.json", "other", R"({"license": "SEE LICENSE IN LICENSE"})"),
       "Willow-1.0:EXACT"},
      {"FieldNamesAFileThatIsNotThere",
       W().Doc("LICENSE", "license_text", willow)
           .Doc("package.json", "other", R"({"license": "SEE LICENSE IN terms"})"),
       "Willow-1.0:EXACT", "license.unknown"},
      {"ArgumentOfASetup",
       W().Doc("LICENSE", "license_text", willow).Doc("setup.py", "code", "setup(license='LicenseRef-pebble')"),
       "Willow-1.0:EXACT pebble@code:programs", "", "", "", "LicenseRef-pebble"},
      {"ManifestThatCannotBeRead", W().Doc("LICENSE", "license_text", willow).Doc("package.json", "other", "{,}"),
       "Willow-1.0:EXACT", "file.document_malformed"},
      {"KeyOfATokenizer",
       W().Doc("LICENSE", "license_text", willow)
           .Doc("tokenizer_config.json", "tokenizer", R"({"license": "LicenseRef-pebble"})"),
       "Willow-1.0:EXACT pebble@file:tokenizer_config.json", "", "", "", "LicenseRef-pebble"},
      {"KeyOfATokenizerIsNoLicenceOfTheModel",
       W().Doc("tokenizer_config.json", "tokenizer", R"({"license": "Willow-1.0"})"),
       "Willow-1.0@file:tokenizer_config.json", "license.none", "", "", "Willow-1.0"},
      {"LineOfAnUnknownLicence", W().Card("license: willow", "SPDX-License-Identifier: Marzipan-1.0"), "Willow-1.0",
       "license.unknown", "", "", "Willow-1.0"},
      {"LineThatSaysNone", W().Card("license: willow", "SPDX-License-Identifier: NONE"), "Willow-1.0",
       "license.unknown", "", "", "Willow-1.0"},
      {"LineThatIsNoExpression", W().Card("license: willow", "SPDX-License-Identifier: MIT AND"), "Willow-1.0",
       "file.document_malformed", "", "", "Willow-1.0"},
      {"LineWithAnException", W().Card("license: willow", "SPDX-License-Identifier: Willow-1.0 WITH LLVM-exception"),
       "Willow-1.0", "license.exception", "", "", "Willow-1.0"},
      {"TooManyLines", W().Card("license: willow", Lines(kSpdxValuesMax + 1)), "Willow-1.0",
       "file.limit license.unknown", "", "", "Willow-1.0"},
      // ---- headers
      {"GgufHeader", TestModel().Weights("m.gguf", {{"general.license", "willow"}}, "gguf"), "Willow-1.0", "", "", "",
       "Willow-1.0"},
      {"GgufHeaderName",
       TestModel().Weights("m.gguf", {{"general.license", "other"}, {"general.license.name", "pebble"}}, "gguf"),
       "pebble", "", "", "", "LicenseRef-pebble"},
      {"SafetensorsKeysBoth",
       TestModel().Weights("m.safetensors", {{"license", "willow"}, {"modelspec.license", "pebble"}}),
       "Willow-1.0 pebble", "", "", "", "LicenseRef-pebble Willow-1.0"},
      {"GgufSizes",
       TestModel().Weights("m.gguf",
                           {{"elm.block_count", "4"},
                            {"elm.embedding_length", "64"},
                            {"elm.feed_forward_length", "256"},
                            {"elm.vocab_size", "9001"},
                            {"general.architecture", "elm"},
                            {"general.license", "willow"}},
                           "gguf"),
       "Willow-1.0", "license.family_contradicts", "", "", "Willow-1.0"},
      {"GgufSizesWithTheTokensOfTheTokenizer",
       TestModel().Weights("m.gguf",
                           {{"elm.block_count", "4"},
                            {"elm.embedding_length", "64"},
                            {"elm.feed_forward_length", "256"},
                            {"general.architecture", "elm"},
                            {"general.license", "willow"},
                            {"tokenizer.ggml.tokens", "9000"}},
                           "gguf"),
       "Willow-1.0", "license.family_contradicts", "", "", "Willow-1.0"},
      {"GgufOtherSizes",
       TestModel().Weights("m.gguf",
                           {{"elm.block_count", "5"},
                            {"elm.embedding_length", "64"},
                            {"elm.feed_forward_length", "256"},
                            {"elm.vocab_size", "9000"},
                            {"general.architecture", "elm"},
                            {"general.license", "willow"}},
                           "gguf"),
       "Willow-1.0", "", "", "", "Willow-1.0"},
      {"GgufKeyInSafetensors", TestModel().Weights("m.safetensors", {{"general.license", "willow"}}), "",
       "license.none"},
      {"HeaderAgainstText",
       TestModel().Weights("m.gguf", {{"general.license", "acorn2"}}, "gguf").Doc("LICENSE", "license_text", willow),
       "Willow-1.0:EXACT acorn-2.0 acorn-policy", "", "", "text_against_header", "LicenseRef-acorn-2.0"},
      // ---- bases
      {"KnownBase", W().Card("license: willow\nbase_model: acorn-works/acorn-2.0-7b"),
       "Willow-1.0 acorn-2.0 acorn-policy", "", "", "card_against_base", "LicenseRef-acorn-2.0 Willow-1.0"},
      {"BaseOfASet", W().Doc("LICENSE", "license_text", willow).Card("base_model: acorn-works/acorn-1b"),
       "Willow-1.0:EXACT", "", "acorn-1.0|acorn-2.0", "text_against_base"},
      {"UnknownBase", W().Doc("LICENSE", "license_text", willow).Card("base_model: some/thing"), "Willow-1.0:EXACT",
       "license.base_unresolved"},
      {"LocalBase", W().Doc("LICENSE", "license_text", willow).Card("base_model: ./acorn-works/acorn-2.0-7b"),
       "Willow-1.0:EXACT", "license.base_unresolved"},
      {"BaseInGgufWithGaps",
       TestModel()
           .Doc("LICENSE", "license_text", willow)
           .Weights("m.gguf", {{"general.base_model.7.repo_url", "https://huggingface.co/acorn-works/acorn-2.0-7b"}},
                    "gguf"),
       "Willow-1.0:EXACT acorn-2.0 acorn-policy", "", "", "text_against_base", "LicenseRef-acorn-2.0"},
      {"BaseInGgufByParts",
       TestModel()
           .Doc("LICENSE", "license_text", willow)
           .Weights(
               "m.gguf",
               {{"general.base_model.0.organization", "acorn-works"}, {"general.base_model.0.name", "acorn-2.0-7b"}},
               "gguf"),
       "Willow-1.0:EXACT acorn-2.0 acorn-policy", "", "", "text_against_base", "LicenseRef-acorn-2.0"},
      {"BaseInSafetensors",
       TestModel().Doc("LICENSE", "license_text", willow).Weights("m.safetensors", {{"base_model", "no/where"}}),
       "Willow-1.0:EXACT", "license.base_unresolved"},
      // ---- adapters
      {"AdapterConfig",
       TestModel()
           .Doc("LICENSE", "license_text", willow)
           .Weights("adapter_model.safetensors")
           .Doc("adapter_config.json", "adapter", R"({"base_model_name_or_path": "willow-group/w"})"),
       "Willow-1.0:EXACT", "lineage.base_needed"},
      {"AdapterConfigWithoutBase",
       W().Doc("LICENSE", "license_text", willow).Doc("adapter_config.json", "adapter", "{}"), "Willow-1.0:EXACT",
       "lineage.base_needed"},
      {"AdapterWithoutConfig",
       [&] {
         TestModel model = TestModel().Doc("LICENSE", "license_text", willow).Weights("adapter_model.safetensors");
         model.Last().set_role("adapter");
         return model;
       }(),
       "Willow-1.0:EXACT", "lineage.base_needed"},
      {"AdapterGguf",
       [&] {
         TestModel model = TestModel().Doc("LICENSE", "license_text", willow).Weights("m.gguf", {}, "gguf");
         model.Last().mutable_header()->set_adapter(true);
         return model;
       }(),
       "Willow-1.0:EXACT", "lineage.base_needed"},
      // ---- families
      {"RepositoryContradicts", repository, "Willow-1.0:EXACT", "license.family_contradicts"},
      {"ArchitectureOfOneFamily",
       TestModel()
           .Doc("LICENSE", "license_text", willow)
           .Weights("m.gguf", {{"general.architecture", "acorn"}}, "gguf"),
       "Willow-1.0:EXACT", "license.family_contradicts"},
      {"SharedArchitecture",
       W().Doc("LICENSE", "license_text", willow).Doc("config.json", "config", R"({"model_type": "acorn"})"),
       "Willow-1.0:EXACT"},
      {"NameInHeader",
       TestModel()
           .Doc("LICENSE", "license_text", willow)
           .Weights("m.gguf", {{"general.name", "My Acorn 2.0 tune"}}, "gguf"),
       "Willow-1.0:EXACT", "license.family_contradicts"},
      // ---- closed models
      {"ClosedRepository", Called(W(), "zephyr/Zephyr-Cloud-5-Air"), "Willow-1.0", "license.family_contradicts", "", "",
       "Willow-1.0", kZephyrOfZephyr},
      {"ClosedRepositoryOfOthers", Called(W(), "someone/zephyr-cloud-5"), "Willow-1.0", "", "", "", "Willow-1.0",
       kZephyrOfZephyr},
      {"ClosedNameInsideAnother", Called(W(), "zephyr/like-zephyr-cloud-5"), "Willow-1.0", "", "", "", "Willow-1.0",
       kZephyrOfZephyr},
      {"ClosedNameInConfig",
       W().Card("license: willow")
           .Doc("config.json", "config", R"({"model_type": "x", "_name_or_path": "zephyr/zephyr-cloud-5"})"),
       "Willow-1.0", "license.family_contradicts", "", "", "Willow-1.0", kZephyrOfZephyr},
      {"ClosedAddressInHeader",
       TestModel()
           .Card("license: willow")
           .Weights("m.gguf", {{"general.url", "https://huggingface.co/zephyr/zephyr-cloud-5"}}, "gguf"),
       "Willow-1.0", "license.family_contradicts", "", "", "Willow-1.0", kZephyrOfZephyr},
      {"ClosedMakerInHeader",
       TestModel()
           .Card("license: willow")
           .Weights("m.gguf", {{"general.organization", "Zephyr"}, {"general.basename", "Zephyr Cloud 5"}}, "gguf"),
       "Willow-1.0", "license.family_contradicts", "", "", "Willow-1.0", kZephyrOfZephyr},
      {"ClosedNameInProse",
       TestModel()
           .Card("license: willow", "Trained on what zephyr/zephyr-cloud-5 wrote.")
           .Weights("m.gguf", {{"general.name", "My Zephyr Cloud 5 tune"}}, "gguf"),
       "Willow-1.0", "", "", "", "Willow-1.0", kZephyrOfZephyr},
      {"ClosedBase", W().Card("license: willow\nbase_model: zephyr/zephyr-cloud-5"), "Willow-1.0", "license.closed", "",
       "", "Willow-1.0", kZephyrOfZephyr},
      {"ClosedRepositoryWithoutLicence", Called(W(), "zephyr/zephyr-cloud-5", ""), "",
       "license.family_contradicts license.none", "", "", "", kZephyrOfZephyr},
      {"NameWithItsLicence",
       TestModel().Card("license: acorn2").Weights("m.gguf", {{"general.name", "Acorn 2.0"}}, "gguf"),
       "acorn-2.0 acorn-policy", "", "", "", "LicenseRef-acorn-2.0"},
      // ---- notices
      {"NoticeIsNoLicence", W().Doc("NOTICE", "notice", willow), "Willow-1.0@notice:NOTICE:EXACT", "license.none"},
      {"NoticeIsEvaluatedToo", W().Card("license: pebble").Doc("NOTICE", "notice", willow),
       "Willow-1.0@notice:NOTICE:EXACT pebble", "", "", "", "LicenseRef-pebble"},
      // The text in a notice is no text of the model's own licence.
      {"NoticeIsNoText", W().Card("license: willow").Doc("NOTICE", "notice", willow),
       "Willow-1.0 Willow-1.0@notice:NOTICE:EXACT", "", "", "", "Willow-1.0"},
      {"NoticeChangedHarmlessly",
       W().Doc("LICENSE", "license_text", willow).Doc("NOTICE", "notice", Changed("may plant", "may not plant")),
       "Willow-1.0:EXACT Willow-1.0@notice:NOTICE:MODIFIED"},
      {"NoticeWithBan", W().Doc("LICENSE", "license_text", willow).Doc("NOTICE", "notice", willow + "\n" + kBan),
       "Willow-1.0:EXACT Willow-1.0@notice:NOTICE:EXACT", "license.residue license.restriction_found"},
      // ---- components
      {"ComponentTakesTheRoots",
       TestModel()
           .Doc("model_index.json", "config", kPipeline)
           .Doc("LICENSE", "license_text", willow)
           .File("vae/config.json", "config", "json")
           .Weights("unet/m.safetensors"),
       "Willow-1.0:EXACT"},
      {"ComponentsDoNotConflict",
       TestModel()
           .Doc("model_index.json", "config", kPipeline)
           .Card("license: pebble")
           .Doc("unet/LICENSE", "license_text", willow)
           .File("vae/config.json", "config", "json")
           .Weights("unet/m.safetensors"),
       "Willow-1.0@unet:EXACT pebble", "", "", "", "LicenseRef-pebble"},
      {"ComponentWithoutLicence",
       TestModel()
           .Doc("model_index.json", "config", kPipeline)
           .Doc("unet/LICENSE", "license_text", willow)
           .Weights("unet/m.safetensors")
           .Weights("vae/m.safetensors"),
       "Willow-1.0@unet:EXACT", "license.none"},
      // ---- conflicts
      {"TextAgainstCard", W().Card("license: acorn2").Doc("LICENSE", "license_text", willow),
       "Willow-1.0:EXACT acorn-2.0 acorn-policy", "", "", "text_against_card", "LicenseRef-acorn-2.0"},
      {"StackedLicence",
       W().Card("license: acorn2").Doc("LICENSE", "license_text", willow),
       "Willow-1.0:EXACT acorn-2.0 acorn-policy",
       "",
       "",
       "text_against_card",
       "LicenseRef-acorn-2.0",
       {{"licenses/acorn-2.0/rule.textproto", "duties {",
         "stacked_licenses { short_id: \"Willow-1.0\" clause: \"9\" }\nduties {"}}},
      {"StackedByTag",
       W().Card("license: acorn2"),
       "Willow-1.0 acorn-2.0 acorn-policy",
       "",
       "",
       "",
       "LicenseRef-acorn-2.0 Willow-1.0",
       {{"licenses/acorn-2.0/rule.textproto", "duties {",
         "stacked_licenses { short_id: \"Willow-1.0\" clause: \"9\" }\nduties {"}}},
      // ---- restrictions in every place that people or programs write to
      {"BanInCard", W().Card("license: willow", kBan), "Willow-1.0", "license.restriction_found", "", "", "Willow-1.0"},
      {"BanInFrontMatter", W().Card("license: willow\nnotes: " + kBan), "Willow-1.0", "license.restriction_found", "",
       "", "Willow-1.0"},
      {"BanInFrontMatterList", W().Card("license: willow\ntags:\n- " + kBan), "Willow-1.0", "license.restriction_found",
       "", "", "Willow-1.0"},
      {"BanBeforeTextInCard", W().Card("license: willow", kBan + "\n\n" + willow), "Willow-1.0:EXACT",
       "license.restriction_found license.text_not_bare"},
      {"BanInOtherText", W().Doc("LICENSE", "license_text", willow).Doc("hints.txt", "other", kBan), "Willow-1.0:EXACT",
       "license.restriction_found"},
      {"BanInConfig",
       W().Doc("LICENSE", "license_text", willow)
           .Doc("config.json", "config", R"({"note": "only for non-commercial purposes"})"),
       "Willow-1.0:EXACT", "license.restriction_found"},
      {"BanInNotice", W().Doc("LICENSE", "license_text", willow).Doc("NOTICE", "notice", kBan), "Willow-1.0:EXACT",
       "license.residue license.restriction_found"},
      {"BanInUsePolicy", W().Doc("LICENSE", "license_text", willow).Doc("USE_POLICY.md", "use_policy", kBan),
       "Willow-1.0:EXACT", "license.residue license.restriction_found license.unknown"},
      {"BanCovered", W().Card("license: other\nlicense_name: pebble", kBan), "pebble", "", "", "", "LicenseRef-pebble"},
      // ---- licences that are named where no text of them stands
      {"NamedInCard", W().Card("license: willow", "Weights: PEBBLE"), "Willow-1.0", "license.restriction_found", "", "",
       "Willow-1.0"},
      {"NamedOfData", W().Card("license: willow", "Trained on leaves (Acorn-1.0)."), "Willow-1.0", "", "", "",
       "Willow-1.0"},
      {"NamedInNotice", W().Doc("LICENSE", "license_text", willow).Doc("NOTICE", "notice", "Parts under Acorn-1.0."),
       "Willow-1.0:EXACT", "license.restriction_found"},
      {"NamedBesideText", W().Doc("LICENSE", "license_text", willow + "\n\nWeights: PEBBLE\n"), "Willow-1.0:EXACT",
       "license.restriction_found"},
      {"NamedInHeader",
       TestModel()
           .Weights("m.safetensors",
                    {{"general.description", "These weights come under the terms of Acorn-1.0 alone."}})
           .Doc("LICENSE", "license_text", willow),
       "Willow-1.0:EXACT", "license.restriction_found"},
      {"NamedAndDeclared", W().Card("license: other\nlicense_name: pebble", "Weights: PEBBLE"), "pebble", "", "", "",
       "LicenseRef-pebble"},
      {"NamedSibling", W().Card("license: acorn2", "The weights are under Acorn-1.0."), "acorn-2.0 acorn-policy",
       "license.restriction_found", "", "", "LicenseRef-acorn-2.0"},
      // ---- what prose says that the model was made from
      {"MadeFromARepository", W().Card("license: willow", "Fine-tuned from acorn-works/acorn-2.0-7b."), "Willow-1.0",
       "license.family_contradicts", "", "", "Willow-1.0"},
      {"MadeFromAName", W().Card("license: willow", "Built with Acorn 2.0"), "Willow-1.0", "license.family_contradicts",
       "", "", "Willow-1.0"},
      {"MadeFromAPermissiveOne", W().Card("license: pebble", "Fine-tuned from willow-group/tree."), "pebble", "", "",
       "", "LicenseRef-pebble"},
      {"MadeFromADeclaredOne",
       W().Card("license: acorn2\nbase_model: acorn-works/acorn-2.0-7b", "Fine-tuned from acorn-works/acorn-2.0-7b."),
       "acorn-2.0 acorn-policy", "", "", "", "LicenseRef-acorn-2.0"},
      {"ComparedOnly", W().Card("license: willow", "Better than acorn-works/acorn-2.0-7b."), "Willow-1.0", "", "", "",
       "Willow-1.0"},
      // ---- files
      {"Pointer",
       [&] {
         TestModel model =
             TestModel().Doc("LICENSE", "license_text", willow).File("m.safetensors", "weights", "git_lfs_pointer");
         model.Last().set_claimed(true);
         return model;
       }(),
       "Willow-1.0:EXACT", "file.pointer_unknown"},
      {"PointerMeasuredBefore",
       [&] {
         TestModel model = TestModel().Doc("LICENSE", "license_text", willow).Weights("m.safetensors");
         model.Last().set_claimed(true);
         model.Last().set_known(true);
         return model;
       }(),
       "Willow-1.0:EXACT"},
      {"NoTensors",
       [&] {
         TestModel model = TestModel().Doc("LICENSE", "license_text", willow).Weights("m.gguf", {}, "gguf");
         model.Last().mutable_header()->set_tensor_count(0);
         return model;
       }(),
       "Willow-1.0:EXACT", "file.no_tensors"},
      {"Unsupported", W().Doc("LICENSE", "license_text", willow).File("m.bin", "weights", "pytorch_zip"),
       "Willow-1.0:EXACT", "file.format_unsupported"},
      {"Archive", W().Doc("LICENSE", "license_text", willow).File("extra.zip", "archive", "zip"), "Willow-1.0:EXACT",
       "file.format_unsupported"},
      {"NoWeights", TestModel().Doc("LICENSE", "license_text", willow), "Willow-1.0:EXACT", "file.nothing_to_scan"},
      {"SeveralModels",
       TestModel()
           .Doc("LICENSE", "license_text", willow)
           .Weights("a/m.safetensors")
           .Doc("a/config.json", "config", "{}")
           .Weights("b/m.safetensors")
           .Doc("b/config.json", "config", "{}"),
       "Willow-1.0:EXACT", "file.several_models"},
      {"UnknownProblemBlocks",
       [&] {
         TestModel model = W().Doc("LICENSE", "license_text", willow);
         v1::InventoryProblem& problem = *model.inventory.add_problems();
         problem.set_rule_id("file.of_tomorrow");
         problem.set_blocks(true);
         return model;
       }(),
       "Willow-1.0:EXACT", "file.unreadable"},
  };
}

INSTANTIATE_TEST_SUITE_P(Table, ReconcileTest, ::testing::ValuesIn(Cases()),
                         [](const auto& info) { return info.param.name; });

TEST(ReconcileOrderTest, SameInputSameResult) {
  const TestModel model = W().Card("license: acorn2\nbase_model: acorn-works/acorn-1b", kBan)
                              .Doc("LICENSE", "license_text", std::string(WillowText()));
  const Reconciliation first = Judge(model), second = Judge(model);
  ASSERT_EQ(first.findings.size(), second.findings.size());
  for (size_t i = 0; i < first.findings.size(); ++i) {
    EXPECT_EQ(first.findings[i].SerializeAsString(), second.findings[i].SerializeAsString());
  }
  EXPECT_EQ(StandingOf(first), StandingOf(second));
}

TEST(ReconcileOrderTest, FindingsPointAtTheirPlace) {
  const TestModel model = W().Card("license: willow", "First line.\n\n" + kBan);
  const Reconciliation seen = Judge(model);
  for (const v1::Finding& finding : seen.findings) {
    if (finding.rule_id() != "license.restriction_found") continue;
    ASSERT_EQ(finding.evidence_size(), 1);
    EXPECT_EQ(finding.evidence(0).path(), "README.md");
    EXPECT_EQ(finding.evidence(0).line(), 7u);
    EXPECT_LT(finding.evidence(0).byte_begin(), finding.evidence(0).byte_end());
    return;
  }
  FAIL() << "no restriction found";
}

TEST(ReconcileOrderTest, SpdxLinesPointAtTheirPlace) {
  const std::string line = "SPDX-License-Identifier: (Willow-1.0";
  const Reconciliation seen = Judge(W().Card("license: willow", "First line.\n\n" + line));
  for (const v1::Finding& finding : seen.findings) {
    if (finding.rule_id() != "file.document_malformed") continue;
    EXPECT_EQ(finding.message(), "the SPDX line \"(Willow-1.0\" cannot be read: offset 11: a bracket is not closed");
    ASSERT_EQ(finding.evidence_size(), 1);
    EXPECT_EQ(finding.evidence(0).path(), "README.md");
    EXPECT_EQ(finding.evidence(0).line(), 7u);
    EXPECT_EQ(finding.evidence(0).key(), "SPDX-License-Identifier");
    return;
  }
  FAIL() << "no malformed line found";
}

// A flood of lines ends in one finding, not in as many as there are lines.
TEST(ReconcileOrderTest, SpdxLinesOfAModelHaveALimit) {
  TestModel model = W().Card("license: willow");
  const size_t files = kSpdxLinesMax / kSpdxValuesMax;
  const auto count = [&](const std::string& rule) {
    const Reconciliation seen = Judge(model);
    return std::count_if(seen.findings.begin(), seen.findings.end(),
                         [&](const v1::Finding& finding) { return finding.rule_id() == rule; });
  };
  for (size_t i = 0; i < files; ++i) model.Doc("n" + std::to_string(i) + ".txt", "other", Lines(kSpdxValuesMax));
  EXPECT_EQ(count("file.limit"), 0);
  EXPECT_EQ(count("license.unknown"), kSpdxLinesMax);
  for (size_t i = 0; i < 3; ++i) model.Doc("o" + std::to_string(i) + ".txt", "other", Lines(kSpdxValuesMax));
  EXPECT_EQ(count("file.limit"), 1);
  EXPECT_EQ(count("license.unknown"), kSpdxLinesMax);
}

TEST(ReconcileOrderTest, MembersBringTheirUsePolicies) {
  const Reconciliation seen = Judge(W().Card("license: acorn"));
  ASSERT_EQ(seen.open_sets.size(), 1u);
  for (const auto& member : seen.open_sets[0].members) {
    ASSERT_EQ(member.size(), 2u);
    EXPECT_EQ(member[1]->short_id(), "acorn-policy");
  }
}

TEST(ReconcileOrderTest, PolicyChoosesOfAnOr) {
  v1::Policy policy;
  policy.add_or_choices("Willow-1.0");
  const TestModel model = W().Card("license: willow OR pebble");
  static const auto rules = MiniRules();
  const Reconciliation seen = Reconcile(model.inventory, model.documents, *rules, policy);
  EXPECT_EQ(StandingOf(seen), "Willow-1.0");
}

// ---- rules laid over ours, and terms that nobody here has read

Reconciliation WithOverlay(const TestModel& model, const std::string& path, const std::string& from,
                           const std::string& to) {
  std::vector<rulebook::RuleFile> overlay;
  for (rulebook::RuleFile& file : rulebook::MiniRulebook()) {
    if (file.path == path) overlay.push_back(std::move(file));
  }
  rulebook::Edit(path, from, to, &overlay);
  std::vector<rulebook::RuleIssue> issues;
  const auto rules = rulebook::Rulebook::Layered(rulebook::MiniRulebook(), overlay, &issues);
  EXPECT_TRUE(rules.ok()) << rulebook::ToString(issues);
  // Never destroyed: what is seen points into it.
  static auto& kept = *new std::vector<std::shared_ptr<const rulebook::Rulebook>>;
  kept.push_back(*rules);
  return Reconcile(model.inventory, model.documents, *kept.back(), v1::Policy());
}

std::vector<v1::Finding> RedefinedIn(const Reconciliation& seen) {
  std::vector<v1::Finding> found;
  for (const v1::Finding& finding : seen.findings) {
    if (finding.rule_id() == "rules.redefined") found.push_back(finding);
  }
  return found;
}

TEST(RedefinitionTest, TouchesWhatStandsOnIt) {
  const std::string acorn = "licenses/acorn-2.0/rule.textproto";
  const TestModel named = TestModel().Weights("model.safetensors").Card("license: acorn2");
  const auto found = RedefinedIn(WithOverlay(named, acorn, "kind: license_copy", "kind: notice_file"));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].outcome(), v1::Outcome::NEEDS_REVIEW);
  EXPECT_EQ(found[0].license_id(), "LicenseRef-acorn-2.0");
  EXPECT_EQ(found[0].message(),
            "acorn-2.0 is not as our rulebook has it: rules/licenses/acorn-2.0/rule.textproto:15 changes duties copy");
  ASSERT_EQ(found[0].evidence_size(), 1);
  EXPECT_EQ(found[0].evidence(0).path(), "rules/licenses/acorn-2.0/rule.textproto");
  EXPECT_EQ(found[0].evidence(0).line(), 15u);

  // A candidate counts, and so do a base's licence and a use policy that binds by reference.
  const TestModel family = TestModel().Weights("model.safetensors").Card("license: acorn");
  EXPECT_EQ(RedefinedIn(WithOverlay(family, acorn, "kind: license_copy", "kind: notice_file")).size(), 1u);
  const TestModel derived =
      TestModel().Weights("model.safetensors").Card("license: willow\nbase_model: acorn-works/acorn-2.0-7b");
  EXPECT_EQ(RedefinedIn(WithOverlay(derived, acorn, "kind: license_copy", "kind: notice_file")).size(), 1u);
  EXPECT_EQ(RedefinedIn(WithOverlay(named, "licenses/acorn-policy/rule.textproto", "No weapons.\"\n  trigger",
                                    "No swords.\"\n  trigger"))
                .size(),
            1u);
  // A licence that has nothing to do with it does not.
  const TestModel other = TestModel().Weights("model.safetensors").Card("license: willow");
  EXPECT_TRUE(RedefinedIn(WithOverlay(other, acorn, "kind: license_copy", "kind: notice_file")).empty());
  // The base that was given, once.
  TestModel adapter = other;
  *adapter.inventory.mutable_base() = named.inventory;
  adapter.documents["base card"] = named.documents.at("README.md");
  for (auto& artifact : *adapter.inventory.mutable_base()->mutable_artifacts()) {
    if (artifact.document_sha256() == "README.md") artifact.set_document_sha256("base card");
  }
  EXPECT_EQ(RedefinedIn(WithOverlay(adapter, acorn, "kind: license_copy", "kind: notice_file")).size(), 1u);
}

TEST(RedefinitionTest, PhrasesTouchEverything) {
  const TestModel bare = TestModel().Weights("model.safetensors");
  const auto found = RedefinedIn(WithOverlay(bare, "triggers.textproto", "restrictive: true", "restrictive: false"));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].license_id(), "");
  EXPECT_EQ(found[0].outcome(), v1::Outcome::NEEDS_REVIEW);
}

TEST(UnreadTermsTest, ABaseUnderThemNeedsReview) {
  const auto rules = MiniRules({{"families/willow.textproto", "license_ids: \"Willow-1.0\"",
                                 "unread_license: \"the Pond Terms\" main_restriction: \"No ponds.\""}});
  const TestModel model =
      TestModel().Weights("model.safetensors").Card("license: willow\nbase_model: willow-group/willow-7b");
  const auto seen = Reconcile(model.inventory, model.documents, *rules, v1::Policy());
  EXPECT_NE(CountingOf(seen).find("license.base_unresolved"), std::string::npos) << CountingOf(seen);
  // A name that points at them contradicts a licence that is named.
  const TestModel relabelled =
      TestModel().Weights("model.gguf", {{"general.name", "Willow-7B"}}, "gguf").Card("license: acorn2");
  EXPECT_NE(CountingOf(Reconcile(relabelled.inventory, relabelled.documents, *rules, v1::Policy()))
                .find("license.family_contradicts"),
            std::string::npos);
}

}  // namespace
}  // namespace weighbridge::provenance
