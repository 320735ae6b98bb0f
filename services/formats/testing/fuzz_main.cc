// Runs a libFuzzer target without libFuzzer: its seeds, and seeded random damage to them. With clang and
// -fsanitize=fuzzer the same target is linked without this file.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "services/formats/testing/fuzz_target.h"

namespace {

constexpr int kMutationsDefault = 20'000;
constexpr size_t kInputBytesMax = 1 << 16;

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t Next() {  // splitmix64
    uint64_t z = state_ += 0x9E3779B97F4A7C15;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
    z = (z ^ z >> 27) * 0x94D049BB133111EB;
    return z ^ z >> 31;
  }
  size_t Below(size_t limit) { return limit == 0 ? 0 : Next() % limit; }

 private:
  uint64_t state_;
};

std::string Mutate(std::string bytes, const std::string& other, Random* random) {
  for (size_t edits = 1 + random->Below(4); edits > 0; --edits) {
    const size_t at = random->Below(bytes.size() + 1);
    switch (random->Below(7)) {
      case 0:
        if (at < bytes.size()) bytes[at] = static_cast<char>(random->Next());
        break;
      case 1:
        if (at < bytes.size()) bytes[at] = static_cast<char>(bytes[at] ^ 1 << random->Below(8));
        break;
      case 2:
        bytes.insert(at, 1, static_cast<char>(random->Next()));
        break;
      case 3:
        bytes.erase(at, 1 + random->Below(8));
        break;
      case 4:
        bytes.insert(at, bytes.substr(random->Below(bytes.size() + 1), random->Below(64)));
        break;
      case 5:
        bytes = bytes.substr(0, at) + other.substr(random->Below(other.size() + 1));
        break;
      case 6: {
        const uint64_t value =
            random->Below(2) == 0 ? UINT64_MAX - random->Below(64) : uint64_t{1} << random->Below(64);
        for (size_t i = 0; i < 8 && at + i < bytes.size(); ++i) bytes[at + i] = static_cast<char>(value >> 8 * i);
        break;
      }
    }
  }
  if (bytes.size() > kInputBytesMax) bytes.resize(kInputBytesMax);
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> seeds = FuzzSeeds();
  const int mutations = argc > 1 ? std::atoi(argv[1]) : kMutationsDefault;
  const auto run = [](const std::string& bytes) {
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  };
  for (const std::string& seed : seeds) run(seed);
  Random random(20261121);
  for (int i = 0; i < mutations; ++i) {
    run(Mutate(seeds[random.Below(seeds.size())], seeds[random.Below(seeds.size())], &random));
  }
  std::printf("%zu seeds, %d mutations\n", seeds.size(), mutations);
  return 0;
}
