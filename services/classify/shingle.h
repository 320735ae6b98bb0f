// Winnowed shingles (Schleimer, Wilkerson, Aiken 2003): of each four neighbouring runs of six words one is chosen by its hash
// alone, so two texts that share nine words in a row share a chosen shingle.
#ifndef WEIGHBRIDGE_SERVICES_CLASSIFY_SHINGLE_H_
#define WEIGHBRIDGE_SERVICES_CLASSIFY_SHINGLE_H_

#include <cstddef>
#include <cstdint>

namespace weighbridge::classify {

inline constexpr uint32_t kShingleWords = 6;
inline constexpr uint32_t kShingleWindow = 4;

// Calls visit(fingerprint, position of its first word) for each chosen shingle, in order. `hash_at(i)` is the hash of word i.
template <typename HashAt, typename Visit>
void ForEachShingle(size_t words, HashAt hash_at, Visit visit) {
  if (words < kShingleWords) return;
  constexpr uint64_t kBase = 0x9E3779B97F4A7C15u | 1;
  uint64_t top = 1;
  for (uint32_t i = 1; i < kShingleWords; ++i) top *= kBase;
  uint64_t rolling = 0;
  for (uint32_t i = 0; i + 1 < kShingleWords; ++i) rolling = rolling * kBase + hash_at(i);
  const size_t count = words - kShingleWords + 1;
  uint64_t window[kShingleWindow];
  size_t chosen = SIZE_MAX;
  for (size_t i = 0; i < count; ++i) {
    rolling = rolling * kBase + hash_at(i + kShingleWords - 1);
    uint64_t mixed = rolling ^ rolling >> 32;
    mixed *= 0xD6E8FEB86659FD93u;
    mixed ^= mixed >> 32;
    rolling -= top * hash_at(i);
    window[i % kShingleWindow] = mixed;
    if (i + 1 < kShingleWindow && i + 1 < count) continue;
    if (i + 1 < kShingleWindow) {  // fewer shingles than one window: take the least of all
      size_t least = 0;
      for (size_t j = 1; j <= i; ++j) {
        if (window[j] <= window[least]) least = j;
      }
      visit(window[least], least);
      return;
    }
    if (chosen == SIZE_MAX || chosen + kShingleWindow <= i) {
      size_t least = i + 1 - kShingleWindow;
      for (size_t j = least + 1; j <= i; ++j) {
        if (window[j % kShingleWindow] <= window[least % kShingleWindow]) least = j;
      }
      chosen = least;
      visit(window[chosen % kShingleWindow], chosen);
    } else if (mixed <= window[chosen % kShingleWindow]) {
      chosen = i;
      visit(mixed, chosen);
    }
  }
}

}  // namespace weighbridge::classify

#endif  // WEIGHBRIDGE_SERVICES_CLASSIFY_SHINGLE_H_
