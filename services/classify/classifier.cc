#include "services/classify/classifier.h"

#include <algorithm>
#include <utility>

#include "services/base/status_macros.h"
#include "services/classify/align.h"
#include "services/classify/candidates.h"
#include "services/classify/compare.h"
#include "services/classify/residue.h"

namespace weighbridge::classify {
namespace {

// Rivals of one span that are compared word by word.
constexpr size_t kMostRivals = 24;
// A rival has at least this share of the best chain's words.
constexpr double kRivalShare = 0.9;

bool IsBareVerdict(MatchVerdict verdict) { return verdict >= MatchVerdict::kEquivalent; }

// One span of the text and all that was compared with it.
struct Group {
  std::vector<Comparison> rivals;  // the first compared came from the largest chain
  uint32_t begin, end;             // words
  uint32_t most_matched;           // of the largest chain
  bool exact = false;
};

bool Better(const Comparison& a, const Comparison& b) {
  const bool bare_a = IsBareVerdict(a.verdict);
  const bool bare_b = IsBareVerdict(b.verdict);
  if (bare_a != bare_b) return bare_a;
  if (bare_a) {
    if (a.matched != b.matched) return a.matched > b.matched;
    return a.verdict > b.verdict;
  }
  // Not bare: the fewest differing words, weighed against what was found.
  const int64_t score_a = int64_t{a.matched} - 2 * int64_t{a.differing};
  const int64_t score_b = int64_t{b.matched} - 2 * int64_t{b.differing};
  if (score_a != score_b) return score_a > score_b;
  return a.verdict > b.verdict;
}

uint32_t Overlap(uint32_t begin, uint32_t end, const Group& group) {
  const uint32_t low = std::max(begin, group.begin);
  const uint32_t high = std::min(end, group.end);
  return high > low ? high - low : 0;
}

// Words of the text that `a` explains and `b` does not.
uint32_t ExplainedOnlyBy(const Comparison& a, const Comparison& b) {
  std::vector<uint32_t> words_a, words_b;
  for (const uint32_t word : a.map) {
    if (word < kMarkerBase) words_a.push_back(word);
  }
  for (const uint32_t word : b.map) {
    if (word < kMarkerBase) words_b.push_back(word);
  }
  uint32_t only = 0;
  size_t j = 0;
  for (const uint32_t word : words_a) {
    while (j < words_b.size() && words_b[j] < word) ++j;
    if (j == words_b.size() || words_b[j] != word) ++only;
  }
  return only;
}

// True if nothing in the text speaks for `best` and against `other`, or something speaks for `other` and against `best`.
bool FitsAsWell(const Comparison& best, const Comparison& other) {
  if (IsBareVerdict(best.verdict)) return IsBareVerdict(other.verdict) && other.matched == best.matched;
  if (IsBareVerdict(other.verdict)) return false;
  return ExplainedOnlyBy(other, best) > 0 || (ExplainedOnlyBy(best, other) == 0 && other.differing <= best.differing);
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
  // Phrases come from CompileIndex, which compiled each of them; a damaged one is found here and not at first use.
  return classifier;
}

const PhraseSet& Classifier::Phrases() const {
  std::call_once(phrases_once_, [this] {
    std::vector<std::string> patterns;
    for (const IndexPhrase& phrase : index_.phrases()) patterns.emplace_back(index_.String(phrase.pattern));
    auto made = PhraseSet::Create(patterns);
    // A pattern that does not compile can only come from an index that CompileIndex did not make: then every text hits.
    if (!made.ok()) made = PhraseSet::Create(std::vector<std::string>(patterns.size(), "(?s).+"));
    phrases_ = *std::move(made);
  });
  return *phrases_;
}

Classification Classifier::Classify(std::string_view text) const {
  Classification out;
  TokenizedText tokens = Tokenize(text);
  out.words = static_cast<uint32_t>(tokens.words.size());
  out.incomplete = tokens.too_large;
  std::vector<uint32_t> hashes;
  hashes.reserve(tokens.words.size());
  for (const Word& word : tokens.words) hashes.push_back(word.hash);
  const FoundText found{text, &tokens, hashes};

  bool too_many_votes = false;
  const std::vector<Chain> chains = FindCandidates(index_, hashes, &too_many_votes);
  out.incomplete = out.incomplete || too_many_votes;
  int64_t budget = kAlignmentBudget;
  std::vector<Group> groups;
  for (const Chain& chain : chains) {
    Group* home = nullptr;
    uint32_t covered = 0;
    for (Group& group : groups) {
      const uint32_t overlap = Overlap(chain.begin(), chain.end(), group);
      covered += overlap;
      if (overlap > 0 && (home == nullptr || overlap > Overlap(chain.begin(), chain.end(), *home))) home = &group;
    }
    const bool rival = home != nullptr && covered * 2 >= chain.end() - chain.begin();
    if (rival) {
      if (chain.matched < kRivalShare * home->most_matched || home->rivals.size() >= kMostRivals) continue;
      if (home->exact && chain.matched < home->most_matched) continue;
    }
    Comparison comparison = Compare(index_, found, chain, &budget);
    if (comparison.verdict == MatchVerdict::kUnknown) continue;
    if (!rival) {
      groups.push_back({{}, comparison.word_begin, comparison.word_end, chain.matched, false});
      home = &groups.back();
    }
    home->exact = home->exact || comparison.verdict == MatchVerdict::kExact;
    home->rivals.push_back(std::move(comparison));
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
    out.matches.push_back(std::move(match));
    ordered.push_back(std::move(comparison));
  }

  bool exhausted = false;
  const std::vector<PhraseHit> hits = Phrases().Find(tokens.normalised, &exhausted);
  if (exhausted) phrase_memory_exhausted_.fetch_add(1);
  for (const PhraseHit& hit : hits) {
    const auto word_at = [&](size_t offset) {
      return static_cast<size_t>(std::upper_bound(tokens.words.begin(), tokens.words.end(), offset,
                                                  [](size_t at, const Word& word) { return at < word.normalised_begin; }) -
                                 tokens.words.begin()) - 1;
    };
    const IndexPhrase& phrase = index_.phrases()[hit.phrase];
    const std::string_view captured =
        std::string_view(tokens.normalised).substr(hit.value_begin, hit.value_end - hit.value_begin);
    TermHit term;
    term.kind = std::string(index_.String(phrase.kind));
    term.phrase_id = std::string(index_.String(phrase.id));
    term.value = PhraseValue(captured);
    term.begin = tokens.words[word_at(hit.begin)].begin;
    term.end = tokens.words[word_at(hit.end > hit.begin ? hit.end - 1 : hit.begin)].end;
    term.restrictive = phrase.restrictive != 0;
    term.in_match = std::any_of(out.matches.begin(), out.matches.end(), [&](const TextMatch& match) {
      return term.begin >= match.begin && term.end <= match.end;
    });
    out.terms.push_back(std::move(term));
  }
  FindResidue(index_, found, ordered, &out);
  out.oddities = std::move(tokens.oddities);
  return out;
}

}  // namespace weighbridge::classify
