// Licences that prose names or links without their texts standing there: "Weights: CC BY-NC 4.0", a row of a table, a
// link to terms. Names are those of the rulebook; a trigger phrase knows only the wordings that somebody thought of.
#ifndef WEIGHBRIDGE_SERVICES_PROVENANCE_NAMED_LICENSES_H_
#define WEIGHBRIDGE_SERVICES_PROVENANCE_NAMED_LICENSES_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "proto/weighbridge/rules/v1/license.pb.h"
#include "services/classify/classifier.h"
#include "services/rulebook/rulebook.h"

namespace weighbridge::provenance {

// Words of the longest name that is tried.
inline constexpr size_t kNameWordsMax = 10;
// Names of one text that are kept.
inline constexpr size_t kGoverningNamesMax = 32;
// Words of one text that are compared with names, in the sentences that can speak of a licence.
inline constexpr size_t kComparedWordsMax = 100'000;

// A name or an address, and what it can mean: one licence, or a set of which the text does not say which. Owned by the
// rulebook.
struct NamedLicense {
  uint64_t begin = 0, end = 0;  // bytes
  std::vector<const rules::v1::License*> licenses;
  bool of_data = false;  // the sentence speaks of data and not of the model
};

// True if the licence forbids or bounds a use, by its openness; of a licence that is known by its category alone, if
// that is not permissive.
bool LimitsUse(const rules::v1::License& license);

// Every name of a licence in `text`, the longest at each place, in order; at most `max` of them.
std::vector<NamedLicense> NamesIn(std::string_view text, const rulebook::Rulebook& rules, size_t max);

struct GoverningNames {
  std::vector<NamedLicense> names;
  bool incomplete = false;  // over a limit: there may be more
};

// Licences that limit use, and that a sentence, a row or a section of `text` outside the matches of `found` says to be
// those of what the text speaks of. Pure; linear in the size of the text.
GoverningNames FindGoverningNames(std::string_view text, const classify::Classification& found,
                                  const rulebook::Rulebook& rules);

}  // namespace weighbridge::provenance

#endif  // WEIGHBRIDGE_SERVICES_PROVENANCE_NAMED_LICENSES_H_
