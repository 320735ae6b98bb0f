#include "services/classify/candidates.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "services/classify/shingle.h"

namespace weighbridge::classify {
namespace {

// A chain looks back over this many runs for its predecessor.
constexpr size_t kLookBack = 48;
constexpr int kScale = 100;

// Of a text's words a chain must share at least one in so many, and at least this many words.
constexpr uint32_t kLeastShare = 9;
constexpr uint32_t kLeastWords = 14;

struct Vote {
  uint32_t found, official;
};

struct Query {
  uint64_t fingerprint;
  uint32_t position;
};

// Grows every vote into the longest shared run around it, once for each run.
std::vector<Run> GrowRuns(absl::Span<const uint32_t> official, absl::Span<const uint32_t> found,
                          absl::Span<const Vote> votes) {
  std::vector<Run> runs;
  absl::flat_hash_map<int64_t, uint32_t> covered_until;  // diagonal -> end in `found`
  int64_t last_diagonal = INT64_MAX;
  uint32_t last_end = 0;
  for (const Vote& vote : votes) {
    const int64_t diagonal = static_cast<int64_t>(vote.found) - vote.official;
    if (diagonal == last_diagonal && vote.found + kShingleWords <= last_end) continue;
    const auto known = covered_until.find(diagonal);
    if (known != covered_until.end() && vote.found + kShingleWords <= known->second) continue;
    uint32_t f = vote.found, o = vote.official;
    while (f > 0 && o > 0 && found[f - 1] == official[o - 1]) --f, --o;
    uint32_t f_end = vote.found, o_end = vote.official;
    while (f_end < found.size() && o_end < official.size() && found[f_end] == official[o_end]) ++f_end, ++o_end;
    // A shingle whose 64-bit fingerprint agrees and whose words do not is no vote.
    if (f_end - f < kShingleWords || f_end < vote.found + kShingleWords) continue;
    runs.push_back({o, f, f_end - f});
    covered_until[diagonal] = f_end;
    last_diagonal = diagonal;
    last_end = f_end;
  }
  std::sort(runs.begin(), runs.end(), [](const Run& a, const Run& b) {
    return std::pair(a.found, a.official) < std::pair(b.found, b.official);
  });
  return runs;
}

// Best chains of runs that ascend in both texts; words that only one text has between two runs cost.
void ChainRuns(uint32_t text, uint32_t least, std::vector<Run> runs, std::vector<Chain>* chains) {
  struct Link {
    int64_t score;
    int32_t previous;
    uint32_t overlap;
  };
  std::vector<Link> links(runs.size());
  for (size_t i = 0; i < runs.size(); ++i) {
    const Run& run = runs[i];
    links[i] = {int64_t{run.size} * kScale, -1, 0};
    for (size_t j = i > kLookBack ? i - kLookBack : 0; j < i; ++j) {
      const Run& other = runs[j];
      const int64_t official_gap = int64_t{run.official} - (other.official + other.size);
      const int64_t found_gap = int64_t{run.found} - (other.found + other.size);
      const int64_t overlap = std::max<int64_t>({0, -official_gap, -found_gap});
      if (overlap >= run.size || overlap >= other.size) continue;
      const int64_t missing = std::max<int64_t>(0, official_gap + overlap);
      const int64_t added = std::max<int64_t>(0, found_gap + overlap);
      const int64_t cost = std::min(missing, added) * 5 + (added > missing ? (added - missing) * 50 : (missing - added) * 2);
      const int64_t score = links[j].score + (run.size - overlap) * kScale - cost;
      if (score > links[i].score) links[i] = {score, static_cast<int32_t>(j), static_cast<uint32_t>(overlap)};
    }
  }
  std::vector<uint32_t> order(runs.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<uint32_t>(i);
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    return std::pair(-links[a].score, a) < std::pair(-links[b].score, b);
  });
  std::vector<bool> used(runs.size());
  for (const uint32_t end : order) {
    if (links[end].score < int64_t{least} * kScale) break;
    Chain chain{text, 0, {}};
    uint32_t trim = 0;
    for (int32_t at = static_cast<int32_t>(end); at >= 0 && !used[at]; at = links[at].previous) {
      used[at] = true;
      // The overlap is taken from the front of the later run.
      trim = links[at].previous >= 0 && !used[links[at].previous] ? links[at].overlap : 0;
      chain.runs.push_back({runs[at].official + trim, runs[at].found + trim, runs[at].size - trim});
      chain.matched += runs[at].size - trim;
    }
    if (chain.matched < least) continue;
    std::reverse(chain.runs.begin(), chain.runs.end());
    chains->push_back(std::move(chain));
  }
}

}  // namespace

std::vector<Chain> FindCandidates(const IndexView& index, absl::Span<const uint32_t> found, bool* incomplete) {
  const size_t text_count = index.texts().size();
  std::vector<std::pair<uint32_t, absl::Span<const Posting>>> places;  // word of `found`, where its shingle occurs
  std::vector<uint32_t> votes_of(text_count);
  size_t total = 0;
  ForEachShingle(
      found.size(), [&](size_t i) { return found[i]; },
      [&](uint64_t fingerprint, size_t position) {
        const absl::Span<const Posting> postings = index.Find(fingerprint);
        if (postings.empty()) return;
        places.push_back({static_cast<uint32_t>(position), postings});
        total += postings.size();
      });
  *incomplete = total > kMaxVotes;
  size_t longest = SIZE_MAX;
  while (total > kMaxVotes) {
    // Leaves out the shingles with the most places, which are those that tell least.
    longest = 0;
    for (const auto& place : places) longest = std::max(longest, place.second.size());
    places.erase(std::remove_if(places.begin(), places.end(),
                                [&](const auto& place) { return place.second.size() * 2 > longest; }),
                 places.end());
    total = 0;
    for (const auto& place : places) total += place.second.size();
  }
  for (const auto& [position, postings] : places) {
    for (const Posting& posting : postings) ++votes_of[posting.text];
  }
  std::vector<uint32_t> begin_of(text_count + 1);
  std::vector<uint32_t> interesting;
  uint32_t kept = 0;
  for (uint32_t text = 0; text < text_count; ++text) {
    begin_of[text] = kept;
    const IndexText& record = index.texts()[text];
    const uint32_t least = std::max<uint32_t>(2, record.shingle_count / 20);
    if (votes_of[text] < least) {
      votes_of[text] = 0;
      continue;
    }
    interesting.push_back(text);
    kept += votes_of[text];
  }
  begin_of[text_count] = kept;
  std::vector<Vote> votes(kept);
  std::vector<uint32_t> next = begin_of;
  for (const auto& [position, postings] : places) {
    for (const Posting& posting : postings) {
      if (votes_of[posting.text] > 0) votes[next[posting.text]++] = {position, posting.position};
    }
  }
  std::stable_sort(interesting.begin(), interesting.end(),
                   [&](uint32_t a, uint32_t b) { return votes_of[a] > votes_of[b]; });

  // A text that lies within the span of one already found without any difference, and has fewer votes, fits it less.
  struct Whole {
    uint32_t begin, end, votes;
  };
  std::vector<Whole> whole;
  std::vector<Chain> chains;
  for (const uint32_t text : interesting) {
    const absl::Span<const Vote> own = absl::MakeConstSpan(votes).subspan(begin_of[text], votes_of[text]);
    const uint32_t first = own.front().found;
    const uint32_t last = own.back().found;
    const bool inside = std::any_of(whole.begin(), whole.end(), [&](const Whole& w) {
      return first >= w.begin && last < w.end && votes_of[text] < w.votes;
    });
    if (inside) continue;
    const absl::Span<const uint32_t> official = index.Words(index.texts()[text]);
    const uint32_t least = std::max(kLeastWords, index.texts()[text].word_count / kLeastShare);
    std::vector<Run> runs = GrowRuns(official, found, own);
    for (const Run& run : runs) {
      if (run.size == official.size()) whole.push_back({run.found, run.found + run.size, votes_of[text]});
    }
    ChainRuns(text, least, std::move(runs), &chains);
  }
  std::stable_sort(chains.begin(), chains.end(), [](const Chain& a, const Chain& b) { return a.matched > b.matched; });
  return chains;
}

}  // namespace weighbridge::classify
