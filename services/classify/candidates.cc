#include "services/classify/candidates.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <limits>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "services/classify/shingle.h"

namespace weighbridge::classify {
namespace {

// A chain looks back over this many runs for its predecessor.
constexpr size_t kLookBack = 16;
// What a shared word is worth, and what others between two runs cost: one in each text, one more in the found or in the
// official text.
constexpr int kScale = 100;
constexpr int64_t kBothCost = 5, kAddedCost = 50, kMissingCost = 2;

// Of a text's words a chain must share at least one in so many, and at least this many words.
constexpr uint32_t kLeastShare = 9;
constexpr uint32_t kLeastWords = 14;

struct Vote {
  uint32_t found, official;
};

// Which diagonals are covered by runs that end no sooner than the words now asked for, which never go back.
class Covered {
 public:
  // `end`: one behind the last of those words.
  bool Covers(int64_t diagonal, uint32_t end) {
    for (size_t i = count_; i-- > 0;) {
      if (near_[i].end < end) {
        near_[i] = near_[--count_];  // nobody will ask for it again
      } else if (near_[i].diagonal == diagonal) {
        return true;
      }
    }
    if (far_.empty()) return false;
    const auto found = far_.find(diagonal);
    return found != far_.end() && found->second >= end;
  }
  // Requires !Covers(diagonal, end) for some lesser end.
  void Add(int64_t diagonal, uint32_t end) {
    if (count_ == kNear) {
      far_[near_[0].diagonal] = near_[0].end;
      near_[0] = near_[--count_];
    }
    near_[count_++] = {diagonal, end};
  }

 private:
  static constexpr size_t kNear = 24;  // mostly there are very few
  struct Entry {
    int64_t diagonal;
    uint32_t end;
  };
  std::array<Entry, kNear> near_;
  size_t count_ = 0;
  absl::flat_hash_map<int64_t, uint32_t> far_;  // the newest end of what found no room
};

// A run as long as this is where its words belong: votes within it for other places of the same text are passages that
// the text repeats.
constexpr uint32_t kSettledWords = 16;

// Grows votes for one text, which come in the order of the found words, into the longest shared runs around them, each
// once.
class RunGrower {
 public:
  // The runs go to *runs, which must outlive the grower.
  RunGrower(absl::Span<const uint32_t> official, absl::Span<const uint32_t> found, std::vector<Run>* runs)
      : official_(official), found_(found), runs_(*runs) {
    runs_.clear();
  }

  // Votes for found words before this one can be left out.
  uint32_t settled_end() const { return settled_end_; }

  void Add(const Vote& vote) {
    if (vote.found + kShingleWords <= settled_end_) return;
    const int64_t diagonal = static_cast<int64_t>(vote.found) - vote.official;
    if (diagonal == last_diagonal_ && vote.found + kShingleWords <= last_end_) return;
    if (covered_.Covers(diagonal, vote.found + kShingleWords)) return;
    uint32_t f = vote.found, o = vote.official;
    while (f > 0 && o > 0 && found_[f - 1] == official_[o - 1]) --f, --o;
    const uint32_t f_end = vote.found + EqualWords(vote.found, vote.official);
    // A shingle whose 64-bit fingerprint agrees and whose words do not is no vote.
    if (f_end - f < kShingleWords || f_end < vote.found + kShingleWords) return;
    runs_.push_back({o, f, f_end - f});
    covered_.Add(diagonal, f_end);
    last_diagonal_ = diagonal;
    last_end_ = f_end;
    if (f_end - f >= kSettledWords) settled_end_ = std::max(settled_end_, f_end);
  }

  // How many words are equal from there on.
  uint32_t EqualWords(uint32_t found, uint32_t official) const {
    const uint32_t* a = found_.data() + found;
    const uint32_t* b = official_.data() + official;
    const size_t most = std::min(found_.size() - found, official_.size() - official);
    size_t count = 0;
    constexpr size_t kStep = 4;
    for (; count + kStep <= most; count += kStep) {
      uint64_t of_a[2], of_b[2];
      std::memcpy(of_a, a + count, sizeof(of_a));
      std::memcpy(of_b, b + count, sizeof(of_b));
      if (((of_a[0] ^ of_b[0]) | (of_a[1] ^ of_b[1])) != 0) break;
    }
    while (count < most && a[count] == b[count]) ++count;
    return static_cast<uint32_t>(count);
  }

  // Puts the runs in the order of the found words. Nearly always they are.
  void Finish() {
    const auto before = [](const Run& a, const Run& b) {
      return std::pair(a.found, a.official) < std::pair(b.found, b.official);
    };
    if (!std::is_sorted(runs_.begin(), runs_.end(), before)) std::sort(runs_.begin(), runs_.end(), before);
  }

 private:
  const absl::Span<const uint32_t> official_, found_;
  std::vector<Run>& runs_;
  Covered covered_;
  int64_t last_diagonal_ = INT64_MAX;
  uint32_t last_end_ = 0, settled_end_ = 0;
};

// The best chain that ends with a run.
struct Link {
  int64_t official_end, found_end, size;  // of the run
  int64_t score;
  int32_t previous;
  uint32_t overlap;
};

// The best score of so many neighbouring links, and the last found word of all.
constexpr size_t kLinksOfBlock = 8;
struct LinkBlock {
  int64_t score, end;
};

struct ChainBuffers {
  std::vector<Link> links;
  std::vector<LinkBlock> blocks;
  std::vector<uint32_t> order;
  std::vector<uint8_t> used;
  std::vector<Run> backwards;
};

// Best chains of runs that ascend in both texts; words that only one text has between two runs cost.
void ChainRuns(uint32_t text, uint32_t least, absl::Span<const Run> runs, ChainBuffers* buffers,
               std::vector<Chain>* chains) {
  if (runs.size() == 1) {
    if (runs.front().size >= least) chains->push_back({text, runs.front().size, {runs.front()}});
    return;
  }
  uint64_t words = 0;
  for (const Run& run : runs) words += run.size;
  if (words < least) return;
  auto& links = buffers->links;
  auto& blocks = buffers->blocks;
  links.resize(runs.size());
  blocks.assign(runs.size() / kLinksOfBlock + 1, {0, 0});
  for (size_t i = 0; i < runs.size(); ++i) {
    const int64_t official = runs[i].official, found = runs[i].found, size = runs[i].size;
    const int64_t own = size * kScale;
    int64_t best = own;
    int64_t best_previous = -1, best_overlap = 0;
    // From the nearest one back, leaving out those that cannot be better; of equally good ones the first counts.
    const size_t stop = i > kLookBack ? i - kLookBack : 0;
    for (size_t j = i; j-- > stop;) {
      if (j % kLinksOfBlock == kLinksOfBlock - 1 || j + 1 == i) {
        const LinkBlock& block = blocks[j / kLinksOfBlock];
        const int64_t least_cost = std::max<int64_t>(0, found - block.end) * kBothCost;
        if (block.score + own - least_cost < best) {
          j -= j % kLinksOfBlock;
          continue;
        }
      }
      const Link& other = links[j];
      const int64_t official_gap = official - other.official_end;
      const int64_t found_gap = found - other.found_end;
      const int64_t overlap = std::max<int64_t>({0, -official_gap, -found_gap});
      const int64_t missing = std::max<int64_t>(0, official_gap + overlap);
      const int64_t added = std::max<int64_t>(0, found_gap + overlap);
      const int64_t surplus = added - missing;
      const int64_t cost =
          std::min(missing, added) * kBothCost + std::max(surplus * kAddedCost, -surplus * kMissingCost);
      const int64_t score = other.score + (size - overlap) * kScale - cost;
      if (score < best || overlap >= std::min(size, other.size)) continue;
      if (score > best || best_previous >= 0) {
        best = score;
        best_previous = static_cast<int64_t>(j);
        best_overlap = overlap;
      }
    }
    links[i] = {official + size,
                found + size,
                size,
                best,
                static_cast<int32_t>(best_previous),
                static_cast<uint32_t>(best_overlap)};
    LinkBlock& block = blocks[i / kLinksOfBlock];
    block.score = std::max(block.score, best);
    block.end = std::max(block.end, found + size);
  }
  auto& order = buffers->order;
  order.clear();
  for (size_t i = 0; i < runs.size(); ++i) {
    if (links[i].score >= int64_t{least} * kScale) order.push_back(static_cast<uint32_t>(i));
  }
  std::sort(order.begin(), order.end(),
            [&](uint32_t a, uint32_t b) { return std::pair(-links[a].score, a) < std::pair(-links[b].score, b); });
  auto& used = buffers->used;
  auto& backwards = buffers->backwards;
  used.assign(runs.size(), 0);
  for (const uint32_t end : order) {
    backwards.clear();
    uint32_t matched = 0, trim = 0;
    for (int32_t at = static_cast<int32_t>(end); at >= 0 && used[at] == 0; at = links[at].previous) {
      used[at] = 1;
      // The overlap is taken from the front of the later run.
      trim = links[at].previous >= 0 && used[links[at].previous] == 0 ? links[at].overlap : 0;
      backwards.push_back({runs[at].official + trim, runs[at].found + trim, runs[at].size - trim});
      matched += runs[at].size - trim;
    }
    if (matched < least) continue;
    chains->push_back({text, matched, {backwards.rbegin(), backwards.rend()}});
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
};

// A text with so many votes that it may be there.
struct Contender {
  uint32_t text = 0;
  uint32_t shingles = 0;  // that it has
  uint32_t votes = 0;
  uint32_t places = 0;  // with votes for it
  uint32_t first = 0;   // of them
  uint32_t end = 0;     // one behind the last

  bool Before(const Contender& other) const { return votes != other.votes ? votes > other.votes : text < other.text; }
  // Shingles of it that are not there.
  uint32_t missing() const { return shingles - std::min(shingles, places); }
  // Places in its span that are not its.
  uint32_t added() const { return end - first - places; }
};

// What is counted of one text, as one vector: votes, places with votes, one behind the last of these, and how far
// before kMost the first of them lies. All zeros if it has no vote. Small numbers where they suffice: then all texts
// fit into the nearer caches.
template <typename Number>
struct Tally {
  typedef Number Vector __attribute__((vector_size(4 * sizeof(Number))));
  static constexpr Number kMost = std::numeric_limits<Number>::max();
  Vector counts = {};
};

// Buffers that a thread keeps from one text to the next.
struct Scratch {
  std::vector<Shingle> shingles;
  std::vector<Place> places;
  std::vector<Kind> kinds;
  std::vector<uint32_t> kind_of_set;         // by set: number of its kind, plus one; 0 between two texts
  std::vector<Tally<int16_t>> tallies;       // by text; zeros between two texts
  std::vector<Tally<int32_t>> wide_tallies;  // the same
  std::vector<Contender> contenders, kept;
  std::vector<uint32_t> explained;  // by place: how many places before it the leader has
  std::vector<uint32_t> ranks;      // by kind: where the text stands in it, kNobody or kNotSought
  std::vector<Vote> gathered;
  std::vector<uint32_t> begins;
  struct Slot {
    uint32_t next, step;
  };
  std::vector<Slot> slots;  // by text: where its next vote goes
  std::vector<Run> runs;    // of one text
  ChainBuffers chain_buffers;

  size_t bytes() const {
    const auto of = [](const auto&... buffers) { return ((buffers.capacity() * sizeof(buffers[0])) + ...); };
    return of(shingles, places, kinds, kind_of_set, tallies, wide_tallies, contenders, kept, explained, ranks, gathered,
              begins, slots, runs, chain_buffers.links, chain_buffers.blocks, chain_buffers.order, chain_buffers.used,
              chain_buffers.backwards);
  }
};

// What a thread keeps at most between two texts: as much as those of a hundred kilobytes need.
constexpr size_t kMostKeptBytes = size_t{8} << 20;

// Lends a thread its buffers for one text. They are thrown away where work on them ended early, for then they are not
// clean and would give the next text wrong answers, and where they have grown too large.
class Lease {
 public:
  Lease() = default;
  ~Lease() {
    if (!returned_ || scratch_.bytes() > kMostKeptBytes) scratch_ = Scratch();
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  Scratch& scratch() { return scratch_; }
  // The buffers are clean.
  void Return() { returned_ = true; }

 private:
  static thread_local Scratch scratch_;
  bool returned_ = false;
};

thread_local Scratch Lease::scratch_;

// Looks ahead so many shingles: the tables are larger than the caches.
constexpr size_t kAhead = 12;
// A text of which less than a quarter is there, all of it explained as well by one text with four times its votes, is a
// passage that the two share: neither a rival nor a better explanation.
constexpr uint32_t kSharedPassage = 4;  // one in so many
constexpr size_t kMostLeaders = 12;
// Of the texts that one leader explains so many are kept, the nearest ones; and all that lack no more than this.
constexpr size_t kMostFollowers = 8;
constexpr uint32_t kWholeButFor = 2;  // shingles

void FindPlaces(const IndexView& index, absl::Span<const uint32_t> found, Scratch* scratch) {
  auto& shingles = scratch->shingles;
  FindShingles(found, &shingles);
  scratch->places.clear();
  const absl::Span<const IndexShingle> known = index.shingles();
  uint32_t next = 0;  // what follows the last one in some official text
  size_t ahead = 0;
  for (size_t i = 0; i < shingles.size(); ++i) {
    const uint64_t fingerprint = shingles[i].fingerprint;
    uint32_t shingle = next;
    if (next >= known.size() || known[next].fingerprint != fingerprint) {
      for (ahead = std::max(ahead, i); ahead < std::min(i + kAhead, shingles.size()); ++ahead) {
        index.Prefetch(shingles[ahead].fingerprint);
      }
      shingle = index.FindShingle(fingerprint);
      if (shingle == IndexView::kNoShingle) continue;
    }
    next = shingle + 1;
    scratch->places.push_back({shingles[i].position, shingle, 0});
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
  places->erase(
      std::remove_if(places->begin(), places->end(), [&](const Place& place) { return count_of(place) * 2 > longest; }),
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
      scratch->kinds.push_back({index.Texts(set), set, 0, static_cast<uint32_t>(i), 0});
      number = static_cast<uint32_t>(scratch->kinds.size());
    }
    Kind& kind = scratch->kinds[number - 1];
    ++kind.places;
    kind.end = static_cast<uint32_t>(i) + 1;
    places[i].kind = number - 1;
  }
  for (const Kind& kind : scratch->kinds) scratch->kind_of_set[kind.set] = 0;
}

constexpr uint32_t kLeastVotes = 2;
constexpr uint32_t kShinglesPerVote = 20;

// True if a text of so many shingles may be there: it has the least number of votes, and one for each so many of its
// shingles.
bool MayBeThere(uint32_t votes, uint32_t shingles) {
  return votes >= kLeastVotes && votes >= shingles / kShinglesPerVote;
}

// Texts that may be there, with what is counted of them.
template <typename Number>
void CountVotes(const IndexView& index, std::vector<Tally<Number>>* tallies, Scratch* scratch) {
  using Vector = typename Tally<Number>::Vector;
  constexpr Number kMost = Tally<Number>::kMost;
  constexpr size_t kBlock = 8;  // tallies that are looked at together
  const absl::Span<const uint32_t> shingle_counts = index.shingle_counts();
  tallies->resize((shingle_counts.size() + kBlock - 1) / kBlock * kBlock);
  Tally<Number>* const of_text = tallies->data();
  for (const Kind& kind : scratch->kinds) {
    const Number places = static_cast<Number>(kind.places);
    const Vector fresh = {places, places, 0, 0}, again = {places, 0, 0, 0};
    const Vector span = {0, 0, static_cast<Number>(kind.end),
                         static_cast<Number>(kMost - static_cast<Number>(kind.first))};
    uint32_t before = UINT32_MAX;
    for (const uint16_t text : kind.texts) {
      const Vector counts = of_text[text].counts + (text != before ? fresh : again);
      of_text[text].counts = counts > span ? counts : span;
      before = text;
    }
  }
  scratch->contenders.clear();
  for (size_t block = 0; block < tallies->size(); block += kBlock) {
    Vector any = {};
    for (size_t i = 0; i < kBlock; ++i) any |= of_text[block + i].counts;
    if (any[0] == 0) continue;
    for (size_t text = block; text < block + kBlock; ++text) {
      const Vector counts = of_text[text].counts;
      if (counts[0] < static_cast<Number>(kLeastVotes)) continue;
      const uint32_t votes = static_cast<uint32_t>(counts[0]), shingles = shingle_counts[text];
      if (!MayBeThere(votes, shingles)) continue;
      scratch->contenders.push_back({static_cast<uint32_t>(text), shingles, votes, static_cast<uint32_t>(counts[1]),
                                     static_cast<uint32_t>(kMost - counts[3]), static_cast<uint32_t>(counts[2])});
    }
    std::fill(of_text + block, of_text + block + kBlock, Tally<Number>());
  }
}

// True if what is there of the contender is a passage that it shares with the leader, which has all of its places.
bool IsSharedPassage(const Contender& contender, const Contender& leader) {
  return uint64_t{contender.votes} * kSharedPassage < std::min(contender.shingles, leader.votes) &&
         uint64_t{contender.votes} * leader.shingles < uint64_t{leader.votes} * contender.shingles;
}

constexpr uint32_t kNobody = UINT32_MAX;
constexpr uint32_t kNotSought = UINT32_MAX - 1;

// Where the text stands in the kind, or kNobody.
uint32_t FindRank(uint32_t text, const Kind& kind) {
  // The first one that is no smaller, again without a branch.
  const uint16_t* at = kind.texts.data();
  for (size_t size = kind.texts.size(); size > 1;) {
    const size_t half = size / 2;
    at += at[half - 1] < text ? half : 0;
    size -= half;
  }
  return *at == text ? static_cast<uint32_t>(at - kind.texts.data()) : kNobody;
}

// True if most of the contender's places are none of the leader's, which only has others in its span: a phrase that a
// licence shares with the use policy behind it stretches the policy's span over half of the licence. `ranks`: of the
// leader.
// `leads`: how many places of the span are the leader's.
bool StandsAlone(const Contender& contender, uint32_t leads, const std::vector<Kind>& kinds,
                 const std::vector<uint32_t>& ranks) {
  // Mostly there are not so many places that are none of the leader's.
  if (uint64_t{contender.end - contender.first - leads} * 2 <= contender.places) return false;
  uint32_t own = 0;
  for (size_t k = 0; k < kinds.size(); ++k) {
    if (ranks[k] != kNobody || kinds[k].end <= contender.first || kinds[k].first >= contender.end) continue;
    if (FindRank(contender.text, kinds[k]) != kNobody) own += kinds[k].places;
    if (own * 2 > contender.places) return true;
  }
  return false;
}

// Keeps those contenders that may be the best explanation of some part of the text, or a near rival of it. Many
// licences quote each other; the text with the most votes leads those that have nothing of their own within their span,
// of which the nearest follow it.
void KeepUndominated(Scratch* scratch) {
  auto& contenders = scratch->contenders;
  auto& kept = scratch->kept;
  kept.clear();
  std::vector<std::pair<uint32_t, Contender>> followers;  // shingles that only one side has
  for (size_t leaders = 0; leaders < kMostLeaders && !contenders.empty(); ++leaders) {
    std::iter_swap(std::min_element(contenders.begin(), contenders.end(),
                                    [](const Contender& a, const Contender& b) { return a.Before(b); }),
                   contenders.end() - 1);
    const Contender leader = contenders.back();
    contenders.pop_back();
    kept.push_back(leader);
    if (contenders.empty()) return;
    auto& ranks = scratch->ranks;
    ranks.resize(scratch->kinds.size());
    for (size_t k = 0; k < ranks.size(); ++k) ranks[k] = FindRank(leader.text, scratch->kinds[k]);
    auto& explained = scratch->explained;
    explained.assign(1, 0);
    for (const Place& place : scratch->places) {
      explained.push_back(explained.back() + (ranks[place.kind] != kNobody ? 1 : 0));
    }
    followers.clear();
    const auto is_led = [&](const Contender& contender) {
      if (explained[contender.end] - explained[contender.first] < contender.places) return false;
      if (IsSharedPassage(contender, leader)) return true;
      if (contender.missing() <= kWholeButFor) {
        kept.push_back(contender);
      } else {
        followers.push_back({contender.missing() + contender.added(), contender});
      }
      return true;
    };
    contenders.erase(std::remove_if(contenders.begin(), contenders.end(), is_led), contenders.end());
    const size_t count = std::min(followers.size(), kMostFollowers);
    std::partial_sort(followers.begin(), followers.begin() + static_cast<std::ptrdiff_t>(count), followers.end(),
                      [](const auto& a, const auto& b) {
                        return a.first != b.first ? a.first < b.first : a.second.Before(b.second);
                      });
    for (size_t i = 0; i < count; ++i) kept.push_back(followers[i].second);
    for (size_t i = count; i < followers.size(); ++i) {
      const Contender& follower = followers[i].second;
      const uint32_t leads = explained[follower.end] - explained[follower.first];
      if (StandsAlone(follower, leads, scratch->kinds, ranks)) contenders.push_back(follower);
    }
  }
  kept.insert(kept.end(), contenders.begin(), contenders.end());
}

// Of one text at one place; about as dear as reading so many postings.
constexpr size_t kSearchCost = 3;

// Places that no long run settles are searched one by one: for texts of which little is there, reading all is cheaper.
bool SearchIsDearer(const std::vector<Contender>& kept, size_t postings) {
  constexpr size_t kRunsOfText = 16;
  size_t searches = 0;
  for (const Contender& contender : kept) searches += contender.added() + kRunsOfText;
  return searches * kSearchCost > postings;
}

// Gathers the votes for the kept contenders from all postings: those for kept[i] lie at [begins[i], begins[i + 1]).
void GatherVotes(const IndexView& index, Scratch* scratch) {
  auto& begins = scratch->begins;
  begins.assign(1, 0);
  for (const Contender& contender : scratch->kept) begins.push_back(begins.back() + contender.votes);
  scratch->gathered.resize(begins.back() + 1);
  // Without a branch, which nobody could predict: votes for the others all go to the place behind all.
  scratch->slots.assign(index.texts().size(), {begins.back(), 0});
  for (size_t i = 0; i < scratch->kept.size(); ++i) scratch->slots[scratch->kept[i].text] = {begins[i], 1};
  Scratch::Slot* const slots = scratch->slots.data();
  Vote* const gathered = scratch->gathered.data();
  for (const Place& place : scratch->places) {
    const absl::Span<const uint16_t> texts = scratch->kinds[place.kind].texts;
    const uint32_t* positions = index.Positions(index.shingles()[place.shingle]);
    for (size_t k = 0; k < texts.size(); ++k) {
      Scratch::Slot& slot = slots[texts[k]];
      gathered[slot.next] = {place.position, positions[k]};
      slot.next += slot.step;
    }
  }
}

// Looks for the votes for one contender where no long run has settled them.
void SearchVotes(const IndexView& index, const Contender& contender, Scratch* scratch, RunGrower* grower) {
  scratch->ranks.assign(scratch->kinds.size(), kNotSought);
  const auto end = scratch->places.begin() + contender.end;
  for (auto at = scratch->places.begin() + contender.first; at != end; ++at) {
    if (at->position + kShingleWords <= grower->settled_end()) {
      at = std::partition_point(
          at, end, [&](const Place& place) { return place.position + kShingleWords <= grower->settled_end(); });
      if (at == end) break;
    }
    const Place& place = *at;
    uint32_t& rank = scratch->ranks[place.kind];
    if (rank == kNotSought) rank = FindRank(contender.text, scratch->kinds[place.kind]);
    if (rank == kNobody) continue;
    const absl::Span<const uint16_t> texts = scratch->kinds[place.kind].texts;
    const uint32_t* positions = index.Positions(index.shingles()[place.shingle]);
    for (size_t k = rank; k < texts.size() && texts[k] == contender.text; ++k) {
      grower->Add({place.position, positions[k]});
    }
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

// Those that match most come first; of equal ones those that were found first.
void OrderByMatched(std::vector<Chain>* chains) {
  std::vector<std::pair<uint32_t, uint32_t>> order;  // matched, number
  order.reserve(chains->size());
  for (const Chain& chain : *chains) order.push_back({chain.matched, static_cast<uint32_t>(order.size())});
  std::sort(order.begin(), order.end(),
            [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
  std::vector<Chain> ordered;
  ordered.reserve(chains->size());
  for (const auto& [matched, number] : order) ordered.push_back(std::move((*chains)[number]));
  *chains = std::move(ordered);
}

}  // namespace

std::vector<Chain> FindCandidates(const IndexView& index, absl::Span<const uint32_t> found, bool* incomplete) {
  *incomplete = false;
  std::vector<Chain> wholes = FindWholes(index, found);
  if (!wholes.empty()) return wholes;
  Lease lease;
  Scratch& scratch = lease.scratch();
  FindPlaces(index, found, &scratch);
  auto& places = scratch.places;
  size_t total = CountPostings(index, places);
  *incomplete = total > kMaxVotes;
  while (total > kMaxVotes) {
    DropCommonest(index, &places);
    total = CountPostings(index, places);
  }
  FindKinds(index, &scratch);
  if (total <= INT16_MAX) {
    CountVotes(index, &scratch.tallies, &scratch);
  } else {
    CountVotes(index, &scratch.wide_tallies, &scratch);
  }
  KeepUndominated(&scratch);
  auto& kept = scratch.kept;
  auto& runs = scratch.runs;
  std::sort(kept.begin(), kept.end(), [](const Contender& a, const Contender& b) { return a.Before(b); });
  const bool gather = SearchIsDearer(kept, total);
  if (gather) GatherVotes(index, &scratch);

  // A text that lies within the span of one already found without any difference, and has fewer votes, fits it less.
  struct Whole {
    uint32_t begin, end, votes;
  };
  std::vector<Whole> whole;
  std::vector<Chain> chains;
  for (size_t i = 0; i < kept.size(); ++i) {
    const Contender& contender = kept[i];
    const uint32_t first = places[contender.first].position;
    const uint32_t last = places[contender.end - 1].position;
    const bool inside = std::any_of(whole.begin(), whole.end(), [&](const Whole& w) {
      return first >= w.begin && last < w.end && contender.votes < w.votes;
    });
    if (inside) continue;
    const IndexText& text = index.texts()[contender.text];
    const absl::Span<const uint32_t> official = index.Words(text);
    const uint32_t least = std::max(kLeastWords, text.word_count / kLeastShare);
    RunGrower grower(official, found, &runs);
    if (gather) {
      for (uint32_t k = scratch.begins[i]; k < scratch.begins[i + 1]; ++k) grower.Add(scratch.gathered[k]);
    } else {
      SearchVotes(index, contender, &scratch, &grower);
    }
    grower.Finish();
    for (const Run& run : runs) {
      if (run.size == official.size()) whole.push_back({run.found, run.found + run.size, contender.votes});
    }
    ChainRuns(contender.text, least, runs, &scratch.chain_buffers, &chains);
  }
  OrderByMatched(&chains);
  lease.Return();
  return chains;
}

}  // namespace weighbridge::classify
