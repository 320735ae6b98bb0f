// The compiled index: token files and phrases as one relocatable block of bytes that is used in place, linked into a
// binary or mapped from a file.
#ifndef WEIGHBRIDGE_SERVICES_CLASSIFY_INDEX_H_
#define WEIGHBRIDGE_SERVICES_CLASSIFY_INDEX_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/classify/phrase.h"
#include "services/classify/token_file.h"

namespace weighbridge::classify {

// Compiles an index (little-endian, arrays at multiples of 8). The same input in the same order gives the same bytes.
// InvalidArgument: two files with one id and name, a text too short to be found, a phrase that does not compile, whose
// hit example does not hit or whose miss example does, or an index over 4 GiB.
absl::StatusOr<std::string> CompileIndex(const std::vector<TokenFile>& files,
                                         const std::vector<TriggerPhrase>& phrases);

}  // namespace weighbridge::classify

#endif  // WEIGHBRIDGE_SERVICES_CLASSIFY_INDEX_H_
