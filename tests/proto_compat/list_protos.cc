// Prints the elements of a descriptor set, as `proto/released/VERSION.txt` has them.
//
// usage: list_protos VERSION DESCRIPTOR_SET      (see deploy/RELEASE.md)
// exit: 0 printed, 1 the set cannot be read, is incomplete or empty, or stdout is full, 2 usage

#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.pb.h"
#include "tests/proto_compat/listing.h"

namespace {

int Fail(const std::string& message) {
  std::fprintf(stderr, "error: %s\n", message.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: list_protos VERSION DESCRIPTOR_SET\n", stderr);
    return 2;
  }
  std::ifstream in(argv[2], std::ios::binary);
  google::protobuf::FileDescriptorSet files;
  if (!in || !files.ParseFromIstream(&in)) return Fail(std::string(argv[2]) + " is no readable descriptor set");
  const absl::StatusOr<std::vector<std::string>> lines = weighbridge::proto_compat::ListElements(files);
  if (!lines.ok()) return Fail(std::string(lines.status().message()));
  if (lines->empty()) return Fail("the set has no element of this project");
  std::printf(
      "# What release %s promises: every element of its protos. Written by //tests/proto_compat:list_protos at the\n"
      "# release and never changed; //tests/proto_compat:released_test holds later protos to it.\n",
      argv[1]);
  for (const std::string& line : *lines) std::printf("%s\n", line.c_str());
  return std::fflush(stdout) == 0 && std::ferror(stdout) == 0 ? 0 : Fail("stdout cannot be written");
}
