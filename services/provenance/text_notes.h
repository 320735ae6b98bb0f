// What a text is as a whole, beside the licence texts found in it: cut off, several licences, a pointer, a translation,
// partly hidden. `gate` makes a finding of each, `classify` prints them; none of them ever makes a text better than its
// matches.
#ifndef WEIGHBRIDGE_SERVICES_PROVENANCE_TEXT_NOTES_H_
#define WEIGHBRIDGE_SERVICES_PROVENANCE_TEXT_NOTES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proto/weighbridge/rules/v1/license.pb.h"
#include "proto/weighbridge/v1/gate.pb.h"
#include "services/classify/classifier.h"
#include "services/rulebook/rulebook.h"

namespace weighbridge::provenance {

// A text of at most this many words that matches nothing and names or links a licence is a pointer, not a text.
inline constexpr size_t kPointerWordsMax = 80;
// One that says more of its own is a pointer as well if what it links is named like terms.
inline constexpr size_t kPointerWithTermsWordsMax = 800;
// Fewer words that are missing at an end are a difference like any other.
inline constexpr uint32_t kTruncatedWordsMin = 8;
// A passage beside a match that has fewer words is too short to tell its language.
inline constexpr uint32_t kTranslationWordsMin = 40;
// Licences are named at the beginning of a text.
inline constexpr size_t kNamesBytesMax = size_t{16} << 10;

struct TextNote {
  v1::TextNote::Kind kind = v1::TextNote::KIND_UNSPECIFIED;
  std::string message;
  uint64_t begin = 0, end = 0;  // bytes
  std::vector<const rules::v1::License*> licenses;
};

struct TextNotes {
  std::vector<TextNote> notes;
  uint32_t words = 0;         // of all languages
  std::string_view language;  // the other language that most of it is in; empty for English and what we cannot tell

  const TextNote* Find(v1::TextNote::Kind kind) const;
};

// Licences that the beginning of the text names, by the longest name at each place; at most a few.
std::vector<const rules::v1::License*> LicensesNamedIn(std::string_view text, const rulebook::Rulebook& rules);

// `terms`: the whole text is meant as terms, as the name of its file says. Pure; linear in the size of the text.
TextNotes TakeTextNotes(std::string_view text, const classify::Classification& found, const rulebook::Rulebook& rules,
                        bool terms);

}  // namespace weighbridge::provenance

#endif  // WEIGHBRIDGE_SERVICES_PROVENANCE_TEXT_NOTES_H_
