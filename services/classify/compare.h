// One occurrence of one official text compared word by word: the map of words, the edits, the verdict.
#ifndef WEIGHBRIDGE_SERVICES_CLASSIFY_COMPARE_H_
#define WEIGHBRIDGE_SERVICES_CLASSIFY_COMPARE_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "services/classify/candidates.h"
#include "services/classify/classifier.h"
#include "services/classify/index_view.h"
#include "services/classify/tokenize.h"

namespace weighbridge::classify {

// A text under comparison; all views outlive it.
struct FoundText {
  std::string_view bytes;
  const TokenizedText* tokens;
  absl::Span<const uint32_t> hashes;  // of tokens->words
};

struct Comparison {
  uint32_t text = 0;                    // index into IndexView::texts()
  uint32_t word_begin = 0, word_end = 0;  // span in the found words
  MatchVerdict verdict = MatchVerdict::kUnknown;
  std::vector<Edit> edits;
  size_t edit_count = 0;
  uint32_t matched = 0;         // official words found
  uint32_t differing = 0;       // words added and missing, allowed ones left out
  uint32_t critical_words = 0;  // of those, in critical edits
  double coverage = 0;
  std::vector<uint32_t> map;  // official word -> found word, kNoWord, or kMarkerBase + index of a found list marker
};

inline constexpr uint32_t kNoWord = UINT32_MAX;
inline constexpr uint32_t kMarkerBase = 0x80000000u;

// A match covers at least this share of the official words, and this many words (a short text: half of it).
inline constexpr double kLeastCoverage = 0.15;
inline constexpr uint32_t kLeastMatchWords = 40;

// Aligns and judges one chain. The verdict is kUnknown if the occurrence is too small to be reported.
Comparison Compare(const IndexView& index, const FoundText& found, const Chain& chain, int64_t* budget);

// True if words [begin, end) are nothing but copyright notices ("Copyright 2024 Somebody", "All rights reserved").
bool IsCopyrightNotice(const FoundText& found, uint32_t begin, uint32_t end);

}  // namespace weighbridge::classify

#endif  // WEIGHBRIDGE_SERVICES_CLASSIFY_COMPARE_H_
