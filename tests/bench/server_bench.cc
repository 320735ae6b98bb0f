// What does the server cost beside a call of the same server that does nothing, and what becomes of it when ten times
// as much is asked of it as it can do?
//
//   server_bench [--seconds N | --release] [--known N] [--dir FOLDER] [--only lookup|approvals|overload] [--check]
//
// The server runs in a child process, its clients in this one; CPU time is the server's alone. Each part is run
// interleaved with its neighbour, five times; shown is the median of the ratios. --seconds is the length of each
// overload (default 10, 60 with --release),
// --known the size of the large database (default 1,000,000 digests). With --dir the databases stay there and are used
// again. --check exits 1 if a bar is missed.
#include <sched.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "db/store/sample_records.h"
#include "db/store/store.h"
#include "proto/weighbridge/v1/approval_service.pb.h"
#include "proto/weighbridge/v1/audit_service.pb.h"
#include "proto/weighbridge/v1/model_service.pb.h"
#include "services/approval/sample_approval.h"
#include "services/auditor/approve.h"
#include "services/base/hex.h"
#include "services/base/instant.h"
#include "services/crypto/sha256.h"
#include "services/crypto/signing.h"
#include "tests/bench/bench_server.h"
#include "tests/bench/child_process.h"
#include "tests/bench/load.h"
#include "tests/bench/noop.pb.h"
#include "tests/bench/server_process.h"
#include "tests/support/model_builder.h"

namespace weighbridge::bench {
namespace {

namespace fs = std::filesystem;

constexpr int kRuns = 5;
constexpr int kFewKnown = 1000;
constexpr int kFilesPerAudit = 20;
constexpr int kDigestsPerAudit = kFilesPerAudit + 2;
constexpr int kConnections = 4;
constexpr int kBatch = 100;
constexpr double kOverload = 10;
constexpr uint64_t kOrdinaryRows = 256 * 1024;  // 64 MiB
constexpr int kApprovals = 1000;
// More different digests than the server keeps answers.
constexpr size_t kRandomDigests = 200000;

struct Options {
  double seconds = 10;
  int known = 1000000;
  std::string dir;
  std::string only;
  bool check = false;
};

[[noreturn]] void Die(const std::string& what) {
  std::fprintf(stderr, "server_bench: %s\n", what.c_str());
  std::exit(3);
}

// ---- the table

bool all_hold = true;

enum class Bar { kAtMost, kAtLeast };

void Show(const std::string& what, double figure, const char* unit, Bar kind, double bar) {
  const bool holds = kind == Bar::kAtMost ? figure <= bar : figure >= bar;
  all_hold = all_hold && holds;
  std::printf("%-78s %9.2f %-4s %s %7.2f  %s\n", what.c_str(), figure, unit, kind == Bar::kAtMost ? "<=" : ">=", bar,
              holds ? "holds" : "MISSED");
  std::fflush(stdout);
}

void Show(const std::string& what, double figure, const char* unit) {
  std::printf("%-78s %9.2f %s\n", what.c_str(), figure, unit);
  std::fflush(stdout);
}

void Heading(const char* what) { std::printf("\n%s\n", what); }

// ---- what the server holds

// A database of about `known` digests, made unless it is there.
std::string Fill(const std::string& folder, int known) {
  constexpr int kAuditsPerTransaction = 1000;
  const std::string path = absl::StrFormat("%s/known-%d.db", folder, known);
  if (fs::exists(path)) return path;
  const std::string unfinished = path + ".unfinished";
  for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(unfinished + suffix);
  db::StoreOptions options;
  options.path = unfinished;
  options.cache_max_kib = 512 << 10;
  {
    const auto store = db::Store::Open(options);
    if (!store.ok()) Die(store.status().ToString());
    const int audits = (known + kDigestsPerAudit - 1) / kDigestsPerAudit;
    for (int seed = 0; seed < audits; seed += kAuditsPerTransaction) {
      std::vector<db::AuditRecord> records;
      for (int i = seed; i < std::min(seed + kAuditsPerTransaction, audits); ++i) {
        records.push_back(db::SampleAuditOfFiles(i, kFilesPerAudit));
      }
      if (const auto recorded = (*store)->RecordAudits(records); !recorded.ok()) Die(recorded.status().ToString());
    }
  }
  fs::rename(unfinished, path);
  return path;
}

// `count` known digests of a database of that size, in no order.
std::vector<std::string> SomeKnown(int known, size_t count) {
  const int audits = (known + kDigestsPerAudit - 1) / kDigestsPerAudit;
  std::mt19937 random(1);
  std::vector<std::string> digests;
  digests.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    const int seed = static_cast<int>(random() % static_cast<unsigned>(audits));
    digests.push_back(db::SampleFileDigest(seed, static_cast<int>(random() % kFilesPerAudit)));
  }
  return digests;
}

// The digest of the n-th approved model.
std::string ApprovedModel(int n) { return Sha256Hex("model " + std::to_string(n)); }

// A database of approvals of as many models, and the file of the one key that signed them.
std::string FillApprovals(const std::string& folder) {
  const std::string path = folder + "/approvals.db";
  if (fs::exists(path)) return path;
  const auto signer = Ed25519Signer::Generate();
  if (!signer.ok()) Die(signer.status().ToString());
  std::ofstream(folder + "/trust.pem") << (*signer)->public_key().ToPem();
  approval::TrustedKeys trusted;
  trusted.Trust({(*signer)->public_key(), "", "file"});
  db::StoreOptions options;
  options.path = path + ".unfinished";
  {
    const auto store = db::Store::Open(options);
    if (!store.ok()) Die(store.status().ToString());
    const absl::Time now = absl::Now();
    for (int i = 0; i < kApprovals; ++i) {
      v1::ApprovalDetails details = approval::SampleDetails();
      details.mutable_parts(0)->set_model_digest(ApprovedModel(i));
      details.mutable_parts(0)->set_weights_digest(Sha256Hex("weights " + std::to_string(i)));
      details.set_not_before(FormatInstant(now - absl::Hours(1)));
      details.set_expires(FormatInstant(now + absl::Hours(24 * 30)));
      const auto taken =
          auditor::SubmitApproval(approval::SignedEnvelope(details, **signer), trusted, now, "bench", "", {}, **store);
      if (!taken.ok() || taken->envelope.empty()) Die("an approval was not taken");
    }
  }
  fs::rename(options.path, path);
  return path;
}

// A model that a tag names, approved or not; what counts is the work.
// `rows` of 64 numbers are its weights.
void ComposeModel(const fs::path& folder, uint64_t rows) {
  fs::create_directories(folder);
  const auto write = [&folder](const char* name, const std::string& bytes) {
    std::ofstream(folder / name, std::ios::binary) << bytes;
  };
  write("README.md", "---\nlicense: llama3.1\n---\n# A model\n");
  write("config.json", "{\"model_type\": \"llama\", \"architectures\": [\"LlamaForCausalLM\"]}");
  write("model.safetensors",
        testing_support::BuildSafetensors({{"model.layers.0.mlp.up_proj.weight", "F32", {rows, 64}}}));
}

// A certificate for both sides, signed by ca.pem.
void MakeCertificates(const std::string& folder) {
  const auto request = [&folder](const std::string& name, std::vector<std::string> more) {
    std::vector<std::string> words = {"openssl",
                                      "req",
                                      "-x509",
                                      "-newkey",
                                      "ec",
                                      "-pkeyopt",
                                      "ec_paramgen_curve:P-256",
                                      "-nodes",
                                      "-days",
                                      "2",
                                      "-keyout",
                                      folder + "/" + name + ".key",
                                      "-out",
                                      folder + "/" + name + ".pem"};
    words.insert(words.end(), more.begin(), more.end());
    RunTogether({{words}});
  };
  request("ca", {"-subj", "/CN=bench authority"});
  request("peer", {"-subj", "/CN=bench", "-CA", folder + "/ca.pem", "-CAkey", folder + "/ca.key", "-addext",
                   "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE"});
}

// ---- what is asked

// One digest after the other, `batch` in each call; goes on in the next run where the last one ended.
Method LookUp(std::vector<std::string> digests, int batch) {
  return {"/weighbridge.v1.ModelService/LookupDigests",
          [digests = std::move(digests), batch, next = size_t{0}](uint64_t) mutable {
            v1::LookupDigestsRequest request;
            for (int i = 0; i < batch; ++i) request.add_digests(digests[next++ % digests.size()]);
            return request.SerializeAsString();
          }};
}

// Questions about approved models, one after the other.
Method Check(int batch) {
  return {"/weighbridge.v1.ApprovalService/CheckApprovals", [batch, next = 0](uint64_t) mutable {
            v1::CheckApprovalsRequest request;
            for (int i = 0; i < batch; ++i) {
              std::string digest(32, '\0');
              HexDecode(ApprovedModel(next++ % kApprovals), reinterpret_cast<uint8_t*>(digest.data()), digest.size());
              v1::ApprovalQuestion& question = *request.add_questions();
              question.set_digest(std::move(digest));
              question.set_use("commercial");
              question.set_environment("production");
            }
            return request.SerializeAsString();
          }};
}

// Takes and gives as many bytes as that call does.
Method NoopLike(const Method& method, size_t answer_bytes) {
  NoopRequest request;
  request.set_payload(method.request(0));
  request.set_answer_bytes(static_cast<int>(answer_bytes));
  return {"/weighbridge.bench.NoopService/Noop", [bytes = request.SerializeAsString()](uint64_t) { return bytes; }};
}

// Each call has an instant of its own, so that each records a decision of its own.
Method Audit(const std::string& model, bool validate_only) {
  return {"/weighbridge.v1.AuditService/AuditModel",
          [model, validate_only, next = int64_t{1700000000}](uint64_t) mutable {
            v1::AuditModelRequest request;
            v1::AuditStart& start = *request.mutable_start();
            start.set_server_path(model);
            start.set_validate_only(validate_only);
            start.set_evaluated_at(
                absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixSeconds(next++), absl::UTCTimeZone()));
            return request.SerializeAsString();
          }};
}

// ---- a server and its clients

struct Served {
  std::unique_ptr<ServerProcess> process;
  std::unique_ptr<Clients> clients;
};

Served Start(const std::string& self, const std::string& folder, const std::string& db, const std::string& root,
             bool tls, const std::string& trust = "") {
  std::vector<std::string> command = {self, "--serve", db, root, trust};
  Endpoint endpoint;
  if (tls) {
    for (const char* file : {"peer.pem", "peer.key", "ca.pem"}) command.push_back(folder + "/" + file);
    endpoint = {"", folder + "/ca.pem", folder + "/peer.pem", folder + "/peer.key"};
  }
  Served served;
  served.process = std::make_unique<ServerProcess>(command, folder + "/server.log");
  endpoint.address = served.process->address();
  served.clients = std::make_unique<Clients>(endpoint, kConnections);
  return served;
}

int ServeAsChild(const std::vector<std::string>& words) {
  daemon::ServerOptions options;
  options.listen = {"127.0.0.1:0"};
  options.metrics_listen = "127.0.0.1:0";
  options.create_db = true;
  options.db_path = words[1];
  options.scan_roots = {words[2]};
  options.trust_path = words[3];
  if (words.size() == 7) options.tls = {words[4], words[5], words[6]};
  return Serve(options);
}

struct Cpu {
  double micros_per_call = 0;
  double calls_per_second = 0;
  Outcome outcome;
};

Cpu Measure(const Served& served, const Method& method, int in_flight, uint64_t calls) {
  Cpu cpu;
  const double before = served.process->CpuSeconds();
  cpu.outcome = served.clients->CallInTurn(method, in_flight, calls);
  const double used = served.process->CpuSeconds() - before;
  const auto answered = static_cast<double>(cpu.outcome.answered.size());
  if (answered != static_cast<double>(calls)) Die(method.path + " failed: " + cpu.outcome.failure);
  cpu.micros_per_call = used * 1e6 / answered;
  cpu.calls_per_second = answered / cpu.outcome.seconds;
  return cpu;
}

// Medians over the runs, of which the first is not counted.
struct Compared {
  double cpu_ratio = 0;  // first to second
  double rate_ratio = 0;
  double p50_ratio = 0;
  double p99_ratio = 0;
  double micros = 0;
  double neighbour_micros = 0;
};

struct Part {
  const Served& served;
  const Method& method;
  uint64_t calls;
};

Compared Compare(const Part& part, const Part& neighbour, int in_flight) {
  std::vector<double> cpu, rate, p50, p99, micros, neighbour_micros;
  for (int run = -1; run < kRuns; ++run) {
    const Cpu a = Measure(part.served, part.method, in_flight, part.calls);
    const Cpu b = Measure(neighbour.served, neighbour.method, in_flight, neighbour.calls);
    if (run < 0) continue;
    cpu.push_back(a.micros_per_call / b.micros_per_call);
    rate.push_back(a.calls_per_second / b.calls_per_second);
    p50.push_back(Percentile(a.outcome.answered, 0.5) / Percentile(b.outcome.answered, 0.5));
    p99.push_back(Percentile(a.outcome.answered, 0.99) / Percentile(b.outcome.answered, 0.99));
    micros.push_back(a.micros_per_call);
    neighbour_micros.push_back(b.micros_per_call);
  }
  return {Median(cpu), Median(rate), Median(p50), Median(p99), Median(micros), Median(neighbour_micros)};
}

// ---- look-ups

constexpr double kCallBar = 1.5;
constexpr double kTlsBar = 1.35;
constexpr double kBatchBar = 15;
constexpr double kManyBar = 2;

uint64_t CallsAt(int in_flight) { return in_flight == 1 ? 3000 : 16000; }

void LookUps(const std::string& self, const Options& options) {
  const std::string few_db = Fill(options.dir, kFewKnown);
  const std::string many_db = Fill(options.dir, options.known);
  const Served few = Start(self, options.dir, few_db, options.dir, /*tls=*/false);
  const Served many = Start(self, options.dir, many_db, options.dir, /*tls=*/false);
  const Served secured = Start(self, options.dir, few_db, options.dir, /*tls=*/true);

  const std::vector<std::string> few_digests = SomeKnown(kFewKnown, 5000);
  const std::vector<std::string> many_digests = SomeKnown(options.known, kRandomDigests);
  const Method hot = LookUp({few_digests[0]}, 1);
  const Method of_few = LookUp(few_digests, 1);
  const Method of_many = LookUp(many_digests, 1);
  const size_t answer_bytes = few.clients->CallInTurn(hot, 1, 1).answer_bytes;
  const Method noop = NoopLike(hot, answer_bytes);

  Heading("one digest, server CPU beside a call that does nothing (same server, same sizes)");
  for (const int in_flight : {1, 64}) {
    const uint64_t calls = CallsAt(in_flight);
    const auto compare = [&](const char* what, const Served& served, const Method& method) {
      const Compared compared = Compare({served, method, calls}, {served, noop, calls}, in_flight);
      Show(absl::StrFormat("%s, %d in flight (%.1f us, no-op %.1f us)", what, in_flight, compared.micros,
                           compared.neighbour_micros),
           compared.cpu_ratio, "x", Bar::kAtMost, kCallBar);
      Show("  the same by median latency", compared.p50_ratio, "x");
    };
    compare("one hot digest", few, hot);
    compare(absl::StrFormat("any of %d known", kFewKnown).c_str(), few, of_few);
    compare(absl::StrFormat("any of %d known", options.known).c_str(), many, of_many);
  }

  Heading("batches of 100 digests beside single calls, 64 in flight");
  const auto batches = [&](const char* what, const Served& served, const std::vector<std::string>& digests) {
    const Method batch = LookUp(digests, kBatch);
    const Method single = LookUp(digests, 1);
    const Compared compared = Compare({served, batch, 600}, {served, single, 16000}, 64);
    Show(absl::StrFormat("%s, items a second", what), compared.rate_ratio * kBatch, "x", Bar::kAtLeast, kBatchBar);
    Show(absl::StrFormat("  items for each second of server CPU (%.2f us an item)", compared.micros / kBatch),
         kBatch / compared.cpu_ratio, "x");
  };
  batches("one hot digest", few, {few_digests[0]});
  batches(absl::StrFormat("any of %d known", kFewKnown).c_str(), few, few_digests);
  batches(absl::StrFormat("any of %d known", options.known).c_str(), many, many_digests);

  Heading("mutual TLS beside plaintext, warm connections, server CPU");
  for (const int in_flight : {1, 64}) {
    const uint64_t calls = CallsAt(in_flight);
    const Compared look_up = Compare({secured, hot, calls}, {few, hot, calls}, in_flight);
    Show(absl::StrFormat("one hot digest, %d in flight (%.1f us, plain %.1f us)", in_flight, look_up.micros,
                         look_up.neighbour_micros),
         look_up.cpu_ratio, "x", Bar::kAtMost, kTlsBar);
  }

  Heading(absl::StrFormat("%d known digests beside %d, any of them, latency", options.known, kFewKnown).c_str());
  for (const int in_flight : {1, 8}) {
    const Compared sizes = Compare({many, of_many, 4000}, {few, of_few, 4000}, in_flight);
    Show(absl::StrFormat("p99, %d in flight", in_flight), sizes.p99_ratio, "x", Bar::kAtMost, kManyBar);
    Show("  p50", sizes.p50_ratio, "x");
  }
}

// ---- approvals

void Approvals(const std::string& self, const Options& options) {
  const std::string db = FillApprovals(options.dir);
  const Served served = Start(self, options.dir, db, options.dir, /*tls=*/false, options.dir + "/trust.pem");
  const Method check = Check(1);
  const size_t answer_bytes = served.clients->CallInTurn(check, 1, 1).answer_bytes;
  const Method noop = NoopLike(check, answer_bytes);
  Heading("CheckApprovals, server CPU beside a call that does nothing (same server, same sizes)");
  for (const int in_flight : {1, 64}) {
    const uint64_t calls = CallsAt(in_flight);
    const Compared compared = Compare({served, check, calls}, {served, noop, calls}, in_flight);
    Show(absl::StrFormat("any of %d approved, %d in flight (%.1f us, no-op %.1f us)", kApprovals, in_flight,
                         compared.micros, compared.neighbour_micros),
         compared.cpu_ratio, "x", Bar::kAtMost, kCallBar);
  }
  const Compared batches = Compare({served, Check(kBatch), 600}, {served, check, 16000}, 64);
  Show("batches of 100, items a second beside single calls, 64 in flight", batches.rate_ratio * kBatch, "x",
       Bar::kAtLeast, kBatchBar);
}

// ---- overload

constexpr double kGoodputBar = 0.9;
constexpr double kGrowthMibBar = 64;
constexpr size_t kRefusalBytes = 300;  // of message and details in the trailers

// The most that the process held while this lived.
class MemoryWatch {
 public:
  explicit MemoryWatch(const ServerProcess& process)
      : before_(process.ResidentBytes()), most_(before_), thread_([this, &process] {
          while (!over_) {
            most_ = std::max(most_, process.ResidentBytes());
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
          }
        }) {}
  double GrowthMib() {
    over_ = true;
    thread_.join();
    return static_cast<double>(most_ - before_) / (1 << 20);
  }

 private:
  const uint64_t before_;
  uint64_t most_;
  std::atomic<bool> over_{false};
  std::thread thread_;
};

double Goodput(const Outcome& outcome) { return static_cast<double>(outcome.answered.size()) / outcome.seconds; }

void CheckNoneFailed(const Outcome& outcome) {
  if (outcome.failed > 0) Die(absl::StrFormat("%d calls failed: %s", outcome.failed, outcome.failure));
}

// The most that clients which wait for their answers get done, and how many of them it takes.
struct Peak {
  double per_second = 0;
  int in_flight = 0;
};

Peak FindPeak(const Served& served, const Method& method, const std::vector<int>& counts, double seconds) {
  Peak peak;
  for (const int in_flight : counts) {
    const Outcome outcome = served.clients->CallInTurn(method, in_flight, UINT64_MAX, seconds);
    CheckNoneFailed(outcome);
    if (Goodput(outcome) > peak.per_second) peak = {Goodput(outcome), in_flight};
  }
  return peak;
}

void ShowOverload(const char* what, const Outcome& outcome, double before, double after, double growth) {
  CheckNoneFailed(outcome);
  const double peak = (before + after) / 2;
  Show(absl::StrFormat("%s: goodput beside the peak of %.0f/s (%.0f before, %.0f after)", what, peak, before, after),
       Goodput(outcome) / peak, "x", Bar::kAtLeast, kGoodputBar);
  Show("  memory growth", growth, "MiB", Bar::kAtMost, kGrowthMibBar);
  Show(absl::StrFormat("  offered, of %.0f/s", static_cast<double>(outcome.offered) / outcome.seconds),
       static_cast<double>(outcome.offered) / outcome.seconds / peak, "x the peak");
  Show("  held back by full connections, share of the offered",
       static_cast<double>(outcome.held_back) / static_cast<double>(outcome.offered), "");
  Show("  refused as busy", static_cast<double>(outcome.refused.size()) / outcome.seconds, "/s");
  Show("  refusal p50", Percentile(outcome.refused, 0.5) / 1e3, "ms");
  Show("  refusal p99", Percentile(outcome.refused, 0.99) / 1e3, "ms");
  Show("  answer p99", Percentile(outcome.answered, 0.99) / 1e3, "ms");
}

void AuditsOverloaded(const Served& served, const char* what, const Method& audit, double seconds) {
  const double short_time = std::max(1.0, seconds / 5);
  // No more than may run and wait, so that nobody is refused.
  const Peak peak = FindPeak(served, audit, {2, 4, 8, 16}, short_time);
  const double before = Goodput(served.clients->CallInTurn(audit, peak.in_flight, UINT64_MAX, short_time * 2));
  Clients crowd({served.process->address(), "", "", ""}, 16);
  MemoryWatch memory(*served.process);
  const double cpu_before = served.process->CpuSeconds();
  const Outcome outcome = crowd.Offer(audit, before * kOverload, seconds);
  const double cpu = served.process->CpuSeconds() - cpu_before;
  const double growth = memory.GrowthMib();
  const double after = Goodput(served.clients->CallInTurn(audit, peak.in_flight, UINT64_MAX, short_time * 2));
  // What is left of the peak when the calls beyond it cost what calls cost at least: clients and server share the
  // cores.
  const Method noop = NoopLike(audit, kRefusalBytes);
  std::thread others([&] { crowd.Offer(noop, before * (kOverload - 1), short_time * 2); });
  const Outcome beside = served.clients->CallInTurn(audit, peak.in_flight, UINT64_MAX, short_time * 2);
  others.join();
  ShowOverload(what, outcome, before, after, growth);
  Show("  goodput beside that with as many no-op calls instead of what is refused", Goodput(outcome) / Goodput(beside),
       "x", Bar::kAtLeast, kGoodputBar);
  Show("  cores that the server had", cpu / outcome.seconds, "");
}

void LookUpsOverloaded(const Served& served, const char* what, const Method& look_up, double seconds) {
  constexpr int kPeakInFlight = 64;
  const auto peak = [&] {
    const Outcome outcome = served.clients->CallInTurn(look_up, kPeakInFlight, UINT64_MAX, std::max(1.0, seconds / 3));
    CheckNoneFailed(outcome);
    return Goodput(outcome);
  };
  peak();
  Clients crowd({served.process->address(), "", "", ""}, kConnections * 10);
  const double before = peak();
  MemoryWatch memory(*served.process);
  const Outcome outcome = crowd.CallInTurn(look_up, kPeakInFlight * 10, UINT64_MAX, seconds);
  const double growth = memory.GrowthMib();
  ShowOverload(what, outcome, before, peak(), growth);
}

// Lets what this thread starts from now on run on some of the cores alone.
void RunOn(unsigned from, unsigned to) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  for (unsigned core = from; core < to; ++core) CPU_SET(core, &cores);
  if (sched_setaffinity(0, sizeof(cores), &cores) != 0) Die("cannot choose cores");
}

// A server with cores of its own: a crowd of clients that takes its cores away is no overload of a server.
Served StartApart(const std::string& self, const std::string& folder, const std::string& db, const std::string& root) {
  const unsigned cores = std::thread::hardware_concurrency();
  if (cores < 2) return Start(self, folder, db, root, /*tls=*/false);
  RunOn(0, cores / 2);
  Served served;
  served.process =
      std::make_unique<ServerProcess>(std::vector<std::string>{self, "--serve", db, root, ""}, folder + "/server.log");
  RunOn(cores / 2, cores);
  served.clients = std::make_unique<Clients>(Endpoint{served.process->address(), "", "", ""}, kConnections);
  return served;
}

void Overload(const std::string& self, const Options& options) {
  const fs::path root = fs::path(options.dir) / "models";
  ComposeModel(root / "one", 64);
  ComposeModel(root / "ordinary", kOrdinaryRows);
  const std::string audits_db = options.dir + "/audits.db";
  for (const char* suffix : {"", "-wal", "-shm"}) fs::remove(audits_db + suffix);
  {
    const Served served = StartApart(self, options.dir, audits_db, root.string());
    const auto audits_of = [&](const char* name) {
      AuditsOverloaded(served, "not recorded", Audit((root / name).string(), true), options.seconds);
      AuditsOverloaded(served, "recorded", Audit((root / name).string(), false), options.seconds);
    };
    Heading("audits of a model of 64 MiB at ten times the rate that the server manages");
    audits_of("ordinary");
    Heading("audits of a model of 16 KiB, each of which costs hardly more than a few calls, likewise");
    audits_of("one");
  }
  const std::string few_db = Fill(options.dir, kFewKnown);
  const Served served = StartApart(self, options.dir, few_db, root.string());
  Heading("look-ups by ten times as many callers and connections");
  const Method of_few = LookUp(SomeKnown(kFewKnown, 5000), 1);
  LookUpsOverloaded(served, "any of 1000 known", of_few, options.seconds);
  const size_t answer_bytes = served.clients->CallInTurn(of_few, 1, 1).answer_bytes;
  LookUpsOverloaded(served, "no-op calls likewise", NoopLike(of_few, answer_bytes), options.seconds);
}

// ---- the program

int Main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (!words.empty() && words[0] == "--serve") return ServeAsChild(words);
  Options options;
  for (size_t i = 0; i < words.size(); ++i) {
    const auto value = [&]() -> std::string { return i + 1 < words.size() ? words[++i] : ""; };
    if (words[i] == "--release") {
      options.seconds = 60;
    } else if (words[i] == "--seconds") {
      options.seconds = std::atof(value().c_str());
    } else if (words[i] == "--known") {
      options.known = std::atoi(value().c_str());
    } else if (words[i] == "--dir") {
      options.dir = value();
    } else if (words[i] == "--only") {
      options.only = value();
    } else if (words[i] == "--check") {
      options.check = true;
    } else {
      Die("unknown option '" + words[i] +
          "': --release, --seconds N, --known N, --dir FOLDER, --only lookup|approvals|overload, --check");
    }
  }
  if (options.seconds < 1 || options.known < kFewKnown) Die("--seconds is at least 1 and --known at least 1000");
  const std::vector<std::string> parts = {"", "lookup", "approvals", "overload"};
  if (std::find(parts.begin(), parts.end(), options.only) == parts.end()) Die("--only: lookup, approvals or overload");
  const auto runs = [&options](const char* part) { return options.only.empty() || options.only == part; };
  const bool temporary = options.dir.empty();
  if (temporary) {
    options.dir = (fs::temp_directory_path() / "server_bench.XXXXXX").string();
    if (mkdtemp(options.dir.data()) == nullptr) Die("cannot make a temporary folder");
  }
  options.dir = fs::canonical(options.dir).string();
  MakeCertificates(options.dir);
  const std::string self = fs::canonical("/proc/self/exe").string();
  std::printf("medians of %d interleaved runs; server and clients share %u cores\n", kRuns,
              std::thread::hardware_concurrency());
  if (runs("lookup")) LookUps(self, options);
  if (runs("approvals")) Approvals(self, options);
  if (runs("overload")) Overload(self, options);
  if (temporary) fs::remove_all(options.dir);
  return options.check && !all_hold ? 1 : 0;
}

}  // namespace
}  // namespace weighbridge::bench

int main(int argc, char** argv) { return weighbridge::bench::Main(argc, argv); }
