// Speed of the classifier on invented texts, and on the corpus if WEIGHBRIDGE_CORPUS names one: pristine and edited texts apart,
// and the cold start. Run: bazel run //services/classify:classifier_benchmark (figures are printed, never asserted).
#include <dirent.h>
#include <time.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "benchmark/benchmark.h"
#include "services/classify/classifier.h"
#include "services/classify/fixture.h"
#include "services/classify/index.h"
#include "services/classify/learn.h"

namespace weighbridge::classify {
namespace {

struct World {
  std::string index;
  std::unique_ptr<Classifier> classifier;
  std::vector<std::string> pristine, edited;
};

std::vector<std::string> ListDir(const std::string& path) {
  std::vector<std::string> names;
  if (DIR* dir = opendir(path.c_str())) {
    while (const dirent* entry = readdir(dir)) {
      if (entry->d_name[0] != '.') names.push_back(entry->d_name);
    }
    closedir(dir);
  }
  std::sort(names.begin(), names.end());
  return names;
}

// One word in a hundred is doubled: an edit in every paragraph.
std::string Edited(const std::string& text) {
  std::string out;
  int words = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    out += text[i];
    if (text[i] == ' ' && ++words % 100 == 50) out += "not ";
  }
  return out;
}

World* MakeWorld() {
  auto* world = new World;
  std::vector<TokenFile> files;
  const auto learn = [&](const std::string& id, const std::string& name, const std::string& text) {
    LearnRequest request;
    request.id = id;
    request.source = "benchmark";
    request.text = text;
    const auto bytes = Learn(request);
    if (!bytes.ok()) return;
    auto file = ParseTokenFile(*bytes);
    if (!file.ok()) return;
    file->name = name;
    files.push_back(*std::move(file));
    world->pristine.push_back(text);
    world->edited.push_back(Edited(text));
  };
  if (const char* corpus = std::getenv("WEIGHBRIDGE_CORPUS")) {
    const std::string root = std::string(corpus) + "/licenses";
    for (const std::string& id : ListDir(root)) {
      for (const std::string& name : ListDir(root + "/" + id)) {
        std::ifstream in(root + "/" + id + "/" + name, std::ios::binary);
        std::ostringstream text;
        text << in.rdbuf();
        learn(id, name, text.str());
      }
    }
  }
  if (files.empty()) {
    learn("Pebble", "1", PebbleText());
    learn("Tarn-2.0", "1", TarnText("2.0"));
    learn("Tarn-2.1", "1", TarnText("2.1"));
  }
  world->index = *CompileIndex(files, FixturePhrases());
  world->classifier = *Classifier::Create(world->index);
  return world;
}

World& TheWorld() {
  static World* world = MakeWorld();
  return *world;
}

// CPU time of this thread: other processes of the machine do not count.
double Micros() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

// Classifies every text once a round; reports bytes per second, and the median and 99th percentile of one text.
void ClassifyAll(benchmark::State& state, const std::vector<std::string>& texts) {
  size_t bytes = 0;
  std::vector<double> micros;
  for (auto _ : state) {
    for (const std::string& text : texts) {
      const double begin = Micros();
      benchmark::DoNotOptimize(TheWorld().classifier->Classify(text));
      micros.push_back(Micros() - begin);
      bytes += text.size();
    }
  }
  std::sort(micros.begin(), micros.end());
  state.SetBytesProcessed(static_cast<int64_t>(bytes));
  state.counters["p50_us"] = micros[micros.size() / 2];
  state.counters["p99_us"] = micros[micros.size() * 99 / 100];
  state.counters["texts"] = static_cast<double>(texts.size());
}

void BM_Pristine(benchmark::State& state) { ClassifyAll(state, TheWorld().pristine); }
BENCHMARK(BM_Pristine)->Unit(benchmark::kMillisecond);

void BM_Edited(benchmark::State& state) { ClassifyAll(state, TheWorld().edited); }
BENCHMARK(BM_Edited)->Unit(benchmark::kMillisecond);

void BM_TokenizeOnly(benchmark::State& state) {
  size_t bytes = 0;
  for (auto _ : state) {
    for (const std::string& text : TheWorld().pristine) {
      benchmark::DoNotOptimize(Tokenize(text));
      bytes += text.size();
    }
  }
  state.SetBytesProcessed(static_cast<int64_t>(bytes));
}
BENCHMARK(BM_TokenizeOnly)->Unit(benchmark::kMillisecond);

// Index checks, phrase compilation and the first answer.
void BM_ColdStart(benchmark::State& state) {
  const World& world = TheWorld();
  for (auto _ : state) {
    const auto classifier = Classifier::Create(world.index);
    benchmark::DoNotOptimize((*classifier)->Classify(world.pristine[0]));
  }
  state.counters["index_bytes"] = static_cast<double>(world.index.size());
}
BENCHMARK(BM_ColdStart)->Unit(benchmark::kMillisecond);

void BM_Hostile(benchmark::State& state) {
  std::string text;
  while (text.size() < 1 << 20) {
    for (const std::string& one : TheWorld().edited) text += one;
  }
  for (auto _ : state) benchmark::DoNotOptimize(TheWorld().classifier->Classify(text));
  state.SetBytesProcessed(static_cast<int64_t>(text.size() * state.iterations()));
}
BENCHMARK(BM_Hostile)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace weighbridge::classify

BENCHMARK_MAIN();
