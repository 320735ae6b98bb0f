// Official texts to be imported: a folder, or the licence pack as it was fetched (a Python wheel, which is a zip).
#ifndef WEIGHBRIDGE_SERVICES_SOURCE_TEXT_PACK_H_
#define WEIGHBRIDGE_SERVICES_SOURCE_TEXT_PACK_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace weighbridge::source {

inline constexpr size_t kPackEntriesMax = 200'000;
inline constexpr size_t kPackTextBytesMax = 4 << 20;      // of one text
inline constexpr size_t kPackTextsBytesMax = 128 << 20;   // of all texts together
inline constexpr size_t kPackFileBytesMax = size_t{512} << 20;

struct PackText {
  std::string name;  // base name with its suffix: "mit.LICENSE"
  std::string bytes;
};

struct TextPack {
  std::string sha256_hex;  // of the archive; empty for a folder
  std::vector<PackText> texts;
};

// Reads the texts of a folder (all text files below it) or of an archive (entries under licensedcode/data/licenses/ that end in
// .LICENSE, or, if it has none, all entries ending in .txt or .LICENSE). Order of name. Nothing is written; entries are never
// executed or followed. Errors name the file; ResourceExhausted for a limit, DataLoss for a damaged archive.
absl::StatusOr<TextPack> ReadTextPack(const std::string& path);

}  // namespace weighbridge::source

#endif  // WEIGHBRIDGE_SERVICES_SOURCE_TEXT_PACK_H_
