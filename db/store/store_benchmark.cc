// Durable recording against a bare write and flush of the same disk, look-ups, and opening. Prints figures, asserts
// none.
//   bazel run -c opt //db/store:store_benchmark

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>

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
