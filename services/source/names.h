// Names in hostile trees: which may enter a digest, and which look like one another.
#ifndef WEIGHBRIDGE_SERVICES_SOURCE_NAMES_H_
#define WEIGHBRIDGE_SERVICES_SOURCE_NAMES_H_

#include <string>
#include <string_view>
#include <vector>

#include "services/source/listing.h"

namespace weighbridge::source {

// Why `name`, one part of a path, cannot be part of a model digest; empty if it can.
std::string WhyBadName(std::string_view name);

// True if `name` holds a bidirectional control (U+061C, U+200E/F, U+202A..E, U+2066..9).
bool HasBidiControl(std::string_view name);

// `path` in canonical decomposition (NFD) for Latin, Greek, Cyrillic, kana and Hangul syllables: the letters that file
// systems which decompose names meet in practice. Other characters and malformed bytes stay.
std::string Decompose(std::string_view path);

// Decompose() and then lower case for ASCII, Latin-1, Latin Extended-A, Greek and Cyrillic. Two paths with one key
// cannot both exist on a case-insensitive or normalising file system.
std::string TwinKey(std::string_view path);

// Notes (kCaseCollision, kNormalizationTwin) for every file whose TwinKey an earlier file has.
std::vector<Problem> FindTwins(const std::vector<FileEntry>& files);

}  // namespace weighbridge::source

#endif  // WEIGHBRIDGE_SERVICES_SOURCE_NAMES_H_
