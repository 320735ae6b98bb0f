#include "services/classify/classifier.h"

#include <algorithm>
#include <utility>

#include "services/base/status_macros.h"
#include "services/classify/align.h"
#include "services/classify/candidates.h"
#include "services/classify/compare.h"
#include "services/classify/residue.h"
#include "services/classify/spans.h"
#include "services/classify/word_hash.h"

namespace weighbridge::classify {
namespace {

// Rivals of one span that are compared word by word, and how many more words than the nearest they may differ in.
constexpr size_t kMostRivals = 7;
constexpr int64_t kRivalSlack = 24;
// A rival has at least this share of the best chain's words.
constexpr double kRivalShare = 0.85;
// Two occurrences may share so many words at their borders.
constexpr uint32_t kOverlapWords = 8;
// Comparisons for one text: a README of thousands of beginnings of licences is not worth more.
constexpr size_t kMostComparisons = 1000;
// Keeps one large occurrence from being taken for several small ones.
constexpr int64_t kChainCost = 10;

constexpr uint32_t kCopyright = HashOf("copyright");

bool IsBareVerdict(MatchVerdict verdict) { return verdict >= MatchVerdict::kEquivalent; }

// One span of the text and all that was compared with it.
struct Group {
  std::vector<Comparison> rivals;
  uint32_t begin, end;    // words, of the leading chain
  uint32_t most_matched;  // of the leading chain
  bool exact = false;
  std::vector<std::pair<int64_t, size_t>> others;  // words in which they differ, chain
};

bool Better(const Comparison& a, const Comparison& b) {
  const bool bare_a = IsBareVerdict(a.verdict);
  const bool bare_b = IsBareVerdict(b.verdict);
  if (bare_a != bare_b) return bare_a;
  if (!bare_a && a.differing != b.differing) return a.differing < b.differing;
  if (a.matched != b.matched) return a.matched > b.matched;
  return a.verdict > b.verdict;
}

// Words in which the text seems to differ, as far as the chain tells: those that only one side has between two runs,
// and those of the official text before and behind them.
struct Difference {
  int64_t between = 0, outside = 0;
};

Difference DifferenceOf(const IndexView& index, const Chain& chain) {
  Difference difference;
  for (size_t i = 1; i < chain.runs.size(); ++i) {
    const Run& before = chain.runs[i - 1];
    const int64_t missing = int64_t{chain.runs[i].official} - before.official - before.size;
    const int64_t added = int64_t{chain.runs[i].found} - before.found - before.size;
    difference.between += std::max(missing, added);
  }
  const Run& last = chain.runs.back();
  difference.outside =
      int64_t{chain.runs.front().official} + index.texts()[chain.text].word_count - last.official - last.size;
  return difference;
}

// What a chain explains, less what it does not: words between its runs count double, and a text of which much is
// missing yields to a smaller one that is there as a whole.
int64_t Weight(const Chain& chain, const Difference& difference) {
  return chain.matched - difference.between - std::min<int64_t>(difference.outside, chain.matched / 4) - kChainCost;
}

// True if words [begin, end) belong to a copyright notice: "all rights reserved" restricts nobody there.
bool InNotice(const FoundText& found, size_t begin, size_t end) {
  constexpr size_t kMostWordsBack = 24;
  const size_t stop = begin > kMostWordsBack ? begin - kMostWordsBack : 0;
  for (size_t i = begin; i-- > stop;) {
    if (found.hashes[i] == kCopyright) {
      return IsCopyrightNotice(found, static_cast<uint32_t>(i), static_cast<uint32_t>(end));
    }
  }
  return false;
}

// The chains that together explain most of the text without overlapping (weighted interval scheduling).
std::vector<size_t> LeadingChains(const std::vector<Chain>& chains, const std::vector<Difference>& differences) {
  struct Interval {
    uint32_t begin, end;
    int64_t weight;
    size_t chain;
  };
  std::vector<Interval> intervals;
  for (size_t i = 0; i < chains.size(); ++i) {
    const uint32_t begin = chains[i].begin(), end = chains[i].end();
    const uint32_t slack = std::min(kOverlapWords, (end - begin) / 8);
    const int64_t weight = Weight(chains[i], differences[i]);
    if (weight > 0) intervals.push_back({begin, end - slack, weight, i});
  }
  std::sort(intervals.begin(), intervals.end(),
            [](const Interval& a, const Interval& b) { return std::pair(a.end, a.chain) < std::pair(b.end, b.chain); });
  std::vector<int64_t> best(intervals.size() + 1);
  std::vector<size_t> from(intervals.size() + 1);
  std::vector<bool> take(intervals.size() + 1);
  for (size_t i = 1; i <= intervals.size(); ++i) {
    const Interval& interval = intervals[i - 1];
    const size_t before = std::upper_bound(intervals.begin(), intervals.begin() + (i - 1), interval.begin,
                                           [](uint32_t begin, const Interval& other) { return begin < other.end; }) -
                          intervals.begin();
    best[i] = best[i - 1];
    if (best[before] + interval.weight > best[i]) {
      best[i] = best[before] + interval.weight;
      from[i] = before;
      take[i] = true;
    }
  }
  std::vector<size_t> leading;
  for (size_t i = intervals.size(); i > 0;) {
    if (!take[i]) {
      --i;
      continue;
    }
    leading.push_back(intervals[i - 1].chain);
    i = from[i];
  }
  std::sort(leading.begin(), leading.end());
  return leading;
}

uint32_t Overlap(uint32_t begin, uint32_t end, const Group& group) {
  const uint32_t low = std::max(begin, group.begin);
  const uint32_t high = std::min(end, group.end);
  return high > low ? high - low : 0;
}

// Leading chains hardly overlap: those that begin later end later.
std::vector<size_t> OrderByPlace(const std::vector<Group>& groups) {
  std::vector<size_t> order(groups.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return groups[a].begin < groups[b].begin; });
  return order;
}

// The group whose span and the chain's share half of both; of two such ones the first. nullptr if there is none.
Group* GroupOf(const Chain& chain, const std::vector<size_t>& by_place, std::vector<Group>* groups) {
  const uint32_t begin = chain.begin(), end = chain.end();
  size_t first = groups->size();
  auto at = std::partition_point(by_place.begin(), by_place.end(), [&](size_t i) { return (*groups)[i].end <= begin; });
  for (; at != by_place.end() && (*groups)[*at].begin < end; ++at) {
    const Group& group = (*groups)[*at];
    const uint32_t overlap = Overlap(begin, end, group);
    if (overlap * 2 >= group.end - group.begin && overlap * 2 >= end - begin) first = std::min(first, *at);
  }
  return first < groups->size() ? &(*groups)[first] : nullptr;
}

// Words of the span [begin, end) that only one of two comparisons explains.
struct ExplainedOnce {
  uint32_t by_a = 0, by_b = 0;
};

ExplainedOnce ExplainedOnceBy(const Comparison& a, const Comparison& b, uint32_t begin, uint32_t end) {
  static thread_local std::vector<uint8_t> explained;  // a bit for each of the two
  explained.assign(end - begin, 0);
  const auto mark = [&](const Comparison& by, uint8_t bit) {
    for (const uint32_t word : by.map) {
      if (word - begin < end - begin) explained[word - begin] |= bit;
    }
  };
  mark(a, 1);
  mark(b, 2);
  ExplainedOnce once;
  for (const uint8_t by : explained) {
    once.by_a += by == 1 ? 1 : 0;
    once.by_b += by == 2 ? 1 : 0;
  }
  return once;
}

// Of the words that tell two siblings apart, a text that follows the second in this share is a mixture of both.
constexpr uint32_t kMixtureShare = 5;  // one in so many

// True if the words in which `best` and `other` differ do not decide between them.
bool FitsAsWell(const Comparison& best, const Comparison& other) {
  if (IsBareVerdict(best.verdict)) return IsBareVerdict(other.verdict) && other.matched == best.matched;
  if (IsBareVerdict(other.verdict)) return false;
  const ExplainedOnce once = ExplainedOnceBy(best, other, best.word_begin, best.word_end);
  if (once.by_a == 0 && once.by_b == 0) return other.differing <= best.differing;
  return once.by_b * kMixtureShare >= once.by_a + once.by_b;
}

}  // namespace

std::string_view MatchVerdictName(MatchVerdict verdict) {
  switch (verdict) {
    case MatchVerdict::kUnknown:
      return "UNKNOWN";
    case MatchVerdict::kPartial:
      return "PARTIAL";
    case MatchVerdict::kModified:
      return "MODIFIED";
    case MatchVerdict::kVariant:
      return "VARIANT";
    case MatchVerdict::kEquivalent:
      return "EQUIVALENT";
    case MatchVerdict::kExact:
      return "EXACT";
  }
  return "UNKNOWN";
}

absl::StatusOr<std::unique_ptr<Classifier>> Classifier::Create(std::string_view index) {
  std::string copy;
  if (reinterpret_cast<uintptr_t>(index.data()) % 8 != 0) {
    copy.assign(index);  // operator new aligns; a short string inside its object is shorter than any index
    index = copy;
  }
  WB_ASSIGN_OR_RETURN(const IndexView view, IndexView::Load(index));
  std::unique_ptr<Classifier> classifier(new Classifier(view));
  if (!copy.empty()) {
    classifier->aligned_copy_ = std::move(copy);
    WB_ASSIGN_OR_RETURN(classifier->index_, IndexView::Load(classifier->aligned_copy_));
  }
  std::vector<std::string> patterns;
  for (const IndexPhrase& phrase : classifier->index_.phrases()) {
    patterns.emplace_back(classifier->index_.String(phrase.pattern));
  }
  WB_ASSIGN_OR_RETURN(classifier->phrases_, PhraseSet::Restore(patterns, classifier->index_.phrase_starts()));
  return classifier;
}

Classification Classifier::Classify(std::string_view text) const {
  Classification out;
  const bool cut = text.size() > kMaxClassifiedBytes;
  if (cut) text = text.substr(0, kMaxClassifiedBytes);
  TokenizedText tokens = Tokenize(text);
  out.words = static_cast<uint32_t>(tokens.words.size());
  out.incomplete = cut || tokens.too_large || tokens.has_zeros;
  std::vector<uint32_t> hashes;
  hashes.reserve(tokens.words.size());
  for (const Word& word : tokens.words) hashes.push_back(word.hash);
  const FoundText found{text, &tokens, hashes};

  bool too_many_votes = false;
  const std::vector<Chain> chains = FindCandidates(index_, hashes, &too_many_votes);
  out.incomplete = out.incomplete || too_many_votes;
  int64_t budget = kAlignmentBudget;
  std::vector<Group> groups;
  std::vector<Difference> differences;
  differences.reserve(chains.size());
  for (const Chain& chain : chains) differences.push_back(DifferenceOf(index_, chain));
  std::vector<size_t> leading = LeadingChains(chains, differences);
  if (leading.size() > kMaxMatches) {
    // The longest are kept: `chains` is ordered by what they match, and so is `leading` by its indices.
    leading.resize(kMaxMatches);
    out.incomplete = true;
  }
  size_t comparisons = leading.size();
  for (const size_t i : leading) {
    Comparison comparison = Compare(index_, found, chains[i], &budget);
    if (comparison.verdict == MatchVerdict::kUnknown) continue;
    Group group{{}, chains[i].begin(), chains[i].end(), chains[i].matched, comparison.verdict == MatchVerdict::kExact,
                {}};
    group.rivals.push_back(std::move(comparison));
    groups.push_back(std::move(group));
  }
  const std::vector<size_t> by_place = OrderByPlace(groups);
  for (size_t i = 0; i < chains.size(); ++i) {
    if (std::binary_search(leading.begin(), leading.end(), i)) continue;
    const Chain& chain = chains[i];
    Group* const group = GroupOf(chain, by_place, &groups);
    if (group == nullptr || chain.matched < kRivalShare * group->most_matched) continue;
    if (group->exact && chain.matched < group->most_matched) continue;
    group->others.push_back({differences[i].between + differences[i].outside, i});
  }
  for (Group& group : groups) {
    std::sort(group.others.begin(), group.others.end());
    for (const auto& [difference, i] : group.others) {
      if (group.rivals.size() > kMostRivals || difference > group.others.front().first + kRivalSlack) break;
      if (group.exact && chains[i].matched < group.most_matched) continue;
      if (++comparisons > kMostComparisons) {
        out.incomplete = true;
        break;
      }
      Comparison comparison = Compare(index_, found, chains[i], &budget);
      if (comparison.verdict == MatchVerdict::kUnknown) continue;
      group.exact = group.exact || comparison.verdict == MatchVerdict::kExact;
      group.rivals.push_back(std::move(comparison));
    }
  }

  std::vector<Comparison> best;
  std::vector<std::vector<std::string>> also;
  for (Group& group : groups) {
    size_t winner = 0;
    for (size_t i = 1; i < group.rivals.size(); ++i) {
      if (Better(group.rivals[i], group.rivals[winner])) winner = i;
    }
    const IndexText& record = index_.texts()[group.rivals[winner].text];
    const std::string_view id = index_.String(record.id);
    std::vector<std::string> others;
    for (size_t i = 0; i < group.rivals.size(); ++i) {
      const std::string_view other = index_.String(index_.texts()[group.rivals[i].text].id);
      if (i == winner || other == id || std::find(others.begin(), others.end(), other) != others.end()) continue;
      if (FitsAsWell(group.rivals[winner], group.rivals[i])) others.emplace_back(other);
    }
    best.push_back(std::move(group.rivals[winner]));
    also.push_back(std::move(others));
  }
  std::vector<size_t> order(best.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    const bool bare_a = IsBareVerdict(best[a].verdict), bare_b = IsBareVerdict(best[b].verdict);
    if (bare_a != bare_b) return bare_a;
    if (best[a].matched != best[b].matched) return best[a].matched > best[b].matched;
    return best[a].word_begin < best[b].word_begin;
  });
  std::vector<Comparison> ordered;
  std::vector<std::pair<uint32_t, uint32_t>> spans;
  for (const size_t i : order) {
    Comparison& comparison = best[i];
    const IndexText& record = index_.texts()[comparison.text];
    TextMatch match;
    match.license_id = std::string(index_.String(record.id));
    match.token_file = std::string(index_.String(record.name));
    match.kind = std::string(index_.String(record.kind));
    match.verdict = comparison.verdict;
    match.begin = tokens.words[comparison.word_begin].begin;
    match.end = tokens.words[comparison.word_end - 1].end;
    match.edits = std::move(comparison.edits);
    match.edit_count = comparison.edit_count;
    match.also = std::move(also[i]);
    match.coverage = comparison.coverage;
    spans.push_back({match.begin, match.end});
    out.matches.push_back(std::move(match));
    ordered.push_back(std::move(comparison));
  }

  std::sort(spans.begin(), spans.end());
  Spans matched;
  for (const auto& [begin, end] : spans) matched.Add(begin, end);
  bool exhausted = false;
  const std::vector<PhraseHit> hits = phrases_->Find(tokens.normalised, tokens.words, &exhausted);
  if (exhausted) phrase_memory_exhausted_.fetch_add(1);
  for (const PhraseHit& hit : hits) {
    const auto word_at = [&](size_t offset) {
      return static_cast<size_t>(
                 std::upper_bound(tokens.words.begin(), tokens.words.end(), offset,
                                  [](size_t at, const Word& word) { return at < word.normalised_begin; }) -
                 tokens.words.begin()) -
             1;
    };
    const IndexPhrase& phrase = index_.phrases()[hit.phrase];
    const size_t last_word = word_at(hit.end > hit.begin ? hit.end - 1 : hit.begin);
    if (InNotice(found, word_at(hit.begin), last_word + 1)) continue;
    const std::string_view captured =
        std::string_view(tokens.normalised).substr(hit.value_begin, hit.value_end - hit.value_begin);
    TermHit term;
    term.kind = std::string(index_.String(phrase.kind));
    term.phrase_id = std::string(index_.String(phrase.id));
    term.value = PhraseValue(captured);
    term.begin = tokens.words[word_at(hit.begin)].begin;
    term.end = tokens.words[last_word].end;
    term.restrictive = phrase.restrictive != 0;
    term.in_match = matched.AnyHolds(term.begin, term.end);
    out.terms.push_back(std::move(term));
  }
  FindResidue(index_, found, ordered, &out);
  out.oddities = std::move(tokens.oddities);
  return out;
}

}  // namespace weighbridge::classify
