#include "db/store/store.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "db/sqlite/database.h"
#include "db/store/records.h"
#include "db/store/sample_records.h"
#include "db/store/test_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weighbridge::db {
namespace {

using ::testing::HasSubstr;

// Runs SQL on the file behind the store's back.
void Tamper(const std::string& path, const std::string& sql) {
  DatabaseOptions options;
  options.path = path;
  options.application_id = 0x57425247;
  absl::StatusOr<std::unique_ptr<Database>> database = Database::Open(options);
  ASSERT_TRUE(database.ok()) << database.status();
  const absl::Status status = (*database)->Execute("PRAGMA foreign_keys = OFF; " + sql);
  ASSERT_TRUE(status.ok()) << status;
}

AuditKey KeyOf(const AuditRecord& audit) {
  return {audit.model_digest, audit.rules_digest, audit.classifier_version, audit.context_digest};
}

// Everything a replay needs, field by field: the content id covers all fields but these.
void ExpectSame(const AuditRecord& stored, const AuditRecord& given) {
  EXPECT_EQ(AuditIdOf(stored), AuditIdOf(given));
  EXPECT_EQ(stored.created_at, given.created_at);
  EXPECT_EQ(stored.measured_by, given.measured_by);
  ASSERT_EQ(stored.licenses.size(), given.licenses.size());
  for (size_t i = 0; i < given.licenses.size(); ++i) {
    EXPECT_EQ(stored.licenses[i].license_id, given.licenses[i].license_id);
    EXPECT_EQ(stored.licenses[i].short_id, given.licenses[i].short_id);
    EXPECT_EQ(stored.licenses[i].component, given.licenses[i].component);
    EXPECT_EQ(stored.licenses[i].match, given.licenses[i].match);
    EXPECT_EQ(stored.licenses[i].governs, given.licenses[i].governs);
  }
  EXPECT_TRUE(stored.blobs.empty());
}

TEST(StoreTest, WhatWasRecordedIsReadBackByAnotherConnection) {
  const std::string path = NewPath();
  const AuditRecord audit = SampleAudit(1);
  const DecisionRecord decision = SampleDecision(1);
  absl::StatusOr<RecordedIds> ids = OpenOrFail(path)->RecordAuditAndDecision(audit, decision);
  ASSERT_TRUE(ids.ok()) << ids.status();
  EXPECT_EQ(ids->audit_id, AuditIdOf(audit));

  const std::unique_ptr<Store> store = OpenOrFail(path, StoreMode::kMustExist);
  absl::StatusOr<AuditRecord> stored = store->GetAudit(ids->audit_id);
  ASSERT_TRUE(stored.ok()) << stored.status();
  ExpectSame(*stored, audit);
  ASSERT_EQ(stored->evidence.size(), 3u);
  EXPECT_EQ(stored->evidence[0].value, audit.evidence[0].value) << "with its NUL";
  EXPECT_EQ(stored->evidence[0].license_ids, audit.evidence[0].license_ids) << "in the writer's order";
  EXPECT_EQ(stored->artifacts[1].path, audit.artifacts[1].path) << "no UTF-8";

  absl::StatusOr<std::vector<DecisionRecord>> decisions = store->ListDecisions(ids->audit_id);
  ASSERT_TRUE(decisions.ok()) << decisions.status();
  ASSERT_EQ(decisions->size(), 1u);
  DecisionRecord expected = decision;
  expected.audit_id = ids->audit_id;
  EXPECT_EQ(DecisionIdOf(decisions->front()), DecisionIdOf(expected));
  EXPECT_EQ(decisions->front().decision_id, ids->decision_id);

  for (const std::vector<BlobInput>* blobs : {&audit.blobs, &decision.blobs}) {
    for (const BlobInput& blob : *blobs) {
      absl::StatusOr<std::string> bytes = store->GetBlob(SampleDigest(blob.bytes));
      ASSERT_TRUE(bytes.ok()) << bytes.status();
      EXPECT_EQ(*bytes, blob.bytes);
    }
  }
  EXPECT_TRUE(store->VerifyAll().ok()) << store->VerifyAll();
}

TEST(StoreTest, RecordingTwiceIsOneRowAndTheFirstInstantStands) {
  const std::unique_ptr<Store> store = OpenOrFail(NewPath());
  AuditRecord audit = SampleAudit(1);
  const absl::StatusOr<RecordedIds> first = store->RecordAuditAndDecision(audit, SampleDecision(1));
  ASSERT_TRUE(first.ok()) << first.status();
  audit.created_at = "2027-01-01T00:00:00Z";
  const absl::StatusOr<RecordedIds> second = store->RecordAuditAndDecision(audit, SampleDecision(1));
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(first->audit_id, second->audit_id);
  EXPECT_EQ(first->decision_id, second->decision_id);
  EXPECT_EQ(store->ListAudits(10, 0)->audits.size(), 1u);
  EXPECT_EQ(store->ListDecisions(first->audit_id)->size(), 1u);
  EXPECT_EQ(store->GetAudit(first->audit_id)->created_at, "2026-11-21T10:00:00Z");
}

TEST(StoreTest, AnIdIsNeverReused) {
  const std::unique_ptr<Store> store = OpenOrFail(NewPath());
  AuditRecord audit = SampleAudit(1);
  audit.audit_id = SampleDigest("chosen by the caller");
  ASSERT_TRUE(store->RecordAudit(audit).ok());
  audit.artifacts[0].role = "notice";
  EXPECT_EQ(store->RecordAudit(audit).status().code(), absl::StatusCode::kAlreadyExists);
  DecisionRecord decision = SampleDecision(1);
  decision.audit_id = audit.audit_id;
  decision.decision_id = SampleDigest("chosen too");
  ASSERT_TRUE(store->RecordDecision(decision).ok());
  decision.decision = "APPROVED";
  EXPECT_EQ(store->RecordDecision(decision).status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(store->GetDecision(decision.decision_id)->decision, "NEEDS_REVIEW");
}

TEST(StoreTest, NothingIsStoredWhenTheLastRowFails) {
  const std::unique_ptr<Store> store = OpenOrFail(NewPath());
  const AuditRecord audit = SampleAudit(1);
  DecisionRecord decision = SampleDecision(1);
  decision.result_blob = SampleDigest("bytes that nobody stored");
  EXPECT_EQ(store->RecordAuditAndDecision(audit, decision).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(store->ListAudits(10, 0)->audits.empty());
  EXPECT_EQ(store->GetBlob(audit.inventory_blob).status().code(), absl::StatusCode::kNotFound);
}

TEST(StoreTest, ADecisionNeedsItsAudit) {
  const std::unique_ptr<Store> store = OpenOrFail(NewPath());
  DecisionRecord decision = SampleDecision(1);
  decision.audit_id = SampleDigest("unknown");
  EXPECT_EQ(store->RecordDecision(decision).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(StoreTest, AnAuditKeepsTheEarlierAuditsItRestsOn) {
  const std::unique_ptr<Store> store = OpenOrFail(NewPath());
  AuditRecord pointer = SampleAudit(2);
  pointer.used_audits = {AuditIdOf(SampleAudit(1))};
  EXPECT_EQ(store->RecordAudit(pointer).status().code(), absl::StatusCode::kInvalidArgument) << "not stored yet";
  ASSERT_TRUE(store->RecordAudit(SampleAudit(1)).ok());
  const absl::StatusOr<std::string> id = store->RecordAudit(pointer);
  ASSERT_TRUE(id.ok()) << id.status();
  EXPECT_EQ(store->GetAudit(*id)->used_audits, pointer.used_audits);
}

// ---- finding an earlier audit
// ----------------------------------------------------------------------------------------

struct KeyCase {
  std::string name;
  void (*change)(AuditKey*);
};
void PrintTo(const KeyCase& c, std::ostream* os) { *os << c.name; }

class FindAuditTest : public ::testing::TestWithParam<KeyCase> {};

TEST_P(FindAuditTest, EveryPartOfTheKeyCounts) {
  const std::unique_ptr<Store> store = OpenOrFail(NewPath());
  const AuditRecord audit = SampleAudit(1);
  ASSERT_TRUE(store->RecordAudit(audit).ok());
  AuditKey key = KeyOf(audit);
  absl::StatusOr<std::optional<AuditRecord>> found = store->FindAudit(key);
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_TRUE(found->has_value());
  ExpectSame(**found, audit);
  GetParam().change(&key);
  found = store->FindAudit(key);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_FALSE(found->has_value());
}

INSTANTIATE_TEST_SUITE_P(
    Table, FindAuditTest,
    ::testing::Values(KeyCase{"Model", [](AuditKey* key) { key->model_digest = SampleDigest("x"); }},
                      KeyCase{"Rules", [](AuditKey* key) { key->rules_digest = SampleDigest("x"); }},
                      KeyCase{"Classifier", [](AuditKey* key) { key->classifier_version = "classifier-2"; }},
                      KeyCase{"Context", [](AuditKey* key) { key->context_digest = ""; }}),
    [](const auto& info) { return info.param.name; });

TEST(FindAuditTest, OnlyMeasuredBytesAnswerForPointers) {
  const std::unique_ptr<Store> store = OpenOrFail(NewPath());
  AuditRecord claimed = SampleAudit(1);
  claimed.claimed = true;
  AuditRecord client = SampleAudit(1);
  client.measured_by = "client";
  ASSERT_TRUE(store->RecordAudit(claimed).ok());
  claimed.measured_by = "server";
  ASSERT_TRUE(store->RecordAudit(claimed).ok()) << "measured again, and still claimed";
  ASSERT_TRUE(store->RecordAudit(client).ok());
  const std::string& digest = claimed.model_digest;
  EXPECT_FALSE(store->LatestAuditByModelDigest(digest, AuditFilter::kMeasured)->has_value());
  EXPECT_FALSE(store->FindAudit(KeyOf(claimed))->has_value());
  EXPECT_EQ((*store->LatestAuditByModelDigest(digest, AuditFilter::kAny))->measured_by, "client");

  AuditRecord measured = SampleAudit(1);
  measured.rules_digest = SampleDigest("older rules");
  ASSERT_TRUE(store->RecordAudit(measured).ok());
  ASSERT_TRUE(store->RecordAudit(SampleAudit(2)).ok());
  EXPECT_EQ((*store->LatestAuditByModelDigest(digest, AuditFilter::kMeasured))->rules_digest, measured.rules_digest);
}

// The strongest word stands, in whatever order they come; the id is the same for all.
TEST(MeasurementTest, EachWayIsKeptOnceAndTheStrongestStands) {
  struct Step {
    const char* measured_by;
    const char* strongest;
    bool is_measured;
  };
  const std::vector<std::vector<Step>> orders = {
      {{"client", "client", false}, {"server", "server", true}, {"local", "local", true}, {"client", "local", true}},
      {{"client", "client", false}, {"local", "local", true}, {"server", "local", true}},
      {{"local", "local", true}, {"client", "local", true}, {"server", "local", true}},
      {{"server", "server", true}, {"client", "server", true}, {"client", "server", true}},
  };
  for (const std::vector<Step>& order : orders) {
    const std::unique_ptr<Store> store = OpenOrFail(NewPath());
    AuditRecord audit = SampleAudit(1);
    const std::string id = AuditIdOf(audit);
    for (const Step& step : order) {
      SCOPED_TRACE(step.measured_by);
      audit.measured_by = step.measured_by;
      const absl::StatusOr<std::string> recorded = store->RecordAudit(audit);
      ASSERT_TRUE(recorded.ok()) << recorded.status();
      EXPECT_EQ(*recorded, id);
      EXPECT_EQ(store->GetAudit(id)->measured_by, step.strongest);
      EXPECT_EQ(store->ListAudits(10, 0)->audits.at(0).measured_by, step.strongest);
      EXPECT_EQ(store->FindAudit(KeyOf(audit))->has_value(), step.is_measured);
    }
    EXPECT_EQ(store->ListAudits(10, 0)->audits.size(), 1u);
    const absl::Status verified = store->VerifyAll();
    EXPECT_TRUE(verified.ok()) << verified;
  }
}

TEST(MeasurementTest, ADecisionKeepsWhoMeasured) {
  const std::unique_ptr<Store> store = OpenOrFail(NewPath());
  DecisionRecord decision = SampleDecision(1);
  std::set<std::string> ids;
  for (const std::string measured_by : {"", "server", "client"}) {
    decision.measured_by = measured_by;
    const absl::StatusOr<RecordedIds> recorded = store->RecordAuditAndDecision(SampleAudit(1), decision);
    ASSERT_TRUE(recorded.ok()) << recorded.status();
    EXPECT_EQ(store->GetDecision(recorded->decision_id)->measured_by, measured_by);
    ids.insert(recorded->decision_id);
  }
  EXPECT_EQ(ids.size(), 3u);
  EXPECT_TRUE(store->VerifyAll().ok()) << store->VerifyAll();
}

TEST(MeasurementTest, LicencesOfTheFirstRecordingStand) {
  const std::unique_ptr<Store> store = OpenOrFail(NewPath());
  const AuditRecord audit = SampleAudit(1);
  ASSERT_TRUE(store->RecordAudit(audit).ok());
  AuditRecord again = audit;
  again.licenses.clear();
  const absl::StatusOr<std::string> id = store->RecordAudit(again);
  ASSERT_TRUE(id.ok()) << id.status();
  ExpectSame(*store->GetAudit(*id), audit);
}

TEST(FindAuditTest, TheNewestAnswers) {
  const std::unique_ptr<Store> store = OpenOrFail(NewPath());
  AuditRecord audit = SampleAudit(1);
  ASSERT_TRUE(store->RecordAudit(audit).ok());
  audit.texts.clear();
  ASSERT_TRUE(store->RecordAudit(audit).ok());
  EXPECT_TRUE((*store->FindAudit(KeyOf(audit)))->texts.empty());
}

TEST(FindAuditTest, AModelWithoutDigestIsRecordedButHasNoTwin) {
  const std::unique_ptr<Store> store = OpenOrFail(NewPath());
  AuditRecord audit = SampleAudit(1);
  audit.model_digest = "";
  const absl::StatusOr<std::string> id = store->RecordAudit(audit);
  ASSERT_TRUE(id.ok()) << id.status();
  EXPECT_TRUE(store->GetAudit(*id).ok());
  EXPECT_EQ(store->FindAudit(KeyOf(audit)).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(store->LatestAuditByModelDigest("", AuditFilter::kAny).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(IdPrefixTest, ResolvesWhatIsClearAndListsWhatIsNot) {
  const std::unique_ptr<Store> store = OpenOrFail(NewPath());
  AuditRecord audit = SampleAudit(1);
  audit.audit_id = "0123456789" + std::string(54, 'a');
  ASSERT_TRUE(store->RecordAudit(audit).ok());
  audit.audit_id = "0123456789" + std::string(54, 'b');
  ASSERT_TRUE(store->RecordAudit(audit).ok());
  EXPECT_EQ(store->GetAudit("0123456789b")->audit_id, audit.audit_id);
  const absl::Status ambiguous = store->GetAudit("01234567").status();
  EXPECT_EQ(ambiguous.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(ambiguous.message()), HasSubstr(audit.audit_id));
  EXPECT_EQ(store->GetAudit("0123456").status().code(), absl::StatusCode::kInvalidArgument) << "too short";
  EXPECT_EQ(store->GetAudit("0123456%").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(store->GetAudit("ffffffff").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(store->GetDecision("ffffffff").status().code(), absl::StatusCode::kNotFound);
}

TEST(ListAuditsTest, PagesReachEveryAuditOnce) {
  const std::unique_ptr<Store> store = OpenOrFail(":memory:");
  for (int seed = 0; seed < 7; ++seed) ASSERT_TRUE(store->RecordAudit(SampleAudit(seed)).ok());
  std::vector<std::string> repositories;
  int64_t before = 0;
  do {
    const absl::StatusOr<AuditPage> page = store->ListAudits(3, before);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const AuditSummary& audit : page->audits) repositories.push_back(audit.repository);
    before = page->next_before;
  } while (before != 0);
  EXPECT_THAT(repositories,
              ::testing::ElementsAre("example/model-6", "example/model-5", "example/model-4", "example/model-3",
                                     "example/model-2", "example/model-1", "example/model-0"));
  EXPECT_FALSE(store->ListAudits(0, 0).ok());
  EXPECT_FALSE(store->ListAudits(kPageSizeMax + 1, 0).ok());
}

// ---- shape
// -----------------------------------------------------------------------------------------------------------

struct ShapeCase {
  std::string name;
  void (*spoil)(AuditRecord*, DecisionRecord*);
  std::string field;  // named by the message
};
void PrintTo(const ShapeCase& c, std::ostream* os) { *os << c.name; }

class ShapeTest : public ::testing::TestWithParam<ShapeCase> {};

TEST_P(ShapeTest, IsRefusedByName) {
  const std::unique_ptr<Store> store = OpenOrFail(":memory:");
  AuditRecord audit = SampleAudit(1);
  DecisionRecord decision = SampleDecision(1);
  GetParam().spoil(&audit, &decision);
  const absl::Status status = store->RecordAuditAndDecision(audit, decision).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(GetParam().field));
  EXPECT_TRUE(store->ListAudits(1, 0)->audits.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Table, ShapeTest,
    ::testing::Values(
        ShapeCase{"UpperCaseDigest", [](auto* a, auto*) { a->model_digest[0] = 'A'; }, "audit.model_digest"},
        ShapeCase{"NoRulesDigest", [](auto* a, auto*) { a->rules_digest = ""; }, "audit.rules_digest"},
        ShapeCase{"NoClassifier", [](auto* a, auto*) { a->classifier_version = ""; }, "audit.classifier_version"},
        ShapeCase{"UnknownMeasurer", [](auto* a, auto*) { a->measured_by = "me"; }, "audit.measured_by"},
        ShapeCase{"LocalTime", [](auto* a, auto*) { a->created_at = "2026-11-21T10:00:00+01:00"; }, "audit.created_at"},
        ShapeCase{"NoSuchDay", [](auto* a, auto*) { a->created_at = "2026-02-30T10:00:00Z"; }, "audit.created_at"},
        ShapeCase{"NegativeSize", [](auto* a, auto*) { a->artifacts[1].size = -1; }, "audit.artifacts[1].size"},
        ShapeCase{"EmptyPath", [](auto* a, auto*) { a->artifacts[0].path = ""; }, "audit.artifacts[0].path"},
        ShapeCase{"EndBeforeBegin", [](auto* a, auto*) { a->evidence[0].byte_end = 4; }, "audit.evidence[0].byte_end"},
        ShapeCase{"EmptyLicense", [](auto* a, auto*) { a->evidence[0].license_ids[1] = ""; },
                  "audit.evidence[0].license_ids"},
        ShapeCase{"LongRepository", [](auto* a, auto*) { a->repository.assign(kNameMaxBytes + 1, 'x'); },
                  "audit.repository"},
        ShapeCase{"NoLicenseId", [](auto* a, auto*) { a->licenses[1].license_id = ""; },
                  "audit.licenses[1].license_id"},
        ShapeCase{"NoMatch", [](auto* a, auto*) { a->licenses[0].match = ""; }, "audit.licenses[0].match"},
        ShapeCase{"LongValue", [](auto* a, auto*) { a->evidence[1].value.assign(kStringMaxBytes + 1, 'x'); },
                  "audit.evidence[1].value"},
        ShapeCase{"UnknownDecision", [](auto*, auto* d) { d->decision = "approved"; }, "decision.decision"},
        ShapeCase{"UnknownMode", [](auto*, auto* d) { d->mode = ""; }, "decision.mode"},
        ShapeCase{"LocalIsSaidByNothing", [](auto*, auto* d) { d->measured_by = "local"; }, "decision.measured_by"},
        ShapeCase{"NoResult", [](auto*, auto* d) { d->result_blob = ""; }, "decision.result_blob"},
        ShapeCase{"NoClause", [](auto*, auto* d) { d->obligations[0].clause = ""; }, "decision.obligations[0].clause"},
        ShapeCase{"OtherAudit", [](auto*, auto* d) { d->audit_id = SampleDigest("x"); }, "decision.audit_id"}),
    [](const auto& info) { return info.param.name; });

TEST(ShapeTest, AProfileMayBeAbsent) {
  const std::unique_ptr<Store> store = OpenOrFail(":memory:");
  DecisionRecord decision = SampleDecision(1);
  decision.profile_blob = decision.profile_digest = "";
  const absl::StatusOr<RecordedIds> ids = store->RecordAuditAndDecision(SampleAudit(1), decision);
  ASSERT_TRUE(ids.ok()) << ids.status();
  EXPECT_EQ(store->GetDecision(ids->decision_id)->profile_blob, "");
}

TEST(BlobTest, AreKeptOnceAndMayBeEmpty) {
  const std::unique_ptr<Store> store = OpenOrFail(":memory:");
  for (const std::string& bytes : {std::string(), std::string("a\0b", 3)}) {
    const absl::StatusOr<std::string> sha256 = store->PutBlob(bytes, BlobKind::kScannedText);
    ASSERT_TRUE(sha256.ok()) << sha256.status();
    EXPECT_EQ(*sha256, SampleDigest(bytes));
    EXPECT_EQ(*store->PutBlob(bytes, BlobKind::kOfficialText), *sha256);
    EXPECT_EQ(*store->GetBlob(*sha256), bytes);
  }
  EXPECT_EQ(store->GetBlob(SampleDigest("none")).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(store->GetBlob("short").status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(OfficialTextTest, AreListedByLicenceAndStoredOnce) {
  const std::unique_ptr<Store> store = OpenOrFail(":memory:");
  const std::vector<OfficialTextInput> texts = {
      {{"LicenseRef-b", "", "", "pack", "32.5.0"}, "text b"},
      {{"LicenseRef-a", "a2.tokens", "", "scanned", ""}, "text a2"},
      {{"LicenseRef-a", "a1.tokens", "", "operator", ""}, "text a1"},
  };
  EXPECT_EQ(*store->PutOfficialTexts(texts), 3);
  EXPECT_EQ(*store->PutOfficialTexts(texts), 0);
  const absl::StatusOr<std::vector<OfficialTextRow>> of_a = store->ListOfficialTexts("LicenseRef-a");
  ASSERT_TRUE(of_a.ok()) << of_a.status();
  ASSERT_EQ(of_a->size(), 2u);
  EXPECT_EQ((*of_a)[0].token_file, "a1.tokens");
  EXPECT_EQ(*store->GetBlob((*of_a)[0].sha256), "text a1");
  EXPECT_EQ(store->ListOfficialTexts("")->size(), 3u);
  EXPECT_EQ(store->PutOfficialTexts({{{"LicenseRef-c", "", "", "pack", ""}, "text"}}).status().code(),
            absl::StatusCode::kInvalidArgument)
      << "a pack has a version";
}

// ---- damage
// ----------------------------------------------------------------------------------------------------------

struct DamageCase {
  std::string name;
  std::string sql;
};
void PrintTo(const DamageCase& c, std::ostream* os) { *os << c.name; }

class DamageTest : public ::testing::TestWithParam<DamageCase> {};

// Valid SQL on a valid file: SQLite itself sees nothing wrong.
TEST_P(DamageTest, IsFoundWhenRead) {
  const std::string path = NewPath();
  AuditRecord audit = SampleAudit(2);
  const DecisionRecord decision = SampleDecision(2);
  RecordedIds ids;
  {
    const std::unique_ptr<Store> store = OpenOrFail(path);
    audit.used_audits = {*store->RecordAudit(SampleAudit(1))};
    audit.measured_by = "client";
    ASSERT_TRUE(store->RecordAudit(audit).ok());
    audit.measured_by = "server";
    ASSERT_TRUE(store->PutOfficialTexts({{{"LicenseRef-a", "a.tokens", "", "scanned", ""}, "text"}}).ok());
    ids = *store->RecordAuditAndDecision(audit, decision);
  }
  Tamper(path, GetParam().sql);
  const std::unique_ptr<Store> store = OpenOrFail(path);
  ASSERT_NE(store, nullptr);
  EXPECT_EQ(store->VerifyAll().code(), absl::StatusCode::kDataLoss);
  // What reads the damaged row says so or does not find it; what it returns is what was recorded.
  const auto found = store->FindAudit(KeyOf(audit));
  if (found.ok() && found->has_value()) ExpectSame(**found, audit);
  const auto got = store->GetAudit(ids.audit_id);
  if (got.ok()) ExpectSame(*got, audit);
  const auto decided = store->GetDecision(ids.decision_id);
  if (decided.ok()) {
    EXPECT_EQ(DecisionIdOf(*decided), ids.decision_id);
  }
  const auto texts = store->ListOfficialTexts("");
  if (texts.ok() && !texts->empty()) {
    EXPECT_EQ(texts->front().license_id, "LicenseRef-a");
  }
  for (const std::string& digest : {audit.model_digest, audit.weights_digest, audit.artifacts[0].sha256}) {
    const auto answers = store->LookupDigests({digest});
    if (!answers.ok() || !answers->front().has_value()) continue;
    const DigestAnswer& answer = *answers->front();
    EXPECT_EQ(answer.audit_id, ids.audit_id);
    EXPECT_EQ(answer.measured_by, "server");
    EXPECT_EQ(answer.latest_decision, "NEEDS_REVIEW");
    EXPECT_EQ(answer.governing.size(), 2u);
    EXPECT_EQ(answer.kind == DigestKind::kModel, digest == audit.model_digest);
  }
  const auto models = store->GetModel(audit.model_digest, 10, 0);
  if (models.ok()) {
    EXPECT_EQ(models->audits.at(0).audit.measured_by, "server");
    EXPECT_EQ(models->audits.at(0).governing.size(), 2u);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, DamageTest,
    ::testing::Values(
        DamageCase{"BlobBytes", "UPDATE blobs SET bytes = CAST('x' AS BLOB) WHERE kind = 'result'"},
        DamageCase{"BlobKey", "UPDATE blobs SET sha256 = replace(sha256, 'a', 'b')"},
        DamageCase{"BlobGone", "DELETE FROM blobs WHERE kind = 'inventory'"},
        DamageCase{"AuditModelDigest", "UPDATE audits SET model_digest = replace(model_digest, 'a', 'b')"},
        DamageCase{"AuditId", "UPDATE audits SET audit_id = replace(audit_id, 'a', 'b')"},
        DamageCase{"AuditClaimed", "UPDATE audits SET claimed = 1"},
        DamageCase{"AuditInstant", "UPDATE audits SET created_at = '2020-01-01T00:00:00Z'"},
        DamageCase{"ArtifactRole", "UPDATE artifacts SET role = 'config' WHERE role = 'weights'"},
        DamageCase{"ArtifactGone", "DELETE FROM artifacts WHERE ordinal = 1"},
        DamageCase{"EvidenceValue", "UPDATE evidence SET value = 'example/other' WHERE ordinal = 1"},
        DamageCase{"EvidenceLicense", "UPDATE evidence_licenses SET license_id = 'Apache-2.0' WHERE ordinal = 0"},
        DamageCase{"EvidenceLicenseGone", "DELETE FROM evidence_licenses WHERE ordinal = 1"},
        DamageCase{"TextUse", "UPDATE audit_texts SET license_id = 'Apache-2.0'"},
        DamageCase{"UsedAuditGone", "DELETE FROM audit_uses"},
        DamageCase{"Decision", "UPDATE decisions SET decision = 'APPROVED'"},
        DamageCase{"DecisionMoved", "UPDATE decisions SET audit_sequence = 1"},
        DamageCase{"DecisionWithoutAudit", "UPDATE decisions SET audit_sequence = 99"},
        DamageCase{"FindingGone", "DELETE FROM findings WHERE ordinal = 1"},
        DamageCase{"ObligationFulfilled", "UPDATE obligations SET fulfilled = 1"},
        DamageCase{"DecisionMeasuredBy", "UPDATE decisions SET measured_by = 'server'"},
        DamageCase{"MeasurementsGone", "DELETE FROM audit_measurements"},
        DamageCase{"FirstMeasurementGone", "DELETE FROM audit_measurements WHERE measured_by = 'client'"},
        DamageCase{"MeasurementWord",
                   "UPDATE audit_measurements SET measured_by = 'local' WHERE measured_by = 'server'"},
        DamageCase{"MeasurementInstant", "UPDATE audit_measurements SET recorded_at = '2020-01-01T00:00:00Z'"},
        DamageCase{"MeasurementAdded",
                   "INSERT INTO audit_measurements (audit_sequence, measured_by, recorded_at, row_sha256)"
                   " SELECT sequence, 'local', created_at, row_sha256 FROM audits WHERE measured_by = 'client'"},
        DamageCase{"LicenseId", "UPDATE audit_licenses SET license_id = 'Apache-2.0' WHERE ordinal = 0"},
        DamageCase{"LicenseGoverns", "UPDATE audit_licenses SET governs = 0"},
        DamageCase{"LicenseGone", "DELETE FROM audit_licenses WHERE ordinal = 3"},
        DamageCase{"LicenseListGone", "DELETE FROM audit_license_lists"},
        DamageCase{"KnownDigest",
                   "UPDATE known_digests SET digest = zeroblob(32) WHERE kind = 3 AND audit_sequence = 2"},
        DamageCase{"KnownDigestMoved", "UPDATE known_digests SET audit_sequence = 3 - audit_sequence"},
        DamageCase{"KnownDigestKind", "UPDATE known_digests SET kind = 4 - kind"},
        DamageCase{"KnownDigestMeasured", "UPDATE known_digests SET measured = 0 WHERE audit_sequence = 1"},
        DamageCase{"KnownDigestGone", "DELETE FROM known_digests WHERE kind = 1"},
        DamageCase{
            "KnownDigestAdded",
            "INSERT INTO known_digests (digest, measured, kind, audit_sequence, row_check)"
            " SELECT digest, 1, kind, 1, row_check FROM known_digests WHERE audit_sequence = 2 AND measured = 0"},
        DamageCase{"KnownDigestOfNoAudit", "UPDATE known_digests SET audit_sequence = 99 WHERE audit_sequence = 2"},
        DamageCase{"AnswerChanged", "UPDATE answers SET answer = CAST(replace(answer, 'REVIEW', 'review') AS BLOB)"},
        DamageCase{"AnswerCutShort", "UPDATE answers SET answer = substr(answer, 1, length(answer) - 1)"},
        DamageCase{"AnswerEmpty", "UPDATE answers SET answer = zeroblob(0)"},
        DamageCase{"AnswerDigest", "UPDATE answers SET sha256 = zeroblob(32)"},
        DamageCase{"AnswersGone", "DELETE FROM answers"},
        DamageCase{"AnswersMoved", "UPDATE answers SET answer_id = answer_id + 100"},
        DamageCase{"AnswersOfAnotherAudit",
                   "DELETE FROM answers WHERE answer_id < 33554432;"
                   " UPDATE answers SET answer_id = answer_id - 16777216"},
        DamageCase{"OfficialText", "UPDATE official_texts SET license_id = 'Apache-2.0'"}),
    [](const auto& info) { return info.param.name; });

// Rows that are gone together leave a store that looks like an earlier one: only the full check compares tables.
TEST(DamageTest, WhatIsGoneWholeIsFoundByTheFullCheck) {
  for (const std::string sql :
       {"DELETE FROM audit_licenses; DELETE FROM audit_license_lists", "DELETE FROM answers WHERE answer_id > 16777216",
        "DELETE FROM known_digests", "DELETE FROM known_digests; DELETE FROM answers"}) {
    SCOPED_TRACE(sql);
    const std::string path = NewPath();
    {
      const std::unique_ptr<Store> store = OpenOrFail(path);
      ASSERT_TRUE(store->RecordAudit(SampleAudit(1)).ok());
      ASSERT_TRUE(store->RecordAuditAndDecision(SampleAudit(1), SampleDecision(1)).ok());
      ASSERT_TRUE(store->VerifyAll().ok());
    }
    Tamper(path, sql);
    EXPECT_EQ(OpenOrFail(path)->VerifyAll().code(), absl::StatusCode::kDataLoss);
  }
}

TEST(DamageTest, DamagedBytesAreNotTakenForStored) {
  const std::string path = NewPath();
  ASSERT_TRUE(OpenOrFail(path)->PutBlob("text", BlobKind::kScannedText).ok());
  Tamper(path, "UPDATE blobs SET bytes = CAST('tent' AS BLOB)");
  const std::unique_ptr<Store> store = OpenOrFail(path);
  EXPECT_EQ(store->GetBlob(SampleDigest("text")).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(store->PutBlob("text", BlobKind::kScannedText).status().code(), absl::StatusCode::kDataLoss);
}

// ---- opening
// ---------------------------------------------------------------------------------------------------------

TEST(OpenTest, AMissingFileIsNotFoundUnlessItMayBeMade) {
  const std::string path = NewPath();
  EXPECT_EQ(OpenStatus(path, StoreMode::kMustExist).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(OpenStatus(path, StoreMode::kReadOnly).code(), absl::StatusCode::kNotFound);
  EXPECT_NE(access(path.c_str(), F_OK), 0) << "nothing was made";
  EXPECT_TRUE(OpenStatus(path, StoreMode::kCreate).ok());
  EXPECT_TRUE(OpenStatus(path, StoreMode::kMustExist).ok());
  EXPECT_EQ(OpenStatus(path + "/no/such/folder.db", StoreMode::kCreate).ok(), false);
}

TEST(OpenTest, ReadOnlyReadsAndRefusesToWrite) {
  const std::string path = NewPath();
  ASSERT_TRUE(OpenOrFail(path)->RecordAudit(SampleAudit(1)).ok());
  const std::unique_ptr<Store> store = OpenOrFail(path, StoreMode::kReadOnly);
  EXPECT_EQ(store->ListAudits(10, 0)->audits.size(), 1u);
  EXPECT_EQ(store->RecordAudit(SampleAudit(2)).status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(store->PutBlob("x", BlobKind::kResult).status().code(), absl::StatusCode::kPermissionDenied);
}

TEST(OpenTest, ANewerSchemaIsRefused) {
  const std::string path = NewPath();
  OpenOrFail(path);
  Tamper(path, "PRAGMA user_version = 999");
  const absl::Status status = OpenStatus(path, StoreMode::kCreate);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("newer program"));
}

TEST(OpenTest, AChangedSchemaIsRefused) {
  for (const std::string sql : {
           "CREATE TRIGGER t AFTER INSERT ON decisions BEGIN UPDATE decisions SET decision = 'APPROVED'; END",
           "CREATE VIEW v AS SELECT decision FROM decisions",
           "CREATE TABLE more (x TEXT) STRICT",
           "CREATE INDEX more ON audits (repository)",
           "DROP INDEX audits_by_key",
           "ALTER TABLE findings ADD COLUMN more TEXT",
       }) {
    const std::string path = NewPath();
    OpenOrFail(path);
    Tamper(path, sql);
    EXPECT_EQ(OpenStatus(path, StoreMode::kCreate).code(), absl::StatusCode::kDataLoss) << sql;
    EXPECT_EQ(OpenStatus(path, StoreMode::kReadOnly).code(), absl::StatusCode::kDataLoss) << sql;
  }
}

TEST(OpenTest, ManyMayOpenAndRecordAtOnce) {
  const std::string path = NewPath();
  constexpr int kThreads = 8;
  constexpr int kEach = 4;
  std::vector<absl::Status> results(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&results, &path, t] {
      StoreOptions options;
      options.path = path;
      options.busy_timeout_ms = 120000;
      absl::StatusOr<std::unique_ptr<Store>> store = Store::Open(options);
      results[t] = store.status();
      for (int i = 0; i < kEach && results[t].ok(); ++i) {
        results[t] = (*store)->RecordAudit(SampleAudit(t * kEach + i)).status();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const absl::Status& result : results) EXPECT_TRUE(result.ok()) << result;
  EXPECT_EQ(OpenOrFail(path)->ListAudits(100, 0)->audits.size(), static_cast<size_t>(kThreads * kEach));
}

TEST(OpenTest, OneStoreServesManyThreads) {
  const std::unique_ptr<Store> store = OpenOrFail(":memory:");
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&store, t] {
      for (int i = 0; i < 25; ++i) {
        EXPECT_TRUE(store->RecordAuditAndDecision(SampleAudit(t * 25 + i), SampleDecision(i)).ok());
        EXPECT_TRUE(store->FindAudit(KeyOf(SampleAudit(t * 25 + i)))->has_value());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(store->ListAudits(500, 0)->audits.size(), 100u);
}

}  // namespace
}  // namespace weighbridge::db
