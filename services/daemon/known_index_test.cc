#include "services/daemon/known_index.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "db/store/sample_records.h"
#include "google/protobuf/repeated_field.h"
#include "gtest/gtest.h"
#include "services/daemon/records.h"

namespace weighbridge::daemon {
namespace {

using Digests = google::protobuf::RepeatedPtrField<std::string>;

std::unique_ptr<db::Store> NewStore() {
  db::StoreOptions options;
  options.path = ":memory:";
  auto store = db::Store::Open(options);
  EXPECT_TRUE(store.ok()) << store.status();
  return *std::move(store);
}

// What the index says of a digest; "none" if nothing, "too old" if it does not answer.
std::string Say(const KnownIndex& index, const std::string& digest, v1::DigestKind::Value kind, uint64_t generation) {
  Digests digests;
  *digests.Add() = digest;
  std::string said = "too old";
  index.Look(digests, kind, generation, [&](int, const KnownIndex::Answer* answer, v1::DigestKind::Value found) {
    if (answer == nullptr) {
      said = "none";
      return;
    }
    v1::DigestStatus status;
    EXPECT_TRUE(status.ParseFromString(answer->wire));
    status.set_kind(found);
    said = status.SerializeAsString() + *answer->rules_digest + *answer->classifier_version;
  });
  return said;
}

// The same by the database.
std::string Expected(db::Store& store, const std::string& digest, v1::DigestKind::Value kind) {
  std::optional<db::DigestKind> asked;
  if (kind != v1::DigestKind::DIGEST_KIND_UNSPECIFIED) asked = static_cast<db::DigestKind>(kind);
  const auto answers = store.LookupDigests({digest}, asked);
  EXPECT_TRUE(answers.ok()) << answers.status();
  if (!answers.ok() || !answers->front().has_value()) return "none";
  v1::DigestStatus status;
  Describe(*answers->front(), status);
  return status.SerializeAsString() + answers->front()->rules_digest + answers->front()->classifier_version;
}

constexpr v1::DigestKind::Value kKinds[] = {v1::DigestKind::DIGEST_KIND_UNSPECIFIED, v1::DigestKind::FILE,
                                            v1::DigestKind::WEIGHTS, v1::DigestKind::MODEL};

// Audits that share digests in every way, measured here and elsewhere, decided and measured again: the index says what
// the database says, after each step.
TEST(KnownIndexTest, SaysWhatTheDatabaseSays) {
  const auto store = NewStore();
  KnownIndex index(1000);
  std::mt19937 random(7);
  std::vector<std::string> pool;
  for (int i = 0; i < 12; ++i) pool.push_back(db::SampleDigest("pool " + std::to_string(i)));
  const auto any = [&] { return pool[random() % pool.size()]; };
  std::vector<int> recorded;
  uint64_t generation = 1;
  for (int step = 0; step < 300; ++step) {
    const int seed = static_cast<int>(random() % 40);
    db::AuditRecord audit = db::SampleAuditOfFiles(seed, 4);
    // The content follows from the seed, so that a seed drawn twice is the same audit again.
    std::mt19937 content(static_cast<unsigned>(seed));
    for (db::ArtifactRow& artifact : audit.artifacts) artifact.sha256 = pool[content() % pool.size()];
    if (content() % 2 == 0) audit.model_digest = pool[content() % pool.size()];
    if (content() % 2 == 0) audit.weights_digest = pool[content() % pool.size()];
    const char* const kMeasured[] = {"local", "client", "server"};
    audit.measured_by = kMeasured[random() % 3];
    if (random() % 3 == 0 && audit.measured_by != "client") {
      db::DecisionRecord decision = db::SampleDecision(seed);
      decision.measured_by = audit.measured_by == "server" ? "server" : "";
      const auto both = store->RecordAuditAndDecision(audit, decision);
      ASSERT_TRUE(both.ok()) << both.status();
    } else {
      const auto id = store->RecordAudit(audit);
      ASSERT_TRUE(id.ok()) << id.status();
    }
    EXPECT_EQ(Say(index, any(), v1::DigestKind::FILE, ++generation), "too old");
    ASSERT_TRUE(index.Refresh(*store, generation).ok());
    for (const std::string& digest : pool) {
      for (const v1::DigestKind::Value kind : kKinds) {
        ASSERT_EQ(Say(index, digest, kind, generation), Expected(*store, digest, kind)) << step << " " << kind;
      }
    }
  }
  EXPECT_EQ(Say(index, std::string(64, 'f'), v1::DigestKind::FILE, generation), "none");
  EXPECT_TRUE(store->VerifyAll().ok()) << store->VerifyAll();
}

TEST(KnownIndexTest, ReadsInPagesWhatWasThereBefore) {
  const auto store = NewStore();
  std::vector<db::AuditRecord> audits;
  for (int seed = 0; seed < 700; ++seed) audits.push_back(db::SampleAuditOfFiles(seed, 3));
  ASSERT_TRUE(store->RecordAudits(audits).ok());
  KnownIndex index(100000);
  EXPECT_FALSE(index.filled());
  ASSERT_TRUE(index.Refresh(*store, 5).ok());
  EXPECT_TRUE(index.filled());
  for (const int seed : {0, 199, 200, 399, 699}) {
    const std::string digest = db::SampleFileDigest(seed, 2);
    EXPECT_EQ(Say(index, digest, v1::DigestKind::FILE, 5), Expected(*store, digest, v1::DigestKind::FILE)) << seed;
    EXPECT_EQ(Say(index, digest, v1::DigestKind::FILE, 6), "too old");
  }
}

TEST(KnownIndexTest, MoreThanMayBeHeldIsNotHeldAtAll) {
  const auto store = NewStore();
  ASSERT_TRUE(store->RecordAudits({db::SampleAuditOfFiles(1, 20)}).ok());
  KnownIndex index(10);
  EXPECT_EQ(index.Refresh(*store, 1).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_FALSE(index.enabled());
  EXPECT_EQ(index.size(), 0u);
  EXPECT_EQ(Say(index, db::SampleFileDigest(1, 0), v1::DigestKind::FILE, 1), "too old");
  EXPECT_TRUE(index.Refresh(*store, 2).ok()) << "and nothing is read for it any more";
}

}  // namespace
}  // namespace weighbridge::daemon
