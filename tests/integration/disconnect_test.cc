// Clients that go away: while they upload, while the server reads, while it answers, or because their time is over. No
// work is left, and no row of an audit that had not been completed before.
//
// What is asserted, for each client by its name in the record and in the server's log: an audit is recorded exactly if
// its call ended OK on the server, which it only does when it was recorded; so nobody's is recorded who was noticed to
// be gone before. Whoever did not send all of an upload is never recorded; whoever received a result always is, with
// its decision.
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_format.h"
#include "db/store/store.h"
#include "gtest/gtest.h"
#include "proto/weighbridge/v1/audit_service.pb.h"
#include "services/auditor/collect.h"
#include "services/auditor/inventory_upload.h"
#include "tests/integration/cutting_proxy.h"
#include "tests/integration/daemon.h"
#include "tests/integration/raw_call.h"
#include "tests/support/model_builder.h"
#include "tests/support/temp_dir.h"

namespace weighbridge::integration {
namespace {

using testing_support::BuildModelCard;
using testing_support::BuildSafetensors;
using testing_support::TempDir;

constexpr uint64_t kSeed = 20261126;
constexpr int kClients = 200;
constexpr int kThreads = 8;
constexpr int64_t kWithoutEnd = int64_t{1} << 40;
// Reading it takes seconds, and nobody waits for that: the file is sparse.
constexpr uint64_t kHugeBytes = uint64_t{8} << 30;
// Many messages of a small model.
constexpr size_t kPartBytes = 1500;

enum class Kind { kCancelUpload, kCutUpload, kCancelReading, kCutAnswer, kCancelAnswer };
constexpr int kKinds = 5;

class DisconnectTest : public testing::Test {
 protected:
  void SetUp() override {
    WriteHuge();
    DaemonOptions options;
    options.scan_roots = {dir_.path()};
    options.args = {"--waiting", "256"};
    daemon_ = Daemon::Start(options);
    ASSERT_NE(daemon_, nullptr);
  }

  void WriteHuge() const {
    const std::string header =
        absl::StrFormat(R"({"a":{"dtype":"U8","shape":[%d],"data_offsets":[0,%d]}})", kHugeBytes, kHugeBytes);
    const std::string path = dir_.Write("huge/model.safetensors", testing_support::SafetensorsFile(header, ""));
    ASSERT_EQ(truncate(path.c_str(), static_cast<off_t>(8 + header.size() + kHugeBytes)), 0);
  }

  static std::string SourceOf(int client) { return absl::StrFormat("client/%d@0123abcd", client); }

  // A start of this client.
  static v1::AuditModelRequest StartOf(int client) {
    v1::AuditModelRequest message;
    message.mutable_start()->set_request_id(absl::StrFormat("client-%d", client));
    return message;
  }

  // A model that is this client's alone.
  std::string Model(int client) const {
    const std::string folder = absl::StrFormat("models/%d", client);
    dir_.Write(folder + "/model.safetensors", BuildSafetensors({{"a.weight", "F32", {2, 2}}}));
    std::string text;
    for (int line = 0; line < 600; ++line) text += absl::StrFormat("Line %d of the card of model %d.\n", line, client);
    dir_.Write(folder + "/README.md", BuildModelCard("license: apache-2.0", text));
    return dir_.At(folder);
  }

  std::vector<std::string> PathCall(int client, const std::string& path) const {
    v1::AuditModelRequest message = StartOf(client);
    message.mutable_start()->set_server_path(path);
    message.mutable_start()->set_source(SourceOf(client));
    message.mutable_start()->set_want_progress(true);
    return {message.SerializeAsString()};
  }

  std::vector<std::string> UploadCall(int client) const {
    auditor::CollectRequest request;
    request.path = Model(client);
    request.source = SourceOf(client);
    const auto models = auditor::CollectModels(request);
    EXPECT_TRUE(models.ok()) << models.status();
    v1::AuditModelRequest message = StartOf(client);
    message.mutable_start()->mutable_inventory();
    std::vector<std::string> messages = {message.SerializeAsString()};
    auditor::PartSink sink;
    sink.inventory = [&](const v1::Inventory& part) {
      *message.mutable_inventory() = part;
      messages.push_back(message.SerializeAsString());
      return true;
    };
    sink.document = [&](std::string_view sha256, std::string_view bytes, bool last) {
      message.mutable_document()->set_sha256(std::string(sha256));
      message.mutable_document()->set_content(std::string(bytes));
      message.mutable_document()->set_last(last);
      messages.push_back(message.SerializeAsString());
      return true;
    };
    if (models.ok()) auditor::SplitInventory(models->front(), kPartBytes, sink);
    message.mutable_finish();
    messages.push_back(message.SerializeAsString());
    return messages;
  }

  // Goes away somewhere in the call; true if a result arrived before.
  bool CallAndGoAway(int client) {
    std::mt19937_64 rng(kSeed + static_cast<uint64_t>(client));
    RawOptions options;
    std::vector<std::string> messages;
    int64_t up = kWithoutEnd, down = kWithoutEnd;
    switch (static_cast<Kind>(client % kKinds)) {
      case Kind::kCancelUpload:
        messages = UploadCall(client);
        options.cancel_after_writes = static_cast<int>(rng() % messages.size());
        break;
      case Kind::kCutUpload: {
        messages = UploadCall(client);
        uint64_t bytes = 0;
        for (const std::string& message : messages) bytes += message.size();
        up = static_cast<int64_t>(rng() % bytes);
        break;
      }
      case Kind::kCancelReading:
        messages = PathCall(client, dir_.At("huge"));
        options.cancel_after_reads = static_cast<int>(rng() % 3);
        break;
      case Kind::kCutAnswer:
        messages = rng() % 2 == 0 ? UploadCall(client) : PathCall(client, Model(client));
        down = static_cast<int64_t>(rng() % 12000);
        break;
      case Kind::kCancelAnswer:
        messages = rng() % 2 == 0 ? UploadCall(client) : PathCall(client, Model(client));
        if (rng() % 2 == 0) {
          options.cancel_after_writes = static_cast<int>(messages.size());
        } else {
          options.cancel_after_reads = static_cast<int>(rng() % 3);
        }
        break;
    }
    const CuttingProxy proxy(daemon_->address(), up, down);
    const RawAnswer answer = RawCaller(proxy.address()).Call(kAuditModel, messages, options);
    for (const std::string& bytes : answer.messages) {
      v1::AuditModelResponse response;
      if (response.ParseFromString(bytes) && response.has_result()) return true;
    }
    EXPECT_NE(answer.code, absl::StatusCode::kOk) << "an OK call without a result";
    return false;
  }

  // Names of the clients whose call ended on the server with that code.
  std::set<int> EndedWith(const std::string& code) const {
    std::set<int> clients;
    const std::string log = daemon_->Log();
    for (size_t begin = 0; begin < log.size();) {
      const size_t end = std::min(log.find('\n', begin), log.size());
      const std::string line = log.substr(begin, end - begin);
      const size_t id = line.find("\"request_id\":\"client-");
      if (id != std::string::npos && line.find("\"code\":\"" + code + "\"") != std::string::npos) {
        clients.insert(std::atoi(line.c_str() + id + 21));
      }
      begin = end + 1;
    }
    return clients;
  }

  // Clients whose audit is recorded, each with at least one decision.
  std::set<int> Recorded() const {
    std::set<int> clients;
    db::StoreOptions options;
    options.path = daemon_->database();
    const auto store = db::Store::Open(options);
    EXPECT_TRUE(store.ok()) << store.status();
    if (!store.ok()) return clients;
    EXPECT_TRUE((*store)->VerifyAll().ok());
    const auto page = (*store)->ListAudits(db::kPageSizeMax, 0);
    EXPECT_TRUE(page.ok()) << page.status();
    for (const auto& audit : page->audits) {
      EXPECT_EQ(audit.repository.rfind("client/", 0), 0u) << audit.repository;
      clients.insert(std::atoi(audit.repository.c_str() + 7));
      const auto decisions = (*store)->ListDecisions(audit.audit_id);
      EXPECT_TRUE(decisions.ok() && decisions->size() == 1) << audit.repository;
    }
    EXPECT_EQ(clients.size(), page->audits.size());
    return clients;
  }

  // Nothing is left, the server answers as before, and ends as asked.
  void ExpectNoWorkLeft(int client) {
    EXPECT_TRUE(daemon_->WaitUntilIdle()) << daemon_->Metrics();
    EXPECT_EQ(daemon_->Metric("weighbridge_upload_bytes"), 0);
    const RawAnswer after = RawCaller(daemon_->address()).Call(kAuditModel, UploadCall(client));
    EXPECT_EQ(after.code, absl::StatusCode::kOk) << Describe(after);
    EXPECT_EQ(daemon_->Terminate(), 0);
  }

  const TempDir dir_;
  std::unique_ptr<Daemon> daemon_;
};

TEST_F(DisconnectTest, LeaveNoWorkAndNoRows) {
  std::atomic<int> next{0};
  std::mutex mutex;
  std::set<int> received;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int client = next++; client < kClients; client = next++) {
        if (!CallAndGoAway(client)) continue;
        const std::lock_guard<std::mutex> lock(mutex);
        received.insert(client);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  ExpectNoWorkLeft(kClients);

  const std::set<int> ended = EndedWith("OK"), recorded = Recorded();
  EXPECT_EQ(recorded, ended);
  EXPECT_EQ(recorded.count(kClients), 1u);
  for (const int client : received) EXPECT_EQ(recorded.count(client), 1u) << "client " << client << " has a result";
  int gone_early = 0, gone_late = 0;
  for (int client = 0; client < kClients; ++client) {
    const Kind kind = static_cast<Kind>(client % kKinds);
    if (kind == Kind::kCancelUpload || kind == Kind::kCutUpload) {
      EXPECT_EQ(recorded.count(client), 0u) << "client " << client << " never sent all";
    }
    (recorded.count(client) > 0 ? gone_late : gone_early) += 1;
  }
  std::printf("%d clients: %d gone before their audit was complete, %d after it, %zu of them with the result\n",
              kClients, gone_early, gone_late, received.size());
}

TEST_F(DisconnectTest, ExpiredCallsLeaveNothing) {
  constexpr int kCalls = 24;
  std::vector<std::thread> threads;
  for (int client = 0; client < kCalls; ++client) {
    threads.emplace_back([this, client] {
      RawOptions options;
      options.deadline_milliseconds = 200 + 20 * client;
      std::vector<std::string> messages;
      if (client % 2 == 0) {
        // An upload that does not go on.
        messages = UploadCall(client);
        messages.resize(messages.size() / 2);
        options.half_close = false;
      } else {
        messages = PathCall(client, dir_.At("huge"));
      }
      const RawAnswer answer = RawCaller(daemon_->address()).Call(kAuditModel, messages, options);
      EXPECT_EQ(answer.code, absl::StatusCode::kDeadlineExceeded) << Describe(answer);
    });
  }
  for (std::thread& thread : threads) thread.join();
  ExpectNoWorkLeft(kCalls);
  EXPECT_EQ(Recorded(), std::set<int>{kCalls});
  EXPECT_EQ(EndedWith("OK"), std::set<int>{kCalls});
}

}  // namespace
}  // namespace weighbridge::integration
