// Durable recording against a bare write and flush of the same disk, look-ups, and opening. Prints figures, asserts
// none.
//   bazel run -c opt //db/store:store_benchmark

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "benchmark/benchmark.h"
#include "db/store/records.h"
#include "db/store/sample_records.h"
#include "db/store/store.h"

namespace weighbridge::db {
namespace {

std::string NewPath(const char* name) {
  const char* folder = std::getenv("TEST_TMPDIR");
  std::string path =
      std::string(folder != nullptr ? folder : "/var/tmp") + "/" + name + "_" + std::to_string(getpid()) + ".db";
  for (const char* suffix : {"", "-wal", "-shm"}) unlink((path + suffix).c_str());
  return path;
}

std::unique_ptr<Store> OpenOrDie(const std::string& path, StoreCheck check = StoreCheck::kAuto) {
  StoreOptions options;
  options.path = path;
  options.check = check;
  auto store = Store::Open(options);
  if (!store.ok()) std::abort();
  return *std::move(store);
}

void BM_RawWriteAndFlush(benchmark::State& state) {
  const std::string path = NewPath("raw");
  const int fd = open(path.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
  const std::string page(4096, 'x');
  for (auto _ : state) {
    if (write(fd, page.data(), page.size()) != static_cast<ssize_t>(page.size()) || fdatasync(fd) != 0) std::abort();
  }
  state.SetItemsProcessed(state.iterations());
  close(fd);
  unlink(path.c_str());
}
BENCHMARK(BM_RawWriteAndFlush)->UseRealTime();

void BM_RecordAuditAndDecision(benchmark::State& state) {
  const std::string path = NewPath("record");
  const std::unique_ptr<Store> store = OpenOrDie(path);
  int seed = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const AuditRecord audit = SampleAudit(seed);
    const DecisionRecord decision = SampleDecision(seed++);
    state.ResumeTiming();
    if (!store->RecordAuditAndDecision(audit, decision).ok()) std::abort();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_RecordAuditAndDecision)->UseRealTime();

void BM_FindAudit(benchmark::State& state) {
  const std::unique_ptr<Store> store = OpenOrDie(":memory:");
  for (int seed = 0; seed < 1000; ++seed) {
    if (!store->RecordAudit(SampleAudit(seed)).ok()) std::abort();
  }
  int seed = 0;
  for (auto _ : state) {
    const std::string digest = SampleDigest("model " + std::to_string(seed++ % 1000));
    auto found = store->LatestAuditByModelDigest(digest, AuditFilter::kMeasured);
    if (!found.ok() || !found->has_value()) std::abort();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_FindAudit);

// A file with `audits` audits of 20 files each, made once for each size; 22 known digests for each audit.
constexpr int kFilesPerAudit = 20;
constexpr int kAuditsPerTransaction = 500;

const std::string& FilledPath(int audits) {
  static auto* const paths = new std::map<int, std::string>;
  std::string& path = (*paths)[audits];
  if (!path.empty()) return path;
  path = NewPath(("filled_" + std::to_string(audits)).c_str());
  std::atexit([] {
    for (const auto& [count, filled] : *paths) unlink(filled.c_str());
  });
  StoreOptions options;
  options.path = path;
  options.cache_max_kib = 512 << 10;
  auto store = Store::Open(options);
  if (!store.ok()) std::abort();
  for (int seed = 0; seed < audits; seed += kAuditsPerTransaction) {
    std::vector<AuditRecord> records;
    for (int i = seed; i < seed + kAuditsPerTransaction && i < audits; ++i) {
      records.push_back(SampleAuditOfFiles(i, kFilesPerAudit));
    }
    if (!(*store)->RecordAudits(records).ok()) std::abort();
  }
  return path;
}

// Look-ups by random known digests in a warm file through a reader: {known digests, digests of one call}. One item is
// one digest. The digests asked for are made before, so that their making is not measured.
void BM_LookupDigests(benchmark::State& state) {
  constexpr int kDigestsPerAudit = kFilesPerAudit + 2;
  const int audits = static_cast<int>((state.range(0) + kDigestsPerAudit - 1) / kDigestsPerAudit);
  StoreOptions options;
  options.path = FilledPath(audits);
  options.mode = StoreMode::kReadOnly;
  options.check = StoreCheck::kNever;
  options.cache_max_kib = 256 << 10;
  const auto store = Store::Open(options);
  if (!store.ok()) std::abort();
  constexpr int64_t kDigests = 65536;
  std::mt19937 random(1);
  std::vector<std::vector<std::string>> calls(static_cast<size_t>(kDigests / state.range(1)));
  for (std::vector<std::string>& digests : calls) {
    for (int i = 0; i < state.range(1); ++i) {
      const int seed = static_cast<int>(random() % static_cast<unsigned>(audits));
      digests.push_back(SampleFileDigest(seed, static_cast<int>(random() % kFilesPerAudit)));
    }
  }
  for (const std::vector<std::string>& digests : calls) {
    if (!(*store)->LookupDigests(digests).ok()) std::abort();
  }
  size_t call = 0;
  for (auto _ : state) {
    const auto answers = (*store)->LookupDigests(calls[call++ % calls.size()]);
    if (!answers.ok() || !answers->front().has_value()) std::abort();
  }
  state.SetItemsProcessed(state.iterations() * state.range(1));
}
BENCHMARK(BM_LookupDigests)
    ->ArgNames({"known", "batch"})
    ->ArgsProduct({{1000, 1000000}, {1, 100, 1000}})
    ->Unit(benchmark::kMicrosecond);

void BM_LookupUnknownDigest(benchmark::State& state) {
  StoreOptions options;
  options.path = FilledPath(static_cast<int>(state.range(0)) / (kFilesPerAudit + 2) + 1);
  options.mode = StoreMode::kReadOnly;
  options.check = StoreCheck::kNever;
  const auto store = Store::Open(options);
  if (!store.ok()) std::abort();
  const std::vector<std::string> digests = {SampleDigest("of nothing")};
  for (auto _ : state) {
    const auto answers = (*store)->LookupDigests(digests);
    if (!answers.ok() || answers->front().has_value()) std::abort();
  }
}
BENCHMARK(BM_LookupUnknownDigest)->ArgName("known")->Arg(1000)->Arg(1000000)->Unit(benchmark::kMicrosecond);

void BM_DataVersion(benchmark::State& state) {
  StoreOptions options;
  options.path = FilledPath(46);
  options.mode = StoreMode::kReadOnly;
  const auto store = Store::Open(options);
  if (!store.ok()) std::abort();
  for (auto _ : state) {
    if (!(*store)->DataVersion().ok()) std::abort();
  }
}
BENCHMARK(BM_DataVersion);

// The cost a command-line run pays: open with the check of the whole file (100 and 400 audits here), close.
void BM_Open(benchmark::State& state) {
  const std::string path = NewPath("open");
  {
    const std::unique_ptr<Store> store = OpenOrDie(path);
    for (int seed = 0; seed < state.range(0); ++seed) {
      if (!store->RecordAuditAndDecision(SampleAudit(seed), SampleDecision(seed)).ok()) std::abort();
    }
  }
  const StoreCheck check = state.range(1) != 0 ? StoreCheck::kAlways : StoreCheck::kNever;
  for (auto _ : state) OpenOrDie(path, check);
}
BENCHMARK(BM_Open)->Args({100, 0})->Args({100, 1})->Args({400, 1})->Unit(benchmark::kMillisecond);

// One run of a command that records: open, record, close.
void BM_OpenRecordClose(benchmark::State& state) {
  const std::string path = NewPath("run");
  OpenOrDie(path);
  int seed = 0;
  for (auto _ : state) {
    const std::unique_ptr<Store> store = OpenOrDie(path);
    if (!store->RecordAuditAndDecision(SampleAudit(seed), SampleDecision(seed)).ok()) std::abort();
    ++seed;
  }
}
BENCHMARK(BM_OpenRecordClose)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace weighbridge::db

BENCHMARK_MAIN();
