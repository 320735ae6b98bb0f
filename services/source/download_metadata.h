// What a hub download noted about itself in `.cache/huggingface/download/**.metadata`: three lines, of which the first
// is the commit. The folder is pruned (DESIGN section 4) and anyone can write there, so this is information, never
// evidence.
#ifndef WEIGHBRIDGE_SERVICES_SOURCE_DOWNLOAD_METADATA_H_
#define WEIGHBRIDGE_SERVICES_SOURCE_DOWNLOAD_METADATA_H_

#include <string>
#include <string_view>
#include <vector>

#include "services/source/beneath.h"

namespace weighbridge::source {

inline constexpr size_t kMaxMetadataFiles = 4096;
inline constexpr size_t kMaxMetadataBytes = 4096;  // of one file; real ones have about 100
inline constexpr int kMaxMetadataDepth = 16;
inline constexpr size_t kMaxDownloadRevisions = 16;

// Distinct commits (40 lower-case hexadecimal digits) named below `folder`, a link-free path, in order. Links are not
// followed; whatever cannot be read or is not in that form is passed over.
std::vector<std::string> ReadDownloadRevisions(const Beneath& beneath, const std::string& folder);

// The commit that one such note names; empty if it is not in that form.
std::string_view CommitOfDownloadNote(std::string_view text);

}  // namespace weighbridge::source

#endif  // WEIGHBRIDGE_SERVICES_SOURCE_DOWNLOAD_METADATA_H_
