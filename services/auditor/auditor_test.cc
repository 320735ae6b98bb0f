// The use cases over a real folder and a store in memory.
#include "services/auditor/auditor.h"

#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "services/auditor/classify_text.h"
#include "services/auditor/explain.h"
#include "services/auditor/official_texts.h"
#include "services/auditor/record.h"
#include "services/crypto/sha256.h"
#include "services/rulebook/fixture.h"
#include "tests/support/model_builder.h"
#include "tests/support/temp_dir.h"

namespace weighbridge::auditor {
namespace {

using rulebook::WillowText;
using testing_support::BuildLfsPointer;
using testing_support::BuildSafetensors;
using testing_support::TempDir;

const rulebook::Rulebook& Rules() {
  static const auto rules = [] {
    std::vector<rulebook::RuleIssue> issues;
    return *rulebook::Rulebook::FromFiles(rulebook::MiniRulebook(), &issues);
  }();
  return *rules;
}

std::unique_ptr<db::Store> Memory() {
  db::StoreOptions options;
  options.path = ":memory:";
  auto store = db::Store::Open(options);
  EXPECT_TRUE(store.ok()) << store.status();
  return *std::move(store);
}

std::string Weights() { return BuildSafetensors({{"model.norm.weight", "F32", {2, 2}}}); }

GateRequest Request(const TempDir& dir) {
  GateRequest request;
  request.collect.path = dir.path();
  request.inputs.evaluated_at = absl::FromUnixSeconds(1795000000);
  return request;
}

// The one model at the path.
absl::StatusOr<GateResponse> GateOne(const GateRequest& request, const rulebook::Rulebook& rules, db::Store* store) {
  absl::StatusOr<std::vector<GateResponse>> responses = RunGate(request, rules, store);
  if (!responses.ok()) return responses.status();
  if (responses->size() != 1) return absl::InternalError("not one model");
  return std::move(responses->front());
}

void FillWillow(const TempDir& dir) {
  dir.Write("model.safetensors", Weights());
  dir.Write("LICENSE", WillowText());
}

TEST(RunGateTest, DecidesRecordsAndReplaysToTheSameBytes) {
  const TempDir dir;
  FillWillow(dir);
  const auto store = Memory();
  GateRequest request = Request(dir);
  request.inputs.profile = ConfigFile{"p.yaml", "use: commercial\ndistribution: [redistribute_weights]\n"};
  const auto first = GateOne(request, Rules(), store.get());
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->result.decision(), v1::APPROVED_WITH_CONDITIONS);
  EXPECT_EQ(first->known_since, "");
  EXPECT_FALSE(first->decision_id.empty());
  EXPECT_EQ(first->json.back(), '\n');

  const auto second = GateOne(request, Rules(), store.get());
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->json, first->json);
  EXPECT_EQ(second->decision_id, first->decision_id);
  EXPECT_EQ(second->known_since, first->result.evaluated_at());

  const auto replayed = Replay(first->result.audit_id(), *store);
  ASSERT_TRUE(replayed.ok()) << replayed.status();
  ASSERT_EQ(replayed->decisions.size(), 1u);
  EXPECT_TRUE(replayed->decisions[0].same_bytes);
  EXPECT_EQ(replayed->decisions[0].json, first->json);
  EXPECT_TRUE(store->VerifyAll().ok());
}

TEST(RunGateTest, WhoMeasuredIsSaidAndReplayedAndIsNoPartOfTheAudit) {
  const TempDir dir;
  FillWillow(dir);
  const auto store = Memory();
  std::string audit_id;
  for (const std::string measured_by : {"client", "server", ""}) {
    SCOPED_TRACE(measured_by);
    GateRequest request = Request(dir);
    request.inputs.measured_by = measured_by;
    const auto response = GateOne(request, Rules(), store.get());
    ASSERT_TRUE(response.ok()) << response.status();
    if (audit_id.empty()) audit_id = response->result.audit_id();
    EXPECT_EQ(response->result.audit_id(), audit_id);
    EXPECT_EQ(store->GetDecision(response->decision_id)->measured_by, measured_by);
    const std::string strongest = measured_by.empty() ? "local" : measured_by;
    const auto answers = store->LookupDigests({response->result.model().digest()});
    ASSERT_TRUE(answers.ok()) << answers.status();
    ASSERT_TRUE(answers->front().has_value());
    EXPECT_EQ(answers->front()->measured_by, strongest);
    EXPECT_EQ(answers->front()->latest_decision, v1::Decision_Name(response->result.decision()));
    ASSERT_EQ(answers->front()->governing.size(), 1u);
    EXPECT_EQ(answers->front()->governing[0].license_id, response->result.licenses(0).license_id());
  }
  const auto replayed = Replay(audit_id, *store);
  ASSERT_TRUE(replayed.ok()) << replayed.status();
  ASSERT_EQ(replayed->decisions.size(), 3u);
  for (const ReplayedDecision& one : replayed->decisions) EXPECT_TRUE(one.same_bytes) << one.json;
  EXPECT_TRUE(store->VerifyAll().ok()) << store->VerifyAll();
}

TEST(RunGateTest, AnExactTextIsKeptAsTheOfficialOne) {
  const auto store = Memory();
  const auto kept = [&] { return store->ListOfficialTexts("Willow-1.0").value(); };
  {
    const TempDir changed;
    FillWillow(changed);
    std::string text(WillowText());
    text.replace(text.find("may plant"), 9, "must plant");
    changed.Write("LICENSE", text);
    ASSERT_TRUE(GateOne(Request(changed), Rules(), store.get()).ok());
    EXPECT_TRUE(kept().empty());
  }
  const TempDir dir;
  FillWillow(dir);
  for (const Scope scope : {Scope::kScan, Scope::kGate}) {
    GateRequest request = Request(dir);
    request.inputs.scope = scope;
    ASSERT_TRUE(GateOne(request, Rules(), store.get()).ok());
    ASSERT_EQ(kept().size(), 1u);
    EXPECT_EQ(kept()[0].source, "scanned");
    EXPECT_EQ(store->GetBlob(kept()[0].sha256).value_or(""), WillowText());
  }
  EXPECT_TRUE(store->VerifyAll().ok());
}

TEST(RunGateTest, WithoutAStoreTheResultIsTheSame) {
  const TempDir dir;
  FillWillow(dir);
  const auto with = GateOne(Request(dir), Rules(), Memory().get());
  const auto without = GateOne(Request(dir), Rules(), nullptr);
  ASSERT_TRUE(with.ok() && without.ok());
  EXPECT_EQ(with->json, without->json);
  EXPECT_EQ(without->decision_id, "");
}

TEST(RunGateTest, EveryDecisionOfAnAuditIsReplayed) {
  const TempDir dir;
  FillWillow(dir);
  const auto store = Memory();
  GateRequest request = Request(dir);
  const auto first = GateOne(request, Rules(), store.get());
  request.inputs.profile = ConfigFile{"p", "use: research\n"};
  request.inputs.mode = v1::warn;
  request.inputs.evaluated_at += absl::Hours(1);
  const auto second = GateOne(request, Rules(), store.get());
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->result.audit_id(), second->result.audit_id());  // the same files and rules
  EXPECT_NE(first->decision_id, second->decision_id);
  const auto both = Replay(first->result.audit_id(), *store);
  ASSERT_TRUE(both.ok());
  ASSERT_EQ(both->decisions.size(), 2u);
  for (const auto& decision : both->decisions) EXPECT_TRUE(decision.same_bytes) << decision.decision_id;
  const auto one = Replay(second->decision_id, *store);
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_EQ(one->decisions.size(), 1u);
  EXPECT_EQ(Replay("0123456789abcdef", *store).status().code(), absl::StatusCode::kNotFound);
}

TEST(RunGateTest, BrokenConfigurationComesFirst) {
  const auto store = Memory();
  GateRequest request;
  request.collect.path = "/nowhere/at/all";
  request.inputs.profile = ConfigFile{"p.yaml", "colour: green\n"};
  const auto response = GateOne(request, Rules(), store.get());
  EXPECT_EQ(response.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(std::string(response.status().message()).find("p.yaml:1:1"), std::string::npos) << response.status();
}

TEST(RunGateTest, NothingIsRecordedWithoutAModel) {
  const auto store = Memory();
  GateRequest request;
  request.collect.path = "/nowhere/at/all";
  EXPECT_EQ(GateOne(request, Rules(), store.get()).status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(store->ListAudits(1, 0)->audits.empty());
}

TEST(RunGateTest, ScanDecidesNothing) {
  const TempDir dir;
  FillWillow(dir);
  GateRequest request = Request(dir);
  request.inputs.scope = Scope::kScan;
  const auto store = Memory();
  const auto response = GateOne(request, Rules(), store.get());
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->result.decision(), v1::DECISION_UNSPECIFIED);
  EXPECT_EQ(response->result.obligations_size(), 0);
  EXPECT_EQ(response->result.licenses_size(), 1);
  EXPECT_TRUE(store->ListDecisions(response->result.audit_id())->empty());
}

// A pointer checkout has the digest of the real model and is answered from its audit; without one it is not measurable.
TEST(RunGateTest, PointersAreAnsweredFromTheMeasuredModel) {
  const TempDir real, pointers;
  FillWillow(real);
  real.Write("model.safetensors.index.json",
             testing_support::BuildShardIndex({{"model.norm.weight", "model.safetensors"}}, 16));
  pointers.Write("LICENSE", WillowText());
  pointers.Write("model.safetensors.index.json",
                 testing_support::BuildShardIndex({{"model.norm.weight", "model.safetensors"}}, 16));
  pointers.Write("model.safetensors", BuildLfsPointer(Sha256Hex(Weights()), Weights().size()));
  const auto store = Memory();
  const auto before = GateOne(Request(pointers), Rules(), store.get());
  ASSERT_TRUE(before.ok()) << before.status();
  EXPECT_EQ(before->result.decision(), v1::UNDECIDED);
  EXPECT_TRUE(before->result.model().claimed());

  const auto measured = GateOne(Request(real), Rules(), store.get());
  ASSERT_TRUE(measured.ok()) << measured.status();
  EXPECT_EQ(measured->result.model().digest(), before->result.model().digest());

  const auto after = GateOne(Request(pointers), Rules(), store.get());
  ASSERT_TRUE(after.ok()) << after.status();
  EXPECT_EQ(after->result.decision(), measured->result.decision()) << after->json;
  EXPECT_TRUE(after->result.model().claimed());
  const auto replayed = Replay(after->decision_id, *store);
  ASSERT_TRUE(replayed.ok()) << replayed.status();
  EXPECT_TRUE(replayed->decisions.at(0).same_bytes);
}

TEST(RunGateTest, OtherBytesThanThePointerNamesDoNotAnswer) {
  const TempDir real, pointers;
  FillWillow(real);
  pointers.Write("LICENSE", WillowText());
  pointers.Write("model.safetensors", BuildLfsPointer(std::string(64, 'b'), Weights().size()));
  const auto store = Memory();
  ASSERT_TRUE(GateOne(Request(real), Rules(), store.get()).ok());
  const auto response = GateOne(Request(pointers), Rules(), store.get());
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->result.decision(), v1::UNDECIDED);
}

TEST(RunGateTest, NoDigestWhereSomethingWasNotRead) {
  const TempDir dir;
  FillWillow(dir);
  dir.Fifo("pipe");
  const auto store = Memory();
  const auto response = GateOne(Request(dir), Rules(), store.get());
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->result.decision(), v1::UNDECIDED);
  EXPECT_EQ(response->result.model().digest(), "");
  EXPECT_EQ(response->result.model().weights_digest(), "");
  EXPECT_TRUE(Replay(response->decision_id, *store)->decisions.at(0).same_bytes);
}

TEST(RunGateTest, HostileNamesAreAnAnswerNotAnError) {
  const TempDir dir;
  FillWillow(dir);
  dir.Write("a\xff\x1b[2J.txt", "x");
  const auto response = GateOne(Request(dir), Rules(), Memory().get());
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->result.decision(), v1::UNDECIDED);
  EXPECT_EQ(response->json.find('\x1b'), std::string::npos);
}

TEST(RunGateTest, EmptyFolder) {
  const TempDir dir;
  const auto response = GateOne(Request(dir), Rules(), Memory().get());
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->result.decision(), v1::UNDECIDED);
}

TEST(RecordTest, IdsFollowFromTheContent) {
  const TempDir dir;
  FillWillow(dir);
  CollectRequest collect;
  collect.path = dir.path();
  const auto models = CollectModels(collect);
  ASSERT_TRUE(models.ok());
  const Collected* const one = &models->front();
  Assessment assessment;
  v1::GateResult& result = assessment.result;
  result.mutable_model()->set_digest(std::string(64, '1'));
  result.set_evaluated_at("2026-01-01T00:00:00Z");
  const db::AuditRecord first = MakeAuditRecord(*one, assessment, Rules(), {});
  result.set_evaluated_at("2027-01-01T00:00:00Z");
  EXPECT_EQ(MakeAuditRecord(*one, assessment, Rules(), {}).audit_id, first.audit_id);
  Collected other = *one;
  other.inventory.set_revision("main");
  EXPECT_NE(MakeAuditRecord(other, assessment, Rules(), {}).audit_id, first.audit_id);
  provenance::Evidence evidence;
  evidence.path = "LICENSE";
  assessment.evidence = {evidence};
  EXPECT_NE(MakeAuditRecord(*one, assessment, Rules(), {}).audit_id, first.audit_id);
  EXPECT_EQ(first.inventory_blob, Sha256Hex(SerializeInventory(one->inventory)));
}

TEST(ClassifyTextTest, SaysWhatWasExpectedOnceTheOfficialTextIsThere) {
  const auto store = Memory();
  std::string changed(WillowText());
  changed.replace(changed.find("may plant"), 9, "must plant");
  const auto alone = ClassifyText("LICENSE", changed, Rules(), store.get());
  ASSERT_EQ(alone.matches_size(), 1);
  EXPECT_EQ(alone.matches(0).short_id(), "Willow-1.0");
  EXPECT_EQ(alone.matches(0).match(), v1::Match::MODIFIED);
  ASSERT_EQ(alone.matches(0).edits_size(), 1);
  EXPECT_EQ(alone.matches(0).edits(0).found(), "must");
  EXPECT_EQ(alone.matches(0).edits(0).expected(), "");
  EXPECT_TRUE(alone.matches(0).edits(0).critical());

  const std::vector<ProvedText> proved = Prove(WillowText(), Rules());
  ASSERT_EQ(proved.size(), 1u);
  ASSERT_TRUE(store
                  ->PutOfficialTexts(
                      {{{proved[0].license_id, proved[0].token_file, "", "operator", ""}, std::string(WillowText())}})
                  .ok());
  const auto with = ClassifyText("LICENSE", changed, Rules(), store.get());
  EXPECT_EQ(with.matches(0).edits(0).expected(), "may");

  const ClassifiedText both = ClassifyTextWithDiffs("LICENSE", changed, Rules(), store.get());
  ASSERT_EQ(both.diffs.size(), 1u);
  ASSERT_EQ(both.diffs[0].edits.size(), 1u);
  const report::DiffEdit& edit = both.diffs[0].edits[0];
  EXPECT_EQ(both.diffs[0].official, WillowText());
  EXPECT_EQ(WillowText().substr(edit.official_begin, edit.official_end - edit.official_begin), "may");
  EXPECT_EQ(changed.substr(edit.found_begin, edit.found_end - edit.found_begin), "must");
  EXPECT_FALSE(ClassifyTextWithDiffs("LICENSE", changed, Rules(), nullptr).diffs[0].official.has_value());
}

TEST(ClassifyTextTest, ResidueBlocks) {
  const auto result = ClassifyText(
      "x", std::string(WillowText()) + "\nEvery gardener shall send half of the coins to the old woman at the well.\n",
      Rules(), nullptr);
  ASSERT_EQ(result.matches_size(), 1);
  EXPECT_EQ(result.matches(0).match(), v1::Match::EXACT);
  EXPECT_TRUE(result.matches(0).blocked_by_residue());
  EXPECT_EQ(result.residue_size(), 1);
  EXPECT_EQ(ClassifyText("x", "", Rules(), nullptr).matches_size(), 0);
}

TEST(ProveTest, OnlyAWholeExactTextIsOfficial) {
  EXPECT_EQ(Prove(WillowText(), Rules()).size(), 1u);
  EXPECT_TRUE(
      Prove(std::string(WillowText()) + "\nEvery gardener shall send half of the coins to the old woman at the well.\n",
            Rules())
          .empty());
  EXPECT_TRUE(Prove(WillowText().substr(0, WillowText().size() - 40), Rules()).empty());
  EXPECT_TRUE(Prove("", Rules()).empty());
  std::string changed(WillowText());
  changed.replace(changed.find("may plant"), 9, "must plant");
  EXPECT_TRUE(Prove(changed, Rules()).empty());
}

TEST(ImportTextsTest, TakesWhatIsProved) {
  const auto store = Memory();
  source::TextPack pack;
  pack.sha256_hex = std::string(64, '0');
  pack.texts.push_back({"willow", std::string("---\nkey: willow\n---\n") + std::string(WillowText())});
  pack.texts.push_back({"stranger", "---\nspdx_license_key: Stranger-1.0\n---\nDo as you like.\n"});
  const auto first = ImportTexts(pack, Rules(), *store);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->proved_by_tokens, 1);
  EXPECT_EQ(first->proved_by_pack, 0);  // not the pinned pack
  EXPECT_EQ(first->added, 1);
  EXPECT_EQ(first->unproved, std::vector<std::string>({"stranger"}));
  EXPECT_EQ(ImportTexts(pack, Rules(), *store)->added, 0);
}

struct ExplainCase {
  std::string name, word, kind;
};
void PrintTo(const ExplainCase& c, std::ostream* os) { *os << c.name; }

class ExplainTest : public ::testing::TestWithParam<ExplainCase> {};

TEST_P(ExplainTest, Knows) {
  const auto result = Explain(GetParam().word, Rules());
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->kind(), GetParam().kind);
  EXPECT_FALSE(result->summary().empty());
}

INSTANTIATE_TEST_SUITE_P(Table, ExplainTest,
                         ::testing::Values(ExplainCase{"License", "Willow-1.0", "license"},
                                           ExplainCase{"ByName", "the willow licence", "license"},
                                           ExplainCase{"UsePolicy", "acorn-policy", "use_policy"},
                                           ExplainCase{"Model", "acorn-works/acorn-2.0-7b", "model"},
                                           ExplainCase{"Expression", "willow or (pebble and acorn)", "expression"},
                                           ExplainCase{"WithException", "Willow-1.0 WITH LLVM-exception", "expression"},
                                           ExplainCase{"Family", "acorn", "family"},
                                           ExplainCase{"Closed", "zephyr cloud 5", "closed_model"},
                                           ExplainCase{"Finding", "license.residue", "finding"},
                                           ExplainCase{"Term", "territory", "term"},
                                           ExplainCase{"Fact", "domicile", "fact"}),
                         [](const auto& info) { return info.param.name; });

TEST(ExplainNameTest, AnExpressionSaysItsWaysAndWhatNobodyKnows) {
  const auto result = Explain("marzipan OR Willow-1.0", Rules());
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->name(), "marzipan OR Willow-1.0");
  EXPECT_EQ(result->openness(), v1::OPENNESS_UNKNOWN);
  EXPECT_NE(result->summary().find("One of 2 ways is enough"), std::string::npos) << result->summary();
  EXPECT_NE(result->summary().find("\"marzipan\" is not known"), std::string::npos) << result->summary();
  EXPECT_FALSE(Explain("marzipan OR nougat", Rules()).ok());
}

TEST(ExplainNameTest, UnknownNamesSayWhatToTry) {
  const auto result = Explain("marz\x1bipan", Rules());
  EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(std::string(result.status().message()).find('\x1b'), std::string::npos);
}

TEST(RecordOfTest, OneLicence) {
  const auto record = RecordOf("Willow-1.0", Rules());
  ASSERT_TRUE(record.ok()) << record.status();
  EXPECT_EQ(record->license_id(), "Willow-1.0");
  EXPECT_EQ(record->provenance().text_sha256(0), Sha256Hex(WillowText()));
  EXPECT_EQ(RecordOf("acorn", Rules()).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(RecordOf("marzipan", Rules()).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace weighbridge::auditor
