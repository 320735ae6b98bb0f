// What a text that no licence explains claims about itself: thresholds, limits and duties, found by patterns.
//
// "Claimed by rule": a hint for the person who reviews the text. It never approves and never alone denies.
#ifndef WEIGHBRIDGE_SERVICES_CLASSIFY_TERMS_H_
#define WEIGHBRIDGE_SERVICES_CLASSIFY_TERMS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/classify/classifier.h"
#include "services/classify/term_pattern.h"

namespace weighbridge::classify {

struct ClaimedTerm {
  std::string kind;
  std::string value;  // "700000000", "USD 1000000 per year", "EU", the words to be shown; empty if the term has none
  TermPolarity polarity;
  uint32_t begin, end;  // bytes of the text
  std::string pattern_id;
};

// Of a longer text only so much is searched for terms.
inline constexpr size_t kMaxTermTextBytes = size_t{256} << 10;

// The normalised words of a text, one blank between two, with what patterns need to see of the signs between them:
//   \n  for the blank: a sentence ends       |\n  a paragraph ends        : ;  behind a word as in the text
//   "   before and behind quoted words, any kind of double quote         #   before the first word of a list item
// So \w+ and blanks stay within a clause, and .* within a sentence.
struct MarkedText {
  std::string text;
  struct Place {
    uint32_t marked;      // of the word's first byte in `text`
    uint32_t begin, end;  // of the word in the original
  };
  std::vector<Place> places;  // ascending

  // The index of the word that holds byte `at` of `text`, or follows it.
  size_t WordAt(size_t at) const;
};
MarkedText MarkText(std::string_view text);

// Thread-safe once made. Pure.
class TermExtractor {
 public:
  // InvalidArgument: a pattern does not compile, or two share an id.
  static absl::StatusOr<std::unique_ptr<TermExtractor>> Create(std::vector<TermPattern> patterns);
  ~TermExtractor();

  // All terms of the text in the order of their places; the same kind, value and polarity at overlapping places once.
  std::vector<ClaimedTerm> Extract(std::string_view text) const;

  // The same without what stands inside bare matches; empty, and cheap, where bare matches explain the text.
  std::vector<ClaimedTerm> ExtractUnexplained(std::string_view text, const Classification& found) const;

 private:
  struct Compiled;
  explicit TermExtractor(std::unique_ptr<Compiled> compiled);
  std::unique_ptr<Compiled> compiled_;
};

// Compiles the pattern and tries its examples.
absl::Status CheckTermPattern(const TermPattern& pattern);

}  // namespace weighbridge::classify

#endif  // WEIGHBRIDGE_SERVICES_CLASSIFY_TERMS_H_
