#include "services/formats/json/json_reader.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "services/base/status_macros.h"
#include "services/formats/bytes/byte_source.h"
#include "services/formats/json/json_lexer.h"

namespace weighbridge::formats {
namespace {

// Recursion is bounded by the depth limit of the lexer.
class TreeBuilder {
 public:
  TreeBuilder(JsonLexer* lexer, uint64_t elements_max) : lexer_(lexer), elements_max_(elements_max) {}

  // Fills in `value`, which is new.
  absl::Status Build(const JsonToken& token, Value* value) {
    if (++elements_ > elements_max_) {
      return OverLimit(token.at, absl::StrFormat("number of values is over the limit of %d", elements_max_));
    }
    value->at = token.at;
    switch (token.kind) {
      case JsonToken::Kind::kBeginObject:
        value->kind = Value::Kind::kMap;
        return BuildMembers(value);
      case JsonToken::Kind::kBeginArray: {
        value->kind = Value::Kind::kList;
        while (true) {
          WB_ASSIGN_OR_RETURN(const JsonToken item, lexer_->Next());
          if (item.kind == JsonToken::Kind::kEndArray) return absl::OkStatus();
          WB_RETURN_IF_ERROR(Build(item, &value->items.emplace_back()));
        }
      }
      case JsonToken::Kind::kNull:
        value->text = "null";
        return absl::OkStatus();
      case JsonToken::Kind::kString:
        value->quoted = true;
        value->kind = Value::Kind::kScalar;
        value->text = token.text;
        return absl::OkStatus();
      case JsonToken::Kind::kNumber:
      case JsonToken::Kind::kTrue:
      case JsonToken::Kind::kFalse:
        value->kind = Value::Kind::kScalar;
        value->text = token.text;
        return absl::OkStatus();
      case JsonToken::Kind::kKey:
      case JsonToken::Kind::kEndObject:
      case JsonToken::Kind::kEndArray:
      case JsonToken::Kind::kEnd:
        break;  // the lexer gives none of them where a value must stand
    }
    return Malformed(token.at, "expected a value");
  }

 private:
  absl::Status BuildMembers(Value* map) {
    while (true) {
      WB_ASSIGN_OR_RETURN(const JsonToken key, lexer_->Next());
      if (key.kind == JsonToken::Kind::kEndObject) return CheckUniqueKeys(map->members);
      Member& member = map->members.emplace_back();
      member.key = key.text;
      member.key_at = key.at;
      WB_ASSIGN_OR_RETURN(const JsonToken first, lexer_->Next());
      WB_RETURN_IF_ERROR(Build(first, &member.value));
    }
  }

  JsonLexer* lexer_;
  uint64_t elements_max_;
  uint64_t elements_ = 0;
};

}  // namespace

absl::StatusOr<Value> ParseJson(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes_max) {
    return OverLimit(
        0, absl::StrFormat("document of %d bytes is over the limit of %d bytes", text.size(), limits.bytes_max));
  }
  MemorySource source(text);
  ByteReader reader(&source);
  JsonLexerOptions options;
  options.depth_max = std::min(limits.depth_max, kJsonDepthMax);
  options.string_bytes_max = options.string_keep_max = limits.bytes_max;
  if (limits.non_finite == JsonLimits::NonFinite::kAccept) options.non_finite = JsonLexerOptions::NonFinite::kAccept;
  JsonLexer lexer(&reader, text.size(), options);
  WB_ASSIGN_OR_RETURN(const JsonToken first, lexer.Next());
  Value value;
  WB_RETURN_IF_ERROR(TreeBuilder(&lexer, limits.elements_max).Build(first, &value));
  WB_RETURN_IF_ERROR(lexer.Next().status());
  return value;
}

}  // namespace weighbridge::formats
