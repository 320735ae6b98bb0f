#include "services/classify/phrase_starts.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <map>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"

namespace weighbridge::classify {
namespace {

// A need that every word with these few first letters fulfils tells less than looking for it costs.
bool TellsLittle(const PhraseBranch::Need& need) {
  constexpr size_t kFewLetters = 1;
  return std::any_of(need.words.begin(), need.words.end(), [](const WordShape& word) {
    return !word.whole && word.text.size() <= kFewLetters &&
           std::all_of(word.text.begin(), word.text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  });
}

// No two of a process are equal.
uint64_t NextSerial() {
  static std::atomic<uint64_t> last{0};
  return ++last;
}

}  // namespace

void PhraseStarts::Add(uint32_t phrase, const PhraseShape& shape) {
  if (max_words_.size() <= phrase) max_words_.resize(phrase + 1);
  max_words_[phrase] = shape.max_words;
  const auto numbers_of = [this](const WordShape& word) -> Numbers& {
    return (word.whole ? whole_ : beginnings_)[word.text];
  };
  for (const PhraseBranch& from : shape.branches) {
    const uint16_t number = static_cast<uint16_t>(branches_.size());
    Branch branch{phrase, {}};
    branch.needs.fill({0, kNoLimit});
    for (const WordShape& word : from.first) numbers_of(word).first.push_back(number);
    size_t i = 0;
    for (const PhraseBranch::Need& need : from.needs) {
      if (i == kMostNeeds) break;
      if (TellsLittle(need)) continue;
      std::string words;
      // No word holds a blank, so that different lists have different keys.
      for (const WordShape& word : need.words) words += word.text + (word.whole ? "= " : "* ");
      const auto [at, is_new] = need_numbers_.insert({std::move(words), static_cast<uint32_t>(need_numbers_.size())});
      branch.needs[i++] = {at->second, need.reach};
      if (!is_new) continue;
      for (const WordShape& word : need.words) numbers_of(word).needed.push_back(static_cast<uint16_t>(at->second));
    }
    branches_.push_back(std::move(branch));
  }
}

// The number of a sign that tells this; the same one for the same.
uint16_t PhraseStarts::SignOf(const Numbers& numbers, std::map<std::vector<uint16_t>, uint16_t>* known) {
  Numbers sorted = numbers;
  for (std::vector<uint16_t>* list : {&sorted.first, &sorted.needed}) {
    std::sort(list->begin(), list->end());
    list->erase(std::unique(list->begin(), list->end()), list->end());
  }
  std::vector<uint16_t> key = sorted.first;
  key.push_back(UINT16_MAX);  // no branch has this number: see Finish
  key.insert(key.end(), sorted.needed.begin(), sorted.needed.end());
  const auto [at, is_new] = known->insert({std::move(key), static_cast<uint16_t>(signs_.size())});
  if (!is_new) return at->second;
  Sign sign;
  sign.begin = static_cast<uint32_t>(numbers_.size());
  numbers_.insert(numbers_.end(), sorted.first.begin(), sorted.first.end());
  sign.needs = static_cast<uint32_t>(numbers_.size());
  const uint16_t nobodys = static_cast<uint16_t>(need_numbers_.size());
  while (sorted.needed.size() < kFewNeeds) sorted.needed.push_back(nobodys);
  numbers_.insert(numbers_.end(), sorted.needed.begin(), sorted.needed.end());
  sign.end = static_cast<uint32_t>(numbers_.size());
  signs_.push_back(sign);
  return at->second;
}

bool PhraseStarts::Finish(size_t phrases) {
  max_words_.resize(phrases);
  uint32_t kinds = 1;
  size_t bytes = 1;
  for (const Entries* entries : {&whole_, &beginnings_}) {
    for (const auto& [text, numbers] : *entries) {
      bytes += text.size();
      for (const char c : text) {
        uint8_t& kind = kinds_[static_cast<uint8_t>(c)];
        if (kind == 0) kind = static_cast<uint8_t>(kinds++);
        if (kinds > UINT8_MAX) return false;
      }
    }
  }
  // No more nodes and signs than bytes.
  if (std::max({bytes, branches_.size(), need_numbers_.size()}) >= UINT16_MAX) return false;

  struct Node {
    std::map<uint8_t, size_t> children;  // by kind of byte
    const Numbers* whole = nullptr;
    const Numbers* beginning = nullptr;
    Numbers reached;  // what it tells of words that go on from it
    size_t cell = 0;
  };
  std::vector<Node> nodes(1);  // parents before their children
  for (const Entries* entries : {&whole_, &beginnings_}) {
    for (const auto& [text, numbers] : *entries) {
      size_t node = 0;
      for (const char c : text) {
        const auto [at, is_new] = nodes[node].children.insert({kinds_[static_cast<uint8_t>(c)], nodes.size()});
        node = at->second;
        if (is_new) nodes.emplace_back();
      }
      (entries == &whole_ ? nodes[node].whole : nodes[node].beginning) = &numbers;
    }
  }
  std::map<std::vector<uint16_t>, uint16_t> known;
  const auto append = [](const Numbers& from, Numbers* to) {
    to->first.insert(to->first.end(), from.first.begin(), from.first.end());
    to->needed.insert(to->needed.end(), from.needed.begin(), from.needed.end());
  };
  SignOf({}, &known);
  cells_.assign(1, Cell());
  size_t first_free = 1;
  for (Node& node : nodes) {
    if (node.beginning != nullptr) append(*node.beginning, &node.reached);
    Numbers all = node.reached;
    if (node.whole != nullptr) append(*node.whole, &all);
    const uint16_t whole_sign = SignOf(all, &known), beginning_sign = SignOf(node.reached, &known);
    cells_[node.cell].whole = whole_sign;
    cells_[node.cell].beginning = beginning_sign;
    // The first place where all its children find a free cell.
    while (first_free < cells_.size() && cells_[first_free].parent != kNoNode) ++first_free;
    size_t place = first_free > kinds ? first_free - kinds : 0;
    const auto is_free = [&](const auto& child) {
      const size_t cell = place + child.first;
      return cell > 0 &&  // the root is nobody's child
             (cell >= cells_.size() || cells_[cell].parent == kNoNode);
    };
    while (!std::all_of(node.children.begin(), node.children.end(), is_free)) ++place;
    cells_[node.cell].children = static_cast<uint16_t>(place);
    for (const auto& [kind, child] : node.children) {
      nodes[child].cell = place + kind;
      if (nodes[child].cell >= cells_.size()) cells_.resize(nodes[child].cell + 1);
      if (cells_.size() >= kNoNode) return false;
      cells_[nodes[child].cell].parent = static_cast<uint16_t>(node.cell);
      nodes[child].reached = node.reached;
    }
  }
  cells_.resize(cells_.size() + UINT8_MAX);  // every node has a cell for every kind
  whole_.clear();
  beginnings_.clear();
  need_count_ = static_cast<uint32_t>(need_numbers_.size());
  need_numbers_.clear();
  serial_ = NextSerial();
  return signs_.size() < kOdd && cells_.size() < kNoNode;
}

namespace {

template <typename Record>
void Put(const std::vector<Record>& records, std::string* out) {
  static_assert(std::has_unique_object_representations_v<Record>);
  const uint32_t count = static_cast<uint32_t>(records.size());
  out->append(reinterpret_cast<const char*>(&count), sizeof(count));
  out->append(reinterpret_cast<const char*>(records.data()), records.size() * sizeof(Record));
}

template <typename Record>
bool Take(std::string_view* bytes, std::vector<Record>* records) {
  uint32_t count;
  if (bytes->size() < sizeof(count)) return false;
  std::memcpy(&count, bytes->data(), sizeof(count));
  bytes->remove_prefix(sizeof(count));
  if (count > bytes->size() / sizeof(Record)) return false;
  records->resize(count);
  if (count > 0) std::memcpy(records->data(), bytes->data(), count * sizeof(Record));
  bytes->remove_prefix(count * sizeof(Record));
  return true;
}

}  // namespace

std::string PhraseStarts::Bytes() const {
  std::string out;
  Put(std::vector<uint8_t>(kinds_.begin(), kinds_.end()), &out);
  Put(std::vector<uint32_t>{need_count_}, &out);
  Put(cells_, &out);
  Put(signs_, &out);
  Put(numbers_, &out);
  Put(branches_, &out);
  Put(max_words_, &out);
  return out;
}

absl::StatusOr<PhraseStarts> PhraseStarts::Restore(std::string_view bytes, size_t phrases) {
  PhraseStarts starts;
  std::vector<uint8_t> kinds;
  std::vector<uint32_t> need_count;
  const bool complete = Take(&bytes, &kinds) && Take(&bytes, &need_count) && Take(&bytes, &starts.cells_) &&
                        Take(&bytes, &starts.signs_) && Take(&bytes, &starts.numbers_) &&
                        Take(&bytes, &starts.branches_) && Take(&bytes, &starts.max_words_);
  if (!complete || !bytes.empty() || kinds.size() != starts.kinds_.size() || need_count.size() != 1 ||
      starts.max_words_.size() != phrases) {
    return absl::DataLossError("starts of phrases: not as long as they say");
  }
  std::copy(kinds.begin(), kinds.end(), starts.kinds_.begin());
  starts.need_count_ = need_count[0];
  if (!starts.IsSafe()) return absl::DataLossError("starts of phrases: numbers out of range");
  starts.serial_ = NextSerial();
  return starts;
}

// True if no search can leave the tables.
bool PhraseStarts::IsSafe() const {
  if (cells_.size() <= UINT8_MAX || cells_.size() > kNoNode || signs_.empty() || signs_.size() > kOdd ||
      need_count_ >= UINT16_MAX) {
    return false;
  }
  const bool cells_safe = std::all_of(cells_.begin(), cells_.end(), [this](const Cell& cell) {
    return cell.children + size_t{UINT8_MAX} < cells_.size() && cell.whole < signs_.size() &&
           cell.beginning < signs_.size();
  });
  const bool signs_safe = std::all_of(signs_.begin(), signs_.end(), [this](const Sign& sign) {
    if (sign.begin > sign.needs || sign.needs > sign.end || sign.end > numbers_.size() ||
        sign.end - sign.needs < kFewNeeds) {
      return false;
    }
    const auto at = numbers_.begin();
    return std::all_of(at + sign.begin, at + sign.needs,
                       [this](uint16_t branch) { return branch < branches_.size(); }) &&
           std::all_of(at + sign.needs, at + sign.end, [this](uint16_t need) { return need <= need_count_; });
  });
  return cells_safe && signs_safe && std::all_of(branches_.begin(), branches_.end(), [this](const Branch& branch) {
           return branch.phrase < max_words_.size() &&
                  std::all_of(branch.needs.begin(), branch.needs.end(),
                              [this](const Need& need) { return need.number <= need_count_; });
         });
}

// Which sign a word of this form is.
uint16_t PhraseStarts::Read(std::string_view form) const {
  size_t node = 0;
  for (const char c : form) {
    const size_t child = cells_[node].children + size_t{kinds_[static_cast<uint8_t>(c)]};
    if (cells_[child].parent != node) return cells_[node].beginning;
    node = child;
  }
  return cells_[node].whole;
}

class PhraseStarts::Memo {
 public:
  static Memo& Of(const PhraseStarts& starts) {
    static thread_local Memo memo;
    if (memo.serial_ != starts.serial_) {
      memo.known_.assign(kSlots, Known());  // first: it may throw
      memo.serial_ = starts.serial_;
    }
    return memo;
  }

  // The sign of the form at [begin, begin + size) of `text`, with kOdd if it is not of the letters a to z alone. What
  // was known at its place is forgotten.
  uint16_t Look(const PhraseStarts& starts, std::string_view text, size_t begin, size_t size, uint32_t hash) {
    if (size > kLongest || begin + kLongest > text.size()) return SignOf(starts, text.substr(begin, size));
    Known& known = known_[hash & (kSlots - 1)];
    uint64_t low, high;
    std::memcpy(&low, text.data() + begin, 8);
    std::memcpy(&high, text.data() + begin + 8, 8);
    // The bytes behind the form become zeros.
    const char* mask = reinterpret_cast<const char*>(kMask) + kLongest - size;
    uint64_t low_mask, high_mask;
    std::memcpy(&low_mask, mask, 8);
    std::memcpy(&high_mask, mask + 8, 8);
    low &= low_mask;
    high &= high_mask;
    if (known.low != low || known.high != high || known.size != size) {
      known = {low, high, static_cast<uint16_t>(size), SignOf(starts, text.substr(begin, size))};
    }
    return known.sign;
  }

 private:
  struct Known {
    uint64_t low, high;  // bytes of the form, zeros behind them
    uint16_t size;       // 0: nothing is known
    uint16_t sign;
  };
  static constexpr size_t kSlots = 2048;  // a power of two; what they hold fits into the nearer caches
  static constexpr size_t kLongest = 16;  // bytes

  static constexpr uint64_t kMask[] = {~uint64_t{0}, ~uint64_t{0}, 0, 0};

  static uint16_t SignOf(const PhraseStarts& starts, std::string_view form) {
    const bool plain = std::all_of(form.begin(), form.end(), [](char c) { return c >= 'a' && c <= 'z'; });
    return static_cast<uint16_t>(starts.Read(form) | (plain ? 0 : kOdd));
  }

  uint64_t serial_ = 0;
  std::vector<Known> known_;
};

std::vector<PhraseStarts::Start> PhraseStarts::In(std::string_view normalised, absl::Span<const Word> words) const {
  std::vector<Start> starts;
  if (branches_.empty() || words.empty()) return starts;
  const auto end_of = [&](size_t word) {
    return static_cast<uint32_t>(word + 1 < words.size() ? words[word + 1].normalised_begin - 1 : normalised.size());
  };
  const auto form_end = [&](size_t word) {
    uint32_t end = end_of(word);
    while (end > words[word].normalised_begin && normalised[end - 1] == ' ') --end;
    return end;
  };
  // All signs first: nothing of this waits for what was found before.
  Memo& memo = Memo::Of(*this);
  std::vector<uint16_t> signs(words.size());
  for (size_t i = 0; i < words.size(); ++i) {
    const uint32_t begin = words[i].normalised_begin, end = form_end(i);
    if (end > begin) signs[i] = memo.Look(*this, normalised, begin, end - begin, words[i].hash);
  }

  // By need: the next word behind that fulfils it; from the start one that is too far away for every limit.
  std::vector<uint32_t> nearest(need_count_ + 1, UINT32_MAX);
  const auto begin_at = [&](const Sign& sign, uint32_t word, uint32_t at) {
    for (uint32_t i = sign.begin; i < sign.needs; ++i) {
      const Branch& branch = branches_[numbers_[i]];
      bool fulfilled = true;
      for (const Need& need : branch.needs) fulfilled &= nearest[need.number] - word <= need.reach;
      if (!fulfilled) continue;
      // One word more, so that the end of what is searched is not taken for the end of the text.
      const size_t last = std::min<size_t>(words.size() - 1, size_t{word} + max_words_[branch.phrase]);
      starts.push_back(
          {branch.phrase, at, last + 1 == words.size() ? static_cast<uint32_t>(normalised.size()) : end_of(last)});
    }
  };
  // From the last word to the first, so that what stands behind a word is known.
  for (uint32_t i = static_cast<uint32_t>(words.size()); i-- > 0;) {
    if ((signs[i] & kOdd) != 0) {
      // The middle of the word: behind an apostrophe, a digit, a letter without capitals.
      const uint32_t end = form_end(i);
      for (uint32_t at = end - 1; at > words[i].normalised_begin; --at) {
        if ((static_cast<unsigned char>(normalised[at]) & 0xC0) == 0x80) continue;
        begin_at(signs_[Read(normalised.substr(at, end - at))], i, at);
      }
    }
    const Sign& sign = signs_[signs[i] & ~kOdd];
    begin_at(sign, i, words[i].normalised_begin);
    const uint16_t* need = numbers_.data() + sign.needs;
    for (uint32_t k = 0; k < kFewNeeds; ++k) nearest[need[k]] = i;
    for (uint32_t k = sign.needs + kFewNeeds; k < sign.end; ++k) nearest[numbers_[k]] = i;
  }
  std::sort(starts.begin(), starts.end(),
            [](const Start& a, const Start& b) { return std::pair(a.phrase, a.begin) < std::pair(b.phrase, b.begin); });
  const auto same = [](const Start& a, const Start& b) { return a.phrase == b.phrase && a.begin == b.begin; };
  starts.erase(std::unique(starts.begin(), starts.end(), same), starts.end());
  return starts;
}

}  // namespace weighbridge::classify
