// What one `weighbridge gate` of a small model costs from start to exit, warm: wall time, memory, beside the start of
// `openssl version` in the same run.
//
//   gate_bench WEIGHBRIDGE [--check]      --check turns a missed bar into exit 1

#include <stdlib.h>

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/bench/child_process.h"
#include "tests/support/model_builder.h"

namespace weighbridge::bench {
namespace {

namespace fs = std::filesystem;

constexpr int kRuns = 21;
constexpr double kWallBarSeconds = 0.050;
constexpr uint64_t kMemoryBarBytes = 30'000'000;

void Write(const fs::path& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

// A model that a tag names, with its card, config and weights; and a profile under which it is approved with
// conditions.
void Compose(const fs::path& folder) {
  fs::create_directory(folder / "model");
  Write(folder / "model/README.md", "---\nlicense: llama3.1\n---\n# A model\n");
  Write(folder / "model/config.json", "{\"model_type\": \"llama\", \"architectures\": [\"LlamaForCausalLM\"]}");
  Write(folder / "model/model.safetensors",
        testing_support::BuildSafetensors({{"model.layers.0.mlp.up_proj.weight", "F32", {64, 64}}}));
  Write(folder / "profile.yaml",
        "use: commercial\nmonthly_active_users:\n  - {month: 2024-06, users: 1000, scope: licensee_and_affiliates}\n");
}

int Main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: gate_bench WEIGHBRIDGE [--check]\n");
    return 2;
  }
  std::string folder = (fs::temp_directory_path() / "gate_bench.XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) {
    std::perror("gate_bench: a temporary folder");
    return 3;
  }
  Compose(folder);
  setenv("XDG_DATA_HOME", folder.c_str(), 1);
  const Command gate{{argv[1], "gate", folder + "/model", "--profile", folder + "/profile.yaml", "--quiet"}};
  const Command neighbour{{"openssl", "version"}};
  RunTogether({gate});  // makes the database, warms the page cache
  std::vector<double> gate_wall, gate_cpu, neighbour_wall;
  uint64_t peak = 0;
  for (int i = 0; i < kRuns; ++i) {
    const Cost cost = RunTogether({gate}).front();
    gate_wall.push_back(cost.wall_seconds);
    gate_cpu.push_back(cost.cpu_seconds);
    peak = peak > cost.peak_bytes ? peak : cost.peak_bytes;
    neighbour_wall.push_back(RunTogether({neighbour}).front().wall_seconds);
  }
  fs::remove_all(folder);
  const double wall = Median(gate_wall);
  std::printf("gate of a small model, warm, %d runs: %.1f ms wall (%.2f of the bar of %.0f ms), %.1f ms CPU\n", kRuns,
              wall * 1e3, wall / kWallBarSeconds, kWallBarSeconds * 1e3, Median(gate_cpu) * 1e3);
  std::printf("  peak memory %.1f MB (%.2f of the bar of %.0f MB)\n", peak / 1e6, peak / double{kMemoryBarBytes},
              kMemoryBarBytes / 1e6);
  std::printf("  %.1f x the start of `openssl version` (%.1f ms)\n", wall / Median(neighbour_wall),
              Median(neighbour_wall) * 1e3);
  const bool held = wall <= kWallBarSeconds && peak <= kMemoryBarBytes;
  const bool check = argc > 2 && std::strcmp(argv[2], "--check") == 0;
  return check && !held ? 1 : 0;
}

}  // namespace
}  // namespace weighbridge::bench

int main(int argc, char** argv) { return weighbridge::bench::Main(argc, argv); }
