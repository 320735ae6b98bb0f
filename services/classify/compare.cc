#include "services/classify/compare.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>

#include "services/classify/align.h"
#include "services/classify/token_file.h"
#include "services/classify/vocabulary.h"
#include "services/classify/word_hash.h"
#include "services/crypto/sha256.h"

namespace weighbridge::classify {
namespace {

// Ends are aligned in steps of this many official words.
constexpr uint32_t kEndStepWords = 64;
constexpr uint32_t kEndSlackWords = 24;
// So many words in a row added or missing are a clause whatever they are.
constexpr uint32_t kClauseWords = 8;
// Harmless words in edits beyond this number, or this share of the text, are a rewrite.
constexpr uint32_t kMostHarmlessWords = 10;
constexpr uint32_t kMostHarmlessShare = 50;  // one in so many
// A text of which this share is missing at its ends is partial.
constexpr double kPartialEnds = 0.2;
constexpr double kPartialCoverage = 0.6;
// A gap this small may differ in list markers alone.
constexpr uint32_t kMostMarkerWords = 6;

constexpr uint32_t kCopyright = HashOf("copyright");
constexpr uint32_t kVersionMark = HashOf("v");
constexpr uint32_t kAll = HashOf("all");
constexpr uint32_t kRights = HashOf("rights");
constexpr uint32_t kReserved = HashOf("reserved");
constexpr uint32_t kMostNoticeWords = 24;
// Names in lower case or in a script without capitals, and other words after a name.
constexpr uint32_t kMostUnwrittenNameWords = 4;
constexpr uint32_t kMostWordsBehindName = 1;
constexpr uint32_t kAnd = HashOf("and");
constexpr uint32_t kIts = HashOf("its");
constexpr uint32_t kAffiliates = HashOf("affiliates");

class Comparer {
 public:
  Comparer(const IndexView& index, const FoundText& found, const Chain& chain, int64_t* budget)
      : found_(found),
        words_(found.tokens->words),
        chain_(chain),
        budget_(budget),
        official_(index.Words(index.texts()[chain.text])),
        classes_(index.Classes(index.texts()[chain.text])),
        markers_(index.Markers(index.texts()[chain.text])),
        segments_(index.Segments(index.texts()[chain.text])) {
    out_.text = chain.text;
    required_ = index.texts()[chain.text].required_words;
  }

  Comparison Run() {
    out_.map.assign(official_.size(), kNoWord);
    for (const classify::Run& run : chain_.runs) {
      for (uint32_t i = 0; i < run.size; ++i) out_.map[run.official + i] = run.found + i;
    }
    for (size_t i = 1; i < chain_.runs.size(); ++i) AlignBetween(chain_.runs[i - 1], chain_.runs[i]);
    begin_ = chain_.begin();
    end_ = chain_.end();
    FindPart();
    AlignBefore();
    AlignBehind();
    out_.word_begin = begin_;
    out_.word_end = end_;
    FindAbsentGroups();
    CollectEdits();
    CompareVersionMarkers();
    NoteOddities();
    Judge();
    return std::move(out_);
  }

 private:
  void AlignBetween(const classify::Run& before, const classify::Run& behind) {
    const uint32_t o = before.official + before.size;
    const uint32_t f = before.found + before.size;
    if (behind.official <= o || behind.found <= f) return;
    for (const auto& [i, j] :
         AlignGap(official_.subspan(o, behind.official - o), found_.hashes.subspan(f, behind.found - f), budget_)) {
      out_.map[o + i] = f + j;
    }
  }

  // A text does not go on beyond the part of the file (a value of a front matter, the body) in which it stands.
  void FindPart() {
    const std::vector<uint32_t>& parts = found_.tokens->part_begins;
    const auto word_at = [&](uint32_t offset) {
      return static_cast<uint32_t>(std::lower_bound(words_.begin(), words_.end(), offset,
                                                    [](const Word& word, uint32_t at) { return word.begin < at; }) -
                                   words_.begin());
    };
    const auto behind_first = std::upper_bound(parts.begin(), parts.end(), words_[begin_].begin);
    part_begin_ = behind_first == parts.begin() ? 0 : word_at(*(behind_first - 1));
    const auto behind_last = std::upper_bound(parts.begin(), parts.end(), words_[end_ - 1].begin);
    part_end_ = behind_last == parts.end() ? static_cast<uint32_t>(words_.size()) : word_at(*behind_last);
  }

  // Aligns official words [low, high) with what stands before found word begin_, backwards.
  void AlignBackward(uint32_t low, uint32_t high) {
    while (high > low) {
      const uint32_t step = std::min(kEndStepWords, high - low);
      const uint32_t reach = std::min(begin_ - part_begin_, step + kEndSlackWords);
      std::vector<uint32_t> official(step), found(reach);
      for (uint32_t i = 0; i < step; ++i) official[i] = official_[high - 1 - i];
      for (uint32_t i = 0; i < reach; ++i) found[i] = found_.hashes[begin_ - 1 - i];
      const WordPairs pairs = AlignOutward(official, found, budget_);
      if (pairs.empty()) return;
      const uint32_t old_begin = begin_;
      for (const auto& [i, j] : pairs) out_.map[high - 1 - i] = old_begin - 1 - j;
      begin_ = old_begin - 1 - pairs.back().second;
      const uint32_t reached = high - 1 - pairs.back().first;
      // The part went on to its far end, or the text left it on the way.
      if (reached != high - step) return;
      high = reached;
    }
  }

  void AlignForward(uint32_t low, uint32_t high) {
    while (high > low) {
      const uint32_t step = std::min(kEndStepWords, high - low);
      const uint32_t reach = std::min(part_end_ - end_, step + kEndSlackWords);
      const WordPairs pairs = AlignOutward(official_.subspan(low, step), found_.hashes.subspan(end_, reach), budget_);
      if (pairs.empty()) return;
      const uint32_t old_end = end_;
      for (const auto& [i, j] : pairs) out_.map[low + i] = old_end + j;
      end_ = old_end + pairs.back().second + 1;
      const uint32_t reached = low + pairs.back().first + 1;
      if (reached != low + step) return;
      low = reached;
    }
  }

  void AlignBefore() {
    uint32_t high = chain_.runs.front().official;
    for (size_t s = segments_.size(); s-- > 0 && high > 0;) {
      const IndexSegment& segment = segments_[s];
      if (segment.begin >= high) continue;
      if (segment.kind == static_cast<uint32_t>(Segment::Kind::kFixed)) {
        if (segment.group == kTitleGroup && high == segment.end && OwnHeadingBefore(segment)) return;
        AlignBackward(segment.begin, high);
      } else {
        bool own_heading = false;
        begin_ -= SlotBefore(s, &own_heading);
        if (own_heading) return;
      }
      high = segment.begin;
    }
  }

  void AlignBehind() {
    uint32_t low = chain_.runs.back().official + chain_.runs.back().size;
    for (size_t s = 0; s < segments_.size() && low < official_.size(); ++s) {
      const IndexSegment& segment = segments_[s];
      if (segment.end <= low) continue;
      if (segment.kind == static_cast<uint32_t>(Segment::Kind::kFixed)) {
        AlignForward(low, segment.end);
      } else {
        end_ += SlotBehind(s);
      }
      low = segment.end;
    }
  }

  // Words before begin_ that fill slot s: up to the fixed part that comes before the slot, or else the notice that
  // stands there. Sets *own_heading for a heading made of the title's words in another form ("The X License (X)"): the
  // title is then absent and the heading is framing.
  uint32_t SlotBefore(size_t s, bool* own_heading) const {
    const IndexSegment& segment = segments_[s];
    const uint32_t most = std::min(segment.max_words, begin_ - part_begin_);
    if (s > 0) {
      const IndexSegment& fixed = segments_[s - 1];
      const uint32_t sample = std::min<uint32_t>(3, fixed.end - fixed.begin);
      for (uint32_t size = 0; size <= most && size + sample <= begin_ - part_begin_; ++size) {
        if (!std::equal(official_.begin() + fixed.end - sample, official_.begin() + fixed.end,
                        found_.hashes.begin() + (begin_ - size - sample))) {
          continue;
        }
        const uint32_t own = TitleWordsAt(fixed, begin_ - size, begin_);
        if (own == 0 || !IsCopyrightNotice(found_, begin_ - size + own, begin_)) return size;
        *own_heading = true;
        return size - own;
      }
    }
    if (segment.kind != static_cast<uint32_t>(Segment::Kind::kCopyrightSlot)) return 0;
    for (uint32_t size = most; size > 0; --size) {
      if (found_.hashes[begin_ - size] == kCopyright && IsCopyrightNotice(found_, begin_ - size, begin_)) return size;
    }
    return 0;
  }

  // True if more of the title's words stand before begin_ than the title has: a heading like "The X License (X)".
  bool OwnHeadingBefore(const IndexSegment& title) const {
    uint32_t count = 0;
    while (begin_ - count > part_begin_ && TitleWordsAt(title, begin_ - count - 1, begin_ - count) == 1) ++count;
    return count > title.end - title.begin;
  }

  // How many words from `begin` on are words of the title.
  uint32_t TitleWordsAt(const IndexSegment& title, uint32_t begin, uint32_t end) const {
    if (title.group != kTitleGroup) return 0;
    uint32_t count = 0;
    while (begin + count < end && std::find(official_.begin() + title.begin, official_.begin() + title.end,
                                            found_.hashes[begin + count]) != official_.begin() + title.end) {
      ++count;
    }
    return count;
  }

  uint32_t SlotBehind(size_t s) const {
    const IndexSegment& segment = segments_[s];
    const uint32_t most = std::min(segment.max_words, part_end_ - end_);
    if (s + 1 < segments_.size()) {
      const IndexSegment& fixed = segments_[s + 1];
      const uint32_t sample = std::min<uint32_t>(3, fixed.end - fixed.begin);
      for (uint32_t size = 0; size <= most && end_ + size + sample <= part_end_; ++size) {
        if (std::equal(official_.begin() + fixed.begin, official_.begin() + fixed.begin + sample,
                       found_.hashes.begin() + end_ + size)) {
          return size;
        }
      }
    }
    if (segment.kind != static_cast<uint32_t>(Segment::Kind::kCopyrightSlot)) return 0;
    for (uint32_t size = most; size > 0; --size) {
      if (IsCopyrightNotice(found_, end_, end_ + size)) return size;
    }
    return 0;
  }

  void FindAbsentGroups() {
    absent_.assign(segments_.size(), false);
    for (size_t s = 0; s < segments_.size(); ++s) {
      const IndexSegment& segment = segments_[s];
      if (segment.kind != static_cast<uint32_t>(Segment::Kind::kFixed)) {
        // What stands in a slot is not aligned with what stood there in the official text.
        const bool same = SlotUnchanged(segment);
        if (!same) std::fill(out_.map.begin() + segment.begin, out_.map.begin() + segment.end, kNoWord);
      }
    }
    for (size_t s = 0; s < segments_.size(); ++s) {
      if (segments_[s].group == 0) continue;
      bool any = false;
      for (size_t other = 0; other < segments_.size(); ++other) {
        if (segments_[other].group != segments_[s].group ||
            segments_[other].kind != static_cast<uint32_t>(Segment::Kind::kFixed)) {
          continue;
        }
        for (uint32_t i = segments_[other].begin; i < segments_[other].end && !any; ++i) any = out_.map[i] != kNoWord;
      }
      absent_[s] = !any;
    }
  }

  bool SlotUnchanged(const IndexSegment& segment) const {
    if (segment.begin == segment.end) return true;
    for (uint32_t i = segment.begin; i < segment.end; ++i) {
      if (out_.map[i] == kNoWord || (i > segment.begin && out_.map[i] != out_.map[i - 1] + 1)) return false;
    }
    if (segment.begin > 0 && out_.map[segment.begin - 1] != kNoWord &&
        out_.map[segment.begin - 1] + 1 != out_.map[segment.begin]) {
      return false;
    }
    return segment.end >= official_.size() || out_.map[segment.end] == kNoWord ||
           out_.map[segment.end] == out_.map[segment.end - 1] + 1;
  }

  void CollectEdits() {
    uint32_t f = begin_;
    for (uint32_t o = 0; o < official_.size();) {
      if (out_.map[o] != kNoWord && out_.map[o] == f) {
        ++o;
        ++f;
        continue;
      }
      uint32_t next = o;
      while (next < official_.size() && out_.map[next] == kNoWord) ++next;
      const uint32_t until = next < official_.size() ? out_.map[next] : end_;
      JudgeGap(o, next, f, until);
      f = until;
      o = next;
      if (o < official_.size()) {
        ++o;
        ++f;
      }
    }
    if (f < end_) JudgeGap(static_cast<uint32_t>(official_.size()), static_cast<uint32_t>(official_.size()), f, end_);
  }

  // Judges official words [o, o_end) against found words [f, f_end), between two matching words.
  void JudgeGap(uint32_t o, uint32_t o_end, uint32_t f, uint32_t f_end) {
    uint32_t missing = 0;
    bool slot = false;
    bool omitted = false;
    bool free_slot = false;
    uint32_t slot_words = 0;
    for (size_t s = 0; s < segments_.size(); ++s) {
      const IndexSegment& segment = segments_[s];
      if (segment.end <= o || segment.begin >= o_end) continue;
      const uint32_t words = std::min(segment.end, o_end) - std::max(segment.begin, o);
      if (segment.group != 0 && absent_[s]) {
        omitted = true;
      } else if (segment.kind == static_cast<uint32_t>(Segment::Kind::kFixed)) {
        missing += words;
      } else {
        slot = true;
        slot_words = std::max(slot_words, segment.max_words);
        free_slot = free_slot || segment.kind == static_cast<uint32_t>(Segment::Kind::kFreeSlot);
      }
    }
    const uint32_t added = f_end - f;
    if (missing == 0 && added == 0) {
      AddEdit(slot && !omitted ? EditClass::kTemplateSlot : EditClass::kOmitted, o, o_end, f, f_end);
      return;
    }
    if (missing == 0 && slot && FillsSlot(f, f_end, slot_words, free_slot)) {
      AddEdit(EditClass::kTemplateSlot, o, o_end, f, f_end);
      return;
    }
    if (!slot && !omitted && missing + added > 0 && missing <= kMostMarkerWords && added <= kMostMarkerWords &&
        DiffersInMarkersOnly(o, o_end, f, f_end)) {
      AddEdit(EditClass::kListMarker, o, o_end, f, f_end);
      return;
    }
    if (missing == 0 && !slot && !omitted && LooksLikeMarkers(f, f_end)) {
      AddEdit(EditClass::kListMarker, o, o_end, f, f_end);
      return;
    }
    if (missing == 0 && IsNoticeLine(f, f_end)) {
      AddEdit(EditClass::kCopyrightNotice, o, o_end, f, f_end);
      return;
    }
    if (omitted) AddEdit(EditClass::kOmitted, o, o_end, f, f);
    const EditClass cls = ClassOfChange(o, o_end, f, f_end, missing, added);
    out_.differing += missing + added;
    if (IsCritical(cls)) out_.critical_words += missing + added;
    AddEdit(cls, o, o_end, f, f_end);
  }

  EditClass ClassOfChange(uint32_t o, uint32_t o_end, uint32_t f, uint32_t f_end, uint32_t missing,
                          uint32_t added) const {
    std::optional<EditClass> critical;
    const auto take = [&](EditClass cls) {
      if (!critical.has_value() || cls < *critical) critical = cls;
    };
    for (uint32_t i = f; i < f_end; ++i) {
      const Word& word = words_[i];
      const std::optional<EditClass> listed = CriticalWord(word.hash);
      if (listed.has_value()) take(*listed);
      if (word.cls == WordClass::kNumber) take(EditClass::kNumber);
      if (word.cls == WordClass::kSymbol) take(EditClass::kQuantity);
      const bool name = (word.flags & kCapitalised) != 0 && (word.flags & (kAllCapitals | kSentenceStart)) == 0;
      if (name && !listed.has_value()) take(EditClass::kParty);
    }
    for (uint32_t i = o; i < o_end && missing > 0; ++i) {
      const std::optional<EditClass> listed = CriticalWord(official_[i]);
      if (listed.has_value()) take(*listed);
      if (classes_[i] == static_cast<uint8_t>(WordClass::kNumber)) take(EditClass::kNumber);
      if (classes_[i] == static_cast<uint8_t>(WordClass::kSymbol)) take(EditClass::kQuantity);
    }
    if (missing >= kClauseWords || added >= kClauseWords) return EditClass::kClause;
    if (critical.has_value()) return *critical;
    if (missing == 0) return EditClass::kInserted;
    return added == 0 ? EditClass::kDeleted : EditClass::kReplaced;
  }

  bool FillsSlot(uint32_t f, uint32_t f_end, uint32_t most, bool free) const {
    if (f_end - f > most) return false;
    if (IsCopyrightNotice(found_, f, f_end)) return true;
    if (!free) return false;
    for (uint32_t i = f; i < f_end; ++i) {
      if (SpeaksOfTerms(words_[i].hash)) return false;
    }
    return true;
  }

  // Numbers that head a line where the official text has no word at all.
  bool LooksLikeMarkers(uint32_t f, uint32_t f_end) const {
    return f_end - f <= 2 && std::all_of(words_.begin() + f, words_.begin() + f_end,
                                         [](const Word& word) { return (word.flags & kMarkerShaped) != 0; });
  }

  bool IsNoticeLine(uint32_t f, uint32_t f_end) const {
    return f < f_end && (words_[f].flags & kLineStart) != 0 &&
           (f_end == words_.size() || (words_[f_end].flags & kLineStart) != 0) && IsCopyrightNotice(found_, f, f_end);
  }

  // True if both sides are the same words when list markers count as words where the other side has that word, and as
  // nothing elsewhere. Records which official words are markers in the found text.
  bool DiffersInMarkersOnly(uint32_t o, uint32_t o_end, uint32_t f, uint32_t f_end) {
    struct Item {
      uint32_t hash;
      uint32_t marker;  // index, or kNoWord for a word
      uint32_t word;
    };
    std::vector<Item> official, found;
    size_t m = std::lower_bound(markers_.begin(), markers_.end(), o,
                                [](const IndexMarker& marker, uint32_t word) { return marker.before_word < word; }) -
               markers_.begin();
    for (uint32_t i = o; i <= o_end; ++i) {
      for (; m < markers_.size() && markers_[m].before_word == i; ++m) {
        official.push_back({markers_[m].hash, static_cast<uint32_t>(m), 0});
      }
      if (i < o_end) official.push_back({official_[i], kNoWord, i});
    }
    const std::vector<ListMarker>& found_markers = found_.tokens->markers;
    m = std::lower_bound(found_markers.begin(), found_markers.end(), f,
                         [](const ListMarker& marker, uint32_t word) { return marker.before_word < word; }) -
        found_markers.begin();
    for (uint32_t i = f; i <= f_end; ++i) {
      for (; m < found_markers.size() && found_markers[m].before_word == i; ++m) {
        found.push_back({found_markers[m].hash, static_cast<uint32_t>(m), 0});
      }
      if (i < f_end) found.push_back({words_[i].hash, kNoWord, i});
      if (found.size() > 4 * kMostMarkerWords) return false;
    }
    std::vector<std::pair<uint32_t, uint32_t>> mapped;
    size_t i = 0, j = 0;
    while (i < official.size() || j < found.size()) {
      if (i < official.size() && j < found.size() && official[i].hash == found[j].hash) {
        if (official[i].marker == kNoWord) {
          mapped.push_back(
              {official[i].word, found[j].marker == kNoWord ? found[j].word : kMarkerBase + found[j].marker});
        }
        ++i, ++j;
      } else if (i < official.size() && official[i].marker != kNoWord) {
        ++i;
      } else if (j < found.size() && found[j].marker != kNoWord) {
        ++j;
      } else {
        return false;
      }
    }
    for (const auto& [word, place] : mapped) out_.map[word] = place;
    return true;
  }

  void AddEdit(EditClass cls, uint32_t o, uint32_t o_end, uint32_t f, uint32_t f_end) {
    ++out_.edit_count;
    if (out_.edits.size() >= kMaxListedEdits) return;
    Edit edit{cls, IsCritical(cls), 0, 0, o, o_end - o};
    if (f < f_end) {
      edit.begin = words_[f].begin;
      edit.end = words_[f_end - 1].end;
    } else {
      edit.begin = edit.end = f > begin_ ? words_[f - 1].end : (f < words_.size() ? words_[f].begin : 0);
    }
    if (cls == EditClass::kTemplateSlot) slots_.push_back({edit.begin, edit.end});
    out_.edits.push_back(edit);
    allowed_only_ = allowed_only_ && IsAllowed(cls);
    any_critical_ = any_critical_ || IsCritical(cls);
    if (!IsAllowed(cls) && !IsCritical(cls)) harmless_words_ += (o_end - o) + (f_end - f);
  }

  // "v. 2.1" alone on a line reads as two list markers, and those may differ. A version may not.
  void CompareVersionMarkers() {
    const std::vector<ListMarker>& found_markers = found_.tokens->markers;
    for (size_t m = 1; m < markers_.size(); ++m) {
      const uint32_t o = markers_[m].before_word;
      if (markers_[m - 1].before_word != o || markers_[m - 1].hash != kVersionMark) continue;
      if (o >= official_.size() || out_.map[o] >= kMarkerBase) continue;
      auto at = std::lower_bound(found_markers.begin(), found_markers.end(), out_.map[o],
                                 [](const ListMarker& marker, uint32_t word) { return marker.before_word < word; });
      for (; at != found_markers.end() && at + 1 != found_markers.end() && at[1].before_word == out_.map[o]; ++at) {
        if (at->hash != kVersionMark || at[1].hash == markers_[m].hash) continue;
        AddEdit(EditClass::kNumber, o, o, out_.map[o], out_.map[o]);
        ++out_.differing;
        ++out_.critical_words;
        if (out_.edits.empty()) continue;
        out_.edits.back().begin = at[1].begin;
        out_.edits.back().end = at[1].end;
        std::stable_sort(out_.edits.begin(), out_.edits.end(),
                         [](const Edit& a, const Edit& b) { return a.begin < b.begin; });
      }
    }
  }

  // Characters inside the span that deceive a reader.
  void NoteOddities() {
    if (begin_ >= end_) return;
    const uint32_t from = words_[begin_].begin;
    const uint32_t to = words_[end_ - 1].end;
    // What nobody sees behind the last word belongs to the text as well.
    const size_t behind = end_ < words_.size() ? words_[end_].begin : found_.bytes.size();
    for (const Oddity& oddity : found_.tokens->oddities) {
      if (oddity.begin >= behind) break;
      // A sign that stands for letters is no word, yet is read with the words beside it.
      const bool reaches_behind = oddity.kind == OddityKind::kHiddenText || oddity.kind == OddityKind::kStyledLetter;
      if (oddity.begin >= to && !reaches_behind) continue;
      // Markup that hides text may hide all that follows; other markup stands before the word it changes.
      const uint32_t reach = begin_ > 0 ? words_[begin_ - 1].end : 0;
      const bool before = oddity.kind == OddityKind::kHiddenMarkup || oddity.kind == OddityKind::kHiddenText ||
                          oddity.kind == OddityKind::kControl ||
                          (oddity.kind == OddityKind::kStyledLetter && oddity.begin >= reach) ||
                          (oddity.kind == OddityKind::kStruck && oddity.end > reach);
      if (oddity.end <= from && !before) continue;
      EditClass cls = EditClass::kHidden;
      switch (oddity.kind) {
        case OddityKind::kHiddenComment:
          // A comment around the whole text is how a licence stands in a source file.
          if (oddity.begin <= from && oddity.end >= to) continue;
          break;
        case OddityKind::kZeroWidth:
        case OddityKind::kSoftHyphen:
        case OddityKind::kInvalidUtf8:
        case OddityKind::kEntity:
        case OddityKind::kLigature: {
          const bool in_slot = std::any_of(slots_.begin(), slots_.end(), [&](const auto& slot) {
            return oddity.begin >= slot.first && oddity.end <= slot.second;
          });
          if (in_slot) continue;
          cls = oddity.kind == OddityKind::kLigature ? EditClass::kLigature : EditClass::kDisguised;
          break;
        }
        case OddityKind::kHomoglyph:
        case OddityKind::kStyledLetter:
        case OddityKind::kBidi:
        case OddityKind::kHiddenMarkup:
        case OddityKind::kHiddenText:
        case OddityKind::kStruck:
        case OddityKind::kLinkTarget:
        case OddityKind::kControl:
          break;
      }
      ++out_.edit_count;
      allowed_only_ = allowed_only_ && IsAllowed(cls);
      any_critical_ = any_critical_ || IsCritical(cls);
      if (out_.edits.size() < kMaxListedEdits) {
        const uint32_t end = oddity.begin < to ? std::min(oddity.end, to) : oddity.end;
        out_.edits.push_back({cls, IsCritical(cls), oddity.begin, end, 0, 0});
      }
    }
  }

  // Compares the digest of every fixed segment that is there with that of the found words. Requires that all its words
  // are mapped.
  bool DigestsAgree() {
    std::string scratch;
    bool agree = true;
    for (size_t s = 0; s < segments_.size(); ++s) {
      const IndexSegment& segment = segments_[s];
      if (segment.kind != static_cast<uint32_t>(Segment::Kind::kFixed) || absent_[s]) continue;
      Sha256 hash;
      for (uint32_t i = segment.begin; i < segment.end;) {
        const uint32_t place = out_.map[i];
        if (place == kNoWord) return false;
        if (place >= kMarkerBase) {
          const ListMarker& marker = found_.tokens->markers[place - kMarkerBase];
          hash.Update(MarkerForm(marker));
          ++i;
          continue;
        }
        uint32_t last = i + 1;
        while (last < segment.end && out_.map[last] == out_.map[last - 1] + 1) ++last;
        const uint32_t behind = place + (last - i);
        const std::string& normalised = found_.tokens->normalised;
        const size_t from = words_[place].normalised_begin;
        const size_t to = behind < words_.size() ? words_[behind].normalised_begin : normalised.size();
        hash.Update(std::string_view(normalised).substr(from, to - from));
        i = last;
      }
      const Sha256Digest digest = hash.Finish();
      if (std::memcmp(digest.data(), segment.digest, digest.size()) != 0) {
        agree = false;
        AddEdit(EditClass::kCollision, segment.begin, segment.end,
                out_.map[segment.begin] >= kMarkerBase ? begin_ : out_.map[segment.begin], end_);
      }
    }
    return agree;
  }

  // A marker's normalised bytes: digits, points and ASCII letters in lower case. One in another encoding gives other
  // bytes, and so a digest that does not agree.
  std::string MarkerForm(const ListMarker& marker) const {
    std::string form;
    for (uint32_t i = marker.begin; i < marker.end && i < found_.bytes.size(); ++i) {
      const char c = found_.bytes[i];
      form += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 0x20) : c;
    }
    return form + ' ';
  }

  void Judge() {
    uint32_t required_found = 0;
    uint32_t first = kNoWord, last = 0;
    for (size_t s = 0; s < segments_.size(); ++s) {
      const IndexSegment& segment = segments_[s];
      if (segment.kind != static_cast<uint32_t>(Segment::Kind::kFixed)) continue;
      for (uint32_t i = segment.begin; i < segment.end; ++i) {
        if (out_.map[i] == kNoWord) continue;
        ++out_.matched;
        if (segment.group == 0) ++required_found;
        first = std::min(first, i);
        last = i;
      }
    }
    out_.coverage = static_cast<double>(required_found) / required_;
    if (first == kNoWord) return;
    uint32_t missing_at_ends = 0;
    for (size_t s = 0; s < segments_.size(); ++s) {
      const IndexSegment& segment = segments_[s];
      if (segment.kind != static_cast<uint32_t>(Segment::Kind::kFixed) || segment.group != 0) continue;
      missing_at_ends += std::min(segment.end, std::max(segment.begin, first)) - segment.begin;
      missing_at_ends += segment.end - std::max(segment.begin, std::min(segment.end, last + 1));
    }
    const uint32_t least = std::min(kLeastMatchWords, static_cast<uint32_t>(official_.size()) / 2);
    if (out_.coverage < kLeastCoverage || out_.matched < least) return;
    if (allowed_only_ && required_found == required_ && DigestsAgree()) {
      out_.verdict = out_.edit_count == 0 ? MatchVerdict::kExact : MatchVerdict::kEquivalent;
    } else if (missing_at_ends >= kPartialEnds * required_ || out_.coverage < kPartialCoverage) {
      out_.verdict = MatchVerdict::kPartial;
    } else if (any_critical_ ||
               harmless_words_ > std::max<uint32_t>(kMostHarmlessWords, required_ / kMostHarmlessShare)) {
      out_.verdict = MatchVerdict::kModified;
    } else {
      out_.verdict = MatchVerdict::kVariant;
    }
  }

  const FoundText& found_;
  const std::vector<Word>& words_;
  const Chain& chain_;
  int64_t* budget_;
  const absl::Span<const uint32_t> official_;
  const absl::Span<const uint8_t> classes_;
  const absl::Span<const IndexMarker> markers_;
  const absl::Span<const IndexSegment> segments_;
  uint32_t required_ = 0;
  uint32_t begin_ = 0, end_ = 0;                      // span of found words
  uint32_t part_begin_ = 0, part_end_ = 0;            // the span stays within these
  std::vector<bool> absent_;                          // by segment
  std::vector<std::pair<uint32_t, uint32_t>> slots_;  // bytes of slot contents
  bool allowed_only_ = true;
  bool any_critical_ = false;
  uint32_t harmless_words_ = 0;
  Comparison out_;
};

}  // namespace

namespace {

// Part of "doe@example.org": joined to its neighbour by "@", or by "." to what is so joined.
bool InMailAddress(const FoundText& found, uint32_t word, uint32_t begin, uint32_t end) {
  const std::vector<Word>& words = found.tokens->words;
  const auto joined = [&](uint32_t a, char sign) {
    return words[a + 1].begin == words[a].end + 1 && found.bytes[words[a].end] == sign;
  };
  if (word + 1 < end && joined(word, '@')) return true;
  while (word > begin && joined(word - 1, '.')) --word;
  return word > begin && joined(word - 1, '@');
}

// "Open Weights Foundation": a word of terms inside the name of an organisation, which ends with a word for one.
bool InOrganisation(const std::vector<Word>& words, uint32_t word, uint32_t end) {
  if (word + 1 >= end || (words[word + 1].flags & kCapitalised) == 0) return false;
  if (words[word].hash != HashOf("weights") && words[word].hash != HashOf("source")) return false;
  for (const std::string_view kind : {"foundation", "inc", "ltd", "llc", "gmbh", "initiative", "corporation"}) {
    if (words[word + 1].hash == HashOf(kind)) return true;
  }
  return false;
}

}  // namespace

bool IsCopyrightNotice(const FoundText& found, uint32_t begin, uint32_t end) {
  const std::vector<Word>& words = found.tokens->words;
  uint32_t in_notice = kMostNoticeWords;  // words since the last "copyright"; at the start no notice is open
  uint32_t unknown = 0;                   // words that are neither names by their form nor words of notices
  bool named = false;                     // a name came already
  bool abbreviated = true;                // the word before may end with a full stop inside a name
  for (uint32_t i = begin; i < end; ++i) {
    if (words[i].hash == kAll && i + 2 < end && words[i + 1].hash == kRights && words[i + 2].hash == kReserved) {
      i += 2;
      continue;
    }
    if (words[i].hash == kCopyright) {
      in_notice = unknown = 0;
      named = false;
      abbreviated = true;
      continue;
    }
    if (++in_notice > kMostNoticeWords || words[i].cls == WordClass::kSymbol) return false;
    const bool address = (words[i].flags & kInAddress) != 0 || InMailAddress(found, i, begin, end);
    const bool number = words[i].cls == WordClass::kNumber;
    const bool capitalised = (words[i].flags & kCapitalised) != 0;
    // What follows a full stop is another sentence, unless an initial, "Inc." or a year comes before it.
    const bool goes_on = (words[i].flags & kSentenceStart) == 0 || abbreviated || address || number;
    const bool of_notices = IsNoticeWord(words[i].hash);
    abbreviated = number || address || words[i].end - words[i].begin == 1 || IsAbbreviation(words[i].hash);
    if (of_notices && goes_on) continue;
    if (i > begin && words[i].hash == kAffiliates && (words[i - 1].hash == kAnd || words[i - 1].hash == kIts)) continue;
    if (!goes_on || (SpeaksOfTerms(words[i].hash) && !InOrganisation(words, i, end))) return false;
    if (address || number) continue;
    if (capitalised) {
      named = true;
      continue;
    }
    // "free" and "us" are words of names only when written like a name.
    const std::optional<EditClass> critical = CriticalWord(words[i].hash);
    if (critical.has_value() && critical != EditClass::kDate) return false;
    if (++unknown > (named ? kMostWordsBehindName : kMostUnwrittenNameWords)) return false;
  }
  return begin < end;
}

Comparison Compare(const IndexView& index, const FoundText& found, const Chain& chain, int64_t* budget) {
  return Comparer(index, found, chain, budget).Run();
}

}  // namespace weighbridge::classify
