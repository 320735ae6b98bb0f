// The pack that the program trusts is the one that deploy/licence-pack.sh fetches.
#include <fstream>
#include <iterator>
#include <string>

#include "gtest/gtest.h"
#include "services/auditor/official_texts.h"

namespace weighbridge::auditor {
namespace {

std::string Read(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(PinnedPackTest, ScriptsAndProgramAgree) {
  EXPECT_NE(Read("deploy/licence-pack.sh").find("readonly WHEEL_SHA256=\"" + std::string(kPackSha256) + "\"\n"),
            std::string::npos);
  EXPECT_NE(
      Read("deploy/lib/common.sh").find("readonly WB_LICENCE_PACK_VERSION=\"" + std::string(kPackVersion) + "\"\n"),
      std::string::npos);
}

}  // namespace
}  // namespace weighbridge::auditor
