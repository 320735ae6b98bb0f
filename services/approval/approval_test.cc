// What was signed, and whether it holds: form, trust, time, scope, files; and what may be approved at all.
#include <functional>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "services/approval/approvable.h"
#include "services/approval/dsse.h"
#include "services/approval/refusal.h"
#include "services/approval/sample_approval.h"
#include "services/approval/statement.h"
#include "services/approval/trust.h"
#include "services/approval/verify.h"
#include "services/base/base64.h"

namespace weighbridge::approval {
namespace {

using Reason = v1::RefusalReason;

Reason::Value ReasonOf(const absl::Status& status) {
  const std::optional<v1::Refusal> refusal = RefusalOf(status);
  return refusal.has_value() ? refusal->reason() : Reason::refusal_reason_unspecified;
}

const Ed25519Signer& OurKey() {
  static const Ed25519Signer* const kKey = Ed25519Signer::Generate()->release();
  return *kKey;
}

TrustedKeys Ours() {
  TrustedKeys trusted;
  trusted.Trust({OurKey().public_key(), "ours", "self"});
  return trusted;
}

absl::Time At(std::string_view text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, {text.data(), text.size()}, &time, &error)) << error;
  return time;
}

TEST(RefusalTest, EveryReasonIsDescribedAndNoneExitsZero) {
  const auto* reasons = Reason::Value_descriptor();
  for (int i = 1; i < reasons->value_count(); ++i) {
    const auto reason = static_cast<Reason::Value>(reasons->value(i)->number());
    EXPECT_FALSE(InfoOf(reason).meaning().empty()) << reasons->value(i)->name();
    EXPECT_FALSE(InfoOf(reason).remedy().empty()) << reasons->value(i)->name();
    EXPECT_GE(ExitCodeOf(reason), 1) << reasons->value(i)->name();
    EXPECT_FALSE(Refuse(reason, "x").ok()) << reasons->value(i)->name();
    EXPECT_EQ(ReasonOf(Refuse(reason, "x")), reason);
  }
  EXPECT_NE(ExitCodeOf(static_cast<Reason::Value>(9999)), 0);
  EXPECT_FALSE(RefusalOf(absl::InternalError("x")).has_value());
}

TEST(StatementTest, RoundTrip) {
  const auto approval = VerifyApproval(SignedEnvelope(SampleDetails(), OurKey()), Ours());
  ASSERT_TRUE(approval.ok()) << approval.status();
  EXPECT_EQ(approval->statement.details.SerializeAsString(), SampleDetails().SerializeAsString());
  EXPECT_EQ(approval->trust, "self");
  EXPECT_EQ(approval->key_id, OurKey().public_key().key_id());
  EXPECT_EQ(approval->approval_id, ApprovalIdOf(approval->statement_bytes));
}

struct DetailsCase {
  std::string name;
  std::function<void(v1::ApprovalDetails&)> change;
};

// What is incomplete is not signed, so nobody has to refuse it later.
class IncompleteTest : public testing::TestWithParam<DetailsCase> {};

TEST_P(IncompleteTest, IsNotSigned) {
  v1::ApprovalDetails details = SampleDetails();
  GetParam().change(details);
  EXPECT_FALSE(MakeStatement(details).ok());
}

INSTANTIATE_TEST_SUITE_P(
    Details, IncompleteTest,
    testing::Values(
        DetailsCase{"NoVersion", [](auto& d) { d.clear_schema_version(); }},
        DetailsCase{"NoDecision", [](auto& d) { d.clear_decision(); }},
        DetailsCase{"Denied", [](auto& d) { d.set_decision(v1::DENIED); }},
        DetailsCase{"Undecided", [](auto& d) { d.set_decision(v1::UNDECIDED); }},
        DetailsCase{"ReviewOfNobody", [](auto& d) { d.set_decision(v1::NEEDS_REVIEW); }},
        DetailsCase{"NoParts", [](auto& d) { d.clear_parts(); }},
        DetailsCase{"PartsWithoutSet",
                    [](auto& d) {
                      *d.add_parts() = d.parts(0);
                      d.mutable_parts(1)->set_role("adapter");
                    }},
        DetailsCase{"SetOfOne", [](auto& d) { d.set_set_digest(std::string(64, 'e')); }},
        DetailsCase{"AdapterAlone", [](auto& d) { d.mutable_parts(0)->set_role("adapter"); }},
        DetailsCase{"NoModelDigest", [](auto& d) { d.mutable_parts(0)->clear_model_digest(); }},
        DetailsCase{"NoWeightsDigest", [](auto& d) { d.mutable_parts(0)->clear_weights_digest(); }},
        DetailsCase{"NoArtifacts", [](auto& d) { d.mutable_parts(0)->clear_artifacts(); }},
        DetailsCase{"ArtifactTwice", [](auto& d) { *d.mutable_parts(0)->add_artifacts() = d.parts(0).artifacts(2); }},
        DetailsCase{"UpperCaseDigest",
                    [](auto& d) { d.mutable_parts(0)->mutable_artifacts(0)->set_sha256(std::string(64, 'A')); }},
        DetailsCase{"BadName", [](auto& d) { d.mutable_parts(0)->mutable_artifacts(0)->set_path("a\nb"); }},
        DetailsCase{"NoExpiry", [](auto& d) { d.clear_expires(); }},
        DetailsCase{"EndsBeforeItBegins", [](auto& d) { d.set_expires("2026-11-26T11:59:59Z"); }},
        DetailsCase{"OtherFormOfInstant", [](auto& d) { d.set_expires("2027-02-24T12:00:00+00:00"); }},
        DetailsCase{"NoSuchDay", [](auto& d) { d.set_expires("2027-02-30T12:00:00Z"); }},
        DetailsCase{"NoRules", [](auto& d) { d.clear_rules_digest(); }},
        DetailsCase{"NoPolicy", [](auto& d) { d.clear_policy_digest(); }},
        DetailsCase{"Nobody", [](auto& d) { d.clear_by(); }},
        DetailsCase{"NoReason", [](auto& d) { d.clear_reason(); }},
        DetailsCase{"NoNonce", [](auto& d) { d.clear_nonce(); }}),
    [](const auto& info) { return info.param.name; });

// ---- trust
// -----------------------------------------------------------------------------------------------------------

TEST(TrustTest, FileOfKeys) {
  const std::string pem = OurKey().public_key().ToPem();
  std::string indented;
  for (size_t at = 0; at < pem.size();) {
    const size_t end = pem.find('\n', at);
    indented += "      " + pem.substr(at, end - at) + "\n";
    at = end + 1;
  }
  const auto yaml = ParseTrustFile("keys:\n  - name: release\n    public_key: |\n" + indented, "trust.yaml", "file");
  ASSERT_TRUE(yaml.ok()) << yaml.status();
  const auto pems = ParseTrustFile(pem, "keys.pem", "file");
  ASSERT_TRUE(pems.ok()) << pems.status();
  for (const TrustedKeys& trusted : {*yaml, *pems}) {
    ASSERT_EQ(trusted.keys().size(), 1u);
    const auto approval = VerifyApproval(SignedEnvelope(SampleDetails(), OurKey()), trusted);
    ASSERT_TRUE(approval.ok()) << approval.status();
    EXPECT_EQ(approval->trust, "file");
  }
}

TEST(TrustTest, FilesThatAreNone) {
  const std::string pem = OurKey().public_key().ToPem();
  for (const std::string& bytes :
       {std::string(), std::string("keys: []\n"), std::string("kyes: []\n"), pem.substr(0, 40), pem + "x",
        std::string("keys:\n  - public_key: nonsense\n"), std::string("distrusted:\n  - key_id: 12\n"),
        std::string("keys:\n  - {name: x, not_after: tomorrow}\n"), std::string("\xff\xfe")}) {
    EXPECT_FALSE(ParseTrustFile(bytes, "trust.yaml", "file").ok()) << bytes;
  }
}

TEST(TrustTest, WhyAnEnvelopeIsNotTrusted) {
  const auto other = Ed25519Signer::Generate();
  const std::string envelope = SignedEnvelope(SampleDetails(), OurKey());
  TrustedKeys others;
  others.Trust({(*other)->public_key(), "", "file"});
  EXPECT_EQ(ReasonOf(VerifyApproval(envelope, others).status()), Reason::key_unknown);
  EXPECT_EQ(ReasonOf(VerifyApproval(envelope, TrustedKeys()).status()), Reason::key_unknown);
  TrustedKeys distrusting = Ours();
  distrusting.Distrust({OurKey().public_key().key_id(), "lost"});
  EXPECT_EQ(ReasonOf(VerifyApproval(envelope, distrusting).status()), Reason::key_distrusted);
  others.Distrust({OurKey().public_key().key_id(), "lost"});
  EXPECT_EQ(ReasonOf(VerifyApproval(envelope, others).status()), Reason::key_distrusted);
}

TEST(TrustTest, KeysAreTrustedForTheirTime) {
  const std::string envelope = SignedEnvelope(SampleDetails(), OurKey());
  for (const auto& [from, to, holds] : std::vector<std::tuple<std::string, std::string, bool>>{
           {"2026-11-26T12:00:00Z", "2026-11-26T12:00:00Z", true},
           {"2026-11-26T12:00:01Z", "2027-11-26T12:00:00Z", false},
           {"2025-11-26T12:00:01Z", "2026-11-26T11:59:59Z", false}}) {
    TrustedKeys trusted;
    trusted.Trust({OurKey().public_key(), "", "file", At(from), At(to)});
    EXPECT_EQ(VerifyApproval(envelope, trusted).ok(), holds) << from;
  }
}

TEST(DsseTest, HintsDecideNothing) {
  Envelope envelope = *ParseEnvelope(SignedEnvelope(SampleDetails(), OurKey()));
  for (const std::string& hint : {std::string(), std::string("anything"), std::string(64, '0')}) {
    envelope.signatures[0].key_id = hint;
    EXPECT_TRUE(VerifyApproval(SerializeEnvelope(envelope), Ours()).ok()) << hint;
  }
  envelope.signatures.insert(envelope.signatures.begin(), {OurKey().public_key().key_id(), std::string(64, 'x')});
  EXPECT_TRUE(VerifyApproval(SerializeEnvelope(envelope), Ours()).ok()) << "one of two fits";
}

TEST(DsseTest, EncodingOfTheSpecification) {
  EXPECT_EQ(PreAuthenticationEncoding("http://example.com/HelloWorld", "hello world"),
            "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
}

// ---- time and scope
// --------------------------------------------------------------------------------------------------

TEST(TimeTest, BoundarySecondsAreInside) {
  const auto approval = VerifyApproval(SignedEnvelope(SampleDetails(), OurKey()), Ours());
  const std::pair<std::string_view, Reason::Value> kCases[] = {
      {"2026-11-26T11:59:59.999Z", Reason::not_yet_valid},
      {"2026-11-26T12:00:00Z", Reason::refusal_reason_unspecified},
      {"2027-02-24T12:00:00Z", Reason::refusal_reason_unspecified},
      {"2027-02-24T12:00:00.999Z", Reason::refusal_reason_unspecified},
      {"2027-02-24T12:00:01Z", Reason::expired}};
  for (const auto& [now, reason] : kCases) {
    const absl::Status status = CheckTime(approval->statement, At(now));
    EXPECT_EQ(ReasonOf(status), reason) << now;
    EXPECT_EQ(status.ok(), reason == Reason::refusal_reason_unspecified) << now;
  }
}

struct ScopeCase {
  std::string name;
  StatedScope stated;
  Reason::Value reason;
};

class ScopeTest : public testing::TestWithParam<ScopeCase> {};

TEST_P(ScopeTest, NarrowApproval) {
  v1::ApprovalScope scope;
  scope.add_use("commercial");
  scope.add_environments("production");
  scope.add_environments("staging");
  scope.add_regions("eu");
  scope.add_engines("engine-1");
  const absl::Status status = CheckScope(scope, GetParam().stated);
  EXPECT_EQ(ReasonOf(status), GetParam().reason);
  EXPECT_EQ(status.ok(), GetParam().reason == Reason::refusal_reason_unspecified);
}

INSTANTIATE_TEST_SUITE_P(
    Stated, ScopeTest,
    testing::Values(
        ScopeCase{"All", {"commercial", "staging", "eu", "engine-1"}, Reason::refusal_reason_unspecified},
        ScopeCase{"UseNotStated", {"", "production", "eu", "engine-1"}, Reason::refusal_reason_unspecified},
        ScopeCase{"OtherUse", {"research", "production", "eu", "engine-1"}, Reason::use_out_of_scope},
        ScopeCase{"NoEnvironment", {"commercial", "", "eu", "engine-1"}, Reason::environment_out_of_scope},
        ScopeCase{"OtherEnvironment", {"commercial", "Production", "eu", "engine-1"}, Reason::environment_out_of_scope},
        ScopeCase{"NoRegion", {"commercial", "production", "", "engine-1"}, Reason::region_out_of_scope},
        ScopeCase{"OtherRegion", {"commercial", "production", "us", "engine-1"}, Reason::region_out_of_scope},
        ScopeCase{"NoEngine", {"commercial", "production", "eu", ""}, Reason::engine_out_of_scope},
        ScopeCase{"OtherEngine", {"commercial", "production", "eu", "engine-2"}, Reason::engine_out_of_scope}),
    [](const auto& info) { return info.param.name; });

TEST(ScopeTest, WideApprovalHoldsWhateverIsStatedButForTheUse) {
  EXPECT_TRUE(CheckScope({}, {"", "production", "eu", "engine-1"}).ok());
  EXPECT_EQ(ReasonOf(CheckScope({}, {"commercial", "", "", ""})), Reason::use_out_of_scope);
}

// ---- files
// -----------------------------------------------------------------------------------------------------------

struct FilesCase {
  std::string name;
  std::function<void(std::vector<MeasuredArtifact>&)> change;
  Reason::Value reason;
  std::vector<std::string> documents;
};

class FilesTest : public testing::TestWithParam<FilesCase> {};

TEST_P(FilesTest, AgainstTheApproved) {
  const v1::ApprovalDetails details = SampleDetails();
  std::vector<MeasuredArtifact> measured;
  for (const auto& artifact : details.parts(0).artifacts()) {
    measured.push_back({artifact.path(), artifact.role(), artifact.sha256()});
  }
  GetParam().change(measured);
  std::vector<std::string> documents;
  EXPECT_EQ(ReasonOf(CheckArtifacts(details.parts(0), measured, &documents)), GetParam().reason);
  if (GetParam().reason == Reason::refusal_reason_unspecified) {
    EXPECT_EQ(documents, GetParam().documents);
  }
}

const std::string kOther(64, '9');

INSTANTIATE_TEST_SUITE_P(
    Measured, FilesTest,
    testing::Values(
        FilesCase{"Same", [](auto&) {}, Reason::refusal_reason_unspecified, {}},
        FilesCase{
            "CardChanged", [](auto& m) { m[0].sha256 = kOther; }, Reason::refusal_reason_unspecified, {"README.md"}},
        FilesCase{"CardGone", [](auto& m) { m.erase(m.begin()); }, Reason::refusal_reason_unspecified, {"README.md"}},
        FilesCase{"NewNotice",
                  [](auto& m) {
                    m.push_back({"NOTICE", "notice", kOther});
                  },
                  Reason::refusal_reason_unspecified,
                  {"NOTICE"}},
        FilesCase{"ConfigChanged", [](auto& m) { m[1].sha256 = kOther; }, Reason::file_changed, {}},
        FilesCase{"WeightsChanged", [](auto& m) { m[2].sha256 = kOther; }, Reason::file_changed, {}},
        FilesCase{"CardThatIsWeightsNow",
                  [](auto& m) {
                    m[0] = {"README.md", "weights", kOther};
                  },
                  Reason::file_changed,
                  {}},
        FilesCase{"WeightsThatAreACardNow",
                  [](auto& m) {
                    m[2] = {"model.gguf", "card", kOther};
                  },
                  Reason::file_changed,
                  {}},
        FilesCase{"ConfigMissing", [](auto& m) { m.erase(m.begin() + 1); }, Reason::file_missing, {}},
        FilesCase{"ExtraWeights",
                  [](auto& m) {
                    m.push_back({"more.gguf", "weights", kOther});
                  },
                  Reason::file_extra,
                  {}},
        FilesCase{"ExtraTokenizer",
                  [](auto& m) {
                    m.push_back({"tokenizer.json", "tokenizer", kOther});
                  },
                  Reason::file_extra,
                  {}},
        FilesCase{"ExtraOfUnknownRole",
                  [](auto& m) {
                    m.push_back({"x", "hologram", kOther});
                  },
                  Reason::file_extra,
                  {}}),
    [](const auto& info) { return info.param.name; });

// ---- what may be approved
// --------------------------------------------------------------------------------------------

v1::GateResult Approvable() {
  v1::GateResult result;
  result.set_decision(v1::APPROVED);
  result.mutable_model()->set_digest(std::string(64, 'a'));
  result.mutable_model()->set_weights_digest(std::string(64, 'b'));
  v1::ArtifactSummary& artifact = *result.mutable_model()->add_artifacts();
  artifact.set_path("model.gguf");
  artifact.set_role("weights");
  artifact.set_sha256(std::string(64, 'c'));
  result.set_rules_digest(std::string(64, 'd'));
  result.set_policy_digest(std::string(64, 'e'));
  result.set_evaluated_at("2026-11-26T12:00:00Z");
  return result;
}

struct ApprovableCase {
  std::string name;
  std::function<void(v1::GateResult&)> change;
  bool reviewed;
  Reason::Value reason;
};

class ApprovableTest : public testing::TestWithParam<ApprovableCase> {};

TEST_P(ApprovableTest, Decides) {
  v1::GateResult result = Approvable();
  GetParam().change(result);
  EXPECT_EQ(ReasonOf(CheckApprovable({{&result, ""}}, GetParam().reviewed)), GetParam().reason);
  ApproveTerms terms;
  terms.by = "Ada";
  terms.reason = "needed";
  terms.not_before = At("2026-11-26T12:00:00Z");
  terms.expires = terms.not_before + kTermDefault;
  terms.reviewed = GetParam().reviewed;
  const auto details = MakeDetails({{&result, ""}}, terms, {"commercial"}, std::nullopt);
  EXPECT_EQ(details.ok(), GetParam().reason == Reason::refusal_reason_unspecified) << details.status();
  if (details.ok()) {
    EXPECT_TRUE(MakeStatement(*details).ok()) << MakeStatement(*details).status();
  }
}

void AddFinding(v1::GateResult& result, v1::Outcome::Value outcome, std::string rule = "term.threshold") {
  v1::Finding& finding = *result.add_findings();
  finding.set_outcome(outcome);
  finding.set_rule_id(std::move(rule));
  finding.set_message("something");
}

void AddModifiedText(v1::GateResult& result) {
  v1::LicenseSummary& license = *result.add_licenses();
  license.set_license_id("MIT");
  license.set_match(v1::Match::MODIFIED);
  license.set_governs(true);
}

INSTANTIATE_TEST_SUITE_P(
    Results, ApprovableTest,
    testing::Values(
        ApprovableCase{"Approved", [](auto&) {}, false, Reason::refusal_reason_unspecified},
        ApprovableCase{"Denied", [](auto& r) { r.set_decision(v1::DENIED); }, true, Reason::denied},
        ApprovableCase{"Unset", [](auto& r) { r.clear_decision(); }, true, Reason::denied},
        ApprovableCase{"Undecided", [](auto& r) { r.set_decision(v1::UNDECIDED); }, true, Reason::undecided},
        ApprovableCase{"UndecidedFindingUnderAWaiver",
                       [](auto& r) {
                         AddFinding(r, v1::Outcome::UNDECIDED, "file.malformed");
                         r.mutable_findings(0)->set_waived_by("somebody");
                       },
                       true, Reason::undecided},
        ApprovableCase{"ReviewOpen",
                       [](auto& r) {
                         r.set_decision(v1::NEEDS_REVIEW);
                         AddFinding(r, v1::Outcome::NEEDS_REVIEW);
                       },
                       false, Reason::review_open},
        ApprovableCase{"Reviewed",
                       [](auto& r) {
                         r.set_decision(v1::NEEDS_REVIEW);
                         AddFinding(r, v1::Outcome::NEEDS_REVIEW);
                       },
                       true, Reason::refusal_reason_unspecified},
        ApprovableCase{"ReviewedWithNothingToLookAt",
                       [](auto& r) {
                         r.set_decision(v1::NEEDS_REVIEW);
                         AddFinding(r, v1::Outcome::NEEDS_REVIEW, "license.version_unknown");
                         r.mutable_findings(0)->set_waived_by("somebody");
                       },
                       true, Reason::review_open},
        ApprovableCase{"Modified", [](auto& r) { AddModifiedText(r); }, true, Reason::modified_text},
        ApprovableCase{"ModifiedWithRulingOfNoEvidence",
                       [](auto& r) {
                         AddModifiedText(r);
                         AddFinding(r, v1::Outcome::INFO, "ruling.applied");
                       },
                       true, Reason::modified_text},
        ApprovableCase{"ModifiedWithRuling",
                       [](auto& r) {
                         AddModifiedText(r);
                         AddFinding(r, v1::Outcome::INFO, "ruling.applied");
                         r.mutable_findings(0)->add_evidence()->set_key("evidence_sha256");
                       },
                       false, Reason::refusal_reason_unspecified},
        ApprovableCase{"RulingForAnotherComponent",
                       [](auto& r) {
                         AddModifiedText(r);
                         AddFinding(r, v1::Outcome::INFO, "ruling.applied");
                         r.mutable_findings(0)->set_component("vae");
                         r.mutable_findings(0)->add_evidence()->set_key("evidence_sha256");
                       },
                       true, Reason::modified_text},
        ApprovableCase{"Claimed", [](auto& r) { r.mutable_model()->set_claimed(true); }, true, Reason::claimed_bytes},
        ApprovableCase{"ClaimedFile", [](auto& r) { r.mutable_model()->mutable_artifacts(0)->set_claimed(true); }, true,
                       Reason::claimed_bytes},
        ApprovableCase{"NoDigest", [](auto& r) { r.mutable_model()->clear_digest(); }, true,
                       Reason::model_without_digest},
        ApprovableCase{"NoWeights", [](auto& r) { r.mutable_model()->clear_weights_digest(); }, true,
                       Reason::model_without_digest}),
    [](const auto& info) { return info.param.name; });

TEST(ApprovableTest, TermAndWho) {
  const v1::GateResult result = Approvable();
  ApproveTerms terms;
  terms.by = "Ada";
  terms.reason = "needed";
  terms.not_before = At("2026-11-26T12:00:00Z");
  terms.expires = terms.not_before + kTermMax;
  EXPECT_TRUE(MakeDetails({{&result, ""}}, terms, {}, std::nullopt).ok());
  ApproveTerms longer = terms, ended = terms, nobody = terms, unsaid = terms;
  longer.expires += absl::Seconds(1);
  ended.expires = terms.not_before - absl::Seconds(1);
  nobody.by = "";
  unsaid.reason = "";
  for (const ApproveTerms& bad : {longer, ended, nobody, unsaid}) {
    EXPECT_EQ(MakeDetails({{&result, ""}}, bad, {}, std::nullopt).status().code(), absl::StatusCode::kInvalidArgument);
  }
  EXPECT_FALSE(MakeDetails({}, terms, {}, std::nullopt).ok());
}

}  // namespace
}  // namespace weighbridge::approval
