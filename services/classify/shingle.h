// Winnowed shingles (Schleimer, Wilkerson, Aiken 2003): of each four neighbouring runs of six words one is chosen by its hash
// alone, so two texts that share nine words in a row share a chosen shingle.
#ifndef WEIGHBRIDGE_SERVICES_CLASSIFY_SHINGLE_H_
#define WEIGHBRIDGE_SERVICES_CLASSIFY_SHINGLE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace weighbridge::classify {

inline constexpr uint32_t kShingleWords = 6;
inline constexpr uint32_t kShingleWindow = 4;

// A thread keeps the room for so many between two texts.
inline constexpr size_t kMostKeptShingles = size_t{1} << 17;

struct Shingle {
  uint64_t fingerprint;
  uint32_t position;  // of its first word
};

// Finds the chosen shingles of the words with these hashes, in order. What `shingles` held before is forgotten.
inline void FindShingles(absl::Span<const uint32_t> words, std::vector<Shingle>* shingles) {
  shingles->clear();
  if (words.size() < kShingleWords) return;
  constexpr uint64_t kBase = 0x9E3779B97F4A7C15u | 1;
  uint64_t top = 1;
  for (uint32_t i = 1; i < kShingleWords; ++i) top *= kBase;
  uint64_t rolling = 0;
  for (uint32_t i = 0; i + 1 < kShingleWords; ++i) rolling = rolling * kBase + words[i];
  const size_t count = words.size() - kShingleWords + 1;
  // One is chosen if some window has none with a lesser fingerprint, and none behind it with an equal one: if as many
  // others as a window has stand beside it which it is chosen before. Zeros around all are never chosen.
  constexpr size_t kBeside = kShingleWindow - 1;
  static thread_local std::vector<uint64_t> all;
  all.assign(count + 2 * kBeside, 0);
  uint64_t* fingerprints = all.data() + kBeside;
  for (size_t i = 0; i < count; ++i) {
    rolling = rolling * kBase + words[i + kShingleWords - 1];
    uint64_t mixed = rolling ^ rolling >> 32;
    mixed *= 0xD6E8FEB86659FD93u;
    fingerprints[i] = mixed ^ mixed >> 32;
    rolling -= top * words[i];
  }
  shingles->resize(count + 1);  // one more than can be chosen: written to without a question
  Shingle* out = shingles->data();
  const uint32_t needed = static_cast<uint32_t>(std::min(kBeside, count - 1));
  for (size_t i = 0; i < count; ++i) {
    const uint64_t* here = fingerprints + i;
    uint32_t beside = 0, before = 1, behind = 1;
    for (size_t k = 1; k <= kBeside; ++k) {
      before &= *(here - k) >= *here ? 1 : 0;
      behind &= *(here + k) > *here ? 1 : 0;
      beside += before + behind;
    }
    *out = {*here, static_cast<uint32_t>(i)};
    out += beside >= needed ? 1 : 0;
  }
  shingles->resize(static_cast<size_t>(out - shingles->data()));
  if (all.capacity() > kMostKeptShingles) all = std::vector<uint64_t>();
}

}  // namespace weighbridge::classify

#endif  // WEIGHBRIDGE_SERVICES_CLASSIFY_SHINGLE_H_
