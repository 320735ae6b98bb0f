// Several Stores on one file: a writer with readers beside it, and calls that are given up.

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "db/schema/migrations.h"
#include "db/sqlite/database.h"
#include "db/sqlite/transaction.h"
#include "db/store/records.h"
#include "db/store/sample_records.h"
#include "db/store/store.h"
#include "db/store/test_store.h"
#include "gtest/gtest.h"

namespace weighbridge::db {
namespace {

bool IsKnown(Store* store, int seed) {
  const auto answers = store->LookupDigests({SampleAudit(seed).model_digest});
  EXPECT_TRUE(answers.ok()) << answers.status();
  return answers.ok() && answers->front().has_value();
}

TEST(ReaderTest, SeesEachCommitOfAWriterThatIsOpen) {
  const std::string path = NewPath();
  const std::unique_ptr<Store> writer = OpenOrFail(path);
  const std::unique_ptr<Store> reader = OpenOrFail(path, StoreMode::kReadOnly);
  ASSERT_NE(reader, nullptr) << "a fresh file of a writer that is still open";
  EXPECT_FALSE(IsKnown(reader.get(), 1));
  const int64_t before = *reader->DataVersion();
  EXPECT_EQ(*reader->DataVersion(), before);
  ASSERT_TRUE(writer->RecordAuditAndDecision(SampleAudit(1), SampleDecision(1)).ok());
  EXPECT_NE(*reader->DataVersion(), before);
  EXPECT_TRUE(IsKnown(reader.get(), 1));
  EXPECT_EQ(reader->ListModels({10, "", "", ""})->models.size(), 1u);
  const int64_t after = *reader->DataVersion();
  EXPECT_EQ(*reader->DataVersion(), after);
  EXPECT_EQ(reader->RecordAudit(SampleAudit(2)).status().code(), absl::StatusCode::kPermissionDenied);
}

// What was acknowledged before a look-up began is in its answer, also while the writer goes on.
TEST(ReaderTest, ManyReadersBesideAWriter) {
  const std::string path = NewPath();
  const std::unique_ptr<Store> writer = OpenOrFail(path);
  constexpr int kReaders = 4;
  constexpr int kAudits = 60;
  std::atomic<int> acknowledged{0};
  std::atomic<bool> done{false};
  std::vector<int> looked_up(kReaders, 0);
  std::vector<std::thread> readers;
  for (int r = 0; r < kReaders; ++r) {
    readers.emplace_back([&, r] {
      const std::unique_ptr<Store> reader = OpenOrFail(path, StoreMode::kReadOnly);
      ASSERT_NE(reader, nullptr);
      bool last_round = false;
      while (!last_round) {
        last_round = done.load();
        for (const int known = acknowledged.load(); looked_up[r] < known; ++looked_up[r]) {
          const AuditRecord audit = SampleAudit(looked_up[r]);
          const auto answers = reader->LookupDigests({audit.model_digest, audit.artifacts[0].sha256});
          ASSERT_TRUE(answers.ok()) << answers.status();
          for (const std::optional<DigestAnswer>& answer : *answers) {
            ASSERT_TRUE(answer.has_value()) << "seed " << looked_up[r];
            EXPECT_EQ(answer->audit_id, AuditIdOf(audit));
            EXPECT_EQ(answer->latest_decision, "NEEDS_REVIEW") << "audit and decision are one commit";
          }
        }
        std::this_thread::yield();
      }
    });
  }
  for (int seed = 0; seed < kAudits; ++seed) {
    EXPECT_TRUE(writer->RecordAuditAndDecision(SampleAudit(seed), SampleDecision(seed)).ok());
    acknowledged.store(seed + 1);
  }
  done.store(true);
  for (std::thread& reader : readers) reader.join();
  for (const int count : looked_up) EXPECT_EQ(count, kAudits);
}

// ---- giving up

// Runs `call` in a thread and interrupts the store until it has returned.
template <typename Call>
absl::Status Interrupted(Store* store, Call call) {
  std::atomic<bool> done{false};
  absl::Status status;
  std::thread caller([&] {
    status = call();
    done.store(true);
  });
  while (!done.load()) {
    store->Interrupt();
    std::this_thread::yield();
  }
  caller.join();
  return status;
}

TEST(InterruptTest, EndsAWaitForTheLock) {
  const std::string path = NewPath();
  OpenOrFail(path);
  DatabaseOptions holder_options;
  holder_options.path = path;
  holder_options.application_id = kStoreApplicationId;
  const absl::StatusOr<std::unique_ptr<Database>> holder = Database::Open(holder_options);
  ASSERT_TRUE(holder.ok()) << holder.status();
  absl::StatusOr<Transaction> lock = Transaction::Begin(holder->get(), Transaction::Kind::kWrite);
  ASSERT_TRUE(lock.ok()) << lock.status();
  StoreOptions options;
  options.path = path;
  options.busy_timeout_ms = 3600 * 1000;  // without the interrupt the test does not end
  const absl::StatusOr<std::unique_ptr<Store>> store = Store::Open(options);
  ASSERT_TRUE(store.ok()) << store.status();
  const absl::Status status = Interrupted(store->get(), [&] { return (*store)->RecordAudit(SampleAudit(1)).status(); });
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled) << status;
  EXPECT_FALSE(IsKnown(store->get(), 1)) << "the next call is not touched";
}

TEST(InterruptTest, EndsALongRead) {
  const std::unique_ptr<Store> store = OpenOrFail(NewPath());
  for (int seed = 0; seed < 20; ++seed) ASSERT_TRUE(store->RecordAudit(SampleAudit(seed)).ok());
  const absl::Status status = Interrupted(store.get(), [&] {
    absl::Status verified;
    while (verified.ok()) verified = store->VerifyAll();
    return verified;
  });
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled) << status;
  const absl::Status verified = store->VerifyAll();
  EXPECT_TRUE(verified.ok()) << verified;
}

TEST(InterruptTest, AnInterruptedRecordingIsWholeOrNotThere) {
  const std::string path = NewPath();
  const std::unique_ptr<Store> store = OpenOrFail(path);
  constexpr int kAudits = 200;
  std::vector<bool> recorded(kAudits);
  const absl::Status status = Interrupted(store.get(), [&] {
    for (int seed = 0; seed < kAudits; ++seed) {
      const absl::Status one = store->RecordAuditAndDecision(SampleAudit(seed), SampleDecision(seed)).status();
      if (!one.ok() && !absl::IsCancelled(one)) return one;
      recorded[seed] = one.ok();
    }
    return absl::OkStatus();
  });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_TRUE(store->RecordAuditAndDecision(SampleAudit(kAudits), SampleDecision(kAudits)).ok())
      << "no transaction was left open";
  for (int seed = 0; seed < kAudits; ++seed) EXPECT_EQ(IsKnown(store.get(), seed), recorded[seed]) << seed;
  const absl::Status verified = OpenOrFail(path)->VerifyAll();
  EXPECT_TRUE(verified.ok()) << verified;
}

TEST(InterruptTest, DoesNotConcernTheNextCall) {
  const std::unique_ptr<Store> store = OpenOrFail(NewPath());
  for (int seed = 0; seed < 20; ++seed) {
    store->Interrupt();
    const absl::Status status = store->RecordAudit(SampleAudit(seed)).status();
    EXPECT_TRUE(status.ok()) << status;
  }
}

}  // namespace
}  // namespace weighbridge::db
