#include <algorithm>
#include <string>
#include <utility>

#include "tests/mutants/mutants.h"
#include "tests/mutants/random.h"
#include "tests/mutants/word_lists.h"

namespace weighbridge::mutants {
namespace {

constexpr size_t kLeastClauseWords = 8;
constexpr size_t kMostSiblingTries = 24;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
char ToUpper(char c) { return IsLower(c) ? static_cast<char>(c - 'a' + 'A') : c; }

std::string Uppered(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), ToUpper);
  return out;
}

// As headings are written.
std::string Titled(std::string_view text) {
  std::string out(text);
  for (size_t i = 0; i < out.size(); ++i) {
    if (i == 0 || out[i - 1] == ' ') out[i] = ToUpper(out[i]);
  }
  return out;
}

// True if `text` has at least two letters and none of them is small.
bool Shouts(std::string_view text) {
  return std::count_if(text.begin(), text.end(), IsUpper) >= 2 && std::none_of(text.begin(), text.end(), IsLower);
}

std::string InCaseOf(std::string_view replacement, std::string_view original) {
  if (Shouts(original)) return Uppered(replacement);
  std::string out(replacement);
  if (!original.empty() && IsUpper(original[0])) out[0] = ToUpper(out[0]);
  return out;
}

// One edit: the bytes [begin, end) of the original become `now`.
struct Change {
  size_t begin, end;
  std::string now;
};

class Editor {
 public:
  Editor(const Parts& parts, const std::vector<std::string_view>& siblings, uint64_t seed)
      : parts_(parts), text_(parts.text), siblings_(siblings), random_(seed) {}

  std::optional<Change> Make(LegalKind kind) {
    switch (kind) {
      case LegalKind::kNegationAdded:
        return ByRules(kNegationAdded);
      case LegalKind::kNegationRemoved:
        return ByRules(kNegationRemoved);
      case LegalKind::kModality:
        return ByRules(kModality);
      case LegalKind::kNumber:
        return Number();
      case LegalKind::kUnit:
        return Unit();
      case LegalKind::kScope:
        return ByRules(kScope);
      case LegalKind::kPartyReplaced:
        return ByRules(kParties);
      case LegalKind::kPartiesExchanged:
        return PartiesExchanged();
      case LegalKind::kDateOrVersion:
        return DateOrVersion();
      case LegalKind::kVerb:
        return ByRules(kVerbs);
      case LegalKind::kComparison:
        return ByRules(kComparisons);
      case LegalKind::kClauseRemoved:
        return ClauseRemoved();
      case LegalKind::kClauseReplaced:
        return ClauseReplaced();
      case LegalKind::kClauseInserted:
        return Inserted(Clause());
      case LegalKind::kClauseAppended:
        return AtEdge(text_.size());
      case LegalKind::kClausePrepended:
        return AtEdge(0);
      case LegalKind::kSentencesExchanged:
        return SentencesExchanged();
      case LegalKind::kExceptionAdded:
        return BeforeFullStop(kExceptions, kOperative);
      case LegalKind::kConditionAdded:
        return BeforeFullStop(kConditions, kOperative);
      case LegalKind::kTerritory:
        return Territory();
      case LegalKind::kGraft:
        return Graft();
    }
    return std::nullopt;
  }

 private:
  const std::string& Lower(size_t word) const { return parts_.words[word].lower; }

  bool MayTouch(size_t begin, size_t end) const { return !parts_.Varies(begin, end) && !parts_.InAddress(begin, end); }

  template <typename T>
  std::optional<T> Any(const std::vector<T>& all) {
    if (all.empty()) return std::nullopt;
    return all[random_.Below(all.size())];
  }

  // ---- words by rules
  // --------------------------------------------------------------------------------------------------

  // Behind word `i`: nothing that divides two words of one phrase.
  bool Joins(size_t i) const {
    const std::string_view gap = parts_.Between(i);
    return !gap.empty() && gap.size() <= 40 && std::all_of(gap.begin(), gap.end(), [&](char c) {
      return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '-' || c == '/' ||
             (c == '.' && Lower(i).size() == 1);
    });
  }

  // Number of words of `rule.from` found at word `i`, 0 if it is not there.
  size_t Matches(const Rule& rule, size_t i) const {
    size_t at = 0, count = 0;
    const std::string_view from = rule.from;
    while (at < from.size()) {
      const size_t end = std::min(from.find(' ', at), from.size());
      if (i + count >= parts_.words.size() || Lower(i + count) != from.substr(at, end - at)) return 0;
      if (count > 0 && !Joins(i + count - 1)) return 0;
      ++count;
      at = end + 1;
    }
    return count;
  }

  bool Excluded(const Rule& rule, size_t first, size_t end) const {
    if (first > 0 && Contains(rule.not_behind, Lower(first - 1))) return true;
    for (const std::string_view before : rule.not_before) {
      if (Matches(Rule{before, {}}, end) > 0 && Joins(end - 1)) return true;
    }
    return false;
  }

  struct Site {
    const Rule* rule;
    size_t first, end;  // words
  };

  // Longest phrases first; each rule is as likely as the next, however often its words are there.
  std::vector<std::vector<Site>> SitesOf(const Rules& rules, bool in_sentences) const {
    std::vector<std::vector<Site>> sites(rules.size());
    for (size_t i = 0; i < parts_.words.size();) {
      size_t best = 0, longest = 0;
      for (size_t r = 0; r < rules.size(); ++r) {
        const size_t count = Matches(rules[r], i);
        if (count > longest) {
          longest = count;
          best = r;
        }
      }
      if (longest == 0) {
        ++i;
        continue;
      }
      const size_t begin = parts_.words[i].begin, end = parts_.words[i + longest - 1].end;
      const bool negates = i > 0 && Lower(i - 1) == "non" && Joins(i - 1);
      if ((!in_sentences || parts_.SentenceOf(i) != nullptr) && MayTouch(begin, end) && !negates &&
          !Excluded(rules[best], i, i + longest)) {
        sites[best].push_back({&rules[best], i, i + longest});
      }
      i += longest;
    }
    sites.erase(std::remove_if(sites.begin(), sites.end(), [](const auto& of_rule) { return of_rule.empty(); }),
                sites.end());
    return sites;
  }

  std::optional<Change> ByRules(const Rules& rules, bool in_sentences = true) {
    const std::vector<std::vector<Site>> sites = SitesOf(rules, in_sentences);
    if (sites.empty()) return std::nullopt;
    const Site site = random_.Of(random_.Of(sites));
    const size_t begin = parts_.words[site.first].begin, end = parts_.words[site.end - 1].end;
    return Change{begin, end, InCaseOf(random_.Of(site.rule->to), text_.substr(begin, end - begin))};
  }

  // ---- numbers, dates, units
  // -------------------------------------------------------------------------------------------

  struct Figure {
    size_t begin, end;
    size_t word;  // the first it holds
    bool dated;   // a year, a day beside a month, or a version
  };

  bool IsNumberWord(size_t word) const {
    return std::any_of(kNumberWords.begin(), kNumberWords.end(),
                       [&](const Rule& rule) { return rule.from == Lower(word); }) ||
           Lower(word) == "one";
  }

  std::vector<Figure> Figures() const {
    std::vector<Figure> figures;
    for (size_t i = 0; i < parts_.words.size(); ++i) {
      const Word& word = parts_.words[i];
      if (!std::all_of(word.lower.begin(), word.lower.end(), IsDigit)) continue;
      size_t last = i;
      while (last + 1 < parts_.words.size() && (parts_.Between(last) == "." || parts_.Between(last) == ",") &&
             IsDigit(Lower(last + 1)[0])) {
        ++last;
      }
      const size_t begin = word.begin, end = parts_.words[last].end;
      const bool plain = std::all_of(Lower(last).begin(), Lower(last).end(), IsDigit);
      const bool refers = i > 0 && Contains(kReferenceNouns, Lower(i - 1));
      const bool follows_number = i > 0 && IsNumberWord(i - 1);
      const char behind = end < text_.size() ? text_[end] : ' ';
      // "2." and "(3)" before an item are no numbers of the text, nor is "&#167;".
      bool item = parts_.StartsLine(begin) && !(i > 0 && parts_.words[i - 1].end > Paragraph(begin).begin && refers);
      if (behind == ')' && !follows_number) item = true;
      if (i > 0 && (behind == '.' || behind == ')')) {
        const std::string_view gap = parts_.Between(i - 1);
        if (gap.find_first_of(".:;") != gap.npos) item = true;
      }
      const bool year =
          last == i && word.lower.size() == 4 && (word.lower.rfind("19", 0) == 0 || word.lower.rfind("20", 0) == 0);
      const bool by_month = (i > 0 && Contains(kMonthNames, Lower(i - 1))) ||
                            (last + 1 < parts_.words.size() && Contains(kMonthNames, Lower(last + 1)) && Joins(last));
      const bool version =
          !refers && i > 0 &&
          (Lower(i - 1) == "version" || Lower(i - 1) == "v" ||
           (last > i && parts_.Between(i) == "." && IsUpper(text_[parts_.words[i - 1].begin]) && Joins(i - 1)));
      if (begin >= 2 && text_.substr(begin - 2, 2) == "&#") item = true;  // a character
      if (plain && !item && MayTouch(begin, end)) figures.push_back({begin, end, i, year || by_month || version});
      i = last;
    }
    return figures;
  }

  Span Paragraph(size_t byte) const {
    for (const Span& paragraph : parts_.paragraphs) {
      if (paragraph.begin <= byte && byte < paragraph.end) return paragraph;
    }
    return {byte, byte};
  }

  // Another number of the same form.
  std::string OtherFigure(std::string_view figure) {
    std::string out(figure);
    if (random_.Once(4) && figure.find_first_of(".,") == figure.npos) return out + "0";
    std::vector<size_t> digits;
    for (size_t i = 0; i < out.size(); ++i) {
      if (IsDigit(out[i])) digits.push_back(i);
    }
    const size_t at = random_.Of(digits);
    const size_t least = at == 0 && out.size() > 1 ? 1 : 0;
    char digit;
    do {
      digit = static_cast<char>('0' + least + random_.Below(10 - least));
    } while (digit == out[at]);
    out[at] = digit;
    return out;
  }

  std::optional<Change> Number() {
    std::vector<Figure> figures;
    for (const Figure& figure : Figures()) {
      if (!figure.dated && parts_.SentenceOf(figure.word) != nullptr) figures.push_back(figure);
    }
    if (figures.empty() || random_.Once(3)) {
      if (auto change = ByRules(kNumberWords)) return change;
    }
    const auto figure = Any(figures);
    if (!figure.has_value()) return std::nullopt;
    return Change{figure->begin, figure->end, OtherFigure(text_.substr(figure->begin, figure->end - figure->begin))};
  }

  std::optional<Change> DateOrVersion() {
    std::vector<Figure> figures;
    for (const Figure& figure : Figures()) {
      if (figure.dated) figures.push_back(figure);
    }
    if (figures.empty() || random_.Once(4)) {
      if (auto change = ByRules(kMonths, false)) return change;
    }
    const auto figure = Any(figures);
    if (!figure.has_value()) return std::nullopt;
    return Change{figure->begin, figure->end, OtherFigure(text_.substr(figure->begin, figure->end - figure->begin))};
  }

  std::optional<Change> Unit() {
    std::vector<Change> signs;
    for (size_t at = 0; at + 1 < text_.size(); ++at) {
      const bool percent = text_[at] == '%' && at > 0 && IsDigit(text_[at - 1]);
      if (text_[at] == '$' && IsDigit(text_[at + 1]) && MayTouch(at, at + 1)) {
        signs.push_back({at, at + 1, random_.Once(2) ? "\xE2\x82\xAC" : "\xC2\xA3"});
        if (at >= 2 && text_.substr(at - 2, 2) == "US") signs.push_back({at - 2, at + 1, "C$"});
      } else if (percent && MayTouch(at, at + 1)) {
        signs.push_back({at, at + 1, random_.Once(2) ? "\xE2\x80\xB0" : " permille"});
      }
    }
    if (!signs.empty() && random_.Once(3)) return random_.Of(signs);
    return ByRules(kUnits);
  }

  // ---- parties
  // ---------------------------------------------------------------------------------------------------------

  std::optional<Change> PartiesExchanged() {
    std::vector<Change> changes;
    for (const Sentence& sentence : parts_.sentences) {
      if (parts_.Varies(sentence.begin, sentence.end)) continue;
      for (size_t i = sentence.first_word; i < sentence.end_word; ++i) {
        const bool giver = Contains(kGivers, Lower(i)), taker = Contains(kTakers, Lower(i));
        if (!giver && !taker) continue;
        for (size_t j = i + 3; j < sentence.end_word; ++j) {
          if (!Contains(giver ? kTakers : kGivers, Lower(j))) continue;
          // "between you and the licensor" means the same the other way round.
          bool verb = false;
          for (size_t k = i + 1; k < j; ++k)
            verb = verb || Contains(kOperative, Lower(k)) || Lower(k) == "to" || Lower(k) == "by";
          if (!verb) break;
          const Word &a = parts_.words[i], &b = parts_.words[j];
          const std::string_view first = text_.substr(a.begin, a.end - a.begin),
                                 second = text_.substr(b.begin, b.end - b.begin);
          changes.push_back(
              {a.begin, b.end,
               InCaseOf(second, first) + std::string(text_.substr(a.end, b.begin - a.end)) + std::string(first)});
          break;
        }
      }
    }
    return Any(changes);
  }

  // ---- clauses
  // ---------------------------------------------------------------------------------------------------------

  static bool IsClause(const Parts& parts, const Sentence& sentence) {
    // A title or heading ends without a mark.
    const std::string_view marks = parts.text.substr(parts.words[sentence.end_word - 1].end,
                                                     sentence.end - parts.words[sentence.end_word - 1].end);
    const std::string& last = parts.words[sentence.end_word - 1].lower;
    if (marks.find_first_of(".;:,!?") == marks.npos && last != "and" && last != "or") return false;
    if (sentence.end_word - sentence.first_word < kLeastClauseWords || parts.Varies(sentence.begin, sentence.end))
      return false;
    for (size_t i = sentence.first_word; i < sentence.end_word; ++i) {
      if (Contains(kOperative, parts.words[i].lower)) return true;
    }
    return false;
  }

  std::vector<Sentence> Clauses() const {
    std::vector<Sentence> clauses;
    for (const Sentence& sentence : parts_.sentences) {
      if (IsClause(parts_, sentence)) clauses.push_back(sentence);
    }
    return clauses;
  }

  std::string Filled(std::string_view pattern) {
    std::string out;
    for (size_t at = 0; at < pattern.size(); ++at) {
      if (pattern[at] != '{') {
        out += pattern[at];
        continue;
      }
      const size_t end = pattern.find('}', at);
      const std::string_view name = pattern.substr(at + 1, end - at - 1);
      if (name == "n") out += std::to_string(2 + random_.Below(998));
      if (name == "place") out += random_.Of(kPlaceNames);
      if (name == "use") out += random_.Of(kUses);
      if (name == "thing") out += random_.Of(kThings);
      at = end;
    }
    if (!out.empty()) out[0] = ToUpper(out[0]);
    return out;
  }

  std::string Clause() {
    std::string clause = Filled(random_.Of(kClauses));
    if (random_.Once(4)) clause += " " + Filled(random_.Of(kClauses));
    switch (random_.Below(8)) {
      case 0:
        return Uppered(clause);
      case 1:
        return Titled(clause);
      default:
        return clause;
    }
  }

  // A place between two paragraphs or two sentences, not within what may vary.
  std::optional<Change> Inserted(const std::string& clause) {
    struct Place {
      size_t at;
      bool paragraph;
    };
    std::vector<Place> places;
    for (size_t p = 0; p + 1 < parts_.paragraphs.size(); ++p) places.push_back({parts_.paragraphs[p].end, true});
    for (size_t s = 0; s + 1 < parts_.sentences.size(); ++s) {
      if (parts_.sentences[s].paragraph == parts_.sentences[s + 1].paragraph)
        places.push_back({parts_.sentences[s].end, false});
    }
    places.erase(std::remove_if(places.begin(), places.end(),
                                [&](const Place& place) {
                                  return std::any_of(
                                      parts_.variable.begin(), parts_.variable.end(),
                                      [&](const Span& span) { return span.begin < place.at && place.at < span.end; });
                                }),
                 places.end());
    const auto place = Any(places);
    if (!place.has_value()) return std::nullopt;
    if (!place->paragraph) return Change{place->at, place->at, " " + clause};
    const char* lead[] = {"\n\n", "\n", "\n\n7. ", "\n\n(b) ", "\n\n* ", "\n\n> ", "\n\n**Note:** ", "\n    "};
    return Change{place->at, place->at, lead[random_.Below(8)] + clause};
  }

  std::optional<Change> AtEdge(size_t at) {
    const std::string clause = Clause();
    const char* shape[] = {"", "", "- ", "## ", "// ", "8. ", "Copyright (c) 2021 Anna Example. ", "PS: "};
    const std::string line = shape[random_.Below(8)] + clause;
    const char* gap[] = {"\n\n", "\n", "\n\n\n\n", " "};
    const std::string between = gap[random_.Below(4)];
    return Change{at, at, at == 0 ? line + between : between + line};
  }

  std::optional<Change> ClauseRemoved() {
    const std::vector<Sentence> clauses = Clauses();
    const auto clause = Any(clauses);
    if (!clause.has_value()) return std::nullopt;
    if (random_.Once(3)) {  // the paragraph
      const Span paragraph = parts_.paragraphs[clause->paragraph];
      if (!parts_.Varies(paragraph.begin, paragraph.end)) return Change{paragraph.begin, paragraph.end, ""};
    }
    return Change{clause->begin, clause->end, ""};
  }

  std::optional<Change> ClauseReplaced() {
    const auto clause = Any(Clauses());
    if (!clause.has_value()) return std::nullopt;
    return Change{clause->begin, clause->end, Clause()};
  }

  std::optional<Change> SentencesExchanged() {
    std::vector<Sentence> pointing;
    for (const Sentence& clause : Clauses()) {
      for (size_t i = clause.first_word; i < clause.end_word; ++i) {
        if (!Contains(kPointing, Lower(i))) continue;
        pointing.push_back(clause);
        break;
      }
    }
    if (pointing.size() < 2) return std::nullopt;
    for (int tries = 0; tries < 20; ++tries) {
      Sentence a = random_.Of(pointing), b = random_.Of(pointing);
      if (a.paragraph == b.paragraph) continue;
      if (b.begin < a.begin) std::swap(a, b);
      if (parts_.Varies(a.begin, b.end)) continue;
      return Change{a.begin, b.end,
                    std::string(text_.substr(b.begin, b.end - b.begin)) +
                        std::string(text_.substr(a.end, b.begin - a.end)) +
                        std::string(text_.substr(a.begin, a.end - a.begin))};
    }
    return std::nullopt;
  }

  std::optional<Change> BeforeFullStop(const WordList& patterns, const WordList& needed) {
    std::vector<size_t> stops;
    for (const Sentence& sentence : parts_.sentences) {
      if (sentence.end_word - sentence.first_word < kLeastClauseWords || parts_.Varies(sentence.begin, sentence.end))
        continue;
      bool fits = false;
      for (size_t i = sentence.first_word; i < sentence.end_word; ++i) fits = fits || Contains(needed, Lower(i));
      const Word& last = parts_.words[sentence.end_word - 1];
      if (fits && last.end < sentence.end && text_[last.end] == '.' && !parts_.InAddress(last.begin, last.end)) {
        stops.push_back(last.end);
      }
    }
    const auto stop = Any(stops);
    if (!stop.has_value()) return std::nullopt;
    std::string addition = Filled(random_.Of(patterns));
    const size_t before = *stop - std::min<size_t>(*stop, 12);
    return Change{*stop, *stop, Shouts(text_.substr(before, *stop - before)) ? Uppered(addition) : addition};
  }

  std::optional<Change> Territory() {
    if (random_.Once(2)) {
      if (auto change = ByRules(kPlaces)) return change;
    }
    return BeforeFullStop(kTerritories, kGranting);
  }

  std::optional<Change> Graft() {
    if (siblings_.empty()) return std::nullopt;
    const std::string own = Reading(text_);
    for (size_t tries = 0; tries < kMostSiblingTries; ++tries) {
      const Parts sibling(random_.Of(siblings_));
      if (sibling.sentences.empty()) continue;
      for (int sentences = 0; sentences < 8; ++sentences) {
        const Sentence& sentence = random_.Of(sibling.sentences);
        if (!IsClause(sibling, sentence)) continue;
        const std::string clause(sibling.text.substr(sentence.begin, sentence.end - sentence.begin));
        if (own.find(Reading(clause)) != own.npos) continue;
        if (random_.Once(3)) {
          if (const auto clause_here = Any(Clauses())) return Change{clause_here->begin, clause_here->end, clause};
        }
        return Inserted(clause);
      }
    }
    return std::nullopt;
  }

  const Parts& parts_;
  std::string_view text_;
  const std::vector<std::string_view>& siblings_;
  Random random_;
};

}  // namespace

std::string_view Name(LegalKind kind) {
  switch (kind) {
    case LegalKind::kNegationAdded:
      return "negation_added";
    case LegalKind::kNegationRemoved:
      return "negation_removed";
    case LegalKind::kModality:
      return "modality";
    case LegalKind::kNumber:
      return "number";
    case LegalKind::kUnit:
      return "unit";
    case LegalKind::kScope:
      return "scope";
    case LegalKind::kPartyReplaced:
      return "party_replaced";
    case LegalKind::kPartiesExchanged:
      return "parties_exchanged";
    case LegalKind::kDateOrVersion:
      return "date_or_version";
    case LegalKind::kVerb:
      return "verb";
    case LegalKind::kComparison:
      return "comparison";
    case LegalKind::kClauseRemoved:
      return "clause_removed";
    case LegalKind::kClauseReplaced:
      return "clause_replaced";
    case LegalKind::kClauseInserted:
      return "clause_inserted";
    case LegalKind::kClauseAppended:
      return "clause_appended";
    case LegalKind::kClausePrepended:
      return "clause_prepended";
    case LegalKind::kSentencesExchanged:
      return "sentences_exchanged";
    case LegalKind::kExceptionAdded:
      return "exception_added";
    case LegalKind::kConditionAdded:
      return "condition_added";
    case LegalKind::kTerritory:
      return "territory";
    case LegalKind::kGraft:
      return "graft";
  }
  return "";
}

MutantMaker::MutantMaker(std::string_view text, std::vector<std::string_view> siblings)
    : text_(text), siblings_(std::move(siblings)), parts_(text), reading_(Reading(text)), salt_(HashOf(text)) {}

std::optional<LegalMutant> MutantMaker::MakeLegal(LegalKind kind, uint64_t seed) const {
  auto change = Editor(parts_, siblings_, salt_ ^ (seed * 64 + static_cast<uint64_t>(kind))).Make(kind);
  if (!change.has_value()) return std::nullopt;
  LegalMutant mutant{kind, std::string(text_.substr(0, change->begin)), change->begin,
                     change->begin + change->now.size(),
                     std::string(text_.substr(change->begin, change->end - change->begin))};
  mutant.text += change->now;
  mutant.text += text_.substr(change->end);
  if (Reading(mutant.text) == reading_) return std::nullopt;
  return mutant;
}

}  // namespace weighbridge::mutants
