// The protos of this tree keep what each release promised (`proto/released/*.txt`).

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "google/protobuf/descriptor.pb.h"
#include "gtest/gtest.h"
#include "tests/proto_compat/listing.h"

namespace weighbridge::proto_compat {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> LinesOf(const fs::path& path) {
  std::ifstream in(path);
  EXPECT_TRUE(in) << path;
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> ElementsNow() {
  std::ifstream in("tests/proto_compat/protos.descriptor_set", std::ios::binary);
  google::protobuf::FileDescriptorSet files;
  EXPECT_TRUE(in && files.ParseFromIstream(&in));
  const auto lines = ListElements(files);
  EXPECT_TRUE(lines.ok()) << lines.status();
  return lines.ok() ? *lines : std::vector<std::string>();
}

TEST(ReleasedTest, NothingThatWasPromisedIsBroken) {
  const std::vector<std::string> now = ElementsNow();
  ASSERT_FALSE(now.empty());
  int releases = 0;
  for (const auto& entry : fs::directory_iterator("proto/released")) {
    if (entry.path().extension() != ".txt") continue;
    ++releases;
    const std::vector<std::string> released = LinesOf(entry.path());
    // A file that lost its lines promises nothing, and would pass.
    EXPECT_GE(released.size(), 100u) << entry.path();
    for (const std::string& line : Breaks(released, now)) ADD_FAILURE() << entry.path().filename() << ": " << line;
  }
  EXPECT_GE(releases, 1);
}

}  // namespace
}  // namespace weighbridge::proto_compat
