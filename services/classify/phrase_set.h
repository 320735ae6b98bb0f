// Finds trigger phrases in normalised text. RE2 is used here and in terms.cc alone.
#ifndef WEIGHBRIDGE_SERVICES_CLASSIFY_PHRASE_SET_H_
#define WEIGHBRIDGE_SERVICES_CLASSIFY_PHRASE_SET_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "services/classify/phrase.h"
#include "services/classify/tokenize.h"

namespace weighbridge::classify {

class PhraseStarts;

inline constexpr int64_t kPhraseSetMemoryBytes = 32 << 20;
// Hits of one phrase in one text; more say nothing new.
inline constexpr size_t kMaxHitsPerPhrase = 200;

struct PhraseHit {
  uint32_t phrase;                // index into the list the set was made from
  size_t begin, end;              // in the normalised text
  size_t value_begin, value_end;  // of the first group; equal if there is none
};

// Thread-safe once made.
class PhraseSet {
 public:
  // `patterns` as in TriggerPhrase. InvalidArgument if one does not compile.
  static absl::StatusOr<std::unique_ptr<PhraseSet>> Create(const std::vector<std::string>& patterns,
                                                           int64_t max_memory_bytes = kPhraseSetMemoryBytes);
  // The same set without the work: most patterns are compiled when they are first tried. `starts` is what Starts of the
  // set that Create made of these patterns returned. DataLoss if it could not be searched safely; that it belongs to the
  // patterns, the checksum of the index has to say. A pattern that does not compile, which Create would not have taken,
  // is DataLoss too, or hits wherever it is tried.
  static absl::StatusOr<std::unique_ptr<PhraseSet>> Restore(const std::vector<std::string>& patterns,
                                                            std::string_view starts);
  std::string Starts() const;
  ~PhraseSet();

  // All hits, ordered by place; each begins where a word begins, or inside a word of other characters than a to z.
  // Words and what must stand behind them (phrase_shape.h) say where a phrase is tried at all; those of which they say
  // nothing are searched by one automaton. If that runs out of memory each of them is tried on its own and *exhausted
  // is set: the answer is the same, only slower.
  std::vector<PhraseHit> Find(std::string_view normalised, bool* exhausted) const;
  // The same for a text whose words are known: `words` of the very tokens that `normalised` belongs to.
  std::vector<PhraseHit> Find(std::string_view normalised, absl::Span<const Word> words, bool* exhausted) const;

 private:
  class Pattern;
  struct Compiled;
  static absl::StatusOr<std::unique_ptr<PhraseSet>> Make(const std::vector<std::string>& patterns, PhraseStarts starts,
                                                         int64_t max_memory_bytes);
  explicit PhraseSet(std::unique_ptr<Compiled> compiled);
  std::unique_ptr<Compiled> compiled_;
};

// Compiles the pattern and tries the examples.
absl::Status CheckPhrase(const TriggerPhrase& phrase);

// "700 million" and "700000000" become comparable: a number with its scale word becomes digits; anything
// else is returned unchanged.
std::string PhraseValue(std::string_view captured);

}  // namespace weighbridge::classify

#endif  // WEIGHBRIDGE_SERVICES_CLASSIFY_PHRASE_SET_H_
