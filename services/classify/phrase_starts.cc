#include "services/classify/phrase_starts.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <utility>

namespace weighbridge::classify {

uint32_t PhraseStarts::FourBytes(std::string_view text) {
  uint32_t bytes;
  std::memcpy(&bytes, text.data(), kFourBytes);
  return bytes;
}

PhraseStarts::Entry& PhraseStarts::EntryFor(const WordShape& shape) {
  for (Entry& entry : entries_) {
    if (entry.whole == shape.whole && entry.text == shape.text) return entry;
  }
  entries_.push_back({shape.text, shape.whole, {}, {}});
  return entries_.back();
}

void PhraseStarts::Add(uint32_t phrase, const PhraseShape& shape) {
  if (max_words_.size() <= phrase) max_words_.resize(phrase + 1);
  max_words_[phrase] = shape.max_words;
  for (const PhraseBranch& from : shape.branches) {
    const uint16_t number = static_cast<uint16_t>(branches_.size());
    Branch branch{phrase, {}};
    for (const WordShape& word : from.first) EntryFor(word).first.push_back(number);
    for (const PhraseBranch::Need& need : from.needs) {
      std::string words;
      // No word holds a blank, so that different lists have different keys.
      for (const WordShape& word : need.words) words += word.text + (word.whole ? "= " : "* ");
      const auto [at, is_new] = need_numbers_.insert({std::move(words), static_cast<uint32_t>(need_numbers_.size())});
      branch.needs.push_back({at->second, need.reach});
      if (!is_new) continue;
      for (const WordShape& word : need.words) EntryFor(word).needed.push_back(static_cast<uint16_t>(at->second));
    }
    branches_.push_back(std::move(branch));
  }
}

bool PhraseStarts::Finish(size_t phrases) {
  max_words_.resize(phrases);
  std::map<size_t, std::vector<Item>> whole, fours, pairs;
  for (size_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    const uint16_t number = static_cast<uint16_t>(i);
    if (entry.whole) {
      const uint32_t hash = HashWord(entry.text);
      whole[hash & (kBuckets - 1)].push_back({hash, number});
    } else if (entry.text.size() >= kFourBytes) {
      const uint32_t bytes = FourBytes(entry.text);
      fours[FourOf(bytes)].push_back({bytes, number});
    } else if (entry.text.size() >= 2) {
      pairs[PairOf(entry.text)].push_back({0, number});
    } else {
      for (int second = 0; second < 256; ++second) {
        const char both[] = {entry.text[0], static_cast<char>(second)};
        std::vector<Item>& list = pairs[PairOf(std::string_view(both, 2))];
        if (list.empty() || list.back().entry != number) list.push_back({0, number});
      }
    }
  }
  lists_.assign(1, {0, kNone});
  const auto put = [this](const std::map<size_t, std::vector<Item>>& lists, Buckets* buckets) {
    buckets->fill(0);
    for (const auto& [bucket, list] : lists) {
      (*buckets)[bucket] = static_cast<uint16_t>(lists_.size());
      lists_.insert(lists_.end(), list.begin(), list.end());
      lists_.push_back({0, kNone});
    }
  };
  put(whole, &whole_);
  put(fours, &fours_);
  put(pairs, &pairs_);
  return std::max({lists_.size(), entries_.size(), branches_.size(), need_numbers_.size()}) < kNone;
}

// Entries that a word with this form and hash, or its beginning, is equal to.
template <typename Visit>
void PhraseStarts::ForEachEntry(std::string_view form, uint32_t hash, Visit visit) const {
  for (const Item* item = &lists_[whole_[hash & (kBuckets - 1)]]; item->entry != kNone; ++item) {
    if (item->key == hash && entries_[item->entry].text == form) visit(entries_[item->entry]);
  }
  const auto beginnings = [&](const Item* item, uint32_t key) {
    for (; item->entry != kNone; ++item) {
      if (item->key != key) continue;
      const Entry& entry = entries_[item->entry];
      if (form.substr(0, entry.text.size()) == entry.text) visit(entry);
    }
  };
  beginnings(&lists_[pairs_[PairOf(form)]], 0);
  if (form.size() < kFourBytes) return;
  const uint32_t bytes = FourBytes(form);
  beginnings(&lists_[fours_[FourOf(bytes)]], bytes);
}

std::vector<PhraseStarts::Start> PhraseStarts::In(std::string_view normalised, absl::Span<const Word> words) const {
  std::vector<Start> starts;
  if (entries_.empty() || words.empty()) return starts;
  constexpr uint32_t kNever = UINT32_MAX;
  std::vector<uint32_t> nearest(need_numbers_.size(), kNever);  // by need: the next word behind that fulfils it
  std::vector<const Entry*> here;
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
      for (const uint16_t number : entry.first) {
        const Branch& branch = branches_[number];
        const bool fulfilled = std::all_of(branch.needs.begin(), branch.needs.end(), [&](const Need& need) {
          return nearest[need.number] != kNever && nearest[need.number] - i <= need.reach;
        });
        if (!fulfilled) continue;
        // One word more, so that the end of what is searched is not taken for the end of the text.
        const size_t last = std::min(words.size() - 1, i + max_words_[branch.phrase]);
        starts.push_back(
            {branch.phrase, at, last + 1 == words.size() ? static_cast<uint32_t>(normalised.size()) : end_of(last)});
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
    here.clear();
    ForEachEntry(form, words[i].hash, [&](const Entry& entry) { here.push_back(&entry); });
    for (const Entry* entry : here) begin_at(*entry, begin);
    for (const Entry* entry : here) {
      for (const uint16_t need : entry->needed) nearest[need] = static_cast<uint32_t>(i);
    }
  }
  std::sort(starts.begin(), starts.end(),
            [](const Start& a, const Start& b) { return std::pair(a.phrase, a.begin) < std::pair(b.phrase, b.begin); });
  const auto same = [](const Start& a, const Start& b) { return a.phrase == b.phrase && a.begin == b.begin; };
  starts.erase(std::unique(starts.begin(), starts.end(), same), starts.end());
  return starts;
}

}  // namespace weighbridge::classify
