#include "services/policy/waivers.h"

#include "gtest/gtest.h"
#include "services/policy/decide.h"

namespace weighbridge::policy {
namespace {

absl::Time At(std::string_view text) {
  absl::Time time;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, {text.data(), text.size()}, &time, nullptr)) << text;
  return time;
}

v1::Finding Violated(std::string rule = "term.territory") {
  v1::Finding finding;
  finding.set_rule_id(std::move(rule));
  finding.set_outcome(v1::Outcome::VIOLATED);
  finding.set_license_id("L");
  finding.set_component("vae");
  finding.set_clause("3");
  return finding;
}

SignedWaiver Waiver(std::string rule = "term.territory") {
  SignedWaiver waiver;
  waiver.id = std::string(64, 'a');
  waiver.waiver.set_rule_id(std::move(rule));
  waiver.waiver.set_by("Ada");
  waiver.waiver.set_reason("agreed by counsel");
  waiver.waiver.set_issued_at("2026-11-01T00:00:00Z");
  waiver.waiver.set_until("2026-12-01T00:00:00Z");
  return waiver;
}

struct Case {
  std::string name;
  SignedWaiver waiver;
  v1::Finding finding;
  std::string at;
  v1::Decision decision;
  std::string told;  // rule id of the finding that is added; empty: none
};

template <typename Change>
SignedWaiver Changed(Change change) {
  SignedWaiver waiver = Waiver();
  change(waiver.waiver);
  return waiver;
}

v1::Finding With(v1::Outcome::Value outcome, std::string rule = "term.territory") {
  v1::Finding finding = Violated(std::move(rule));
  finding.set_outcome(outcome);
  return finding;
}

class WaiversTest : public testing::TestWithParam<Case> {};

TEST_P(WaiversTest, Decides) {
  std::vector<v1::Finding> findings = {GetParam().finding};
  ApplyWaivers({GetParam().waiver}, At(GetParam().at), &findings);
  EXPECT_EQ(Decide(findings, {}, true), GetParam().decision);
  ASSERT_EQ(findings.size(), GetParam().told.empty() ? 1u : 2u);
  if (GetParam().told.empty()) return;
  EXPECT_EQ(findings[1].rule_id(), GetParam().told);
  EXPECT_EQ(findings[1].outcome(), v1::Outcome::INFO);
}

const char kIn[] = "2026-11-15T00:00:00Z";

INSTANTIATE_TEST_SUITE_P(
    Waivers, WaiversTest,
    testing::Values(
        Case{"Fits", Waiver(), Violated(), kIn, v1::APPROVED, ""},
        Case{"FitsReview", Waiver(), With(v1::Outcome::NEEDS_REVIEW), kIn, v1::APPROVED, ""},
        Case{"FirstSecond", Waiver(), Violated(), "2026-11-01T00:00:00Z", v1::APPROVED, ""},
        Case{"LastSecond", Waiver(), Violated(), "2026-12-01T00:00:00Z", v1::APPROVED, ""},
        Case{"ASecondEarly", Waiver(), Violated(), "2026-10-31T23:59:59Z", v1::DENIED, "waiver.unused"},
        Case{"ASecondLate", Waiver(), Violated(), "2026-12-01T00:00:01Z", v1::DENIED, "waiver.expired"},
        Case{"OtherRule", Waiver("term.hosting"), Violated(), kIn, v1::DENIED, "waiver.unused"},
        Case{"SameLicense", Changed([](auto& w) { w.set_license_id("L"); }), Violated(), kIn, v1::APPROVED, ""},
        Case{"OtherLicense", Changed([](auto& w) { w.set_license_id("M"); }), Violated(), kIn, v1::DENIED,
             "waiver.unused"},
        Case{"OtherComponent", Changed([](auto& w) { w.set_component("unet"); }), Violated(), kIn, v1::DENIED,
             "waiver.unused"},
        Case{"OtherClause", Changed([](auto& w) { w.set_clause("4"); }), Violated(), kIn, v1::DENIED, "waiver.unused"},
        Case{"Undecided", Waiver(), With(v1::Outcome::UNDECIDED), kIn, v1::UNDECIDED, "waiver.unused"},
        Case{"Integrity", Waiver("file.malformed"), With(v1::Outcome::VIOLATED, "file.malformed"), kIn, v1::DENIED,
             "waiver.invalid"},
        Case{"WithoutEnd", Changed([](auto& w) { w.clear_until(); }), Violated(), kIn, v1::DENIED, "waiver.expired"},
        Case{"WithoutBeginning", Changed([](auto& w) { w.clear_issued_at(); }), Violated(), kIn, v1::DENIED,
             "waiver.unused"}),
    [](const auto& info) { return info.param.name; });

TEST(WaiversTest, NamesThePersonAndTheEnd) {
  std::vector<v1::Finding> findings = {Violated()};
  ApplyWaivers({Waiver()}, At(kIn), &findings);
  EXPECT_EQ(findings[0].waived_by(), "Ada until 2026-12-01T00:00:00Z: agreed by counsel (waiver aaaaaaaaaaaa)");
}

}  // namespace
}  // namespace weighbridge::policy
