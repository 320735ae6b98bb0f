// Makes mutants of a licence text, which must never pass as it, and harmless twins, which must.
#ifndef WEIGHBRIDGE_SERVICES_CLASSIFY_MUTATE_H_
#define WEIGHBRIDGE_SERVICES_CLASSIFY_MUTATE_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "services/classify/token_file.h"

namespace weighbridge::classify {

struct Variation {
  std::string name;  // kind and place, for failure messages
  std::string text;
};

// The bytes of `text` that `file` (learnt from it) requires: its largest required segment.
std::pair<size_t, size_t> RequiredBytes(const TokenFile& file, std::string_view text);

// Mutants that change what the text means within [begin, end), about `density` of each kind.
std::vector<Variation> LegalMutants(std::string_view text, size_t begin, size_t end, int density);

// Texts whose words look like the original's to a reader or to a program, but not to both.
std::vector<Variation> Disguises(std::string_view text, size_t begin, size_t end);

// One word is replaced by another with the same 32-bit hash. Searches for it: about a second.
std::vector<Variation> Collisions(std::string_view text, size_t begin, size_t end, int count);

// Layouts of the same text.
std::vector<Variation> HarmlessTwins(std::string_view text);

}  // namespace weighbridge::classify

#endif  // WEIGHBRIDGE_SERVICES_CLASSIFY_MUTATE_H_
