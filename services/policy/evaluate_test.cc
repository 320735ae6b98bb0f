#include "services/policy/evaluate.h"

#include <algorithm>
#include <map>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace weighbridge::policy {
namespace {

using rules::v1::FactId;
using rules::v1::License;
using ::testing::HasSubstr;

template <typename Message>
Message FromText(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

constexpr char kUserLimit[] = R"(
  threshold { metric: monthly_active_users comparison: greater value: 700000000 moment: month_before_release
              period: "2024-06" subject: licensee_and_affiliates })";

// An invented licence with a user limit in the manner of community licences.
License Community() {
  return FromText<License>(std::string(R"(
    id: "LicenseRef-example-community-3.1" short_id: "community-3.1" name: "Example Community License 3.1" kind: license
    licensor: "Example AI" openness: OPEN_WEIGHTS_RESTRICTED family: "community"
    tests {
      id: "mau" clause: "2" kind: threshold effect: all_rights cures: separate_license
      summary: "Licensees over the limit need a separate licence."
      when { )") + kUserLimit +
                           R"( }
      unless { fact { id: received_in_end_user_product any_of: "true" } } unless_clause: "1.b.ii"
    }
    duties { id: "copy" kind: license_copy clause: "1.b.i" trigger: made_available summary: "Hand over a copy." }
    duties { id: "display" kind: attribution_display clause: "1.b.i" trigger: used_in_product
      summary: "Show who made it."
             strings { text: "Built with Example" what: "display" } }
    duties { id: "notice" kind: notice_file clause: "1.b.iii" trigger: distributed summary: "Ship a Notice file."
             strings { token_file: "notice.tokens" first_word: 3 word_count: 20 what: "notice sentence" } }
    duties { id: "name" kind: derivative_name clause: "1.b.i" trigger: modified_and_distributed
      summary: "Begin the name." }
  )");
}

License UsePolicy() {
  return FromText<License>(R"(
    id: "LicenseRef-example-policy" short_id: "example-policy" name: "Example Use Policy" kind: use_policy
      licensor: "Example AI"
    tests {
      id: "eu" clause: "paragraph 9" kind: territory effect: all_rights
        summary: "No grant for multimodal models in the EU."
      when { all { of { fact { id: modality any_of: "vision" any_of: "audio" } }
                   of { fact { id: domicile any_of: "group:EU" } } } }
    }
    duties { id: "weapons" kind: prohibited_use clause: "item 2" trigger: any_use summary: "No weapons."
             violated_when { fact { id: fields_of_use any_of: "weapons" } } }
  )");
}

License NonCommercial() {
  return FromText<License>(R"(
    id: "LicenseRef-example-nc" short_id: "example-nc" name: "Example Non-Commercial License" kind: license
      licensor: "Forest"
    openness: NON_COMMERCIAL family: "forest"
    tests { id: "nc" clause: "2b" kind: commercial_use effect: all_rights cures: separate_license
      summary: "Non-commercial only."
            when { fact { id: use any_of: "commercial" any_of: "internal_business" } } }
    duties { id: "filter" kind: output_filter clause: "2e" trigger: any_use summary: "Filter or review outputs."
             fulfilled_when { any { of { fact { id: output_filter any_of: "true" } }
                                    of { fact { id: output_review any_of: "true" } } } }
             violated_when { all { of { fact { id: output_filter any_of: "false" } }
                                   of { fact { id: output_review any_of: "false" } } } } }
    contradictions { id: "outputs" clauses: "2d" clauses: "4a"
      summary: "Outputs are free in one clause and not in the other."
                     matters_when { fact { id: outputs_used_commercially any_of: "true" } } }
  )");
}

License Permissive() {
  return FromText<License>(R"pb(
    id: "Example-2.0"
    short_id: "example-2.0"
    name: "Example License 2.0"
    kind: license
    openness: OPEN_WEIGHTS_PERMISSIVE
    duties { id: "copy" kind: license_copy clause: "4(a)" trigger: distributed summary: "Hand over a copy." })pb");
}

License Research() {
  return FromText<License>(R"(
    id: "LicenseRef-example-research" short_id: "example-research" name: "Example Research License" kind: license
    openness: NON_COMMERCIAL
    tests { id: "research" clause: "1" kind: purpose effect: all_rights summary: "Research only."
            when { not { fact { id: use any_of: "research" any_of: "academic" } } } })");
}

License Vague() {
  return FromText<License>(R"(id: "LicenseRef-vague" short_id: "vague" name: "Vague License" kind: license)");
}

License Closed() {
  return FromText<License>(
      R"(id: "LicenseRef-closed" short_id: "closed" name: "Closed Terms" kind: license openness: CLOSED_WEIGHTS)");
}

const rules::v1::FieldSet& Fields() {
  static const auto* const kFields = new rules::v1::FieldSet(FromText<rules::v1::FieldSet>(
      "field { id: 'weapons' within: 'military' } field { id: 'firearms' within: 'weapons' } field { id: 'military' } "
      "field { id: 'loop' within: 'loop' } field { id: 'support' }"));
  return *kFields;
}

const rules::v1::CountryGroups& Countries() {
  static const auto* const kGroups = new rules::v1::CountryGroups(
      FromText<rules::v1::CountryGroups>("group { id: 'EU' countries: 'DE' countries: 'FR' }"));
  return *kGroups;
}

absl::Time At(const std::string& text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << error;
  return time;
}

// Everything that one evaluation needs, owned.
struct World {
  std::vector<License> licenses;
  v1::Profile profile;
  v1::Policy policy;
  MeasuredFacts measured;
  std::vector<v1::Finding> findings;
  std::vector<std::vector<std::vector<License>>> candidates;  // sets of members of documents
  absl::Time at = At("2026-11-21T12:00:00Z");

  Evaluation Run() const {
    EvaluationInput input;
    for (const License& license : licenses) {
      v1::EvidenceRef evidence;
      evidence.set_path("LICENSE");
      input.licenses.push_back({&license, "", "LICENSE", evidence});
    }
    for (const auto& set : candidates) {
      CandidateSet candidate;
      candidate.name = "tag \"example\"";
      candidate.source = "README.md: license";
      for (const auto& member : set) {
        std::vector<const License*> documents;
        for (const License& license : member) documents.push_back(&license);
        candidate.members.push_back(documents);
      }
      input.candidates.push_back(candidate);
    }
    input.measured = measured;
    input.profile = &profile;
    input.policy = &policy;
    input.fields = &Fields();
    input.countries = &Countries();
    input.evaluated_at = at;
    input.findings = findings;
    return Evaluate(input);
  }
};

std::string Dump(const Evaluation& evaluation) {
  std::string text =
      absl::StrCat(v1::Decision_Name(evaluation.decision), " ", v1::Openness_Name(evaluation.openness), "\n");
  for (const v1::Finding& finding : evaluation.findings) text += finding.ShortDebugString() + "\n";
  for (const v1::Obligation& obligation : evaluation.obligations) text += obligation.ShortDebugString() + "\n";
  return text;
}

const v1::Finding* Find(const Evaluation& evaluation, const std::string& rule_id) {
  for (const v1::Finding& finding : evaluation.findings) {
    if (finding.rule_id() == rule_id) return &finding;
  }
  return nullptr;
}

const v1::Obligation* Find(const Evaluation& evaluation, v1::ObligationKind::Value kind) {
  for (const v1::Obligation& obligation : evaluation.obligations) {
    if (obligation.kind() == kind) return &obligation;
  }
  return nullptr;
}

// One decision with its main finding.
struct Case {
  std::string name;
  std::vector<License> licenses;
  std::string profile;
  v1::Decision decision;
  std::string rule_id;  // of a finding that must be there; empty: none is asked
  std::string missing_fact;
  std::vector<std::string> message;  // substrings of it
  std::string policy = "";
  std::map<FactId::Value, std::string> measured = {};
  std::vector<std::string> findings = {};
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.name; }

class DecisionTest : public ::testing::TestWithParam<Case> {};

TEST_P(DecisionTest, Decides) {
  const Case& c = GetParam();
  World world;
  world.licenses = c.licenses;
  world.profile = FromText<v1::Profile>(c.profile);
  world.policy = FromText<v1::Policy>(c.policy);
  for (const auto& [id, value] : c.measured) world.measured[id] = {{value}, "config.json"};
  for (const std::string& finding : c.findings) world.findings.push_back(FromText<v1::Finding>(finding));
  const Evaluation evaluation = world.Run();
  EXPECT_EQ(evaluation.decision, c.decision) << Dump(evaluation);
  if (c.rule_id.empty()) return;
  const v1::Finding* finding = Find(evaluation, c.rule_id);
  ASSERT_NE(finding, nullptr) << Dump(evaluation);
  EXPECT_EQ(finding->missing_fact(), c.missing_fact) << Dump(evaluation);
  for (const std::string& part : c.message) EXPECT_THAT(finding->message(), HasSubstr(part));
}

std::string Mau(const std::string& month, const std::string& users,
                const std::string& scope = "licensee_and_affiliates") {
  return absl::StrCat("monthly_active_users { month: '", month, "' users: ", users, " scope: ", scope, " } ");
}

constexpr char kHosted[] = "use: 'commercial' distribution: 'hosted_service' ";
constexpr char kPath[] = "monthly_active_users[2024-06,licensee_and_affiliates]";

INSTANTIATE_TEST_SUITE_P(
    UserLimit, DecisionTest,
    ::testing::Values(
        Case{"Over",
             {Community()},
             Mau("2024-06", "800000000"),
             v1::DENIED,
             "term.threshold",
             "",
             {"clause 2", "800,000,000", "2024-06", "more than 700,000,000", "gives no rights", "a separate licence"}},
        Case{"Under",
             {Community()},
             Mau("2024-06", "100000000"),
             v1::APPROVED_WITH_CONDITIONS,
             "term.threshold",
             "",
             {"clause 2", "100,000,000", "2024-06", "not more than 700,000,000"}},
        Case{"UnderThenOverLater",
             {Community()},
             Mau("2024-06", "100000000") + Mau("2026-10", "800000000"),
             v1::APPROVED_WITH_CONDITIONS,
             "term.threshold",
             "",
             {"800,000,000 for 2026-10 is for a later period than the one the clause asks about"}},
        Case{"LaterOnly",
             {Community()},
             Mau("2026-10", "800000000"),
             v1::NEEDS_REVIEW,
             "term.threshold",
             kPath,
             {"later period"}},
        Case{"EarlierOnly",
             {Community()},
             Mau("2024-05", "8"),
             v1::NEEDS_REVIEW,
             "term.threshold",
             kPath,
             {"earlier period"}},
        Case{"NeverAbove",
             {Community()},
             "monthly_active_users { never_above: 1000000 as_of: '2026-10' scope: licensee_and_affiliates }",
             v1::APPROVED_WITH_CONDITIONS,
             "term.threshold",
             "",
             {"never above 1,000,000 up to 2026-10"}},
        Case{"NeverAboveAsOfYear",
             {Community()},
             "monthly_active_users { never_above: 1000000 as_of: '2026' scope: licensee_and_affiliates }",
             v1::APPROVED_WITH_CONDITIONS,
             "term.threshold",
             "",
             {}},
        Case{"NeverAboveTooEarly",
             {Community()},
             "monthly_active_users { never_above: 1000000 as_of: '2024-05' scope: licensee_and_affiliates }",
             v1::NEEDS_REVIEW,
             "term.threshold",
             kPath,
             {"ends before 2024-06"}},
        Case{"NeverAboveNarrow",
             {Community()},
             "monthly_active_users { never_above: 1000000 as_of: '2026-10' }",
             v1::NEEDS_REVIEW,
             "term.threshold",
             kPath,
             {"narrower"}},
        Case{"ExactlyAtLimit",
             {Community()},
             Mau("2024-06", "700000000"),
             v1::APPROVED_WITH_CONDITIONS,
             "term.threshold",
             "",
             {"not more than"}},
        Case{"OneOver", {Community()}, Mau("2024-06", "700000001"), v1::DENIED, "term.threshold", "", {}},
        Case{"NoFacts", {Community()}, "", v1::NEEDS_REVIEW, "term.threshold", kPath, {"no figure"}},
        Case{"NarrowAbove",
             {Community()},
             Mau("2024-06", "800000000", "product"),
             v1::DENIED,
             "term.threshold",
             "",
             {"a lower bound"}},
        Case{"NarrowBelow",
             {Community()},
             Mau("2024-06", "1", "licensee"),
             v1::NEEDS_REVIEW,
             "term.threshold",
             kPath,
             {"a lower bound"}},
        Case{"WideBelow",
             {Community()},
             Mau("2024-06", "1", "control_group"),
             v1::APPROVED_WITH_CONDITIONS,
             "term.threshold",
             "",
             {"an upper bound"}},
        Case{"WideAbove",
             {Community()},
             Mau("2024-06", "800000000", "control_group"),
             v1::NEEDS_REVIEW,
             "term.threshold",
             kPath,
             {"an upper bound"}},
        Case{"Contradictory",
             {Community()},
             Mau("2024-06", "1", "control_group") + Mau("2024-06", "800000000", "product"),
             v1::DENIED,
             "term.threshold",
             "",
             {"contradict each other"}},
        Case{"FoundedLaterIsNotTheGroup",
             {Community()},
             "founded: '2025-01'",
             v1::NEEDS_REVIEW,
             "term.threshold",
             kPath,
             {}},
        Case{"GroupFoundedLater",
             {Community()},
             "group_founded: '2025-01'",
             v1::APPROVED_WITH_CONDITIONS,
             "term.threshold",
             "",
             {"founded in 2025-01"}},
        Case{"GroupFoundedThatMonth",
             {Community()},
             "group_founded: '2024-06'",
             v1::NEEDS_REVIEW,
             "term.threshold",
             kPath,
             {}},
        Case{"LicenseeOlderThanGroup",
             {Community()},
             "founded: '2020-01' group_founded: '2025-01'",
             v1::NEEDS_REVIEW,
             "term.threshold",
             kPath,
             {}},
        Case{"LargestInteger",
             {Community()},
             Mau("2024-06", "9223372036854775807"),
             v1::DENIED,
             "term.threshold",
             "",
             {}},
        Case{"EndUserProduct",
             {Community()},
             Mau("2024-06", "800000000") + "facts { key: 'received_in_end_user_product' value: 'true' }",
             v1::APPROVED_WITH_CONDITIONS,
             "term.threshold",
             "",
             {"does not apply", "clause 1.b.ii"}},
        Case{"EndUserProductUnknownFigure",
             {Community()},
             "facts { key: 'received_in_end_user_product' value: 'true' }",
             v1::APPROVED_WITH_CONDITIONS,
             "term.threshold",
             "",
             {"does not apply"}},
        Case{"NoEndUserProduct",
             {Community()},
             Mau("2024-06", "800000000") + "facts { key: 'received_in_end_user_product' value: 'false' }",
             v1::DENIED,
             "term.threshold",
             "",
             {}},
        Case{"Agreement",
             {Community()},
             Mau("2024-06", "800000000") + "agreements { licensor: 'EXAMPLE ai' covers: 'Community-3.1' reference: "
                                           "'contract 7' until: '2026-11-21' }",
             v1::APPROVED_WITH_CONDITIONS,
             "term.threshold",
             "",
             {"contract 7", "until 2026-11-21", "800,000,000"}},
        Case{"AgreementExpired",
             {Community()},
             Mau("2024-06", "800000000") + "agreements { licensor: 'Example AI' covers: 'community-3.1' reference: "
                                           "'contract 7' until: '2026-11-20' }",
             v1::DENIED,
             "term.threshold",
             "",
             {"contract 7", "has ended"}},
        Case{"AgreementOfAnother",
             {Community()},
             Mau("2024-06", "800000000") + "agreements { licensor: 'Forest' covers: 'community-3.1' }",
             v1::DENIED,
             "term.threshold",
             "",
             {}},
        Case{"AgreementForAnother",
             {Community()},
             Mau("2024-06", "800000000") + "agreements { licensor: 'Example AI' covers: 'community-3.2' }",
             v1::DENIED,
             "term.threshold",
             "",
             {"(no reference stated, no end date stated) covers community-3.2, but this clause stands in "
              "community-3.1"}}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Terms, DecisionTest,
    ::testing::Values(
        Case{"NothingStands", {}, "", v1::NEEDS_REVIEW, "license.none", "", {}},
        Case{"PolicyAloneGrantsNothing",
             {UsePolicy()},
             "domicile: 'US'",
             v1::NEEDS_REVIEW,
             "license.none",
             "",
             {"grants nothing"}},
        Case{"PermissiveInternal", {Permissive()}, "distribution: 'internal'", v1::APPROVED, "", "", {}},
        Case{"PermissiveUnknownDistribution", {Permissive()}, "", v1::APPROVED_WITH_CONDITIONS, "", "", {}},
        Case{"PermissiveFulfilled", {Permissive()}, "duties_fulfilled: license_copy", v1::APPROVED, "", "", {}},
        Case{"EuVision",
             {Permissive(), UsePolicy()},
             "domicile: 'DE'",
             v1::DENIED,
             "term.territory",
             "",
             {"paragraph 9", "modality is vision", "domicile is DE"},
             "",
             {{FactId::modality, "vision"}}},
        Case{"EuText",
             {Permissive(), UsePolicy()},
             "domicile: 'DE'",
             v1::APPROVED_WITH_CONDITIONS,
             "term.territory",
             "",
             {},
             "",
             {{FactId::modality, "text"}}},
        Case{"EuModalityUnknown",
             {Permissive(), UsePolicy()},
             "domicile: 'DE'",
             v1::NEEDS_REVIEW,
             "term.territory",
             "modality",
             {"could not be measured"}},
        Case{"VisionDomicileUnknown",
             {Permissive(), UsePolicy()},
             "",
             v1::NEEDS_REVIEW,
             "term.territory",
             "domicile",
             {},
             "",
             {{FactId::modality, "vision"}}},
        Case{"NothingKnownAsksTheUserFirst",
             {Permissive(), UsePolicy()},
             "",
             v1::NEEDS_REVIEW,
             "term.territory",
             "domicile",
             {"also open: modality"}},
        Case{"OutsideEuModalityUnknown",
             {Permissive(), UsePolicy()},
             "domicile: 'US'",
             v1::APPROVED_WITH_CONDITIONS,
             "term.territory",
             "",
             {}},
        Case{"ProfileCannotStateModality",
             {Permissive(), UsePolicy()},
             "domicile: 'DE' facts { key: 'modality' value: 'text' }",
             v1::NEEDS_REVIEW,
             "term.territory",
             "modality",
             {}},
        Case{
            "Commercial", {NonCommercial()}, "use: 'commercial'", v1::DENIED, "term.commercial_use", "", {"clause 2b"}},
        Case{"CommercialBesideResearch",
             {NonCommercial()},
             "use: 'research' use: 'commercial'",
             v1::DENIED,
             "term.commercial_use",
             "",
             {}},
        Case{"NonCommercialUse",
             {NonCommercial()},
             "use: 'noncommercial'",
             v1::APPROVED_WITH_CONDITIONS,
             "term.contradiction",
             "outputs_used_commercially",
             {}},
        Case{"CommercialAgreement",
             {NonCommercial()},
             "use: 'commercial' agreements { licensor: 'Forest' covers: 'example-nc' }",
             v1::APPROVED_WITH_CONDITIONS,
             "term.commercial_use",
             "",
             {"no end date stated", "no reference stated"}},
        Case{"BrokenPromiseUnderAnAgreementIsForAPerson",
             {NonCommercial()},
             "use: 'commercial' agreements { licensor: 'Forest' covers: 'example-nc' reference: 'contract 7' } "
             "facts { key: 'output_filter' value: 'false' } facts { key: 'output_review' value: 'false' }",
             v1::NEEDS_REVIEW,
             "term.promise_broken",
             "",
             {"contract 7", "must be read there"}},
        Case{"UseUnknown", {NonCommercial()}, "", v1::NEEDS_REVIEW, "term.commercial_use", "use", {}},
        Case{"FilterRuns",
             {NonCommercial()},
             "use: 'research' facts { key: 'output_filter' value: 'true' }",
             v1::APPROVED,
             "",
             "",
             {}},
        Case{"NeitherFilterNorReview",
             {NonCommercial()},
             "use: 'research' facts { key: 'output_filter' value: 'false' } facts { key: 'output_review' value: "
             "'false' }",
             v1::DENIED,
             "term.promise_broken",
             "",
             {"clause 2e", "output_filter is false"}},
        Case{"ContradictionMatters",
             {NonCommercial()},
             "use: 'research' facts { key: 'outputs_used_commercially' value: 'true' }",
             v1::NEEDS_REVIEW,
             "term.contradiction",
             "",
             {"2d and 4a", "hangs on it"}},
        Case{"ResearchOnlyResearch", {Research()}, "use: 'research'", v1::APPROVED, "", "", {}},
        Case{"ResearchOnlyCommercial", {Research()}, "use: 'commercial'", v1::DENIED, "term.purpose", "", {}},
        Case{"ResearchOnlyBoth", {Research()}, "use: 'research' use: 'commercial'", v1::DENIED, "term.purpose", "", {}},
        Case{"ResearchOnlyUnknown", {Research()}, "", v1::NEEDS_REVIEW, "term.purpose", "use", {}},
        Case{"FieldListed",
             {Permissive(), UsePolicy()},
             "domicile: 'US' fields_of_use: 'weapons'",
             v1::DENIED,
             "term.promise_broken",
             "",
             {"item 2"}},
        Case{"FieldNarrower",
             {Permissive(), UsePolicy()},
             "domicile: 'US' fields_of_use: 'firearms'",
             v1::DENIED,
             "term.promise_broken",
             "",
             {}},
        Case{"FieldWiderKeepsThePromise",
             {Permissive(), UsePolicy()},
             "domicile: 'US' fields_of_use: 'military'",
             v1::APPROVED_WITH_CONDITIONS,
             "",
             "",
             {}},
        Case{"FieldLoopEnds",
             {Permissive(), UsePolicy()},
             "domicile: 'US' fields_of_use: 'loop'",
             v1::APPROVED_WITH_CONDITIONS,
             "",
             "",
             {}},
        Case{"WorstOfTwo",
             {Permissive(), NonCommercial()},
             "use: 'commercial' distribution: 'internal'",
             v1::DENIED,
             "",
             "",
             {}},
        Case{"ClassUnknown", {Vague()}, "", v1::NEEDS_REVIEW, "policy.review", "", {"openness_unknown"}},
        Case{"ClassClosed", {Closed()}, "", v1::DENIED, "policy.deny", "", {"closed_weights"}},
        Case{"UndecidedBeatsViolated",
             {NonCommercial()},
             "use: 'commercial'",
             v1::UNDECIDED,
             "file.malformed",
             "",
             {},
             "",
             {},
             {"rule_id: 'file.malformed' outcome: UNDECIDED severity: ERROR"}},
        Case{"CallerReview",
             {Permissive()},
             "",
             v1::NEEDS_REVIEW,
             "license.text_not_bare",
             "",
             {},
             "",
             {},
             {"rule_id: 'license.text_not_bare' outcome: NEEDS_REVIEW"}},
        Case{
            "CallerWithoutOutcome", {Permissive()}, "", v1::NEEDS_REVIEW, "", "", {}, "", {}, {"rule_id: 'file.note'"}},
        Case{"CallerInfo",
             {Permissive()},
             "distribution: 'internal'",
             v1::APPROVED,
             "",
             "",
             {},
             "",
             {},
             {"rule_id: 'file.note' outcome: INFO"}},
        Case{"Waived",
             {Permissive()},
             "distribution: 'internal'",
             v1::APPROVED,
             "",
             "",
             {},
             "",
             {},
             {"rule_id: 'license.residue' outcome: NEEDS_REVIEW waived_by: 'w1'"}},
        Case{"UndecidedCannotBeWaived",
             {Permissive()},
             "",
             v1::UNDECIDED,
             "",
             "",
             {},
             "",
             {},
             {"rule_id: 'file.malformed' outcome: UNDECIDED waived_by: 'w1'"}},
        Case{"WaivingCannotReplaceALicence",
             {},
             "",
             v1::NEEDS_REVIEW,
             "",
             "",
             {},
             "",
             {},
             {"rule_id: 'license.none' outcome: NEEDS_REVIEW waived_by: 'w1'"}}),
    [](const auto& info) { return info.param.name; });

constexpr char kTextMissing[] =
    "rule_id: 'license.text_missing' outcome: NEEDS_REVIEW license_id: 'Example-2.0' message: 'No text.'";

INSTANTIATE_TEST_SUITE_P(
    Policy, DecisionTest,
    ::testing::Values(
        Case{"DenyLicense",
             {Permissive()},
             "",
             v1::DENIED,
             "policy.deny",
             "",
             {"never again"},
             "deny { license: 'EXAMPLE-2.0' reason: 'never again' }"},
        Case{"DenyOther",
             {Permissive()},
             "distribution: 'internal'",
             v1::APPROVED,
             "",
             "",
             {},
             "deny { license: 'other' }"},
        Case{"DenyFamily",
             {Community()},
             Mau("2024-06", "1"),
             v1::DENIED,
             "policy.deny",
             "",
             {},
             "deny { family: 'Community' }"},
        Case{"DenyAllFieldsMustMatch",
             {Community()},
             Mau("2024-06", "1"),
             v1::APPROVED_WITH_CONDITIONS,
             "",
             "",
             {},
             "deny { family: 'community' openness: NON_COMMERCIAL }"},
        Case{"ReviewOpenness",
             {Permissive()},
             "",
             v1::NEEDS_REVIEW,
             "policy.review",
             "",
             {"by_class"},
             "review { id: 'by_class' openness: OPEN_WEIGHTS_PERMISSIVE }"},
        Case{"DenyFact",
             {Permissive()},
             "use: 'commercial'",
             v1::DENIED,
             "policy.deny",
             "",
             {"use is commercial"},
             "deny { fact { key: 'use' value: 'commercial,evaluation' } }"},
        Case{"DenyFactGroup",
             {Permissive()},
             "domicile: 'FR'",
             v1::DENIED,
             "policy.deny",
             "",
             {},
             "deny { fact { key: 'domicile' value: 'group:EU' } }"},
        Case{"DenyFactUnknown",
             {Permissive()},
             "",
             v1::NEEDS_REVIEW,
             "policy.deny",
             "use",
             {},
             "deny { fact { key: 'use' value: 'commercial' } }"},
        Case{"DenyFactFalse",
             {Permissive()},
             "use: 'research' distribution: 'internal'",
             v1::APPROVED,
             "",
             "",
             {},
             "deny { fact { key: 'use' value: 'commercial' } }"},
        Case{"AllowDoesNotBeatDeny",
             {Permissive()},
             "",
             v1::DENIED,
             "policy.deny",
             "",
             {},
             "deny { license: 'example-2.0' } allow { license: 'example-2.0' override: 'we like it' }"},
        Case{"OnlyListedPasses",
             {Permissive()},
             "distribution: 'internal'",
             v1::APPROVED,
             "",
             "",
             {},
             "allow_only_listed: true allow { license: 'example-2.0' }"},
        Case{"OnlyListedStops",
             {Permissive()},
             "distribution: 'internal'",
             v1::NEEDS_REVIEW,
             "policy.not_allowed",
             "",
             {},
             "allow_only_listed: true allow { license: 'other' }"},
        Case{"OnlyListedUnknownFact",
             {Permissive()},
             "distribution: 'internal'",
             v1::NEEDS_REVIEW,
             "policy.not_allowed",
             "use",
             {},
             "allow_only_listed: true allow { license: 'example-2.0' fact { key: 'use' value: 'research' } }"},
        Case{"RequireText",
             {Permissive()},
             "",
             v1::NEEDS_REVIEW,
             "policy.text_required",
             "",
             {},
             "require_text: true",
             {},
             {"rule_id: 'license.text_missing' outcome: INFO license_id: 'Example-2.0'"}},
        Case{"TextMissingAlone",
             {Permissive()},
             "distribution: 'internal'",
             v1::APPROVED_WITH_CONDITIONS,
             "",
             "",
             {},
             "",
             {},
             {"rule_id: 'license.text_missing' outcome: INFO license_id: 'Example-2.0'"}},
        Case{"OverrideLiftsBuiltinReview",
             {Vague()},
             "",
             v1::APPROVED,
             "policy.override",
             "",
             {"counsel read it"},
             "allow { id: 'v' license: 'vague' override: 'counsel read it' }"},
        Case{"OverrideLiftsBuiltinDeny",
             {Closed()},
             "",
             v1::APPROVED,
             "policy.override",
             "",
             {},
             "allow { license: 'closed' override: 'we made it' }"},
        Case{"OverrideDoesNotLiftCallersClosed",
             {Closed()},
             "",
             v1::DENIED,
             "license.closed",
             "",
             {},
             "allow { license: 'closed' override: 'we made it' }",
             {},
             {"rule_id: 'license.closed' outcome: VIOLATED license_id: 'LicenseRef-closed'"}},
        Case{"OverrideLiftsMissingText",
             {Permissive()},
             "distribution: 'internal'",
             v1::APPROVED_WITH_CONDITIONS,
             "policy.override",
             "",
             {},
             "require_text: true allow { license: 'example-2.0' override: 'on its way' }",
             {},
             {kTextMissing}},
        Case{"OverrideNeedsAName",
             {Vague()},
             "use: 'research'",
             v1::NEEDS_REVIEW,
             "",
             "",
             {},
             "allow { fact { key: 'use' value: 'research' } override: 'x' }"},
        Case{"OverrideNeedsAReason",
             {Vague()},
             "",
             v1::NEEDS_REVIEW,
             "",
             "",
             {},
             "allow { license: 'vague' override: ' ' }"},
        Case{"OverrideDoesNotLiftTerms",
             {NonCommercial()},
             "use: 'commercial'",
             v1::DENIED,
             "term.commercial_use",
             "",
             {},
             "allow { license: 'example-nc' override: 'x' }"},
        Case{"OverrideDoesNotLiftUndecided",
             {Vague()},
             "",
             v1::UNDECIDED,
             "",
             "",
             {},
             "allow { license: 'vague' override: 'x' }",
             {},
             {"rule_id: 'file.malformed' outcome: UNDECIDED"}},
        Case{"OverrideDoesNotLiftFiles",
             {Vague()},
             "",
             v1::NEEDS_REVIEW,
             "",
             "",
             {},
             "allow { license: 'vague' override: 'x' }",
             {},
             {"rule_id: 'file.document_malformed' outcome: NEEDS_REVIEW license_id: 'LicenseRef-vague'"}},
        Case{"OverrideDoesNotLiftNotBare",
             {Vague()},
             "",
             v1::NEEDS_REVIEW,
             "",
             "",
             {},
             "allow { license: 'vague' override: 'x' }",
             {},
             {"rule_id: 'license.text_not_bare' outcome: NEEDS_REVIEW license_id: 'LicenseRef-vague'"}}),
    [](const auto& info) { return info.param.name; });

TEST(EvaluateTest, CommunityDutiesCarryClausesAndStrings) {
  World world;
  world.licenses = {Community()};
  world.profile = FromText<v1::Profile>(Mau("2024-06", "100000000"));
  const Evaluation evaluation = world.Run();
  ASSERT_EQ(evaluation.obligations.size(), 4u) << Dump(evaluation);
  for (const v1::Obligation& obligation : evaluation.obligations) {
    EXPECT_FALSE(obligation.clause().empty());
    EXPECT_FALSE(obligation.not_triggered());
    EXPECT_EQ(obligation.license_id(), "LicenseRef-example-community-3.1");
  }
  EXPECT_THAT(Find(evaluation, v1::ObligationKind::attribution_display)->message(),
              HasSubstr("display \"Built with Example\""));
  EXPECT_THAT(Find(evaluation, v1::ObligationKind::notice_file)->message(),
              HasSubstr("notice sentence as clause 1.b.iii of the licence text gives it"));
  EXPECT_EQ(evaluation.openness, v1::OPEN_WEIGHTS_RESTRICTED);
}

struct TriggerCase {
  std::string name;
  std::string trigger;
  std::string profile;
  bool ruled_out;
};
void PrintTo(const TriggerCase& c, std::ostream* os) { *os << c.name; }

class TriggerTest : public ::testing::TestWithParam<TriggerCase> {};

TEST_P(TriggerTest, RulesOutOnlyWhatTheProfileSays) {
  World world;
  License license = Permissive();
  license.mutable_duties(0)->set_trigger(FromText<rules::v1::Duty>("trigger: " + GetParam().trigger).trigger());
  world.licenses = {license};
  world.profile = FromText<v1::Profile>(GetParam().profile);
  const Evaluation evaluation = world.Run();
  ASSERT_EQ(evaluation.obligations.size(), 1u);
  EXPECT_EQ(evaluation.obligations[0].not_triggered(), GetParam().ruled_out) << Dump(evaluation);
  EXPECT_EQ(evaluation.obligations[0].trigger(), GetParam().trigger);
  EXPECT_EQ(evaluation.decision, GetParam().ruled_out ? v1::APPROVED : v1::APPROVED_WITH_CONDITIONS);
}

INSTANTIATE_TEST_SUITE_P(
    Table, TriggerTest,
    ::testing::Values(
        TriggerCase{"AnyUse", "any_use", "distribution: 'internal' modifications: 'none'", false},
        TriggerCase{"DistributedUnknown", "distributed", "", false},
        TriggerCase{"DistributedInternal", "distributed", "distribution: 'internal'", true},
        TriggerCase{"DistributedHosted", "distributed", "distribution: 'hosted_service'", true},
        TriggerCase{"DistributedWeights", "distributed",
                    "distribution: 'internal' distribution: 'redistribute_weights'", false},
        TriggerCase{"DistributedEmbedded", "distributed", "distribution: 'embedded_product'", false},
        TriggerCase{"AvailableHosted", "made_available", "distribution: 'hosted_service'", false},
        TriggerCase{"AvailableInternal", "made_available", "distribution: 'internal'", true},
        TriggerCase{"ProductHosted", "used_in_product", "distribution: 'hosted_service'", false},
        TriggerCase{"ProductInternal", "used_in_product", "distribution: 'internal'", true},
        TriggerCase{"ShownWeights", "shown", "distribution: 'redistribute_weights'", true},
        TriggerCase{"ShownEmbedded", "shown", "distribution: 'embedded_product'", false},
        TriggerCase{"ModifiedUnknown", "modified", "distribution: 'internal'", false},
        TriggerCase{"ModifiedNone", "modified", "modifications: 'none'", true},
        TriggerCase{"ModifiedTuned", "modified", "modifications: 'fine_tune'", false},
        TriggerCase{"ModifiedDistributedNone", "modified_and_distributed", "modifications: 'none'", true},
        TriggerCase{"ModifiedDistributedInternal", "modified_and_distributed", "distribution: 'internal'", true},
        TriggerCase{"ModifiedDistributedTuned", "modified_and_distributed", "modifications: 'merge'", false},
        TriggerCase{"ModifiedAvailableHosted", "modified_and_made_available",
                    "modifications: 'merge' distribution: 'hosted_service'", false},
        TriggerCase{"ModifiedAvailableInternal", "modified_and_made_available", "distribution: 'internal'", true}),
    [](const auto& info) { return info.param.name; });

// One duty in all its states.
struct DutyCase {
  std::string name;
  std::string duty;
  std::string profile;
  v1::Decision decision;
  std::string message;
};
void PrintTo(const DutyCase& c, std::ostream* os) { *os << c.name; }

class DutyTest : public ::testing::TestWithParam<DutyCase> {};

TEST_P(DutyTest, Counts) {
  World world;
  License license = Permissive();
  *license.mutable_duties(0) = FromText<rules::v1::Duty>(
      "id: 'd' clause: '7' summary: 'Do it' kind: other_duty trigger: any_use " + GetParam().duty);
  world.licenses = {license};
  world.profile = FromText<v1::Profile>(GetParam().profile);
  const Evaluation evaluation = world.Run();
  EXPECT_EQ(evaluation.decision, GetParam().decision) << Dump(evaluation);
  ASSERT_EQ(evaluation.obligations.size(), 1u);
  EXPECT_THAT(evaluation.obligations[0].message(), HasSubstr(GetParam().message));
}

constexpr char kBroken[] = "violated_when { fact { id: outputs_train_models any_of: 'true' } } ";

INSTANTIATE_TEST_SUITE_P(
    Table, DutyTest,
    ::testing::Values(DutyCase{"Open", "", "", v1::APPROVED_WITH_CONDITIONS, "Do it."},
                      DutyCase{"PromiseWithoutFact", kBroken, "", v1::APPROVED_WITH_CONDITIONS, ""},
                      DutyCase{"PromiseKept", kBroken, "outputs_train_models: false", v1::APPROVED_WITH_CONDITIONS, ""},
                      DutyCase{"PromiseBroken", kBroken, "outputs_train_models: true", v1::DENIED, ""},
                      DutyCase{"BrokenThoughFulfilled", kBroken,
                               "outputs_train_models: true duties_fulfilled: other_duty", v1::DENIED, ""},
                      DutyCase{"BrokenOverridable", std::string(kBroken) + "overridable: true",
                               "outputs_train_models: true", v1::NEEDS_REVIEW, "at its own risk"},
                      DutyCase{"Encouraged", "encouraged: true", "", v1::APPROVED, "recommended: Do it."},
                      DutyCase{"EncouragedCannotBeBroken", std::string(kBroken) + "encouraged: true",
                               "outputs_train_models: true", v1::APPROVED, "recommended: "},
                      DutyCase{"AppliesWhenFalse", "applies_when { fact { id: public_body any_of: 'true' } }",
                               "facts { key: 'public_body' value: 'false' }", v1::APPROVED, ""},
                      DutyCase{"AppliesWhenUnknown", "applies_when { fact { id: public_body any_of: 'true' } }", "",
                               v1::APPROVED_WITH_CONDITIONS, ""},
                      DutyCase{"NotTriggeredCannotBeBroken",
                               std::string(kBroken) + "applies_when { fact { id: public_body any_of: 'true' } }",
                               "outputs_train_models: true facts { key: 'public_body' value: 'false' }", v1::APPROVED,
                               ""},
                      DutyCase{"FulfilledWhen", "fulfilled_when { fact { id: output_filter any_of: 'true' } }",
                               "facts { key: 'output_filter' value: 'true' }", v1::APPROVED, ""},
                      DutyCase{"FulfilledWhenUnknown", "fulfilled_when { fact { id: output_filter any_of: 'true' } }",
                               "", v1::APPROVED_WITH_CONDITIONS, ""},
                      DutyCase{"FulfilledKind", "", "duties_fulfilled: other_duty", v1::APPROVED, ""},
                      DutyCase{"Alternatives",
                               "strings { text: 'Built with A' alternative: 1 what: 'display' } "
                               "strings { text: 'Improved using A' alternative: 1 what: 'display' }",
                               "", v1::APPROVED_WITH_CONDITIONS,
                               "display \"Built with A\" or display \"Improved using A\""},
                      DutyCase{"AllStrings", "strings { text: 'One' what: 'a' } strings { text: 'Two' what: 'b' }", "",
                               v1::APPROVED_WITH_CONDITIONS, "a \"One\"; b \"Two\""}),
    [](const auto& info) { return info.param.name; });

// Several licences keep strings at the same words of a file of the same name.
TEST(ExactStringsTest, OneLicencesTextIsNotAnothers) {
  const std::string rest =
      " kind: license openness: FULLY_OPEN duties { id: 'd' kind: notice_file clause: '1' summary: 'Keep it.' trigger: "
      "any_use "
      "strings { token_file: '1.tokens' first_word: 3 word_count: 14 what: 'notice' } }";
  const License one = FromText<License>("id: 'One' short_id: 'one' name: 'One'" + rest);
  const License two = FromText<License>("id: 'Two' short_id: 'two' name: 'Two'" + rest);
  EvaluationInput input;
  input.licenses = {{&one, "", "LICENSE", {}}, {&two, "", "LICENSE", {}}};
  input.exact_strings["one/1.tokens:3:14"] = "The words of one.";
  const Evaluation result = Evaluate(input);
  ASSERT_EQ(result.obligations.size(), 2u);
  for (const v1::Obligation& obligation : result.obligations) {
    const bool filled = obligation.message().find("\"The words of one.\"") != std::string::npos;
    EXPECT_EQ(filled, obligation.license_id() == "One") << obligation.message();
  }
}

// "No licence" is said once: by its finding, not by the built-in policy as well.
TEST(NoLicenceTest, IsSaidOnce) {
  const Evaluation result = Evaluate(EvaluationInput());
  EXPECT_EQ(result.decision, v1::NEEDS_REVIEW);
  ASSERT_EQ(result.findings.size(), 1u);
  EXPECT_EQ(result.findings[0].rule_id(), "license.none");
}

// Effects of tests.
struct EffectCase {
  std::string name;
  std::string effect;
  std::string profile;
  v1::Decision decision;
  v1::Outcome::Value outcome;
  std::string missing_fact;
};
void PrintTo(const EffectCase& c, std::ostream* os) { *os << c.name; }

class EffectTest : public ::testing::TestWithParam<EffectCase> {};

TEST_P(EffectTest, TakesAwayWhatItSays) {
  World world;
  License license = FromText<License>(
      "id: 'L' short_id: 'l' name: 'L' kind: license openness: OPEN_WEIGHTS_RESTRICTED tests { id: 't' clause: '3' "
      "kind: competition when { fact { id: competes_with_licensor any_of: 'true' } } effect: " +
      GetParam().effect +
      " duties { id: 'd' kind: attribution_display clause: '3' summary: 'Show it.' trigger: any_use } }");
  if (GetParam().effect != "duty") license.mutable_tests(0)->clear_duties();
  world.licenses = {license};
  world.profile = FromText<v1::Profile>(GetParam().profile);
  const Evaluation evaluation = world.Run();
  EXPECT_EQ(evaluation.decision, GetParam().decision) << Dump(evaluation);
  const v1::Finding* finding = Find(evaluation, "term.competition");
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->outcome(), GetParam().outcome) << Dump(evaluation);
  EXPECT_EQ(finding->missing_fact(), GetParam().missing_fact);
}

constexpr char kCompetes[] = "facts { key: 'competes_with_licensor' value: 'true' } ";
constexpr char kNoRival[] = "facts { key: 'competes_with_licensor' value: 'false' } ";

INSTANTIATE_TEST_SUITE_P(
    Table, EffectTest,
    ::testing::Values(
        EffectCase{"AllRights", "all_rights", kCompetes, v1::DENIED, v1::Outcome::VIOLATED, ""},
        EffectCase{"AllRightsFalse", "all_rights", kNoRival, v1::APPROVED, v1::Outcome::SATISFIED, ""},
        EffectCase{"AllRightsUnknown", "all_rights", "", v1::NEEDS_REVIEW, v1::Outcome::NEEDS_REVIEW,
                   "competes_with_licensor"},
        EffectCase{"NoEffectNamedIsAllRights", "effect_unspecified", kCompetes, v1::DENIED, v1::Outcome::VIOLATED, ""},
        EffectCase{"CommercialHit", "commercial_use", std::string(kCompetes) + "use: 'internal_business'", v1::DENIED,
                   v1::Outcome::VIOLATED, ""},
        EffectCase{"CommercialMissed", "commercial_use", std::string(kCompetes) + "use: 'research'", v1::APPROVED,
                   v1::Outcome::SATISFIED, ""},
        EffectCase{"CommercialUseUnknown", "commercial_use", kCompetes, v1::NEEDS_REVIEW, v1::Outcome::NEEDS_REVIEW,
                   "use"},
        EffectCase{"CommercialMissedUnknownTest", "commercial_use", "use: 'research'", v1::APPROVED,
                   v1::Outcome::SATISFIED, ""},
        EffectCase{"DistributionHit", "distribution", std::string(kCompetes) + "distribution: 'embedded_product'",
                   v1::DENIED, v1::Outcome::VIOLATED, ""},
        EffectCase{"DistributionMissed", "distribution", std::string(kCompetes) + "distribution: 'hosted_service'",
                   v1::APPROVED, v1::Outcome::SATISFIED, ""},
        EffectCase{"DistributionUnknown", "distribution", kCompetes, v1::NEEDS_REVIEW, v1::Outcome::NEEDS_REVIEW,
                   "distribution"},
        EffectCase{"DutyTrue", "duty", kCompetes, v1::APPROVED_WITH_CONDITIONS, v1::Outcome::INFO, ""},
        EffectCase{"DutyUnknown", "duty", "", v1::APPROVED_WITH_CONDITIONS, v1::Outcome::INFO,
                   "competes_with_licensor"},
        EffectCase{"DutyFalse", "duty", kNoRival, v1::APPROVED, v1::Outcome::SATISFIED, ""}),
    [](const auto& info) { return info.param.name; });

TEST(CandidateTest, NamesMembersAndNeedsReview) {
  World world;
  world.candidates = {{{Community(), UsePolicy()}, {NonCommercial()}}};
  world.profile = FromText<v1::Profile>(std::string(kHosted) + Mau("2024-06", "1") + "domicile: 'US'");
  const Evaluation evaluation = world.Run();
  EXPECT_EQ(evaluation.decision, v1::NEEDS_REVIEW) << Dump(evaluation);
  const v1::Finding* finding = Find(evaluation, "license.version_unknown");
  ASSERT_NE(finding, nullptr);
  EXPECT_THAT(finding->message(), HasSubstr("community-3.1 (alone: APPROVED_WITH_CONDITIONS)"));
  EXPECT_THAT(finding->message(), HasSubstr("example-nc (alone: DENIED, clause 2b)"));
  EXPECT_EQ(Find(evaluation, "term.commercial_use"), nullptr);
  EXPECT_NE(Find(evaluation, v1::ObligationKind::output_filter), nullptr);
  EXPECT_EQ(evaluation.openness, v1::NON_COMMERCIAL);
}

TEST(CandidateTest, DeniedIfEveryMemberIs) {
  World world;
  world.candidates = {{{Research()}, {NonCommercial()}}};
  world.profile = FromText<v1::Profile>("use: 'commercial'");
  const Evaluation evaluation = world.Run();
  EXPECT_EQ(evaluation.decision, v1::DENIED) << Dump(evaluation);
  EXPECT_NE(Find(evaluation, "term.commercial_use"), nullptr);
}

TEST(CandidateTest, NeverBetterThanReview) {
  World world;
  world.licenses = {Permissive()};
  world.candidates = {{{Permissive()}}, {}};
  world.profile = FromText<v1::Profile>("distribution: 'internal'");
  EXPECT_EQ(world.Run().decision, v1::NEEDS_REVIEW);
}

TEST(EvaluateTest, NullLicenceIsReported) {
  EvaluationInput input;
  input.licenses.push_back({nullptr, "", "NOTICE", {}});
  const Evaluation evaluation = Evaluate(input);
  EXPECT_EQ(evaluation.decision, v1::NEEDS_REVIEW);
  EXPECT_NE(Find(evaluation, "license.unknown"), nullptr);
  EXPECT_EQ(evaluation.openness, v1::OPENNESS_UNKNOWN);
}

TEST(EvaluateTest, EmptyRuleConditionsNeverApprove) {
  for (const char* when : {"", "when { }", "when { any { } }", "when { all { } }", "when { fact { id: use } }",
                           "when { fact { id: domicile any_of: 'group:NOWHERE' } }", "when { threshold { } }",
                           "when { threshold { metric: use comparison: greater value: 1 moment: any_time } }"}) {
    World world;
    License license = Permissive();
    *license.add_tests() =
        FromText<rules::v1::Test>(std::string("id: 't' clause: '1' kind: territory effect: all_rights ") + when);
    world.licenses = {license};
    world.profile = FromText<v1::Profile>("distribution: 'internal' use: 'commercial' domicile: 'DE'");
    EXPECT_EQ(world.Run().decision, v1::NEEDS_REVIEW) << when;
  }
}

TEST(EvaluateTest, OneLicenceNamedTwiceIsEvaluatedOnceWithBothPlaces) {
  const License license = NonCommercial();
  v1::Profile profile = FromText<v1::Profile>("use: 'commercial'");
  EvaluationInput input;
  v1::EvidenceRef text;
  text.set_path("LICENSE");
  v1::EvidenceRef card;
  card.set_path("README.md");
  input.licenses = {{&license, "", "README.md: license", card}, {&license, "", "LICENSE", text}};
  input.profile = &profile;
  const Evaluation evaluation = Evaluate(input);
  const v1::Finding* finding = Find(evaluation, "term.commercial_use");
  ASSERT_NE(finding, nullptr);
  ASSERT_EQ(finding->evidence_size(), 2);
  EXPECT_EQ(finding->evidence(0).path(), "LICENSE");
  EXPECT_EQ(std::count_if(evaluation.findings.begin(), evaluation.findings.end(),
                          [](const auto& f) { return f.rule_id() == "term.commercial_use"; }),
            1);
}

TEST(EvaluateTest, SameDutyOfTwoComponentsIsListedOnce) {
  const License license = Permissive();
  EvaluationInput input;
  input.licenses = {{&license, "vae", "vae/LICENSE", {}}, {&license, "unet", "unet/LICENSE", {}}};
  const Evaluation evaluation = Evaluate(input);
  ASSERT_EQ(evaluation.obligations.size(), 1u);
  EXPECT_EQ(evaluation.obligations[0].component(), "unet");
}

// ---- properties
// --------------------------------------------------------------------------------------------------------

TEST(PropertyTest, OrderOfInputsDoesNotMatter) {
  std::mt19937 random(7);
  World world;
  world.licenses = {Community(), UsePolicy(), NonCommercial(), Permissive(), Research()};
  world.candidates = {{{Vague()}, {Closed()}, {Research(), UsePolicy()}}};
  world.profile = FromText<v1::Profile>(
      "use: 'commercial' use: 'research' domicile: 'DE' domicile: 'US' " + Mau("2024-06", "1", "product") +
      Mau("2024-05", "7") + Mau("2024-06", "9", "control_group") + Mau("2026-10", "800000000") +
      "agreements { licensor: 'Forest' covers: 'example-nc' until: '2026-01-01' } "
      "agreements { licensor: 'Forest' covers: 'example-nc' reference: 'b' until: '2027-01-01' }");
  world.policy = FromText<v1::Policy>(
      "review { id: 'a' family: 'forest' } review { id: 'b' family: 'community' } "
      "deny { fact { key: 'use' value: 'research' } fact { key: 'domicile' value: 'US' } }");
  world.findings = {FromText<v1::Finding>("rule_id: 'file.note' outcome: INFO message: 'one'"),
                    FromText<v1::Finding>("rule_id: 'license.residue' outcome: NEEDS_REVIEW message: 'two'")};
  const std::string expected = Dump(world.Run());
  for (int round = 0; round < 50; ++round) {
    std::shuffle(world.licenses.begin(), world.licenses.end(), random);
    std::shuffle(world.findings.begin(), world.findings.end(), random);
    std::shuffle(world.candidates[0].begin(), world.candidates[0].end(), random);
    std::shuffle(world.profile.mutable_use()->begin(), world.profile.mutable_use()->end(), random);
    std::shuffle(world.profile.mutable_domicile()->begin(), world.profile.mutable_domicile()->end(), random);
    auto* users = world.profile.mutable_monthly_active_users();
    for (int i = users->size() - 1; i > 0; --i) users->SwapElements(i, static_cast<int>(random() % (i + 1)));
    world.profile.mutable_agreements()->SwapElements(0, 1);
    ASSERT_EQ(Dump(world.Run()), expected);
  }
}

// Random conditions over facts that may be absent.
class RandomConditions {
 public:
  explicit RandomConditions(unsigned seed) : random_(seed) {}

  rules::v1::Condition Make(int depth) {
    rules::v1::Condition condition;
    switch (depth == 0 ? random_() % 2 : random_() % 5) {
      case 0: {
        const char* const kFacts[] = {"public_body", "commercial_entity", "academic_institution"};
        condition = FromText<rules::v1::Condition>(
            absl::StrCat("fact { id: ", kFacts[random_() % 3], " any_of: '", random_() % 2 ? "true" : "false", "' }"));
        break;
      }
      case 1:
        condition = FromText<rules::v1::Condition>(absl::StrCat(
            "threshold { metric: monthly_active_users comparison: ", random_() % 2 ? "greater" : "less_or_equal",
            " value: ", 10 + random_() % 3, " moment: month_before_release period: '2024-06' subject: licensee }"));
        break;
      case 2:
        *condition.mutable_not_() = Make(depth - 1);
        break;
      default: {
        auto* list = random_() % 2 ? condition.mutable_all() : condition.mutable_any();
        for (unsigned i = 0; i < 1 + random_() % 3; ++i) *list->add_of() = Make(depth - 1);
      }
    }
    return condition;
  }

  unsigned Number() { return static_cast<unsigned>(random_()); }

 private:
  std::mt19937 random_;
};

Truth Evaluate(const rules::v1::Condition& condition, const v1::Profile& profile) {
  const MeasuredFacts measured;
  const Facts facts(profile, measured);
  const Figures figures(profile, At("2026-11-21T12:00:00Z"));
  return Conditions(facts, figures, nullptr, nullptr).Evaluate(condition, Worst::kTrue).truth;
}

TEST(PropertyTest, MissingFactsOnlyEverSettle) {
  RandomConditions random(11);
  const char* const kFacts[] = {"public_body", "commercial_entity", "academic_institution"};
  for (int round = 0; round < 3000; ++round) {
    const rules::v1::Condition condition = random.Make(3);
    v1::Profile profile;
    for (const char* fact : kFacts) {
      if (random.Number() % 2) (*profile.mutable_facts())[fact] = random.Number() % 2 ? "true" : "false";
    }
    const Truth before = Evaluate(condition, profile);
    // One more fact: what was settled stays as it was.
    const char* added = kFacts[random.Number() % 3];
    if (profile.facts().count(added) == 0) (*profile.mutable_facts())[added] = random.Number() % 2 ? "true" : "false";
    if (random.Number() % 2) {
      auto* figure = profile.add_monthly_active_users();
      figure->set_month("2024-06");
      figure->set_users(9 + random.Number() % 5);
      figure->set_scope(static_cast<rules::v1::Subject::Value>(1 + random.Number() % 4));
    }
    const Truth after = Evaluate(condition, profile);
    if (before != Truth::kUnknown) {
      ASSERT_EQ(after, before) << condition.DebugString() << profile.DebugString();
    }
  }
}

TEST(PropertyTest, KleeneLaws) {
  const Truth kAll[] = {Truth::kFalse, Truth::kUnknown, Truth::kTrue};
  for (Truth a : kAll) {
    EXPECT_EQ(Not(Not(a)), a);
    for (Truth b : kAll) {
      EXPECT_EQ(And(a, b), And(b, a));
      EXPECT_EQ(Or(a, b), Or(b, a));
      EXPECT_EQ(Not(And(a, b)), Or(Not(a), Not(b)));
      EXPECT_EQ(And(a, Or(a, b)), a);
      for (Truth c : kAll) {
        EXPECT_EQ(And(a, And(b, c)), And(And(a, b), c));
        EXPECT_EQ(And(a, Or(b, c)), Or(And(a, b), And(a, c)));
      }
    }
  }
}

TEST(PropertyTest, DeMorganHoldsForConditions) {
  RandomConditions random(13);
  for (int round = 0; round < 1000; ++round) {
    const rules::v1::Condition a = random.Make(2);
    const rules::v1::Condition b = random.Make(2);
    v1::Profile profile;
    if (round % 2) (*profile.mutable_facts())["public_body"] = round % 4 == 1 ? "true" : "false";
    rules::v1::Condition left;
    *left.mutable_not_()->mutable_all()->add_of() = a;
    *left.mutable_not_()->mutable_all()->add_of() = b;
    rules::v1::Condition right;
    *right.mutable_any()->add_of()->mutable_not_() = a;
    *right.mutable_any()->add_of()->mutable_not_() = b;
    ASSERT_EQ(Evaluate(left, profile), Evaluate(right, profile));
  }
}

TEST(PropertyTest, AnAbsentFigureNeverSatisfiesAThreshold) {
  for (const char* comparison : {"greater", "greater_or_equal", "less", "less_or_equal"}) {
    for (const char* moment : {"month_before_release", "preceding_month", "preceding_year", "any_12_months",
                               "fiscal_year", "any_time", "not_stated", "on_release"}) {
      World world;
      License license = Permissive();
      *license.add_tests() = FromText<rules::v1::Test>(
          absl::StrCat("id: 't' clause: '1' kind: threshold effect: all_rights when { threshold { metric: "
                       "monthly_active_users comparison: ",
                       comparison, " value: 5 moment: ", moment, " period: '2024-06' subject: licensee } }"));
      world.licenses = {license};
      world.profile = FromText<v1::Profile>("distribution: 'internal'");
      EXPECT_EQ(world.Run().decision, v1::NEEDS_REVIEW) << comparison << " " << moment;
    }
  }
}

// What is advised fits what was found: nobody is told to state what is stated.
struct RemedyCase {
  std::string name;
  License license;
  std::string profile;
  std::string rule_id;
  v1::Outcome::Value outcome;
  std::string remedy;
};
void PrintTo(const RemedyCase& c, std::ostream* os) { *os << c.name; }

class RemedyTest : public ::testing::TestWithParam<RemedyCase> {};

TEST_P(RemedyTest, FitsTheOutcome) {
  World world;
  world.licenses = {GetParam().license};
  world.profile = FromText<v1::Profile>(GetParam().profile);
  world.measured[FactId::modality] = {{"vision"}, "config.json"};
  const Evaluation evaluation = world.Run();
  const v1::Finding* finding = Find(evaluation, GetParam().rule_id);
  ASSERT_NE(finding, nullptr) << Dump(evaluation);
  EXPECT_EQ(finding->outcome(), GetParam().outcome) << Dump(evaluation);
  EXPECT_EQ(finding->remedy(), GetParam().remedy);
}

INSTANTIATE_TEST_SUITE_P(
    Table, RemedyTest,
    ::testing::Values(
        RemedyCase{"OverTheLimit", Community(), Mau("2024-06", "800000000"), "term.threshold", v1::Outcome::VIOLATED,
                   "obtain a separate licence from Example AI and list it under agreements, or choose another model"},
        RemedyCase{"FigureMissing", Community(), "", "term.threshold", v1::Outcome::NEEDS_REVIEW,
                   absl::StrCat("state ", kPath, " in the profile")},
        RemedyCase{"DomicileExcluded", UsePolicy(), "domicile: 'DE'", "term.territory", v1::Outcome::VIOLATED,
                   "choose another model"},
        RemedyCase{"DomicileMissing", UsePolicy(), "", "term.territory", v1::Outcome::NEEDS_REVIEW,
                   "state domicile in the profile"},
        RemedyCase{"Commercial", NonCommercial(), "use: 'commercial'", "term.commercial_use", v1::Outcome::VIOLATED,
                   "obtain a separate licence from Forest and list it under agreements, or use it for a permitted "
                   "purpose alone, or choose another model"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace weighbridge::policy
