// weighbridged in operation: reload under load, the end, deadlines, what it counts and what it logs.
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <regex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "proto/weighbridge/v1/audit_service.pb.h"
#include "proto/weighbridge/v1/license_service.pb.h"
#include "proto/weighbridge/v1/model_service.pb.h"
#include "proto/weighbridge/v1/server_service.pb.h"
#include "tests/integration/daemon.h"
#include "tests/integration/raw_call.h"
#include "tests/integration/served.h"
#include "tests/integration/weighbridge.h"
#include "tests/support/corpus.h"
#include "tests/support/model_builder.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace weighbridge::integration {
namespace {

using absl::StatusCode;
using testing_support::TempDir;

constexpr uint64_t kGiB = uint64_t{1} << 30;

v1::ReloadConfigurationRequest ReloadRequest(const std::string& id) {
  v1::ReloadConfigurationRequest request;
  request.set_request_id(id);
  request.set_by("operator");
  return request;
}

// A family that the built-in rules do not have.
std::string Family(const std::string& developer) {
  return "# proto-file: proto/weighbridge/rules/v1/rulebook.proto\n# proto-message: weighbridge.rules.v1.Family\n"
         "id: \"quarry\"\nname: \"Quarry\"\ndeveloper: \"" +
         developer +
         "\"\nmembers {\n  names: \"quarry*\"\n  openness: CLOSED_WEIGHTS\n  boundary: \"None.\"\n  closed: true\n  "
         "source: \"example\"\n}\n";
}

std::string Policy(const std::string& name) { return "name: " + name + "\nmode: block\n"; }

class DaemonOperationTest : public testing::Test {
 protected:
  DaemonOperationTest() {
    dir_.Write("models/small/model.safetensors", testing_support::BuildSafetensors({{"a.weight", "F32", {2, 2}}}));
    dir_.Write("models/small/README.md", testing_support::BuildModelCard("license: apache-2.0", "# m\n"));
    dir_.Folder("models/long");
    options_.scan_roots = {dir_.At("models")};
  }

  // Files of a configuration, in a folder that is then exchanged as a whole.
  void WriteConfiguration(const std::string& folder, const std::string& kind) const {
    dir_.Write(folder + "/rules/families/quarry.textproto", Family(kind));
    dir_.Write(folder + "/policy.yaml", Policy(kind));
  }
  void Turn(const std::string& folder) const {
    std::filesystem::create_directory_symlink(folder, dir_.At("next"));
    std::filesystem::rename(dir_.At("next"), dir_.At("current"));
  }
  std::vector<std::string> ConfigurationArgs() const {
    return {"--rules", dir_.At("current/rules"), "--policy", dir_.At("current/policy.yaml")};
  }

  TempDir dir_;
  DaemonOptions options_;
};

// ---- reload

TEST_F(DaemonOperationTest, SighupAndChangedFilesReload) {
  WriteConfiguration("one", "one");
  WriteConfiguration("two", "two");
  WriteConfiguration("three", "three");
  Turn("one");
  options_.args = ConfigurationArgs();
  const auto daemon = Daemon::Start(options_);
  ASSERT_NE(daemon, nullptr);
  const RawCaller caller(daemon->unix_address());
  const v1::ServerInfo first = InfoOf(caller);

  Turn("two");
  ASSERT_EQ(kill(daemon->pid(), SIGHUP), 0);
  EXPECT_TRUE(WaitUntil([&] { return InfoOf(caller).policy_digest() != first.policy_digest(); })) << daemon->Log();
  const v1::ServerInfo second = InfoOf(caller);
  EXPECT_NE(second.rules_digest(), first.rules_digest());
  EXPECT_EQ(second.licenses(), first.licenses());
  // The line comes behind the exchange.
  EXPECT_TRUE(WaitUntil([&] { return LinesWith(daemon->Log(), "configuration loaded", "why", "SIGHUP").size() == 1; }));

  // Nobody says a word: the change alone is seen.
  Turn("three");
  EXPECT_TRUE(WaitUntil([&] { return InfoOf(caller).policy_digest() != second.policy_digest(); })) << daemon->Log();
  const v1::ServerInfo third = InfoOf(caller);
  EXPECT_NE(third.rules_digest(), second.rules_digest());
  EXPECT_NE(third.rules_digest(), first.rules_digest());
  EXPECT_TRUE(WaitUntil([&] {
    const auto lines = LinesWith(daemon->Log(), "configuration loaded", "why", "a file changed");
    return !lines.empty() && FieldOf(lines.back(), "rules_digest") == third.rules_digest() &&
           FieldOf(lines.back(), "policy_digest") == third.policy_digest();
  }));
}

TEST_F(DaemonOperationTest, AConfigurationWithFaultsIsRefusedAndTheOldStays) {
  WriteConfiguration("good", "good");
  Turn("good");
  options_.args = ConfigurationArgs();
  const auto daemon = Daemon::Start(options_);
  ASSERT_NE(daemon, nullptr);
  const RawCaller local(daemon->unix_address()), plain(daemon->address());
  const v1::ServerInfo before = InfoOf(local);

  WriteConfiguration("policy-fault", "other");
  dir_.Write("policy-fault/policy.yaml", "name: x\nno_such_name: 1\n");
  WriteConfiguration("rule-fault", "other");
  dir_.Write("rule-fault/rules/families/quarry.textproto", Family("other") + "no_such_field: 1\n");
  int n = 0;
  for (const auto& [folder, place] : {std::pair<std::string, std::string>{"policy-fault", "policy.yaml:2"},
                                      {"rule-fault", "families/quarry.textproto:13"}}) {
    SCOPED_TRACE(folder);
    Turn(folder);
    v1::ServerInfo ignored;
    const RawAnswer refused =
        Ask(local, "ServerService/ReloadConfiguration", ReloadRequest("fault-" + std::to_string(++n)), ignored);
    EXPECT_EQ(refused.code, StatusCode::kFailedPrecondition) << Describe(refused);
    EXPECT_EQ(refused.detail.reason(), v1::ErrorReason::INVALID_CONFIGURATION);
    EXPECT_NE(refused.message.find(place), std::string::npos) << refused.message;
    const v1::ServerInfo after = InfoOf(local);
    EXPECT_EQ(after.rules_digest(), before.rules_digest());
    EXPECT_EQ(after.policy_digest(), before.policy_digest());
    EXPECT_NE(after.last_reload_error().find(place), std::string::npos) << after.last_reload_error();
    EXPECT_EQ(InfoOf(plain).last_reload_error(), "") << "paths of the server are not for everybody";
    const AuditAnswer audit = AuditPath(plain, StartOf(dir_.At("models/small")));
    ASSERT_EQ(audit.results.size(), 1u) << Describe(audit.call);
    EXPECT_EQ(audit.results[0].result().rules_digest(), before.rules_digest());
  }
  // What a signal asks for is refused the same way, and the server lives.
  ASSERT_EQ(kill(daemon->pid(), SIGHUP), 0);
  EXPECT_TRUE(WaitUntil([&] {
    return !LinesWith(daemon->Log(), "configuration refused, the one before stays", "why", "SIGHUP").empty();
  }));
  Turn("good");
  EXPECT_EQ(
      Asked<v1::ServerInfo>(local, "ServerService/ReloadConfiguration", ReloadRequest("mended")).last_reload_error(),
      "");
  EXPECT_GE(daemon->Metric("weighbridge_reloads_total{outcome=\"failed\"}"), 3);
}

// Every answer rests on rules and policy that were there together at one moment.
TEST_F(DaemonOperationTest, NoCallSeesAMixOfTwoConfigurations) {
  constexpr int kTurns = 10;
  for (int i = 0; i <= kTurns; ++i) WriteConfiguration(std::to_string(i), i % 2 == 0 ? "even" : "odd");
  Turn("0");
  options_.args = ConfigurationArgs();
  options_.args.insert(options_.args.end(), {"--audits", "4", "--waiting", "100"});
  const auto daemon = Daemon::Start(options_);
  ASSERT_NE(daemon, nullptr);
  const RawCaller local(daemon->unix_address());
  const v1::ServerInfo even = InfoOf(local);
  const std::string audit_id = AuditPath(local, StartOf(dir_.At("models/small"))).results.at(0).result().audit_id();

  std::mutex mutex;
  std::map<std::pair<std::string, std::string>, int> seen;
  std::atomic<bool> over{false};
  std::vector<std::thread> clients;
  for (int c = 0; c < 4; ++c) {
    clients.emplace_back([&, c] {
      const RawCaller caller(daemon->address());
      while (!over) {
        std::pair<std::string, std::string> pair;
        if (c % 2 == 0) {
          v1::AuditStart start = StartOf(dir_.At("models/small"));
          start.set_validate_only(true);
          const AuditAnswer answer = AuditPath(caller, start);
          if (answer.results.size() != 1) {
            ADD_FAILURE() << Describe(answer.call);
            return;
          }
          pair = {answer.results[0].result().rules_digest(), answer.results[0].result().policy_digest()};
        } else {
          v1::EvaluateAuditRequest request;
          request.set_audit_id(audit_id);
          request.set_evaluated_at(kAt);
          request.set_validate_only(true);
          const auto answer = Asked<v1::EvaluateAuditResponse>(caller, "AuditService/EvaluateAudit", request);
          pair = {answer.outcome().result().rules_digest(), answer.outcome().result().policy_digest()};
        }
        const std::lock_guard<std::mutex> lock(mutex);
        ++seen[pair];
      }
    });
  }
  const auto seen_so_far = [&](const v1::ServerInfo& info) {
    const std::lock_guard<std::mutex> lock(mutex);
    return seen[{info.rules_digest(), info.policy_digest()}];
  };
  v1::ServerInfo odd;
  for (int i = 1; i <= kTurns; ++i) {
    Turn(std::to_string(i));
    const auto now =
        Asked<v1::ServerInfo>(local, "ServerService/ReloadConfiguration", ReloadRequest("turn-" + std::to_string(i)));
    if (i == 1) odd = now;
    const v1::ServerInfo& expected = i % 2 == 0 ? even : odd;
    EXPECT_EQ(now.rules_digest(), expected.rules_digest());
    EXPECT_EQ(now.policy_digest(), expected.policy_digest());
    // Each configuration answers some calls before it goes.
    const int before = seen_so_far(expected);
    EXPECT_TRUE(WaitUntil([&] { return seen_so_far(expected) > before + 3; }));
  }
  over = true;
  for (std::thread& client : clients) client.join();
  EXPECT_NE(even.rules_digest(), odd.rules_digest());
  EXPECT_NE(even.policy_digest(), odd.policy_digest());
  for (const auto& [pair, times] : seen) {
    const bool belongs = pair == std::pair(even.rules_digest(), even.policy_digest()) ||
                         pair == std::pair(odd.rules_digest(), odd.policy_digest());
    EXPECT_TRUE(belongs) << times << " answers with rules " << pair.first << " and policy " << pair.second;
  }
}

// ---- the end

// Calls once the audit has begun to read and is far from its end.
RawOptions OnceReading(const std::function<void()>& then) {
  RawOptions options;
  auto told = std::make_shared<bool>(false);
  options.on_message = [then, told](const std::string& message) {
    v1::AuditModelResponse response;
    if (*told || !response.ParseFromString(message) || !response.has_progress()) return;
    if (response.progress().bytes_done() == 0) return;
    *told = true;
    then();
  };
  return options;
}

v1::AuditStart LongStart(const std::string& path) {
  v1::AuditStart start = StartOf(path);
  start.set_want_progress(true);
  start.set_threads(1);
  return start;
}

v1::ListAuditsResponse AuditsOf(const std::string& database) {
  DaemonOptions options;
  options.db = database;
  const auto daemon = Daemon::Start(options);
  if (daemon == nullptr) return {};
  return Asked<v1::ListAuditsResponse>(RawCaller(daemon->address()), "AuditService/ListAudits",
                                       v1::ListAuditsRequest());
}

TEST_F(DaemonOperationTest, AtItsEndWhatRunsIsFinishedAndNothingNewIsTaken) {
  WriteLongModel(dir_.At("models/long/model.safetensors"), kGiB);
  dir_.Folder("models/endless");
  WriteLongModel(dir_.At("models/endless/model.safetensors"), 256 * kGiB);
  options_.db = dir_.At("w.db");
  options_.args = {"--drain-seconds", "3600"};
  const auto daemon = Daemon::Start(options_);
  ASSERT_NE(daemon, nullptr);
  const RawCaller caller(daemon->address());
  InfoOf(caller);
  const auto list = [](const RawCaller& from) {
    v1::ListAuditsResponse ignored;
    return Ask(from, "AuditService/ListAudits", v1::ListAuditsRequest(), ignored);
  };
  const auto stopping = [&] {
    ASSERT_EQ(kill(daemon->pid(), SIGTERM), 0);
    EXPECT_TRUE(WaitUntil([&] { return list(caller).code != StatusCode::kOk; }));
    // From the connection that stands and from new ones; whoever asks learns that another server may answer.
    const RawCaller other(daemon->address()), local(daemon->unix_address());
    for (const RawCaller* from : std::vector<const RawCaller*>{&caller, &other, &local}) {
      std::vector<RawAnswer> refused = {list(*from), AuditPath(*from, StartOf(dir_.At("models/small"))).call};
      v1::LookupDigestsRequest lookup;
      lookup.add_digests(std::string(64, '0'));
      v1::LookupDigestsResponse unknown;
      refused.push_back(Ask(*from, "ModelService/LookupDigests", lookup, unknown));
      v1::EvaluateAuditRequest evaluate;
      evaluate.set_audit_id(std::string(64, '0'));
      v1::EvaluateAuditResponse evaluated;
      refused.push_back(Ask(*from, "AuditService/EvaluateAudit", evaluate, evaluated));
      for (const RawAnswer& answer : refused) {
        EXPECT_EQ(answer.code, StatusCode::kUnavailable) << Describe(answer);
        EXPECT_EQ(answer.detail.reason(), v1::ErrorReason::SHUTTING_DOWN);
      }
      InfoOf(*from);
      // HealthCheckResponse{status: NOT_SERVING}
      EXPECT_EQ(from->Call("/grpc.health.v1.Health/Check", {""}).messages, std::vector<std::string>{"\x08\x02"});
    }
    EXPECT_TRUE(daemon->IsRunning());
  };
  // The server lives until this one is given up, however fast the other is.
  std::atomic<bool> runs{false}, looked{false};
  std::thread endless([&] {
    RawOptions options;
    options.on_message = [&](const std::string&) {
      runs = true;
      WaitUntil([&] { return looked.load(); });
    };
    options.cancel_after_reads = 1;
    AuditPath(RawCaller(daemon->address()), LongStart(dir_.At("models/endless")), options);
  });
  EXPECT_TRUE(WaitUntil([&] { return runs.load(); }));
  const AuditAnswer audit = AuditPath(caller, LongStart(dir_.At("models/long")), OnceReading(stopping));
  EXPECT_TRUE(daemon->IsRunning());
  looked = true;
  endless.join();
  EXPECT_EQ(audit.call.code, StatusCode::kOk) << Describe(audit.call);
  ASSERT_EQ(audit.results.size(), 1u);
  EXPECT_EQ(daemon->Terminate(), 0);
  EXPECT_EQ(LinesWith(daemon->Log(), "stopped").size(), 1u);
  const v1::ListAuditsResponse recorded = AuditsOf(dir_.At("w.db"));
  ASSERT_EQ(recorded.audits_size(), 1);
  EXPECT_EQ(recorded.audits(0).audit_id(), audit.results[0].result().audit_id());
}

TEST_F(DaemonOperationTest, AtItsEndWithoutPatienceWhatRunsIsCancelledAndNotRecorded) {
  WriteLongModel(dir_.At("models/long/model.safetensors"), 16 * kGiB);
  options_.db = dir_.At("w.db");
  options_.args = {"--drain-seconds", "0"};
  for (const int signal : {SIGTERM, SIGINT}) {
    const auto daemon = Daemon::Start(options_);
    ASSERT_NE(daemon, nullptr);
    const AuditAnswer audit = AuditPath(RawCaller(daemon->address()), LongStart(dir_.At("models/long")),
                                        OnceReading([&] { kill(daemon->pid(), signal); }));
    EXPECT_NE(audit.call.code, StatusCode::kOk);
    EXPECT_TRUE(audit.results.empty());
    EXPECT_TRUE(WaitUntil([&] { return !daemon->IsRunning(); }));
    EXPECT_EQ(daemon->Terminate(), 0) << daemon->Log();
    EXPECT_EQ(LinesWith(daemon->Log(), "call", "code", "CANCELLED").size(), 1u) << daemon->Log();
  }
  EXPECT_EQ(AuditsOf(dir_.At("w.db")).audits_size(), 0);
}

TEST_F(DaemonOperationTest, CallsThatAreGivenUpStopTheirWork) {
  WriteLongModel(dir_.At("models/long/model.safetensors"), 64 * kGiB);
  const auto daemon = Daemon::Start(options_);
  ASSERT_NE(daemon, nullptr);
  const RawCaller caller(daemon->address());

  RawOptions cancelled;
  cancelled.cancel_after_reads = 2;
  EXPECT_EQ(AuditPath(caller, LongStart(dir_.At("models/long")), cancelled).call.code, StatusCode::kCancelled);
  EXPECT_TRUE(daemon->WaitUntilIdle()) << daemon->Metrics();

  RawOptions hurried;
  hurried.deadline_milliseconds = 500;
  const AuditAnswer late = AuditPath(caller, LongStart(dir_.At("models/long")), hurried);
  EXPECT_EQ(late.call.code, StatusCode::kDeadlineExceeded) << Describe(late.call);
  EXPECT_TRUE(late.results.empty());
  EXPECT_TRUE(daemon->WaitUntilIdle()) << daemon->Metrics();

  EXPECT_EQ(
      daemon->Metric("weighbridge_calls_total{code=\"CANCELLED\",method=\"AuditService.AuditModel\"}") +
          daemon->Metric("weighbridge_calls_total{code=\"DEADLINE_EXCEEDED\",method=\"AuditService.AuditModel\"}"),
      2)
      << daemon->Metrics();
  EXPECT_EQ(daemon->Metric("weighbridge_audits_recorded_total"), 0);
  EXPECT_EQ(Asked<v1::ListAuditsResponse>(caller, "AuditService/ListAudits", v1::ListAuditsRequest()).audits_size(), 0);
  // Both threads are free again.
  for (int i = 0; i < 3; ++i) EXPECT_EQ(AuditPath(caller, StartOf(dir_.At("models/small"))).results.size(), 1u);
}

TEST_F(DaemonOperationTest, MoreAuditsThanItTakesAreRefusedAtOnce) {
  WriteLongModel(dir_.At("models/long/model.safetensors"), 64 * kGiB);
  options_.args = {"--audits", "1", "--waiting", "1"};
  const auto daemon = Daemon::Start(options_);
  ASSERT_NE(daemon, nullptr);
  std::atomic<bool> runs{false}, over{false};
  std::thread running([&] {
    RawOptions options;
    options.on_message = [&](const std::string&) {
      runs = true;
      WaitUntil([&] { return over.load(); });
    };
    options.cancel_after_reads = 1;
    AuditPath(RawCaller(daemon->address()), LongStart(dir_.At("models/long")), options);
  });
  ASSERT_TRUE(WaitUntil([&] { return runs.load(); }));
  std::thread waiting([&] {
    const AuditAnswer answer = AuditPath(RawCaller(daemon->address()), StartOf(dir_.At("models/small")));
    EXPECT_EQ(answer.call.code, StatusCode::kOk) << Describe(answer.call);
    EXPECT_TRUE(over) << "its turn came behind the first one";
  });
  ASSERT_TRUE(WaitUntil([&] { return daemon->Metric("weighbridge_work{state=\"audits_waiting\"}") == 1; }));
  const AuditAnswer refused = AuditPath(RawCaller(daemon->address()), StartOf(dir_.At("models/small")));
  EXPECT_EQ(refused.call.code, StatusCode::kResourceExhausted) << Describe(refused.call);
  EXPECT_EQ(refused.call.detail.reason(), v1::ErrorReason::SERVER_BUSY);
  // Look-ups have threads of their own.
  EXPECT_EQ(
      Asked<v1::ListAuditsResponse>(RawCaller(daemon->address()), "AuditService/ListAudits", v1::ListAuditsRequest())
          .audits_size(),
      0);
  over = true;
  running.join();
  waiting.join();
}

// ---- counters and log

// Prometheus' text format, version 0.0.4: comments, or a name, labels and a number.
TEST_F(DaemonOperationTest, MetricsAreWellFormedAndCountWhatWasDone) {
  const auto daemon = Daemon::Start(options_);
  ASSERT_NE(daemon, nullptr);
  const RawCaller caller(daemon->address());
  for (int i = 0; i < 3; ++i) InfoOf(caller);
  ASSERT_EQ(AuditPath(caller, StartOf(dir_.At("models/small"))).results.size(), 1u);
  v1::AuditStart dry = StartOf(dir_.At("models/small"));
  dry.set_validate_only(true);
  ASSERT_EQ(AuditPath(caller, dry).results.size(), 1u);
  EXPECT_EQ(AuditPath(caller, StartOf(dir_.At("models/nothing"))).call.code, StatusCode::kNotFound);
  EXPECT_EQ(AuditPath(caller, StartOf("/etc")).call.code, StatusCode::kPermissionDenied);
  v1::GetLicenseRequest license;
  license.set_name("MIT");
  Asked<v1::LicenseRecord>(caller, "LicenseService/GetLicense", license);
  v1::LookupDigestsRequest lookup;
  const std::string unknown(64, '0');
  lookup.add_digests(unknown);
  for (int i = 0; i < 5; ++i) Asked<v1::LookupDigestsResponse>(caller, "ModelService/LookupDigests", lookup);
  lookup.add_digests("not a digest");
  v1::LookupDigestsResponse ignored;
  EXPECT_EQ(Ask(caller, "ModelService/LookupDigests", lookup, ignored).code, StatusCode::kInvalidArgument);
  ASSERT_TRUE(daemon->WaitUntilIdle());

  const auto calls = [&](const std::string& method, const std::string& code) {
    return daemon->Metric("weighbridge_calls_total{code=\"" + code + "\",method=\"" + method + "\"}");
  };
  EXPECT_EQ(calls("ServerService.GetServerInfo", "OK"), 3);
  EXPECT_EQ(calls("AuditService.AuditModel", "OK"), 2);
  EXPECT_EQ(calls("AuditService.AuditModel", "NOT_FOUND"), 1);
  EXPECT_EQ(calls("AuditService.AuditModel", "PERMISSION_DENIED"), 1);
  EXPECT_EQ(calls("LicenseService.GetLicense", "OK"), 1);
  EXPECT_EQ(calls("ModelService.LookupDigests", "OK"), 5);
  EXPECT_EQ(calls("ModelService.LookupDigests", "INVALID_ARGUMENT"), 1);
  EXPECT_EQ(daemon->Metric("weighbridge_call_seconds_count{method=\"AuditService.AuditModel\"}"), 4);
  EXPECT_EQ(daemon->Metric("weighbridge_lookups_total{outcome=\"unknown\"}"), 5);
  EXPECT_EQ(daemon->Metric("weighbridge_lookups_total{outcome=\"known\"}"), 0);
  EXPECT_GE(daemon->Metric("weighbridge_lookups_total{outcome=\"from_cache\"}"), 1);
  EXPECT_EQ(daemon->Metric("weighbridge_audits_recorded_total"), 1);
  EXPECT_EQ(daemon->Metric("weighbridge_database_serving"), 1);
  EXPECT_EQ(daemon->Metric("weighbridge_reloads_total{outcome=\"failed\"}"), 0);

  const std::string text = daemon->Metrics();
  ASSERT_FALSE(text.empty());
  EXPECT_EQ(text.back(), '\n');
  const std::string name = "[a-zA-Z_:][a-zA-Z0-9_:]*";
  const std::regex comment("# (HELP|TYPE) " + name + " .*");
  const std::string label = "[a-zA-Z_][a-zA-Z0-9_]*=\"([^\"\\\\\n]|\\\\[\\\\\"n])*\"";
  const std::regex sample("(" + name + ")(\\{" + label + "(," + label + ")*\\})? ([0-9.e+-]+|\\+Inf|NaN)");
  std::set<std::string> typed, samples;
  double decisions = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    std::smatch found;
    if (line.rfind("# TYPE ", 0) == 0) {
      EXPECT_TRUE(typed.insert(line.substr(7, line.find(' ', 7) - 7)).second) << "typed twice: " << line;
    }
    if (line.rfind("#", 0) == 0) {
      EXPECT_TRUE(std::regex_match(line, comment)) << line;
      continue;
    }
    ASSERT_TRUE(std::regex_match(line, found, sample)) << line;
    EXPECT_TRUE(samples.insert(line.substr(0, line.rfind(' '))).second) << "twice: " << line;
    std::string family = found[1];
    for (const std::string suffix : {"_bucket", "_count", "_sum"}) {
      if (typed.count(family) == 0 && family.size() > suffix.size() &&
          family.compare(family.size() - suffix.size(), suffix.size(), suffix) == 0) {
        family.resize(family.size() - suffix.size());
      }
    }
    EXPECT_EQ(typed.count(family), 1u) << "no type: " << line;
    if (line.rfind("weighbridge_decisions_total{", 0) == 0) decisions += std::stod(line.substr(line.rfind(' ') + 1));
  }
  EXPECT_EQ(decisions, 2) << "decided twice, recorded once";
}

TEST_F(DaemonOperationTest, EveryLineOfTheLogIsAnObjectThatNamesItsCall) {
  const auto daemon = Daemon::Start(options_);
  ASSERT_NE(daemon, nullptr);
  const RawCaller caller(daemon->address());
  v1::AuditStart start = StartOf(dir_.At("models/small"));
  start.set_request_id("build-4711_a.b");
  ASSERT_EQ(AuditPath(caller, start).results.size(), 1u);
  const auto named = LinesWith(daemon->Log(), "call", "request_id", "build-4711_a.b");
  ASSERT_EQ(named.size(), 1u) << daemon->Log();
  EXPECT_EQ(FieldOf(named[0], "method"), "AuditService.AuditModel");
  EXPECT_EQ(FieldOf(named[0], "code"), "OK");
  EXPECT_EQ(FieldOf(named[0], "principal"), "plain");
  EXPECT_NE(FieldOf(named[0], "microseconds"), "");

  // In an error the client learns the id that stands in the log.
  start.set_server_path(dir_.At("models/nothing"));
  const AuditAnswer missing = AuditPath(caller, start);
  EXPECT_EQ(missing.call.detail.request_id(), "build-4711_a.b");
  EXPECT_EQ(LinesWith(daemon->Log(), "call", "request_id", "build-4711_a.b").size(), 2u);
  start.clear_request_id();
  const AuditAnswer unnamed = AuditPath(caller, start);
  ASSERT_NE(unnamed.call.detail.request_id(), "");
  EXPECT_EQ(LinesWith(daemon->Log(), "call", "request_id", unnamed.call.detail.request_id()).size(), 1u);

  const std::string forged = "\"}\n{\"time\":\"t\",\"level\":\"info\",\"event\":\"forged\"}\n";
  start.set_request_id(forged);
  EXPECT_EQ(AuditPath(caller, start).call.code, StatusCode::kInvalidArgument);
  start = StartOf(forged);
  EXPECT_EQ(AuditPath(caller, start).call.code, StatusCode::kInvalidArgument);
  start = StartOf(dir_.At("models/small"));
  start.mutable_profile()->set_name(forged);
  start.mutable_profile()->set_content(forged);
  EXPECT_EQ(AuditPath(caller, start).call.code, StatusCode::kInvalidArgument);
  v1::GetLicenseRequest license;
  license.set_name(forged);
  v1::LicenseRecord record;
  EXPECT_EQ(Ask(caller, "LicenseService/GetLicense", license, record).code, StatusCode::kNotFound);
  v1::GetAuditRequest audit;
  audit.set_audit_id(forged);
  v1::Audit ignored;
  EXPECT_NE(Ask(caller, "AuditService/GetAudit", audit, ignored).code, StatusCode::kOk);
  // A file's own name, on the disk of the server.
  dir_.Write("models/hostile\n{\"event\":\"forged\"}/model.safetensors", "x");
  start = StartOf(dir_.At("models"));
  start.set_recursive(true);
  AuditPath(caller, start);
  EXPECT_EQ(daemon->Terminate(), 0);

  std::set<std::string> ids;
  for (const auto& line : LogLines(daemon->Log())) {
    EXPECT_NE(FieldOf(line, "event"), "forged");
    if (FieldOf(line, "event") != "call") continue;
    EXPECT_NE(FieldOf(line, "request_id"), "");
    ids.insert(FieldOf(line, "request_id"));
  }
  EXPECT_GE(ids.size(), 7u) << "each call has its own id";
  EXPECT_EQ(LinesWith(daemon->Log(), "serving").size(), 1u);
  EXPECT_EQ(LinesWith(daemon->Log(), "stopping", "signal", std::to_string(SIGTERM)).size(), 1u);
}

// All faults of a profile reach the client as what they are, as many of them as fit.
TEST_F(DaemonOperationTest, ALongListOfFaultsReachesTheClient) {
  const auto daemon = Daemon::Start(options_);
  ASSERT_NE(daemon, nullptr);
  for (const std::string name : {"unknown", "unbekannt-\xc3\xa4\xc3\xb6\xc3\xbc"}) {
    v1::AuditStart start = StartOf(dir_.At("models/small"));
    std::string profile;
    for (int i = 0; i < 2000; ++i) profile += name + std::to_string(i) + ": 1\n";
    start.mutable_profile()->set_name("profile.yaml");
    start.mutable_profile()->set_content(profile);
    const AuditAnswer answer = AuditPath(RawCaller(daemon->address()), start);
    EXPECT_EQ(answer.call.code, StatusCode::kInvalidArgument) << Describe(answer.call);
    EXPECT_TRUE(answer.call.has_detail);
    EXPECT_EQ(answer.call.detail.reason(), v1::ErrorReason::INVALID_CONFIGURATION);
    EXPECT_NE(answer.call.message.find("profile.yaml:1"), std::string::npos) << answer.call.message;
  }
}

}  // namespace
}  // namespace weighbridge::integration
