// Look-ups by digest and lists of models.

#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "db/store/records.h"
#include "db/store/sample_records.h"
#include "db/store/store.h"
#include "db/store/test_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weighbridge::db {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The answer for one digest; nullopt also after an error, which fails the test.
std::optional<DigestAnswer> Ask(Store* store, const std::string& digest,
                                std::optional<DigestKind> kind = std::nullopt) {
  absl::StatusOr<std::vector<std::optional<DigestAnswer>>> answers = store->LookupDigests({digest}, kind);
  EXPECT_TRUE(answers.ok()) << answers.status();
  return answers.ok() ? std::move(answers->at(0)) : std::nullopt;
}

// The id of the audit that answers; "" if none does.
std::string AuditThatAnswers(Store* store, const std::string& digest, std::optional<DigestKind> kind = std::nullopt) {
  const std::optional<DigestAnswer> answer = Ask(store, digest, kind);
  return answer.has_value() ? answer->audit_id : "";
}

// Records the audit or fails the test.
std::string Record(Store* store, const AuditRecord& audit) {
  const absl::StatusOr<std::string> id = store->RecordAudit(audit);
  EXPECT_TRUE(id.ok()) << id.status();
  return id.value_or("");
}

void ExpectVerified(Store* store) {
  const absl::Status verified = store->VerifyAll();
  EXPECT_TRUE(verified.ok()) << verified;
}

// ---- digests

TEST(LookupDigestsTest, AnswersForTheModelItsWeightsAndItsFiles) {
  const std::string path = NewPath();
  const AuditRecord audit = SampleAudit(1);
  const std::string id = Record(OpenOrFail(path).get(), audit);
  const std::unique_ptr<Store> store = OpenOrFail(path, StoreMode::kReadOnly);
  struct Case {
    std::string digest;
    DigestKind kind;
  };
  for (const Case& c : {Case{audit.model_digest, DigestKind::kModel}, Case{audit.weights_digest, DigestKind::kWeights},
                        Case{audit.artifacts[0].sha256, DigestKind::kFile}}) {
    SCOPED_TRACE(static_cast<int>(c.kind));
    const std::optional<DigestAnswer> answer = Ask(store.get(), c.digest);
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->kind, c.kind);
    EXPECT_EQ(answer->audit_id, id);
    EXPECT_EQ(answer->model_digest, audit.model_digest);
    EXPECT_EQ(answer->weights_digest, audit.weights_digest);
    EXPECT_EQ(answer->rules_digest, audit.rules_digest);
    EXPECT_EQ(answer->classifier_version, audit.classifier_version);
    EXPECT_EQ(answer->measured_by, "local");
    EXPECT_EQ(answer->created_at, audit.created_at);
    EXPECT_EQ(answer->repository, audit.repository);
    EXPECT_EQ(answer->revision, audit.revision);
    EXPECT_EQ(answer->latest_decision, "") << "a scan decides nothing";
    EXPECT_EQ(answer->latest_decision_at, "");
    // Once each, in the order of the audit, and only those that govern.
    ASSERT_EQ(answer->governing.size(), 2u);
    EXPECT_EQ(answer->governing[0].license_id, "LicenseRef-b");
    EXPECT_EQ(answer->governing[0].short_id, "b");
    EXPECT_EQ(answer->governing[1].license_id, "LicenseRef-a");
    for (const DigestKind kind : {DigestKind::kFile, DigestKind::kWeights, DigestKind::kModel}) {
      EXPECT_EQ(AuditThatAnswers(store.get(), c.digest, kind), kind == c.kind ? id : "");
    }
  }
  EXPECT_FALSE(Ask(store.get(), audit.artifacts[1].sha256).has_value()) << "a claimed file was not read";
  EXPECT_FALSE(Ask(store.get(), SampleDigest("unknown")).has_value());
}

TEST(LookupDigestsTest, AClaimedAuditDoesNotAnswer) {
  const std::unique_ptr<Store> store = OpenOrFail(NewPath());
  AuditRecord audit = SampleAudit(1);
  audit.claimed = true;
  Record(store.get(), audit);
  for (const std::string& digest : {audit.model_digest, audit.weights_digest, audit.artifacts[0].sha256}) {
    EXPECT_FALSE(Ask(store.get(), digest).has_value());
  }
  ExpectVerified(store.get());
}

struct MalformedCase {
  std::string name;
  std::string digest;
};
void PrintTo(const MalformedCase& c, std::ostream* os) { *os << c.name; }

class MalformedDigestTest : public ::testing::TestWithParam<MalformedCase> {};

TEST_P(MalformedDigestTest, IsRefusedWithItsPlace) {
  const std::unique_ptr<Store> store = OpenOrFail(":memory:");
  const absl::Status status = store->LookupDigests({SampleDigest("good"), GetParam().digest}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("digests[1]"));
}

INSTANTIATE_TEST_SUITE_P(Table, MalformedDigestTest,
                         ::testing::Values(MalformedCase{"Empty", ""}, MalformedCase{"Short", std::string(63, 'a')},
                                           MalformedCase{"Long", std::string(65, 'a')},
                                           MalformedCase{"UpperCase", std::string(64, 'A')},
                                           MalformedCase{"NoHex", std::string(63, 'a') + "g"},
                                           MalformedCase{"Nul", std::string(64, '\0')},
                                           MalformedCase{"Prefixed", "sha256:" + std::string(57, 'a')}),
                         [](const auto& info) { return info.param.name; });

TEST(LookupDigestsTest, ABatchKeepsItsOrderAndItsDuplicates) {
  const std::unique_ptr<Store> store = OpenOrFail(NewPath());
  constexpr int kAudits = 50;
  constexpr int kFiles = 10;
  std::vector<AuditRecord> audits;
  for (int seed = 0; seed < kAudits; ++seed) audits.push_back(SampleAuditOfFiles(seed, kFiles));
  const absl::StatusOr<std::vector<std::string>> ids = store->RecordAudits(audits);
  ASSERT_TRUE(ids.ok()) << ids.status();
  std::vector<std::string> digests;
  std::vector<std::string> expected;
  for (size_t i = 0; i < kLookupMax; ++i) {
    const int seed = static_cast<int>(i * 7 % kAudits);
    const bool known = i % 3 != 0;
    digests.push_back(known ? SampleFileDigest(seed, static_cast<int>(i % kFiles)) : SampleDigest("unknown"));
    expected.push_back(known ? (*ids)[seed] : "");
  }
  const auto answers = store->LookupDigests(digests, DigestKind::kFile);
  ASSERT_TRUE(answers.ok()) << answers.status();
  ASSERT_EQ(answers->size(), kLookupMax);
  for (size_t i = 0; i < kLookupMax; ++i) {
    EXPECT_EQ((*answers)[i].has_value() ? (*answers)[i]->audit_id : "", expected[i]) << i;
  }
  digests.push_back(digests.front());
  EXPECT_EQ(store->LookupDigests(digests).status().code(), absl::StatusCode::kInvalidArgument) << "one too many";
  EXPECT_TRUE(store->LookupDigests({})->empty());
}

TEST(LookupDigestsTest, TheNewestAuditAnswers) {
  const std::unique_ptr<Store> store = OpenOrFail(NewPath());
  AuditRecord audit = SampleAudit(1);
  const std::string older = Record(store.get(), audit);
  audit.rules_digest = SampleDigest("newer rules");
  const std::string newer = Record(store.get(), audit);
  EXPECT_EQ(AuditThatAnswers(store.get(), audit.model_digest), newer);
  EXPECT_EQ(Record(store.get(), SampleAudit(1)), older);
  EXPECT_EQ(AuditThatAnswers(store.get(), audit.model_digest), newer) << "recorded again is not newer";
  ExpectVerified(store.get());
}

TEST(LookupDigestsTest, AClientAnswersMarkedAndAfterTheMeasured) {
  const std::unique_ptr<Store> store = OpenOrFail(NewPath());
  AuditRecord audit = SampleAudit(1);
  audit.measured_by = "client";
  const std::string id = Record(store.get(), audit);
  EXPECT_EQ(Ask(store.get(), audit.model_digest)->measured_by, "client");
  audit.measured_by = "server";
  EXPECT_EQ(Record(store.get(), audit), id);
  EXPECT_EQ(Ask(store.get(), audit.model_digest)->measured_by, "server");
  audit.measured_by = "local";
  EXPECT_EQ(Record(store.get(), audit), id);
  EXPECT_EQ(Ask(store.get(), audit.artifacts[0].sha256)->measured_by, "local");

  AuditRecord newer = SampleAudit(1);
  newer.measured_by = "client";
  newer.repository = "somebody/else";
  newer.licenses = {{"LicenseRef-free", "free", "", "EXACT", true}};
  const std::string of_client = Record(store.get(), newer);
  ASSERT_NE(of_client, id);
  for (const std::string& digest : {audit.model_digest, audit.weights_digest, audit.artifacts[0].sha256}) {
    EXPECT_EQ(AuditThatAnswers(store.get(), digest), id) << "what a client says does not hide what was read here";
  }
  EXPECT_EQ(AuditThatAnswers(store.get(), audit.model_digest, DigestKind::kModel), id);
  ExpectVerified(store.get());
}

// A file that lists a model's files as sha256sum does has the digest of that model.
TEST(LookupDigestsTest, AFileDoesNotPassForTheModelItLists) {
  const std::unique_ptr<Store> store = OpenOrFail(NewPath());
  const AuditRecord victim = SampleAudit(1);
  const std::string id = Record(store.get(), victim);
  AuditRecord hostile = SampleAudit(2);
  hostile.artifacts[0].sha256 = victim.model_digest;
  const std::string hostile_id = Record(store.get(), hostile);
  EXPECT_EQ(AuditThatAnswers(store.get(), victim.model_digest), id);
  EXPECT_EQ(AuditThatAnswers(store.get(), victim.model_digest, DigestKind::kModel), id);
  EXPECT_EQ(AuditThatAnswers(store.get(), victim.model_digest, DigestKind::kFile), hostile_id);
}

TEST(LookupDigestsTest, AModelOfWeightsAloneIsAModel) {
  const std::unique_ptr<Store> store = OpenOrFail(NewPath());
  AuditRecord audit = SampleAudit(1);
  audit.weights_digest = audit.model_digest;
  audit.artifacts.push_back(audit.artifacts[0]);
  audit.artifacts.back().path = "the same file once more";
  Record(store.get(), audit);
  EXPECT_EQ(Ask(store.get(), audit.model_digest)->kind, DigestKind::kModel);
  EXPECT_EQ(Ask(store.get(), audit.model_digest, DigestKind::kWeights)->kind, DigestKind::kWeights);
  ExpectVerified(store.get());
}

TEST(LookupDigestsTest, AModelWithoutDigestIsKnownByItsFiles) {
  const std::unique_ptr<Store> store = OpenOrFail(NewPath());
  AuditRecord audit = SampleAudit(1);
  audit.model_digest = audit.weights_digest = "";
  audit.licenses.clear();
  const std::string id = Record(store.get(), audit);
  const std::optional<DigestAnswer> answer = Ask(store.get(), audit.artifacts[0].sha256);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->audit_id, id);
  EXPECT_EQ(answer->model_digest, "");
  EXPECT_TRUE(answer->governing.empty());
  ExpectVerified(store.get());
}

TEST(LookupDigestsTest, TheLatestDecisionIsTheLastRecorded) {
  const std::unique_ptr<Store> store = OpenOrFail(NewPath());
  const AuditRecord audit = SampleAudit(1);
  DecisionRecord decision = SampleDecision(1);
  ASSERT_TRUE(store->RecordAuditAndDecision(audit, decision).ok());
  EXPECT_EQ(Ask(store.get(), audit.model_digest)->latest_decision, "NEEDS_REVIEW");
  EXPECT_EQ(Ask(store.get(), audit.model_digest)->latest_decision_at, decision.evaluated_at);
  decision.audit_id = AuditIdOf(audit);
  decision.decision = "DENIED";
  decision.evaluated_at = "2026-11-22T00:00:00Z";
  ASSERT_TRUE(store->RecordDecision(decision).ok());
  for (const std::string& digest : {audit.model_digest, audit.artifacts[0].sha256}) {
    EXPECT_EQ(Ask(store.get(), digest)->latest_decision, "DENIED");
    EXPECT_EQ(Ask(store.get(), digest)->latest_decision_at, "2026-11-22T00:00:00Z");
  }
  ASSERT_TRUE(store->RecordAuditAndDecision(audit, SampleDecision(1)).ok());
  EXPECT_EQ(Ask(store.get(), audit.model_digest)->latest_decision, "DENIED") << "recorded again is not later";
  ExpectVerified(store.get());
}

TEST(LookupDigestsTest, NothingOfAFailedRecordingIsKnown) {
  const std::unique_ptr<Store> store = OpenOrFail(NewPath());
  std::vector<AuditRecord> audits = {SampleAudit(1), SampleAudit(2)};
  audits[1].inventory_blob = SampleDigest("bytes that nobody stored");
  EXPECT_EQ(store->RecordAudits(audits).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(Ask(store.get(), audits[0].model_digest).has_value());
}

// ---- models

std::vector<std::string> Repositories(const std::vector<ModelAudit>& models) {
  std::vector<std::string> repositories;
  for (const ModelAudit& model : models) repositories.push_back(model.audit.repository);
  return repositories;
}

// All pages of a query, one after the other.
std::vector<std::string> AllModels(Store* store, ModelQuery query) {
  std::vector<std::string> all;
  do {
    const absl::StatusOr<ModelPage> page = store->ListModels(query);
    EXPECT_TRUE(page.ok()) << page.status();
    if (!page.ok()) break;
    EXPECT_LE(page->models.size(), static_cast<size_t>(query.page_size));
    for (const std::string& repository : Repositories(page->models)) all.push_back(repository);
    query.page_token = page->next_page_token;
  } while (!query.page_token.empty());
  return all;
}

AuditRecord Named(int seed, const std::string& repository) {
  AuditRecord audit = SampleAudit(seed);
  audit.repository = repository;
  return audit;
}

TEST(ListModelsTest, EachModelComesOnceWithItsNewestAudit) {
  const std::unique_ptr<Store> store = OpenOrFail(NewPath());
  EXPECT_TRUE(store->ListModels({10, "", "", ""})->models.empty());
  for (int seed = 1; seed <= 5; ++seed) Record(store.get(), Named(seed, "old/" + std::to_string(seed)));
  Record(store.get(), Named(2, "new/2"));
  Record(store.get(), Named(4, "new/4"));
  AuditRecord claimed = Named(1, "claimed/1");
  claimed.claimed = true;
  Record(store.get(), claimed);
  AuditRecord without = Named(9, "without/digest");
  without.model_digest = "";
  Record(store.get(), without);
  for (const int page_size : {1, 2, 3, 5, 6, kPageSizeMax}) {
    EXPECT_THAT(AllModels(store.get(), {page_size, "", "", ""}),
                ElementsAre("new/4", "new/2", "old/5", "old/3", "old/1"))
        << page_size;
  }
}

TEST(ListModelsTest, AModelSaysWhatALookUpSays) {
  const std::unique_ptr<Store> store = OpenOrFail(NewPath());
  ASSERT_TRUE(store->RecordAuditAndDecision(SampleAudit(1), SampleDecision(1)).ok());
  const absl::StatusOr<ModelPage> page = store->ListModels({10, "", "", ""});
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->models.size(), 1u);
  const ModelAudit& model = page->models[0];
  const std::optional<DigestAnswer> answer = Ask(store.get(), SampleAudit(1).model_digest);
  EXPECT_EQ(model.audit.audit_id, answer->audit_id);
  EXPECT_TRUE(model.licenses_known);
  ASSERT_EQ(model.governing.size(), answer->governing.size());
  EXPECT_EQ(model.governing[1].license_id, answer->governing[1].license_id);
  EXPECT_EQ(model.latest_decision, "NEEDS_REVIEW");
  EXPECT_EQ(model.latest_decision_at, answer->latest_decision_at);
}

TEST(ListModelsTest, PagesAreOfTheMomentOfTheFirst) {
  const std::unique_ptr<Store> store = OpenOrFail(NewPath());
  for (int seed = 1; seed <= 4; ++seed) Record(store.get(), Named(seed, "old/" + std::to_string(seed)));
  ModelQuery query{2, "", "", ""};
  const absl::StatusOr<ModelPage> first = store->ListModels(query);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_THAT(Repositories(first->models), ElementsAre("old/4", "old/3"));
  // A newer audit of a model that is still to come must not take it away.
  Record(store.get(), Named(1, "new/1"));
  Record(store.get(), Named(7, "new/7"));
  query.page_token = first->next_page_token;
  const absl::StatusOr<ModelPage> second = store->ListModels(query);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_THAT(Repositories(second->models), ElementsAre("old/2", "old/1"));
}

TEST(ListModelsTest, FiltersByRepositoryAndLicence) {
  const std::unique_ptr<Store> store = OpenOrFail(NewPath());
  Record(store.get(), Named(1, "org/a"));
  Record(store.get(), Named(2, "org/b"));
  Record(store.get(), Named(3, "Org/c"));
  Record(store.get(), Named(4, "org_d"));
  AuditRecord other = Named(5, "org/e");
  other.licenses = {{"LicenseRef-a", "a", "", "EXACT", false}, {"LicenseRef-d", "d", "", "EXACT", true}};
  Record(store.get(), other);
  Record(store.get(), Named(6, "org\xff\xfe"));
  Record(store.get(), Named(7, ""));
  EXPECT_THAT(AllModels(store.get(), {2, "", "", ""}),
              ElementsAre("", "org\xff\xfe", "org/e", "org_d", "Org/c", "org/b", "org/a"))
      << "a model of no repository is one too";
  EXPECT_THAT(AllModels(store.get(), {2, "", "org/", ""}), ElementsAre("org/e", "org/b", "org/a"));
  EXPECT_THAT(AllModels(store.get(), {2, "", "org_", ""}), ElementsAre("org_d")) << "no wildcard";
  EXPECT_THAT(AllModels(store.get(), {2, "", "org%", ""}), ElementsAre());
  EXPECT_THAT(AllModels(store.get(), {2, "", "org\xff", ""}), ElementsAre("org\xff\xfe"));
  EXPECT_THAT(AllModels(store.get(), {2, "", "org/", "LicenseRef-a"}), ElementsAre("org/b", "org/a"))
      << "a licence that does not govern is none of the model";
  EXPECT_THAT(AllModels(store.get(), {2, "", "", "LicenseRef-d"}), ElementsAre("org/e"));
  EXPECT_THAT(AllModels(store.get(), {2, "", "", "LicenseRef-c"}), ElementsAre());
}

TEST(ListModelsTest, APageLooksAtABoundedNumberOfAudits) {
  const std::unique_ptr<Store> store = OpenOrFail(":memory:");
  std::vector<AuditRecord> audits;
  audits.push_back(SampleAuditOfFiles(0, 0));
  audits.front().repository = "first/one";
  for (int seed = 1; seed <= kModelScanMax; ++seed) audits.push_back(SampleAuditOfFiles(seed, 0));
  ASSERT_TRUE(store->RecordAudits(audits).ok());
  const absl::StatusOr<ModelPage> page = store->ListModels({10, "", "first/", ""});
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_TRUE(page->models.empty());
  EXPECT_NE(page->next_page_token, "") << "an empty page is not the last";
  EXPECT_THAT(AllModels(store.get(), {10, "", "first/", ""}), ElementsAre("first/one"));
}

TEST(ListModelsTest, WrongPagesAreRefused) {
  const std::unique_ptr<Store> store = OpenOrFail(":memory:");
  for (int seed = 1; seed <= 3; ++seed) Record(store.get(), SampleAudit(seed));
  const std::string token = store->ListModels({1, "", "", ""})->next_page_token;
  EXPECT_TRUE(store->ListModels({1, token, "", ""}).ok());
  const std::string mark = token.substr(token.rfind('.'));
  const std::vector<ModelQuery> wrong = {
      {0, "", "", ""},
      {kPageSizeMax + 1, "", "", ""},
      {1, "x", "", ""},
      {1, token + "0", "", ""},
      {1, "0" + token, "", ""},
      {1, token, "org/", ""},
      {1, token, "", "LicenseRef-a"},
      {1, "3.-1" + mark, "", ""},
      {1, "3.4" + mark, "", ""},
      {1, "99999999999999999999.1" + mark, "", ""},
      {1, "3", "", ""},
      {1, "3.", "", ""},
  };
  for (const ModelQuery& query : wrong) {
    EXPECT_EQ(store->ListModels(query).status().code(), absl::StatusCode::kInvalidArgument) << query.page_token;
  }
}

TEST(GetModelTest, ListsAllAuditsNewestFirst) {
  const std::unique_ptr<Store> store = OpenOrFail(NewPath());
  AuditRecord audit = Named(1, "a");
  Record(store.get(), audit);
  audit.repository = "b";
  audit.claimed = true;
  Record(store.get(), audit);
  audit.repository = "c";
  audit.claimed = false;
  audit.measured_by = "client";
  Record(store.get(), audit);
  Record(store.get(), Named(2, "other"));
  const absl::StatusOr<ModelAuditPage> first = store->GetModel(audit.model_digest, 2, 0);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_THAT(Repositories(first->audits), ElementsAre("c", "b"));
  EXPECT_EQ(first->audits[0].audit.measured_by, "client");
  EXPECT_TRUE(first->audits[1].audit.claimed);
  ASSERT_NE(first->next_before, 0);
  const absl::StatusOr<ModelAuditPage> second = store->GetModel(audit.model_digest, 2, first->next_before);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_THAT(Repositories(second->audits), ElementsAre("a"));
  EXPECT_EQ(second->next_before, 0);
  EXPECT_EQ(store->GetModel(SampleDigest("x"), 2, 0).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(store->GetModel("x", 2, 0).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(store->GetModel(audit.model_digest, 0, 0).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(store->GetModel(audit.model_digest, 2, -1).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace weighbridge::db
