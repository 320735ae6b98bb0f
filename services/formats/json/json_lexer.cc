#include "services/formats/json/json_lexer.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "absl/strings/str_format.h"
#include "services/base/status_macros.h"
#include "services/base/utf8.h"

namespace weighbridge::formats {
namespace {

constexpr size_t kNumberBytesMax = 128;
constexpr size_t kWordBytesMax = 8;

bool IsSpace(int byte) { return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsPlain(char c) { return static_cast<signed char>(c) >= 0x20 && c != '"' && c != '\\'; }  // ASCII without meaning

// True unless all eight bytes are plain: strings are most of a document, so they are looked at eight at a time.
bool HasMeaning(uint64_t eight) {
  constexpr uint64_t kOnes = 0x0101010101010101, kHighs = 0x8080808080808080;
  const auto has_zero = [](uint64_t bytes) { return (bytes - kOnes) & ~bytes & kHighs; };
  return ((eight & kHighs) | ((eight - kOnes * 0x20) & ~eight & kHighs) | has_zero(eight ^ (kOnes * '"')) |
          has_zero(eight ^ (kOnes * '\\'))) != 0;
}

std::string Shown(int byte) {
  const char c = static_cast<char>(byte);
  return absl::StrFormat("'%s'", Printable(std::string_view(&c, 1)));
}

// RFC 8259 section 6.
bool IsNumber(std::string_view text) {
  size_t i = 0;
  const auto digits = [&] {
    const size_t start = i;
    while (i < text.size() && IsDigit(text[i])) ++i;
    return i > start;
  };
  if (i < text.size() && text[i] == '-') ++i;
  if (i < text.size() && text[i] == '0') {
    ++i;
  } else if (!digits()) {
    return false;
  }
  if (i < text.size() && text[i] == '.') {
    ++i;
    if (!digits()) return false;
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (!digits()) return false;
  }
  return i == text.size();
}

}  // namespace

JsonLexer::JsonLexer(ByteReader* reader, uint64_t length, const JsonLexerOptions& options)
    : reader_(reader),
      options_(options),
      unread_(length),
      chunk_offset_(reader->offset()),
      line_start_(reader->offset()) {}

bool JsonLexer::Refill() {
  if (!medium_.ok()) return false;
  const size_t used = static_cast<size_t>(end_ - begin_);
  reader_->Consume(used);
  chunk_offset_ += used;
  begin_ = cur_ = end_ = nullptr;
  if (unread_ == 0) return false;
  const absl::StatusOr<std::string_view> bytes = reader_->Available();
  if (!bytes.ok()) {
    medium_ = bytes.status();
    return false;
  }
  const size_t size = static_cast<size_t>(std::min<uint64_t>(bytes->size(), unread_));
  begin_ = cur_ = bytes->data();
  end_ = begin_ + size;
  unread_ -= size;
  return size > 0;
}

int JsonLexer::PeekByte() {
  if (cur_ == end_ && !Refill()) return -1;
  return static_cast<unsigned char>(*cur_);
}

void JsonLexer::Detach() {
  reader_->Consume(static_cast<size_t>(cur_ - begin_));
  begin_ = cur_ = end_ = nullptr;
}

Position JsonLexer::Here() const {
  if (options_.place == JsonLexerOptions::Place::kOffset) return Position{offset()};
  const uint64_t column = std::min<uint64_t>(offset() - line_start_ + 1, UINT32_MAX);
  return Position{offset(), line_, static_cast<uint32_t>(column)};
}

absl::Status JsonLexer::EndsInside(std::string_view what) const {
  if (!medium_.ok()) return medium_;
  return Malformed(Here(), absl::StrFormat("the document ends inside %s", what));
}

void JsonLexer::SkipSpace() {
  while (true) {
    while (cur_ != end_ && IsSpace(*cur_)) {
      if (*cur_++ == '\n') {
        ++line_;
        line_start_ = offset();
      }
    }
    if (cur_ != end_ || !Refill()) return;
  }
}

absl::StatusOr<JsonToken> JsonLexer::Next() {
  SkipSpace();
  Position at = Here();
  int byte = PeekByte();
  if (!medium_.ok()) return medium_;
  if (expect_ == Expect::kAfterValue) {
    if (in_object_.empty()) {
      if (byte >= 0) return Malformed(at, absl::StrFormat("%s behind the end of the document", Shown(byte)));
      return JsonToken{JsonToken::Kind::kEnd, {}, 0, at};
    }
    if (byte == '}' || byte == ']') return Close(at, byte);
    if (byte < 0) return EndsInside(in_object_.back() ? "an object" : "an array");
    if (byte != ',') {
      return Malformed(at,
                       absl::StrFormat("expected ',' or '%s', found %s", in_object_.back() ? "}" : "]", Shown(byte)));
    }
    ++cur_;
    expect_ = in_object_.back() ? Expect::kKey : Expect::kValue;
    SkipSpace();
    at = Here();
    byte = PeekByte();
  }
  if (byte < 0) return EndsInside(in_object_.empty() ? "nothing" : in_object_.back() ? "an object" : "an array");
  if (expect_ == Expect::kFirstKey && byte == '}') return Close(at, byte);
  if (expect_ == Expect::kFirstElement && byte == ']') return Close(at, byte);
  if (expect_ == Expect::kFirstKey || expect_ == Expect::kKey) {
    if (byte != '"') return Malformed(at, absl::StrFormat("expected a key in quotes, found %s", Shown(byte)));
    return ReadKey(at);
  }
  return ReadValue(at, byte);
}

absl::StatusOr<JsonToken> JsonLexer::ReadKey(Position at) {
  JsonToken token{JsonToken::Kind::kKey, {}, 0, at};
  WB_RETURN_IF_ERROR(ReadString(&token));
  SkipSpace();
  const int byte = PeekByte();
  if (byte < 0) return EndsInside("an object");
  if (byte != ':') return Malformed(Here(), absl::StrFormat("expected ':' behind a key, found %s", Shown(byte)));
  ++cur_;
  expect_ = Expect::kValue;
  return token;
}

absl::StatusOr<JsonToken> JsonLexer::Close(Position at, int byte) {
  if (in_object_.back() != (byte == '}'))
    return Malformed(at, absl::StrFormat("%s does not match what is open", Shown(byte)));
  ++cur_;
  in_object_.pop_back();
  expect_ = Expect::kAfterValue;
  return JsonToken{byte == '}' ? JsonToken::Kind::kEndObject : JsonToken::Kind::kEndArray, {}, 0, at};
}

absl::StatusOr<JsonToken> JsonLexer::ReadValue(Position at, int byte) {
  JsonToken token;
  token.at = at;
  if (byte == '{' || byte == '[') {
    if (in_object_.size() >= static_cast<size_t>(options_.depth_max)) {
      return OverLimit(at, absl::StrFormat("nesting is over the limit of %d", options_.depth_max));
    }
    ++cur_;
    in_object_.push_back(byte == '{');
    expect_ = byte == '{' ? Expect::kFirstKey : Expect::kFirstElement;
    token.kind = byte == '{' ? JsonToken::Kind::kBeginObject : JsonToken::Kind::kBeginArray;
    return token;
  }
  expect_ = Expect::kAfterValue;
  if (byte == '"') {
    token.kind = JsonToken::Kind::kString;
    WB_RETURN_IF_ERROR(ReadString(&token));
  } else if (byte == '-' || IsDigit(static_cast<char>(byte))) {
    WB_RETURN_IF_ERROR(ReadNumber(&token));
  } else {
    WB_RETURN_IF_ERROR(ReadWord(&token));
  }
  return token;
}

void JsonLexer::Append(std::string_view bytes) {
  text_size_ += bytes.size();
  if (text_.size() < options_.string_keep_max) text_.append(bytes.substr(0, options_.string_keep_max - text_.size()));
}

absl::Status JsonLexer::ReadString(JsonToken* token) {
  ++cur_;  // the quote
  text_.clear();
  text_size_ = 0;
  while (true) {
    const char* start = cur_;
    for (uint64_t eight; end_ - cur_ >= 8; cur_ += 8) {
      std::memcpy(&eight, cur_, 8);
      if (HasMeaning(eight)) break;
    }
    while (cur_ != end_ && IsPlain(*cur_)) ++cur_;
    Append(std::string_view(start, static_cast<size_t>(cur_ - start)));
    if (text_size_ > options_.string_bytes_max) {
      return OverLimit(token->at, absl::StrFormat("string is over the limit of %d bytes", options_.string_bytes_max));
    }
    const int byte = PeekByte();
    if (byte < 0) return EndsInside("a string");
    if (byte == '"') {
      ++cur_;
      token->text = text_;
      token->size = text_size_;
      return absl::OkStatus();
    }
    if (byte == '\\') {
      WB_RETURN_IF_ERROR(ReadEscape());
    } else if (byte >= 0x80) {
      WB_RETURN_IF_ERROR(ReadMultibyte());
    } else if (byte < 0x20) {
      return Malformed(Here(), "control character in a string");
    }
  }
}

absl::Status JsonLexer::ReadMultibyte() {
  const Position at = Here();
  const int lead = PeekByte();
  const int length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  char bytes[4];
  for (int i = 0; i < length; ++i) {
    const int byte = PeekByte();
    if (byte < 0) return EndsInside("a string");
    if (i > 0 && (byte & 0xC0) != 0x80) return Malformed(at, "malformed UTF-8 in a string");
    bytes[i] = static_cast<char>(byte);
    ++cur_;
  }
  int decoded;
  if (DecodeUtf8(std::string_view(bytes, length), 0, &decoded) < 0 || decoded != length) {
    return Malformed(at, "malformed UTF-8 in a string");
  }
  Append(std::string_view(bytes, length));
  return absl::OkStatus();
}

absl::StatusOr<uint32_t> JsonLexer::ReadHex4() {
  uint32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    const int byte = PeekByte();
    if (byte < 0) return EndsInside("a string");
    const int digit = byte >= '0' && byte <= '9'   ? byte - '0'
                      : byte >= 'a' && byte <= 'f' ? byte - 'a' + 10
                      : byte >= 'A' && byte <= 'F' ? byte - 'A' + 10
                                                   : -1;
    if (digit < 0) return Malformed(Here(), absl::StrFormat("%s is no hexadecimal digit of an escape", Shown(byte)));
    value = value << 4 | static_cast<uint32_t>(digit);
    ++cur_;
  }
  return value;
}

absl::Status JsonLexer::ReadEscape() {
  const Position at = Here();
  ++cur_;  // the backslash
  const int byte = PeekByte();
  if (byte < 0) return EndsInside("a string");
  ++cur_;
  static constexpr std::string_view kNames = "\"\\/bfnrt";
  static constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
  const size_t index = kNames.find(static_cast<char>(byte));
  if (index != std::string_view::npos) {
    Append(kValues.substr(index, 1));
    return absl::OkStatus();
  }
  if (byte != 'u')
    return Malformed(at, absl::StrFormat("unknown escape \\%s", Printable(std::string(1, static_cast<char>(byte)))));
  WB_ASSIGN_OR_RETURN(uint32_t code, ReadHex4());
  if (code >= 0xDC00 && code <= 0xDFFF) return Malformed(at, "low surrogate without a high one");
  if (code >= 0xD800 && code <= 0xDBFF) {
    for (const char expected : {'\\', 'u'}) {
      if (PeekByte() != expected) return Malformed(at, "high surrogate without a low one");
      ++cur_;
    }
    WB_ASSIGN_OR_RETURN(const uint32_t low, ReadHex4());
    if (low < 0xDC00 || low > 0xDFFF) return Malformed(at, "high surrogate without a low one");
    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
  }
  char bytes[4];
  size_t length = 0;
  if (code < 0x80) {
    bytes[length++] = static_cast<char>(code);
  } else if (code < 0x800) {
    bytes[length++] = static_cast<char>(0xC0 | code >> 6);
    bytes[length++] = static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    bytes[length++] = static_cast<char>(0xE0 | code >> 12);
    bytes[length++] = static_cast<char>(0x80 | (code >> 6 & 0x3F));
    bytes[length++] = static_cast<char>(0x80 | (code & 0x3F));
  } else {
    bytes[length++] = static_cast<char>(0xF0 | code >> 18);
    bytes[length++] = static_cast<char>(0x80 | (code >> 12 & 0x3F));
    bytes[length++] = static_cast<char>(0x80 | (code >> 6 & 0x3F));
    bytes[length++] = static_cast<char>(0x80 | (code & 0x3F));
  }
  Append(std::string_view(bytes, length));
  return absl::OkStatus();
}

absl::Status JsonLexer::ReadNumber(JsonToken* token) {
  token->kind = JsonToken::Kind::kNumber;
  text_.clear();
  for (int byte = PeekByte();
       byte >= 0 && std::string_view("0123456789+-.eE").find(static_cast<char>(byte)) != std::string_view::npos;
       byte = PeekByte()) {
    if (text_.size() == kNumberBytesMax) {
      return OverLimit(token->at, absl::StrFormat("number is over the limit of %d characters", kNumberBytesMax));
    }
    text_ += static_cast<char>(byte);
    ++cur_;
  }
  if (text_ == "-" && PeekByte() == 'I' && options_.non_finite == JsonLexerOptions::NonFinite::kAccept) {
    WB_RETURN_IF_ERROR(ReadWord(token));
    if (token->kind != JsonToken::Kind::kNumber) return Malformed(token->at, "expected a value");
    text_.insert(0, 1, '-');
    token->text = text_;
    return absl::OkStatus();
  }
  if (!IsNumber(text_)) return Malformed(token->at, absl::StrFormat("\"%s\" is no number", text_));
  token->text = text_;
  token->size = text_.size();
  return medium_;
}

absl::Status JsonLexer::ReadWord(JsonToken* token) {
  text_.clear();
  const auto is_letter = [](int byte) { return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z'); };
  for (int byte = PeekByte(); is_letter(byte) && text_.size() < kWordBytesMax; byte = PeekByte()) {
    text_ += static_cast<char>(byte);
    ++cur_;
  }
  if (!medium_.ok()) return medium_;
  token->text = text_;
  if (text_ == "true") {
    token->kind = JsonToken::Kind::kTrue;
  } else if (text_ == "false") {
    token->kind = JsonToken::Kind::kFalse;
  } else if (text_ == "null") {
    token->kind = JsonToken::Kind::kNull;
  } else if ((text_ == "NaN" || text_ == "Infinity") && options_.non_finite == JsonLexerOptions::NonFinite::kAccept) {
    token->kind = JsonToken::Kind::kNumber;
  } else if (text_.empty()) {
    return Malformed(token->at, absl::StrFormat("expected a value, found %s", Shown(PeekByte())));
  } else {
    return Malformed(token->at, absl::StrFormat("\"%s\" is no value", text_));
  }
  return absl::OkStatus();
}

absl::Status JsonLexer::SkipValue(const JsonToken& first) {
  if (first.kind != JsonToken::Kind::kBeginObject && first.kind != JsonToken::Kind::kBeginArray)
    return absl::OkStatus();
  const size_t outside = in_object_.size() - 1;
  while (in_object_.size() > outside) WB_RETURN_IF_ERROR(Next().status());
  return absl::OkStatus();
}

}  // namespace weighbridge::formats
