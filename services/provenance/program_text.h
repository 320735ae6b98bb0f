// Programs, templates and settings of tools: what in them is said to people who use the model, and not to a machine or
// to the next programmer.
#ifndef WEIGHBRIDGE_SERVICES_PROVENANCE_PROGRAM_TEXT_H_
#define WEIGHBRIDGE_SERVICES_PROVENANCE_PROGRAM_TEXT_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "services/rulebook/rulebook.h"

namespace weighbridge::provenance {

// True if the text of an artifact of this role is a program or a template: its words are residue of no licence, and
// most of what reads like a ban is about memory, files and threads.
bool IsProgram(std::string_view role);

// Whether the trigger phrase at [begin, end) of a program speaks of terms. Phrases that no program has by chance do
// ("non-commercial", "under the GPL"). Those whose words programs are made of ("not modified", "do not use") do where
// they are prose and their paragraph speaks of a licence, of copyright, or to whoever uses this model or software.
bool SpeaksOfTerms(std::string_view text, uint64_t begin, uint64_t end, std::string_view kind);

// Whether the phrase at [begin, end) is that of a header which sends its reader to a licence ("except in compliance
// with the License") and each licence that the paragraph names is permissive: it adds nothing to these. A header that
// names no licence of the rulebook, or another one, is none.
bool IsPermissiveHeader(std::string_view text, uint64_t begin, uint64_t end, const rulebook::Rulebook& rules);

// JSON with the escaped line ends, tabs and quotes of its strings as blanks: words of notebooks and templates stand
// apart as a reader sees them, each byte where it was.
std::string WithoutEscapes(std::string_view json);

}  // namespace weighbridge::provenance

#endif  // WEIGHBRIDGE_SERVICES_PROVENANCE_PROGRAM_TEXT_H_
