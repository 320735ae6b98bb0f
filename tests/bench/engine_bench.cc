// What does the gate cost beside llama.cpp alone: loading a model, and a token?
//
//   engine_bench --maker deploy/make-example-model [--big EMBEDDING:LAYERS] [--dir FOLDER] [--check]
//
// Needs the inference libraries (deploy/llama.sh). The big model has random weights and about 1 GiB (default 2048:8);
// both sides of each ratio run interleaved in this process, five or ten times; shown is the median. --check exits 1 if a bar
// is missed.
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "db/store/store.h"
#include "services/approval/sample_approval.h"
#include "services/base/instant.h"
#include "services/crypto/sha256.h"
#include "services/crypto/signing.h"
#include "services/engine/gate/gate.h"
#include "services/engine/gate/local_status.h"
#include "services/engine/llama/library.h"
#include "services/engine/llama/llama_runtime.h"
#include "tests/bench/child_process.h"
#include "tests/support/temp_dir.h"

namespace weighbridge {
namespace {

constexpr int kRuns = 5;
constexpr uint32_t kTokens = 64;
constexpr double kAdmissionBar = 1.1;
constexpr double kTokensBar = 0.95;

bool bar_missed = false;

[[noreturn]] void Die(const std::string& why) {
  std::fprintf(stderr, "engine_bench: %s\n", why.c_str());
  std::exit(3);
}

void Print(const char* what, double ratio, const char* bar, bool holds) {
  std::printf("  %-66s %6.3f   bar %s: %s\n", what, ratio, bar, holds ? "holds" : "MISSED");
  bar_missed = bar_missed || !holds;
}

#ifdef WEIGHBRIDGE_HAS_LLAMA

template <typename Work>
double Seconds(const Work& work) {
  const absl::Time begin = absl::Now();
  work();
  return absl::ToDoubleSeconds(absl::Now() - begin);
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

std::string HashFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) Die("no file " + path);
  std::vector<char> block(size_t{1} << 20);
  Sha256 hash;
  for (ssize_t got = read(fd, block.data(), block.size()); got > 0; got = read(fd, block.data(), block.size())) {
    hash.Update(block.data(), static_cast<size_t>(got));
  }
  close(fd);
  return ToHex(hash.Finish());
}

// A model with an approval, and the gate that admits it.
class Approved {
 public:
  Approved(std::string folder, db::Store& store) : folder_(std::move(folder)), status_(&store) {
    auto signer = Ed25519Signer::Generate();
    if (!signer.ok()) Die(signer.status().ToString());
    v1::ApprovalDetails details = approval::SampleDetails();
    v1::ApprovedPart& part = *details.mutable_parts(0);
    part.clear_artifacts();
    const std::pair<const char*, const char*> kFiles[] = {{"README.md", "card"}, {"model.gguf", "weights"}};
    for (const auto& [name, role] : kFiles) {
      v1::ApprovedArtifact& artifact = *part.add_artifacts();
      artifact.set_path(name);
      artifact.set_role(role);
      artifact.set_sha256(HashFile(folder_ + "/" + name));
    }
    const absl::Time now = absl::Now();
    details.set_not_before(FormatInstant(now - absl::Hours(1)));
    details.set_expires(FormatInstant(now + absl::Hours(24)));
    request_.path = folder_;
    request_.envelope = approval::SignedEnvelope(details, **signer);
    engine::ModelGateOptions options;
    options.trusted.Trust({(*signer)->public_key(), "", "file"});
    gate_ = std::make_unique<engine::ModelGate>(std::move(options), &store, &status_);
  }

  engine::ApprovedModel Admit() {
    auto admitted = gate_->Admit(request_);
    if (!admitted.ok()) Die(admitted.status().ToString());
    return *std::move(admitted);
  }
  std::string weights() const { return folder_ + "/model.gguf"; }

 private:
  const std::string folder_;
  engine::LocalStatus status_;
  std::unique_ptr<engine::ModelGate> gate_;
  engine::AdmitRequest request_;
};

llama_model* LoadPlain(const engine::Library& library, const std::string& path) {
  llama_model_params params = library.llama_model_default_params();
  params.load_mode = LLAMA_LOAD_MODE_MMAP;
  params.n_gpu_layers = 0;
  const char* paths[] = {path.c_str()};
  llama_model* const model = library.llama_model_load_from_splits(paths, 1, params);
  if (model == nullptr) Die("llama.cpp does not load " + path);
  return model;
}

void Admission(const engine::Library& library, engine::Runtime& runtime, Approved& approved) {
  struct stat status = {};
  stat(approved.weights().c_str(), &status);
  std::vector<double> ours, alone, admitted;
  for (int run = -1; run < kRuns; ++run) {
    const double hash = Seconds([&] { HashFile(approved.weights()); });
    llama_model* plain = nullptr;
    const double load = Seconds([&] { plain = LoadPlain(library, approved.weights()); });
    library.llama_model_free(plain);
    std::unique_ptr<engine::Model> model;
    double admission = 0;
    const double all = Seconds([&] {
      std::unique_ptr<engine::ApprovedModel> token;
      admission = Seconds([&] { token = std::make_unique<engine::ApprovedModel>(approved.Admit()); });
      auto loaded = runtime.Load(std::move(*token), {});
      if (!loaded.ok()) Die(loaded.status().ToString());
      model = *std::move(loaded);
    });
    if (run < 0) continue;
    ours.push_back(all);
    admitted.push_back(admission);
    alone.push_back(hash + load);
  }
  std::printf("a cached model of %lld MiB (wall, medians of %d): SHA-256 and plain load %.3f s, admission %.3f s, "
              "admission and load %.3f s\n",
              static_cast<long long>(status.st_size >> 20), kRuns, Median(alone), Median(admitted), Median(ours));
  const double ratio = Median(admitted) / Median(alone);
  Print("admission / (SHA-256 alone + plain load)", ratio, "<= 1.1", ratio <= kAdmissionBar);
  std::printf("  %-66s %6.3f\n", "admission and load / (SHA-256 alone + plain load)", Median(ours) / Median(alone));
}

// Tokens a second of the smallest loop over the C interface: greedy, nothing looked at.
double PlainRate(const engine::Library& library, llama_model* model, const std::vector<int32_t>& prompt,
                 uint32_t context_tokens, int threads) {
  std::vector<int32_t> batch = prompt;
  uint32_t made = 0;
  const double seconds = Seconds([&] {
    llama_context_params params = library.llama_context_default_params();
    params.n_ctx = context_tokens;
    params.n_batch = 512;
    params.n_threads = params.n_threads_batch = threads;
    llama_context* const context = library.llama_init_from_model(model, params);
    if (context == nullptr) Die("no context");
    llama_sampler* const sampler = library.llama_sampler_chain_init(library.llama_sampler_chain_default_params());
    library.llama_sampler_chain_add(sampler, library.llama_sampler_init_greedy());
    for (; made < kTokens; ++made) {
      if (library.llama_decode(context, library.llama_batch_get_one(batch.data(), static_cast<int32_t>(batch.size()))))
        Die("the model cannot be evaluated");
      batch = {library.llama_sampler_sample(sampler, context, -1)};
    }
    library.llama_sampler_free(sampler);
    library.llama_free(context);
  });
  return made / seconds;
}

void Tokens(const char* what, const engine::Library& library, engine::Runtime& runtime, Approved& approved) {
  auto loaded = runtime.Load(approved.Admit(), {});
  if (!loaded.ok()) Die(loaded.status().ToString());
  engine::Model& model = **loaded;
  llama_model* const plain = LoadPlain(library, approved.weights());
  const auto prompt = model.Tokenize("Once upon a time there was a weighbridge", true);
  if (!prompt.ok()) Die(prompt.status().ToString());
  engine::GenerateOptions options;
  options.prompt = *prompt;
  options.tokens_max = kTokens;
  const int threads = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
  std::vector<double> ours, theirs;
  // Whoever comes second finds the caches full of the other's weights: they take turns.
  for (int run = -2; run < 2 * kRuns; ++run) {
    const auto measure_ours = [&] {
      uint32_t made = 0;
      const double seconds = Seconds([&] {
        const auto end = model.Generate(options, [&made](int32_t, std::string_view) {
          ++made;
          return true;
        });
        if (!end.ok()) Die(end.status().ToString());
      });
      if (made < kTokens / 2) Die("the model ends its answer too early to measure it");
      if (run >= 0) ours.push_back(made / seconds);
    };
    const auto measure_theirs = [&] {
      const double rate = PlainRate(library, plain, *prompt, model.context_tokens(), threads);
      if (run >= 0) theirs.push_back(rate);
    };
    if (run % 2 == 0) measure_ours();
    measure_theirs();
    if (run % 2 != 0) measure_ours();
  }
  library.llama_model_free(plain);
  std::printf("%s: %.1f tokens/s, a minimal loop over the C interface %.1f (medians of %d)\n", what, Median(ours),
              Median(theirs), 2 * kRuns);
  const double ratio = Median(ours) / Median(theirs);
  Print("tokens/s / those of a minimal loop", ratio, ">= 0.95", ratio >= kTokensBar);
}

int Bench(const std::string& maker, const std::string& big, const std::string& folder) {
  if (!folder.empty()) setenv("TEST_TMPDIR", folder.c_str(), 1);
  const testing_support::TempDir dir;
  const size_t colon = big.find(':');
  bench::RunTogether({{{maker, dir.At("small")}}});
  bench::RunTogether({{{maker, dir.At("big"), "--embedding", big.substr(0, colon), "--layers", big.substr(colon + 1)}}});
  const std::string libraries = engine::LlamaFolder("");
  auto runtime = engine::OpenLlamaRuntime(libraries);
  if (!runtime.ok()) Die(runtime.status().ToString());
  const auto library = engine::Library::Open(libraries);
  if (!library.ok()) Die(library.status().ToString());
  db::StoreOptions options;
  options.path = dir.At("store.db");
  const auto store = db::Store::Open(options);
  if (!store.ok()) Die(store.status().ToString());
  Approved small_model(dir.At("small"), **store), big_model(dir.At("big"), **store);
  Admission(**library, **runtime, big_model);
  Tokens("small model", **library, **runtime, small_model);
  Tokens("big model", **library, **runtime, big_model);
  return 0;
}

#else

int Bench(const std::string&, const std::string&, const std::string&) {
  Die("built without the headers of the inference libraries: run deploy/llama.sh, and build it again");
}

#endif  // WEIGHBRIDGE_HAS_LLAMA

int Main(int argc, char** argv) {
  std::string maker, big = "2048:8", folder;
  bool check = false;
  for (int i = 1; i < argc; ++i) {
    const std::string arg = argv[i];
    if (arg == "--check") {
      check = true;
    } else if (arg == "--maker" && i + 1 < argc) {
      maker = argv[++i];
    } else if (arg == "--big" && i + 1 < argc) {
      big = argv[++i];
    } else if (arg == "--dir" && i + 1 < argc) {
      folder = argv[++i];
    } else {
      maker.clear();
      break;
    }
  }
  if (maker.empty() || big.find(':') == std::string::npos) {
    std::fprintf(stderr, "usage: engine_bench --maker deploy/make-example-model [--big EMBEDDING:LAYERS] [--dir FOLDER]"
                         " [--check]\n");
    return 2;
  }
  const int code = Bench(maker, big, folder);
  return code == 0 && check && bar_missed ? 1 : code;
}

}  // namespace
}  // namespace weighbridge

int main(int argc, char** argv) { return weighbridge::Main(argc, argv); }
