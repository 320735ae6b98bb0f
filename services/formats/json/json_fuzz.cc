#include "services/formats/bytes/byte_reader.h"
#include "services/formats/bytes/byte_source.h"
#include "services/formats/json/json_lexer.h"
#include "services/formats/json/json_reader.h"
#include "services/formats/testing/fuzz_target.h"

using namespace weighbridge::formats;  // NOLINT: a main file of one screen

std::vector<std::string> FuzzSeeds() {
  return {"{\"a\": [1, -2.5e3, true, null, \"\\u00e9\\ud83d\\ude00\xC3\xA9\"], \"b\": {\"c\": {}}}", "[[[[]]]]",
          "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const absl::Status tree = ParseJson(text).status();
  FuzzCheckStatuses(tree, ParseJson(text).status());
  absl::Status statuses[2];
  for (int i = 0; i < 2; ++i) {
    MemorySource source(text, i == 0 ? SIZE_MAX : 3);
    ByteReader reader(&source);
    JsonLexer lexer(&reader, text.size());
    while (true) {
      const absl::StatusOr<JsonToken> token = lexer.Next();
      statuses[i] = token.status();
      if (!token.ok() || token->kind == JsonToken::Kind::kEnd) break;
    }
  }
  FuzzCheckStatuses(statuses[0], statuses[1]);
  FuzzCheck(!tree.ok() || statuses[0].ok(), "what has a tree has tokens");
  return 0;
}
