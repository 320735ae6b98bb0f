#include "services/classify/learn.h"

#include <algorithm>
#include <iterator>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "services/base/status_macros.h"
#include "services/classify/tokenize.h"
#include "services/classify/word_hash.h"

namespace weighbridge::classify {
namespace {

constexpr uint32_t kMaxTitleWords = 12;
constexpr uint32_t kCopyrightWithinWords = 60;
constexpr uint32_t kMaxCopyrightLineWords = 24;
constexpr uint32_t kCopyrightSlotWords = 60;

constexpr uint32_t kTitleNouns[] = {HashOf("license"), HashOf("agreement"), HashOf("policy"), HashOf("terms")};
constexpr uint32_t kEndOfTerms[] = {HashOf("end"), HashOf("of"), HashOf("terms"), HashOf("and"), HashOf("conditions")};
constexpr uint32_t kRightsReserved[] = {HashOf("all"), HashOf("rights"), HashOf("reserved")};

// A part of the text that is not required and fixed.
struct Cut {
  WordRange words;
  Segment::Kind kind;
  uint32_t group;
  uint32_t max_words;
};

class Learner {
 public:
  Learner(const LearnRequest& request, const TokenizedText& text) : request_(request), text_(text) {
    range_ = request.options.only.value_or(WordRange{0, static_cast<uint32_t>(text.words.size())});
  }

  absl::StatusOr<std::string> Run() {
    WB_RETURN_IF_ERROR(CheckInput());
    if (request_.options.automatic) {
      FindTitle();
      FindOmittable();
      FindCopyrightLines();
    } else if (request_.options.title_words.value_or(0) > 0) {
      FindTitle();
    }
    for (const WordRange& words : request_.options.omittable) {
      WB_RETURN_IF_ERROR(CheckRange(words));
      groups_.push_back({words, next_group_++});
    }
    for (const LearnOptions::Slot& slot : request_.options.slots) {
      WB_RETURN_IF_ERROR(CheckRange(slot.words));
      if (slot.max_words > kMaxSlotWords) {
        return absl::InvalidArgumentError(absl::StrFormat("a slot of %d words is over %d", slot.max_words, kMaxSlotWords));
      }
      slots_.push_back(slot);
    }
    return Write();
  }

 private:
  struct Group {
    WordRange words;
    uint32_t number;
  };

  uint32_t HashAt(uint32_t i) const { return text_.words[i].hash; }
  bool StartsLine(uint32_t i) const { return (text_.words[i].flags & kLineStart) != 0; }

  absl::Status CheckRange(const WordRange& words) const {
    if (words.begin >= words.end || words.begin < range_.begin || words.end > range_.end) {
      return absl::InvalidArgumentError(absl::StrFormat("words %d to %d are not inside words %d to %d", words.begin,
                                                        words.end, range_.begin, range_.end));
    }
    return absl::OkStatus();
  }

  absl::Status CheckInput() const {
    if (text_.too_large) return absl::InvalidArgumentError("the text is too large");
    if (range_.end > text_.words.size() || range_.begin > range_.end) {
      return absl::InvalidArgumentError(absl::StrFormat("words %d to %d are not inside a text of %d words", range_.begin,
                                                        range_.end, text_.words.size()));
    }
    const uint32_t count = range_.end - range_.begin;
    if (count < kMinLearnWords || count > kMaxTokenWords) {
      return absl::InvalidArgumentError(
          absl::StrFormat("%d words are not within %d to %d", count, kMinLearnWords, kMaxTokenWords));
    }
    // An official text may have been a printed page.
    const auto oddity = std::find_if(text_.oddities.begin(), text_.oddities.end(),
                                     [](const Oddity& one) { return one.kind != OddityKind::kLigature; });
    if (oddity != text_.oddities.end()) {
      return absl::InvalidArgumentError(
          absl::StrFormat("byte %d: %s: no official text holds this", oddity->begin, OddityName(oddity->kind)));
    }
    if (request_.source.empty()) return absl::InvalidArgumentError("the source of the text is not named");
    return absl::OkStatus();
  }

  void FindTitle() {
    uint32_t end = range_.begin;
    if (request_.options.title_words.has_value()) {
      end += *request_.options.title_words;
      if (end == range_.begin || end >= range_.end) return;
    } else {
      bool named = false;
      do {
        named = named || std::find(std::begin(kTitleNouns), std::end(kTitleNouns), HashAt(end)) != std::end(kTitleNouns);
        ++end;
      } while (end < range_.end && !StartsLine(end) && end - range_.begin <= kMaxTitleWords);
      if (!named || end - range_.begin > kMaxTitleWords || range_.end - end < kMinLearnWords) return;
    }
    groups_.push_back({{range_.begin, end}, kTitleGroup});
  }

  void FindOmittable() {
    const auto begin = text_.words.begin() + range_.begin;
    const auto end = text_.words.begin() + range_.end;
    const auto found = std::search(begin, end, std::begin(kEndOfTerms), std::end(kEndOfTerms),
                                   [](const Word& word, uint32_t hash) { return word.hash == hash; });
    if (found == end) return;
    const WordRange words = {static_cast<uint32_t>(found - text_.words.begin()), range_.end};
    if (words.begin < range_.begin + kMinLearnWords) return;
    // Many copies keep the closing line and drop what follows it: two parts.
    const uint32_t closing = words.begin + static_cast<uint32_t>(std::size(kEndOfTerms));
    groups_.push_back({{words.begin, closing}, next_group_++});
    if (closing < range_.end) groups_.push_back({{closing, range_.end}, next_group_++});
    appendix_ = closing;
  }

  bool IsCopyrightLine(uint32_t i) const {
    if (HashAt(i) != HashOf("copyright")) return false;
    const std::string_view behind = request_.text.substr(text_.words[i].end, 16);
    for (const char c : behind) {
      if (c == '<' || c == '[' || c == '{' || (c >= '0' && c <= '9')) return true;
      if (c == '\n') return false;
    }
    return false;
  }

  bool IsRightsReserved(uint32_t i, uint32_t end) const {
    return end - i == 3 && std::equal(std::begin(kRightsReserved), std::end(kRightsReserved), text_.words.begin() + i,
                                      [](uint32_t hash, const Word& word) { return word.hash == hash; });
  }

  void FindCopyrightLines() {
    for (uint32_t i = range_.begin; i < range_.end;) {
      uint32_t end = i + 1;
      while (end < range_.end && !StartsLine(end)) ++end;
      const bool place = i - range_.begin < kCopyrightWithinWords || i >= appendix_;
      if (place && StartsLine(i) && end - i <= kMaxCopyrightLineWords) {
        const bool follows = !slots_.empty() && slots_.back().words.end == i;
        if (IsCopyrightLine(i) || (follows && IsRightsReserved(i, end))) {
          if (follows) {
            slots_.back().words.end = end;
          } else {
            slots_.push_back({{i, end}, kCopyrightSlotWords, true});
          }
        }
      }
      i = end;
    }
  }

  absl::StatusOr<std::string> Write() {
    std::sort(groups_.begin(), groups_.end(), [](const Group& a, const Group& b) { return a.words.begin < b.words.begin; });
    for (size_t i = 1; i < groups_.size(); ++i) {
      if (groups_[i].words.begin < groups_[i - 1].words.end) {
        return absl::InvalidArgumentError(absl::StrFormat("the optional parts cross at word %d", groups_[i].words.begin));
      }
    }
    std::sort(slots_.begin(), slots_.end(),
              [](const auto& a, const auto& b) { return a.words.begin < b.words.begin; });
    TokenFile file;
    file.id = request_.id;
    file.kind = request_.kind;
    file.source = request_.source;
    file.source_sha256 = Sha256Of(request_.text);
    for (uint32_t i = range_.begin; i < range_.end; ++i) {
      file.words.push_back({text_.words[i].hash, text_.words[i].cls});
      if ((text_.words[i].flags & kParagraphStart) != 0) file.paragraph_begins.push_back(i - range_.begin);
    }
    for (const ListMarker& marker : text_.markers) {
      if (marker.before_word >= range_.begin && marker.before_word < range_.end) {
        file.markers.push_back({marker.before_word - range_.begin, marker.hash});
      }
    }
    size_t slot = 0;
    for (uint32_t at = range_.begin; at < range_.end;) {
      Segment segment;
      uint32_t end = range_.end;
      for (const Group& group : groups_) {
        if (at >= group.words.begin && at < group.words.end) {
          segment.group = group.number;
          end = std::min(end, group.words.end);
        } else if (group.words.begin > at) {
          end = std::min(end, group.words.begin);
        }
      }
      if (slot < slots_.size() && slots_[slot].words.begin < at) {
        return absl::InvalidArgumentError(absl::StrFormat("slots overlap at word %d", at));
      }
      if (slot < slots_.size() && slots_[slot].words.begin == at) {
        if (slots_[slot].words.end > end) {
          return absl::InvalidArgumentError(absl::StrFormat("the slot at word %d leaves its optional part", at));
        }
        end = slots_[slot].words.end;
        segment.kind = slots_[slot].copyright ? Segment::Kind::kCopyrightSlot : Segment::Kind::kFreeSlot;
        segment.max_words = slots_[slot].max_words;
        ++slot;
      } else {
        if (slot < slots_.size()) end = std::min(end, slots_[slot].words.begin);
        segment.digest = DigestOf(at, end);
      }
      segment.begin = at - range_.begin;
      segment.end = end - range_.begin;
      file.segments.push_back(segment);
      at = end;
    }
    const std::string bytes = FormatTokenFile(file);
    // What is written can be read: this also checks id, kind and source.
    WB_RETURN_IF_ERROR(ParseTokenFile(bytes).status());
    return bytes;
  }

  Sha256Digest DigestOf(uint32_t begin, uint32_t end) const {
    const size_t from = text_.words[begin].normalised_begin;
    const size_t to = end < text_.words.size() ? text_.words[end].normalised_begin : text_.normalised.size();
    return Sha256Of(std::string_view(text_.normalised).substr(from, to - from));
  }

  const LearnRequest& request_;
  const TokenizedText& text_;
  WordRange range_;
  std::vector<Group> groups_;
  std::vector<LearnOptions::Slot> slots_;
  uint32_t next_group_ = kTitleGroup + 1;
  uint32_t appendix_ = UINT32_MAX;
};

}  // namespace

absl::StatusOr<std::string> Learn(const LearnRequest& request) {
  const TokenizedText text = Tokenize(request.text);
  return Learner(request, text).Run();
}

}  // namespace weighbridge::classify
