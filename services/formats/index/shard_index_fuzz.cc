#include "services/formats/bytes/byte_source.h"
#include "services/formats/index/shard_index.h"
#include "services/formats/testing/fuzz_target.h"
#include "tests/support/model_builder.h"

using weighbridge::formats::MemorySource;
using weighbridge::formats::ParseShardIndex;

std::vector<std::string> FuzzSeeds() {
  return {weighbridge::testing_support::BuildShardIndex({{"a", "f-1"}, {"b", "f-2"}}, 12),
          R"({"weight_map": {"a": "x/y"}, "z": [1, null]})"};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  MemorySource whole_source(bytes), split_source(bytes, 3);
  const auto whole = ParseShardIndex(&whole_source);
  FuzzCheckStatuses(whole.status(), ParseShardIndex(&split_source).status());
  if (!whole.ok()) return 0;
  for (const std::string& file : whole->files)
    FuzzCheck(!file.empty() && file[0] != '/' && ("/" + file + "/").find("/../") == std::string::npos,
              "files stay below the index");
  return 0;
}
