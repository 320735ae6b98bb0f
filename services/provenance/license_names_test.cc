#include "services/provenance/license_names.h"

#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "services/provenance/model_fixture.h"
#include "services/rulebook/builtin.h"

namespace weighbridge::provenance {
namespace {

// "acorn-1.0|acorn-2.0 & Willow-1.0": operands joined by " & ", members of a set by "|".
std::string Words(const NamedLicenses& named) {
  std::string words;
  for (const Candidates& operand : named.operands) {
    std::string members;
    for (const auto* license : operand) members += (members.empty() ? "" : "|") + license->short_id();
    words += (words.empty() ? "" : " & ") + members;
  }
  return words;
}

std::string Joined(const std::vector<std::string>& parts) {
  std::string all;
  for (const std::string& part : parts) all += (all.empty() ? "" : ", ") + part;
  return all;
}

const rulebook::Rulebook& Rules() {
  static const auto rules = MiniRules();
  return *rules;
}

struct ExpressionCase {
  std::string name;
  std::string value;
  std::string operands;
  std::string unknown;
  std::vector<std::string> or_choices = {};
  std::string chosen = "";
  bool open = false;
};
void PrintTo(const ExpressionCase& c, std::ostream* os) { *os << c.name; }

class ExpressionTest : public ::testing::TestWithParam<ExpressionCase> {};

TEST_P(ExpressionTest, Names) {
  const ExpressionCase& c = GetParam();
  const NamedLicenses named = ReadLicenseExpression(c.value, Rules(), c.or_choices);
  EXPECT_EQ(Words(named), c.operands);
  EXPECT_EQ(Joined(named.unknown), c.unknown);
  EXPECT_EQ(named.or_chosen, c.chosen);
  EXPECT_EQ(named.or_open, c.open);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ExpressionTest,
    ::testing::Values(
        ExpressionCase{"Tag", "willow", "Willow-1.0", ""},
        ExpressionCase{"CaseAndSpace", "  WILLOW-1.0 \n", "Willow-1.0", ""},
        ExpressionCase{"FamilyTagIsASet", "acorn", "acorn-1.0|acorn-2.0", ""},
        ExpressionCase{"NearMiss", "willows", "", "willows"}, ExpressionCase{"PartOfAName", "will", "", "will"},
        ExpressionCase{"NameInside", "not willow at all", "", "not willow at all"},
        ExpressionCase{"And", "willow AND pebble", "Willow-1.0 & pebble", ""},
        ExpressionCase{"AndUnknown", "willow AND marzipan", "Willow-1.0", "marzipan"},
        ExpressionCase{"AndOther", "willow and other", "Willow-1.0", "other"},
        ExpressionCase{"OrWithoutChoice", "willow OR pebble", "Willow-1.0 & pebble", "", {}, "", true},
        ExpressionCase{"OrChosen", "willow OR pebble", "Willow-1.0", "", {"Willow-1.0"}, "Willow-1.0"},
        ExpressionCase{"OrFirstChoiceWins", "willow OR pebble", "pebble", "", {"pebble", "Willow-1.0"}, "pebble"},
        ExpressionCase{"OrChoiceElsewhere", "willow OR pebble", "Willow-1.0 & pebble", "", {"acorn-2.0"}, "", true},
        ExpressionCase{
            "OrChoiceIsNoSet", "willow OR acorn", "Willow-1.0 & acorn-1.0|acorn-2.0", "", {"acorn-1.0"}, "", true},
        ExpressionCase{"OrUnknownSide", "willow OR marzipan", "Willow-1.0", "marzipan", {}, "", true},
        ExpressionCase{"Mixed", "willow OR pebble AND acorn2", "Willow-1.0 & pebble & acorn-2.0", "", {}, "", true},
        ExpressionCase{"MixedChosen", "willow OR pebble AND acorn2", "pebble & acorn-2.0", "", {"pebble"}, "pebble"},
        ExpressionCase{
            "MixedOtherChosen", "willow OR pebble AND acorn2", "Willow-1.0", "", {"Willow-1.0"}, "Willow-1.0"},
        ExpressionCase{"Parentheses", "(willow OR pebble)", "Willow-1.0 & pebble", "", {}, "", true},
        ExpressionCase{
            "OrInsideAnd", "(willow OR pebble) AND acorn2", "Willow-1.0 & acorn-2.0", "", {"Willow-1.0"}, "Willow-1.0"},
        // A choice that stands on every side decides nothing.
        ExpressionCase{"ChoiceOnBothSides",
                       "(willow OR pebble) AND acorn2",
                       "Willow-1.0 & acorn-2.0 & pebble",
                       "",
                       {"acorn-2.0"},
                       "",
                       true},
        ExpressionCase{"TwoChoices",
                       "(willow OR pebble) AND (acorn2 OR marzipan)",
                       "Willow-1.0 & acorn-2.0",
                       "",
                       {"Willow-1.0", "acorn-2.0"},
                       "Willow-1.0 AND acorn-2.0"},
        ExpressionCase{"ChosenSideMayBeUnknown",
                       "marzipan AND willow OR pebble",
                       "Willow-1.0",
                       "marzipan",
                       {"Willow-1.0"},
                       "Willow-1.0"},
        ExpressionCase{"With", "willow WITH exception", "", "willow WITH exception"},
        ExpressionCase{"WithKnownException", "willow WITH Classpath-exception-2.0", "Willow-1.0", ""},
        ExpressionCase{"OrLater", "willow-1.0+", "Willow-1.0", ""},
        ExpressionCase{"BracketNotClosed", "(willow AND pebble", "", "(willow AND pebble"},
        ExpressionCase{"NothingBehindAnd", "willow AND", "", "willow AND"},
        ExpressionCase{"SideBySide", "(willow) (pebble)", "", "(willow) (pebble)"},
        ExpressionCase{"Slash", "willow/pebble", "", "willow/pebble"},
        ExpressionCase{"UsePolicyIsNoTag", "acorn-policy AND other", "acorn-policy", "other"}),
    [](const auto& info) { return info.param.name; });

// What exceptions and former ids of the SPDX list are read as, by our own rules: "licence > present form", "licence+"
// for an exception that belongs, "licence!" for one that does not.
struct ListCase {
  const char* value;
  const char* operands;
  const char* notes;
};

TEST(LicenseNamesTest, ExceptionsAndFormerIds) {
  const auto rules = rulebook::BuiltinRulebook();
  ASSERT_TRUE(rules.ok()) << rules.status();
  for (const ListCase& c : {
           ListCase{"GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0-only",
                    "GPL-2.0-only WITH Classpath-exception-2.0+"},
           ListCase{"gplv2 with classpath-exception-2.0", "GPL-2.0-only", "gplv2 WITH classpath-exception-2.0+"},
           ListCase{"Apache-2.0 WITH LLVM-exception", "Apache-2.0", "Apache-2.0 WITH LLVM-exception+"},
           ListCase{"MIT WITH Classpath-exception-2.0", "MIT", "MIT WITH Classpath-exception-2.0!"},
           ListCase{"GPL-3.0-only WITH LLVM-exception OR MIT", "GPL-3.0-only & MIT",
                    "GPL-3.0-only WITH LLVM-exception!"},
           // Of a set, the exception has to belong to all that are meant.
           ListCase{"gpl WITH GCC-exception-3.1", "GPL-2.0-only|GPL-3.0-only", "gpl WITH GCC-exception-3.1!"},
           ListCase{"GPL-2.0-with-classpath-exception", "GPL-2.0-only",
                    "GPL-2.0-with-classpath-exception > GPL-2.0-only WITH Classpath-exception-2.0, GPL-2.0-only WITH "
                    "Classpath-exception-2.0+"},
           ListCase{"eCos-2.0", "GPL-2.0-only",
                    "eCos-2.0 > GPL-2.0-or-later WITH eCos-exception-2.0, GPL-2.0-or-later WITH eCos-exception-2.0+"},
           ListCase{"GPL-2.0+", "GPL-2.0-only", "GPL-2.0+ > GPL-2.0-or-later"},
           ListCase{"MIT AND GPL-3.0", "MIT & GPL-3.0-only", "GPL-3.0 > GPL-3.0-only"},
           ListCase{"(GPL-3.0 OR MIT) AND (GPL-3.0 OR ISC)", "GPL-3.0-only & ISC & MIT", "GPL-3.0 > GPL-3.0-only"},
           ListCase{"BSD-2-Clause-NetBSD", "BSD-2-Clause", "BSD-2-Clause-NetBSD > BSD-2-Clause"},
           // A tag of the hub, where it is no former id.
           ListCase{"gpl-3.0", "GPL-3.0-only", ""},
           ListCase{"GPL-2.0-with-classpath-exception WITH Font-exception-2.0", "", ""},
           ListCase{"Nunit", "", ""},
       }) {
    const NamedLicenses named = ReadLicenseExpression(c.value, **rules, {});
    EXPECT_EQ(Words(named), c.operands) << c.value;
    EXPECT_EQ(named.unknown.empty(), !named.operands.empty()) << c.value;
    std::vector<std::string> notes;
    for (const auto& former : named.former) notes.push_back(former.written + " > " + former.present);
    for (const auto& exception : named.exceptions) notes.push_back(exception.term + (exception.belongs ? "+" : "!"));
    EXPECT_EQ(Joined(notes), c.notes) << c.value;
  }
}

// A rulebook that has a licence of a former id means it.
TEST(LicenseNamesTest, AnOwnIdIsNotReplaced) {
  const auto rules = MiniRules({{"licenses/pebble/rule.textproto", "id: \"LicenseRef-pebble\"", "id: \"Nunit\""}});
  ASSERT_NE(rules, nullptr);
  const NamedLicenses named = ReadLicenseExpression("Nunit OR willow", *rules, {});
  EXPECT_EQ(Words(named), "pebble & Willow-1.0");
  EXPECT_TRUE(named.former.empty());
}

TEST(LicenseNamesTest, AChoiceIsOfThePresentForm) {
  const auto rules = rulebook::BuiltinRulebook();
  ASSERT_TRUE(rules.ok()) << rules.status();
  const NamedLicenses named = ReadLicenseExpression("MIT OR eCos-2.0", **rules, {"GPL-2.0-only"});
  EXPECT_EQ(Words(named), "GPL-2.0-only");
  EXPECT_FALSE(named.or_open);
}

TEST(LicenseNamesTest, TooLongIsUnknown) {
  const NamedLicenses named = ReadLicenseExpression(std::string(5000, 'x'), Rules(), {});
  EXPECT_TRUE(named.operands.empty());
  ASSERT_EQ(named.unknown.size(), 1u);
  EXPECT_LE(named.unknown[0].size(), 64u);
}

TEST(LicenseNamesTest, TooManyOperandsAreUnknown) {
  std::string value = "willow";
  for (int i = 0; i < 64; ++i) value += " and willow";
  EXPECT_EQ(ReadLicenseExpression(value, Rules(), {}).unknown.size(), 1u);
}

struct FieldsCase {
  std::string name;
  LicenseFields fields;
  std::string operands;
  std::string unknown;
};
void PrintTo(const FieldsCase& c, std::ostream* os) { *os << c.name; }

class FieldsTest : public ::testing::TestWithParam<FieldsCase> {};

TEST_P(FieldsTest, Joins) {
  const NamedLicenses named = ReadLicenseFields(GetParam().fields, Rules(), {});
  EXPECT_EQ(Words(named), GetParam().operands);
  EXPECT_EQ(Joined(named.unknown), GetParam().unknown);
}

INSTANTIATE_TEST_SUITE_P(
    Table, FieldsTest,
    ::testing::Values(
        FieldsCase{"Nothing", {}, "", ""}, FieldsCase{"Other", {{"other"}, "", ""}, "", "other"},
        FieldsCase{"Empty", {{""}, "", ""}, "", ""},
        FieldsCase{"OtherWithName", {{"other"}, "pebble", ""}, "pebble", ""},
        FieldsCase{"NameAlone", {{}, "pebble", ""}, "pebble", ""},
        FieldsCase{"OtherWithLink", {{"other"}, "", "https://example.org/acorn/license-2.0"}, "acorn-2.0", ""},
        FieldsCase{"LinkAlone", {{}, "", "https://example.org/acorn/license-2.0"}, "acorn-2.0", ""},
        FieldsCase{"UnknownLink", {{"other"}, "", "LICENSE"}, "", "other"},
        FieldsCase{"UnknownName", {{"other"}, "guardrails", ""}, "", "guardrails"},
        // A near miss of a name does not become the licence that a link points at.
        FieldsCase{"UnknownNameKnownLink",
                   {{"other"}, "acorn-extra", "https://example.org/acorn/license-2.0"},
                   "acorn-2.0",
                   "acorn-extra"},
        // A name and a link that disagree both stand.
        FieldsCase{"NameAgainstLink",
                   {{"other"}, "pebble", "https://example.org/acorn/license-2.0"},
                   "pebble & acorn-2.0",
                   ""},
        FieldsCase{
            "LinkIntoTheSet", {{"acorn"}, "", "https://example.org/acorn/license-2.0"}, "acorn-1.0|acorn-2.0", ""},
        FieldsCase{
            "TagAgainstLink", {{"willow"}, "", "https://example.org/acorn/license-2.0"}, "Willow-1.0 & acorn-2.0", ""},
        FieldsCase{"TagAgainstName", {{"willow"}, "pebble", ""}, "Willow-1.0 & pebble", ""},
        FieldsCase{"TagAndSameName", {{"willow"}, "willow license", ""}, "Willow-1.0", ""},
        // "other" beside an unknown tag and a known link must not make the tag vanish.
        FieldsCase{"UnknownTagStays",
                   {{"marzipan", "other"}, "", "https://example.org/acorn/license-2.0"},
                   "acorn-2.0",
                   "marzipan"},
        FieldsCase{"SeveralTags", {{"willow", "acorn2"}, "", ""}, "Willow-1.0 & acorn-2.0", ""}),
    [](const auto& info) { return info.param.name; });

// Addresses as cards have them, over the real rules; several short ids in the order of ids, "" for what is not known.
struct LinkCase {
  std::string name, url, short_ids;
};
void PrintTo(const LinkCase& c, std::ostream* os) { *os << c.name; }

class LinkTest : public ::testing::TestWithParam<LinkCase> {};

TEST_P(LinkTest, StandsFor) {
  std::string ids;
  for (const auto* license : LicensesOfLink(GetParam().url, **rulebook::BuiltinRulebook())) {
    ids += (ids.empty() ? "" : " ") + license->short_id();
  }
  EXPECT_EQ(ids, GetParam().short_ids);
}

INSTANTIATE_TEST_SUITE_P(
    Table, LinkTest,
    ::testing::Values(
        LinkCase{"Stability", "https://stability.ai/license", "stability-ai-community-2024"},
        LinkCase{"StabilityAgreement", "https://stability.ai/community-license-agreement",
                 "stability-ai-community-2024"},
        LinkCase{"YiOnGithub", "https://github.com/01-ai/Yi/blob/main/LICENSE",
                 "Apache-2.0 yi-license-1.0 yi-license-2.0 yi-license-2.1"},
        LinkCase{"YiModelLicense", "https://github.com/01-ai/Yi/blob/main/MODEL_LICENSE_AGREEMENT.txt",
                 "yi-license-1.0 yi-license-2.0 yi-license-2.1"},
        LinkCase{"YiOnTheHub", "https://huggingface.co/01-ai/Yi-34B/blob/main/LICENSE",
                 "Apache-2.0 yi-license-2.1 yi-license-2.0 yi-license-1.0"},
        LinkCase{"BloomRail", "https://huggingface.co/spaces/bigscience/license", "bigscience-rail-1.0"},
        LinkCase{"BloomRailShort", "https://hf.co/spaces/bigscience/license/", "bigscience-rail-1.0"},
        LinkCase{"RailBlog", "https://bigscience.huggingface.co/blog/the-bigscience-rail-license",
                 "bigscience-rail-1.0"},
        LinkCase{"OpenRailBlog", "https://bigscience.huggingface.co/blog/bigscience-openrail-m",
                 "bigscience-open-rail-m"},
        LinkCase{"CcInternational", "https://creativecommons.org/licenses/by/3.0/", "CC-BY-3.0"},
        LinkCase{"CcDeed", "https://creativecommons.org/licenses/by/3.0/deed.en", "CC-BY-3.0"},
        LinkCase{"CcShareAlike", "http://creativecommons.org/licenses/by-sa/3.0", "CC-BY-SA-3.0"},
        LinkCase{"CcFour", "https://creativecommons.org/licenses/by-nc/4.0/deed.de", "CC-BY-NC-4.0"},
        // A port to the law of a country is another licence, and these rules have none.
        LinkCase{"CcPort", "https://creativecommons.org/licenses/by/3.0/de/", ""},
        LinkCase{"CcPortDeed", "https://creativecommons.org/licenses/by/3.0/de/deed.en", ""},
        LinkCase{"CcPortOfShareAlike", "https://creativecommons.org/licenses/by-sa/2.0/uk/legalcode", ""},
        LinkCase{"HubFileOfOneLicence", "https://huggingface.co/Qwen/Qwen2.5-7B-Instruct/blob/main/LICENSE",
                 "Apache-2.0"},
        LinkCase{"HubFileListed", "https://huggingface.co/Qwen/Qwen2.5-3B-Instruct/blob/main/LICENSE", "qwen-research"},
        LinkCase{"HubFileByRow", "https://huggingface.co/Qwen/Qwen2.5-Coder-3B/blob/main/LICENSE", "qwen-research"},
        LinkCase{"HubFileResolve", "https://huggingface.co/zai-org/chatglm3-6b/resolve/main/MODEL_LICENSE",
                 "chatglm-6b"},
        LinkCase{"HubFileLlama", "https://huggingface.co/meta-llama/Llama-3.3-70B-Instruct/blob/main/LICENSE",
                 "llama-3.3-license-2024"},
        // Not the licence of weights, not checked, terms that nobody read, any name of an organisation, no file.
        LinkCase{"HubCode", "https://huggingface.co/deepseek-ai/DeepSeek-V3/blob/main/LICENSE-CODE", ""},
        LinkCase{"HubReadme", "https://huggingface.co/Qwen/Qwen2.5-7B/blob/main/README.md", ""},
        LinkCase{"HubUnchecked", "https://huggingface.co/Qwen/Qwen1.5-14B/blob/main/LICENSE", ""},
        LinkCase{"HubUnread", "https://huggingface.co/Qwen/QVQ-72B-Preview/blob/main/LICENSE", ""},
        LinkCase{"HubAnyName", "https://huggingface.co/meta-llama/Llama-9-8B/blob/main/LICENSE", ""},
        LinkCase{"HubPage", "https://huggingface.co/mistralai/Mistral-7B-v0.1", ""},
        LinkCase{"HubOfNobody", "https://huggingface.co/somebody/something/blob/main/LICENSE", ""}),
    [](const auto& info) { return info.param.name; });

TEST(LicenseNamesTest, ANameOfChatGlm) {
  const NamedLicenses named = ReadLicenseFields({{"other"}, "chatglm-license", ""}, **rulebook::BuiltinRulebook(), {});
  ASSERT_EQ(named.operands.size(), 1u);
  EXPECT_EQ(named.operands[0].size(), 2u);
}

TEST(LicenseNamesTest, SaysNothing) {
  for (const char* value : {"", "  ", "Other", "UNKNOWN", "none", "n/a", "null", "NOASSERTION", "\t-\n"}) {
    EXPECT_TRUE(SaysNothing(value)) << value;
  }
  for (const char* value : {"willow", "nothing", "others", "unlicense", "0"}) EXPECT_FALSE(SaysNothing(value)) << value;
}

struct HubCase {
  std::string name, reference, id;
};
void PrintTo(const HubCase& c, std::ostream* os) { *os << c.name; }

class HubIdTest : public ::testing::TestWithParam<HubCase> {};

TEST_P(HubIdTest, Reads) { EXPECT_EQ(HubIdOf(GetParam().reference), GetParam().id); }

INSTANTIATE_TEST_SUITE_P(
    Table, HubIdTest,
    ::testing::Values(HubCase{"Id", "acorn-works/acorn-2.0", "acorn-works/acorn-2.0"},
                      HubCase{"TrailingSlash", "acorn-works/acorn-2.0/ ", "acorn-works/acorn-2.0"},
                      HubCase{"Url", "https://huggingface.co/acorn-works/acorn-2.0", "acorn-works/acorn-2.0"},
                      HubCase{"DeepUrl", "https://huggingface.co/acorn-works/acorn-2.0/blob/main/README.md",
                              "acorn-works/acorn-2.0"},
                      HubCase{"ShortHost", "http://hf.co/acorn-works/acorn-2.0", "acorn-works/acorn-2.0"},
                      HubCase{"Dataset", "https://huggingface.co/datasets/acorn-works/leaves", ""},
                      HubCase{"Space", "https://huggingface.co/spaces/acorn-works/demo", ""},
                      HubCase{"OtherHost", "https://example.org/acorn-works/acorn-2.0", ""},
                      HubCase{"HostAsPrefix", "https://huggingface.co.example.org/acorn-works/acorn-2.0", ""},
                      HubCase{"HostAsUser", "https://huggingface.co@example.org/acorn-works/acorn-2.0", ""},
                      HubCase{"AbsolutePath", "/models/acorn-works/acorn-2.0", ""},
                      HubCase{"RelativePath", "./acorn-works/acorn-2.0", ""}, HubCase{"HomePath", "~/acorn-2.0", ""},
                      HubCase{"DeepPath", "models/acorn-works/acorn-2.0", ""}, HubCase{"Parent", "../acorn-works", ""},
                      HubCase{"ParentInside", "acorn-works/..", ""},
                      HubCase{"ParentBehindHost", "https://huggingface.co/acorn-works/../x", ""},
                      HubCase{"WindowsPath", "C:\\models\\acorn", ""}, HubCase{"Query", "acorn-works/acorn?x=1", ""},
                      HubCase{"Words", "the acorn model", ""}, HubCase{"Control", "acorn-works/acorn\x1b[2J", ""},
                      HubCase{"Empty", "", ""}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace weighbridge::provenance
