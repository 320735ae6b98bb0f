// Broken rules and what is said about them, to the column.
#include <ostream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "services/rulebook/fixture.h"
#include "services/rulebook/rulebook.h"

namespace weighbridge::rulebook {
namespace {

std::string IssuesOf(std::vector<RuleFile> files) {
  std::vector<RuleIssue> issues;
  const auto book = Rulebook::FromFiles(std::move(files), &issues);
  EXPECT_EQ(book.ok(), issues.empty()) << book.status();
  return ToString(issues);
}

TEST(LintTest, NothingIsWrongWithTheFixture) { EXPECT_EQ(IssuesOf(MiniRulebook()), ""); }

TEST(LintTest, EverythingIsSaidInOneRun) {
  std::vector<RuleFile> files = MiniRulebook();
  Edit("countries.textproto", "group {", "grup {", &files);
  Edit("licenses/acorn-1.0/rule.textproto", "clause: \"2\"", "clause: \"\"", &files);
  Edit("licenses/acorn-1.0/rule.textproto", "checked: \"2026-11-21\"", "checked: \"2026-02-30\"", &files);
  Edit("families/willow.textproto", "license_ids: \"Willow-1.0\"", "license_ids: \"willow-1.0\"", &files);
  files.push_back({"licenses/notes.textproto", ""});
  EXPECT_EQ(
      IssuesOf(files),
      "rules/countries.textproto:3:6: Message type \"weighbridge.rules.v1.CountryGroups\" has no field named "
      "\"grup\".\n"
      "rules/families/willow.textproto:9:3: there is no licenses/willow-1.0/rule.textproto\n"
      "rules/licenses/acorn-1.0/rule.textproto:25:3: clause is missing\n"
      "rules/licenses/acorn-1.0/rule.textproto:60:3: \"2026-02-30\" is no date YYYY-MM-DD\n"
      "rules/licenses/notes.textproto: no rule file stands here: licences are licenses/<short id>/rule.textproto and "
      "*.tokens, families are families/<id>.textproto\n");
}

TEST(LintTest, MissingFilesAreNamed) {
  EXPECT_EQ(IssuesOf({}),
            "rules/countries.textproto: the file is missing\n"
            "rules/fields.textproto: the file is missing\n"
            "rules/triggers.textproto: the file is missing\n");
}

// The fixture has no wordings of terms: a rulebook need not have any.
TEST(LintTest, WordingsOfTerms) {
  constexpr std::string_view kTerms =
      "# proto-file: proto/weighbridge/rules/v1/rulebook.proto\n"
      "# proto-message: weighbridge.rules.v1.TermSet\n"
      "term { id: \"a\" kind: \"k\" polarity: DUTY pattern: \"apples?\" hit: \"an apple\" miss: \"a pear\" }\n";
  std::vector<RuleFile> files = MiniRulebook();
  files.push_back({"terms.textproto", std::string(kTerms)});
  EXPECT_EQ(IssuesOf(files), "");
  files.back().bytes += "term { id: \"a\" kind: \"k\" polarity: DUTY pattern: \"b\" hit: \"a b\" miss: \"c\" }\n";
  EXPECT_EQ(IssuesOf(files), "rules/terms.textproto:4:8: term \"a\" stands here twice\n");
  const auto with = [&](std::string_view term) {
    files.back().bytes = std::string(kTerms) + std::string(term) + "\n";
    return IssuesOf(files);
  };
  EXPECT_EQ(with("term { id: \"b\" kind: \"k\" pattern: \"b\" hit: \"a b\" miss: \"c\" }"),
            "rules/terms.textproto:4:1: polarity is missing\n");
  EXPECT_EQ(with("term { id: \"b\" kind: \"k\" polarity: DUTY pattern: \"b\" hit: \"c\" miss: \"d\" }"),
            "rules/terms.textproto:4:41: term b does not hit its example \"c\"\n");
  EXPECT_EQ(with("term { id: \"b\" kind: \"k\" polarity: DUTY pattern: \"b\" hit: \"b\" miss: \"a b\" }"),
            "rules/terms.textproto:4:41: term b hits \"a b\", which it should miss\n");
  // Parts that patterns share.
  EXPECT_EQ(
      with("part { name: \"fruit\" pattern: \"plums?\" }\npart { name: \"two\" pattern: \"two <fruit>\" }\n"
           "term { id: \"b\" kind: \"k\" polarity: DUTY pattern: \"<two>|fig\" hit: \"two plums\" miss: \"plum\" }"),
      "");
  EXPECT_EQ(with("term { id: \"b\" kind: \"k\" polarity: DUTY pattern: \"<fruit>\" hit: \"plum\" miss: \"fig\" }"),
            "rules/terms.textproto:4:41: there is no part \"fruit\" above\n");
  EXPECT_EQ(with("part { name: \"a\" pattern: \"<a>\" }"), "rules/terms.textproto:4:8: there is no part \"a\" above\n");
  EXPECT_EQ(with("part { name: \"A\" pattern: \"a\" }"), "rules/terms.textproto:4:8: \"A\" is no name of a part\n");
}

// A record that knows no terms never looks like one that does.
TEST(LintTest, CategoryFactsStandAloneAndNeedAPerson) {
  std::vector<RuleFile> files = MiniRulebook();
  Edit("licenses/acorn-1.0/rule.textproto", "version: \"1.0\"\n",
       "category_facts { category: \"Permissive\" }\nversion: \"1.0\"\n", &files);
  const std::string issues = IssuesOf(files);
  for (const char* says : {"owner is missing", "a licence known by its category alone has confidence low",
                           "a licence known by its category alone states no terms"}) {
    EXPECT_NE(issues.find(says), std::string::npos) << says << "\n" << issues;
  }
}

// A licence that nobody read has its name and what is told of it; only with the lowest confidence, and it allows
// nothing.
TEST(LintTest, WithoutATextNothingIsAllowed) {
  constexpr char kPath[] = "licenses/acorn-2.0/rule.textproto";
  std::vector<RuleFile> files = MiniRulebook();
  Edit(
      kPath,
      "  texts { sha256: \"2222222222222222222222222222222222222222222222222222222222222222\" source: \"invented\" }\n",
      "", &files);
  EXPECT_EQ(IssuesOf(files), "rules/licenses/acorn-2.0/rule.textproto:20:1: texts is missing\n");
  Edit(kPath, "confidence: medium", "confidence: low", &files);
  const std::string issues = IssuesOf(files);
  EXPECT_NE(issues.find("without a text the note says where the facts come from"), std::string::npos) << issues;
  EXPECT_NE(issues.find("nothing is allowed by a text that nobody read"), std::string::npos) << issues;
  Edit(kPath, "confidence: low", "confidence: low\n  note: \"told by others\"", &files);
  for (const char* right : {"use", "commercial_use", "modify", "distribute"}) {
    const std::string entry = std::string("right: ") + right + " stance: ";
    EXPECT_NE(IssuesOf(files), "") << right;
    Edit(kPath, entry + "allowed", entry + "conditional", &files);
  }
  EXPECT_EQ(IssuesOf(files), "");
  Edit(kPath, "use_policies { short_id: \"acorn-policy\" clause: \"4\" }\n", "", &files);
  Edit(kPath, "OPEN_WEIGHTS_RESTRICTED", "OPEN_WEIGHTS_PERMISSIVE", &files);
  EXPECT_NE(IssuesOf(files).find("a licence that nobody read is not permissive"), std::string::npos);
}

// One edit of the fixture and everything that is then said.
struct Case {
  std::string name;
  std::string path;
  std::string from, to;
  std::string issues;
};
// The name alone: the texts hold bytes that no XML result can.
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }
class LintCaseTest : public ::testing::TestWithParam<Case> {};

TEST_P(LintCaseTest, Says) {
  const Case& c = GetParam();
  std::vector<RuleFile> files = MiniRulebook();
  Edit(c.path, c.from, c.to, &files);
  EXPECT_EQ(IssuesOf(files), c.issues);
}

std::string NameOf(const ::testing::TestParamInfo<Case>& info) { return info.param.name; }

constexpr char kAcorn1[] = "licenses/acorn-1.0/rule.textproto";
constexpr char kAcorn2[] = "licenses/acorn-2.0/rule.textproto";
constexpr char kPolicy[] = "licenses/acorn-policy/rule.textproto";
constexpr char kPebble[] = "licenses/pebble/rule.textproto";
constexpr char kWillow[] = "licenses/Willow-1.0/rule.textproto";
constexpr char kAcornFamily[] = "families/acorn.textproto";
constexpr char kWillowFamily[] = "families/willow.textproto";
constexpr char kZephyrFamily[] = "families/zephyr.textproto";

INSTANTIATE_TEST_SUITE_P(
    Text, LintCaseTest,
    ::testing::Values(
        Case{"NoHeader", kAcorn1, "# proto-file", "# protofile",
             "rules/licenses/acorn-1.0/rule.textproto:1:1: the file must begin with the line \"# proto-file: "
             "proto/weighbridge/rules/v1/license.proto\"\n"},
        Case{"OtherSchema", kAcorn1, "v1/license.proto", "v1/rulebook.proto",
             "rules/licenses/acorn-1.0/rule.textproto:1:1: the file must begin with the line \"# proto-file: "
             "proto/weighbridge/rules/v1/license.proto\"\n"},
        Case{"OtherMessage", kAcorn1, "v1.License", "v1.Family",
             "rules/licenses/acorn-1.0/rule.textproto:1:1: one of the first lines must be \"# proto-message: "
             "weighbridge.rules.v1.License\"\n"},
        Case{"UnknownField", kAcorn1, "released:", "relesed:",
             "rules/licenses/acorn-1.0/rule.textproto:8:8: Message type \"weighbridge.rules.v1.License\" has no field "
             "named \"relesed\".\n"},
        Case{"FieldTwice", kAcorn1, "version: \"1.0\"", "version: \"1.0\" version: \"1.0\"",
             "rules/licenses/acorn-1.0/rule.textproto:7:23: Non-repeated field \"version\" is specified multiple "
             "times.\n"},
        Case{"UnknownWord", kAcorn1, "comparison: greater", "comparison: more",
             "rules/licenses/acorn-1.0/rule.textproto:32:7: Unknown enumeration value of \"more\" for field "
             "\"comparison\".\n"},
        Case{"NumberForAWord", kAcorn1, "effect: all_rights", "effect: 77",
             "rules/licenses/acorn-1.0/rule.textproto:40:3: effect: 77 is no value of this list\n"},
        Case{"NotClosed", kAcorn1, "effect: all_rights", "effect: all_rights \"",
             "rules/licenses/acorn-1.0/rule.textproto:40:22: Expected identifier, got: \"\n"
             "rules/licenses/acorn-1.0/rule.textproto:40:23: String literals cannot cross line boundaries.\n"},
        Case{"Tab", kAcorn1, "  id: \"users\"", "\tid: \"users\"",
             "rules/licenses/acorn-1.0/rule.textproto:24:1: a tab; indent with spaces\n"},
        Case{"CarriageReturn", kAcorn1, "kind: license\n", "kind: license\r\n",
             "rules/licenses/acorn-1.0/rule.textproto:6:14: a control character\n"},
        Case{"MalformedUtf8", kAcorn1, "Acorn Works", "Acorn \377",
             "rules/licenses/acorn-1.0/rule.textproto:10:18: malformed UTF-8\n"},
        Case{"EscapedControl", kAcorn1, "Acorn Works", "Acorn\\nWorks",
             "rules/licenses/acorn-1.0/rule.textproto:10:1: licensor: a control character (texts are one line)\n"},
        Case{"EscapedMalformed", kAcorn1, "Acorn Works", "Acorn\\377",
             "rules/licenses/acorn-1.0/rule.textproto:10:1: licensor: malformed UTF-8\n"},
        Case{"BlankAtEnd", kAcorn1, "\"Acorn Works\"", "\"Acorn Works \"",
             "rules/licenses/acorn-1.0/rule.textproto:10:1: licensor: a blank at its begin or end\n"},
        Case{"TwoBlanks", kAcorn1, "It asks", "It  asks",
             "rules/licenses/acorn-1.0/rule.textproto:13:1: summary: two blanks in a row\n"},
        Case{"EmptyElement", kAcorn1, "hub_tags: \"acorn\"", "hub_tags: \"\"",
             "rules/licenses/acorn-1.0/rule.textproto:16:1: hub_tags: an empty element\n"},
        Case{"InList", kAcorn1, "hub_tags: \"acorn\"", "hub_tags: [\"acorn\", \"Acorn3\"]",
             "rules/licenses/acorn-1.0/rule.textproto:16:1: \"Acorn3\" is not in lower case\n"}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Identity, LintCaseTest,
    ::testing::Values(
        Case{"NoId", kAcorn1, "id: \"LicenseRef-acorn-1.0\"\n", "\n",
             "rules/licenses/acorn-1.0/rule.textproto:1:1: id is missing\n"},
        Case{"BadId", kAcorn1, "LicenseRef-acorn-1.0", "Acorn 1.0",
             "rules/licenses/acorn-1.0/rule.textproto:3:1: \"Acorn 1.0\" is no SPDX id: letters, digits, '-' and '.', "
             "LicenseRef- before others\n"},
        Case{"OtherFolder", kAcorn1, "short_id: \"acorn-1.0\"", "short_id: \"acorn-1\"",
             "rules/licenses/acorn-1.0/rule.textproto:4:1: short_id \"acorn-1\" is not the folder's name "
             "\"acorn-1.0\"\n"},
        Case{"IdOfAnother", kAcorn1, "LicenseRef-acorn-1.0", "LicenseRef-Acorn-2.0",
             "rules/licenses/acorn-2.0/rule.textproto:3:1: \"LicenseRef-acorn-2.0\" already names "
             "rules/licenses/acorn-1.0/rule.textproto\n"},
        Case{"OtherNameOfAnother", kAcorn1, "other_names: \"Acorn 1\"", "other_names: \"acorn_2.0\"",
             "rules/licenses/acorn-1.0/rule.textproto:21:1: \"acorn_2.0\" already names "
             "rules/licenses/acorn-2.0/rule.textproto\n"},
        Case{"TagIsAnId", kAcorn1, "hub_tags: \"acorn\"", "hub_tags: \"willow-1.0\"",
             "rules/licenses/acorn-1.0/rule.textproto:16:1: \"willow-1.0\" is an id of "
             "rules/licenses/Willow-1.0/rule.textproto\n"},
        Case{"TagSaysNothing", kAcorn1, "hub_tags: \"acorn\"", "hub_tags: \"other\"",
             "rules/licenses/acorn-1.0/rule.textproto:16:1: \"other\" says nothing: metadata uses it for licences of "
             "any kind\n"},
        Case{"TagTwice", kAcorn1, "hub_tags: \"acorn\"", "hub_tags: \"acorn\" hub_tags: \"acorn\"",
             "rules/licenses/acorn-1.0/rule.textproto:16:19: \"acorn\" stands here twice\n"},
        Case{"TagUpperCase", kAcorn1, "hub_tags: \"acorn\"", "hub_tags: \"Acorn\"",
             "rules/licenses/acorn-1.0/rule.textproto:16:1: \"Acorn\" is not in lower case\n"},
        Case{"LinkScheme", kAcorn1, "\"example.org/acorn/\"", "\"https://example.org/acorn/\"",
             "rules/licenses/acorn-1.0/rule.textproto:20:1: a link stands without scheme\n"},
        Case{"LinkHostOnly", kAcorn1, "\"example.org/acorn/\"", "\"example.org/\"",
             "rules/licenses/acorn-1.0/rule.textproto:20:1: a link names a host and something on it: "
             "\"example.org/license\"\n"},
        Case{"LinkDots", kAcorn1, "\"example.org/acorn/\"", "\"example.org/../acorn\"",
             "rules/licenses/acorn-1.0/rule.textproto:20:1: a link has no blanks, query, fragment, \".\" or \"..\" "
             "parts\n"},
        Case{"BadDate", kAcorn1, "released: \"2024-01-15\"", "released: \"2024-1-15\"",
             "rules/licenses/acorn-1.0/rule.textproto:8:1: \"2024-1-15\" is no date YYYY-MM-DD\n"
             "rules/licenses/acorn-1.0/rule.textproto:33:7: a moment bound to the release needs the licence's date in "
             "`released`\n"},
        Case{"ReplacedBefore", kAcorn1, "replaced: \"2025-02-01\"", "replaced: \"2023-02-01\"",
             "rules/licenses/acorn-1.0/rule.textproto:9:1: replaced before it was released\n"},
        Case{"NoSummary", kAcorn1, "summary: \"An invented licence. It asks for a name.\"\n", "\n",
             "rules/licenses/acorn-1.0/rule.textproto:1:1: summary is missing\n"},
        Case{"TagOfAPolicy", kPolicy, "links:", "hub_tags: \"acorn-use\" links:",
             "rules/licenses/acorn-policy/rule.textproto:9:1: a use policy is no licence and has no hub tag\n"},
        Case{"PolicyWithClass", kPolicy, "kind: use_policy", "kind: use_policy openness: NON_COMMERCIAL",
             "rules/licenses/acorn-policy/rule.textproto:6:18: only a licence has a class\n"},
        Case{"PolicyThatNothingNames", kAcorn1, "kind: license", "kind: use_policy",
             "rules/families/acorn.textproto:31:3: \"acorn-1.0\" is a use policy, no licence\n"
             "rules/licenses/acorn-1.0/rule.textproto:6:1: no licence and no family refers to this use policy\n"
             "rules/licenses/acorn-1.0/rule.textproto:11:1: only a licence has a class\n"
             "rules/licenses/acorn-1.0/rule.textproto:16:1: a use policy is no licence and has no hub tag\n"
             "rules/licenses/acorn-1.0/rule.textproto:17:1: a use policy is no licence and has no license_name\n"
             "rules/licenses/acorn-1.0/rule.textproto:22:1: a use policy incorporates no use policy\n"
             "rules/licenses/acorn-1.0/rule.textproto:51:1: only a licence grants rights\n"}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Class, LintCaseTest,
    ::testing::Values(
        Case{"NoClass", kAcorn1, "openness: OPEN_WEIGHTS_RESTRICTED\n", "\n",
             "rules/licenses/acorn-1.0/rule.textproto:1:1: openness is missing\n"},
        Case{"NonCommercialWithoutTest", kAcorn2, "OPEN_WEIGHTS_RESTRICTED", "NON_COMMERCIAL",
             "rules/licenses/acorn-2.0/rule.textproto:7:1: NON_COMMERCIAL needs a test of kind commercial_use or "
             "purpose that is true for `use: commercial` and takes commercial_use or all_rights: without it commercial "
             "use would pass\n"
             "rules/licenses/acorn-2.0/rule.textproto:17:37: commercial use is allowed in a licence of class "
             "NON_COMMERCIAL\n"},
        Case{"NonCommercialTestOfAnotherPurpose", kPebble,
             "not { fact { id: use any_of: \"research\" any_of: \"academic\" } }",
             "fact { id: use any_of: \"personal\" }",
             "rules/licenses/pebble/rule.textproto:7:1: NON_COMMERCIAL needs a test of kind commercial_use or purpose "
             "that is true for `use: commercial` and takes commercial_use or all_rights: without it commercial use "
             "would pass\n"
             "rules/licenses/pebble/rule.textproto:32:37: commercial_use is barred, but no test and no violated_when "
             "asks for the fact that would show it\n"},
        Case{"PermissiveWithTest", kAcorn1, "OPEN_WEIGHTS_RESTRICTED", "OPEN_WEIGHTS_PERMISSIVE",
             "rules/licenses/acorn-1.0/rule.textproto:11:1: a permissive licence has no test that takes rights away\n"
             "rules/licenses/acorn-1.0/rule.textproto:11:1: a permissive licence incorporates no use policy\n"},
        Case{"Closed", kWillow, "OPEN_WEIGHTS_PERMISSIVE", "CLOSED_WEIGHTS",
             "rules/licenses/Willow-1.0/rule.textproto:7:1: no licence text covers closed weights\n"},
        Case{"BarWithoutTest", kAcorn1, "right: distribute stance: allowed", "right: distribute stance: barred",
             "rules/licenses/acorn-1.0/rule.textproto:54:33: distribute is barred, but no test and no violated_when "
             "asks for the fact that would show it\n"},
        Case{"CommercialAllowed", kPebble, "right: commercial_use stance: barred",
             "right: commercial_use stance: allowed",
             "rules/licenses/pebble/rule.textproto:32:37: commercial use is allowed in a licence of class "
             "NON_COMMERCIAL\n"},
        Case{"PermissionMissing", kPebble, "permissions { right: modify stance: silent clause: \"1\" }\n", "\n",
             "rules/licenses/pebble/rule.textproto:31:1: no permission says where the text stands on modify (stance "
             "silent is an answer)\n"},
        Case{"PermissionTwice", kPebble, "right: modify", "right: use",
             "rules/licenses/pebble/rule.textproto:31:1: no permission says where the text stands on modify (stance "
             "silent is an answer)\n"
             "rules/licenses/pebble/rule.textproto:33:15: the right stands here twice\n"},
        Case{"PolicyGrants", kPolicy, "links:", "permissions { right: use stance: allowed clause: \"1\" } links:",
             "rules/licenses/acorn-policy/rule.textproto:9:1: only a licence grants rights\n"}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Terms, LintCaseTest,
    ::testing::Values(
        Case{"TestIdTwice", kPebble, "id: \"revenue\"", "id: \"purpose\"",
             "rules/licenses/pebble/rule.textproto:20:3: id \"purpose\" stands in this licence twice\n"},
        Case{"DutyIdOfATest", kAcorn1, "id: \"name\"", "id: \"users\"",
             "rules/licenses/acorn-1.0/rule.textproto:44:3: id \"users\" stands in this licence twice\n"},
        Case{"IdNotSnake", kAcorn1, "id: \"name\"", "id: \"Name\"",
             "rules/licenses/acorn-1.0/rule.textproto:44:3: id \"Name\" is not snake_case\n"},
        Case{"NoTestClause", kAcorn1, "  clause: \"2\"\n", "",
             "rules/licenses/acorn-1.0/rule.textproto:23:1: clause is missing\n"},
        Case{"NoDutyTrigger", kAcorn1, "  trigger: modified_and_distributed\n", "",
             "rules/licenses/acorn-1.0/rule.textproto:43:1: trigger is missing\n"},
        Case{"NoDutySummary", kAcorn2, "summary: \"Hand over a copy.\"", "summary: \"\"",
             "rules/licenses/acorn-2.0/rule.textproto:15:52: summary is missing\n"},
        Case{"NoWhen", kPebble, "  when { not { fact { id: use any_of: \"research\" any_of: \"academic\" } } }\n", "",
             "rules/licenses/pebble/rule.textproto:7:1: NON_COMMERCIAL needs a test of kind commercial_use or purpose "
             "that is true for `use: commercial` and takes commercial_use or all_rights: without it commercial use "
             "would pass\n"
             "rules/licenses/pebble/rule.textproto:11:1: when is missing\n"
             "rules/licenses/pebble/rule.textproto:31:37: commercial_use is barred, but no test and no violated_when "
             "asks for the fact that would show it\n"},
        Case{"NoEffect", kAcorn1, "  effect: all_rights\n", "",
             "rules/licenses/acorn-1.0/rule.textproto:23:1: effect is missing\n"},
        Case{"EffectDutyWithoutDuties", kAcorn1, "effect: all_rights", "effect: duty",
             "rules/licenses/acorn-1.0/rule.textproto:40:3: effect duty needs the duties that it adds\n"},
        Case{"DutiesWithoutEffectDuty", kPolicy, "effect: duty", "effect: distribution",
             "rules/licenses/acorn-policy/rule.textproto:30:3: only a test with effect duty has duties of its own\n"},
        Case{"UnlessWithoutClause", kAcorn1, "  unless_clause: \"2.1\"\n", "",
             "rules/licenses/acorn-1.0/rule.textproto:38:3: unless needs its unless_clause\n"},
        Case{"ClauseWithoutUnless", kPebble, "  effect: all_rights", "  unless_clause: \"3\" effect: all_rights",
             "rules/licenses/pebble/rule.textproto:17:3: unless_clause without unless\n"},
        Case{"CureTwice", kAcorn1, "cures: separate_license", "cures: separate_license cures: separate_license",
             "rules/licenses/acorn-1.0/rule.textproto:41:27: separate_license stands here twice\n"},
        Case{"LongString", kAcorn1, "text: \"Acorn\"",
             "text: \"one two three four five six seven eight nine ten eleven twelve thirteen fourteen\"",
             "rules/licenses/acorn-1.0/rule.textproto:49:13: 14 words; strings over 13 words are taken from the text "
             "by token_file, first_word and word_count\n"},
        Case{"StringAndRange", kAcorn1, "text: \"Acorn\"", "text: \"Acorn\" token_file: \"1.tokens\"",
             "rules/licenses/acorn-1.0/rule.textproto:49:27: a string has either its text or a range of words, not "
             "both\n"},
        Case{"RangeWithoutFile", kAcorn1, "text: \"Acorn\"", "token_file: \"1.tokens\" word_count: 20",
             "rules/licenses/acorn-1.0/rule.textproto:49:13: there is no file licenses/acorn-1.0/1.tokens\n"},
        Case{"RangeWithoutCount", kAcorn1, "text: \"Acorn\"", "token_file: \"1.tokens\"",
             "rules/licenses/acorn-1.0/rule.textproto:49:3: word_count must be 1 to 400\n"
             "rules/licenses/acorn-1.0/rule.textproto:49:13: there is no file licenses/acorn-1.0/1.tokens\n"},
        Case{"RangeSlipped", kWillow, "trigger: distributed }",
             "trigger: distributed strings { token_file: \"1.tokens\" first_word: 4 word_count: 5 what: \"notice\" "
             "begins_with: \"Anybody who\" ends_with: \"a copy of\" } }",
             "rules/licenses/Willow-1.0/rule.textproto:14:183: \"Anybody who\" does not stand at word 4 of 1.tokens "
             "(words are counted without list markers)\n"},
        Case{"RangeLongerThanItsText", kWillow, "trigger: distributed }",
             "trigger: distributed strings { token_file: \"1.tokens\" first_word: 3 word_count: 300 what: \"notice\" "
             "begins_with: \"Anybody\" ends_with: \"copy\" } }",
             "rules/licenses/Willow-1.0/rule.textproto:14:140: the range ends behind the last of 56 words of "
             "1.tokens\n"},
        Case{"RangeWithoutItsEdges", kWillow, "trigger: distributed }",
             "trigger: distributed strings { token_file: \"1.tokens\" first_word: 3 word_count: 5 what: \"notice\" } }",
             "rules/licenses/Willow-1.0/rule.textproto:14:107: begins_with is "
             "missing\nrules/licenses/Willow-1.0/rule.textproto:14:107: ends_with is missing\n"},
        Case{"EdgeWithoutAWord", kWillow, "trigger: distributed }",
             "trigger: distributed strings { token_file: \"1.tokens\" first_word: 3 word_count: 2 what: \"notice\" "
             "begins_with: \"Anybody\" ends_with: \"...\" } }",
             "rules/licenses/Willow-1.0/rule.textproto:14:206: holds no word\n"},
        Case{"EdgeLongerThanItsRange", kWillow, "trigger: distributed }",
             "trigger: distributed strings { token_file: \"1.tokens\" first_word: 3 word_count: 1 what: \"notice\" "
             "begins_with: \"Anybody\" ends_with: \"Anybody who\" } }",
             "rules/licenses/Willow-1.0/rule.textproto:14:206: more words than the range has\n"},
        Case{"NamePrefixMissing", kAcorn1, "  strings { text: \"Acorn\" what: \"name prefix\" }\n", "",
             "rules/licenses/acorn-1.0/rule.textproto:45:3: derivative_name needs the word that the name must have, in "
             "`strings`\n"},
        Case{"EncouragedAndViolated", kPolicy, "trigger: any_use\n", "trigger: any_use encouraged: true\n",
             "rules/licenses/acorn-policy/rule.textproto:15:20: what the text only encourages cannot be violated\n"},
        Case{"FulfilledAsViolated", kPolicy, "violated_when {",
             "fulfilled_when { fact { id: fields_of_use any_of: \"weapons\" } } violated_when {",
             "rules/licenses/acorn-policy/rule.textproto:16:3: the same facts fulfil the duty and violate it\n"},
        Case{"UnlessAsWhen", kPebble, "  effect: all_rights",
             "  unless { not { fact { id: use any_of: \"research\" any_of: \"academic\" } } } unless_clause: \"2\" "
             "effect: all_rights",
             "rules/licenses/pebble/rule.textproto:17:3: the test never applies: unless is the same as when\n"},
        Case{"TrainingPromiseThatNothingBreaks", kAcorn2, "kind: license_copy", "kind: output_training",
             "rules/licenses/acorn-2.0/rule.textproto:15:21: output_training needs violated_when: a profile that "
             "trains on outputs would pass\n"},
        Case{"OutputsBarUnknown", kAcorn1, "training_barred: \"competing\"", "training_barred: \"rivals\"",
             "rules/licenses/acorn-1.0/rule.textproto:55:48: outputs_training_scope has no value \"rivals\"\n"},
        Case{"OutputsAllowedAndBarred", kAcorn1, "training: barred", "training: allowed",
             "rules/licenses/acorn-1.0/rule.textproto:55:49: training is allowed and barred at once\n"},
        Case{"TerminationClause", kAcorn1, "cause: \"breach\" clause: \"6\"", "cause: \"breach\"",
             "rules/licenses/acorn-1.0/rule.textproto:56:1: clause is missing\n"},
        Case{"StatementSummary", kAcorn1, "summary: \"The law of nowhere.\"", "",
             "rules/licenses/acorn-1.0/rule.textproto:57:1: summary is missing\n"},
        Case{"PermissionClause", kAcorn2, "right: use stance: allowed clause: \"1\"", "right: use stance: allowed",
             "rules/licenses/acorn-2.0/rule.textproto:16:1: clause is missing\n"},
        Case{"Contradiction", kPebble, "permissions {",
             "contradictions { id: \"x\" clauses: \"1\" clauses: \"1\" summary: \"s\" }\npermissions {",
             "rules/licenses/pebble/rule.textproto:31:26: a contradiction names two or more different clauses\n"},
        Case{"PolicyClause", kAcorn1, "use_policies { short_id: \"acorn-policy\" clause: \"4\" }",
             "use_policies { short_id: \"acorn-policy\" }",
             "rules/licenses/acorn-1.0/rule.textproto:22:1: clause is missing\n"}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Conditions, LintCaseTest,
    ::testing::Values(
        Case{"UnknownFact", kPebble, "id: use any_of", "id: usage any_of",
             "rules/licenses/pebble/rule.textproto:16:33: Unknown enumeration value of \"usage\" for field \"id\".\n"},
        Case{"NoFact", kPebble, "fact { id: use any_of", "fact { any_of",
             "rules/licenses/pebble/rule.textproto:7:1: NON_COMMERCIAL needs a test of kind commercial_use or purpose "
             "that is true for `use: commercial` and takes commercial_use or all_rights: without it commercial use "
             "would pass\n"
             "rules/licenses/pebble/rule.textproto:16:16: id is missing\n"
             "rules/licenses/pebble/rule.textproto:32:37: commercial_use is barred, but no test and no violated_when "
             "asks for the fact that would show it\n"},
        Case{"NoValue", kPebble, "fact { id: use any_of: \"research\" any_of: \"academic\" }", "fact { id: use }",
             "rules/licenses/pebble/rule.textproto:16:16: any_of is missing\n"},
        Case{"FigureAsFact", kPebble, "id: use any_of: \"research\" any_of: \"academic\"",
             "id: annual_revenue any_of: \"1\"",
             "rules/licenses/pebble/rule.textproto:7:1: NON_COMMERCIAL needs a test of kind commercial_use or purpose "
             "that is true for `use: commercial` and takes commercial_use or all_rights: without it commercial use "
             "would pass\n"
             "rules/licenses/pebble/rule.textproto:16:23: annual_revenue is a figure: compare it with a threshold\n"
             "rules/licenses/pebble/rule.textproto:32:37: commercial_use is barred, but no test and no violated_when "
             "asks for the fact that would show it\n"},
        Case{"FactAsFigure", kAcorn1, "metric: monthly_active_users", "metric: domicile",
             "rules/licenses/acorn-1.0/rule.textproto:30:7: domicile is no figure: use a fact condition\n"},
        Case{"ValueNotAllowed", kPebble, "any_of: \"academic\"", "any_of: \"school\"",
             "rules/licenses/pebble/rule.textproto:16:50: use has no value \"school\"\n"},
        Case{"ValueTwice", kPebble, "any_of: \"academic\"", "any_of: \"research\"",
             "rules/licenses/pebble/rule.textproto:16:50: any_of lists \"research\" twice\n"},
        Case{"NotABoolean", kAcorn1, "any_of: \"true\"", "any_of: \"yes\"",
             "rules/licenses/acorn-1.0/rule.textproto:38:52: received_in_end_user_product is \"true\" or \"false\", "
             "not \"yes\"\n"},
        Case{"BothBooleans", kAcorn1, "any_of: \"true\"", "any_of: \"true\" any_of: \"false\"",
             "rules/licenses/acorn-1.0/rule.textproto:38:67: a condition that both true and false meet says nothing\n"},
        Case{"UnknownField", kPolicy, "any_of: \"weapons\"", "any_of: \"wepons\"",
             "rules/licenses/acorn-policy/rule.textproto:16:44: fields.textproto has no field \"wepons\"\n"},
        Case{"UnknownGroup", kPolicy, "group:UNION", "group:EU",
             "rules/licenses/acorn-policy/rule.textproto:25:32: countries.textproto has no group \"EU\"\n"},
        Case{"UnknownCountry", kPolicy, "\"CH\"", "\"UK\"",
             "rules/licenses/acorn-policy/rule.textproto:25:54: \"UK\" is no ISO 3166-1 alpha-2 country code\n"},
        Case{"CountryLowerCase", kPolicy, "\"CH\"", "\"ch\"",
             "rules/licenses/acorn-policy/rule.textproto:25:54: \"ch\" is no ISO 3166-1 alpha-2 country code\n"},
        Case{"AssumeWithoutReason", kPolicy, " assume_reason: \"invented\"", "",
             "rules/licenses/acorn-policy/rule.textproto:26:53: assume needs its assume_reason\n"},
        Case{"AssumeNotAllowed", kPolicy, "assume: \"text\"", "assume: \"smell\"",
             "rules/licenses/acorn-policy/rule.textproto:26:53: modality has no value \"smell\"\n"},
        Case{"ReasonWithoutAssume", kPolicy, "assume: \"text\" ", "",
             "rules/licenses/acorn-policy/rule.textproto:26:53: assume_reason without assume\n"},
        Case{"EmptyAll", kPebble, "when { not { fact { id: use any_of: \"research\" any_of: \"academic\" } } }",
             "when { all { } }",
             "rules/licenses/pebble/rule.textproto:7:1: NON_COMMERCIAL needs a test of kind commercial_use or purpose "
             "that is true for `use: commercial` and takes commercial_use or all_rights: without it commercial use "
             "would pass\n"
             "rules/licenses/pebble/rule.textproto:16:10: all without a condition in it\n"
             "rules/licenses/pebble/rule.textproto:32:37: commercial_use is barred, but no test and no violated_when "
             "asks for the fact that would show it\n"},
        Case{"EmptyCondition", kPebble, "when { not { fact { id: use any_of: \"research\" any_of: \"academic\" } } }",
             "when { not { } }",
             "rules/licenses/pebble/rule.textproto:7:1: NON_COMMERCIAL needs a test of kind commercial_use or purpose "
             "that is true for `use: commercial` and takes commercial_use or all_rights: without it commercial use "
             "would pass\n"
             "rules/licenses/pebble/rule.textproto:16:10: an empty condition\n"
             "rules/licenses/pebble/rule.textproto:32:37: commercial_use is barred, but no test and no violated_when "
             "asks for the fact that would show it\n"},
        Case{"WrongMonth", kAcorn1, "period: \"2023-12\"", "period: \"2024-01\"",
             "rules/licenses/acorn-1.0/rule.textproto:34:7: released on 2024-01-15, so the period is \"2023-12\", not "
             "\"2024-01\"\n"},
        Case{"NoMonth", kAcorn1, "      period: \"2023-12\"\n", "",
             "rules/licenses/acorn-1.0/rule.textproto:29:5: released on 2024-01-15, so the period is \"2023-12\", not "
             "\"\"\n"},
        Case{"MonthWithoutRelease", kAcorn1, "released: \"2024-01-15\"\n", "\n",
             "rules/licenses/acorn-1.0/rule.textproto:33:7: a moment bound to the release needs the licence's date in "
             "`released`\n"},
        Case{"OnRelease", kAcorn1, "moment: month_before_release", "moment: on_release",
             "rules/licenses/acorn-1.0/rule.textproto:34:7: released on 2024-01-15, so the period is \"2024-01\", not "
             "\"2023-12\"\n"},
        Case{"MonthWithoutMeaning", kAcorn1, "moment: month_before_release", "moment: any_time",
             "rules/licenses/acorn-1.0/rule.textproto:34:7: period has no meaning with moment any_time\n"},
        Case{"NoMoment", kAcorn1, "      moment: month_before_release\n", "",
             "rules/licenses/acorn-1.0/rule.textproto:29:5: moment is missing\n"
             "rules/licenses/acorn-1.0/rule.textproto:33:7: period has no meaning with moment moment_unspecified\n"},
        Case{"NoSubject", kAcorn1, "      subject: licensee_and_affiliates\n", "",
             "rules/licenses/acorn-1.0/rule.textproto:29:5: subject is missing\n"},
        Case{"NoComparison", kAcorn1, "      comparison: greater\n", "",
             "rules/licenses/acorn-1.0/rule.textproto:29:5: comparison is missing\n"},
        Case{"ZeroValue", kAcorn1, "value: 10000000", "value: 0",
             "rules/licenses/acorn-1.0/rule.textproto:32:7: value must be a number above 0\n"},
        Case{"MoneyWithoutCurrency", kPebble, "currency: \"USD\" ", "",
             "rules/licenses/pebble/rule.textproto:25:5: annual_revenue is money: currency must be an ISO 4217 code "
             "such as \"USD\"\n"},
        Case{"CurrencyForm", kPebble, "\"USD\"", "\"usd\"",
             "rules/licenses/pebble/rule.textproto:26:74: annual_revenue is money: currency must be an ISO 4217 code "
             "such as \"USD\"\n"},
        Case{"CurrencyWithoutMoney", kAcorn1, "value: 10000000", "value: 10000000 currency: \"USD\"",
             "rules/licenses/acorn-1.0/rule.textproto:32:23: monthly_active_users is no money and has no currency\n"},
        Case{"TooDeep", kPebble, "when { not { fact { id: use any_of: \"research\" any_of: \"academic\" } } }",
             "when { not { not { not { not { not { not { not { not { not { not { not { not { not { not { not { not { "
             "not { not { not { not { not { not { not { not { not { not { not { not { not { not { not { not { not { "
             "not { not { not { not { not { not { not { }}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}} }",
             "rules/licenses/pebble/rule.textproto:16:194: Message is too deep, the parser exceeded the configured "
             "recursion limit of 32.\n"}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    References, LintCaseTest,
    ::testing::Values(
        Case{"PolicyUnknown", kAcorn1, "use_policies { short_id: \"acorn-policy\"",
             "use_policies { short_id: \"acorn-use\"",
             "rules/licenses/acorn-1.0/rule.textproto:22:16: there is no licenses/acorn-use/rule.textproto\n"},
        Case{"PolicyIsALicence", kAcorn1, "use_policies { short_id: \"acorn-policy\"",
             "use_policies { short_id: \"acorn-2.0\"",
             "rules/licenses/acorn-1.0/rule.textproto:22:16: \"acorn-2.0\" is no use policy\n"},
        Case{"StackedPolicy", kAcorn2, "use_policies {",
             "stacked_licenses { short_id: \"acorn-policy\" clause: \"9\" } use_policies {",
             "rules/licenses/acorn-2.0/rule.textproto:14:20: \"acorn-policy\" is a use policy, no licence\n"},
        Case{"StackedOntoItself", kAcorn2, "use_policies {",
             "stacked_licenses { short_id: \"acorn-2.0\" clause: \"9\" } use_policies {",
             "rules/licenses/acorn-2.0/rule.textproto:14:1: the licence stacks onto itself\n"},
        Case{"SiblingUnknown", kAcorn1, "siblings { short_id: \"acorn-2.0\"", "siblings { short_id: \"acorn-3.0\"",
             "rules/licenses/acorn-1.0/rule.textproto:15:12: there is no licenses/acorn-3.0/rule.textproto\n"},
        Case{"SiblingOfItself", kAcorn1, "siblings { short_id: \"acorn-2.0\"", "siblings { short_id: \"acorn-1.0\"",
             "rules/licenses/acorn-1.0/rule.textproto:15:12: a licence is no sibling of itself\n"},
        Case{"SiblingDifference", kAcorn1, " difference: \"the newer one has no user test\"", "",
             "rules/licenses/acorn-1.0/rule.textproto:15:1: difference is missing\n"},
        Case{"MemberLicence", kAcornFamily, "license_ids: \"pebble\"", "license_ids: \"stone\"",
             "rules/families/acorn.textproto:10:3: there is no licenses/stone/rule.textproto\n"},
        Case{"MemberPolicyAsLicence", kAcornFamily, "license_ids: \"pebble\"", "license_ids: \"acorn-policy\"",
             "rules/families/acorn.textproto:10:3: \"acorn-policy\" is a use policy, no licence\n"},
        Case{"MemberLicenceAsPolicy", kAcornFamily, "use_policies: \"acorn-policy\"", "use_policies: \"acorn-1.0\"",
             "rules/families/acorn.textproto:20:3: \"acorn-1.0\" is no use policy\n"}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Families, LintCaseTest,
    ::testing::Values(
        Case{"ShapeIncomplete", kAcornFamily, "vocab_size: 9000 ", "",
             "rules/families/acorn.textproto:36:3: vocab_size is missing\n"},
        Case{"OtherFile", kAcornFamily, "id: \"acorn\"", "id: \"oak\"",
             "rules/families/acorn.textproto:3:1: id \"oak\" is not the file's name \"acorn\"\n"},
        Case{"NoDeveloper", kWillowFamily, "developer: \"Willow Group\"\n", "\n",
             "rules/families/willow.textproto:1:1: developer is missing\n"},
        Case{"NoOrganisation", kWillowFamily, "  organizations: \"willow-group\"\n", "",
             "rules/families/willow.textproto:6:1: organizations is missing\n"},
        Case{"OrganisationUpperCase", kWillowFamily, "\"willow-group\"", "\"Willow-Group\"",
             "rules/families/willow.textproto:7:3: \"Willow-Group\" is no organisation in lower case\n"},
        Case{"NoNames", kWillowFamily, "  names: \"*\"\n", "",
             "rules/families/willow.textproto:6:1: names is missing\n"},
        Case{"GlobUpperCase", kAcornFamily, "\"acorn-2.0-9b*\"", "\"Acorn-2.0-9B*\"",
             "rules/families/acorn.textproto:8:3: \"Acorn-2.0-9B*\" is no name in lower case; only '*' stands for "
             "other characters\n"},
        Case{"GlobQuestionMark", kAcornFamily, "\"acorn-2.0-9b*\"", "\"acorn-2.0-?b*\"",
             "rules/families/acorn.textproto:8:3: \"acorn-2.0-?b*\" is no name in lower case; only '*' stands for "
             "other characters\n"},
        Case{"GlobTwoStars", kAcornFamily, "\"acorn-2.0-9b*\"", "\"acorn-2.0-9b**\"",
             "rules/families/acorn.textproto:8:3: \"acorn-2.0-9b**\" has \"**\" or more than 4 '*'\n"},
        Case{"Shadowed", kAcornFamily, "\"acorn-2.0-9b*\"", "\"acorn-*\"",
             "rules/families/acorn.textproto:17:3: \"acorn-works/acorn-2.0-*\" never matches: \"acorn-*\" before it "
             "(rules/families/acorn.textproto) matches all of it\n"
             "rules/families/acorn.textproto:29:3: \"acorn-works/acorn-*\" never matches: \"acorn-*\" before it "
             "(rules/families/acorn.textproto) matches all of it\n"},
        Case{"NoLicence", kWillowFamily, "  license_ids: \"Willow-1.0\"\n", "",
             "rules/families/willow.textproto:6:1: license_ids is missing\n"},
        Case{"CandidatesWithoutBoundary", kAcornFamily, "  boundary: \"By date of the copy.\"\n", "",
             "rules/families/acorn.textproto:31:3: several licences need a boundary that says what separates them\n"},
        Case{"LicenceTwice", kAcornFamily, "[\"acorn-1.0\", \"acorn-2.0\"]", "[\"acorn-1.0\", \"acorn-1.0\"]",
             "rules/families/acorn.textproto:31:3: \"acorn-1.0\" stands here twice\n"},
        Case{"Modality", kAcornFamily, "modality: \"vision\"", "modality: \"sight\"",
             "rules/families/acorn.textproto:23:3: modality has no value \"sight\"\n"},
        Case{"Released", kAcornFamily, "released: \"2024-01-15\"", "released: \"2024\"",
             "rules/families/acorn.textproto:35:3: \"2024\" is no date YYYY-MM-DD\n"},
        Case{"ClosedWithLicence", kZephyrFamily, "closed: true", "closed: true license_ids: \"pebble\"",
             "rules/families/zephyr.textproto:10:16: a closed model has no licence for its weights\n"},
        Case{"ClosedByClassOnly", kZephyrFamily, "  closed: true\n", "",
             "rules/families/zephyr.textproto:6:1: license_ids is missing\n"
             "rules/families/zephyr.textproto:6:1: organizations is missing\n"
             "rules/families/zephyr.textproto:9:3: CLOSED_WEIGHTS needs `closed: true`\n"},
        Case{"ClosedOfOtherClass", kZephyrFamily, "openness: CLOSED_WEIGHTS", "openness: NON_COMMERCIAL",
             "rules/families/zephyr.textproto:9:3: a closed model is of class CLOSED_WEIGHTS\n"},
        Case{"ClosedWithUnreadLicence", kZephyrFamily, "closed: true", "closed: true unread_license: \"Pond Terms\"",
             "rules/families/zephyr.textproto:10:16: a closed model has no licence for its weights\n"},
        Case{"UnreadLicenceAlone", kWillowFamily, "license_ids: \"Willow-1.0\"",
             "unread_license: \"Pond Terms\" main_restriction: \"No ponds.\"", ""},
        Case{"UnreadLicenceSaysNothing", kWillowFamily, "license_ids: \"Willow-1.0\"", "unread_license: \"Pond Terms\"",
             "rules/families/willow.textproto:6:1: main_restriction is missing\n"},
        Case{"Published", kWillowFamily, "openness:", "published: [code, data] withheld: recipe openness:", ""},
        Case{"PublishedAndWithheld", kWillowFamily, "openness:", "published: data withheld: data openness:",
             "rules/families/willow.textproto:11:19: data stands here twice\n"},
        Case{"PublishedWeights", kWillowFamily, "openness:", "published: freedom_to_use openness:",
             "rules/families/willow.textproto:11:3: freedom_to_use is no part beside the weights\n"},
        Case{"AlsoCalled", kWillowFamily, "openness:", "also_called: \"Old Willow\" openness:",
             "rules/families/willow.textproto:11:3: \"Old Willow\" is no name in lower case\n"},
        Case{"NoSource", kWillowFamily, "  source: \"invented\"\n", "",
             "rules/families/willow.textproto:6:1: source is missing\n"}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Lists, LintCaseTest,
    ::testing::Values(
        Case{"FieldTwice", "fields.textproto", "id: \"firearms\"", "id: \"weapons\"",
             "rules/fields.textproto:5:9: field \"weapons\" stands here twice\n"},
        Case{"FieldNotSnake", "fields.textproto", "id: \"firearms\"", "id: \"fire arms\"",
             "rules/fields.textproto:5:9: id \"fire arms\" is not snake_case\n"},
        Case{"FieldWithinUnknown", "fields.textproto", "within: \"weapons\"", "within: \"wepons\"",
             "rules/fields.textproto:5:44: there is no field \"wepons\"\n"},
        Case{"FieldCircle", "fields.textproto", "meaning: \"harm\"", "meaning: \"harm\" within: \"firearms\"",
             "rules/fields.textproto:3:36: field \"harm\" lies within itself\n"
             "rules/fields.textproto:4:42: field \"weapons\" lies within itself\n"
             "rules/fields.textproto:5:44: field \"firearms\" lies within itself\n"},
        Case{"CountryUnknown", "countries.textproto", "\"FR\"", "\"XX\"",
             "rules/countries.textproto:3:66: \"XX\" is no ISO 3166-1 alpha-2 country code\n"},
        Case{"CountryTwice", "countries.textproto", "\"FR\"", "\"DE\"",
             "rules/countries.textproto:3:66: \"DE\" stands here twice\n"},
        Case{"AsOf", "countries.textproto", "as_of: \"2026-01-01\"", "as_of: \"2026\"",
             "rules/countries.textproto:3:82: \"2026\" is no date YYYY-MM-DD\n"},
        Case{"BrokenFieldsAreSaidOnce", "fields.textproto", "field {", "feld {",
             "rules/fields.textproto:3:6: Message type \"weighbridge.rules.v1.FieldSet\" has no field named "
             "\"feld\".\n"},
        Case{"PatternDoesNotCompile", "triggers.textproto", "(?:use", "(?:use(",
             "rules/triggers.textproto:6:3: phrase \"only for noncommercial (?:use(|purposes)\": missing ): only for "
             "noncommercial (?:use(|purposes)\n"},
        Case{"HitMisses", "triggers.textproto", "hit: \"You may use it only", "hit: \"You may use it",
             "rules/triggers.textproto:6:3: phrase nc does not hit its example \"You may use it for non-commercial "
             "purposes.\"\n"},
        Case{"MissHits", "triggers.textproto", "miss: \"You may use it for commercial purposes.\"",
             "miss: \"Only for non-commercial use.\"",
             "rules/triggers.textproto:6:3: phrase nc hits \"Only for non-commercial use.\", which it should miss\n"},
        Case{"PhraseWithoutHit", "triggers.textproto", "  hit: \"You may use it only for non-commercial purposes.\"\n",
             "", "rules/triggers.textproto:3:1: hit is missing\n"}),
    NameOf);

INSTANTIATE_TEST_SUITE_P(
    Provenance, LintCaseTest,
    ::testing::Values(
        Case{"Missing", kPebble,
             "provenance {\n  texts { sha256: \"4444444444444444444444444444444444444444444444444444444444444444\" "
             "source: \"invented\" }\n  checked: \"2026-11-21\"\n  checked_by: \"Weighbridge authors\"\n  confidence: "
             "high\n}\n",
             "", "rules/licenses/pebble/rule.textproto:1:1: provenance is missing\n"},
        Case{"NoTexts", kPebble,
             "  texts { sha256: \"4444444444444444444444444444444444444444444444444444444444444444\" source: "
             "\"invented\" }\n",
             "", "rules/licenses/pebble/rule.textproto:35:1: texts is missing\n"},
        Case{"ShortDigest", kAcorn1, "1111\"", "111\"",
             "rules/licenses/acorn-1.0/rule.textproto:59:11: sha256 must be 64 hexadecimal digits in lower case\n"},
        Case{"UpperCaseDigest", kAcorn1, "\"1111", "\"A111",
             "rules/licenses/acorn-1.0/rule.textproto:59:11: sha256 must be 64 hexadecimal digits in lower case\n"},
        Case{"NoSource", kAcorn1, " source: \"invented\"", "",
             "rules/licenses/acorn-1.0/rule.textproto:59:3: source is missing\n"},
        Case{"NoConfidence", kAcorn1, "  confidence: high\n", "",
             "rules/licenses/acorn-1.0/rule.textproto:58:1: confidence is missing\n"},
        Case{"NoChecker", kAcorn1, "  checked_by: \"Weighbridge authors\"\n", "",
             "rules/licenses/acorn-1.0/rule.textproto:58:1: checked_by is missing\n"},
        Case{"NoTokenFile", kWillow, "token_file: \"1.tokens\"", "token_file: \"2.tokens\"",
             "rules/licenses/Willow-1.0/1.tokens: no text in the provenance of rule.textproto names this file\n"
             "rules/licenses/Willow-1.0/rule.textproto:20:105: there is no file licenses/Willow-1.0/2.tokens\n"},
        Case{"TokenFileNotNamed", kWillow, " token_file: \"1.tokens\"", "",
             "rules/licenses/Willow-1.0/1.tokens: no text in the provenance of rule.textproto names this file\n"},
        Case{"TokenFileOfAnotherText", kWillow, "sha256: \"",
             "sha256: \"0123456789012345678901234567890123456789012345678901234567890123\" source: \"x\" token_file: "
             "\"1.tokens\" } texts { sha256: \"",
             "rules/licenses/Willow-1.0/rule.textproto:20:98: 1.tokens was made from the text "
             "8997ce7a1adc46683611915083d6a8f8981cc5de418d0c4798695c77c4da26bb, not from this one\n"
             "rules/licenses/Willow-1.0/rule.textproto:20:225: 1.tokens belongs to another text\n"},
        Case{"TokenFileUnreadable", "licenses/Willow-1.0/1.tokens", "weighbridge-tokens 1", "weighbridge-tokens 9",
             "rules/licenses/Willow-1.0/1.tokens: line 1, column 20: token format 9 is not 1\n"},
        Case{"TokenFileOfAnotherId", "licenses/Willow-1.0/1.tokens", "id Willow-1.0", "id Acorn-1.0",
             "rules/licenses/Willow-1.0/rule.textproto:20:105: 1.tokens was made for the id \"Acorn-1.0\"\n"},
        Case{"TokenFileOfAnotherKind", "licenses/Willow-1.0/1.tokens", "kind licence", "kind use_policy",
             "rules/licenses/Willow-1.0/rule.textproto:20:105: 1.tokens is of kind \"use_policy\"\n"}),
    NameOf);

}  // namespace
}  // namespace weighbridge::rulebook
