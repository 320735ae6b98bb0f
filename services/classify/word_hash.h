// The 32-bit word hash, in the incremental form the tokeniser needs.
#ifndef WEIGHBRIDGE_SERVICES_CLASSIFY_WORD_HASH_H_
#define WEIGHBRIDGE_SERVICES_CLASSIFY_WORD_HASH_H_

#include <cstdint>
#include <string_view>

namespace weighbridge::classify {

inline constexpr uint64_t kWordHashSeed = 0xCBF29CE484222325u;

// FNV-1a, 64 bits.
constexpr uint64_t WordHashStep(uint64_t state, char c) {
  return (state ^ static_cast<uint8_t>(c)) * 0x100000001B3u;
}

constexpr uint32_t WordHashFinish(uint64_t state) {
  state ^= state >> 29;
  state *= 0xBF58476D1CE4E5B9u;
  return static_cast<uint32_t>(state >> 32);
}

constexpr uint32_t HashOf(std::string_view word) {
  uint64_t state = kWordHashSeed;
  for (const char c : word) state = WordHashStep(state, c);
  return WordHashFinish(state);
}

}  // namespace weighbridge::classify

#endif  // WEIGHBRIDGE_SERVICES_CLASSIFY_WORD_HASH_H_
