// The chain behind a decision: each row with its event, once, in order, and never changed again.
#include <functional>

#include "db/schema/migrations.h"
#include "db/sqlite/database.h"
#include "db/sqlite/statement.h"
#include "db/store/sample_records.h"
#include "db/store/store.h"
#include "db/store/test_store.h"
#include "gtest/gtest.h"
#include "services/crypto/sha256.h"

namespace weighbridge::db {
namespace {

EventInput Event(std::string kind, std::string subject) {
  return {kind, "{\"" + kind + "\":\"" + subject + "\"}", "{}"};
}

ApprovalRow SampleApproval(int seed) {
  ApprovalRow row;
  const std::string statement = "statement " + std::to_string(seed), envelope = "envelope " + std::to_string(seed);
  row.approval_id = Sha256Hex(statement);
  row.model_digest = Sha256Hex("model " + std::to_string(seed % 3));
  row.weights_digest = Sha256Hex("weights " + std::to_string(seed % 3));
  row.decision = "APPROVED";
  row.not_before = "2026-11-26T12:00:00Z";
  row.expires = "2027-02-24T12:00:00Z";
  row.key_id = Sha256Hex("key");
  row.uses = {"commercial"};
  row.environments = {"production", "staging"};
  row.by = "Ada";
  row.reason = "needed";
  row.created_at = "2026-11-26T12:00:00Z";
  row.statement_blob = row.approval_id;
  row.envelope_blob = Sha256Hex(envelope);
  row.blobs = {{BlobKind::kStatement, statement}, {BlobKind::kEnvelope, envelope}};
  return row;
}

RevocationRow SampleRevocation(const ApprovalRow& approval, std::string reason = "no longer") {
  return {approval.approval_id, "Bob", "", std::move(reason), "2026-12-01T00:00:00Z"};
}

std::unique_ptr<Store> NewStore() { return OpenOrFail(":memory:"); }

int64_t Events(Store& store) { return store.CountEvents().value_or(-1); }

TEST(ChainTest, ApprovalComesBackAndIsFoundByEachDigest) {
  const auto store = NewStore();
  const ApprovalRow row = SampleApproval(1);
  ASSERT_TRUE(store->RecordApproval(row, Event("approval", row.approval_id)).ok());
  const auto read = store->GetApproval(row.approval_id.substr(0, 10));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->environments, row.environments);
  EXPECT_EQ(read->by, "Ada");
  EXPECT_EQ(store->GetBlob(read->envelope_blob).value_or(""), "envelope 1");
  for (const std::string& digest : {row.model_digest, row.weights_digest, Sha256Hex("other")}) {
    ApprovalFilter naming;
    naming.digest = digest;
    const auto found = store->ListApprovals(naming, 10, 0);
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_EQ(found->size(), digest == Sha256Hex("other") ? 0u : 1u) << digest;
  }
  EXPECT_TRUE(store->VerifyAll().ok()) << store->VerifyAll();
}

TEST(ChainTest, SecondRecordingIsNoSecondEvent) {
  const auto store = NewStore();
  const ApprovalRow row = SampleApproval(1);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(store->RecordApproval(row, Event("approval", row.approval_id)).ok());
  EXPECT_EQ(Events(*store), 1);
  ApprovalRow other = row;
  other.reason = "other";
  EXPECT_EQ(store->RecordApproval(other, Event("approval", row.approval_id)).status().code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(Events(*store), 1);
}

TEST(ChainTest, FirstRevocationStands) {
  const auto store = NewStore();
  const ApprovalRow row = SampleApproval(1);
  EXPECT_EQ(store->RecordRevocation(SampleRevocation(row), Event("revocation", row.approval_id)).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(Events(*store), 0);
  ASSERT_TRUE(store->RecordApproval(row, Event("approval", row.approval_id)).ok());
  for (const char* reason : {"first", "second"}) {
    const auto stands = store->RecordRevocation(SampleRevocation(row, reason), Event("revocation", row.approval_id));
    ASSERT_TRUE(stands.ok()) << stands.status();
    EXPECT_EQ(stands->reason, "first");
  }
  EXPECT_EQ(Events(*store), 2);
  EXPECT_TRUE(store->FindRevocation(row.approval_id)->has_value());
  ApprovalFilter standing;
  standing.not_revoked = true;
  EXPECT_TRUE(store->ListApprovals(standing, 10, 0)->empty());
  EXPECT_EQ(store->ListApprovals({}, 10, 0)->size(), 1u);
}

TEST(ChainTest, ARequestIsDoneOnce) {
  const auto store = NewStore();
  const RequestKey request = {"request-1", Sha256Hex("content")};
  const ApprovalRow first = SampleApproval(1), second = SampleApproval(2);
  EXPECT_EQ(*store->RecordApproval(first, Event("approval", "1"), request), first.approval_id);
  EXPECT_EQ(*store->RecordApproval(second, Event("approval", "2"), request), first.approval_id) << "answered alike";
  EXPECT_EQ(Events(*store), 1);
  EXPECT_EQ(*store->FindRequest(request), first.approval_id);
  EXPECT_EQ(store->RecordApproval(second, Event("approval", "2"), {"request-1", Sha256Hex("other")}).status().code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_FALSE(store->GetApproval(second.approval_id).ok());
}

TEST(ChainTest, PagesAreNewestFirst) {
  const auto store = NewStore();
  for (int i = 0; i < 7; ++i) ASSERT_TRUE(store->RecordApproval(SampleApproval(i), Event("approval", "x")).ok());
  const auto page = store->ListApprovals({}, 3, 0);
  ASSERT_EQ(page->size(), 3u);
  EXPECT_EQ(page->front().sequence, 7);
  EXPECT_EQ(store->ListApprovals({}, 10, page->back().sequence)->size(), 4u);
  ApprovalFilter of_model;
  of_model.digest = SampleApproval(0).model_digest;
  EXPECT_EQ(store->ListApprovals(of_model, 10, 0)->size(), 3u);
  EXPECT_EQ(store->ListApprovals(of_model, 10, 7)->size(), 2u);
  ApprovalFilter later;
  later.not_expired_at = 1803470400 + 1;  // a second after 2027-02-24T12:00:00Z
  EXPECT_TRUE(store->ListApprovals(later, 10, 0)->empty());
  later.not_expired_at -= 1;
  EXPECT_EQ(store->ListApprovals(later, 10, 0)->size(), 7u);
}

TEST(ChainTest, EachKindHasItsEvent) {
  const auto store = NewStore();
  RulingRow ruling;
  ruling.ruling_id = ruling.document_blob = Sha256Hex("ruling");
  ruling.model_digest = Sha256Hex("model");
  ruling.license_id = "MIT";
  ruling.recorded_at = "2026-11-26T12:00:00Z";
  ruling.blobs = {{BlobKind::kRuling, "ruling"}};
  ASSERT_TRUE(store->RecordRuling(ruling, Event("ruling", "r")).ok());
  WaiverRow waiver;
  waiver.waiver_id = Sha256Hex("payload");
  waiver.model_digest = ruling.model_digest;
  waiver.rule_id = "term.territory";
  waiver.until = "2027-01-01T00:00:00Z";
  waiver.key_id = Sha256Hex("key");
  waiver.envelope_blob = Sha256Hex("envelope");
  waiver.recorded_at = "2026-11-26T12:00:00Z";
  waiver.blobs = {{BlobKind::kEnvelope, "envelope"}};
  ASSERT_TRUE(store->RecordWaiver(waiver, Event("waiver", "w")).ok());
  ASSERT_TRUE(store
                  ->RecordKeyChange({0, Sha256Hex("key"), "init", "", "mine", "", "2026-11-26T12:00:00Z"},
                                    Event("key_change", "k"))
                  .ok());
  ASSERT_TRUE(store
                  ->RecordAdmission({0, false, "", Sha256Hex("model"), "no_approval", "", "2026-11-26T12:00:00Z"},
                                    Event("engine_refusal", ""))
                  .ok());
  const auto events = store->ListEvents(0, 10);
  ASSERT_TRUE(events.ok()) << events.status();
  std::string kinds;
  for (const EventRecord& event : *events) kinds += std::to_string(event.sequence) + event.kind + " ";
  EXPECT_EQ(kinds, "0ruling 1waiver 2key_change 3engine_refusal ");
  EXPECT_EQ(store->ListRulings(ruling.model_digest)->size(), 1u);
  EXPECT_EQ(store->ListWaivers(ruling.model_digest)->front().rule_id, "term.territory");
  EXPECT_EQ(store->ListKeyChanges()->front().name, "mine");
  EXPECT_TRUE(store->VerifyAll().ok()) << store->VerifyAll();
}

TEST(ChainTest, NoRowWithoutEvent) {
  const auto store = NewStore();
  const ApprovalRow row = SampleApproval(1);
  EXPECT_FALSE(store->RecordApproval(row, {}).ok());
  EXPECT_FALSE(store->GetApproval(row.approval_id).ok());
  EXPECT_FALSE(store->RecordApproval(row, {"approval", std::string(kLeafMaxBytes + 1, 'x'), ""}).ok());
  EXPECT_FALSE(store->GetApproval(row.approval_id).ok());
  DecisionRecord decision = SampleDecision(1);
  decision.event = {};
  EXPECT_FALSE(store->RecordAuditAndDecision(SampleAudit(1), decision).ok());
  EXPECT_EQ(Events(*store), 0);
}

TEST(ChainTest, ADecisionHasOneEvent) {
  const auto store = NewStore();
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(store->RecordAuditAndDecision(SampleAudit(1), SampleDecision(1)).ok());
  EXPECT_EQ(Events(*store), 1);
}

TEST(ChainTest, TheFloorOnlyRises) {
  const std::string path = NewPath();
  {
    const auto store = OpenOrFail(path);
    EXPECT_EQ(*store->ClockFloor(), 0);
    EXPECT_EQ(*store->RaiseClockFloor(1000), 1000);
    EXPECT_EQ(*store->RaiseClockFloor(10), 1000) << "a clock set back";
    EXPECT_EQ(*store->ClockFloor(), 1000);
  }
  EXPECT_EQ(*OpenOrFail(path)->ClockFloor(), 1000);
  const auto read_only = OpenOrFail(path, StoreMode::kReadOnly);
  EXPECT_FALSE(read_only->RaiseClockFloor(2000).ok()) << "no floor can be kept";
}

// ---- never changed, by nobody who goes through SQL
// -------------------------------------------------------------------

class UnchangedTest : public testing::TestWithParam<std::string> {};

TEST_P(UnchangedTest, SqlIsRefused) {
  const std::string path = NewPath();
  {
    const auto store = OpenOrFail(path);
    const ApprovalRow row = SampleApproval(1);
    ASSERT_TRUE(store->RecordApproval(row, Event("approval", "a"), {"r", Sha256Hex("r")}).ok());
    ASSERT_TRUE(store->RecordRevocation(SampleRevocation(row), Event("revocation", "a")).ok());
    ASSERT_TRUE(store->RaiseClockFloor(1000).ok());
  }
  DatabaseOptions options;
  options.path = path;
  options.mode = OpenMode::kMustExist;
  options.application_id = kStoreApplicationId;
  auto database = Database::Open(options);
  ASSERT_TRUE(database.ok()) << database.status();
  ASSERT_TRUE((*database)->EnableTriggers().ok());
  EXPECT_FALSE((*database)->Execute(GetParam()).ok());
  database->reset();
  const auto store = OpenOrFail(path);
  EXPECT_TRUE(store->VerifyAll().ok()) << store->VerifyAll();
  EXPECT_EQ(Events(*store), 2);
  EXPECT_EQ(*store->ClockFloor(), 1000);
}

INSTANTIATE_TEST_SUITE_P(
    Sql, UnchangedTest,
    testing::Values("UPDATE events SET kind = 'x'", "DELETE FROM events", "DELETE FROM events WHERE sequence = 1",
                    "INSERT INTO events SELECT 3, kind, leaf, body, row_sha256 FROM events LIMIT 1",
                    "INSERT OR REPLACE INTO events SELECT 1, kind, leaf, body, row_sha256 FROM events LIMIT 1",
                    "UPDATE OR REPLACE events SET sequence = 0 WHERE sequence = 1",
                    "UPDATE approvals SET expires = '2099-01-01T00:00:00Z'", "DELETE FROM approvals",
                    "DELETE FROM revocations", "UPDATE revocations SET reason = 'x'",
                    "INSERT OR REPLACE INTO revocations SELECT 2, approval_id, by_name, principal, reason, revoked_at, "
                    "0, row_sha256 FROM revocations",
                    "DELETE FROM approval_digests", "DELETE FROM requests", "UPDATE requests SET result = 'x'",
                    "UPDATE clock_floor SET seen = 999", "DELETE FROM clock_floor",
                    "INSERT OR REPLACE INTO clock_floor VALUES (1, 0)"));

}  // namespace
}  // namespace weighbridge::db
