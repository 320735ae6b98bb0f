// The `.tokens` format: an official text without a word of it.
//
//   weighbridge-tokens 1
//   normaliser 1
//   id Example-1.0
//   kind licence
//   source where the text came from, one line
//   source_sha256 <64 hex digits, of the file that was learnt>
//   words 168
//   segment fixed 0 2 title <64 hex digits>
//   segment slot 2 7 required copyright 60
//   segment fixed 7 168 required <64 hex digits>
//   tokens
//   ~1a2b3c4d 5e6f7081 #92a3b4c5 ...
//   end
//
// A token is the 32-bit hash of a normalised word in eight hex digits, with # before a number, $ before a currency sign, and ~
// before a list marker (which is no word). A line break is put before each paragraph and after twelve tokens, so that an edit
// of the source changes few lines; breaks mean nothing to the reader.
//
// Segments cut the words into fixed parts and slots. The digest of a fixed part is the SHA-256 of its normalised words, each
// followed by one space. Hashes align; only digests prove. Segments that share a role other than `required` are present or
// absent together: `title`, or `optional-N`.
#ifndef WEIGHBRIDGE_SERVICES_CLASSIFY_TOKEN_FILE_H_
#define WEIGHBRIDGE_SERVICES_CLASSIFY_TOKEN_FILE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/classify/tokenize.h"
#include "services/crypto/sha256.h"

namespace weighbridge::classify {

inline constexpr int kTokenFormatVersion = 1;
inline constexpr size_t kMaxTokenFileBytes = size_t{8} << 20;
inline constexpr size_t kMaxTokenWords = 400000;
inline constexpr size_t kMaxSegments = 256;
inline constexpr size_t kMaxHeaderValueBytes = 1000;
inline constexpr uint32_t kMaxSlotWords = 200;

struct Segment {
  enum class Kind : uint8_t { kFixed, kCopyrightSlot, kFreeSlot };
  Kind kind = Kind::kFixed;
  uint32_t begin = 0, end = 0;  // words
  // 0: always there. Otherwise the segments with this number are present or absent together; 1 is the title.
  uint32_t group = 0;
  uint32_t max_words = 0;  // of a slot
  Sha256Digest digest{};   // of a fixed segment
};
inline constexpr uint32_t kTitleGroup = 1;

struct TokenFile {
  std::string id;
  std::string name;  // which wording: not part of the format, set by who read the file (usually its file name)
  std::string kind;  // licence, use_policy, exception, notice
  std::string source;
  Sha256Digest source_sha256{};
  struct Token {
    uint32_t hash;
    WordClass cls;
  };
  struct Marker {
    uint32_t before_word;
    uint32_t hash;
  };
  std::vector<Token> words;
  std::vector<Marker> markers;
  std::vector<Segment> segments;  // in order, without gap, covering all words
  std::vector<uint32_t> paragraph_begins;  // words that start a paragraph: layout of the written file only
};

// Reads a `.tokens` file. Errors are InvalidArgument with line and column; another format or normaliser version is
// FailedPrecondition.
absl::StatusOr<TokenFile> ParseTokenFile(std::string_view bytes);

// Writes the format above. `file` must be well-formed as ParseTokenFile would give it.
std::string FormatTokenFile(const TokenFile& file);

// Digest of the words of a wording: two texts with one digest are the same to the classifier.
Sha256Digest WordsDigest(const TokenFile& file);

}  // namespace weighbridge::classify

#endif  // WEIGHBRIDGE_SERVICES_CLASSIFY_TOKEN_FILE_H_
