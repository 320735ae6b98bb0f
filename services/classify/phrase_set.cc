#include "services/classify/phrase_set.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "absl/strings/str_format.h"
#include "re2/re2.h"
#include "re2/set.h"
#include "services/base/status_macros.h"
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

struct PhraseSet::Compiled {
  std::vector<std::unique_ptr<RE2>> single;
  std::unique_ptr<RE2::Set> set;
  bool set_usable = false;
};

PhraseSet::PhraseSet(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
PhraseSet::~PhraseSet() = default;

absl::StatusOr<std::unique_ptr<PhraseSet>> PhraseSet::Create(const std::vector<std::string>& patterns,
                                                             int64_t max_memory_bytes) {
  auto compiled = std::make_unique<Compiled>();
  compiled->set = std::make_unique<RE2::Set>(Options(max_memory_bytes), RE2::UNANCHORED);
  for (const std::string& pattern : patterns) {
    compiled->single.push_back(std::make_unique<RE2>(pattern, Options(kPhraseSetMemoryBytes)));
    if (!compiled->single.back()->ok()) {
      return absl::InvalidArgumentError(
          absl::StrFormat("phrase \"%s\": %s", pattern, compiled->single.back()->error()));
    }
    std::string error;
    if (compiled->set->Add(pattern, &error) < 0) {
      return absl::InvalidArgumentError(absl::StrFormat("phrase \"%s\": %s", pattern, error));
    }
  }
  // A set that does not fit into its memory is not used: every phrase is then a candidate.
  compiled->set_usable = !patterns.empty() && compiled->set->Compile();
  return std::unique_ptr<PhraseSet>(new PhraseSet(std::move(compiled)));
}

std::vector<PhraseHit> PhraseSet::Find(std::string_view normalised, bool* exhausted) const {
  std::vector<PhraseHit> hits;
  std::vector<int> candidates;
  RE2::Set::ErrorInfo error{RE2::Set::kNoError};
  *exhausted = false;
  if (compiled_->single.empty()) return hits;
  const bool matched =
      compiled_->set_usable && compiled_->set->Match(re2::StringPiece(normalised.data(), normalised.size()), &candidates, &error);
  if (!compiled_->set_usable || (!matched && error.kind != RE2::Set::kNoError)) {
    *exhausted = true;
    candidates.clear();
    for (size_t i = 0; i < compiled_->single.size(); ++i) candidates.push_back(static_cast<int>(i));
  }
  std::sort(candidates.begin(), candidates.end());
  const re2::StringPiece text(normalised.data(), normalised.size());
  for (const int candidate : candidates) {
    const RE2& pattern = *compiled_->single[candidate];
    const int groups = std::min(pattern.NumberOfCapturingGroups(), 1) + 1;
    size_t from = 0;
    for (size_t count = 0; count < kMaxHitsPerPhrase && from <= normalised.size(); ++count) {
      re2::StringPiece match[2];
      if (!pattern.Match(text, from, normalised.size(), RE2::UNANCHORED, match, groups)) break;
      PhraseHit hit{static_cast<uint32_t>(candidate), 0, 0, 0, 0};
      hit.begin = static_cast<size_t>(match[0].data() - normalised.data());
      hit.end = hit.begin + match[0].size();
      if (groups == 2 && match[1].data() != nullptr) {
        hit.value_begin = static_cast<size_t>(match[1].data() - normalised.data());
        hit.value_end = hit.value_begin + match[1].size();
      }
      hits.push_back(hit);
      from = std::max(hit.end, hit.begin + 1);
    }
  }
  std::stable_sort(hits.begin(), hits.end(), [](const PhraseHit& a, const PhraseHit& b) { return a.begin < b.begin; });
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
  if (digits.empty() || digits.size() > 15 || !all_digits(digits) || !all_digits(fraction)) return std::string(captured);
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
