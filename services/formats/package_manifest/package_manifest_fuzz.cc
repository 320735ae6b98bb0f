#include <string_view>

#include "services/formats/package_manifest/package_manifest.h"
#include "services/formats/testing/fuzz_target.h"

namespace {

constexpr std::string_view kNames[] = {"pyproject.toml", "setup.cfg", "setup.py", "Cargo.toml", "package.json"};

}  // namespace

std::vector<std::string> FuzzSeeds() {
  return {"[project]\nlicense = {text = \"MIT\"}\nclassifiers = [\"License :: OSI Approved :: MIT License\"]\n",
          "[metadata]\nlicense = MIT\n", "setup(license='MIT')\n", "[package]\nlicense = \"MIT/Apache-2.0\"\n",
          R"({"license": {"type": "MIT"}, "licenses": ["ISC"]})"};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const std::string_view name : kNames) {
    const absl::Status status = weighbridge::formats::ReadPackageLicenses(name, text).status();
    FuzzCheckStatuses(status, status);
  }
  return 0;
}
