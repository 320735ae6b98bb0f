// Spellings that count as one word, after the list of equivalent words of the SPDX matching guidelines.
#ifndef WEIGHBRIDGE_SERVICES_CLASSIFY_SPELLING_H_
#define WEIGHBRIDGE_SERVICES_CLASSIFY_SPELLING_H_

#include <cstdint>
#include <string_view>

namespace weighbridge::classify {

// The spelling that stands for `word` (lower case), or an empty view if `word` has only one.
std::string_view OtherSpelling(std::string_view word);

// False only if the word with this hash surely has one spelling: a filter that spares the search for nearly every word.
bool MayHaveOtherSpelling(uint32_t hash);

}  // namespace weighbridge::classify

#endif  // WEIGHBRIDGE_SERVICES_CLASSIFY_SPELLING_H_
