#include "services/classify/phrase_set.h"

#include <algorithm>
#include <deque>
#include <mutex>
#include <utility>

#include "absl/strings/str_format.h"
#include "re2/re2.h"
#include "re2/set.h"
#include "services/base/status_macros.h"
#include "services/classify/phrase_shape.h"
#include "services/classify/phrase_starts.h"
#include "services/classify/tokenize.h"

namespace weighbridge::classify {
namespace {

RE2::Options Options(int64_t max_memory_bytes) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(max_memory_bytes);
  return options;
}

struct Scale {
  std::string_view word;
  int zeros;
};

constexpr Scale kScales[] = {{"thousand", 3}, {"million", 6}, {"billion", 9}, {"k", 3}, {"m", 6}, {"mm", 6}};

}  // namespace

// Compiled when it is first needed: of most phrases no text holds even the words.
class PhraseSet::Pattern {
 public:
  explicit Pattern(std::string pattern) : pattern_(std::move(pattern)) {}

  const std::string& text() const { return pattern_; }
  const RE2& Get() const {
    std::call_once(once_, [this] {
      compiled_ = std::make_unique<RE2>(pattern_, Options(kPhraseSetMemoryBytes));
      if (compiled_->ok()) return;
      error_ = compiled_->error();
      compiled_ = std::make_unique<RE2>("(?s).+");
    });
    return *compiled_;
  }
  // Empty if it compiles.
  const std::string& error() const {
    Get();
    return error_;
  }
  int groups() const { return std::min(Get().NumberOfCapturingGroups(), 1) + 1; }

 private:
  const std::string pattern_;
  mutable std::once_flag once_;
  mutable std::unique_ptr<RE2> compiled_;
  mutable std::string error_;
};

struct PhraseSet::Compiled {
  std::deque<Pattern> single;
  PhraseStarts starts;
  std::vector<int> everywhere;  // phrases without a known shape, in the order of the set
  std::unique_ptr<RE2::Set> set;
  bool set_usable = false;
};

PhraseSet::PhraseSet(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
PhraseSet::~PhraseSet() = default;

absl::StatusOr<std::unique_ptr<PhraseSet>> PhraseSet::Create(const std::vector<std::string>& patterns,
                                                             int64_t max_memory_bytes) {
  PhraseStarts starts;
  for (size_t i = 0; i < patterns.size(); ++i) {
    const std::string error = Pattern(patterns[i]).error();
    if (!error.empty()) {
      return absl::InvalidArgumentError(absl::StrFormat("phrase \"%s\": %s", patterns[i], error));
    }
    const PhraseShape shape = ShapeOf(patterns[i]);
    if (shape.known) starts.Add(static_cast<uint32_t>(i), shape);
  }
  if (!starts.Finish(patterns.size())) return absl::InvalidArgumentError("too many words in all phrases");
  return Make(patterns, std::move(starts), max_memory_bytes);
}

absl::StatusOr<std::unique_ptr<PhraseSet>> PhraseSet::Restore(const std::vector<std::string>& patterns,
                                                              std::string_view starts) {
  WB_ASSIGN_OR_RETURN(PhraseStarts restored, PhraseStarts::Restore(starts, patterns.size()));
  auto made = Make(patterns, std::move(restored), kPhraseSetMemoryBytes);
  if (!made.ok()) return absl::DataLossError(made.status().message());
  return made;
}

std::string PhraseSet::Starts() const { return compiled_->starts.Bytes(); }

absl::StatusOr<std::unique_ptr<PhraseSet>> PhraseSet::Make(const std::vector<std::string>& patterns,
                                                           PhraseStarts starts, int64_t max_memory_bytes) {
  auto compiled = std::make_unique<Compiled>();
  compiled->starts = std::move(starts);
  for (size_t i = 0; i < patterns.size(); ++i) {
    compiled->single.emplace_back(patterns[i]);
    if (compiled->starts.Knows(static_cast<uint32_t>(i))) continue;
    compiled->everywhere.push_back(static_cast<int>(i));
    if (compiled->set == nullptr) {
      compiled->set = std::make_unique<RE2::Set>(Options(max_memory_bytes), RE2::UNANCHORED);
    }
    std::string error;
    if (compiled->set->Add(patterns[i], &error) < 0) {
      return absl::InvalidArgumentError(absl::StrFormat("phrase \"%s\": %s", patterns[i], error));
    }
  }
  // A set that does not fit into its memory is not used: every phrase is then a candidate.
  compiled->set_usable = compiled->set != nullptr && compiled->set->Compile();
  return std::unique_ptr<PhraseSet>(new PhraseSet(std::move(compiled)));
}

std::vector<PhraseHit> PhraseSet::Find(std::string_view normalised, bool* exhausted) const {
  std::vector<Word> words;
  for (size_t begin = 0; begin < normalised.size();) {
    const size_t end = std::min(normalised.find(' ', begin), normalised.size());
    if (end > begin) {
      Word word{};
      word.hash = HashWord(normalised.substr(begin, end - begin));
      word.normalised_begin = static_cast<uint32_t>(begin);
      words.push_back(word);
    }
    begin = end + 1;
  }
  return Find(normalised, words, exhausted);
}

std::vector<PhraseHit> PhraseSet::Find(std::string_view normalised, absl::Span<const Word> words,
                                       bool* exhausted) const {
  std::vector<PhraseHit> hits;
  *exhausted = false;
  if (compiled_->single.empty()) return hits;
  const re2::StringPiece text(normalised.data(), normalised.size());
  const auto hit_of = [&](uint32_t phrase, const re2::StringPiece* match, int groups) {
    PhraseHit hit{phrase, 0, 0, 0, 0};
    hit.begin = static_cast<size_t>(match[0].data() - normalised.data());
    hit.end = hit.begin + match[0].size();
    if (groups == 2 && match[1].data() != nullptr) {
      hit.value_begin = static_cast<size_t>(match[1].data() - normalised.data());
      hit.value_end = hit.value_begin + match[1].size();
    }
    return hit;
  };

  uint32_t last_phrase = UINT32_MAX;
  size_t count = 0, free_from = 0;
  for (const PhraseStarts::Start& start : compiled_->starts.In(normalised, words)) {
    if (start.phrase != last_phrase) {
      last_phrase = start.phrase;
      count = 0;
      free_from = 0;
    }
    if (start.begin < free_from || count >= kMaxHitsPerPhrase) continue;
    const Pattern& pattern = compiled_->single[start.phrase];
    const int groups = pattern.groups();
    re2::StringPiece match[2];
    if (!pattern.Get().Match(text, start.begin, start.end, RE2::ANCHOR_START, match, groups)) continue;
    hits.push_back(hit_of(start.phrase, match, groups));
    free_from = std::max(hits.back().end, hits.back().begin + 1);
    ++count;
  }

  std::vector<int> candidates;
  if (!compiled_->everywhere.empty()) {
    RE2::Set::ErrorInfo error{RE2::Set::kNoError};
    const bool matched = compiled_->set_usable && compiled_->set->Match(text, &candidates, &error);
    if (!compiled_->set_usable || (!matched && error.kind != RE2::Set::kNoError)) {
      *exhausted = true;
      candidates.clear();
      for (size_t i = 0; i < compiled_->everywhere.size(); ++i) candidates.push_back(static_cast<int>(i));
    }
  }
  for (const int candidate : candidates) {
    const uint32_t phrase = static_cast<uint32_t>(compiled_->everywhere[static_cast<size_t>(candidate)]);
    const Pattern& pattern = compiled_->single[phrase];
    const int groups = pattern.groups();
    size_t from = 0;
    for (size_t found = 0; found < kMaxHitsPerPhrase && from <= normalised.size(); ++found) {
      re2::StringPiece match[2];
      if (!pattern.Get().Match(text, from, normalised.size(), RE2::UNANCHORED, match, groups)) break;
      hits.push_back(hit_of(phrase, match, groups));
      from = std::max(hits.back().end, hits.back().begin + 1);
    }
  }
  std::sort(hits.begin(), hits.end(), [](const PhraseHit& a, const PhraseHit& b) {
    return std::pair(a.begin, a.phrase) < std::pair(b.begin, b.phrase);
  });
  return hits;
}

absl::Status CheckPhrase(const TriggerPhrase& phrase) {
  if (phrase.id.empty() || phrase.kind.empty()) return absl::InvalidArgumentError("a phrase has no id or no kind");
  WB_ASSIGN_OR_RETURN(const std::unique_ptr<PhraseSet> set, PhraseSet::Create({phrase.pattern}));
  bool exhausted;
  if (!set->Find("", &exhausted).empty()) {
    return absl::InvalidArgumentError(absl::StrFormat("phrase %s hits the empty text", phrase.id));
  }
  if (set->Find(Tokenize(phrase.hit).normalised, &exhausted).empty()) {
    return absl::InvalidArgumentError(
        absl::StrFormat("phrase %s does not hit its example \"%s\"", phrase.id, phrase.hit));
  }
  if (!set->Find(Tokenize(phrase.miss).normalised, &exhausted).empty()) {
    return absl::InvalidArgumentError(
        absl::StrFormat("phrase %s hits \"%s\", which it should miss", phrase.id, phrase.miss));
  }
  return absl::OkStatus();
}

std::string PhraseValue(std::string_view captured) {
  const size_t blank = captured.find(' ');
  const std::string_view number = captured.substr(0, blank);
  const std::string_view word = blank == std::string_view::npos ? std::string_view() : captured.substr(blank + 1);
  const size_t point = number.find('.');
  std::string digits(number.substr(0, point));
  const std::string_view fraction = point == std::string_view::npos ? std::string_view() : number.substr(point + 1);
  const auto all_digits = [](std::string_view s) {
    return std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  if (digits.empty() || digits.size() > 15 || !all_digits(digits) || !all_digits(fraction))
    return std::string(captured);
  int zeros = -1;
  for (const Scale& scale : kScales) {
    if (scale.word == word) zeros = scale.zeros;
  }
  if (zeros < 0) return std::string(captured);
  if (static_cast<int>(fraction.size()) > zeros) return std::string(captured);
  digits.append(fraction);
  digits.append(zeros - fraction.size(), '0');
  const size_t first = digits.find_first_not_of('0');
  return first == std::string::npos ? "0" : digits.substr(first);
}

}  // namespace weighbridge::classify
