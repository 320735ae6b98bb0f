// Where in a text phrases may begin, by its words alone.
#ifndef WEIGHBRIDGE_SERVICES_CLASSIFY_PHRASE_STARTS_H_
#define WEIGHBRIDGE_SERVICES_CLASSIFY_PHRASE_STARTS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
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
  // False if there are more words in all than the tables can number; then nothing may be searched.
  bool Finish(size_t phrases);

  // By phrase, then by place. `words` are those of the normalised text. Linear in the text.
  std::vector<Start> In(std::string_view normalised, absl::Span<const Word> words) const;

 private:
  static constexpr uint16_t kNone = UINT16_MAX;

  // A word, or the beginning of words, with which some branches of phrases begin and which some need further on.
  struct Entry {
    std::string text;
    bool whole = false;
    std::vector<uint16_t> first;   // branches
    std::vector<uint16_t> needed;  // needs
  };
  // Many phrases need one of the same words: those are one need.
  struct Need {
    uint32_t number, reach;
  };
  struct Branch {
    uint32_t phrase;
    std::vector<Need> needs;
  };

  // Entries by a hash of what they begin with, in lists that kNone ends. The key of a list's items sorts out nearly all
  // that are in it by chance, without a look at the entry.
  struct Item {
    uint32_t key;
    uint16_t entry;
  };
  static constexpr size_t kBuckets = 4096;  // a power of two
  using Buckets = std::array<uint16_t, kBuckets>;

  // Of two bytes; the second is 0 if there is none.
  static size_t PairOf(std::string_view text) {
    const uint8_t second = text.size() > 1 ? static_cast<uint8_t>(text[1]) : 0;
    return ((static_cast<uint8_t>(text[0]) & 31u) << 7 ^ second) & (kBuckets - 1);
  }
  static constexpr size_t kFourBytes = 4;
  static uint32_t FourBytes(std::string_view text);
  static size_t FourOf(uint32_t bytes) { return (bytes * 0x9E3779B1u) >> 20; }

  Entry& EntryFor(const WordShape& shape);
  template <typename Visit>
  void ForEachEntry(std::string_view form, uint32_t hash, Visit visit) const;

  std::vector<Entry> entries_;
  std::vector<Branch> branches_;
  std::map<std::string, uint32_t> need_numbers_;  // by all its words
  std::vector<uint32_t> max_words_;  // by phrase; 0: not here
  std::vector<Item> lists_;
  Buckets whole_{};  // by the word's hash, which is the key
  Buckets fours_{};  // beginnings of four bytes and more; the four are the key
  Buckets pairs_{};  // shorter ones; no key
};

}  // namespace weighbridge::classify

#endif  // WEIGHBRIDGE_SERVICES_CLASSIFY_PHRASE_STARTS_H_
