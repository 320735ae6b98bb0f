#include "services/provenance/conflicts.h"

#include <ostream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "services/provenance/model_fixture.h"

namespace weighbridge::provenance {
namespace {

const rulebook::Rulebook& Rules() {
  static const auto rules = MiniRules();
  return *rules;
}

Claim Says(ClaimSource source, const std::vector<std::string>& names, const std::string& component = "") {
  Claim claim;
  claim.source = source;
  claim.component = component;
  claim.label = "somewhere";
  claim.evidence.set_path("somewhere");
  for (const std::string& name : names) claim.licenses.push_back(Rules().LicenseById(name));
  return claim;
}

struct Case {
  std::string name;
  std::vector<Claim> claims;
  std::vector<v1::ConflictKind::Value> kinds;
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.name; }

class ConflictsTest : public ::testing::TestWithParam<Case> {};

TEST_P(ConflictsTest, Finds) {
  const ConflictReport report = FindConflicts(GetParam().claims);
  std::vector<v1::ConflictKind::Value> kinds;
  for (const auto& conflict : report.conflicts) kinds.push_back(conflict.kind());
  EXPECT_EQ(kinds, GetParam().kinds);
  ASSERT_EQ(report.findings.size(), report.conflicts.size());
  for (size_t i = 0; i < report.findings.size(); ++i) {
    EXPECT_EQ(report.findings[i].outcome(), v1::Outcome::INFO);  // all sides are evaluated
    EXPECT_EQ(report.findings[i].evidence_size(), 2);
    EXPECT_GE(report.conflicts[i].license_ids_size(), 2);
  }
}

std::vector<Case> Cases() {
  using Source = ClaimSource;
  using Kind = v1::ConflictKind;
  const std::string w = "Willow-1.0", p = "pebble", a1 = "acorn-1.0", a2 = "acorn-2.0";
  return {
      {"TextCard", {Says(Source::kText, {w}), Says(Source::kCard, {p})}, {Kind::text_against_card}},
      {"TextHeader", {Says(Source::kText, {w}), Says(Source::kHeader, {p})}, {Kind::text_against_header}},
      {"TextBase", {Says(Source::kText, {w}), Says(Source::kBase, {p})}, {Kind::text_against_base}},
      {"HeaderCard", {Says(Source::kHeader, {w}), Says(Source::kCard, {p})}, {Kind::header_against_card}},
      {"CardBase", {Says(Source::kCard, {w}), Says(Source::kBase, {p})}, {Kind::card_against_base}},
      {"HeaderBase", {Says(Source::kHeader, {w}), Says(Source::kBase, {p})}, {Kind::header_against_base}},
      {"IdentifierText", {Says(Source::kText, {w}), Says(Source::kIdentifier, {p})}, {Kind::identifier_against_others}},
      {"IdentifierCard", {Says(Source::kCard, {w}), Says(Source::kIdentifier, {p})}, {Kind::identifier_against_others}},
      {"IdentifierHeader",
       {Says(Source::kHeader, {w}), Says(Source::kIdentifier, {p})},
       {Kind::identifier_against_others}},
      {"IdentifierBase", {Says(Source::kBase, {w}), Says(Source::kIdentifier, {p})}, {Kind::identifier_against_others}},
      {"IdentifierAgrees", {Says(Source::kCard, {a1, a2}), Says(Source::kIdentifier, {a2})}, {}},
      {"TwoIdentifiers", {Says(Source::kIdentifier, {w}), Says(Source::kIdentifier, {p})}, {}},
      {"Agree",
       {Says(Source::kText, {w}), Says(Source::kCard, {w}), Says(Source::kHeader, {w}), Says(Source::kBase, {w})},
       {}},
      {"MemberOfTheFamily", {Says(Source::kText, {a2}), Says(Source::kCard, {a1, a2})}, {}},
      {"NotInTheFamily", {Says(Source::kText, {w}), Says(Source::kCard, {a1, a2})}, {Kind::text_against_card}},
      {"TwoTextsOneAgrees", {Says(Source::kText, {w}), Says(Source::kText, {p}), Says(Source::kCard, {p})}, {}},
      {"TwoTexts", {Says(Source::kText, {w}), Says(Source::kText, {p})}, {}},
      {"UsePolicyIsNoOpinion", {Says(Source::kText, {"acorn-policy"}), Says(Source::kCard, {a2})}, {}},
      {"OtherComponent", {Says(Source::kText, {w}, "unet"), Says(Source::kCard, {p})}, {}},
      {"ThirdPartyNotice", {Says(Source::kText, {w}, "notice:NOTICE"), Says(Source::kCard, {p}, "notice:NOTICE")}, {}},
      {"AllFour",
       {Says(Source::kText, {w}), Says(Source::kCard, {p}), Says(Source::kHeader, {a1}), Says(Source::kBase, {a2})},
       {Kind::text_against_card, Kind::text_against_header, Kind::text_against_base, Kind::header_against_card,
        Kind::card_against_base, Kind::header_against_base}},
  };
}

INSTANTIATE_TEST_SUITE_P(Table, ConflictsTest, ::testing::ValuesIn(Cases()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace weighbridge::provenance
