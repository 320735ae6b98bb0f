// Where in a text phrases may begin, by its words alone.
#ifndef WEIGHBRIDGE_SERVICES_CLASSIFY_PHRASE_STARTS_H_
#define WEIGHBRIDGE_SERVICES_CLASSIFY_PHRASE_STARTS_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "services/classify/phrase_shape.h"
#include "services/classify/tokenize.h"

namespace weighbridge::classify {

// Add all phrases, then Finish; constant and thread-safe from then on.
class PhraseStarts {
 public:
  struct Start {
    uint32_t phrase;
    uint32_t begin;  // byte of the normalised text
    uint32_t end;    // no match from `begin` on reaches as far
  };

  // `shape` must be known.
  void Add(uint32_t phrase, const PhraseShape& shape);
  void Finish(size_t phrases);

  // By phrase, then by place. `words` are those of the normalised text. Linear in the text.
  std::vector<Start> In(std::string_view normalised, absl::Span<const Word> words) const;

 private:
  // A word, or the beginning of words, that some phrases begin with and some have further on.
  struct Entry {
    std::string text;
    bool whole = false;
    std::vector<uint16_t> first, later;  // phrases
  };

  static constexpr size_t kBuckets = 4096;      // a power of two
  static constexpr size_t kBeginnings = 32768;  // pairs of bytes, folded

  static size_t PairOf(unsigned char a, unsigned char b) {
    return (static_cast<size_t>(a) << 7 ^ b) & (kBeginnings - 1);
  }
  Entry& EntryFor(const WordShape& shape);
  template <typename Visit>
  void ForEachEntry(std::string_view form, uint32_t hash, Visit visit) const;

  std::vector<Entry> entries_;
  // Lists of entries, each ended by kNone: whole words by their hash, beginnings by their first two bytes.
  static constexpr uint16_t kNone = UINT16_MAX;
  std::vector<uint16_t> lists_;
  std::array<uint32_t, kBuckets> whole_{};
  std::vector<uint32_t> begins_;
  std::vector<uint32_t> max_words_;  // by phrase; 0: not here
  std::vector<bool> has_later_;
};

}  // namespace weighbridge::classify

#endif  // WEIGHBRIDGE_SERVICES_CLASSIFY_PHRASE_STARTS_H_
