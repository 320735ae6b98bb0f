#include "services/classify/phrase_starts.h"

#include <algorithm>
#include <map>
#include <utility>

namespace weighbridge::classify {

PhraseStarts::Entry& PhraseStarts::EntryFor(const WordShape& shape) {
  for (Entry& entry : entries_) {
    if (entry.whole == shape.whole && entry.text == shape.text) return entry;
  }
  entries_.push_back({shape.text, shape.whole, {}, {}});
  return entries_.back();
}

void PhraseStarts::Add(uint32_t phrase, const PhraseShape& shape) {
  if (max_words_.size() <= phrase) {
    max_words_.resize(phrase + 1);
    has_later_.resize(phrase + 1);
  }
  max_words_[phrase] = shape.max_words;
  has_later_[phrase] = !shape.later.empty();
  const auto note = [phrase](std::vector<uint16_t>* phrases) {
    if (phrases->empty() || phrases->back() != phrase) phrases->push_back(static_cast<uint16_t>(phrase));
  };
  for (const WordShape& word : shape.first) note(&EntryFor(word).first);
  for (const WordShape& word : shape.later) note(&EntryFor(word).later);
}

void PhraseStarts::Finish(size_t phrases) {
  max_words_.resize(phrases);
  has_later_.resize(phrases);
  std::map<size_t, std::vector<uint16_t>> whole, begins;
  for (size_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    const uint16_t number = static_cast<uint16_t>(i);
    if (entry.whole) {
      whole[HashWord(entry.text) & (kBuckets - 1)].push_back(number);
    } else if (entry.text.size() >= 2) {
      begins[PairOf(static_cast<unsigned char>(entry.text[0]), static_cast<unsigned char>(entry.text[1]))].push_back(
          number);
    } else {
      for (int second = 0; second < 256; ++second) {
        std::vector<uint16_t>& list =
            begins[PairOf(static_cast<unsigned char>(entry.text[0]), static_cast<unsigned char>(second))];
        if (list.empty() || list.back() != number) list.push_back(number);
      }
    }
  }
  lists_.assign(1, kNone);
  const auto put = [this](const std::vector<uint16_t>& list) {
    const uint32_t at = static_cast<uint32_t>(lists_.size());
    lists_.insert(lists_.end(), list.begin(), list.end());
    lists_.push_back(kNone);
    return at;
  };
  whole_.fill(0);
  begins_.assign(kBeginnings, 0);
  for (const auto& [bucket, list] : whole) whole_[bucket] = put(list);
  for (const auto& [bucket, list] : begins) begins_[bucket] = put(list);
}

// Entries that a word with this form and hash, or its beginning, is equal to.
template <typename Visit>
void PhraseStarts::ForEachEntry(std::string_view form, uint32_t hash, Visit visit) const {
  for (uint32_t at = whole_[hash & (kBuckets - 1)]; lists_[at] != kNone; ++at) {
    const Entry& entry = entries_[lists_[at]];
    if (entry.text == form) visit(entry);
  }
  const unsigned char second = form.size() > 1 ? static_cast<unsigned char>(form[1]) : 0;
  for (uint32_t at = begins_[PairOf(static_cast<unsigned char>(form[0]), second)]; lists_[at] != kNone; ++at) {
    const Entry& entry = entries_[lists_[at]];
    if (form.substr(0, entry.text.size()) == entry.text) visit(entry);
  }
}

std::vector<PhraseStarts::Start> PhraseStarts::In(std::string_view normalised, absl::Span<const Word> words) const {
  std::vector<Start> starts;
  if (entries_.empty() || words.empty()) return starts;
  constexpr uint32_t kNever = UINT32_MAX;
  std::vector<uint32_t> next_later(max_words_.size(), kNever);  // by phrase: the nearest word behind that it may need
  const auto end_of = [&](size_t word) {
    return static_cast<uint32_t>(word + 1 < words.size() ? words[word + 1].normalised_begin - 1 : normalised.size());
  };
  // From the last word to the first, so that what stands behind a word is known.
  for (size_t i = words.size(); i-- > 0;) {
    const uint32_t begin = words[i].normalised_begin;
    uint32_t end = end_of(i);
    while (end > begin && normalised[end - 1] == ' ') --end;
    if (end <= begin) continue;
    const std::string_view form = normalised.substr(begin, end - begin);
    const auto begin_at = [&](const Entry& entry, uint32_t at) {
      for (const uint16_t phrase : entry.first) {
        const uint32_t reach = max_words_[phrase];
        if (has_later_[phrase] && (next_later[phrase] == kNever || next_later[phrase] - i >= reach)) continue;
        // One word more, so that the end of what is searched is not taken for the end of the text.
        const size_t last = std::min(words.size() - 1, i + reach);
        starts.push_back(
            {phrase, at, last + 1 == words.size() ? static_cast<uint32_t>(normalised.size()) : end_of(last)});
      }
    };
    bool plain = true;
    for (const char c : form) plain = plain && c >= 'a' && c <= 'z';
    if (!plain) {
      // The middle of the word: behind an apostrophe, a digit, a letter without capitals.
      for (uint32_t at = end - 1; at > begin; --at) {
        if ((static_cast<unsigned char>(normalised[at]) & 0xC0) == 0x80) continue;
        const std::string_view rest = normalised.substr(at, end - at);
        ForEachEntry(rest, HashWord(rest), [&](const Entry& entry) { begin_at(entry, at); });
      }
    }
    const uint32_t hash = words[i].hash;
    ForEachEntry(form, hash, [&](const Entry& entry) { begin_at(entry, begin); });
    ForEachEntry(form, hash, [&](const Entry& entry) {
      for (const uint16_t phrase : entry.later) next_later[phrase] = static_cast<uint32_t>(i);
    });
  }
  std::sort(starts.begin(), starts.end(),
            [](const Start& a, const Start& b) { return std::pair(a.phrase, a.begin) < std::pair(b.phrase, b.begin); });
  const auto same = [](const Start& a, const Start& b) { return a.phrase == b.phrase && a.begin == b.begin; };
  starts.erase(std::unique(starts.begin(), starts.end(), same), starts.end());
  return starts;
}

}  // namespace weighbridge::classify
