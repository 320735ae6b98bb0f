// Which licence texts a text contains, and exactly how it differs from them. The diff decides, never a similarity
// score.
//
//   std::string index = *CompileIndex(token_files, phrases);
//   std::unique_ptr<Classifier> classifier = *Classifier::Create(index);
//   Classification found = classifier->Classify(bytes_of_a_file);
//   if (found.Bare(0)) ... found.matches[0].license_id is the licence, and nothing beside it.
#ifndef WEIGHBRIDGE_SERVICES_CLASSIFY_CLASSIFIER_H_
#define WEIGHBRIDGE_SERVICES_CLASSIFY_CLASSIFIER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/classify/edit.h"
#include "services/classify/index_view.h"
#include "services/classify/phrase_set.h"
#include "services/classify/tokenize.h"

namespace weighbridge::classify {

// The verdict on one span of the text, from its diff alone.
enum class MatchVerdict : uint8_t {
  kUnknown,     // never in a Classification; what a text without matches is
  kPartial,     // a substantial part of an official text, the rest is missing
  kModified,    // an edit that can change meaning
  kVariant,     // harmless but unlisted edits
  kEquivalent,  // differs only as the SPDX guidelines and the template allow; every fixed segment's digest is equal
  kExact,       // no edit at all; every fixed segment's digest is equal
};

// "EXACT", "EQUIVALENT", "VARIANT", "MODIFIED", "PARTIAL", "UNKNOWN".
std::string_view MatchVerdictName(MatchVerdict verdict);

struct Edit {
  EditClass cls;
  bool critical;
  uint32_t begin, end;                                // bytes of the text; empty where words are missing
  uint32_t expected_first_word, expected_word_count;  // words of the token file; count 0 for an insertion
};

// More edits of one match are counted in TextMatch::edit_count but not listed.
inline constexpr size_t kMaxListedEdits = 1000;

// Of a longer text only so much is read, and the answer is `incomplete`.
inline constexpr size_t kMaxClassifiedBytes = size_t{8} << 20;
// More occurrences of official texts in one text are left out, and the answer is `incomplete`.
inline constexpr size_t kMaxMatches = 200;

struct TextMatch {
  std::string license_id;
  std::string token_file;  // TokenFile::name of the wording
  std::string kind;        // licence, use_policy, exception, notice
  MatchVerdict verdict = MatchVerdict::kUnknown;
  uint32_t begin = 0, end = 0;  // bytes
  std::vector<Edit> edits;      // in order
  size_t edit_count = 0;
  // Other ids that fit no worse, or that the text follows in some of the places where the two differ. Not empty: the
  // text is none of them for certain, and the match is not bare.
  std::vector<std::string> also;
  double coverage = 0;  // found share of the official words that must be there; for display, nothing is decided by it
  // More than eight words of other prose touch the span, or fewer that speak of terms. Not part of `verdict`.
  bool blocked_by_residue = false;
};

// Words that belong to no match and are no known framing (short headings, copyright lines).
struct Residue {
  uint32_t begin, end;  // bytes
  uint32_t words;
  bool touches_match;                 // nothing but framing lies between it and a match
  bool blocks;                        // it blocks the matches it touches, see kMaxHarmlessResidueWords
  std::vector<std::string> triggers;  // ids of trigger phrases in it
};
inline constexpr uint32_t kMaxHarmlessResidueWords = 8;

struct TermHit {
  std::string kind;
  std::string phrase_id;
  std::string value;  // captured by the phrase, numbers in digits; empty if it captures none
  uint32_t begin, end;
  bool restrictive;
  bool in_match;  // inside the span of a match
};

struct Classification {
  std::vector<TextMatch> matches;  // best first: bare before others, then by size
  std::vector<Residue> residue;    // in order
  std::vector<TermHit> terms;      // in order
  std::vector<Oddity> oddities;    // in order
  uint32_t words = 0;
  // The text was too large or too repetitive to be compared completely, or is in an encoding that we do not read.
  // Nothing is bare then.
  bool incomplete = false;

  // The only question to approve by: match i is EXACT or EQUIVALENT, no sibling fits as well, and no residue blocks it.
  bool Bare(size_t i) const {
    return i < matches.size() && !incomplete && matches[i].verdict >= MatchVerdict::kEquivalent &&
           matches[i].also.empty() && !matches[i].blocked_by_residue;
  }
};

class Classifier {
 public:
  // `index` comes from CompileIndex and must outlive the classifier. DataLoss or FailedPrecondition if it is damaged or
  // of another version. A phrase is compiled when a text first holds its words.
  static absl::StatusOr<std::unique_ptr<Classifier>> Create(std::string_view index);

  // Pure; thread-safe. Throws std::bad_alloc and nothing else; later answers are no worse for it. Linear in the size of
  // `text`.
  Classification Classify(std::string_view text) const;

  // How many texts exhausted the memory of the phrase automaton (and were searched phrase by phrase).
  uint64_t phrase_memory_exhausted() const { return phrase_memory_exhausted_.load(); }

 private:
  explicit Classifier(IndexView index) : index_(index) {}

  std::string aligned_copy_;  // of an index that does not start at a multiple of 8
  IndexView index_;
  std::unique_ptr<PhraseSet> phrases_;
  mutable std::atomic<uint64_t> phrase_memory_exhausted_{0};
};

}  // namespace weighbridge::classify

#endif  // WEIGHBRIDGE_SERVICES_CLASSIFY_CLASSIFIER_H_
