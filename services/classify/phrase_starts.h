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

#include "absl/status/statusor.h"
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

  // After Finish: all of it, for Restore. Numbers are little-endian.
  std::string Bytes() const;
  // What Bytes wrote, for as many phrases. DataLoss if it is damaged; whatever is accepted is safe to use.
  static absl::StatusOr<PhraseStarts> Restore(std::string_view bytes, size_t phrases);

  // False for a phrase that was not added.
  bool Knows(uint32_t phrase) const { return max_words_[phrase] != 0; }

  // By phrase, then by place. `words` are those of the normalised text. Linear in the text.
  std::vector<Start> In(std::string_view normalised, absl::Span<const Word> words) const;

 private:
  // Many phrases need one of the same words: those are one need.
  struct Need {
    uint32_t number, reach;
  };
  static constexpr uint32_t kNoLimit = UINT32_MAX;
  static constexpr size_t kMostNeeds = 3;
  // Of a phrase's needs the first few are looked at; where there are fewer, the others reach without limit.
  struct Branch {
    uint32_t phrase;
    std::array<Need, kMostNeeds> needs;
  };

  // What a word tells: branches that may begin with it, at [begin, needs) of numbers_, and needs that it fulfils, at
  // [needs, end). At least kFewNeeds of these, the rest being the need that nobody has.
  struct Sign {
    uint32_t begin = 0, needs = 0, end = 0;
  };
  static constexpr uint32_t kFewNeeds = 4;
  static constexpr uint16_t kOdd = 0x8000;  // beside the number of a sign

  // Signs of the words that a thread met lately: a text has few words, again and again.
  class Memo;

  // While phrases are added: words, or beginnings of words, and what each tells.
  struct Numbers {
    std::vector<uint16_t> first, needed;
  };
  using Entries = std::map<std::string, Numbers>;

  bool IsSafe() const;
  uint16_t SignOf(const Numbers& numbers, std::map<std::vector<uint16_t>, uint16_t>* known);
  uint16_t Read(std::string_view form) const;

  Entries whole_, beginnings_;
  std::vector<Branch> branches_;
  std::map<std::string, uint32_t> need_numbers_;  // by all its words
  uint32_t need_count_ = 0;
  std::vector<uint32_t> max_words_;  // by phrase; 0: not here

  // A tree of all entries, byte by byte: one walk down a word finds every entry that it is or begins with. Its nodes
  // lie in one array (a double array, after Aoe 1989), so that all of it stays in the nearer caches: the child of a
  // node for a kind of byte is cells_[children + kind], if that cell's parent is the node.
  std::array<uint8_t, 256> kinds_{};  // of bytes; 0: in no entry
  struct Cell {
    uint16_t parent = kNoNode;
    uint16_t children = 0;
    uint16_t whole = 0, beginning = 0;  // signs of the word that ends here; of one that goes on otherwise
  };
  static constexpr uint16_t kNoNode = UINT16_MAX;
  std::vector<Cell> cells_;  // the first is the root
  std::vector<Sign> signs_;  // the first: none
  std::vector<uint16_t> numbers_;
  uint64_t serial_ = 0;  // which of the process it is; 0: not finished
};

}  // namespace weighbridge::classify

#endif  // WEIGHBRIDGE_SERVICES_CLASSIFY_PHRASE_STARTS_H_
