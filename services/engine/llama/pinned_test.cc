// The version of the inference library stands in scripts of three languages and in the program: one and the same.
#include <fstream>
#include <iterator>
#include <string>

#include "gtest/gtest.h"
#include "services/engine/llama/llama_runtime.h"
#include "tests/support/process.h"

namespace weighbridge::engine {
namespace {

TEST(PinnedTest, EveryPlaceNamesTheVersionOfTheProgram) {
  unsetenv("WEIGHBRIDGE_LLAMA_DIR");
  setenv("XDG_CACHE_HOME", "/nowhere", 1);
  const std::string folder = LlamaFolder("");
  const std::string version = folder.substr(folder.rfind('/') + 1);
  ASSERT_FALSE(version.empty());
  for (const char* path : {"deploy/lib/common.sh", "deploy/bazel/llama.bzl", "deploy/make-example-model"}) {
    std::ifstream in(testing_support::Runfile(path));
    const std::string text(std::istreambuf_iterator<char>(in), {});
    EXPECT_NE(text.find(version), std::string::npos) << path << " does not name " << version;
  }
}

}  // namespace
}  // namespace weighbridge::engine
