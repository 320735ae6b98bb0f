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
  Table strings, texts, words, classes, markers, segments, slots, posting_texts, posting_positions, wholes, phrases,
      titles;
};

struct IndexString {
  uint32_t offset, size;  // in the string bytes
};

struct IndexText {
  IndexString id, name, kind;
  uint32_t word_begin, word_count;
  uint32_t marker_begin, marker_count;
  uint32_t segment_begin, segment_count;
  uint32_t shingle_count;
  uint32_t required_words;  // in fixed segments that may not be absent
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

struct ShingleSlot {
  uint64_t fingerprint;
  uint32_t posting_begin, posting_count;  // count 0: an empty slot
};

// Where a shingle occurs: texts in ascending order, and the position of its first word in each. Texts stand for
// themselves, so that counting them reads two bytes for each.
struct Postings {
  const uint16_t* texts = nullptr;
  const uint32_t* positions = nullptr;
  uint32_t size = 0;
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
inline constexpr uint32_t kIndexFormatVersion = 2;

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
  std::string_view String(const IndexString& string) const { return strings_.substr(string.offset, string.size); }

  // Brings the place of a shingle nearer that Find will look at.
  void Prefetch(uint64_t fingerprint) const {
    if (!slots_.empty()) __builtin_prefetch(&slots_[fingerprint & (slots_.size() - 1)]);
  }

  // Where the shingle occurs, by text and position.
  Postings Find(uint64_t fingerprint) const {
    if (slots_.empty()) return {};
    const uint64_t mask = slots_.size() - 1;
    for (uint64_t at = fingerprint & mask;; at = (at + 1) & mask) {
      const ShingleSlot& slot = slots_[at];
      if (slot.posting_count == 0) return {};
      if (slot.fingerprint == fingerprint) {
        return {posting_texts_.data() + slot.posting_begin, posting_positions_.data() + slot.posting_begin,
                slot.posting_count};
      }
    }
  }

  // Texts that may consist of these words and no others.
  absl::Span<const IndexWhole> FindWhole(uint64_t fingerprint) const;

  // True if the word occurs in the title of some text and names it: not "license", "the" and the like.
  bool NamesSomeText(uint32_t hash) const;

 private:
  std::string_view strings_;
  absl::Span<const IndexText> texts_;
  absl::Span<const uint32_t> words_;
  absl::Span<const uint8_t> classes_;
  absl::Span<const IndexMarker> markers_;
  absl::Span<const IndexSegment> segments_;
  absl::Span<const ShingleSlot> slots_;
  absl::Span<const uint16_t> posting_texts_;
  absl::Span<const uint32_t> posting_positions_;
  absl::Span<const IndexWhole> wholes_;
  absl::Span<const IndexPhrase> phrases_;
  absl::Span<const uint32_t> titles_;
};

}  // namespace weighbridge::classify

#endif  // WEIGHBRIDGE_SERVICES_CLASSIFY_INDEX_VIEW_H_
