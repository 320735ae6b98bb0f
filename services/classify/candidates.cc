#include "services/classify/candidates.h"

#include <algorithm>
#include <cstddef>
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

// Where each diagonal was last covered. Few diagonals are met again, and those soon.
class Covered {
 public:
  uint32_t Until(int64_t diagonal) const {
    for (size_t i = ends_.size(); i-- > 0;) {
      if (ends_[i].first == diagonal) return ends_[i].second;
      if (ends_.size() - i > kNear) break;
    }
    if (far_.empty()) return 0;
    const auto found = far_.find(diagonal);
    return found == far_.end() ? 0 : found->second;
  }
  void Set(int64_t diagonal, uint32_t end) {
    ends_.push_back({diagonal, end});
    if (ends_.size() > kNear) far_[ends_[ends_.size() - kNear - 1].first] = ends_[ends_.size() - kNear - 1].second;
  }

 private:
  static constexpr size_t kNear = 24;
  std::vector<std::pair<int64_t, uint32_t>> ends_;
  absl::flat_hash_map<int64_t, uint32_t> far_;  // the newest end of what is no longer near
};

// A run as long as this is where its words belong: votes within it for other places of the same text are passages that
// the text repeats.
constexpr uint32_t kSettledWords = 32;

// Grows votes for one text, which come in the order of the found words, into the longest shared runs around them, each
// once.
class RunGrower {
 public:
  RunGrower(absl::Span<const uint32_t> official, absl::Span<const uint32_t> found)
      : official_(official), found_(found) {}

  // Votes for found words before this one can be left out.
  uint32_t settled_end() const { return settled_end_; }

  void Add(const Vote& vote) {
    if (vote.found + kShingleWords <= settled_end_) return;
    const int64_t diagonal = static_cast<int64_t>(vote.found) - vote.official;
    if (diagonal == last_diagonal_ && vote.found + kShingleWords <= last_end_) return;
    if (vote.found + kShingleWords <= covered_.Until(diagonal)) return;
    uint32_t f = vote.found, o = vote.official;
    while (f > 0 && o > 0 && found_[f - 1] == official_[o - 1]) --f, --o;
    uint32_t f_end = vote.found, o_end = vote.official;
    while (f_end < found_.size() && o_end < official_.size() && found_[f_end] == official_[o_end]) ++f_end, ++o_end;
    // A shingle whose 64-bit fingerprint agrees and whose words do not is no vote.
    if (f_end - f < kShingleWords || f_end < vote.found + kShingleWords) return;
    runs_.push_back({o, f, f_end - f});
    covered_.Set(diagonal, f_end);
    last_diagonal_ = diagonal;
    last_end_ = f_end;
    if (f_end - f >= kSettledWords) settled_end_ = std::max(settled_end_, f_end);
  }

  std::vector<Run> Finish() {
    std::sort(runs_.begin(), runs_.end(), [](const Run& a, const Run& b) {
      return std::pair(a.found, a.official) < std::pair(b.found, b.official);
    });
    return std::move(runs_);
  }

 private:
  const absl::Span<const uint32_t> official_, found_;
  std::vector<Run> runs_;
  Covered covered_;
  int64_t last_diagonal_ = INT64_MAX;
  uint32_t last_end_ = 0, settled_end_ = 0;
};

// Best chains of runs that ascend in both texts; words that only one text has between two runs cost.
void ChainRuns(uint32_t text, uint32_t least, std::vector<Run> runs, std::vector<Chain>* chains) {
  struct Link {
    int64_t score;
    int32_t previous;
    uint32_t overlap;
  };
  if (runs.size() == 1) {
    if (runs.front().size >= least) chains->push_back({text, runs.front().size, std::move(runs)});
    return;
  }
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
      const int64_t cost =
          std::min(missing, added) * 5 + (added > missing ? (added - missing) * 50 : (missing - added) * 2);
      const int64_t score = links[j].score + (run.size - overlap) * kScale - cost;
      if (score > links[i].score) links[i] = {score, static_cast<int32_t>(j), static_cast<uint32_t>(overlap)};
    }
  }
  std::vector<uint32_t> order(runs.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<uint32_t>(i);
  std::sort(order.begin(), order.end(),
            [&](uint32_t a, uint32_t b) { return std::pair(-links[a].score, a) < std::pair(-links[b].score, b); });
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

// A shingle of the text that official texts have too.
struct Place {
  uint32_t position;  // of its first word
  uint32_t shingle;
  uint32_t kind;  // of the kinds of places: those with the same set of texts
};

// Places whose shingles the same texts have.
struct Kind {
  absl::Span<const uint16_t> texts;
  uint32_t set;
  uint32_t places;
  uint32_t first, end;  // of them; one behind the last
  uint64_t present;     // bits of those texts that may lead
};

// What is counted of a text's votes before they are looked at one by one.
struct Tally {
  uint32_t votes = 0;
  uint32_t places = 0;  // with votes for the text
  uint32_t first = 0;   // of them
  uint32_t end = 0;     // one behind the last
};

// Where a text stands in the set of a kind, so that it is sought once.
struct Rank {
  uint32_t text_stamp = 0;
  uint32_t at = 0;
};

// Buffers that grow to the size of the largest text a thread has seen, and are clean between two texts.
struct Scratch {
  std::vector<std::pair<uint64_t, uint32_t>> shingles;  // fingerprint, position
  std::vector<Place> places;
  std::vector<Kind> kinds;
  std::vector<uint32_t> kind_of_set;  // by set: number of its kind, plus one; 0 between two texts
  std::vector<Tally> tallies;         // by text; votes 0 between two texts
  std::vector<uint32_t> voted;        // texts with votes
  std::vector<uint64_t> bits;         // by text: its bit in `present` if it may lead; 0 between two texts
  std::vector<uint16_t> kept_as;      // by text: number among the kept ones, plus one; 0 between two texts
  std::vector<Rank> ranks;            // by kind
  uint32_t stamp = 0;
  std::vector<Vote> votes;
  std::vector<uint32_t> begins, next;
};

// Looks ahead so many shingles: the tables are larger than the caches.
constexpr size_t kAhead = 12;
// A text of which less than a quarter is there, all of it explained as well by one text with four times its votes, is a
// passage that the two share: neither a rival nor a better explanation.
constexpr uint32_t kSharedPassage = 4;  // one in so many
constexpr size_t kMostLeaders = 12;
// Leaders are sought among so many texts, half of them with the most votes and half most complete: a bit for each.
constexpr size_t kMostPooled = 64;
// Of the texts that one leader explains so many are kept, the nearest ones; and all that lack no more than this.
constexpr size_t kMostFollowers = 8;
constexpr uint32_t kWholeButFor = 2;  // shingles

void FindPlaces(const IndexView& index, absl::Span<const uint32_t> found, Scratch* scratch) {
  auto& shingles = scratch->shingles;
  shingles.clear();
  ForEachShingle(
      found.size(), [&](size_t i) { return found[i]; },
      [&](uint64_t fingerprint, size_t position) {
        shingles.push_back({fingerprint, static_cast<uint32_t>(position)});
      });
  scratch->places.clear();
  const absl::Span<const IndexShingle> known = index.shingles();
  uint32_t next = 0;  // what follows the last one in some official text
  size_t ahead = 0;
  for (size_t i = 0; i < shingles.size(); ++i) {
    const uint64_t fingerprint = shingles[i].first;
    uint32_t shingle = next;
    if (next >= known.size() || known[next].fingerprint != fingerprint) {
      for (ahead = std::max(ahead, i); ahead < std::min(i + kAhead, shingles.size()); ++ahead) {
        index.Prefetch(shingles[ahead].first);
      }
      shingle = index.FindShingle(fingerprint);
      if (shingle == IndexView::kNoShingle) continue;
    }
    next = shingle + 1;
    scratch->places.push_back({shingles[i].second, shingle, 0});
  }
}

size_t CountPostings(const IndexView& index, const std::vector<Place>& places) {
  size_t count = 0;
  for (const Place& place : places) count += index.sets()[index.shingles()[place.shingle].set].count;
  return count;
}

// Leaves out the shingles with the most postings, which are those that tell least.
void DropCommonest(const IndexView& index, std::vector<Place>* places) {
  const auto count_of = [&](const Place& place) {
    return size_t{index.sets()[index.shingles()[place.shingle].set].count};
  };
  size_t longest = 0;
  for (const Place& place : *places) longest = std::max(longest, count_of(place));
  places->erase(std::remove_if(places->begin(), places->end(),
                               [&](const Place& place) { return count_of(place) * 2 > longest; }),
                places->end());
}

void FindKinds(const IndexView& index, Scratch* scratch) {
  scratch->kinds.clear();
  scratch->kind_of_set.resize(index.sets().size());
  auto& places = scratch->places;
  for (size_t i = 0; i < places.size(); ++i) {
    const uint32_t set = index.shingles()[places[i].shingle].set;
    uint32_t& number = scratch->kind_of_set[set];
    if (number == 0) {
      scratch->kinds.push_back({index.Texts(set), set, 0, static_cast<uint32_t>(i), 0, 0});
      number = static_cast<uint32_t>(scratch->kinds.size());
    }
    Kind& kind = scratch->kinds[number - 1];
    ++kind.places;
    kind.end = static_cast<uint32_t>(i) + 1;
    places[i].kind = number - 1;
  }
  for (const Kind& kind : scratch->kinds) scratch->kind_of_set[kind.set] = 0;
}

void CountVotes(Scratch* scratch) {
  scratch->voted.clear();
  for (const Kind& kind : scratch->kinds) {
    uint32_t before = UINT32_MAX;
    for (const uint16_t text : kind.texts) {
      Tally& tally = scratch->tallies[text];
      // Kinds come in the order of their first places.
      if (tally.votes == 0) {
        tally.first = kind.first;
        scratch->voted.push_back(text);
      }
      tally.votes += kind.places;
      tally.places += text != before ? kind.places : 0;
      tally.end = std::max(tally.end, kind.end);
      before = text;
    }
  }
}

// Shingles of the text that are not there.
uint32_t Missing(const IndexView& index, const Scratch& scratch, uint32_t text) {
  const uint32_t shingles = index.shingle_counts()[text];
  return shingles - std::min(shingles, scratch.tallies[text].places);
}

// Notes for each kind which of the texts that may lead are of it. Returns their bits by rank in `interesting`,
// 0 for the others.
std::vector<uint64_t> FindPresence(const IndexView& index, const std::vector<uint32_t>& interesting, Scratch* scratch) {
  std::vector<uint64_t> bits(interesting.size());
  size_t pooled = 0;
  for (; pooled < std::min(interesting.size(), kMostPooled / 2); ++pooled) bits[pooled] = uint64_t{1} << pooled;
  if (interesting.size() > pooled) {
    std::vector<std::pair<double, uint32_t>> others;  // share that is missing, rank
    for (size_t rank = pooled; rank < interesting.size(); ++rank) {
      others.push_back({static_cast<double>(Missing(index, *scratch, interesting[rank])) /
                            index.shingle_counts()[interesting[rank]],
                        static_cast<uint32_t>(rank)});
    }
    const size_t more = std::min(others.size(), kMostPooled - pooled);
    std::partial_sort(others.begin(), others.begin() + static_cast<std::ptrdiff_t>(more), others.end());
    for (size_t i = 0; i < more; ++i) bits[others[i].second] = uint64_t{1} << pooled++;
  }
  for (size_t rank = 0; rank < interesting.size(); ++rank) scratch->bits[interesting[rank]] = bits[rank];
  for (Kind& kind : scratch->kinds) {
    for (const uint16_t text : kind.texts) kind.present |= scratch->bits[text];
  }
  for (const uint32_t text : interesting) scratch->bits[text] = 0;
  return bits;
}

// Leaves those texts that may be the best explanation of some part of the text, or a near rival of it: by votes, most
// first.
std::vector<uint32_t> Undominated(const IndexView& index, std::vector<uint32_t> interesting, Scratch* scratch) {
  if (interesting.size() <= kMostFollowers) return interesting;
  const size_t places = scratch->places.size();
  const auto& tallies = scratch->tallies;
  const std::vector<uint64_t> bits = FindPresence(index, interesting, scratch);
  struct Leader {
    uint32_t text;
    std::vector<uint32_t> explained;                       // by place: how many places before it the leader has
    std::vector<std::pair<uint32_t, uint32_t>> followers;  // shingles that only one side has, rank
  };
  std::vector<Leader> leaders;
  std::vector<bool> kept(interesting.size());
  for (size_t rank = 0; rank < interesting.size(); ++rank) {
    const uint32_t text = interesting[rank];
    const Tally& tally = tallies[text];
    const uint64_t shingles = index.shingle_counts()[text];
    bool led = false;
    for (Leader& leader : leaders) {
      if (leader.explained[tally.end] - leader.explained[tally.first] < tally.places) continue;
      led = true;
      const uint64_t leader_votes = tallies[leader.text].votes;
      const uint64_t leader_shingles = index.shingle_counts()[leader.text];
      const bool passage = uint64_t{tally.votes} * kSharedPassage < std::min<uint64_t>(shingles, leader_votes) &&
                           uint64_t{tally.votes} * leader_shingles < leader_votes * shingles;
      if (passage) break;
      const uint32_t added = tally.end - tally.first - tally.places;
      if (Missing(index, *scratch, text) <= kWholeButFor) {
        kept[rank] = true;
      } else {
        leader.followers.push_back({Missing(index, *scratch, text) + added, static_cast<uint32_t>(rank)});
      }
      break;
    }
    if (led) continue;
    kept[rank] = true;
    if (bits[rank] == 0 || leaders.size() == kMostLeaders) continue;
    Leader leader{text, std::vector<uint32_t>(places + 1), {}};
    for (size_t i = 0; i < places; ++i) {
      leader.explained[i + 1] = leader.explained[i] + ((scratch->kinds[scratch->places[i].kind].present & bits[rank]) != 0 ? 1 : 0);
    }
    leaders.push_back(std::move(leader));
  }
  for (Leader& leader : leaders) {
    const size_t count = std::min(leader.followers.size(), kMostFollowers);
    std::partial_sort(leader.followers.begin(), leader.followers.begin() + static_cast<std::ptrdiff_t>(count),
                      leader.followers.end());
    for (size_t i = 0; i < count; ++i) kept[leader.followers[i].second] = true;
  }
  size_t count = 0;
  for (size_t rank = 0; rank < interesting.size(); ++rank) {
    if (kept[rank]) interesting[count++] = interesting[rank];
  }
  interesting.resize(count);
  return interesting;
}

// Of one text at one place; about as dear as reading so many postings.
constexpr size_t kSearchCost = 16;

// Places that no long run settles are searched one by one: for texts of which little is there, reading all is cheaper.
bool SearchIsDearer(const std::vector<uint32_t>& texts, size_t postings, const Scratch& scratch) {
  constexpr size_t kRunsOfText = 16;
  size_t searches = 0;
  for (const uint32_t text : texts) {
    const Tally& tally = scratch.tallies[text];
    searches += tally.end - tally.first - tally.places + kRunsOfText;
  }
  return searches * kSearchCost > postings;
}

// Gathers the votes for `texts` from all postings: those for text i lie at [begins[i], begins[i + 1]).
void GatherVotes(const IndexView& index, const std::vector<uint32_t>& texts, Scratch* scratch) {
  scratch->begins.assign(1, 0);
  for (size_t i = 0; i < texts.size(); ++i) {
    scratch->kept_as[texts[i]] = static_cast<uint16_t>(i + 1);
    scratch->begins.push_back(scratch->begins.back() + scratch->tallies[texts[i]].votes);
  }
  scratch->votes.resize(scratch->begins.back() + 1);
  scratch->next.assign(1, scratch->begins.back());
  scratch->next.insert(scratch->next.end(), scratch->begins.begin(), scratch->begins.end());
  for (const Place& place : scratch->places) {
    const absl::Span<const uint16_t> of_place = scratch->kinds[place.kind].texts;
    const uint32_t* positions = index.Positions(index.shingles()[place.shingle]);
    for (size_t k = 0; k < of_place.size(); ++k) {
      // Without a branch, which nobody could predict: votes for the others go to the one behind all.
      const uint16_t kept = scratch->kept_as[of_place[k]];
      scratch->votes[scratch->next[kept]] = {place.position, positions[k]};
      scratch->next[kept] += kept > 0 ? 1 : 0;
    }
  }
  for (const uint32_t text : texts) scratch->kept_as[text] = 0;
}

// Looks for the votes for one text where no long run has settled them.
void SearchVotes(const IndexView& index, uint32_t text, const Tally& tally, Scratch* scratch, RunGrower* grower) {
  const uint32_t stamp = ++scratch->stamp;
  for (size_t i = tally.first; i < tally.end; ++i) {
    const Place& place = scratch->places[i];
    if (place.position + kShingleWords <= grower->settled_end()) continue;
    const absl::Span<const uint16_t> texts = scratch->kinds[place.kind].texts;
    Rank& rank = scratch->ranks[place.kind];
    if (rank.text_stamp != stamp) {
      rank.text_stamp = stamp;
      rank.at = static_cast<uint32_t>(std::lower_bound(texts.begin(), texts.end(), text) - texts.begin());
    }
    if (rank.at == texts.size() || texts[rank.at] != text) continue;
    const uint32_t* positions = index.Positions(index.shingles()[place.shingle]);
    for (size_t k = rank.at; k < texts.size() && texts[k] == text; ++k) grower->Add({place.position, positions[k]});
  }
}

// Official texts that are the found one, word by word: then nothing else can be as near.
std::vector<Chain> FindWholes(const IndexView& index, absl::Span<const uint32_t> found) {
  std::vector<Chain> chains;
  for (const IndexWhole& whole : index.FindWhole(WholeFingerprint(found))) {
    const absl::Span<const uint32_t> official = index.Words(index.texts()[whole.text]);
    if (official.size() < kShingleWords || official != found) continue;
    const uint32_t size = static_cast<uint32_t>(found.size());
    chains.push_back({whole.text, size, {{0, 0, size}}});
  }
  return chains;
}

}  // namespace

std::vector<Chain> FindCandidates(const IndexView& index, absl::Span<const uint32_t> found, bool* incomplete) {
  *incomplete = false;
  std::vector<Chain> wholes = FindWholes(index, found);
  if (!wholes.empty()) return wholes;
  static thread_local Scratch scratch;
  const size_t text_count = index.texts().size();
  FindPlaces(index, found, &scratch);
  auto& places = scratch.places;
  size_t total = CountPostings(index, places);
  *incomplete = total > kMaxVotes;
  while (total > kMaxVotes) {
    DropCommonest(index, &places);
    total = CountPostings(index, places);
  }
  FindKinds(index, &scratch);
  if (scratch.tallies.size() < text_count) {
    scratch.tallies.resize(text_count);
    scratch.bits.resize(text_count);
    scratch.kept_as.resize(text_count);
  }
  CountVotes(&scratch);
  std::vector<uint32_t> interesting;
  for (const uint32_t text : scratch.voted) {
    const uint32_t least = std::max<uint32_t>(2, index.shingle_counts()[text] / 20);
    if (scratch.tallies[text].votes >= least) interesting.push_back(text);
  }
  std::sort(interesting.begin(), interesting.end(), [&](uint32_t a, uint32_t b) {
    return std::pair(scratch.tallies[b].votes, a) < std::pair(scratch.tallies[a].votes, b);
  });
  interesting = Undominated(index, std::move(interesting), &scratch);

  const bool gathered = SearchIsDearer(interesting, total, scratch);
  if (gathered) GatherVotes(index, interesting, &scratch);
  if (!gathered && scratch.ranks.size() < scratch.kinds.size()) scratch.ranks.resize(scratch.kinds.size());

  // A text that lies within the span of one already found without any difference, and has fewer votes, fits it less.
  struct Whole {
    uint32_t begin, end, votes;
  };
  std::vector<Whole> whole;
  std::vector<Chain> chains;
  for (size_t i = 0; i < interesting.size(); ++i) {
    const uint32_t text = interesting[i];
    const Tally tally = scratch.tallies[text];
    const uint32_t first = places[tally.first].position;
    const uint32_t last = places[tally.end - 1].position;
    const bool inside = std::any_of(whole.begin(), whole.end(), [&](const Whole& w) {
      return first >= w.begin && last < w.end && tally.votes < w.votes;
    });
    if (inside) continue;
    const absl::Span<const uint32_t> official = index.Words(index.texts()[text]);
    const uint32_t least = std::max(kLeastWords, index.texts()[text].word_count / kLeastShare);
    RunGrower grower(official, found);
    if (gathered) {
      for (uint32_t k = scratch.begins[i]; k < scratch.begins[i + 1]; ++k) grower.Add(scratch.votes[k]);
    } else {
      SearchVotes(index, text, tally, &scratch, &grower);
    }
    std::vector<Run> runs = grower.Finish();
    for (const Run& run : runs) {
      if (run.size == official.size()) whole.push_back({run.found, run.found + run.size, tally.votes});
    }
    ChainRuns(text, least, std::move(runs), &chains);
  }
  for (const uint32_t text : scratch.voted) {
    scratch.tallies[text] = Tally();
  }
  std::stable_sort(chains.begin(), chains.end(), [](const Chain& a, const Chain& b) { return a.matched > b.matched; });
  return chains;
}

}  // namespace weighbridge::classify
