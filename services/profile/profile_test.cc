#include <fstream>
#include <iterator>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "services/policy/builtin_policy.h"
#include "services/profile/parse.h"

namespace weighbridge::profile {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

template <typename Message>
Message FromText(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

const rules::v1::FieldSet& Fields() {
  static const auto* const kFields = new rules::v1::FieldSet(
      FromText<rules::v1::FieldSet>("field { id: 'customer_support' } field { id: 'weapons' }"));
  return *kFields;
}

const rules::v1::CountryGroups& Countries() {
  static const auto* const kGroups =
      new rules::v1::CountryGroups(FromText<rules::v1::CountryGroups>("group { id: 'EU' countries: 'DE' }"));
  return *kGroups;
}

// "example" and "example one" are spellings; the first stands for two licences.
std::vector<std::string> Resolve(std::string_view spelling) {
  if (spelling == "example") return {"LicenseRef-example-1.0", "LicenseRef-example-2025-01"};
  if (spelling == "example one" || spelling == "example-1.0") return {"LicenseRef-example-1.0"};
  return {};
}

Vocabulary Words() {
  return {&Fields(),
          &Countries(),
          {"LicenseRef-example-1.0", "example-1.0", "LicenseRef-example-2025-01", "example-license-2025-01"},
          {"example", "other", "example"},
          &Resolve};
}

// The whole profile of the documentation, in three notations.
constexpr char kYaml[] = R"(organization: Example GmbH
founded: 2021-05
use: commercial
distribution: [hosted_service]
domicile: DE
countries: [DE, NO]
metrics:
  - {metric: monthly_active_users, period: 2024-06, value: 12000000, scope: licensee_and_affiliates}
  - {metric: monthly_active_users, never_above: 20000000, scope: licensee_and_affiliates, as_of: 2026-10}
  - {metric: annual_revenue, period: 2025, value: 4000000, currency: USD, scope: licensee_and_affiliates}
monthly_active_users:
  - {month: 2024-05, users: 11000000}
exchange_rates: [{from: EUR, to: USD, rate: 1.08, date: 2026-11-01}]
modifications: [fine_tune]
outputs_train_models: false
fields_of_use: [customer_support]
agreements:
  - {licensor: Example AI, covers: [example-1.0], reference: contract 2026-17, until: 2027-01-31}
facts: {output_filter: True, group_business: [other, cloud_provider]}
duties_fulfilled: [attribution_display, license_copy]
)";

constexpr char kExpected[] =
    R"(organization: "Example GmbH" founded: "2021-05" use: "commercial" distribution: "hosted_service"
  domicile: "DE" countries: "DE" countries: "NO"
  metrics { metric: monthly_active_users period: "2024-06" value: 12000000 scope: licensee_and_affiliates }
  metrics { metric: monthly_active_users never_above: 20000000 as_of: "2026-10" scope: licensee_and_affiliates }
  metrics { metric: annual_revenue period: "2025" value: 4000000 currency: "USD" scope: licensee_and_affiliates }
  monthly_active_users { month: "2024-05" users: 11000000 }
  exchange_rates { from: "EUR" to: "USD" rate: 1.08 date: "2026-11-01" }
  modifications: "fine_tune" outputs_train_models: false fields_of_use: "customer_support"
  agreements { licensor: "Example AI" covers: "example-1.0" reference: "contract 2026-17" until: "2027-01-31" }
  facts { key: "output_filter" value: "true" } facts { key: "group_business" value: "other,cloud_provider" }
  duties_fulfilled: attribution_display duties_fulfilled: license_copy)";

TEST(ParseProfileTest, ReadsEveryKeyFromYaml) {
  const auto profile = ParseProfile(kYaml, "weighbridge.yaml", Words());
  ASSERT_TRUE(profile.ok()) << profile.status();
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(*profile, FromText<v1::Profile>(kExpected)))
      << profile->DebugString();
}

TEST(ParseProfileTest, ReadsTextprotoByEndingAndByHeader) {
  const auto by_ending = ParseProfile(kExpected, "p.textproto", Words());
  ASSERT_TRUE(by_ending.ok()) << by_ending.status();
  const auto by_header =
      ParseProfile(std::string("# proto-message: weighbridge.v1.Profile\n") + kExpected, "profile", Words());
  ASSERT_TRUE(by_header.ok()) << by_header.status();
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(*by_ending, *by_header));
}

TEST(ParseProfileTest, ReadsJsonWithIntegersAsStrings) {
  const std::string json = R"({"use": ["commercial"], "monthly_active_users":
    [{"month": "2024-06", "users": "12000000", "scope": "licensee"}], "facts": {"output_filter": "true"}})";
  for (const char* name : {"p.json", "profile"}) {
    const auto profile = ParseProfile(json, name, Words());
    ASSERT_TRUE(profile.ok()) << profile.status();
    EXPECT_EQ(profile->monthly_active_users(0).users(), 12000000);
    EXPECT_EQ(profile->facts().at("output_filter"), "true");
  }
}

TEST(ParseProfileTest, EmptyFileStatesNothing) {
  for (const char* text : {"", "\n", "# nothing yet\n"}) {
    const auto profile = ParseProfile(text, "p.yaml", Words());
    ASSERT_TRUE(profile.ok()) << profile.status();
    EXPECT_EQ(profile->ByteSizeLong(), 0u);
  }
}

TEST(ParseProfileTest, RefusesOverlongFile) {
  const auto profile = ParseProfile(std::string(kMaxFileBytes + 1, ' '), "p.yaml", Words());
  EXPECT_THAT(std::string(profile.status().message()), HasSubstr("over the limit of 1048576"));
}

TEST(ParseProfileTest, ManyIssuesAreCounted) {
  std::string text = "countries:\n";
  for (int i = 0; i < 150; ++i) text += "  - Nowhere\n";
  const auto profile = ParseProfile(text, "p.yaml", Words());
  const std::vector<std::string> lines = absl::StrSplit(std::string(profile.status().message()), '\n');
  EXPECT_THAT(lines, SizeIs(101));
  EXPECT_EQ(lines.back(), "p.yaml: and 50 more");
}

struct IssueCase {
  std::string name;
  std::string text;
  // One substring for each line of the message, in order, each beginning with its place.
  std::vector<std::string> issues;
};
void PrintTo(const IssueCase& c, std::ostream* os) { *os << c.name; }
std::string NameOf(const ::testing::TestParamInfo<IssueCase>& info) { return info.param.name; }

void ExpectIssues(const absl::Status& status, const IssueCase& c) {
  ASSERT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  const std::vector<std::string> lines = absl::StrSplit(std::string(status.message()), '\n');
  ASSERT_THAT(lines, SizeIs(c.issues.size())) << status;
  for (size_t i = 0; i < lines.size(); ++i) {
    EXPECT_EQ(lines[i].rfind(c.issues[i].substr(0, c.issues[i].find(' ')), 0), 0u) << lines[i];
    EXPECT_THAT(lines[i], HasSubstr(c.issues[i].substr(c.issues[i].find(' ') + 1)));
  }
}

class ProfileIssueTest : public ::testing::TestWithParam<IssueCase> {};

TEST_P(ProfileIssueTest, NamesPlaceAndReason) {
  ExpectIssues(ParseProfile(GetParam().text, "p.yaml", Words()).status(), GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    Table, ProfileIssueTest,
    ::testing::Values(
        IssueCase{"NotAMapping", "- use\n", {"p.yaml:1:1: must be a mapping of keys to values, and this is a list"}},
        IssueCase{"Scalar", "commercial\n", {"p.yaml:1:1: this is a single value"}},
        IssueCase{"Syntax", "use: [commercial\nx: 1\n", {"p.yaml: "}},
        IssueCase{"DuplicateKey", "use: commercial\nuse: research\n", {"p.yaml:2:1: use"}},
        IssueCase{"UnknownKey", "domicil: DE\n", {"p.yaml:1:1: unknown key `domicil`; did you mean `domicile`?"}},
        IssueCase{"UnknownNestedKey",
                  "monthly_active_users:\n  - {month: 2024-06, user: 5}\n",
                  {"p.yaml:2:5: a figure of monthly_active_users needs `users`",
                   "p.yaml:2:22: unknown key `user`; did you mean `users`?"}},
        IssueCase{"KeyWithoutValue", "use:\n", {"p.yaml:1:1: `use` has no value"}},
        IssueCase{
            "WordMisspelt", "use: comercial\n", {"p.yaml:1:6: unknown word `comercial`; did you mean `commercial`?"}},
        IssueCase{"WordInList",
                  "distribution: [internal, hosting]\n",
                  {"p.yaml:1:26: unknown word `hosting`; one of: internal, hosted_service, redistribute_weights"}},
        IssueCase{"WordTwice", "use: [research, research]\n", {"p.yaml:1:17: names `research` twice"}},
        IssueCase{"NoneAndSome", "modifications: [fine_tune, none]\n", {"p.yaml:1:28: state one or the other"}},
        IssueCase{"CountryLowerCase", "domicile: de\n", {"p.yaml:1:11: did you mean `DE`?"}},
        IssueCase{"CountryUk", "countries: [FR, UK]\n", {"p.yaml:1:17: did you mean `GB`?"}},
        IssueCase{"CountryGroup", "domicile: group:EU\n", {"p.yaml:1:11: no country code"}},
        IssueCase{"FoundedDay", "founded: 2021-05-03\n", {"p.yaml:1:10: must be a month as YYYY-MM"}},
        IssueCase{"FoundedMonth13", "founded: 2021-13\n", {"p.yaml:1:10: must be a month as YYYY-MM"}},
        IssueCase{"FoundedYear", "group_founded: 2021\n", {"p.yaml:1:16: must be a month as YYYY-MM"}},
        IssueCase{
            "BooleanWord", "outputs_train_models: no\n", {"p.yaml:1:23: must be true or false, and this is `no`"}},
        IssueCase{"BooleanInQuotes", "outputs_train_models: \"true\"\n", {"p.yaml:1:23: must be true or false"}},
        IssueCase{"UnknownField",
                  "fields_of_use: [customer-support]\n",
                  {"p.yaml:1:17: unknown word `customer-support`; did you mean `customer_support`?"}},
        IssueCase{"NumberUnderscores",
                  "monthly_active_users: [{month: 2024-06, users: 12_000_000}]\n",
                  {"p.yaml:1:48: `12_000_000`: write the number in digits alone, without separators"}},
        IssueCase{"NumberDots",
                  "monthly_active_users: [{month: 2024-06, users: 12.000.000}]\n",
                  {"p.yaml:1:48: without separators"}},
        IssueCase{"NumberOneDot",
                  "monthly_active_users: [{month: 2024-06, users: 12.000}]\n",
                  {"p.yaml:1:48: without separators"}},
        IssueCase{"NumberCommas",
                  "monthly_active_users:\n  - month: 2024-06\n    users: 12,000,000\n",
                  {"p.yaml:3:12: without separators"}},
        IssueCase{"NumberExponent",
                  "monthly_active_users: [{month: 2024-06, users: 1e6}]\n",
                  {"p.yaml:1:48: without exponent or fraction"}},
        IssueCase{"NumberFraction",
                  "monthly_active_users: [{month: 2024-06, users: 1.5}]\n",
                  {"p.yaml:1:48: no whole number"}},
        IssueCase{"NumberNegative",
                  "monthly_active_users: [{month: 2024-06, users: -1}]\n",
                  {"p.yaml:1:48: `-1` is negative"}},
        IssueCase{"NumberInQuotes",
                  "monthly_active_users: [{month: 2024-06, users: \"5\"}]\n",
                  {"p.yaml:1:48: is text; write the number without quotes"}},
        IssueCase{"NumberTooLarge",
                  "monthly_active_users: [{month: 2024-06, users: 99999999999999999999}]\n",
                  {"p.yaml:1:48: is too large"}},
        IssueCase{"NumberLeadingZero",
                  "monthly_active_users: [{month: 2024-06, users: 0700}]\n",
                  {"p.yaml:1:48: no whole number"}},
        IssueCase{"NeverAboveWithoutAsOf",
                  "metrics: [{metric: monthly_active_users, never_above: 5}]\n",
                  {"p.yaml:1:55: `never_above` needs `as_of`"}},
        IssueCase{
            "NeverAboveAndPeriod",
            "metrics:\n  - {metric: monthly_active_users, period: 2024-06, value: 4, never_above: 5, as_of: 2026-01}\n",
            {"p.yaml:2:76: `never_above` and `period` exclude each other"}},
        IssueCase{"AsOfAlone",
                  "metrics: [{metric: monthly_active_users, period: 2024-06, value: 4, as_of: 2026-01}]\n",
                  {"p.yaml:1:76: `as_of` belongs to `never_above`"}},
        IssueCase{"AsOfDay",
                  "metrics: [{metric: monthly_active_users, never_above: 4, as_of: 2026-01-31}]\n",
                  {"p.yaml:1:65: must be YYYY-MM or YYYY"}},
        IssueCase{"MonthlyWithYear",
                  "metrics: [{metric: monthly_active_users, period: 2024, value: 4}]\n",
                  {"p.yaml:1:50: must be a month as YYYY-MM, and this is `2024`"}},
        IssueCase{"AnnualWithMonth",
                  "annual_revenue: [{month: 2024-06, amount: 4, currency: USD}]\n",
                  {"p.yaml:1:26: `annual_revenue` takes `year`"}},
        IssueCase{
            "MoneyWithoutCurrency", "annual_revenue: [{year: 2024, amount: 4}]\n", {"p.yaml:1:18: needs `currency`"}},
        IssueCase{"UsersWithCurrency",
                  "metrics: [{metric: monthly_active_users, period: 2024-06, value: 4, currency: USD}]\n",
                  {"p.yaml:1:79: monthly_active_users has no currency"}},
        IssueCase{"CurrencyWord",
                  "annual_revenue: [{year: 2024, amount: 4, currency: dollars}]\n",
                  {"p.yaml:1:52: `dollars` is no currency code"}},
        IssueCase{"MetricUnknown",
                  "metrics: [{metric: monthly_users, period: 2024-06, value: 4}]\n",
                  {"p.yaml:1:20: unknown word `monthly_users`"}},
        IssueCase{"MetricNoFigure",
                  "metrics: [{metric: use, period: 2024-06, value: 4}]\n",
                  {"p.yaml:1:20: `use` is no figure"}},
        IssueCase{"ScopeUnknown",
                  "metrics: [{metric: device_count, period: 2024-06, value: 4, scope: affiliates}]\n",
                  {"p.yaml:1:68: unknown word `affiliates`"}},
        IssueCase{"FigureTwice",
                  "metrics:\n  - {metric: monthly_active_users, period: 2024-06, value: 4, scope: product}\n"
                  "monthly_active_users:\n  - {month: 2024-06, users: 5}\n",
                  {"p.yaml:4:5: stated twice; first in line 2"}},
        IssueCase{
            "FigureIsScalar", "monthly_active_users: 5000\n", {"p.yaml:1:23: `monthly_active_users` must be a list"}},
        IssueCase{"RateParts",
                  "exchange_rates: [{from: EUR, to: USD, rate: 1.08}]\n",
                  {"p.yaml:1:18: needs `from`, `to`, `rate`"}},
        IssueCase{"RateZero",
                  "exchange_rates: [{from: EUR, to: USD, rate: 0, date: 2026-02-30}]\n",
                  {"p.yaml:1:45: must lie between", "p.yaml:1:54: must be a day as YYYY-MM-DD"}},
        IssueCase{"AgreementParts", "agreements: [{reference: x}]\n", {"p.yaml:1:14: needs `licensor`"}},
        IssueCase{"AgreementNearMiss",
                  "agreements: [{licensor: A, covers: exmple-1.0}]\n",
                  {"p.yaml:1:36: unknown licence `exmple-1.0`; did you mean `example-1.0`?"}},
        IssueCase{"AgreementCoversEverything",
                  "agreements: [{licensor: A, covers: ['*']}]\n",
                  {"p.yaml:1:37: `*` is a pattern"}},
        IssueCase{"AgreementCoversNothingKnown",
                  "agreements: [{licensor: A, covers: [our-model-1]}]\n",
                  {"p.yaml:1:37: unknown licence `our-model-1`"}},
        IssueCase{"FactUnknown",
                  "facts: {output_filtr: true}\n",
                  {"p.yaml:1:23: unknown fact `output_filtr`; did you mean `output_filter`?"}},
        IssueCase{"FactMeasured", "facts: {modality: text}\n", {"p.yaml:1:19: measured from the model"}},
        IssueCase{"FactFigure", "facts: {device_count: 5}\n", {"p.yaml:1:23: is a figure; state it under `metrics`"}},
        IssueCase{"FactBoolean", "facts: {public_body: maybe}\n", {"p.yaml:1:22: must be true or false"}},
        IssueCase{"FactWords", "facts: {group_business: [search]}\n", {"p.yaml:1:25: unknown word `search`"}},
        IssueCase{"FactContradictsTopLevel",
                  "outputs_train_models: false\nfacts: {outputs_train_models: true}\n",
                  {"p.yaml:2:31: is true here and false at the top level"}},
        IssueCase{"FactHasOwnKey", "facts: {use: research}\n", {"p.yaml:1:14: has a key of its own"}},
        IssueCase{"DutyUnknown",
                  "duties_fulfilled: [licence_copy]\n",
                  {"p.yaml:1:20: unknown word `licence_copy`; did you mean `license_copy`?"}},
        IssueCase{"AllInOneRun",
                  "use: comercial\nfounded: May\nmetrics: [{metric: device_count}]\nx: 1\n",
                  {"p.yaml:1:6: commercial", "p.yaml:2:10: YYYY-MM", "p.yaml:3:11: needs `period`",
                   "p.yaml:4:1: unknown key `x`"}}),
    NameOf);

TEST(TextprotoIssueTest, NamesPlaces) {
  const auto unknown = ParseProfile("use: 'commercial'\ndomicil: 'DE'\n", "p.textproto", Words());
  EXPECT_THAT(std::string(unknown.status().message()), HasSubstr("p.textproto:2:"));
  const auto meaning =
      ParseProfile("use: 'commercial'\nmetrics {\n  metric: device_count\n  period: '2024'\n  value: -4\n}\n",
                   "p.textproto", Words());
  EXPECT_THAT(std::string(meaning.status().message()), HasSubstr("p.textproto:4:3: `period`"));
  EXPECT_THAT(std::string(meaning.status().message()), HasSubstr("p.textproto:5:3: `value`: `-4` is negative"));
}

class PolicyIssueTest : public ::testing::TestWithParam<IssueCase> {};

TEST_P(PolicyIssueTest, NamesPlaceAndReason) {
  ExpectIssues(ParsePolicy(GetParam().text, "p.yaml", Words()).status(), GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    Table, PolicyIssueTest,
    ::testing::Values(
        IssueCase{"UnknownKey", "denies: []\n", {"p.yaml:1:1: unknown key `denies`"}},
        IssueCase{"Mode", "mode: Block\n", {"p.yaml:1:7: did you mean `block`?"}},
        IssueCase{"EmptyDeny", "deny:\n", {"p.yaml:1:1: `deny` has no value"}},
        IssueCase{"NamesNothing", "deny: [{reason: all}]\n", {"p.yaml:1:8: must say what it applies to"}},
        IssueCase{"Openness", "deny: [{openness: closed_weights}]\n", {"p.yaml:1:19: did you mean `CLOSED_WEIGHTS`?"}},
        IssueCase{"NearMiss", "deny: [{license: example1.0}]\n", {"p.yaml:1:18: did you mean `example-1.0`?"}},
        IssueCase{"UnknownLicence",
                  "deny: [{license: [house-license]}]\n",
                  {"p.yaml:1:19: unknown licence `house-license`; `weighbridge licenses` lists"}},
        IssueCase{"PartOfAName",
                  "deny: [{license: example-license}]\n",
                  {"p.yaml:1:18: did you mean `example-license-2025-01`?"}},
        IssueCase{"PartOfANameInWords",
                  "deny: [{license: Example 2025}]\n",
                  {"p.yaml:1:18: did you mean `LicenseRef-example-2025-01`?"}},
        IssueCase{"FamilyAndVersion", "deny: [{license: Example-9}]\n", {"p.yaml:1:18: unknown licence `Example-9`"}},
        IssueCase{"LowerCaseWithVersion", "deny: [{license: gpl-3.0-only}]\n", {"p.yaml:1:18: unknown licence"}},
        IssueCase{"Pattern", "deny: [{license: 'example-*'}]\n", {"p.yaml:1:18: `example-*` is a pattern"}},
        IssueCase{"OrChoice", "or_choices: [nothing]\n", {"p.yaml:1:14: unknown licence `nothing`"}},
        IssueCase{"FamilyUnknown", "deny: [{family: meta}]\n", {"p.yaml:1:17: unknown family `meta`; one of: example, other"}},
        IssueCase{"FamilyNearMiss", "deny: [{family: exmple}]\n", {"p.yaml:1:17: did you mean `example`?"}},
        IssueCase{"FactUnknown", "deny: [{fact: {modalty: text}}]\n", {"p.yaml:1:25: did you mean `modality`?"}},
        IssueCase{"FactFigure", "deny: [{fact: {device_count: 5}}]\n", {"p.yaml:1:30: is a figure"}},
        IssueCase{"Group", "deny: [{fact: {domicile: 'group:UE'}}]\n", {"p.yaml:1:26: unknown group `group:UE`"}},
        IssueCase{"OverrideInDeny", "deny: [{family: other, override: y}]\n", {"p.yaml:1:34: belongs to `allow` alone"}},
        IssueCase{
            "OverrideWithoutReason", "allow: [{family: other, override: ' '}]\n", {"p.yaml:1:35: must give the reason"}},
        IssueCase{"OverrideOfEverything",
                  "allow: [{fact: {use: research}, override: y}]\n",
                  {"p.yaml:1:43: must name a `license`, `family` or `openness`"}},
        IssueCase{"IdTwice",
                  "deny: [{id: a, family: other}]\nreview: [{id: a, family: example}]\n",
                  {"p.yaml:2:15: used twice; first in line 1"}},
        IssueCase{"ListedWithoutList", "allow_only_listed: true\n", {"p.yaml:1:20: needs an `allow` list"}}),
    NameOf);

// The examples of README.md, in order: a profile and a policy.
TEST(ReadmeTest, ExamplesAreAccepted) {
  std::ifstream file("services/profile/README.md");
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::vector<std::string> examples;
  const std::string fence = "```";
  for (size_t at = text.find("```yaml\n"); at != std::string::npos; at = text.find("```yaml\n", at)) {
    at += 8;
    examples.push_back(text.substr(at, text.find(fence, at) - at));
  }
  ASSERT_THAT(examples, SizeIs(2));
  const auto profile = ParseProfile(examples[0], "README.md.yaml", Words());
  EXPECT_TRUE(profile.ok()) << profile.status();
  const auto policy = ParsePolicy(examples[1], "README.md.yaml", Words());
  EXPECT_TRUE(policy.ok()) << policy.status();
}

TEST(ParsePolicyTest, BuiltinTextIsThePolicyThatIsUsed) {
  const auto policy = ParsePolicy(policy::BuiltinPolicyYaml(), "builtin.yaml", Words());
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(*policy, policy::BuiltinPolicy()))
      << policy->DebugString();
}

TEST(ParsePolicyTest, AcceptsGroupsAndUnknownLicences) {
  const auto policy = ParsePolicy("review:\n  - {fact: {domicile: [group:EU, US]}, license: Another-9.9}\nmode: warn\n",
                                  "p.yaml", Words());
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_EQ(policy->review(0).fact().at("domicile"), "group:EU,US");
  EXPECT_EQ(policy->mode(), v1::warn);
}

// A licence outside the rulebook can be denied, if its name cannot be a misspelling of one inside.
TEST(ParsePolicyTest, AcceptsIdsOfOtherLicences) {
  const auto policy = ParsePolicy("deny: [{license: [GPL-3.0-only, CC-BY-NC-4.0, LicenseRef-house]}]\n", "p.yaml", Words());
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_THAT(policy->deny(0).license(), ElementsAre("GPL-3.0-only", "CC-BY-NC-4.0", "LicenseRef-house"));
}

TEST(ParsePolicyTest, SpellingsBecomeIds) {
  const auto policy = ParsePolicy("deny: [{license: [example one, example]}]\nor_choices: [MIT-2.0, example]\n", "p.yaml", Words());
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_THAT(policy->deny(0).license(), ElementsAre("LicenseRef-example-1.0", "LicenseRef-example-2025-01"));
  EXPECT_THAT(policy->or_choices(), ElementsAre("MIT-2.0", "LicenseRef-example-1.0", "LicenseRef-example-2025-01"));
}

}  // namespace
}  // namespace weighbridge::profile
