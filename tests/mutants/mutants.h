// Makes mutants of a licence text: one edit each that changes what the text grants, asks or says, or one change of
// layout that changes nothing.
//
//   const MutantMaker maker(text, siblings);
//   if (auto mutant = maker.MakeLegal(LegalKind::kModality, seed)) Look(mutant->text, mutant->begin, mutant->end);
#ifndef WEIGHBRIDGE_TESTS_MUTANTS_MUTANTS_H_
#define WEIGHBRIDGE_TESTS_MUTANTS_MUTANTS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/mutants/parts.h"

namespace weighbridge::mutants {

enum class LegalKind {
  kNegationAdded,
  kNegationRemoved,
  kModality,          // may, shall, must, need not
  kNumber,            // digits or words; numbers of list items and dates are not meant
  kUnit,              // million, days, currency
  kScope,             // any, all, commercial, derivative, worldwide, sell
  kPartyReplaced,     // licensor, licensee, contributor, you
  kPartiesExchanged,  // both, within one sentence
  kDateOrVersion,
  kVerb,        // retain or remove, grant or refuse
  kComparison,  // more than, before, within
  kClauseRemoved,
  kClauseReplaced,
  kClauseInserted,
  kClauseAppended,
  kClausePrepended,
  kSentencesExchanged,  // each comes under the condition of the other
  kExceptionAdded,
  kConditionAdded,
  kTerritory,  // changed or added
  kGraft,      // a clause of a sibling
};
inline constexpr int kLegalKinds = static_cast<int>(LegalKind::kGraft) + 1;

enum class HarmlessKind {
  kReflow,
  kOneLine,  // each paragraph on one line
  kCrlf,
  kUpperCase,
  kTypography,
  kComment,
  kBlankLines,
  kIndent,
  kHeading,  // Markdown, before or at the title
  kTrailingBlanks,
  kCopyrightLine,  // another year and holder
  kBlockQuote,
  kSentenceBlanks,  // two blanks behind a full stop
  kByteOrderMark,
};
inline constexpr int kHarmlessKinds = static_cast<int>(HarmlessKind::kByteOrderMark) + 1;

// Stable lower-case names, such as "negation_added".
std::string_view Name(LegalKind kind);
std::string_view Name(HarmlessKind kind);

struct LegalMutant {
  LegalKind kind;
  std::string text;
  // Bytes of `text` that are new; empty where something is missing. The original had `was` there: putting it back gives
  // the original, byte for byte.
  size_t begin, end;
  std::string was;
};

struct HarmlessMutant {
  HarmlessKind kind;
  std::string text;
};

class MutantMaker {
 public:
  // The texts must outlive the maker. Clauses of `siblings` are grafted.
  explicit MutantMaker(std::string_view text, std::vector<std::string_view> siblings = {});

  // Null if the text has no place for such an edit, or if the edit left the words equal. The same kind and seed give
  // the same mutant, on every machine.
  std::optional<LegalMutant> MakeLegal(LegalKind kind, uint64_t seed) const;
  std::optional<HarmlessMutant> MakeHarmless(HarmlessKind kind, uint64_t seed) const;

  const Parts& parts() const { return parts_; }

 private:
  std::string_view text_;
  std::vector<std::string_view> siblings_;
  Parts parts_;
  std::string reading_;
  uint64_t salt_;  // of the text, so that one seed does not choose the same in each
};

// For each text the others most like it, best first, at most `count`: those that share most runs of four words with it.
std::vector<std::vector<size_t>> Siblings(const std::vector<std::string_view>& texts, size_t count);

}  // namespace weighbridge::mutants

#endif  // WEIGHBRIDGE_TESTS_MUTANTS_MUTANTS_H_
