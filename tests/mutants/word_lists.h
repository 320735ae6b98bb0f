// The generator's own words. NOTE: not to be copied from, nor compared with, the lists of services/classify: what that
// classifier overlooks must be able to show here.
#ifndef WEIGHBRIDGE_TESTS_MUTANTS_WORD_LISTS_H_
#define WEIGHBRIDGE_TESTS_MUTANTS_WORD_LISTS_H_

#include <string_view>
#include <utility>
#include <vector>

namespace weighbridge::mutants {

using WordList = std::vector<std::string_view>;

bool Contains(const WordList& list, std::string_view word);

// `from` (one to three words, lower case, one blank between) may become any of `to`; not before or behind certain
// words.
struct Rule {
  std::string_view from;
  WordList to;
  WordList not_before = {};
  WordList not_behind = {};
};
using Rules = std::vector<Rule>;

extern const Rules kNegationAdded, kNegationRemoved, kModality, kNumberWords, kUnits, kScope, kParties, kMonths,
    kPlaces, kVerbs, kComparisons;

// Whoever stands on one side of a licence, and on the other.
extern const WordList kGivers, kTakers;

// Spellings of one word (of the list beside the SPDX guidelines, those that licences use).
extern const std::vector<std::pair<std::string_view, std::string_view>> kSameSpellings;

extern const WordList kOperative;         // a sentence with one of them says what somebody may, must or answers for
extern const WordList kDocumentWords;     // a copyright line with one of them says more than who and when
extern const WordList kAbbreviatedWords;  // a full stop behind them ends no sentence
extern const WordList kPointing;          // a sentence with one of them means something else at another place
extern const WordList kReferenceNouns;    // "section" 5
extern const WordList kMonthNames;
extern const WordList kGranting;

// Whole clauses. {n}, {place}, {use} and {thing} stand for a number, a country, a purpose and the licensed matter.
extern const WordList kClauses;
extern const WordList kExceptions;  // without a full stop, to stand before one
extern const WordList kConditions;
extern const WordList kTerritories;
extern const WordList kPlaceNames, kUses, kThings;

}  // namespace weighbridge::mutants

#endif  // WEIGHBRIDGE_TESTS_MUTANTS_WORD_LISTS_H_
