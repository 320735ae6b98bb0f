// Read access to a compiled index. Only index.cc and the classifier use it.
#ifndef WEIGHBRIDGE_SERVICES_CLASSIFY_INDEX_VIEW_H_
#define WEIGHBRIDGE_SERVICES_CLASSIFY_INDEX_VIEW_H_

#include <cstdint>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace weighbridge::classify {

// All records are little-endian and made of fields of their own size, so that they are read where they lie.
struct IndexHeader {
  char magic[8];
  uint32_t format_version;
  uint32_t normaliser_version;
  uint64_t total_bytes;
  uint64_t checksum;  // IndexChecksum of the whole
  struct Table {
    uint64_t offset;
    uint64_t count;  // records
  };
  Table strings, texts, shingle_counts, words, classes, markers, segments, slots, shingles, sets, set_texts, positions,
      wholes, phrases, phrase_starts, titles;
};

struct IndexString {
  uint32_t offset, size;  // in the string bytes
};

struct IndexText {
  IndexString id, name, kind;
  uint32_t word_begin, word_count;
  uint32_t marker_begin, marker_count;
  uint32_t segment_begin, segment_count;
  uint32_t required_words;  // in fixed segments that may not be absent
  uint32_t reserved;
};

struct IndexMarker {
  uint32_t before_word, hash;
};

struct IndexSegment {
  uint32_t begin, end, group, max_words;
  uint32_t kind;  // Segment::Kind
  uint32_t reserved;
  uint8_t digest[32];
};

// Shingles are numbered by where they first occur, text by text: those of a text lie one behind the other.
struct IndexShingle {
  uint64_t fingerprint;
  uint32_t set;       // of the texts that have it
  uint32_t position;  // into positions: one for each text of the set, the place of the shingle's first word there
};

// Finds shingles by fingerprint: its lower bits say where to begin to look, its upper half is the tag.
struct ShingleSlot {
  uint32_t tag;
  uint32_t shingle;  // its number plus one; 0: an empty slot
};

// Texts that have the same shingles in common, in ascending order; a text that has them twice stands there twice. Most
// shingles of licences that quote each other share a few of these.
struct IndexTextSet {
  uint32_t begin, count;  // into set_texts
};

inline constexpr size_t kMaxIndexTexts = UINT16_MAX;

// A text by all of its words, in ascending order.
struct IndexWhole {
  uint64_t fingerprint;  // WholeFingerprint
  uint32_t text, reserved;
};

struct IndexPhrase {
  IndexString id, kind, pattern;
  uint32_t restrictive, reserved;
};

inline constexpr char kIndexMagic[8] = {'W', 'B', 'C', 'L', 'S', 'I', 'D', 'X'};
// Another one for every change of the records, of how shingles are chosen, and of what PhraseSet::Starts says of a phrase.
inline constexpr uint32_t kIndexFormatVersion = 4;

// Of a whole text. Finds it; that it is the text, its words and digests say.
uint64_t WholeFingerprint(absl::Span<const uint32_t> words);

// Of all bytes but the field itself. Requires index.size() >= sizeof(IndexHeader).
uint64_t IndexChecksum(std::string_view index);

// Views into the bytes of an index, which must outlive it and start at an address that is a multiple of 8.
class IndexView {
 public:
  // DataLoss or FailedPrecondition if anything about the bytes is not as CompileIndex made them.
  static absl::StatusOr<IndexView> Load(std::string_view bytes);

  absl::Span<const IndexText> texts() const { return texts_; }
  absl::Span<const uint32_t> Words(const IndexText& text) const {
    return words_.subspan(text.word_begin, text.word_count);
  }
  absl::Span<const uint8_t> Classes(const IndexText& text) const {
    return classes_.subspan(text.word_begin, text.word_count);
  }
  absl::Span<const IndexMarker> Markers(const IndexText& text) const {
    return markers_.subspan(text.marker_begin, text.marker_count);
  }
  absl::Span<const IndexSegment> Segments(const IndexText& text) const {
    return segments_.subspan(text.segment_begin, text.segment_count);
  }
  absl::Span<const IndexPhrase> phrases() const { return phrases_; }
  std::string_view phrase_starts() const { return phrase_starts_; }  // PhraseSet::Starts of all phrases
  std::string_view String(const IndexString& string) const { return strings_.substr(string.offset, string.size); }

  // By text: how many shingles it has.
  absl::Span<const uint32_t> shingle_counts() const { return shingle_counts_; }
  absl::Span<const IndexShingle> shingles() const { return shingles_; }
  absl::Span<const IndexTextSet> sets() const { return sets_; }
  absl::Span<const uint16_t> Texts(uint32_t set) const {
    return set_texts_.subspan(sets_[set].begin, sets_[set].count);
  }
  // One for each text of the shingle's set.
  const uint32_t* Positions(const IndexShingle& shingle) const { return positions_.data() + shingle.position; }

  // Brings the place nearer that FindShingle will look at.
  void Prefetch(uint64_t fingerprint) const {
    if (!slots_.empty()) __builtin_prefetch(&slots_[fingerprint & (slots_.size() - 1)]);
  }

  static constexpr uint32_t kNoShingle = UINT32_MAX;
  uint32_t FindShingle(uint64_t fingerprint) const {
    if (slots_.empty()) return kNoShingle;
    const uint64_t mask = slots_.size() - 1;
    const uint32_t tag = static_cast<uint32_t>(fingerprint >> 32);
    for (uint64_t at = fingerprint & mask;; at = (at + 1) & mask) {
      const ShingleSlot& slot = slots_[at];
      if (slot.shingle == 0) return kNoShingle;
      if (slot.tag == tag && shingles_[slot.shingle - 1].fingerprint == fingerprint) return slot.shingle - 1;
    }
  }

  // Texts that may consist of these words and no others.
  absl::Span<const IndexWhole> FindWhole(uint64_t fingerprint) const;

  // True if the word occurs in the title of some text and names it: not "license", "the" and the like.
  bool NamesSomeText(uint32_t hash) const;

 private:
  std::string_view strings_;
  absl::Span<const IndexText> texts_;
  absl::Span<const uint32_t> shingle_counts_;
  absl::Span<const uint32_t> words_;
  absl::Span<const uint8_t> classes_;
  absl::Span<const IndexMarker> markers_;
  absl::Span<const IndexSegment> segments_;
  absl::Span<const ShingleSlot> slots_;
  absl::Span<const IndexShingle> shingles_;
  absl::Span<const IndexTextSet> sets_;
  absl::Span<const uint16_t> set_texts_;
  absl::Span<const uint32_t> positions_;
  absl::Span<const IndexWhole> wholes_;
  absl::Span<const IndexPhrase> phrases_;
  std::string_view phrase_starts_;
  absl::Span<const uint32_t> titles_;
};

}  // namespace weighbridge::classify

#endif  // WEIGHBRIDGE_SERVICES_CLASSIFY_INDEX_VIEW_H_
