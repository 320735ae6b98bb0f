// Streaming JSON (RFC 8259): tokens from a ByteReader in constant memory, whatever the size of the document. Headers of
// 100 MB and shard indexes are read with it directly; json_reader.h makes trees of small documents.
//
// Stricter than many readers, because two readers that disagree are an attack: strict UTF-8, no lone surrogates, no
// control characters in strings, no comments, no trailing commas, no byte order mark. Duplicate keys are the business
// of the caller.
#ifndef WEIGHBRIDGE_SERVICES_FORMATS_JSON_JSON_LEXER_H_
#define WEIGHBRIDGE_SERVICES_FORMATS_JSON_JSON_LEXER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/formats/bytes/byte_reader.h"
#include "services/formats/bytes/errors.h"

namespace weighbridge::formats {

struct JsonToken {
  enum class Kind {
    kBeginObject,
    kEndObject,
    kBeginArray,
    kEndArray,
    kKey,
    kString,
    kNumber,
    kTrue,
    kFalse,
    kNull,
    kEnd
  };

  Kind kind = Kind::kEnd;
  // Decoded key or string, raw number; at most `string_keep_max` bytes of it. Valid until the next call.
  std::string_view text;
  uint64_t size = 0;  // of the whole decoded key or string; over text.size() if it was cut
  Position at;
};

struct JsonLexerOptions {
  int depth_max = 32;                    // nested objects and arrays
  uint64_t string_bytes_max = 64 << 20;  // a longer string is an error
  size_t string_keep_max = 1 << 20;      // a longer string is cut in `text`
  enum class Place { kOffset, kLineAndColumn } place = Place::kLineAndColumn;
  // NaN, Infinity and -Infinity are no JSON, but Python writes them into configs; accepted as numbers if asked for.
  enum class NonFinite { kRefuse, kAccept } non_finite = NonFinite::kRefuse;
};

// Not thread-safe. The reader must outlive the lexer and is not to be used meanwhile, until Detach.
class JsonLexer {
 public:
  // Reads the `length` bytes at the reader's place; `length` must not be over reader->remaining().
  JsonLexer(ByteReader* reader, uint64_t length, const JsonLexerOptions& options = {});

  // The next token; kEnd once the one top-level value is over and only white space follows. Grammar is checked: keys
  // and values alternate, brackets match.
  absl::StatusOr<JsonToken> Next();

  // Passes over the rest of the value whose first token is `first`.
  absl::Status SkipValue(const JsonToken& first);

  // Puts the reader behind the last token, so that the caller can go on with it. Next must not be called afterwards.
  void Detach();

  uint64_t offset() const { return chunk_offset_ + static_cast<uint64_t>(cur_ - begin_); }

 private:
  enum class Expect { kValue, kFirstKey, kKey, kFirstElement, kAfterValue };

  bool Refill();  // false at the end of the region or after an error of the medium (medium_)
  int PeekByte();
  Position Here() const;
  absl::Status EndsInside(std::string_view what) const;
  void SkipSpace();
  absl::StatusOr<JsonToken> ReadValue(Position at, int byte);
  absl::StatusOr<JsonToken> ReadKey(Position at);
  absl::StatusOr<JsonToken> Close(Position at, int byte);
  absl::Status ReadString(JsonToken* token);
  absl::Status ReadEscape();
  absl::StatusOr<uint32_t> ReadHex4();
  absl::Status ReadMultibyte();
  absl::Status ReadNumber(JsonToken* token);
  absl::Status ReadWord(JsonToken* token);
  void Append(std::string_view bytes);

  ByteReader* reader_;
  JsonLexerOptions options_;
  uint64_t unread_;              // bytes of the region behind the current chunk
  const char* begin_ = nullptr;  // current chunk
  const char* cur_ = nullptr;
  const char* end_ = nullptr;
  uint64_t chunk_offset_;
  absl::Status medium_;
  std::vector<bool> in_object_;  // one entry for each open bracket
  Expect expect_ = Expect::kValue;
  std::string text_;
  uint64_t text_size_ = 0;
  uint32_t line_ = 1;
  uint64_t line_start_;
};

}  // namespace weighbridge::formats

#endif  // WEIGHBRIDGE_SERVICES_FORMATS_JSON_JSON_LEXER_H_
