// kill -9 of the server while clients audit without a pause: whoever has a result finds its audit and decision after
// the next start.
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "db/store/store.h"
#include "gtest/gtest.h"
#include "proto/weighbridge/v1/audit_service.pb.h"
#include "services/auditor/auditor.h"
#include "services/auditor/collect.h"
#include "tests/integration/daemon.h"
#include "tests/integration/raw_call.h"
#include "tests/support/model_builder.h"
#include "tests/support/temp_dir.h"

namespace weighbridge::fault {
namespace {

using integration::Daemon;
using testing_support::BuildModelCard;
using testing_support::BuildSafetensors;

constexpr uint64_t kSeed = 20261126;
constexpr int kClients = 4;
// Events of all clients together, results and progress, before the server is killed.
constexpr int kEventsMax = 12;
constexpr int kReplaysPerRound = 1;

int Rounds() { return std::getenv("WEIGHBRIDGE_RELEASE") != nullptr ? 200 : 40; }

struct Acknowledged {
  std::string audit_id;
  std::string decision_id;
  std::string decision;
};

class DaemonKillTest : public testing::Test {
 protected:
  std::unique_ptr<Daemon> Start() const {
    integration::DaemonOptions options;
    options.scan_roots = {dir_.path()};
    options.db = dir_.At("weighbridge.db");
    return Daemon::Start(options);
  }

  // A new model; every second one is measured by the client.
  std::vector<std::string> NextCall() {
    const int number = next_model_++;
    const std::string folder = absl::StrFormat("models/%d", number);
    dir_.Write(folder + "/model.safetensors",
               BuildSafetensors({{"a.weight", "F32", {64, 64}}}, {}, static_cast<uint32_t>(number)));
    dir_.Write(folder + "/README.md", BuildModelCard("license: apache-2.0", absl::StrFormat("# %d\n", number)));
    v1::AuditModelRequest start;
    if (number % 2 == 0) {
      start.mutable_start()->set_server_path(dir_.At(folder));
      start.mutable_start()->set_want_progress(true);
      return {start.SerializeAsString()};
    }
    auditor::CollectRequest request;
    request.path = dir_.At(folder);
    const auto models = auditor::CollectModels(request);
    EXPECT_TRUE(models.ok()) << models.status();
    if (!models.ok()) return {};
    start.mutable_start()->mutable_inventory();
    v1::AuditModelRequest inventory, finish;
    *inventory.mutable_inventory() = models->front().inventory;
    std::vector<std::string> messages = {start.SerializeAsString(), inventory.SerializeAsString()};
    for (const auto& [digest, bytes] : models->front().documents) {
      v1::AuditModelRequest document;
      document.mutable_document()->set_sha256(digest);
      document.mutable_document()->set_content(bytes);
      document.mutable_document()->set_last(true);
      messages.push_back(document.SerializeAsString());
    }
    finish.mutable_finish();
    messages.push_back(finish.SerializeAsString());
    return messages;
  }

  // One client: audits until the server is gone.
  void Audit(const std::string& address, std::vector<Acknowledged>& acknowledged) {
    const integration::RawCaller caller(address);
    integration::RawOptions options;
    options.on_message = [&](const std::string& bytes) {
      v1::AuditModelResponse response;
      EXPECT_TRUE(response.ParseFromString(bytes));
      const std::lock_guard<std::mutex> lock(mutex_);
      if (response.has_result()) {
        const v1::AuditOutcome& outcome = response.result();
        acknowledged.push_back(
            {outcome.result().audit_id(), outcome.decision_id(), v1::Decision_Name(outcome.result().decision())});
      }
      ++events_;
      happened_.notify_all();
    };
    while (caller.Call(integration::kAuditModel, NextCall(), options).code == absl::StatusCode::kOk) {
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    ++gone_;
    happened_.notify_all();
  }

  // Runs the clients and kills the server at the given event; what was acknowledged.
  std::vector<Acknowledged> RunAndKill(Daemon& daemon, int at_event) {
    events_ = gone_ = 0;
    std::vector<Acknowledged> acknowledged;
    std::vector<std::thread> clients;
    for (int i = 0; i < kClients; ++i) clients.emplace_back([&] { Audit(daemon.address(), acknowledged); });
    {
      std::unique_lock<std::mutex> lock(mutex_);
      happened_.wait(lock, [&] { return events_ >= at_event || gone_ == kClients; });
      EXPECT_LT(gone_, kClients) << "the clients ended before the server was killed:\n" << daemon.Log();
    }
    daemon.Kill();
    for (std::thread& client : clients) client.join();
    return acknowledged;
  }

  std::unique_ptr<db::Store> OpenStore() const {
    db::StoreOptions options;
    options.path = dir_.At("weighbridge.db");
    options.mode = db::StoreMode::kMustExist;
    auto store = db::Store::Open(options);
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? *std::move(store) : nullptr;
  }

  static void ExpectThere(const Acknowledged& one, db::Store& store) {
    const auto audit = store.GetAudit(one.audit_id);
    ASSERT_TRUE(audit.ok()) << audit.status();
    const auto decision = store.GetDecision(one.decision_id);
    ASSERT_TRUE(decision.ok()) << decision.status();
    EXPECT_EQ(decision->audit_id, one.audit_id);
    EXPECT_EQ(decision->decision, one.decision);
  }

  static void ExpectReplay(const Acknowledged& one, db::Store& store) {
    const auto replay = auditor::Replay(one.decision_id, store);
    ASSERT_TRUE(replay.ok()) << replay.status();
    ASSERT_EQ(replay->decisions.size(), 1u);
    EXPECT_TRUE(replay->decisions[0].same_bytes);
  }

  // All digests are right, and every audit has its decision: they were one transaction. Returns how many audits there
  // are.
  static int ExpectAllWhole(db::Store& store) {
    const absl::Status sound = store.VerifyAll();
    EXPECT_TRUE(sound.ok()) << sound;
    int audits = 0;
    int64_t before = 0;
    do {
      const auto page = store.ListAudits(db::kPageSizeMax, before);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) return audits;
      for (const auto& audit : page->audits) {
        ++audits;
        const auto decisions = store.ListDecisions(audit.audit_id);
        EXPECT_TRUE(decisions.ok() && decisions->size() == 1) << audit.audit_id;
      }
      before = page->next_before;
    } while (before != 0);
    return audits;
  }

  const testing_support::TempDir dir_;
  std::atomic<int> next_model_{0};
  std::mutex mutex_;
  std::condition_variable happened_;
  int events_ = 0;
  int gone_ = 0;
};

TEST_F(DaemonKillTest, AcknowledgedAuditsSurviveEveryKill) {
  std::mt19937_64 rng(kSeed);
  std::vector<Acknowledged> all;
  std::unique_ptr<Daemon> daemon = Start();
  for (int round = 0; round < Rounds(); ++round) {
    SCOPED_TRACE(absl::StrFormat("seed %d, round %d", kSeed, round));
    ASSERT_NE(daemon, nullptr);
    const std::vector<Acknowledged> acknowledged = RunAndKill(*daemon, static_cast<int>(rng() % kEventsMax));
    daemon = Start();
    ASSERT_NE(daemon, nullptr);
    const std::unique_ptr<db::Store> store = OpenStore();
    ASSERT_NE(store, nullptr);
    for (const Acknowledged& one : acknowledged) ExpectThere(one, *store);
    for (int i = 0; i < kReplaysPerRound && !acknowledged.empty(); ++i) {
      ExpectReplay(acknowledged[rng() % acknowledged.size()], *store);
    }
    all.insert(all.end(), acknowledged.begin(), acknowledged.end());
    if (HasFailure()) return;
  }
  EXPECT_EQ(daemon->Terminate(), 0) << daemon->Log();
  const std::unique_ptr<db::Store> store = OpenStore();
  ASSERT_NE(store, nullptr);
  const int audits = ExpectAllWhole(*store);
  for (const Acknowledged& one : all) ExpectThere(one, *store);
  std::printf("%d kills, %d audits begun, %d recorded, %zu acknowledged\n", Rounds(), next_model_.load(), audits,
              all.size());
  EXPECT_GE(all.size(), static_cast<size_t>(Rounds())) << "hardly anything was acknowledged before the kills";
  EXPECT_GT(next_model_.load(), audits) << "no kill hit an audit";
}

}  // namespace
}  // namespace weighbridge::fault
