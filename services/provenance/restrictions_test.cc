#include "services/provenance/restrictions.h"

#include <algorithm>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "proto/weighbridge/rules/v1/rulebook.pb.h"
#include "services/rulebook/builtin.h"
#include "services/rulebook/rule_file.h"

namespace weighbridge::provenance {
namespace {

// Every kind of phrase is either covered by something or was left uncovered on purpose.
TEST(RestrictionsTest, EveryTriggerKindOfTheRulebookIsKnown) {
  const auto& rules = rulebook::BuiltinRulebook();
  ASSERT_TRUE(rules.ok()) << rules.status();
  const auto files = rulebook::UnpackBundle((*rules)->bundle());
  ASSERT_TRUE(files.ok()) << files.status();
  rules::v1::TriggerSet triggers;
  for (const auto& file : *files) {
    if (file.path == "triggers.textproto") {
      ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(file.bytes, &triggers));
    }
  }
  ASSERT_GT(triggers.phrase_size(), 0);
  for (const auto& phrase : triggers.phrase()) EXPECT_TRUE(IsKnownTriggerKind(phrase.kind())) << phrase.kind();
}

struct Case {
  std::string name;
  std::string kind;
  std::string covering;  // a licence in text form that covers the kind
  std::string bare;      // one that does not
  std::string value = "";
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.name; }

rules::v1::License Parse(const std::string& text) {
  rules::v1::License license;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &license)) << text;
  return license;
}

class CoversTest : public ::testing::TestWithParam<Case> {};

TEST_P(CoversTest, Decides) {
  const Case& c = GetParam();
  ASSERT_TRUE(IsKnownTriggerKind(c.kind));
  if (!c.covering.empty()) {
    EXPECT_TRUE(Covers(Parse(c.covering), c.kind, c.value));
  }
  EXPECT_FALSE(Covers(Parse(c.bare), c.kind, c.value));
}

constexpr char kUsers[] =
    "tests { kind: threshold when { all { of { threshold { metric: monthly_active_users value: 700000000 } } } } }";

INSTANTIATE_TEST_SUITE_P(
    Table, CoversTest,
    ::testing::Values(
        Case{"Users", "mau_threshold", kUsers, "id: \"x\"", "700000000"},
        Case{"UsersAnyNumber", "mau_threshold", kUsers, "id: \"x\""},
        Case{"UsersOtherNumber", "mau_threshold", "", kUsers, "70000000"},
        Case{"UsersUnderNot", "mau_threshold",
             "tests { when { not { threshold { metric: daily_active_users value: 5 } } } }", "id: \"x\"", "5"},
        Case{"Revenue", "revenue_threshold",
             "tests { when { any { of { threshold { metric: annual_revenue value: 9 } } } } }", kUsers, "9"},
        Case{"RevenueInException", "revenue_threshold",
             "tests { when { fact { id: use } } unless { threshold { metric: annual_revenue value: 9 } } }", kUsers,
             "9"},
        Case{"NonCommercialClass", "non_commercial", "openness: NON_COMMERCIAL", "openness: FULLY_OPEN"},
        Case{"NonCommercialTest", "non_commercial", "tests { kind: commercial_use }", "tests { kind: threshold }"},
        // "Research only" is narrower than "not commercial".
        Case{"Research", "research_only", "tests { kind: purpose }",
             "openness: NON_COMMERCIAL tests { kind: commercial_use }"},
        Case{"Personal", "personal_only", "tests { kind: purpose }", "openness: NON_COMMERCIAL"},
        Case{"Territory", "territory", "tests { kind: territory }", kUsers},
        Case{"UsePolicyReference", "use_policy", "use_policies { short_id: \"p\" }", kUsers},
        Case{"UsePolicyDocument", "field_of_use", "kind: use_policy", "kind: license"},
        Case{"ProhibitedUse", "field_of_use", "duties { kind: prohibited_use }", "duties { kind: license_copy }"},
        Case{"Attribution", "attribution", "tests { duties { kind: attribution_display } }", kUsers},
        Case{"Naming", "naming", "duties { kind: derivative_name }", kUsers},
        Case{"Outputs", "outputs", "duties { kind: output_training }", kUsers},
        Case{"Competition", "competition", "tests { kind: competition }", "duties { kind: output_training }"},
        Case{"Hosting", "hosting", "tests { kind: hosting }", kUsers},
        // Terms that must be passed on allow passing on.
        Case{"Redistribution", "redistribution", "permissions { right: distribute stance: barred }",
             "permissions { right: distribute stance: conditional } duties { kind: flow_down }"},
        Case{"Derivatives", "derivatives", "permissions { right: modify stance: barred }",
             "permissions { right: modify stance: allowed }"},
        Case{"ShareAlike", "share_alike", "duties { kind: share_alike }", "duties { kind: flow_down }"},
        Case{"SeparateLicense", "separate_license", "tests { cures: separate_license }", kUsers},
        Case{"Registration", "registration", "duties { kind: registration }", kUsers},
        Case{"Fees", "fees", "tests { cures: payment }", kUsers},
        Case{"Termination", "termination", "terminations { cause: \"breach\" }", kUsers},
        Case{"Export", "export", "duties { kind: legal_compliance }", kUsers},
        Case{"OtherLicenseOwnName", "other_license", "name: \"Acorn 3.1 Community License Agreement\"",
             "name: \"Acorn 2 Community License Agreement\"", "acorn 3.1 license"},
        Case{"OtherLicenseWithoutVersion", "other_license", "name: \"Acorn 2 License\"", "name: \"Willow License\"",
             "acorn license"},
        Case{"OtherLicenseByOtherName", "other_license", "other_names: \"Acorn Non-Commercial\"",
             "name: \"Acorn Commercial License\"", "acorn non commercial license"},
        Case{"OtherLicenseWithoutAName", "other_license", "", "name: \"The License\"", "license"},
        Case{"AdditionalTerms", "additional_terms", "", "openness: NON_COMMERCIAL kind: use_policy"},
        Case{"CompanySize", "company_size", "", kUsers},
        Case{"InternalOnly", "internal_only", "", "tests { kind: purpose }"},
        Case{"NonProduction", "non_production", "", "openness: NON_COMMERCIAL"},
        Case{"Prohibition", "prohibition", "", "kind: use_policy"}, Case{"TimeLimit", "time_limit", "", "id: \"x\""}),
    [](const auto& info) { return info.param.name; });

TEST(RestrictionsTest, UnknownKindIsCoveredByNothing) {
  EXPECT_FALSE(IsKnownTriggerKind("marzipan"));
  EXPECT_FALSE(Covers(Parse("openness: NON_COMMERCIAL kind: use_policy"), "marzipan", ""));
}

TEST(RestrictionsTest, OneFindingForEachPassageThatNoLicenceCovers) {
  FoundRestriction found;
  found.kind = "non_commercial";
  found.quote = "for tests only";
  found.restrictive = true;
  found.evidence.set_path("README.md");
  found.evidence.set_line(3);
  FoundRestriction statement = found;
  statement.kind = "export";
  statement.restrictive = false;
  const rules::v1::License open = Parse("openness: FULLY_OPEN");
  const rules::v1::License closed = Parse("openness: NON_COMMERCIAL");
  const auto findings = RestrictionFindings({found, found, statement}, {{&open, ""}});
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].rule_id(), "license.restriction_found");
  EXPECT_EQ(findings[0].outcome(), v1::Outcome::NEEDS_REVIEW);
  EXPECT_EQ(findings[1].rule_id(), "license.statement_found");
  EXPECT_EQ(findings[1].outcome(), v1::Outcome::INFO);
  EXPECT_TRUE(RestrictionFindings({found}, {{&open, ""}, {&closed, ""}}).empty());
}

}  // namespace
}  // namespace weighbridge::provenance
