// Approving, verifying, revoking and checking again, over real folders and a store in memory.
#include "services/auditor/approve.h"

#include <unistd.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "services/approval/dsse.h"
#include "services/approval/refusal.h"
#include "services/approval/sample_approval.h"
#include "services/approval/statement.h"
#include "services/auditor/exceptions.h"
#include "services/crypto/sha256.h"
#include "services/rulebook/fixture.h"
#include "tests/support/model_builder.h"
#include "tests/support/temp_dir.h"

namespace weighbridge::auditor {
namespace {

using rulebook::WillowText;
using testing_support::BuildLfsPointer;
using testing_support::BuildModelCard;
using testing_support::BuildSafetensors;
using testing_support::TempDir;
using Reason = v1::RefusalReason;

constexpr auto kNone = Reason::refusal_reason_unspecified;
const char kCommercial[] = "use: commercial\n";
const char kPebbleCard[] = "license: other\nlicense_name: pebble\n";

std::shared_ptr<const rulebook::Rulebook> Load(std::vector<rulebook::RuleFile> files) {
  std::vector<rulebook::RuleIssue> issues;
  auto rules = rulebook::Rulebook::FromFiles(std::move(files), &issues);
  EXPECT_TRUE(rules.ok()) << rulebook::ToString(issues);
  return *rules;
}

const rulebook::Rulebook& Rules() {
  static const auto rules = Load(rulebook::MiniRulebook());
  return *rules;
}

// Today's rules, under which a commercial user of Willow has no rights any more.
const rulebook::Rulebook& StricterRules() {
  static const auto rules = [] {
    std::vector<rulebook::RuleFile> files = rulebook::MiniRulebook();
    rulebook::Edit("licenses/Willow-1.0/rule.textproto", "OPEN_WEIGHTS_PERMISSIVE", "OPEN_WEIGHTS_RESTRICTED", &files);
    rulebook::Edit("licenses/Willow-1.0/rule.textproto", "permissions { right: use stance: allowed",
                   "tests { id: \"purpose\" clause: \"9\" summary: \"Research only.\" kind: purpose "
                   "when { not { fact { id: use any_of: \"research\" } } } effect: all_rights }\n"
                   "permissions { right: use stance: allowed",
                   &files);
    return Load(std::move(files));
  }();
  return *rules;
}

const Ed25519Signer& OurKey() {
  static const Ed25519Signer* const kKey = Ed25519Signer::Generate()->release();
  return *kKey;
}

approval::TrustedKeys Ours() {
  approval::TrustedKeys trusted;
  trusted.Trust({OurKey().public_key(), "ours", "self"});
  return trusted;
}

absl::Time At(std::string_view text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, {text.data(), text.size()}, &time, &error)) << error;
  return time;
}

const absl::Time kNow = At("2026-11-26T12:00:00Z");

std::string Weights(uint32_t seed = 1) { return BuildSafetensors({{"model.norm.weight", "F32", {2, 2}}}, {}, seed); }

// Models and a database.
class Approvals {
 public:
  Approvals() {
    db::StoreOptions options;
    options.path = ":memory:";
    auto opened = db::Store::Open(options);
    EXPECT_TRUE(opened.ok()) << opened.status();
    store = *std::move(opened);
    Willow("model");
  }

  void Willow(const std::string& folder) const {
    dir.Write(folder + "/model.safetensors", Weights());
    dir.Write(folder + "/config.json", "{\"model_type\": \"acorn\"}\n");
    dir.Write(folder + "/LICENSE", WillowText());
  }
  void Pebble(const std::string& folder) const {
    dir.Write(folder + "/model.safetensors", Weights(2));
    dir.Write(folder + "/README.md", BuildModelCard(kPebbleCard, "# m\n"));
  }
  void Adapter(const std::string& folder) const {
    dir.Write(folder + "/adapter_model.safetensors",
              BuildSafetensors({{"base_model.model.layers.0.q.lora_A.weight", "F32", {8, 2}},
                                {"base_model.model.layers.0.q.lora_B.weight", "F32", {2, 8}}}));
    dir.Write(folder + "/adapter_config.json",
              R"({"peft_type": "LORA", "r": 8, "base_model_name_or_path": "willow-group/tree"})");
    dir.Write(folder + "/LICENSE", WillowText());
  }

  ApproveRequest Request() const {
    ApproveRequest request;
    request.gate.collect.path = dir.At("model");
    request.gate.inputs.evaluated_at = kNow;
    request.gate.inputs.profile = ConfigFile{"p.yaml", kCommercial};
    request.terms.by = "Ada";
    request.terms.reason = "first release";
    request.terms.not_before = kNow;
    request.terms.expires = kNow + approval::kTermDefault;
    request.trust = "self";
    return request;
  }
  ApproveResponse Approve(const ApproveRequest& request) const {
    const absl::StatusOr<ApproveResponse> response = auditor::Approve(request, Rules(), *store, OurKey());
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? *response : ApproveResponse();
  }

  VerifyRequest Verifying(const std::string& envelope = "") const {
    VerifyRequest request;
    request.collect.path = dir.At("model");
    request.envelope = envelope;
    request.now = kNow;
    return request;
  }
  v1::VerifyResult Verify(const VerifyRequest& request, bool with_store = true) const {
    const auto result = VerifyModel(request, Ours(), with_store ? store.get() : nullptr);
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *result : v1::VerifyResult();
  }
  std::vector<v1::RecheckResult> Recheck(const rulebook::Rulebook& rules,
                                         const std::function<void(GateInputs&)>& change = nullptr) const {
    GateInputs inputs;
    inputs.evaluated_at = kNow;
    inputs.trusted = [] { return Ours(); };
    if (change) change(inputs);
    const auto results = RecheckApprovals(inputs, Ours(), rules, *store);
    EXPECT_TRUE(results.ok()) << results.status();
    return results.ok() ? *results : std::vector<v1::RecheckResult>();
  }
  std::vector<v1::ApprovalSummary> List(bool standing, absl::Time now = kNow,
                                        const approval::TrustedKeys& trusted = Ours()) const {
    const auto listed = ListApprovals({}, standing, now, trusted, 10, 0, *store);
    EXPECT_TRUE(listed.ok()) << listed.status();
    return listed.ok() ? listed->approvals : std::vector<v1::ApprovalSummary>();
  }
  std::vector<std::string> EventKinds() const {
    const auto events = store->ListEvents(0, db::kPageSizeMax);
    EXPECT_TRUE(events.ok()) << events.status();
    std::vector<std::string> kinds;
    for (const db::EventRecord& event : *events) kinds.push_back(event.kind);
    return kinds;
  }

  TempDir dir;
  std::unique_ptr<db::Store> store;
};

// ---- approve ------------------------------------------------------------------------------------------------------

TEST(ApproveTest, SignsWhatWasMeasuredAndRecordsBothWithTheirEvents) {
  const Approvals a;
  const ApproveResponse response = a.Approve(a.Request());
  ASSERT_FALSE(response.result.has_refusal()) << response.result.refusal().message();
  EXPECT_EQ(response.result.trust(), "self");
  EXPECT_EQ(response.result.key_id(), OurKey().public_key().key_id());
  EXPECT_EQ(a.EventKinds(), (std::vector<std::string>{"decision", "approval"}));

  const auto verified = approval::VerifyApproval(response.envelope, Ours());
  ASSERT_TRUE(verified.ok()) << verified.status();
  EXPECT_EQ(verified->approval_id, response.result.approval_id());
  const v1::ApprovalDetails& details = verified->statement.details;
  ASSERT_EQ(details.parts_size(), 1);
  ASSERT_EQ(details.parts(0).artifacts_size(), 3);
  EXPECT_EQ(details.parts(0).artifacts(0).path(), "LICENSE");
  EXPECT_EQ(details.parts(0).artifacts(2).sha256(), Sha256Hex(Weights()));
  ASSERT_EQ(details.scope().use_size(), 1);
  EXPECT_EQ(details.scope().use(0), "commercial");
  EXPECT_EQ(details.scope().environments_size() + details.scope().regions_size() + details.scope().engines_size(), 0);
  EXPECT_FALSE(details.scope().has_user_ceiling());
  EXPECT_EQ(details.not_before(), "2026-11-26T12:00:00Z");
  EXPECT_EQ(details.expires(), "2027-02-24T12:00:00Z");
  EXPECT_EQ(details.rules_digest(), Rules().digest());
  EXPECT_TRUE(a.store->GetDecision(details.decision_id()).ok());
  EXPECT_TRUE(a.store->VerifyAll().ok()) << a.store->VerifyAll();
}

TEST(ApproveTest, TheCeilingIsThatOfTheGoverningLicence) {
  const Approvals a;
  a.dir.Write("model/LICENSE", "");
  a.dir.Write("model/README.md", BuildModelCard("license: other\nlicense_name: acorn-1.0\n", "# m\n"));
  ApproveRequest request = a.Request();
  request.terms.reviewed = true;
  const ApproveResponse response = a.Approve(request);
  ASSERT_TRUE(response.result.scope().has_user_ceiling()) << response.result.DebugString();
  EXPECT_EQ(response.result.scope().user_ceiling().value(), 10000000);
  EXPECT_EQ(response.result.scope().user_ceiling().license_id(), "LicenseRef-acorn-1.0");
}

// The same request id answers with the first approval; none signs twice.
TEST(ApproveTest, ARequestIsAnsweredOnce) {
  const Approvals a;
  ApproveRequest request = a.Request();
  request.request = {"r-1", Sha256Hex("what was asked")};
  const ApproveResponse first = a.Approve(request), second = a.Approve(request);
  EXPECT_EQ(first.result.approval_id(), second.result.approval_id());
  EXPECT_EQ(first.envelope, second.envelope);
  EXPECT_EQ(a.List(false).size(), 1u);
  request.request = {};
  EXPECT_NE(a.Approve(request).result.approval_id(), first.result.approval_id());
}

struct RefusedCase {
  std::string name;
  std::function<void(const Approvals&, ApproveRequest&)> change;
  Reason::Value reason;
};
void PrintTo(const RefusedCase& c, std::ostream* os) { *os << c.name; }

class RefusedTest : public testing::TestWithParam<RefusedCase> {};

TEST_P(RefusedTest, IsAnAnswerAndNothingIsSigned) {
  const Approvals a;
  ApproveRequest request = a.Request();
  GetParam().change(a, request);
  const size_t before = a.EventKinds().size();
  const ApproveResponse response = a.Approve(request);
  EXPECT_EQ(response.result.refusal().reason(), GetParam().reason) << response.result.refusal().message();
  EXPECT_FALSE(response.result.refusal().remedy().empty());
  EXPECT_NE(approval::ExitCodeOf(response.result.refusal().reason()), 0);
  EXPECT_EQ(response.envelope, "");
  EXPECT_EQ(response.result.approval_id(), "");
  EXPECT_TRUE(a.List(false).empty());
  const std::vector<std::string> events = a.EventKinds();
  ASSERT_EQ(events.size(), before + 1 + request.adapters.size()) << "the decision itself is recorded";
  EXPECT_EQ(events.back(), "decision");
}

INSTANTIATE_TEST_SUITE_P(
    Models, RefusedTest,
    testing::Values(RefusedCase{"Denied",
                                [](const Approvals& a, ApproveRequest& r) {
                                  a.Pebble("pebble");
                                  r.gate.collect.path = a.dir.At("pebble");
                                  r.terms.reviewed = true;
                                },
                                Reason::denied},
                    RefusedCase{"DeniedWhereThePolicyOnlyWarns",
                                [](const Approvals& a, ApproveRequest& r) {
                                  a.Pebble("pebble");
                                  r.gate.collect.path = a.dir.At("pebble");
                                  r.gate.inputs.mode = v1::warn;
                                  r.terms.reviewed = true;
                                },
                                Reason::denied},
                    RefusedCase{"Malformed",
                                [](const Approvals& a, ApproveRequest& r) {
                                  a.dir.Write("model/model.safetensors", Weights().substr(0, 40));
                                  r.terms.reviewed = true;
                                },
                                Reason::undecided},
                    RefusedCase{"Fifo",
                                [](const Approvals& a, ApproveRequest& r) {
                                  a.dir.Fifo("model/pipe");
                                  r.terms.reviewed = true;
                                },
                                Reason::undecided},
                    RefusedCase{"NothingThere",
                                [](const Approvals& a, ApproveRequest& r) {
                                  r.gate.collect.path = a.dir.Folder("empty");
                                  r.terms.reviewed = true;
                                },
                                Reason::undecided},
                    RefusedCase{"NoLicence",
                                [](const Approvals& a, ApproveRequest& r) {
                                  a.dir.Write("bare/model.safetensors", Weights(3));
                                  r.gate.collect.path = a.dir.At("bare");
                                },
                                Reason::review_open},
                    RefusedCase{"ModifiedTextAlsoWhenReviewed",
                                [](const Approvals& a, ApproveRequest& r) {
                                  std::string text(WillowText());
                                  text.replace(text.find("may plant"), 9, "must plant");
                                  a.dir.Write("model/LICENSE", text);
                                  r.terms.reviewed = true;
                                },
                                Reason::modified_text},
                    RefusedCase{"PointersThatNobodyMeasured",
                                [](const Approvals& a, ApproveRequest& r) {
                                  a.dir.Write("model/model.safetensors", BuildLfsPointer(std::string(64, 'b'), 1000));
                                  r.terms.reviewed = true;
                                },
                                Reason::undecided},
                    // The gate answers these from the earlier audit; an approval is for bytes that were read.
                    RefusedCase{"PointersThatWereMeasuredBefore",
                                [](const Approvals& a, ApproveRequest& r) {
                                  GateRequest gate = r.gate;
                                  ASSERT_TRUE(RunGate(gate, Rules(), a.store.get()).ok());
                                  a.dir.Write("model/model.safetensors",
                                              BuildLfsPointer(Sha256Hex(Weights()), Weights().size()));
                                  r.terms.reviewed = true;
                                },
                                Reason::claimed_bytes},
                    RefusedCase{"AdapterIsDenied",
                                [](const Approvals& a, ApproveRequest& r) {
                                  a.Adapter("adapter");
                                  a.dir.Write("adapter/README.md", BuildModelCard(kPebbleCard, "# a\n"));
                                  r.adapters = {a.dir.At("adapter")};
                                  r.terms.reviewed = true;
                                },
                                Reason::denied}),
    [](const auto& info) { return info.param.name; });

TEST(ApproveTest, ReviewedPutsNameAndReasonAgainstEachOpenFinding) {
  const Approvals a;
  a.dir.Write("bare/model.safetensors", Weights(3));
  ApproveRequest request = a.Request();
  request.gate.collect.path = a.dir.At("bare");
  request.terms.reviewed = true;
  const ApproveResponse response = a.Approve(request);
  ASSERT_FALSE(response.result.has_refusal()) << response.result.refusal().message();
  EXPECT_EQ(response.decision, v1::NEEDS_REVIEW);
  const auto record = ShowApproval(response.result.approval_id(), kNow, Ours(), *a.store);
  ASSERT_TRUE(record.ok()) << record.status();
  ASSERT_GT(record->details().reviewed_size(), 0);
  for (const v1::ReviewedFinding& finding : record->details().reviewed()) {
    EXPECT_EQ(finding.by(), "Ada");
    EXPECT_EQ(finding.reason(), "first release");
  }
}

TEST(ApproveTest, WhatIsNoApprovalAtAllIsAnError) {
  const Approvals a;
  ApproveRequest unrecorded = a.Request(), ended = a.Request(), nowhere = a.Request(), nobody = a.Request();
  unrecorded.gate.inputs.record = false;
  ended.terms.expires = ended.terms.not_before - absl::Seconds(1);
  nowhere.gate.collect.path = a.dir.At("nowhere");
  nobody.terms.by = "";
  for (const ApproveRequest& request : {unrecorded, ended, nowhere, nobody}) {
    EXPECT_FALSE(auditor::Approve(request, Rules(), *a.store, OurKey()).ok());
  }
  ApproveRequest plain_over_base = a.Request();
  a.Pebble("pebble");
  plain_over_base.adapters = {a.dir.At("pebble")};
  const auto refused = auditor::Approve(plain_over_base, Rules(), *a.store, OurKey());
  EXPECT_FALSE(refused.ok() && !refused->result.has_refusal()) << "a model of its own is no adapter";
  EXPECT_TRUE(a.List(false).empty());
}

class BrokenSigner final : public Signer {
 public:
  const PublicKey& public_key() const override { return OurKey().public_key(); }
  absl::StatusOr<std::string> Sign(std::string_view) const override {
    return absl::UnavailableError("the device does not answer");
  }
};

TEST(ApproveTest, ASignerThatFailsLeavesNoApproval) {
  const Approvals a;
  const auto response = auditor::Approve(a.Request(), Rules(), *a.store, BrokenSigner());
  EXPECT_EQ(response.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(a.List(false).empty());
  EXPECT_EQ(a.EventKinds(), std::vector<std::string>{"decision"});
}

TEST(ApproveTest, DeniedIsApprovableUnderASignedWaiver) {
  const Approvals a;
  a.Pebble("pebble");
  ApproveRequest request = a.Request();
  request.gate.collect.path = a.dir.At("pebble");
  request.gate.inputs.trusted = [] { return Ours(); };
  const ApproveResponse denied = a.Approve(request);
  ASSERT_EQ(denied.result.refusal().reason(), Reason::denied);
  for (const char* rule : {"term.purpose", "term.threshold"}) {
    WaiveRequest waive;
    waive.waiver.set_model_digest(denied.result.model_digest());
    waive.waiver.set_rule_id(rule);
    waive.waiver.set_by("Counsel");
    waive.waiver.set_reason("licence bought");
    waive.waiver.set_until("2026-12-31T00:00:00Z");
    waive.now = kNow;
    const auto waived = Waive(waive, OurKey(), a.store.get());
    ASSERT_TRUE(waived.ok()) << waived.status();
  }
  request.terms.reviewed = true;
  const ApproveResponse approved = a.Approve(request);
  ASSERT_FALSE(approved.result.has_refusal()) << approved.result.refusal().message();
  // The waivers end before the approval does: from then on it could not be issued again.
  EXPECT_TRUE(a.Recheck(Rules()).at(0).passes()) << a.Recheck(Rules()).at(0).DebugString();
  const auto later = a.Recheck(Rules(), [](GateInputs& inputs) { inputs.evaluated_at = At("2027-01-01T00:00:00Z"); });
  ASSERT_EQ(later.size(), 1u);
  EXPECT_EQ(later[0].refusal().reason(), Reason::denied);
}

// ---- sets ---------------------------------------------------------------------------------------------------------

TEST(ApproveTest, ASetIsVerifiedAsThatSet) {
  const Approvals a;
  a.Adapter("adapter");
  ApproveRequest request = a.Request();
  request.adapters = {a.dir.At("adapter")};
  const ApproveResponse response = a.Approve(request);
  ASSERT_FALSE(response.result.has_refusal()) << response.result.refusal().message();
  const auto record = ShowApproval(response.result.approval_id(), kNow, Ours(), *a.store);
  ASSERT_TRUE(record.ok()) << record.status();
  ASSERT_EQ(record->details().parts_size(), 2);
  std::vector<std::string> lines;
  for (const v1::ApprovedPart& part : record->details().parts())
    lines.push_back(part.model_digest() + "  " + part.role() + "\n");
  std::sort(lines.begin(), lines.end());
  EXPECT_EQ(response.result.set_digest(), Sha256Hex(lines[0] + lines[1]));

  VerifyRequest verify = a.Verifying();
  EXPECT_EQ(a.Verify(verify).refusal().reason(), Reason::no_approval) << "the base alone was not approved";
  verify.adapters = request.adapters;
  EXPECT_TRUE(a.Verify(verify).verified());
  verify.envelope = response.envelope;
  EXPECT_TRUE(a.Verify(verify, /*with_store=*/false).verified());
  verify.adapters.clear();
  EXPECT_EQ(a.Verify(verify).refusal().reason(), Reason::digest_mismatch);
  verify.adapters = request.adapters;
  a.dir.Write("adapter/adapter_config.json", "{\"peft_type\": \"LORA\", \"r\": 9}");
  EXPECT_EQ(a.Verify(verify).refusal().reason(), Reason::file_changed);
}

// The base may hold while what is laid over it does not.
TEST(RecheckTest, LooksAtAdaptersToo) {
  const Approvals a;
  a.Adapter("adapter");
  // Terms of the adapter alone: the base stays as permissive as it was.
  a.dir.Write("adapter/LICENSE", "");
  a.dir.Write("adapter/README.md", BuildModelCard("license: other\nlicense_name: acorn-2.0\n", "# a\n"));
  ApproveRequest request = a.Request();
  request.adapters = {a.dir.At("adapter")};
  request.terms.reviewed = true;
  const ApproveResponse response = a.Approve(request);
  ASSERT_FALSE(response.result.has_refusal()) << response.result.refusal().message();
  ASSERT_EQ(a.Recheck(Rules()).size(), 1u);
  EXPECT_TRUE(a.Recheck(Rules()).at(0).passes()) << a.Recheck(Rules()).at(0).DebugString();

  std::vector<rulebook::RuleFile> files = rulebook::MiniRulebook();
  rulebook::Edit("licenses/acorn-2.0/rule.textproto", "permissions { right: use stance: allowed",
                 "tests { id: \"purpose\" clause: \"9\" summary: \"Research only.\" kind: purpose "
                 "when { not { fact { id: use any_of: \"research\" } } } effect: all_rights }\n"
                 "permissions { right: use stance: allowed",
                 &files);
  const auto stricter = Load(std::move(files));
  const auto results = a.Recheck(*stricter);
  ASSERT_EQ(results.size(), 1u);
  EXPECT_FALSE(results[0].passes());
  EXPECT_EQ(results[0].refusal().reason(), Reason::denied) << results[0].DebugString();
  EXPECT_EQ(results[0].decision(), v1::DENIED);
  ASSERT_GT(results[0].new_findings_size(), 0);
}

// ---- verify -------------------------------------------------------------------------------------------------------

struct VerifyCase {
  std::string name;
  std::function<void(const Approvals&, VerifyRequest&)> change;
  Reason::Value reason;
};
void PrintTo(const VerifyCase& c, std::ostream* os) { *os << c.name; }

class OfflineTest : public testing::TestWithParam<VerifyCase> {};

TEST_P(OfflineTest, AgainstTheApproval) {
  const Approvals a;
  ApproveRequest request = a.Request();
  request.terms.environments = {"production"};
  const ApproveResponse approved = a.Approve(request);
  VerifyRequest verify = a.Verifying(approved.envelope);
  GetParam().change(a, verify);
  const v1::VerifyResult result = a.Verify(verify, /*with_store=*/false);
  EXPECT_EQ(result.refusal().reason(), GetParam().reason) << result.refusal().message();
  EXPECT_EQ(result.verified(), GetParam().reason == kNone);
  EXPECT_EQ(result.revocation(), "not checked");
}

const auto kWrite = [](const char* path, const std::string& bytes) {
  return [path, bytes](const Approvals& a, VerifyRequest&) { a.dir.Write(path, bytes); };
};
const auto kAt = [](const char* instant) {
  return [instant](const Approvals&, VerifyRequest& v) { v.now = At(instant); };
};

INSTANTIATE_TEST_SUITE_P(
    Conditions, OfflineTest,
    testing::Values(
        VerifyCase{"AsApproved", [](const Approvals&, VerifyRequest&) {}, kNone},
        VerifyCase{"FirstSecond", kAt("2026-11-26T12:00:00Z"), kNone},
        VerifyCase{"SecondBefore", kAt("2026-11-26T11:59:59Z"), Reason::not_yet_valid},
        VerifyCase{"LastSecond", kAt("2027-02-24T12:00:00Z"), kNone},
        VerifyCase{"SecondAfter", kAt("2027-02-24T12:00:01Z"), Reason::expired},
        VerifyCase{"EnvironmentOfTheApproval",
                   [](const Approvals&, VerifyRequest& v) {
                     v.check_scope = true;
                     v.stated.environment = "production";
                   },
                   kNone},
        VerifyCase{"OtherEnvironment",
                   [](const Approvals&, VerifyRequest& v) {
                     v.check_scope = true;
                     v.stated.environment = "staging";
                   },
                   Reason::environment_out_of_scope},
        VerifyCase{"CardAdded", kWrite("model/README.md", "# m\n"), kNone},
        VerifyCase{"LicenceTextChanged", kWrite("model/LICENSE", "x"), kNone},
        VerifyCase{"ConfigChanged", kWrite("model/config.json", "{}"), Reason::file_changed},
        VerifyCase{"WeightsChanged", kWrite("model/model.safetensors", Weights(9)), Reason::file_changed},
        VerifyCase{"WeightsAppended", kWrite("model/model.safetensors", Weights() + "x"), Reason::file_changed},
        VerifyCase{"WeightsAdded", kWrite("model/more.safetensors", Weights(9)), Reason::file_extra},
        VerifyCase{"TokenizerAdded", kWrite("model/tokenizer.json", "{}"), Reason::file_extra},
        VerifyCase{"ConfigMissing",
                   [](const Approvals& a, VerifyRequest&) { unlink(a.dir.At("model/config.json").c_str()); },
                   Reason::file_missing},
        VerifyCase{"WeightsMissing",
                   [](const Approvals& a, VerifyRequest&) { unlink(a.dir.At("model/model.safetensors").c_str()); },
                   Reason::file_missing},
        VerifyCase{"PointerInTheirPlace",
                   kWrite("model/model.safetensors", BuildLfsPointer(Sha256Hex(Weights()), Weights().size())),
                   Reason::claimed_bytes},
        VerifyCase{"Fifo", [](const Approvals& a, VerifyRequest&) { a.dir.Fifo("model/pipe"); }, Reason::file_unsafe},
        VerifyCase{"LinkThatLeaves",
                   [](const Approvals& a, VerifyRequest&) { a.dir.Link("/etc/hostname", "model/tokenizer.json"); },
                   Reason::file_unsafe},
        VerifyCase{"AnotherModel",
                   [](const Approvals& a, VerifyRequest& v) {
                     a.Pebble("pebble");
                     v.collect.path = a.dir.At("pebble");
                   },
                   Reason::file_changed},
        VerifyCase{"NoEnvelope", [](const Approvals&, VerifyRequest& v) { v.envelope = "{}"; },
                   Reason::envelope_malformed},
        VerifyCase{"AnothersKey",
                   [](const Approvals&, VerifyRequest& v) {
                     v.envelope = approval::SignedEnvelope(approval::SampleDetails(), **Ed25519Signer::Generate());
                   },
                   Reason::key_unknown},
        VerifyCase{"AnothersApproval",
                   [](const Approvals&, VerifyRequest& v) {
                     v.envelope = approval::SignedEnvelope(approval::SampleDetails(), OurKey());
                   },
                   Reason::file_changed}),
    [](const auto& info) { return info.param.name; });

TEST(VerifyTest, DocumentsThatDifferAreListed) {
  const Approvals a;
  const ApproveResponse approved = a.Approve(a.Request());
  a.dir.Write("model/LICENSE", "x");
  a.dir.Write("model/README.md", "# m\n");
  const v1::VerifyResult result = a.Verify(a.Verifying());
  EXPECT_TRUE(result.verified()) << result.refusal().message();
  ASSERT_EQ(result.changed_documents_size(), 2);
  EXPECT_EQ(result.changed_documents(0), "LICENSE");
  EXPECT_EQ(result.changed_documents(1), "README.md");
  EXPECT_EQ(result.approval_id(), approved.result.approval_id());
}

TEST(VerifyTest, WithADatabaseRevocationIsChecked) {
  const Approvals a;
  VerifyRequest verify = a.Verifying();
  EXPECT_EQ(a.Verify(verify).refusal().reason(), Reason::no_approval);
  const ApproveResponse approved = a.Approve(a.Request());
  EXPECT_EQ(a.Verify(verify).revocation(), "checked");
  EXPECT_TRUE(a.Verify(verify).verified());
  ASSERT_TRUE(RevokeApproval(approved.result.approval_id(), "Bob", "", "leak", kNow, Ours(), {}, *a.store).ok());
  for (const std::string& envelope : {std::string(), approved.envelope}) {
    verify.envelope = envelope;
    EXPECT_EQ(a.Verify(verify).refusal().reason(), Reason::revoked);
  }
  EXPECT_TRUE(a.Verify(verify, /*with_store=*/false).verified()) << "offline nobody can know";
  EXPECT_FALSE(VerifyModel(a.Verifying(), Ours(), nullptr).ok()) << "neither envelope nor database";
}

// A database that has never heard of the approval cannot say that it was not revoked.
TEST(VerifyTest, AnotherDatabaseKnowsNothingOfItsRevocation) {
  const Approvals a, other;
  const ApproveResponse approved = a.Approve(a.Request());
  const v1::VerifyResult result = other.Verify(other.Verifying(approved.envelope));
  EXPECT_TRUE(result.verified()) << result.refusal().message();
  EXPECT_EQ(result.revocation(), "not checked");
}

// Of several approvals any that holds will do, as it does for an engine.
TEST(VerifyTest, ANewerOneThatDoesNotHoldHidesNoneThatDoes) {
  const Approvals a;
  const ApproveResponse holds = a.Approve(a.Request());
  ApproveRequest later = a.Request(), elsewhere = a.Request();
  later.terms.not_before = kNow + absl::Hours(24);
  elsewhere.terms.environments = {"staging"};
  a.Approve(elsewhere);
  a.Approve(later);
  ASSERT_TRUE(auditor::Approve(a.Request(), Rules(), *a.store, **Ed25519Signer::Generate()).ok());
  VerifyRequest verify = a.Verifying();
  verify.check_scope = true;
  verify.stated.environment = "production";
  const v1::VerifyResult result = a.Verify(verify);
  EXPECT_TRUE(result.verified()) << result.refusal().message();
  EXPECT_EQ(result.approval_id(), holds.result.approval_id());
}

TEST(VerifyTest, AClockThatWasSetBackDoesNotReviveAnApproval) {
  const Approvals a;
  a.Approve(a.Request());
  ASSERT_TRUE(a.store->RaiseClockFloor(absl::ToUnixSeconds(At("2027-02-24T12:00:01Z"))).ok());
  EXPECT_EQ(a.Verify(a.Verifying()).refusal().reason(), Reason::expired);
}

// ---- what was recorded --------------------------------------------------------------------------------------------

TEST(ListTest, StatesAtAnInstant) {
  const Approvals a;
  const std::string id = a.Approve(a.Request()).result.approval_id();
  EXPECT_EQ(a.List(true).size(), 1u);
  EXPECT_EQ(a.List(false, At("2026-11-26T11:59:59Z")).at(0).state(), "not_yet_valid");
  EXPECT_EQ(a.List(false, At("2027-02-24T12:00:00Z")).at(0).state(), "standing");
  EXPECT_EQ(a.List(false, At("2027-02-24T12:00:01Z")).at(0).state(), "expired");
  EXPECT_EQ(a.List(false, kNow, {}).at(0).state(), "key_unknown");
  approval::TrustedKeys distrusted = Ours();
  distrusted.Distrust({OurKey().public_key().key_id(), "lost"});
  EXPECT_EQ(a.List(false, kNow, distrusted).at(0).state(), "key_distrusted");
  for (const absl::Time now : {At("2026-11-26T11:59:59Z"), At("2027-02-24T12:00:01Z")})
    EXPECT_TRUE(a.List(true, now).empty());
  EXPECT_TRUE(a.List(true, kNow, distrusted).empty());
  ASSERT_TRUE(RevokeApproval(id.substr(0, 8), "Bob", "", "leak", kNow, Ours(), {}, *a.store).ok());
  EXPECT_EQ(a.List(false).at(0).state(), "revoked");
  EXPECT_TRUE(a.List(true).empty());
}

// The row and the blob it names decide nothing: what was signed does.
TEST(ListTest, ARowThatNamesAnotherStatementIsDamage) {
  const Approvals a;
  ApproveRequest over = a.Request();
  over.terms.expires = kNow + absl::Hours(1);
  const ApproveResponse short_lived = a.Approve(over);
  const auto row = a.store->GetApproval(short_lived.result.approval_id());
  ASSERT_TRUE(row.ok()) << row.status();

  const Approvals forged;
  const ApproveResponse long_lived = forged.Approve(forged.Request());
  const auto lasting = forged.store->GetApproval(long_lived.result.approval_id());
  ASSERT_TRUE(lasting.ok()) << lasting.status();
  db::ApprovalRow mixed = *row;
  mixed.decision_id.clear();
  mixed.expires = lasting->expires;
  mixed.statement_blob = lasting->statement_blob;
  mixed.blobs = {{db::BlobKind::kEnvelope, short_lived.envelope}};
  ASSERT_TRUE(forged.store->RecordApproval(mixed, {"approval", "leaf", ""}).ok());
  const auto shown = ShowApproval(row->approval_id, kNow + absl::Hours(2), Ours(), *forged.store);
  EXPECT_EQ(shown.status().code(), absl::StatusCode::kDataLoss) << shown->DebugString();
}

TEST(RevokeTest, TheFirstOneStands) {
  const Approvals a;
  const std::string id = a.Approve(a.Request()).result.approval_id();
  const auto first = RevokeApproval(id, "Bob", "unix:uid=1", "leak", kNow, Ours(), {}, *a.store);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->state(), "revoked");
  EXPECT_EQ(first->revocation().principal(), "unix:uid=1");
  const auto second = RevokeApproval(id, "Eve", "", "other", kNow + absl::Hours(1), Ours(), {}, *a.store);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->revocation().by(), "Bob");
  EXPECT_EQ(a.EventKinds(), (std::vector<std::string>{"decision", "approval", "revocation"}));
}

TEST(RevokeTest, NeedsAnApprovalANameAndAReason) {
  const Approvals a;
  const std::string id = a.Approve(a.Request()).result.approval_id();
  EXPECT_EQ(RevokeApproval(std::string(64, 'a'), "Bob", "", "x", kNow, Ours(), {}, *a.store).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_FALSE(RevokeApproval(id.substr(0, 7), "Bob", "", "x", kNow, Ours(), {}, *a.store).ok());
  EXPECT_FALSE(RevokeApproval(id, "", "", "x", kNow, Ours(), {}, *a.store).ok());
  EXPECT_FALSE(RevokeApproval(id, "Bob", "", "", kNow, Ours(), {}, *a.store).ok());
  EXPECT_EQ(a.List(true).size(), 1u);
}

TEST(RecheckTest, WhatCouldNotBeIssuedAgain) {
  const Approvals a;
  EXPECT_TRUE(a.Recheck(Rules()).empty());
  a.Approve(a.Request());
  const auto same = a.Recheck(Rules());
  ASSERT_EQ(same.size(), 1u);
  EXPECT_TRUE(same[0].passes()) << same[0].DebugString();
  EXPECT_EQ(same[0].new_findings_size(), 0);
  const size_t events = a.EventKinds().size();
  const auto stricter = a.Recheck(StricterRules());
  ASSERT_EQ(stricter.size(), 1u);
  EXPECT_EQ(stricter[0].refusal().reason(), Reason::denied);
  EXPECT_GT(stricter[0].new_findings_size(), 0);
  const auto research = a.Recheck(StricterRules(), [](GateInputs& inputs) {
    inputs.profile = ConfigFile{"p", "use: research\n"};
  });
  ASSERT_EQ(research.size(), 1u);
  EXPECT_TRUE(research[0].passes()) << research[0].DebugString();
  EXPECT_EQ(a.EventKinds().size(), events) << "nothing is recorded";
}

TEST(RecheckTest, OnlyWhatStands) {
  const Approvals a;
  const std::string id = a.Approve(a.Request()).result.approval_id();
  EXPECT_TRUE(
      a.Recheck(StricterRules(), [](GateInputs& inputs) { inputs.evaluated_at = At("2027-02-24T12:00:01Z"); }).empty());
  ASSERT_TRUE(RevokeApproval(id, "Bob", "", "leak", kNow, Ours(), {}, *a.store).ok());
  EXPECT_TRUE(a.Recheck(StricterRules()).empty());
}

// ---- signed elsewhere ---------------------------------------------------------------------------------------------

TEST(SubmitTest, TakesWhatATrustedKeySigned) {
  const Approvals a, here;
  const ApproveResponse approved = a.Approve(a.Request());
  const auto submitted = SubmitApproval(approved.envelope, Ours(), kNow, "Bob", "unix:uid=1", {}, *here.store);
  ASSERT_TRUE(submitted.ok()) << submitted.status();
  EXPECT_EQ(submitted->result.approval_id(), approved.result.approval_id());
  EXPECT_TRUE(here.Verify(here.Verifying()).verified());
  const auto recheck = here.Recheck(Rules());
  ASSERT_EQ(recheck.size(), 1u);
  EXPECT_FALSE(recheck[0].passes()) << "no decision of this database stands behind it";
}

TEST(SubmitTest, RefusesTheRest) {
  const Approvals a, here;
  const std::string envelope = a.Approve(a.Request()).envelope;
  const auto reason = [&](const std::string& bytes, const approval::TrustedKeys& trusted, absl::Time now) {
    const auto submitted = SubmitApproval(bytes, trusted, now, "Bob", "", {}, *here.store);
    EXPECT_TRUE(submitted.ok()) << submitted.status();
    return submitted.ok() ? submitted->result.refusal().reason() : kNone;
  };
  EXPECT_EQ(reason("{", Ours(), kNow), Reason::envelope_malformed);
  EXPECT_EQ(reason(envelope, {}, kNow), Reason::key_unknown);
  EXPECT_EQ(reason(envelope, Ours(), At("2027-02-24T12:00:01Z")), Reason::expired);
  EXPECT_TRUE(here.List(false).empty());
}

}  // namespace
}  // namespace weighbridge::auditor
