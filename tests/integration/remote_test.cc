// The same model here and on a server: the same bytes but for `measured_by`, for every model of the corpus, every
// scenario and every shape, by a path on the server and by an inventory, with 1, 4 and 16 clients at once.
#include <atomic>
#include <cstdlib>
#include <memory>
#include <ostream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "db/store/store.h"
#include "gtest/gtest.h"
#include "services/auditor/auditor.h"
#include "services/clients/cpp/connection.h"
#include "services/clients/cpp/gate_client.h"
#include "services/rulebook/builtin.h"
#include "tests/integration/daemon.h"
#include "tests/integration/remote_models.h"
#include "tests/support/corpus.h"
#include "tests/support/temp_dir.h"

namespace weighbridge::integration {

struct Way {
  bool path_on_server = false;
  int clients = 1;
};

void PrintTo(const Way& way, std::ostream* out) {
  *out << (way.path_on_server ? "ServerPath" : "Inventory") << way.clients;
}

namespace {

using testing_support::TempDir;

// What one request came to, in a form that the two sides share.
struct Answered {
  absl::Status status;
  std::vector<auditor::GateResponse> responses;
};

const rulebook::Rulebook& Rules() { return *rulebook::BuiltinRulebook().value(); }

std::unique_ptr<db::Store> OpenStore(const std::string& path) {
  db::StoreOptions options;
  options.path = path;
  auto store = db::Store::Open(options);
  EXPECT_TRUE(store.ok()) << store.status();
  return store.ok() ? *std::move(store) : nullptr;
}

// Every chain answered here, from an empty store.
std::vector<std::vector<Answered>> AnswerHere(const RemoteGroup& group, const std::string& database) {
  const std::unique_ptr<db::Store> store = OpenStore(database);
  std::vector<std::vector<Answered>> answers;
  for (const RemoteChain& chain : group.chains) {
    answers.emplace_back();
    for (const RemoteRequest& one : chain) {
      auditor::GateRequest request = one.request;
      if (!group.policy.empty()) request.inputs.policy = auditor::ConfigFile{"policy.yaml", group.policy};
      auto responses = auditor::RunGate(request, Rules(), store.get());
      answers.back().push_back({responses.status(), {}});
      if (responses.ok()) answers.back().back().responses = *std::move(responses);
    }
  }
  return answers;
}

// The same by a server: `clients` threads take one chain after the other, on a quarter as many connections.
std::vector<std::vector<Answered>> AnswerThere(const RemoteGroup& group, const std::string& address, const Way& way) {
  std::vector<std::vector<Answered>> answers(group.chains.size());
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  for (int i = 0; i < (way.clients + 3) / 4; ++i) {
    auto channel = clients::Connect({address, "", "", ""});
    EXPECT_TRUE(channel.ok()) << channel.status();
    if (!channel.ok()) return answers;
    channels.push_back(*std::move(channel));
  }
  std::atomic<size_t> next{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < way.clients; ++i) {
    threads.emplace_back([&, channel = channels[static_cast<size_t>(i) % channels.size()]] {
      for (size_t at = next++; at < group.chains.size(); at = next++) {
        for (const RemoteRequest& one : group.chains[at]) {
          clients::GateOptions options;
          options.server = address;
          options.path_on_server = way.path_on_server || one.measured;
          auto responses = clients::Gate(channel, options, one.request);
          answers[at].push_back({responses.status(), {}});
          if (responses.ok()) answers[at].back().responses = *std::move(responses);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return answers;
}

// The text without its one root field `measured_by`, which must be `who`.
std::string WithoutMark(const std::string& json, const std::string& who) {
  const std::string mark = ",\"measured_by\":\"" + who + "\"";
  const size_t at = json.find(mark);
  EXPECT_NE(at, std::string::npos) << "not measured by " << who << ": " << json.substr(0, 300);
  if (at == std::string::npos) return json;
  return json.substr(0, at) + json.substr(at + mark.size());
}

// Where paths are named the two sides may name them differently; what the user wrote must be shown the same.
void ExpectSameFailure(const absl::Status& here, const absl::Status& there, const std::string& server) {
  EXPECT_EQ(there.code(), here.code()) << "here: " << here << "\nthere: " << there;
  if (here.code() != absl::StatusCode::kInvalidArgument) return;
  const std::string prefix = "server " + server + ": ", message(there.message());
  EXPECT_EQ(message.rfind(prefix, 0) == 0 ? message.substr(prefix.size()) : message, here.message());
}

struct Counts {
  int results = 0;
  int errors = 0;
};

void ExpectSame(const RemoteGroup& group, const std::vector<std::vector<Answered>>& here,
                const std::vector<std::vector<Answered>>& there, const std::string& server, const Way& way,
                Counts& counts) {
  for (size_t i = 0; i < group.chains.size(); ++i) {
    ASSERT_EQ(there[i].size(), here[i].size()) << group.chains[i].front().name;
    for (size_t j = 0; j < here[i].size(); ++j) {
      const RemoteRequest& one = group.chains[i][j];
      SCOPED_TRACE(absl::StrFormat("%s (%d of its chain)", one.name, j));
      const Answered &mine = here[i][j], &theirs = there[i][j];
      if (!mine.status.ok() || !theirs.status.ok()) {
        ++counts.errors;
        ExpectSameFailure(mine.status, theirs.status, server);
        continue;
      }
      ASSERT_EQ(theirs.responses.size(), mine.responses.size());
      for (size_t k = 0; k < mine.responses.size(); ++k) {
        ++counts.results;
        const std::string who = way.path_on_server || one.measured ? "server" : "client";
        EXPECT_EQ(WithoutMark(theirs.responses[k].json, who), mine.responses[k].json);
        EXPECT_EQ(theirs.responses[k].decision_id.empty(), mine.responses[k].decision_id.empty());
      }
    }
  }
}

// A replay loads the whole stored rulebook: a sample of them, evenly taken, all for a release.
constexpr size_t kReplaysMax = 24;

// Decisions of the server's database, evaluated again to the bytes that were sent.
void ExpectReplays(const std::vector<std::vector<Answered>>& answers, const std::string& database) {
  const std::unique_ptr<db::Store> store = OpenStore(database);
  ASSERT_NE(store, nullptr);
  std::vector<const auditor::GateResponse*> recorded;
  for (const auto& chain : answers) {
    for (const Answered& answer : chain) {
      for (const auditor::GateResponse& response : answer.responses) {
        if (!response.decision_id.empty()) recorded.push_back(&response);
      }
    }
  }
  ASSERT_FALSE(recorded.empty());
  const bool all = std::getenv("WEIGHBRIDGE_RELEASE") != nullptr || recorded.size() <= kReplaysMax;
  const size_t step = all ? 1 : recorded.size() / kReplaysMax;
  for (size_t i = 0; i < recorded.size(); i += step) {
    const auto replay = auditor::Replay(recorded[i]->decision_id, *store);
    ASSERT_TRUE(replay.ok()) << replay.status();
    ASSERT_EQ(replay->decisions.size(), 1u);
    EXPECT_TRUE(replay->decisions[0].same_bytes) << recorded[i]->json;
    EXPECT_EQ(replay->decisions[0].json, recorded[i]->json);
  }
}

DaemonOptions OptionsFor(const TempDir& dir, const std::string& policy) {
  DaemonOptions options;
  options.scan_roots = {dir.path()};
  if (const auto corpus = testing_support::CorpusDir()) options.scan_roots.push_back(*corpus);
  // Clients beyond those that run must wait, not fail.
  options.args = {"--waiting", "64"};
  if (!policy.empty()) options.args.insert(options.args.end(), {"--policy", dir.Write("policy.yaml", policy)});
  return options;
}

class RemoteTest : public testing::TestWithParam<Way> {
 protected:
  // Compares a group and leaves it replayed.
  Counts Compare(const RemoteGroup& group) {
    Counts counts;
    const TempDir databases;
    const auto here = AnswerHere(group, databases.At("here.db"));
    const std::unique_ptr<Daemon> daemon = Daemon::Start(OptionsFor(dir_, group.policy));
    if (daemon == nullptr) return counts;
    const auto there = AnswerThere(group, daemon->address(), GetParam());
    ExpectSame(group, here, there, daemon->address(), GetParam(), counts);
    EXPECT_EQ(daemon->Terminate(), 0) << daemon->Log();
    ExpectReplays(there, daemon->database());
    return counts;
  }

  const TempDir dir_;
};

TEST_P(RemoteTest, CorpusModelsGiveTheSameBytes) {
  const RemoteGroup group = {"", CorpusChains(dir_)};
  if (group.chains.empty()) GTEST_SKIP() << "no corpus: its configs, cards and artefacts cannot be gated";
  const Counts counts = Compare(group);
  std::printf("%d results and %d errors compared\n", counts.results, counts.errors);
  EXPECT_GE(counts.results, 300);
}

TEST_P(RemoteTest, ScenariosGiveTheSameBytes) {
  const std::vector<RemoteGroup> groups = ScenarioGroups(dir_);
  Counts all;
  for (const RemoteGroup& group : groups) {
    if (group.chains.empty()) continue;
    // A server does not start with a policy that has faults; broken_input_test says what the program makes of one.
    const auditor::ConfigFile policy = {"policy.yaml", group.policy};
    if (!group.policy.empty() && !auditor::CheckConfiguration(std::nullopt, policy, Rules()).ok()) continue;
    const Counts counts = Compare(group);
    all.results += counts.results;
    all.errors += counts.errors;
    if (HasFatalFailure()) return;
  }
  std::printf("%d results and %d errors compared, %zu policies\n", all.results, all.errors, groups.size());
  if (all.results == 0) GTEST_SKIP() << "no scenario can be composed: licence pack and corpus are absent";
  EXPECT_GE(all.results, 50);
}

TEST_P(RemoteTest, ShapesGiveTheSameBytes) {
  const Counts counts = Compare({"", ShapeChains(dir_)});
  std::printf("%d results and %d errors compared\n", counts.results, counts.errors);
  EXPECT_GE(counts.results, 45);
  EXPECT_GE(counts.errors, 8);
}

INSTANTIATE_TEST_SUITE_P(Ways, RemoteTest,
                         testing::Values(Way{true, 1}, Way{true, 4}, Way{true, 16}, Way{false, 1}, Way{false, 4},
                                         Way{false, 16}),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace weighbridge::integration
