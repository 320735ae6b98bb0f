#include "services/formats/testing/fuzz_target.h"
#include "services/formats/tree/value.h"
#include "services/formats/yaml/yaml_reader.h"

std::vector<std::string> FuzzSeeds() {
  return {"license: apache-2.0\ntags:\n- a\n- b\nbase_model: x/y\n", "a: {b: [1, 'two', \"three\"], c: ~}\n",
          "text: |\n  one\n\n  two\nfold: >-\n  x\n  y\n", "- - 1\n  - 2\n- ? k\n  : v\n",
          "\"a\\u00e9\": \"b\\\n  c\"\n# end\n"};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto value = weighbridge::formats::ParseYaml(bytes);
  FuzzCheckStatuses(value.status(), weighbridge::formats::ParseYaml(bytes).status());
  return 0;
}
