// Random numbers that are the same on every machine.
#ifndef WEIGHBRIDGE_TESTS_MUTANTS_RANDOM_H_
#define WEIGHBRIDGE_TESTS_MUTANTS_RANDOM_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weighbridge::mutants {

// FNV-1a, 64 bits.
inline uint64_t HashOf(std::string_view bytes) {
  uint64_t hash = 0xCBF29CE484222325u;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  return hash;
}

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  // splitmix64
  uint64_t Next() {
    uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }

  // In [0, count); count must not be 0.
  size_t Below(size_t count) { return static_cast<size_t>(Next() % count); }
  bool Once(size_t in) { return Below(in) == 0; }

  template <typename List>
  const typename List::value_type& Of(const List& list) {
    return list[Below(list.size())];
  }

 private:
  uint64_t state_;
};

}  // namespace weighbridge::mutants

#endif  // WEIGHBRIDGE_TESTS_MUTANTS_RANDOM_H_
