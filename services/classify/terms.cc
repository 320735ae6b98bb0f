#include "services/classify/terms.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_format.h"
#include "re2/filtered_re2.h"
#include "re2/re2.h"
#include "services/base/status_macros.h"
#include "services/classify/term_value.h"
#include "services/classify/tokenize.h"

namespace weighbridge::classify {
namespace {

// What bars, before the words it bars.
constexpr char kBan[] =
    R"(\b(?:not|never|no|nor|neither|cannot|don't|can't|mustn't|prohibit\w*|forbid\w*|forbidden|barred|bars?|)"
    R"(disallow\w*|refrain|unacceptable|exclud\w*|restricted from)\b)";
// What bars, behind the words it bars: "military use is forbidden".
constexpr char kBanBehind[] =
    R"(^(?: [^ \n;|#]+){0,8}? (?:is|are|be|remains?)(?: \w+){0,2}? (?:prohibited|forbidden|barred|disallowed|excluded|)"
    R"(ruled out|not (?:\w+ )?(?:allowed|permitted|licensed|authorized|granted|covered|acceptable))\b)";
// Words that look like a bar and are none.
constexpr char kNoBan[] =
    R"(\b(?:not limited to|not only|not just|no later than|whether or not|not otherwise|not to exceed|)"
    R"(without limitation)\b)";
// A bar that is itself negated, or said not to be there: what follows is allowed.
constexpr char kNegatedBan[] =
    R"(\b(?:nothing|not|no|never|none)(?: (?:in|this|the|license|agreement|herein|be|is|are|does|do|shall|)"
    R"(will|way|is|a|any|there|we|it|to|further|other|terms|of|these)){0,8} (?:prohibit\w*|forbid\w*|)"
    R"(forbidden|restrict\w*|limit|limits|limitations?|preclud\w*|prevent\w*|barred|bars?|disallow\w*|)"
    R"(restrictions?|object\w*)\b)";
// Such a sentence takes back what another said.
constexpr char kException[] =
    R"(\b(?:(?:section|clause|paragraph|threshold|restriction|restrictions|limitation|limit|condition|)"
    R"(requirement|requirements|duty|obligation|prohibition|exclusion)\b.{0,100}?|this|foregoing|above) )"
    R"((?:does|do|shall|will|would)(?: not|nt) (?:apply|extend|affect))";
// Nothing has to be done.
constexpr char kNoDuty[] =
    R"(\b(?:need not|(?:not|never|nt)(?: \w+){0,2} (?:required?|need|needed|obliged|obligated|necessary|)"
    R"(mandatory|have to)|no(?: \w+){0,4}? (?:required|needed|necessary|need to)|no (?:duty|obligation|)"
    R"(need|requirement) to|without (?:having to|registering|registration|any need)|(?:is|are) optional|)"
    R"(encouraged? to|(?:you|we) (?:may|can) (?:choose|opt) to|recommend\w*)\b)";
// The head of a list of examples: none of its items says what alone holds.
constexpr char kExamples[] = R"(\b(?:includ(?:e|es|ing)|such as|examples?)(?: \w+){0,5}$)";
constexpr char kOnly[] = R"(\b(?:only|solely|exclusively|limited to|restricted to)\b)";
// The head of a list that allows its items.
constexpr char kAllows[] =
    R"(\b(?:(?:you|licensees?|users?|recipients?|anyone|everybody|it) (?:may|can)|permitted|allowed|)"
    R"(free to|are (?:encouraged|welcome))\b)";

// A longer sentence is read in parts.
constexpr size_t kMaxSentenceBytes = 8192;
// Hits of one pattern in one text; more say nothing new.
constexpr size_t kMaxHitsPerPattern = 30;
constexpr int64_t kPatternMemoryBytes = 16 << 20;
// A list that bars reaches so far behind its head.
constexpr size_t kListReachBytes = 8000;
// Of a longer head its end is read: a text of colons alone must not be read once for each of them.
constexpr size_t kMaxHeadBytes = 1000;

re2::StringPiece Piece(std::string_view text) { return re2::StringPiece(text.data(), text.size()); }

bool Matches(std::string_view text, const RE2& pattern) { return RE2::PartialMatch(Piece(text), pattern); }

std::unique_ptr<RE2> Compile(const std::string& pattern) {
  RE2::Options options;
  options.set_log_errors(false);
  return std::make_unique<RE2>(pattern, options);
}

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool StartsLowerCase(std::string_view text, const Word& word) {
  return word.begin < text.size() && text[word.begin] >= 'a' && text[word.begin] <= 'z';
}

// Whether the full stop at `at` stands behind a single letter: "Anna B. Acorn", "the U.S. mail", "e.g. X". A numeral of
// one letter ends a heading: "Exhibit A. You".
bool EndsInitial(std::string_view text, size_t at) {
  const auto letter = [&](size_t i) { return i < at && ((text[i] | 0x20) >= 'a' && (text[i] | 0x20) <= 'z'); };
  if (at < 3 || !letter(at - 1)) return false;
  if (text[at - 2] == '.') return letter(at - 3);
  // A name stands before it, not the head of an annex.
  if (text[at - 2] != ' ' || !letter(at - 3) || text[at - 1] < 'A' || text[at - 1] > 'Z') return false;
  size_t begin = at - 3;
  while (begin > 0 && letter(begin - 1)) --begin;
  if (text[begin] < 'A' || text[begin] > 'Z') return false;
  for (const std::string_view head :
       {"Exhibit", "Appendix", "Annex", "Schedule", "Attachment", "Section", "Part", "Article"}) {
    if (text.substr(begin, at - 2 - begin) == head) return false;
  }
  return true;
}

// What the signs between two words amount to.
struct Gap {
  char end = 0;  // . : ;
  bool paragraph = false;
  bool quote_closes = false, quote_opens = false, item = false;
};

// Whether lines begin with a star as in a comment of C: most of them behind its opening, or all. Of a list of bullets
// some line does not: what it is a list of.
bool HasStarredEdge(std::string_view text) {
  size_t lines = 0, starred = 0;
  bool opened = false;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const size_t first = text.substr(begin, end - begin).find_first_not_of(" \t\r");
    if (first != std::string_view::npos) {
      ++lines;
      starred += text[begin + first] == '*' ? 1 : 0;
      opened = opened || text.compare(begin + first, 2, "/*") == 0;
    }
    begin = end + 1;
  }
  return opened ? 2 * starred > lines : starred == lines;
}

// Of the bytes [begin, end) between two words; `next` is the word that follows them, if any. `stars` are bullets, not
// the edge of a comment.
Gap ReadGap(std::string_view text, size_t begin, size_t end, const Word* next, bool stars) {
  Gap gap;
  size_t line_ends = 0;
  bool line_blank = false, word_before_quote = true;
  for (size_t i = begin; i < end; ++i) {
    const char c = text[i];
    const std::string_view rest = text.substr(i, end - i);
    const auto starts = [&](std::string_view sign) { return rest.substr(0, sign.size()) == sign; };
    const bool quote = c == '"' || starts("\u201c") || starts("\u201d") || starts("\u201e") || starts("\u00ab") ||
                       starts("\u00bb") || starts("\u300c") || starts("\u300d");
    // Two grave accents and two apostrophes are the quotes of TeX.
    if (starts("``")) gap.quote_opens = true;
    if (starts("''")) gap.quote_closes = true;
    if (quote) {
      // A quote before a blank closes, one behind a blank opens.
      const bool closes =
          starts("\u201d") || starts("\u00bb") || starts("\u300d") ||
          (!starts("\u201c") && !starts("\u201e") && !starts("\u00ab") && !starts("\u300c") && word_before_quote);
      (closes ? gap.quote_closes : gap.quote_opens) = true;
    }
    if (IsSpace(c) || c == '(' || c == '[' || c == '*' || c == '`') word_before_quote = false;
    if (c == '\n') {
      if (line_blank && line_ends > 0) gap.paragraph = true;
      ++line_ends;
      line_blank = true;
    } else if (!IsSpace(c) && c != '>' && c != '#') {
      line_blank = false;
    }
    if (line_ends > 0 && (c == '-' || (c == '*' && stars) || starts("\u2022") || starts("\u00b7") || starts("\uf0b7") ||
                          starts("\u25cf"))) {
      gap.item = true;
    }
    if (gap.paragraph) continue;
    if (c == ':' || starts("\uff1a")) gap.end = ':';
    if ((c == ';' || starts("\uff1b")) && gap.end == 0) gap.end = ';';
    const bool stop = c == '.' || c == '?' || c == '!';
    if (starts("\u3002")) gap.end = '.';
    if (stop && gap.end == 0 && next != nullptr && !StartsLowerCase(text, *next) &&
        !(c == '.' && EndsInitial(text, i))) {
      // "e.g. X" ends one as well, but "U.S.C", "v2.1" and "Acorn.1" do not.
      if (i + 1 < end && (IsSpace(text[i + 1]) || text[i + 1] == '"' || text[i + 1] == '\'' || text[i + 1] == ')' ||
                          static_cast<unsigned char>(text[i + 1]) >= 0x80 || text[i + 1] == '*')) {
        gap.end = '.';
      }
      // The blank behind it is left out: 'the "Acorn").You must'.
      if (i + 1 == end && i > begin && (text[i - 1] == ')' || text[i - 1] == '"')) gap.end = '.';
    }
  }
  return gap;
}

bool JoinsNon(std::string_view word) {
  return word.substr(0, 10) == "commercial" || word == "profit" || word == "profits" || word == "military";
}

}  // namespace

std::string_view TermPolarityName(TermPolarity polarity) {
  switch (polarity) {
    case TermPolarity::kRestricts:
      return "restricts";
    case TermPolarity::kDuty:
      return "duty";
    case TermPolarity::kPermits:
      return "permits";
  }
  return "";
}

size_t MarkedText::WordAt(size_t at) const {
  const auto after = std::upper_bound(places.begin(), places.end(), at,
                                      [](size_t value, const Place& place) { return value < place.marked; });
  return after == places.begin() ? 0 : static_cast<size_t>(after - places.begin()) - 1;
}

MarkedText MarkText(std::string_view text) {
  MarkedText marked;
  const TokenizedText tokens = Tokenize(text);
  marked.places.reserve(tokens.words.size());
  marked.text.reserve(tokens.normalised.size() + tokens.words.size() / 4);
  size_t marker = 0;
  const bool stars = !HasStarredEdge(text);
  bool opens = false, item = false;
  for (size_t i = 0; i < tokens.words.size(); ++i) {
    const Word& word = tokens.words[i];
    if (i == 0) {
      const Gap gap = ReadGap(text, 0, word.begin, &word, stars);
      opens = gap.quote_opens || gap.quote_closes;
      item = gap.item;
    }
    while (marker < tokens.markers.size() && tokens.markers[marker].before_word < i) ++marker;
    if (marker < tokens.markers.size() && tokens.markers[marker].before_word == i) item = true;
    if (item) marked.text += '#';
    if (opens) marked.text += '"';
    marked.places.push_back({static_cast<uint32_t>(marked.text.size()), word.begin, word.end});
    marked.text += tokens.NormalisedWord(i);
    const bool last = i + 1 == tokens.words.size();
    const size_t end = last ? text.size() : tokens.words[i + 1].begin;
    // A word that the reader cannot see as one may end where the next begins.
    const Gap gap = ReadGap(text, std::min<size_t>(word.end, end), end, last ? nullptr : &tokens.words[i + 1], stars);
    if (gap.quote_closes) marked.text += '"';
    if (gap.end == ':' || gap.end == ';') marked.text += gap.end;
    // What is quoted behind a colon belongs to the sentence, wherever it begins.
    const bool ends = (gap.paragraph && !(gap.end == ':' && gap.quote_opens)) || gap.end == '.';
    // "non commercial" is written apart as often as in one word.
    if (!last && gap.end == 0 && !gap.paragraph && !gap.quote_opens && !gap.quote_closes && !gap.item &&
        tokens.NormalisedWord(i) == "non" && JoinsNon(tokens.NormalisedWord(i + 1))) {
      opens = item = false;
      continue;
    }
    if (gap.paragraph && ends) marked.text += '|';
    marked.text += ends ? '\n' : ' ';
    opens = gap.quote_opens;
    // "3." read as a word stands before an item all the same.
    item = gap.item || (word.flags & kMarkerShaped) != 0;
  }
  return marked;
}

namespace {

// Finds all of many short strings in one pass: an automaton of Aho and Corasick over the bytes that they hold.
// (RE2::Set makes a state of every set of strings seen so far, which costs more than all patterns together.)
class AtomFinder {
 public:
  explicit AtomFinder(const std::vector<std::string>& atoms) : atoms_(atoms.size()) {
    for (const std::string& atom : atoms) {
      for (const char c : atom) {
        uint16_t& one = class_of_[static_cast<unsigned char>(c)];
        if (one == 0) one = static_cast<uint16_t>(classes_++);
      }
    }
    AddNode();
    for (size_t i = 0; i < atoms.size(); ++i) {
      uint32_t node = 0;
      for (const char c : atoms[i]) {
        const size_t edge = Edge(node, class_of_[static_cast<unsigned char>(c)]);
        if (next_[edge] == 0) {
          const uint32_t made = AddNode();
          next_[edge] = made;
        }
        node = next_[edge];
      }
      atom_of_[node] = static_cast<int>(i);
    }
    // Nodes by depth: where a node has no edge it takes that of its longest proper suffix.
    std::vector<uint32_t> order, suffix(atom_of_.size(), 0);
    for (size_t c = 1; c < classes_; ++c) {
      if (next_[c] != 0) order.push_back(next_[c]);
    }
    for (size_t at = 0; at < order.size(); ++at) {
      const uint32_t node = order[at];
      shorter_[node] = longest_[suffix[node]];
      longest_[node] = atom_of_[node] >= 0 ? node : shorter_[node];
      for (size_t c = 1; c < classes_; ++c) {
        uint32_t& edge = next_[Edge(node, c)];
        const uint32_t behind = next_[Edge(suffix[node], c)];
        if (edge == 0) {
          edge = behind;
        } else {
          suffix[edge] = behind;
          order.push_back(edge);
        }
      }
    }
  }

  // Numbers of the atoms that stand in the text, ascending.
  std::vector<int> Find(std::string_view text) const {
    std::vector<bool> seen(atoms_);
    std::vector<int> found;
    uint32_t node = 0;
    for (const char c : text) {
      node = next_[Edge(node, class_of_[static_cast<unsigned char>(c)])];
      // What ends at a node once found is found at its suffixes too.
      for (uint32_t end = longest_[node]; end != 0 && !seen[atom_of_[end]]; end = shorter_[end]) {
        seen[atom_of_[end]] = true;
        found.push_back(atom_of_[end]);
      }
    }
    std::sort(found.begin(), found.end());
    return found;
  }

 private:
  size_t Edge(uint32_t node, size_t one) const { return node * classes_ + one; }
  uint32_t AddNode() {
    next_.resize(next_.size() + classes_, 0);
    atom_of_.push_back(-1);
    longest_.push_back(0);
    shorter_.push_back(0);
    return static_cast<uint32_t>(atom_of_.size() - 1);
  }

  size_t atoms_;
  size_t classes_ = 1;  // 0: a byte of no atom
  uint16_t class_of_[256] = {};
  std::vector<uint32_t> next_;  // by node and class
  std::vector<int> atom_of_;    // that ends at the node; -1: none
  // The longest suffix of the node's path, and the longest but itself, at which an atom ends; 0: none.
  std::vector<uint32_t> longest_, shorter_;
};

struct Hit {
  size_t pattern;
  size_t begin, end;              // in the marked text
  size_t value_begin, value_end;  // of the first group; equal if there is none
};

}  // namespace

struct TermExtractor::Compiled {
  struct Pattern {
    TermPattern data;
    std::unique_ptr<RE2> unless, permitted_if;
  };
  std::vector<Pattern> patterns;
  // The patterns, and the literal words that each needs somewhere: one pass over the words names the patterns to try.
  re2::FilteredRE2 filter;
  std::unique_ptr<AtomFinder> atoms;

  // Numbers of the patterns that may hit the sentence.
  std::vector<int> Candidates(std::string_view sentence) const {
    std::vector<int> candidates;
    if (patterns.empty()) return candidates;
    const std::vector<int> found = atoms->Find(sentence);
    filter.AllPotentials(found, &candidates);
    std::sort(candidates.begin(), candidates.end());
    return candidates;
  }

  // All hits by place. No pattern crosses the end of a sentence, so each reads those sentences alone that hold its
  // words.
  std::vector<Hit> Find(std::string_view all) const {
    std::vector<Hit> hits;
    std::vector<size_t> counts(patterns.size());
    for (size_t begin = 0; begin < all.size();) {
      const size_t line = std::min(all.find('\n', begin), all.size());
      size_t end = line;
      if (end - begin > kMaxSentenceBytes) {
        const size_t blank = all.rfind(' ', begin + kMaxSentenceBytes);
        end = blank == std::string_view::npos || blank <= begin ? begin + kMaxSentenceBytes : blank;
      }
      std::string_view sentence = all.substr(begin, end - begin);
      while (!sentence.empty() && sentence.back() == ' ') sentence.remove_suffix(1);
      const size_t first = hits.size();
      for (const int candidate : Candidates(sentence)) {
        const RE2& regex = filter.GetRE2(candidate);
        const int groups = std::min(regex.NumberOfCapturingGroups(), 1) + 1;
        for (size_t from = 0; from < sentence.size() && counts[candidate] < kMaxHitsPerPattern;) {
          re2::StringPiece match[2];
          if (!regex.Match(Piece(sentence), from, sentence.size(), RE2::UNANCHORED, match, groups)) break;
          if (match[0].empty()) break;
          ++counts[candidate];
          Hit hit{static_cast<size_t>(candidate), static_cast<size_t>(match[0].data() - all.data()), 0, 0, 0};
          hit.end = hit.begin + match[0].size();
          if (groups == 2 && match[1].data() != nullptr) {
            hit.value_begin = static_cast<size_t>(match[1].data() - all.data());
            hit.value_end = hit.value_begin + match[1].size();
          }
          hits.push_back(hit);
          from = hit.end - begin;
        }
      }
      std::stable_sort(hits.begin() + static_cast<ptrdiff_t>(first), hits.end(),
                       [](const Hit& a, const Hit& b) { return a.begin < b.begin; });
      begin = end + 1;
    }
    return hits;
  }
  RE2 ban{kBan}, ban_behind{kBanBehind}, no_ban{kNoBan}, negated_ban{kNegatedBan}, exception{kException},
      no_duty{kNoDuty}, allows{kAllows}, examples{kExamples}, only{kOnly};
};

TermExtractor::TermExtractor(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
TermExtractor::~TermExtractor() = default;

absl::StatusOr<std::unique_ptr<TermExtractor>> TermExtractor::Create(std::vector<TermPattern> patterns) {
  auto compiled = std::make_unique<Compiled>();
  std::set<std::string> ids;
  for (TermPattern& pattern : patterns) {
    if (pattern.id.empty() || pattern.kind.empty()) return absl::InvalidArgumentError("a term has no id or no kind");
    if (!ids.insert(pattern.id).second) {
      return absl::InvalidArgumentError(absl::StrFormat("two terms are named %s", pattern.id));
    }
    Compiled::Pattern made;
    if (!pattern.unless.empty()) made.unless = Compile(pattern.unless);
    if (!pattern.permitted_if.empty()) made.permitted_if = Compile(pattern.permitted_if);
    for (const RE2* regex : {made.unless.get(), made.permitted_if.get()}) {
      if (regex != nullptr && !regex->ok()) {
        return absl::InvalidArgumentError(absl::StrFormat("term %s: %s", pattern.id, regex->error()));
      }
    }
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(kPatternMemoryBytes);
    int number = 0;
    if (compiled->filter.Add(Piece(pattern.pattern), options, &number) != RE2::NoError) {
      return absl::InvalidArgumentError(
          absl::StrFormat("term %s: \"%s\" does not compile", pattern.id, pattern.pattern));
    }
    made.data = std::move(pattern);
    compiled->patterns.push_back(std::move(made));
  }
  std::vector<std::string> atoms;
  if (!compiled->patterns.empty()) compiled->filter.Compile(&atoms);
  compiled->atoms = std::make_unique<AtomFinder>(atoms);
  return std::unique_ptr<TermExtractor>(new TermExtractor(std::move(compiled)));
}

namespace {

// The sentence that holds [begin, end): what lies between two ends of sentence or paragraph.
struct Span {
  size_t begin, end;
};

Span SentenceOf(std::string_view text, size_t begin, size_t end) {
  const size_t before = begin == 0 ? std::string_view::npos : text.rfind('\n', begin - 1);
  const size_t after = text.find('\n', end == 0 ? 0 : end - 1);
  return {before == std::string_view::npos ? 0 : before + 1, after == std::string_view::npos ? text.size() : after};
}

// The clause of that sentence: up to a semicolon or the next list item.
Span ClauseOf(std::string_view text, Span sentence, size_t begin, size_t end) {
  Span span = sentence;
  for (size_t at = begin; at > sentence.begin + 1; --at) {
    if ((text[at - 1] == ' ' && text[at - 2] == ';') || (text[at] == '#' && at < begin)) {
      span.begin = at;
      break;
    }
  }
  for (size_t at = end; at + 1 < sentence.end; ++at) {
    if (text[at - 1] == ';' || (text[at] == ' ' && text[at + 1] == '#')) {
      span.end = at;
      break;
    }
  }
  return span;
}

}  // namespace

std::vector<ClaimedTerm> TermExtractor::Extract(std::string_view whole) const {
  const std::string_view text = whole.substr(0, kMaxTermTextBytes);
  const MarkedText marked = MarkText(text);
  const std::string_view all = marked.text;
  const std::vector<Hit> hits = compiled_->Find(all);

  const auto bars = [&](std::string_view words) {
    std::string kept(words);
    RE2::GlobalReplace(&kept, compiled_->no_ban, "");
    return Matches(kept, compiled_->ban);
  };

  // Heads of lists, found once and only if a pattern asks.
  struct Head {
    size_t at;
    bool counts;  // it bars; of those in `example_heads`, it gives examples
  };
  std::vector<Head> heads, example_heads;
  bool heads_found = false;
  const auto find_heads = [&] {
    heads_found = true;
    const auto head_ends_at = [&](size_t at, bool colon) {
      const size_t reach = at < kMaxHeadBytes ? 0 : at - kMaxHeadBytes;
      const size_t end_before = all.substr(reach, at - reach).rfind('\n');
      const size_t begin = end_before == std::string_view::npos ? reach : reach + end_before + 1;
      std::string_view head = all.substr(begin, at - begin);
      // Behind a colon's own paragraph the head was seen already.
      bool seen = false;
      while (!head.empty() && (head.back() == ':' || head.back() == '|')) {
        seen = seen || head.back() == ':';
        head.remove_suffix(1);
      }
      if (bars(head)) {
        heads.push_back({at, true});
      } else if (head.substr(0, 1) != "#" && Matches(head, compiled_->allows)) {
        heads.push_back({at, false});
      }
      if (colon) {
        example_heads.push_back({at, Matches(head, compiled_->examples) && !Matches(head, compiled_->only)});
      } else if (!seen && head.substr(0, 1) != "#") {
        example_heads.push_back({at, false});
      }
    };
    for (size_t at = 0; at + 2 < all.size(); ++at) {
      const bool colon = all[at] == ':' && (all[at + 1] == ' ' || all[at + 1] == '|' || all[at + 1] == '\n');
      const bool before_item = all[at] == '\n' && all[at + 1] == '#' && at > 0;
      if (colon || before_item) head_ends_at(at, colon);
    }
  };
  // Whether `at` stands in a list whose head counts.
  const auto in_list = [&](const std::vector<Head>& of, size_t at, size_t sentence_begin) {
    if (!heads_found) find_heads();
    const auto after =
        std::upper_bound(of.begin(), of.end(), at, [](size_t value, const Head& head) { return value < head.at; });
    if (after == of.begin()) return false;
    const Head& head = *(after - 1);
    if (!head.counts || at - head.at > kListReachBytes) return false;
    if (head.at >= sentence_begin) return true;
    // An item: marked as one, or a paragraph, or in the first paragraph behind the head.
    const size_t behind = std::min(head.at + 3, sentence_begin);
    if (all.substr(behind, sentence_begin - behind).find('|') == std::string_view::npos) return true;
    return all[sentence_begin] == '#' || (sentence_begin >= 2 && all[sentence_begin - 2] == '|') ||
           all.substr(sentence_begin, at - sentence_begin).find('#') != std::string_view::npos;
  };

  std::vector<ClaimedTerm> terms;
  std::vector<bool> weak;
  std::set<std::string> permitted_kinds, limited_kinds;
  for (const Hit& hit : hits) {
    const Compiled::Pattern& pattern = compiled_->patterns[hit.pattern];
    const TermPattern& data = pattern.data;
    const Span span = SentenceOf(all, hit.begin, hit.end);
    const Span part = ClauseOf(all, span, hit.begin, hit.end);
    const std::string_view clause = all.substr(part.begin, part.end - part.begin);
    const std::string_view before = all.substr(span.begin, hit.begin - span.begin);
    const std::string_view words = all.substr(hit.begin, hit.end - hit.begin);
    if (pattern.unless != nullptr && Matches(clause, *pattern.unless)) continue;
    if (Matches(clause, compiled_->exception)) continue;
    TermPolarity polarity = data.polarity;
    if (polarity == TermPolarity::kDuty && Matches(all.substr(part.begin, hit.end - part.begin), compiled_->no_duty))
      continue;
    if (pattern.permitted_if != nullptr && Matches(clause, *pattern.permitted_if)) polarity = TermPolarity::kPermits;
    if (polarity == TermPolarity::kRestricts && Matches(clause, compiled_->negated_ban))
      polarity = TermPolarity::kPermits;
    if (data.needs_ban && polarity != TermPolarity::kPermits && !bars(before) && !bars(words) &&
        !Matches(all.substr(hit.end, part.end - hit.end), compiled_->ban_behind) &&
        !in_list(heads, hit.begin, span.begin)) {
      continue;
    }
    if (data.weak && polarity == TermPolarity::kRestricts && in_list(example_heads, hit.begin, span.begin)) continue;
    size_t begin = hit.begin;
    while (begin + 1 < hit.end && (all[begin] == '#' || all[begin] == '"' || IsSpace(all[begin]))) ++begin;
    const size_t first = marked.WordAt(begin), last = marked.WordAt(hit.end - 1);
    ClaimedTerm term{data.kind, data.value, polarity, marked.places[first].begin, marked.places[last].end, data.id};
    std::vector<std::string> values;
    if (data.kind == "territory" && data.value.empty()) {
      values = PlaceValues(all.substr(hit.begin, span.end - hit.begin));
      if (values.empty()) continue;
    } else if (hit.value_end > hit.value_begin) {
      const std::string_view captured = all.substr(hit.value_begin, hit.value_end - hit.value_begin);
      if (data.kind == "revenue_threshold") {
        values = MoneyValues(captured);
        const std::string period = PeriodValue(clause, words);
        for (std::string& value : values) {
          // A figure without a currency is in the one that the text names.
          if (value.find(' ') == std::string::npos) {
            const std::string currency = OnlyCurrency(all);
            if (!currency.empty()) value = currency + " " + value;
          }
          if (!period.empty()) value += " " + period;
        }
      } else if (data.kind == "naming" || data.kind == "attribution_display") {
        const size_t from = marked.WordAt(all[hit.value_begin] == '"' ? hit.value_begin + 1 : hit.value_begin),
                     to = marked.WordAt(hit.value_end - 1);
        for (const char c : text.substr(marked.places[from].begin, marked.places[to].end - marked.places[from].begin)) {
          // Line ends of a wrapped text are no part of a name.
          if (!IsSpace(c)) {
            term.value += c;
          } else if (term.value.empty() || term.value.back() != ' ') {
            term.value += ' ';
          }
        }
        // "Acorn's name and logo must appear": the name is shown, not its genitive.
        for (const std::string_view genitive : {"'s", "\u2019s"}) {
          const size_t size = term.value.size();
          if (size > genitive.size() && term.value.compare(size - genitive.size(), genitive.size(), genitive) == 0) {
            term.value.resize(size - genitive.size());
          }
        }
      } else {
        term.value = NumberValue(captured);
        if (!term.value.empty() && !data.unit.empty()) term.value += " " + data.unit;
      }
      if (term.value.empty() && values.empty()) continue;
    }
    if (values.empty()) values.push_back(term.value);
    if (!data.weak) (polarity == TermPolarity::kPermits ? permitted_kinds : limited_kinds).insert(data.kind);
    for (std::string& value : values) {
      term.value = std::move(value);
      terms.push_back(term);
      weak.push_back(data.weak);
    }
  }
  std::vector<ClaimedTerm> kept;
  for (size_t i = 0; i < terms.size(); ++i) {
    const auto& contrary = terms[i].polarity == TermPolarity::kPermits ? limited_kinds : permitted_kinds;
    if (weak[i] && contrary.count(terms[i].kind) != 0) continue;
    const bool again = std::any_of(kept.begin(), kept.end(), [&](const ClaimedTerm& other) {
      if (std::tie(other.kind, other.polarity) != std::tie(terms[i].kind, terms[i].polarity)) return false;
      if (other.begin >= terms[i].end || terms[i].begin >= other.end) return false;
      if (other.value == terms[i].value) return true;
      // Two patterns that see the same words end them before and behind a web address.
      const size_t size = std::min(other.value.size(), terms[i].value.size());
      return terms[i].kind == "attribution_display" && size > 0 &&
             other.value.compare(0, size, terms[i].value, 0, size) == 0;
    });
    if (!again) kept.push_back(std::move(terms[i]));
  }
  return kept;
}

std::vector<ClaimedTerm> TermExtractor::ExtractUnexplained(std::string_view text, const Classification& found) const {
  bool unexplained = found.matches.empty() || found.incomplete;
  for (size_t i = 0; i < found.matches.size(); ++i) unexplained = unexplained || !found.Bare(i);
  for (const Residue& residue : found.residue) unexplained = unexplained || residue.blocks || !residue.triggers.empty();
  if (!unexplained) return {};
  std::vector<ClaimedTerm> terms = Extract(text);
  terms.erase(std::remove_if(terms.begin(), terms.end(),
                             [&](const ClaimedTerm& term) {
                               for (size_t i = 0; i < found.matches.size(); ++i) {
                                 const TextMatch& match = found.matches[i];
                                 if (found.Bare(i) && term.begin >= match.begin && term.end <= match.end) return true;
                               }
                               return false;
                             }),
              terms.end());
  return terms;
}

absl::Status CheckTermPattern(const TermPattern& pattern) {
  WB_ASSIGN_OR_RETURN(const std::unique_ptr<TermExtractor> extractor, TermExtractor::Create({pattern}));
  const auto claims = [&](const std::string& text) {
    const std::vector<ClaimedTerm> terms = extractor->Extract(text);
    return std::any_of(terms.begin(), terms.end(),
                       [&](const ClaimedTerm& term) { return term.polarity == pattern.polarity; });
  };
  if (!claims(pattern.hit)) {
    return absl::InvalidArgumentError(
        absl::StrFormat("term %s does not hit its example \"%s\"", pattern.id, pattern.hit));
  }
  if (claims(pattern.miss)) {
    return absl::InvalidArgumentError(
        absl::StrFormat("term %s hits \"%s\", which it should miss", pattern.id, pattern.miss));
  }
  return absl::OkStatus();
}

}  // namespace weighbridge::classify
