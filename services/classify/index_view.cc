#include "services/classify/index_view.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "services/base/status_macros.h"
#include "services/classify/token_file.h"
#include "services/classify/tokenize.h"

namespace weighbridge::classify {
namespace {

absl::Status Broken(const char* what) {
  return absl::DataLossError(absl::StrFormat("the licence index is damaged: %s", what));
}

template <typename Record>
absl::StatusOr<absl::Span<const Record>> ReadTable(std::string_view bytes, const IndexHeader::Table& table,
                                                   const char* what) {
  if (table.offset % 8 != 0 || table.offset < sizeof(IndexHeader) || table.offset > bytes.size() ||
      table.count > (bytes.size() - table.offset) / sizeof(Record)) {
    return Broken(what);
  }
  return absl::MakeConstSpan(reinterpret_cast<const Record*>(bytes.data() + table.offset), table.count);
}

bool Inside(uint64_t begin, uint64_t count, uint64_t size) { return begin <= size && count <= size - begin; }

}  // namespace

namespace {

uint64_t ChecksumOf(std::string_view bytes, uint64_t seed) {
  // Four lanes of multiply and rotate over 8-byte words: damage is detected at several bytes a cycle. It is no
  // signature.
  uint64_t lanes[4] = {seed ^ 0x9E3779B97F4A7C15u, 0xC2B2AE3D27D4EB4Fu, 0x165667B19E3779F9u, 0x27D4EB2F165667C5u};
  const auto mix = [](uint64_t lane, uint64_t value) {
    lane = (lane ^ value) * 0xBF58476D1CE4E5B9u;
    return lane << 31 | lane >> 33;
  };
  size_t at = 0;
  for (; at + 32 <= bytes.size(); at += 32) {
    for (int i = 0; i < 4; ++i) {
      uint64_t value;
      std::memcpy(&value, bytes.data() + at + 8 * i, 8);
      lanes[i] = mix(lanes[i], value);
    }
  }
  for (; at < bytes.size(); ++at) lanes[at % 4] = mix(lanes[at % 4], static_cast<uint8_t>(bytes[at]));
  uint64_t result = bytes.size();
  for (const uint64_t lane : lanes) {
    result = mix(result, lane);
    result ^= result >> 29;
  }
  return result;
}

}  // namespace

uint64_t IndexChecksum(std::string_view index) {
  IndexHeader header;
  std::memcpy(&header, index.data(), sizeof(header));
  header.checksum = 0;
  const uint64_t head = ChecksumOf(std::string_view(reinterpret_cast<const char*>(&header), sizeof(header)), 0);
  return ChecksumOf(index.substr(sizeof(header)), head);
}

absl::StatusOr<IndexView> IndexView::Load(std::string_view bytes) {
  if (reinterpret_cast<uintptr_t>(bytes.data()) % 8 != 0)
    return absl::InvalidArgumentError("the licence index is not aligned");
  IndexHeader header;
  if (bytes.size() < sizeof(header)) return Broken("shorter than its header");
  std::memcpy(&header, bytes.data(), sizeof(header));
  if (std::memcmp(header.magic, kIndexMagic, sizeof(kIndexMagic)) != 0) return Broken("it is none");
  if (header.format_version != kIndexFormatVersion || header.normaliser_version != kNormaliserVersion) {
    return absl::FailedPreconditionError(
        absl::StrFormat("the licence index has format %d and normaliser %d, this program has %d and %d",
                        header.format_version, header.normaliser_version, kIndexFormatVersion, kNormaliserVersion));
  }
  if (header.total_bytes != bytes.size()) return Broken("its size is not the one it names");
  if (header.checksum != IndexChecksum(bytes)) return Broken("checksum");

  IndexView view;
  WB_ASSIGN_OR_RETURN(const auto strings, ReadTable<char>(bytes, header.strings, "strings"));
  view.strings_ = std::string_view(strings.data(), strings.size());
  WB_ASSIGN_OR_RETURN(view.texts_, ReadTable<IndexText>(bytes, header.texts, "texts"));
  WB_ASSIGN_OR_RETURN(view.shingle_counts_, ReadTable<uint32_t>(bytes, header.shingle_counts, "shingle counts"));
  WB_ASSIGN_OR_RETURN(view.words_, ReadTable<uint32_t>(bytes, header.words, "words"));
  WB_ASSIGN_OR_RETURN(view.classes_, ReadTable<uint8_t>(bytes, header.classes, "classes"));
  WB_ASSIGN_OR_RETURN(view.markers_, ReadTable<IndexMarker>(bytes, header.markers, "markers"));
  WB_ASSIGN_OR_RETURN(view.segments_, ReadTable<IndexSegment>(bytes, header.segments, "segments"));
  WB_ASSIGN_OR_RETURN(view.slots_, ReadTable<ShingleSlot>(bytes, header.slots, "shingle table"));
  WB_ASSIGN_OR_RETURN(view.shingles_, ReadTable<IndexShingle>(bytes, header.shingles, "shingles"));
  WB_ASSIGN_OR_RETURN(view.sets_, ReadTable<IndexTextSet>(bytes, header.sets, "sets of texts"));
  WB_ASSIGN_OR_RETURN(view.set_texts_, ReadTable<uint16_t>(bytes, header.set_texts, "sets of texts"));
  WB_ASSIGN_OR_RETURN(view.positions_, ReadTable<uint32_t>(bytes, header.positions, "positions of shingles"));
  WB_ASSIGN_OR_RETURN(view.wholes_, ReadTable<IndexWhole>(bytes, header.wholes, "whole texts"));
  WB_ASSIGN_OR_RETURN(view.phrases_, ReadTable<IndexPhrase>(bytes, header.phrases, "phrases"));
  WB_ASSIGN_OR_RETURN(const auto starts, ReadTable<char>(bytes, header.phrase_starts, "starts of phrases"));
  view.phrase_starts_ = std::string_view(starts.data(), starts.size());
  WB_ASSIGN_OR_RETURN(view.titles_, ReadTable<uint32_t>(bytes, header.titles, "titles"));

  // The checksum finds damage; what follows makes every later access safe even for bytes that were made to deceive it.
  const auto string_inside = [&](const IndexString& s) { return Inside(s.offset, s.size, view.strings_.size()); };
  if (view.classes_.size() != view.words_.size()) return Broken("word classes");
  for (const IndexText& text : view.texts_) {
    if (!string_inside(text.id) || !string_inside(text.name) || !string_inside(text.kind) ||
        !Inside(text.word_begin, text.word_count, view.words_.size()) || text.word_count == 0 ||
        text.word_count > kMaxTokenWords || !Inside(text.marker_begin, text.marker_count, view.markers_.size()) ||
        !Inside(text.segment_begin, text.segment_count, view.segments_.size())) {
      return Broken("text record");
    }
    uint32_t covered = 0;
    for (const IndexSegment& segment : view.Segments(text)) {
      if (segment.begin != covered || segment.end < segment.begin || segment.end > text.word_count ||
          segment.kind > 2 || segment.group > kMaxSegments + 1 || segment.max_words > kMaxSlotWords) {
        return Broken("segment");
      }
      covered = segment.end;
    }
    if (covered != text.word_count) return Broken("segments");
    uint32_t before = 0;
    for (const IndexMarker& marker : view.Markers(text)) {
      if (marker.before_word < before || marker.before_word > text.word_count) return Broken("list marker");
      before = marker.before_word;
    }
  }
  if (view.texts_.size() > kMaxIndexTexts) return Broken("too many texts");
  if (view.shingle_counts_.size() != view.texts_.size()) return Broken("shingle counts");
  const size_t slots = view.slots_.size();
  if ((slots & (slots - 1)) != 0) return Broken("shingle table size");
  size_t used = 0;
  for (const ShingleSlot& slot : view.slots_) {
    used += slot.shingle != 0;
    if (slot.shingle > view.shingles_.size()) return Broken("shingle table");
  }
  if (slots > 0 && used >= slots) return Broken("shingle table without an empty slot");
  for (const IndexTextSet& set : view.sets_) {
    if (!Inside(set.begin, set.count, view.set_texts_.size()) || set.count == 0) return Broken("set of texts");
    const absl::Span<const uint16_t> texts = view.set_texts_.subspan(set.begin, set.count);
    if (!std::is_sorted(texts.begin(), texts.end())) return Broken("order of a set of texts");
  }
  for (const uint16_t text : view.set_texts_) {
    if (text >= view.texts_.size()) return Broken("text of a set");
  }
  std::vector<uint32_t> word_counts;  // smaller than the records, which lie far apart
  for (const IndexText& text : view.texts_) word_counts.push_back(text.word_count);
  for (const IndexShingle& shingle : view.shingles_) {
    if (shingle.set >= view.sets_.size()) return Broken("shingle");
    const absl::Span<const uint16_t> texts = view.Texts(shingle.set);
    if (!Inside(shingle.position, texts.size(), view.positions_.size())) return Broken("shingle");
    const uint32_t* positions = view.Positions(shingle);
    for (size_t i = 0; i < texts.size(); ++i) {
      if (positions[i] >= word_counts[texts[i]]) return Broken("position of a shingle");
    }
  }
  for (const IndexWhole& whole : view.wholes_) {
    if (whole.text >= view.texts_.size()) return Broken("whole text");
  }
  for (const IndexPhrase& phrase : view.phrases_) {
    if (!string_inside(phrase.id) || !string_inside(phrase.kind) || !string_inside(phrase.pattern))
      return Broken("phrase");
  }
  return view;
}

uint64_t WholeFingerprint(absl::Span<const uint32_t> words) {
  // Two lanes, so that a multiplication need not wait for the one before.
  uint64_t lanes[2] = {0x9E3779B97F4A7C15u, words.size()};
  for (size_t i = 0; i < words.size(); ++i) {
    uint64_t& lane = lanes[i & 1];
    lane = (lane ^ words[i]) * 0xBF58476D1CE4E5B9u;
    lane ^= lane >> 29;
  }
  return lanes[0] ^ (lanes[1] << 32 | lanes[1] >> 32);
}

absl::Span<const IndexWhole> IndexView::FindWhole(uint64_t fingerprint) const {
  const auto less = [](const IndexWhole& a, const IndexWhole& b) { return a.fingerprint < b.fingerprint; };
  const auto [begin, end] = std::equal_range(wholes_.begin(), wholes_.end(), IndexWhole{fingerprint, 0, 0}, less);
  return absl::MakeConstSpan(begin, end);
}

bool IndexView::NamesSomeText(uint32_t hash) const { return std::binary_search(titles_.begin(), titles_.end(), hash); }

}  // namespace weighbridge::classify
